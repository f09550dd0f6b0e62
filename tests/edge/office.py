"""A platform with people in it: what they bring, decide, answer and stop, each by a new process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from evenhand.edge.desk import appeals, brakes, bringing, deciding
from evenhand.edge.desk.deciding import Asked
from evenhand.edge.desk.desk import Desk
from evenhand.edge.desk.waiting import Waiting, waiting
from evenhand.edge.store import matter_tables as m
from evenhand.edge.store.counted import strikes
from evenhand.edge.store.database import reading
from evenhand.edge.store.matters import Matter, matters_of
from evenhand.model.appeal import Dispute, DisputeKind, PointAnswered
from evenhand.model.decision import Decision
from evenhand.model.matter import Sender
from evenhand.model.post import PostId
from evenhand.record.kinds import read_record

FRONT = """reports decided within: 7 days
appeals answered within: 14 days
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

You may not buzz at people. Whether a buzz is meant, a person says.

```when
hits.buzzes >= 1 and post.stance in ["asserts", "predicts"]
```

```words buzzes
buzz you
```

```then
remove
category violence: incitement
objection harassing
if undetermined, ask a reviewer within 2 days
```

```case a buzz is removed
hits.buzzes = 1; post.stance = "asserts"
-> remove
```

```case a buzz that is reported is left alone
hits.buzzes = 1; post.stance = "reports"
-> does not hold
```

```case nobody said
hits.buzzes = 1
-> undetermined
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
{cap}
```

```case a whistle
hits.whistles = 1
-> label whistle
```

```case no whistle
hits.whistles = 0
-> does not hold
```

## 5.1 Posts that several people reported

We put a notice before a post that shouts and that two people have reported.

```when
hits.shouts >= 1 and reports.distinct_reporters >= 2
```

```words shouts
shout
```

```then
interstitial shouts "People have reported this post"
category scams: inauthentic accounts
objection otherwise objectionable
```

```case two people
hits.shouts = 1; reports.distinct_reporters = 2
-> interstitial shouts
```

```case one
hits.shouts = 1; reports.distinct_reporters = 1
-> does not hold
```

## 5.2 Orders of courts

We remove what a court orders us to remove.

```when
orders.court >= 1
```

```then
remove
category illegal or harmful speech: defamation
illegal under "an order of a court"
```

```case an order
orders.court = 1
-> remove
```

```case none
orders.court = 0
-> does not hold
```
"""

BY = {"ivy": Sender(account="ivy"), "jon": Sender(name="Jon", address="jon@mail.example"),
      "kim": Sender(account="kim"), "nobody": Sender()}
"""Who sends reports here."""

COURT = Sender(name="District Court of Ley", address="court@ley.example")


def clauses(cap: str = "at most 3 an hour, then ask a reviewer within 1 day") -> str:
    return CLAUSES.replace("{cap}", cap)


class Office:
    """The desk of one world; `at` is in minutes after the first post could have been made."""

    def __init__(self, world: Any, cap: str | None = None, *, more: str = "") -> None:
        self.world = world
        self.start: datetime = world.post(0).made_at
        self.clauses = (clauses() if cap is None else clauses(cap)) + more
        world.publish(self.clauses, front=FRONT)

    def republish(self, text: Callable[[str], str] = lambda text: text, **dates: str) -> None:
        """Publish a further version, whose clauses are these with some words changed."""
        self.world.publish(text(self.clauses), front=FRONT, **dates)

    def when(self, at: float | None) -> datetime | None:
        return None if at is None else self.start + timedelta(minutes=at)

    def open(self) -> Desk:
        return Desk(self.world.open())

    @staticmethod
    def id(native: str | int) -> PostId:
        return PostId(platform="square", native=str(native))

    def post(self, native: str | int, text: str = "Good morning.", **more: Any) -> None:
        self.world.run([self.world.post(native, text, **more)])

    def report(self, native: str | int, by: str | Sender = "ivy", *, at: float | None = None,
               clause: str | None = "2.1", words: str = "This is a threat to people.",
               **more: Any) -> Matter:
        return bringing.report(self.open(), self.id(native), clause=clause, words=words,
                               by=BY[by] if isinstance(by, str) else by, at=self.when(at), **more)

    def order(self, *natives: str | int, kind: Any = "court order", by: Sender = COURT,
              at: float | None = None, **more: Any) -> Matter:
        given = {"legal_basis": "Ley Civil Code, section 12", "demands": "removal",
                 "words": "The post is to be removed.", "recorded_by": "finn"} | more
        return bringing.order(self.open(), tuple(map(self.id, natives)), kind=kind, by=by,
                              at=self.when(at), **given)

    def withdraw(self, matter: str, by: str | Sender, *, at: float | None = None,
                 **more: Any) -> Matter:
        return bringing.withdraw(self.open(), matter, at=self.when(at),
                                 by=BY[by] if isinstance(by, str) else by, **more)

    def decide(self, native: str | int, person: str = "ada", *, at: float | None = None,
               once: str | None = None, **asked: Any) -> Decision:
        return deciding.decide(self.open(), self.id(native), person=person, at=self.when(at),
                               asked=Asked(**asked), once=once)

    def reinstate(self, native: str | int, person: str = "dora", *, at: float | None = None,
                  words: str = "The author has apologised.") -> Decision:
        return deciding.reinstate(self.open(), self.id(native), person=person, words=words,
                                  at=self.when(at))

    def appeal(self, decision: str, *disputes: Dispute, by: str | Sender = "cy",
               at: float | None = None, **more: Any) -> Matter:
        return appeals.appeal(self.open(), decision, disputes=disputes, at=self.when(at),
                              by=Sender(account=by) if isinstance(by, str) else by, **more)

    def answer(self, appeal: str, *agreed: bool, person: str = "eli", at: float | None = None,
               reasons: str = "We looked at it again with care.", **more: Any) -> Decision:
        return appeals.answer(self.open(), appeal, person=person, at=self.when(at), points=tuple(
            PointAnswered(n=n, agreed=yes, reasons=reasons)
            for n, yes in enumerate(agreed)), **more)

    def suspend(self, number: str, person: str = "dora", *, at: float | None = None,
                words: str = "It hits the wrong posts.", **more: Any) -> Matter:
        return brakes.suspend(self.open(), number, person=person, words=words, at=self.when(at),
                              **more)

    def reverse(self, number: str, person: str = "dora", *, since: float = -1, at: float | None
                = None, words: str = "It hit the wrong posts.", **more: Any) -> Matter:
        return brakes.reverse(self.open(), number, since=self.start + timedelta(minutes=since),
                              person=person, words=words, at=self.when(at), **more)

    def matter(self, identity: str) -> Matter:
        [found] = matters_of(self.world.open().engine, [identity])
        return found

    def waiting(self) -> Sequence[Waiting]:
        return waiting(self.world.open().engine)

    def answers(self) -> list[Any]:
        """The records of the answers that stand by themselves, in the order of their instants."""
        with reading(self.world.open().engine) as connection:
            return [read_record(row) for row in connection.execute(select(
                m.answers.c.record).where(m.answers.c.record.is_not(None)).order_by(
                m.answers.c.at, m.answers.c.matter)).scalars()]

    def standing(self, native: str | int) -> Decision:
        found = self.world.open().store.standing([self.id(native)])[self.id(native)]
        assert isinstance(found, Decision)
        return found

    def strikes(self, author: str = "cy") -> int:
        return int(strikes(self.world.open().engine, [("square", author)])["square", author])

    def letter(self, about: str) -> str:
        """The words of the letter about a record, named as its folder is."""
        return str((self.world.config.letters / about / "notice.txt").read_text())

    # Points of appeals.

    @staticmethod
    def fact(name: str, value: Any, claim: str | None = None) -> Dispute:
        return Dispute(kind=DisputeKind.FACT, fact=name, value=value, claim=claim,
                       words="That is not so.")

    @staticmethod
    def reading(clause: str = "2.1") -> Dispute:
        return Dispute(kind=DisputeKind.READING, clause=clause,
                       words="I was quoting a song, and the clause is about people.")

    @staticmethod
    def treatment(clause: str = "2.1", *like: str) -> Dispute:
        return Dispute(kind=DisputeKind.TREATMENT, clause=clause, like=like or ("square:99",),
                       words="This post says the same and stands.")

    @staticmethod
    def back() -> Dispute:
        return Dispute(kind=DisputeKind.ASKS_BACK, words="I am sorry, and will not do it again.")


def acts(decision: Decision) -> list[tuple[str, str]]:
    return [(a.ground.citation.number, a.kind.value) for a in decision.actions]
