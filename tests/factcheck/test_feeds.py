"""What is read of a feed, and all that a hostile one may not do."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.factcheck.feeds import DEEPEST, MOST_ITEMS, is_feed, read_feed

RSS = """<?xml version="1.0" encoding="ISO-8859-1"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
     xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
<title>Fähren</title><link>https://facts.example/</link>
<item><title>A</title><link> https://facts.example/a?x=1&amp;y=2 </link>
  <atom:link rel="self" href="https://facts.example/self"/>
  <pubDate>Tue, 26 May 2020 08:00:00 GMT</pubDate></item>
<item><guid>https://facts.example/b</guid><dc:date>2020-05-25T10:00:00Z</dc:date></item>
<item><guid isPermaLink="false">17</guid><title>nowhere</title></item>
<item><link>javascript:alert(1)</link></item>
</channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>F</title>
<link href="https://facts.example/"/>
<entry><link rel="edit" href="/edit/1"/><link rel="alternate" href="/a"/>
  <published>2020-05-20T00:00:00Z</published><updated>2020-05-26T00:00:00+02:00</updated></entry>
<entry><link href="//facts.example/b"/><updated>nonsense</updated></entry></feed>"""

RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns="http://purl.org/rss/1.0/"><channel rdf:about="https://facts.example/"/>
<item rdf:about="https://facts.example/a"><title>A</title></item></rdf:RDF>"""


def test_an_rss_feed_gives_its_items_and_names_those_that_lead_nowhere() -> None:
    assert is_feed(RSS)
    items, problems = read_feed(RSS, where="feed.xml")
    assert [(i.link, str(i.published)[:10], i.changed) for i in items] == [
        ("https://facts.example/a?x=1&y=2", "2020-05-26", None),
        ("https://facts.example/b", "2020-05-25", None)]
    assert [(p.where, p.level) for p in problems] == [
        ("feed.xml: item 3", "refused"), ("feed.xml: item 4", "refused")]
    assert "javascript" in problems[1].what


def test_an_atom_feed_says_when_a_page_changed_and_its_links_go_on_from_its_address() -> None:
    assert is_feed(ATOM)
    items, problems = read_feed(ATOM, where="f", address="https://facts.example/feeds/all")
    assert problems == ()
    assert [(i.link, str(i.changed)[:16]) for i in items] == [
        ("https://facts.example/a", "2020-05-25 22:00"), ("https://facts.example/b", "None")]
    assert read_feed(ATOM, where="f")[0] == ()  # of a file nobody knows where they go on from


def test_an_rdf_feed_is_one_too() -> None:
    assert is_feed("\ufeff" + RDF)
    [item] = read_feed(RDF, where="f")[0]
    assert item.link == "https://facts.example/a"


REVIEW = {"@type": "ClaimReview", "url": "https://facts.example/a", "claimReviewed": "a < b & c"}
SCRIPT = f'<script type="application/ld+json">{json.dumps(REVIEW)}</script>'


@pytest.mark.parametrize("content", [
    f"<content:encoded xmlns:content='c'><![CDATA[<p>x</p>{SCRIPT}]]></content:encoded>",
    "<description>" + SCRIPT.replace("&", "&amp;").replace("<", "&lt;") + "</description>",
    "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>x</p>"
    '<script type="application/ld+json">' + json.dumps(REVIEW).replace("&", "&amp;").replace(
        "<", "&lt;") + "</script></div></content>"])
def test_json_ld_within_an_item_is_handed_out_as_a_page(content: str) -> None:
    feed = f"<rss><channel><item>{content}</item></channel></rss>"
    [item], problems = read_feed(feed, where="f")
    assert problems == () and item.link is None
    assert json.dumps(REVIEW) in item.content and item.content.startswith("<div>")


def test_content_without_json_ld_is_not_kept() -> None:
    [item], _ = read_feed("<rss><item><link>https://a.example/1</link><description>words"
                          "</description></item></rss>", where="f")
    assert item.content == ""


LAUGHS = ('<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
          '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>')
OUTSIDE = '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
PARAMETER = '<!DOCTYPE rss [<!ENTITY % a SYSTEM "http://127.0.0.1/x.dtd"> %a;]>'
DTD = '<!DOCTYPE rss SYSTEM "http://127.0.0.1/rss.dtd">'


@pytest.mark.parametrize("declared", [LAUGHS, OUTSIDE, PARAMETER, DTD])
def test_a_feed_that_declares_anything_is_refused_before_it_is_read(
        declared: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def reached(*_: object, **__: object) -> None:
        raise AssertionError("nothing is opened or asked for")

    monkeypatch.setattr("builtins.open", reached)
    monkeypatch.setattr("socket.create_connection", reached)
    feed = f"{declared}<rss><item><link>https://a.example/&c;&a;</link></item></rss>"
    assert is_feed(feed)
    items, [problem] = read_feed(feed, where="f")
    assert items == () and "declares" in problem.what and problem.level == "refused"


def test_where_a_feed_breaks_off_the_items_before_are_kept() -> None:
    items, problems = read_feed(RSS[:RSS.index("<item><guid>")], where="feed.xml")
    assert len(items) == 1
    assert [p.where for p in problems] == ["feed.xml:8"] and "no whole XML" in problems[0].what


def test_a_feed_is_read_only_so_deep_and_so_far() -> None:
    deep = "<rss><item>" + "<a>" * DEEPEST + "</a>" * DEEPEST + "</item></rss>"
    assert "nested" in read_feed(deep, where="f")[1][0].what
    many = "<rss>" + "<item><link>https://a.example/1</link></item>" * (MOST_ITEMS + 5) + "</rss>"
    items, problems = read_feed(many, where="f")
    assert len(items) == MOST_ITEMS and "more than 10,000 items" in problems[0].what


@pytest.mark.parametrize("text", [
    "<!DOCTYPE html><html><body><rss></rss></body></html>", "<html/>", "{}", "", "rss",
    "<!-- <rss> --><p>", "<?xml version='1.0'?><html/>"])
def test_a_page_is_no_feed(text: str) -> None:
    assert not is_feed(text)


@settings(deadline=None, max_examples=200)
@given(st.lists(st.sampled_from([
    "<rss>", "<item>", "</item>", "<link>", "</link>", "<link href='/a'/>", "<script type='"
    "application/ld+json'>", "</script>", "<![CDATA[", "]]>", "&amp;", "&x;", "<!--", "-->",
    "<entry>", "</entry>",
    "https://a.example/1", "\x00", "\ud800", "é", "<?x?>", "</rss>", "<guid>",
    "</guid>"])).map("".join) | st.text())
def test_no_feed_makes_the_reader_fail(text: str) -> None:
    items, problems = read_feed("<rss>" + text, where="f", address="https://a.example/feed")
    assert all(i.link is None or i.link.startswith("http") for i in items)
    assert all(p.where.startswith("f") for p in problems)


def test_what_a_hostile_beginning_costs_is_little() -> None:
    began = time.process_time()
    for text in ("<!--" * 200_000, "<?x" * 200_000, " " * 2_000_000 + "<", "<!DOCTYPE [" * 100_000,
                 "<!-- -->" * 200_000):
        assert not is_feed(text)
    assert time.process_time() - began < 5


def test_an_item_in_many_pieces_costs_no_more_than_its_length() -> None:
    began = time.process_time()
    piece = "<description>application/ld+json</description>"
    [item], _ = read_feed(f"<rss><item>{piece * 100_000}</item></rss>", where="f")
    assert len(item.content) > 1_000_000 and time.process_time() - began < 10
