"""`evenhand check`: every mistake in documents, and between them, is told; every case is run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from evenhand.clocks import end_of
from evenhand.edge.cli.documents import digest_of, facts_of, read_documents
from evenhand.edge.cli.screen import (
    count,
    declaring_option,
    err,
    fail,
    json_option,
    out,
    printable,
    safe,
    say_json,
)
from evenhand.errors import EvenhandError
from evenhand.rulebook.check import Checked
from evenhand.rulebook.drafting import DraftingError, DraftingErrors
from evenhand.rulebook.untested import Untested
from evenhand.terms.succession import examine_versions


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What is told of one document; `checked` is None for a translation and for what is unread."""

    name: str
    problems: tuple[DraftingError, ...]
    remarks: tuple[DraftingError, ...] = ()
    checked: Checked | None = None
    translates: str | None = None

    @property
    def untested(self) -> tuple[Untested, ...]:
        return self.checked.untested if self.checked is not None else ()


@click.command()
@click.argument("paths", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--strict", is_flag=True, help="Fail on remarks and untested parts too.")
@declaring_option
@json_option
def check(paths: tuple[Path, ...], strict: bool, config_path: Path | None, as_json: bool) -> int:
    """Check documents of terms: PATHS are Markdown files or folders of them.

    Tells every mistake with its line, runs every case, and names every part of a condition that
    no case tests. Documents that are named together are held against each other, as publishing
    them would: the languages of a version, and versions that follow one another. Exit status 1
    where there is a mistake (with --strict: or a remark, or an untested part).
    """
    documents, refused = read_documents(paths)
    if not documents and not refused:
        raise EvenhandError("there is no document here", where=", ".join(map(str, paths)),
                            hint="name a Markdown file, or a folder of them")
    facts = facts_of(paths, config_path)
    told = [_Told(name=wrong.problems[0].name, problems=wrong.problems)
            for wrong in refused if isinstance(wrong, DraftingErrors)]
    for version in examine_versions(documents, vocabulary=facts, digest=digest_of,
                                    after=end_of, now=datetime.now(UTC), whole=not refused):
        authentic = version.draft.documents[0].name if version.draft is not None else None
        checked = {document.name: found for document, found in version.checked}
        told.extend(_Told(
            name=document.name, checked=checked.get(document.name),
            problems=tuple(p for p in version.problems if p.name == document.name),
            remarks=tuple(r for r in version.remarks if r.name == document.name),
            translates=None if document.name in checked else authentic)
            for document in version.documents)
    told.sort(key=lambda t: t.name)
    unreadable = [wrong for wrong in refused if not isinstance(wrong, DraftingErrors)]
    if as_json:
        say_json([*(_plain(one) for one in told),
                  *({"document": str(r.where), "problems": [{"what": r.what, "hint": r.hint}]}
                    for r in unreadable)])
    else:
        for one in told:
            _tell(one)
        for why in unreadable:
            fail(why)
    wanting = [one.problems or (strict and (one.untested or one.remarks)) for one in told]
    return 1 if unreadable or any(wanting) else 0


def _tell(told: _Told) -> None:
    for problem in sorted(told.problems, key=lambda p: (p.line, p.column)):
        err.print(printable(str(problem)), markup=False, soft_wrap=True)
        err.print()
    name = safe(told.name)
    if told.problems:
        err.print(f"[bad]{name}: {count(len(told.problems), 'mistake')}[/bad]", soft_wrap=True)
        return
    for remark in told.remarks:
        out.print(printable(str(remark)), markup=False, style="ask", soft_wrap=True)
    for part in told.untested:
        out.print(printable(f"{told.name}:{part.line}: {part.message}"), markup=False, style="ask",
                  soft_wrap=True)
    if told.checked is None:
        whose = f" of {safe(told.translates)}" if told.translates else ""
        out.print(f"[good]{name}[/good]: a translation{whose}", soft_wrap=True)
        return
    rules = count(len(told.checked.rules), "rule")
    cases = count(told.checked.cases_run, "case")
    untested = f", {count(len(told.untested), 'part')} untested" if told.untested else (
        ", every part of every condition tested")
    out.print(f"[good]{name}[/good]: {rules}, {cases} passed{untested}", soft_wrap=True)


def _plain(told: _Told) -> object:
    return {"document": told.name, "rules": len(told.checked.rules) if told.checked else 0,
            "cases": told.checked.cases_run if told.checked else 0,
            "translates": told.translates,
            "problems": [_placed(p) for p in told.problems],
            "remarks": [_placed(r) for r in told.remarks],
            "untested": [{"provision": u.provision, "line": u.line, "message": u.message}
                         for u in told.untested]}


def _placed(mistake: DraftingError) -> object:
    return {"line": mistake.line, "column": mistake.column, "length": mistake.length,
            "what": mistake.what, "hint": mistake.hint}
