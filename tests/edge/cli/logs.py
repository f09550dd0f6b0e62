"""A log made for a test: the deliveries of two posts, two witnesses, its files in a folder."""

from __future__ import annotations

from datetime import UTC, datetime

from evenhand.ledger.checkpoint import Checkpoint, sign_checkpoint
from evenhand.ledger.keys import PrivateKey, format_vkey
from evenhand.ledger.merkle import hashes_in_memory, leaf_hash, prove_inclusion, root
from evenhand.ledger.note import add_signatures, cosign
from evenhand.ledger.receipt import Receipt, format_receipt
from evenhand.ledger.tiles import (
    Tile,
    files_to_write,
    format_bundle,
    format_tile,
)
from evenhand.record.kinds import DeliveryRecord, write_record
from evenhand.record.leaf import follow, leaf_of
from evenhand.record.opening import Opening, write_opening

KEY = PrivateKey(name="agora.example/log", seed=b"\x21" * 32)
OTHER = PrivateKey(name="forum.example/log", seed=b"\x22" * 32)
STRANGER = PrivateKey(name="agora.example/log", seed=b"\x23" * 32)
ANNA, BEN = (PrivateKey(name=f"{name}.example", seed=bytes([n]) * 32)
             for n, name in enumerate(("anna", "ben"), 1))
THEN = 1_780_000_000
"""A second of 2026 at which the witnesses signed."""
KEYS = [n.to_bytes(32, "big") for n in range(1, 500)]


def record(n, to="ada"):
    return DeliveryRecord(about=f"report:{n}", channel="folder", to=to, outcome="delivered",
                          receipt_index=n, at=datetime(2026, 5, 28, tzinfo=UTC), clock="live")


def entry(n, to="ada"):
    """Entry n: the deliveries of two posts in turn, each naming the one before it."""
    return follow(leaf_of(record(n, to), KEYS[n]), n - 2 if n >= 2 else None)


class Made:
    """A log of `size` entries, of which what was changed is in `entries`."""

    def __init__(self, size=300, key=KEY, **changed):
        self.key, self.changed = key, changed
        self.entries = [entry(n, **changed) for n in range(size)]
        self.hashes = [leaf_hash(one) for one in self.entries]

    @property
    def head(self):
        return Checkpoint(origin=self.key.name, size=len(self.entries), root=root(self.hashes))

    def note(self, head=None, *, by=None, seconds=(THEN, THEN + 60)):
        note = sign_checkpoint(head or self.head, by or self.key)
        return add_signatures(note, [cosign(note, who, at) for who, at in zip(
            (ANNA, BEN), seconds, strict=False)])

    def receipt(self, index, **note):
        extra = write_opening(Opening(leaf=self.entries[index], key=KEYS[index],
                                      record=write_record(record(index, **self.changed))))
        return format_receipt(Receipt(
            index=index, checkpoint=self.note(**note), extra=extra, proof=prove_inclusion(
                index, len(self.entries), hashes_in_memory(self.hashes))))

    def policy(self, quorum="none", key=None):
        return (f"log {format_vkey((key or self.key).verifier)}\n"
                f"witness anna {format_vkey(ANNA.cosigner)}\n"
                f"witness ben {format_vkey(BEN.cosigner)}\ngroup both all anna ben\n"
                f"quorum {quorum}\n")

    def lay_out(self, folder):
        """Its files, as a web server would serve them."""
        size = len(self.entries)
        for file in files_to_write(0, size):
            start = file.index * 256
            if isinstance(file, Tile):
                read = hashes_in_memory(self.hashes)
                data = format_tile([read(8 * file.level, start + i) for i in range(file.width)])
            else:
                data = format_bundle(self.entries[start:start + file.width])
            path = folder / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        (folder / "checkpoint").write_text(self.note())
        (folder / "policy").write_text(self.policy())
        return folder


def flip(path, place):
    """Flip one bit of a file."""
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


def place_of(index):
    """Where an entry begins in its bundle."""
    return sum(2 + len(entry(n)) for n in range(index - index % 256, index)) + 2


def cut(path, by):
    """Take the last bytes of a file away."""
    path.write_bytes(path.read_bytes()[:-by])

