"""A calibrated matcher in the main job: what it proposes and records, and that it is replayed."""

from __future__ import annotations

import json
import random
import runpy
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from evenhand.audit.export import verify_export
from evenhand.audit.export_files import ExportRefused
from evenhand.audit.replay import replay_export
from evenhand.edge.calibrating import learn_from, others_of, pairs_confirmed
from evenhand.edge.comparing import lay_out
from evenhand.edge.config import ConfigError, load_config
from evenhand.edge.desk.desk import Desk
from evenhand.edge.export.folder import FilesOnDisk
from evenhand.edge.export.writing import export
from evenhand.edge.in_blocks import silent
from evenhand.edge.knowledge import Knowledge
from evenhand.edge.matching import KeptVectors, open_matching
from evenhand.edge.sentence_model import MODEL, TOKENIZER
from evenhand.errors import EvenhandError
from evenhand.factcheck.likeness import ALL, BY_TEXT
from evenhand.factcheck.ranking import Learned, traits_of, verified_of
from evenhand.ledger.policy import parse_policy

pytest.importorskip("bm25s", reason="the extra [match] is not installed")

MADE_UP = runpy.run_path(str(Path(__file__).with_name("weights.py")))
WORDS = MADE_UP["WORDS"]
BALLOTS = "Every voter here is sent two ballots"


CLAUSES = """
## 3.1 False claims

We put a notice beside a post that makes a claim rated false.

```when
for a matched claim:
    {when} and claim.rating == "false"
```

```then
label get-the-facts "Get the facts" linking claim.fact_check
category civic discourse or elections: misinformation
objection otherwise objectionable{ask}
```

```case a false claim
{yes}; claim.rating = "false"
-> label get-the-facts
```

```case rated true
{yes}; claim.rating = "true"
-> does not hold
```
"""
PROBABLE = CLAUSES.format(when="claim.match >= 0.2", yes="claim.match = 0.99", ask="")


@pytest.fixture(scope="module")
def learned() -> Learned:
    return MADE_UP["made_up_weights"]()


@pytest.fixture
def square(worlds, learned):
    """A platform whose matcher is calibrated, with fact-checks enough to tell one from others."""
    made = worlds("square", terms=False)
    (made.folder / "weights.json").write_bytes(learned.written())
    file = made.folder / "evenhand.toml"
    file.write_text(file.read_text() + '[match]\nlearned = "weights.json"\n')
    made.config = load_config(made.folder)
    made.learn(checks=[made.check(), *(
        made.check(f"p{n}", claim=claim) for n, claim in enumerate(MADE_UP["made_up_claims"](60)))])
    made.publish(CLAUSES.format(when="claim.confirmed", yes="claim.confirmed = yes",
                                ask="\nif undetermined, ask a reviewer within 2 days"))
    return made


def likely(world, native: str | int):
    """The matches of the last decision about a post."""
    return world.decisions(str(native))[-1].dossier.matches


def test_what_a_calibrated_matcher_finds_is_recorded_with_all_that_it_takes_to_find_it_again(
        square, learned) -> None:
    square.run([square.post(1, f"so they say: {BALLOTS.lower()}, by mail")])
    (match,) = likely(square, 1)
    how, search = match.compared, square.decisions("1")[-1].dossier.search
    assert match.by == "proposal" and match.fact_check.claim == BALLOTS
    assert how.probability is not None and how.probability >= search.threshold == 0.4
    assert search.learned == learned.digest and search.model is None
    assert [name for name, _ in how.likenesses] == list(BY_TEXT)
    kept = square.config.weights / f"{learned.digest.removeprefix('sha256:')}.json"
    assert kept.read_bytes() == learned.written()


def test_terms_may_name_the_probability_once_the_matcher_is_calibrated(square, worlds) -> None:
    square.publish(PROBABLE, version="2", published="2020-05-19",
                   in_force="2020-05-19")
    square.run([square.post(1, f"so they say: {BALLOTS.lower()}, by mail"),
                square.post(2, "a lovely day at the lake")])
    (made,) = square.decisions()
    assert [a.kind.value for a in made.actions] == ["label"] and made.post.native == "1"
    bare = worlds("bare", terms=False)
    with pytest.raises(EvenhandError, match=r"nobody reports `claim\.match`"):
        bare.publish(PROBABLE)


def test_the_list_is_found_again_from_an_export_alone(square) -> None:
    square.run([square.post(n, text) for n, text in enumerate((
        f"so they say: {BALLOTS.lower()}, by mail", BALLOTS, "I will zap you."))])
    square.learn(said=[square.said("square:0", "claim.confirmed", True, minute=30,
                                   claim="https://checkers.example/ballots")])
    square.run()
    square.learn(checks=[square.check("later", claim="Every voter here is sent three ballots")])
    square.run([square.post(7, f"indeed, {BALLOTS.lower()}", minute=90)])
    folder = square.folder / "export"
    export(square.open(), folder, sealed=True)
    policy = parse_policy((folder / "policy").read_bytes())
    assert verify_export(FilesOnDisk(folder), policy).unknown == ()
    report = replay_export(FilesOnDisk(folder))
    assert report.differences == [] and report.agrees
    assert report.lists == report.lists_agreed >= 4


def changed(folder: Path, change) -> None:
    """Change the lines of the fact-checks of an export, and the manifest with them."""
    file = folder / "fact-checks.jsonl"
    lines = change(file.read_text().splitlines(keepends=True))
    file.write_text("".join(lines))


def test_another_set_of_fact_checks_finds_another_list(square) -> None:
    square.run([square.post(1, f"so they say: {BALLOTS.lower()}, by mail")])
    folder = square.folder / "export"
    export(square.open(), folder, sealed=True)
    changed(folder, lambda lines: [line for line in lines if "ballots" not in line])
    report = replay_export(FilesOnDisk(folder))
    assert not report.agrees and report.lists == 1
    assert {one.what for one in report.differences} == {"the fact-checks found"}
    assert "those that were known were sha256:" in report.differences[0].replayed


@pytest.mark.parametrize(("change", "says"), [
    (lambda lines: lines[::-1], "before the one above"),
    (lambda lines: [lines[0].replace('"rating":"false"', '"rating": "false"'), *lines[1:]],
     "not that of a fact-check"),
    (lambda lines: [lines[0].replace('"n":', '"n":"1","m":'), *lines[1:]], "no version"),
    (lambda lines: [lines[0].replace('"n":1}', '"n":2}'), *lines[1:]], "has this number"),
    (lambda lines: [lines[0].replace('"rating":"false"', '"rating":"vile"'), *lines[1:]],
     "no version"),
    (lambda lines: lines[1:], "not the one that the manifest names")])
def test_lines_of_fact_checks_that_were_changed_are_refused(square, change, says) -> None:
    square.learn(checks=[square.check("later", published="2020-05-21T00:00:00Z")])
    square.run([square.post(1, BALLOTS)])
    folder = square.folder / "export"
    export(square.open(), folder, sealed=True)
    changed(folder, change)
    policy = parse_policy((folder / "policy").read_bytes())
    with pytest.raises(ExportRefused, match=says):
        verify_export(FilesOnDisk(folder), policy)


def test_weights_under_another_name_are_refused(square) -> None:
    folder = square.folder / "export"
    square.run([square.post(1, BALLOTS)])
    export(square.open(), folder, sealed=True)
    (file,) = (folder / "weights").iterdir()
    file.write_bytes(file.read_bytes() + b" ")
    policy = parse_policy((folder / "policy").read_bytes())
    with pytest.raises(ExportRefused, match="not the weights"):
        verify_export(FilesOnDisk(folder), policy)


def test_weights_that_are_not_there_or_take_a_model_are_refused(square, learned) -> None:
    with pytest.raises(EvenhandError, match="cannot read"):
        open_matching(replace(square.config, learned=square.folder / "none.json"))
    plain = json.loads(learned.written())
    assert plain["learned"]["likenesses"] == list(BY_TEXT)
    with pytest.raises(EvenhandError, match="no model in this folder"):
        open_matching(replace(square.config, model=square.folder))
    file = square.folder / "evenhand.toml"
    for wrong in ('propose-likely = 1.0', 'propose-likely = "high"', 'propose-above = 0'):
        file.write_text(file.read_text().split("[match]")[0] + f"[match]\n{wrong}\n")
        with pytest.raises(ConfigError, match=wrong.split(" =")[0]):
            load_config(square.folder)


class Counting:
    """A model that counts what it is asked."""

    digest, libraries = "sha256:" + "ab" * 32, ()

    def __init__(self) -> None:
        self.asked: list[str] = []

    def vectors(self, texts):
        self.asked += texts
        return np.array([[len(text), text.count("a"), 1.0] for text in texts],
                        dtype=np.float32).reshape(-1, 3)


@pytest.fixture
def with_model(worlds, monkeypatch):
    """A platform that names a model; `loaded` has every folder of which one was loaded."""
    world, loaded = worlds("modelled"), []
    folder = world.folder / "model"
    folder.mkdir()
    for name in (MODEL, TOKENIZER):
        (folder / name).write_text("")
    monkeypatch.setattr("evenhand.edge.matching.load_model",
                        lambda named: loaded.append(named) or Counting())
    world.config = replace(world.config, model=folder)
    return world, loaded


def test_a_model_is_loaded_once_and_only_where_something_is_compared(with_model) -> None:
    world, loaded = with_model
    world.run([world.post(1, BALLOTS)])
    desk = Desk(world.open())
    desk.go_on()
    assert loaded == [], "no fact-check is known: there is nothing to compare with"
    world.learn(checks=[world.check()])
    Desk(world.open())
    assert loaded == []
    job = world.job()
    job.run([world.post(2, BALLOTS, minute=9), world.post(3, minute=9)])
    assert loaded == [world.config.model] and len(world.decisions()) == 2


def test_weights_that_do_not_fit_are_refused_before_anything_is_laid_out(
        with_model, learned, monkeypatch) -> None:
    world, loaded = with_model
    weights = world.folder / "weights.json"
    weights.write_bytes(learned.written())
    with pytest.raises(EvenhandError, match="were learned over words") as refused:
        open_matching(replace(world.config, learned=weights))
    claims = world.folder / "claims.jsonl"
    claims.write_text(json.dumps({"id": "1", "claim": BALLOTS}) + "\n")
    monkeypatch.setattr("evenhand.edge.comparing.lay_out_claims", None)
    with pytest.raises(EvenhandError, match="were learned over words") as again:
        lay_out(claims, now=datetime(2020, 5, 20, tzinfo=UTC), told=lambda _: None, language="en",
                model=world.config.model, learned=weights)
    assert (refused.value.hint, loaded) == (again.value.hint, [])
    with_meaning = {part: replace(getattr(learned, part), **dict.fromkeys(
        ("means", "scales", "weights"), (1.0,) * len(names(ALL))))
        for part, names in (("rank", traits_of), ("verify", verified_of))}
    weights.write_bytes(replace(learned, likenesses=ALL, **with_meaning).written())
    with pytest.raises(EvenhandError, match="meaning of the claim") as bare:
        open_matching(replace(world.config, learned=weights, model=None))
    assert "name the model" in bare.value.hint


def test_vectors_are_kept_from_one_process_to_the_next(tmp_path: Path) -> None:
    model = Counting()
    texts = ["a cat", "a mayor", "a cat"]
    first = KeptVectors(tmp_path, model)(texts)
    assert (first == model.vectors(texts)).all() and model.asked[:2] == ["a cat", "a mayor"]
    model.asked.clear()
    again = KeptVectors(tmp_path, model)
    assert (again(["a mayor", "a new one", "a cat"])[[2, 0]] == first[:2]).all()
    assert model.asked == ["a new one"] and again([]).shape == (0, 3)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-5])  # a process was killed in the middle of a row
    model.asked.clear()
    assert (KeptVectors(tmp_path, model)(texts) == first).all()
    assert model.asked == ["a cat", "a mayor"] and file.stat().st_size == 2 * (32 + 12)


def test_without_a_folder_vectors_are_held_as_long_as_they_are_asked_for(tmp_path: Path) -> None:
    model = Counting()
    held = KeptVectors(None, model)
    assert (held(["a cat", "a mayor"])[[1, 0]] == held(["a mayor", "a cat"])).all()
    assert model.asked == ["a cat", "a mayor"] and list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_costs_time_alone(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert KeptVectors(tmp_path / "file", Counting())(["a cat"]).tolist() == [[5.0, 2.0, 1.0]]


def test_what_people_confirmed_on_a_platform_is_learned_from(worlds) -> None:
    world, chance = worlds("square"), random.Random(3)
    claims = [chance.sample(WORDS, 9) for _ in range(80)]
    world.learn(checks=[world.check(f"p{n}", claim=" ".join(words))
                        for n, words in enumerate(claims)])
    posts, said = [], []
    for n in range(260):
        words = claims[n % 80]
        posts.append(world.post(n, " ".join(chance.sample(words, 6) + chance.sample(WORDS, 4)),
                                minute=n))
        said.append(world.said(f"square:{n}", "claim.confirmed", True, minute=300,
                               claim=f"https://checkers.example/p{n % 80}"))
    posts.append(world.post(260, " ".join(chance.sample(WORDS, 9)), minute=260))
    said.append(world.said("square:260", "claim.confirmed", False, minute=300,
                           claim="https://checkers.example/p7"))
    said.append(world.said("square:259", "claim.confirmed", False, minute=310,
                           claim="https://checkers.example/p19"))
    posts += [world.post(300, "a lovely day at the lake", minute=261),
              world.post(301, posts[0].text.upper(), minute=262)]  # says the same as a pair
    world.run(posts)
    world.learn(said=said)
    platform = world.open()
    laid = Knowledge(platform.engine).laid(platform.clock.at(None))
    pairs, looked_at = pairs_confirmed(platform, laid)
    assert len(pairs) == len(looked_at) == 261 and sum(not pair.right for pair in pairs) == 2
    some = others_of(platform, laid, pairs, looked_at, 10)
    assert [pair.text for pair in some] == ["a lovely day at the lake"]
    assert not any(pair.right for pair in some)
    learned = learn_from(laid.proposer.pool, pairs, signed=False, show=silent)
    assert (learned.pairs, learned.groups, learned.others) == (259, 80, 2)
    target = world.folder / "weights.json"
    target.write_bytes(learned.written())
    matching = open_matching(replace(world.config, learned=target))
    asked = world.post(900, " ".join(claims[4][:7]))
    [[best, *_]] = Knowledge(platform.engine, matching).matches([(asked, platform.clock.at(None))])
    assert best.fact_check.url.endswith("/p4") and best.compared.probability > 0.5
