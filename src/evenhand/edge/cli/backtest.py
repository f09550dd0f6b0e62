"""`evenhand backtest`: what would have changed if other terms had been in force."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from evenhand.audit.backtest import backtest as hold_against
from evenhand.audit.backtested import clauses_changed
from evenhand.clocks import end_of
from evenhand.edge.cli.backtest_page import backtest_page
from evenhand.edge.cli.backtest_plain import plain
from evenhand.edge.cli.backtest_told import tell
from evenhand.edge.cli.documents import digest_of, facts_of, one_version, read_documents
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
from evenhand.edge.facts_on_disk import open_facts
from evenhand.edge.published_terms import PublishedTerms, documents_beside
from evenhand.edge.whole_file import check_place, write_whole
from evenhand.errors import EvenhandError
from evenhand.record.frozen import freeze
from evenhand.rulebook.document import Document
from evenhand.rulebook.drafting import DraftingErrors
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
    declared = facts_of(paths, config_path)
    terms = one_version(paths, declared)
    if page is not None:
        check_place(page)
    files, refused = open_facts(facts)
    rows, done = sum(f.header.facts.rows for f in files), 0
    try:
        with Interruptible() as work, rows_bar(as_json) as bar:
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
        say_json(plain(result, clauses))
    else:
        for wrong in result.refused:
            fail(wrong)
        tell(result, clauses)
        if page is not None:
            out.print(f"[quiet]the page is {safe(file_shown(page))}; it names posts and their "
                      "authors[/quiet]", soft_wrap=True)
    return SET_ASIDE if result.refused else 0


def rows_bar(as_json: bool) -> Progress:
    """A bar of rows on the terminal; nothing where nobody looks."""
    return Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
                    TimeRemainingColumn(), console=err, transient=True,
                    disable=as_json or not err.is_terminal)


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
