"""Fetching a publisher's page: what is fetched, and all that is refused."""

from __future__ import annotations

import ipaddress
import json
import socket
import time

import pytest

from evenhand.edge.fetching import MOST_HOPS, Fetcher, NotFetched
from evenhand.edge.importing import import_address

PAGE = "<title>A page</title>"


def refused(fetcher: Fetcher, address: str) -> NotFetched:
    with pytest.raises(NotFetched) as found:
        fetcher.fetch(address)
    assert found.value.where and found.value.hint
    return found.value


def test_a_page_is_fetched_with_where_it_was_found(site):
    there = site.put("/new?a=1", PAGE)
    site.put("/old", "", status=301, Location="/new?a=1")
    page = site.fetcher().fetch(site.address("/old"))
    assert (page.text, page.address) == (PAGE, there)
    assert site.asked == ["/old", "/new?a=1"]


@pytest.mark.parametrize("address", [
    "ftp://checkers.example/a", "file:///etc/passwd", "gopher://checkers.example/",
    "http://name:word@checkers.example/", "http://localhost/", "http://[::1]/",
    "http://checkers.example/a\r\nX: y", "javascript:alert(1)", "//checkers.example/"])
def test_what_is_no_address_of_the_web_is_not_asked_for(address):
    assert refused(Fetcher(), address).why == "refused"


@pytest.mark.parametrize("inside", [
    "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "0.0.0.0",  # noqa: S104
    "100.64.0.1", "224.0.0.1", "::1", "fe80::1", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1"])
def test_a_host_within_a_private_net_is_refused_before_anything_is_connected(
        inside, monkeypatch):
    asked = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 80)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (inside, 80))])
    monkeypatch.setattr(socket, "create_connection", lambda *a, **_: asked.append(a))
    said = refused(Fetcher(), "http://checkers.example/a")
    assert (said.why, asked) == ("refused", [])
    assert "not of the public internet" in said.what


def test_the_connection_goes_to_the_address_that_was_checked(site, monkeypatch):
    """The name means something else a moment later: nobody asks again what it means."""
    site.put("/a", PAGE)
    answers = iter(["127.0.0.1", "10.0.0.1"])
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *a, **k: real(
        next(answers) if host == "checkers.example" else host, *a, **k))
    page = site.fetcher().fetch(f"http://checkers.example:{site.port}/a")
    assert page.text == PAGE


def test_each_redirect_is_checked_again(site):
    site.put("/out", "", status=302, Location="http://10.0.0.1/admin")
    fetcher = site.fetcher(may_connect=lambda ip: ip == ipaddress.ip_address("127.0.0.1"))
    assert "10.0.0.1" in refused(fetcher, site.address("/out")).what
    site.put("/file", "", status=302, Location="file:///etc/passwd")
    assert refused(fetcher, site.address("/file")).why == "refused"


def test_redirects_are_followed_only_so_far(site):
    site.put("/round", "", status=302, Location="/round")
    said = refused(site.fetcher(), site.address("/round"))
    assert "redirected more than" in said.what and len(site.asked) == MOST_HOPS + 1


def test_another_port_than_those_of_the_web_is_refused(site):
    assert "not one of the web" in refused(
        site.fetcher(ports=(80, 443)), site.address("/a")).what


@pytest.mark.parametrize("kind", ["application/pdf", "image/png", "", "application/octet-stream"])
def test_what_cannot_hold_fact_checks_is_not_read(site, kind):
    site.put("/a", PAGE, kind=kind)
    assert refused(site.fetcher(), site.address("/a")).why == "refused"


@pytest.mark.parametrize("kind", ["text/html", "application/ld+json", "application/json; x=y",
                                  "application/xhtml+xml", "text/plain", "application/x-ndjson"])
def test_what_can_is(site, kind):
    site.put("/a", PAGE, kind=kind)
    assert site.fetcher().fetch(site.address("/a")).text == PAGE


def test_a_page_that_is_too_long_is_not_read_to_its_end(site):
    site.put("/a", "x" * 2000)
    assert "longer than 1,000 bytes" in refused(
        site.fetcher(most_bytes=1000), site.address("/a")).what


def test_a_compressed_answer_is_refused(site):
    site.put("/a", b"\x1f\x8b", **{"Content-Encoding": "gzip"})
    assert "compressed" in refused(site.fetcher(), site.address("/a")).what


def test_whoever_answers_a_byte_at_a_time_does_not_hold_us_up(site):
    def drip(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html")
        handler.end_headers()
        for _ in range(100):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.05)

    site.pages["/slow"] = drip
    began = time.monotonic()
    said = refused(site.fetcher(patience=0.5), site.address("/slow"))
    assert "longer than 0.5 seconds" in said.what and time.monotonic() - began < 3


@pytest.mark.parametrize(("status", "why"), [
    (404, "gone"), (410, "gone"), (403, "unreachable"), (500, "unreachable"),
    (503, "unreachable"), (204, "unreachable"), (304, "unreachable")])
def test_what_each_status_means(site, status, why):
    site.put("/a", "", status=status)
    said = refused(site.fetcher(), site.address("/a"))
    assert (said.why, said.status) == (why, status)


def test_a_page_that_breaks_off_is_told_as_such(site):
    site.put("/a", PAGE, **{"Content-Length": "500"})
    assert refused(site.fetcher(), site.address("/a")).why == "unreachable"


def test_whom_nobody_knows_is_told(monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert "nobody knows the host" in refused(Fetcher(), "https://checkers.example/").what


@pytest.mark.parametrize(("body", "kind"), [
    ("Fähre".encode("cp1252"), "text/html; charset=windows-1252"),
    ("Fähre".encode(), "text/html"), ("\ufeffFähre".encode(), "text/html; charset=latin-1"),
    ("<meta charset='iso-8859-1'>Fähre".encode("latin-1"), "text/html")])
def test_characters_are_read_as_the_page_says(site, body, kind):
    site.put("/a", body, kind=kind)
    assert site.fetcher().fetch(site.address("/a")).text.endswith("Fähre")


def test_no_proxy_of_the_environment_sees_what_we_fetch(site, monkeypatch):
    for name in ("http_proxy", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    site.put("/a", PAGE)
    assert site.fetcher().fetch(site.address("/a")).text == PAGE


def test_a_page_speaks_for_its_own_domain_alone(world, site):
    """Whoever serves a page can write into it that somebody else said something."""
    own = world.check() | {"url": site.address("/own")}
    site.put("/feed", json.dumps([own, world.check()]), kind="application/ld+json")
    done = import_address(world.open(), site.address("/feed"), site.fetcher())
    assert [read.check.url for read in done.read] == [own["url"]]
    assert (done.new, done.set_aside) == (1, 1)
    assert any("in the name of another domain, `checkers.example`" in p.what
               for p in done.problems)
