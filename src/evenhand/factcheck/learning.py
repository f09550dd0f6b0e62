"""Learns from confirmed pairs how likenesses weigh, and how often the best candidate is right.

Both are linear and their losses convex, so that Newton's method finds the one best answer in a few
steps: the same pairs give the same weights, on any machine but for the last digits. The verifier
learns from scores that were ranked by weights of other pairs, or else it would believe a ranking
that has seen the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from evenhand.errors import EvenhandError
from evenhand.factcheck.likeness import Likenesses
from evenhand.factcheck.ranking import Candidates, Learned, Linear, beside, candidates

if TYPE_CHECKING:
    import numpy as np

FEWEST = 200
"""Pairs below which nothing is learned: a sum does as well."""

FOLDS, STEPS = 5, 50
HOLDS_BACK = 3.0
"""How much the squares of weights cost: chosen by cross-validation on the public research data, in
which half and twice as much do as well."""


@dataclass(frozen=True, slots=True)
class Example:
    """A text's candidates in a whole pool and in the pool without its own claims; which of the
    first are right, and the group that it shares claims with; and whether any claim of the pool
    speaks to it, be it among the candidates or not."""

    whole: Candidates
    right: np.ndarray
    bereft: Candidates
    group: int
    spoken_to: bool


def example(found: Likenesses, right: Sequence[int], group: int) -> Example:
    """An example of a text whose claims are at these places of the pool; none, where it is about
    nothing that was checked."""
    import numpy as np

    whole = candidates(found)
    return Example(whole, np.isin(whole.places, list(right)),
                   candidates(found, without=right), group, bool(right))


def groups_of(right: Sequence[Sequence[int]]) -> list[int]:
    """The group of each text: those that share a claim, directly or by others, are one."""
    of_claim: dict[int, int] = {}
    parents = list(range(len(right)))

    def top(n: int) -> int:
        while parents[n] != n:
            parents[n] = parents[parents[n]]
            n = parents[n]
        return n
    for n, claims in enumerate(right):
        for claim in claims:
            parents[top(n)] = top(of_claim.setdefault(claim, n))
    return [top(n) for n in range(len(right))]


def enough(confirmed: int) -> None:
    """Raise where so many confirmed pairs are too few."""
    if confirmed < FEWEST:
        raise EvenhandError(f"{confirmed} confirmed pairs are too few to learn from",
                            hint=f"at {FEWEST} a ranking can be learned; until then likenesses "
                            "are summed, and no probability is told")


def learn(examples: Sequence[Example], likenesses: tuple[str, ...]) -> Learned:
    """Learn from examples; raises where they are too few."""
    confirmed = sum(one.spoken_to for one in examples)
    enough(confirmed)
    if (groups := len({e.group for e in examples if e.spoken_to})) < FOLDS:
        raise EvenhandError(f"the confirmed pairs are about {groups} groups of fact-checks only",
                            hint=f"pairs about {FOLDS} that have nothing in common are the least: "
                            "what is learned of some is tried on others")
    rank, verify = fit(examples)
    return Learned(
        likenesses=likenesses, rank=rank, verify=verify, pairs=confirmed,
        groups=len({e.group for e in examples if e.spoken_to}),
        others=len(examples) - confirmed, measured={})


def fit(examples: Sequence[Example]) -> tuple[Linear, Linear]:
    """The weights by which candidates are ranked, and those that tell whether any claim speaks."""
    return fit_rank(examples), fit_verify(*_asked(examples))


def _asked(examples: Sequence[Example]) -> tuple[np.ndarray, np.ndarray]:
    """What the verifier sees of each example, with its claims and without, ranked by the others."""
    import numpy as np

    rows, told = [], []
    for kept, held in folds(examples, FOLDS):
        ranked = fit_rank(kept)
        for one in held:
            for some, here in ((one.whole, one.spoken_to), (one.bereft, False)):
                if len(some.places) and (one.spoken_to or some is one.whole):
                    rows.append(beside(some, ranked(some.traits)))
                    told.append(here)
    return np.array(rows), np.array(told, dtype=np.float64)


Fold: TypeAlias = tuple[list[Example], list[Example]]


def folds(examples: Sequence[Example], many: int, *, seed: int = 0) -> Iterator[Fold]:
    """Parts of nearly one size, whole groups in each: those outside of a part, and its own."""
    import numpy as np

    sizes: dict[int, int] = {}
    for one in examples:
        sizes[one.group] = sizes.get(one.group, 0) + 1
    order = sorted(sizes)
    np.random.default_rng(seed).shuffle(order)
    load, of_group = [0] * many, {}
    for group in order:
        of_group[group] = load.index(min(load))
        load[of_group[group]] += sizes[group]
    for part in range(many):
        yield ([e for e in examples if of_group[e.group] != part],
               [e for e in examples if of_group[e.group] == part])


def fit_rank(examples: Sequence[Example]) -> Linear:
    """The weights under which the right claims take the greatest share of each softmax."""
    import numpy as np

    used = [e for e in examples if e.right.any()]
    whole = np.vstack([e.whole.traits for e in used])
    means, scales = whole.mean(0), whole.std(0) + 1e-9
    parts = [((e.whole.traits - means) / scales, e.right / e.right.sum()) for e in used]

    def at(weights: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        loss = HOLDS_BACK * weights @ weights
        slope = 2 * HOLDS_BACK * weights
        bend = 2 * HOLDS_BACK * np.eye(len(weights))
        for traits, right in parts:
            scores = traits @ weights
            scores = scores - scores.max()
            share = np.exp(scores)
            total = share.sum()
            share = share / total
            loss -= right @ (scores - np.log(total))
            mean = share @ traits
            slope = slope + mean - right @ traits
            bend = bend + (traits * share[:, None]).T @ traits - np.outer(mean, mean)
        return float(loss), slope, bend
    return Linear(means=tuple(means.tolist()), scales=tuple(scales.tolist()),
                  weights=tuple(_least(at, whole.shape[1])))


def fit_verify(rows: np.ndarray, told: np.ndarray) -> Linear:
    """The weights of a logistic regression; the constant costs nothing."""
    import numpy as np

    means, scales = rows.mean(0), rows.std(0) + 1e-9
    traits = np.column_stack([(rows - means) / scales, np.ones(len(rows))])
    costs = np.full(traits.shape[1], HOLDS_BACK)
    costs[-1] = 1e-9

    def at(weights: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        scores = traits @ weights
        likely = 1 / (1 + np.exp(-scores))
        loss = np.logaddexp(0, scores).sum() - told @ scores + costs @ weights**2
        return (float(loss), traits.T @ (likely - told) + 2 * costs * weights,
                (traits * (likely * (1 - likely))[:, None]).T @ traits + 2 * np.diag(costs))
    *weights, apart = _least(at, traits.shape[1])
    return Linear(means=tuple(means.tolist()), scales=tuple(scales.tolist()),
                  weights=tuple(weights), apart=apart)


def _least(at: Callable[[np.ndarray], tuple[float, np.ndarray, np.ndarray]],
           size: int) -> list[float]:
    """Where a convex loss is least, by Newton's steps, halved where one would go too far."""
    import numpy as np

    weights = np.zeros(size)
    loss, slope, bend = at(weights)
    for _ in range(STEPS):
        step = np.linalg.solve(bend, slope)
        if slope @ step < 1e-8:
            break
        length = 1.0
        while (found := at(weights - length * step))[0] > loss - 0.25 * length * (slope @ step):
            length /= 2
            if length < 1e-6:
                return [float(w) for w in weights]
        weights = weights - length * step
        loss, slope, bend = found
    return [float(w) for w in weights]
