"""Why a reading says what it says, and which single fact would change it: on a screen, as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from evenhand.assess.assessment import Assessment
from evenhand.assess.quick import quick
from evenhand.assess.recorded import Stated
from evenhand.assess.what_if import Turn, what_if
from evenhand.edge.cli.concluded import styled
from evenhand.edge.cli.screen import safe, say
from evenhand.law.regimes import Law, Reading
from evenhand.record.codec import value_to_plain
from evenhand.rulebook.evaluate import explain
from evenhand.rulebook.syntax import format_value
from evenhand.rulebook.vocabulary import Record


def tell_why(assessment: Assessment, reading: Reading, known: Mapping[str, Stated]) -> None:
    """Why, or why not: who holds it, what it asks, what is presumed and what is missing.

    `known` says of facts where they stand.
    """
    under = assessment.reading(reading.id)
    assert under is not None, "a reading of the regime was assessed"
    say(f"    [head]Why: {safe(reading.title)}[/head]  [quiet]{reading.id}[/quiet]")
    for line in " ".join(reading.words.split("\n\n")[0].split()), *_held(reading):
        say(f"      {safe(line)}")
    for line in explain(under.why).splitlines():
        say(f"      {safe(line)}")
    for presumed in under.presumed:
        say(f"      [ask]presumed[/ask] {safe(presumed.fact)} is {format_value(presumed.value)}: "
            f"{safe(presumed.because)}")
    for name, value in under.facts:
        where = known.get(name)
        if where is not None:
            say(f"      [quiet]{safe(name)} = {safe(format_value(value))}: {where.basis}, "
                f"{safe(where.evidence)}[/quiet]")
    for name in under.missing:
        say(f"      [ask]missing[/ask] {safe(name)}, borne by {safe(under.borne_by)}")


def _held(reading: Reading) -> Iterator[str]:
    held = reading.held
    yield f"held by {held.holder}; {held.status}; in force {held.in_force}"
    for authority in held.authorities:
        yield f"authority: {authority.cite} ({authority.sure}), {authority.in_force}"
    yield f"it leaves open {held.leaves_open}"


def _turns(law: Law, assessment: Assessment, record: Record) -> list[Turn]:
    ready = quick(law, assessment.regime, as_of=assessment.as_of, forum=assessment.forum)
    return list(what_if(ready, record))


def tell_turns(law: Law, assessment: Assessment, record: Record) -> None:
    """The single facts that would change what the regime says."""
    turns = _turns(law, assessment, record)
    cites = {p.number: p.cite for p in law.regime(assessment.regime).provisions}
    say("    [head]What if[/head]" if turns else
        "    [quiet]no single fact would change what it says[/quiet]")
    for turn in turns:
        now = "missing" if turn.now is None else format_value(turn.now)
        moves = "; ".join(f"{cites[n]} would be {styled(after.value)}, and is {before.value}"
                          for n, (before, after) in turn.provisions.items())
        say(f"      {safe(turn.fact)} = {safe(format_value(turn.would_be))} "
            f"[quiet](now {safe(now)})[/quiet]: {moves}")


def plain_turns(law: Law, assessment: Assessment, record: Record) -> list[dict[str, Any]]:
    """The same, as `--json` prints it."""
    return [{
        "fact": t.fact, "now": None if t.now is None else value_to_plain(t.now),
        "would_be": value_to_plain(t.would_be),
        "provisions": {n: {"now": b.value, "would_be": a.value}
                       for n, (b, a) in t.provisions.items()},
    } for t in _turns(law, assessment, record)]
