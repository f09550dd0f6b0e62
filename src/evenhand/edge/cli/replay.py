"""`evenhand replay`: every recorded decision is decided again, from an export alone."""

from __future__ import annotations

from pathlib import Path

import click
from rich.progress import Progress

from evenhand.audit.replay import ReplayReport, replay_export
from evenhand.edge.cli.exported import export_verified
from evenhand.edge.cli.screen import count, err, json_option, out, safe, say_json
from evenhand.edge.matching import KeptVectors
from evenhand.edge.sentence_model import load_model
from evenhand.errors import EvenhandError

SHOWN = 20
"""Differences told in full; `--json` tells a thousand."""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="EXPORT")
@click.option("--policy", type=click.Path(path_type=Path), metavar="FILE",
              help="The trust policy, from a hand that you trust (default: the export's own).")
@click.option("--model", type=click.Path(path_type=Path), metavar="FOLDER",
              help="The sentence model that posts were matched with, where one was.")
@json_option
@click.pass_context
def replay(ctx: click.Context, folder: Path, policy: Path | None, model: Path | None,
           as_json: bool) -> None:
    """Decide every recorded decision again and tell each that comes out otherwise.

    EXPORT is a folder that `evenhand export --sealed` wrote; it is verified first. The terms are
    read as they were published, with the facts that were declared then. Of the posts of which
    nothing came every clause is answered again. The fact-checks that speak to a post are searched
    for again, among those that were known, also where none was found. What takes something that is
    not here is told. The exit status is 0 only where all that can be looked at agrees.
    """
    files, verified = export_verified(folder, policy, quiet=as_json)
    if not verified.sealed:
        raise EvenhandError("a public export holds no facts to decide on", where=str(folder),
                            hint="`evenhand export --sealed` writes one for whoever may have it")
    with Progress(console=err, transient=True, disable=as_json or not err.is_terminal) as bar:
        bar.add_task("deciding again", total=None)
        embedder = load_model(model) if model else None
        report = replay_export(files, model=embedder,
                               vectors=KeptVectors(None, embedder) if embedder else None)
    if as_json:
        say_json({"decisions": report.decisions, "agreed": report.agreed, "erased": report.erased,
                  "measured": report.measured, "rows": report.rows,
                  "rows_agreed": report.rows_agreed, "rows_erased": report.rows_erased,
                  "lists": report.lists, "lists_agreed": report.lists_agreed,
                  "lists_unseen": report.lists_unseen, "behind": report.behind,
                  "wordless": report.wordless,
                  "lacking": [{"lists": many, "because": one.because, "hint": one.hint}
                              for one, many in report.lacking.most_common()],
                  "differences": report.differences})
    else:
        _tell(report)
    ctx.exit(0 if report.agrees else 1)


def _tell(report: ReplayReport) -> None:
    otherwise = report.decisions - report.agreed - report.erased
    out.print(f"{count(report.decisions, 'decision')} decided again: "
              f"[good]{report.agreed:,} as recorded[/good], "
              + (f"[bad]{otherwise:,} otherwise[/bad]" if otherwise else "none otherwise")
              + (f", {report.erased:,} not looked at, since records were erased"
                 if report.erased else ""), soft_wrap=True)
    odd = report.rows - report.rows_agreed - report.rows_erased
    left = report.measured - report.rows
    out.print(f"{count(report.rows, 'row')} of facts answered again: "
              f"[good]{report.rows_agreed:,} as recorded[/good], "
              + (f"[bad]{odd:,} otherwise[/bad]" if odd else "none otherwise")
              + (f", {report.rows_erased:,} erased" if report.rows_erased else "")
              + (f"; of {report.measured:,} posts measured {left:,} are not in the sample that is "
                 "kept" if left else ""), soft_wrap=True)
    if report.lists:
        other = report.lists - report.lists_agreed - report.lists_unseen
        out.print(f"{count(report.lists, 'search', 'searches')} for fact-checks made again: "
                  f"[good]{report.lists_agreed:,} as recorded[/good], "
                  + (f"[bad]{other:,} otherwise[/bad]" if other else "none otherwise"),
                  soft_wrap=True)
    for lacks, many in report.lacking.most_common():
        out.print(f"  [ask]{many:,} not looked at[/ask], but for exact keys and links: "
                  f"{safe(lacks.because)}", soft_wrap=True)
        out.print(f"    [quiet]{safe(lacks.hint)}[/quiet]", soft_wrap=True)
    if report.behind:
        out.print(f"  {report.behind:,} did not look through fact-checks of a day before, which "
                  "were told to the platform later", soft_wrap=True)
    if report.wordless:
        out.print(f"  for {count(report.wordless, 'more post')} nothing was found and nothing "
                  "came: an export does not hold their words, so that is not looked at",
                  soft_wrap=True)
    for one in report.differences[:SHOWN]:
        of = f"decision {one.decision[:16]}" if one.decision else "a batch of facts"
        out.print(f"  entry {one.entry}, {of}: {safe(one.what)}",
                  soft_wrap=True)
        out.print(f"    recorded  {safe(one.recorded)}", soft_wrap=True)
        out.print(f"    replayed  {safe(one.replayed)}", soft_wrap=True)
    if len(report.differences) > SHOWN:
        out.print(f"  and {len(report.differences) - SHOWN:,} more")
