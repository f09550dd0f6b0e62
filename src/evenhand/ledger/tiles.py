"""Tiles and entry bundles (c2sp.org/tlog-tiles): a log as files that any web server can serve.

A tile holds up to 256 neighbouring hashes of the tree, an entry bundle up to 256 entries. The
hashes of a tile at level l are the roots of the complete subtrees over 256**l entries each; at
level 0 they are the leaf hashes. A file that is not full yet says its width in its name.

>>> Tile(level=1, index=1234067).path, Bundle(index=273, width=112).path
('tile/1/x001/x234/067', 'tile/entries/273.p/112')
>>> [file.path for file in files_to_write(255, 257)]
['tile/entries/000', 'tile/0/000', 'tile/entries/001.p/1', 'tile/0/001.p/1', 'tile/1/000.p/1']
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from evenhand.ledger.errors import FileMissing, Malformed
from evenhand.ledger.merkle import (
    HASH_BYTES,
    MAX_SIZE,
    Frontier,
    HashReader,
    pair_up,
)

WIDTH: Final = 256
LONGEST_ENTRY: Final = 65_535
"""An entry's length is written in two bytes."""

FileReader = Callable[[str], bytes | None]
"""`read(path)` gives the bytes of a file of the log, or None if there is none."""

_PATH: Final = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<index>(?:x[0-9]{3}/)*[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


_AGAIN: Final = (
    "fetch it again; if that is what the platform serves, keep it and the checkpoint: together "
    "they show that the log is not as it was signed"
)

@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """The tile `index` of `level`, as far as it has `width` hashes; 256 is full."""

    level: int
    index: int
    width: int = WIDTH

    def __post_init__(self) -> None:
        """Refuse what has no path."""
        _refuse_place(self.index, self.width)
        if not 0 <= self.level <= 63:
            raise Malformed(f"a tile has a level of 0 to 63, not {self.level}")

    @property
    def path(self) -> str:
        """Where it is served (tlog-tiles, "Merkle Tree")."""
        return f"tile/{self.level}/{_place(self.index, self.width)}"

    @property
    def full(self) -> "Tile":
        """The same tile once it has all its hashes; it may be served instead of a partial one."""
        return Tile(level=self.level, index=self.index)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """The entries `256 * index` and following, `width` of them; 256 is full."""

    index: int
    width: int = WIDTH

    def __post_init__(self) -> None:
        """Refuse what has no path."""
        _refuse_place(self.index, self.width)

    @property
    def path(self) -> str:
        """Where it is served (tlog-tiles, "Log entries")."""
        return f"tile/entries/{_place(self.index, self.width)}"

    @property
    def full(self) -> "Bundle":
        """The same bundle once it has all its entries."""
        return Bundle(index=self.index)


def _refuse_place(index: int, width: int) -> None:
    if not 0 <= index <= MAX_SIZE // WIDTH or not 1 <= width <= WIDTH:
        raise Malformed(f"a file of the log has a width of 1 to 256, not {width} at {index}")


def _place(index: int, width: int) -> str:
    groups = [f"{index % 1000:03}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03}")
    return "/".join(reversed(groups)) + (f".p/{width}" if width < WIDTH else "")


def parse_path(path: str) -> Tile | Bundle:
    """Read the path of a tile or a bundle, the twin of `.path`. Raises `Malformed`."""
    found = _PATH.fullmatch(path)
    if found:
        index = int(found["index"].replace("x", "").replace("/", "")[:20])
        width = int(found["width"] or WIDTH)
        level = found["level"]
        if (
            index <= MAX_SIZE // WIDTH
            and width <= WIDTH
            and (level == "entries" or int(level) < 64)
        ):
            file = (
                Bundle(index=index, width=width)
                if level == "entries"
                else Tile(level=int(level), index=index, width=width)
            )
            if file.path == path:  # so no zero too many, and no `.p/256`
                return file
    raise Malformed(f"`{path[:80]!r}` is not the path of a file of a log")


def width_at(level: int, size: int) -> int:
    """Say how many hashes the last, partial tile of a level has: 0 to 255 (0: there is none)."""
    return (size >> (8 * level)) % WIDTH


def levels(size: int) -> int:
    """Say how many levels of tiles a log of this size has: 0 for the empty log, 1 up to 255."""
    return (size.bit_length() + 7) // 8


def right_edge(size: int) -> tuple[Tile, ...]:
    """Name the partial tiles of a log of this size, the highest level first.

    Their hashes, from left to right, are subtrees that make up the whole tree: these few files
    are all that is needed to know the root.

    >>> [tile.path for tile in right_edge(70_000)]
    ['tile/2/000.p/1', 'tile/1/001.p/17', 'tile/0/273.p/112']
    """
    return tuple(
        Tile(level=level, index=size >> (8 * level + 8), width=width_at(level, size))
        for level in reversed(range(levels(size)))
        if width_at(level, size)
    )


def frontier_of_edge(size: int, edge: Iterable[Sequence[bytes]]) -> Frontier:
    """Give the frontier of a log from the hashes of its `right_edge` tiles, in that order."""
    hashes = []
    for row in edge:
        start = 0
        while start < len(row):
            end = start + (1 << ((len(row) - start).bit_length() - 1))
            hashes.append(tile_root(row[start:end]))
            start = end
    return Frontier(size=size, hashes=tuple(hashes))


def files_to_write(old_size: int, new_size: int) -> Iterator[Tile | Bundle]:
    """Name the files that a log of `new_size` has and one of `old_size` has not.

    Level by level within each bundle's turn: a bundle, its level 0 tile, and then any tile that
    became full with it; at the end the partial tiles. So every hash in a file is that of files
    named before it.
    """
    for index in range(old_size // WIDTH, new_size // WIDTH):
        yield Bundle(index=index)
        yield Tile(level=0, index=index)
        yield from tiles_filled_by(index)
    for level in range(levels(new_size)):
        width = width_at(level, new_size)
        index = new_size >> (8 * level + 8)
        unchanged = index == old_size >> (8 * level + 8) and width == width_at(level, old_size)
        if width and not unchanged:
            if level == 0:
                yield Bundle(index=index, width=width)
            yield Tile(level=level, index=index, width=width)


def tiles_filled_by(index: int) -> Iterator[Tile]:
    """Name the tiles above level 0 that are full once the level 0 tile `index` is."""
    level, count = 1, index + 1
    while count % WIDTH == 0:
        count //= WIDTH
        yield Tile(level=level, index=count - 1)
        level += 1


def format_tile(hashes: Sequence[bytes]) -> bytes:
    """Write 1 to 256 hashes of 32 bytes one after the other."""
    if not 1 <= len(hashes) <= WIDTH or any(len(each) != HASH_BYTES for each in hashes):
        raise Malformed(f"a tile has 1 to 256 hashes of 32 bytes, not {len(hashes)}")
    return b"".join(hashes)


def parse_tile(data: bytes, tile: Tile) -> list[bytes]:
    """Read the hashes of a tile; exactly as many as its width. Raises `Malformed` with its path."""
    if len(data) != tile.width * HASH_BYTES:
        raise Malformed(
            f"the tile has {len(data)} bytes, not {tile.width * HASH_BYTES}: it was cut short, or "
            "something was added, so none of its hashes can be relied on",
            where=tile.path,
            hint=_AGAIN,
        )
    return [data[i : i + HASH_BYTES] for i in range(0, len(data), HASH_BYTES)]


def tile_root(hashes: Sequence[bytes]) -> bytes:
    """Hash a full tile, or 2, 4 ... 256 neighbours of one, into the root above them."""
    assert len(hashes).bit_count() == 1, "only a complete subtree has a hash of its own"
    while len(hashes) > 1:
        hashes = pair_up(hashes)
    return hashes[0]


def format_bundle(entries: Sequence[bytes]) -> bytes:
    """Write 1 to 256 entries, each after its length in two bytes, the higher first."""
    if not 1 <= len(entries) <= WIDTH:
        raise Malformed(f"a bundle has 1 to 256 entries, not {len(entries)}")
    parts = []
    for entry in entries:
        refuse_long_entry(entry)
        parts.append(len(entry).to_bytes(2, "big"))
        parts.append(entry)
    return b"".join(parts)


def refuse_long_entry(entry: bytes) -> None:
    """Raise `Malformed` for an entry that no bundle can hold: call it before logging one."""
    if len(entry) > LONGEST_ENTRY:
        raise Malformed(
            f"an entry of a log has at most {LONGEST_ENTRY} bytes, and this one has {len(entry)}",
            hint="log its digest and its length, and keep the bytes beside the log",
        )


def parse_bundle(data: bytes, bundle: Bundle) -> list[bytes]:
    """Read the entries of a bundle; exactly as many as its width. Raises `Malformed`."""
    entries = []
    position, end = 0, len(data)
    while position < end - 1:
        start = position + 2
        position = start + (data[position] << 8 | data[position + 1])
        entries.append(data[start:position])
    if position != end or len(entries) != bundle.width:
        raise Malformed(
            f"the bundle does not hold exactly {bundle.width} entries: it was cut short, or "
            "something was added, so none of them can be relied on",
            where=bundle.path,
            hint=_AGAIN,
        )
    return entries


def hashes_in_tiles(read: FileReader, size: int) -> HashReader:
    """Give a `HashReader` over the tiles of a log of this size.

    It believes the tiles: whatever is proven from it has to be checked against a signed root, and
    a proof that was made from a forged tile will not pass (reference: CVE-2026-56865). Raises
    `FileMissing` and `Malformed`. The tiles read last are kept in memory.
    """
    kept: dict[Tile, list[list[bytes]]] = {}

    def levels_of(tile: Tile) -> list[list[bytes]]:
        """The hashes of a tile, and above them those that were folded of them so far."""
        folded = kept.get(tile)
        if folded is None:
            if len(kept) >= 64:
                kept.pop(next(iter(kept)))
            folded = kept[tile] = [read_tile(read, tile)]
        return folded

    def read_hash(level: int, index: int) -> bytes:
        tile_level, height = divmod(level, 8)
        first = index << height  # counted in hashes of that level of tiles
        tile_index, start = divmod(first, WIDTH)
        last_index = size >> (8 * tile_level + 8)
        width = WIDTH if tile_index < last_index else width_at(tile_level, size)
        assert start + (1 << height) <= width, "only complete subtrees of the log are asked for"
        folded = levels_of(Tile(level=tile_level, index=tile_index, width=width))
        while len(folded) <= height:
            folded.append(pair_up(folded[-1]))
        return folded[height][start >> height]

    return read_hash


def read_tile(read: FileReader, tile: Tile) -> list[bytes]:
    """Read a tile, or the first hashes of the full one that has replaced it.

    A log may delete a partial tile once the full one is served (tlog-tiles, "Partial Tiles").
    Raises `FileMissing` and `Malformed`.
    """
    data = read(tile.path)
    if data is None and tile.width < WIDTH:
        full = read(tile.full.path)
        if full is not None:
            return parse_tile(full, tile.full)[: tile.width]
    if data is None:
        raise _missing(tile)
    return parse_tile(data, tile)


def read_bundle(read: FileReader, bundle: Bundle) -> list[bytes]:
    """Read a bundle, or the first entries of the full one that has replaced it.

    Raises `FileMissing` and `Malformed`.
    """
    data = read(bundle.path)
    if data is None and bundle.width < WIDTH:
        full = read(bundle.full.path)
        if full is not None:
            return parse_bundle(full, bundle.full)[: bundle.width]
    if data is None:
        raise _missing(bundle)
    return parse_bundle(data, bundle)


def _missing(file: Tile | Bundle) -> FileMissing:
    return FileMissing(
        "the file is missing, and the signed checkpoint says that the log has it: the log is not "
        "wholly published",
        where=file.path,
        hint="fetch it again; if the platform does not serve it, keep the checkpoint and say so",
    )
