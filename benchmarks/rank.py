"""Measures how fact-checks are ranked, learned, and told apart from none; prints Markdown.

    python benchmarks/rank.py [--model FOLDER]    # needs shared/data beside the repository

The protocol is that of the reference (factcheck, sections 2, 4.2 and 5): CheckThat! 2022 task 2A
English, train and dev together, 1,196 posts and 14,231 claims; AP@5 over the number of right
claims. Five partitions into five folds; posts that share a claim, or are near-copies, lie in one
fold; of what is learned nothing has seen the fold that it is measured on. Each post is asked about
twice, with its claims in the pool and without.

Two questions are measured. "Does any claim speak to it" is right of every post whose claims are in
the pool, found or not. "Does the best one" is right where the best candidate is a claim of the
post. Thresholds of "recall at" are read off the data that they are measured on; those of the last
table are fixed.

The texts are as the collection has them, with the signature of whoever wrote them, and once
without it, as a platform's own posts are read. No day of a claim is used. Beside ours stand bm25s
as it comes, BM25 as we lay it out, and the model's cosine, on the same posts. No text of the set
is printed.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from match import anchor, average_precision, load, mean_ap, model_asked, research

from evenhand.edge.sentence_model import load_model
from evenhand.factcheck.learning import FEWEST, Example, example, folds, groups_of, learn
from evenhand.factcheck.likeness import Likenesses, Pool
from evenhand.factcheck.measuring import area, bins, off, recall_at
from evenhand.factcheck.ranking import compared, likely, rank, shares_of

PARTITIONS, DRAWS = 5, 2000
DRAWS_OF_AREA = 400
FIXED = (0.5, 0.8, 0.9, 0.95)
WITH, WITHOUT = 0, 1
"""A post asked about with its claims in the pool, and without."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered in each partition: (partitions, posts), and the last two (.., .., 2)."""

    ap: np.ndarray
    hit: np.ndarray
    """Whether the best candidate is right, with the post's claims in the pool."""
    any: np.ndarray
    best: np.ndarray


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


def ap_of(places: np.ndarray, scores: np.ndarray, right: frozenset[int]) -> float:
    """AP@5 of one post."""
    best = places[np.argsort(-scores, kind="stable")[:5]]
    return average_precision([str(n) for n in best], frozenset(map(str, right)), 5)


def alone(scores: Sequence[np.ndarray], right: Sequence[frozenset[int]]) -> Answers:
    """One likeness by itself: its highest value is the answer to both questions."""
    ap, hit, top = [], [], []
    for one, claims in zip(scores, right, strict=True):
        left = one.copy()
        left[list(claims)] = -np.inf
        ap.append(ap_of(np.arange(len(one)), one, claims))
        hit.append(int(one.argmax()) in claims)
        top.append((one.max(), left.max()))
    told = np.array([top])
    return Answers(np.array([ap]), np.array([hit]), told, told)


def crossed(examples: Sequence[Example], right: Sequence[frozenset[int]],
            likenesses: tuple[str, ...], *, pairs: int | None = None) -> Answers:
    """What is answered of each post by what was learned of the other folds.

    With `pairs`, of so many of them, drawn among those whose claim is a candidate.
    """
    shape = (PARTITIONS, len(examples))
    found = Answers(np.zeros(shape), np.zeros(shape, dtype=bool), np.zeros((*shape, 2)),
                    np.zeros((*shape, 2)))
    number = {id(e): n for n, e in enumerate(examples)}
    for part in range(PARTITIONS):
        for kept, held in folds(examples, 5, seed=part):
            drawn = [kept[n] for n in np.random.default_rng(part).permutation(len(kept))
                     if pairs is None or kept[n].right.any()][:pairs]
            learned = learn(drawn, likenesses)
            for one in held:
                n = number[id(one)]
                for case, some in ((WITH, one.whole), (WITHOUT, one.bereft)):
                    scores = learned.rank(some.traits)
                    found.any[part, n, case] = likely(learned, some, scores)
                    found.best[part, n, case] = (found.any[part, n, case]
                                                 * shares_of(scores).max())
                    if case == WITH:
                        found.ap[part, n] = ap_of(some.places, scores, right[n])
                        found.hit[part, n] = one.right[scores.argmax()]
    return found


def drawn_groups(groups: Sequence[int], draws: int) -> list[np.ndarray]:
    """The posts of groups drawn again and again, as many groups as there are."""
    members = [np.flatnonzero(np.array(groups) == g) for g in dict.fromkeys(groups)]
    chance = np.random.default_rng(0)
    return [np.concatenate([members[g] for g in chance.integers(0, len(members), len(members))])
            for _ in range(draws)]


def interval(values: np.ndarray, draws: Sequence[np.ndarray], *, gain: bool = True) -> str:
    """A mean with its 95% interval, groups drawn again and again."""
    return bounds(float(values.mean()), [values[some].mean() for some in draws], gain=gain)


def bounds(value: float, draws: Sequence[float], *, gain: bool = True) -> str:
    low, high = np.quantile(draws, (0.025, 0.975))
    form = "+.3f" if gain else ".4f"
    return f"{value:{form}} [{low:{form}}, {high:{form}}]"


def asked_of(of: Answers, part: int, *, best: bool) -> tuple[np.ndarray, np.ndarray]:
    """Of each post, with and without its claims: whether it is so, and how likely it was told."""
    here = of.hit[part] if best else np.ones(of.hit.shape[1], dtype=bool)
    return (np.column_stack([here, np.zeros_like(here)]).astype(float),
            (of.best if best else of.any)[part])


def mean(measure: Callable[..., float], of: Answers, *, best: bool) -> float:
    """The mean of the partitions."""
    return statistics.fmean(measure(*asked_of(of, part, best=best))
                            for part in range(len(of.ap)))


def ranked(answers: dict[str, Answers], summed: dict[str, np.ndarray], others: Sequence[str],
           groups: Sequence[int]) -> None:
    draws = drawn_groups(groups, DRAWS)
    columns = ["over the sum", *(f"over {name}" for name in others)]
    print(f"\n| MAP@5 | summed | learned, five partitions | {' | '.join(columns)} |")
    print("|---|---|---|" + "---|" * len(columns))
    for name, was in summed.items():
        ap = answers[name].ap.mean(0)
        gains = [interval(ap - less, draws)
                 for less in (was, *(answers[other].ap[0] for other in others))]
        print(f"| {name} | {was.mean():.3f} | {interval(ap, draws, gain=False)} "
              f"| {' | '.join(gains)} |")


def told_apart(answers: dict[str, Answers], *, best: bool) -> None:
    question = "the best one" if best else "any claim"
    print(f"\n| does {question} speak to it | area | recall at precision .90 | .95 | .98 "
          "| recall at .95 of all posts with a claim | calibration error |\n"
          "|---|---|---|---|---|---|---|")
    for name, of in answers.items():
        known = [mean(lambda t, s, p=p: recall_at(p, t, s), of, best=best)
                 for p in (0.90, 0.95, 0.98)]
        share = of.hit.mean() if best else 1.0
        print(f"| {name} | {mean(area, of, best=best):.3f} | "
              f"{' | '.join(f'{r:.2f}' for r in known)} | {known[1] * share:.2f} | "
              + (f"{mean(off, of, best=best):.3f} |" if of.any.max() <= 1 and len(of.ap) > 1
                 else "none: no probability |"))


def area_gained(ours: Answers, others: dict[str, Answers], groups: Sequence[int]) -> None:
    draws = drawn_groups(groups, DRAWS_OF_AREA)
    print()
    for name, other in others.items():
        for best in (False, True):
            drawn = [area_of(ours, some, best=best) - area_of(other, some, best=best)
                     for some in draws]
            gain = mean(area, ours, best=best) - mean(area, other, best=best)
            print(f"- Area of \"{'the best one' if best else 'any claim'}\" over {name}: "
                  f"{bounds(gain, drawn)}, groups drawn again.")


def area_of(one: Answers, posts: np.ndarray, *, best: bool) -> float:
    """The area over some posts, in the mean of the partitions."""
    asked = (asked_of(one, part, best=best) for part in range(len(one.ap)))
    return statistics.fmean(area(told[posts], likely[posts]) for told, likely in asked)


def relied_on(of: Answers) -> None:
    print("\n| told | any claim: of all | told, mean | so | the best one: of all | told, mean "
          "| so |\n|---|---|---|---|---|---|---|")
    columns = []
    for best in (False, True):
        pairs = [asked_of(of, part, best=best) for part in range(PARTITIONS)]
        columns.append(bins(np.array([t for t, _ in pairs]), np.array([s for _, s in pairs])))
    for n, row in enumerate(zip(*columns, strict=True)):
        cells = [f"{share:.1%} | {was:.2f} | {so:.2f}" for share, was, so in row]
        print(f"| {n / 10:.1f} to {(n + 1) / 10:.1f} | {' | '.join(cells)} |")


def at_one_percent(of: Answers) -> None:
    print("\n| told of the best at least | right on posts with a claim | wrong one on them | on "
          "posts without | precision, even | precision where 1% of posts have a claim |\n"
          "|---|---|---|---|---|---|")
    for least in FIXED:
        fired = of.best >= least
        hit = float((fired[..., WITH] & of.hit).mean())
        wrong = float((fired[..., WITH] & ~of.hit).mean())
        false = float(fired[..., WITHOUT].mean())
        rare = 0.01 * hit / (0.01 * (hit + wrong) + 0.99 * false)
        print(f"| {least} | {hit:.3f} | {wrong:.3f} | {false:.3f} "
              f"| {hit / (hit + wrong + false):.2f} | {rare:.2f} |")


def spent(work: Callable[[], Any]) -> tuple[Any, float]:
    start = time.process_time()
    done = work()
    return done, time.process_time() - start


def main() -> None:
    folder, data = model_asked(), research()
    if data is None:
        return
    said, right = data.said, [frozenset(places) for places in data.right]
    embedder = load_model(folder) if folder else None
    pool, built = spent(lambda: Pool.of(data.claims, embedder))
    assert pool is not None, "the benchmark needs the extra `[match]`"

    def found_in(*, signed: bool) -> list[Likenesses]:
        return [one for start in range(0, len(said), 32)
                for one in pool.likenesses(said[start:start + 32], signed=signed)]
    found, asked_for = spent(lambda: found_in(signed=True))
    groups = near_copies(said, groups_of([sorted(r) for r in right]))
    print(f"{len(said)} posts in {len(set(groups))} groups, {pool.size} claims; the pool laid out "
          f"in {built:.0f} CPU-s, likenesses {1000 * asked_for / len(said):.1f} CPU-ms a post in "
          f"batches of 32\n")
    answers, summed = dict[str, Answers](), dict[str, np.ndarray]()
    print("| alone | MAP@5 |\n|---|---|")
    _, _, texts, gold = load()
    print(f"| bm25s as it comes, all fields | {mean_ap(anchor(texts), gold, 5):.3f} |")
    for name in pool.names:
        one = alone([f[name] for f in found], right)
        print(f"| {name} | {one.ap.mean():.3f} |", flush=True)
        if name in ("words", "meaning of the claim"):
            answers["BM25" if name == "words" else "cosine"] = one
    peers = tuple(answers)

    def measure(name: str, found: list[Likenesses], *, pairs: int | None = None) -> None:
        examples = [example(f, sorted(r), g) for f, r, g in zip(found, right, groups, strict=True)]
        summed[name] = np.array([ap_of(e.whole.places, e.whole.summed, r)
                                 for e, r in zip(examples, right, strict=True)])
        answers[name] = crossed(examples, right, compared(found[0]), pairs=pairs)
    ours = "words and letters, no model"
    measure(ours, [{k: v for k, v in f.items() if not k.startswith("meaning")} for f in found])
    if embedder is not None:
        ours = "with the model"
        measure(ours, found)
        measure(f"with the model, {FEWEST} pairs learned from", found, pairs=FEWEST)
        measure("with the model, no signature read", found_in(signed=False))
    ranked(answers, summed, peers, groups)
    for best in (False, True):
        told_apart(answers, best=best)
    area_gained(answers[ours], {name: answers[name] for name in peers}, groups)
    print(f"\nWhat is told, {ours}:")
    relied_on(answers[ours])
    at_one_percent(answers[ours])
    learned = learn([example(f, sorted(r), g) for f, r, g in zip(found, right, groups,
                                                                   strict=True)], pool.names)
    _, ranking = spent(lambda: [rank(one, learned=learned) for one in found])
    print(f"\nRanking what was compared: {1000 * ranking / len(said):.1f} CPU-ms a post.")


if __name__ == "__main__":
    main()
