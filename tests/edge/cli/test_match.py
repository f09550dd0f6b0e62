"""`evenhand match` answers a person with reasons, and a file of texts with a TREC run."""

from __future__ import annotations

import json
import os
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
    def call(*given: object, stdin: bytes = b"") -> tuple[int, str]:
        said = evenhand("match", *map(str, given), stdin=stdin)
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


def test_of_another_file_than_was_meant_not_every_line_is_told(run, files: Path) -> None:
    (files / "wrong.tsv").write_text("no query\n" * 500)
    code, told = run("--claims", files / "claims.jsonl", "--queries", files / "wrong.tsv")
    assert code == 1 and told.count("wrong.tsv:") == 21 and "and 480 more of this kind" in told
    assert told.index("more of this kind") < told.index("no query could be read")


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


def test_a_text_is_read_from_standard_input(run, files: Path) -> None:
    code, told = run("-", "--claims", files / "claims.jsonl", "--json", "--top", 1,
                     stdin="a cat\nas mayor, “so they say”\n".encode())
    answer = json.loads(told)
    assert code == 0 and answer["text"] == "a cat\nas mayor, “so they say”"
    assert answer["found"][0]["id"] == "c2"
    for nothing in (b"", b" \n\t"):
        code, told = run("-", "--claims", files / "claims.jsonl", stdin=nothing)
        assert code == 1 and "there is no text" in told


@pytest.mark.parametrize(("given", "said"), [
    (("x", "-o", "run.txt"), "`--run` writes the run that answers --queries"),
    (("--queries", "queries.tsv", "--json"), "`--json` says nothing of --queries"),
    (("x", "-c", "forum"), "`--config` is not read beside --claims")])
def test_an_option_that_would_do_nothing_is_refused(
        run, files: Path, given: tuple[str, ...], said: str) -> None:
    code, told = run(*given, "--claims", files / "claims.jsonl")
    assert code == 2 and said in told and not (files / "run.txt").exists()


@pytest.mark.parametrize(("given", "said"), [
    (("x", "--model", "m"), "`--model` belongs to --claims"),
    (("x", "--learned", "l"), "`--learned` belongs to --claims"),
    (("x", "--language", "de"), "`--language` belongs to --claims"),
    (("x", "--signed"), "`--signed` belongs to files")])
def test_what_a_platform_says_itself_is_not_said_beside_it(
        run, files: Path, given: tuple[str, ...], said: str) -> None:
    code, told = run(*given, "-c", files)
    assert code == 2 and said in told


def test_without_a_platform_and_without_fact_checks_it_says_how_to_name_them(run) -> None:
    code, told = run("x")
    assert code == 2 and "--claims FILE" in told and "-c PLATFORM" in told


def test_a_run_is_not_written_over_what_it_is_made_of(run, files: Path) -> None:
    os.link(files / "queries.tsv", files / "same.tsv")
    before = (files / "queries.tsv").read_bytes(), (files / "claims.jsonl").read_bytes()
    for target in ("claims.jsonl", "queries.tsv", "same.tsv"):
        code, told = run("--claims", files / "claims.jsonl", "--queries", files / "queries.tsv",
                         "-o", files / target)
        assert code == 1 and "this file is read here" in told
    assert ((files / "queries.tsv").read_bytes(), (files / "claims.jsonl").read_bytes()) == before


def test_an_id_that_would_break_the_columns_of_a_run_is_told_with_its_line(
        run, files: Path) -> None:
    with (files / "queries.tsv").open("a") as file:
        file.write("q 3\tcats for mayor\nq4\tcats\n")
    with (files / "claims.jsonl").open("a") as file:
        file.write('{"id": "c 4", "claim": "cats for mayor"}\n')
    code, told = run("--claims", files / "claims.jsonl", "--queries", files / "queries.tsv")
    assert code == 3 and "queries.tsv:3: the id `q 3`" in told
    assert "claims.jsonl:4: the id `c 4`" in told
    lines = [line for line in told.splitlines() if line.endswith(" evenhand")]
    assert {line.split()[0] for line in lines} == {"q1", "q2", "q4"}
    assert all(len(line.split()) == 6 for line in lines)


def test_weights_of_other_likenesses_are_refused_before_anything_is_read(
        run, evenhand: Evenhand, pairs: Path) -> None:
    assert learn(evenhand, pairs).status == 0
    code, told = run("x", "--claims", pairs / "nowhere", "--model", pairs / "nowhere",
                     "--learned", pairs / "learned.json")
    assert code == 1 and "the weights were learned over words, words of the claim" in told


# --- against a platform ---

CLAUSE = """

## 2 False claims

### 2.1 False claims

We put a notice beside a post that makes a claim rated false.

```when
for a matched claim:
    (claim.confirmed or claim.repeats) and claim.rating == "false"
```

```then
label get-the-facts "Get the facts" linking claim.fact_check
objection otherwise objectionable
if undetermined, ask a reviewer within 24 hours
```

```case confirmed
claim.confirmed = yes; claim.repeats = no; claim.rating = "false"
-> label get-the-facts
```

```case repeated
claim.repeats = yes; claim.rating = "false"
-> label get-the-facts
```

```case neither
claim.confirmed = no; claim.repeats = no; claim.rating = "false"
-> does not hold
```

```case true
claim.repeats = yes; claim.rating = "true"
-> does not hold
```
"""


@pytest.fixture
def forum(evenhand: Evenhand, tmp_path: Path) -> Path:
    """A platform with three fact-checks and one clause about them."""
    folder = tmp_path / "forum"
    assert evenhand("init", folder).status == 0
    config = folder / "evenhand.toml"
    config.write_text(config.read_text()
                      + '\n[fact-checks.publishers]\n"facts.example" = "fact-checker"\n')
    (terms,) = (folder / "terms").iterdir()
    terms.write_text(terms.read_text() + CLAUSE)
    (tmp_path / "c.json").write_text(json.dumps([
        REVIEW, REVIEW | {"url": "https://facts.example/cat",
                          "claimReviewed": "A cat was sent as mayor to a town in Alaska"},
        REVIEW | {"url": "https://nobody.example/bleach",
                  "claimReviewed": "Bleach cures colds within days"}]))
    assert evenhand("claims", "import", "-c", folder, tmp_path / "c.json").status == 0
    return folder


def test_a_platform_says_what_it_would_do_with_each_and_why(
        run, evenhand: Evenhand, forum: Path) -> None:
    code, told = run("every voter is sent two ballots", "-c", forum)
    assert code == 0 and "no clause in force is about matched claims" in told
    assert evenhand("publish", "-c", forum).status == 0
    code, told = run("Every voter is sent TWO ballots!", "-c", forum)
    first, others = told.split("  2  ")
    assert code == 0 and "3 fact-checks compared" in told
    assert "speaks to it: the text says the claim, word for word" in first
    assert "clause 2.1: holds, and does this: label get-the-facts" in first
    assert "not proposed: it holds less than 26% of the claim's weight in words" in others
    code, told = run("they sent a cat as mayor to that town in Alaska, they say", "-c", forum)
    first = told.split("  2  ")[0]
    assert "A cat was sent as mayor" in first and "proposed: it holds " in first
    assert "and 26% is enough" in first
    assert "clause 2.1: undetermined without claim.confirmed: a person is asked" in first
    _, told = run("bleach cures colds within days", "-c", forum)
    first = told.split("  2  ")[0]
    assert "proposed: the text says the claim, word for word; but" in first
    assert "not listed" in first and "holds, and" not in first


def test_a_platform_answers_programs_and_files_too(run, evenhand: Evenhand, forum: Path) -> None:
    assert evenhand("publish", "-c", forum).status == 0
    before = sorted((forum / "data").rglob("*"))
    _, told = run("every voter is sent two ballots", "-c", forum, "--json")
    first, *others = json.loads(told)["found"]
    assert first["attached"] and first["confirmed"] and not first["proposed"]
    assert first["clauses"] == [{"clause": "2.1", "answer": "holds", "missing": [], "asks": True,
                                 "does": ["label get-the-facts"]}]
    assert len(others) == 1 and not any(one["attached"] or one["proposed"] for one in others)
    (forum / "q.tsv").write_text("q1\ttwo ballots for all\n")
    code, told = run("--queries", forum / "q.tsv", "-c", forum, "--top", 1)
    assert code == 0 and told.split()[:2] == ["q1", "Q0"] and told.split()[2] == first["id"]
    assert sorted((forum / "data").rglob("*")) == before, "nothing is stored"


def test_a_platform_without_fact_checks_says_so(run, evenhand: Evenhand, tmp_path: Path) -> None:
    assert evenhand("init", tmp_path / "forum").status == 0
    code, told = run("x", "-c", tmp_path / "forum")
    assert code == 1 and "no fact-check is known here" in told


def test_on_a_screen_a_bar_shows_what_is_done_and_goes_with_it(
        on_screen, pairs: Path) -> None:
    seen = on_screen("claims", "calibrate", "--claims", pairs / "claims.jsonl", "--queries",
                     pairs / "q.tsv", "--qrels", pairs / "r.tsv", "-o", pairs / "l.json",
                     columns=90)
    for step in ("laying out the fact-checks", "comparing the texts", "learning"):
        assert step in seen
    assert "learned from 219 confirmed pairs" in seen


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


def learn(evenhand: Evenhand, pairs: Path, *more: object):
    return evenhand("claims", "calibrate", "--claims", pairs / "claims.jsonl", "--queries",
                    pairs / "q.tsv", "--qrels", pairs / "r.tsv", "-o", pairs / "learned.json",
                    *map(str, more))


def test_what_is_learned_of_pairs_ranks_and_tells_how_sure_it_is(
        run, evenhand: Evenhand, pairs: Path) -> None:
    asked = ("--claims", pairs / "claims.jsonl", "--queries", pairs / "q.tsv")
    done = learn(evenhand, pairs)
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


def test_weights_that_were_changed_in_their_file_are_refused(
        evenhand: Evenhand, pairs: Path) -> None:
    asked = ("--claims", pairs / "claims.jsonl")
    file = pairs / "learned.json"
    done = evenhand("claims", "calibrate", *asked, "--queries", pairs / "q.tsv", "--qrels",
                    pairs / "r.tsv", "-o", file)
    assert done.status == 0
    plain = json.loads(file.read_text())
    assert plain["digest"] in done.out
    weight = plain["learned"]["rank"]["weights"][0]
    file.write_text(file.read_text().replace(repr(weight), repr(weight + 1), 1))
    refused = evenhand("match", "two ballots", *asked, "--learned", file)
    told = " ".join(refused.err.split())
    assert refused.status == 1 and "these weights were changed: the file carries the digest" in told
    assert plain["digest"] in refused.err and "calibrate again" in told
    assert evenhand("claims", "calibrate", *asked, "--queries", pairs / "q.tsv", "--qrels",
                    pairs / "r.tsv", "-o", file).status == 1, "another file is left as it is"


def test_what_was_measured_on_texts_held_out_is_told_and_kept(
        evenhand: Evenhand, pairs: Path) -> None:
    (pairs / "o.tsv").write_text("".join(f"o{n}\tsome {n} words about {n}\n" for n in range(40)))
    done = learn(evenhand, pairs, "--others", pairs / "o.tsv")
    assert done.status == 0 and "and 40 other texts" in done.out
    learned = json.loads((pairs / "learned.json").read_text())["learned"]
    kept = learned["measured"]
    assert kept["texts with a fact-check"] == 219 and kept["texts without"] == 219 + 40
    assert 0.8 < kept["MAP@5"] <= 1 and 0.5 < kept["area"] <= 1
    assert 0 <= kept["calibration error"] < 0.2 and 0 <= kept["recall at precision .95"] <= 1
    for said in ("219, 259", f"{kept['MAP@5']:.3f} (summed", f"{kept['area']:.3f}",
                 f"{kept['recall at precision .95']:.0%}", f"{kept['calibration error']:.3f}"):
        assert said in done.out
    assert f"the gate at {learned['gate']:g} loses " in done.out and "Next" in done.out
    assert f"--learned {pairs / 'learned.json'}" in done.out


def test_a_gate_of_ones_own_is_set_and_what_it_loses_is_told(
        run, evenhand: Evenhand, pairs: Path) -> None:
    done = learn(evenhand, pairs, "--gate", 9)
    learned = json.loads((pairs / "learned.json").read_text())["learned"]
    lost = learned["measured"]["confirmed texts that the gate loses"]
    assert learned["gate"] == 9 and lost > 0
    assert f"the gate at 9 loses {lost:,.0f} of 219 confirmed texts" in done.out
    for wrong in ("-1", "nan", "inf"):
        assert learn(evenhand, pairs, "--gate", wrong).status == 2


def test_a_text_that_stands_in_both_files_is_told_and_taught_once(
        evenhand: Evenhand, pairs: Path) -> None:
    said = (pairs / "q.tsv").read_text().splitlines()[7].split("\t")[1]
    (pairs / "o.tsv").write_text(f"o1\t{said.upper()}!\n" + "".join(
        f"n{n}\tsome {n} words\n" for n in range(9)))
    done = learn(evenhand, pairs, "--others", pairs / "o.tsv")
    assert done.status == 0 and "1 of 10 texts is among the confirmed pairs too" in done.err
    assert "and 9 other texts" in done.out


def test_options_of_files_and_of_a_platform_are_not_mixed(evenhand: Evenhand, pairs: Path) -> None:
    done = learn(evenhand, pairs, "-c", pairs)
    assert done.status == 2 and "`--config` is not read" in done.err
    done = evenhand("claims", "calibrate", "-c", pairs, "--unsigned", "-o", pairs / "l.json")
    assert done.status == 2 and "is of files" in done.err


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
    assert half.status == 2 and "--queries and --qrels are missing" in half.err
    assert not (files / "l").exists()


def test_a_model_of_no_weights_is_refused(evenhand: Evenhand, tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime", reason="the extra [embed] is not installed")
    done = evenhand("claims", "model", tmp_path / "nowhere", "-o", tmp_path / "model")
    assert done.status == 1 and "published weights" in done.err
    assert not (tmp_path / "model").exists()
