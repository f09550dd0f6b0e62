"""What was said, and who said it.

A post is named by its platform, the platform's own id and the version of the post, so that posts
of several platforms live together and an edited post is another thing to measure.

>>> str(PostId(platform="agora", native="17", version="1"))
'agora:17@1'
>>> PostId.parse("agora:17@1") == PostId(platform="agora", native="17", version="1")
True
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from evenhand.errors import EvenhandError
from evenhand.model.audience import mark
from evenhand.rulebook.vocabulary import Value


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class PostId:
    """The lasting name of one version of one post. `version` is "1" where the platform has none."""

    platform: str = mark("public")
    native: str = mark("author")
    version: str = mark("author", default="1")

    def __post_init__(self) -> None:
        """Refuse a name that could be read as another post's."""
        if not (self.platform and self.native and self.version):
            raise EvenhandError(f"`{self}` is not the name of a post",
                                hint="platform, id and version each have at least one character")
        if ":" in self.platform or "@" in self.version:
            raise EvenhandError(f"`{self}` could be read as the name of another post",
                                hint="a platform's name holds no `:`, and a version no `@`")

    def __str__(self) -> str:
        """`platform:native@version`."""
        return f"{self.platform}:{self.native}@{self.version}"

    @classmethod
    def parse(cls, text: str) -> PostId:
        """Read `platform:native[@version]`; the version defaults to "1".

        What follows the last `@` is the version: an id that holds one is written with its version.
        """
        platform, colon, rest = text.partition(":")
        native, at, version = rest.rpartition("@")
        if not at:
            native, version = rest, "1"
        if not (platform and colon and native and version):
            raise EvenhandError(f"`{text}` is not the name of a post",
                                hint="write platform:id or platform:id@version")
        return cls(platform=platform, native=native, version=version)


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """An image, video or audio file of a post. `digest` is `sha256:` and 64 hex digits."""

    kind: Literal["image", "video", "audio", "other"] = mark("author")
    digest: str = mark("author")
    alt: str = mark("author", default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who said it. `created_at` is None where the platform did not say."""

    platform: str = mark("public")
    id: str = mark("author")
    name: str = mark("author", default="")
    created_at: datetime | None = mark("author", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """A fact that the platform brought with a post, under the name that it declared.

    `value` is None where what was brought is no value of the declared type; `why` says so then.
    """

    name: str = mark("author")
    value: Value | None = mark("author")
    why: str = mark("author", default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One version of a post as it was made.

    `made_at` is UTC. Where the platform gave no time it is the time of arrival, and `made_at_is`
    says so (DESIGN 4). `language` is a BCP 47 tag or None. `links` are the addresses in it.
    `brought` is what the platform knew of it when it came in, in the order of names: facts of every
    audience, and of them what the author may see stands in the statement.
    """

    id: PostId = mark("author")
    author: Account = mark("author")
    text: str = mark("author")
    made_at: datetime = mark("author")
    made_at_is: Literal["stated", "arrival"] = mark("author", default="stated")
    language: str | None = mark("author", default=None)
    url: str | None = mark("author", default=None)
    links: tuple[str, ...] = mark("author", default=())
    media: tuple[Media, ...] = mark("author", default=())
    reply_to: str | None = mark("author", default=None)
    brought: tuple[Brought, ...] = mark("regulator", default=())
