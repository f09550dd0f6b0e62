"""Nouns as the rows of the store, and a post read back from one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import Row

from evenhand.case import Settled
from evenhand.edge.brought_columns import BroughtColumns
from evenhand.edge.posts import Posts
from evenhand.edge.store.database import StoreError, to_us
from evenhand.model.decision import SetAsideBecause
from evenhand.model.post import Brought, Post
from evenhand.model.signal import Dossier, Reported
from evenhand.record.canonical import digest
from evenhand.record.codec import from_plain, instant_text, to_plain
from evenhand.rulebook.finding import Answer, Finding
from evenhand.rulebook.vocabulary import Value


def post_bytes(post: Post) -> bytes:
    """A post as the store keeps it: JSON, its keys in the order of the noun's fields."""
    return msgspec.json.encode(to_plain(post))


def post_digest(post: Post) -> str:
    """The digest by which a post is known again: who said what, when and where.

    The time of a post without a time is that of its arrival, which differs from run to run; what an
    account is called may change without its posts, and what the platform knows of a post changes
    by the minute: all three are left out.
    """
    return _digest(post, to_plain(post))


def _digest(post: Post, plain: dict[str, Any]) -> str:
    said = plain | {"author": post.author.id}
    del said["brought"]
    if post.made_at_is == "arrival":
        del said["made_at"]
    return digest(msgspec.json.encode(said, order="deterministic"))


def post_row(post: Post) -> Mapping[str, Any]:
    """The row of a post."""
    plain = to_plain(post)
    return {"platform": post.id.platform, "native": post.id.native, "version": post.id.version,
            "author": post.author.id, "made_at": to_us(post.made_at),
            "digest": _digest(post, plain), "body": msgspec.json.encode(plain)}


def arrived_row(posts: Posts, i: int) -> dict[str, Any]:
    """The twin of `post_row` for a post among many, of which no object need be made."""
    plain = {
        "id": {"platform": posts.platforms[i], "native": posts.natives[i],
               "version": posts.versions[i]},
        "author": {"platform": posts.platforms[i], "id": posts.authors[i], "name": posts.names[i],
                   "created_at": None if (made := posts.created[i]) is None
                   else instant_text(made)},
        "text": posts.texts[i], "made_at": instant_text(posts.made_at[i]),
        "made_at_is": posts.made_at_is[i], "language": posts.languages[i], "url": posts.urls[i],
        "links": posts.links[i],
        "media": [to_plain(one) for one in posts.media[i]] if posts.media[i] else (),
        "reply_to": posts.replies_to[i],
        "brought": _brought(posts, i)}
    said = plain | {"author": posts.authors[i]}
    del said["brought"]
    if posts.made_at_is[i] == "arrival":
        del said["made_at"]
    return {"platform": posts.platforms[i], "native": posts.natives[i],
            "version": posts.versions[i], "author": posts.authors[i],
            "made_at": to_us(posts.made_at[i]),
            "digest": digest(msgspec.json.encode(said, order="deterministic")),
            "body": msgspec.json.encode(plain)}


def _brought(posts: Posts, i: int) -> Sequence[Any]:
    """What was brought with a post, plain: of columns no object is made."""
    if posts.brought is None:
        return ()
    if isinstance(posts.brought, BroughtColumns):
        return [_plain_of(*one) if type(one[1]) is tuple else _plain(*one)
                for one in posts.brought.said(i)]
    return [to_plain(one) for one in posts.brought[i]]


def _plain_of(name: str, value: Value | None, why: str) -> Any:
    return to_plain(Brought(name=name, value=value, why=why))


# To it yes and 1 are two values, but not within a list: lists are not kept.
_plain = lru_cache(maxsize=2**14, typed=True)(_plain_of)


def read_post(row: Row[*tuple[Any, ...]]) -> Post | None:
    """The post in a row that begins with its id; None where it was erased."""
    if not row.body:
        return None
    try:
        return from_plain(Post, msgspec.json.decode(row.body))
    except (msgspec.DecodeError, UnicodeError):
        raise StoreError(f"the stored post `{row.platform}:{row.native}@{row.version}` is damaged",
                         hint="bring back a copy of the store, and do not sign with an older one "
                         "than the published checkpoint") from None


def _numbers(findings: Iterable[Finding], answer: Answer) -> str:
    return " ".join(f.provision for f in findings if f.answer is answer)


def _facts(dossier: Dossier) -> bytes:
    """The bytes of a dossier: those of each report are kept, since most posts share most of them.
    """
    plain = to_plain(replace(dossier, reported=()))
    plain["reported"] = [
        _written_of(r.name, r.value, r.observer, r.at) if type(r.value) is tuple else
        _written(r.name, r.value, r.observer, r.at) for r in dossier.reported]
    return msgspec.json.encode(plain)


def _written_of(name: str, value: Value, observer: str, at: datetime | None) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(to_plain(
        Reported(name=name, value=value, observer=observer, at=at))))


# To it yes and 1 are two values, but not within a list: lists are not kept.
_written = lru_cache(maxsize=2**14, typed=True)(_written_of)


def measurement_row(settled: Settled, lies: tuple[int, int] | None = None) -> Mapping[str, Any]:
    """The row of what was measured of a post for one cause.

    Of its arrival `lies` tells the batch and the place where its row lies.
    """
    post = settled.post.id
    return {"platform": post.platform, "native": post.native, "version": post.version,
            "cause": settled.cause.kind.value, "cause_id": settled.cause.id,
            "terms": settled.terms, "facts_digest": settled.facts_digest,
            "facts": _facts(settled.dossier),
            "holds": _numbers(settled.findings, Answer.HOLDS),
            "undetermined": _numbers(settled.findings, Answer.UNDETERMINED),
            "at": to_us(settled.at), "batch": lies and lies[0], "place": lies and lies[1]}


def decision_row(settled: Settled) -> Mapping[str, Any]:
    """The row of a decision, with its record and the key of its commitment."""
    assert settled.sealable is not None, "only what was decided is a decision"
    decision = settled.sealable.record.decision
    return {"id": decision.id, "platform": decision.post.platform,
            "native": decision.post.native, "version": decision.post.version,
            "author": settled.post.author.id, "terms": decision.terms,
            "cause": decision.cause.kind.value, "decider": decision.decider.kind,
            "outcome": decision.outcome.value, "at": to_us(decision.at),
            "supersedes": decision.supersedes, "record": settled.sealable.written,
            "key": settled.sealable.key}


def action_rows(settled: Settled) -> Iterator[Mapping[str, Any]]:
    """The actions that a decision takes, each with its ground."""
    decision = settled.decision
    assert decision is not None, "only a decision acts"
    for n, action in enumerate(decision.actions):
        cited = action.ground.citation
        yield {"decision": decision.id, "n": n, "kind": action.kind.value, "name": action.name,
               "effect": action.effect.value, "terms": cited.digest, "number": cited.number,
               "at": to_us(decision.at),
               "ends_at": to_us(action.ends_at) if action.ends_at else None}


def question_rows(settled: Settled) -> Iterator[Mapping[str, Any]]:
    """The questions that a decision leaves to a reviewer."""
    decision = settled.decision
    assert decision is not None, "only a decision asks"
    for n, ask in enumerate(decision.asks):
        cited = ask.ground.citation
        yield {"decision": decision.id, "n": n, "terms": cited.digest, "number": cited.number,
               "because": ask.because.value, "missing": " ".join(ask.missing),
               "due_at": to_us(ask.due_at) if ask.due_at else None}


def set_aside_rows(settled: Settled) -> Iterator[Mapping[str, Any]]:
    """The clauses that are set aside for a post by its decision, or by one before.

    Of what was reinstated only while the finding stands: that is what its row says.
    """
    decision = settled.decision
    assert decision is not None, "only a decision sets aside"
    for n, aside in enumerate(decision.set_aside):
        if aside.because is SetAsideBecause.REINSTATED and aside.ground not in decision.grounds:
            continue
        cited = aside.ground.citation
        yield {"decision": decision.id, "n": n, "terms": cited.digest, "number": cited.number,
               "because": aside.because.value, "matter": aside.matter}
