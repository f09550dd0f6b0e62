"""The vocabulary of moderation: every fact that a signal, the matcher or a person can state."""

from __future__ import annotations

from evenhand.edge.signals.signal import declared, discover
from evenhand.factcheck.facts import FACTS as CLAIM_FACTS
from evenhand.factcheck.facts import MATCHED_CLAIM
from evenhand.model.stance import STANCES
from evenhand.rulebook.vocabulary import Fact, Vocabulary, choice

STANCE = Fact(
    name="post.stance", type=choice(*STANCES), observer="a reviewer", audience="author",
    meaning="where the poster stands towards what the post says",
)
"""Similarity cannot see it and no detector of ours reports it: a person says it, or it is
missing (reference: factcheck, section 6)."""


def vocabulary() -> Vocabulary:
    """All facts and collections that terms may name; word lists add their own `hits.NAME`."""
    return declared(discover(), (STANCE, *CLAIM_FACTS)).joined(
        Vocabulary.of((), (MATCHED_CLAIM,)))
