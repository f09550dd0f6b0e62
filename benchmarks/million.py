"""Measures a pool of a million claims: memory, CPU time, what is lost; prints Markdown.

    python benchmarks/million.py --model FOLDER [--claims N] [--exact QUERIES]

Real are the 14,231 claims of CheckThat! 2022, the posts asked about, their vectors and all code.
Made up are the other claims: each begins at a word of a real one and goes on, word by word, with
one that followed the last word somewhere (a Markov chain, seeded), as long as real ones are; and
their vectors, each a mixture of three real ones, two of them given by how the text begins, so that
a claim and all its words mean nearly the same (to embed two million texts would take three hours).
So every made claim shares words, pairs of words and meaning with real ones. What is lost is counted
against a search of every claim in every way. No text of the set is printed.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import statistics
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import overload

import numpy as np
from kept import Kept
from match import SHARED, load

from evenhand.factcheck.compressed import Letters
from evenhand.factcheck.embedding import Embedder
from evenhand.factcheck.large import LargePool, Some
from evenhand.factcheck.likeness import Claim, Likenesses
from evenhand.factcheck.ranking import DEPTH, rank
from evenhand.factcheck.words import runs_of, without_layout

SEED, LONGEST, BEGINS = 14231, 72, 20
CHUNK = 8192


class Claims(Sequence[Claim]):
    """Real claims, evenly among made ones; texts are put together when they are asked for."""

    def __init__(self, real: Sequence[Claim], size: int) -> None:
        self._real, self._size, self.every = real, size, size // len(real)
        said = [[c.claim.split(), c.title.split(), c.subtitle.split()] for c in real]
        words = [w for fields in said for field in fields for w in field]
        self._vocabulary = sorted(set(words))
        number = {w: n for n, w in enumerate(self._vocabulary)}
        corpus = np.array([number[w] for w in words], dtype=np.int32)
        order = np.argsort(corpus, kind="stable")
        counts = np.bincount(corpus)
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        chance = np.random.default_rng(SEED)
        sizes = np.array([[min(len(f), LONGEST // 3) for f in fields] for fields in said])
        self._sizes = sizes[chance.integers(0, len(real), size)].astype(np.uint8)
        self._words = np.zeros((size, LONGEST), dtype=np.int32)
        at = chance.integers(0, len(corpus) - 1, size)
        for step in range(LONGEST):
            self._words[:, step] = corpus[at]
            nth = (chance.random(size) * counts[corpus[at]]).astype(np.int64)
            at = np.minimum(order[starts[corpus[at]] + nth] + 1, len(corpus) - 1)

    def __len__(self) -> int:
        return self._size

    def place(self, real: int) -> int:
        """Where a real claim stands."""
        return real * self.every

    @overload
    def __getitem__(self, place: int) -> Claim: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Claim]: ...
    def __getitem__(self, place: int | slice) -> Claim | Sequence[Claim]:
        if isinstance(place, slice):
            return [self[n] for n in range(*place.indices(self._size))]
        if place >= self._size:
            raise IndexError(place)
        real, made = divmod(place, self.every)
        if not made and real < len(self._real):
            return self._real[real]
        a, b, c = (int(n) for n in self._sizes[place])
        words = [self._vocabulary[n] for n in self._words[place, :a + b + c].tolist()]
        return Claim(" ".join(words[:a]), " ".join(words[a:a + b]), " ".join(words[a + b:]))


class Mixed(Embedder):
    """Real vectors where they are known; else, while `making`, mixtures of them."""

    def __init__(self, model: Kept, real: Sequence[str]) -> None:
        self._model, self.digest, self.making = model, model.digest, True
        self._known = dict(zip(real, model.vectors(real), strict=True))
        self._all = np.array(list(self._known.values()))

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        if not self.making:
            return self._model.vectors(texts)
        drawn = np.array([np.frombuffer(_digest(t[:BEGINS])[:24] + _digest(t)[:8], np.uint64)
                          for t in texts])
        first, second, third = (self._all[(drawn[:, n] % len(self._all)).astype(int)]
                                for n in (0, 1, 3))
        part = (0.2 + 0.6 * (drawn[:, 2:3] / 2**64)).astype(np.float32)
        mixed = part * first + (1 - part) * second + 0.3 * third
        mixed /= np.linalg.norm(mixed, axis=1, keepdims=True)
        for n, text in enumerate(texts):
            if text in self._known:
                mixed[n] = self._known[text]
        return mixed


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def letters_of_all(letters: Letters, bare: str) -> np.ndarray:
    """The letters of every claim, read in the order in which they lie."""
    table, found = letters.table(runs_of(bare)), []
    for start in range(0, len(letters.starts) - 1, CHUNK):
        bounds = letters.starts[start:start + CHUNK + 1]
        held = slice(int(bounds[0]), int(bounds[-1]))
        found.append(letters.sum(
            table, np.arange(start, start + len(bounds) - 1), letters.held[held],
            letters.times[held], np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))))
    return np.concatenate(found)


def exactly(pool: LargePool, text: str) -> Likenesses:
    """The likenesses of every claim of the pool, none left out; letters read claim by claim."""
    bare = without_layout(text, signature=False)
    words = pool.tongues.in_every(bare)
    found = {name: postings.scores(words) for name, postings in pool._by_words.items()}
    found["letters"] = letters_of_all(pool._letters, bare)
    assert pool._vectors is not None
    assert pool._embedder is not None
    [vector] = pool._embedder.vectors([bare])
    for which, name in enumerate(("meaning of the claim", "meaning")):
        found[name] = np.concatenate([
            pool._vectors.cosines(which, vector, np.arange(n, min(n + CHUNK, pool.size)))
            for n in range(0, pool.size, CHUNK)])
    return found


def there(some: Some, whole: Likenesses) -> Iterator[tuple[str, float]]:
    """Of the best of each likeness, the share that is among the candidates."""
    for name, scores in whole.items():
        best = np.argpartition(-scores, DEPTH - 1)[:DEPTH]
        yield name, float(np.isin(best, some.places).mean())


def memory() -> float:
    """The most memory that this process has had, GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--model", type=Path)
    asked.add_argument("--claims", type=int, default=1_000_000)
    asked.add_argument("--exact", type=int, default=100)
    given = asked.parse_args()
    if not (SHARED / "data" / "factcheck").exists() or given.model is None:
        print("the research data or a model is not here, so nothing was measured")
        return
    checks, also, texts, gold = load()
    real = [Claim(c.claim, c.title, also[c.url]) for c in checks]
    number = {c.url.removeprefix("urn:checkthat:"): n for n, c in enumerate(checks)}
    model = Kept(given.model)
    mixed = Mixed(model, [*(without_layout(c.claim) for c in real), *(
        without_layout(f"{c.claim} {c.title} {c.subtitle}") for c in real)])
    model.keep()
    claims = Claims(real, given.claims)
    before, start = memory(), time.process_time()
    pool = LargePool.of(claims, mixed)
    assert pool is not None, "the benchmark needs the extra `[match]`"
    built = time.process_time() - start
    mixed.making, model.forget = False, True
    said = list(texts.values())
    right = [{claims.place(number[c]) for c in gold[q]} for q in texts]
    start = time.process_time()
    ranked = pool.ranked(said)
    spent = time.process_time() - start
    start = time.process_time()
    model.vectors([without_layout(t, signature=False) for t in said[:200]])
    embedding = (time.process_time() - start) / 200
    print(f"{pool.size:,} claims, {len(real):,} of them real; {len(said)} posts\n")
    print("| | |\n|---|---|")
    print(f"| peak memory, with all that the benchmark holds | {memory():.2f} GB "
          f"({before:.2f} before the pool) |")
    print(f"| laid out | {built:,.0f} CPU-s |")
    print(f"| CPU-ms a post in batches of 32 | {1000 * spent / len(said):.1f}, of which "
          f"{1000 * embedding:.1f} embed it |")
    hits = [any(r.place in mine for r in some) for some, mine in zip(ranked, right, strict=True)]
    print(f"| right claim among five told, all posts | {statistics.fmean(hits):.3f} |", flush=True)
    chosen = np.random.default_rng(SEED).permutation(len(said))[:given.exact].tolist()
    model.forget = False
    whole_hits, kept_best = [], dict[str, list[float]]()
    start, same = time.process_time(), 0
    some = dict(zip(chosen, pool.likenesses([said[n] for n in chosen]), strict=True))
    for n in chosen:
        whole = exactly(pool, said[n])
        best = rank(whole)
        whole_hits.append(any(r.place in right[n] for r in best))
        same += best[0].place == ranked[n][0].place
        for name, share in there(some[n], whole):
            kept_best.setdefault(name, []).append(share)
    spent = time.process_time() - start
    print(f"| the same, of {len(chosen)} of them | {np.mean([hits[n] for n in chosen]):.3f} |")
    print(f"| by a search of every claim in every way | {statistics.fmean(whole_hits):.3f}, at "
          f"{1000 * spent / len(chosen):,.0f} CPU-ms a post |")
    print(f"| lost | {statistics.fmean(whole_hits) - np.mean([hits[n] for n in chosen]):+.3f} |")
    print(f"| the first one told is the same | {same / len(chosen):.3f} |")
    for name, shares in kept_best.items():
        print(f"| of the {DEPTH} best by {name}, among the candidates | "
              f"{statistics.fmean(shares):.3f} |")


if __name__ == "__main__":
    main()
