"""Tiles and bundles, held against the specification's sums."""


import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.ledger.errors import FileMissing, Malformed
from evenhand.ledger.merkle import (
    check_consistency,
    check_inclusion,
    hashes_in_memory,
    leaf_hash,
    prove_consistency,
    prove_inclusion,
    root,
)
from evenhand.ledger.tiles import (
    LONGEST_ENTRY,
    Bundle,
    Tile,
    files_to_write,
    format_bundle,
    format_tile,
    frontier_of_edge,
    hashes_in_tiles,
    parse_bundle,
    parse_path,
    parse_tile,
    right_edge,
    tile_root,
)


def tiles_of(size):
    """Name every tile and bundle of a log of this size, from the specification's own sums."""
    named = set()
    level = 0
    while 256**level <= size:
        full, width = divmod(size // 256**level, 256)
        for index in range(full):
            named.add(Tile(level=level, index=index))
            if level == 0:
                named.add(Bundle(index=index))
        if width:
            named.add(Tile(level=level, index=full, width=width))
            if level == 0:
                named.add(Bundle(index=full, width=width))
        level += 1
    return named


def test_the_specifications_example_of_70000_entries_comes_out():
    tiles = [file for file in files_to_write(0, 70_000) if isinstance(file, Tile)]
    full = [tile.level for tile in tiles if tile.width == 256]
    assert (full.count(0), full.count(1), full.count(2)) == (273, 1, 0)
    assert [tile.path for tile in tiles if tile.width < 256] == [
        "tile/0/273.p/112",
        "tile/1/001.p/17",
        "tile/2/000.p/1",
    ]


def test_a_log_of_256_has_a_full_tile_and_a_partial_one_above_it():
    assert [file.path for file in files_to_write(0, 256)] == [
        "tile/entries/000",
        "tile/0/000",
        "tile/1/000.p/1",
    ]


@given(st.integers(0, 200_000), st.integers(0, 2_000))
@settings(deadline=None, max_examples=60)
def test_a_growth_writes_what_the_larger_log_has_and_the_smaller_has_not(old, more):
    written = list(files_to_write(old, old + more))
    assert len(written) == len(set(written))
    assert set(written) == tiles_of(old + more) - tiles_of(old)


def test_the_largest_log_has_eight_levels_of_tiles_and_a_right_edge_that_fits():
    size = 2**63 - 1
    edge = right_edge(size)
    assert [tile.level for tile in edge] == [7, 6, 5, 4, 3, 2, 1, 0]
    assert sum(tile.width * 256**tile.level for tile in edge) == size


@given(st.integers(0, 63), st.integers(0, 2**55 - 1), st.integers(1, 256))
def test_a_path_is_read_as_it_was_written(level, index, width):
    tile = Tile(level=level, index=index, width=width)
    bundle = Bundle(index=index, width=width)
    assert parse_path(tile.path) == tile
    assert parse_path(bundle.path) == bundle


@pytest.mark.parametrize(
    "path",
    [
        "", "checkpoint", "tile", "tile/0", "tile/0/0", "tile/0/00", "tile/0/0000", "tile/00/000",
        "tile/64/000", "tile/-1/000", "tile/0/x000/000", "tile/0/001/000", "tile/0/000.p/0",
        "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/", "tile/0/000/", "/tile/0/000",
        "tile/0/../000", "tile/0/000\n", "tile/0/٠٠٠", "tile/entries/x9/000",
        "tile/0/" + "x999/" * 30 + "000", "tile/0/x036/x028/x797/x018/x963/968",
    ],
)  # fmt: skip
def test_what_is_not_a_path_of_a_log_is_refused(path):
    with pytest.raises(Malformed):
        parse_path(path)


@given(st.text(max_size=40))
def test_no_text_makes_a_path_fail_in_another_way_than_ours(path):
    with pytest.raises(Malformed):
        parse_path(path)
    with pytest.raises(Malformed):
        parse_path(f"tile/0/{path}0")


def test_a_tile_with_a_width_or_level_that_there_is_not_is_refused():
    for wrong in ({"level": 64}, {"level": -1}, {"width": 0}, {"width": 257}, {"index": -1}):
        with pytest.raises(Malformed):
            Tile(**{"level": 0, "index": 0, **wrong})


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=256))
@settings(deadline=None, max_examples=30)
def test_a_tile_is_read_as_it_was_written(hashes):
    tile = Tile(level=3, index=7, width=len(hashes))
    assert parse_tile(format_tile(hashes), tile) == hashes


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=256))
@settings(deadline=None, max_examples=50)
def test_a_bundle_is_read_as_it_was_written(entries):
    bundle = Bundle(index=7, width=len(entries))
    data = format_bundle(entries)
    assert parse_bundle(data, bundle) == entries
    for wrong in (data[:-1], data + b"\0", data + b"\0\0", data[1:]):
        with pytest.raises(Malformed, match=r"exactly") as refused:
            parse_bundle(wrong, bundle)
        assert refused.value.where == bundle.path


@given(st.binary(max_size=600), st.integers(1, 256))
@settings(deadline=None, max_examples=200)
def test_no_bytes_make_a_bundle_or_a_tile_fail_in_another_way_than_ours(data, width):
    for parse, file in (
        (parse_bundle, Bundle(index=0, width=width)),
        (parse_tile, Tile(level=0, index=0, width=width)),
    ):
        try:
            parts = parse(data, file)
        except Malformed:
            continue
        assert len(parts) == width


def test_the_longest_entry_fits_and_one_byte_more_does_not():
    longest = b"x" * LONGEST_ENTRY
    assert parse_bundle(format_bundle([longest, b""]), Bundle(index=0, width=2)) == [longest, b""]
    with pytest.raises(Malformed, match="at most 65535 bytes") as refused:
        format_bundle([longest + b"x"])
    assert "log its digest" in str(refused.value)


def test_a_tile_or_bundle_of_nothing_or_too_much_is_not_written():
    for wrong in ([], [b"x" * 32] * 257):
        with pytest.raises(Malformed):
            format_tile(wrong)
        with pytest.raises(Malformed):
            format_bundle(wrong)
    with pytest.raises(Malformed):
        format_tile([b"short"])


def files_in_memory(entries):
    """Write a log into a dictionary the plain way: level by level, from its definition."""
    files = {}
    for start in range(0, len(entries), 256):
        part = entries[start : start + 256]
        files[Bundle(index=start // 256, width=len(part)).path] = format_bundle(part)
    level, row = 0, [leaf_hash(entry) for entry in entries]
    while row:
        above = []
        for start in range(0, len(row), 256):
            part = row[start : start + 256]
            files[Tile(level=level, index=start // 256, width=len(part)).path] = b"".join(part)
            if len(part) == 256:
                above.append(root(part))
        level, row = level + 1, above
    return files


ENTRIES = [b"entry %d" % i for i in range(66_000)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 512, 1000, 65_535, 65_536, 65_539])
def test_proofs_from_tiles_are_those_from_memory(size):
    files = files_in_memory(ENTRIES[:size])
    assert {file.path for file in tiles_of(size)} == set(files)
    from_tiles, from_memory = hashes_in_tiles(files.get, size), hashes_in_memory(LEAVES[:size])
    head = root(LEAVES[:size])
    for index in {0, 1, size // 3, size // 2, size - 2, size - 1} & set(range(size)):
        proof = prove_inclusion(index, size, from_tiles)
        assert proof == prove_inclusion(index, size, from_memory)
        check_inclusion(index, size, LEAVES[index], proof, head)
    for old in {1, 2, 255, 256, size // 2, size - 1} & set(range(1, size)):
        proof = prove_consistency(old, size, from_tiles)
        assert proof == prove_consistency(old, size, from_memory)
        check_consistency(old, size, proof, root(LEAVES[:old]), head)


@pytest.mark.parametrize("size", [0, 1, 255, 256, 300, 65_536, 65_799])
def test_the_right_edge_alone_gives_the_root(size):
    files = files_in_memory(ENTRIES[:size])
    edge = [parse_tile(files[tile.path], tile) for tile in right_edge(size)]
    assert frontier_of_edge(size, edge).root() == root(LEAVES[:size])


def test_a_partial_tile_that_was_deleted_is_read_from_the_full_one():
    files = files_in_memory(ENTRIES[:300]) | files_in_memory(ENTRIES[:512])
    del files["tile/0/001.p/44"], files["tile/entries/001.p/44"]
    read = hashes_in_tiles(files.get, 300)  # of an older checkpoint
    check_inclusion(299, 300, LEAVES[299], prove_inclusion(299, 300, read), root(LEAVES[:300]))


def test_a_missing_tile_is_named():
    files = files_in_memory(ENTRIES[:300])
    del files["tile/0/001.p/44"]
    with pytest.raises(FileMissing) as refused:
        prove_inclusion(299, 300, hashes_in_tiles(files.get, 300))
    assert refused.value.where == "tile/0/001.p/44"


def test_a_hash_of_part_of_a_tile_is_asked_for_complete_subtrees_only():
    with pytest.raises(AssertionError, match="complete subtree"):
        tile_root(LEAVES[:3])
