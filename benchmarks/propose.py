"""Measures what a calibrated matcher proposes, to whom it should and to whom not; prints Markdown.

    python benchmarks/propose.py [--model FOLDER]    # needs shared/data beside the repository

Posts that have a fact-check are those of CheckThat! 2022 task 2A English (train and dev, 1,196),
the pool its 14,231 claims; each is asked about with its claims there and with them taken out, by
weights learned of other groups. Posts that have none are Davidson et al.'s (2017): as many as are
learned from, and others that are told. Signatures are not read, as of a platform's own posts; what
the gate does not let pass is not proposed. No text of either set is printed.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
from kept import Kept
from match import model_asked, research, unrelated
from rank import near_copies

from evenhand.factcheck.gate import Gate
from evenhand.factcheck.learning import Example, example, folds, groups_of, learn
from evenhand.factcheck.likeness import Claim, Likenesses, Pool
from evenhand.factcheck.proposer import PROPOSE_LIKELY
from evenhand.factcheck.proposing import PROPOSE_ABOVE, Index, Text
from evenhand.factcheck.ranking import Candidates, Learned, likely, shares_of

TOGETHER, UNRELATED = 32, 2500
LEAST = (0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.9)


def probabilities(learned: Learned, some: Candidates) -> np.ndarray:
    """Of each candidate how likely it speaks to the text."""
    scores = learned.rank(some.traits)
    found: np.ndarray = likely(learned, some, scores) * shares_of(scores)
    return found


def measure(name: str, posts: Sequence[Example], others: Sequence[Example],
            likenesses: tuple[str, ...], passed: np.ndarray, away: np.ndarray, *,
            taught: int) -> None:
    """Prints the rows of one set of likenesses, learned with so many other texts."""
    before, held_out = others[:taught], others[UNRELATED // 2:]
    right, shown, bereft = [], [], []
    number = {id(one): n for n, one in enumerate(posts)}
    for kept, held in folds(posts, 5):
        learned = learn([*kept, *before], likenesses)
        for one in held:
            open_ = passed[number[id(one)]]
            found = probabilities(learned, one.whole) * open_
            right.append(found[one.right].max(initial=0))
            shown.append(np.sort(found)[::-1][:5])
            bereft.append(probabilities(learned, one.bereft).max(initial=0) * open_)
    learned = learn([*posts, *before], likenesses)
    free = np.array([probabilities(learned, one.whole).max(initial=0) for one in held_out])
    free *= away[UNRELATED // 2:]
    for least in LEAST:
        mark = "**" if least == PROPOSE_LIKELY else ""
        many = np.mean([(found >= least).sum() for found in shown])
        told = np.mean(np.array(right) >= least)
        print(f"| {name} | {taught} | {mark}{least}{mark} | {told:.3f} | {many:.2f} "
              f"| {np.mean(np.array(bereft) >= least):.3f} "
              f"| {np.mean(free >= least):.4f} |", flush=True)


def main() -> None:
    folder, data = model_asked(), research()
    if data is None:
        return
    checks, said, right = data.checks, data.said, data.right
    away = random.Random(1).sample(list(unrelated()), UNRELATED)
    model = Kept(folder) if folder else None
    pool = Pool.of((Claim(c.claim, c.title) for c in checks), model)
    index = Index.build(Text(f"{c.claim} {c.title}", "en") for c in checks)
    assert pool is not None, "the benchmark needs the extra `[match]`"
    assert index is not None
    if model is not None:
        model.keep()

    def compared(some: Sequence[str], claims: Sequence[Sequence[int]], groups: Sequence[int],
                 ) -> tuple[list[Example], list[Example]]:
        whole, bare = [], []
        for start in range(0, len(some), TOGETHER):
            for n, found in enumerate(pool.likenesses(some[start:start + TOGETHER]), start):
                without: Likenesses = {key: value for key, value in found.items()
                                       if not key.startswith("meaning")}
                whole.append(example(found, claims[n], groups[n]))
                bare.append(example(without, claims[n], groups[n]))
        return whole, bare
    groups = near_copies(said, groups_of(right))
    posts, bare_posts = compared(said, right, groups)
    free, bare_free = compared(away, [[]] * len(away), range(-len(away), 0))
    gate = Gate(pool)
    passed, let = np.array(gate.passes(said)), np.array(gate.passes(away))

    def shares(some: Sequence[str], kept: Sequence[Sequence[int]]) -> float:
        return float(np.mean([any(one.place in claims if claims else True
                                  for one in index.passed(text, above=PROPOSE_ABOVE)[:5])
                              for text, claims in zip(some, kept, strict=True)]))
    print(f"{len(said)} posts with a fact-check, {len(away)} without, {len(checks)} claims\n")
    print("| by | other texts learned from | least probability | right one proposed | proposed of "
          "each post that has one | of posts whose fact-check was taken out | of unrelated posts, "
          "not learned from |\n|---|---|---|---|---|---|---|")
    rest = away[UNRELATED // 2:]
    by_words = shares(said, right)
    print(f"| the share of words ({PROPOSE_ABOVE}), nothing learned | | | {by_words:.3f} "
          f"| | | {shares(rest, [[]] * len(rest)):.4f} |")
    few = tuple(name for name in pool.names if not name.startswith("meaning"))
    for taught in (0, UNRELATED // 2):
        measure("words and letters", bare_posts, bare_free, few, passed, let, taught=taught)
        if model is not None:
            measure("and a model", posts, free, pool.names, passed, let, taught=taught)


if __name__ == "__main__":
    main()
