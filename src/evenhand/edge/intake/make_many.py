"""Makes posts of many rows at once, column by column: the twin of `make.Maker.make`.

>>> from datetime import UTC, datetime
>>> now = datetime(2020, 6, 1, tzinfo=UTC)
>>> maker = Maker(of={"id": "id", "text": "tweet"}, platform="agora", arrival=now, latest=now)
>>> posts, refused = make_many(maker, Rows(
...     columns={"id": [17, None], "tweet": ["see https://agora.example.", "x"]},
...     numbers=[1, 2], row=print), first=1)
>>> posts.natives[0], posts.links[0], refused
('17', ('https://agora.example',), {1})

What most rows hold is looked at many at once; a value that is not as plain goes, by itself, through
the function that a single post's goes through. So a row is refused here if and only if it is there,
and there it is said why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from types import NoneType
from typing import Any, Literal

from evenhand.edge.intake.columns import look_up_all
from evenhand.edge.intake.make import (
    KEYS,
    LONGEST_NAME,
    SKEW,
    UNKNOWN_AUTHOR,
    Maker,
    addresses,
    take_language,
    take_links,
    take_media,
    take_name,
    take_text,
    take_time,
)
from evenhand.edge.intake.rows import Rows
from evenhand.edge.posts import Posts
from evenhand.errors import EvenhandError
from evenhand.model.post import Media

Refused = set[int]
"""Places of the rows that are no posts."""


def make_many(maker: Maker, rows: Rows, first: int) -> tuple[Posts, Refused]:
    """The posts of these rows, the `first` of which is that row of its file, and which are none.

    In the columns something stands in the place of a row that is refused; it means nothing.
    """
    count = len(rows.numbers)
    refused = set(rows.odd)
    none: list[Any] = [None] * count
    part = {ours: values for ours, column in maker.of.items()
            if (values := look_up_all(rows.columns, column)) is not None}
    media = _shown(part.get("media"), count, refused)
    texts = _texts(part.get("text", none), media, maker.longest, refused)
    made = _times("made_at", part.get("made_at", none), refused)
    limit = maker.latest + SKEW
    refused |= {i for i, at in enumerate(made) if at is not None and at > limit}
    stated: Literal["stated", "arrival"] = "stated"
    posts = Posts(
        platforms=[maker.platform] * count,
        natives=([f"row-{first + i}" for i in range(count)] if maker.name_rows
                 else _needed(_names("id", part.get("id", none), refused), refused)),
        versions=_versions(part.get("version"), count, refused),
        authors=[one or UNKNOWN_AUTHOR for one in _names(
            "author", part.get("author", none), refused)],
        names=[one or "" for one in _names("author_name", part.get("author_name", none), refused)],
        created=_times("author_created_at", part.get("author_created_at", none), refused),
        texts=texts, made_at=[maker.arrival if at is None else at for at in made],
        made_at_is=["arrival" if at is None else stated for at in made],
        languages=_languages(part.get("language", none), refused),
        urls=_names("url", part.get("url", none), refused, 8192),
        links=_linked(part.get("links"), texts, refused), media=media,
        replies_to=_names("reply_to", part.get("reply_to", none), refused),
        brought=maker.bringing.read_many(rows.columns, count) if maker.bringing else None)
    return posts, refused


def _each(values: Iterable[Any], take: Callable[[Any], Any], refused: Refused) -> list[Any]:
    """What is made of each value; a row whose value is refused is refused."""
    taken = []
    for i, value in enumerate(values):
        try:
            taken.append(take(value))
        except EvenhandError:
            refused.add(i)
            taken.append(None)
    return taken


def _all_none(values: Sequence[Any] | None) -> bool:
    return values is None or {*map(type, values)} == {NoneType}


def _texts(values: Sequence[Any], media: Sequence[Any], longest: int,
           refused: Refused) -> list[str]:
    if {*map(type, values)} == {str}:
        joined = "".join(values)
        if ("\x00" not in joined and len(max(values, key=len)) <= longest
                and (joined.isascii() or _is_whole(joined))):
            return list(values)
    taken = _each(values, lambda value: take_text(value, longest), refused)
    refused |= {i for i, text in enumerate(taken) if text is None and not media[i]}
    return [text or "" for text in taken]


def _is_whole(text: str) -> bool:
    """Whether it holds no half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _names(part: str, values: Sequence[Any], refused: Refused,
           longest: int = LONGEST_NAME) -> Sequence[Any]:
    """Short texts, None where there is none."""
    kinds = {*map(type, values)}
    if kinds == {NoneType}:
        return values
    if kinds == {int} and max(map(int.bit_length, values)) < 1024:
        return list(map(str, values))
    if kinds <= {str, NoneType}:
        given = [value or "" for value in values]
        if part not in KEYS:
            given = list(map(str.strip, given))
        if len(max(given, key=len)) <= longest and (part not in KEYS or _is_plain("".join(given))):
            return [value or None for value in given]
    return _each(values, lambda value: value if type(value) is str and 0 < len(value) <= longest
                 and _is_plain(value) else take_name(part, value, longest), refused)


def _is_plain(text: str) -> bool:
    """Whether it is ASCII that can be printed, without a space."""
    return text.isascii() and text.isprintable() and " " not in text


def _needed(values: Sequence[Any], refused: Refused) -> Sequence[Any]:
    if None in values:
        refused |= {i for i, value in enumerate(values) if value is None}
    return values


def _versions(values: Sequence[Any] | None, count: int, refused: Refused) -> Sequence[str]:
    if values is None or _all_none(values):
        return ["1"] * count
    versions = [one or "1" for one in _names("version", values, refused)]
    refused |= {i for i, version in enumerate(versions) if "@" in version}
    return versions


def _times(part: str, values: Sequence[Any], refused: Refused) -> Sequence[datetime | None]:
    kinds = {*map(type, values)}
    if kinds == {NoneType}:
        return values
    if kinds <= {str, NoneType}:
        try:
            times = [datetime.fromisoformat(value) if value else None for value in values]
        except ValueError:
            pass  # written in another way, or no time
        else:
            # What has no zone may be a number of seconds, to which this would be a date.
            for i in [i for i, at in enumerate(times) if at is not None and at.tzinfo is not UTC]:
                try:
                    times[i] = take_time(part, values[i])
                except EvenhandError:
                    refused.add(i)
            return times
    return _each(values, lambda value: None if value is None or value == ""
                 else take_time(part, value), refused)


def _languages(values: Sequence[Any], refused: Refused) -> Sequence[str | None]:
    if _all_none(values):
        return values
    if not {*map(type, values)} <= {str, NoneType}:
        return _each(values, take_language, refused)
    known: dict[str | None, str | None] = {}
    wrong = set()
    for value in {*values}:  # few, of however many posts
        try:
            known[value] = take_language(value)
        except EvenhandError:
            wrong.add(value)
            known[value] = None
    if wrong:
        refused |= {i for i, value in enumerate(values) if value in wrong}
    return [known[value] for value in values]


def _linked(values: Sequence[Any] | None, texts: Sequence[str],
            refused: Refused) -> Sequence[tuple[str, ...]]:
    if values is None or _all_none(values):
        return [addresses(text) if "://" in text else () for text in texts]
    return _each(zip(values, texts, strict=True), lambda two: addresses(two[1])
                 if two[0] is None or two[0] == "" else take_links(two[0]), refused)


def _shown(values: Sequence[Any] | None, count: int,
           refused: Refused) -> Sequence[tuple[Media, ...]]:
    if values is None or _all_none(values):
        return [()] * count
    return _each(values, lambda value: () if value == "" else take_media(value), refused)
