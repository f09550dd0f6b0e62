"""Architecture decisions are half a page long, in one form, numbered in a row and in the index."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "docs" / "adr"
ADRS = sorted(FOLDER.glob("[0-9]*.md"))


@pytest.mark.parametrize("path", ADRS, ids=lambda path: path.name)
def test_an_architecture_decision_is_half_a_page_in_one_form(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    number, title = re.match(r"# (\d{4}) (.+)\n", text).groups()  # type: ignore[union-attr]
    assert path.name.startswith(f"{number}-") and not title.endswith(".")
    assert re.search(r"^Date: \d{4}-\d\d-\d\d\. Status: (accepted|superseded by \d{4})\.$", text,
                     re.MULTILINE)
    heads = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert heads == ["Context", "Chosen", "Not chosen", "Why"]
    assert len(text.splitlines()) <= 60


def test_the_decisions_are_numbered_in_a_row_and_each_is_in_the_index() -> None:
    numbers = [int(p.name[:4]) for p in ADRS]
    assert numbers == list(range(1, len(ADRS) + 1))
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    linked = re.findall(r"\]\(([^)]+)\)", index)
    assert linked == [p.name for p in ADRS]
