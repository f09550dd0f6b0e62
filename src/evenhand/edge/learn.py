"""Takes in what the platform is told: fact-checks from publishers, and what people say of posts.

What cannot be used is set aside with its place and the reason; the rest is kept. What is new is
remembered with the time at which it became known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from evenhand.edge.importing import known_at, read_fact_checks, source_of, text_of_file
from evenhand.edge.intake.reject import Reject
from evenhand.edge.people import MAY_STATE, acting, may_open_again
from evenhand.edge.platform import Platform
from evenhand.edge.signals.stated import CONFIRMED, Stated, read_stated
from evenhand.edge.store.known import (
    Statement,
    is_known,
    load_fact_checks,
    remember_fact_checks,
    remember_statements,
)
from evenhand.edge.store.matters import overturned
from evenhand.errors import EvenhandError
from evenhand.factcheck.claims import Read
from evenhand.factcheck.problem import Problem
from evenhand.model.factcheck import FactCheck


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """How much was read, how much of it was new, and what was wrong with the rest.

    `statements` counts those that were taken; `statements_set_aside` are not among them.
    """

    fact_checks: int
    new_fact_checks: int
    statements: int
    new_statements: int
    statements_set_aside: int
    problems: tuple[Problem, ...]


def learn(platform: Platform, *, fact_checks: tuple[Path, ...], statements: tuple[Path, ...],
          on_reject: Callable[[Path], Callable[[Reject], None]]) -> Learned:
    """Read these files and remember what is new in them.

    `on_reject` gives, for each file of statements, the taker of what is set aside of it.
    """
    problems: list[Problem] = []
    # One instant for all that is told at once: what is said of one post then is one review.
    now = platform.clock.at(None)
    checks = [(read, source_of(platform, path), read.check.retrieved_at) for path in fact_checks
              for read in _read_claims(platform, path, now, problems)]
    new_checks = remember_fact_checks(platform.engine, checks, platform.clock.kind)
    by_url = keys_by_address(platform)
    told = aside = 0

    def set_aside(path: Path) -> Callable[[Reject], None]:
        take = on_reject(path)

        def put(reject: Reject) -> None:
            nonlocal aside
            aside += 1
            take(reject)

        return put

    def said() -> Iterator[tuple[Statement, datetime]]:
        nonlocal told
        for path in statements:
            for statement in _read_statements(platform, path, by_url, set_aside(path)):
                told += 1
                yield statement, known_at(platform, now, statement.at)

    new_said = remember_statements(platform.engine, said())
    return Learned(fact_checks=len(checks), new_fact_checks=new_checks, statements=told,
                   new_statements=new_said, statements_set_aside=aside, problems=tuple(problems))


def keys_by_address(platform: Platform) -> dict[str, list[str]]:
    """The address of a page of fact-checks -> the keys of those on it."""
    by_url: dict[str, list[str]] = {}
    for known in load_fact_checks(platform.engine):
        if isinstance(known.what, FactCheck) and known.what.key not in by_url.get(
                known.what.url, ()):
            by_url.setdefault(known.what.url, []).append(known.what.key)
    return by_url


def _read_claims(platform: Platform, path: Path, now: datetime,
                 problems: list[Problem]) -> tuple[Read, ...]:
    found, wrong_items = read_fact_checks(platform, text_of_file(path), where=path.name, now=now)
    problems.extend(wrong_items)
    return found


def _read_statements(platform: Platform, path: Path, by_url: dict[str, list[str]],
                     on_reject: Callable[[Reject], None]) -> Iterator[Statement]:
    facts, closed = platform.config.vocabulary, overturned(platform.engine)
    for stated in read_stated(path, platform=platform.config.platform, vocabulary=facts,
                              on_reject=on_reject, latest=datetime.now(UTC)):
        try:
            statement = statement_of(platform, stated, by_url)
            # What was stated before the appeal was is read again with every run.
            if statement.by.startswith("person:") and statement.post in closed \
                    and not is_known(platform.engine, statement):
                may_open_again(platform, statement.by.removeprefix("person:"),
                               closed[statement.post])
            yield statement
        except EvenhandError as wrong:
            on_reject(stated.refused(wrong))


def statement_of(platform: Platform, stated: Stated, by_url: dict[str, list[str]]) -> Statement:
    """A statement by somebody who may make it, its claim named by the fact-check's key."""
    said = stated.reported
    if not said.automated:
        acting(platform, said.observer.removeprefix("person:"), MAY_STATE,
               "state anything of posts")
    assert said.at is not None, "a statement has a time"
    claim = stated.claim
    if claim is not None:
        keys = by_url.get(claim, [claim])
        if len(keys) > 1 or not any(claim == url or claim in known
                                    for url, known in by_url.items()):
            raise EvenhandError(
                f"`{claim}` names {'several' if len(keys) > 1 else 'no'} known fact-check",
                hint="name a fact-check by the address of its page, or by its key where a page "
                "holds several: " + ", ".join(keys if len(keys) > 1 else sorted(by_url)[:3]))
        claim = keys[0]
    assert (said.name == CONFIRMED) == (claim is not None), "only a confirmation names a claim"
    return Statement(post=stated.post, fact=said.name, value=said.value, by=said.observer,
                     at=said.at, claim=claim, suggested=said.suggested, scope=stated.scope)
