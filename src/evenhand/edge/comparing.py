"""Files of claims and of queries, as the matcher compares them.

Claims are a ClaimReview document, or a pool of research data, one object a line (spec/match.md).
What of a file cannot be read is told and left out; the rest is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from evenhand.edge.in_blocks import InBlocks, Show, silent
from evenhand.edge.matching import KeptVectors, weights_over
from evenhand.edge.sentence_model import load_model
from evenhand.errors import EvenhandError
from evenhand.factcheck.checkthat import NAME, read_pool, read_queries
from evenhand.factcheck.claims import read_claims
from evenhand.factcheck.languages import language_of
from evenhand.factcheck.large import LargePool, ranked
from evenhand.factcheck.large import lay_out as lay_out_claims
from evenhand.factcheck.likeness import Claim, Pool
from evenhand.factcheck.problem import Problem
from evenhand.factcheck.ranking import Learned, Ranked
from evenhand.model.factcheck import FactCheck, Publisher

Told = Callable[[Problem], None]
_POOL = Publisher(name="a pool of claims", domain="pool.invalid", kind="unlisted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparing:
    """Fact-checks laid out for comparing, and by what their likenesses are weighed."""

    checks: tuple[FactCheck, ...]
    pool: Pool | LargePool
    learned: Learned | None
    model: str | None
    """The digest of the model, where one is used."""

    def name(self, place: int) -> str:
        """How files name the fact-check at a place: its id in a pool, else its key."""
        check = self.checks[place]
        return check.url.removeprefix(NAME) if check.url.startswith(NAME) else check.key

    def ranked(self, texts: Sequence[str], *, most: int, signed: bool,
               ) -> Iterator[tuple[Ranked, ...]]:
        """The best fact-checks of each text, in the order of the texts."""
        return ranked(self.pool, texts, learned=self.learned, most=most, signed=signed)


def read_text(path: Path) -> str:
    """A file's text; raises where it is not there or no text."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as wrong:
        raise EvenhandError(f"cannot read it: {wrong.strerror or wrong}", where=str(path),
                            hint="give the name of a file that is there") from None
    except UnicodeDecodeError:
        raise EvenhandError("this is no text in UTF-8", where=str(path),
                            hint="claims and queries are text files") from None


def lay_out(path: Path, *, now: datetime, told: Told, language: str, model: Path | None,
            learned: Path | None, show: Show = silent) -> Comparing:
    """Read claims, and lay them out; `model` and `learned` where they are to be used.

    The vectors of claims are kept beside the model that made them, for the next time.
    """
    weights = weights_over(learned, model=model is not None) if learned else None
    checks, also = _claims(path, now=now, told=told)
    if not checks:
        raise EvenhandError("no claim could be read", where=str(path),
                            hint="a file of claims is ClaimReview JSON-LD, or a line of JSON with "
                            "`id` and `claim` for each")
    embedder = load_model(model) if model else None
    vectors = None if model is None or embedder is None else InBlocks(
        KeptVectors(model, embedder), show=show, expected=2 * len(checks))
    show("laying out the fact-checks", 0, 0)
    pool = lay_out_claims([Claim(c.claim, c.title, also.get(c.url, ""), language_of(
        f"{c.claim} {c.title}", stated=c.language, assumed=language)) for c in checks], embedder,
        vectors=vectors)
    show("laying out the fact-checks", 1, 1)
    if pool is None:
        raise EvenhandError("claims are compared with the extra `[match]`",
                            hint="install `evenhand[match]`")
    return Comparing(checks=checks, pool=pool, learned=weights,
                     model=embedder.digest if embedder else None)


def read_posts(path: Path, told: Told) -> Mapping[str, str]:
    """Query id -> its text, of lines of an id, a tab, and a text."""
    queries, problems = read_queries(read_text(path), where=str(path))
    for problem in problems:
        told(problem)
    if not queries:
        raise EvenhandError("no query could be read", where=str(path),
                            hint="each line is an id, a tab and a text")
    return queries


def _claims(path: Path, *, now: datetime, told: Told,
            ) -> tuple[tuple[FactCheck, ...], Mapping[str, str]]:
    text = read_text(path)
    first = next((line for line in text.split("\n") if line.strip()), "")
    if '"claim"' in first and "@type" not in first:
        checks, also, problems = read_pool(text, where=str(path), retrieved_at=now,
                                           publisher=_POOL)
    else:
        also = {}
        checks, problems = read_claims(text, where=str(path), retrieved_at=now)
    for problem in problems:
        if problem.level == "refused":  # what is noted of dates and ratings is not compared
            told(problem)
    return checks, also
