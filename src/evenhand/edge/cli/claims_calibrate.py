"""`evenhand claims calibrate`: learn from confirmed pairs how likenesses weigh."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click
from rich.progress import Progress

from evenhand.edge.cli.match import FILE, LeftOut
from evenhand.edge.cli.screen import err, say
from evenhand.edge.comparing import lay_out, learn_from, read_posts
from evenhand.edge.whole_file import check_place, write_whole


@click.command()
@click.option("--claims", "claims_path", type=FILE, required=True, metavar="FILE",
              help="The fact-checks, as `evenhand match` reads them.")
@click.option("--queries", type=FILE, required=True, metavar="FILE",
              help="The texts: lines of an id, a tab and a text.")
@click.option("--qrels", type=FILE, required=True, metavar="FILE",
              help="Which fact-check is right for which text: lines of TREC qrels.")
@click.option("--model", type=FILE, metavar="FOLDER", help="A sentence model.")
@click.option("--language", default="en", show_default=True,
              help="Of texts that state none, as a subtag.")
@click.option("--signed/--unsigned", default=True, show_default=True,
              help="Whether a signature under a quotation counts among its words.")
@click.option("-o", "--learned", "target", type=FILE, required=True, metavar="FILE",
              help="Write what was learned here.")
def claims_calibrate(claims_path: Path, queries: Path, qrels: Path, model: Path | None,
                     language: str, signed: bool, target: Path) -> int:
    """Learn from confirmed pairs how likenesses weigh, and how sure the best one is.

    What was learned is a file of weights, one for each trait of a candidate, that
    `evenhand match --learned` uses and that anybody can read. Two hundred pairs are the least.
    """
    check_place(target)
    told = LeftOut()
    comparing = lay_out(claims_path, now=datetime.now(UTC), told=told, language=language,
                        model=model, learned=None)
    asked = read_posts(queries, told)
    with Progress(console=err, transient=True) as bar:
        task = bar.add_task("comparing", total=len(asked))
        learned = learn_from(comparing, asked, qrels, told=told, language=language,
                             signed=signed, progress=lambda n: bar.advance(task, n))
    write_whole(target, learned.written())
    say(f"learned from {learned.pairs:,} confirmed pairs in {learned.groups:,} groups, over "
        f"{', '.join(learned.likenesses)}")
    say(f"[quiet]{learned.digest}[/quiet]")
    return told.status
