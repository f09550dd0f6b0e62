"""`evenhand replay` searches for fact-checks again: what was left out is told, and what cannot be
looked at is named with its reason, and never called different."""

from __future__ import annotations

import os
import runpy
import shutil
import sys
from pathlib import Path

import pytest

from evenhand.audit.replay import replay_export
from evenhand.edge.config import load_config
from evenhand.edge.export.folder import FilesOnDisk
from evenhand.edge.export.writing import export
from evenhand.edge.knowledge import Knowledge
from evenhand.edge.sentence_model import load_model, make_model

pytest.importorskip("bm25s", reason="the extra [match] is not installed")

TESTS = Path(__file__).parents[2]
MADE_UP = runpy.run_path(str(TESTS / "edge" / "weights.py"))
BALLOTS = "Every voter here is sent two ballots"
PARTLY = f"so they say: {BALLOTS.lower()}, by mail"
ZAP = "I will zap you."
ASKED = """
## 3.1 False claims

We put a notice beside a post that makes a claim rated false.

```when
for a matched claim:
    claim.confirmed and claim.rating == "false"
```

```then
label get-the-facts "Get the facts" linking claim.fact_check
category civic discourse or elections: misinformation
objection otherwise objectionable
if undetermined, ask a reviewer within 2 days
```

```case a false claim
claim.confirmed = yes; claim.rating = "false"
-> label get-the-facts
```

```case rated true
claim.confirmed = yes; claim.rating = "true"
-> does not hold
```

## 4.1 Zaps

You may not zap people.

```when
hits.zaps >= 1
```

```words zaps
zap you
```

```then
remove
category violence: incitement
objection harassing
```

```case a zap is removed
hits.zaps = 1
-> remove
```

```case no zap
hits.zaps = 0
-> does not hold
```
"""


@pytest.fixture
def square(worlds):
    """A platform that knows fact-checks, with a clause about them and another."""
    made = worlds("square", terms=False)
    made.learn(checks=[made.check(), *(
        made.check(f"p{n}", claim=claim) for n, claim in enumerate(MADE_UP["made_up_claims"](40)))])
    made.publish(ASKED)
    return made


@pytest.fixture
def replayed(square, evenhand):
    """Export all, and replay it by the command."""
    def replayed(*more):
        folder = square.folder / "export"
        shutil.rmtree(folder, ignore_errors=True)
        export(square.open(), folder, sealed=True)
        return evenhand("replay", folder, *more)
    return replayed


def configured(world, **match):
    """Give the platform this section `[match]`."""
    file = world.folder / "evenhand.toml"
    lines = "".join(f'{name} = "{value}"\n' for name, value in match.items())
    file.write_text(file.read_text().split("[match]")[0] + f"[match]\n{lines}")
    world.config = load_config(world.folder)


def calibrated(world):
    """Give the platform weights."""
    (world.folder / "weights.json").write_bytes(MADE_UP["made_up_weights"]().written())
    configured(world, learned="weights.json")


def without_extra(folder: Path, monkeypatch) -> None:
    """Have the commands that follow run as if the extra `[match]` were not installed."""
    folder.mkdir()
    (folder / "bm25s.py").write_text("raise ImportError\n")
    monkeypatch.setenv("PYTHONPATH", f"{folder}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")


# --- lists that are empty, or should not be ---

def test_a_search_that_found_nothing_is_made_again_too(square, replayed) -> None:
    square.run([square.post(1, ZAP), square.post(2, PARTLY), square.post(3, "Good morning.")])
    done = replayed()
    assert done.status == 0
    assert "2 searches for fact-checks made again: 2 as recorded, none otherwise" in done.out
    assert "for 1 more post nothing was found and nothing came: an export does not hold" in done.out


@pytest.mark.parametrize("text", [f"{BALLOTS} {ZAP}", PARTLY + ZAP], ids=["in part", "beside"])
def test_a_fact_check_that_was_left_out_is_told(square, replayed, monkeypatch, text) -> None:
    with monkeypatch.context() as otherwise:
        otherwise.setattr("evenhand.factcheck.match.Matcher.match_all",
                          lambda self, posts: ((),) * len(posts))
        square.run([square.post(1, text)])
    done = replayed()
    assert done.status == 1
    assert "1 search for fact-checks made again: 0 as recorded, 1 otherwise" in done.out
    assert "recorded  none" in done.out
    assert "replayed  https://checkers.example/ballots by proposal" in done.out


def test_a_run_that_began_before_an_import_is_held_to_what_it_had_loaded(
        square, replayed, monkeypatch) -> None:
    job = square.job()
    square.learn(checks=[square.check("later", claim="Ferries leave the harbour at six")])
    with monkeypatch.context() as patch:  # it does not look whether anything was told meanwhile
        patch.setattr(Knowledge, "refuse_old", lambda *_: None)
        patch.setattr(Knowledge, "catch_up", lambda _: None)
        job.run([square.post(1, BALLOTS),
                 square.post(2, f"Ferries leave the harbour at six {ZAP}"),
                 square.post(3, "ferries leave the harbour at six")])
    first, *_ = square.decisions("1")
    (exact,) = first.dossier.matches
    assert exact.by == "exact text" and square.decisions("2")[0].dossier.matches == ()
    done = replayed("--json")
    assert done.status == 0 and done.json["differences"] == []
    assert done.json["lists"] == done.json["lists_agreed"] == done.json["behind"] == 2
    square.run([square.post(4, f"Ferries leave the harbour at six {ZAP}", minute=5)])
    done = replayed()
    assert done.status == 0 and "0 otherwise" not in done.out
    assert ("2 did not look through fact-checks of a day before, which were told to the platform "
            "later") in done.out


def test_a_set_that_became_known_only_after_a_decision_is_no_set_of_it(
        square, replayed, monkeypatch) -> None:
    square.run([square.post(1, ZAP)])
    square.learn(checks=[square.check("later", claim="Ferries leave at six in the morning",
                                      published="2020-05-25T00:00:00Z")])
    with monkeypatch.context() as otherwise:  # a platform that says of itself what it was not
        otherwise.setattr("evenhand.edge.knowledge.Knowledge._known_at", lambda self, now: (42, 0))
        square.run([square.post(2, ZAP, minute=5)])
    done = replayed()
    assert done.status == 1 and "replayed  those that were known were sha256:" in done.out


def test_a_record_that_does_not_say_how_it_was_searched_is_told(
        square, replayed, monkeypatch) -> None:
    with monkeypatch.context() as otherwise:
        otherwise.setattr("evenhand.edge.knowledge.Knowledge.search", lambda self, now: None)
        square.run([square.post(1, ZAP)])
    done = replayed()
    assert done.status == 1 and "recorded  nothing says how it was searched for" in done.out


# --- without the extra ---

def test_without_the_extra_what_likeness_found_is_not_looked_at(
        square, replayed, tmp_path, monkeypatch) -> None:
    square.run([square.post(1, PARTLY), square.post(2, BALLOTS), square.post(3, ZAP)])
    without_extra(tmp_path / "bare", monkeypatch)
    done = replayed()
    assert done.status == 0
    assert "3 searches for fact-checks made again: 0 as recorded, none otherwise" in done.out
    assert ("3 not looked at, but for exact keys and links: they were found by likeness, which "
            "takes the extra `[match]`") in done.out
    assert "install `evenhand[match]` and replay again" in done.out


def test_without_the_extra_an_exact_key_that_was_left_out_is_told_all_the_same(
        square, replayed, tmp_path, monkeypatch) -> None:
    with monkeypatch.context() as otherwise:
        otherwise.setattr("evenhand.factcheck.match.bare_text", lambda text: "")
        square.run([square.post(1, f"“{BALLOTS}”"), square.post(2, f"{PARTLY} {ZAP}")])
    without_extra(tmp_path / "bare", monkeypatch)
    done = replayed()
    assert done.status == 1
    assert "replayed  without likeness: https://checkers.example/ballots by exact text" in done.out
    assert "1 otherwise" in done.out and "1 not looked at" in done.out


def test_a_platform_without_the_extra_is_held_to_exact_keys(
        square, replayed, monkeypatch) -> None:
    with monkeypatch.context() as otherwise:
        otherwise.setitem(sys.modules, "bm25s", None)
        square.run([square.post(1, PARTLY + ZAP), square.post(2, BALLOTS)])
    done = replayed()
    assert done.status == 0
    assert "2 searches for fact-checks made again: 2 as recorded" in done.out
    assert "not looked at, but" not in done.out


# --- weights and models ---

def test_weights_that_are_missing_end_only_what_takes_them(square, replayed) -> None:
    square.run([square.post(1, PARTLY)])
    calibrated(square)
    square.run([square.post(2, PARTLY, minute=5), square.post(3, ZAP, minute=6)])
    digest = square.decisions("2")[0].dossier.search.learned
    shutil.rmtree(square.config.weights)
    done = replayed()
    assert done.status == 0
    assert "3 searches for fact-checks made again: 1 as recorded, none otherwise" in done.out
    assert (f"2 not looked at, but for exact keys and links: they were found with the weights "
            f"{digest}, which the export does not hold") in done.out
    assert f"an export that holds `weights/{digest.removeprefix('sha256:')}.json`" in done.out


def test_weights_that_cannot_be_read_end_only_what_takes_them(square, monkeypatch) -> None:
    square.run([square.post(1, PARTLY)])
    calibrated(square)
    square.run([square.post(2, PARTLY, minute=5)])
    export(square.open(), square.folder / "export", sealed=True)
    monkeypatch.setattr("evenhand.factcheck.ranking.KIND", "evenhand/learned-ranking/v9")
    report = replay_export(FilesOnDisk(square.folder / "export"))
    assert report.agrees and (report.lists, report.lists_agreed, report.lists_unseen) == (2, 1, 1)
    [lacks] = report.lacking
    assert "cannot be read: this is not what `evenhand claims calibrate` wrote" in lacks.because


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> Path:
    pytest.importorskip("onnxruntime", reason="the extra [embed] is not installed")
    folder = tmp_path_factory.mktemp("models")
    published = runpy.run_path(str(TESTS / "factcheck" / "test_minilm.py"))["published"]
    make_model(published(folder / "weights"), folder / "model", expected=None)
    return folder / "model"


def test_of_a_model_it_is_told_whether_none_or_another_one_was_given(
        square, replayed, model, tmp_path) -> None:
    configured(square, model=model)
    square.run([square.post(1, PARTLY), square.post(2, ZAP)])
    digest = load_model(model).digest
    done = replayed()
    assert done.status == 0
    assert f"the sentence model {digest}, and none was given" in done.out
    assert "give its folder with `--model`" in done.out
    other = shutil.copytree(model, tmp_path / "other")
    (other / "tokenizer.json").write_bytes((other / "tokenizer.json").read_bytes() + b"\n")
    done = replayed("--model", other)
    assert done.status == 0
    assert (f"2 not looked at, but for exact keys and links: they were found with the sentence "
            f"model {digest}, and another one was given, {load_model(other).digest}") in done.out
    assert "give the folder of the first with `--model`" in done.out
    done = replayed("--model", model)
    assert done.status == 0 and "2 as recorded, none otherwise" in done.out
    assert "not looked at, but" not in done.out
