"""Which column of a file holds which part of a post: as mapped, as named, or by a common name.

>>> columns = resolve(("tweet_id", "tweet", "user", "class"), {}, where="tweets.csv")
>>> columns.of["text"], columns.of["author"]
('tweet', 'user')
>>> print("\\n".join(columns.notes))
`id` is read from the column `tweet_id`
`author` is read from the column `user`
`text` is read from the column `tweet`
not read: `class`
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from evenhand.errors import EvenhandError

OURS: dict[str, tuple[str, ...]] = {
    "id": ("id_str", "post_id", "tweet_id", "tweetid", "status_id", "comment_id", "message_id",
           "guid", "uri"),
    "version": ("revision",),
    "author": ("author_id", "user_id", "userid", "account", "account_id", "username",
               "user_name", "screen_name", "handle", "user", "author.id", "user.id_str",
               "user.id", "user.screen_name", "account.id"),
    "author_name": ("display_name", "author.name", "user.name", "account.display_name"),
    "author_created_at": ("account_created_at", "user_created_at", "author.created_at",
                          "user.created_at", "account.created_at"),
    "text": ("full_text", "tweet", "tweet_text", "body", "content", "message", "comment",
             "comment_text", "post", "status"),
    "made_at": ("created_at", "timestamp", "posted_at", "published_at", "datetime", "date",
                "time", "created", "created_utc"),
    "language": ("lang",),
    "url": ("permalink", "post_url", "tweet_url"),
    "links": ("urls",),
    "media": ("attachments",),
    "reply_to": ("in_reply_to", "in_reply_to_id", "in_reply_to_status_id_str",
                 "in_reply_to_status_id", "parent_id"),
}
"""Each part of a post that a column can hold, and other names it is known by, likeliest first."""

NEEDED = ("id", "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Part of a post -> the column that holds it; parts that no column holds are absent.

    `notes` say what was taken for what. `lacking` names the needed parts that no column holds.
    """

    of: Mapping[str, str]
    notes: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()


def check_mapping(mapping: Mapping[str, str], where: str, facts: Sequence[str] = ()) -> None:
    """Refuse a mapping that names a part which posts do not have, and no declared fact."""
    for ours in mapping:
        if ours not in OURS and ours not in facts:
            close = get_close_matches(ours, (*OURS, *facts), n=1)
            known = ", ".join(f"`{name}`" for name in (*OURS, *facts))
            raise EvenhandError(
                f"`{ours}` is not a part of a post", where=where,
                hint=f"did you mean `{close[0]}`?" if close else f"a post has {known}")


def resolve(seen: tuple[str, ...], mapping: Mapping[str, str], *, where: str,
            also: Collection[str] = ()) -> Columns:
    """Decide which column holds which part.

    What is mapped goes before what is named as ours, and that before other names, which are
    compared without regard to case. A mapped column that is not there, or that is there twice,
    is refused. `also` are the columns that are read for something else.
    """
    check_mapping(mapping, where)
    by_plain: dict[str, str] = {}
    for column in seen:
        by_plain.setdefault(_plain(column), column)
    of: dict[str, str] = {}
    notes: list[str] = []
    taken = set(mapping.values())
    for ours, others in OURS.items():
        if ours in mapping:
            of[ours] = mapped(ours, mapping[ours], seen, where)
            continue
        there = [by_plain[name] for name in (ours, *others)
                 if name in by_plain and by_plain[name] not in taken]
        if there:
            of[ours] = there[0]
            taken.add(there[0])
            if there[0] != ours:
                notes.append(f"`{ours}` is read from the column `{there[0]}`")
    for ours, column in of.items():
        refuse_twice(column, seen, ours.replace("_", " "), where)
    unread = [column for column in seen if column not in of.values() and column not in also]
    if unread:
        notes.append("not read: " + ", ".join(name_of(column) for column in unread))
    return Columns(of=of, notes=tuple(notes),
                   lacking=tuple(part for part in NEEDED if part not in of))


def look_up(values: Mapping[str, object], column: str) -> object:
    """The value in a column, or under the keys that its dots part; None where there is none."""
    value = values.get(column)
    if value is None and "." in column and column not in values:
        value = values
        for step in column.split("."):
            value = value.get(step) if isinstance(value, Mapping) else None
    return value


def look_up_all(columns: Mapping[str, Sequence[object]], column: str) -> Sequence[Any] | None:
    """The same of many rows, which stand in columns; None where they hold nothing of it."""
    if column in columns:
        return columns[column]
    root, _, key = column.partition(".")
    if root == column or root not in columns:
        return None
    if "." in key:
        return [look_up({root: value}, column) for value in columns[root]]
    return [value.get(key) if isinstance(value, dict) else None for value in columns[root]]


def refuse_twice(column: str, seen: Sequence[str], holds: str, where: str) -> None:
    """Refuse a column that is read and that the header names more than once."""
    if seen.count(column) > 1:
        numbers = [str(i) for i, name in enumerate(seen, start=1) if name == column]
        raise EvenhandError(
            f"the header names `{column}` {len(numbers)} times "
            f"(columns {', '.join(numbers)})", where=where,
            hint=f"rename all but the one that holds the {holds}")


def refuse_lacking(columns: Columns, seen: tuple[str, ...], where: str,
                   but: tuple[str, ...] = ()) -> None:
    """Refuse a file in which no column holds the id, or the text, of a post (`but` may lack)."""
    for part in columns.lacking:
        if part in but:
            continue
        close = next((c for c in seen if part in _plain(c)), None) or "THEIR-COLUMN"
        names = ", ".join(name_of(column) for column in seen) or "none"
        hint = f"columns seen: {names}; write --map {part}={close}"
        if part == "id":
            hint += ", or --ids row to name each post by its row number"
        raise EvenhandError(f"no column holds the {part} of a post", where=where, hint=hint)


def name_of(column: str) -> str:
    """A column as messages name it; CSV headers may leave a name empty."""
    return f"`{column}`" if column else "`` (a column without a name)"


def _plain(column: str) -> str:
    return column.strip().lower().replace(" ", "_").replace("-", "_")


def mapped(ours: str, column: str, seen: Sequence[str], where: str) -> str:
    """The column that something is mapped to, which must have been seen."""
    if column in seen:
        return column
    close = get_close_matches(column, [c for c in seen if c], n=1)
    names = ", ".join(name_of(c) for c in seen) or "none"
    raise EvenhandError(
        f"`{ours}` is mapped to the column `{column}`, which is not there", where=where,
        hint=f"did you mean `{close[0]}`?" if close else f"columns seen: {names}")
