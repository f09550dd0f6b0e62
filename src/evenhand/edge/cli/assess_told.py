"""What the law says of a decision, for a terminal and as JSON: thing by thing, reading by reading.

Each line says who holds the reading, its status, and that it is not legal advice: these are part
of the values that are told.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from evenhand.assess.assessment import Assessment, UnderProvision
from evenhand.assess.recorded import Assessed
from evenhand.assess.under import NOT_LEGAL_ADVICE, UnderReading
from evenhand.edge.cli.assess_why import plain_turns, tell_turns, tell_why
from evenhand.edge.cli.concluded import styled
from evenhand.edge.cli.screen import heading, out, safe, say
from evenhand.law.conclusion import SPEAKS, Conclusion
from evenhand.law.regimes import Law
from evenhand.model.decision import Decision
from evenhand.reasons.statement import day_in_words
from evenhand.record.codec import value_to_plain
from evenhand.rulebook.evaluate import explain
from evenhand.rulebook.syntax import format_value

FACTS_NAMED = 2
"""So many facts are named by which a regime does not apply: those on which most readings rest."""

Told = Sequence[tuple[str, Assessed, tuple[Assessment, ...]]]
"""(as recorded or as alleged, the thing, what each regime says of it)."""


def tell_decision(made: Decision, told: Told, law: Law, *, as_of: date, why: str | None,
                  what_if: bool, everything: bool) -> None:
    """All of it."""
    say(f"[head]Decision {made.id[:16]}[/head] about {safe(made.post)}, {day_in_words(made.at)}")
    say(f"[quiet]by the law of {day_in_words(as_of)}; law documents {law.digest[:19]}…; "
        f"{NOT_LEGAL_ADVICE}[/quiet]")
    for how, thing, assessments in told:
        done = "left alone" if thing.action is None else \
            f"{thing.action.kind} {thing.action.name}" if thing.action.name != \
            thing.action.kind.value else thing.action.kind.value
        heading(f"{thing.thing[0].upper()}{thing.thing[1:]}: {done}", f"{how}; "
                + _known(thing))
        silent = [] if everything or len(assessments) == 1 else [
            a for a in assessments if not _told_of(a) and (why is None or a.reading(why) is None)]
        for assessment in (a for a in assessments if a not in silent):
            _tell_regime(assessment, law, everything=everything)
            if why is not None and assessment.reading(why) is not None:
                tell_why(assessment, law.reading(why), thing.basis_of)
            if what_if:
                tell_turns(law, assessment, thing.record)
        _tell_beside(silent, law)


def _known(thing: Assessed) -> str:
    by = Counter(s.basis for s in thing.stated)
    return ", ".join(f"{n} facts {basis}" for basis, n in by.items())


def _told_of(assessment: Assessment) -> list[UnderProvision]:
    """The provisions under which something is said that a reader need be told."""
    return [p for p in assessment.provisions
            if p.conclusion in SPEAKS and p.conclusion is not Conclusion.NOT_EXCEPTED]


def _tell_beside(silent: Sequence[Assessment], law: Law) -> None:
    """The regimes that say nothing of it, each with why, a line for each kind of why."""
    if not silent:
        return
    by = defaultdict[str, list[str]](list)
    for assessment in silent:
        why, facts = _why_silent(assessment, law)
        by[why].append(assessment.regime + (f" ({facts})" if facts else ""))
    out.print()
    for why, named in by.items():
        say(f"  [quiet]{safe(why)}: {safe(', '.join(named))}; {NOT_LEGAL_ADVICE}; --all tells "
            "their readings[/quiet]")


def _why_silent(assessment: Assessment, law: Law) -> tuple[str, str]:
    """Why a regime says nothing, and the facts by which it does not apply."""
    readings = assessment.readings
    if all(r.conclusion is Conclusion.NOT_IN_FORCE for r in readings):
        return f"not in force on {day_in_words(assessment.as_of)}", ""
    heard = [r for r in readings if r.conclusion is not Conclusion.NOT_IN_FORCE
             and r.standing is not None]
    if not heard:
        return f"not law in {law.forums.by_id[assessment.forum].name}", ""
    presumed = {p.fact for r in heard for p in r.presumed}
    facts = Counter(f for r in heard for f in r.facts).most_common(FACTS_NAMED)
    return "does not apply to this", ", ".join(
        f"{name} = {format_value(value)}{', as presumed' if name in presumed else ''}"
        for (name, value), _ in facts)


def _tell_regime(assessment: Assessment, law: Law, *, everything: bool) -> None:
    body, forum = law.regime(assessment.regime), law.forums.by_id[assessment.forum]
    said = assessment.provisions if everything else _told_of(assessment)
    by_id = {r.reading: r for r in assessment.readings}
    told = set[str]()
    out.print()
    say(f"  [what]{safe(body.title)}[/what]  [quiet]{assessment.regime}, {safe(forum.name)}"
        "[/quiet]")
    for provision in said:
        say(f"    {_line(provision)}")
        for reading in assessment.readings if everything else map(by_id.__getitem__, (
                *provision.decided_by, *provision.dissent)):
            if provision.number in reading.provisions:
                told.add(reading.reading)
                dissents = reading.reading in provision.dissent
                say(f"      {'[ask]dissent[/ask] ' if dissents else ''}{_line(reading)}")
    if not said:
        say(f"    [quiet]says nothing of this; {NOT_LEGAL_ADVICE}[/quiet]")
    spared = [p.cite for p in assessment.provisions
              if p.conclusion is Conclusion.NOT_EXCEPTED and p not in said]
    if spared:
        say(f"    [quiet]no exception takes anything away: {safe(', '.join(spared))}; "
            f"{NOT_LEGAL_ADVICE}[/quiet]")
    _tell_silent([r for r in assessment.readings if r.reading not in told])


def _tell_silent(readings: Sequence[UnderReading]) -> None:
    """How many readings are not told, and that they can be."""
    same = sum(r.conclusion in SPEAKS for r in readings)
    silent = Counter(r.conclusion.value for r in readings if r.conclusion not in SPEAKS)
    parts = [*([f"{same} that turn nothing"] if same else []),
             *(f"{n} {c}" for c, n in silent.items())]
    if parts:
        say(f"    [quiet]besides: readings {', '.join(parts)}; --all tells them[/quiet]")


def _line(one: UnderProvision | UnderReading) -> str:
    """The whole of its own line, its conclusion in colour."""
    head, colon, rest = str(one).partition(": ")
    said = one.conclusion.value
    return f"{safe(head)}{colon}{styled(said)}[quiet]{safe(rest.removeprefix(said))}[/quiet]"


# --- as JSON ---

def plain_decision(made: Decision, told: Told, law: Law, *, as_of: date,
                   why: str | None, what_if: bool) -> dict[str, Any]:
    """All of it, as `--json` prints it."""
    return {
        "decision": made.id, "post": str(made.post), "as_of": as_of, "law": law.digest,
        "advice": NOT_LEGAL_ADVICE,
        "assessed": [{
            "run": how, "thing": thing.thing,
            "action": None if thing.action is None else thing.action.kind.value,
            "facts": [{"fact": s.fact, "value": value_to_plain(s.value), "basis": s.basis,
                       "evidence": s.evidence} for s in thing.stated],
            "regimes": [_plain(a, law, thing, why=why, turns=what_if) for a in assessments],
        } for how, thing, assessments in told]}


def _plain(assessment: Assessment, law: Law, thing: Assessed, *, why: str | None,
           turns: bool) -> dict[str, Any]:
    said: dict[str, Any] = {
        "regime": assessment.regime, "forum": assessment.forum,
        "provisions": [_provision(p) for p in assessment.provisions],
        "readings": [plain_reading(r, tell=r.reading == why) for r in assessment.readings]}
    if turns:
        said["what_if"] = plain_turns(law, assessment, thing.record)
    return said


def _provision(found: UnderProvision) -> dict[str, Any]:
    return {"provision": found.key, "cite": found.cite, "conclusion": found.conclusion.value,
            "rank": found.rank.name.lower().replace("_", " ") if found.rank else None,
            "decided_by": found.decided_by, "dissent": found.dissent,
            "yielded": dict(found.yielded), "defeated_by": found.defeated_by,
            "missing": found.missing, "borne_by": found.borne_by,
            "last_checked": found.checked[0], "stale": found.stale, "words": found.sure,
            "advice": found.advice}


def plain_reading(found: UnderReading, *, tell: bool) -> dict[str, Any]:
    """What one reading says, as `--json` prints it; `tell` with why."""
    said: dict[str, Any] = {
        "reading": found.reading, "conclusion": found.conclusion.value, "holder": found.holder,
        "status": found.status,
        "rank": found.rank.name.lower().replace("_", " ") if found.rank else None,
        "missing": found.missing, "borne_by": found.borne_by,
        "presumed": [{"fact": p.fact, "value": value_to_plain(p.value), "because": p.because}
                     for p in found.presumed],
        "remarks": found.remarks, "last_checked": found.checked[0], "stale": found.stale,
        "advice": found.advice}
    return {**said, "why": explain(found.why)} if tell else said
