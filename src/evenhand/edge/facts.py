"""The vocabulary of moderation: every fact that a signal, the matcher or a person can state."""

from __future__ import annotations

from evenhand.edge.signals.signal import declared, discover
from evenhand.edge.signals.stated import FACTS as STATED_FACTS
from evenhand.factcheck.facts import FACTS as CLAIM_FACTS
from evenhand.factcheck.facts import MATCHED_CLAIM
from evenhand.rulebook.vocabulary import Vocabulary


def vocabulary() -> Vocabulary:
    """All facts and collections that terms may name; word lists add their own `hits.NAME`."""
    return declared(discover(), (*STATED_FACTS, *CLAIM_FACTS)).joined(
        Vocabulary.of((), (MATCHED_CLAIM,)))
