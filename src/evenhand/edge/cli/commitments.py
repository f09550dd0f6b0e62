"""`evenhand commitments`: what terms promised and the record shows unmet, from an export alone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from evenhand.assess.assessment import assess
from evenhand.assess.commitments import Unmet
from evenhand.assess.under import NOT_LEGAL_ADVICE, UnderReading
from evenhand.audit.commitments import Kept, check_commitments
from evenhand.edge.cli.concluded import styled
from evenhand.edge.cli.exported import export_verified
from evenhand.edge.cli.screen import count, heading, json_option, out, safe, say, say_json
from evenhand.edge.law_documents import the_law
from evenhand.errors import EvenhandError
from evenhand.law.conclusion import SPEAKS
from evenhand.rulebook.vocabulary import Record

REGIME = "US-230"
PROMISED: Record = {"suit.promise": "specific", "suit.rests_on_promise": True}
"""The facts of a claim that rests on such a promise, as its author would allege it."""

UNMET = 3
"""Exit status where the record shows something unmet."""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="EXPORT")
@click.option("--policy", type=click.Path(path_type=Path), metavar="FILE",
              help="The trust policy, from a hand that you trust (default: the export's own).")
@click.option("--forum", metavar="FORUM", default="ca9", show_default=True,
              help="The court whose readings of such promises are told.")
@json_option
def commitments(folder: Path, policy: Path | None, forum: str, as_json: bool) -> int:
    """Tell what the published terms promise and the record shows unmet.

    EXPORT is a folder that `evenhand export --sealed` wrote; it is verified first. Held against
    the record are clauses with force `commitment`, and the times that the terms promise. What is
    unmet is told with the readings of 47 U.S.C. 230 about promises. Not legal advice.

    Exit status 3 where anything is unmet.
    """
    law = the_law()
    law.forums.named(forum)
    files, verified = export_verified(folder, policy, quiet=as_json)
    if not verified.sealed:
        raise EvenhandError("a public export does not show what was said to whom",
                            where=str(folder),
                            hint="`evenhand export --sealed` writes one for whoever may have it")
    now = datetime.now(UTC)
    found = check_commitments(files, now=now)
    told = assess(law, REGIME, PROMISED, as_of=now.date(), now=now.date(), forum=forum)
    readings = [r for r in told.readings if r.conclusion in SPEAKS and "promise" in r.reading]
    if as_json:
        say_json({"promises": found.promises, "decisions": found.decisions,
                  "matters": found.matters, "erased": found.erased, "law": law.digest,
                  "advice": NOT_LEGAL_ADVICE, "unmet": found.unmet,
                  "readings": [{"reading": r.reading, "conclusion": r.conclusion.value,
                                "holder": r.holder, "status": r.status, "advice": r.advice}
                               for r in readings]})
    else:
        _tell(found, readings)
    return UNMET if found.unmet else 0


def _tell(found: Kept, readings: list[UnderReading]) -> None:
    say(f"{count(found.promises, 'promise')} that can be checked, held against "
        f"{count(found.decisions, 'decision')} and {count(found.matters, 'matter')}: "
        + (f"[bad]{count(len(found.unmet), 'is', 'are')} unmet[/bad]".replace("1 is", "one is")
           if found.unmet else "[good]none is unmet[/good]")
        + (f"; {count(found.erased, 'record')} erased and not looked at" if found.erased else ""))
    for promise in dict.fromkeys((u.promise, u.words) for u in found.unmet):
        heading(promise[0], promise[1])
        for one in (u for u in found.unmet if (u.promise, u.words) == promise):
            _one(one)
    if found.unmet:
        heading("What courts have made of such promises", "where the claim rests on one, and it is "
                "specific")
        for reading in readings:
            text = str(reading)
            head, colon, rest = text.partition(": ")
            said = reading.conclusion.value
            say(f"  {safe(head)}{colon}{styled(said)}[quiet]{safe(rest.removeprefix(said))}"
                "[/quiet]")


def _one(unmet: Unmet) -> None:
    kind, _, id_ = unmet.about.partition(" ")
    out.print(f"  {unmet.since:%Y-%m-%d}  {kind} [number]{safe(id_[:16])}[/number]: "
              f"{safe(unmet.shows)}", soft_wrap=True)
