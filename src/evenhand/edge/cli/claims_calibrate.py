"""`evenhand claims calibrate`: learn from confirmed pairs how likenesses weigh."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

from evenhand.edge.calibrating import (
    Pair,
    learn_from,
    others_in_file,
    others_of,
    pairs_confirmed,
    pairs_in_files,
    parted,
    read_right,
)
from evenhand.edge.cli.match import FILE, LeftOut
from evenhand.edge.cli.options import refuse_beside
from evenhand.edge.cli.screen import config_option, count, heading, safe, say
from evenhand.edge.cli.working import working
from evenhand.edge.comparing import lay_out, read_posts
from evenhand.edge.config import Config, file_shown, load_config
from evenhand.edge.in_blocks import InBlocks, Show
from evenhand.edge.knowledge import Knowledge
from evenhand.edge.matching import open_matching, read_weights
from evenhand.edge.platform import open_platform
from evenhand.edge.whole_file import check_place, write_whole
from evenhand.errors import EvenhandError
from evenhand.factcheck.gate import LEAST
from evenhand.factcheck.large import LargePool
from evenhand.factcheck.learning import enough
from evenhand.factcheck.likeness import Pool
from evenhand.factcheck.proposer import PROPOSE_LIKELY
from evenhand.factcheck.ranking import Learned


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
              help="Of fact-checks in files that state none, as a tag.")
@click.option("--signed/--unsigned", default=True, show_default=True,
              help="Whether a signature under a quotation counts among the words of files.")
@click.option("--gate", type=click.FloatRange(0, 10), metavar="NUMBER",
              help="What a text has to promise before it is compared (default: "
              f"{LEAST}, or less where these texts need it). More is faster, and loses more.")
@click.option("-o", "--learned", "target", type=FILE, required=True, metavar="FILE",
              help="Write what was learned here.")
@config_option
def claims_calibrate(claims_path: Path | None, queries: Path | None, qrels: Path | None,
                     others: Path | None, model: Path | None, language: str, signed: bool,
                     gate: float | None, target: Path, config_path: Path) -> int:
    """Learn from confirmed pairs how likenesses weigh, and how sure the best one is.

    Without files it learns from the posts to which people confirmed or denied a fact-check on
    your platform, and from as many others, to which none speaks: without such texts the matcher
    thinks too many posts to be about what was checked.

    What was learned is tried on pairs that were held out, and what that measured is told and kept.
    It is a file of weights, one for each trait of a candidate, that anybody can read: name it at
    `match.learned` of the configuration, or give it to `evenhand match --learned`. Two hundred
    pairs are the least. It can be interrupted: a sentence model goes on where it was.
    """
    check_place(target)
    _refuse_other(target)
    if gate is not None and math.isnan(gate):
        raise click.UsageError("`--gate` is no number")
    told, config = LeftOut(), None
    given = {"--claims": claims_path, "--queries": queries, "--qrels": qrels}
    if missing := [name for name, path in given.items() if path is None]:
        if len(missing) < len(given):
            raise click.UsageError(
                f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing: give "
                "--claims, --queries and --qrels, or none of them to learn from your platform")
        refuse_beside("is of files; without --claims it is your platform that is learned from",
                      "signed", "language")
        config = load_config(config_path)
    else:
        refuse_beside("is not read: the files say what is learned from", "config_path")
    more = others_in_file(read_posts(others, told)) if others is not None else []
    with working() as show:
        if config is not None:
            pool, pairs, drawn = _of_platform(config, model, show)
            signed = False
        else:
            assert claims_path and queries and qrels, "all three were given"
            asked = read_posts(queries, told)
            right = read_right(asked, qrels, told)
            comparing = lay_out(claims_path, now=datetime.now(UTC), told=told, language=language,
                                model=model, learned=None, show=show)
            pool, drawn = comparing.pool, []
            pairs = pairs_in_files(comparing, asked, right, qrels, told=told)
        more = parted(pairs, more, told=told)
        learned = learn_from(pool, [*pairs, *drawn, *more], signed=signed, show=show, gate=gate)
    write_whole(target, learned.written())
    _tell(learned)
    _tell_next(target, config, claims_path, model)
    return told.status


def _refuse_other(target: Path) -> None:
    """Another file than one of weights is left as it is."""
    if target.exists():
        try:
            read_weights(target)
        except EvenhandError:
            raise EvenhandError("another file is there, and it is left as it is",
                                where=str(file_shown(target)), hint="name a new file") from None


def _of_platform(config: Config, model: Path | None, show: Show,
                 ) -> tuple[Pool | LargePool, list[Pair], list[Pair]]:
    """The fact-checks of a platform laid out, what people said of them, and as many others."""
    config = replace(config, learned=None, model=model or config.model)
    platform = open_platform(config)
    matching = open_matching(config).keeping(
        lambda vectors: InBlocks(vectors, show=show))
    knowledge = Knowledge(platform.engine, matching)
    laid = knowledge.laid(platform.clock.at(None))
    if laid.proposer is None:
        raise EvenhandError("claims are compared with the extra `[match]`",
                            hint="install `evenhand[match]`")
    pairs, known = pairs_confirmed(platform, laid)
    enough(sum(bool(pair.right) for pair in pairs))
    others = others_of(platform, laid, pairs, known, len(pairs))
    show("laying out the fact-checks", 0, 0)
    pool = laid.proposer.pool
    show("laying out the fact-checks", 1, 1)
    return pool, pairs, others


def _tell(learned: Learned) -> None:
    """What was learned from, and what was measured on texts that were held out."""
    say(f"learned from {count(learned.pairs, 'confirmed pair')} in "
        f"{count(learned.groups, 'group')} and {count(learned.others, 'other text')}, over "
        f"{', '.join(learned.likenesses)}")
    say(f"[quiet]{learned.digest}[/quiet]")
    measured = learned.measured
    heading("Measured", "on texts that were held out, a fifth at a time, of whose fact-checks "
            "nothing was learned; each confirmed one with its fact-checks in the pool, and without")
    if "area" in measured:
        for what, said in _rows(measured):
            say(f"  {what:<51}[number]{said}[/number]")
        both = measured["texts with a fact-check"] + measured["texts without"]
        share = measured["texts with a fact-check"] / both
        say(f"  [quiet]A probability means what it says where {share:.0%} of the texts have a "
            "fact-check, as here. Where fewer have, fewer of those told likely are right.[/quiet]")
        if measured["MAP@5"] < measured["MAP@5 of the sum"]:
            say("  [ask]summed, nothing being learned, they were ranked better: learn from more "
                "pairs[/ask]")
    else:
        say("  [ask]nothing: the pairs are about too few fact-checks to hold some out[/ask]")
    lost = measured["confirmed texts that the gate loses"]
    passes = measured.get("other texts that pass the gate")
    say(f"  the gate at {learned.gate:g} loses [number]{lost:,.0f}[/number] of "
        f"{count(learned.pairs, 'confirmed text')}" + (
            "" if passes is None else f"; of {count(learned.others, 'other text')} "
            f"[number]{passes / learned.others:.0%}[/number] are compared"))


def _rows(measured: Mapping[str, float]) -> list[tuple[str, str]]:
    return [
        ("texts with a fact-check, and without",
         f"{measured['texts with a fact-check']:,.0f}, {measured['texts without']:,.0f}"),
        ("the right one among the best five (MAP@5)",
         f"{measured['MAP@5']:.3f} (summed {measured['MAP@5 of the sum']:.3f})"),
        ("telling texts with one from those without (area)", f"{measured['area']:.3f}"),
        ("of those with one, told at 95% precision",
         f"{measured['recall at precision .95']:.0%}"),
        ("error of the probability", f"{measured['calibration error']:.3f}")]


def _tell_next(target: Path, config: Config | None, claims: Path | None,
               model: Path | None) -> None:
    """What to do with the file."""
    heading("Next")
    if config is None:
        also = f" --model {safe(model)}" if model else ""
        say(f"  try it: evenhand match TEXT --claims {safe(claims)}{also} --learned {safe(target)}")
        return
    # The configuration names files from its own folder.
    folder = config.file.resolve().parent
    used = model or config.model
    say(rf"  name it in {safe(config.file)}, below \[match]:")
    for key, path in (("learned", target), ("model", used)):
        if path is not None:
            # A JSON string is one of TOML too.
            name = msgspec.json.encode(os.path.relpath(path.resolve(), folder)).decode()
            say(f"    {key} = {safe(name)}")
    say(f"  a fact-check is proposed from a probability of "
        f"{config.propose_likely or PROPOSE_LIKELY:g} on then, and terms may name `claim.match`")
    say("  then try a text: evenhand match -c "
        f"{safe(file_shown(folder))} TEXT")
