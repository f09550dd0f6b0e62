"""What a text is likened to does not depend on the texts beside it."""

from __future__ import annotations

import numpy as np
import pytest

from evenhand.factcheck.likeness import BLOCK, Claim, Pool, cosines
from evenhand.factcheck.words import runs_of


def test_a_texts_cosines_are_the_same_alone_and_among_others() -> None:
    chance = np.random.default_rng(0)
    claims = chance.normal(size=(2 * BLOCK + 7, 48)).astype(np.float32)
    texts = chance.normal(size=(5, 48)).astype(np.float32)
    among = cosines(claims, texts)
    assert np.abs(among - texts @ claims.T).max() < 1e-4
    for row, text in zip(among, texts, strict=True):
        assert (cosines(claims, text[None, :])[0] == row).all()
    assert cosines(claims, texts[:0]).shape == (0, len(claims))


def test_a_texts_likenesses_are_the_same_alone_and_among_others() -> None:
    pool = Pool.of([Claim("Every voter is sent two ballots"), Claim("A cat can be a mayor")])
    if pool is None:
        pytest.skip("the extra [match] is not installed")
    texts = ["two ballots", "the mayor was a cat", ""]
    for one, text in zip(pool.likenesses(texts), texts, strict=True):
        [alone] = pool.likenesses([text])
        assert all((one[name] == alone[name]).all() for name in pool.names)


def test_runs_mark_the_edges_of_words() -> None:
    assert list(runs_of("A cat")) == [" a ", " ca", "cat", "at ", " cat", "cat ", " cat "]
