"""Post, findings, history, cause and now -> the decision, or none where nobody need decide.

Several clauses may hold. An exception overrides its clause in the open; otherwise every clause
that holds is cited, and of each kind (visibility, monetary, account) the strongest action is
taken. Labels add up. A clause that has reached its cap does not act; it asks, or stops. What is
temporary ends when it was first said to end: no later look at the post extends it.
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
from evenhand.rulebook.finding import Answer, Finding, Reason, and_, not_, or_
from evenhand.terms.clauses import Clause, Terms
from evenhand.terms.then import PromisedAction

UNASKED = (CauseKind.ARRIVAL, CauseKind.FACT_CHECK_CHANGE, CauseKind.ACCOUNT_CHANGE,
           CauseKind.SIGNAL)
"""Causes behind which nobody asks for an answer: without a clause that holds, no decision."""

REDACTED = "[…]"
"""What stands in a post where a rule took words out."""

CROWD = "its readers"
"""Who made a page of the crowd, where the terms name nobody."""


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
    """The decision, whose id is `identity`; None where no clause holds or asks and nobody did.

    Clauses speak in the order of the terms, whatever the order of the findings.
    """
    by_number = {c.citation.number: c for c in asked.clauses}
    found = {f.provision: f for f in override(asked.findings, by_number)}
    findings = tuple(found[number] for number in by_number if number in found)
    holding = [(by_number[f.provision], f) for f in findings if f.answer is Answer.HOLDS]
    asks = [_ask(c, asked, AskedBecause.UNDETERMINED, f.missing) for f in findings
            if f.answer is Answer.UNDETERMINED and _would_ask(c := by_number[f.provision], found)]
    unasked = asked.cause.kind in UNASKED
    if unasked and asked.standing is None and not holding and not asks:
        return None
    capped = [c for c, _ in holding if _capped(c, asked)]
    asks.extend(_ask(c, asked, AskedBecause.CAP, ()) for c in capped
                if c.then.cap is not None and c.then.cap.then_ask)
    promised = [(c, f, a) for c, f in holding if c not in capped for a in c.then.actions]
    edits = _redactions(asked, promised)
    asks.extend(_ask(c, asked, AskedBecause.EDIT, ()) for c, _, a in promised
                if a.kind is ActionKind.EDIT and (c.citation.number, a.name) not in edits)
    called = tuple(_continued(a, asked) for a in (_act(c, f, a, asked, edits)
                                                  for c, f, a in promised)
                   if a.kind is not ActionKind.EDIT or _changes(a.edit))
    actions = strongest(a for a in called if a.runs_at(asked.now))
    considered = {f.provision for f in asked.standing.findings} if asked.standing else set()
    decision = Decision(
        id=identity, post=asked.post.id, cause=asked.cause,
        origin=asked.standing.origin if asked.standing else asked.cause.kind,
        decider=asked.decider, terms=asked.terms.digest, facts_digest=asked.facts_digest,
        findings=tuple(f for f in findings if f.answer is not Answer.DOES_NOT_HOLD
                       or f.provision in considered),
        grounds=tuple(Ground(citation=c.citation) for c, _ in holding),
        actions=actions, asks=tuple(dict.fromkeys(asks)), dossier=asked.dossier, at=asked.now,
        clock=asked.clock, supersedes=asked.standing.id if asked.standing else None,
        capped=tuple(Ground(citation=c.citation) for c in capped),
        proposed=_proposed(asked), begun=tuple(_begun(asked.standing, called, actions)))
    if unasked and asked.standing is not None and _same(asked.standing, decision):
        return None
    return decision


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


def _same(old: Decision, new: Decision) -> bool:
    """Whether nothing changes for anybody, neither for the author nor for a reviewer."""
    return (same_for_author(old, new)
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


def _capped(clause: Clause, asked: Question) -> bool:
    """Whether a clause has reached its cap; what it already does to this post is no new act."""
    cap, standing = clause.then.cap, asked.standing
    if cap is None or asked.taken.get(clause.citation.number, 0) < cap.count:
        return False
    ended = () if standing is None else tuple(
        a for a in standing.begun if not a.runs_at(asked.now))
    return standing is None or all(
        a.ground.citation != clause.citation for a in (*standing.actions, *ended))


def override(findings: Iterable[Finding], clauses: Mapping[str, Clause]) -> tuple[Finding, ...]:
    """The findings once every `exception to` has had its say, in their order.

    A clause holds where its condition does and none of its exceptions; an exception holds where
    its own condition does, none of its own exceptions, and the clause that it excepts would: to
    what falls under no rule there is no exception. Undetermined answers join by Kleene's logic.
    """
    raw = {f.provision: f for f in findings}
    excepts: dict[str, list[str]] = {}
    for number in raw:
        target = clauses[number].then.exception_to
        if target in raw and target != number:
            excepts.setdefault(target, []).append(number)
    net: dict[str, Finding] = {}

    def settle(number: str) -> Finding:
        if number not in net:
            net[number] = raw[number]  # terms without circles never meet this again
            net[number] = _unless(raw[number], [settle(e) for e in excepts.get(number, ())])
        return net[number]

    result = []
    for number in raw:
        found, target = settle(number), clauses[number].then.exception_to
        seen = {number}
        while target in raw and target not in seen:
            found = _where(found, raw[target])
            seen.add(target)
            target = clauses[target].then.exception_to
        result.append(found)
    return tuple(result)


def _unless(found: Finding, exceptions: list[Finding]) -> Finding:
    """A clause and its exceptions as one finding; its reasons name the exceptions that matter."""
    holding = or_(e.answer for e in exceptions)
    answer = and_((found.answer, not_(holding)))
    if answer is found.answer and holding is not Answer.UNDETERMINED:
        return found
    missing = [f.missing for f in (found, *exceptions) if f.answer is Answer.UNDETERMINED]
    because = [] if found.why is None else [found.why]
    because.extend(Reason(text=f"unless {e.why.text}", answer=not_(e.answer), because=(e.why,))
                   for e in exceptions if e.why is not None)
    text = "\n".join(part.text for part in because)
    if answer is Answer.DOES_NOT_HOLD and found.answer is Answer.HOLDS:
        deciding = next(e for e in exceptions if e.answer is Answer.HOLDS)
        found = replace(found, facts=deciding.facts, bound=deciding.bound)
    return replace(found, answer=answer,
                   missing=_joined(missing) if answer is Answer.UNDETERMINED else (),
                   why=Reason(text=text, answer=answer, because=tuple(because)))


def _where(found: Finding, target: Finding) -> Finding:
    """An exception, as far as the clause that it excepts would hold."""
    answer = and_((found.answer, target.answer))
    if answer is found.answer and answer is not Answer.UNDETERMINED:
        return found
    missing = [f.missing for f in (found, target) if f.answer is Answer.UNDETERMINED]
    if answer is not found.answer:  # then it is the clause that decides, and explains
        found = replace(found, facts=target.facts, bound=target.bound, why=Reason(
            text=f"an exception to {target.provision}", answer=answer,
            because=() if target.why is None else (target.why,)))
    return replace(found, answer=answer,
                   missing=_joined(missing) if answer is Answer.UNDETERMINED else ())


def _joined(names: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for part in names for name in part))


def strongest(actions: Iterable[Action]) -> tuple[Action, ...]:
    """Of each kind the strongest action, in every territory; of equal ones the longest.

    Of actions that are equal in that too the wider stands, then the first. Labels, warnings and
    edits stand beside each other, unless they are the same; limits of different things do too,
    where no stronger restriction of visibility is taken. What is strongest anywhere is kept: a
    removal in one country does not lift a limit in the others.
    """
    taken = list(actions)
    rivals: dict[object, list[Action]] = {}
    for action in taken:
        group = next((name for name, kinds in STRENGTH.items() if action.kind in kinds), None)
        rivals.setdefault(group or (action.kind, action.name, action.speech, action.edit),
                          []).append(action)
    kept = [action for same in rivals.values() for action in _strongest_anywhere(same)]
    return tuple(sorted(kept, key=taken.index))


def _strongest_anywhere(rivals: list[Action]) -> list[Action]:
    """What is strongest in some place: each territory that is named, and everywhere else."""
    places: list[str | None] = [None, *sorted({code for a in rivals for code in a.territory})]
    kept: list[Action] = []
    for place in places:
        here = [a for a in rivals if not a.territory or place in a.territory]
        top = max((_strength(a) for a in here), default=0)
        equal = [a for a in here if _strength(a) == top]
        for limited in dict.fromkeys(a.limits for a in equal):
            best = max((a for a in equal if a.limits == limited), key=_length)
            if best not in kept:
                kept.append(best)
    return kept


def _strength(action: Action) -> int:
    return next((kinds.index(action.kind) for kinds in STRENGTH.values() if action.kind in kinds),
                0)


def _length(action: Action) -> tuple[bool, float, bool, int]:
    """Without end outlasts any end; everywhere outreaches any territory."""
    endless = action.ends_at is None
    return (endless, 0.0 if action.ends_at is None else action.ends_at.timestamp(),
            not action.territory, len(action.territory))


def _ask(clause: Clause, asked: Question, because: AskedBecause,
         missing: tuple[str, ...]) -> Ask:
    cap, within = clause.then.cap, clause.then.ask_within
    if because is AskedBecause.CAP and cap is not None:
        within = cap.ask_within or within
    return Ask(ground=Ground(citation=clause.citation), because=because, missing=missing,
               within=within, due_at=asked.due(asked.now, within) if within else None)


Edits = Mapping[tuple[str, str], Edit]
"""(clause number, name of the action) -> what it changes."""


def _act(clause: Clause, finding: Finding, promised: PromisedAction, asked: Question,
         edits: Edits) -> Action:
    return Action(
        kind=promised.kind, name=promised.name, ground=Ground(citation=clause.citation),
        speech=_speech(clause, finding, promised, asked), since=asked.now, limits=promised.limits,
        lasts=promised.lasts,
        ends_at=asked.ends(asked.now, promised.lasts) if promised.lasts else None,
        territory=promised.territory, edit=edits.get((clause.citation.number, promised.name)))


def _speech(clause: Clause, finding: Finding, promised: PromisedAction,
            asked: Question) -> Speech | None:
    """The words and who wrote them: the terms' words are always the platform's own."""
    if promised.words is None:
        return None
    language, *_ = asked.terms.languages
    link, page_by, page_by_name = promised.link, promised.page_by, promised.page_by_name
    if page_by == "platform":
        page_by_name = asked.platform
    elif page_by == "crowd":
        page_by_name = CROWD
    elif link is not None and page_by is None:
        matches = asked.dossier.matches or ()
        assert finding.bound is not None, "a label that links to a claim stands under its `for`"
        fact_check = matches[finding.bound].fact_check
        link, page_by = fact_check.url, fact_check.publisher.kind
        page_by_name = fact_check.publisher.name
    return Speech(words=promised.words, language=language, words_by="platform",
                  words_by_name=asked.platform, link=link, page_by=page_by,
                  page_by_name=page_by_name,
                  also=tuple(asked.terms.words_of(clause.citation.number, promised.says)))


def _redactions(asked: Question,
                promised: Iterable[tuple[Clause, Finding, PromisedAction]]) -> Edits:
    """What each redaction takes out of the text, and nothing else; the last one's text is shown.

    A redaction that finds nothing more to take out changes nothing: the clause may call for it
    (it holds on other facts), but then the edit is a reviewer's to make.
    """
    text = before = asked.post.text
    edits: dict[tuple[str, str], Edit] = {}
    spans: list[tuple[int, int]] = []
    for clause, _, action in promised:
        own = [(s.start, s.end) for s in asked.dossier.spans
               if action.redacts is not None and s.fact == f"hits.{action.redacts}"]
        if own:
            spans.extend(own)
            after = _without(text, spans)
            edits[clause.citation.number, action.name] = Edit(before=before, after=after)
            before = after
    return edits


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    after, last = "", 0
    for start, end in _merged(spans):
        after += text[last:start] + REDACTED
        last = end
    return after + text[last:]


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
