"""Each verb as a user meets it: help, plain output, wrong input, exit status."""

from __future__ import annotations

import gzip
import importlib
import json
from pathlib import Path
from typing import Any

import click
import pytest

from evenhand.edge.cli import VERBS


def test_help_names_every_verb_with_what_it_does(evenhand: Any) -> None:
    said = evenhand("--help")
    assert said.status == 0
    for verb, does in VERBS.items():
        assert verb in said.out
        assert does.split(":")[0] in said.out


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_has_help_that_begins_with_a_sentence(verb: str) -> None:
    name = verb.replace("-", "_")
    command = getattr(importlib.import_module(f"evenhand.edge.cli.{name}"), name)
    assert isinstance(command, click.Command)
    assert command.help and command.help.split("\n\n")[0].rstrip().endswith(".")
    assert all(p.help for p in command.params if isinstance(p, click.Option))


def test_a_misspelt_verb_gets_did_you_mean(evenhand: Any) -> None:
    said = evenhand("chek")
    assert said.status == 2
    assert "did you mean `check`" in said.err


def test_a_new_platform_starts_live_with_terms_that_check(tmp_path: Path, evenhand: Any) -> None:
    made = evenhand("init", "My Forum")
    assert made.status == 0, made.err
    assert "live clock" in made.out
    key = tmp_path / "My Forum" / "keys" / "log.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert "PRIVATE" not in made.out
    assert evenhand("check", "My Forum/terms", "--strict").status == 0
    assert evenhand("publish", "-c", "My Forum").status == 0
    loud = json.dumps({"id": "1", "author": "ada", "text": "LOOK " + " ".join(
        f"@{name}AB" for name in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")})
    ran = evenhand("run", "-", "-c", "My Forum", "--format", "jsonl", "--json",
                   stdin=loud.encode())
    assert ran.status == 0, ran.err
    assert ran.json["clock"] == "live"
    assert ran.json["actions"] == [{"clause": "1.1", "action": "limit", "count": 1}]
    assert evenhand("verify", "-c", "My Forum").status == 0


def test_init_keeps_what_is_there(agora: Path, evenhand: Any) -> None:
    before = (agora / "evenhand.toml").read_bytes()
    assert evenhand("init", agora).status == 0
    key = (agora / "keys/log.key").read_bytes()
    assert evenhand("init", agora).status == 0
    assert (agora / "evenhand.toml").read_bytes() == before
    assert (agora / "keys/log.key").read_bytes() == key


def test_check_tells_every_mistake_with_line_and_caret(agora: Path, evenhand: Any) -> None:
    terms = next((agora / "terms").glob("*.md"))
    terms.write_text(terms.read_text().replace("post.stance in", "post.stanse in", 1).replace(
        "category violence", "category violins"))
    said = evenhand("check", terms)
    assert said.status == 1
    assert "did you mean `post.stance`?" in said.err
    assert "^^^" in said.err
    assert "violins" in said.err


def test_check_names_a_part_that_no_case_tests(agora: Path, evenhand: Any) -> None:
    terms = next((agora / "terms").glob("*.md"))
    text = terms.read_text()
    start = text.index("```case a misleading claim is labelled")
    terms.write_text(text[:start] + text[text.index("```case quoted to rebut it"):])
    said = evenhand("check", terms)
    assert said.status == 0
    assert "misleading" in said.out
    assert evenhand("check", terms, "--strict").status == 1


def test_terms_that_are_published_never_change(ready: Path, evenhand: Any) -> None:
    terms = next((ready / "terms").glob("*.md"))
    terms.write_text(terms.read_text().replace("seven days", "eight days"))
    said = evenhand("publish", "-c", ready)
    assert said.status == 1
    assert "already published with other words" in said.err


@pytest.mark.parametrize(("change", "told"), [
    (("in force: 2020-05-11", "in force: 2020-05-01"), "in force before they are published"),
    (("in force: 2020-05-11", "in force: tomorrow"), "is not a date"),
    (("appeal within: 6 months", "appeal within: soon"), "is not a length of time"),
    (("time zone: UTC", "time zone: Moon/Crater"), "Moon/Crater"),
    (("version: 2020-05-11", "verison: 2020-05-11"), "did you mean `version`?"),
])
def test_wrong_front_matter_is_told(agora: Path, evenhand: Any, change: tuple[str, str],
                                    told: str) -> None:
    terms = next((agora / "terms").glob("*.md"))
    terms.write_text(terms.read_text().replace(*change))
    evenhand("init", agora)
    said = evenhand("publish", "-c", agora)
    assert said.status == 1
    assert told in said.err


def test_a_second_version_needs_the_promised_notice_and_may_not_overlap(
        ready: Path, evenhand: Any) -> None:
    first = next((ready / "terms").glob("*.md"))
    text = first.read_text()

    def second(published: str, in_force: str) -> Any:
        path = ready / "terms" / "second.md"
        path.write_text(text.replace("version: 2020-05-11", "version: two").replace(
            "published: 2020-05-04", f"published: {published}").replace(
            "in force: 2020-05-11", f"in force: {in_force}"))
        return evenhand("publish", path, "-c", ready)

    soon = second("2020-06-01", "2020-06-02")
    assert soon.status == 1 and "promise 7 days of notice" in soon.err
    same = second("2020-05-04", "2020-05-11")
    assert same.status == 1 and "overlaps" in same.err
    assert second("2020-06-01", "2020-06-08").status == 0


def test_nothing_runs_without_published_terms(agora: Path, evenhand: Any) -> None:
    evenhand("init", agora)
    said = evenhand("run", "-c", agora)
    assert said.status == 1
    assert "evenhand publish" in said.err


GOOD = {"id": "g1", "author": "ada", "text": "hello", "made_at": "2020-05-20T10:00:00Z"}

BAD_ROWS = {
    "truncated JSON": b'{"id": "b1", "text": "x"',
    "no JSON": b"hello there",
    "a list": b"[1, 2]",
    "no text": b'{"id": "b1"}',
    "no id": b'{"text": "x"}',
    "bytes that are no UTF-8": b'{"id": "b1", "text": "\xff\xfe"}',
    "a NUL": b'{"id": "b1", "text": "a\x00b"}',
    "half a surrogate pair": b'{"id": "b1", "text": "\\ud800"}',
    "a post from the future": b'{"id": "b1", "text": "x", "made_at": "2999-01-01T00:00:00Z"}',
    "a time that is none": b'{"id": "b1", "text": "x", "made_at": "yesterday"}',
    "very deep JSON": b'{"id": "b1", "text": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    "10 MB of text": b'{"id": "b1", "text": "' + b"x" * 10_000_000 + b'"}',
    "the same id with other words": json.dumps(GOOD | {"text": "bye"}).encode(),
}


@pytest.mark.parametrize("row", BAD_ROWS.values(), ids=BAD_ROWS)
def test_a_malformed_row_is_set_aside_whole_and_the_rest_is_processed(
        ready: Path, evenhand: Any, tmp_path: Path, row: bytes) -> None:
    good, better = json.dumps(GOOD).encode(), json.dumps(GOOD | {"id": "g2"}).encode()
    (tmp_path / "posts.jsonl").write_bytes(b"\n".join((good, row, better)) + b"\n")
    said = evenhand("run", "posts.jsonl", "-c", ready, "--json")
    assert said.status == 3, said.err
    assert said.json["posts"]["measured"] == 2
    (rejects,) = said.json["rejects"]
    (kept,) = Path(tmp_path, rejects).read_bytes().splitlines()
    reject = json.loads(kept)
    assert reject["where"].endswith("posts.jsonl:2")
    assert reject["what"] and reject["hint"]
    from evenhand.edge.intake.reject import parse_reject
    assert parse_reject(kept).raw.rstrip(b"\n") == row


@pytest.mark.parametrize(("name", "data"), [
    ("posts.csv", b"id,tweet,user,made_at\n1,\"a, b\nc\",ada,2020-05-20\n"),
    ("posts.tsv", b"id\ttweet\tuser\tmade_at\n1\ta b c\tada\t2020-05-20\n"),
    ("posts.jsonl.gz", gzip.compress(
        b'{"id": 1, "tweet": "a b c", "user": "ada", "made_at": "2020-05-20"}\n', mtime=0)),
], ids=("csv", "tsv", "gz"))
def test_posts_come_in_many_forms(ready: Path, evenhand: Any, tmp_path: Path, name: str,
                                  data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    said = evenhand("run", name, "-c", ready, "--map", "text=tweet,author=user", "--json")
    assert said.status == 0, said.err
    assert said.json["posts"]["measured"] == 1
    story = evenhand("show", "1", "-c", ready, "--json").json
    assert story["post"]["author"]["id"] == "ada"


def test_parquet_comes_in(ready: Path, evenhand: Any, tmp_path: Path) -> None:
    import polars
    polars.DataFrame({"id": ["1"], "text": ["hello"], "made_at": ["2020-05-20T00:00:00Z"]},
                     ).write_parquet(tmp_path / "posts.parquet")
    said = evenhand("run", "posts.parquet", "-c", ready, "--json")
    assert said.status == 0, said.err
    assert said.json["posts"]["measured"] == 1


@pytest.mark.parametrize(("args", "told"), [
    (("run", "nowhere.jsonl"), "cannot be read"),
    (("run", "--map", "text"), "maps nothing"),
    (("run", "--map", "txet=tweet"), "did you mean `text`"),
    (("run", "--fact-checks", "nowhere.json"), "cannot be read"),
    (("run", "--statements", "nowhere.jsonl"), "cannot be read"),
    (("show", "nobody"), "names no post and no decision"),
    (("show", "agora:9"), "there is no post"),
    (("verify", "nowhere.tlog-proof"), "no such file"),
    (("publish", "nowhere.md"), "no such file"),
])
def test_a_refusal_says_what_where_and_what_to_do(
        ready: Path, evenhand: Any, tmp_path: Path, args: tuple[str, ...], told: str) -> None:
    (tmp_path / "posts.jsonl").write_text(json.dumps(GOOD))
    extra = ("posts.jsonl",) if args[1:2] == ("--map",) else ()
    said = evenhand(*args, *extra, "-c", ready)
    assert said.status == 1
    assert told in said.err
    assert said.err.startswith("evenhand:")


CHECKS = {
    "no URL": ('{"@type": "ClaimReview", "claimReviewed": "x", "reviewRating": '
               '{"alternateName": "False"}}', "refused"),
    "an unknown scale": ('{"@type": "ClaimReview", "url": "https://c.example/1", "claimReviewed":'
                         ' "x", "reviewRating": {"alternateName": "Seven Bananas"}}', "note"),
    "broken JSON": ('{"@type": "ClaimReview", ', "refused"),
}


@pytest.mark.parametrize(("text", "level"), CHECKS.values(), ids=CHECKS)
def test_a_faulty_fact_check_is_named_and_the_others_are_kept(
        ready: Path, evenhand: Any, tmp_path: Path, text: str, level: str) -> None:
    (tmp_path / "checks.jsonl").write_text(text + "\n" + json.dumps({
        "@type": "ClaimReview", "url": "https://c.example/2", "claimReviewed": "y",
        "reviewRating": {"alternateName": "False"}}) + "\n")
    said = evenhand("run", "-c", ready, "--fact-checks", "checks.jsonl", "--json")
    assert said.status == (3 if level == "refused" else 0)
    (problem, *_) = said.json["problems"]
    assert problem["level"] == level
    assert problem["where"].startswith("checks.jsonl")
    assert said.json["fact_checks"]["new"] == (3 if level == "refused" else 4)


def test_a_statement_by_somebody_unregistered_is_set_aside(
        ready: Path, evenhand: Any, tmp_path: Path) -> None:
    (tmp_path / "said.jsonl").write_text(json.dumps({
        "post": "1010", "fact": "post.stance", "value": "asserts", "by": "person:mallory",
        "at": "2020-05-27T00:00:00Z"}))
    said = evenhand("run", "-c", ready, "--statements", "said.jsonl")
    assert said.status == 3
    assert "`mallory` is not a registered person" in said.err


CONFIGS = {
    "no TOML": ("[platform\n", "is not TOML"),
    "an unknown key": ('[platfrom]\nid = "a"\n', "did you mean `platform`"),
    "no platform": ('data = "x"\n', "platform.id"),
    "a wrong clock": ('[platform]\nid = "a"\nname = "A"\n[clock]\nkind = "fast"\n', "fast"),
}


@pytest.mark.parametrize(("text", "told"), CONFIGS.values(), ids=CONFIGS)
def test_a_wrong_configuration_is_told(tmp_path: Path, evenhand: Any, text: str,
                                       told: str) -> None:
    (tmp_path / "evenhand.toml").write_text(text)
    said = evenhand("run")
    assert said.status == 1
    assert told in said.err


def test_a_refusal_answers_in_json_where_json_was_asked_for(ready: Path, evenhand: Any) -> None:
    said = evenhand("show", "nobody", "-c", ready, "--json")
    assert (said.status, said.err) == (1, "")
    assert said.json["errors"][0]["what"] == "`nobody` names no post and no decision"


@pytest.mark.parametrize("name", ["[/]", "[bold]x", ":heart:", "\x1b[31mred", "\u202egnp"])
def test_words_of_strangers_neither_break_nor_colour_the_screen(
        ready: Path, evenhand: Any, tmp_path: Path, name: str) -> None:
    post = {"id": "1", "author": name, "author_name": name, "made_at": "2020-05-20",
            "text": f"I will kill you {name}", name: "a column"}
    (tmp_path / "posts.jsonl").write_text(json.dumps(post))
    ran = evenhand("run", "posts.jsonl", "-c", ready)
    assert ran.status == 0, ran.err
    told = evenhand("show", "1", "-c", ready)
    for out in (ran.out, told.out):
        assert "\x1b" not in out and "\u202e" not in out
    if name.isprintable():
        assert name in told.out


def test_an_invisible_character_in_a_name_keeps_no_post_from_being_measured(
        ready: Path, evenhand: Any, tmp_path: Path) -> None:
    post = {"id": "1", "author": "zoe\u200d", "author_name": "Zo\u00eb\u00a0B", "text": "hello",
            "made_at": "2020-05-20"}
    (tmp_path / "posts.jsonl").write_text(json.dumps(post))
    assert evenhand("run", "posts.jsonl", "-c", ready, "--json").json["posts"]["measured"] == 1


def test_a_file_that_breaks_off_costs_none_of_the_posts_before_it(
        ready: Path, evenhand: Any, tmp_path: Path) -> None:
    (tmp_path / "good.jsonl").write_text(json.dumps(GOOD))
    (tmp_path / "bad.jsonl.gz").write_bytes(gzip.compress(b"x" * 100_000, mtime=0)[:60])
    said = evenhand("run", "good.jsonl", "bad.jsonl.gz", "-c", ready)
    assert said.status == 3 and "bad.jsonl.gz:1: " in said.err
    assert evenhand("show", "g1", "-c", ready).status == 0


def test_a_file_that_cannot_be_read_costs_none_of_the_posts_after_it(
        ready: Path, evenhand: Any, tmp_path: Path) -> None:
    (tmp_path / "foreign.parquet").write_bytes(b"PAR1 and then nothing")
    (tmp_path / "foreign.csv").write_text("x,y\n1,2\n")
    (tmp_path / "good.jsonl").write_text(json.dumps(GOOD))
    bad = ("foreign.parquet", "nowhere.jsonl", "foreign.csv")
    said = evenhand("run", *bad, "good.jsonl", "-c", ready, "--json")
    assert (said.status, said.json["posts"]["measured"]) == (3, 1)
    assert [one["where"] for one in said.json["unread"]] == list(bad)
    assert evenhand("show", "g1", "-c", ready).status == 0
    none = evenhand("run", *bad, "-c", ready)
    assert none.status == 1 and not none.out
    assert [line.split(": ")[1] for line in none.err.splitlines()
            if line.startswith("evenhand: ")] == list(bad)


def test_what_is_private_is_readable_by_its_owner_alone(ready: Path, evenhand: Any) -> None:
    evenhand("run", "-c", ready)
    assert (ready / "data/evenhand.db").stat().st_mode & 0o077 == 0
    assert (ready / "data/letters").stat().st_mode & 0o077 == 0
    assert (ready / "data/ledger/checkpoint").stat().st_mode & 0o044 == 0o044


def test_an_unreadable_document_keeps_no_other_from_being_checked(
        agora: Path, evenhand: Any) -> None:
    (agora / "terms" / "a.md").write_bytes("---\nterms: Caf\xe9".encode("latin-1"))
    said = evenhand("check", agora / "terms")
    assert said.status == 1
    assert "a.md:2" in said.err
    assert "26 cases passed" in said.out


def test_a_sealed_list_that_is_not_there_is_told(agora: Path, evenhand: Any) -> None:
    terms = next((agora / "terms").glob("*.md"))
    text = terms.read_text()
    start = text.index("```words threats_of_violence")
    end = text.index("```", start + 3)
    terms.write_text(text[:start] + "```words threats_of_violence sealed sha256:" + "0" * 64 + "\n"
                     + text[end:])
    assert evenhand("init", agora).status == 0
    published = evenhand("publish", "-c", agora)
    assert published.status == 0, published.err
    said = evenhand("run", "-c", agora)
    assert "hits.threats_of_violence is missing for" in said.out
    assert "sealed list is not in" in said.out


@pytest.mark.parametrize("native", ["at://did:plc:abc/app.bsky.feed.post/3k", "a:b:c", "u@host"])
def test_a_post_is_found_by_its_own_id_whatever_it_holds(
        ready: Path, evenhand: Any, tmp_path: Path, native: str) -> None:
    (tmp_path / "posts.jsonl").write_text(json.dumps(GOOD | {"id": native}))
    assert evenhand("run", "posts.jsonl", "-c", ready).status == 0
    for name in (native, f"agora:{native}", f"agora:{native}@1"):
        assert evenhand("show", name, "-c", ready, "--json").json["post"]["id"]["native"] == native


def test_rejects_never_go_into_what_is_read(ready: Path, evenhand: Any, tmp_path: Path) -> None:
    (tmp_path / "posts.jsonl").write_text("junk\n")
    said = evenhand("run", "posts.jsonl", "--rejects", "posts.jsonl", "-c", ready)
    assert said.status == 1
    assert (tmp_path / "posts.jsonl").read_text() == "junk\n"


def test_every_fault_of_fact_checks_is_kept_and_an_empty_file_is_none(
        ready: Path, evenhand: Any, tmp_path: Path) -> None:
    (tmp_path / "checks.jsonl").write_text('{"@type": "ClaimReview"}\n' * 9)
    said = evenhand("run", "-c", ready, "--fact-checks", "checks.jsonl")
    assert said.status == 3
    kept = (ready / "data/rejects/fact-checks.jsonl").read_text().splitlines()
    assert {json.loads(line)["where"].split(":")[1] for line in kept} == set("123456789")
    (tmp_path / "empty.jsonl").write_text("")
    assert evenhand("run", "-c", ready, "--fact-checks", "empty.jsonl").status == 0
