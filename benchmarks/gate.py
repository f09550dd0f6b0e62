"""Measures what a cheap gate before the matcher saves, and what it loses; prints Markdown.

    python benchmarks/gate.py [--model FOLDER]    # needs shared/data beside the repository

Posts that have a fact-check are those of CheckThat! 2022 task 2A English (train and dev, 1,196),
the pool its 14,231 claims; posts that have none are Davidson et al.'s (2017). Lost is a post whose
right claim is among the five told without the gate, and which the gate lets not pass. The stream
holds one post in a hundred that has a claim. No text of either set is printed.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence

import numpy as np
from edits import EDITS
from kept import Kept
from match import model_asked, research, unrelated
from rank import near_copies

from evenhand.factcheck.gate import LEAST, LOSE, Gate, least_for
from evenhand.factcheck.learning import example, folds, groups_of, learn
from evenhand.factcheck.likeness import Likenesses, Pool
from evenhand.factcheck.ranking import Learned, compared, rank
from evenhand.factcheck.words import _SIGNATURE

GATES = (0.0, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.75, 2.0, 2.5, 3.0)
STREAM, TOGETHER = 3000, 32
POOLS = ((3000, 4), (1000, 12), (300, 30))
SHOWN = (LEAST, 1.3)
"""The gates of which more is told."""

PEERS = ("words", "letters", "meaning of the claim")
AROUND = 100
"""Words of other posts before and after a post that is hidden in them."""


def told(found: Sequence[Likenesses], right: Sequence[list[int]], groups: Sequence[int],
         ) -> tuple[np.ndarray, Learned]:
    """Whether the right claim of each post is among five, by weights of others; all weights."""
    names = compared(found[0])
    examples = [example(f, r, g) for f, r, g in zip(found, right, groups, strict=True)]
    place = {id(one): n for n, one in enumerate(examples)}
    hit = np.zeros(len(found), dtype=bool)
    for kept, held in folds(examples, 5):
        learned = learn(kept, names)
        for one in held:
            n = place[id(one)]
            hit[n] = any(r.place in right[n] for r in rank(found[n], learned=learned))
    return hit, learn(examples, names)


def spent(pool: Pool, gate: Gate, learned: Learned, stream: Sequence[str]) -> float:
    """CPU seconds of a stream through the gate, and of all that follows for what passes."""
    start = time.process_time()
    for first in range(0, len(stream), TOGETHER):
        some = stream[first:first + TOGETHER]
        if gate.least:
            some = [t for t, yes in zip(some, gate.passes(some), strict=True) if yes]
        for found in pool.likenesses(some):
            rank(found, learned=learned)
    return time.process_time() - start


def lost(promises: np.ndarray, hit: np.ndarray, least: float) -> float:
    return float((promises[hit] < least).mean())


def main() -> None:
    folder, data = model_asked(), research()
    if data is None:
        return
    claims, right = data.claims, data.right
    said, others = data.said, unrelated()
    model = Kept(folder) if folder else None
    pool = Pool.of(claims, model)
    assert pool is not None, "the benchmark needs the extra `[match]`"
    found = [one for n in range(0, len(said), TOGETHER)
             for one in pool.likenesses(said[n:n + TOGETHER])]
    groups = near_copies(said, groups_of(right))
    hit, learned = told(found, right, groups)
    best = {name: np.array([f[name].max() for f in found]) for name in PEERS if name in found[0]}
    away: dict[str, list[float]] = {name: [] for name in best}
    for n in range(0, 4000, TOGETHER):
        for one in pool.likenesses(others[n:n + TOGETHER]):
            for name in best:
                away[name].append(one[name].max())
    if model is not None:
        model.keep()
        model.forget = True
    del found
    gate = Gate(pool)
    here, there = np.array(gate.promises(said)), np.array(gate.promises(others))
    print(f"{len(said)} posts in {len(set(groups))} groups, right claim among five told of "
          f"{hit.mean():.3f} of them; {pool.size} claims; {len(others)} unrelated posts; "
          f"{'with' if model else 'without'} a model\n")

    half = np.array([random.Random(f"half {g}").random() < 0.5 for g in groups])
    print("| gate, set on one half to lose "
          f"{LOSE:.1%} | lost there | lost on the other half | passes, of the unrelated |\n"
          "|---|---|---|---|")
    for name, mine in (("first half", half), ("second half", ~half)):
        least = least_for(here[mine & hit].tolist())
        print(f"| {least:.3f}, {name}: {(mine & hit).sum()} posts | "
              f"{lost(here[mine], hit[mine], least):.4f} "
              f"| {lost(here[~mine], hit[~mine], least):.4f} | {(there >= least).mean():.3f} |")

    seen = random.Random(1)
    stream = seen.sample(others, STREAM - STREAM // 100) + seen.sample(said, STREAM // 100)
    seen.shuffle(stream)
    print(f"\n| gate | lost, of {hit.sum()} | passes: unrelated, one half / the other "
          f"| posts a CPU-second, {STREAM} posts |\n|---|---|---|---|")
    for least in GATES:
        seconds = spent(pool, Gate(pool, least), learned, stream)
        mark = "**" if least == LEAST else ""
        print(f"| {mark}{least or 'none'}{mark} | {lost(here, hit, least):.4f} "
              f"| {(there[::2] >= least).mean():.3f} / {(there[1::2] >= least).mean():.3f} "
              f"| {STREAM / seconds:,.0f} |", flush=True)
    start = time.process_time()
    gate.promises(stream)
    print(f"\nThe gate alone: {1000 * (time.process_time() - start) / STREAM:.2f} CPU-ms a post.")

    print("\n| a fixed threshold in its place, set on this very pool | passes of 4,000 unrelated, "
          "lost .005 | .01 | .02 |\n|---|---|---|---|")
    rows = {f"best of {name}": (best[name], np.array(away[name])) for name in best}
    for name, (ours, theirs) in {"the gate": (here, there[:4000]), **rows}.items():
        rates = [(theirs >= np.quantile(ours[hit], lose, method="lower")).mean()
                 for lose in (0.005, 0.01, 0.02)]
        print(f"| {name} | " + " | ".join(f"{rate:.3f}" for rate in rates) + " |")

    lost_at = " | ".join(f"lost at {least}" for least in SHOWN)
    pass_at = " | ".join(f"pass {least}" for least in SHOWN)
    print(f"\n| words | posts | {lost_at} | unrelated | {pass_at} |\n" + "|---" * 7 + "|")
    lengths = [np.array([len(t.split()) for t in some]) for some in (said, others)]
    for low, high in ((0, 10), (10, 20), (20, 30), (30, 40), (40, 1000)):
        mine, theirs = ((long >= low) & (long < high) for long in lengths)
        ours = [f"{lost(here[mine], hit[mine], least):.4f}" if (mine & hit).any() else ""
                for least in SHOWN]
        print(f"| {low} to {high - 1} | {(mine & hit).sum()} | {' | '.join(ours)} "
              f"| {theirs.sum()} | "
              + " | ".join(f"{(there[theirs] >= least).mean():.3f}" for least in SHOWN) + " |")

    print(f"\n| edit (synthetic) | {lost_at} |\n" + "|---" * 3 + "|")
    for name, edit in EDITS.items():
        edited = np.array(gate.promises([edit(_SIGNATURE.sub("", text)) for text in said]))
        print(f"| {name} | "
              + " | ".join(f"{lost(edited, hit, least):.4f}" for least in SHOWN) + " |")

    chatter = " ".join(others).split()
    hidden = np.array(gate.promises([
        " ".join([*chatter[n * 50:n * 50 + AROUND], text,
                  *chatter[-n * 50 - AROUND - 1:-n * 50 - 1]]) for n, text in enumerate(said)]))
    plain = [" ".join(chatter[n * 200:n * 200 + 200]) for n in range(500)]
    print(f"\nBetween {AROUND} words of other posts on either side, lost at {SHOWN[-1]}: "
          f"{lost(hidden, hit, SHOWN[-1]):.4f}; of 200 such words alone pass "
          f"{np.mean([one >= SHOWN[-1] for one in gate.promises(plain)]):.3f}.")

    print(f"\n| pool of | draws | posts with a claim | {lost_at} | {pass_at} |\n"
          + "|---" * 7 + "|")
    for size, draws in POOLS:
        ours_in, theirs_in = [], []
        for draw in range(draws):
            chosen = random.Random(f"{size} {draw}").sample(range(len(claims)), size)
            small = Pool.of([claims[n] for n in chosen])
            assert small is not None
            held, of_small = set(chosen), Gate(small)
            ours_in += of_small.promises([t for t, r, h in zip(said, right, hit, strict=True)
                                          if h and held & set(r)])
            theirs_in += of_small.promises(others[draw * 300:draw * 300 + 300])
        print(f"| {size} | {draws} | {len(ours_in)} | "
              + " | ".join(f"{np.mean([one < least for one in ours_in]):.4f}" for least in SHOWN)
              + " | " + " | ".join(f"{np.mean([one >= least for one in theirs_in]):.3f}"
                                   for least in SHOWN) + " |", flush=True)


if __name__ == "__main__":
    main()
