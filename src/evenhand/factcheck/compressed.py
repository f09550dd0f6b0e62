"""Vectors and runs of letters of very many claims in little memory: a rough look, an exact second.

`Vectors` finds the most alike claims by few numbers of eight bits, and then tells cosines by all
numbers of sixteen. `Letters` keeps each claim's runs by claim, not by run, so that only those of
candidates are read.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

import numpy as np

from evenhand.factcheck.postings import K1, B

DIMENSIONS = 128
"""Numbers of a rough look: the directions in which claims differ most."""

BLOCK = 8192
"""Claims read at once."""

SAMPLE = 2048
"""Claims, evenly spread over the pool, by which the mean and deviation of letters are told."""

WIDE = 3.5
"""Deviations that eight bits span in each direction; what lies beyond is cut off."""

MeanSpread: TypeAlias = tuple[float, float]


class Vectors:
    """The vectors of claims: of the claim alone, and of all its words. Built once, never changed.
    """

    def __init__(self, size: int, pairs: Iterable[tuple[np.ndarray, np.ndarray]]) -> None:
        """Take `size` claims' vectors, block by block: each block is two arrays, (claims,
        dimensions) float32, every row of length 1."""
        at, sums = 0, list[np.ndarray]()
        for claim, whole in pairs:
            if not sums:
                wide = claim.shape[1]
                self._exact = [np.zeros((size, wide), dtype=np.float16) for _ in range(2)]
                sums = [np.zeros(wide), np.zeros((wide, wide)), np.zeros(wide),
                        np.zeros((wide, wide)), np.zeros((wide, wide))]
            both = claim + whole
            for kept, some in zip(self._exact, (claim, whole), strict=True):
                kept[at:at + len(some)] = some
            for total, new in zip(sums, (claim.sum(0), claim.T @ claim, whole.sum(0),
                                         whole.T @ whole, both.T @ both), strict=True):
                total += new
            at += len(claim)
        assert at == size, "every claim has its vectors"
        # Of a cosine with a text the mean and deviation over the pool follow from these, exactly.
        self._moments = [(sums[n] / size, sums[n + 1] / size) for n in (0, 2)]
        lengths, directions = np.linalg.eigh(sums[4] / size)
        kept_of = directions[:, ::-1][:, :DIMENSIONS].astype(np.float32)
        steps = WIDE * np.sqrt(np.maximum(lengths[::-1][:DIMENSIONS], 1e-12)) / 127
        self._steps = steps.astype(np.float32)
        self._directions = np.ascontiguousarray(kept_of)
        self._codes = np.empty((size, kept_of.shape[1]), dtype=np.int8)
        for start in range(0, size, BLOCK):
            here = slice(start, start + BLOCK)
            both = sum(part[here].astype(np.float32) for part in self._exact) @ kept_of
            self._codes[here] = np.clip(np.rint(both / self._steps), -127, 127)

    def rough(self, texts: np.ndarray) -> np.ndarray:
        """About the sum of both cosines with every claim, (texts, claims) float32."""
        asked = (texts @ self._directions) * self._steps
        found = np.empty((len(texts), len(self._codes)), dtype=np.float32)
        for start in range(0, len(self._codes), BLOCK):
            some = self._codes[start:start + BLOCK].astype(np.float32)
            found[:, start:start + BLOCK] = asked @ some.T
        return found

    def cosines(self, which: int, text: np.ndarray, places: np.ndarray) -> np.ndarray:
        """The cosines with the claims at these places; `which` 0 for the claim alone, 1 for all."""
        found: np.ndarray = self._exact[which][places].astype(np.float32) @ text
        return found

    def over_all(self, which: int, text: np.ndarray) -> MeanSpread:
        """The mean and the deviation of the cosines with all claims."""
        mean_vector, squares = self._moments[which]
        mean = float(text @ mean_vector)
        return mean, float(np.sqrt(max(text @ squares @ text - mean * mean, 0.0)))


class Letters:
    """The runs of letters of each claim, and what each counts. Built once, never changed.

    `held` names the runs of all claims one after the other, `times` how often each is said there;
    those of a claim lie from its `starts` on, up to the next.
    """

    def __init__(self, claims: Iterable[Iterable[str]]) -> None:
        """Lay out the runs of each claim, in the order of the claims."""
        self._vocabulary: dict[str, int] = {}
        lengths, distinct = array("I"), array("I")
        held, times, held_by = array("I"), array("B"), np.zeros(0, dtype=np.int64)
        for block in _blocks(claims, BLOCK // 4):
            said, of_claim = array("I"), array("I")
            for n, runs in enumerate(block):
                before = len(said)
                said.extend(self._vocabulary.setdefault(run, len(self._vocabulary))
                            for run in runs)
                lengths.append(len(said) - before)
                of_claim.extend([n] * (len(said) - before))
            pairs, counts = np.unique(
                np.frombuffer(of_claim, dtype=np.uint32).astype(np.int64) << 32
                | np.frombuffer(said, dtype=np.uint32), return_counts=True)
            part = (pairs & 0xFFFFFFFF).astype(np.uint32)
            held.frombytes(part.tobytes())
            times.frombytes(np.minimum(counts, 255).astype(np.uint8).tobytes())
            distinct.frombytes(np.bincount(pairs >> 32, minlength=len(block)
                                           ).astype(np.uint32).tobytes())
            new = np.bincount(part, minlength=len(self._vocabulary))
            new[:len(held_by)] += held_by
            held_by = new
        self.held = np.frombuffer(held, dtype=np.uint32)
        self.times = np.frombuffer(times, dtype=np.uint8)
        self.starts = np.concatenate([[0], np.cumsum(np.frombuffer(distinct, dtype=np.uint32),
                                                      dtype=np.int64)])
        size, long = len(lengths), np.frombuffer(lengths, dtype=np.uint32)
        self._weights = np.log(1 + (size - held_by + 0.5) / (held_by + 0.5)).astype(np.float32)
        mean = float(long.mean()) if size else 0.0
        self._short = (K1 * (1 - B + B * long / (mean or 1.0))).astype(np.float32)
        self._sample = np.unique(np.arange(min(SAMPLE, size)) * size // max(min(SAMPLE, size), 1))
        self._of_sample = self._read(self._sample)

    def scores(self, runs: Iterable[str], places: np.ndarray) -> tuple[np.ndarray, MeanSpread]:
        """BM25 of the claims at these places, (places,) float32; its mean and deviation over all,
        as a sample has them."""
        table = self.table(runs)
        among = self.sum(table, self._sample, *self._of_sample)
        found = self.sum(table, places, *self._read(places))
        return found, (float(among.mean()) if len(among) else 0.0,
                       float(among.std()) if len(among) else 0.0)

    def table(self, runs: Iterable[str]) -> np.ndarray:
        """What each run of the vocabulary weighs if it is among these, else 0; float32."""
        known = [n for run in dict.fromkeys(runs) if (n := self._vocabulary.get(run)) is not None]
        table = np.zeros(len(self._weights), dtype=np.float32)
        table[known] = self._weights[known]
        return table

    def _read(self, places: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The runs of the claims at these places, how often each is said, and in which of them."""
        spans = [(int(self.starts[p]), int(self.starts[p + 1])) for p in places]
        if not spans:
            return self.held[:0], self.times[:0], np.zeros(0, dtype=np.int64)
        return (np.concatenate([self.held[a:b] for a, b in spans]),
                np.concatenate([self.times[a:b] for a, b in spans]),
                np.repeat(np.arange(len(spans)), [b - a for a, b in spans]))

    def sum(self, table: np.ndarray, places: np.ndarray, held: np.ndarray, times: np.ndarray,
            row: np.ndarray) -> np.ndarray:
        """BM25 of the claims at `places`: of each entry its run, how often, and whose it is."""
        weights = table[held]
        hits = np.flatnonzero(weights)
        often, row = times[hits].astype(np.float32), row[hits]
        counted = weights[hits] * (often / (self._short[places[row]] + often))
        return np.bincount(row, weights=counted, minlength=len(places)).astype(np.float32)


def _blocks(claims: Iterable[Iterable[str]], many: int) -> Iterator[Sequence[Iterable[str]]]:
    block: list[Iterable[str]] = []
    for claim in claims:
        block.append(claim)
        if len(block) == many:
            yield block
            block = []
    if block:
        yield block
