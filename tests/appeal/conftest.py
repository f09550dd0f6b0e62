"""Makers of appeals: a decision with what it was made from, and points against it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from evenhand.appeal.admit import Filing
from evenhand.appeal.appealed import Appealed
from evenhand.decide.exceptions import override
from evenhand.factcheck.facts import record_of
from evenhand.model.appeal import Appeal, Dispute, DisputeKind
from evenhand.model.decision import Decider
from evenhand.model.matter import Sender
from evenhand.model.post import Account
from evenhand.terms.applies import governing


class Appealing:
    """The makers, as one fixture, so that no test imports another's file."""

    author = Account(platform="agora", id="ada", name="Ada")
    reporter = Sender(address="bea@agora.example", name="Bea")

    @staticmethod
    def against(decision: Any, terms: Any) -> Appealed:
        """The decision with what it was made from, as its maker would look it up again."""
        law = governing((terms,), made_at=decision.at, now=decision.at)
        return Appealed(decision=decision, terms=terms, clauses=law.clauses,
                        facts=record_of(decision.dossier),
                        keys=tuple(m.fact_check.key for m in decision.dossier.matches or ()))

    def appeal(self, appealed: Appealed, *disputes: Dispute, **changes: Any) -> Appeal:
        given: dict[str, Any] = {
            "id": "a1", "decision": appealed.decision.id, "post": appealed.decision.post,
            "by": Sender(account="ada"), "party": "author", "disputes": disputes,
            "at": appealed.decision.at + timedelta(days=1), "clock": "live"}
        if changes.get("party") == "reporter":
            given["by"] = self.reporter
        return Appeal(**(given | changes))

    def filing(self, terms: Any, **changes: Any) -> Filing:
        given: dict[str, Any] = {
            "author": self.author, "appeal_by": datetime(2020, 11, 27, tzinfo=UTC),
            "last_day": date(2020, 11, 26), "procedure": terms}
        return Filing(**(given | changes))

    @staticmethod
    def fact(name: str, value: Any, **changes: Any) -> Dispute:
        given: dict[str, Any] = {"words": "it is not as you say", "fact": name, "value": value}
        return Dispute(kind=DisputeKind.FACT, **(given | changes))

    @staticmethod
    def reading(clause: str | None = "1", **changes: Any) -> Dispute:
        given: dict[str, Any] = {"words": "the clause does not say this", "clause": clause}
        return Dispute(kind=DisputeKind.READING, **(given | changes))

    @staticmethod
    def treatment(*like: str, clause: str = "1", words: str = "theirs were left") -> Dispute:
        return Dispute(kind=DisputeKind.TREATMENT, clause=clause, like=like, words=words)

    asks_back = Dispute(kind=DisputeKind.ASKS_BACK, words="I will not do it again")
    reviewer = Decider(kind="reviewer", person="reviewer-2")

    @staticmethod
    def net(appealed: Appealed) -> Any:
        """Exceptions settled as the decision settles them."""
        by_number = {c.citation.number: c for c in appealed.clauses}
        return lambda findings: override(findings, by_number)


@pytest.fixture(scope="session")
def appealing() -> Appealing:
    return Appealing()
