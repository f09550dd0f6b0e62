"""What a stranger is handed: a folder with a log that Evenhand made, its keys, notes and receipts.

Nothing in it needs Evenhand to be read. `Handed` is that folder with names; the functions below it
make the two logs that the others are tried on.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import insert

from evenhand.edge.ledger.sequencer import LedgerSequencer
from evenhand.edge.ledger.tiles_on_disk import read_directory
from evenhand.edge.store import tables as t
from evenhand.edge.store.database import open_engine, transaction
from evenhand.ledger.checkpoint import read_unverified
from evenhand.ledger.keys import ML_DSA_44, PrivateKey, format_vkey
from evenhand.ledger.merkle import leaf_hash
from evenhand.ledger.note import add_signatures, cosign
from evenhand.ledger.receipt import format_receipt, parse_receipt
from evenhand.ledger.tiles import (
    LONGEST_ENTRY,
    Bundle,
    Tile,
    format_bundle,
    format_tile,
    parse_tile,
    read_bundle,
    tile_root,
)

ROOT = Path(__file__).parents[2]
KEY = PrivateKey(name="square.example/log", seed=b"\x07" * 32)
ANNA = PrivateKey(name="anna.example", seed=b"\x02" * 32)
BEN = PrivateKey(name="ben.example", seed=b"\x03" * 32)
CLEO = PrivateKey(name="cleo.example", seed=b"\x04" * 32)
"""Signs with ML-DSA-44, which most of the others do not know and must then leave alone."""

SIZES = (1, 5, 256, 300, 513, 3_000, 65_536, 65_539, 66_311)
"""Sizes that are sealed and published one after the other. 66,311 has partial tiles at three
levels; 65,539 has two hashes of its right edge in one tile (CVE-2026-56865)."""

KEPT = (0, 1, 4, 7, 8, 9, 255, 256, 299, 511, 512, 2_999, 4_095, 4_096, 40_000,
        65_535, 65_536, 65_538, 65_539, 66_048, 66_303, 66_310)
"""Entries whose receipts are kept, as far as the log of a size holds them."""


def entry(index: int) -> bytes:
    """An entry of the grown log: most like a leaf of ours, some as odd as a log may hold."""
    odd = {7: b"", 8: bytes(range(256)), 9: b"x" * LONGEST_ENTRY, 300: b"\n\n\xe2\x80\x94 a b\n"}
    return odd.get(index, b'evenhand/decision/v1\n{"made":"2020-05-26","n":%d}' % index)


@dataclass(frozen=True)
class Handed:
    """The folder: `ledger/` as it is served, keys, signed notes, receipts."""

    folder: Path

    @property
    def ledger(self) -> Path:
        """The log's own directory."""
        return self.folder / "ledger"

    @property
    def keys(self) -> Path:
        """A file with the log's public key, and those of its witnesses below it."""
        return self.folder / "keys"

    @property
    def log_key(self) -> Path:
        """A file with the log's public key alone."""
        return self.folder / "log-key"

    @property
    def vkeys(self) -> list[str]:
        """The public keys, the log's first."""
        return self.keys.read_text().split()

    @property
    def notes(self) -> list[Path]:
        """The signed checkpoints, the smallest first."""
        return sorted((self.folder / "notes").iterdir(), key=lambda path: int(path.name))

    @property
    def newest(self) -> Path:
        """The checkpoint that is served."""
        return self.ledger / "checkpoint"

    @property
    def size(self) -> int:
        """The size of the newest checkpoint."""
        return read_unverified(self.newest.read_bytes()).size

    def entries(self, size: int | None = None) -> Iterator[bytes]:
        """The log's entries, as its bundles have them."""
        read, end = read_directory(self.ledger), self.size if size is None else size
        for index in range(0, end, 256):
            bundle = Bundle(index=index // 256, width=min(256, end - index))
            yield from read_bundle(read, bundle)

    def receipts(self) -> Iterator[tuple[int, Path, Path]]:
        """Every receipt kept: the index, the file, and the file with the bytes it is for."""
        for file in sorted((self.folder / "receipts").rglob("*.tlog-proof")):
            yield int(file.stem), file, file.with_suffix(".entry")

    def forged(self, folder: Path, files: Mapping[str, bytes]) -> Handed:
        """The same folder once more, with other bytes in some of the ledger's files."""
        shutil.copytree(self.folder, folder, copy_function=os.link)
        for path, data in files.items():
            (folder / "ledger" / path).unlink()
            (folder / "ledger" / path).write_bytes(data)
        return Handed(folder)


def grow(folder: Path, sizes: Sequence[int] = SIZES,
         entry: Callable[[int], bytes] = entry) -> None:
    """Make a log with Evenhand's own sequencer, sealed at each of these sizes, and witnessed."""
    engine = open_engine(folder / "store.db")
    ledger = LedgerSequencer(engine, KEY, folder / "ledger")
    before = 0
    for size in sizes:
        with transaction(engine) as connection:
            connection.execute(insert(t.outbox), [
                {"key": str(i), "leaf": entry(i)} for i in range(before, size)])
        before = ledger.seal()
        assert before == size
        note = ledger.disk.read("checkpoint")
        assert note is not None
        cosigned = add_signatures(note, [
            cosign(note, ANNA, 1_590_537_600), cosign(note, CLEO, 7, ML_DSA_44),
            cosign(note, BEN, 9)])
        ledger.disk.publish(cosigned, lambda start, end: [entry(i) for i in range(start, end)])
        keep(folder / "notes" / str(size), cosigned.encode())
        kept = [i for i in KEPT if i < size]
        for receipt in ledger.receipts([(str(i), b"what opens it") for i in kept]):
            assert receipt is not None
            file = folder / "receipts" / str(size) / f"{receipt.index}.tlog-proof"
            keep(file, format_receipt(replace(receipt, checkpoint=cosigned)).encode())
            keep(file.with_suffix(".entry"), entry(receipt.index))
    vkeys = [KEY.verifier, ANNA.cosigner, BEN.cosigner]
    keep_keys(folder, "".join(format_vkey(key) + "\n" for key in vkeys))
    engine.dispose()


def run_the_example(folder: Path) -> None:
    """Make the example platform's log by the command line, and keep the receipts it sent."""
    agora = folder / "agora"
    shutil.copytree(ROOT / "examples" / "agora", agora,
                    ignore=shutil.ignore_patterns("data", "keys"))
    for verb in ("init", "publish", "run"):
        where = (agora,) if verb == "init" else ("-c", agora)
        subprocess.run([sys.executable, "-m", "evenhand.edge.cli", verb, *where], check=True,
                       capture_output=True, timeout=120)
    shutil.move(agora / "data" / "ledger", folder / "ledger")
    keep_keys(folder, (agora / "keys" / "log.key.vkey").read_text())
    newest = (folder / "ledger" / "checkpoint").read_bytes()
    keep(folder / "notes" / str(read_unverified(newest).size), newest)
    entries = list(Handed(folder).entries())
    for sent in sorted((agora / "data" / "letters").glob("*/receipt.tlog-proof")):
        receipt = parse_receipt(sent.read_bytes())
        size = read_unverified(receipt.checkpoint).size
        keep(folder / "notes" / str(size), receipt.checkpoint.encode())
        file = folder / "receipts" / sent.parent.name / f"{receipt.index}.tlog-proof"
        keep(file, sent.read_bytes())
        keep(file.with_suffix(".entry"), entries[receipt.index])


def keep(file: Path, data: bytes) -> None:
    """Write a file of the folder."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)


def keep_keys(folder: Path, vkeys: str) -> None:
    """Write the public keys: all, and the log's, which is the first."""
    keep(folder / "keys", vkeys.encode())
    keep(folder / "log-key", vkeys.splitlines(True)[0].encode())


def changed_bundle(log: Handed, index: int, words: bytes = b"changed") -> dict[str, bytes]:
    """The bundle of an entry, with other bytes in the place of that entry's."""
    place = Bundle(index=index // 256, width=min(256, log.size - index // 256 * 256))
    entries = read_bundle(read_directory(log.ledger), place)
    entries[index % 256] = words
    return {place.path: format_bundle(entries)}


def forged_tiles(log: Handed, words: bytes) -> dict[str, bytes]:
    """CVE-2026-56865: entry 0 forged up to level 1; level 2 and the checkpoint as signed."""
    assert log.size > 65_536
    row = parse_tile((log.ledger / "tile/0/000").read_bytes(), Tile(level=0, index=0))
    row[0] = leaf_hash(words)
    forged = {"tile/0/000": format_tile(row)}
    above = parse_tile((log.ledger / "tile/1/000").read_bytes(), Tile(level=1, index=0))
    above[0] = tile_root(row)
    return forged | {"tile/1/000": format_tile(above)} | changed_bundle(log, 0, words)
