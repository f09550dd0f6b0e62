"""Post, findings, history, cause and now -> the decision, or none where nobody need decide.

Several clauses may hold. An exception overrides its clause in the open; otherwise every clause
that holds is cited, and of each kind (visibility, monetary, account) the strongest action is
taken. Labels add up. A clause that has reached its cap does not act; it asks, or stops.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from evenhand.model.action import STRENGTH, Action, ActionKind, Edit, Ground, Speech
from evenhand.model.decision import (
    Ask,
    AskedBecause,
    Cause,
    CauseKind,
    Clock,
    Decider,
    Decision,
)
from evenhand.model.period import Period
from evenhand.model.post import Post
from evenhand.model.signal import Dossier
from evenhand.rulebook.finding import Answer, Finding
from evenhand.terms.clauses import Clause, Terms
from evenhand.terms.then import PromisedAction

UNASKED = (CauseKind.ARRIVAL, CauseKind.FACT_CHECK_CHANGE, CauseKind.ACCOUNT_CHANGE)
"""Causes behind which nobody asks for an answer: without a clause that holds, no decision."""

REDACTED = "[…]"
"""What stands in a post where a rule took words out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """All that a decision is made from. `taken` counts, by clause number, what the clause did
    within its cap's period before now; `standing` is the decision that stands, if any; `ends` and
    `due` do the calendar arithmetic."""

    post: Post
    terms: Terms
    clauses: tuple[Clause, ...]
    findings: tuple[Finding, ...]
    dossier: Dossier
    facts_digest: str
    cause: Cause
    decider: Decider
    platform: str
    now: datetime
    clock: Clock
    taken: Mapping[str, int]
    standing: Decision | None
    ends: Callable[[datetime, Period], datetime]
    due: Callable[[datetime, Period], datetime]


def decide(asked: Question, *, identity: str) -> Decision | None:
    """The decision, whose id is `identity`; None where no clause holds or asks and nobody did."""
    by_number = {c.citation.number: c for c in asked.clauses}
    findings = override(asked.findings, by_number)
    holding = [(by_number[f.provision], f) for f in findings if f.answer is Answer.HOLDS]
    open_ = [(by_number[f.provision], f) for f in findings if f.answer is Answer.UNDETERMINED]
    asks = [_ask(c, asked, AskedBecause.UNDETERMINED, f.missing)
            for c, f in open_ if c.then.ask_within is not None]
    unasked = asked.cause.kind in UNASKED
    if unasked and asked.standing is None and not holding and not asks:
        return None
    acting = []
    for clause, finding in holding:
        cap = clause.then.cap
        if cap is not None and asked.taken.get(clause.citation.number, 0) >= cap.count:
            if cap.then_ask:
                asks.append(_ask(clause, asked, AskedBecause.CAP, ()))
            continue
        acting.append((clause, finding))
        asks.extend(_ask(clause, asked, AskedBecause.EDIT, ()) for a in clause.then.actions
                    if a.kind is ActionKind.EDIT and a.redacts is None)
    actions = strongest(_act(c, f, a, asked) for c, f in acting for a in c.then.actions
                        if a.kind is not ActionKind.EDIT or a.redacts is not None)
    decision = Decision(
        id=identity, post=asked.post.id, cause=asked.cause, decider=asked.decider,
        terms=asked.terms.digest, facts_digest=asked.facts_digest,
        findings=tuple(f for f in findings if f.answer is not Answer.DOES_NOT_HOLD),
        grounds=tuple(Ground(citation=c.citation) for c, _ in holding),
        actions=actions, asks=tuple(asks), dossier=asked.dossier, at=asked.now,
        clock=asked.clock, supersedes=asked.standing.id if asked.standing else None)
    if unasked and asked.standing is not None and _same(asked.standing, decision):
        return None
    return decision


def _same(old: Decision, new: Decision) -> bool:
    """Whether nothing changes for anybody: nobody is told the same thing twice."""
    return (old.grounds == new.grounds and _undated(old) == _undated(new)
            and [(a.ground, a.because, a.missing) for a in old.asks]
            == [(a.ground, a.because, a.missing) for a in new.asks])


def _undated(decision: Decision) -> list[Action]:
    return [replace(action, ends_at=None) for action in decision.actions]


def override(findings: Iterable[Finding], clauses: Mapping[str, Clause]) -> tuple[Finding, ...]:
    """The findings once every `exception to` has had its say.

    Where the exception holds, its clause does not; where it is undetermined, a clause that holds
    is undetermined too, for want of the exception's facts.
    """
    result = {f.provision: f for f in findings}
    for number, finding in list(result.items()):
        target = clauses[number].then.exception_to
        overridden = result.get(target) if target is not None else None
        if overridden is None or overridden.answer is Answer.DOES_NOT_HOLD:
            continue
        if finding.answer is Answer.HOLDS:
            result[overridden.provision] = replace(overridden, answer=Answer.DOES_NOT_HOLD,
                                                   missing=())
        elif finding.answer is Answer.UNDETERMINED:
            missing = tuple(dict.fromkeys((*overridden.missing, *finding.missing)))
            result[overridden.provision] = replace(overridden, answer=Answer.UNDETERMINED,
                                                   missing=missing)
    return tuple(result.values())


def strongest(actions: Iterable[Action]) -> tuple[Action, ...]:
    """Of each kind the strongest action; of equal ones the longest, then the first in order.

    Labels, warnings and edits stand beside each other, unless they are the same; limits of
    different things do too, where no stronger restriction of visibility is taken.
    """
    taken = list(actions)
    kept: list[Action] = []
    for group in STRENGTH.values():
        rivals = [a for a in taken if a.kind in group]
        top = max((group.index(a.kind) for a in rivals), default=-1)
        equal = [a for a in rivals if group.index(a.kind) == top]
        for limited in dict.fromkeys(a.limits for a in equal):
            same = [a for a in equal if a.limits == limited]
            kept.append(max(same, key=_length))
    grouped = {kind for group in STRENGTH.values() for kind in group}
    beside = {(a.kind, a.name, a.speech): a for a in reversed(taken) if a.kind not in grouped}
    kept.extend(beside.values())
    return tuple(sorted(kept, key=taken.index))


def _length(action: Action) -> tuple[bool, float, int]:
    """Without end outlasts any end; everywhere outreaches any territory."""
    endless = action.ends_at is None
    return (endless, 0.0 if action.ends_at is None else action.ends_at.timestamp(),
            -len(action.territory))


def _ask(clause: Clause, asked: Question, because: AskedBecause,
         missing: tuple[str, ...]) -> Ask:
    within = clause.then.ask_within
    return Ask(ground=Ground(citation=clause.citation), because=because, missing=missing,
               within=within, due_at=asked.due(asked.now, within) if within else None)


def _act(clause: Clause, finding: Finding, promised: PromisedAction, asked: Question) -> Action:
    return Action(
        kind=promised.kind, name=promised.name, ground=Ground(citation=clause.citation),
        speech=_speech(clause, finding, promised, asked), limits=promised.limits,
        lasts=promised.lasts,
        ends_at=asked.ends(asked.now, promised.lasts) if promised.lasts else None,
        territory=promised.territory,
        edit=_redact(asked, promised.redacts) if promised.redacts else None)


def _speech(clause: Clause, finding: Finding, promised: PromisedAction,
            asked: Question) -> Speech | None:
    """The words and who wrote them: the terms' words are always the platform's own."""
    if promised.words is None:
        return None
    language, *_ = asked.terms.languages
    link, page_by, page_by_name = promised.link, None, None
    if link is not None and not link.startswith("http"):
        matches = asked.dossier.matches or ()
        assert finding.bound is not None, "a label that links to a claim stands under its `for`"
        fact_check = matches[finding.bound].fact_check
        link, page_by = fact_check.url, fact_check.publisher.kind
        page_by_name = fact_check.publisher.name
    elif link is not None:
        page_by, page_by_name = "platform", asked.platform
    return Speech(words=promised.words, language=language, words_by="platform",
                  words_by_name=asked.platform, link=link, page_by=page_by,
                  page_by_name=page_by_name,
                  also=tuple(asked.terms.words_of(clause.citation.number, promised.says)))


def _redact(asked: Question, list_name: str) -> Edit:
    """Take the words that a list or pattern found out of the text, and nothing else."""
    text = asked.post.text
    spans = _merged((s.start, s.end) for s in asked.dossier.spans if s.fact == f"hits.{list_name}")
    after, last = "", 0
    for start, end in spans:
        after += text[last:start] + REDACTED
        last = end
    return Edit(before=text, after=after + text[last:])


def _merged(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    current: tuple[int, int] | None = None
    for start, end in sorted(spans):
        if current is not None and start <= current[1]:
            current = (current[0], max(current[1], end))
            continue
        if current is not None:
            yield current
        current = (start, end)
    if current is not None:
        yield current
