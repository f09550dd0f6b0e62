"""What must be known of the past when a post is measured: strikes, pace, caps.

Loaded for a batch and kept up as the batch is settled, so that the answer does not depend on
where one batch ends and the next begins.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from evenhand.case import Settled, Standing
from evenhand.edge.intake.make import UNKNOWN_AUTHOR
from evenhand.edge.posts import Posts
from evenhand.edge.signals.signal import NO_HISTORY, History
from evenhand.edge.store.batches import Overtaken
from evenhand.edge.store.counted import Author, did_more, posts_made, strikes, taken
from evenhand.edge.store.database import to_us
from evenhand.edge.store.decided import DecisionStore, Erased
from evenhand.edge.store.matters import (
    Counts,
    Suspended,
    brought,
    counts,
    sender_of_account,
    suspensions,
)
from evenhand.model.decision import Decision, SetAsideBecause
from evenhand.model.post import Post, PostId
from evenhand.report.misuse import Misuse
from evenhand.terms.clauses import Terms

DAY = timedelta(days=1)
Pace = tuple[int, int]
"""How many posts an account made in an hour, and in a day."""

_NOTHING = Counts()
_HOUR, _DAY = (length // timedelta(microseconds=1) for length in (timedelta(hours=1), DAY))


class Past:
    """The past of one platform, as far as the posts at hand need it."""

    def __init__(self, store: DecisionStore, versions: Sequence[Terms]) -> None:
        """`versions` say which clauses have caps, and over which periods."""
        self.store = store
        # By version: a later one may change a clause's cap.
        self.caps: dict[str, dict[str, timedelta]] = {}
        # Clause number -> (the longest period, the highest count) of any version.
        self.widest: dict[str, tuple[timedelta, int]] = {}
        for version in versions:
            caps = self.caps.setdefault(version.digest, {})
            for clause in version.clauses:
                cap = clause.then.cap
                if cap is not None:
                    number, per = clause.citation.number, cap.per.fixed
                    assert per is not None, "the period of a cap has a fixed length"
                    longest, highest = self.widest.get(number, (per, cap.count))
                    caps[number] = per
                    self.widest[number] = (max(longest, per), max(highest, cap.count))
        # The clauses that are or were suspended, and when.
        self.suspended: tuple[Suspended, ...] = ()
        self.counts: dict[PostId, Counts] = {}
        self.brought: dict[str, Misuse] = {}
        self.taken: dict[str, list[int]] = {}
        # The clauses with a cap that acted since then, and what had been taken of it before.
        self.since, self.spent = datetime.min.replace(tzinfo=UTC), set[str]()
        self._before: dict[str, list[int]] = {}
        self.strikes: Counter[Author] = Counter()
        self.made: dict[Author, list[tuple[int, str]]] = {}
        self.decisions: dict[PostId, Decision] = {}
        # The clauses that ever did more to a post than add something.
        self.did_more: dict[PostId, set[str]] = {}
        # The strikes that are about to be taken back, and whose: they are held against nobody.
        self.going: dict[PostId, Author] = {}
        self.going_from: Counter[Author] = Counter()
        self.erased: frozenset[PostId] = frozenset()

    def turn_to(self, made: Iterable[tuple[Author, datetime]], now: datetime, *,
                stored: Sequence[PostId]) -> None:
        """Load what is known of posts and of the accounts that made them; `made` says when.

        None of them is measured before `now`. `stored` are those that the store holds: only they
        can have been decided. `erased` are afterwards those of them whose decision was erased:
        nobody can say what another would change of it.
        """
        times: dict[Author, list[datetime]] = defaultdict(list)
        for author, at in made:
            if author[1] != UNKNOWN_AUTHOR:
                times[author].append(at)
        authors = times.keys()
        self.strikes = strikes(self.store.engine, authors) if authors else Counter()
        self.made = defaultdict(list, posts_made(self.store.engine, _windows(times))
                                if authors else {})
        standing = self.store.standing(stored) if stored else {}
        self.decisions = {post: d for post, d in standing.items() if not isinstance(d, Erased)}
        self.erased = frozenset(standing.keys() - self.decisions.keys())
        self.did_more = defaultdict(set, did_more(self.store.engine, self.decisions))
        self.suspended = suspensions(self.store.engine)
        self.brought = brought(self.store.engine, (sender_of_account(*a) for a in authors))
        self.counts = counts(self.store.engine, stored)
        # No more instants than the highest cap are needed to know that it is reached.
        self.since, self.spent = now, set()
        self.taken = {number: self._taken(number) for number in self.widest}

    def refuse_overtaken(self) -> None:
        """Refuse to store acts of a clause with a cap where another process counted on it, too.

        To be called while nobody else can store: what they stored since `turn_to` is seen, and
        nothing of ours is yet. Raises `Overtaken`.
        """
        for number in self.spent:
            # Ours are among those held here; without them it must be what it was.
            if self._taken(number) != self._before[number]:
                raise Overtaken("another process acted by a clause that has a cap",
                                hint="nothing of this step was stored; what is left is measured "
                                "again")

    def _taken(self, number: str) -> list[int]:
        longest, highest = self.widest[number]
        return taken(self.store.engine, number, self.since - longest, most=highest)

    def arrive(self, posts: Posts) -> tuple[list[History], list[Pace]]:
        """The histories of posts that nobody knew before, and the pace in each.

        They arrive in this order: each counts for those after it.
        """
        told: dict[tuple[Misuse | None, int, Pace], History] = {}
        nobody = self._told(None, NO_HISTORY)
        histories, paces = [], []
        for platform, author_id, native, version, at in zip(
                posts.platforms, posts.authors, posts.natives, posts.versions, posts.made_at,
                strict=True):
            if author_id == UNKNOWN_AUTHOR:
                histories.append(nobody)
                paces.append((0, 0))
                continue
            author = (platform, author_id)
            pace = self._pace(author, to_us(at), f"{platform}:{native}@{version}")
            brought = self._brought_by(author)
            known = told.get((brought, self.strikes[author], pace))
            if known is None:
                known = self._told(None, self._counted(author, pace, 0))
                told[brought, self.strikes[author], pace] = known
            histories.append(known)
            paces.append(pace)
        return histories, paces

    def history(self, post: Post, *, pace: Pace | None = None) -> History:
        """What signals need to know of the post's account; the post itself counts as posted.

        `pace` is the one that it had when it arrived, where it is told.
        """
        author = _author(post)
        if post.author.id == UNKNOWN_AUTHOR:
            # Nothing is counted against nobody.
            return self._told(post.id, NO_HISTORY)
        # What was done to this very post is no strike against it: else a removal that is taken
        # back would leave its own shadow.
        own = self.decisions.get(post.id)
        going = self.going_from[author] - (post.id in self.going)
        return self._told(post.id, self._counted(
            author, pace or self._pace(author, to_us(post.made_at), str(post.id)),
            (self._strikes(own) if own else 0) + going))

    def _brought_by(self, author: Author) -> Misuse | None:
        return self.brought.get(sender_of_account(*author)) if self.brought else None

    def _counted(self, author: Author, pace: Pace, but: int) -> History:
        return History(brought=self._brought_by(author), strikes=self.strikes[author] - but,
                       posts_last_hour=pace[0], posts_last_day=pace[1])

    def _pace(self, author: Author, at: int, post: str) -> Pace:
        """How many posts the account made in the hour and the day up to this one, it included."""
        made, this = self.made[author], (at, post)
        place = bisect_left(made, this)
        if made[place:place + 1] != [this]:
            made.insert(place, this)
        end = bisect_left(made, (at + 1, ""))
        return (end - bisect_left(made, (at - _HOUR + 1, "")),
                end - bisect_left(made, (at - _DAY + 1, "")))

    def _told(self, post: PostId | None, history: History) -> History:
        """The same history with what came in about the post: nothing came is a value."""
        told = _NOTHING if post is None else self.counts.get(post, _NOTHING)
        return replace(history, reports=told.reports, distinct_reporters=told.reporters,
                       trusted_flaggers=told.trusted, orders=dict(told.orders))

    def standing(self, post: PostId, terms: Terms | None, now: datetime) -> Standing:
        """What the post's next decision, under these terms, must know.

        A clause that acts on the post already is not counted against its cap: to go on is no new
        action, and a cap must not undo one.
        """
        decision = self.decisions.get(post)
        acting = _acting(decision)
        caps = self.caps.get(terms.digest, {}) if terms else {}
        idle = frozenset(s.number for s in self.suspended
                         if terms is not None and terms.published_at <= s.since <= now
                         and (s.until is None or now < s.until))
        return Standing(decision=decision, suspended=idle, taken={
            number: 0 if number in acting else len(self.taken[number]) - bisect_right(
                self.taken[number], to_us(now - per)) for number, per in caps.items()})

    def take_back(self, strikes: Mapping[PostId, Author]) -> None:
        """Hold these strikes against nobody from here on: post by post they are about to go.

        Else each that is taken back would rest on those that are not yet.
        """
        self.going, self.going_from = dict(strikes), Counter(strikes.values())

    def _strikes(self, decision: Decision) -> int:
        """1 where a decision did more than add something, or gave that back and the finding stands;
        the twin of `store.counted.strikes`."""
        return int(any(a.effect.value != "adds" for a in decision.actions)
                   or any(s.because is SetAsideBecause.REINSTATED and s.ground in decision.grounds
                          and s.ground.citation.number in self.did_more[decision.post]
                          for s in decision.set_aside))

    def note(self, settled: Settled) -> None:
        """Take a post just settled into the past of those that follow it."""
        decision, author = settled.decision, _author(settled.post)
        if self.going.pop(settled.post.id, None) is not None:
            self.going_from[author] -= 1
        if decision is None:
            return
        before = self.decisions.get(settled.post.id)
        self.strikes[author] -= self._strikes(before) if before else 0
        self.did_more[settled.post.id] |= {a.ground.citation.number for a in decision.actions
                                           if a.effect.value != "adds"}
        self.strikes[author] += self._strikes(decision)
        self.decisions[settled.post.id] = decision
        # What goes on from the decision before is no new act; the twin of `store.counted.taken`.
        for number in (_acting(decision) - _acting(before)) & self.taken.keys():
            if number not in self.spent:
                self.spent.add(number)
                self._before[number] = list(self.taken[number])
            insort(self.taken[number], to_us(decision.at))


def _author(post: Post) -> Author:
    return (post.id.platform, post.author.id)


def _acting(decision: Decision | None) -> set[str]:
    """The numbers of the clauses that a decision acts by."""
    return {a.ground.citation.number for a in decision.actions} if decision else set()


def _windows(made: Mapping[Author, Iterable[datetime]]
             ) -> Iterator[tuple[Author, datetime, datetime]]:
    """Of each account the day before each of its posts, where two overlap as one."""
    for author, times in made.items():
        since, until = None, None
        for at in sorted(times):
            if since is None or until is None or at - DAY > until:
                if since is not None and until is not None:
                    yield author, since, until
                since = at - DAY
            until = at
        if since is not None and until is not None:
            yield author, since, until
