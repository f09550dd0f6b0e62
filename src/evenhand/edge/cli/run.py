"""`evenhand run`: the main job."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Literal

import click
import msgspec
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from evenhand.edge.cli.deliver import (
    plain_outcomes,
    plain_waiting,
    tell_undelivered,
    tell_waiting,
)
from evenhand.edge.cli.ledger_page import lay_out_page
from evenhand.edge.cli.publish import lay_out_all
from evenhand.edge.cli.screen import (
    config_option,
    count,
    err,
    fail,
    heading,
    json_option,
    out,
    printable,
    safe,
    say_json,
)
from evenhand.edge.config import NAME, file_shown, load_config
from evenhand.edge.intake.read import FORMATS, Intake, read_posts
from evenhand.edge.intake.reject import Reject, RejectsFile, RejectsRefused
from evenhand.edge.learn import Learned, learn
from evenhand.edge.platform import Platform, open_platform
from evenhand.edge.posts import Posts
from evenhand.edge.run import MainJob, Summary
from evenhand.edge.store.known import Awaited, awaited
from evenhand.errors import EvenhandError
from evenhand.factcheck.problem import Problem
from evenhand.model.post import Post

SHOWN = 5
"""Rejects and problems told on the screen; the rest is in the rejects file."""

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
        aside = _Aside(platform, rejects, stack)
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
        finally:
            for wrong in () if as_json else unread:
                fail(wrong)
    lay_out_page(platform)
    aside.keep_problems(learned.problems)
    # Now that every post has come in: a statement may be about one of this very run.
    waiting = awaited(platform.engine, most=SHOWN) if learned.statements else None
    if as_json:
        say_json(_plain(platform, learned, summary, intakes, aside, waiting, unread))
    else:
        _tell(platform, learned, summary, intakes, aside, waiting)
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


class _Aside:
    """Where rejects go: a file for each source, made when the first one comes."""

    def __init__(self, platform: Platform, path: Path | None, stack: ExitStack) -> None:
        self.folder, self.path, self.stack = platform.config.data / "rejects", path, stack
        self.count = 0
        self.first: list[Reject] = []
        self.files: dict[Path, RejectsFile] = {}
        self.problems: Path | None = None

    def take(self, source: str) -> Callable[[Reject], None]:
        """The taker of one source's rejects."""
        path = self.path or self.folder / f"{_file_name(source)}.jsonl"

        def put(reject: Reject) -> None:
            if path not in self.files:
                # The same file read again gives the same rejects; standard input never comes twice.
                if self.path is None and source != "-":
                    path.unlink(missing_ok=True)
                path.parent.mkdir(parents=True, exist_ok=True)
                self.files[path] = self.stack.enter_context(RejectsFile(path))
            self.files[path].append(reject)
            self.count += 1
            if len(self.first) < SHOWN:
                self.first.append(reject)

        return put

    def keep_problems(self, problems: tuple[Problem, ...]) -> None:
        """All that was wrong with fact-checks, a line each, anew at every run."""
        path = self.folder / "fact-checks.jsonl"
        self.problems = path if problems else None
        path.unlink(missing_ok=True)
        if problems:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"".join(msgspec.json.encode(
                {"where": p.where, "what": p.what, "hint": p.hint, "level": p.level}) + b"\n"
                for p in problems))


def _file_name(source: str) -> str:
    """A name that no other source has: files of one name in two folders are two.

    So are a file and what it was before it was changed: what was set aside of that is kept.
    """
    if source == "-":
        return "stdin"
    path = Path(source)
    try:
        found = path.stat()
        as_it_is = f"{path.resolve()} {found.st_size} {found.st_mtime_ns}"
    except OSError:
        as_it_is = str(path)  # it cannot be read either, which is told then
    return f"{path.name}-{sha256(as_it_is.encode()).hexdigest()[:8]}"


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


def _tell(platform: Platform, learned: Learned, summary: Summary, intakes: list[Intake],
          aside: _Aside, waiting: Awaited | None) -> None:
    name = platform.config.name
    out.print(f"[head]{safe(name)}[/head]  [quiet]{platform.clock.kind} clock, log "
              f"{platform.config.origin}[/quiet]", soft_wrap=True)
    for note in (n for intake in intakes for n in intake.notes):
        out.print(f"[quiet]{safe(note)}[/quiet]", soft_wrap=True)
    _counts(learned, summary, intakes, waiting)
    _clauses(platform, summary)
    out.print()
    out.print(f"{count(summary.decisions, 'new decision')}, each with its reasons; "
              f"{count(summary.delivered, 'notice')} delivered, each with its receipt; "
              f"{count(summary.sealed, 'entry', 'entries')} in the ledger", soft_wrap=True)
    for version, posts in summary.beside.items():
        out.print(f"{count(posts, 'post')} measured beside under version {safe(version)}, which is "
                  "in shadow: `evenhand shadow` compares", soft_wrap=True)
    tell_undelivered(platform)
    tell_waiting(platform.courier.waiting(), platform.courier.names)
    if summary.ungoverned:
        out.print(f"[ask]{count(summary.ungoverned, 'post')} made before any terms were in force: "
                  "nothing can be done about them[/ask]", soft_wrap=True)
        if platform.clock.kind == "live":
            out.print("  to replay the past, make a platform of its own, whose terms are dated "
                      f"then: in its {NAME}, under \\[clock], `kind = \"replayed\"` and "
                      "`begins = 2020-05-01T00:00:00Z`, before the terms", soft_wrap=True)
    for (fact, why), times in summary.silent.most_common(SHOWN):
        out.print(f"[ask]{fact} is missing for {count(times, 'measurement')}: {safe(why)}[/ask]",
                  soft_wrap=True)
    _problems(learned, aside)


def _counts(learned: Learned, summary: Summary, intakes: list[Intake],
            waiting: Awaited | None) -> None:
    """What was read, each line a sum: posts, fact-checks, statements."""
    posts = _posts(summary, intakes)
    out.print(f"{count(posts['read'], 'post')} read: {posts['measured']:,} measured, "
              f"{posts['measured_before']:,} measured before, {posts['twice_in_the_input']:,} "
              f"twice in the input, {posts['set_aside']:,} set aside"
              + (f", {posts['erased_before']:,} erased before and not taken in anew"
                 if posts["erased_before"] else ""), soft_wrap=True)
    checks, said = _fact_checks(learned), _statements(learned)
    out.print(f"{count(checks['read'], 'fact-check')} read: {checks['new']:,} new, "
              f"{checks['known_before']:,} known before, {checks['set_aside']:,} set aside",
              soft_wrap=True)
    out.print(f"{count(said['read'], 'statement')} read: {said['new']:,} new, "
              f"{said['known_before']:,} known before, {said['set_aside']:,} set aside",
              soft_wrap=True)
    if summary.swept:
        out.print(f"posts measured before were measured again {count(summary.swept, 'time')}, for "
                  "what became known since", soft_wrap=True)
    if waiting is not None and waiting.statements:
        more = ", ..." if waiting.posts > len(waiting.first) else ""
        out.print(f"[ask]{count(waiting.statements, 'statement')} about "
                  f"{count(waiting.posts, 'post')} that never came in: "
                  f"{safe(', '.join(map(str, waiting.first)))}{more}[/ask]", soft_wrap=True)
        out.print("  they are kept, and count when the post arrives; if it did, look at the id "
                  "and the version that they name", soft_wrap=True)


def _posts(summary: Summary, intakes: list[Intake]) -> dict[str, int]:
    """What became of the rows of posts: the five after the first add up to it."""
    return {"read": sum(i.rows_seen for i in intakes),
            "measured": summary.measured, "measured_before": summary.known_before,
            "twice_in_the_input": sum(i.duplicates for i in intakes),
            "set_aside": sum(i.rejects for i in intakes), "erased_before": summary.erased,
            "looked_at_again": summary.swept, "before_any_terms": summary.ungoverned}


def _fact_checks(learned: Learned) -> dict[str, int]:
    aside = len({p.where for p in learned.problems if p.level == "refused"})
    return {"read": learned.fact_checks + aside, "new": learned.new_fact_checks,
            "known_before": learned.fact_checks - learned.new_fact_checks, "set_aside": aside}


def _statements(learned: Learned) -> dict[str, int]:
    return {"read": learned.statements + learned.statements_set_aside,
            "new": learned.new_statements,
            "known_before": learned.statements - learned.new_statements,
            "set_aside": learned.statements_set_aside}


def _clauses(platform: Platform, summary: Summary) -> None:
    if not summary.by_clause:
        return
    heading("Clause by clause, in this run")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="quiet")
    for column, justify in (("clause", "left"), ("", "left"), ("holds", "right"),
                            ("undetermined", "right"), ("asked", "right"),
                            ("done", "left")):
        table.add_column(column, justify=justify)  # type: ignore[arg-type]
    titles = {c.citation.number: c.title for v in platform.versions for c in v.clauses}
    for number in sorted({n for n, _ in summary.by_clause}):
        done = ", ".join(f"{kind} {n:,}" for (clause, kind), n in sorted(
            summary.by_action.items()) if clause == number)
        table.add_row(f"[number]{number}[/number]", safe(titles[number]),
                      *(f"{summary.by_clause[number, what]:,}" for what in
                        ("holds", "undetermined", "asked")), done)
    out.print(table)


def _problems(learned: Learned, aside: _Aside) -> None:
    for problem in learned.problems[:SHOWN]:
        err.print(f"[{'bad' if problem.level == 'refused' else 'ask'}]{problem.level}[/] ",
                  end="")
        err.print(printable(str(problem)), markup=False, soft_wrap=True)
    if len(learned.problems) > SHOWN:
        err.print(f"[quiet]and {len(learned.problems) - SHOWN:,} more about fact-checks[/quiet]")
    if aside.problems is not None:
        err.print(f"[quiet]all of them are in {safe(file_shown(aside.problems))}[/quiet]",
                  soft_wrap=True)
    for reject in aside.first:
        err.print("[bad]set aside[/bad] ", end="")
        err.print(printable(f"{reject.where}: {reject.what}\n  {reject.hint}"), markup=False,
                  soft_wrap=True)
    if aside.count > len(aside.first):
        err.print(f"[quiet]and {aside.count - len(aside.first):,} more[/quiet]")
    for path in aside.files:
        err.print(f"[quiet]set aside, whole, in {safe(file_shown(path))}[/quiet]", soft_wrap=True)


def _plain(platform: Platform, learned: Learned, summary: Summary, intakes: list[Intake],
           aside: _Aside, waiting: Awaited | None, unread: Iterable[EvenhandError]) -> object:
    return {
        "platform": platform.config.platform, "clock": platform.clock.kind,
        "origin": platform.config.origin,
        "posts": _posts(summary, intakes), "fact_checks": _fact_checks(learned),
        "statements": _statements(learned) | {"about_posts_that_never_came_in": {
            "statements": waiting.statements if waiting else 0,
            "posts": waiting.posts if waiting else 0,
            "first": [str(post) for post in waiting.first] if waiting else []}},
        "problems": [{"where": p.where, "what": p.what, "hint": p.hint, "level": p.level}
                     for p in learned.problems],
        "clauses": [{"clause": number, "what": what, "posts": n}
                    for (number, what), n in sorted(summary.by_clause.items())],
        "actions": [{"clause": number, "action": kind, "count": n}
                    for (number, kind), n in sorted(summary.by_action.items())],
        "missing": [{"fact": fact, "why": why, "measurements": n}
                    for (fact, why), n in summary.silent.most_common()],
        "in_shadow": [{"version": version, "posts": n} for version, n in summary.beside.items()],
        "decisions": summary.decisions, "notices": summary.delivered, "entries": summary.sealed,
        "outcomes": plain_outcomes(platform),
        "errands_waiting": plain_waiting(platform.courier.waiting()),
        "rejects": [str(path) for path in aside.files],
        "unread": [{"where": w.where, "what": w.what, "hint": w.hint} for w in unread]}
