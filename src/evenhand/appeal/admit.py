"""Whether an appeal is heard: whose it is, when, against what; what is refused says what remains.

Regulation (EU) 2022/2065 Art. 20(1): whoever is affected by a decision, and whoever reported a post
in vain, may complain for six months at least. Art. 20(2) counts them from the day on which the
person was told; the instant comes in, counted by `clocks`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from evenhand.appeal.appealed import Appealed
from evenhand.appeal.points import check_points
from evenhand.errors import EvenhandError
from evenhand.model.appeal import Appeal, Dispute
from evenhand.model.decision import Outcome
from evenhand.model.matter import Sender
from evenhand.model.post import Account
from evenhand.terms.clauses import Terms
from evenhand.terms.front import NO_APPEAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """What must be known when an appeal is filed, besides the decision that it disputes.

    `reported_by` sent the reports that the decision answers. `superseded_by` is the decision that
    stands now, None where the one appealed against does. `lifted` says whether the decision took
    something back. `appeal_by` is the first instant too late for whoever appeals, and `last_day`
    its last day in the terms' time zone. `pending` is the id of an open appeal of the same party
    against the decision. `answered` are the points of the same party that it answers. `procedure`
    are the terms in force now.
    """

    author: Account
    reported_by: tuple[Sender, ...] = ()
    superseded_by: str | None = None
    lifted: bool = False
    appeal_by: datetime
    last_day: date
    pending: str | None = None
    answered: tuple[Dispute, ...] = ()
    procedure: Terms


def admit(appeal: Appeal, appealed: Appealed, filing: Filing) -> None:
    """Refuse an appeal that cannot be heard; the error says why, and what remains.

    The first reason is told: who appeals, against what, when, and then what they say.
    """
    decision = appealed.decision
    assert appeal.decision == decision.id, "an appeal is held against the decision that it names"
    assert appeal.post == decision.post, "an appeal and its decision are about one post"
    remains = _remains(filing.procedure)
    if filing.procedure.front.appeals_to == NO_APPEAL:
        raise EvenhandError("no appeal is heard; the terms in force say so", hint=remains)
    _check_party(appeal, filing)
    if filing.superseded_by is not None:
        raise EvenhandError(
            f"decision `{decision.id[:16]}` does not stand any more",
            hint=f"decision `{filing.superseded_by[:16]}` took its place: appeal against that one")
    if appeal.at >= filing.appeal_by:
        raise EvenhandError(
            f"the appeal comes too late: its last day was {filing.last_day}", hint=remains)
    _check_appealable(appeal, appealed, lifted=filing.lifted)
    if filing.pending is not None:
        raise EvenhandError(
            f"appeal `{filing.pending}` against this decision is still open",
            hint="wait for its answer, or take it back and appeal anew")
    check_points(appeal, appealed, answered=filing.answered)


def _check_party(appeal: Appeal, filing: Filing) -> None:
    if appeal.party == "author":
        own = appeal.by.account is not None and appeal.by.account == filing.author.id
        if not own:
            raise EvenhandError("only the author of the post can appeal as its author",
                                hint="appeal from the account that made the post; whoever reported "
                                "it can appeal as a reporter where nothing was done")
    elif not any(same_sender(appeal.by, sender) for sender in filing.reported_by):
        raise EvenhandError("only who sent a report that the decision answers can appeal as a "
                            "reporter", hint="report the post: the decision on that report can be "
                            "appealed")


def same_sender(one: Sender, other: Sender) -> bool:
    """Whether two are the same, by account, trusted flagger or address; a name says nothing."""
    by_address = one.address is not None and other.address is not None \
        and one.address.strip().casefold() == other.address.strip().casefold()
    return by_address or any(a is not None and a == b for a, b in (
        (one.account, other.account), (one.flagger, other.flagger)))


def _check_appealable(appeal: Appeal, appealed: Appealed, *, lifted: bool) -> None:
    decision = appealed.decision
    if appeal.party == "reporter":
        if decision.outcome is Outcome.ACTED:
            raise EvenhandError("the report led to an action, which a reporter cannot appeal",
                                hint="a decision not to act can be appealed by who reported the "
                                "post (Regulation 2022/2065 Art. 20(1))")
        if decision.outcome is Outcome.ASKED:
            raise EvenhandError("nothing is decided yet: a reviewer was asked",
                                hint="wait for the decision on your report")
    elif not (decision.actions or lifted):
        raise EvenhandError("the decision did nothing to the post or its author",
                            hint="there is nothing to appeal")


def _remains(procedure: Terms) -> str:
    """What is left to whoever is not heard (Art. 20 is no condition of either)."""
    front = procedure.front
    ways: Collection[str] = [f"{name}: {where}" for name, where in (
        ("out of court", front.out_of_court), ("in court", front.courts)) if where is not None]
    return "what remains: " + "; ".join(ways) if ways else \
        "what remains are the courts; the terms name no other body"
