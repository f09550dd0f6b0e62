"""`evenhand law`: the law as the program has it: its regimes, a reading in full, where two part."""

from __future__ import annotations

from datetime import UTC, date, datetime

import click
from rich.table import Table

from evenhand.assess.assessment import readings_for
from evenhand.assess.differing import Parting, part
from evenhand.assess.standing import standing
from evenhand.assess.under import NOT_LEGAL_ADVICE, STALE_AFTER
from evenhand.edge.cli.concluded import styled
from evenhand.edge.cli.screen import heading, json_option, out, quote, safe, say, say_json
from evenhand.edge.law_documents import the_law
from evenhand.law.provisions import LawProvision
from evenhand.law.regimes import Law, Reading, Regime
from evenhand.record.codec import value_to_plain
from evenhand.rulebook.syntax import format_condition, format_value

OPINIONS = ("published", "unpublished", "statement")
"""The kinds of authority that a court is the source of; of the others a forum says only where they
count."""


@click.group(invoke_without_command=True)
@click.pass_context
def law(context: click.Context) -> None:
    """Tell of the law as this program has it: not legal advice.

    Without a command, every regime with its readings. `law show` tells one in full, `law differ`
    finds the smallest facts on which two readings part ways.
    """
    if context.invoked_subcommand is None:
        _list(the_law(), datetime.now(UTC).date())


@law.command()
@click.argument("what", metavar="REGIME-PROVISION-OR-READING")
@json_option
def show(what: str, as_json: bool) -> None:
    """Tell a regime, a provision or a reading in full."""
    known = the_law()
    reading = next((r for r in known.readings if r.id == what), None)
    if reading is not None:
        if as_json:
            say_json(_plain_reading(reading))
        else:
            _reading(known, reading)
        return
    provision = next((p for r in known.regimes for p in r.provisions if p.number == what), None)
    if provision is not None:
        if as_json:
            say_json(_plain_provision(provision) | {"advice": NOT_LEGAL_ADVICE, "readings": [
                _plain_reading(r) for r in known.readings_of(provision.number)]})
        else:
            _provision(known, provision)
        return
    regime = known.regime(what if "." not in what else known.reading(what).regime)
    if as_json:
        say_json({"regime": regime.id, "title": regime.title, "version": regime.version,
                  "advice": NOT_LEGAL_ADVICE,
                  "provisions": [_plain_provision(p) for p in regime.provisions],
                  "readings": [_plain_reading(r) for r in readings_for(known, regime)]})
        return
    _regime(known, regime)


@law.command()
@click.argument("one")
@click.argument("other")
@json_option
def differ(one: str, other: str, as_json: bool) -> int:
    """Find the smallest facts on which the readings ONE and OTHER part ways.

    Exit status 1 where they never do. Needs the extra `[law]`.
    """
    known = the_law()
    readings = known.reading(one), known.reading(other)
    found = part(*readings)
    if as_json:
        say_json(_plain_parting(readings, found))
    else:
        _parting(readings, found)
    return 0 if found is not None else 1


def _list(known: Law, now: date) -> None:
    for regime in known.regimes:
        heading(regime.title, f"{regime.id}; version {regime.version}; {_checked(regime, now)}")
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 2), header_style="quiet")
        for name in ("reading", "in force", "held by", "status"):
            table.add_column(name)
        for reading in regime.readings:
            table.add_row(f"[number]{safe(reading.id)}[/number]", str(reading.held.in_force),
                          safe(reading.held.holder), safe(reading.held.status))
        out.print(table)
    out.print()
    say(f"[quiet]documents {known.digest}; {NOT_LEGAL_ADVICE}[/quiet]")


def _checked(one: Regime | Reading, now: date) -> str:
    on, by = one.checked
    return f"last checked {on} by {by}" + (", stale" if now - on > STALE_AFTER else "")


def _regime(known: Law, regime: Regime) -> None:
    say(f"[head]{safe(regime.title)}[/head]  [quiet]{regime.id}, version {regime.version}; "
        f"{NOT_LEGAL_ADVICE}[/quiet]")
    for provision in regime.provisions:
        _provision(known, provision)


def _provision(known: Law, provision: LawProvision) -> None:
    heading(f"{provision.cite}", f"{provision.number}; in force {provision.in_force}; words "
            f"{provision.sure}: {provision.source}")
    quote(provision.words)
    for reading in known.readings_of(provision.number):
        say(f"  [number]{safe(reading.id)}[/number] {safe(reading.title)} [quiet]held by "
            f"{safe(reading.held.holder)}; {safe(reading.held.status)}; in force "
            f"{reading.held.in_force}; {NOT_LEGAL_ADVICE}[/quiet]")


def _reading(known: Law, reading: Reading) -> None:
    held, rule = reading.held, reading.rule
    say(f"[head]{safe(reading.title)}[/head]  [quiet]{reading.id}; {NOT_LEGAL_ADVICE}[/quiet]")
    quote(reading.words)
    say(f"  of {safe(', '.join(reading.provisions))}; held by {safe(held.holder)}")
    say(f"  status: {safe(held.status)}; in force {held.in_force}; "
        f"{_checked(reading, datetime.now(UTC).date())}")
    for authority in held.authorities:
        court = known.forums.by_id[authority.forum].name
        say(f"  {authority.kind}: {safe(authority.cite)} ({authority.sure}), {authority.in_force}"
            + (f", {safe(court)}" if authority.kind in OPINIONS else ""))
    here = known.regime(reading.regime).forum
    found = standing(held, here, datetime.now(UTC).date(), known.forums)
    if found is not None:
        say(f"  today, in {safe(known.forums.by_id[here].name)}: {safe(found.words)}")
    if rule.applies is not None:
        heading("It speaks where")
        quote(format_condition(rule.applies.tree))
    heading(f"It concludes `{reading.then.holds.value}`, else `{reading.then.otherwise.value}`, "
            "when", f"failure means {reading.then.failure}" if reading.then.failure else "")
    quote(format_condition(rule.condition.tree))
    for one in reading.presumptions:
        say(f"  [ask]presumes[/ask] {safe(one.fact)} is {safe(format_value(one.value))}: "
            f"{safe(one.because)}")
    say(f"  what is missing is borne by {safe(held.burden)}; it leaves open "
        f"{safe(held.leaves_open)}")
    for name, others in (("conflicts with", held.conflicts), ("builds on", held.builds_on),
                         ("yields to", held.yields_to)):
        if others:
            say(f"  {name} {safe(', '.join(others))}")


def _plain_provision(provision: LawProvision) -> dict[str, object]:
    return {"provision": provision.number, "cite": provision.cite, "words": provision.words,
            "in_force": str(provision.in_force), "sure": provision.sure,
            "source": provision.source}


def _plain_reading(reading: Reading) -> dict[str, object]:
    held, rule = reading.held, reading.rule
    return {
        "reading": reading.id, "title": reading.title, "words": reading.words,
        "provisions": reading.provisions, "holder": held.holder, "status": held.status,
        "in_force": str(held.in_force), "checked": {"on": reading.checked[0],
                                                    "by": reading.checked[1]},
        "authorities": [{"kind": a.kind, "forum": a.forum, "in_force": str(a.in_force),
                         "cite": a.cite, "sure": a.sure} for a in held.authorities],
        "presumes": [{"fact": p.fact, "value": value_to_plain(p.value), "because": p.because}
                     for p in reading.presumptions],
        "applies": None if rule.applies is None else format_condition(rule.applies.tree),
        "when": format_condition(rule.condition.tree), "concludes": reading.then.holds.value,
        "otherwise": reading.then.otherwise.value, "failure_means": reading.then.failure,
        "borne_by": held.burden, "leaves_open": held.leaves_open, "conflicts": held.conflicts,
        "builds_on": held.builds_on, "yields_to": held.yields_to, "advice": NOT_LEGAL_ADVICE}


def _parting(readings: tuple[Reading, Reading], found: Parting | None) -> None:
    one, other = readings
    if found is None:
        say(f"{safe(one.id)} and {safe(other.id)} conclude alike of all facts; {NOT_LEGAL_ADVICE}")
        return
    facts = list(found.record.items())
    say("[head]The smallest facts on which they part[/head]" if facts else
        "[head]They part where nothing is known[/head]")
    for name, value in facts:
        say(f"  {safe(name)} = {safe(format_value(value))}")
    for reading, conclusion in ((one, found.one), (other, found.other)):
        say(f"  {styled(conclusion.value)}  {safe(reading.id)} [quiet]held by "
            f"{safe(reading.held.holder)}; {safe(reading.held.status)}; {NOT_LEGAL_ADVICE}[/quiet]")
    say("[quiet]what is not named is missing, and read as each reading presumes; dates and forums "
        "are left aside[/quiet]")


def _plain_parting(readings: tuple[Reading, Reading], found: Parting | None) -> object:
    one, other = readings
    return {"readings": [one.id, other.id], "advice": NOT_LEGAL_ADVICE,
            "part": None if found is None else {
                "facts": {name: value_to_plain(value)  # type: ignore[arg-type]
                          for name, value in found.record.items()},
                "conclusions": {one.id: found.one.value, other.id: found.other.value}}}
