"""What tests of several rooms make their examples with: terms, posts, dossiers, decisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import settings

from evenhand.case import Settled, Standing, settle
from evenhand.factcheck.facts import FACTS as CLAIM_FACTS
from evenhand.factcheck.facts import MATCHED_CLAIM
from evenhand.model.decision import Cause, CauseKind, Decider, Decision
from evenhand.model.factcheck import FactCheck, Match, Publisher
from evenhand.model.post import Account, Post, PostId
from evenhand.model.signal import Dossier, Reported, Span
from evenhand.model.stance import STANCES
from evenhand.rulebook.document import read_document
from evenhand.rulebook.vocabulary import (
    DURATION,
    INTEGER,
    TRUTH,
    Fact,
    Vocabulary,
    choice,
)
from evenhand.terms.clauses import Terms, read_terms

# How long an example takes says how busy the machine is, and nothing of what is tested.
settings.register_profile("evenhand", deadline=None)
settings.load_profile("evenhand")


def _fact(name: str, type_: Any, meaning: str) -> Fact:
    return Fact(name=name, type=type_, meaning=meaning, observer="a test", audience="author",
                reported_by="test@1", low=0 if type_ is INTEGER else None)


VOCABULARY = Vocabulary.of(
    [_fact("post.stance", choice(*STANCES), "where the poster stands towards the claim"),
     _fact("post.mentions", INTEGER, "how many people the post names"),
     _fact("post.satire", TRUTH, "whether the post is satire; a person says so"),
     _fact("post.news", TRUTH, "whether the post is of public interest"),
     _fact("post.paid", TRUTH, "whether somebody paid for the post"),
     replace(_fact("account.watch", TRUTH, "whether the account is watched"),
             audience="regulator"),
     replace(_fact("account.warrant", TRUTH, "whether a warrant names the account"),
             audience="sealed"),
     _fact("account.age", DURATION, "how old the account was when it made the post"),
     *CLAIM_FACTS], [MATCHED_CLAIM])

FRONT = {
    "terms": "Agora Terms of Service", "version": "2020-05-11", "published": "2020-05-04",
    "in force": "2020-05-11", "time zone": "UTC", "language": "en",
    "appeal within": "6 months", "appeals to": "another reviewer",
    "appeals at": "https://agora.example/appeals"}

NOON = datetime(2020, 5, 26, 12, tzinfo=UTC)


class Making:
    """The makers, as one fixture, so that no test imports another's file."""

    vocabulary = VOCABULARY
    front = FRONT
    noon = NOON

    @staticmethod
    def document(*clauses: str, **front: str | None) -> str:
        """A document of terms: `front` changes keys (`in_force=`), None takes one out."""
        named = {k.replace("_", " "): v for k, v in front.items()}
        given = FRONT | {k.replace("out of court", "out-of-court"): v for k, v in named.items()}
        lines = "".join(f"{k}: {v}\n" for k, v in given.items() if v is not None)
        return f"---\n{lines}---\n\n# Agora Terms of Service\n\n" + "\n".join(clauses)

    @staticmethod
    def clause(number: str, when: str, then: str, *, words: str = "You may not do this.",
               more: str = "") -> str:
        """One clause; its only case is that nothing is known of a post."""
        return (f"## {number} Clause {number}\n\n{words}\n\n```when\n{when}\n```\n\n{more}\n"
                f"```then\n{then}\n```\n\n```case nothing is known\n-> undetermined\n```\n")

    @staticmethod
    def terms(*documents: str) -> Terms:
        """A version; its digest is told by its texts."""
        read = [read_document(text, name=f"terms-{i}.md") for i, text in enumerate(documents)]
        return read_terms(read, vocabulary=VOCABULARY, digest=read[0].digest)

    def of(self, *clauses: str, **front: str | None) -> Terms:
        """A version of these clauses."""
        return self.terms(self.document(*clauses, **front))

    @staticmethod
    def post(text: str = "Good morning, all of you.", **changes: Any) -> Post:
        given: dict[str, Any] = {
            "id": PostId(platform="agora", native="17"), "text": text, "made_at": NOON,
            "author": Account(platform="agora", id="ada", name="Ada")}
        return Post(**(given | changes))

    @staticmethod
    def cause(kind: CauseKind = CauseKind.ARRIVAL, id: str = "agora:17@1") -> Cause:
        return Cause(kind=kind, id=id, at=NOON)

    @staticmethod
    def fact_check(**changes: Any) -> FactCheck:
        given: dict[str, Any] = {
            "key": "0" * 32, "version": "1" * 16, "url": "https://checkers.example/ballots",
            "publisher": Publisher(name="Checkers", domain="checkers.example",
                                   kind="fact-checker"),
            "title": "No, ballots are not sent to everyone", "claim": "Ballots go to everyone",
            "claim_by": "a candidate", "rating": "false", "rating_words": "Pants on fire",
            "topics": ("how to vote",), "language": "en", "appearances": (),
            "published_at": NOON, "retrieved_at": NOON}
        return FactCheck(**(given | changes))

    def match(self, confirmed: bool | None = True, **changes: Any) -> Match:
        return Match(fact_check=self.fact_check(**changes), by="confirmed pair",
                     confirmed=confirmed,
                     confirmed_by=None if confirmed is None else "person:reviewer-2")

    @staticmethod
    def dossier(facts: Mapping[str, Any] | None = None, *, observer: str = "test@1",
                matches: tuple[Match, ...] | None = None,
                spans: tuple[tuple[int, int, str], ...] = ()) -> Dossier:
        return Dossier(
            reported=tuple(Reported(name=n, value=v, observer=observer)
                           for n, v in (facts or {}).items()),
            matches=matches,
            spans=tuple(Span(start=s, end=e, fact=f) for s, e, f in spans))

    def settle(self, terms: Terms | tuple[Terms, ...], dossier: Dossier | None = None, *,
               post: Post | None = None, cause: Cause | None = None,
               taken: Mapping[str, int] | None = None, standing: Decision | None = None,
               now: datetime = NOON, **more: Any) -> Settled:
        return settle(post or self.post(), dossier=dossier or self.dossier(),
                      versions=terms if isinstance(terms, tuple) else (terms,),
                      cause=cause or self.cause(),
                      standing=Standing(taken=taken or {}, decision=standing,
                                        suspended=more.pop("suspended", frozenset())),
                      platform="Agora", now=now, clock=more.pop("clock", "live"),
                      fresh_key=more.pop("fresh_key", lambda: b"k" * 32), **more)

    def decide(self, terms: Terms, facts: Mapping[str, Any] | None = None,
               **more: Any) -> Decision | None:
        """The decision about a post of which these facts are known."""
        parts = {k: more.pop(k) for k in ("observer", "matches", "spans") if k in more}
        return self.settle(terms, self.dossier(facts, **parts), **more).decision

    @staticmethod
    def replaced(noun: Any, **changes: Any) -> Any:
        return replace(noun, **changes)

    person = Decider(kind="reviewer", person="reviewer-2")


@pytest.fixture(scope="session")
def making() -> Making:
    return Making()
