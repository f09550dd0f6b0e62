"""The statement of reasons, every field of it derived from the record; nobody types one.

The comments name the limb of DSA Art. 17(3) that a field serves (spec/statement.md).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from evenhand.model.audience import SEES
from evenhand.model.decision import CauseKind, Decision, Outcome, SetAsideBecause
from evenhand.model.factcheck import FactCheck, Match
from evenhand.model.post import Post
from evenhand.model.statement import (
    ActionStated,
    FactCheckNotice,
    FactReliedOn,
    GroundConsidered,
    GroundStated,
    Redress,
    StatementOfReasons,
    is_fact_check_notice,
)
from evenhand.rulebook.finding import Answer, Finding, Reason
from evenhand.rulebook.vocabulary import Value
from evenhand.terms.clauses import Clause, Terms
from evenhand.terms.front import NO_APPEAL

OWN_INITIATIVE = "the platform's own initiative"

SOURCES = {
    CauseKind.ARRIVAL: OWN_INITIATIVE,
    CauseKind.FACT_CHECK_CHANGE: OWN_INITIATIVE,
    CauseKind.ACCOUNT_CHANGE: OWN_INITIATIVE,
    CauseKind.SIGNAL: OWN_INITIATIVE,
    CauseKind.REVIEW: OWN_INITIATIVE,
    CauseKind.REPORT: "a report",
    CauseKind.APPEAL: "an appeal",
    CauseKind.ORDER: "an order",
    CauseKind.REVERSAL: OWN_INITIATIVE,
}
"""Art. 17(3)(b): pursuant to a report, or on the platform's own initiative; by the first cause."""


def state(decision: Decision, post: Post, terms: Terms, *, procedure: Terms,
          appeal_by: datetime | None) -> StatementOfReasons:
    """The statement of reasons of a decision; `appeal_by` is the first instant too late.

    `terms` govern the post, `procedure` the appeal: the version in force at the decision.
    """
    idle = {g.citation.number for g in (*decision.capped, *decision.suspended,
                                        *(s.ground for s in decision.set_aside))}
    holding = {f.provision: f for f in decision.findings
               if f.answer is Answer.HOLDS and f.provision not in idle}
    relied = tuple(_facts(decision, terms, holding.values()))
    hidden = _hidden(terms)
    considered = tuple(_considered(decision, terms, hidden))
    looked_at = tuple(dict.fromkeys((*relied, *_facts(decision, terms, [
        f for f in decision.findings if f.answer is Answer.DOES_NOT_HOLD]))))
    facts = tuple(f for f in relied if f.name not in hidden)
    return StatementOfReasons(
        decision=decision.id, post=post.id, at=decision.at, clock=decision.clock,
        actions=tuple(ActionStated(
            kind=a.kind, name=a.name, effect=a.effect, limits=a.limits, territory=a.territory,
            since=a.since, until=a.ends_at) for a in decision.actions),
        facts=facts,
        withheld=tuple(f for f in looked_at if hidden.get(f.name) == "regulator"),
        sealed=tuple(f for f in looked_at if hidden.get(f.name) == "sealed"),
        fact_checks=tuple(_fact_checks(decision, holding)),
        excerpts=tuple(_excerpts(decision, post, {f.name for f in facts})),
        cause=decision.cause.kind, source=SOURCES[decision.origin],
        detection_automated=detected_by_machine(decision, relied, holding.values()),
        decision_automated=decided_by_machine(decision, looked_at),
        considered=considered,
        grounds=tuple(_ground(c, holding[c.citation.number], hidden) for c in terms.clauses
                      if c.citation.number in holding
                      and any(g.citation == c.citation for g in decision.grounds)),
        redress=_redress(procedure, appeal_by))


def _hidden(terms: Terms) -> Mapping[str, Literal["regulator", "sealed"]]:
    """The facts that an author may not see -> who may: their declared audience, or, of the hits of
    a sealed list, whoever may have the list opened (DESIGN 2.11)."""
    hidden: dict[str, Literal["regulator", "sealed"]] = {
        f"hits.{entry.name}": "regulator" for entry in terms.lists if entry.sealed is not None}
    for name, fact in terms.vocabulary.facts.items():
        if fact.audience not in SEES["author"]:
            hidden[name] = "sealed" if fact.audience == "sealed" else "regulator"
    return hidden


def _considered(decision: Decision, terms: Terms,
                hidden: Collection[str]) -> Iterator[GroundConsidered]:
    """The clauses that a decision before rested on, or asked about, and that do not hold; where a
    post is left alone, what is undetermined too; those set aside or suspended that would hold.

    Nobody holds anything against the author under a clause set aside or suspended: its facts are
    not stated, unless it was reinstated, and then they are accepted.
    """
    idle = decision.outcome is Outcome.LEFT_ALONE
    aside = {s.ground.citation.number: s for s in decision.set_aside}
    suspended = {g.citation.number for g in decision.suspended}
    findings = {f.provision: f for f in decision.findings}
    for clause in terms.clauses:
        number = clause.citation.number
        finding, by_person = findings.get(number), aside.get(number)
        said: Literal["does not hold", "undetermined", "set aside", "suspended"]
        if finding is None:
            continue
        if finding.answer is Answer.DOES_NOT_HOLD:
            said, by_person = "does not hold", None
        elif by_person is not None:
            said = "set aside"
        elif number in suspended:
            said = "suspended"
        elif idle and finding.answer is Answer.UNDETERMINED:
            said = "undetermined"
        else:
            continue
        shown = said in ("does not hold", "undetermined") or (
            by_person is not None and by_person.because is SetAsideBecause.REINSTATED)
        yield GroundConsidered(
            citation=clause.citation, title=clause.title, words=clause.words, answer=said,
            set_aside=by_person,
            facts=tuple(f for f in _facts(decision, terms, [finding]) if f.name not in hidden)
            if shown else (),
            because=tuple(explain(finding.why, hidden=hidden)) if finding.why and shown else ())


def detected_by_machine(decision: Decision, facts: Collection[FactReliedOn],
                        holding: Iterable[Finding]) -> bool:
    """Whether what falls under the clauses was found by automated means (Art. 17(3)(c)).

    A machine observed a fact relied on, though a person may have confirmed it since; or a matcher
    tied the fact-check to the post, though a person may have confirmed that; or a rule decided by
    itself, on the platform's own initiative. That a rule decided says nothing of who found it.
    """
    relied = {(f.name, repr(f.value)) for f in facts}
    observed = any(not f.observer.startswith(("person:", "publisher:")) for f in facts) or any(
        r.automated and (r.name, repr(r.value)) in relied for r in decision.dossier.reported)
    matches = decision.dossier.matches or ()
    proposed = any(matches[f.bound].fact_check.key in decision.proposed
                   for f in holding if f.bound is not None)
    return observed or proposed or (SOURCES[decision.origin] == OWN_INITIATIVE
                                    and decided_by_machine(decision, facts) == "fully")


def a_person_spoke(decision: Decision) -> bool:
    """Whether a person decided, or said anything of the post."""
    said = (*(r.observer for r in decision.dossier.reported),
            *(m.confirmed_by or "" for m in decision.dossier.matches or ()))
    return decision.decider.kind == "reviewer" or any(s.startswith("person:") for s in said)


def goes_on(decision: Decision) -> bool:
    """Whether a decision takes something back, and something else of the post goes on as it was."""
    return (decision.cause.kind is CauseKind.REVERSAL and decision.supersedes is not None
            and bool(decision.actions))


def decided_by_machine(decision: Decision, facts: Collection[FactReliedOn]
                       ) -> Literal["fully", "partially", "not"]:
    """How far a machine decided (Art. 17(3)(c)): a rule may decide on what a person said.

    A review in which a person spoke is a person's word, even where no clause holds of it.
    """
    if decision.decider.kind != "rule":
        # Whoever reverses takes something back, and looks at nothing of what goes on.
        return "partially" if goes_on(decision) else "not"
    reviewed = decision.cause.kind is CauseKind.REVIEW and a_person_spoke(decision)
    said = reviewed or any(f.observer.startswith("person:") for f in facts)
    return "partially" if said else "fully"


def _facts(decision: Decision, terms: Terms,
           findings: Iterable[Finding]) -> Iterator[FactReliedOn]:
    """Each fact that decided these findings, once, with who observed it."""
    prevailing = decision.dossier.prevailing
    said: set[tuple[str, str, str]] = set()
    for finding in findings:
        for name, value in finding.facts:
            report = prevailing.get(name)
            observer = _unnamed(report.observer if report else
                                _observer_of_claim(decision, finding, name))
            if (name, observer, repr(value)) not in said:
                said.add((name, observer, repr(value)))
                yield FactReliedOn(name=name, value=value, observer=observer,
                                   meaning=_meaning(terms, name))


A_PERSON = "person:reviewer"
A_PERSON_OF_A_COPY = "person:reviewer of a copy"
"""Of which copy is for regulators: it is somebody else's post."""


def _unnamed(observer: str) -> str:
    """Who observed a fact, as its author may read it: which person it was is for regulators."""
    if observer == A_PERSON_OF_A_COPY:
        return observer
    return A_PERSON if observer.startswith("person:") else observer


def _meaning(terms: Terms, name: str) -> str:
    """What a fact or a collection means, in the words that were published with the terms."""
    vocabulary = terms.vocabulary
    if name in vocabulary.facts:
        return vocabulary.facts[name].meaning
    return next((c.meaning for c in vocabulary.collections.values() if c.binds == name), name)


def _observer_of_claim(decision: Decision, finding: Finding, name: str) -> str:
    """Who says so: of what a fact-check holds, its publisher; that it is the post's, or that none
    is, whoever matched it (a person, or an exact key).

    Where the condition binds no claim, those of all the matches are meant.
    """
    matches = decision.dossier.matches or ()
    if finding.bound is not None:
        matches = matches[finding.bound:finding.bound + 1]
    if name == "claim.repeats":
        keys = (m.besides or m.by for m in matches)
        return next((key for key in keys if key in ("appearance", "exact text")), "match")
    if name in ("claim", "claim.confirmed") or not matches:
        people = [A_PERSON_OF_A_COPY if m.by == "confirmed copy" else m.confirmed_by
                  for m in matches if m.confirmed_by is not None]
        return next((p for p in people if p.startswith("person:")), (people or ["match"])[0])
    if name in ("claim.match", "claim.key"):
        return "match"  # the matcher's own number is no word of the publisher
    names = dict.fromkeys(m.fact_check.publisher.name for m in matches)
    return "publisher:" + ", ".join(names)


def _fact_checks(decision: Decision, holding: Mapping[str, Finding]) -> Iterator[FactCheck]:
    """The fact-checks that clauses bound, each once."""
    matches = decision.dossier.matches or ()
    bound = dict.fromkeys(f.bound for f in holding.values() if f.bound is not None)
    yield from (matches[index].fact_check for index in bound)


def _excerpts(decision: Decision, post: Post, facts: set[str]) -> Iterator[str]:
    """The words of the post that a list or pattern found, as the author wrote them."""
    for span in decision.dossier.spans:
        if span.fact in facts:
            yield post.text[span.start:span.end]


def _ground(clause: Clause, finding: Finding, hidden: Collection[str]) -> GroundStated:
    then = clause.then
    category = None
    if then.category is not None:
        category = then.category.label + (f": {then.keyword.label}" if then.keyword else "")
    return GroundStated(citation=clause.citation, title=clause.title, words=clause.words,
                        kind="terms", objection=then.objection,
                        illegal_under=then.illegal_under, category=category,
                        because=tuple(explain(finding.why, hidden=hidden)) if finding.why else ())


def _redress(terms: Terms, appeal_by: datetime | None) -> Redress:
    front = terms.front
    heard = front.appeals_to != NO_APPEAL
    return Redress(appeal_by=appeal_by if heard else None,
                   appeal_within=front.appeal_within if heard else None,
                   appeals_to=front.appeals_to,
                   appeals_at=front.appeals_at if heard else None, out_of_court=front.out_of_court,
                   courts=front.courts)


def explain(why: Reason, *, hidden: Collection[str] = ()) -> Iterator[str]:
    """The parts of a condition that decided its answer, one sentence a part, deepest first.

    A conjunction that holds is explained by all its parts; a disjunction by the part that holds.
    Of a part that read a `hidden` fact the answer is told, and not what was read.
    """
    if not why.because and _reads(why, hidden):
        yield f"`{why.text}` {why.answer.value}, on a fact that is not shown here"
        return
    if not why.because:
        said = "; ".join(f"{name} is {show(value)}" for name, value in why.said)
        lacking = ", ".join(why.missing)
        if why.answer is Answer.UNDETERMINED:
            yield f"`{why.text}` is undetermined: {lacking} is not known"
        else:
            yield f"`{why.text}` {why.answer.value}" + (f": {said}" if said else "")
        return
    lone = len(why.because) == 1
    if lone and why.text.startswith("unless "):
        (exception,) = why.because
        said = "; ".join(f"{name} is {show(value)}" for name, value in exception.said)
        if why.answer is Answer.HOLDS and said and not _reads(exception, hidden):
            yield f"the exception `{exception.text}` does not apply: {said}"
            return
    negated = lone and why.text.startswith(("not ", "unless "))
    for part in why.because:
        if part.answer is why.answer or negated:
            yield from explain(part, hidden=hidden)


def _reads(why: Reason, hidden: Collection[str]) -> bool:
    return any(name in hidden for name, _ in why.said) or any(n in hidden for n in why.missing)


def show(value: Value) -> str:
    """A fact's value as people write it in terms.

    >>> show(True), show(("a", "b")), show(timedelta(days=7)), show(12345678)
    ('yes', '["a", "b"]', '7 days', '12345678')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return "[" + ", ".join(show(v) for v in value) + "]"
    if isinstance(value, datetime):
        return day_and_time(value)
    if isinstance(value, timedelta):
        return _length(value)
    if isinstance(value, float):
        return f"{value:.10g}"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _length(value: timedelta) -> str:
    """A duration in its greatest whole unit: readers need no more.

    >>> _length(timedelta(hours=1)), _length(-timedelta(minutes=90))
    ('1 hour', '-1 hour')
    """
    seconds = abs(value) // timedelta(seconds=1)
    size, unit = next((size, unit) for size, unit in
                      ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"), (0, "second"))
                      if seconds >= size)
    count = seconds // size if size else 0
    sign = "-" if count and value < timedelta(0) else ""
    return f"{sign}{count} {unit}{'' if count == 1 else 's'}"


MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
          "October", "November", "December")
"""Said here, since those of `strftime` change with the machine's locale."""


def day_in_words(day: date) -> str:
    """`26 May 2020`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def day_and_time(instant: datetime) -> str:
    """`26 May 2020, 12:17 UTC`, whatever the zone of the instant."""
    there = instant.astimezone(UTC)
    return f"{day_in_words(there)}, {there:%H:%M} UTC"


def day_as_known(instant: datetime) -> str:
    """The same of what others date; of a midnight only the day: their date said no more.

    >>> day_as_known(datetime(2020, 5, 26, tzinfo=UTC))
    '26 May 2020'
    """
    there = instant.astimezone(UTC)
    midnight = there == there.replace(hour=0, minute=0, second=0, microsecond=0)
    return day_in_words(there) if midnight else day_and_time(there)


def _confirmed_for(match: Match | None) -> Literal["this post", "a copy of this post"] | None:
    """Of which post a person confirmed that the fact-check speaks to it."""
    if match is not None and match.by == "confirmed copy":
        return "a copy of this post"
    return "this post" if match is not None and match.by == "confirmed pair" else None


def fact_check_notices(decision: Decision, post: Post) -> tuple[FactCheckNotice, ...]:
    """The notices that readers see beside the post, one for each label that links."""
    notices, matches = [], decision.dossier.matches or ()
    bound = {f.provision: f.bound for f in decision.findings}
    for action in decision.actions:
        if is_fact_check_notice(action):
            assert action.speech is not None, "a fact-check notice has words"
            index = bound.get(action.ground.citation.number)
            match = matches[index] if index is not None else None
            if match is not None and match.fact_check.url != action.speech.link:
                match = None  # the label links to a page of its own
            notices.append(FactCheckNotice(
                decision=decision.id, post=post.id, label=action.name, speech=action.speech,
                claim=match.fact_check.claim if match else None,
                rating=match.fact_check.rating_words if match else None, since=action.since,
                made_at=post.made_at,
                published_at=match.fact_check.published_at if match else None,
                known_at=match.fact_check.retrieved_at if match else None,
                confirmed_for=_confirmed_for(match)))
    return tuple(notices)
