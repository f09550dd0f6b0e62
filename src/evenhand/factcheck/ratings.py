"""A publisher's words for how true a claim is, in the platform's own eight ratings.

The table below holds words whose meaning does not depend on who says them. What it does not hold
is `unrated`, and an unrated fact-check is never attached by rule: a wrong guess here would put a
notice under a post that nobody rated false. Where a word says less than "false", it gets the
milder rating: "mostly false" is `misleading`, since a clause about false claims must not reach a
claim that its fact-checker found partly right.

>>> rating_of_words("Pants on Fire!"), rating_of_words("Half-True")
('false', 'mixed')
>>> rating_of_words("Four shovels") is None
True
>>> rating_of_number(1, best=1, worst=5), rating_of_number(2, best=5, worst=1)
('true', 'misleading')
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

from evenhand.model.factcheck import Rating

_TABLE: dict[Rating, str] = {
    "true": """true, correct, accurate, verified, confirmed true, fact, correct attribution,
        legit, geppetto checkmark, the geppetto checkmark, verdadero, cierto, vrai, richtig, wahr,
        verdadeiro, vero""",
    "mostly true": """mostly true, mostly accurate, mostly correct, largely true, largely accurate,
        nearly true, one pinocchio, 1 pinocchio""",
    "mixed": """mixed, mixture, mixed evidence, half true, partly true, partially true,
        partially correct, partly false, partially false, true but incomplete, two pinocchios,
        2 pinocchios, partiellement vrai, partiellement faux, teilweise richtig, teilweise falsch,
        verdad a medias""",
    "misleading": """misleading, mostly false, mainly false, largely false, missing context,
        lacks context, lacking context, needs context, out of context, miscaptioned,
        distorts the facts, cherry picked, cherry picking, exaggerated, exaggeration, spin,
        spins the facts, three pinocchios, 3 pinocchios, enganoso, engañoso, trompeur,
        irreführend, fehlender kontext""",
    "unsupported": """unsupported, unproven, unverified, unsubstantiated, not proven, baseless,
        unfounded, no evidence, lacks evidence, insufficient evidence, not enough evidence,
        not supported, legend, unbelegt, non prouvé, sin pruebas""",
    "false": """false, fake, fake news, hoax, incorrect, inaccurate, wrong, untrue, not true,
        not correct, fabricated, completely false, totally false, pants on fire, debunked, fiction,
        incorrect attribution, misattributed, four pinocchios, 4 pinocchios, falso, falsa, faux,
        falsch, bulo""",
    "satire": """satire, labeled satire, labelled satire, originated as satire, parody, satira,
        sátira""",
    "unrated": """unrated, not rated, no rating, research in progress, in progress, undetermined""",
}


def fold_words(words: str) -> str:
    """Words of a rating as the table compares them: case, hyphens and end marks do not count."""
    text = unicodedata.normalize("NFKC", words).casefold()
    text = re.sub(r"[-‐‑–_/]+", " ", text)
    text = re.sub(r"^\W*(?:our |the )?(?:rating|rated|verdict)\b\W*", "", text)
    return re.sub(r"^\W+|\W+$", "", " ".join(text.split()))


DEFAULT_RATINGS: Mapping[str, Rating] = MappingProxyType(
    {fold_words(words): rating for rating, row in _TABLE.items() for words in row.split(",")})
"""Folded words -> rating: what is assumed of a publisher about whom the operator said nothing."""


def rating_of_words(words: str,
                    publisher: Mapping[str, Rating] = MappingProxyType({})) -> Rating | None:
    """The rating these words mean, the publisher's own table first; None where nobody says."""
    folded = fold_words(words)
    own = {fold_words(key): rating for key, rating in publisher.items()}
    return own.get(folded) or DEFAULT_RATINGS.get(folded)


def rating_of_number(value: float, *, best: float = 5, worst: float = 1) -> Rating | None:
    """The rating of a number on a scale that may run either way; None where it is not on it.

    schema.org assumes best 5 and worst 1 where a Rating does not state them. The five steps of
    that scale are false, misleading, mixed, mostly true, true; finer scales are cut midway.
    """
    if not all(map(math.isfinite, (value, best, worst))) or best == worst:
        return None
    share = (value - worst) / (best - worst)
    if not 0 <= share <= 1:
        return None
    steps: tuple[tuple[float, Rating], ...] = (
        (0.125, "false"), (0.375, "misleading"), (0.625, "mixed"), (0.875, "mostly true"))
    return next((rating for limit, rating in steps if share < limit), "true")
