"""`evenhand answer`: an appeal is answered point by point, by somebody who had no part in it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from evenhand.appeal.answering import ROLES, PointAsked, may_answer, questions
from evenhand.edge.cli.meant import appeal_meant, text_meant
from evenhand.edge.cli.options import as_option, at_option, open_desk
from evenhand.edge.cli.screen import (
    config_option,
    heading,
    json_option,
    out,
    quote,
    safe,
    say,
    say_json,
)
from evenhand.edge.cli.telling import tell_decided
from evenhand.edge.desk.appeals import answer as answer_it
from evenhand.edge.desk.appeals import decided_besides, opened
from evenhand.edge.desk.desk import Desk
from evenhand.edge.store.matters import matter as find_matter
from evenhand.edge.store.story import answers_to
from evenhand.errors import EvenhandError
from evenhand.model.appeal import Appeal, PointAnswered
from evenhand.reasons.statement import day_and_time
from evenhand.record.codec import to_plain


@click.command()
@click.argument("appeal", metavar="APPEAL-OR-POST")
@as_option("answers", required=False)
@click.option("--agree", "agreed", nargs=2, type=(int, str), multiple=True, metavar="N WORDS",
              help="Point N, counted from 1, is so; and why (- reads standard input).")
@click.option("--disagree", "disagreed", nargs=2, type=(int, str), multiple=True,
              metavar="N WORDS", help="Point N is not so; and why.")
@click.option("--unfounded", is_flag=True, help="The appeal is manifestly unfounded.")
@at_option
@config_option
@json_option
def answer(appeal: str, person: str | None, agreed: tuple[tuple[int, str], ...],
           disagreed: tuple[tuple[int, str], ...], unfounded: bool, at: datetime | None,
           config_path: Path, as_json: bool) -> None:
    """Answer an appeal: each point agreed or not, with reasons that whoever appealed reads.

    APPEAL-OR-POST is the first digits of its id, or the post that the one open appeal is about.
    Without an answer the questions are told, those that decide are marked, and who may answer.
    What is agreed is stated in the answerer's name, the clauses are evaluated again, and what came
    of the appeal follows from the new decision. It never takes more than what stood.
    """
    desk = open_desk(config_path)
    appeal = appeal_meant(desk.platform, appeal)
    if not agreed and not disagreed:
        _ask(desk, appeal, person, as_json=as_json)
        return
    if person is None:
        raise EvenhandError("it does not say who answers", where="--as",
                            hint="write --as PERSON: a registered person who had no part in it")
    points = tuple(PointAnswered(n=n - 1, agreed=yes, reasons=text_meant(words, option))
                   for option, yes, said in (("--agree", True, agreed),
                                             ("--disagree", False, disagreed))
                   for n, words in said)
    decision = answer_it(desk, appeal, person=person, points=points,
                         manifestly_unfounded=unfounded, at=at)
    record, filed = desk.record(decision.id), find_matter(desk.platform.engine, appeal)
    outcome = answers_to(desk.platform.engine, [filed.id])[filed.id].outcome
    if as_json:
        say_json({"appeal": filed.id, "outcome": outcome, "decision": to_plain(decision),
                  "letter": record.notice.words if record.notice else None})
        return
    say(f"appeal {filed.id[:16]} is answered: [good]{outcome}[/good]")
    tell_decided(desk.platform, record)


def _ask(desk: Desk, prefix: str, person: str | None, *, as_json: bool) -> None:
    """The questions that an answer must address, and who may give it."""
    filed, appealed, decisive = opened(desk, prefix)
    asked = questions(filed, appealed, decisive)
    chain = decided_besides(desk, appealed.decision)
    people: dict[str, str | None] = {}
    known = desk.platform.config.people
    if person is not None and person not in known:
        raise EvenhandError(f"`{person}` is not a registered person",
                            hint=f"register them under [people.{person}] in "
                            f"{desk.platform.config.file.name}")
    for one in (known[person],) if person is not None else known.values():
        if person is None and not set(one.roles) & set(ROLES):
            continue
        try:
            may_answer(one, appealed, chain=chain)
            people[one.id] = None
        except EvenhandError as refused:
            people[one.id] = refused.what
    if as_json:
        say_json(_plain(filed, asked, people))
        return
    _tell(filed, asked, people)


def _tell(filed: Appeal, asked: tuple[PointAsked, ...], people: dict[str, str | None]) -> None:
    say(f"[head]appeal {filed.id[:16]}[/head]  [quiet]by the {filed.party}, "
        f"{day_and_time(filed.at)}, against decision {filed.decision[:16]} about "
        f"{safe(filed.post)}[/quiet]")
    for point in asked:
        heading(f"Point {point.n + 1}" + (", decisive" if point.decisive else ""))
        say(f"  {safe(point.words)}")
        quote(filed.disputes[point.n].words)
    heading("Who may answer")
    for name, why in people.items():
        say(f"  {safe(name)}: " + ("[good]may answer[/good]" if why is None else
                                   f"[ask]may not[/ask]: {safe(why)}"))
    if not people:
        say(f"  [ask]nobody is registered with the role {' or '.join(ROLES)}[/ask]")
    out.print()
    say(f"  [quiet]evenhand answer {filed.id[:16]} --as PERSON "
        + " ".join(f'--agree {point.n + 1} "..."' for point in asked)
        + "   (or --disagree)[/quiet]")


def _plain(filed: Appeal, asked: tuple[PointAsked, ...],
           people: dict[str, str | None]) -> dict[str, Any]:
    return {"appeal": filed.id, "against": filed.decision, "post": str(filed.post),
            "party": filed.party,
            "questions": [{"n": point.n + 1, "question": point.words, "decisive": point.decisive,
                           "words": filed.disputes[point.n].words} for point in asked],
            "people": [{"person": name, "may_answer": why is None, "because": why}
                       for name, why in people.items()]}
