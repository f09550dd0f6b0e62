"""Measures how fact-checks are ranked, learned, and told apart from none; prints Markdown.

    python benchmarks/rank.py [--model FOLDER]    # needs shared/data beside the repository

The protocol is that of the reference (factcheck, sections 2, 4.2 and 5): CheckThat! 2022 task 2A
English, train and dev together, 1,196 posts and 14,231 claims; AP@5 over the number of right
claims. Five partitions into five folds; posts that share a claim, or are near-copies, lie in one
fold; of what is learned nothing has seen the fold that it is measured on. "No match" is a post
whose claims were taken out of the pool. The texts are as the collection has them, with the
signature of whoever wrote them, and once without it, as a platform's own posts are read. No day of
a claim is used. Beside ours stand plain BM25 and the model's cosine, on the same posts. No text of
the set is printed.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from match import SHARED, average_precision, load

from evenhand.edge.sentence_model import load_model
from evenhand.factcheck.checkthat import read_subtitles
from evenhand.factcheck.learning import example, folds, groups_of, learn
from evenhand.factcheck.likeness import Claim, Likenesses, Pool
from evenhand.factcheck.ranking import Learned, likely, rank, shares_of

PARTITIONS, DRAWS = 5, 2000


def near_copies(texts: Sequence[str], groups: list[int]) -> list[int]:
    """The same groups, those with posts of nearly the same letters joined."""
    grams = [{text[i:i + 4] for i in range(len(text) - 3)}
             for text in (" ".join(t.split("—")[0].lower().split()) for t in texts)]
    joined = list(groups)
    for a in range(len(texts)):
        for b in range(a):
            both = len(grams[a] & grams[b])
            if both and both / (len(grams[a]) * len(grams[b])) ** 0.5 >= 0.6:
                old, new = joined[a], joined[b]
                joined = [new if g == old else g for g in joined]
    return joined


def ap_of(found: Likenesses, right: frozenset[int], learned: Learned | None) -> float:
    """AP@5 of one post."""
    return average_precision([str(r.place) for r in rank(found, learned=learned)],
                             frozenset(map(str, right)), 5)


def alone(scores: np.ndarray, right: frozenset[int]) -> float:
    """AP@5 of one likeness by itself."""
    best = np.argsort(-scores, kind="stable")[:5]
    return average_precision([str(n) for n in best], frozenset(map(str, right)), 5)


def interval(values: Mapping[int, list[float]]) -> tuple[float, float]:
    """The 95% interval of a mean, groups drawn again and again."""
    sums = np.array([(sum(v), len(v)) for v in values.values()])
    draws = np.random.default_rng(0).integers(0, len(sums), (DRAWS, len(sums)))
    means = sums[draws, 0].sum(1) / sums[draws, 1].sum(1)
    return float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))


def by_group(values: Sequence[float], groups: Sequence[int]) -> dict[int, list[float]]:
    found: dict[int, list[float]] = {}
    for value, group in zip(values, groups, strict=True):
        found.setdefault(group, []).append(value)
    return found


def off(told: np.ndarray, likely: np.ndarray) -> float:
    """The calibration error: how far what was told is from what was so, in ten bins."""
    bins = np.clip((likely * 10).astype(int), 0, 9)
    return float(sum(abs(told[bins == b].mean() - likely[bins == b].mean())
                     * (bins == b).mean() for b in range(10) if (bins == b).any()))


def curve(told: np.ndarray, likely: np.ndarray) -> dict[str, float]:
    """Area under the curve, recall at precisions, calibration error."""
    order = np.argsort(-likely, kind="stable")
    hits = np.cumsum(told[order])
    precision, recall = hits / np.arange(1, len(told) + 1), hits / told.sum()
    ranks = np.empty(len(told))
    ranks[np.argsort(likely, kind="stable")] = np.arange(1, len(told) + 1)
    yes, no = told.sum(), (1 - told).sum()
    found = {"area": (ranks[told == 1].sum() - yes * (yes + 1) / 2) / (yes * no)}
    for least in (0.90, 0.95, 0.98):
        found[f"P{least:.2f}"] = float(recall[precision >= least].max(initial=0))
    found["off"] = off(told, likely)
    for at in (0.5, 0.8, 0.9):
        found[f"right {at}"] = float((likely[told == 1] >= at).mean())
        found[f"false {at}"] = float((likely[told == 0] >= at).mean())
    return found


def measure(name: str, found: list[Likenesses], right: list[frozenset[int]],
            groups: list[int]) -> dict[str, float]:
    """Cross-validate one set of likenesses; prints its row, and returns what the verifier does."""
    examples = [example(f, sorted(r), g) for f, r, g in zip(found, right, groups, strict=True)]
    of = {id(e): n for n, e in enumerate(examples)}
    summed = [ap_of(f, r, None) for f, r in zip(found, right, strict=True)]
    ranked = np.zeros((PARTITIONS, len(found)))
    curves = []
    for part in range(PARTITIONS):
        told: list[float] = []
        sure: list[float] = []
        best: list[tuple[bool, float]] = []
        for kept, held in folds(examples, 5, seed=part):
            learned = learn(kept, tuple(found[0]))
            for one in held:
                n = of[id(one)]
                ranked[part, n] = ap_of(found[n], right[n], learned)
                for some, here in ((one.whole, True), (one.bereft, False)):
                    scores = learned.rank(some.traits)
                    first = int(scores.argmax())
                    told.append(float(here))
                    sure.append(likely(learned, some, scores))
                    best.append((here and bool(one.right[first]),
                                 sure[-1] * float(shares_of(scores)[first])))
        right_, sure_ = np.array(best, dtype=np.float64).T
        curves.append(curve(np.array(told), np.array(sure))
                      | {"off of the best": off(right_, sure_)})
    mean = ranked.mean(0)
    low, high = interval(by_group(mean, groups))
    gain = interval(by_group(mean - np.array(summed), groups))
    print(f"| {name} | {statistics.fmean(summed):.3f} | {mean.mean():.4f} [{low:.3f}, {high:.3f}] "
          f"| {mean.mean() - statistics.fmean(summed):+.3f} [{gain[0]:+.3f}, {gain[1]:+.3f}] |",
          flush=True)
    return {key: statistics.fmean(c[key] for c in curves) for key in curves[0]}


def spent(work: Callable[[], Any]) -> tuple[Any, float]:
    start = time.process_time()
    done = work()
    return done, time.process_time() - start


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--model", type=Path)
    folder = asked.parse_args().model
    if not (SHARED / "data" / "factcheck").exists():
        print("the research data is not here, so nothing was measured")
        return
    checks, texts, gold = load()
    also = read_subtitles((SHARED / "data" / "factcheck" / "claims.jsonl").read_text("utf-8"))
    place = {c.url.removeprefix("urn:checkthat:"): n for n, c in enumerate(checks)}
    right = [frozenset(place[c] for c in gold[q]) for q in texts]
    said = list(texts.values())
    embedder = load_model(folder) if folder else None
    pool, built = spent(lambda: Pool.of(
        (Claim(c.claim, c.title, also[c.url]) for c in checks), embedder))
    assert pool is not None, "the benchmark needs the extra `[match]`"
    found, asked_for = spent(lambda: [
        one for start in range(0, len(said), 32)
        for one in pool.likenesses(said[start:start + 32], signed=True)])
    groups = near_copies(said, groups_of([sorted(r) for r in right]))
    print(f"{len(said)} posts in {len(set(groups))} groups, {pool.size} claims; the pool laid out "
          f"in {built:.0f} CPU-s, likenesses {1000 * asked_for / len(said):.1f} CPU-ms a post in "
          f"batches of 32\n")
    print("| alone | MAP@5 |\n|---|---|")
    for name in pool.names:
        print(f"| {name} | {statistics.fmean(map(alone, (f[name] for f in found), right)):.3f} |")
    print("\n| likenesses | summed, MAP@5 | learned, five partitions | gain |\n|---|---|---|---|")
    few = [{k: v for k, v in f.items() if not k.startswith("meaning")} for f in found]
    told = {"words and letters, no model": measure("words and letters, no model", few, right,
                                                   groups)}
    if embedder is not None:
        told["with the model"] = measure("with the model", found, right, groups)
        unsigned = [one for start in range(0, len(said), 32)
                    for one in pool.likenesses(said[start:start + 32])]
        name = "with the model, no signature read"
        told[name] = measure(name, unsigned, right, groups)
    print("\n| does any speak to it | area | recall at precision .90 | .95 | .98 | calibration "
          "error | of the best being right | precision at 1% prevalence, told .9 |\n"
          "|---|---|---|---|---|---|---|---|")
    for name, one in told.items():
        rare = 0.01 * one["right 0.9"]
        print(f"| {name} | {one['area']:.3f} | {one['P0.90']:.2f} | {one['P0.95']:.2f} "
              f"| {one['P0.98']:.2f} | {one['off']:.3f} | {one['off of the best']:.3f} "
              f"| {rare / (rare + 0.99 * one['false 0.9']):.2f} |")
    learned = learn([example(f, sorted(r), g) for f, r, g in zip(found, right, groups,
                                                                   strict=True)], pool.names)
    _, ranking = spent(lambda: [rank(one, learned=learned) for one in found])
    print(f"\nRanking what was compared: {1000 * ranking / len(said):.1f} CPU-ms a post.")


if __name__ == "__main__":
    main()
