"""Our own fact-checks as others read them: valid, the same when read again, safe in a page."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from evenhand.factcheck.claims import read_claims
from evenhand.factcheck.exporting import review_of, write_reviews
from evenhand.factcheck.media import CATEGORIES
from evenhand.model.factcheck import FactCheck, Rating

AT = datetime(2020, 5, 27, tzinfo=UTC)
OWN = {"agora.example": "platform"}


def check(**more) -> FactCheck:
    item = {"@type": "ClaimReview", "url": "https://agora.example/facts#1",
            "claimReviewed": "Every voter is sent two ballots", "headline": "Ballots",
            "author": {"name": "Agora"}, "datePublished": "2020-05-26", "inLanguage": "en",
            "keywords": ["how to vote"], "reviewRating": {"alternateName": "False"},
            "itemReviewed": {"@type": "Claim", "author": {"name": "A. Claimant"},
                             "appearance": {"url": "https://agora.example/p/17"}}}
    (read,), problems = read_claims(json.dumps(item | more), where="", retrieved_at=AT,
                                    publishers=OWN)
    assert problems == ()
    return read


def again(text: str) -> tuple[FactCheck, ...]:
    return read_claims(text, where="", retrieved_at=AT, publishers=OWN,
                       ratings={"agora.example": {r: r for r in get_args(Rating)}})[0]


def test_what_is_written_is_read_again_as_the_same_but_for_the_version_of_its_raw_form():
    one = check()
    (read,) = again(write_reviews([(one, None)]))
    assert replace(read, version=one.version) == one


@given(st.text(min_size=4, max_size=80), st.sampled_from(get_args(Rating)))
def test_any_claim_and_any_rating_are_read_again_as_they_were(claim, rating):
    found, _ = read_claims(json.dumps({
        "@type": "ClaimReview", "url": "https://agora.example/a", "claimReviewed": claim,
        "reviewRating": {"alternateName": rating}}), where="", retrieved_at=AT, publishers=OWN)
    for one in found:
        text = write_reviews([(one, None)])
        assert not set("<>&\u2028\u2029") & set(text)
        assert [(r.key, r.claim, r.rating) for r in again(text)] == [
            (one.key, one.claim, one.rating)]


def test_a_review_has_what_whoever_reads_claim_review_asks_for():
    review = review_of(check())
    assert review["@type"] == "ClaimReview"
    assert {"url", "claimReviewed", "author", "datePublished", "itemReviewed",
            "reviewRating"} <= set(review)
    assert review["reviewRating"] == {"@type": "Rating", "alternateName": "False",
                                      "ratingValue": 1, "bestRating": 5, "worstRating": 1}
    assert review["itemReviewed"]["@type"] == "Claim"


def test_a_corrected_one_says_what_it_said_before():
    before, now = check(), check(reviewRating={"alternateName": "True"})
    assert review_of(now, before)["correction"] == (
        "Until 2020-05-27 the claim was rated “False”.")
    assert "correction" not in review_of(now, now)


def test_a_rating_that_lies_on_no_scale_has_no_number():
    assert review_of(check(reviewRating={"alternateName": "Satire"}))["reviewRating"] == {
        "@type": "Rating", "alternateName": "Satire"}


def test_a_review_of_media_keeps_its_category():
    for name in CATEGORIES:
        item = {"@type": "MediaReview", "url": "https://agora.example/m", "name": "A parade",
                "mediaAuthenticityCategory": name,
                "itemReviewed": {"mediaItemAppearance": {"url": "https://agora.example/p/1",
                                                         "sha256": "AB" * 32}}}
        (one,), _ = read_claims(json.dumps(item), where="", retrieved_at=AT, publishers=OWN)
        (read,) = again(write_reviews([(one, None)]))
        assert (read.reviews, read.rating_words, read.appearances, read.key) == (
            "media", one.rating_words, one.appearances, one.key)
        assert read.files == one.files == ("sha256:" + "ab" * 32,)
