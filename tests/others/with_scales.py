"""Checks a log of Evenhand's, and writes one, with tlog-scales, in the environment that has it.

The package is imported where it is used: our own tests look into this file too, without it.

    python with_scales.py check LOG KEYS INDEXES NOTE...  signatures, root and these entries
    python with_scales.py growth LOG NOTE...              each note begins with those before it
    python with_scales.py write LOG NAME SEED SIZE...     a log of the entries on standard input
    python with_scales.py cosign NOTE NAME SEED           an ML-DSA-44 cosignature, and its key
"""

import sys
from pathlib import Path


def _open(folder: str, note: str):
    from tlog_scales.backend import LocalBackend
    from tlog_scales.reader import TilesReader
    from tlog_scales.tlog import Checkpoint

    reader = TilesReader(LocalBackend(Path(folder)))
    checkpoint = Checkpoint.from_text(Path(note).read_text())
    reader.set_size(checkpoint.size)
    return reader, checkpoint


def check(folder: str, keys: str, indexes: str, *notes: str) -> None:
    """Verify under each note every signature, the root that the tiles give, and these entries."""
    from tlog_scales.signing import Vkey, VkeySet
    from tlog_scales.tiles import leaf_hash

    known = [Vkey.from_string(line) for line in Path(keys).read_text().split()]
    for note in notes:
        reader, checkpoint = _open(folder, note)
        signed = {key.name for key, _ in VkeySet(*known).verify(checkpoint.signatures, checkpoint)}
        if missing := {key.name for key in known} - signed:
            raise ValueError(f"not signed by {', '.join(sorted(missing))}")
        if reader.calculate_root_hash() != checkpoint.root_hash:
            raise ValueError("the tiles do not come to the signed root")
        for index in map(int, indexes.split(",")):
            if index < checkpoint.size:
                proof = reader.get_inclusion_proof(index, checkpoint.size)
                proof.check(leaf_hash(reader.get_entry(index)), checkpoint.root_hash)


def growth(folder: str, *notes: str) -> None:
    """Verify of each note that it begins with every one that is named before it."""
    for number, note in enumerate(notes):
        reader, new = _open(folder, note)
        for file in notes[:number + 1]:
            _, old = _open(folder, file)
            proof = reader.get_consistency_proof(old.size, new.size)
            proof.check(old.root_hash, new.root_hash)


def write(folder: str, name: str, seed: str, *sizes: str) -> None:
    """Write a log of the entries on standard input, each after its length in two bytes."""
    from tlog_scales.signing import PlainEd25519Signer
    from tlog_scales.writer import TilesWriter

    writer = TilesWriter.create(Path(folder), name)
    signer = PlainEd25519Signer(name, bytes.fromhex(seed))
    for size in map(int, sizes):
        for _ in range(writer.size, size):
            length = int.from_bytes(sys.stdin.buffer.read(2), "big")
            writer.add_leaf(sys.stdin.buffer.read(length))
        writer.commit([signer])


def cosign(note: str, name: str, seed: str) -> None:
    """Cosign a checkpoint as a witness that has an ML-DSA-44 key."""
    from tlog_scales.signing import MLDSA44CosignatureSigner
    from tlog_scales.tlog import Checkpoint

    signer = MLDSA44CosignatureSigner(name, bytes.fromhex(seed))
    sys.stdout.reconfigure(encoding="utf-8")
    print(signer.vkey.serialize())
    print(signer.sign(Checkpoint.from_text(Path(note).read_text())).serialize())


if __name__ == "__main__":
    {"check": check, "growth": growth, "write": write, "cosign": cosign}[sys.argv[1]](*sys.argv[2:])
