"""Measures what edits of a post cost: typing errors, casing, dialects, negation; prints Markdown.

    python benchmarks/robust.py [--model FOLDER] [--copies N]

It needs shared/data beside the repository. Posts and pool as in `rank.py`, without the signature
that a quotation has. What was learned has seen neither the post nor a post of its group, and no
edit; with `--copies` it was learned from so many copies of each post too, miswritten by chance
(`edits.miswritten`), which know nothing of any dialect. Told is the first claim where it is
right and its probability is .8 at least. The edits are `edits.py`'s, every one synthetic. No text
is printed.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from edits import DIALECTS, EDITS, miswritten
from kept import Kept
from match import research
from rank import DRAWS, ap_of, drawn_groups, interval, near_copies

from evenhand.factcheck.gate import Gate
from evenhand.factcheck.learning import Example, example, folds, groups_of, learn
from evenhand.factcheck.likeness import Likenesses, Pool
from evenhand.factcheck.ranking import Learned, rank
from evenhand.factcheck.words import _SIGNATURE

SURE = 0.8
FOLDS = 5


def liken(pool: Pool, texts: Sequence[str]) -> list[Likenesses]:
    return [one for n in range(0, len(texts), 32) for one in pool.likenesses(texts[n:n + 32])]


def weights_of_others(examples: Sequence[Example], names: tuple[str, ...],
                      copies: Sequence[Sequence[Example]] = ()) -> list[Learned]:
    """Of each post what was learned of the posts that it shares no group with, and of copies."""
    place = {id(one): n for n, one in enumerate(examples)}
    found: dict[int, Learned] = {}
    for kept, held in folds(examples, FOLDS):
        learned = learn([*kept, *(more[place[id(one)]] for more in copies for one in kept)], names)
        found |= {place[id(one)]: learned for one in held}
    return [found[n] for n in range(len(examples))]


def ap_ranked(found: Likenesses, right: frozenset[int], learned: Learned | None) -> float:
    """AP@5 of one post as it is ranked."""
    best = [one.place for one in rank(found, learned=learned)]
    return ap_of(np.array(best), -np.arange(len(best)), right)


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--model", type=Path)
    asked.add_argument("--copies", type=int, default=0)
    given, data = asked.parse_args(), research()
    if data is None:
        return
    right = [frozenset(places) for places in data.right]
    said = [_SIGNATURE.sub("", text) for text in data.said]
    model = Kept(given.model) if given.model else None
    pool = Pool.of(data.claims, model)
    assert pool is not None, "the benchmark needs the extra `[match]`"
    gate = Gate(pool)
    groups = near_copies(said, groups_of([sorted(r) for r in right]))

    def examples_of(texts: Sequence[str]) -> list[Example]:
        return [example(f, sorted(r), g)
                for f, r, g in zip(liken(pool, texts), right, groups, strict=True)]
    learned = weights_of_others(examples_of(said), pool.names, [
        examples_of([miswritten(text, n) for text in said]) for n in range(given.copies)])
    kinds = ["words", *(["meaning of the claim"] if model else [])]
    print(f"{len(said)} posts in {len(set(groups))} groups, {pool.size} claims, "
          f"{'with' if model else 'without'} a model; learned of posts as they are"
          f"{f' and {given.copies} miswritten copies of each' if given.copies else ''}\n")
    print("| edit (synthetic) | " + " | ".join(f"{k} alone" for k in kinds) + " | summed | learned "
          f"| change of the last | told, at {SURE} | change | best cosine to a right claim "
          "| passes the gate |\n" + "|---" * (8 + len(kinds)) + "|")
    draws = drawn_groups(groups, DRAWS)
    before: dict[str, list[float]] = {}
    recalls: dict[str, float] = {}
    for name, edit in EDITS.items():
        edited = [edit(text) for text in said]
        found = liken(pool, edited)
        row = {k: [ap_of(np.arange(pool.size), f[k], r)
                   for f, r in zip(found, right, strict=True)] for k in kinds}
        row["summed"] = [ap_ranked(f, r, None) for f, r in zip(found, right, strict=True)]
        row["learned"] = [ap_ranked(f, r, by)
                          for f, r, by in zip(found, right, learned, strict=True)]
        firsts = [rank(f, learned=by, most=1)[0] for f, by in zip(found, learned, strict=True)]
        row["told"] = [float(one.place in r and (one.probability or 0) >= SURE)
                       for one, r in zip(firsts, right, strict=True)]
        near = [max(float(f["meaning of the claim"][n]) for n in r)
                for f, r in zip(found, right, strict=True)] if model else []
        before = before or row
        changes = []
        for kind in ("learned", "told"):
            by_post = np.array(row[kind]) - np.array(before[kind])
            changes.append(interval(by_post, draws))
        recalls[name] = statistics.fmean(row["told"])
        print(f"| {name} | " + " | ".join(f"{statistics.fmean(row[k]):.3f}" for k in kinds)
              + f" | {statistics.fmean(row['summed']):.3f} | {statistics.fmean(row['learned']):.3f}"
              f" | {changes[0]} | {recalls[name]:.3f} | {changes[1]} "
              f"| {f'{statistics.fmean(near):.3f}' if near else ''} "
              f"| {statistics.fmean(gate.passes(edited)):.3f} |", flush=True)
        if model is not None:
            model.keep()
    told = [recalls[name] for name in DIALECTS]
    print(f"\nTold at {SURE}: between the dialects {max(told) - min(told):.3f} apart, the worst "
          f"{recalls['as it is'] - min(told):.3f} below the posts as they are.")


if __name__ == "__main__":
    main()
