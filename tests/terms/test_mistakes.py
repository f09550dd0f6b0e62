"""What a drafter of terms is told: one version for each mistake, and the exact words beside it.

A line `=====` parts the documents of one version. `EVENHAND_GOLDEN=write pytest
tests/terms/test_mistakes.py` writes the words anew; read them before they are committed.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from evenhand.errors import EvenhandError
from evenhand.rulebook.document import read_document
from evenhand.rulebook.drafting import DraftingErrors
from evenhand.terms.clauses import read_terms

MISTAKES = Path(__file__).parent / "mistakes"
VERSIONS = sorted(MISTAKES.glob("*.md"))


def refusal_of(path: Path, making: Any) -> EvenhandError:
    texts = path.read_text(encoding="utf-8").split("=====\n")
    names = [path.name] if len(texts) == 1 else [f"{i}-{path.name}" for i in range(len(texts))]
    with pytest.raises(EvenhandError) as refused:
        read_terms([read_document(t, name=n) for t, n in zip(texts, names, strict=True)],
                   vocabulary=making.vocabulary, digest="sha256:0")
    return refused.value


@pytest.mark.parametrize("path", VERSIONS, ids=lambda path: path.stem)
def test_a_mistake_is_told_in_these_words(path: Path, making: Any) -> None:
    told = f"{refusal_of(path, making)}\n"
    golden = path.with_suffix(".txt")
    if os.environ.get("EVENHAND_GOLDEN") == "write":
        golden.write_text(told, encoding="utf-8")
    assert told == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", VERSIONS, ids=lambda path: path.stem)
def test_a_mistake_is_worded_by_the_house_rules(path: Path, making: Any) -> None:
    refused = refusal_of(path, making)
    problems = refused.problems if isinstance(refused, DraftingErrors) else (refused,)
    for problem in problems:
        assert problem.what[0] in "`" or problem.what[0].islower() or problem.what[0].isdigit()
        assert not problem.what.endswith(".")
        assert problem.hint
        assert problem.what.count("`") % 2 == 0


FOR_EACH = {"key-missing", "key-misspelt", "sibling-without-two-labels", "date-of-another-form"}
"""Versions with several mistakes, each told."""


def test_one_mistake_is_told_once(making: Any) -> None:
    """A clause with a mistake is not told again by the clauses that refer to it."""
    for path in VERSIONS:
        refused = refusal_of(path, making)
        if isinstance(refused, DraftingErrors):
            assert (len(refused.problems) > 1) is (path.stem in FOR_EACH), path.stem


def test_there_are_no_words_without_their_version() -> None:
    assert {p.stem for p in MISTAKES.glob("*.txt")} == {p.stem for p in VERSIONS}
    assert len(VERSIONS) >= 60
