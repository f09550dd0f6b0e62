"""How well what is learned of confirmed pairs does on pairs that it has not seen.

The pairs are parted into five, whole groups in each (`learning.folds`), so that no fact-check of a
part is known to what was learned of the other four. Each text is asked about twice, with its claims
in the pool and without; texts to which nothing speaks are asked about once.

>>> import numpy as np
>>> so, told = np.array([1.0, 1.0, 0.0, 0.0]), np.array([0.9, 0.4, 0.6, 0.1])
>>> area(so, told), recall_at(0.95, so, told), round(off(so, told), 2)
(0.75, 0.5, 0.35)
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from evenhand.factcheck.learning import FOLDS, Example, fit, folds
from evenhand.factcheck.ranking import beside

if TYPE_CHECKING:
    import numpy as np

TOLD, PRECISION = 5, 0.95
"""So many claims are told of a text; the precision at which recall is given."""

FEWEST_GROUPS = 4 * FOLDS
"""Groups below which nothing is measured: in a part there would be hardly any."""


def measure(examples: Sequence[Example], right: Sequence[int], *,
            progress: Callable[[int], None]) -> Mapping[str, float]:
    """What is measured of examples, by name; nothing where they are about too few fact-checks.

    `right` is how many claims of the pool speak to each. `progress` is called with the number of
    each part.
    """
    import numpy as np

    if len({one.group for one in examples if one.right.any()}) < FEWEST_GROUPS:
        return {}
    many = {id(one): n for one, n in zip(examples, right, strict=True)}
    learned, summed = list[float](), list[float]()
    so, told = list[float](), list[float]()
    for part, (kept, held) in enumerate(folds(examples, FOLDS), 1):
        rank, verify = fit(kept)
        for one in held:
            for some, speaks in ((one.whole, one.spoken_to), (one.bereft, False)):
                if len(some.places) and (one.spoken_to or some is one.whole):
                    score = verify(beside(some, rank(some.traits))[None, :])[0]
                    told.append(float(1 / (1 + np.exp(-score))))
                    so.append(float(speaks))
            if one.spoken_to:
                for found, scores in ((learned, rank(one.whole.traits)),
                                      (summed, one.whole.summed)):
                    found.append(average_precision(one.right, scores, many[id(one)]))
        progress(part)
    yes, likely = np.array(so), np.array(told)
    return {"texts with a fact-check": float(yes.sum()),
            "texts without": float((1 - yes).sum()),
            "MAP@5": float(np.mean(learned)), "MAP@5 of the sum": float(np.mean(summed)),
            "area": area(yes, likely), "recall at precision .95": recall_at(PRECISION, yes, likely),
            "calibration error": off(yes, likely)}


def average_precision(right: np.ndarray, scores: np.ndarray, many: int) -> float:
    """AP@5 of one text: `right` and `scores` of its candidates, `many` are right in the pool."""
    import numpy as np

    best = right[np.argsort(-scores, kind="stable")[:TOLD]]
    return float((np.cumsum(best) / np.arange(1, len(best) + 1) * best).sum() / many)


def area(so: np.ndarray, told: np.ndarray) -> float:
    """Area under the curve; of equal likelihoods each counts half."""
    import numpy as np

    _, place, many = np.unique(told, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(many) - (many - 1) / 2)[place.ravel()]
    yes, no = so.sum(), (1 - so).sum()
    return float((ranks[so.ravel() == 1].sum() - yes * (yes + 1) / 2) / (yes * no))


def recall_at(precision: float, so: np.ndarray, told: np.ndarray) -> float:
    """The greatest share of what is so that is told at this precision, the mark being read off
    the same data."""
    import numpy as np

    order = np.argsort(-told.ravel(), kind="stable")
    hits = np.cumsum(so.ravel()[order])
    reached = hits / np.arange(1, len(order) + 1) >= precision
    return float((hits / so.sum())[reached].max(initial=0))


def bins(so: np.ndarray, told: np.ndarray) -> Collection[tuple[float, float, float]]:
    """In tenths of what was told: its share of all, what was told in the mean, what was so."""
    import numpy as np

    tenth = np.clip((told * 10).astype(int), 0, 9)
    return [(float((tenth == b).mean()), float(told[tenth == b].mean()),
             float(so[tenth == b].mean())) for b in range(10) if (tenth == b).any()]


def off(so: np.ndarray, told: np.ndarray) -> float:
    """The calibration error: how far what was told is from what was so, in ten bins."""
    return sum(share * abs(was - is_so) for share, was, is_so in bins(so, told))
