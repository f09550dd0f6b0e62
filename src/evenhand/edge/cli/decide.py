"""`evenhand decide`: a reviewer's decision about a post."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from evenhand.edge.cli.changed import (
    Changed,
    changed,
    plain_changed,
    superseding,
    tell_changed,
)
from evenhand.edge.cli.meant import fact_stated, parted, post_meant, reasons_meant, text_in
from evenhand.edge.cli.options import (
    InOrder,
    as_option,
    at_option,
    because_option,
    in_order,
    once_option,
    open_desk,
)
from evenhand.edge.cli.screen import config_option, count, heading, json_option, say, say_json
from evenhand.edge.cli.telling import plain_matter, tell_decided
from evenhand.edge.desk.deciding import Asked
from evenhand.edge.desk.deciding import decide as decide_it
from evenhand.edge.desk.desk import Desk
from evenhand.edge.signals.stated import CONFIRMED
from evenhand.edge.store.matters import answered_with
from evenhand.errors import EvenhandError
from evenhand.factcheck.copies import copy_key
from evenhand.model.decision import Decision
from evenhand.model.post import PostId
from evenhand.record.codec import to_plain
from evenhand.terms.applies import governing


@click.command(cls=InOrder)
@click.argument("post")
@as_option("decides")
@click.option("--fact", "facts", multiple=True, metavar="NAME=VALUE",
              help="A fact that you state of the post: yes or no, a number, words, a list as JSON, "
              "`3 days`, an instant.")
@click.option("--confirm", multiple=True, metavar="CLAIM",
              help="This fact-check, by its page's address, its key or the first digits of "
                   "that, is about the post.")
@click.option("--deny", multiple=True, metavar="CLAIM", help="This fact-check is not.")
@click.option("--all-copies", is_flag=True,
              help="That is said of all copies of the post too: posts of the same words, links and "
              "files (default: of this post).")
@click.option("--act", multiple=True, metavar="CLAUSE[:ACTION,...]",
              help="Take these actions of those that the clause allows (default: all).")
@click.option("--beyond-cap", multiple=True, metavar="CLAUSE",
              help="Let the clause act although it has reached its cap.")
@click.option("--edit", "edits", multiple=True, metavar="CLAUSE=FILE",
              help="The post's text after an edit that is a reviewer's to make.")
@click.option("--set-aside", multiple=True, metavar="CLAUSE",
              help="The clause does not mean this post: it does nothing to it.")
@because_option("Why the clause named before it is set aside", multiple=True)
@click.option("--unfounded", multiple=True, metavar="REPORT",
              help="An open report, by its first digits, that is manifestly unfounded.")
@once_option("decides")
@at_option
@config_option
@json_option
@click.pass_context
def decide(ctx: click.Context, post: str, person: str, facts: tuple[str, ...],
           confirm: tuple[str, ...], deny: tuple[str, ...], all_copies: bool,
           act: tuple[str, ...], beyond_cap: tuple[str, ...], edits: tuple[str, ...],
           set_aside: tuple[str, ...], because: tuple[str, ...], unfounded: tuple[str, ...],
           once: str | None, at: datetime | None,
           config_path: Path, as_json: bool) -> None:
    """Decide about a post as a reviewer, on the facts that you state.

    The clauses are evaluated again with them, and what their rules then give is done: no action
    without a clause that holds. Every open report and order about the post is answered by it, also
    where the post is left alone.
    """
    desk = open_desk(config_path)
    about = post_meant(desk.platform, post)
    declared = desk.platform.config.vocabulary.facts
    stated = [fact_stated(text, declared) for text in facts]
    for fact, _ in stated:
        if fact.name == CONFIRMED:
            raise EvenhandError(f"`{CONFIRMED}` is said of a fact-check", where="--fact",
                                hint="write --confirm CLAIM, or --deny CLAIM")
    _refuse_twice("--fact", [fact.name for fact, _ in stated])
    _refuse_twice("--confirm and --deny", [*confirm, *deny])
    asked = Asked(
        facts={fact.name: value for fact, value in stated},
        confirms=dict.fromkeys(confirm, True) | dict.fromkeys(deny, False),
        scope="all copies" if all_copies else "this post",
        chosen=_chosen(desk, about, act, at), let_act=frozenset(beyond_cap),
        edits={number: text_in(file, "--edit") for number, file in (
            parted(text, "--edit", "2.2=FILE") for text in edits)},
        set_aside=_set_aside(in_order(ctx, {"set_aside": set_aside, "because": because})),
        unfounded=unfounded)
    decision = decide_it(desk, about, person=person, asked=asked, at=at, once=once)
    record = desk.record(decision.id)
    copies = _copies(desk, decision) if all_copies else ()
    if as_json:
        say_json({"decision": to_plain(decision),
                  "copies": plain_changed(copies) if all_copies else None,
                  "letter": record.notice.words if record.notice else None,
                  "answers": [plain_matter(desk.platform, m)
                              for m in answered_with(desk.platform.engine, decision.id)]})
        return
    tell_decided(desk.platform, record)
    if all_copies:
        heading("Its copies", "what is said of all of them reaches those to come, too")
        say(f"  {count(len(copies), 'copy', 'copies')} decided anew" if copies else
            "  no copy of it is here for which this changes anything")
        tell_changed(desk.platform, copies)


def _copies(desk: Desk, decision: Decision) -> tuple[Changed, ...]:
    """What became of the copies of a post that were decided anew with it."""
    alike = copy_key(desk.post(decision.post))
    made = [s.decision for s in desk.done.settled if s.decision is not None
            and s.post.id != decision.post and copy_key(s.post) == alike]
    return changed(desk.platform, superseding(desk.platform, made))


def _refuse_twice(option: str, names: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise EvenhandError(f"`{name}` is said twice", where=option, hint="say it once")


def _chosen(desk: Desk, post: PostId, act: Sequence[str],
            at: datetime | None) -> dict[str, tuple[str, ...]]:
    """Clause -> the names of the actions to take; of a clause named alone all that it allows."""
    law = governing(desk.platform.versions, made_at=desk.post(post).made_at, now=desk.now(at))
    chosen: dict[str, tuple[str, ...]] = {}
    for text in act:
        number, colon, names = text.partition(":")
        clause = law.terms.clause(number) if law.terms else None
        allowed = tuple(a.name for a in clause.then.actions) if clause else ()
        named = tuple(name.strip() for name in names.split(",") if name.strip())
        if colon and not named:
            raise EvenhandError(f"`{text}` names no action", where="--act",
                                hint="it allows: " + ", ".join(allowed) if allowed else
                                "write CLAUSE, or CLAUSE:ACTION,ACTION")
        chosen[number] = tuple(dict.fromkeys((*chosen.get(number, ()), *(named or allowed))))
    return chosen


def _set_aside(said: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Clause -> the reasons said after it; one set of reasons at the end is for all before it."""
    found: dict[str, str] = {}
    waiting: list[str] = []
    for option, value in said:
        if option == "set_aside":
            if value in found or value in waiting:
                raise EvenhandError(f"clause {value} is set aside twice", where="--set-aside",
                                    hint="say it once, with its reasons")
            waiting.append(value)
            continue
        if not waiting:
            raise EvenhandError("it does not say which clause these are the reasons for",
                                where="--because", hint="write --set-aside CLAUSE before it")
        found |= dict.fromkeys(waiting, reasons_meant(value))
        waiting.clear()
    if waiting:
        raise EvenhandError(f"clause {waiting[0]} is set aside without reasons",
                            where="--set-aside", hint="write --because WORDS after it")
    return found
