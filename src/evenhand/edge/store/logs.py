"""Which log a store is sealed in, for ever; and the cosignatures that have come of its heads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, Engine, func, insert, select, tuple_

from evenhand.edge.store import log_tables as lt
from evenhand.edge.store.database import (
    StoreError,
    from_us,
    insert_or_leave,
    reading,
    shown,
    to_us,
    transaction,
)
from evenhand.ledger.keys import PublicKey, format_vkey
from evenhand.ledger.note import Signature


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRow:
    """A log that the store was, or is, sealed in: its origin, its key, the size of its first head.

    `sealed` is the newest checkpoint that anybody saw of the log before it.
    """

    n: int
    origin: str
    key: str
    begins: int
    sealed: str | None


Claim = Literal["more", "another"]
"""What a witness says that it has seen: more entries than the record has, or another history."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessState:
    """How it stands with a witness (`log_tables.witness_states`)."""

    seen: int = 0
    seen_at: datetime | None = None
    behind_since: datetime | None = None
    tried_at: datetime | None = None
    trouble: str | None = None
    claim: Claim | None = None
    claimed: int | None = None
    shown: str | None = None


def logs_of(engine: Engine) -> tuple[LogRow, ...]:
    """The logs of a store, the newest last; none before the first was bound."""
    with reading(engine) as connection:
        return tuple(LogRow(n=row.n, origin=row.origin, key=row.key, begins=row.begins,
                            sealed=row.sealed)
                     for row in connection.execute(select(lt.logs).order_by(lt.logs.c.n)))


def bind_log(engine: Engine, origin: str, key: PublicKey) -> int:
    """Bind the store to its log once, and give the size of its first head.

    A store that is sealed in another log, or under another key, is refused.
    """
    known = logs_of(engine)
    if not known:
        with transaction(engine) as connection:
            insert_or_leave(connection, lt.logs, [
                {"n": 1, "origin": origin, "key": format_vkey(key), "begins": 0, "sealed": None}])
        known = logs_of(engine)
    for said, mine, what in ((known[-1].origin, origin, "log"),
                             (known[-1].key, format_vkey(key), "log key")):
        if said != mine:
            raise StoreError(
                f"this store's {what} is `{said}`, the configuration says `{mine}`",
                where=shown(engine),
                hint="keep one store for each log: point `data` at another folder, or `store` at "
                "another database; or go on in another log with `evenhand ledger succeed`")
    return known[-1].begins


def begin_log(connection: Connection, *, origin: str, key: PublicKey, begins: int,
              sealed: str | None) -> None:
    """Have the store go on in another log, whose first head has the size `begins`."""
    last = connection.execute(select(func.max(lt.logs.c.n))).scalar() or 0
    connection.execute(insert(lt.logs).values(
        n=last + 1, origin=origin, key=format_vkey(key), begins=begins, sealed=sealed))


def keep_cosignatures(connection: Connection, size: int,
                      signatures: Iterable[tuple[Signature, int]]) -> None:
    """Keep cosignatures of the head of this size, each with its seconds; those that are there
    stay."""
    rows = [{"size": size, "witness": one.name, "key_id": one.key_id, "blob": one.blob,
             "seconds": seconds} for one, seconds in signatures]
    if rows:
        insert_or_leave(connection, lt.cosignatures, rows)


def cosignatures_of(connection: Connection, size: int) -> tuple[Signature, ...]:
    """The cosignatures that came of the head of this size."""
    rows = connection.execute(select(lt.cosignatures).where(
        lt.cosignatures.c.size == size).order_by(lt.cosignatures.c.witness))
    return tuple(Signature(name=row.witness, key_id=row.key_id, blob=row.blob) for row in rows)


def cosigned_sizes(connection: Connection, keys: Iterable[PublicKey], *, by: int, least: int,
                   most: int) -> list[int]:
    """The sizes of the heads that so many of these witnesses have cosigned, the largest first: at
    most so many sizes, and of at least this one."""
    who = tuple_(lt.cosignatures.c.witness, lt.cosignatures.c.key_id)
    return list(connection.execute(select(lt.cosignatures.c.size).where(
        lt.cosignatures.c.size >= least, who.in_([(key.name, key.key_id) for key in keys])
    ).group_by(lt.cosignatures.c.size).having(func.count() >= by).order_by(
        lt.cosignatures.c.size.desc()).limit(most)).scalars())


def states_of(engine: Engine, origin: str) -> dict[str, WitnessState]:
    """Key of a witness -> how it stands with it, for the log of this origin."""
    with reading(engine) as connection:
        return {row.key: WitnessState(
            seen=row.seen, seen_at=_instant(row.seen_at), behind_since=_instant(row.behind_since),
            tried_at=_instant(row.tried_at), trouble=row.trouble,
            claim=row.claim, claimed=row.claimed, shown=row.shown)
            for row in connection.execute(select(lt.witness_states).where(
                lt.witness_states.c.origin == origin))}


def keep_state(connection: Connection, origin: str, key: str, state: WitnessState) -> None:
    """Write how it stands with a witness now."""
    values = {**{name: getattr(state, name) for name in (
        "seen", "trouble", "claim", "claimed", "shown")}, **{
        name: None if at is None else to_us(at) for name, at in (
            ("seen_at", state.seen_at), ("behind_since", state.behind_since),
            ("tried_at", state.tried_at))}}
    insert_or_leave(connection, lt.witness_states, [{"origin": origin, "key": key, **values}])
    connection.execute(lt.witness_states.update().where(
        lt.witness_states.c.origin == origin, lt.witness_states.c.key == key).values(**values))


def _instant(at: int | None) -> datetime | None:
    return None if at is None else from_us(at)
