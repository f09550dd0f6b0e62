"""What makes a decision the same decision, and facts the same facts.

A decision's id is the hash of the post's id, its version, the terms digest, the facts digest, the
cause and the decision it supersedes, or none (DESIGN 3): the same cause delivered twice gives one
decision, and a new cause gives a new one.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from operator import attrgetter
from typing import Any

from evenhand.model.decision import Cause
from evenhand.model.factcheck import Match
from evenhand.model.post import PostId
from evenhand.model.signal import Dossier
from evenhand.record.canonical import canonical, digest
from evenhand.record.codec import instant_text, value_to_plain
from evenhand.rulebook.vocabulary import Value

_DECISION = b"evenhand/decision-id/v1\n"
_MATTER = b"evenhand/matter-id/v1\n"


def facts_digest(dossier: Dossier) -> str:
    """The digest of what is known: each fact with its observer, each match with who confirmed it.

    When it was reported counts only as far as it settles which report of a fact prevails: of each
    fact the reports stand in that order. A match is told with all that a condition sees of its
    fact-check, since another list of publishers or ratings would read the same source otherwise,
    and with its probability where the matcher is calibrated. Left out are the spans and what else
    the matcher searched and compared by: they change nothing that a condition can see.
    """
    matches = None if dossier.matches is None else [_told(m) for m in dossier.matches]
    in_order = sorted(dossier.reported, key=attrgetter("name"))
    if len({r.name for r in in_order}) < len(in_order):
        in_order.sort(key=lambda r: (r.name, r.weight))
    reported = b",".join([
        _said(r.name, r.observer, value) if type(value := r.value) is not tuple else
        _said_of(r.name, r.observer, value) for r in in_order])
    # Canonical, as its parts are: `matches` stands before `reported`.
    return digest(b'{"matches":' + canonical(matches) + b',"reported":[' + reported + b"]}")


def _told(match: Match) -> list[Any]:
    check = match.fact_check
    published = None if check.published_at is None else instant_text(check.published_at)
    return [check.key, check.version, check.url, check.rating, list(check.topics), published,
            check.publisher.name, check.publisher.kind, match.by, match.confirmed,
            match.confirmed_by, match.compared.probability if match.compared else None,
            *(() if match.besides is None else (match.besides,))]


def _said_of(name: str, observer: str, value: Value) -> bytes:
    return canonical([name, observer, value_to_plain(value)])


_said = lru_cache(maxsize=2**14, typed=True)(_said_of)
"""The same, kept: most posts have most facts in common. Yes and 1 are two values to it, but not
within a list, so lists are not kept."""


def identify(*, post: PostId, terms: str, facts: str, cause: Cause,
             supersedes: str | None) -> str:
    """The id of a decision: 64 hex digits."""
    body = canonical([post.platform, post.native, post.version, terms, facts,
                      cause.kind.value, cause.id, supersedes])
    return hashlib.sha256(_DECISION + body).hexdigest()


def name_matter(kind: str, token: bytes) -> str:
    """The id of a matter or brake, 64 hex digits, made of a token that nobody can guess.

    Not of what it says: the author of a post sees the id of the report that led to a decision, and
    could try who may have sent it. The same token again is the same matter.
    """
    return hashlib.sha256(_MATTER + canonical([kind, token.hex()])).hexdigest()
