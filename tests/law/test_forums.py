"""Courts are found as lawyers cite them, and bind whom they bind."""

from __future__ import annotations

import pytest

from evenhand.edge.law_documents import forums
from evenhand.errors import EvenhandError
from evenhand.law.forums import read_forums
from evenhand.rulebook.drafting import DraftingErrors


@pytest.mark.parametrize(("cited", "id_"), [
    ("9th Cir. (en banc)", "ca9"), ("N.D. Cal.", "cand"), ("n.d. cal", "cand"), ("U.S.", "us"),
    ("Cal. Ct. App.", "calapp"), ("N.Y. App. Div.", "nyapp"), ("N.Y. Sup. Ct.", "nytrial"),
    ("Del. Super. Ct.", "deltrial"), ("D.D.C.", "dcd"), ("D.C. Cir.", "cadc"), ("N.D.", "nd"),
    ("S.D. W. Va.", "wvsd"), ("Tex. App.", "texapp"), ("cand", "cand"), ("2nd Cir.", "ca2")])
def test_a_court_is_found_by_its_citation(cited: str, id_: str) -> None:
    found = forums().find(cited)
    assert found is not None and found.id == id_


def test_every_federal_district_and_every_state_has_its_place() -> None:
    courts = forums().by_id
    trial = [f for f in courts.values() if f.level == "trial" and f.under
             and courts[f.under].under == "us" and courts[f.under].law_of == "us"]
    assert len(trial) == 91  # all 94 but Guam, the Northern Mariana Islands, the Virgin Islands
    states = [f for f in forums().by_id.values() if f.under == "us" and f.level == "highest"]
    assert len(states) == 52  # with the District of Columbia and Puerto Rico


def test_who_is_above_whom() -> None:
    assert forums().chain("cand") == ("cand", "ca9", "us")
    assert forums().chain("caltrial") == ("caltrial", "calapp", "cal", "us")
    assert forums().chain("eu") == ("eu",)


@pytest.mark.parametrize(("place", "forum", "reaches"), [
    ("us", "caltrial", True), ("us", "cand", True), ("eu", "cand", False), ("us", "eu", False),
    ("tex", "txwd", True), ("tex", "ca5", True), ("tex", "ca9", False), ("fla", "flatrial", True),
    ("cal", "us", True), ("fla", "cal", False)])
def test_where_a_law_is_law(place: str, forum: str, reaches: bool) -> None:
    assert forums().reaches(place, forum) is reaches


def test_a_court_that_is_not_there_is_told_with_the_nearest() -> None:
    with pytest.raises(EvenhandError, match=r"did you mean"):
        forums().named("N.D. Call.")


HEAD = """---
forums: x
---
# Forums

| forum | name | level | under | law of | cited as |
|---|---|---|---|---|---|
"""


@pytest.mark.parametrize(("rows", "told"), [
    ("| a | A | highest | b | a | A. |\n| b | B | highest | a | b | B. |\n", "under itself"),
    ("| a | A | highest | | a | A. |\n| b | B | trial | a | a | A |\n", "names two forums"),
    ("| a | A | highest | c | a | A. |\n", "`c` is not a forum"),
    ("| a | A | supreme | | a | A. |\n", "is not a level"),
    ("| a | A | highest | | a |\n", "has 5 cells"),
    ("| A | A | highest | | a | A. |\n", "cannot be the id"),
    ("| a | A | highest | | a | A. |\n| a | B | trial | | a | B. |\n", "stands twice")])
def test_a_table_with_a_mistake_is_not_read(rows: str, told: str) -> None:
    with pytest.raises(DraftingErrors, match=told):
        read_forums(HEAD + rows, name="forums.md")
