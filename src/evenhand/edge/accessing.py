"""Hands out what is sealed, and has the public log tell of it first.

Whoever works on a post sees of it what that needs, and nothing is logged. Everything beyond it (an
export of all that is sealed, what is sealed about one post with who brought it and the keys) is
opened by an administrator, on a ground said in words. The entry is under a signed head before the
first byte is read: an access that then came to nothing is told all the same, and none is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from evenhand.edge.desk.desk import instant_of
from evenhand.edge.export.writing import Exported, Progress, export, refuse_folder
from evenhand.edge.people import MAY_OPEN, acting
from evenhand.edge.platform import Platform
from evenhand.edge.store.database import StoreError, reading, transaction
from evenhand.edge.store.matters import Kept, keep
from evenhand.edge.store.openings import Sealed, about_post, versions_of
from evenhand.edge.store.story import places_of
from evenhand.errors import EvenhandError
from evenhand.factcheck.words import length_in_words
from evenhand.model.brake import Access, AccessTo
from evenhand.model.post import PostId
from evenhand.record.identity import name_matter
from evenhand.record.kinds import AccessRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An access, and the place of its entry in the log."""

    access: Access
    entry: int


def export_sealed(platform: Platform, folder: Path, *, person: str, words: str,
                  at: datetime | None = None, progress: Progress = lambda _done, _all: None
                  ) -> tuple[Exported, Opened]:
    """Write a sealed export, whose log ends with the entry that says it was handed out, or holds
    it."""
    refuse_folder(platform, folder, sealed=True)
    opened = _sealed(platform, "sealed export", person, words, at)
    return export(platform, folder, sealed=True, progress=progress), opened


def open_post(platform: Platform, post: PostId, *, person: str, words: str,
              at: datetime | None = None) -> tuple[Sequence[Sealed], Opened]:
    """What is sealed about a post in all its versions, with the keys, in the order of the log."""
    opened = _sealed(platform, "records of a post", person, words, at, post)
    with reading(platform.engine) as connection:
        return about_post(connection, post), opened


def _sealed(platform: Platform, to: AccessTo, person: str, words: str, at: datetime | None,
            post: PostId | None = None) -> Opened:
    who = acting(platform, person, MAY_OPEN, "hand out what is sealed")
    if length_in_words(words) < 2:
        raise EvenhandError("nothing sealed is handed out without a ground", where="--because",
                            hint="say to whom and on what ground, for example `to the Regional "
                            "Court of Example, order 7 C 12/26`; only auditors and courts read it")
    access = Access(id=name_matter("access", platform.fresh_key()), to=to, post=post, words=words,
                    by=who.id, at=instant_of(platform, at), clock=platform.clock.kind)
    with transaction(platform.engine) as connection:
        about = keep(connection, AccessRecord(access=access), Kept(
            id=access.id, at=access.at,
            posts=() if post is None else versions_of(connection, post)), platform.fresh_key())
    platform.sequencer.seal()
    entry = places_of(platform.engine, [about]).get(about)
    if entry is None:
        raise StoreError("the entry that tells of this access was not sealed",
                         hint="nothing was handed out; call it again")
    return Opened(access=access, entry=entry)
