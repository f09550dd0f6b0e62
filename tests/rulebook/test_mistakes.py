"""What a drafter is told: one document for each mistake, and the exact words beside it.

`EVENHAND_GOLDEN=write pytest tests/rulebook/test_mistakes.py` writes the words anew; read them
before they are committed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from evenhand.rulebook.check import Checked
from evenhand.rulebook.drafting import DraftingError, DraftingErrors

MISTAKES = Path(__file__).parent / "mistakes"
DOCUMENTS = sorted(MISTAKES.glob("*.md"))


Check = Callable[..., Checked]


def problems_of(path: Path, check_text: Check) -> tuple[DraftingError, ...]:
    try:
        return check_text(path.read_text(encoding="utf-8"), name=path.name).problems
    except DraftingErrors as errors:
        return errors.problems


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_a_mistake_is_told_in_these_words(path: Path, check_text: Check) -> None:
    problems = problems_of(path, check_text)
    told = "\n\n".join(str(p) for p in problems) + "\n"
    golden = path.with_suffix(".txt")
    if os.environ.get("EVENHAND_GOLDEN") == "write":
        golden.write_text(told, encoding="utf-8")
    assert problems, "the document holds a mistake"
    assert told == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_a_mistake_is_placed_and_worded_by_the_house_rules(path: Path, check_text: Check) -> None:
    rows = path.read_text(encoding="utf-8").split("\n")
    for problem in problems_of(path, check_text):
        assert problem.source_line == rows[problem.line - 1]
        assert 1 <= problem.column <= len(problem.source_line) + 1
        assert problem.what[0] in "`" or problem.what[0].islower()
        assert not problem.what.endswith(".")
        assert problem.what.count("`") % 2 == 0
        assert problem.hint or "label needs" in problem.what


def test_there_are_no_words_without_their_document() -> None:
    assert {p.stem for p in MISTAKES.glob("*.txt")} == {p.stem for p in DOCUMENTS}
    assert len(DOCUMENTS) >= 45
