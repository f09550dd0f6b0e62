"""The posts of one file, one by one or in batches, with the counts of what became of its rows."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from itertools import chain, islice
from typing import Any

from evenhand.edge.brought_columns import BroughtColumns
from evenhand.edge.intake.make import Maker
from evenhand.edge.intake.make_many import make_many
from evenhand.edge.intake.parquet import row_as_json
from evenhand.edge.intake.reject import Reject
from evenhand.edge.intake.rows import Row, Rows, Table
from evenhand.edge.intake.source import Source
from evenhand.edge.posts import Posts
from evenhand.errors import EvenhandError
from evenhand.model.post import Post

REMEMBERED = 1_000_000
"""Posts whose ids are remembered to find a second one (about 200 bytes each)."""

_FORGOTTEN = 1 << 16
"""The oldest are forgotten so many at once, since to find the oldest takes its time."""

AT_HAND = 5000
"""Posts whose rows are kept, so that they can be set aside with their place after all; or those of
two batches, where that is more."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_Name = str | tuple[str, str]
"""A post's id; and its version, where that is not the first."""


class Intake(Iterator[Post]):
    """The posts of one file, as an iterator or in `batches`, and the counts so far.

    Every row seen ends as a post, as a duplicate or as a reject. `notes` say what was taken for
    what; they are complete from the start. Rows are looked at many at once, so the counts may be
    ahead of the posts given out.
    """

    def __init__(self, table: Table, maker: Maker, notes: tuple[str, ...],
                 on_reject: Callable[[Reject], None], source: Source) -> None:
        """Use `read_posts`."""
        self.notes = notes
        self.rows_seen = self.posts = self.duplicates = self.rejects = 0
        self._table, self._maker, self._on_reject, self._source = table, maker, on_reject, source
        self._wanted = {*maker.of.values()} | (maker.bringing.columns if maker.bringing else set())
        self._seen: dict[_Name, tuple[int, int]] = {}
        self._at_hand: deque[_Given] = deque()
        self._kept, self._most_at_hand = 0, AT_HAND
        self._made: Generator[Any, None, None] = self._one_by_one()

    def close(self) -> None:
        """Let go of the file; reading to the end does so by itself."""
        self._made.close()
        self._source.close()

    def __enter__(self) -> Intake:
        """Use as `with read_posts(...) as posts:` where the reading may stop early."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close, whatever happened."""
        self.close()

    @property
    def share_read(self) -> float | None:
        """How much of the file was read, from 0 to 1; None where nobody can know."""
        return self._source.share_read

    def __next__(self) -> Post:
        """The next post; rejects on the way to it have been passed on when it comes."""
        post: Post = next(self._made)
        return post

    def batches(self, size: int) -> Iterator[Posts]:
        """The posts as columns, `size` at once, at the end fewer; instead of one by one.

        What is wrong with the file further on is raised after the posts before it.
        """
        self._most_at_hand = max(AT_HAND, 2 * size)
        self._made = self._in_batches(size)
        return self._made

    def _one_by_one(self) -> Generator[Post, None, None]:
        for posts in self._sifted():
            for i in range(len(posts)):
                yield posts.post(i)

    def _in_batches(self, size: int) -> Generator[Posts, None, None]:
        waiting: list[Posts] = []
        try:
            for posts in self._sifted():
                waiting.append(posts)
                if sum(map(len, waiting)) >= size:
                    whole = _joined(waiting)
                    ended = len(whole) - len(whole) % size
                    for start in range(0, ended, size):
                        yield _part(whole, start, start + size)
                    waiting = [_part(whole, ended, len(whole))] if ended < len(whole) else []
        except EvenhandError:
            if waiting:
                yield _joined(waiting)
            raise
        if waiting:
            yield _joined(waiting)

    def _sifted(self) -> Generator[Posts, None, None]:
        """The posts of some rows, and of the next."""
        try:
            for rows in self._table.rows(self._wanted):
                if rows.numbers:
                    posts = self._sift(rows)
                    if len(posts):
                        yield posts
        finally:
            self._source.close()

    def _sift(self, rows: Rows) -> Posts:
        """What of these rows is a post, and none that came before; the others are counted."""
        first = self.rows_seen + 1
        posts, refused = make_many(self._maker, rows, first)
        self.rows_seen += len(rows.numbers)
        names, contents = _names(posts), _contents(posts)
        places: Sequence[int] = range(len(posts))
        if not refused and len({*names}) == len(names) and self._seen.keys().isdisjoint(names):
            self._seen.update(zip(names, zip(contents, rows.numbers, strict=True), strict=True))
            self._forget()
        else:
            posts, places = self._one_after_another(rows, posts, refused, first)
        self.posts += len(posts)
        # Of these some may wait for their batch to be whole; of those before, enough stay.
        while self._at_hand and (self._kept - len(self._at_hand[0].posts) >= self._most_at_hand):
            self._kept -= len(self._at_hand.popleft().posts)
        self._at_hand.append(_Given(posts=posts, rows=rows, places=places))
        self._kept += len(posts)
        return posts

    def _one_after_another(self, rows: Rows, posts: Posts, refused: Collection[int], first: int,
                           ) -> tuple[Posts, Sequence[int]]:
        """The posts and their places, where some rows are none or came before."""
        names, contents = _names(posts), _contents(posts)
        places: list[int] = []
        made: dict[int, Post] = {}
        for i, number in enumerate(rows.numbers):
            row: Row | Reject | None = None
            try:
                if i in refused:
                    row = rows.row(i)
                    if isinstance(row, Reject):
                        self._refuse(row)
                        continue
                    made[i] = self._maker.make(row.values, first + i)
                    one = Posts.of([made[i]])
                    names[i], contents[i] = _names(one)[0], _contents(one)[0]
                again = self._is_again(names[i], contents[i], number)
            except EvenhandError as wrong:
                self._set_aside(rows.row(i), wrong)
                continue
            if again:
                self.duplicates += 1
            else:
                places.append(i)
        self._forget()
        return (_with(posts, made) if made else posts).take(places), places

    def set_aside(self, post: Post, wrong: EvenhandError) -> bool:
        """Make a reject of a post already given out; False where it is none of the last given.

        Its row counts as a reject from then on, and no longer as a post. A post that was dated on
        arrival meanwhile is known all the same.
        """
        for given in reversed(self._at_hand):
            for i, native in enumerate(given.posts.natives):
                if native == post.id.native and i not in given.gone:
                    one = given.posts.post(i)
                    if replace(one, made_at=post.made_at) == post:
                        given.gone.add(i)
                        self.posts -= 1
                        self._set_aside(given.rows.row(given.places[i]), wrong)
                        return True
        return False

    def _set_aside(self, row: Row | Reject, wrong: EvenhandError) -> None:
        assert isinstance(row, Row), "what was read as a row is one when it is read again"
        self._refuse(Reject(where=row.where, what=wrong.what, hint=wrong.hint or "",
                            raw=row.raw or row_as_json(row.values)))

    def _refuse(self, reject: Reject) -> None:
        self.rejects += 1
        self._on_reject(reject)

    def _is_again(self, name: _Name, content: int, number: int) -> bool:
        before = self._seen.get(name)
        if before is None:
            self._seen[name] = (content, number)
            return False
        if before[0] != content:
            native, version = (name, "1") if isinstance(name, str) else name
            raise EvenhandError(
                f"a second post is named `{self._maker.platform}:{native}@{version}` and differs "
                f"from the one at {self._table.where(before[1])}",
                hint="an edited post needs its own version: --map version=COLUMN")
        return True

    def _forget(self) -> None:
        if len(self._seen) >= REMEMBERED + _FORGOTTEN:
            for name in [*islice(self._seen, len(self._seen) - REMEMBERED)]:
                del self._seen[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """Posts with the rows that held them; `places` says which rows, `gone` which were set aside."""

    posts: Posts
    rows: Rows
    places: Sequence[int]
    gone: set[int] = field(default_factory=set)


def _names(posts: Posts) -> list[_Name]:
    """How each post is known here. No name is another post's: the first version has its id."""
    return [native if version == "1" else (native, version)
            for native, version in zip(posts.natives, posts.versions, strict=True)]


def _contents(posts: Posts) -> list[int]:
    """A hash of what each post says. What the platform knows of a post changes from one row to the
    next, and not the post.
    """
    # Of an instant the hash takes twice as long as that of the time since another.
    created = [None if at is None else at - EPOCH for at in posts.created]
    return list(map(hash, zip(
        posts.natives, posts.versions, posts.authors, posts.names, created, posts.texts,
        [at - EPOCH for at in posts.made_at], posts.made_at_is, posts.languages, posts.urls,
        posts.links, posts.media, posts.replies_to, strict=True)))


def _with(posts: Posts, made: dict[int, Post]) -> Posts:
    """The same posts, save that in some places stand those that were made."""
    ones = Posts.of(made.values())

    def replaced(name: str, column: Sequence[Any]) -> Sequence[Any]:
        others = dict(zip(made, getattr(ones, name), strict=True))
        if isinstance(column, BroughtColumns):
            return column.replaced(others)
        return [others.get(i, value) for i, value in enumerate(column)]

    return _each(posts, replaced)


def _joined(some: Sequence[Posts]) -> Posts:
    """The posts of several as one."""
    def joined(name: str, column: Sequence[Any]) -> Sequence[Any]:
        columns = [getattr(one, name) for one in some]
        if isinstance(column, BroughtColumns):
            return BroughtColumns.joined(columns)
        return list(chain.from_iterable(columns))

    return some[0] if len(some) == 1 else _each(some[0], joined)


def _part(posts: Posts, start: int, end: int) -> Posts:
    """The posts from one place to another (excluded)."""
    return posts if (start, end) == (0, len(posts)) else _each(
        posts, lambda _, column: column[start:end])


def _each(posts: Posts, change: Callable[[str, Sequence[Any]], Sequence[Any]]) -> Posts:
    """The posts with each column changed; what none of them has, none has after."""
    columns: Any = {f.name: None if (column := getattr(posts, f.name)) is None
                    else change(f.name, column) for f in fields(Posts)}
    return Posts(**columns)
