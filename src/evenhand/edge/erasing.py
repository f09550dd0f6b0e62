"""Erases what the store says of a post or an account, unless a legal hold keeps it.

What was said, the keys that open it, whose it was and the digests by which it could be guessed go
in one transaction, with the record that they did; the leaves stay in the log. The letters' files go
after it: whoever erases next finishes what a crash left of them. Whoever waited for an answer
about a post that is gone is told that there will be none.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from evenhand.edge.answering import answer_rest
from evenhand.edge.config import file_shown
from evenhand.edge.courier.letters import folder_of
from evenhand.edge.desk.desk import Desk
from evenhand.edge.ending import Ending
from evenhand.edge.people import MAY_ERASE, acting
from evenhand.edge.platform import Platform
from evenhand.edge.store.batches import erase_from_batches
from evenhand.edge.store.database import StoreError, reading, transaction
from evenhand.edge.store.erased import (
    Account,
    Held,
    brought_by,
    count_posts,
    empty_holds_on,
    empty_matters,
    empty_posts,
    erased_keys,
    erasure_of,
    has_account,
    held_what,
    holds_on,
    keep_hold,
    lifted_by,
    places_of,
    post_decided,
    posts_about,
    posts_of,
)
from evenhand.edge.store.fallen import forget_author
from evenhand.edge.store.matters import Kept, keep
from evenhand.edge.store.matters import matter as find_matter
from evenhand.errors import EvenhandError
from evenhand.model.brake import ErasedRow, Erasure, LegalHold
from evenhand.model.post import PostId
from evenhand.reasons.statement import day_and_time
from evenhand.record.identity import name_matter
from evenhand.record.kinds import ErasureRecord, LegalHoldRecord

AT_ONCE = 500
"""Posts whose rows are looked up together; all of an erasure is one transaction."""

Record = Callable[[Sequence[int], Sequence[ErasedRow], int], Erasure]
"""The record of what was emptied: places of leaves, rows of batches, and of how many posts."""

Progress = Callable[[int, int], None]
"""Called with how many posts were emptied so far, and of how many."""


class HeldByLaw(EvenhandError):
    """A legal hold keeps what should be erased; nothing was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What an erasure came to. `erasure` is its record; that of an earlier one where nothing was
    left to empty, which `before` says. `letters` counts the folders of letters removed, `closed`
    what others had brought that now ends without a decision, `told` how many of them can be told.
    """

    erasure: Erasure | None
    before: bool
    letters: int
    closed: int = 0
    told: int = 0


class _NotSealed(Exception):
    """Something to be emptied has no leaf yet, so that its place could not be told."""


def erase(platform: Platform, *, post: PostId | None = None, account: Account | None = None,
          person: str, legal_basis: str, at: datetime | None = None,
          progress: Progress = lambda _done, _all: None) -> Erased:
    """Erase a post, or an account with all its posts and all that it brought.

    Raises `HeldByLaw` with the hold, or an `EvenhandError` for what is not here; then nothing was
    erased.
    """
    who = acting(platform, person, MAY_ERASE, "erase records")
    _refuse_without_basis(legal_basis)
    now = platform.clock.at(at)
    identity = name_matter("erasure", platform.fresh_key())

    def record(places: Sequence[int], rows: Sequence[ErasedRow], posts: int) -> Erasure:
        return Erasure(id=identity, entries=tuple(places), rows=tuple(rows), posts=posts,
                       legal_basis=legal_basis,
                       by=who.id, at=now, clock=platform.clock.kind)

    while True:
        platform.sequencer.seal()
        ends = Ending(platform, now, account)
        try:
            with transaction(platform.engine) as connection:
                done = (_post(platform, connection, post, record, ends) if post is not None else
                        _account(platform, connection, account, record, progress, ends))
            break
        except StoreError as refused:
            if "a legal hold keeps" not in refused.what:
                raise
            raise HeldByLaw("a legal hold on somebody who brought a matter about it keeps a part "
                            "of it", where="nothing was erased", hint="`evenhand legal-hold "
                            "--lift` ends it, once the law allows") from None
        except _NotSealed:
            # Another process stored it a moment ago; once it is sealed its place can be told.
            continue
        except _NotHere as missing:
            platform.dataset.recover(platform.engine)
            letters = remove_letters(platform)
            if not letters:
                raise missing.told from None
            return Erased(erasure=None, before=True, letters=letters)
    platform.sequencer.seal()
    platform.dataset.recover(platform.engine)
    letters = remove_letters(platform)
    if done is not None:
        # It is done: strikes that fell and letters that wait are seen to now, or by the next run.
        with suppress(EvenhandError):
            Desk(platform).go_on()
    if done is None and post is not None:
        return Erased(erasure=erasure_of(platform.engine, post), before=True, letters=letters)
    return Erased(erasure=done, before=done is None, letters=letters, closed=ends.closed,
                  told=ends.told)


class _NotHere(Exception):
    """Nothing of what should be erased is here."""

    def __init__(self, told: EvenhandError) -> None:
        super().__init__(told.what)
        self.told = told


def _post(platform: Platform, connection: Connection, post: PostId,
          record: Record, ends: Ending) -> Erasure | None:
    """Empty one post; None where it was empty before."""
    known = platform.store.known_posts([post])
    if post not in known:
        raise EvenhandError(f"there is no post `{post}`", hint="name it platform:id@version, as "
                            "`evenhand show` does; nothing was erased")
    _refuse_held(holds_on(connection, [post], None))
    keys = empty_posts(connection, [post], ends.now, partial(ends.end, connection))
    answer_rest(platform, connection, [post], ends.now)
    new = known[post] != ""
    if not new and not keys:
        return None
    return _keep(platform, connection, record, keys, [post] if new else [])


def _account(platform: Platform, connection: Connection, account: Account | None,
             record: Record, progress: Progress,
             ends: Ending) -> Erasure:
    """Empty all posts of an account and all that it brought."""
    if account is None or not account[1]:
        raise EvenhandError("it is not said what to erase", hint="name a post, or --account ID")
    if not has_account(connection, account):
        raise _NotHere(EvenhandError(
            f"nothing here is of the account `{account[1]}` of {account[0]}",
            hint="write its id as the platform does; what was erased names nobody any more"))
    _refuse_held(holds_on(connection, [], account))
    total, posts, keys = count_posts(connection, account), list[PostId](), list[str]()
    while part := posts_of(connection, account, AT_ONCE):
        _refuse_held(holds_on(connection, part, None))
        keys += empty_posts(connection, part, ends.now, partial(ends.end, connection))
        answer_rest(platform, connection, part, ends.now)
        posts += part
        progress(len(posts), total)
    while matters := brought_by(connection, account, AT_ONCE):
        _refuse_held(holds_on(connection, posts_about(connection, matters), None))
        keys += empty_matters(connection, matters)
    keys += empty_holds_on(connection, account)
    forget_author(connection, account)
    return _keep(platform, connection, record, keys, posts)


def _keep(platform: Platform, connection: Connection,
          record: Record, keys: Sequence[str],
          posts: Sequence[PostId]) -> Erasure:
    places = places_of(connection, keys)
    if places is None:
        raise _NotSealed
    rows = erase_from_batches(connection, posts)
    erasure = record(places, rows, len(posts))
    keep(connection, ErasureRecord(erasure=erasure), Kept(
        id=erasure.id, at=erasure.at, posts=tuple(posts)), platform.fresh_key())
    return erasure


def _refuse_held(holds: Sequence[Held]) -> None:
    if not holds:
        return
    first, more = holds[0], len(holds) - 1
    also = f", and {more} more" if more else ""
    raise HeldByLaw(
        f"legal hold {first.id[:16]} keeps {first.what} since {day_and_time(first.since)}, "
        f"for: {first.legal_basis}{also}", where="nothing was erased",
        hint=f"`evenhand legal-hold --lift {first.id[:16]}` ends it, once the law allows")


def _refuse_without_basis(legal_basis: str) -> None:
    if not legal_basis.strip():
        raise EvenhandError("no legal basis is given", where="--because",
                            hint="name the law or the proceeding, for example `Art. 17 GDPR`")


def remove_letters(platform: Platform) -> int:
    """Remove the letters of everything that was erased, now or before; return how many folders."""
    folder, removed = platform.config.letters, 0
    for key in erased_keys(platform.engine):
        name = folder_of(key, key.partition(":")[2])
        try:
            shutil.rmtree(folder / name)
            removed += 1
        except FileNotFoundError:
            continue
        except OSError as refused:
            raise StoreError(
                f"a letter cannot be removed: {refused.strerror}",
                where=str(file_shown(folder / name)), hint="the store is erased; run this again "
                "when the folder can be written") from None
    return removed


def post_named(platform: Platform, what: str) -> PostId:
    """The post of this name, in full or by its id alone, also where it was erased."""
    store = platform.store
    found = store.find_posts(what)
    if not found and ":" in what:
        # An id may hold colons and an at sign of its own: at://..., user@host.
        named, (on, _, native) = PostId.parse(what), what.partition(":")
        if store.known_posts([named]):
            return named
        found = store.find_posts(native) if on == platform.config.platform else ()
    if len(found) == 1:
        return found[0]
    if not found and len(what) >= 4 and (decisions := store.find_decisions(what.lower())):
        raise EvenhandError(f"`{what}` is a decision, not a post",
                            hint=f"name the post: {post_decided(platform.engine, decisions[0])}")
    raise EvenhandError(f"`{what}` names {'several posts' if found else 'no post'}",
                        hint="write one of: " + ", ".join(map(str, found)) if found else
                        "write a post as platform:id@version, as `evenhand show` does")


def account_named(platform: Platform, what: str) -> Account:
    """The account of this id on the platform, or `PLATFORM:ID` of another that is known here."""
    own, (on, colon, rest) = (platform.config.platform, what), what.partition(":")
    with reading(platform.engine) as connection:
        if colon and not has_account(connection, own) and has_account(connection, (on, rest)):
            return (on, rest)
    return own


def hold(platform: Platform, *, post: PostId | None = None, account: Account | None = None,
         person: str, legal_basis: str, at: datetime | None = None) -> LegalHold:
    """Keep the records of a post or an account for a proceeding; sealed as a record of its own."""
    who = acting(platform, person, MAY_ERASE, "hold records")
    _refuse_without_basis(legal_basis)
    made = LegalHold(
        id=name_matter("legal-hold", platform.fresh_key()), post=post, account=account,
        legal_basis=legal_basis, by=who.id, at=platform.clock.at(at), clock=platform.clock.kind)
    with transaction(platform.engine) as connection:
        if post is not None:
            known = platform.store.known_posts([post])
            if post not in known:
                raise EvenhandError(f"there is no post `{post}`", hint="nothing is held; name it "
                                    "platform:id@version")
            if not known[post]:
                raise EvenhandError(f"the post `{post}` was erased", hint="nothing is left of it "
                                    "that could be held")
        elif account is None or not account[1] or not has_account(connection, account):
            named = f"`{account[1]}` of {account[0]}" if account else "meant"
            raise EvenhandError(f"nothing here is of the account {named}",
                                hint="nothing is held; write its id as the platform does")
        _keep_hold(platform, connection, made)
    platform.sequencer.seal()
    return made


def lift(platform: Platform, prefix: str, *, person: str, legal_basis: str,
         at: datetime | None = None) -> LegalHold:
    """End a legal hold; what it kept may be erased from then on."""
    who = acting(platform, person, MAY_ERASE, "lift a hold")
    _refuse_without_basis(legal_basis)
    found = find_matter(platform.engine, prefix, called="legal hold",
                        listed="`evenhand legal-hold` told them when it was made")
    record = found.record
    if not isinstance(record, LegalHoldRecord) or record.hold.lifts is not None:
        raise EvenhandError(f"`{found.id[:16]}` is no legal hold",
                            hint="write the first digits that `evenhand legal-hold` told")
    held = record.hold
    made = LegalHold(
        id=name_matter("legal-hold", platform.fresh_key()), post=held.post, account=held.account,
        legal_basis=legal_basis, lifts=held.id, by=who.id, at=platform.clock.at(at),
        clock=platform.clock.kind)
    with transaction(platform.engine) as connection:
        if lifted_by(connection, held.id) is not None:
            raise EvenhandError(f"legal hold {held.id[:16]} on {held_what(held)} was lifted before",
                                hint="nothing is left to lift")
        _keep_hold(platform, connection, made)
    platform.sequencer.seal()
    return made


def _keep_hold(platform: Platform, connection: Connection, made: LegalHold) -> None:
    keep(connection, LegalHoldRecord(hold=made), Kept(id=made.id, at=made.at),
         platform.fresh_key())
    keep_hold(connection, made)
