"""Nouns as the rows of the store, and a post read back from one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from itertools import repeat
from json.encoder import encode_basestring
from typing import Any

import msgspec
from sqlalchemy import Row

from evenhand.case import Settled
from evenhand.edge.brought_columns import BroughtColumns
from evenhand.edge.posts import Posts
from evenhand.edge.store.database import StoreError, to_us
from evenhand.model.decision import SetAsideBecause
from evenhand.model.post import Brought, Post
from evenhand.model.signal import Dossier, Reported, Suggestion
from evenhand.record.canonical import digest
from evenhand.record.codec import from_plain, instant_text, to_plain
from evenhand.record.written import written
from evenhand.rulebook.finding import Answer, Finding
from evenhand.rulebook.vocabulary import Value


def post_bytes(post: Post) -> bytes:
    """A post as the store keeps it: JSON, canonical but for floats, which stay floats."""
    body: bytes = post_row(post)["body"]
    return body


def post_digest(post: Post) -> str:
    """The digest by which a post is known again: who said what, when and where.

    The time of a post without a time is that of its arrival, which differs from run to run; what an
    account is called may change without its posts, and what the platform knows of a post changes
    by the minute: all three are left out.
    """
    digest: str = post_row(post)["digest"]
    return digest


def post_row(post: Post) -> Mapping[str, Any]:
    """The row of a post."""
    [row] = post_rows(Posts.of([post]))
    return row


def post_rows(posts: Posts) -> list[dict[str, Any]]:
    """The rows of the posts of a batch; no object need be made of any.

    Body and digest are made of the same parts; a test holds them to what the noun is as JSON.
    """
    rows = []
    for i, (platform, native, version, author, at, brought) in enumerate(zip(
            posts.platforms, posts.natives, posts.versions, posts.authors, posts.made_at,
            _brought(posts), strict=True)):
        on, of, links, media = _text(platform), _text(author), posts.links[i], posts.media[i]
        born = "null" if (made := posts.created[i]) is None else f'"{instant_text(made)}"'
        account = (f'{{"created_at":{born},"id":{of},"name":{_text(posts.names[i])},'
                   f'"platform":{on}}}')
        before = (f'"id":{{"native":{_text(native)},"platform":{on},"version":{_text(version)}}},'
                  f'"language":{_or_null(posts.languages[i])},'
                  f'"links":[{",".join(map(_text, links)) if links else ""}],')
        dated = f'"made_at":"{instant_text(at)}",'
        after = (f'"made_at_is":"{posts.made_at_is[i]}",'
                 f'"media":[{",".join(map(_written, media)) if media else ""}],'
                 f'"reply_to":{_or_null(posts.replies_to[i])},'
                 f'"text":{_text(posts.texts[i])},"url":{_or_null(posts.urls[i])}}}')
        known_by = dated if posts.made_at_is[i] == "stated" else ""
        rows.append({
            "platform": platform, "native": native, "version": version, "author": author,
            "made_at": to_us(at),
            "digest": digest(f'{{"author":{of},{before}{known_by}{after}'.encode()),
            "body": f'{{"author":{account},"brought":[{brought}],{before}{dated}{after}'.encode()})
    return rows


_text = encode_basestring


def _or_null(text: str | None) -> str:
    return "null" if text is None else _text(text)


def _written(noun: Any) -> str:
    return written(noun).decode()


def _brought(posts: Posts) -> Iterable[str]:
    """What was brought with each post, written: of columns no object is made."""
    if posts.brought is None:
        return repeat("", len(posts))
    if not isinstance(posts.brought, BroughtColumns):
        return [",".join([_one_brought(one.name, one.value, one.why) for one in some])
                for some in posts.brought]
    if any(posts.brought.whys.values()):
        return [",".join([_one_brought(*one) for one in posts.brought.said(i)])
                for i in range(len(posts))]
    columns = [map(_one_brought if any(type(v) is tuple for v in values) else _one_kept,
                   repeat(name), values, repeat(""))
               for name, values in posts.brought.values.items()]
    return [",".join(filter(None, row)) for row in zip(*columns, strict=True)]


def _one_brought_of(name: str, value: Value | None, why: str) -> str:
    if value is None and not why:
        return ""
    return msgspec.json.encode(to_plain(Brought(name=name, value=value, why=why))).decode()


# To it yes and 1 are two values, but not within a list: lists are not kept.
_one_kept = lru_cache(maxsize=2**14, typed=True)(_one_brought_of)


def _one_brought(name: str, value: Value | None, why: str) -> str:
    if type(value) is tuple:
        return _one_brought_of(name, value, why)
    return _one_kept(name, value, why)


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
        _reported_of(r.name, r.value, r.observer, r.at, r.suggested) if type(r.value) is tuple else
        _reported(r.name, r.value, r.observer, r.at, r.suggested) for r in dossier.reported]
    return msgspec.json.encode(plain)


def _reported_of(name: str, value: Value, observer: str, at: datetime | None,
                 suggested: Suggestion | None) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(to_plain(Reported(
        name=name, value=value, observer=observer, at=at, suggested=suggested))))


# To it yes and 1 are two values, but not within a list: lists are not kept.
_reported = lru_cache(maxsize=2**14, typed=True)(_reported_of)


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
