"""Which claim of a pool speaks to a text, if any: likenesses weighed, and a probability.

Untrained, the likenesses are summed in standard deviations. Once enough pairs were confirmed they
get weights (`factcheck.learning`): one number for each trait of a candidate, so that whoever has
them can see what counted, and work a ranking out again by hand. A second set of weights answers
whether any claim speaks to the text at all, as a probability; the candidates share it among them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from evenhand.errors import EvenhandError
from evenhand.factcheck.details import DETAILS
from evenhand.factcheck.gate import LEAST
from evenhand.factcheck.likeness import ALL, Likenesses

if TYPE_CHECKING:
    import numpy as np

DEPTH = 30
"""Of each likeness so many of the best become candidates: together they hold the right claim in 99
of 100 searches."""

SUMMED = ("words", "letters", "meaning of the claim", "meaning")
"""The likenesses that are summed."""

OF_EACH = ("value", "behind the best", "place", "in deviations")
OF_SUM = ("value", "behind the best", "place")
BESIDE = ("score", "ahead of the second", "share", "surprise", "close seconds", "above the field")
OF_BEST = ("best", "above the fifth")
CLOSE, FIELD, FIFTH = 2.0, 10, 4
"""A second is close within so much of the score; the field are so many of the best."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """The claims worth a look: their places in the pool, and of each its traits, in rows.

    `summed` is what they are ranked by untrained, `best` of each likeness what `OF_BEST` names,
    and `details` are in rows, as `likeness.DETAILS` names them.
    """

    places: np.ndarray
    traits: np.ndarray
    summed: np.ndarray
    best: np.ndarray
    details: np.ndarray


def traits_of(likenesses: Sequence[str]) -> tuple[str, ...]:
    """The names of a candidate's traits, in the order of their columns."""
    return (*(f"{name}: {trait}" for name in likenesses for trait in OF_EACH),
            *(f"sum: {trait}" for trait in OF_SUM))


def verified_of(likenesses: Sequence[str]) -> tuple[str, ...]:
    """The names of what tells whether any claim speaks to a text, in the order of their columns."""
    return (*BESIDE, *(f"{name}: {trait}" for name in likenesses for trait in OF_BEST), *DETAILS)


def candidates(found: Likenesses, *, without: Sequence[int] = ()) -> Candidates:
    """The candidates among all claims, in the order of the pool; `without` leaves places out."""
    import numpy as np

    names = compared(found)
    size = len(found[names[0]])
    out = np.zeros(size, dtype=bool)
    out[list(without)] = True
    kept = {name: np.where(out, -np.inf, found[name]) for name in names}
    best: set[int] = set()
    for scores in kept.values():
        depth = min(DEPTH, size)
        if depth:
            # Of those that tie with the last the earlier in the pool: what a library's selection
            # takes of them differs from one processor to another.
            last = np.partition(scores, size - depth)[size - depth]
            above = np.flatnonzero(scores > last)
            best.update(above.tolist())
            best.update(np.flatnonzero(scores == last)[:depth - len(above)].tolist())
    places = np.array(sorted(best - set(without)), dtype=np.int64)
    columns, top, total = [], list[float](), np.zeros(size)
    for name, scores in kept.items():
        mean, spread = float(found[name].mean()), float(found[name].std()) or 1.0
        at = scores[places].astype(np.float64)
        columns += [at, at - (at.max() if len(at) else 0), 1 / (1 + _places(at)),
                    (at - mean) / spread]
        if len(at):
            order = np.sort(at)[::-1]
            top += [float(order[0]), float(order[0] - order[min(FIFTH, len(at) - 1)])]
        if name in SUMMED:
            total += (found[name] - mean) / spread
    total = total[places]
    columns += [total, total - (total.max() if len(total) else 0), 1 / (1 + _places(total))]
    details = [found[name][places] for name in DETAILS if name in found]
    return Candidates(places, np.column_stack(columns), total, np.array(top),
                      np.array(details, dtype=np.float64).reshape(-1, len(places)).T)


def compared(found: Likenesses) -> tuple[str, ...]:
    """The likenesses among what was found, without the details."""
    return tuple(name for name in found if name not in DETAILS)


def _places(scores: np.ndarray) -> np.ndarray:
    """How many are better, of each: equal ones share a place."""
    import numpy as np

    return len(scores) - np.searchsorted(np.sort(scores), scores, side="right")


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear:
    """Weights of traits: each less its mean, in its scale. `apart` is what is added to all."""

    means: tuple[float, ...]
    scales: tuple[float, ...]
    weights: tuple[float, ...]
    apart: float = 0.0

    def __call__(self, traits: np.ndarray) -> np.ndarray:
        """The weighed sum of each row."""
        import numpy as np

        scores: np.ndarray = ((traits - np.array(self.means)) / np.array(self.scales)
                              ) @ np.array(self.weights) + self.apart
        return scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What was learned of confirmed pairs, over which likenesses, and what was measured by it.

    `pairs` were learned from, in `groups` that share no fact-check, and `others`, texts to which
    none speaks. `gate` is the least promise at which a text is worth comparing.
    """

    likenesses: tuple[str, ...]
    rank: Linear
    verify: Linear
    pairs: int
    groups: int
    others: int
    gate: float = LEAST
    measured: Mapping[str, float]

    def written(self) -> bytes:
        """It as JSON, to be kept and published: its second line is the digest of all others."""
        first, rest = self._body().split(b"\n", 1)
        return b"\n".join([first, _DIGEST % self.digest.encode(), rest])

    @property
    def digest(self) -> str:
        """The digest of what was learned, which its file carries."""
        return _sha256(self._body())

    def _body(self) -> bytes:
        return msgspec.json.format(msgspec.json.encode(
            {"kind": KIND, "learned": self, "traits": {
                "rank": traits_of(self.likenesses), "verify": verified_of(self.likenesses)}},
            order="deterministic"), indent=1) + b"\n"


KIND = "evenhand/learned-ranking/v1"

_DIGEST = b' "digest": "%s",'
_DIGEST_LINE = re.compile(rb' "digest": "(sha256:[0-9a-f]{64})",\n')


def digests_of_file(data: bytes) -> tuple[str | None, str]:
    """Of a file of weights the digest that it carries, and the one that its other lines come to.
    """
    line = _DIGEST_LINE.search(data)
    if line is None:
        return None, _sha256(data)
    return line[1].decode(), _sha256(data[:line.start()] + data[line.end():])


def _sha256(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def read_learned(data: bytes, *, where: str) -> Learned:
    """The twin of `Learned.written`; anything else, and what was changed since, is refused."""
    carried, found = digests_of_file(data)
    try:
        plain: Any = msgspec.json.decode(data)
        if plain["kind"] == KIND and carried is not None and carried != found:
            raise EvenhandError(
                f"these weights were changed: the file carries the digest {carried}, and what it "
                f"holds comes to {found}", where=where,
                hint="take the file as `evenhand claims calibrate` wrote it, or calibrate again")
        learned = msgspec.convert(plain["learned"], Learned)
        if plain["kind"] != KIND or carried is None or not (
                set(learned.likenesses) <= set(ALL) and learned.gate >= 0):
            raise TypeError
        if plain["traits"] != {"rank": list(traits_of(learned.likenesses)),
                               "verify": list(verified_of(learned.likenesses))}:
            raise TypeError
        if any(scale <= 0 for part in (learned.rank, learned.verify) for scale in part.scales):
            raise TypeError
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, TypeError,
            KeyError):
        raise EvenhandError("this is not what `evenhand claims calibrate` wrote", where=where,
                            hint="calibrate again; or match without it") from None
    for part, names in ((learned.rank, traits_of(learned.likenesses)),
                        (learned.verify, verified_of(learned.likenesses))):
        if {len(part.means), len(part.scales), len(part.weights)} != {len(names)}:
            raise EvenhandError("these weights are not those of its likenesses", where=where,
                                hint="the file was changed; calibrate again")
    return learned


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A candidate, the best first: its place in the pool, its score, and its likenesses.

    Where it was learned: `probability` that this claim speaks to the text, and `any_speaks` that
    any claim of the pool does, which is the same of all candidates of a text.
    """

    place: int
    score: float
    likenesses: Mapping[str, float]
    probability: float | None = None
    any_speaks: float | None = None


def rank(found: Likenesses, *, learned: Learned | None = None, most: int = 5,
         without: Sequence[int] = ()) -> tuple[Ranked, ...]:
    """The best candidates, `most` at most; of equal scores the earlier in the pool first."""
    import numpy as np

    if learned is not None and compared(found) != learned.likenesses:
        raise EvenhandError(
            "the weights were learned over other likenesses: " + ", ".join(learned.likenesses),
            hint="install or leave out the model as it was then, or calibrate again")
    some = candidates(found, without=without)
    scores = some.summed if learned is None else learned.rank(some.traits)
    order = np.argsort(-scores, kind="stable")[:most]
    sure, shares = None, np.zeros(0)
    if learned is not None and len(scores):
        sure, shares = likely(learned, some, scores), shares_of(scores)
    return tuple(Ranked(
        place=int(some.places[n]), score=round(float(scores[n]), 6),
        likenesses={name: round(float(found[name][some.places[n]]), 6) for name in compared(found)},
        probability=None if sure is None else sure * float(shares[n]), any_speaks=sure)
        for n in order)


def shares_of(scores: np.ndarray) -> np.ndarray:
    """The share of each candidate in the softmax of all scores: in sum 1."""
    import numpy as np

    powers = np.exp(scores - scores.max())
    shares: np.ndarray = powers / powers.sum()
    return shares


def beside(some: Candidates, scores: np.ndarray) -> np.ndarray:
    """What is looked at to tell whether any claim speaks: the best, and the others beside it."""
    import numpy as np

    order = np.argsort(-scores, kind="stable")
    first, second = order[0], order[min(1, len(order) - 1)]
    share = shares_of(scores)[first]
    return np.concatenate([
        [scores[first], scores[first] - scores[second], share, np.log(share),
         float((scores > scores[first] - CLOSE).sum()),
         scores[first] - scores[order[:FIELD]].mean()], some.best, some.details[first]])


def likely(learned: Learned, some: Candidates, scores: np.ndarray) -> float:
    """The probability that any claim speaks to the text, by these candidates and their scores."""
    import numpy as np

    return float(1 / (1 + np.exp(-learned.verify(beside(some, scores)[None, :])[0])))
