"""The vocabulary of moderation: every fact that a signal, the matcher or a person can state."""

from __future__ import annotations

from collections.abc import Iterable

from evenhand.edge.signals.signal import declared, discover
from evenhand.edge.signals.stated import FACTS as STATED_FACTS
from evenhand.factcheck.facts import FACTS as CLAIM_FACTS
from evenhand.factcheck.facts import MATCHED_CLAIM
from evenhand.rulebook.vocabulary import Fact, Vocabulary


def vocabulary(brought: Iterable[Fact] = ()) -> Vocabulary:
    """All facts and collections that terms may name; word lists add their own `hits.NAME`.

    `brought` are those that a platform declares in its configuration (`Config.brought`).
    """
    return declared(discover(), (*STATED_FACTS, *CLAIM_FACTS, *brought)).joined(
        Vocabulary.of((), (MATCHED_CLAIM,)))
