"""What a MediaReview says: a review of a picture, a video or a sound, and whether it is genuine.

schema.org calls its definition a work in progress, and a category says what was done to the media,
never whether a claim is true. So a MediaReview is kept and shown, and it is `unrated` (it attaches
to no post by rule) until an operator maps the category's words of that publisher to a rating.

>>> from evenhand.factcheck.jsonld import find_reviews
>>> (review,), _ = find_reviews('''{"@type": "MediaReview",
...     "mediaAuthenticityCategory": "https://schema.org/DecontextualizedContent",
...     "originalMediaContextDescription": "A parade of 1998"}''', where="media.json")
>>> category_of(review), claim_of(review)
('decontextualized', 'A parade of 1998')
"""

from __future__ import annotations

import re

from evenhand.factcheck.jsonld import Thing, addresses_of, as_list, text_of

CATEGORIES = {
    "DecontextualizedContent": "decontextualized",
    "MissingContext": "missing context",
    "EditedOrCroppedContent": "edited or cropped",
    "OriginalMediaContent": "original media",
    "SatireOrParodyContent": "satire",
    "StagedContent": "staged",
    "TransformedContent": "transformed",
}
"""`mediaAuthenticityCategory` -> the words by which it is shown and mapped to a rating."""

_APPEARANCES = ("mediaItemAppearance", "appearance", "associatedMedia")
_WITH_FILES = (*_APPEARANCES, "firstAppearance", "image", "video", "audio")
_SHA256 = re.compile(r"(?:sha-?256:)?([0-9a-f]{64})", re.IGNORECASE)
_ADDRESSES = ("accessedOnUrl", "url", "contentUrl", "embedUrl", "archivedAt")


def is_media_review(review: Thing) -> bool:
    """Whether it reviews media, and no claim."""
    types = review.types()
    return "MediaReview" in types and "ClaimReview" not in types


def category_of(review: Thing) -> str:
    """The categories in words, several parted by semicolons; empty where it says none."""
    given = [text_of(value) if not isinstance(value, dict) else
             next(iter(addresses_of(value)), text_of(value))
             for value in as_list(review.get("mediaAuthenticityCategory"))]
    names = [re.split(r"[/:#]", name.strip())[-1] for name in given if name.strip()]
    return "; ".join(dict.fromkeys(CATEGORIES.get(name, name) for name in names))


def claim_of(review: Thing) -> str:
    """What the media are taken to show: as the review says, else as it describes them."""
    items = review.things("itemReviewed")
    said = [review.get("claimReviewed"), *(i.get("interpretedAsClaim") for i in items),
            review.get("originalMediaContextDescription"),
            *(i.get(name) for i in items for name in ("caption", "description", "name")),
            review.get("headline"), review.get("name")]
    return next((words for value in said if (words := text_of(value).strip())), "")


def appearances_of(item: Thing) -> list[str]:
    """The addresses at which a media item was seen; its own where it names no others."""
    found = [item, *(thing for name in _APPEARANCES for thing in item.things(name))]
    return [address for thing in found for name in _ADDRESSES
            for address in addresses_of(thing.get(name))]


def files_of(item: Thing) -> list[str]:
    """The digests of the files in which a claim was seen, where they are given (schema.org's
    `sha256`); what is no such digest is left out."""
    things = [item, *(thing for name in _WITH_FILES for thing in item.things(name))]
    given = [text_of(value) for thing in things for value in as_list(thing.get("sha256"))]
    return [f"sha256:{found[1].lower()}" for value in given
            if (found := _SHA256.fullmatch(value.strip()))]
