"""`evenhand backtest`: what would have changed if other terms had been in force."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from evenhand.audit.backtest import Backtest
from evenhand.audit.backtest import backtest as hold_against
from evenhand.audit.backtested import (
    ClauseChange,
    actions_changed,
    clauses_changed,
    facts_known,
    remarks,
)
from evenhand.audit.changes import Count, Moves
from evenhand.clocks import end_of
from evenhand.edge.cli.backtest_page import backtest_page
from evenhand.edge.cli.backtest_told import tell
from evenhand.edge.cli.documents import brought_facts, digest_of, read_documents
from evenhand.edge.cli.interrupting import Interruptible
from evenhand.edge.cli.screen import (
    count,
    declaring_option,
    err,
    fail,
    json_option,
    out,
    safe,
    say_json,
)
from evenhand.edge.config import file_shown
from evenhand.edge.facts import vocabulary
from evenhand.edge.facts_on_disk import open_facts
from evenhand.edge.published_terms import PublishedTerms, documents_beside
from evenhand.edge.whole_file import check_place, write_whole
from evenhand.errors import EvenhandError
from evenhand.record.frozen import freeze
from evenhand.rulebook.document import Document
from evenhand.rulebook.drafting import DraftingErrors
from evenhand.rulebook.finding import Answer
from evenhand.rulebook.vocabulary import Vocabulary
from evenhand.terms.clauses import Terms
from evenhand.terms.front import text_of
from evenhand.terms.succession import examine_versions

SET_ASIDE, INTERRUPTED = 3, 130
"""Exit status where files could not be read, and where somebody stopped it."""

MOST_SAMPLES = 1000


@click.command()
@click.argument("paths", type=click.Path(path_type=Path), nargs=-1, required=True,
                metavar="NEW-TERMS...")
@click.option("--against", "facts", type=click.Path(path_type=Path), required=True,
              metavar="FACTS", help="The dataset of facts: the folder `facts` of a platform's data "
              "or of an export, the folder above it, or one file.")
@click.option("--before", type=click.Path(path_type=Path), multiple=True, metavar="FILE",
              help="Terms that were in force then (default: those published in the export, or in "
              "the public log, that the dataset belongs to).")
@click.option("--html", "page", type=click.Path(path_type=Path), metavar="FILE",
              help="Write a page with pictures too, in one file.")
@click.option("--samples", type=click.IntRange(0, MOST_SAMPLES), default=5, show_default=True,
              help="Posts to name of each clause that are gained, lost, or newly undetermined.")
@declaring_option
@json_option
def backtest(paths: tuple[Path, ...], facts: Path, before: tuple[Path, ...], page: Path | None,
             samples: int, config_path: Path | None, as_json: bool) -> int:
    """Tell what would have changed if NEW-TERMS had been in force.

    NEW-TERMS are the documents of one version, in one language or several; they are checked first.
    Their clauses are held against every post whose facts were measured and kept, and compared with
    what was found then: posts gained, lost and undetermined, by clause and by action. Where
    history lacks a fact that a clause needs, it is missing, and that is said.

    Nothing is decided, stored or sent. Exit status 3 where a file of the dataset could not be
    read; the others count.
    """
    declared = vocabulary(brought_facts(paths, config_path))
    terms = _new_terms(paths, declared)
    if page is not None:
        check_place(page)
    files, refused = open_facts(facts)
    rows, done = sum(f.header.facts.rows for f in files), 0
    try:
        with Interruptible() as work, _bar(as_json) as bar:
            task = bar.add_task("holding posts against the terms", total=rows)

            def progress(more: int) -> None:
                nonlocal done
                done += more
                bar.update(task, completed=done)
                work.check()

            result = hold_against(files, terms=terms, samples=samples, progress=progress,
                                  before=_Before(facts, before, declared).find,
                                  refused=refused)
            if not result.changes.covered.files and result.refused:
                raise result.refused[0]
            clauses = clauses_changed(result, files)
            work.check()
            if page is not None:
                write_whole(page, backtest_page(result, clauses).encode())
    except KeyboardInterrupt:
        fail(EvenhandError(
            f"interrupted after {done:,} of {count(rows, 'row')}",
            hint="nothing was written; the same command begins again"), as_json=as_json)
        return INTERRUPTED
    if as_json:
        say_json(_plain(result, clauses))
    else:
        for wrong in result.refused:
            fail(wrong)
        tell(result, clauses)
        if page is not None:
            out.print(f"[quiet]the page is {safe(file_shown(page))}; it names posts and their "
                      "authors[/quiet]", soft_wrap=True)
    return SET_ASIDE if result.refused else 0


def _bar(as_json: bool) -> Progress:
    return Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
                    TimeRemainingColumn(), console=err, transient=True,
                    disable=as_json or not err.is_terminal)


def _new_terms(paths: Iterable[Path], declared: Vocabulary) -> Terms:
    """The version of terms that some documents are; every mistake in them is told."""
    documents, refused = read_documents(paths)
    others = [wrong for wrong in refused if not isinstance(wrong, DraftingErrors)]
    if others:
        raise others[0]
    examined = examine_versions(documents, vocabulary=declared, digest=digest_of, after=end_of,
                                whole=not refused)
    problems = [p for wrong in refused if isinstance(wrong, DraftingErrors)
                for p in wrong.problems] + [p for version in examined for p in version.problems]
    if problems:
        raise DraftingErrors(problems)
    versions = [version.terms for version in examined if version.terms is not None]
    if len(versions) != 1:
        where = ", ".join(str(file_shown(p)) for p in paths)
        raise EvenhandError(
            f"there are {len(versions)} versions of terms here" if versions else
            "there is no document here", where=where,
            hint="name the documents of the version to try")
    return versions[0]


class _Before:
    """Finds the terms that were in force: by their digest, else those that somebody named."""

    def __init__(self, facts: Path, named: Sequence[Path], declared: Vocabulary) -> None:
        documents, refused = read_documents(named)
        if refused:
            raise refused[0]
        # By the facts that are declared today: of most platforms these have not changed since.
        self.published = PublishedTerms(documents_beside(facts), documents, [freeze(declared)])
        self.named = _named(documents, declared) if documents else None

    def find(self, digest: str) -> Terms | None:
        """The terms of this digest; those that were named, on the word of whoever named them, where
        nothing published comes to it."""
        return self.published.find(digest) or self.named


def _named(documents: Sequence[Document], declared: Vocabulary) -> Terms | None:
    """The version that was named, where it is one."""
    if len({text_of(d, "version") for d in documents}) != 1:
        return None  # which of them was in force when, their digests alone say
    examined, = examine_versions(documents, vocabulary=declared, digest=digest_of, after=end_of)
    if examined.terms is None:
        raise DraftingErrors(examined.problems)
    return examined.terms


# --- as JSON ---

def _plain(result: Backtest, clauses: Sequence[ClauseChange]) -> object:
    covered = result.changes.covered
    made, days = covered.made or (None, None), covered.days or (None, None)
    return {
        "terms": _version(result.terms),
        "against": {
            "files": covered.files, "files_in_shadow": covered.shadow, "rows": covered.rows,
            "posts": _posts(Count(rows=covered.rows, posts=covered.posts)),
            "estimated": covered.sampled, "measured": covered.measured, "erased": covered.erased,
            "made_from": made[0], "made_until": made[1], "first_day": days[0],
            "last_day": days[1]},
        "before": [_version_before(result, digest, rows)
                   for digest, rows in sorted(covered.versions.items(), key=lambda i: str(i[0]))],
        "clauses": [{
            "number": c.number, "title": c.title, "state": c.state, **_moves(c.moves),
            "lacks": c.lacks, "samples": {how.replace(" ", "_"): found
                                          for how, found in c.samples.items()},
        } for c in clauses],
        "actions": [{"action": a.action, **_moves(a.moves, told=result.knows_actions_before)}
                    for a in actions_changed(result)],
        "facts": [{"fact": f.fact, "clauses": f.clauses, "known": f.known.known,
                   "missing": f.known.missing, "lacking": f.known.lacking.total(),
                   "because": [{"why": why, "rows": n} for why, n in f.known.lacking.items()]}
                  for f in facts_known(result)],
        "remarks": remarks(result),
        "refused": [{"where": r.where, "what": r.what, "hint": r.hint} for r in result.refused]}


def _version(terms: Terms) -> dict[str, object]:
    return {"name": terms.front.title, "version": terms.front.version, "digest": terms.digest}


def _version_before(result: Backtest, digest: str | None, rows: int) -> dict[str, object]:
    found = result.before.get(digest or "")
    return {"digest": digest, "rows": rows, "version": found.front.version if found else None,
            "found": digest is None or found is not None,
            "published": found is not None and found.digest == digest}


def _moves(moves: Moves, *, told: bool = True) -> dict[str, object]:
    """The figures of a clause or an action; what was before is null where it is not known."""
    after = {"after": {"holds": _counted(moves.after(Answer.HOLDS)),
                       "undetermined": _counted(moves.after(Answer.UNDETERMINED))}}
    before = {"before": {"holds": _counted(moves.before(Answer.HOLDS)),
                         "undetermined": _counted(moves.before(Answer.UNDETERMINED))},
              "gained": _counted(moves.gained), "lost": _counted(moves.lost),
              "newly_undetermined": _counted(moves.opened), "in_doubt": _counted(moves.in_doubt)}
    return {**(before if told else dict.fromkeys(before)), **after}


def _counted(count: Count) -> dict[str, object]:
    return {"rows": count.rows, "posts": _posts(count)}


def _posts(count: Count) -> float | int:
    return int(count.posts) if count.posts.is_integer() else round(count.posts, 1)
