"""Letters by webhook: what is posted, how it is signed, and what each answer means."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from evenhand.edge.courier import webhook
from evenhand.edge.courier.settings import Hook, why_no_hook
from evenhand.edge.courier.webhook import WebhookChannel, body_of, signature
from evenhand.errors import EvenhandError

NOW = datetime(2026, 5, 26, 12, 0, tzinfo=UTC)
SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def secret(tmp_path):
    """The file of the secret."""
    file = tmp_path / "webhook.secret"
    file.write_text(SECRET + "\n")
    file.chmod(0o600)
    return file


@pytest.fixture
def channel(secret):
    """Makes prepared channels: `channel(address)`."""
    def make(address, *, trust=None):
        made = WebhookChannel(Hook(address=address, secret_file=secret, trust=trust),
                              platform="square")
        made.prepare()
        return made

    return make


def test_what_is_posted_says_what_to_do_the_words_and_the_proof(receiver, channel, letter):
    outcome = channel(receiver.address()).deliver(letter(), NOW)
    assert (outcome.kind, outcome.to) == ("delivered", "ada@square.example")
    [(path, headers, body)] = receiver.posted
    assert path == "/evenhand?box=1"
    assert headers["Content-Type"] == "application/json"
    said = json.loads(body)
    assert body == body_of(letter())
    assert said["letter"]["words"] == letter().notice.words
    assert said["letter"]["text"] == letter().text
    assert said["receipt"].encode() == letter().receipt_file
    assert said["policy"].encode() == letter().policy
    assert said["instructions"] is None
    assert (said["about"], said["delivery"]) == ("report:r1", headers["Evenhand-Delivery"])


def test_whoever_shares_the_secret_can_check_who_posted_it_and_when(receiver, channel, letter):
    channel(receiver.address()).deliver(letter(), NOW)
    [(_, headers, body)] = receiver.posted
    at, mac = (part.partition("=")[2] for part in headers["Evenhand-Signature"].split(","))
    assert int(at) == NOW.timestamp()
    assert mac == hmac.new(SECRET.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert SECRET not in str(headers) + body.decode()


def test_a_letter_that_another_channel_carries_is_not_in_it(receiver, channel, letter):
    outcome = channel(receiver.address()).deliver(letter(carried=False), NOW)
    assert (outcome.kind, outcome.to) == ("delivered", "square")
    assert json.loads(receiver.posted[0][2])["letter"] is None


def test_a_letter_to_nobody_is_an_unknown_contact(receiver, channel, letter):
    outcome = channel(receiver.address()).deliver(letter(""), NOW)
    assert (outcome.kind, outcome.to) == ("contact unknown", "")
    assert json.loads(receiver.posted[0][2])["letter"] is None


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_every_status_of_the_200s_is_a_delivery(receiver, channel, letter, status):
    receiver.answers.append((status, {}))
    assert channel(receiver.address()).deliver(letter(), NOW).kind == "delivered"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 413, 422, 451])
def test_a_refusal_is_for_good(receiver, channel, letter, status):
    receiver.answers.append((status, {}))
    outcome = channel(receiver.address()).deliver(letter(), NOW)
    assert (outcome.kind, outcome.why) == ("refused", f"the receiver refuses it ({status})")


@pytest.mark.parametrize("status", [301, 302, 307, 308, 408, 425, 429, 500, 502, 503, 504])
def test_anything_else_is_tried_again_under_the_same_key(receiver, channel, letter, status):
    receiver.answers.append((status, {}))
    one = channel(receiver.address())
    outcome = one.deliver(letter(), NOW)
    assert outcome.kind == "try again" and str(status) in outcome.why
    assert one.deliver(letter(), NOW).kind == "delivered"
    first, again = (headers["Evenhand-Delivery"] for _, headers, _ in receiver.posted)
    assert first == again


def test_no_redirect_is_followed(receivers, channel, letter):
    one, other = receivers(), receivers()
    one.answers.append((307, {"Location": other.address()}))
    outcome = channel(one.address()).deliver(letter(), NOW)
    assert (outcome.kind, "not followed" in outcome.why) == ("try again", True)
    assert other.posted == []


@pytest.mark.parametrize(("header", "after"), [
    ("120", timedelta(seconds=120)), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("-5", None),
    ("9" * 30, None), ("１２", None)])
def test_how_long_the_other_side_asks_us_to_wait_is_heard(receiver, channel, letter, header, after):
    receiver.answers.append((429, {"Retry-After": header.encode().decode("latin-1")}))
    assert channel(receiver.address()).deliver(letter(), NOW).after == after


def test_no_proxy_of_the_environment_sees_a_letter(receivers, channel, letter, monkeypatch):
    proxy, one = receivers(), receivers()
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.address(""))
    assert channel(one.address()).deliver(letter(), NOW).kind == "delivered"
    assert proxy.posted == []


def test_a_receiver_that_dies_in_the_middle_gets_it_again(receiver, channel, letter):
    receiver.hangs_up = 1
    one = channel(receiver.address())
    outcome = one.deliver(letter(), NOW)
    assert (outcome.kind, outcome.nobody_answers) == ("try again", True)
    assert one.deliver(letter(), NOW).kind == "delivered"


def test_nobody_there_is_trouble_of_the_channel_and_not_of_the_letter(channel, letter, unused_port):
    outcome = channel(f"http://127.0.0.1:{unused_port}/").deliver(letter(), NOW)
    assert (outcome.kind, outcome.nobody_answers) == ("try again", True)
    assert outcome.why == "the receiver cannot be reached"


def test_over_tls_to_a_receiver_whose_certificate_is_trusted_and_to_no_other(
        receivers, channel, letter, certificate):
    one = receivers(certificate.server())
    address = one.address().replace("http:", "https:")
    assert channel(address, trust=certificate.file).deliver(letter(), NOW).kind == "delivered"
    outcome = channel(address).deliver(letter(), NOW)
    assert (outcome.kind, outcome.why) == (
        "try again", "the receiver's certificate is not trusted")
    assert len(one.posted) == 1


def test_a_huge_letter_arrives_whole(receiver, channel, letter):
    one = letter(words="wheeep " * 700_000)
    assert channel(receiver.address()).deliver(one, NOW).kind == "delivered"
    assert json.loads(receiver.posted[0][2])["letter"]["words"] == one.notice.words


@pytest.mark.parametrize(("content", "mode", "told"), [
    (SECRET, 0o640, "others may read the webhook's secret"), ("short", 0o600, "shorter than 32"),
    ("", 0o600, "not one line"), (SECRET + "\n" + SECRET, 0o600, "not one line"),
    (None, 0, "cannot be read")])
def test_a_secret_that_cannot_be_used_is_refused_with_how_to_make_one(
        channel, secret, content, mode, told):
    if content is None:
        secret.unlink()
    else:
        secret.write_text(content)
        secret.chmod(mode)
    with pytest.raises(EvenhandError, match=told) as refused:
        channel("http://127.0.0.1:1/")
    assert refused.value.where == str(secret)
    assert SECRET not in str(refused.value) + (refused.value.hint or "")
    assert ("openssl rand" if mode in (0, 0o600) else "chmod 600") in (refused.value.hint or "")


@pytest.mark.parametrize("address", [
    "http://square.example/", "http://localhost.example/", "ftp://square.example/",
    "https://ada:pw@square.example/", "https://square.example/#top", "https:///evenhand",
    "https://square.example:99999/", "https://square.example:0/", "https://squ are.example/",
    "https://square.example/\r\nHost: other", "https://bücher.example/", "https://a..b/", "",
    "square.example", "https://[::1", "https://" + "a" * 64 + ".example/"])
def test_letters_go_to_no_address_that_could_mislead_them(address):
    assert why_no_hook(address)


@pytest.mark.parametrize("address", [
    "https://square.example", "https://square.example:8443/a/b?c=d", "http://127.0.0.1:8080/",
    "http://localhost/", "http://[::1]:8080/", "https://10.0.0.7/"])
def test_letters_go_to_every_address_of_the_web_that_is_safe(address):
    assert why_no_hook(address) is None


def test_a_signature_is_of_these_bytes_at_this_time_by_this_secret():
    one = signature(SECRET, b"{}", 1)
    assert len({one, signature(SECRET, b"{} ", 1), signature(SECRET, b"{}", 2),
                signature(SECRET + "0", b"{}", 1)}) == 4


def test_a_receiver_that_answers_a_line_at_a_time_does_not_hold_us_up(channel, letter, monkeypatch):
    monkeypatch.setattr(webhook, "PATIENCE", 0.5)
    done = threading.Event()

    def drip(server):
        one, _ = server.accept()
        with one, suppress(OSError):
            one.sendall(b"HTTP/1.1 200 OK\r\n")
            while not done.wait(0.05):
                one.sendall(b"X-More: to come\r\n")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=(server,))
        thread.start()
        address = f"http://127.0.0.1:{server.getsockname()[1]}/"
        outcome = channel(address).deliver(letter(), NOW)
        done.set()
        thread.join()
    assert (outcome.kind, outcome.nobody_answers) == ("try again", True)
