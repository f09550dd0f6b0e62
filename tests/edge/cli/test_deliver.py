"""`evenhand deliver`, and what a run tells of letters that wait."""

from __future__ import annotations

import json
import socket
from datetime import UTC, datetime

import pytest

TEXT = " ".join(f"@USER{n}" for n in range(25)) + " COME AND BUY ALL OF IT TODAY"
"""What the first terms of a new platform limit: shouting at many people."""


@pytest.fixture
def forum(tmp_path, evenhand):
    """A platform on a live clock with its first terms published and a webhook at a closed port."""
    folder = tmp_path / "forum"
    assert evenhand("init", folder).status == 0
    assert evenhand("publish", "-c", folder).status == 0
    secret = folder / "keys" / "webhook.secret"
    secret.write_text("0123456789abcdef" * 2)
    secret.chmod(0o600)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with (folder / "evenhand.toml").open("a") as file:
        file.write(f'\n[courier.webhook]\naddress = "http://127.0.0.1:{port}/"\n'
                   'secret-file = "keys/webhook.secret"\n')
    return folder


def test_where_nothing_waits_nothing_is_done(ready, evenhand):
    said = evenhand("deliver", "-c", ready)
    assert (said.status, said.out) == (
        0, "0 letters delivered, each with its receipt; 1 entry in the ledger\n")
    assert evenhand("deliver", "-c", ready, "--json").json == {
        "letters": 0, "entries": 1, "waiting": [], "outcomes": []}


def test_what_waits_is_told_by_the_run_and_by_the_verb(forum, evenhand, tmp_path):
    posts = tmp_path / "posts.jsonl"
    now = datetime.now(UTC).isoformat()
    posts.write_text(json.dumps({"id": "1", "author": "ada", "text": TEXT, "made_at": now}) + "\n")
    ran = evenhand("run", "-c", forum, posts)
    assert ran.status == 0, ran.err
    assert "1 errand by webhook waits: the receiver cannot be reached, tried again from" in ran.out
    again = evenhand("deliver", "-c", forum, "--json").json
    [waits] = again["waiting"]
    assert (waits["channel"], waits["errands"], waits["because"]) == (
        "webhook", 1, "the receiver cannot be reached")
    assert datetime.fromisoformat(waits["not_before"]) > datetime.fromisoformat(now)
    assert (again["letters"], again["outcomes"]) == (0, [])
    assert evenhand("run", "-c", forum, posts, "--json").json["errands_waiting"] == [waits]


def test_a_secret_that_others_can_read_is_refused_and_nothing_is_lost(forum, evenhand):
    (forum / "keys" / "webhook.secret").chmod(0o644)
    said = evenhand("deliver", "-c", forum)
    assert said.status == 1
    assert "others may read the webhook's secret" in said.err and "chmod 600" in said.err
    assert "0123456789abcdef" not in said.err + said.out
