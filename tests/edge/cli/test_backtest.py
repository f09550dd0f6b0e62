"""`evenhand backtest` tells what would change, on a terminal, as JSON and as a page."""

from __future__ import annotations

import json
import re
import runpy
import signal
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from evenhand.edge.cli import cli
from evenhand.edge.cli.pictures import Band, Shift, flow, known_bar, pair_bar, scale_of, shift_bar
from evenhand.edge.facts import vocabulary
from evenhand.edge.facts_on_disk import FileOnDisk
from evenhand.record.frozen import freeze, version_digest
from evenhand.rulebook.document import read_document
from evenhand.terms.clauses import Terms, read_terms

ROOT = Path(__file__).parents[3]
D = runpy.run_path(str(ROOT / "tests" / "audit" / "datasets.py"))
OLD = (ROOT / "examples" / "agora" / "terms" / "2020-05-11.md").read_text(encoding="utf-8")

CHANGES = {
    "version: 2020-05-11": "version: 2020-06-15", "published: 2020-05-04": "published: 2020-06-08",
    "in force: 2020-05-11": "in force: 2020-06-15",
    "post.mentions > 10 and": "post.mentions > 6 and",
    "post.mentions = 10; account": "post.mentions = 6; account",
    "you will all hang\n": "you will all hang\nwatch your back\n"}


def version(text: str) -> Terms:
    document = read_document(text, name="terms.md")
    return read_terms([document], vocabulary=vocabulary(),
                      digest=version_digest([document], freeze(vocabulary())))


def records() -> list[dict[str, Any]]:
    """Four posts: one that names seven people, one that threatens, one of a friend, one of none."""
    known = {"hits.threats_of_violence": 0, "hits.phone_number": 0, "hits.office_number": 0,
             "claim": (), "post.stance": "asserts", "post.mentions": 1,
             "account.age": timedelta(days=3)}
    return [known | {"post.mentions": 7}, known | {"hits.threats_of_violence": 1}, known,
            known | {"post.mentions": 12}]


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """Terms that call seven people many, and know one more threat."""
    text = OLD
    for before, after in CHANGES.items():
        assert before in text
        text = text.replace(before, after)
    (tmp_path / "new.md").write_text(text, encoding="utf-8")
    return tmp_path / "new.md"


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """An export with a dataset of four posts in two batches, and its documents."""
    terms, folder = version(OLD), tmp_path / "export"
    D["publish"](folder / "documents", terms)
    frame = D["frame_of"](records(), terms)
    for part in (frame[:2], frame[2:]):
        D["write"](folder / "facts", part, terms.digest)
    return folder


def test_it_tells_what_would_change_clause_by_clause(evenhand: Any, new: Path,
                                                     history: Path) -> None:
    told = evenhand("backtest", new, "--against", history)
    assert told.status == 0 and not told.err
    lines = [line.split() for line in told.out.splitlines()]
    assert ["4.1", "Calling", "many", "people", "at", "once", "1", "2", "1", "0", "0", "0"] in lines
    assert ["2.1", "Threats", "of", "violence", "1", "0", "0", "0", "4", "1"] in lines
    assert ["limit", "1", "2", "1", "0", "0", "0"] in lines
    for said in ("nothing changes by 2.2, 3.2", "4 measured under version 2020-05-11",
                 "against 4 measured posts of 2 batches, made on 26 May 2020\n",
                 "is not what it was in version 2020-05-11 (1 more)",
                 "agora:0@1  by u0, 2020-05-26 12:00  post.mentions = 7; account.age = 3 days",
                 "caps, suspensions and what people decided are not decided again"):
        assert said in told.out, said


def test_json_says_all_of_it(evenhand: Any, new: Path, history: Path) -> None:
    told = evenhand("backtest", new, "--against", history / "facts", "--json", "--samples", 1).json
    assert told["terms"]["version"] == "2020-06-15"
    against = told["against"]
    assert (against["rows"], against["posts"], against["estimated"]) == (4, 4, False)
    assert told["before"] == [{"digest": version(OLD).digest, "rows": 4, "version": "2020-05-11",
                               "found": True, "published": True}]
    clauses = {c["number"]: c for c in told["clauses"]}
    assert list(clauses) == ["2.1", "2.2", "3.2", "4.1"]
    many = clauses["4.1"]
    assert many["before"]["holds"] == {"rows": 1, "posts": 1} and many["state"] == "kept"
    assert (many["gained"]["rows"], many["lost"]["rows"], many["in_doubt"]["rows"]) == (1, 0, 0)
    assert many["samples"] == {"gained": [{
        "post": "agora:0@1", "author": "u0", "made_at": "2020-05-26T12:00:00Z",
        "facts": {"post.mentions": 7, "account.age": "P3D"}, "missing": [], "lacking": []}]}
    assert clauses["2.1"]["lacks"] == ["hits.threats_of_violence"]
    assert len(clauses["2.1"]["samples"]["newly_undetermined"]) == 1
    facts = {f["fact"]: f for f in told["facts"]}
    assert facts["hits.threats_of_violence"]["lacking"] == 4
    assert facts["post.mentions"] == {"fact": "post.mentions", "clauses": ["4.1"], "known": 4,
                                      "missing": 0, "lacking": 0, "because": []}
    assert told["refused"] == [] and told["remarks"]
    assert not any("samples" in c and c["samples"] for c in evenhand(
        "backtest", new, "--against", history, "--json", "--samples", 0).json["clauses"])


def test_samples_are_the_same_every_time(evenhand: Any, new: Path, history: Path) -> None:
    words = ("backtest", new, "--against", history, "--json")
    assert evenhand(*words).out == evenhand(*words).out


# --- the terms then ---

def test_without_the_terms_then_it_says_what_it_cannot_tell(evenhand: Any, new: Path,
                                                            history: Path) -> None:
    (history / "documents").rename(history / "elsewhere")
    told = evenhand("backtest", new, "--against", history)
    assert told.status == 0 and "terms not found (sha256:" in told.out
    assert "what was done before is not told" in told.out
    assert re.search(r"^limit +\? +2 +\? +\? +0 +\?$", told.out, re.MULTILINE)
    plain = evenhand("backtest", new, "--against", history, "--json").json
    assert plain["before"][0]["found"] is False
    assert all(a["before"] is None and a["after"] for a in plain["actions"])
    facts = {f["fact"]: f for f in plain["facts"]}
    assert "are not found" in facts["hits.phone_number"]["because"][0]["why"]


@pytest.mark.parametrize("changed", [False, True])
def test_terms_that_are_named_stand_for_those_then(evenhand: Any, new: Path, history: Path,
                                                   tmp_path: Path, changed: bool) -> None:
    (history / "documents").rename(history / "elsewhere")
    old = OLD + ("\nAnother sentence.\n" if changed else "")
    (tmp_path / "old.md").write_text(old, encoding="utf-8")
    told = evenhand("backtest", new, "--against", history, "--before", tmp_path / "old.md",
                    "--json").json
    assert told["before"][0]["published"] is not changed
    assert told["actions"][0]["before"]
    assert any("on the word of" in said for said in told["remarks"]) is changed


def test_of_several_versions_that_are_named_the_digests_decide(evenhand: Any, new: Path,
                                                               history: Path,
                                                               tmp_path: Path) -> None:
    (history / "documents").rename(history / "elsewhere")
    (tmp_path / "old.md").write_text(OLD, encoding="utf-8")
    told = evenhand("backtest", new, "--against", history, "--before", tmp_path / "old.md",
                    "--before", new, "--json").json
    assert told["before"][0]["published"] is True


# --- what is wrong ---

def test_terms_with_a_mistake_are_told_as_check_tells_them(evenhand: Any, new: Path,
                                                           history: Path) -> None:
    new.write_text(new.read_text().replace("post.mentions > 6", "post.mentionz > 6"))
    told = evenhand("backtest", new, "--against", history)
    checked = evenhand("check", new)
    assert told.status == 1 and not told.out
    assert "did you mean `post.mentions`?" in told.err and "^" in told.err
    assert told.err.strip() in checked.err
    assert "errors" in evenhand("backtest", new, "--against", history, "--json").json


@pytest.mark.parametrize(("paths", "why"), [
    (("nowhere.md",), "there is no such file"),
    (("empty",), "there is no document here"),
    (("new.md", "old.md"), "there are 2 versions of terms here")])
def test_new_terms_are_one_version(evenhand: Any, new: Path, history: Path, tmp_path: Path,
                                   paths: tuple[str, ...], why: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "old.md").write_text(OLD, encoding="utf-8")
    told = evenhand("backtest", *paths, "--against", history)
    assert told.status == 1 and why in told.err


def test_a_file_that_cannot_be_read_is_told_and_the_others_count(evenhand: Any, new: Path,
                                                                 history: Path) -> None:
    bad = history / "facts" / f"{'0' * 64}.parquet"
    bad.write_bytes(b"PAR1 nonsense PAR1")
    told = evenhand("backtest", new, "--against", history, "--html", "page.html")
    assert told.status == 3 and bad.name in told.err and "no Parquet file" in told.err
    assert "against 4 measured posts of 2 batches" in told.out
    assert bad.name in (history.parent / "page.html").read_text()
    plain = evenhand("backtest", new, "--against", history, "--json")
    assert plain.status == 3 and not plain.err
    assert plain.json["refused"][0]["where"].endswith(bad.name)


@pytest.mark.parametrize("wrong", ["nothing there", "nothing readable", "another type"])
def test_where_nothing_can_be_read_nothing_is_told(evenhand: Any, new: Path, history: Path,
                                                   wrong: str) -> None:
    files = sorted((history / "facts").iterdir())
    for path in files:
        if wrong == "nothing there":
            path.unlink()
        elif wrong == "nothing readable":
            path.write_bytes(path.read_bytes()[:-20])
        else:
            header = json.loads(pl.read_parquet_metadata(path)["evenhand"])
            pl.read_parquet(path).with_columns(pl.col("post__mentions").cast(pl.String)) \
                .write_parquet(path, metadata={"evenhand": json.dumps(header)})
    told = evenhand("backtest", new, "--against", history, "--html", "page.html")
    assert told.status == 1 and not told.out and told.err.startswith("evenhand: ")
    assert not (history.parent / "page.html").exists()


def test_a_page_that_cannot_be_written_is_refused_before_anything_is_read(
        evenhand: Any, new: Path, history: Path) -> None:
    told = evenhand("backtest", new, "--against", history, "--html", "no/page.html")
    assert told.status == 1 and "the folder is not there" in told.err and not told.out


@pytest.mark.parametrize("times", [1, 2])
def test_who_interrupts_it_is_told_how_far_it_got_and_finds_no_half_file(
        new: Path, history: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
        times: int) -> None:
    read, done = FileOnDisk.read, []

    def interrupted(self: FileOnDisk, *args: Any) -> pl.DataFrame:
        done.append(1)
        if len(done) == 2:
            for _ in range(times):
                signal.raise_signal(signal.SIGINT)
        return read(self, *args)

    monkeypatch.setattr("evenhand.audit.backtest.PART", 2)
    monkeypatch.setattr(FileOnDisk, "read", interrupted)
    page, before = tmp_path / "page.html", signal.getsignal(signal.SIGINT)
    told = CliRunner().invoke(cli, ["backtest", str(new), "--against", str(history), "--html",
                                    str(page)], standalone_mode=False)
    # Once, it ends with the step that it is in; twice, at once.
    assert told.return_value == 130
    assert f"interrupted after {2 if times == 2 else 4} of 4 rows" in told.stderr
    assert not list(tmp_path.glob("*page*")) and not list(tmp_path.glob(".*page*"))
    assert signal.getsignal(signal.SIGINT) is before


# --- the page ---

@pytest.fixture
def page(evenhand: Any, history: Path, tmp_path: Path) -> Callable[..., ET.Element]:
    """Write the page and read it as XML: what is not escaped, or not closed, ends in an error."""
    def make(new: Path, *more: str | Path) -> ET.Element:
        told = evenhand("backtest", new, "--against", history, "--html", "page.html", *more)
        assert told.status == 0, told.err
        text = (tmp_path / "page.html").read_text(encoding="utf-8")
        assert text.startswith("<!doctype html>\n")
        return ET.fromstring(text.removeprefix("<!doctype html>"))  # noqa: S314

    return make


def test_the_page_needs_nothing_else_and_says_what_its_pictures_show(
        page: Callable[..., ET.Element], new: Path, tmp_path: Path) -> None:
    root = page(new)
    tags = {one.tag for one in root.iter()}
    assert not tags & {"script", "link", "img", "iframe", "object", "a", "form"}
    text = (tmp_path / "page.html").read_text()
    assert not re.search(r"https?://|@import|url\((?!#)|\bon\w+=", text)
    pictures = [one for one in root.iter("svg") if one.get("role") == "img"]
    assert len(pictures) > 10
    for picture in pictures:
        said = picture.find("title")
        assert said is not None and said.text == picture.get("aria-label")
        assert re.search(r"\d", said.text or ""), said.text
    others = [one for one in root.iter("svg") if one.get("role") != "img"]
    assert all(one.get("aria-hidden") == "true" or one.get("overflow") for one in others)
    ids = [one.get("id") for one in root.iter() if one.get("id")]
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([\w-]+)\)", text)) <= set(ids)


def test_every_figure_of_the_terminal_stands_on_the_page(page: Callable[..., ET.Element],
                                                         new: Path) -> None:
    root = page(new)
    rows = [["".join(cell.itertext()) for cell in row] for row in root.iter("tr")]
    assert ["4.1Calling many people at once", "Clause 4.1: 0 lost, 1 gained, 0 newly undetermined",
            "1", "2", "1", "0", "0", "0"] in rows
    assert ["limit", "limit: 1 before, 2 after, 0 undetermined",
            "1", "2", "1", "0", "0", "0"] in rows
    said = "".join(root.itertext())
    assert "Of 4 posts, 1 would newly be acted on and none no longer. Of 1 more nobody" in said
    assert "agora:0@1 by u0, 2020-05-26 12:00 UTC" in said
    for row in root.iter("tr"):
        assert len(row) in (6, 8), "every row has the cells of its table"


def test_what_strangers_wrote_stays_text(page: Callable[..., ET.Element], new: Path,
                                         history: Path) -> None:
    terms = version(OLD)
    frame = D["frame_of"](records(), terms).with_columns(
        native=pl.lit('<script>alert("1")</script>'), author=pl.lit("a&b \u202e<b>evil"))
    D["write"](history / "facts", frame, terms.digest)
    text = new.read_text().replace("### 4.1 Calling many people at once",
                                   "### 4.1 Calling <i>many</i> & \"more\"")
    new.write_text(text.replace("terms: Agora Terms of Service", "terms: Agora & <b>Co</b>"))
    root = page(new)
    assert not {one.tag for one in root.iter()} & {"script", "i", "b"}
    said = "".join(root.itertext())
    for words in ('agora:<script>alert("1")</script>@1', "a&b ⟨U+202E⟩<b>evil",
                  'Calling <i>many</i> & "more"', "Agora & <b>Co</b>"):
        assert words in said, words


def test_the_page_says_what_is_not_known(page: Callable[..., ET.Element], new: Path,
                                         history: Path) -> None:
    (history / "documents").rename(history / "elsewhere")
    said = "".join(page(new).itertext())
    assert "What was done before is not told" in said and "Posts acted on" not in said
    assert "Personal telephone numbersnot known before" in said


def test_a_sample_is_shown_as_one_with_its_estimates(page: Callable[..., ET.Element], new: Path,
                                                     history: Path, evenhand: Any) -> None:
    terms = version(OLD)
    D["write"](history / "facts", D["frame_of"](records(), terms, keep=0.1, first=10),
               terms.digest)
    said = "".join(page(new).itertext())
    assert "which stand for about 44" in said and "≈ 11" in said
    out = evenhand("backtest", new, "--against", history).out
    assert "2 (~11)" in out and "numbers of posts are estimates" in out


# --- pictures ---

def widths(picture: str, kind: str) -> list[float]:
    return [float(w) for w in re.findall(r'width="([\d.]+)%"[^>]*class="' + kind, picture)]


def test_a_bar_is_as_long_as_what_it_shows() -> None:
    shifts = [Shift(lost=50, may_lose=0, gained=100, may_gain=0),
              Shift(lost=0, may_lose=0, gained=1, may_gain=1_000_000)]
    scale = scale_of(shifts)
    assert scale == 200
    bar = shift_bar(shifts[0], scale, "50 lost")
    assert (widths(bar, "fill-lost"), widths(bar, "fill-gained")) == ([12.5], [25.0])
    cut = shift_bar(shifts[1], scale, "cut")
    assert widths(cut, "hatch-gained")[0] < 50 and "tip" in cut and "tip" not in bar
    assert scale_of([]) == scale_of([Shift(lost=0, may_lose=0, gained=0, may_gain=0)]) == 1
    assert scale_of([Shift(lost=0, may_lose=7, gained=0, may_gain=0)]) == 7


def test_what_is_there_is_seen_however_little_it_is() -> None:
    assert widths(pair_bar(1, 1, 0, 10**9, "little"), "fill-before") == [0.8]
    assert not widths(pair_bar(None, 0, 0, 1, "none"), "fill")
    assert sum(widths(known_bar(10**9, 1, 1, "all"), "")) == 100
    assert "tip" not in known_bar(0, 0, 0, "nothing")


def test_the_words_of_a_flow_never_lie_on_one_another() -> None:
    bands = [Band(number=n, words=str(n), kind="lost", left=True, right=False)
             for n in (1, 1, 1, 1_000_000, 0)]
    picture = flow(bands, "before", "after", "says")
    lines = [float(y) for y in re.findall(r'y="([\d.]+)" class="words', picture)]
    assert len(lines) == 4 and all(b - a >= 19 for a, b in pairwise(lines))
    assert flow([], "before", "after", "says").startswith("<svg")
