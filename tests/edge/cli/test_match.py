"""`evenhand match` answers a person with reasons, and a file of texts with a TREC run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.edge.cli.conftest import Evenhand

pytest.importorskip("bm25s", reason="the extra [match] is not installed")

POOL = [{"id": "c1", "claim": "Every voter is sent two ballots", "title": "Two ballots?",
         "subtitle": "They are sent one.", "author": "X", "date": "26 May 2020"},
        {"id": "c2", "claim": "A cat was mayor of a town in Alaska", "title": "", "subtitle": "",
         "author": "X", "date": ""},
        {"id": "c3", "claim": "Bleach cures \x1b[2Jcolds", "title": "", "subtitle": "",
         "author": "X", "date": ""}]
REVIEW = {"@type": "ClaimReview", "url": "https://facts.example/ballots",
          "claimReviewed": "Every voter is sent two ballots",
          "author": {"@type": "Organization", "name": "Example Facts"},
          "reviewRating": {"alternateName": "False"}}


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "claims.jsonl").write_text("".join(json.dumps(c) + "\n" for c in POOL))
    (tmp_path / "queries.tsv").write_text("q1\tThe CAT who was a mayor\nq2\ttwo ballots for all\n")
    return tmp_path


@pytest.fixture
def run(evenhand: Evenhand):
    """Call the verb; the exit status, and all that was said."""
    def call(*given: object) -> tuple[int, str]:
        said = evenhand("match", *map(str, given))
        return said.status, said.out + said.err
    return call


def test_a_person_is_told_the_best_first_and_why(run, files: Path) -> None:
    code, told = run("they send two ballots to every voter", "--claims", files / "claims.jsonl")
    assert code == 0
    assert told.index("Every voter is sent two ballots") < told.index("A person confirms")
    assert "summed: nothing was learned yet" in told and "words " in told and "c1" in told
    assert "stance" in told


def test_a_claims_own_words_cannot_move_the_cursor(run, files: Path) -> None:
    _, told = run("bleach against colds", "--claims", files / "claims.jsonl")
    assert "\x1b" not in told and "Bleach cures" in told


def test_of_claim_reviews_publisher_rating_and_address_are_told(run, tmp_path: Path) -> None:
    (tmp_path / "c.json").write_text(json.dumps(REVIEW))
    code, told = run("two ballots to every voter", "--claims", tmp_path / "c.json")
    assert code == 0
    assert "Example Facts, false (“False”): https://facts.example/ballots" in told


def test_programs_are_answered_in_json(run, files: Path) -> None:
    code, told = run("a cat as mayor", "--claims", files / "claims.jsonl", "--json", "--top", 1)
    answer = json.loads(told)
    assert code == 0 and answer["claims"] == 3 and answer["model"] is None
    [one] = answer["found"]
    assert one["id"] == "c2" and one["probability"] is None
    assert set(one["likenesses"]) == {
        "words", "words of the claim", "words of the title", "letters"}


def test_nothing_in_common_is_said(run, files: Path) -> None:
    _, told = run("ξψ", "--claims", files / "claims.jsonl")
    assert "none has a word" in told


def test_a_file_of_texts_is_answered_as_a_run(run, files: Path) -> None:
    asked = ("--claims", files / "claims.jsonl", "--queries", files / "queries.tsv", "--top", 2)
    code, told = run(*asked)
    lines = [line.split() for line in told.splitlines()]
    assert code == 0
    assert [line[:4] for line in lines if line[3] == "1"] == [
        ["q1", "Q0", "c2", "1"], ["q2", "Q0", "c1", "1"]]
    assert all(len(line) == 6 and line[5] == "evenhand" for line in lines)
    assert run(*asked, "-o", files / "run.txt") == (0, "")
    assert (files / "run.txt").read_text() == told
    assert not (files / "run.txt.part").exists()
    assert not [*files.glob("*unfinished"), *files.glob(".*unfinished")]
    code, said = run(*asked, "-o", files / "nowhere" / "run.txt")
    assert code == 1 and "the folder is not there" in said


def test_a_broken_line_is_told_and_the_rest_is_used(run, files: Path) -> None:
    with (files / "claims.jsonl").open("a") as file:
        file.write("{not json\n")
    code, told = run("two ballots", "--claims", files / "claims.jsonl")
    assert code == 3 and "claims.jsonl:4" in told and "Every voter" in told


@pytest.mark.parametrize(("given", "said"), [
    ((), "give a text"), (("x", "--queries", "q"), "give a text"),
    (("x", "--model", "nowhere"), "no model in this folder"),
    (("x", "--learned", "nowhere"), "cannot read it")])
def test_what_cannot_be_is_refused(run, files: Path, given: tuple[str, ...], said: str) -> None:
    if "--model" in given:
        pytest.importorskip("onnxruntime", reason="the extra [embed] is not installed")
    code, told = run(*given, "--claims", files / "claims.jsonl")
    assert code in (1, 2) and said in told


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"[]", b'{"id": 1, "claim": 2}\n'])
def test_a_file_without_claims_is_refused(run, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "c.jsonl").write_bytes(data)
    code, told = run("x", "--claims", tmp_path / "c.jsonl")
    assert code == 1 and "Traceback" not in told


# --- learning ---

@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    """Claims of two made-up words each, and 220 texts that hold those of one."""
    words = [f"{a}{b}" for a in "bdfgklmnprst" for b in ("arol", "enim", "osut", "ilka", "umbe")]
    claims = [{"id": f"c{n}", "claim": f"{a} {words[(7 * n + 3) % 60]} {words[(n * 11) % 60]}"}
              for n, a in enumerate(words)]
    (tmp_path / "claims.jsonl").write_text("".join(json.dumps(c) + "\n" for c in claims))
    (tmp_path / "q.tsv").write_text("".join(
        f"q{n}\tsomebody says {claims[n % 60]['claim']} and {words[n * 13 % 60]}\n"
        for n in range(220)))
    (tmp_path / "r.tsv").write_text("".join(f"q{n}\t0\tc{n % 60}\t1\n" for n in range(219)))
    return tmp_path


def test_what_is_learned_of_pairs_ranks_and_tells_how_sure_it_is(
        run, evenhand: Evenhand, pairs: Path) -> None:
    asked = ("--claims", pairs / "claims.jsonl", "--queries", pairs / "q.tsv")
    done = evenhand("claims", "calibrate", *asked, "--qrels", pairs / "r.tsv",
                    "-o", pairs / "learned.json")
    assert done.status == 0 and "219 confirmed pairs in 60 groups and 0 other texts" in done.out
    assert "1 of 220 queries have no right claim" in done.err
    learned = json.loads((pairs / "learned.json").read_text())
    assert len(learned["traits"]["rank"]) == len(learned["learned"]["rank"]["weights"]) == 19
    claim = json.loads((pairs / "claims.jsonl").read_text().splitlines()[5])["claim"]
    code, told = run(f"they say {claim}", "--claims", pairs / "claims.jsonl", "--learned",
                     pairs / "learned.json")
    assert code == 0 and "that it speaks to this text: " in told
    assert "219 confirmed pairs taught" in told
    code, told = run(*asked, "--learned", pairs / "learned.json", "--top", 1)
    right = sum(f"c{int(line.split()[0][1:]) % 60}" == line.split()[2]
                for line in told.splitlines())
    assert code == 0 and right > 200


def test_texts_to_which_nothing_speaks_are_learned_from(evenhand: Evenhand, pairs: Path) -> None:
    (pairs / "o.tsv").write_text("".join(f"o{n}\tsome {n} words about {n}\n" for n in range(40)))
    done = evenhand("claims", "calibrate", "--claims", pairs / "claims.jsonl", "--queries",
                    pairs / "q.tsv", "--qrels", pairs / "r.tsv", "--others", pairs / "o.tsv",
                    "-o", pairs / "learned.json")
    assert done.status == 0 and "and 40 other texts" in done.out


def test_too_few_pairs_are_refused_and_nothing_is_written(
        evenhand: Evenhand, files: Path) -> None:
    (files / "r.tsv").write_text("q1\t0\tc2\t1\n")
    done = evenhand("claims", "calibrate", "--claims", files / "claims.jsonl", "--queries",
                    files / "queries.tsv", "--qrels", files / "r.tsv", "-o", files / "l.json")
    assert done.status == 1 and "too few" in done.err and not (files / "l.json").exists()


def test_a_platform_on_which_nobody_confirmed_anything_teaches_nothing(
        evenhand: Evenhand, files: Path) -> None:
    assert evenhand("init", files / "forum").status == 0
    done = evenhand("claims", "calibrate", "-c", files / "forum", "-o", files / "l.json")
    assert done.status == 1 and "0 confirmed pairs are too few" in done.err
    half = evenhand("claims", "calibrate", "--claims", files / "claims.jsonl", "-o", files / "l")
    assert half.status == 2 and "or none of them" in half.err and not (files / "l").exists()


def test_a_model_of_no_weights_is_refused(evenhand: Evenhand, tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime", reason="the extra [embed] is not installed")
    done = evenhand("claims", "model", tmp_path / "nowhere", "-o", tmp_path / "model")
    assert done.status == 1 and "published weights" in done.err
    assert not (tmp_path / "model").exists()
