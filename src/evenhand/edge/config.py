"""The configuration: one TOML file, read once, with every mistake told.

`evenhand init` writes it. Secrets are not in it: the log's key lies in a file of its own (0600).
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

from evenhand.edge.brought import KEYS as OF_A_FACT
from evenhand.edge.brought import BroughtFact, read_declared
from evenhand.edge.courier.contacts import as_address
from evenhand.edge.courier.settings import (
    PORTS,
    Hook,
    Mail,
    Security,
    is_host,
    is_loopback,
    why_no_hook,
)
from evenhand.edge.facts import vocabulary
from evenhand.edge.ledger.settings import Witnesses, is_log_name, read_witnesses
from evenhand.edge.store.address import VARIABLE, Server, read_address
from evenhand.edge.store.errors import StoreError
from evenhand.edge.vouched import (
    OF_A_FLAGGER,
    OF_AN_ACCREDITATION,
    read_accreditations,
    read_contact,
    read_people,
    read_trusted_flaggers,
)
from evenhand.edge.web.settings import read_web
from evenhand.errors import EvenhandError
from evenhand.model.decision import Clock
from evenhand.model.factcheck import Accreditation, Rating, SpeakerKind
from evenhand.model.person import Person, TrustedFlagger
from evenhand.rulebook.drafting import suggest
from evenhand.rulebook.vocabulary import Fact, Vocabulary

NAME = "evenhand.toml"


class ConfigError(EvenhandError):
    """The configuration does not say what is needed, or says what it cannot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What the configuration says. Paths are resolved against the file's own folder.

    `begins_at` is where a replayed clock starts; None on a live clock. `store` is the store of
    record: a SQLite file in `data`, or a database on a PostgreSQL server. `keep` is the
    probability with which the facts of a post are kept of which nothing came. `publishers` says who
    speaks on a domain, `ratings` maps a publisher's own words (by domain), and `accreditations`
    says who vouches for it; `contact` is where a publisher reaches whoever fetches its pages.
    `web` is where the pages are served, None where nobody said.
    `mail` and `hook` are the channels of letters besides the folder, where there are any. `facts`
    are those that the platform brings with its posts.
    """

    file: Path
    platform: str
    name: str
    clock: Clock
    begins_at: datetime | None
    data: Path
    store: Path | Server
    key_file: Path
    log: str
    witnesses: Witnesses
    terms: Path
    fact_checks: tuple[Path, ...]
    statements: tuple[Path, ...]
    posts: tuple[Path, ...]
    propose_above: float | None
    propose_likely: float | None
    model: Path | None
    learned: Path | None
    keep: float
    publishers: Mapping[str, SpeakerKind]
    ratings: Mapping[str, Mapping[str, Rating]]
    accreditations: Mapping[str, tuple[Accreditation, ...]]
    contact: str | None
    people: Mapping[str, Person]
    mail: Mail | None
    hook: Hook | None
    trusted_flaggers: Mapping[str, TrustedFlagger]
    facts: tuple[BroughtFact, ...]
    web: str | None

    @property
    def brought(self) -> tuple[Fact, ...]:
        """The facts that the platform brings with its posts, as terms may name them."""
        return tuple(one.fact for one in self.facts)

    @property
    def vocabulary(self) -> Vocabulary:
        """Every fact that the platform's terms may name."""
        return vocabulary(self.brought, calibrated=self.learned is not None)

    @property
    def origin(self) -> str:
        """The log's origin. A log with a replayed clock says so in its name, for ever."""
        return self.log + ("/replayed" if self.clock == "replayed" else "")

    @property
    def ledger(self) -> Path:
        """Where the public files of the log lie."""
        return self.data / "ledger"

    @property
    def sealed(self) -> Path:
        """Where the word lists lie whose digests alone are published: `HEX.txt` each."""
        return self.data / "sealed"

    @property
    def dataset(self) -> Path:
        """Where the dataset of facts lies, a file each batch."""
        return self.data / "facts"

    @property
    def weights(self) -> Path:
        """Where the learned weights are kept by which decisions were made, under their digests."""
        return self.data / "weights"

    @property
    def letters(self) -> Path:
        """Where notices with their receipts are handed over."""
        return self.data / "letters"


_KEYS: dict[str, tuple[str, ...]] = {
    "": ("platform", "clock", "data", "store", "ledger", "terms", "fact-checks", "statements",
         "posts", "dataset", "match", "courier", "people", "trusted-flaggers",
         "facts", "web"),
    "platform": ("id", "name"),
    "clock": ("kind", "begins"),
    "ledger": ("log", "key", "witnesses", "quorum", "within"),
    "dataset": ("keep",),
    "web": ("address",),
    "match": ("propose-above", "propose-likely", "model", "learned"),
    "fact-checks": ("files", "publishers", "ratings", "accreditations", "contact"),
    'fact-checks.accreditations."DOMAIN"': OF_AN_ACCREDITATION,
    "courier": ("e-mail", "webhook"),
    "courier.e-mail": ("host", "port", "security", "from", "user", "password-file", "contacts",
                       "trust"),
    "courier.webhook": ("address", "secret-file", "trust"),
    "trusted-flaggers.ID": OF_A_FLAGGER,
    'facts."NAME"': OF_A_FACT,
}


def load_config(path: Path) -> Config:
    """Read the configuration in this file, or in this folder."""
    file = path / NAME if path.is_dir() else path
    try:
        plain = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError("there is no configuration here", where=str(file),
                          hint="`evenhand init FOLDER` makes one; or name one with --config"
                          ) from None
    except OSError as refused:
        raise ConfigError(f"the configuration cannot be read: {refused.strerror}",
                          where=str(file)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise ConfigError(f"the configuration is not TOML: {wrong}", where=str(file),
                          hint="see docs/reference/configuration.md") from None
    return _Reader(file, plain).read()


class _Reader:
    """Takes the TOML tables apart, each refusal naming file and key."""

    def __init__(self, file: Path, plain: dict[str, Any]) -> None:
        self.file, self.plain = file, plain
        self.folder = file.resolve().parent

    def read(self) -> Config:
        """All of it."""
        self._refuse_unknown("", self.plain)
        for table in ("platform", "clock", "ledger", "dataset", "match", "fact-checks", "courier",
                      "courier.e-mail", "courier.webhook", "web"):
            self._refuse_unknown(table, self._table(table))
        platform = self._text("platform", "id")
        if not re.fullmatch(r"[a-z0-9][a-z0-9.-]*", platform):
            raise self._wrong("platform.id", f"`{platform}` is not a platform's id",
                              "lower-case letters, digits, dots and hyphens")
        clock = self._choice("clock", "kind", get_args(Clock))
        log = self._text("ledger", "log")
        if not is_log_name(log):
            raise self._wrong("ledger.log", f"`{log}` cannot name a log",
                              "a host and a path, as in `forum.example/ledger`: the address where "
                              "`data/ledger` is served, without `https://` and without a `/` at "
                              "its end")
        data = self._path("data", self.plain.get("data", "data"))
        match = self._table("match")
        keep = self._table("dataset").get("keep", 1)
        if not (type(keep) in (int, float) and 0 < keep <= 1):
            raise self._wrong("dataset.keep", f"`{keep}` is not a probability",
                              "a number above 0, at most 1; 1 keeps the facts of every post")
        checks = self._table("fact-checks")
        return Config(
            file=file_shown(self.file), platform=platform, name=self._text("platform", "name"),
            clock=clock, begins_at=self._begins(clock), data=data, store=self._store(data),
            key_file=self._path("ledger.key", self._table("ledger").get("key", "keys/log.key")),
            log=log, witnesses=read_witnesses(self._table("ledger"), self._wrong),
            terms=self._path("terms", self.plain.get("terms", "terms")),
            fact_checks=self._paths("fact-checks.files", checks.get("files", [])),
            statements=self._paths("statements", self.plain.get("statements", [])),
            posts=self._paths("posts", self.plain.get("posts", [])),
            propose_above=self._part("match.propose-above", match.get("propose-above"), "share",
                                     whole=True),
            propose_likely=self._part("match.propose-likely", match.get("propose-likely"),
                                      "probability", whole=False),
            **{key: None if match.get(key) is None else self._path(f"match.{key}", match[key])
               for key in ("model", "learned")},
            keep=float(keep),
            publishers=self._mapping("fact-checks.publishers", checks.get("publishers", {}),
                                     get_args(SpeakerKind)),
            ratings={domain: self._mapping(f"fact-checks.ratings.{domain}", words,
                                           get_args(Rating))
                     for domain, words in self._items("fact-checks.ratings",
                                                      checks.get("ratings", {}))},
            accreditations=read_accreditations(checks.get("accreditations", {}), self._wrong),
            contact=read_contact(checks.get("contact"), self._wrong),
            people=read_people(self.plain.get("people", {}), self._wrong),
            trusted_flaggers=read_trusted_flaggers(
                self.plain.get("trusted-flaggers", {}), self._wrong),
            mail=self._mail(clock), hook=self._hook(clock),
            facts=self._facts(), web=read_web(self._table("web"), self._wrong))

    def _wrong(self, key: str, what: str, hint: str) -> ConfigError:
        return ConfigError(f"{what}, at `{key}`", where=str(self.file), hint=hint)

    def _table(self, name: str) -> dict[str, Any]:
        table = self.plain
        for part in name.split("."):
            table = table.get(part, {})
            if not isinstance(table, dict):
                raise self._wrong(name, "this is not a table", f"write `[{name}]` above its keys")
        return table

    def _refuse_unknown(self, name: str, table: dict[str, Any]) -> None:
        for key in table:
            if key not in _KEYS[name]:
                raise self._wrong(f"{name}.{key}".lstrip("."), "the configuration has no such key",
                                  suggest(key, _KEYS[name]) or
                                  "it knows: " + ", ".join(_KEYS[name]))

    def _text(self, table: str, key: str) -> str:
        value = self._table(table).get(key)
        if not isinstance(value, str) or not value.strip():
            raise self._wrong(f"{table}.{key}", "a text is missing", f'write `{key} = "..."` '
                              f"under `[{table}]`")
        return value

    def _choice(self, table: str, key: str, allowed: tuple[Any, ...]) -> Any:
        value = self._text(table, key)
        if value not in allowed:
            raise self._wrong(f"{table}.{key}", f"`{value}` is none of {', '.join(allowed)}",
                              suggest(value, allowed) or "choose one of them")
        return value

    def _begins(self, clock: Clock) -> datetime | None:
        value = self._table("clock").get("begins")
        if clock == "live":
            if value is not None:
                raise self._wrong("clock.begins", "a live clock begins now", "drop the key")
            return None
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise self._wrong("clock.begins", "a replayed clock must say where it begins",
                              "write an instant with its offset: `begins = 2020-05-01T00:00:00Z`")
        try:
            return value.astimezone(UTC)
        except OverflowError:
            raise self._wrong("clock.begins", f"`{value}` lies beyond the calendar",
                              "write a year from 1 to 9999, in UTC") from None

    def _store(self, data: Path) -> Path | Server:
        """The address in the environment, else the one in the file, else the file in `data`."""
        key, given, secret = "store", self.plain.get("store"), False
        if os.environ.get(VARIABLE):
            key, given, secret = VARIABLE, os.environ[VARIABLE], True
        if given is None:
            return data / "evenhand.db"
        if not isinstance(given, str):
            raise self._wrong(key, "this is not the address of a database",
                              'write `store = "postgresql://USER@HOST/DATABASE"`, or drop the key')
        try:
            return read_address(given, secret=secret)
        except StoreError as wrong:
            raise self._wrong(key, wrong.what, wrong.hint or "") from None

    def _path(self, key: str, value: Any) -> Path:
        if not isinstance(value, str) or not value or "\0" in value:
            raise self._wrong(key, "this is not the name of a file or folder",
                              "write it in quotes, from this file's folder on")
        return self.folder / value

    def _part(self, key: str, value: Any, what: str, *, whole: bool) -> float | None:
        """A number above 0, and below 1 or at most 1."""
        if value is not None and not (type(value) in (int, float) and 0 < value <= 1
                                      and (whole or value < 1)):
            raise self._wrong(key, f"`{value}` is not a {what}",
                              f"a number above 0, {'at most' if whole else 'below'} 1")
        return None if value is None else float(value)

    def _items(self, key: str, value: Any) -> list[tuple[str, Any]]:
        if not isinstance(value, dict):
            raise self._wrong(key, "this is not a table", f"write `[{key}]` above its keys")
        return list(value.items())

    def _paths(self, key: str, value: Any) -> tuple[Path, ...]:
        if not isinstance(value, list):
            raise self._wrong(key, "this is not a list of files", 'write `["one.jsonl"]`')
        return tuple(self._path(key, v) for v in value)

    def _mapping(self, key: str, value: Any, allowed: tuple[str, ...]) -> dict[str, Any]:
        for word, chosen in self._items(key, value):
            if chosen not in allowed:
                raise self._wrong(f"{key}.{word}", f"`{chosen}` is none of {', '.join(allowed)}",
                                  suggest(str(chosen), allowed) or "choose one of them")
        return {word.casefold(): chosen for word, chosen in value.items()}

    def _file(self, table: str, key: str) -> Path | None:
        value = self._table(table).get(key)
        return None if value is None else self._path(f"{table}.{key}", value)

    def _channel(self, name: str, clock: Clock) -> bool:
        """Whether a channel is configured; a replay may have none, for it is not now."""
        if name not in self._table("courier"):
            return False
        if clock == "replayed":
            raise self._wrong(f"courier.{name}", "a replay must not write to real people",
                              "drop the table: on a replayed clock letters go to the folder alone")
        return True

    def _mail(self, clock: Clock) -> Mail | None:
        name = "courier.e-mail"
        if not self._channel("e-mail", clock):
            return None
        table, host = self._table(name), self._text(name, "host")
        security: Security = (self._choice(name, "security", get_args(Security))
                              if "security" in table else "starttls")
        if not is_host(host):
            raise self._wrong(f"{name}.host", f"`{host}` is not a host",
                              "a name like `mail.square.example`, or an IP address")
        if security == "none" and not is_loopback(host):
            raise self._wrong(f"{name}.security", "letters go without TLS to this very machine "
                              "alone", "write `starttls` or `tls`")
        user = self._text(name, "user") if "user" in table else None
        if user is not None and (security == "none" or not user.isascii()
                                 or not user.isprintable()):
            raise self._wrong(f"{name}.user", "nobody can log in so", "log in with TLS alone, and "
                              "with a name of printable ASCII")
        port = table.get("port", PORTS[security])
        if type(port) is not int or not 0 < port < 65536:
            raise self._wrong(f"{name}.port", f"`{port}` is not a port", "a number from 1 to 65535")
        given = self._text(name, "from")
        sender = as_address(given)
        if sender is None or not sender.isascii():
            raise self._wrong(f"{name}.from", f"`{given}` is not an address of e-mail that every "
                              "server takes", "write it like `moderation@square.example`")
        return Mail(host=host, port=port, security=security, sender=sender, user=user,
                    password_file=self._file(name, "password-file"),
                    contacts=self._file(name, "contacts"), trust=self._file(name, "trust"))

    def _hook(self, clock: Clock) -> Hook | None:
        name = "courier.webhook"
        if not self._channel("webhook", clock):
            return None
        address, secret = self._text(name, "address"), self._text(name, "secret-file")
        if (why := why_no_hook(address)) is not None:
            raise self._wrong(f"{name}.address", "letters cannot be posted to this address", why)
        return Hook(address=address, secret_file=self._path(f"{name}.secret-file", secret),
                    trust=self._file(name, "trust"))

    def _facts(self) -> tuple[BroughtFact, ...]:
        declared = dict(self._items("facts", self.plain.get("facts", {})))
        return read_declared(declared, vocabulary().facts, self._wrong) if declared else ()


def file_shown(path: Path) -> Path:
    """A path as people would type it: relative to here where it lies below."""
    try:
        return path.resolve().relative_to(Path.cwd())
    except (ValueError, OSError, RuntimeError):  # a loop of links, before Python 3.13
        return path
