"""`evenhand match`: which published fact-checks may speak to a text, and why each was found."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import click
from click.core import ParameterSource

from evenhand.edge.cli.match_told import plain_answer, tell_answer
from evenhand.edge.cli.meant import text_meant
from evenhand.edge.cli.options import refuse_beside
from evenhand.edge.cli.screen import config_option, err, json_option, safe, say_json
from evenhand.edge.cli.working import working
from evenhand.edge.comparing import Comparing, lay_out, read_posts
from evenhand.edge.config import NAME, file_shown, load_config
from evenhand.edge.sentence_model import MODEL, TOKENIZER
from evenhand.edge.trying import Tried, Trying
from evenhand.edge.whole_file import check_place, write_whole
from evenhand.errors import EvenhandError
from evenhand.factcheck.problem import Problem

TAG = "evenhand"
FILE = click.Path(path_type=Path)
MOST_TOLD = 20
"""Problems of files that are told one by one."""


class LeftOut:
    """Tells what of a file could not be read, and keeps the exit status that follows.

    Of a file that is another than was meant every line is wrong: `MOST_TOLD` are told, and how many
    more there are when the command ends.
    """

    def __init__(self) -> None:
        """Nothing is left out yet."""
        self.status, self._many = 0, 0
        click.get_current_context().call_on_close(self._rest)

    def __call__(self, problem: Problem) -> None:
        """Tell one."""
        if problem.level == "refused":
            self.status = 3
        self._many += 1
        if self._many <= MOST_TOLD:
            err.print(safe(problem), style="ask", soft_wrap=True)

    def _rest(self) -> None:
        if self._many > MOST_TOLD:
            err.print(f"and {self._many - MOST_TOLD:,} more of this kind", style="ask")


@click.command()
@click.argument("text", required=False)
@click.option("--claims", "claims_path", type=FILE, metavar="FILE",
              help="The fact-checks: ClaimReview JSON-LD, or lines of JSON with `id` and `claim` "
              "(default: those of your platform).")
@click.option("--queries", type=FILE, metavar="FILE",
              help="Many texts: lines of an id, a tab and a text; answered as a TREC run.")
@click.option("--top", type=click.IntRange(1, 1000), default=5, show_default=True,
              help="So many fact-checks of each text, at most.")
@click.option("--model", type=FILE, metavar="FOLDER",
              help="With --claims: a sentence model, made by `evenhand claims model`.")
@click.option("--learned", type=FILE, metavar="FILE",
              help="With --claims: weights, learned by `evenhand claims calibrate`.")
@click.option("--language", default="en", show_default=True,
              help="With --claims: of fact-checks that state none, as a tag; texts may be in any.")
@click.option("--signed/--unsigned", default=None, help="Whether a signature under a quotation "
              "counts among its words (default: only of --queries with --claims).")
@click.option("-o", "--run", "target", type=FILE, metavar="FILE",
              help="With --queries: write the run here (default: standard output).")
@config_option
@json_option
@click.pass_context
def match(ctx: click.Context, text: str | None, claims_path: Path | None, queries: Path | None,
          top: int, model: Path | None, learned: Path | None, language: str, signed: bool | None,
          target: Path | None, config_path: Path, as_json: bool) -> int:
    """Tell which fact-checks may speak to TEXT, best first, and why each was found.

    The fact-checks are those of your platform, compared as its configuration says: then each is
    told with what the platform would do with it, and why. Or, with --claims, those of a file.
    TEXT may be `-`: it is read from standard input.

    Nothing is recorded and nothing is decided: whether one speaks to a post is a person's to
    confirm. With --queries a file of texts is answered as a TREC run file instead.
    """
    if (text is None) is (queries is None):
        raise click.UsageError("give a text, or a file of texts with `--queries`")
    if queries is not None:
        refuse_beside("says nothing of --queries, which are answered as a TREC run", "as_json")
    else:
        refuse_beside("writes the run that answers --queries; a text is answered here", "target")
    if claims_path is not None:
        refuse_beside("is not read beside --claims: give one of them", "config_path")
    else:
        refuse_beside("belongs to --claims; a platform's is named in its configuration", "model",
                      "learned", "language")
        if queries is None:
            refuse_beside("belongs to files; of a platform's post no signature is read", "signed")
        if ctx.get_parameter_source("config_path") is ParameterSource.DEFAULT and not Path(
                NAME).exists():
            raise click.UsageError("no platform is here: name the fact-checks, with `--claims FILE`"
                                   " or with `-c PLATFORM`")
    if target is not None:
        check_place(target)
        _refuse_inputs(target, claims_path, queries, learned, *(
            () if model is None else (model / MODEL, model / TOKENIZER)))
    if text is not None and not (text := text_meant(text, "TEXT")).strip():
        raise EvenhandError("there is no text", hint="give one, or `-` and write it to standard "
                            "input")
    told = LeftOut()
    asked = None if queries is None else read_posts(queries, told)
    trying = None
    with working() as show:
        if claims_path is None:
            trying = Trying(load_config(config_path), show)
            comparing = trying.comparing
        else:
            comparing = lay_out(claims_path, now=datetime.now(UTC), told=told, language=language,
                                model=model, learned=learned, show=show)
    if asked is not None:
        signed = trying is None if signed is None else signed
        run = _run(comparing, asked, top, signed=signed)
        if target is None:
            sys.stdout.writelines(run)
        else:
            write_whole(target, "".join(run).encode())
        return told.status
    assert text is not None, "one of both was given"
    found = _found(comparing, text, top, signed=signed is True) if trying is None else \
        trying.tried(text, top)
    if as_json:
        say_json(plain_answer(comparing, trying, text, found))
    else:
        tell_answer(comparing, trying, text, found)
    return told.status


def _run(comparing: Comparing, asked: Mapping[str, str], top: int, *, signed: bool) -> list[str]:
    """The lines of a TREC run: query, Q0, claim, rank, score, tag."""
    ranked = comparing.ranked(list(asked.values()), most=top, signed=signed)
    return [f"{name} Q0 {comparing.name(one.place)} {n} {one.score:.6f} {TAG}\n"
            for name, found in zip(asked, ranked, strict=True) for n, one in enumerate(found, 1)]


def _found(comparing: Comparing, text: str, top: int, *, signed: bool) -> tuple[Tried, ...]:
    """What is found among the fact-checks of a file, of which no platform says anything."""
    [found] = comparing.ranked([text], most=top, signed=signed)
    return tuple(Tried(check=comparing.checks[one.place], match=None, why="", ranked=one)
                 for one in found if any(one.likenesses.values()))


def _refuse_inputs(target: Path, *inputs: Path | None) -> None:
    """Refuse to write the run over a file that is read for it."""
    for path in inputs:
        if path is not None and path.exists() and target.exists() and target.samefile(path):
            raise EvenhandError("this file is read here, and the run would be written over it",
                                where=str(file_shown(target)), hint="name another file")
