"""Where a PostgreSQL store is: a URL, read so that no password can stand in a file.

>>> read_address("postgresql://evenhand@db.example/square").shown
'postgresql://evenhand@db.example/square'
>>> read_address("postgresql://evenhand:hunter2@db.example/square")
Traceback (most recent call last):
    ...
evenhand.edge.store.errors.StoreError: a password stands in the store's address
  take it out, and give it in PGPASSWORD, in a file of PGPASSFILE (~/.pgpass), or in the whole \
address in EVENHAND_STORE
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from evenhand.edge.store.errors import StoreError

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

VARIABLE = "EVENHAND_STORE"
"""The environment variable that takes the place of `store`; a password may stand in it."""

_SCHEMES = ("postgresql", "postgresql+psycopg")
_SECRETS = ("password", "sslpassword")
_EXAMPLE = "write it as `postgresql://USER@HOST/DATABASE`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A database on a server. `url` may hold a password; `shown` never does."""

    url: str = field(repr=False)
    shown: str


def read_address(url: str, *, secret: bool = False) -> Server:
    """Read a URL of libpq's form, whose query may name further settings of the connection.

    Refuses what is not PostgreSQL's, what names no database, and, unless it may be `secret`, what
    holds a password. No refusal repeats the address: it might hold one.
    """
    # Imported here: a configuration is also read where no store is opened.
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        read = make_url(url)
    except (ArgumentError, ValueError):
        raise StoreError("the store's address cannot be read as a URL", hint=_EXAMPLE) from None
    if read.drivername not in _SCHEMES:
        raise StoreError("the store's address is not one of PostgreSQL", hint=f"{_EXAMPLE}; the "
                         "SQLite file needs no address, it lies in the folder `data`")
    if any(name in read.query for name in _SECRETS) or (read.password is not None and not secret):
        raise StoreError(
            "a password stands in the store's address", hint="take it out, and give it in "
            "PGPASSWORD, in a file of PGPASSFILE (~/.pgpass), or in the whole address in "
            f"{VARIABLE}")
    if not read.database:
        raise StoreError("the store's address names no database", hint=_EXAMPLE)
    return Server(
        url=read.set(drivername="postgresql+psycopg").render_as_string(hide_password=False),
        shown=show(read))


def show(url: URL) -> str:
    """A URL as it may be shown: without its password."""
    return url._replace(drivername="postgresql", password=None).render_as_string()
