"""The posts of a batch column by column; an object is made only of a post that needs one.

>>> from datetime import UTC, datetime
>>> from evenhand.model.post import Account, Post, PostId
>>> post = Post(id=PostId(platform="agora", native="17"), text="hello", language="en",
...             author=Account(platform="agora", id="ada"),
...             made_at=datetime(2020, 5, 26, tzinfo=UTC))
>>> posts = Posts.of([post])
>>> len(posts), posts.texts, posts.post(0) == post
(1, ['hello'], True)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Literal

from evenhand.edge.brought_columns import BroughtColumns
from evenhand.model.post import Account, Brought, Media, Post, PostId


@dataclass(frozen=True, slots=True, kw_only=True)
class Posts:
    """Posts as columns, all of one length; each column is a field of `model.post.Post`.

    `names` and `created` are of the author's account. `brought` is None where nothing was brought
    with any of them. `objects` are the posts that were objects before, where they were, so that
    none is made twice.
    """

    platforms: Sequence[str]
    natives: Sequence[str]
    versions: Sequence[str]
    authors: Sequence[str]
    names: Sequence[str]
    created: Sequence[datetime | None]
    texts: Sequence[str]
    made_at: Sequence[datetime]
    made_at_is: Sequence[Literal["stated", "arrival"]]
    languages: Sequence[str | None]
    urls: Sequence[str | None]
    links: Sequence[tuple[str, ...]]
    media: Sequence[tuple[Media, ...]]
    replies_to: Sequence[str | None]
    brought: Sequence[tuple[Brought, ...]] | None = None
    objects: Sequence[Post] | None = None

    @classmethod
    def of(cls, posts: Iterable[Post]) -> Posts:
        """The columns of these posts, in their order."""
        posts = list(posts)
        return cls(
            platforms=[p.id.platform for p in posts], natives=[p.id.native for p in posts],
            versions=[p.id.version for p in posts], authors=[p.author.id for p in posts],
            names=[p.author.name for p in posts], created=[p.author.created_at for p in posts],
            texts=[p.text for p in posts], made_at=[p.made_at for p in posts],
            made_at_is=[p.made_at_is for p in posts], languages=[p.language for p in posts],
            urls=[p.url for p in posts], links=[p.links for p in posts],
            media=[p.media for p in posts], replies_to=[p.reply_to for p in posts],
            brought=[p.brought for p in posts], objects=posts)

    def __len__(self) -> int:
        """How many posts there are."""
        return len(self.texts)

    def dated(self, nows: Sequence[datetime]) -> Posts:
        """The same posts; those without a time of their own were made when they arrived."""
        if "arrival" not in self.made_at_is:
            return self
        return replace(self, objects=None, made_at=[
            now if at_is == "arrival" else at
            for at, at_is, now in zip(self.made_at, self.made_at_is, nows, strict=True)])

    def id(self, i: int) -> PostId:
        """The name of the post at a place."""
        return PostId(platform=self.platforms[i], native=self.natives[i],
                      version=self.versions[i])

    def take(self, places: Sequence[int]) -> Posts:
        """The posts at some places, in this order."""
        if len(places) == len(self) and list(places) == list(range(len(self))):
            return self
        taken: dict[str, Any] = {}
        for one in fields(self):
            column = getattr(self, one.name)
            taken[one.name] = (column.take(places) if isinstance(column, BroughtColumns)
                               else None if column is None else [column[i] for i in places])
        return Posts(**taken)

    def post(self, i: int) -> Post:
        """The post at a place, as an object."""
        if self.objects is not None:
            return self.objects[i]
        platform = self.platforms[i]
        return Post(
            id=PostId(platform=platform, native=self.natives[i], version=self.versions[i]),
            author=Account(platform=platform, id=self.authors[i], name=self.names[i],
                           created_at=self.created[i]),
            text=self.texts[i], made_at=self.made_at[i], made_at_is=self.made_at_is[i],
            language=self.languages[i], url=self.urls[i], links=self.links[i],
            media=self.media[i], reply_to=self.replies_to[i],
            brought=() if self.brought is None else self.brought[i])
