"""Fact-checks as others can read them: ClaimReview and MediaReview in JSON-LD, safe within a page.

The twin of `claims.read_items`: what is written here is read there as the same fact-checks, of the
same keys. A MediaReview keeps its category.

>>> from datetime import UTC, datetime
>>> from evenhand.factcheck.claims import read_claims
>>> at = datetime(2020, 5, 27, tzinfo=UTC)
>>> (check,), _ = read_claims('''{"@type": "ClaimReview", "url": "https://agora.example/a",
...     "claimReviewed": "Ferries leave at six", "reviewRating": "False"}''',
...     where="", retrieved_at=at)
>>> (again,), _ = read_claims(write_reviews([(check, None)]), where="", retrieved_at=at)
>>> again.key == check.key, again.rating
(True, 'false')
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from evenhand.factcheck.media import CATEGORIES
from evenhand.model.factcheck import FactCheck, Rating

_NUMBERS: dict[Rating, int] = {
    "false": 1, "misleading": 2, "mixed": 3, "mostly true": 4, "true": 5}
"""The scale of schema.org, on which 5 is best; what lies on no scale has no number."""

_ESCAPED = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028",
            "\u2029": "\\u2029"}
"""What could end a script that holds it, or is read as markup: the JSON stays the same."""


def write_reviews(checks: Iterable[tuple[FactCheck, FactCheck | None]]) -> str:
    """A document of these fact-checks; beside each stands the version that it corrects, or None.

    Whoever puts it into a page puts it between `<script type="application/ld+json">` and its end.
    """
    document = {"@context": "https://schema.org",
                "@graph": [review_of(check, corrects) for check, corrects in checks]}
    text = json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True)
    return "".join(_ESCAPED.get(c, c) for c in text) + "\n"


def review_of(check: FactCheck, corrects: FactCheck | None = None) -> dict[str, Any]:
    """One fact-check as schema.org has it."""
    publisher = {"@type": "Organization", "name": check.publisher.name,
                 "url": f"https://{check.publisher.domain}/"}
    review: dict[str, Any] = {
        "@type": "ClaimReview" if check.reviews == "claim" else "MediaReview",
        "@id": check.url, "url": check.url, "claimReviewed": check.claim, "author": publisher,
        "publisher": publisher, "itemReviewed": _reviewed(check)}
    if check.reviews == "claim":
        review["reviewRating"] = _rating(check)
    else:
        names = {words: name for name, words in CATEGORIES.items()}
        review["mediaAuthenticityCategory"] = [
            names.get(words, words) for words in check.rating_words.split("; ") if words]
    if check.title:
        review["headline"] = check.title
    if check.published_at is not None:
        review["datePublished"] = check.published_at.isoformat()
    if check.language is not None:
        review["inLanguage"] = check.language
    if check.topics:
        review["keywords"] = list(check.topics)
    if corrects is not None and corrects.rating_words != check.rating_words:
        review["correction"] = (f"Until {check.retrieved_at:%Y-%m-%d} the claim was rated "
                                f"“{corrects.rating_words}”.")
        review["dateModified"] = check.retrieved_at.isoformat()
    return review


def _rating(check: FactCheck) -> dict[str, Any]:
    rating: dict[str, Any] = {"@type": "Rating",
                              "alternateName": check.rating_words or check.rating}
    if check.rating in _NUMBERS:
        rating |= {"ratingValue": _NUMBERS[check.rating], "bestRating": 5, "worstRating": 1}
    return rating


def _reviewed(check: FactCheck) -> dict[str, Any]:
    if check.reviews == "media":
        return {"@type": "MediaObject", "mediaItemAppearance": [
            *({"@type": "MediaObject", "url": address} for address in check.appearances),
            *_files(check)]}
    claim: dict[str, Any] = {"@type": "Claim", "text": check.claim}
    if check.claim_by is not None:
        claim["author"] = {"@type": "Thing", "name": check.claim_by}
    if check.appearances or check.files:
        claim["appearance"] = [*({"@type": "CreativeWork", "url": a} for a in check.appearances),
                               *_files(check)]
    return claim


def _files(check: FactCheck) -> list[dict[str, Any]]:
    return [{"@type": "MediaObject", "sha256": one.removeprefix("sha256:")} for one in check.files]
