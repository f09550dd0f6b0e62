"""Fact-checks in pages of HTML, and reviews of media: what is read, and what is told."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from evenhand.factcheck.claims import read_claims
from evenhand.factcheck.match import Matcher
from evenhand.factcheck.pages import scripts_of
from evenhand.model.post import Account, Post, PostId

AT = datetime(2020, 5, 27, tzinfo=UTC)
REVIEW = {"@context": "https://schema.org", "@type": "ClaimReview",
          "url": "https://facts.example/a", "claimReviewed": "Every voter is sent two ballots",
          "reviewRating": {"alternateName": "False"}}
MEDIA = {"@type": "MediaReview", "url": "https://facts.example/m",
         "mediaAuthenticityCategory": "https://schema.org/DecontextualizedContent",
         "originalMediaContextDescription": "A picture of a parade is shown as a riot",
         "itemReviewed": {"@type": "ImageObject", "mediaItemAppearance": [
             {"@type": "ImageObject", "accessedOnUrl": "https://agora.example/p/17"}]}}


def page(*scripts: str) -> str:
    return "<!doctype html>\n<html><head>" + "\n".join(
        f'<script type="application/ld+json">{s}</script>' for s in scripts) + "</head></html>"


def read(text: str, **more):
    return read_claims(text, where="page.html", retrieved_at=AT,
                       publishers={"facts.example": "fact-checker"}, **more)


def test_a_page_is_read_for_its_scripts_of_json_ld_and_for_nothing_else():
    checks, problems = read(page(json.dumps({"@type": "BreadcrumbList", "itemListElement": [
        {"@type": "ListItem", "item": "https://facts.example/"}]}), json.dumps(REVIEW)))
    assert [(c.url, c.rating) for c in checks] == [("https://facts.example/a", "false")]
    assert problems == ()


@pytest.mark.parametrize("wrapped", [
    "//<![CDATA[\n{}\n//]]>", "/*<![CDATA[*/{}/*]]>*/", "<!--\n{}\n-->", "\n{}\n"])
def test_what_old_pages_wrap_a_script_in_is_taken_off(wrapped):
    assert read(page(wrapped.replace("{}", json.dumps(REVIEW))))[0]


def test_line_feeds_within_a_text_of_a_page_are_read():
    assert read(page(json.dumps(REVIEW).replace("Every voter", "Every\nvoter")))[0][0].claim == (
        "Every voter is sent two ballots")


def test_a_broken_script_is_named_by_its_line_and_costs_no_other():
    checks, (problem,) = read(page("{broken", json.dumps(REVIEW)))
    assert len(checks) == 1
    assert str(problem).startswith("page.html:2: it is not JSON")


def test_a_page_without_any_fact_check_says_so_once():
    _, (problem,) = read(page(json.dumps({"@type": "WebPage"}), json.dumps({"@type": "Person"})))
    assert (problem.where, problem.what) == ("page.html", "this page holds no `ClaimReview`")


def test_what_is_commented_out_is_not_read():
    _, (problem,) = read("<!-- " + page(json.dumps(REVIEW)))
    assert problem.what == "this page holds no `ClaimReview`"


def test_scripts_and_markup_of_a_claim_never_reach_its_text():
    claim = "Two <b>ballots</b><script>alert(1)</script> &lt;img src=x onerror=alert(1)&gt; each"
    checks, _ = read(json.dumps(REVIEW | {"claimReviewed": claim}))
    assert checks[0].claim == "Two ballots each"


@pytest.mark.parametrize("hostile", ["<script " * 20_000, "<!--" * 20_000, "<script>" * 20_000,
                                     '<script type="application/ld+json">{' * 2_000])
def test_a_hostile_page_is_read_in_one_pass(hostile):
    assert list(scripts_of(hostile)) == []


def test_a_media_review_is_kept_and_never_attaches_by_rule():
    (check,), (note,) = read(json.dumps(MEDIA))
    assert (check.reviews, check.rating, check.rating_words) == (
        "media", "unrated", "decontextualized")
    assert check.appearances == ("https://agora.example/p/17",)
    assert note.level == "note" and "no rating of a claim" in note.what
    post = Post(id=PostId.parse("agora:17"), author=Account(platform="agora", id="7"), text="x",
                made_at=AT, url="https://agora.example/p/17")
    assert [m.confirmed for m in Matcher.build([check]).match(post)] == [None]


def test_an_operator_may_say_what_a_publishers_category_means():
    checks, problems = read(json.dumps(MEDIA), ratings={
        "facts.example": {"decontextualized": "misleading"}})
    assert (checks[0].rating, problems) == ("misleading", ())


def test_reviews_that_stand_in_one_another_are_each_read():
    checks, _ = read(json.dumps(REVIEW | {"associatedMediaReview": MEDIA}))
    assert [c.reviews for c in checks] == ["claim", "media"]


def test_of_a_repeated_item_reviewed_every_appearance_counts():
    items = [{"@type": "Claim", "appearance": f"https://agora.example/p/{n}"} for n in (1, 2)]
    assert read(json.dumps(REVIEW | {"itemReviewed": items}))[0][0].appearances == (
        "https://agora.example/p/1", "https://agora.example/p/2")
