"""What the store has of published fact-checks, for whoever asks after one: every telling of a key.

`known` keeps them and finds what is news; this only reads.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Engine, Row, func, select, text

from evenhand.edge.store import tables as t
from evenhand.edge.store.database import AT_ONCE, from_us, reading
from evenhand.model.factcheck import FactCheck, Rating
from evenhand.record.codec import from_plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One thing that was told of a fact-check: who told it, when, and the item as it was published.

    `nth` counts the tellings of its key, from 1; a withdrawal is one, too, and no new version. The
    last is what counts; the others are superseded by the one after them.
    """

    check: FactCheck
    nth: int
    source: str
    known_at: datetime
    raw: bytes


def known_keys(engine: Engine, keys: Collection[str]) -> set[str]:
    """Those of these keys that anything was told of."""
    names, found = sorted(set(keys)), set[str]()
    with reading(engine) as connection:
        for start in range(0, len(names), AT_ONCE):
            found.update(connection.execute(select(t.fact_checks.c.key).where(
                t.fact_checks.c.key.in_(names[start:start + AT_ONCE]))).scalars())
    return found


def versions_known(engine: Engine) -> dict[str, int]:
    """Key -> how many versions its publisher made of it, as far as they are known."""
    with reading(engine) as connection:
        return {row.key: row.many for row in connection.execute(select(
            t.fact_checks.c.key, func.count(t.fact_checks.c.version.distinct()).label("many")
        ).group_by(t.fact_checks.c.key))}


def latest_tellings(engine: Engine) -> tuple[Telling, ...]:
    """Of every fact-check what was told last, in the order of their keys."""
    last = select(t.fact_checks.c.key, func.max(t.fact_checks.c.nth).label("nth")).group_by(
        t.fact_checks.c.key).subquery()
    with reading(engine) as connection:
        return tuple(map(_telling, connection.execute(select(t.fact_checks).join(
            last, (last.c.key == t.fact_checks.c.key) & (last.c.nth == t.fact_checks.c.nth)
        ).order_by(t.fact_checks.c.key))))


class _Publisher(msgspec.Struct, frozen=True):
    domain: str


class InBrief(msgspec.Struct, frozen=True):
    """As much of a fact-check as tells whether another contradicts it, read in a tenth of the time:
    whoever looks for contradictions looks through all that is known."""

    key: str
    url: str
    claim: str
    rating: Rating
    publisher: _Publisher
    withdrawn: msgspec.Raw

    @property
    def stands(self) -> bool:
        """Whether nobody took it back."""
        return bytes(self.withdrawn) == b"null"


_BRIEFLY = msgspec.json.Decoder(InBrief)


def all_in_brief(engine: Engine) -> tuple[InBrief, ...]:
    """Of every fact-check what was told last, in the order of their keys."""
    # What is told later of a key takes the place of what came before.
    with reading(engine) as connection:
        bodies = {row.key: row.body for row in connection.execute(select(
            t.fact_checks.c.key, t.fact_checks.c.body).order_by(
            t.fact_checks.c.key, t.fact_checks.c.nth))}
    return tuple(map(_BRIEFLY.decode, bodies.values()))


def tellings_of(engine: Engine, key: str) -> tuple[Telling, ...]:
    """All that was told of one fact-check, in that order; empty where there is none of this key."""
    with reading(engine) as connection:
        return tuple(map(_telling, connection.execute(select(t.fact_checks).where(
            t.fact_checks.c.key == key).order_by(t.fact_checks.c.nth))))


def find_keys(engine: Engine, prefix: str) -> tuple[str, ...]:
    """The keys that begin so, at most three."""
    # A key is hex, and `g` follows `f`: a range, so that the index is used.
    with reading(engine) as connection:
        return tuple(connection.execute(select(t.fact_checks.c.key).where(
            t.fact_checks.c.key >= prefix, t.fact_checks.c.key < prefix + "g").distinct().order_by(
            t.fact_checks.c.key).limit(3)).scalars())


def unswept_checks(engine: Engine) -> int:
    """How many fact-checks became known, or changed, that no earlier post was looked at for."""
    with reading(engine) as connection:
        return connection.execute(select(func.count(t.fact_checks.c.key.distinct())).where(
            t.fact_checks.c.swept == text("0"))).scalar() or 0


def _telling(row: Row[Any]) -> Telling:
    return Telling(check=from_plain(FactCheck, msgspec.json.decode(row.body)), nth=row.nth,
                   source=row.source, known_at=from_us(row.known_at), raw=row.raw)
