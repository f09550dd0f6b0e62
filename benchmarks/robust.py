"""Measures what edits of a post cost: typing errors, casing, dialects, negation; prints Markdown.

    python benchmarks/robust.py [--model FOLDER]    # needs shared/data beside the repository

Posts and pool as in `rank.py`, without the signature that a quotation has. What was learned has
seen neither the post nor a post of its group, and no edit. Told is the first claim where it is
right and its probability is .8 at least. The edits are `edits.py`'s, every one synthetic. No text
is printed.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from edits import DIALECTS, EDITS
from kept import Kept
from match import SHARED, load
from rank import alone, ap_of, by_group, interval, near_copies

from evenhand.factcheck.checkthat import read_subtitles
from evenhand.factcheck.gate import Gate
from evenhand.factcheck.learning import Example, example, folds, groups_of, learn
from evenhand.factcheck.likeness import Claim, Likenesses, Pool
from evenhand.factcheck.ranking import Learned, rank
from evenhand.factcheck.words import _SIGNATURE

SURE = 0.8
FOLDS = 5


def liken(pool: Pool, texts: Sequence[str]) -> list[Likenesses]:
    return [one for n in range(0, len(texts), 32) for one in pool.likenesses(texts[n:n + 32])]


def weights_of_others(examples: Sequence[Example], names: tuple[str, ...]) -> list[Learned]:
    """Of each post what was learned of the posts that it shares no group with."""
    place = {id(one): n for n, one in enumerate(examples)}
    found: dict[int, Learned] = {}
    for kept, held in folds(examples, FOLDS):
        learned = learn(kept, names)
        found |= {place[id(one)]: learned for one in held}
    return [found[n] for n in range(len(examples))]


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
    said = [_SIGNATURE.sub("", text) for text in texts.values()]
    model = Kept(folder) if folder else None
    pool = Pool.of((Claim(c.claim, c.title, also[c.url]) for c in checks), model)
    assert pool is not None, "the benchmark needs the extra `[match]`"
    gate = Gate(pool)
    groups = near_copies(said, groups_of([sorted(r) for r in right]))

    examples = [example(f, sorted(r), g) for f, r, g in zip(liken(pool, said), right, groups,
                                                           strict=True)]
    learned = weights_of_others(examples, pool.names)
    kinds = ["words", *(["meaning of the claim"] if model else [])]
    print(f"{len(said)} posts in {len(set(groups))} groups, {pool.size} claims, "
          f"{'with' if model else 'without'} a model; learned of posts as they are\n")
    print("| edit (synthetic) | " + " | ".join(f"{k} alone" for k in kinds) + " | summed | learned "
          f"| change of the last | told, at {SURE} | change | best cosine to a right claim "
          "| passes the gate |\n" + "|---" * (8 + len(kinds)) + "|")
    before: dict[str, list[float]] = {}
    recalls: dict[str, float] = {}
    for name, edit in EDITS.items():
        edited = [edit(text) for text in said]
        found = liken(pool, edited)
        row = {k: [alone(f[k], r) for f, r in zip(found, right, strict=True)] for k in kinds}
        row["summed"] = [ap_of(f, r, None) for f, r in zip(found, right, strict=True)]
        row["learned"] = [ap_of(f, r, by) for f, r, by in zip(found, right, learned, strict=True)]
        firsts = [rank(f, learned=by, most=1)[0] for f, by in zip(found, learned, strict=True)]
        row["told"] = [float(one.place in r and (one.probability or 0) >= SURE)
                       for one, r in zip(firsts, right, strict=True)]
        near = [max(float(f["meaning of the claim"][n]) for n in r)
                for f, r in zip(found, right, strict=True)] if model else []
        before = before or row
        changes = []
        for kind in ("learned", "told"):
            by_post = np.array(row[kind]) - np.array(before[kind])
            low, high = interval(by_group(by_post.tolist(), groups))
            changes.append(f"{by_post.mean():+.3f} [{low:+.3f}, {high:+.3f}]")
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
