"""What a backtest came to, for a terminal: figures first, then posts, then how to read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from rich.table import Table

from evenhand.audit.backtest import Backtest
from evenhand.audit.backtested import (
    ClauseChange,
    FactKnown,
    Sample,
    actions_changed,
    facts_known,
    remarks,
)
from evenhand.audit.changes import MOVED, Count, Moves
from evenhand.edge.cli.screen import count, heading, out, safe, say
from evenhand.reasons.statement import day_in_words, show
from evenhand.rulebook.finding import Answer

NOT_TOLD = "?"
"""Stands where nobody knows what was done before."""

SHOWN = 3
"""Elements of a collection that are told of a post."""


def tell(result: Backtest, clauses: Sequence[ClauseChange], *,
         days: Callable[[], None] = lambda: None) -> None:
    """All of it; `days` tells its days, where it has any."""
    covered = result.changes.covered
    say(f"[head]{safe(result.terms.front.title)}, version {safe(result.terms.front.version)}, "
        f"{'in shadow' if result.in_shadow else 'as if it had been in force'}[/head]")
    for line in coverage(result):
        say(safe(line))
    if not covered.rows:
        for line in remarks(result):
            say(safe(line))
        return
    days()
    estimated = covered.sampled
    heading("Clause by clause", "posts of which the clause holds, exceptions counted")
    if any(c.changes for c in clauses):
        out.print(moves_table(("clause", ""), (
            (f"[number]{safe(c.number)}[/number]",
             f"{safe(c.title)}{'' if c.state == 'kept' else f' [ask]({c.state})[/ask]'}",
             *cells(c.moves, estimated)) for c in clauses if c.changes), beside=result.in_shadow))
    if same := [c.number for c in clauses if not c.changes]:
        say(f"[quiet]nothing changes by {safe(', '.join(same))}[/quiet]")
    heading("What would be done", "" if result.knows_actions_before else
            "what was done before is not told: the terms then in force are not found")
    out.print(moves_table(("action",), (
        (safe(a.action), *cells(a.moves, estimated, told=result.knows_actions_before))
        for a in actions_changed(result)), beside=result.in_shadow))
    _tell_lacking(facts_known(result))
    for clause in clauses:
        for how in MOVED:
            if found := clause.samples.get(how):
                heading(f"{clause.number} {clause.title}: {how}", shown_of(
                    clause.moves, how, len(found)))
                for sample in found:
                    say(f"  {safe(told_of(sample))}")
    heading("How to read this")
    for line in remarks(result):
        say(f"  {safe(line)}")


def coverage(result: Backtest) -> Iterator[str]:
    """What was looked at, in lines."""
    covered = result.changes.covered
    batches = count(covered.files, "batch", "batches")
    yield (f"against {count(covered.rows, 'measured post')} of {batches}"
           + (f", which stand for about {covered.posts:,.0f}" if covered.sampled else "")
           + (f", made {_span(*map(day_in_words, covered.made))}" if covered.made else "")
           + (f"; {covered.erased:,} erased" if covered.erased else ""))
    for digest, rows in sorted(covered.versions.items(), key=lambda pair: -pair[1]):
        found = result.before.get(digest or "")
        said = "no terms" if digest is None else (
            f"version {found.front.version}" if found else f"terms not found ({digest[:19]}…)")
        yield f"  {rows:,} measured under {said}"


def _span(first: str, last: str) -> str:
    return f"on {first}" if first == last else f"from {first} to {last}"


def shown_of(moves: Moves, how: str, shown: int) -> str:
    """How many of how many are shown; nothing where all are."""
    total = dict(zip(MOVED, (moves.gained, moves.lost, moves.opened), strict=True))[how].rows
    return f"{shown:,} of {total:,}, drawn evenly" if shown < total else ""


# --- figures ---

COLUMNS = ("before", "after", "gained", "lost", "undetermined", "of them held")
BESIDE = ("in force", "in shadow", *COLUMNS[2:])
"""The same for terms in shadow: neither comes before the other."""


def figures(moves: Moves, *, told: bool = True) -> tuple[Count | None, ...]:
    """The figures of the `COLUMNS`; None where it is not known what was before."""
    before = (moves.before(Answer.HOLDS), moves.gained, moves.lost, moves.in_doubt)
    held, gained, lost, doubt = before if told else (None,) * 4
    return (held, moves.after(Answer.HOLDS), gained, lost, moves.after(Answer.UNDETERMINED), doubt)


def shown_count(number: Count | None, *, estimated: bool) -> str:
    """A figure as people read it: rows, and how many posts these stand for."""
    if number is None:
        return NOT_TOLD
    about = f" (~{number.posts:,.0f})" if estimated and number.rows else ""
    return f"{number.rows:,}{about}" if number.rows else "0"


def cells(moves: Moves, estimated: bool, *, told: bool = True) -> Iterator[str]:
    """The figures of the `COLUMNS`, as a table shows them."""
    for name, number in zip(COLUMNS, figures(moves, told=told), strict=True):
        text = shown_count(number, estimated=estimated)
        style = {"gained": "head", "lost": "head", "undetermined": "ask"}.get(name)
        plain = number is None or not number.rows
        yield f"[quiet]{text}[/quiet]" if plain else f"[{style}]{text}[/{style}]" if style else text


def moves_table(names: Sequence[str], rows: Iterator[tuple[str, ...]], *,
                beside: bool = False) -> Table:
    """A table that begins with these columns and goes on with the `COLUMNS`, or with `BESIDE`."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="quiet")
    for name in names:
        table.add_column(name)
    for name in BESIDE if beside else COLUMNS:
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(*row)
    return table


def _tell_lacking(facts: Sequence[FactKnown]) -> None:
    lacking = [fact for fact in facts if fact.known.lacking]
    if not lacking:
        return
    heading("Facts that history lacks", "they are missing, and never guessed")
    for fact in lacking:
        for why, rows in fact.known.lacking.most_common():
            say(f"  [ask]{safe(fact.fact)}[/ask] of {count(rows, 'post')}: {safe(why)} "
                f"[quiet](clause {safe(', '.join(fact.clauses))})[/quiet]")


# --- posts ---

def told_of(sample: Sample) -> str:
    """A post in a line: its id, whose it is, when it was made, and what is known of it."""
    known = [f"{name} = {value_shown(value)}" for name, value in sample.facts.items()]
    known += [f"{name} is missing" for name in sample.missing]
    known += [f"{name} is lacking" for name in sample.lacking]
    return (f"{sample.post}  by {sample.author}, {sample.made_at:%Y-%m-%d %H:%M}  "
            + "; ".join(known))


def value_shown(value: Any) -> str:
    """A fact's value as a notice says it; of a collection the first elements."""
    if isinstance(value, Mapping):
        return "(" + ", ".join(f"{n} = {value_shown(v)}" for n, v in value.items()) + ")"
    if isinstance(value, tuple) and value and isinstance(value[0], Mapping):
        more = ["…"] if len(value) > SHOWN else []
        return ", ".join((*map(value_shown, value[:SHOWN]), *more))
    return show(value) if value != () else "none"
