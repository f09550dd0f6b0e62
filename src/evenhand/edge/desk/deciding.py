"""A reviewer's decision: facts stated, grounds in force chosen, and what people brought answered.

The clauses are evaluated again with what the reviewer states; what their rules then give is done,
or what the reviewer chooses of it. Open reports and orders about the post are its cause, and are
answered by it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from evenhand.case import Settled
from evenhand.decide.question import Review
from evenhand.edge.answering import keep_answers
from evenhand.edge.claims import key_meant
from evenhand.edge.desk.bringing import token_of
from evenhand.edge.desk.desk import Desk
from evenhand.edge.desk.suggesting import STANCE, cues_of
from evenhand.edge.learn import statement_of
from evenhand.edge.people import MAY_GIVE_BACK, MAY_STATE, acting, decider, may_open_again
from evenhand.edge.platform import Platform
from evenhand.edge.settling import Work
from evenhand.edge.signals.stated import CONFIRMED, SUGGESTED, read_one
from evenhand.edge.store.decided import Also
from evenhand.edge.store.known import Statement, keep_statements
from evenhand.edge.store.matters import Matter, matters_about, overturned
from evenhand.errors import EvenhandError
from evenhand.factcheck.copies import LEAST_WORDS, copy_key
from evenhand.factcheck.words import length_in_words
from evenhand.model.action import Ground
from evenhand.model.decision import Cause, CauseKind, Decision, SetAside, SetAsideBecause
from evenhand.model.factcheck import ConfirmedFor
from evenhand.model.person import Person
from evenhand.model.post import Post, PostId
from evenhand.record.codec import instant_text
from evenhand.record.identity import name_matter
from evenhand.terms.applies import governing


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a reviewer asks for. `facts` are values as JSON writes them, by the fact's name;
    `confirms` says of a fact-check, by its address, its key or the first digits of that, whether it
    speaks to the post, and `scope` whether that is said of this post or of all its copies; the rest
    is as in `Review`, with the reasons for which a clause is set aside by its number."""

    facts: Mapping[str, object] = field(default_factory=dict)
    confirms: Mapping[str, bool] = field(default_factory=dict)
    scope: ConfirmedFor = "this post"
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    let_act: frozenset[str] = frozenset()
    edits: Mapping[str, str] = field(default_factory=dict)
    set_aside: Mapping[str, str] = field(default_factory=dict)
    unfounded: Collection[str] = ()


def decide(desk: Desk, post: PostId, *, person: str, asked: Asked,
           at: datetime | None = None, once: str | None = None) -> Decision:
    """Decide about a post as a reviewer; every open report and order about it is answered.

    Refused without a ground in force, and where a clause does not allow what is asked. `once` is a
    key of the caller's own: the same key again decides nothing new about this post.
    """
    platform, identity = desk.platform, name_matter("review", token_of(desk, once))
    if once and (before := _decided_for(desk, post, identity)) is not None:
        desk.go_on()
        return before
    who = acting(platform, person, MAY_STATE, "decide about posts")
    about = desk.post(post)
    standing = desk.standing(post)
    may_open_again(platform, person, overturned(platform.engine).get(post))
    if standing is not None and any(s.because is SetAsideBecause.REINSTATED
                                    and s.ground.citation.number in asked.chosen
                                    for s in standing.set_aside):
        acting(platform, person, MAY_GIVE_BACK, "take again what was given back")
    now = desk.now(at)
    _refuse_ungoverned(desk, about, now)
    open_ = [m for m in matters_about(platform.engine, [post], kinds=("report", "order"))
             if m.open]
    unfounded = _named(asked.unfounded, open_)
    review = Review(
        chosen=asked.chosen, let_act=asked.let_act, edits=asked.edits,
        set_aside=tuple(SetAside(ground=ground_of(desk, about, number, now),
                                 because=SetAsideBecause.REVIEWED, matter=identity, words=words)
                        for number, words in asked.set_aside.items()))
    said = stated_by(desk, who, about, now, asked)
    work = Work(post=about, now=now, cause=_cause(open_, identity, now),
                decider=decider(who), review=review, said=said)

    def also(settled: Settled) -> Also:
        def store(connection: Connection) -> None:
            keep_statements(connection, said, now)
            keep_answers(platform, connection, [settled], open_, now, person=who.id,
                         unfounded=unfounded)
        return store

    return _decided(desk.settle(work, also))


def reinstate(desk: Desk, post: PostId, *, person: str, words: str,
              at: datetime | None = None) -> Decision:
    """Give back what was taken of a post or its author: the finding stands, nothing is done."""
    who = acting(desk.platform, person, MAY_GIVE_BACK, "give back what was taken")
    if length_in_words(words) < 2:
        raise EvenhandError("nothing is given back without reasons",
                            hint="one word is no reason: say why, in a sentence that the author "
                            "reads")
    about, standing = desk.post(post), desk.standing(post)
    now = desk.now(at)
    grounds = list(dict.fromkeys(a.ground for a in standing.actions if a.runs_at(now))
                   ) if standing else []
    if not grounds:
        raise EvenhandError(f"nothing is done to `{post}` that could be given back",
                            hint="`evenhand show` tells what stands")
    identity = name_matter("review", desk.platform.fresh_key())
    review = Review(set_aside=tuple(
        SetAside(ground=ground, because=SetAsideBecause.REINSTATED, matter=identity, words=words)
        for ground in grounds))
    work = Work(post=about, now=now, decider=decider(who), review=review,
                cause=Cause(kind=CauseKind.REVIEW, id=identity, at=now))
    return _decided(desk.settle(work, lambda _: lambda connection: None))


def stated_by(desk: Desk, person: Person, post: Post, now: datetime,
              asked: Asked) -> tuple[Statement, ...]:
    """What a person states of a post, as it is kept; what is not declared, or no value, refused."""
    platform, declared = desk.platform, desk.platform.config.vocabulary
    confirms = _confirms(platform, asked.confirms)
    if asked.scope == "all copies":
        _refuse_no_copies(post, asked)
    line: dict[str, object] = {"post": str(post.id), "by": f"person:{person.id}",
                               "at": instant_text(now)}
    lines = [line | {"fact": name, "value": value} for name, value in asked.facts.items()]
    for one in lines:
        if one["fact"] == STANCE:
            shown = cues_of(post, desk.standing(post.id)).suggestion
            one[SUGGESTED] = {"by": shown.by, "values": list(shown.values)}
    lines += [line | {"fact": CONFIRMED, "value": value, "claim": claim, "scope": asked.scope}
              for claim, value in confirms.items()]
    known = {key: [key] for key in confirms}
    return tuple(statement_of(platform, read_one(one, platform.config.platform, declared), known)
                 for one in lines)


def _confirms(platform: Platform, asked: Mapping[str, bool]) -> dict[str, bool]:
    """What is said of each fact-check by its key, however it is named: an address, a key, or the
    first digits of one, as the queue shows them."""
    found: dict[str, bool] = {}
    for named, value in asked.items():
        key = key_meant(platform, named)
        if key in found:
            raise EvenhandError(f"`{named}` is a fact-check of which something is said already",
                                hint="say of each once whether it is about the post")
        found[key] = value
    return found


def _refuse_no_copies(post: Post, asked: Asked) -> None:
    if not asked.confirms:
        raise EvenhandError("nothing is said of the copies", hint="confirm or deny a fact-check: "
                            "all else is said of one post")
    if copy_key(post) is None:
        raise EvenhandError(f"the text of `{post.id}` is too short to tell its copies by, or too "
                            "long", hint=f"from {LEAST_WORDS} words on copies are told; say it of "
                            "this post alone")


def ground_of(desk: Desk, post: Post, number: str, now: datetime) -> Ground:
    """A clause of the terms that govern a post, as a ground."""
    terms = governing(desk.platform.versions, made_at=post.made_at, now=now).terms
    clause = terms.clause(number) if terms else None
    if clause is None:
        raise EvenhandError(f"the terms that govern `{post.id}` have no clause {number}",
                            hint="`evenhand show` names the clauses and the version")
    return Ground(citation=clause.citation)


def _cause(open_: Sequence[Matter], identity: str, now: datetime) -> Cause:
    """What asks for the decision: what people brought about the post, and the review itself.

    The review's id is in it whatever was brought: a rule has looked at the post for the matter
    alone, on what was known before.
    """
    if not open_:
        return Cause(kind=CauseKind.REVIEW, id=identity, at=now)
    ordered = any(m.kind == "order" for m in open_)
    return Cause(kind=CauseKind.ORDER if ordered else CauseKind.REPORT, at=now,
                 id="+".join([*sorted(m.id for m in open_), identity]))


def _decided_for(desk: Desk, post: PostId, review: str) -> Decision | None:
    """The decision about a post that a review of this id led to; None: none yet."""
    records = (desk.platform.store.record(one) for one in desk.platform.store.decisions_of(post))
    return next((found[0].decision for found in records
                 if found is not None and review in found[0].decision.cause.id.split("+")), None)


def _named(prefixes: Collection[str], open_: Sequence[Matter]) -> frozenset[str]:
    found = set()
    for prefix in prefixes:
        named = [m.id for m in open_ if m.kind == "report" and m.id.startswith(prefix)]
        if len(named) != 1:
            what = "several open reports" if named else "no open report"
            raise EvenhandError(f"`{prefix}` names {what} about this post",
                                hint="`evenhand queue` lists them")
        found.update(named)
    return frozenset(found)


def _refuse_ungoverned(desk: Desk, post: Post, now: datetime) -> None:
    """Before anything is stored: what is stated with a decision is kept with it, or not at all."""
    if governing(desk.platform.versions, made_at=post.made_at, now=now).terms is None:
        raise EvenhandError(
            f"no terms were in force when `{post.id}` was made, so nothing can be decided of it",
            hint="terms bind posts made after they came into force")


def _decided(settled: Settled) -> Decision:
    assert settled.decision is not None, "whatever a person is asked gets a decision"
    return settled.decision
