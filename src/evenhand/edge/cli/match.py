"""`evenhand match`: which published fact-checks may speak to a text, and why each was found."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from evenhand.edge.cli.matched import likenesses_told, tell_check, tell_probability
from evenhand.edge.cli.screen import err, json_option, out, safe, say, say_json
from evenhand.edge.cli.telling import plain_cues, tell_cues
from evenhand.edge.comparing import Comparing, Told, lay_out, read_posts
from evenhand.edge.whole_file import check_place, write_whole
from evenhand.factcheck.languages import language_of
from evenhand.factcheck.problem import Problem
from evenhand.factcheck.ranking import Ranked
from evenhand.factcheck.stance import suggest

TAG = "evenhand"
FILE = click.Path(path_type=Path)


class LeftOut:
    """Tells what of a file could not be read, and keeps the exit status that follows."""

    status = 0

    def __call__(self, problem: Problem) -> None:
        """Tell one."""
        if problem.level == "refused":
            self.status = 3
        err.print(safe(problem), style="ask", soft_wrap=True)


@click.command()
@click.argument("text", required=False)
@click.option("--claims", "claims_path", type=FILE, required=True, metavar="FILE",
              help="The fact-checks: ClaimReview JSON-LD, or lines of JSON with `id` and `claim`.")
@click.option("--queries", type=FILE, metavar="FILE",
              help="Many texts: lines of an id, a tab and a text; answered as a TREC run.")
@click.option("--top", type=click.IntRange(1, 1000), default=5, show_default=True,
              help="So many fact-checks of each text, at most.")
@click.option("--model", type=FILE, metavar="FOLDER",
              help="A sentence model, made by `evenhand claims model`.")
@click.option("--learned", type=FILE, metavar="FILE",
              help="Weights, learned by `evenhand claims calibrate`.")
@click.option("--language", default="en", show_default=True,
              help="Of fact-checks that state none, as a tag; texts may be in any.")
@click.option("--signed/--unsigned", default=None, help="Whether a signature under a quotation "
              "counts among its words (default: of queries it does, of a text not).")
@click.option("-o", "--run", "target", type=FILE, metavar="FILE",
              help="Write the run here (default: standard output).")
@json_option
def match(text: str | None, claims_path: Path, queries: Path | None, top: int,
          model: Path | None, learned: Path | None, language: str, signed: bool | None,
          target: Path | None, as_json: bool) -> int:
    """Tell which fact-checks may speak to TEXT, best first, and why each was found.

    Nothing is recorded and nothing is decided: whether one speaks to a post is a person's to
    confirm. With `--queries` a file of texts is answered as a TREC run file instead.
    """
    if (text is None) is (queries is None):
        raise click.UsageError("give a text, or a file of texts with `--queries`")
    if target is not None:
        check_place(target)
    told = LeftOut()
    comparing = lay_out(claims_path, now=datetime.now(UTC), told=told, language=language,
                        model=model, learned=learned)
    if queries is not None:
        _run(comparing, queries, top, signed=signed is not False, target=target, told=told)
    else:
        assert text is not None, "one of both was given"
        _one(comparing, text, top, signed=signed is True, as_json=as_json)
    return told.status


def _run(comparing: Comparing, queries: Path, top: int, *, signed: bool,
         target: Path | None, told: Told) -> None:
    asked = read_posts(queries, told)
    ranked = comparing.ranked(list(asked.values()), most=top, signed=signed)
    lines = (f"{name} Q0 {comparing.name(one.place)} {n} {one.score:.6f} {TAG}\n"
             for name, found in zip(asked, ranked, strict=True) for n, one in enumerate(found, 1))
    if target is None:
        sys.stdout.writelines(lines)
    else:
        write_whole(target, "".join(lines).encode())


def _one(comparing: Comparing, text: str, top: int, *, signed: bool,
         as_json: bool) -> None:
    (found,) = comparing.ranked([text], most=top, signed=signed)
    found = tuple(one for one in found if any(one.likenesses.values()))
    cues = suggest(text, language_of(text, stated=None, assumed="en"))
    if as_json:
        say_json({"text": text, "claims": len(comparing.checks), "model": comparing.model,
                  "learned": comparing.learned.digest if comparing.learned else None,
                  "found": [_plain(comparing, one) for one in found],
                  "suggested": [plain_cues(cues)]})
        return
    many = len(comparing.checks)
    out.print()
    say(f"[head]{'One fact-check' if many == 1 else f'{many:,} fact-checks'} compared[/head] "
        f"[quiet]{_how(comparing)}[/quiet]")
    if not found:
        say("  none has a word or a run of letters in common with it")
    for n, one in enumerate(found, 1):
        check = comparing.checks[one.place]
        out.print()
        tell_check(n, check, name=None if check.url.startswith("http") else
                   comparing.name(one.place))
        say(f"     [quiet]{likenesses_told(one.likenesses)}; score {one.score:.2f}[/quiet]")
        tell_probability(one.probability)
    out.print()
    tell_cues(cues, "")
    say("[quiet]Likeness does not see stance: a text that rebuts a claim is as like it as one that "
        "makes it. A person confirms.[/quiet]")


def _plain(comparing: Comparing, one: Ranked) -> dict[str, Any]:
    check = comparing.checks[one.place]
    return {"id": comparing.name(one.place), "claim": check.claim, "url": check.url,
            "rating": check.rating, "publisher": check.publisher.name, "score": one.score,
            "probability": one.probability, "likenesses": dict(one.likenesses)}


def _how(comparing: Comparing) -> str:
    by = "by words, letters and meaning" if comparing.model else "by words and letters, no model"
    weighed = (f"weighed as {comparing.learned.pairs:,} confirmed pairs taught"
               if comparing.learned else "summed: nothing was learned yet")
    return f"{by}, {weighed}"
