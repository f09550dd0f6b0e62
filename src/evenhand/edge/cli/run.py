"""`evenhand run`: the main job."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import click
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)

from evenhand.edge.cli.ledger_page import lay_out_page
from evenhand.edge.cli.publish import lay_out_all
from evenhand.edge.cli.run_aside import SHOWN, Aside
from evenhand.edge.cli.run_told import plain_run, tell_run
from evenhand.edge.cli.screen import (
    config_option,
    err,
    fail,
    json_option,
    say_json,
)
from evenhand.edge.config import load_config
from evenhand.edge.intake.read import FORMATS, Intake, read_posts
from evenhand.edge.intake.reject import RejectsRefused
from evenhand.edge.learn import learn
from evenhand.edge.platform import open_platform
from evenhand.edge.posts import Posts
from evenhand.edge.run import MainJob, Summary
from evenhand.edge.store.known import awaited
from evenhand.errors import EvenhandError
from evenhand.ledger.errors import HistoryRewritten
from evenhand.model.post import Post

ASIDE = 3
"""Exit status of a run that is done, but set rows aside, or a file of several."""


@click.command()
@click.argument("posts", nargs=-1, metavar="[POSTS]...")
@config_option
@click.option("--format", "format_", type=click.Choice(FORMATS),
              help="What the posts are written in (default: by the file's name).")
@click.option("--map", "mapping", metavar="OURS=THEIRS,...", default="",
              help="Columns with other names, e.g. text=tweet,id=1 (numbers without a header).")
@click.option("--no-header", is_flag=True, help="The first row holds a post, not names.")
@click.option("--ids", type=click.Choice(["column", "row"]), default="column",
              help="Name posts by their id column, or all of them by their row.")
@click.option("--fact-checks", multiple=True, type=click.Path(path_type=Path),
              help="ClaimReview to take in besides the configured files.")
@click.option("--statements", multiple=True, type=click.Path(path_type=Path),
              help="What people said of posts, besides the configured files.")
@click.option("--rejects", type=click.Path(path_type=Path),
              help="Where rows that cannot be taken in go (default: data/rejects/).")
@json_option
def run(posts: tuple[str, ...], config_path: Path, format_: str | None, mapping: str,
        no_header: bool, ids: Literal["column", "row"], fact_checks: tuple[Path, ...],
        statements: tuple[Path, ...], rejects: Path | None, as_json: bool) -> int:
    """Measure posts against the terms, decide, seal, deliver.

    POSTS are JSONL, CSV, TSV or Parquet files (also .gz), or - for standard input; without any,
    the configured ones are taken. A run can be stopped and started again: it goes on where it was.
    """
    config = load_config(config_path)
    platform = open_platform(config)
    columns = read_mapping(mapping)
    lay_out_all(platform)  # there already, unless somebody took the ledger away
    sources = posts or tuple(map(str, config.posts))
    _refuse_input_as_rejects(rejects, (*map(Path, sources), *config.statements, *statements))
    with ExitStack() as stack:
        aside = Aside(platform, rejects, stack)
        learned = learn(platform, fact_checks=(*config.fact_checks, *fact_checks),
                        statements=(*config.statements, *statements),
                        on_reject=lambda path: aside.take(str(path)))
        screen = stack.enter_context(_progress(as_json))
        intakes: list[Intake] = []

        def read(source: str) -> Intake:
            intake = read_posts(
                sys.stdin.buffer if source == "-" else Path(source), platform=config.platform,
                arrival=platform.clock.at(None), on_reject=aside.take(source),
                format=format_, mapping=columns,  # type: ignore[arg-type]
                ids=ids, header=not no_header,
                latest=datetime.now(UTC), facts=config.facts)
            intakes.append(stack.enter_context(intake))
            return intake

        job = MainJob(platform, progress=lambda summary: screen(summary, intakes),
                      on_reject=lambda post, wrong: _set_aside(intakes, post, wrong))
        unread: list[EvenhandError] = []
        try:
            summary = job.run_batches(_all(sources, read, job.batch, unread))
        except HistoryRewritten:
            lay_out_page(platform)  # what a witness says readers are told, too
            raise
        finally:
            for wrong in () if as_json else unread:
                fail(wrong)
    lay_out_page(platform)
    aside.keep_problems(learned.problems)
    # Now that every post has come in: a statement may be about one of this very run.
    waiting = awaited(platform.engine, most=SHOWN) if learned.statements else None
    if as_json:
        say_json(plain_run(platform, learned, summary, intakes, aside, waiting, unread))
    else:
        tell_run(platform, learned, summary, intakes, aside, waiting)
    return ASIDE if unread or aside.count or any(
        p.level == "refused" for p in learned.problems) else 0


def read_mapping(text: str) -> dict[str, str]:
    """`text=tweet,id=1` as a mapping; anything else is refused.

    >>> read_mapping("text=tweet, id=1")
    {'text': 'tweet', 'id': '1'}
    """
    mapping = {}
    for part in filter(None, (p.strip() for p in text.split(","))):
        ours, equals, theirs = part.partition("=")
        if not equals or not ours.strip():
            raise EvenhandError(f"`{part}` maps nothing", where="--map",
                                hint="write OURS=THEIRS, several parted by commas: "
                                "--map text=tweet,id=tweet_id")
        mapping[ours.strip()] = theirs.strip()
    return mapping


def _refuse_input_as_rejects(rejects: Path | None, inputs: Iterable[Path]) -> None:
    """Rejects are appended to their file, so it may be none of those that are read."""
    for path in inputs:
        if rejects is not None and rejects.resolve() == path.resolve():
            raise EvenhandError("this file is read, so rejects cannot go into it",
                                where=f"--rejects {rejects}", hint="name another file")


def _all(sources: Sequence[str], read: Callable[[str], Intake], size: int,
         unread: list[EvenhandError]) -> Iterator[Posts]:
    """The posts of every file; one that cannot be read, or breaks off, costs those of no other.

    Where it is so with all of them, nothing is left to go on with.
    """
    for source in sources:
        try:
            yield from read(source).batches(size)
        except RejectsRefused:
            raise
        except EvenhandError as wrong:
            if len(unread) + 1 == len(sources):
                raise
            unread.append(wrong)


def _set_aside(intakes: Iterable[Intake], post: Post, wrong: EvenhandError) -> None:
    """Put a post among the rejects of the file that held it last, under its own line."""
    found = any(intake.set_aside(post, wrong) for intake in reversed(tuple(intakes)))
    assert found, "a post that is set aside was just read from a file"


@contextmanager
def _progress(quiet: bool) -> Iterator[Callable[[Summary, list[Intake]], None]]:
    """A bar on the terminal while the posts are read; nothing where nobody looks."""
    if quiet or not err.is_terminal:
        yield lambda summary, intakes: None
        return
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), BarColumn(),
                  TaskProgressColumn(), TextColumn("{task.fields[said]}"), TimeElapsedColumn(),
                  console=err, transient=True) as bar:
        task = bar.add_task("measuring", total=1.0, said="")

        def show(summary: Summary, intakes: list[Intake]) -> None:
            share = intakes[-1].share_read if intakes else 0.0
            bar.update(task, total=None if share is None else 1.0, completed=share or 0.0,
                       said=f"{summary.seen:,} posts, {summary.decisions:,} decisions")

        yield show
