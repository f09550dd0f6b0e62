"""The tree of RFC 6962 (and RFC 9162, section 2.1): hashes, roots, proofs and their checks.

Everything here is arithmetic on 32-byte SHA-256 hashes. Proofs are made from a `HashReader`, so
that they can be served from a database, from tiles or from memory; checks need nothing but their
arguments, which is why a stranger can run them.

>>> leaves = [leaf_hash(entry) for entry in (b"one", b"two", b"three", b"four", b"five")]
>>> head = Frontier().extend(leaves)
>>> proof = prove_inclusion(2, head.size, hashes_in_memory(leaves))
>>> len(proof)
3
>>> check_inclusion(2, head.size, leaf_hash(b"three"), proof, head.root())
>>> check_inclusion(2, head.size, leaf_hash(b"THREE"), proof, head.root())
Traceback (most recent call last):
    ...
evenhand.ledger.errors.NotInLog: the proof for entry 2 leads to another root than the log of size
5 has: an entry with these bytes is not shown to be in the log, so do not rely on it

Size 0 and size 1 (spec/ledger.md, "Small trees"): the empty tree has the root `SHA-256("")` and no
entry of it can be proven; the root of a tree of one entry is its leaf hash and its proof is empty;
every tree is consistent with the empty one, with an empty proof that says nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from evenhand.ledger.errors import HistoryRewritten, Malformed, NotInLog

HASH_BYTES: Final = 32
MAX_SIZE: Final = 2**63 - 1
EMPTY_ROOT: Final = sha256(b"").digest()
LONGEST_PROOF: Final = 63

HashReader = Callable[[int, int], bytes]
"""`read(level, index)` gives the 32-byte root of the complete subtree over the leaves
`index * 2**level` to `(index + 1) * 2**level`, so `read(0, i)` is the hash of leaf `i`.
It is only ever asked for subtrees that lie wholly inside the tree."""


def leaf_hash(entry: bytes) -> bytes:
    """Hash an entry: `SHA-256(0x00 || entry)` (RFC 6962, section 2.1), 32 bytes."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees: `SHA-256(0x01 || left || right)` (RFC 6962, section 2.1), 32 bytes."""
    return sha256(b"\x01" + left + right).digest()


def root(leaf_hashes: Iterable[bytes]) -> bytes:
    """Give the 32-byte root of the tree over these leaf hashes; of none, `EMPTY_ROOT`."""
    return Frontier().extend(leaf_hashes).root()


def pair_up(hashes: Sequence[bytes]) -> list[bytes]:
    """Hash neighbours together: n hashes of one level to n // 2 of the next, a last odd one left.

    This loop is where a log spends its time; it is one comprehension for that reason.
    """
    each = iter(hashes)
    return [
        sha256(b"\x01" + left + right).digest() for left, right in zip(each, each, strict=False)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frontier:
    """The right edge of a tree: all that is needed to append to it and to know its root.

    `hashes` has the root of one complete subtree for each set bit of `size`, the largest (the
    leftmost) first; 32 bytes each. `(size, hashes)` is its whole state, to be stored as it is.

    >>> Frontier().append(leaf_hash(b"a")).append(leaf_hash(b"b")).root() == node_hash(
    ...     leaf_hash(b"a"), leaf_hash(b"b"))
    True
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a state that no tree can have, such as one cut short in a database."""
        if not 0 <= self.size <= MAX_SIZE:
            raise Malformed(f"a log cannot have {self.size} entries")
        if len(self.hashes) != self.size.bit_count() or not {HASH_BYTES}.issuperset(
            map(len, self.hashes)
        ):
            raise Malformed(
                f"the stored right edge of the tree does not fit its size of {self.size}: it has "
                f"{len(self.hashes)} hashes, and {self.size.bit_count()} of 32 bytes are needed",
                hint="derive it again from the entries",
            )

    def append(self, leaf: bytes) -> "Frontier":
        """Give the frontier with one more leaf hash at the end."""
        kept = len(self.hashes)
        size = self.size
        while size & 1:  # each subtree at the right that is as large as the new one joins it
            kept -= 1
            leaf = node_hash(self.hashes[kept], leaf)
            size >>= 1
        return Frontier(size=self.size + 1, hashes=(*self.hashes[:kept], leaf))

    def extend(self, leaf_hashes: Iterable[bytes]) -> "Frontier":
        """Give the frontier with these leaf hashes, in their order, at the end.

        Equal to appending them one by one, and some times faster: each level is folded in one
        pass.
        """
        waiting = list(self.hashes)
        fresh = list(leaf_hashes)
        size = self.size + len(fresh)
        edge: list[bytes] = []
        before = self.size
        while fresh:
            if before & 1:  # the left neighbour of the first fresh hash was still waiting for it
                fresh.insert(0, waiting.pop())
            if len(fresh) & 1:
                edge.append(fresh[-1])
            fresh = pair_up(fresh)
            before >>= 1
        return Frontier(size=size, hashes=(*waiting, *reversed(edge)))

    def root(self) -> bytes:
        """Give the 32-byte root of the tree (RFC 6962, section 2.1)."""
        return _fold(self.hashes) if self.hashes else EMPTY_ROOT


def _fold(hashes: Sequence[bytes]) -> bytes:
    """Fold neighbouring subtrees, largest first, into the root of the tree they make up."""
    result = hashes[-1]
    for left in reversed(hashes[:-1]):
        result = node_hash(left, result)
    return result


def hashes_in_memory(leaf_hashes: Iterable[bytes]) -> HashReader:
    """Give a `HashReader` over these leaf hashes, every complete subtree hashed beforehand."""
    levels = [list(leaf_hashes)]
    while len(levels[-1]) > 1:
        levels.append(pair_up(levels[-1]))
    return lambda level, index: levels[level][index]


def complete_subtrees(start: int, end: int) -> tuple[tuple[int, int], ...]:
    """Say which complete subtrees `(level, index)` make up the leaves `start` to `end`.

    From left to right, so that the largest comes first; `start` must be a multiple of a power of
    two that is not less than `end - start`, as it is wherever RFC 6962 splits a tree.

    >>> complete_subtrees(0, 7)
    ((2, 0), (1, 2), (0, 6))
    """
    subtrees = []
    while start < end:
        level = (end - start).bit_length() - 1
        subtrees.append((level, start >> level))
        start += 1 << level
    return tuple(subtrees)


def read_frontier(size: int, read: HashReader) -> Frontier:
    """Read the frontier of the tree of this size, at most 63 hashes."""
    hashes = tuple(read(level, index) for level, index in complete_subtrees(0, size))
    return Frontier(size=size, hashes=hashes)


def _read_range(start: int, end: int, read: HashReader) -> bytes:
    """Read the root of the leaves `start` to `end`: MTH(D[start:end]) of RFC 6962."""
    return _fold([read(level, index) for level, index in complete_subtrees(start, end)])


def _split(start: int, end: int) -> int:
    """Say where RFC 6962 splits these leaves: after the largest power of two below their count."""
    return start + (1 << ((end - start - 1).bit_length() - 1))


def prove_inclusion(index: int, size: int, read: HashReader) -> tuple[bytes, ...]:
    """Prove that leaf `index` is in the tree of `size`: 32-byte hashes, the leaf's sibling first.

    PATH(m, D[n]) of RFC 6962, section 2.1.1. `check_inclusion` is its twin. Raises `NotInLog`
    when the tree has no such leaf.
    """
    _refuse_index_outside(index, size)
    start, end = 0, size
    path = []
    while end - start > 1:
        middle = _split(start, end)
        if index < middle:
            path.append(_read_range(middle, end, read))
            end = middle
        else:
            path.append(_read_range(start, middle, read))
            start = middle
    return tuple(reversed(path))


def check_inclusion(
    index: int, size: int, leaf: bytes, proof: Sequence[bytes], tree_root: bytes
) -> None:
    """Check that the leaf hash is at `index` in the tree of `size` that has this root.

    RFC 9162, section 2.1.3.2, with its step numbers. Raises `NotInLog`.
    """
    if len(leaf) != HASH_BYTES or len(tree_root) != HASH_BYTES:
        raise NotInLog("a leaf hash and a root have 32 bytes each: this proves nothing")
    # 1. Compare leaf_index with tree_size.
    _refuse_index_outside(index, size)
    # 2. and 3. Set fn to leaf_index, sn to tree_size - 1, r to hash.
    fn, sn, r = index, size - 1, leaf
    # 4. For each value p in the inclusion_path array:
    for p in proof:
        # a. If sn is 0, stop and fail.
        if sn == 0 or len(p) != HASH_BYTES:
            raise _bad_length(index, size, proof)
        # b. If LSB(fn) is set, or if fn is equal to sn, the path comes from the left.
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        # c. Right-shift both fn and sn one time.
        fn, sn = fn >> 1, sn >> 1
    # 5. Compare sn to 0. Compare r against the root_hash.
    if sn != 0:
        raise _bad_length(index, size, proof)
    if r != tree_root:
        raise NotInLog(
            f"the proof for entry {index} leads to another root than the log of size {size} has: "
            "an entry with these bytes is not shown to be in the log, so do not rely on it"
        )


def _refuse_index_outside(index: int, size: int) -> None:
    if not 0 <= index < size <= MAX_SIZE:
        raise NotInLog(
            f"a log of {size} entries has no entry {index}: nothing can be shown to be there"
        )


def _bad_length(index: int, size: int, proof: Sequence[bytes]) -> NotInLog:
    return NotInLog(
        f"a proof for entry {index} in a log of {size} cannot have these {len(proof)} hashes: "
        "the entry is not shown to be in the log, so do not rely on it"
    )


def prove_consistency(old_size: int, new_size: int, read: HashReader) -> tuple[bytes, ...]:
    """Prove that the tree of `new_size` begins with the tree of `old_size`: 32-byte hashes.

    PROOF(m, D[n]) of RFC 6962, section 2.1.2; empty when the sizes are equal or the old one is 0.
    `check_consistency` is its twin. Raises `HistoryRewritten` when the old tree is the larger.
    """
    _refuse_shrinking(old_size, new_size)
    if old_size == 0:
        return ()
    start, end = 0, new_size
    path = []
    while old_size != end:
        middle = _split(start, end)
        if old_size <= middle:
            path.append(_read_range(middle, end, read))
            end = middle
        else:
            path.append(_read_range(start, middle, read))
            start = middle
    if start > 0:  # otherwise it is the old root itself, which the verifier has
        path.append(_read_range(start, end, read))
    return tuple(reversed(path))


def check_consistency(
    old_size: int, new_size: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> None:
    """Check that the tree of `new_size` and `new_root` begins with that of `old_size`, `old_root`.

    RFC 9162, section 2.1.4.2, with its step numbers; before them, the rules for equal sizes and
    for the empty tree, which the RFC leaves to the caller. Raises `HistoryRewritten`.
    """
    _refuse_shrinking(old_size, new_size)
    if len(old_root) != HASH_BYTES or len(new_root) != HASH_BYTES:
        raise HistoryRewritten("a root has 32 bytes: this proves nothing")
    if old_size == 0 and old_root != EMPTY_ROOT:
        raise HistoryRewritten(
            "the older log is empty but has another root than the empty log has: this is not a "
            "root that an honest log could have signed"
        )
    if old_size in (0, new_size):
        if proof:
            raise _bad_growth(old_size, new_size, proof)
        if old_size == new_size and old_root != new_root:
            raise HistoryRewritten(
                f"two logs of {new_size} entries have different roots: whoever signed both has "
                "shown two histories; keep both checkpoints, they are the evidence"
            )
        return
    # 1. If consistency_path is an empty array, stop and fail.
    if not proof or any(len(each) != HASH_BYTES for each in proof):
        raise _bad_growth(old_size, new_size, proof)
    # 2. If first is an exact power of 2, prepend first_hash to the consistency_path array.
    path = [old_root, *proof] if old_size.bit_count() == 1 else list(proof)
    # 3. and 4. Set fn to first - 1 and sn to second - 1; shift until LSB(fn) is not set.
    fn, sn = old_size - 1, new_size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    # 5. Set both fr and sr to the first value in the consistency_path array.
    fr = sr = path[0]
    # 6. For each subsequent value c in the consistency_path array:
    for c in path[1:]:
        # a. If sn is 0, then stop the iteration and fail the proof verification.
        if sn == 0:
            raise _bad_growth(old_size, new_size, proof)
        # b. If LSB(fn) is set, or if fn is equal to sn, c comes from the left of both.
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)
        # c. Right-shift both fn and sn one time.
        fn, sn = fn >> 1, sn >> 1
    # 7. fr must be the first_hash, sr the second_hash, and sn 0.
    if sn != 0:
        raise _bad_growth(old_size, new_size, proof)
    if fr != old_root or sr != new_root:
        raise HistoryRewritten(
            f"the log of {new_size} entries is not shown to begin with the log of {old_size}: an "
            "entry may have been changed or taken out; keep both checkpoints"
        )


def _refuse_shrinking(old_size: int, new_size: int) -> None:
    if not 0 <= old_size <= new_size <= MAX_SIZE:
        raise HistoryRewritten(
            f"a log of {old_size} entries cannot have become one of {new_size}: a log only grows"
        )


def _bad_growth(old_size: int, new_size: int, proof: Sequence[bytes]) -> HistoryRewritten:
    return HistoryRewritten(
        f"a proof from size {old_size} to size {new_size} cannot have these {len(proof)} hashes: "
        "the newer log is not shown to begin with the older one"
    )
