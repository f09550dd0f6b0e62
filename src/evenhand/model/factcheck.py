"""A published fact-check of a claim, and the match that ties one to a post.

A Claim is a statement in circulation; a FactCheck is somebody's published review of it, with a
rating. Versions are appended and never overwritten. A match proposes; a person or an exact key
confirms.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from evenhand.model.audience import mark
from evenhand.model.post import PostId

Rating = Literal["true", "mostly true", "mixed", "misleading", "unsupported", "false", "satire",
                 "unrated"]
"""The platform's own scale. A publisher's words that the scale does not know are `unrated`,
and an unrated fact-check never attaches by rule (reference: factcheck, section 12)."""

SpeakerKind = Literal["fact-checker", "platform", "crowd", "unlisted"]
"""Who speaks: the law treats them differently, so the record must (DESIGN 2.7). `unlisted` is a
publisher that the platform has not put on its list: nobody here vouches that it checks facts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accreditation:
    """That somebody outside vouches for a publisher: who, from when until when, on what ground.

    `since` and `until` are midnights in UTC; `until` is the first day on which it no longer holds,
    None while it lasts. `funding` is what the publisher declares to live on.
    """

    by: str = mark("public")
    since: datetime = mark("public")
    until: datetime | None = mark("public", default=None)
    ground: str = mark("public")
    funding: str | None = mark("public", default=None)

    def holds_at(self, instant: datetime) -> bool:
        """Whether it holds at an instant."""
        return self.since <= instant and (self.until is None or instant < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """Who publishes a fact-check. `domain` is the host of the page, lower case, without `www.`.

    `accreditations` are those that the operator had on record when the fact-check was read: they
    are kept with whatever relies on it.
    """

    name: str = mark("public")
    domain: str = mark("public")
    kind: SpeakerKind = mark("public")
    accreditations: tuple[Accreditation, ...] = mark("public", default=())


CheckState = Literal["withdrawn", "superseded"]
"""What a fact-check can be that speaks to no post any more. Without a state, it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """That a fact-check stands no more: since when, why, and which one has taken its place.

    `superseded_by` is the key of that one, None where it was only taken back. `word` is the id of
    the record in which a person said so (`CheckWord`).
    """

    state: CheckState = mark("public")
    because: str = mark("public")
    at: datetime = mark("public")
    superseded_by: str | None = mark("public", default=None)
    word: str = mark("public")


@dataclass(frozen=True, slots=True, kw_only=True)
class FactCheck:
    """One version of one published fact-check.

    `key` is the SHA-256 in hex (first 32 digits) of publisher domain, URL with its anchor and
    claim text; `version` is the SHA-256 in hex (first 16 digits) of its raw source, so that a
    changed page is a new version of the same key. `appearances` are addresses where the claim
    was seen, normalised: the exact key before any similarity; `files` are the digests (`sha256:`
    and 64 hex digits) of pictures, videos and sounds in which it was. Instants are UTC; None is
    unknown.
    `reviews` says whether it is a ClaimReview or a MediaReview, whose `rating_words` are the
    category of the media. `withdrawn` is None while it stands.
    """

    key: str = mark("public")
    version: str = mark("public")
    publisher: Publisher = mark("public")
    url: str = mark("public")
    title: str = mark("public")
    claim: str = mark("public")
    claim_by: str | None = mark("public")
    rating: Rating = mark("public")
    rating_words: str = mark("public")
    topics: tuple[str, ...] = mark("public")
    language: str | None = mark("public")
    appearances: tuple[str, ...] = mark("public")
    published_at: datetime | None = mark("public")
    retrieved_at: datetime = mark("public")
    files: tuple[str, ...] = mark("public", default=())
    reviews: Literal["claim", "media"] = mark("public", default="claim")
    withdrawn: Withdrawn | None = mark("public", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckWord:
    """What a person says of a fact-check: that it is withdrawn or superseded, or that it `stands`
    though its page is gone, or again.

    `key` and `url` name the fact-check, `words` say why, `by` is the person's id.
    """

    id: str = mark("public")
    key: str = mark("public")
    url: str = mark("public")
    state: Literal["withdrawn", "superseded", "stands"] = mark("public")
    superseded_by: str | None = mark("public", default=None)
    words: str = mark("public")
    by: str = mark("regulator")
    at: datetime = mark("public")
    clock: Literal["live", "replayed"] = mark("public")


ExactKey = Literal["appearance", "exact text"]
"""A key by which a post repeats a claim, without a judgement of likeness."""

MatchedBy = Literal[ExactKey, "confirmed pair", "confirmed copy", "proposal"]

ConfirmedFor = Literal["this post", "all copies"]
"""Of what a person says that a fact-check speaks to it, or does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Through which fact-checks, and by what, those were looked for that speak to a post, so that
    the search can be made again, also where it found none.

    `matcher`, `claims`, `model` and `learned` are digests: of the matcher's version and its
    libraries, of all fact-checks that it looked through, of the sentence model and of the learned
    weights, None where there is none. `told` is the number of the last version of a fact-check that
    had been told to the platform when the search was laid out: a run does not know of what comes
    in meanwhile. `threshold` is what a fact-check's probability, or else the
    share, had to reach; None where likeness was not looked at, without the extra `[match]`.
    """

    matcher: str = mark("public")
    claims: str = mark("public")
    told: int = mark("public", default=0)
    model: str | None = mark("public", default=None)
    learned: str | None = mark("public", default=None)
    threshold: float | None = mark("public")


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """How a fact-check was found to be like a post.

    `likenesses` are told by name; `share` is the share of the claim's weight in words that the
    post holds. `score` is what it was ranked by, `probability` the calibrated one that it speaks
    to the post, None until the matcher was calibrated. By what it was compared the `Search` says.
    """

    likenesses: tuple[tuple[str, float], ...] = mark("researcher")
    share: float | None = mark("researcher", default=None)
    score: float = mark("researcher")
    probability: float | None = mark("public", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A fact-check that speaks, or may speak, to a post.

    `confirmed` is True or False when an exact key or a person said so, None when it is only
    proposed. `confirmed_by` is a person's id, or the exact key's name; `confirmed_of` is the post
    of which they said it, where this one is a copy of it (`confirmed copy`). `besides` is
    the exact key that confirms it besides the person who does. `compared` says how likeness found
    it, where it did: of that only the probability is a fact of a condition (DESIGN 4).
    """

    fact_check: FactCheck = mark("public")
    by: MatchedBy = mark("public")
    confirmed: bool | None = mark("public")
    confirmed_by: str | None = mark("regulator", default=None)
    confirmed_at: datetime | None = mark("public", default=None)
    confirmed_of: PostId | None = mark("regulator", default=None)
    besides: ExactKey | None = mark("public", default=None)
    compared: Compared | None = mark("public", default=None)
