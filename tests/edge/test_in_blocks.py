"""Vectors are made block by block: who interrupts loses a block, and who waits is told."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from evenhand.edge import comparing
from evenhand.edge.in_blocks import InBlocks, silent
from evenhand.edge.matching import KeptVectors


class Reading:
    """A model that notes what it reads, and is interrupted at a text."""

    digest, libraries = "sha256:" + "cd" * 32, ()

    def __init__(self, until: str = "") -> None:
        self.read: list[str] = []
        self.until = until

    def vectors(self, texts):
        if self.until in texts and self.until:
            raise KeyboardInterrupt
        self.read += texts
        return np.array([[len(text), 1.0] for text in texts], dtype=np.float32).reshape(-1, 2)


def test_what_was_read_before_an_interruption_is_not_read_again(tmp_path: Path) -> None:
    texts = ["a", "bb", "ccc", "dddd", "eeeee"]
    first = Reading(until="dddd")
    with pytest.raises(KeyboardInterrupt):
        InBlocks(KeptVectors(tmp_path, first), show=silent, block=2)(texts)
    assert first.read == ["a", "bb"]
    again = Reading()
    vectors = InBlocks(KeptVectors(tmp_path, again), show=silent, block=2)
    assert vectors(texts)[:, 0].tolist() == [1, 2, 3, 4, 5]
    assert again.read == ["ccc", "dddd", "eeeee"] and vectors([]).shape == (0, 2)


def test_how_far_it_is_is_told_of_all_that_is_expected() -> None:
    told: list[tuple[str, int, int]] = []
    vectors = InBlocks(Reading().vectors, show=lambda *one: told.append(one), expected=6, block=2)
    vectors(["a", "b", "c"])
    vectors(["d", "e", "f", "g"])
    assert [(done, of) for _, done, of in told] == [(2, 6), (3, 6), (5, 7), (7, 7)]


def test_the_vectors_of_a_file_of_claims_are_kept_beside_the_model(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("bm25s", reason="the extra [match] is not installed")
    model = Reading()
    monkeypatch.setattr(comparing, "load_model", lambda folder: model)
    file = tmp_path / "claims.jsonl"
    file.write_text("".join(json.dumps({"id": f"c{n}", "claim": f"claim {n}", "title": "A title"})
                            + "\n" for n in range(3)))

    def lay_out() -> comparing.Comparing:
        return comparing.lay_out(file, now=datetime(2020, 5, 1, tzinfo=UTC), told=print,
                                 language="en", model=tmp_path, learned=None)

    assert lay_out().model == model.digest and len(model.read) == 6
    assert lay_out().pool.size == 3 and len(model.read) == 6, "read once"
