"""The vocabulary of moderation: every fact that a signal, the matcher or a person can state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from evenhand.edge.signals.signal import declared, discover
from evenhand.edge.signals.stated import FACTS as STATED_FACTS
from evenhand.factcheck.facts import FACTS as CLAIM_FACTS
from evenhand.factcheck.facts import MATCHED_CLAIM, REPORTED_BY
from evenhand.rulebook.vocabulary import Fact, Vocabulary
from evenhand.terms.vouched import UNREPORTED


def vocabulary(brought: Iterable[Fact] = (), *, calibrated: bool = False) -> Vocabulary:
    """All facts and collections that terms may name; word lists add their own `hits.NAME`.

    `brought` are those that a platform declares in its configuration (`Config.brought`). Where its
    matcher is `calibrated`, the matcher reports a probability; else nobody does.
    """
    of_claims = [replace(fact, reported_by=REPORTED_BY)
                 if calibrated and fact.reported_by is None else fact for fact in CLAIM_FACTS]
    return replace(declared(discover(), (*STATED_FACTS, *of_claims, *brought)).joined(
        Vocabulary.of((), (MATCHED_CLAIM,))), unreported=UNREPORTED)
