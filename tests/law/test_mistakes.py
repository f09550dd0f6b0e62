"""What a drafter of law is told: one document for each mistake, and the exact words beside it.

`EVENHAND_GOLDEN=write pytest tests/law/test_mistakes.py` writes the words anew; read them before
they are committed.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from evenhand.edge.law_documents import facts, forums
from evenhand.law.regimes import LAW_KINDS, read_law
from evenhand.rulebook.document import read_document
from evenhand.rulebook.drafting import DraftingErrors

MISTAKES = Path(__file__).parent / "mistakes"
DOCUMENTS = sorted(MISTAKES.glob("*.md"))

SEVERAL = {"applies-without-when"}
"""Documents with more than one mistake."""


def refusal_of(path: Path) -> DraftingErrors:
    with pytest.raises(DraftingErrors) as refused:
        read_law([read_document(path.read_text(encoding="utf-8"), name=path.name,
                                kinds=LAW_KINDS)], facts=facts(), forums=forums())
    return refused.value


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_a_mistake_is_told_in_these_words(path: Path) -> None:
    told = f"{refusal_of(path)}\n"
    golden = path.with_suffix(".txt")
    if os.environ.get("EVENHAND_GOLDEN") == "write":
        golden.write_text(told, encoding="utf-8")
    assert told == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_a_mistake_is_told_once_and_worded_by_the_house_rules(path: Path) -> None:
    problems = refusal_of(path).problems
    assert (len(problems) > 1) is (path.stem in SEVERAL)
    for problem in problems:
        assert problem.what[0] in "`" or problem.what[0].islower()
        assert not problem.what.endswith(".")
        assert problem.what.count("`") % 2 == 0
        assert problem.hint


def test_there_are_no_words_without_their_document() -> None:
    assert {p.stem for p in MISTAKES.glob("*.txt")} == {p.stem for p in DOCUMENTS}
    assert len(DOCUMENTS) >= 45
