"""Whatever strangers write into a fact-check: nothing fails, no harm passes, the rest is kept.

Items are built of plausible parts and of hostile ones, alone and nested in one another, and laid
among sound items, in JSON, in JSON lines, in pages and in feeds.
"""

from __future__ import annotations

import html
import json
import time
import unicodedata
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from evenhand.factcheck.address import web_address
from evenhand.factcheck.claims import LONGEST_CLAIM, LONGEST_TITLE, Read, read_items
from evenhand.factcheck.exporting import write_reviews
from evenhand.factcheck.feeds import read_feed
from evenhand.factcheck.problem import Problem
from evenhand.factcheck.untrusted import plain_text
from evenhand.model.factcheck import FactCheck

AT = datetime(2020, 5, 27, tzinfo=UTC)

SHREDS = st.sampled_from([
    "It rains", "雨が降る", "المطر", "é", "🌧️", "7 > 3", " ", "\n", "\t", "<", ">",
    "</", "/>", "<b>",
    "<scr", "ipt>", "<script>", "</script>", "<ScRiPt/x>",
    "<img src=x onerror=alert(1)", "<svg/onload=",
    "<!--", "-->", "<![CDATA[", "]]>", "<?php", "<style>", "&lt;", "&lt", "&gt;",
    "&amp;", "&#60;",
    "&#x3c;", "&amp;lt;", "&amp;amp;lt;", "&#0;", "&#x202e;", "&#8203;", "&nbsp;",
    "&zwj;", "\x00",
    "\x1b[31m", "\x07", "\x7f", "\x85", "\u200b", "\u200d", "\u202e", "\u2028",
    "\u2066", "\u2069",
    "\ufeff", "\ufffe", "\ufff9", "\U000e0041", "\U0001ffff", "\u00ad", "\u061c",
    "\u180e", "\u212a",
    "\ud83d", "\udc00", "javascript:", "\"", "'", "`", "=", "\u0301" * 30,
    "\u226e", "\u0338", "{{7*7}}",
    "${x}", "%00", "\\u003c", "https://a.example/x"])
DIRTY = st.lists(SHREDS, max_size=12).map("".join)

ADDRESSES = st.sampled_from([
    "https://facts.example/1", "http://facts.example/1#a", "//facts.example/1",
    "/1", "javascript:x",
    "https://facts.example:99999/", "https://[::1/", "https://u:p@facts.example/",
    "https://xn--/",
    "https://straße.example/", "https://" + "a" * 70 + ".example/",
    "https://facts.example/\"><b>",
    "HTTPS://FACTS.EXAMPLE/%", "https://facts.example/%ff%00",
    "https://web.archive.org/web/2020/x",
    "data:text/html,<b>", "https://facts.example\u202e/",
    "https://facts.example/\ud83d", ""])
NUMBERS = (st.integers() | st.floats() | st.sampled_from([10 ** 400, -1, 0, 2 ** 53 + 1, 1e308])
           | st.sampled_from(["3", "3,5", "٣", "5/5", "1e999", "nan", "inf", "1_0", "0x1"]))
TYPES = st.sampled_from([
    "ClaimReview", "MediaReview", "Claim", "Review", "Rating", "Person",
    "schema:ClaimReview",
    "http://schema.org/ClaimReview", ["ClaimReview", "Review"], ["x", 7, None], 7,
    None, {}, "claimreview"])
DATES = st.sampled_from([
    "2020-05-26", "26 May 2020", "2020-05-26T25:61:61Z",
    "9999-12-31T23:59:59-14:00", "0000-00-00",
    "05/06/2015", "٢٠٢٠-٠٥-٢٦", "Tue, 99 May 2020 99:00:00 +9999", "2020-W22",
    "-1", "1e9"])
NAMES = st.sampled_from([
    "@type", "@id", "@graph", "@value", "@language", "@context", "@list", "item",
    "mainEntity", "url",
    "claimReviewed", "author", "publisher", "reviewRating", "alternateName",
    "ratingValue",
    "bestRating", "worstRating", "itemReviewed", "appearance", "firstAppearance",
    "keywords",
    "inLanguage", "datePublished", "name", "text", "sameAs", "headline",
    "associatedClaimReview",
    "associatedMediaReview", "mediaAuthenticityCategory",
    "originalMediaContextDescription",
    "schema:url", "http://schema.org/claimReviewed", "mainEntityOfPage", "",
    "\u202e", "dataFeedElement"])
LEAVES = (st.none() | st.booleans() | NUMBERS | DIRTY | ADDRESSES | TYPES | DATES
          | st.sampled_from(["#a", "#b", {"@id": "#a"}, "False", "Mostly false", "en", "zh_Hant"]))
ANY = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3)
                   | st.dictionaries(NAMES, inner, max_size=5), max_leaves=10)
ITEMS = st.fixed_dictionaries({"@type": st.just("ClaimReview") | TYPES}, optional={
    "url": ADDRESSES | ANY, "claimReviewed": DIRTY | ANY, "headline": DIRTY | ANY,
    "publisher": st.fixed_dictionaries({"name": DIRTY}) | ANY, "author": ANY,
    "@id": ADDRESSES | ANY,
    "reviewRating": st.fixed_dictionaries({}, optional={
        "alternateName": DIRTY | ANY, "ratingValue": NUMBERS | ANY,
    "bestRating": NUMBERS}) | ANY,
    "itemReviewed": st.fixed_dictionaries({"@type": TYPES}, optional={
        "author": st.fixed_dictionaries({"name": DIRTY}) | ANY,
    "appearance": ADDRESSES | ANY,
        "url": ADDRESSES}) | ANY,
    "keywords": DIRTY | ANY, "inLanguage": DIRTY | ANY, "datePublished": DATES | ANY,
    "associatedClaimReview": ANY, "": ANY})

SOUND = [{"@type": "ClaimReview", "url": f"https://sound.example/{n}",
          "claimReviewed": f"Ferry {n} leaves at six", "author": "Sound Facts",
          "reviewRating": {"alternateName": "False"}} for n in (1, 2)]
OFTEN = settings(max_examples=200, deadline=None, suppress_health_check=[
    HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much])


def read(text: str) -> tuple[tuple[Read, ...], tuple[Problem, ...]]:
    found = read_items(text, where="feed", retrieved_at=AT,
                       publishers={"facts.example": "fact-checker", "sound.example": "crowd"})
    assert read_items(text, where="feed", retrieved_at=AT, publishers={
        "facts.example": "fact-checker", "sound.example": "crowd"}) == found
    return found


class Markup(HTMLParser):
    """Notes whatever a browser would take for more than text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.found.append(tag)

    handle_comment = handle_decl = handle_pi = unknown_decl = handle_endtag = (  # type: ignore[assignment]
        lambda self, data: self.found.append(data))


def assert_harmless(text: str) -> None:
    markup = Markup()
    markup.feed(text + "\n<end>")
    markup.close()
    assert markup.found == ["end"], text
    for char in text:
        assert unicodedata.category(char) not in ("Cc", "Cs", "Zl", "Zp"), repr(text)
        assert char not in ("\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
                            "\u2066\u2067\u2068\u2069")
        assert not 0xE0000 <= ord(char) <= 0xE007F and char not in "\u00ad\u061c\u180e\ufeff\ufff9"
        assert ord(char) & 0xFFFE != 0xFFFE, "no character at all"
    assert text == " ".join(text.split()) == unicodedata.normalize("NFC", text)


def assert_sound(check: FactCheck) -> None:
    for text in (check.claim, check.title, check.publisher.name, check.claim_by or "",
                 check.rating_words, *check.topics, check.language or ""):
        assert_harmless(text)
    assert 0 < len(check.claim) <= LONGEST_CLAIM and len(check.title) <= LONGEST_TITLE
    for address in (check.url, *check.appearances):
        assert web_address(address) == address
        assert urlsplit(address).scheme.lower() in ("http", "https")
        assert not set(address) & set("<>\"'`{}|\\^ ") - {"'"}
    assert check.publisher.domain.isascii()
    assert check.published_at is None or check.published_at.tzinfo is not None
    # What we publish ourselves is a document of its own, whatever it is made of.
    written = write_reviews([(check, None)])
    assert "<" not in written and json.loads(written)


def assert_told(problems: tuple[Problem, ...]) -> None:
    for problem in problems:
        assert problem.where.startswith("feed") and problem.what and problem.hint
        assert not any(unicodedata.category(c) in ("Cc", "Cs")
                       for c in str(problem).replace("\n", ""))


def kept_of(found: tuple[Read, ...]) -> list[str]:
    return [one.check.claim for one in found if one.check.publisher.domain == "sound.example"]


def plausible(claim: str) -> dict[str, Any]:
    return {"@type": "ClaimReview", "url": "https://facts.example/1", "claimReviewed": claim}


BOTH = ["Ferry 1 leaves at six", "Ferry 2 leaves at six"]


@OFTEN
@given(ITEMS)
@example(plausible("<\u200bb>It rains"))
@example(plausible("It <img src=x "))
@example(plausible("<" * 9 + "b>" * 9 + "It rains"))
@example(plausible("It rains") | {"bestRating": float("nan")})
def test_a_dirty_item_among_sound_ones_costs_none_of_them_and_is_named(
        item: dict[str, Any]) -> None:
    found, problems = read(json.dumps([SOUND[0], item, SOUND[1]]))
    assert kept_of(found) == BOTH
    for one in found:
        assert_sound(one.check)
    assert_told(problems)
    refused = [p for p in problems if p.level == "refused"]
    assert all("at [1]" in p.where for p in refused)
    if item["@type"] == "ClaimReview":
        assert len(found) > 2 or refused


@OFTEN
@given(st.lists(ITEMS | ANY, max_size=4))
def test_it_is_the_same_in_every_form_in_which_fact_checks_come(items: list[Any]) -> None:
    lines = "\n".join(json.dumps(one) for one in (SOUND[0], *items, SOUND[1]))
    graph = json.dumps({"@graph": [SOUND[0], *items, SOUND[1]]})
    page = "".join('<script type="application/ld+json">' + json.dumps(one).replace("<", "\\u003c")
                   + "</script>\n" for one in (SOUND[0], *items, SOUND[1]))
    for text in (lines, graph, "<p>\n" + page):
        found, problems = read(text)
        assert kept_of(found) == BOTH
        assert_told(problems)
        for one in found:
            assert_sound(one.check)


@OFTEN
@given(DIRTY)
def test_a_broken_script_of_a_page_costs_the_others_nothing(text: str) -> None:
    scripts = [json.dumps(SOUND[0]), text.replace("</script", "").replace("<!--", ""),
               json.dumps(SOUND[1])]
    page = "<html>" + "".join(f'<script type="application/ld+json">{one}</script>'
                              for one in scripts)
    assert kept_of(read(page)[0]) == BOTH


@OFTEN
@given(DIRTY)
def test_a_feed_gives_what_stands_in_it_whatever_stands_beside(text: str) -> None:
    content = html.escape(f'<script type="application/ld+json">{json.dumps(SOUND[0])}</script>')
    shown = html.escape("".join(c for c in text if c in "\n\t" or (
        unicodedata.category(c) not in ("Cc", "Cs") and ord(c) & 0xFFFE != 0xFFFE)))
    [item], _ = read_feed(
        f"<rss><channel><item><title>{shown}</title><description>{shown}{content}</description>"
        "</item></channel></rss>", where="feed")
    found, _ = read(item.content)
    assert len(found) <= 1 and all(one.check.claim == BOTH[0] for one in found)


@OFTEN
@given(st.text() | DIRTY, st.integers(1, 60))
def test_a_text_becomes_plain_and_stays_so(text: str, longest: int) -> None:
    plain, _ = plain_text(text, longest=longest)
    assert len(plain) <= longest
    assert_harmless(plain)


@pytest.mark.parametrize(("text", "plain"), [
    ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"), ("a <b and c", "a < b and c"), ("x<y", "x< y"),
    ("<b>Rain</b> &amp; <i>snow", "Rain & snow"), ("<\u200bscript>x</script>y", "y"),
    ("&lt;script&gt;x&lt;/script&gt;y", "y"), ("&amp;lt;b&amp;gt;y", "y"), ("Ra\u00adin", "Rain"),
    ("👩\u200d🚀 می\u200cشود", "👩\u200d🚀 می\u200cشود"),
    ("e" + "\u0301" * 200, "é" + "\u0301" * 8),
    ("\U0001f3f4\U000e0067\U000e007f", "\U0001f3f4"), ("a\ufffeb\ufff9c", "abc")])
def test_what_is_text_stays_and_what_is_not_goes(text: str, plain: str) -> None:
    assert plain_text(text, longest=100)[0] == plain


def test_no_item_costs_more_than_its_length() -> None:
    began = time.process_time()
    big = {"@type": "ClaimReview", "url": "https://facts.example/1"}
    for more in ({"claimReviewed": "<a" * 200_000}, {"claimReviewed": "<script>" * 100_000},
                 {"claimReviewed": "&lt;" * 200_000}, {"claimReviewed": "</script " * 100_000},
                 {"claimReviewed": "x", "keywords": ["a,b"] * 100_000},
                 {"claimReviewed": "x", "itemReviewed": {"@type": "Claim", "appearance": [
                     {"url": f"https://a.example/{n}"} for n in range(20_000)]}},
                 {"claimReviewed": "x", "reviewRating": [{"alternateName": "False"}] * 20_000},
                 {"claimReviewed": "\u0301" * 300_000}, {"claimReviewed": "Rating: " * 50_000},
                 {"claimReviewed": "x", "reviewRating": {"alternateName": "-_/ " * 50_000}}):
        read(json.dumps([SOUND[0], big | more, SOUND[1]]))
    assert time.process_time() - began < 60
