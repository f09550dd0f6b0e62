"""What the store keeps of fact-checks that somebody looks after: people's words, looks at pages.

Both are appended and never changed. A word is sealed in the log; that a fact-check stands no more
is told of it besides, as another telling (`known`), so that what rests on it is looked at again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, get_args

import msgspec
from sqlalchemy import Connection, Engine, insert, select

from evenhand.edge.store import matter_tables as m
from evenhand.edge.store import tables as t
from evenhand.edge.store.check_changes import tell_page
from evenhand.edge.store.database import AT_ONCE, from_us, note_time, reading, to_us, transaction
from evenhand.edge.store.outbox import wait
from evenhand.model.decision import Clock
from evenhand.model.factcheck import CheckWord, FactCheck, Withdrawn
from evenhand.record.canonical import canonical
from evenhand.record.codec import from_plain, to_plain
from evenhand.record.kinds import CheckWordRecord, PageState, read_record, write_record
from evenhand.record.leaf import leaf_of

Outcome = Literal["same", "changed", "gone", "no markup", "other claims", "moved", "unreachable"]
"""What was found where a fact-check's page was looked at: it says the same, or something else; the
page is gone; it holds no fact-check any more, or only other ones; it is another host's now; or
nobody answered, which says nothing."""

UNSOUND: tuple[Outcome, ...] = ("gone", "no markup", "other claims", "moved")
"""What leaves in doubt whether a fact-check still stands: a question to a person."""

assert set(UNSOUND) < set(get_args(Outcome)), "what is unsound is an outcome"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look at the page of a fact-check. `at` is the platform's time, `fetched_at` the time at
    which it was fetched; `said` is what was found, in words."""

    key: str
    url: str
    at: datetime
    fetched_at: datetime
    outcome: Outcome
    said: str


def keep_word(connection: Connection, word: CheckWord, key: bytes) -> None:
    """Keep what a person says of a fact-check, with its outbox row, in the caller's transaction;
    where it changes whether the fact-check stands, tell that of it."""
    record = CheckWordRecord(word=word)
    leaf = leaf_of(record, key)
    connection.execute(insert(m.check_words).values(
        id=word.id, fact_check=word.key, state=word.state, at=to_us(word.at),
        record=write_record(record), key=key))
    wait(connection, f"fact-check:{word.id}", leaf)
    last = connection.execute(select(t.fact_checks).where(t.fact_checks.c.key == word.key).order_by(
        t.fact_checks.c.nth.desc()).limit(1)).one()
    check = from_plain(FactCheck, msgspec.json.decode(last.body))
    taken = None if word.state == "stands" else Withdrawn(
        state=word.state, because=word.words, at=word.at, superseded_by=word.superseded_by,
        word=word.id)
    if check.withdrawn != taken:
        known_at = max(to_us(word.at), last.known_at)
        connection.execute(insert(t.fact_checks).values(
            key=word.key, nth=last.nth + 1, version=last.version, source=f"fact-check:{word.id}",
            known_at=known_at, swept=0, raw=last.raw,
            body=canonical(to_plain(replace(check, withdrawn=taken)))))
    # A replay goes on from here: what comes next happens after what was said.
    note_time(connection, to_us(word.at))


def words_on(engine: Engine, keys: Collection[str] | None = None
             ) -> Mapping[str, tuple[CheckWord, ...]]:
    """Key -> what people said of the fact-check, in that order; None: of every one."""
    query = select(m.check_words.c.record).order_by(m.check_words.c.n)
    found: dict[str, list[CheckWord]] = defaultdict(list)
    with reading(engine) as connection:
        for row in connection.execute(query):
            word = read_record(row.record).word
            if keys is None or word.key in keys:
                found[word.key].append(word)
    return {key: tuple(words) for key, words in found.items()}


def keep_looks(engine: Engine, looks: Sequence[Look], clock: Clock) -> None:
    """Keep what was found on one page, all of it in one transaction.

    Where a fact-check's page says it no more, or again, the log tells it.
    """
    with transaction(engine) as connection:
        for look in looks:
            before = _found_last(connection, look.key)
            kept = connection.execute(insert(t.page_looks).values(
                fact_check=look.key, url=look.url, at=to_us(look.at),
                fetched_at=to_us(look.fetched_at), outcome=look.outcome, said=look.said))
            page = _became(before, look.outcome)
            if page is not None:
                assert kept.inserted_primary_key is not None, "a row that was kept has its number"
                tell_page(connection, look.key, page, kept.inserted_primary_key[0],
                          to_us(look.at), clock)


def _found_last(connection: Connection, key: str) -> str | None:
    """What the last look that anybody answered found; None before the first."""
    return connection.execute(select(t.page_looks.c.outcome).where(
        t.page_looks.c.fact_check == key, t.page_looks.c.outcome != "unreachable").order_by(
        t.page_looks.c.n.desc()).limit(1)).scalar()


def _became(before: str | None, now: Outcome) -> PageState | None:
    """What became of a page since the last look; None where nothing did, or nobody answered."""
    if now == "unreachable" or now == before:
        return None
    if now == "same" or now == "changed":
        return "there again" if before in UNSOUND else None
    return now


def looks_at(engine: Engine, keys: Collection[str]) -> Mapping[str, tuple[Look, ...]]:
    """Key -> the looks at the page of the fact-check, in their order."""
    found: dict[str, list[Look]] = defaultdict(list)
    names = sorted(keys)
    with reading(engine) as connection:
        for start in range(0, len(names), AT_ONCE):
            for row in connection.execute(select(t.page_looks).where(
                    t.page_looks.c.fact_check.in_(names[start:start + AT_ONCE])).order_by(
                    t.page_looks.c.n)):
                found[row.fact_check].append(_look(row))
    return {key: tuple(looks) for key, looks in found.items()}


def doubts(engine: Engine, keys: Collection[str]) -> Mapping[str, Look]:
    """Key -> the look since which it is in doubt whether the fact-check stands.

    None where the page says it still, or where a person has said since then that it stands, or
    does not. Where nobody answered, nothing is known anew.
    """
    words, found = words_on(engine, keys), {}
    for key, looks in looks_at(engine, keys).items():
        since = None
        for look in looks:
            if look.outcome in UNSOUND:
                since = look if since is None or since.outcome != look.outcome else since
            elif look.outcome != "unreachable":
                since = None
        if since is not None and all(word.at < since.at for word in words.get(key, ())):
            found[key] = since
    return found


def matched_keys(engine: Engine) -> tuple[str, ...]:
    """The keys that any measurement ever found to speak, or perhaps to speak, to a post."""
    with reading(engine) as connection:
        return tuple(connection.execute(select(t.matched.c.key).distinct().order_by(
            t.matched.c.key)).scalars())


def _look(row: Any) -> Look:
    return Look(key=row.fact_check, url=row.url, at=from_us(row.at),
                fetched_at=from_us(row.fetched_at), outcome=row.outcome, said=row.said)
