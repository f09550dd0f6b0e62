"""`evenhand claims calibrate` learns from what people confirmed, and says what to do next."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from evenhand.edge.cli import cli
from evenhand.edge.config import load_config

pytest.importorskip("bm25s", reason="the extra [match] is not installed")

WORDS = [a + b + c for a in ("ka", "lo", "mi", "ru", "te") for b in ("ba", "do", "fi", "gu")
         for c in ("n", "r", "s", "t", "lk")]


@pytest.fixture
def confirmed(worlds: Any) -> Any:
    """A platform whose people confirmed a fact-check of 240 posts, and said nothing of others."""
    world, chance = worlds("square"), random.Random(3)
    claims = [chance.sample(WORDS, 9) for _ in range(80)]
    world.claims = claims
    world.learn(checks=[world.check(f"p{n}", claim=" ".join(words))
                        for n, words in enumerate(claims)])
    posts = [world.post(n, " ".join(chance.sample(claims[n % 80], 6) + chance.sample(WORDS, 4)),
                        minute=n) for n in range(240)]
    posts += [world.post(300 + n, f"a lovely day number {n} at the lake", minute=250)
              for n in range(30)]
    world.run(posts)
    world.learn(said=[world.said(f"square:{n}", "claim.confirmed", True, minute=300,
                                 claim=f"https://checkers.example/p{n % 80}") for n in range(240)])
    return world


def test_what_was_learned_is_named_as_the_configuration_reads_it(
        confirmed: Any, tmp_path: Path) -> None:
    target = tmp_path / "weights.json"
    called = ["claims", "calibrate", "-c", str(confirmed.folder), "-o", str(target)]
    done = CliRunner().invoke(cli, called)
    assert done.exit_code == 0, done.output
    assert "learned from 240 confirmed pairs in 80 groups and 30 other texts" in done.output
    measured = json.loads(target.read_text())["learned"]["measured"]
    assert measured["texts without"] == 240 + 30 and "of 30 other texts" in done.output
    [line] = re.findall(r'learned = "[^"]+"', done.output)
    config = confirmed.folder / "evenhand.toml"
    config.write_text(f"{config.read_text()}\n[match]\n{line}\n")
    named = load_config(confirmed.folder).learned
    assert named is not None and named.samefile(target)
    assert "from a probability of 0.4 on" in done.output
    told = CliRunner().invoke(cli, ["match", "-c", str(confirmed.folder),
                                    " ".join(confirmed.claims[4][:7])]).output
    first, *_ = told.split("  2  ")
    assert "weighed as 240 confirmed pairs taught" in told and "/p4" in first
    assert re.search(r"proposed: probability [01]\.\d{3}, and 0\.4 is enough", first)
    assert "not proposed: probability 0." in told


def test_other_texts_of_a_file_are_added_to_the_platforms_own(
        confirmed: Any, tmp_path: Path) -> None:
    (tmp_path / "o.tsv").write_text("o1\ta text\n")
    done = CliRunner().invoke(cli, [
        "claims", "calibrate", "-c", str(confirmed.folder), "--others", str(tmp_path / "o.tsv"),
        "--gate", "0", "-o", str(tmp_path / "w.json")])
    assert done.exit_code == 0, done.output
    assert "and 31 other texts" in done.output and "the gate at 0 loses 0 of" in done.output
    assert "of 31 other texts 100% are compared" in done.output
