"""Verify a log from its published files alone, and a receipt from three texts: for anybody.

Everything is derived again. The signed root authenticates the tiles at the right edge, each hash
in a tile authenticates one tile below it, and each leaf hash one entry; a file is believed only
after the hash above it was. So a forged tile is found wherever it lies (some widely used readers
skip tiles at the right edge: CVE-2026-56865), and entries can be handed out one by one as they
are verified, with little memory.

>>> from evenhand.ledger.checkpoint import sign_checkpoint
>>> from evenhand.ledger.merkle import root
>>> from evenhand.ledger.keys import PrivateKey, format_vkey
>>> from evenhand.ledger.tiles import format_bundle, format_tile
>>> key = PrivateKey(name="agora.example/log", seed=bytes(32))
>>> leaves = [leaf_hash(b"one"), leaf_hash(b"two")]
>>> head = Checkpoint(origin=key.name, size=2, root=root(leaves))
>>> files = {
...     "checkpoint": sign_checkpoint(head, key).encode(),
...     "tile/0/000.p/2": format_tile(leaves),
...     "tile/entries/000.p/2": format_bundle([b"one", b"two"]),
... }
>>> policy = parse_policy(f"log {format_vkey(key.verifier)}\\nquorum none\\n")
>>> print(verify_log(files.get, policy))
agora.example/log at size 2, not witnessed: the policy asks for no witness; all 2 entries verified
>>> files["tile/entries/000.p/2"] = format_bundle([b"one", b"TWO"])
>>> verify_log(files.get, policy)
Traceback (most recent call last):
    ...
evenhand.ledger.errors.FileDiffers: tile/entries/000.p/2: entry 1 is not the one that was logged:
its bytes were changed after the log was signed, or this file is not of this log
  keep this file and the checkpoint: together they show it
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256

from evenhand.audit.heads import (
    CHECKPOINT,
    WITNESSED,
    checked_at,
    dated_ahead,
    read_checkpoint,
    verify_growth,
)
from evenhand.ledger.checkpoint import Checkpoint
from evenhand.ledger.errors import FileDiffers, Malformed
from evenhand.ledger.merkle import leaf_hash
from evenhand.ledger.policy import Policy, Trust, parse_policy
from evenhand.ledger.receipt import Receipt, check_receipt, parse_receipt
from evenhand.ledger.tiles import (
    WIDTH,
    Bundle,
    FileReader,
    Tile,
    frontier_of_edge,
    parse_bundle,
    parse_path,
    parse_tile,
    read_bundle,
    read_tile,
    right_edge,
    tile_root,
)

__all__ = ["CHECKPOINT", "WITNESSED", "LogReport", "OtherFiles", "Progress", "ReceiptReport",
           "dated_ahead", "entries_under", "read_checkpoint", "verified_entries", "verify_growth",
           "verify_log", "verify_other_files", "verify_receipt"]

Progress = Callable[[int, int], None]
"""`progress(done, size)` is told the number of entries verified so far, and that of all."""

_KEEP = "keep this file and the checkpoint: together they show it"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogReport:
    """A log that was verified whole: whose signatures, and what it was found consistent with."""

    trust: Trust
    entries: int
    earlier: Checkpoint | None = None

    @property
    def checkpoint(self) -> Checkpoint:
        """The signed head that everything was verified against."""
        return self.trust.checkpoint

    def __str__(self) -> str:
        """Say it in a line, for reports."""
        since = f"; nothing changed since size {self.earlier.size}" if self.earlier else ""
        return f"{self.trust}; all {self.entries} entries verified{since}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptReport:
    """A receipt that was verified: for which entry, and whose signatures that rests on."""

    trust: Trust
    receipt: Receipt

    def __str__(self) -> str:
        """Say it in a line, for reports."""
        return f"entry {self.receipt.index} is in {self.trust}"


def verify_log(
    read: FileReader,
    policy: Policy,
    *,
    earlier: str | bytes | None = None,
    progress: Progress | None = None,
) -> LogReport:
    """Verify every file of a log, and that it still begins with an earlier checkpoint if given.

    `earlier` is a signed checkpoint that somebody has kept. Raises a `LedgerError` that names the
    file and the entry, and says what it means.
    """
    trust = read_checkpoint(read, policy)
    count = 0
    for entries in _verify_bundles(read, trust.checkpoint):
        count += len(entries)
        if progress is not None:
            progress(count, trust.checkpoint.size)
    assert count == trust.checkpoint.size, "the tiles of a verified root span its whole size"
    # Last, so that what is only a damaged file is not taken for a second history.
    before = None if earlier is None else verify_growth(read, trust, earlier, policy)
    return LogReport(trust=trust, entries=count, earlier=before)


def verified_entries(
    read: FileReader, policy: Policy, *, progress: Progress | None = None
) -> Iterator[tuple[int, bytes]]:
    """Give each entry with its index, in order, each after it was verified up to the signed root.

    For whoever checks what the entries say. Raises as `verify_log` does, and may do so after
    some entries; those were good. Only when it ends without raising was the log verified whole.
    """
    yield from entries_under(read, read_checkpoint(read, policy).checkpoint, progress=progress)


def entries_under(
    read: FileReader, checkpoint: Checkpoint, *, progress: Progress | None = None
) -> Iterator[tuple[int, bytes]]:
    """Give the entries in the same manner under this head, whose signatures were checked."""
    index = 0
    for entries in _verify_bundles(read, checkpoint):
        for entry in entries:
            yield index, entry
            index += 1
        if progress is not None:
            progress(index, checkpoint.size)


def _verify_bundles(read: FileReader, checkpoint: Checkpoint) -> Iterator[list[bytes]]:
    """Give the entries of one bundle after the other, each verified up to the root."""
    size = checkpoint.size
    edge = [(tile, read_tile(read, tile)) for tile in right_edge(size)]
    frontier = frontier_of_edge(size, (hashes for _, hashes in edge))
    if frontier.root() != checkpoint.root:
        raise FileDiffers(
            f"the tiles at the right edge ({', '.join(tile.path for tile, _ in edge) or 'none'}) "
            f"do not come to the root that was signed for size {size}: they were changed after "
            "the log was signed, or belong to another log",
            where=edge[0][0].path if edge else "checkpoint",
            hint=_KEEP,
        )
    for tile, hashes in edge:
        yield from _verify_below(read, tile, hashes)


def _verify_below(read: FileReader, tile: Tile, hashes: list[bytes]) -> Iterator[list[bytes]]:
    """Verify all that lies below a tile whose hashes were verified; at most 8 tiles deep."""
    if tile.level == 0:
        yield _verify_entries(read, tile, hashes)
        return
    for i, expected in enumerate(hashes):
        below = Tile(level=tile.level - 1, index=tile.index * WIDTH + i)
        found = read_tile(read, below)
        if tile_root(found) != expected:
            first = below.index << (8 * below.level + 8)
            last = first + (1 << (8 * below.level + 8)) - 1
            raise FileDiffers(
                f"this tile does not come to hash {i} of `{tile.path}`, which the signed root "
                f"confirms: nothing it says of the entries {first} to {last} can be relied on",
                where=below.path,
                hint=_KEEP,
            )
        yield from _verify_below(read, below, found)


def _verify_entries(read: FileReader, tile: Tile, hashes: list[bytes]) -> list[bytes]:
    """Verify the entries under a level 0 tile, and give them."""
    bundle = Bundle(index=tile.index, width=tile.width)
    entries = read_bundle(read, bundle)
    # One comparison for the whole bundle; only a bundle that fails is gone through.
    if b"".join([sha256(b"\x00" + entry).digest() for entry in entries]) != b"".join(hashes):
        for i, (entry, expected) in enumerate(zip(entries, hashes, strict=True)):
            if leaf_hash(entry) != expected:
                raise FileDiffers(
                    f"entry {tile.index * WIDTH + i} is not the one that was logged: its bytes "
                    "were changed after the log was signed, or this file is not of this log",
                    where=bundle.path,
                    hint=_KEEP,
                )
    return entries


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherFiles:
    """What lies beside the files that a signed head needs.

    `earlier` counts the partial tiles and bundles of earlier sizes; all agree with the log.
    `ahead` are files of a larger log than was signed (a log that is being published, or was
    killed while it was), `unknown` those that are none of a log's.
    """

    earlier: int
    ahead: tuple[str, ...]
    unknown: tuple[str, ...]


def verify_other_files(
    read: FileReader, paths: Iterable[str], checkpoint: Checkpoint
) -> OtherFiles:
    """Verify the partial files of earlier sizes, in a log that `verify_log` found good.

    `paths` name all files of the log's directory but its checkpoint. A partial file may stay or
    go once a larger one is there (tlog-tiles, "Partial Tiles"); while it stays it is served, so
    it must be the beginning of the larger one. Raises `FileDiffers` or `Malformed` with its path.
    """
    earlier = 0
    ahead, unknown = [], []
    for path in paths:
        try:
            file = parse_path(path)
        except Malformed:
            unknown.append(path)
            continue
        level = file.level if isinstance(file, Tile) else 0
        count = min(WIDTH, (checkpoint.size >> (8 * level)) - file.index * WIDTH)
        if file.width > count:
            ahead.append(path)
        elif file.width < count:
            _verify_earlier(read, file, count)
            earlier += 1
    return OtherFiles(earlier=earlier, ahead=tuple(ahead), unknown=tuple(unknown))


def _verify_earlier(read: FileReader, file: Tile | Bundle, count: int) -> None:
    """Verify that a partial file is the beginning of the same one with `count` in it."""
    data = read(file.path)
    if data is None:
        return  # removed since it was listed: the larger one is there
    if isinstance(file, Tile):
        same = parse_tile(data, file) == read_tile(
            read, replace(file, width=count))[: file.width]
    else:
        same = parse_bundle(data, file) == read_bundle(
            read, replace(file, width=count))[: file.width]
    if not same:
        raise FileDiffers(
            "this file of an earlier size is not the beginning of the larger one that is verified: "
            "it was changed, or somebody was shown another history",
            where=file.path,
            hint="keep this file, and look for an earlier checkpoint that leads to it: the two "
            "checkpoints are the evidence",
        )


def verify_receipt(
    receipt_text: str | bytes, entry: bytes, policy_text: str | bytes, *, early: bool = False
) -> ReceiptReport:
    """Verify that a log which the policy trusts holds these bytes, from these three alone.

    `early` accepts one from before enough witnesses had signed (`check_receipt`). Raises a
    `LedgerError`. That the entry's words are true, or that nothing else was done, is not
    shown by a receipt.
    """
    policy = parse_policy(policy_text)
    receipt = checked_at("receipt", lambda: parse_receipt(receipt_text))
    trust = checked_at("receipt", lambda: check_receipt(receipt, entry, policy, early=early))
    return ReceiptReport(trust=trust, receipt=receipt)
