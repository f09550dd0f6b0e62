"""Fact patterns from a file, assessed line by line: a table, or one line of JSON for each.

A line that cannot be read is told with its place, and the others are assessed.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
from rich.table import Table

from evenhand.assess.assessment import Assessment, assess, readings_for
from evenhand.assess.pattern import Pattern, read_pattern
from evenhand.assess.quick import Quick
from evenhand.assess.ready import Ready
from evenhand.assess.under import NOT_LEGAL_ADVICE
from evenhand.edge.cli.assess_told import plain_reading
from evenhand.edge.cli.assess_why import plain_turns, tell_turns, tell_why
from evenhand.edge.cli.concluded import SILENT, styled
from evenhand.edge.cli.screen import count, err, fail, heading, out, safe, say
from evenhand.edge.config import file_shown
from evenhand.errors import EvenhandError
from evenhand.law.dates import NOT_YET
from evenhand.law.regimes import Law
from evenhand.rulebook.values import check_record

SET_ASIDE = 3
"""Exit status where a line could not be read."""

NEAR = timedelta(days=31)
"""A day so close to one on which a reading begins or ends is told: dates in files are rough."""

STDIN = "standard input"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One pattern under one regime: what is concluded, and which readings turn close to its day."""

    pattern: Pattern
    law: Quick
    readings: dict[str, str]
    provisions: dict[str, str]
    near: tuple[tuple[str, date], ...]


def read_json(path: Path) -> object:
    """A JSON file as plain values. Raises an `EvenhandError` that says where it breaks off."""
    try:
        return msgspec.json.decode(path.read_bytes())
    except OSError as refused:
        raise EvenhandError(f"the file cannot be read: {refused.strerror}",
                            where=str(file_shown(path))) from None
    except msgspec.DecodeError as wrong:
        raise EvenhandError(f"this is not JSON: {wrong}", where=str(file_shown(path))) from None


def assess_file(name: str, law: Law, regimes: Sequence[str], *, forum: str | None,
                as_of: date | None, today: date, why: str | None, what_if: bool,
                as_json: bool) -> int:
    """Assess every line of a file under these regimes; `forum` and `as_of` outweigh the lines'.

    `why` is a reading to explain of each line, `what_if` whether to tell what would change it.
    """
    where = STDIN if name == "-" else str(file_shown(Path(name)))
    wrong = list[EvenhandError]()
    found, laws = list[_Line](), Ready(law)
    with ExitStack() as stack:
        file: BinaryIO = sys.stdin.buffer if name == "-" else stack.enter_context(
            Path(name).open("rb"))
        for number, text in enumerate(file, 1):
            if not text.strip():
                continue
            try:
                pattern = _pattern(text, law, f"{where}:{number}", today=today, as_of=as_of,
                                   forum=forum)
                lines = [_line(laws, regime, pattern) for regime in regimes]
            except EvenhandError as refused:
                refused.where = refused.where or f"{where}:{number}"
                wrong.append(refused)
                if as_json:
                    _put({"where": refused.where, "error": refused.what, "hint": refused.hint})
                else:
                    fail(refused)
                continue
            for line in lines:
                if as_json:
                    _put(_plain(line, law) | _plain_more(line, law, today, why, what_if))
            found.extend(lines)
    if not found and not wrong:
        raise EvenhandError("there is no fact pattern here", where=where,
                            hint='write one JSON object a line: `{"id": "1", "facts": {...}}`')
    if not as_json and found:
        _tell(found, law)
        if why is not None or what_if:
            _tell_more(found, law, today, why, what_if)
    return SET_ASIDE if wrong else 0


def _pattern(text: bytes, law: Law, where: str, *, today: date, as_of: date | None,
             forum: str | None) -> Pattern:
    try:
        line = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise EvenhandError(f"this line is not JSON: {wrong}", where=where,
                            hint="write one JSON object a line") from None
    pattern = read_pattern(line, facts=law.facts, forums=law.forums, today=today, as_of=as_of,
                           forum=forum, where=where)
    check_record(pattern.record, law.facts.vocabulary)
    return pattern


def _line(laws: Ready, regime: str, pattern: Pattern) -> _Line:
    ready = laws.of(regime, pattern.forum, pattern.as_of)
    said = ready.conclude(pattern.record)
    body = laws.law.regime(regime)
    keys = {p.number: p.key for p in body.provisions}
    return _Line(
        pattern=pattern, law=ready,
        readings={r: c.value for r, c in zip(ready.readings, said.readings, strict=True)},
        provisions={keys[p]: c.value for p, c in zip(ready.provisions, said.provisions,
                                                     strict=True)},
        near=tuple(_near(laws.law, regime, pattern.as_of)))


def _near(law: Law, regime: str, day: date) -> Iterator[tuple[str, date]]:
    for reading in readings_for(law, law.regime(regime)):
        time = reading.held.in_force
        for turn in () if time == NOT_YET else (time.start, time.end):
            if turn is not None and abs(turn - day) <= NEAR:
                yield reading.id, turn


def _plain(line: _Line, law: Law) -> dict[str, Any]:
    return {
        "id": line.pattern.id, "regime": line.law.regime, "forum": line.law.forum,
        "as_of": line.pattern.as_of, "assumed": list(line.pattern.assumed),
        "provisions": line.provisions, "readings": line.readings,
        "near": [{"reading": reading, "turns": turn} for reading, turn in line.near],
        "law": law.digest, "advice": NOT_LEGAL_ADVICE}


def _whole(line: _Line, law: Law, today: date) -> Assessment:
    return assess(law, line.law.regime, line.pattern.record, forum=line.law.forum,
                  as_of=line.pattern.as_of, now=today)


def _plain_more(line: _Line, law: Law, today: date, why: str | None,
                what_if: bool) -> dict[str, Any]:
    """What `--why` and `--what-if` add to a line of JSON."""
    if why is None and not what_if:
        return {}
    said, whole = dict[str, Any](), _whole(line, law, today)
    under = whole.reading(why) if why is not None else None
    if under is not None:
        said["why"] = plain_reading(under, tell=True)
    if what_if:
        said["what_if"] = plain_turns(law, whole, line.pattern.record)
    return said


def _tell_more(found: Sequence[_Line], law: Law, today: date, why: str | None,
               what_if: bool) -> None:
    for line in found:
        whole = _whole(line, law, today)
        heading(line.pattern.id, f"{whole.regime}, {law.forums.by_id[whole.forum].name}, "
                f"by the law of {whole.as_of}; {NOT_LEGAL_ADVICE}")
        under = whole.reading(why) if why is not None else None
        if under is not None:
            say(f"  {safe(str(under))}")
            tell_why(whole, law.reading(under.reading), {})
        if what_if:
            tell_turns(law, whole, line.pattern.record)


def _put(line: dict[str, Any]) -> None:
    sys.stdout.write(msgspec.json.encode(line).decode() + "\n")


def _tell(found: Sequence[_Line], law: Law) -> None:
    for regime in dict.fromkeys(line.law.regime for line in found):
        lines = [line for line in found if line.law.regime == regime]
        say(f"[head]{safe(law.regime(regime).title)}[/head]  [quiet]{regime}; {NOT_LEGAL_ADVICE}"
            "[/quiet]")
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="quiet")
        keys = [k for k in lines[0].provisions if any(
            line.provisions[k] not in SILENT for line in lines)]
        for name in ("facts", "as of", "forum", *keys):
            table.add_column(name)
        for line in lines:
            table.add_row(f"[number]{safe(line.pattern.id)}[/number]", str(line.pattern.as_of),
                          line.law.forum, *(styled(line.provisions[k]) for k in keys))
        out.print(table)
    _tell_remarks(found)
    say(f"[quiet]law documents {law.digest[:19]}…; what is concluded is held by those whose "
        "readings decide: --json names each, `evenhand law` tells of them[/quiet]")


def _tell_remarks(found: Sequence[_Line]) -> None:
    assumed = [line for line in found if line.pattern.assumed]
    if assumed:
        say(f"[quiet]assumed for {count(len(assumed), 'line')}, for example "
            f"{safe(assumed[0].pattern.id)}: {safe('; '.join(assumed[0].pattern.assumed))}"
            "[/quiet]")
    nowhere = Counter(a for line in found if line.pattern.forum is None
                      for a in line.pattern.assumed if a.startswith("in the regime's own"))
    for told, lines in nowhere.items():
        say(f"[ask]{count(lines, 'line')} {safe(told)}[/ask]")
    for line in found:
        for reading, turn in line.near:
            say(f"[ask]{safe(line.pattern.id)}: {line.pattern.as_of} is near {turn}, on which "
                f"{safe(reading)} begins or ends[/ask]")
    if err.is_terminal:
        out.print()
