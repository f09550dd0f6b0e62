"""One record of each kind, with a secret in every field that the public must not see."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from evenhand.model.action import Ground
from evenhand.model.appeal import (
    Answer,
    Appeal,
    AppealOutcome,
    Dispute,
    DisputeKind,
    PointAnswered,
)
from evenhand.model.brake import Access, Erasure, LegalHold, Reversal, Suspension
from evenhand.model.decision import Outcome
from evenhand.model.factcheck import CheckWord
from evenhand.model.matter import Order, Report, Sender, Withdrawal
from evenhand.model.post import PostId
from evenhand.model.statement import Notice
from evenhand.record import kinds
from evenhand.rulebook.document import Citation

NOON = datetime(2020, 5, 26, 12, tzinfo=UTC)
SECRET = "sesame"
POST = PostId(platform="agora", native=SECRET)
SENDER = Sender(name=SECRET, address=f"{SECRET}@agora.example", account=SECRET, flagger=SECRET)
LETTER = Notice(about=SECRET, to=SECRET, subject=SECRET, words=SECRET, language="en")
GROUND = Ground(citation=Citation(document="Agora Terms of Service", version="2020-05-11",
                                  digest="sha256:" + "ab" * 32, number="3.2"))
ANSWER = Answer(appeal=SECRET, outcome=AppealOutcome.UPHELD, by=SECRET, points=(
    PointAnswered(n=0, agreed=False, reasons=SECRET),))
AT: dict[str, Any] = {"at": NOON, "clock": "live"}

RECORDS: dict[str, Any] = {
    "delivery": kinds.DeliveryRecord(about=f"report:{SECRET}", channel=SECRET, to=SECRET,
                                     outcome="delivered", receipt_index=4, **AT),
    "publication": kinds.PublicationRecord(
        terms="sha256:0", title="Terms", version="1", published_at=NOON, in_force_from=NOON,
        documents=(kinds.DocumentSealed(language="en", digest="sha256:1", bytes=5,
                                        authentic=True),),
        vocabulary="sha256:2", clock="live"),
    "shadow": kinds.ShadowRecord(
        terms="sha256:0", title="Terms", version="2",
        documents=(kinds.DocumentSealed(language="en", digest="sha256:1", bytes=5,
                                        authentic=True),),
        vocabulary="sha256:2", **AT),
    "succession": kinds.SuccessionRecord(
        before="agora.example/log", key="agora.example/log+0+AA", inherited=35,
        checkpoint=None, words="The disk was lost.", **AT),
    "facts": kinds.FactsRecord(
        id="ab" * 32, terms="sha256:0", root="cd" * 32, schema="sha256:3", measured=5, rows=4,
        probability=0.5, when="2020-05-26", clock="live"),
    "report": kinds.ReportRecord(
        report=Report(id=SECRET, post=POST, by=SENDER, words=SECRET, where=SECRET, clause="3.2",
                      illegal_under=SECRET, good_faith=True, **AT), due_at=NOON, notice=LETTER),
    "order": kinds.OrderRecord(
        order=Order(id=SECRET, kind="court order", posts=(POST,), by=SENDER, legal_basis=SECRET,
                    words=SECRET, demands=SECRET, reference=SECRET, territory=("FR",),
                    due_at=NOON, recorded_by=SECRET, **AT), notice=LETTER),
    "appeal": kinds.AppealRecord(
        appeal=Appeal(id=SECRET, decision=SECRET, post=POST, by=SENDER, party="author", disputes=(
            Dispute(kind=DisputeKind.FACT, words=SECRET, clause="3.2", fact="post.satire",
                    value=SECRET, claim=SECRET, like=(SECRET,)),), **AT),
        decisive=(0,), due_at=NOON, notice=LETTER),
    "withdrawal": kinds.WithdrawalRecord(withdrawal=Withdrawal(
        id=SECRET, matter=SECRET, kind="report", by=SENDER, words=SECRET, recorded_by=SECRET,
        **AT)),
    "answer": kinds.AnswerRecord(
        matter=SECRET, kind="report", sender=SENDER, decision=SECRET, outcome=Outcome.LEFT_ALONE,
        automated="not", answer=ANSWER, notice=LETTER, **AT),
    "closing": kinds.ClosingRecord(matter=SECRET, kind="report", sender=SENDER, notice=LETTER,
                                   **AT),
    "suspension": kinds.SuspensionRecord(suspension=Suspension(
        id=SECRET, ground=GROUND, words="it went wrong", by=SECRET, **AT)),
    "reversal": kinds.ReversalRecord(reversal=Reversal(
        id=SECRET, ground=GROUND, since=NOON - timedelta(days=1), until=NOON,
        words="it went wrong", by=SECRET, **AT)),
    "fact-check": kinds.CheckWordRecord(word=CheckWord(
        id=SECRET, key="ab" * 16, url="https://checkers.example/a", state="superseded",
        superseded_by="cd" * 16, words="it went wrong", by=SECRET, **AT)),
    "fact-check-change": kinds.CheckChangeRecord(
        fact_check="ab" * 16, url="https://checkers.example/a", publisher="checkers.example",
        by="publisher", before=kinds.RatedRecord(rating="false", words="False"),
        after=kinds.RatedRecord(rating="true", words="True"), **AT),
    "legal-hold": kinds.LegalHoldRecord(hold=LegalHold(
        id=SECRET, post=POST, account=("agora", SECRET), legal_basis=SECRET, lifts=SECRET,
        by=SECRET, **AT)),
    "erasure": kinds.ErasureRecord(erasure=Erasure(
        id=SECRET, entries=(1, 2), posts=1, legal_basis=SECRET, by=SECRET, **AT)),
    "access": kinds.AccessRecord(access=Access(
        id=SECRET, to="records of a post", post=POST, words=SECRET, by=SECRET, **AT)),
}


@pytest.fixture(scope="module")
def one_of_each(making: Any) -> dict[str, Any]:
    """Kind -> a record of it."""
    terms = making.of(making.clause("1", "post.satire", "remove"))
    decided = making.settle(terms, making.dossier({"post.satire": True}),
                            post=making.post(SECRET)).sealable.record
    return {"decision": decided, **RECORDS}


@pytest.fixture(scope="module")
def secret() -> str:
    """The word that stands in every field that the public must not see."""
    return SECRET
