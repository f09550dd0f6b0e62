"""`evenhand check`: every mistake in a document told, every case run, every untested part named."""

from __future__ import annotations

from pathlib import Path

import click

from evenhand.edge.cli.documents import files_of, read_file
from evenhand.edge.cli.screen import (
    count,
    err,
    fail,
    json_option,
    out,
    printable,
    safe,
    say_json,
)
from evenhand.edge.facts import vocabulary
from evenhand.errors import EvenhandError
from evenhand.rulebook.check import Checked
from evenhand.rulebook.document import read_document
from evenhand.rulebook.drafting import DraftingError, DraftingErrors
from evenhand.terms.clauses import check_terms


@click.command()
@click.argument("paths", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--strict", is_flag=True, help="Fail on untested parts too.")
@json_option
def check(paths: tuple[Path, ...], strict: bool, as_json: bool) -> int:
    """Check documents of terms: PATHS are Markdown files or folders of them.

    Tells every mistake with its line, runs every case, and names every part of a condition that
    no case tests. Exit status 1 where there is a mistake (with --strict: or an untested part).
    """
    facts = vocabulary()
    results: list[tuple[str, Checked | None, tuple[DraftingError, ...]]] = []
    unreadable: list[EvenhandError] = []
    for path in files_of(paths):
        try:
            name, text = read_file(path)
            checked = check_terms(read_document(text, name=name), facts)
            results.append((name, checked, checked.problems))
        except DraftingErrors as wrong:
            results.append((name, None, wrong.problems))
        except EvenhandError as refused:
            unreadable.append(refused)
    if not results and not unreadable:
        raise EvenhandError("there is no document here", where=", ".join(map(str, paths)),
                            hint="name a Markdown file, or a folder of them")
    if as_json:
        say_json([*(_plain(*result) for result in results),
                  *({"document": str(r.where), "problems": [{"what": r.what, "hint": r.hint}]}
                    for r in unreadable)])
    else:
        for result in results:
            _tell(*result)
        for why in unreadable:
            fail(why)
    wanting = [problems or (strict and checked is not None and checked.untested)
               for _, checked, problems in results]
    failed = bool(unreadable) or any(wanting)
    return 1 if failed else 0


def _tell(name: str, checked: Checked | None, problems: tuple[DraftingError, ...]) -> None:
    for problem in problems:
        err.print(printable(str(problem)), markup=False, soft_wrap=True)
        err.print()
    if checked is None or problems:
        err.print(f"[bad]{safe(name)}: {count(len(problems), 'mistake')}[/bad]", soft_wrap=True)
        return
    for part in checked.untested:
        out.print(printable(f"{name}:{part.line}: {part.message}"), markup=False, style="ask",
                  soft_wrap=True)
    rules, cases = count(len(checked.rules), "rule"), count(checked.cases_run, "case")
    untested = f", {count(len(checked.untested), 'part')} untested" if checked.untested else (
        ", every part of every condition tested")
    out.print(f"[good]{safe(name)}[/good]: {rules}, {cases} passed{untested}", soft_wrap=True)


def _plain(name: str, checked: Checked | None, problems: tuple[DraftingError, ...]) -> object:
    return {"document": name, "rules": len(checked.rules) if checked else 0,
            "cases": checked.cases_run if checked else 0,
            "problems": [{"line": p.line, "column": p.column, "length": p.length,
                          "what": p.what, "hint": p.hint} for p in problems],
            "untested": [{"provision": u.provision, "line": u.line, "message": u.message}
                         for u in (checked.untested if checked else ())]}
