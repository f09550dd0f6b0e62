"""A small platform of its own for every test: terms, posts, statements, and what became of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

import evenhand.edge.run as running
from evenhand.audit.leaves import LeavesReport, verify_leaves
from evenhand.edge.config import load_config
from evenhand.edge.facts import vocabulary
from evenhand.edge.intake.reject import Reject
from evenhand.edge.learn import Learned, learn
from evenhand.edge.ledger.keys import make_key
from evenhand.edge.ledger.tiles_on_disk import read_directory
from evenhand.edge.platform import Platform, open_platform
from evenhand.edge.run import MainJob, Summary
from evenhand.edge.store import tables as t
from evenhand.edge.store.database import reading
from evenhand.edge.store.decided import post_bytes
from evenhand.edge.store.published import freeze, store_terms, version_digest
from evenhand.errors import EvenhandError
from evenhand.ledger.policy import parse_policy
from evenhand.model.decision import Decision
from evenhand.model.post import Account, Post, PostId
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

We put a notice beside a post whose claim was rated false.

```when
for a matched claim:
    claim.confirmed and claim.rating == "false"
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

```case rated true
claim.confirmed = yes; claim.rating = "true"
-> does not hold
```

```case another claim
claim.confirmed = no; claim.rating = "false"
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

    def __init__(self, folder: Path, clock: str) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "evenhand.toml").write_text(CONFIG.format(clock=clock))
        self.config = load_config(folder)
        self.config.key_file.parent.mkdir()
        make_key(self.config.key_file, self.config.origin)
        self.rejects: list[Reject] = []

    def open(self) -> Platform:
        return open_platform(self.config)

    def terms(self, clauses: str = CLAUSES, *, version: str = "1", published: str = "2020-05-01",
              in_force: str = "2020-05-02") -> Terms:
        document = read_document(FRONT.format(
            version=version, published=published, in_force=in_force) + clauses,
            name=f"{version}.md")
        facts = vocabulary()
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
def world(tmp_path: Path) -> World:
    """A platform on a replayed clock with its terms published."""
    made = World(tmp_path / "square", 'kind = "replayed"\nbegins = 2020-05-01T00:00:00Z')
    made.publish()
    return made


@pytest.fixture
def worlds(tmp_path: Path) -> Any:
    """Makes several platforms: `worlds("a")`, `worlds("b", clock="live")`, `terms=False`."""

    def make(name: str, *, clock: str = "replayed", terms: bool = True) -> World:
        made = World(tmp_path / name, 'kind = "live"' if clock == "live" else
                     'kind = "replayed"\nbegins = 2020-05-01T00:00:00Z')
        if terms:
            made.publish()
        return made

    return make


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets how many posts are stored in one transaction."""
    return lambda size: monkeypatch.setattr(running, "BATCH", size)
