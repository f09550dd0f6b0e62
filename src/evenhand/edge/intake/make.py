"""Makes a post of a row, or says in one sentence what keeps it from being one.

>>> from datetime import UTC, datetime
>>> maker = Maker(of={"id": "id", "text": "tweet", "made_at": "date"}, platform="agora",
...               arrival=datetime(2020, 6, 1, tzinfo=UTC),
...               latest=datetime(2020, 6, 1, tzinfo=UTC))
>>> post = maker.make({"id": 17, "tweet": "see https://agora.example.", "date": "2020-05-26"}, 1)
>>> str(post.id), post.author.id, post.made_at_is, post.links
('agora:17@1', '', 'stated', ('https://agora.example',))
>>> maker.make({"id": 18, "tweet": "hello", "date": None}, 2).made_at_is
'arrival'
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, get_args, get_type_hints

import msgspec

from evenhand.edge.intake.brought import Bringing
from evenhand.edge.intake.columns import look_up
from evenhand.edge.intake.times import read_time
from evenhand.errors import EvenhandError
from evenhand.model.post import Account, Media, Post, PostId

LONGEST = 1 << 20
"""Characters of a post that are taken in, unless told otherwise."""

LONGEST_NAME = 512
SKEW = timedelta(days=1)
"""How far ahead of us a platform's clock may run before a time counts as the future."""

UNKNOWN_AUTHOR = ""
"""The account of a post without one. No platform can name an account so: an empty cell is none."""

_ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8})*", re.ASCII)
_NO_LANGUAGE = frozenset({"und", "zxx", "mis", "mul"})
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_KINDS: tuple[str, ...] = get_args(get_type_hints(Media)["kind"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """Turns rows of one file into posts. `of` is part of a post -> column.

    A post without a time gets `arrival`, marked so; one stated to be made more than a day after
    `latest` is refused (both are the same now, unless a clock is replayed). `name_rows` names
    posts `row-1`, `row-2` ... where no column has an id. `bringing` reads what was brought with
    each, where facts are declared.
    """

    of: Mapping[str, str]
    platform: str
    arrival: datetime
    latest: datetime
    longest: int = LONGEST
    name_rows: bool = False
    bringing: Bringing | None = None

    def make(self, values: Mapping[str, object], number: int) -> Post:
        """The post that this row, the `number`th of its file, holds; refused where it holds none.

        The refusal says what is wrong and what to do, and leaves saying where to the caller.
        """
        part = self._parts(values)
        text = take_text(part.get("text"), self.longest)
        media = take_media(part.get("media"))
        if text is None:
            if not media:
                raise EvenhandError("the post has no text and no media",
                                    hint="an empty text is written as \"\"")
            text = ""
        made_at, made_at_is = self._made(part.get("made_at"))
        return Post(
            id=PostId(platform=self.platform, native=self._native(part, number),
                      version=_version(part.get("version"))),
            author=self._author(part), text=text, made_at=made_at,
            made_at_is="arrival" if made_at_is else "stated",
            language=take_language(part.get("language")),
            url=take_name("url", part.get("url"), 8192),
            links=take_links(part["links"]) if "links" in part else addresses(text),
            media=media, reply_to=take_name("reply_to", part.get("reply_to")),
            brought=() if self.bringing is None else self.bringing.read(values))

    def _parts(self, values: Mapping[str, object]) -> dict[str, object]:
        """Part of a post -> its value, for the parts that have one; an empty cell has none."""
        parts: dict[str, object] = {}
        for ours, column in self.of.items():
            value = look_up(values, column)
            if value is not None and (value != "" or ours == "text"):
                parts[ours] = value
        return parts

    def _native(self, part: Mapping[str, object], number: int) -> str:
        if self.name_rows:
            return f"row-{number}"
        native = take_name("id", part.get("id"))
        if native is None:
            raise EvenhandError("the post has no id", hint="every post needs one; --ids row names "
                                "all posts of a file by their row number instead")
        return native

    def _author(self, part: Mapping[str, object]) -> Account:
        created = part.get("author_created_at")
        return Account(platform=self.platform,
                       id=take_name("author", part.get("author")) or UNKNOWN_AUTHOR,
                       name=take_name("author_name", part.get("author_name")) or "",
                       created_at=None if created is None
                       else take_time("author_created_at", created))

    def _made(self, value: object) -> tuple[datetime, bool]:
        if value is None:
            return self.arrival, True
        made = take_time("made_at", value)
        if made > self.latest + SKEW:
            raise EvenhandError(
                f"the post is from the future: made {made:%Y-%m-%dT%H:%M:%SZ}, "
                f"now {self.latest:%Y-%m-%dT%H:%M:%SZ}",
                hint="a clock may run a day ahead, not more; look at its zone and its unit")
        return made, False


def addresses(text: str) -> tuple[str, ...]:
    """The http and https addresses in a text, in order, without the punctuation after them."""
    if "://" not in text:
        return ()
    found: list[str] = []
    for m in _ADDRESS.finditer(text):
        address = m.group().rstrip(".,;:!?'…*_")
        if address.endswith((")", "]")) and "(" not in address and "[" not in address:
            address = address.rstrip(")].,;:!?")
        found.append(address)
    return tuple(dict.fromkeys(found))


def take_text(value: object, longest: int) -> str | None:
    """The text of a post; None where it has none."""
    if value is None:
        return None
    if isinstance(value, bytes):
        value = _decoded("text", value)
    if not isinstance(value, str):
        raise EvenhandError(f"the text is {_kind(value)}", hint="a post's text is text")
    if len(value) > longest:
        raise EvenhandError(f"the text has {len(value)} characters; at most {longest} are taken",
                            hint="the row is kept among the rejects")
    _clean("text", value)
    return value


def take_name(part: str, value: object, longest: int = LONGEST_NAME) -> str | None:
    """A short text or a whole number as text; no control characters; None where empty."""
    if value is None:
        return None
    if isinstance(value, bytes):
        value = _decoded(part, value)
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() < 1024:
        value = str(value)
    if not isinstance(value, str):
        raise EvenhandError(f"`{part}` is {_kind(value)}",
                            hint="write it as text, or as a whole number")
    value = value.strip()
    if len(value) > longest:
        raise EvenhandError(f"`{part}` has {len(value)} characters; at most {longest} are taken",
                            hint=f"is this the right column? --map {part}=COLUMN")
    if part in KEYS:
        _clean(part, value)
        if len(value.encode()) > longest:
            raise EvenhandError(f"`{part}` has {len(value.encode())} bytes in UTF-8; at most "
                                f"{longest} are taken", hint="the store could not find it again")
    if part in NAMED_BY and not value.isprintable():
        bad = next(c for c in value if not c.isprintable())
        raise EvenhandError(f"`{part}` holds U+{ord(bad):04X}, which cannot be printed",
                            hint="what names a post must be readable and writable: remove it")
    return value or None


KEYS = ("id", "version", "author")
"""What the store finds posts by: no NUL, and short enough in UTF-8 for the index of any engine."""

NAMED_BY = ("id", "version")
"""What names a post is printable. All else is as its author chose it: an invisible character in a
display name may not keep a post from being measured."""


def _version(value: object) -> str:
    version = take_name("version", value) or "1"
    if "@" in version:
        raise EvenhandError("`version` holds `@`, which parts an id from its version",
                            hint="name versions 1, 2, 3")
    return version


def take_time(part: str, value: object) -> datetime:
    """The instant in UTC that a value names."""
    if isinstance(value, date) and not isinstance(value, datetime):
        value = value.isoformat()
    try:
        return read_time(value)
    except EvenhandError as wrong:
        raise EvenhandError(f"{part}: {wrong.what}", hint=wrong.hint) from None


def take_language(value: object) -> str | None:
    """A BCP 47 tag; None where it says nothing."""
    tag = take_name("language", value)
    if tag is None or tag.lower() in _NO_LANGUAGE:
        return None
    if not _LANGUAGE.fullmatch(tag):
        raise EvenhandError(f"`{tag[:40]}` is not a language tag",
                            hint="write en, pt-BR, zh-Hant, or leave it empty")
    return tag.replace("_", "-")


def take_links(value: object) -> tuple[str, ...]:
    """The addresses of a list, or of a cell."""
    given = _listed("links", value)
    links: list[str] = []
    for one in given:
        if isinstance(one, Mapping):
            one = one.get("expanded_url") or one.get("url")
        link = take_name("links", one, 8192)
        if link is not None:
            links.append(link)
    return tuple(links)


def take_media(value: object) -> tuple[Media, ...]:
    """The files of a list, or of a cell in JSON."""
    if value is None:
        return ()
    media: list[Media] = []
    for one in _listed("media", value):
        hint = 'write {"kind": "image", "digest": "sha256:64 hex digits", "alt": "words"}'
        if not isinstance(one, Mapping):
            raise EvenhandError(f"a file of media is {_kind(one)}", hint=hint)
        kind, digest, alt = one.get("kind"), one.get("digest"), one.get("alt")
        if kind not in _KINDS:
            raise EvenhandError("a file of media has no kind that is known", hint=hint)
        if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
            raise EvenhandError("a file of media has no digest", hint=hint)
        if alt is not None and not isinstance(alt, str):
            raise EvenhandError(f"the alt text of a file is {_kind(alt)}", hint=hint)
        _clean("media", alt or "")
        media.append(Media(kind=kind, digest=digest, alt=alt or ""))
    return tuple(media)


def _listed(part: str, value: object) -> list[Any]:
    """A list as it is; in a cell of CSV a list is JSON, and links may be parted by spaces."""
    if isinstance(value, (list, tuple)):
        return list(value)
    if isinstance(value, str):
        if not value.lstrip().startswith(("[", "{")):
            if part == "links":
                return list(value.split())
            raise EvenhandError(f"`{part}` is text", hint="write a list in JSON")
        try:
            read = msgspec.json.decode(value)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            raise EvenhandError(f"`{part}` is not a list in JSON",
                                hint='write ["one", "two"]') from None
        return read if isinstance(read, list) else [read]
    raise EvenhandError(f"`{part}` is {_kind(value)}", hint="write a list")


def _decoded(part: str, value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError as wrong:
        raise EvenhandError(f"`{part}` is not UTF-8 at its byte {wrong.start + 1}",
                            hint="write the file again with its texts in UTF-8") from None


def _clean(part: str, value: str) -> None:
    if "\x00" in value:
        raise EvenhandError(f"`{part}` holds a NUL character",
                            hint="remove it: databases and people cannot read past it")
    if not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value):
        raise EvenhandError(f"`{part}` holds half of a surrogate pair",
                            hint="write the character itself, or both halves")


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "yes or no"
    if isinstance(value, (int, float)):
        return "a number" if isinstance(value, float) or value.bit_length() < 1024 else (
            f"a whole number of {value.bit_length()} bits")
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, (list, tuple)):
        return "a list"
    return {"NoneType": "null", "str": "text"}.get(type(value).__name__, type(value).__name__)
