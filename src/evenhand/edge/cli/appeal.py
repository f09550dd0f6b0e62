"""`evenhand appeal`: the author, or who reported in vain, says point by point what is wrong."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from evenhand.appeal.answering import ROLES
from evenhand.edge.cli.appeal_form import read_form, read_points
from evenhand.edge.cli.arrived import tell_letters
from evenhand.edge.cli.meant import decision_meant, text_in
from evenhand.edge.cli.options import (
    InOrder,
    at_option,
    because_option,
    brought_before,
    in_order,
    once_option,
    open_desk,
    refuse_nobody,
    sender,
    sender_option,
)
from evenhand.edge.cli.screen import config_option, heading, json_option, quote, safe, say, say_json
from evenhand.edge.cli.telling import plain_matter
from evenhand.edge.cli.timeline import point_in_words
from evenhand.edge.desk.appeals import appeal as file_it
from evenhand.edge.desk.desk import Desk
from evenhand.edge.store.matters import Matter
from evenhand.edge.store.story import places_of
from evenhand.errors import EvenhandError
from evenhand.model.appeal import Dispute
from evenhand.reasons.statement import day_and_time
from evenhand.record.codec import to_plain
from evenhand.record.kinds import AppealRecord


@click.command(cls=InOrder)
@click.argument("decision", required=False)
@sender_option("--account", "The author's account; with --reporter the reporter's.")
@sender_option("--email", "The address of a reporter, as in their report.", "ADDRESS")
@click.option("--reporter", is_flag=True,
              help="It is a reporter's appeal, against the decision not to act on the report.")
@click.option("--fact", "facts", multiple=True, metavar="NAME=VALUE",
              help="A point: this fact is wrong, and what it is instead.")
@click.option("--claim", "claims", multiple=True, metavar="CLAIM",
              help="Of a fact of a fact-check: which, by its page's address or its key.")
@click.option("--reading", "readings", multiple=True, metavar="CLAUSE",
              help="A point: the clause does not mean the post.")
@click.option("--treatment", "treatments", multiple=True, metavar="CLAUSE",
              help="A point: like posts were treated otherwise, each named with --like.")
@click.option("--like", "likes", multiple=True, metavar="POST",
              help="A like post, by its id or address.")
@click.option("--accept", "accepts", is_flag=True,
              help="The finding is accepted, and what was taken is asked back.")
@because_option("Of the point before it: why, in the words of whoever appeals", multiple=True)
@click.option("--form", metavar="FILE",
              help="The points as JSON (spec/appeals.md); - reads standard input.")
@once_option("files")
@at_option
@config_option
@json_option
@click.pass_context
def appeal(ctx: click.Context, decision: str | None, account: str | None, email: str | None,
           reporter: bool, facts: tuple[str, ...], claims: tuple[str, ...],
           readings: tuple[str, ...], treatments: tuple[str, ...], likes: tuple[str, ...],
           accepts: bool, because: tuple[str, ...], form: str | None, once: str | None,
           at: datetime | None, config_path: Path, as_json: bool) -> None:
    """Appeal against a decision: every point names what is wrong, and is answered.

    DECISION is the first digits of its id, or the post that it is about. Several points make one
    appeal; what is said after a point (--because, --claim, --like) belongs to it. The author
    appeals from the account that made the post; who reported it in vain with the address of the
    report.
    """
    points = in_order(ctx, {
        "facts": facts, "readings": readings, "treatments": treatments,
        "accepts": accepts, "claims": claims, "likes": likes, "because": because})
    by = sender(email=email, account=account)
    refuse_nobody(by)
    desk = open_desk(config_path)
    if form is not None:
        if points:
            raise EvenhandError("the points stand in the form", where="--form",
                                hint="leave the other points out, or the form")
        filled = read_form(text_in(form, "--form"), where=f"--form {form}")
        decision, party = filled.decision_beside(decision), filled.party
        if party is None:
            party = "reporter" if reporter or by.account is None else "author"
    else:
        filled, party = None, "reporter" if reporter or by.account is None else "author"
    if decision is None:
        raise EvenhandError("it does not say which decision it is against",
                            hint="name the decision by the first digits of its id, as the letter "
                            "gives it")
    against = desk.record(decision_meant(desk.platform, decision))
    terms = desk.terms(against.decision.terms)
    disputes = filled.disputes(against, terms) if filled is not None else read_points(
        points, against, terms)
    before = brought_before(desk, "appeal", once)
    matter = file_it(desk, against.decision.id, by=by, disputes=disputes, party=party,
                     at=at, once=once)
    record = matter.record
    assert isinstance(record, AppealRecord), "an appeal has its record"
    if as_json:
        say_json(plain_matter(desk.platform, matter) | {
            "brought_before": before, "against": record.appeal.decision,
            "party": record.appeal.party, "decisive": list(record.decisive),
            "points": [to_plain(point) for point in record.appeal.disputes]})
        return
    _tell(desk, matter, record, before=before)


def _tell(desk: Desk, matter: Matter, record: AppealRecord, *, before: bool) -> None:
    platform, key, filed = desk.platform, f"appeal:{matter.id}", record.appeal
    say(f"[good]appeal {matter.id[:16]}[/good] "
        + ("was filed before; nothing new was recorded" if before else "is filed")
        + f", against decision {filed.decision[:16]} about {safe(filed.post)}")
    say(f"  [quiet]{day_and_time(filed.at)}; entry "
        f"{places_of(platform.engine, [key]).get(key)} of {platform.config.origin}[/quiet]")
    heading("The points")
    for n, point in enumerate(filed.disputes):
        _point(n, point, decisive=n in record.decisive)
    heading("The answer")
    due = f", by {day_and_time(record.due_at)}" if record.due_at else "; the terms promise no time"
    say(f"  by another person, of the roles {' or '.join(ROLES)}, who had no part in the "
        f"decision{due}")
    tell_letters(desk, matter)


def _point(n: int, point: Dispute, *, decisive: bool) -> None:
    mark = "  [ask]decisive: if it is so, the decision falls[/ask]" if decisive else ""
    say(f"  {n + 1}. {point.kind.value}: {safe(point_in_words(point))}{mark}")
    for like in point.like:
        say(f"     like {safe(like)}")
    quote(point.words)
