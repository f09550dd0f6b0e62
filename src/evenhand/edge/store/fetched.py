"""What the store keeps of pages that were fetched, so that their hosts need not give them again.

It is no record and proves nothing: a row is written over whenever its page is fetched anew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, insert, select, update

from evenhand.edge.store import tables as t
from evenhand.edge.store.database import AT_ONCE, from_us, reading, to_us, transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """How a page was fetched last: where it was found, its host's entity tag and date of change,
    by which configuration it was read, the keys of the fact-checks it held, and when."""

    url: str
    address: str
    etag: str | None
    changed: str | None
    read_as: str
    keys: frozenset[str]
    fetched_at: datetime


def keep_fetched(engine: Engine, page: Fetched) -> None:
    """Keep how a page was fetched, in place of what was kept of it before."""
    values = {"address": page.address, "etag": page.etag, "changed": page.changed,
              "read_as": page.read_as, "keys": " ".join(sorted(page.keys)),
              "fetched_at": to_us(page.fetched_at)}
    with transaction(engine) as connection:
        done = connection.execute(update(t.fetched_pages).where(
            t.fetched_pages.c.url == page.url).values(**values))
        if not done.rowcount:
            connection.execute(insert(t.fetched_pages).values(url=page.url, **values))


def fetched_pages(engine: Engine, urls: Collection[str]) -> Mapping[str, Fetched]:
    """Those of these pages that were fetched before."""
    names, found = sorted(set(urls)), dict[str, Fetched]()
    with reading(engine) as connection:
        for start in range(0, len(names), AT_ONCE):
            for row in connection.execute(select(t.fetched_pages).where(
                    t.fetched_pages.c.url.in_(names[start:start + AT_ONCE]))):
                found[row.url] = Fetched(
                    url=row.url, address=row.address, etag=row.etag, changed=row.changed,
                    read_as=row.read_as, keys=frozenset(row.keys.split()),
                    fetched_at=from_us(row.fetched_at))
    return found
