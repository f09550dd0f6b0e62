"""What `evenhand ledger history` and `fsck` say of entries, in words that a person reads."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from tests.audit.test_leaves import DOCUMENT, HOLD, PUBLICATION, REPORT, leaf, signed

from evenhand.edge.cli import cli
from evenhand.errors import EvenhandError
from evenhand.ledger.keys import PrivateKey, format_vkey

KEY = PrivateKey(name="agora.example/log", seed=bytes(32))
SUCCESSION = {"before": "agora.example/old", "key": "agora.example/old+00000000+AAAA",
              "inherited": 2,
              "checkpoint": signed(leaf("report", REPORT))[0]["checkpoint"].decode(),
              "words": "The disk was lost.", "at": "2020-05-26T21:05:00Z", "clock": "live"}
RATED = {"fact_check": "k", "url": "https://c.example/1", "publisher": "c.example",
         "by": "publisher", "before": {"rating": "False", "words": "no"},
         "after": {"rating": "True", "words": "yes"}, "page": None,
         "at": "2020-05-26T21:05:00Z", "clock": "live"}
ENTRIES = (leaf("publication", PUBLICATION | {"documents": [
    DOCUMENT, DOCUMENT | {"language": "de", "authentic": False}]}),
    leaf("report", REPORT), leaf("succession", SUCCESSION), leaf("legal-hold", HOLD),
    leaf("legal-hold", HOLD), leaf("fact-check-change", RATED))


@pytest.fixture
def log(tmp_path):
    files, _ = signed(*ENTRIES)
    for path, data in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    (tmp_path / "policy").write_text(f"log {format_vkey(KEY.verifier)}\nquorum none\n")
    return tmp_path


def said(log, *words):
    done = CliRunner().invoke(cli, ["ledger", *words, "--ledger", str(log)],
                              standalone_mode=False)
    assert done.exception is None, done.exception
    return done.stdout


@pytest.mark.parametrize(("index", "told"), [
    (0, "documents en and de"), (0, "title T"),
    (2, "words The disk was lost."), (2, "checkpoint of 1 entry"),
    (5, "before rating False, words no"), (5, "after rating True, words yes"),
])
def test_an_entry_is_told_in_a_line_of_words(log, index, told):
    text = said(log, "history", str(index))
    line = next(line for line in text.splitlines() if line.startswith(" >"))
    assert told in line
    assert "{" not in line and f"entry {index} belongs to no one post's history:" in text


def test_a_post_is_told_as_one(log):
    assert "1 entry of one post, each names the one before it:" in said(log, "history", "1")


def test_holds_are_counted_in_words(log):
    assert "2 legal holds" in said(log, "fsck")


def test_programs_are_told_whose_policy_it_was_and_what_was_held(log):
    told = json.loads(said(log, "history", "1", "--json"))
    assert (told["policy_given"], told["receipt_held"], told["size"]) == (False, False, 6)
    told = json.loads(said(log, "history", "1", "--json", "--policy", str(log / "policy")))
    assert told["policy_given"]
    told = json.loads(said(log, "prove", "1", "--json"))
    assert not told["policy_given"]


def test_programs_are_told_of_an_entry_that_breaks_a_promise_of_a_sound_log(log):
    files, _ = signed(*ENTRIES, leaf("report", REPORT | {"prev": 0}))
    for path, data in files.items():
        (log / path).write_bytes(data)
    done = CliRunner().invoke(cli, ["ledger", "fsck", "--ledger", str(log), "--json"],
                              standalone_mode=False)
    told = json.loads(done.stdout)
    assert (done.return_value, told["size"], told["foreign"]) == (1, 7, False)
    assert (told["refused"]["where"], told["entries"]) == ("entry 6", {})
    done = CliRunner().invoke(cli, ["ledger", "fsck", "--ledger", str(log)],
                              standalone_mode=False)
    assert isinstance(done.exception, EvenhandError) and done.exception.where == "entry 6"
    assert done.stdout.startswith("as it was signed agora.example/log at size 7")
    assert "7 entries, each as it was signed" in done.stdout and "legal" not in done.stdout


def test_a_log_of_something_else_is_sound_for_all_that(log):
    files, _ = signed(b"hello", b"world")
    for path, data in files.items():
        (log / path).write_bytes(data)
    told = json.loads(said(log, "fsck", "--json"))
    assert (told["foreign"], told["refused"], told["size"]) == (True, None, 2)
    assert {*told["files_beside"]["ahead"]} == {"tile/0/000.p/6", "tile/entries/000.p/6"}
