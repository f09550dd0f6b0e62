"""A report and an order that lack nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from evenhand.model.matter import Order, Report, Sender
from evenhand.model.person import TrustedFlagger
from evenhand.model.post import PostId

NOON = datetime(2020, 5, 26, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def report() -> Report:
    """It names a clause and a law, and all that Art. 16(2) asks for."""
    return Report(
        id="r1", post=PostId(platform="agora", native="17"),
        by=Sender(name="Bea Long", address="bea@post.example", account="bea", flagger="guild"),
        words="It says that I was convicted of theft; I never was.",
        where="https://agora.example/ada/17", clause="1", illegal_under="StGB s. 187 (DE)",
        good_faith=True, at=NOON, clock="live")


@pytest.fixture(scope="session")
def order() -> Order:
    """A court's order, complete."""
    return Order(
        id="o1", kind="court order", posts=(PostId(platform="agora", native="17"),),
        by=Sender(name="District Court of Example", address="registry@court.example"),
        legal_basis="Code of Civil Procedure s. 940", words="It is ordered that the post go.",
        demands="removal", reference="7 O 12/20", territory=("DE", "FR"),
        due_at=NOON + timedelta(days=2), recorded_by="reviewer-2", at=NOON, clock="live")


@pytest.fixture(scope="session")
def flaggers() -> dict[str, TrustedFlagger]:
    """One trusted flagger, for violence alone."""
    guild = TrustedFlagger(id="guild", name="A guild", awarded_by="the coordinator of Example",
                           fields=("STATEMENT_CATEGORY_VIOLENCE",))
    return {"guild": guild}
