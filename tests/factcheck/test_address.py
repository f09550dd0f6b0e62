"""Which addresses are taken, and which name the same page."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.factcheck.address import host_of, names_a_page, same_page, web_address


@pytest.mark.parametrize("raw", [
    "javascript:alert(1)", "data:text/html,x", "ftp://a.example/", "//a.example/x", "a.example",
    "http://", "http://localhost/x", "https://a.example/\u202egnp", "https://a.example/a b",
    "https://good.example\\@evil.example/", "https://u:p@a.example/", "https://a.example:999999/",
    "http://[::1",
    "https://Ｓtraße.example/x", "https://" + "ß" * 60 + ".example/",
    "https://a.example/" + "x" * 3000, 'https://a.example/"onclick=', "",
])
def test_what_people_cannot_safely_follow_is_refused(raw: str) -> None:
    assert web_address(raw) is None
    assert same_page(raw) is None


@pytest.mark.parametrize(("one", "other"), [
    ("http://a.example/p/1", "https://www.A.example/p/1/"),
    ("https://a.example/p?b=2&a=1", "https://a.example/p?a=1&b=2&utm_medium=x&fbclid=y"),
    ("https://a.example:443/p#top", "https://a.example/p"),
    ("https://a.example/caf%c3%a9", "https://a.example/café"),
    ("https://twitter.com/old_name/status/12?s=20&t=q", "https://x.com/new_name/status/12/photo/1"),
    ("https://web.archive.org/web/2020/http://a.example/p/1", "https://a.example/p/1"),
    ("https://web.archive.org/web/20200526120000id_/https:/a.example/p/1", "https://a.example/p/1"),
    ("https://bücher.example/p", "https://xn--bcher-kva.example/p"),
    ("https://straße.example/p", "https://xn--strae-oqa.example/p"),
    ("https://例え。テスト/p", "https://xn--r8jz45g.xn--zckzah/p"),
])
def test_two_addresses_of_one_page_are_the_same(one: str, other: str) -> None:
    assert same_page(one) == same_page(other)


@pytest.mark.parametrize(("one", "other"), [
    ("https://a.example/p/1", "https://a.example/P/1"),
    ("https://a.example/watch?v=1", "https://a.example/watch?v=2"),
    ("https://a.example:8080/p", "https://a.example/p"),
    ("https://b.a.example/p", "https://a.example/p"),
    ("https://straße.example/p", "https://strasse.example/p"),
    ("https://βόλος.example/p", "https://βόλοσ.example/p"),
    ("https://twitter.com/a/status/12", "https://twitter.com/a/status/123"),
    ("https://a.example/x/status/12", "https://a.example/y/status/12"),
])
def test_two_pages_are_never_the_same(one: str, other: str) -> None:
    assert same_page(one) != same_page(other)


def test_an_anchor_counts_where_it_is_asked_for() -> None:
    assert same_page("https://a.example/p#2", anchor=True) == "https://a.example/p#2"


def test_a_bare_domain_names_no_page() -> None:
    bare, page = same_page("https://a.example/"), same_page("https://a.example/?p=1")
    assert bare is not None
    assert page is not None
    assert (names_a_page(bare), names_a_page(page)) == (False, True)


def test_the_host_is_ascii_lower_case_and_without_www() -> None:
    assert host_of("https://WWW.Bücher.example/x") == "xn--bcher-kva.example"


@settings(deadline=None)
@given(st.text() | st.from_regex(r"https?://[a-z.:@\[\]#%?/\\0-9é]{0,40}", fullmatch=True))
def test_the_normal_form_of_a_normal_form_is_itself(raw: str) -> None:
    once = same_page(raw)
    if once is not None:
        assert same_page(once) == once
