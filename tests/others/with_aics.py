"""Checks every file of a log of Evenhand's, and writes one, with aics-tlog's own functions.

The package is imported where it is used: our own tests look into this file too, without it.

    python with_aics.py audit LOG NOTE...     every tile under each note, from the entries up
    python with_aics.py write LOG SIZE...     the tiles of a log of the entries on standard input
"""

import sys
from pathlib import Path


def audit(folder: str, *notes: str) -> None:
    """Verify every file of the log up to the root of each checkpoint."""
    from aics_tlog import parse_checkpoint, parse_note
    from aics_tlog.tiles import FileSystemTileReader
    from aics_tlog.verified import audit_tiles

    for note in notes:
        checkpoint = parse_checkpoint(parse_note(Path(note).read_bytes()).text)
        audit_tiles(FileSystemTileReader(folder), checkpoint.size, checkpoint.root)


def write(folder: str, *sizes: str) -> None:
    """Write the files of a log of the entries on standard input, each after its length."""
    from aics_tlog.writer import DirectoryTileStore, IncrementalTileWriter

    writer = IncrementalTileWriter(DirectoryTileStore(folder, fsync=False))
    for size in map(int, sizes):
        entries = []
        for _ in range(writer.size, size):
            length = int.from_bytes(sys.stdin.buffer.read(2), "big")
            entries.append(sys.stdin.buffer.read(length))
        writer.append(entries)
    print(writer.root().hex())


if __name__ == "__main__":
    {"audit": audit, "write": write}[sys.argv[1]](*sys.argv[2:])
