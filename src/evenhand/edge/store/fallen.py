"""Strikes that count no more, and the decisions that still rest on them, to be looked at again.

A strike falls where the decision that gave it is superseded by one that gives none, or is erased.
That is noted in the same transaction, so that whatever rested on it is found after a crash, too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, or_, select

from evenhand.edge.store import matter_tables as m
from evenhand.edge.store import tables as t
from evenhand.edge.store.counted import Author, struck
from evenhand.edge.store.database import AT_ONCE, from_us, insert_or_leave, reading, to_us
from evenhand.model.action import Effect
from evenhand.model.decision import Decision, SetAsideBecause
from evenhand.model.post import PostId
from evenhand.record.kinds import read_record
from evenhand.rulebook.finding import Answer

_GIVEN_BACK = SetAsideBecause.REINSTATED.value


def note_superseded(connection: Connection, decisions: Collection[str], at: datetime) -> None:
    """Note the strikes that fell with these decisions, which were just stored.

    One falls where a clause that did more than add something does so no more: what another clause
    does in its place may rest on nothing but strikes.
    """
    new, old = t.decisions.alias("new"), t.decisions.alias("old")
    did, does, was, back = (t.actions.alias("did"), t.actions.alias("does"),
                            m.set_asides.alias("was"), m.set_asides.alias("back"))
    # A clause struck by what it did, or by what was given back while its finding stood.
    for number, gave, how in ((did.c.number, did, did.c.effect != "adds"),
                              (was.c.number, was, was.c.because == _GIVEN_BACK)):
        _note(connection, select(old.c.id, old.c.platform, old.c.author).join(
            new, new.c.supersedes == old.c.id).join(gave, gave.c.decision == old.c.id).where(
            new.c.id.in_(list(decisions)), old.c.author != "", how,
            ~select(does.c.n).where(does.c.decision == new.c.id, does.c.number == number,
                                    does.c.effect != "adds").exists(),
            ~select(back.c.n).where(back.c.decision == new.c.id, back.c.number == number,
                                    back.c.because == _GIVEN_BACK).exists()).distinct(), at)


def note_erased(connection: Connection, post: PostId, at: datetime) -> None:
    """Note the strike that falls with a post that is about to be emptied, if it gave one."""
    made, later = t.decisions, t.decisions.alias("later")
    _note(connection, select(made.c.id, made.c.platform, made.c.author).where(
        made.c.platform == post.platform, made.c.native == post.native,
        made.c.version == post.version, made.c.author != "", struck(made),
        ~select(later.c.id).where(later.c.supersedes == made.c.id).exists()), at)


def _note(connection: Connection, found: Any, at: datetime) -> None:
    rows = [{"decision": row.id, "platform": row.platform, "author": row.author, "at": to_us(at)}
            for row in connection.execute(found)]
    if rows:
        insert_or_leave(connection, t.fallen_strikes, rows)


def next_fallen(engine: Engine) -> datetime | None:
    """When the first strike fell whose author has still to be looked at; None: none."""
    with reading(engine) as connection:
        at = connection.execute(select(func.min(t.fallen_strikes.c.at))).scalar()
    return None if at is None else from_us(at)


def fallen(engine: Engine, until: datetime) -> Mapping[Author, list[str]]:
    """Author -> the decisions whose strikes fell by an instant, in the order of their ids."""
    found: dict[Author, list[str]] = {}
    with reading(engine) as connection:
        for row in connection.execute(select(t.fallen_strikes).where(
                t.fallen_strikes.c.at <= to_us(until)).order_by(t.fallen_strikes.c.decision)):
            found.setdefault((row.platform, row.author), []).append(row.decision)
    return found


def looked_at(connection: Connection, decisions: Iterable[str]) -> None:
    """Forget strikes that fell, since everything that rested on them was looked at."""
    names = list(decisions)
    for start in range(0, len(names), AT_ONCE):
        connection.execute(delete(t.fallen_strikes).where(
            t.fallen_strikes.c.decision.in_(names[start:start + AT_ONCE])))


def forget_author(connection: Connection, author: Author) -> None:
    """Forget the strikes of an account that is erased: nothing of it is left to look at."""
    connection.execute(delete(t.fallen_strikes).where(
        t.fallen_strikes.c.platform == author[0], t.fallen_strikes.c.author == author[1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Resting:
    """A post to which something is done for the sake of a fact, or was and was given back.
    `strikes`: it gives a strike, and by clauses alone that rest on the fact as well."""

    post: PostId
    strikes: bool


def resting(engine: Engine, author: Author, fact: str) -> Iterator[Resting]:
    """The posts of an author to which a decision that stands does something for the sake of a fact
    (`account.strikes`): the finding behind an action names it."""
    made, later, last = t.decisions, t.decisions.alias("later"), ""
    acts = or_(select(t.actions.c.n).where(t.actions.c.decision == made.c.id).exists(),
               select(m.set_asides.c.n).where(m.set_asides.c.decision == made.c.id,
                                              m.set_asides.c.because == _GIVEN_BACK).exists())
    query = select(made.c.id, made.c.record).where(
        made.c.platform == author[0], made.c.author == author[1], acts,
        func.length(made.c.record) > 0,
        ~select(later.c.id).where(later.c.supersedes == made.c.id).exists())
    while True:
        with reading(engine) as connection:
            rows = connection.execute(query.where(made.c.id > last).order_by(made.c.id).limit(
                AT_ONCE)).all()
        if not rows:
            return
        last = rows[-1].id
        for row in rows:
            decision: Decision = read_record(row.record).decision
            given_back = {s.ground.citation.number for s in decision.set_aside
                          if s.because is SetAsideBecause.REINSTATED}
            rests = {f.provision for f in decision.findings if f.answer is Answer.HOLDS
                     and any(name == fact for name, _ in f.facts)}
            struck_by = given_back | {a.ground.citation.number for a in decision.actions
                                      if a.effect is not Effect.ADDS}
            if rests & (given_back | {a.ground.citation.number for a in decision.actions}):
                yield Resting(post=decision.post, strikes=bool(struck_by) and struck_by <= rests)
