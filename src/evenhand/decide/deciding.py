"""Post, findings, history, cause and now -> the decision, or none where nobody need decide.

Several clauses may hold. An exception overrides its clause in the open; otherwise every clause
that holds is cited, and of each kind (visibility, monetary, account) the strongest action is
taken. Labels add up. A clause that has reached its cap does not act; it asks, or stops. A clause
that is suspended does nothing anew, one that a person has set aside for this post does nothing,
and of one of which a person chose some actions no others are taken. What is temporary ends when it
was first said to end: no later look at the post extends it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from evenhand.decide.acts import act, edits_of
from evenhand.decide.brakes import capped, suspended
from evenhand.decide.exceptions import override
from evenhand.decide.question import Question
from evenhand.decide.strongest import strongest
from evenhand.model.action import Action, ActionKind, Edit, Effect, Ground, is_covered
from evenhand.model.decision import (
    Ask,
    AskedBecause,
    CauseKind,
    Decision,
    SetAsideBecause,
)
from evenhand.rulebook.finding import Answer, Finding
from evenhand.terms.clauses import Clause
from evenhand.terms.then import PromisedAction

UNASKED = (CauseKind.ARRIVAL, CauseKind.FACT_CHECK_CHANGE, CauseKind.ACCOUNT_CHANGE,
           CauseKind.SIGNAL)
"""Causes behind which nobody asks for an answer: where no clause holds, no rule decides. A person's
word is always a decision, but for a reversal, which changes something or says nothing."""

NOT_BY_RULE = (CauseKind.REPORT, CauseKind.ORDER)
"""Who asks so gets an answer from a person, unless a clause's rule gives what is asked: no machine
dismisses a report, and none that an exception leaves alone."""


def is_idle(asked: Question) -> bool:
    """Whether there is plainly nothing to decide, as of most posts: a new post, of which no clause
    holds or is undetermined, and for which nobody asked. `decide` says the same, at greater cost.
    """
    return (asked.standing is None and asked.decider.kind == "rule"
            and asked.cause.kind in UNASKED
            and all(f.answer is Answer.DOES_NOT_HOLD for f in asked.findings))


def decide(asked: Question, *, identity: str, facts_digest: str) -> Decision | None:
    """The decision, whose id is `identity`; None where no clause holds or asks and nobody did.

    Clauses speak in the order of the terms, whatever the order of the findings.
    """
    by_number = {c.citation.number: c for c in asked.clauses}
    aside = {s.ground.citation.number: s.because for s in asked.set_aside}
    found = {f.provision: f for f in override(asked.findings, by_number, aside=aside)}
    findings = tuple(found[number] for number in by_number if number in found)
    holding = [(by_number[f.provision], f) for f in findings if f.answer is Answer.HOLDS
               and aside.get(f.provision, SetAsideBecause.REINSTATED) is SetAsideBecause.REINSTATED]
    calling = [(c, f) for c, f in holding if c.citation.number not in aside]
    stopped = [c for c, _ in calling if suspended(c, asked)]
    full = [c for c, _ in calling if c not in stopped and capped(c, asked)]
    asks = [_ask(c, asked, AskedBecause.UNDETERMINED, f.missing) for f in findings
            if f.answer is Answer.UNDETERMINED and f.provision not in {*aside, *asked.suspended}
            and _would_ask(c := by_number[f.provision], found)]
    asks.extend(_ask(c, asked, AskedBecause.CAP, ()) for c in full
                if c.then.cap is not None and c.then.cap.then_ask)
    promised = [(c, f, a) for c, f in calling if c not in (*full, *stopped)
                for a in c.then.actions if _may(c, a, asked)]
    edits = edits_of(asked, promised)
    asks.extend(_ask(c, asked, AskedBecause.EDIT, ()) for c, _, a in promised
                if a.kind is ActionKind.EDIT and (c.citation.number, a.name) not in edits)
    called = tuple(_continued(a, asked) for a in (act(c, f, a, asked, edits)
                                                  for c, f, a in promised)
                   if a.kind is not ActionKind.EDIT or _changes(a.edit))
    called = tuple(a for a in called if _may_begin(a, asked))
    actions = strongest(a for a in called if a.runs_at(asked.now))
    unasked = asked.cause.kind is CauseKind.REVERSAL or (
        asked.decider.kind == "rule" and asked.cause.kind in (*UNASKED, *NOT_BY_RULE))
    if unasked and asked.standing is None and not (actions or asks) and (
            not holding or asked.cause.kind in NOT_BY_RULE):
        return None
    considered = {f.provision for f in asked.standing.findings} if asked.standing else set()
    decision = Decision(
        id=identity, post=asked.post.id, cause=asked.cause,
        origin=asked.standing.origin if asked.standing else asked.cause.kind,
        decider=asked.decider, terms=asked.terms.digest, facts_digest=facts_digest,
        findings=tuple(f for f in findings if f.answer is not Answer.DOES_NOT_HOLD
                       or f.provision in considered),
        grounds=tuple(Ground(citation=c.citation) for c, _ in holding),
        actions=actions, asks=tuple(dict.fromkeys(asks)), dossier=asked.dossier, at=asked.now,
        clock=asked.clock, supersedes=asked.standing.id if asked.standing else None,
        capped=tuple(Ground(citation=c.citation) for c in full),
        proposed=_proposed(asked), begun=tuple(_begun(asked.standing, called, actions)),
        set_aside=asked.set_aside,
        suspended=tuple(Ground(citation=c.citation) for c in stopped),
        chosen=tuple(f"{c.citation.number} {name}" for c, _ in holding
                     for name in dict.fromkeys(asked.chosen.get(c.citation.number, ()))),
        let_act=tuple(sorted(asked.review.let_act)))
    if unasked and asked.standing is not None and _same(asked.standing, decision):
        return None
    return decision


def _may(clause: Clause, promised: PromisedAction, asked: Question) -> bool:
    """Whether what a clause promises is done: chosen, where a person chose; of a suspended clause
    nothing but what goes on."""
    names = asked.chosen.get(clause.citation.number)
    return (names is None or promised.name in names) and not suspended(clause, asked, promised)


def _may_begin(action: Action, asked: Question) -> bool:
    """Whether an action is no more than this decision may begin (`Review.begins`)."""
    standing = asked.standing
    if asked.review.begins == "nothing":
        return standing is not None and (
            any(before.is_the_act(action) for before in (*standing.actions, *standing.begun))
            or _was_outdone(action, standing))
    if asked.review.begins == "no worse" and action.effect is not Effect.ADDS:
        return is_covered(action, [a for a in standing.actions if a.runs_at(asked.now)]
                          if standing else ())
    return True


def _was_outdone(action: Action, standing: Decision) -> bool:
    """Whether a clause called for an action, and something at least as strong was done instead."""
    kept_from_it = (*standing.capped, *standing.suspended, *(s.ground for s in standing.set_aside))
    return (action.ground in standing.grounds and action.ground not in kept_from_it
            and action.effect is not Effect.ADDS and is_covered(action, standing.actions))


def _proposed(asked: Question) -> tuple[str, ...]:
    """The fact-checks that a matcher tied to the post before any person did, by their keys."""
    before = asked.standing.proposed if asked.standing else ()
    found = (m.fact_check.key for m in asked.dossier.matches or () if m.by != "confirmed pair")
    return tuple(dict.fromkeys((*before, *found)))


def _would_ask(clause: Clause, found: Mapping[str, Finding]) -> bool:
    """Whether a person could change anything: not where an exception leaves alone what no longer
    falls under its clause."""
    then = clause.then
    target = found.get(then.exception_to or "")
    settled = then.leave_alone and target is not None and target.answer is Answer.DOES_NOT_HOLD
    return then.ask_within is not None and not settled


def _changes(edit: Edit | None) -> bool:
    return edit is not None and edit.before != edit.after


def _rated_otherwise(old: Decision, new: Decision) -> bool:
    """Whether a fact-check on which both rest rates its claim otherwise now: readers see it."""
    now = new.rests_on
    return any((now[key].rating, now[key].rating_words) != (was.rating, was.rating_words)
               for key, was in old.rests_on.items() if key in now)


def _same(old: Decision, new: Decision) -> bool:
    """Whether nothing changes for anybody, neither for the author nor for a reviewer."""
    return (same_for_author(old, new) and old.set_aside == new.set_aside
            and not _rated_otherwise(old, new)
            and [(a.ground, a.because, a.missing) for a in old.asks]
            == [(a.ground, a.because, a.missing) for a in new.asks])


def same_for_author(old: Decision, new: Decision) -> bool:
    """Whether the author has been told all of it: the same grounds, and the same actions.

    What has ended by itself in the meantime is no change: they were told when it would.
    """
    return (old.grounds == new.grounds
            and tuple(a for a in old.actions if a.runs_at(new.at)) == new.actions)


def _continued(action: Action, asked: Question) -> Action:
    """An action as it was begun before on this post, if it was: its end never moves."""
    if asked.standing is None:
        return action
    for before in asked.standing.actions:
        if before.is_the_act(action):
            return replace(action, since=before.since, ends_at=before.ends_at)
    for before in asked.standing.begun:
        if before.is_the_act(action):
            return replace(action, ends_at=before.ends_at)
    return action


def _begun(standing: Decision | None, called: Iterable[Action],
           actions: Iterable[Action]) -> Iterator[Action]:
    """What is temporary, was called for by now, and is not taken; each once."""
    told = list(actions)
    earlier = () if standing is None else (*standing.begun, *standing.actions)
    for action in (*earlier, *called):
        if action.ends_at is not None and not any(a.is_the_act(action) for a in told):
            told.append(action)
            yield action


def _ask(clause: Clause, asked: Question, because: AskedBecause,
         missing: tuple[str, ...]) -> Ask:
    cap, within = clause.then.cap, clause.then.ask_within
    if because is AskedBecause.CAP and cap is not None:
        within = cap.ask_within or within
    ground = Ground(citation=clause.citation)
    due = asked.due(asked.now, within) if within else None
    for before in asked.standing.asks if asked.standing else ():
        # To look again and to ask again moves no deadline.
        if (before.ground, before.because) == (ground, because) and before.due_at and due:
            due = min(due, before.due_at)
    return Ask(ground=ground, because=because, missing=missing, within=within, due_at=due)
