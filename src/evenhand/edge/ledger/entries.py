"""The entries of the record as publishing reads them, held against what was signed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from evenhand.ledger.checkpoint import Checkpoint
from evenhand.ledger.errors import HistoryRewritten
from evenhand.ledger.tiles import (
    WIDTH,
    Bundle,
    Tile,
    format_bundle,
    format_tile,
    frontier_of_edge,
    levels,
    width_at,
)

EntryReader = Callable[[int, int], Iterable[bytes]]
"""`read(start, end)` gives the entries `start` to `end` (without it) in their order."""

_BUNDLES_AT_ONCE: Final = 64


def in_bundles(read_entries: EntryReader, start: int, end: int) -> Iterator[list[bytes]]:
    """Give the entries 256 at a time (the last time fewer), reading some bundles at once.

    Raises `HistoryRewritten` where some are missing.
    """
    step = _BUNDLES_AT_ONCE * WIDTH
    for first in range(start, end, step):
        last = min(first + step, end)
        entries = list(read_entries(first, last))
        if len(entries) != last - first:
            raise HistoryRewritten(
                f"the record holds {len(entries)} of the entries {first} to {last - 1}: entries "
                "are missing below the signed size",
                hint="stop; bring the record back whole before anything else is signed",
            )
        for i in range(0, len(entries), WIDTH):
            yield entries[i : i + WIDTH]


def refuse_other_root(
    checkpoint: Checkpoint, edge: list[list[bytes]], leaf_hashes: list[bytes]
) -> None:
    """Refuse entries that do not come to the root of a signed checkpoint, with the right edge of
    the levels above them."""
    rows = [row for row in [*reversed(edge[1:]), leaf_hashes] if row]
    if frontier_of_edge(checkpoint.size, rows).root() != checkpoint.root:
        raise HistoryRewritten(
            f"the entries of the record do not come to the root that was signed for size "
            f"{checkpoint.size}: an entry was changed after it was signed",
            hint="stop; bring the record back whole before anything else is signed",
        )


def earlier_files(edge: list[list[bytes]], entries: list[bytes], size: int,
                  earlier: Iterable[int]) -> Iterator[tuple[str, bytes]]:
    """The partial files of earlier sizes for which there is no full one yet, with their bytes.

    Each is the beginning of that of this size, whose partial tiles are the rows of `edge` and whose
    last bundle holds `entries`.
    """
    for level, width in sorted({
            (level, width_at(level, old)) for old in earlier for level in range(levels(old))
            if width_at(level, old) and old >> (8 * level + 8) == size >> (8 * level + 8)}):
        index = size >> (8 * level + 8)
        if level == 0:
            yield Bundle(index=index, width=width).path, format_bundle(entries[:width])
        yield Tile(level=level, index=index, width=width).path, format_tile(edge[level][:width])
