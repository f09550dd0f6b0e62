"""`evenhand claims calibrate`: learn from confirmed pairs how likenesses weigh."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.progress import Progress

from evenhand.edge.calibrating import (
    Pair,
    learn_from,
    others_in_file,
    others_of,
    pairs_confirmed,
    pairs_in_files,
)
from evenhand.edge.cli.match import FILE, LeftOut
from evenhand.edge.cli.screen import config_option, err, say
from evenhand.edge.comparing import lay_out, read_posts
from evenhand.edge.config import file_shown, load_config
from evenhand.edge.knowledge import Knowledge
from evenhand.edge.matching import open_matching, read_weights
from evenhand.edge.platform import open_platform
from evenhand.edge.whole_file import check_place, write_whole
from evenhand.errors import EvenhandError
from evenhand.factcheck.large import LargePool
from evenhand.factcheck.likeness import Pool


@click.command()
@click.option("--claims", "claims_path", type=FILE, metavar="FILE",
              help="Learn from files: the fact-checks, as `evenhand match` reads them,")
@click.option("--queries", type=FILE, metavar="FILE",
              help="the texts: lines of an id, a tab and a text,")
@click.option("--qrels", type=FILE, metavar="FILE",
              help="and which fact-check is right for which text: lines of TREC qrels.")
@click.option("--others", type=FILE, metavar="FILE",
              help="Texts to which no fact-check speaks, as in `--queries`: posts as they come.")
@click.option("--model", type=FILE, metavar="FOLDER",
              help="A sentence model (default for a platform: its `match.model`).")
@click.option("--language", default="en", show_default=True,
              help="Of fact-checks that state none, as a tag.")
@click.option("--signed/--unsigned", default=True, show_default=True,
              help="Whether a signature under a quotation counts among the words of files.")
@click.option("-o", "--learned", "target", type=FILE, required=True, metavar="FILE",
              help="Write what was learned here.")
@config_option
def claims_calibrate(claims_path: Path | None, queries: Path | None, qrels: Path | None,
                     others: Path | None, model: Path | None, language: str, signed: bool,
                     target: Path, config_path: Path) -> int:
    """Learn from confirmed pairs how likenesses weigh, and how sure the best one is.

    Without files it learns from the posts to which people confirmed or denied a fact-check on
    your platform, and from as many others, to which none speaks: without such texts the matcher
    thinks too many posts to be about what was checked.

    What was learned is a file of weights, one for each trait of a candidate, that anybody can
    read: name it at `match.learned` of the configuration, or give it to `evenhand match
    --learned`. Two hundred pairs are the least.
    """
    check_place(target)
    _refuse_other(target)
    told = LeftOut()
    if claims_path is None and queries is None and qrels is None:
        pool, pairs = _of_platform(config_path, model)
        signed = False
    elif claims_path is None or queries is None or qrels is None:
        raise click.UsageError("give --claims, --queries and --qrels, or none of them")
    else:
        comparing = lay_out(claims_path, now=datetime.now(UTC), told=told, language=language,
                            model=model, learned=None)
        pool = comparing.pool
        pairs = pairs_in_files(comparing, read_posts(queries, told), qrels, told=told)
    if others is not None:
        pairs += others_in_file(read_posts(others, told))
    with Progress(console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("comparing", total=len(pairs))
        learned = learn_from(pool, pairs, signed=signed,
                             progress=lambda n: bar.advance(task, n))
    write_whole(target, learned.written())
    say(f"learned from {learned.pairs:,} confirmed pairs in {learned.groups:,} groups and "
        f"{learned.others:,} other texts, over "
        f"{', '.join(learned.likenesses)}")
    say(f"[quiet]{learned.digest}[/quiet]")
    return told.status


def _refuse_other(target: Path) -> None:
    """Another file than one of weights is left as it is."""
    if target.exists():
        try:
            read_weights(target)
        except EvenhandError:
            raise EvenhandError("another file is there, and it is left as it is",
                                where=str(file_shown(target)), hint="name a new file") from None


def _of_platform(config_path: Path, model: Path | None) -> tuple[Pool | LargePool, list[Pair]]:
    """The fact-checks of a platform laid out, and what people said of them."""
    config = replace(load_config(config_path), learned=None)
    platform = open_platform(config if model is None else replace(config, model=model))
    knowledge = Knowledge(platform.engine, open_matching(platform.config))
    laid = knowledge.laid(platform.clock.at(None))
    if laid.proposer is None:
        raise EvenhandError("claims are compared with the extra `[match]`",
                            hint="install `evenhand[match]`")
    pairs, known = pairs_confirmed(platform, laid)
    return laid.proposer.pool, pairs + others_of(platform, laid, pairs, known,
                                                 len(pairs))
