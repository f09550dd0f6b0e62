"""The story that this project comes from, end to end: three acts, four days, every reading.

The label and the edit are decided by the example platform and assessed from its record; the
removal is alleged. The tables stand in `docs/explanation/story-of-2020.md`; EVENHAND_GOLDEN=write
writes them anew.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from evenhand.assess.assessment import Assessment, assess
from evenhand.assess.from_record import assessed_of
from evenhand.edge.law_documents import the_law
from evenhand.edge.platform import open_platform
from evenhand.edge.recorded import recorded_cases
from evenhand.law.conclusion import SPEAKS
from evenhand.model.action import ActionKind
from evenhand.rulebook.vocabulary import Record

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "story-of-2020.md"
BEGIN = "<!-- the tables are written by tests/law/test_story_of_2020.py -->\n"
END = "<!-- end of the tables -->"
DAYS = (date(2020, 5, 27), date(2020, 5, 29), date(2021, 6, 1), date(2026, 11, 27))
NAMES = ("27 May 2020", "29 May 2020", "1 June 2021", "27 Nov 2026")
FORUM = "cand"
LAW = the_law()

REMOVAL: Record = {
    "act.by_service": True, "act.kind": "remove", "act.restricts": True, "act.voluntary": True,
    "act.tool_for_others": False, "act.government": "none", "material.by_another": True,
    "material.by_complainant": True, "material.own_words": False, "material.edit": "none",
    "material.contribution": False, "reason.category": "otherwise", "reason.basis": "content",
    "reason.in_terms": False, "process.notice": "none", "process.explanation": False,
    "process.appeal": False}


@pytest.fixture(scope="module")
def acts(tmp_path_factory: Any) -> dict[str, Record]:
    """What is assessed, by its name in the story."""
    import shutil

    from click.testing import CliRunner

    from evenhand.edge.cli import cli
    from evenhand.edge.config import load_config

    folder = tmp_path_factory.mktemp("story") / "agora"
    shutil.copytree(Path(__file__).parents[2] / "examples" / "agora", folder,
                    ignore=shutil.ignore_patterns("data", "keys"))
    for args in (["init", str(folder)], ["publish", "-c", str(folder)], ["run", "-c", str(folder)]):
        done = CliRunner().invoke(cli, args)
        assert done.exit_code == 0, done.output
    platform = open_platform(load_config(folder))
    things = [one for case in recorded_cases(platform) for one in assessed_of(case)]
    platform.engine.dispose()
    labels = [t for t in things if t.action is not None and t.action.kind is ActionKind.LABEL]
    [edit] = [t for t in things if t.action is not None and t.action.kind is ActionKind.EDIT]
    posts = [t.record for t in labels if t.thing == "the author's post"]
    words = [t.record for t in labels if t.thing == "the platform's own words"]
    assert len(posts) == len(words) == 2
    assert posts[0] == posts[1] and words[0] == words[1], "both posts were treated alike"
    return {"The label: the post beside which it stands": posts[0],
            "The label: its own words": words[0],
            "The removal for a reason that is not in the terms": REMOVAL,
            "The edit": edit.record}


def assessed(record: Record) -> list[Assessment]:
    return [assess(LAW, "US-230", record, as_of=day, now=DAYS[-1], forum=FORUM) for day in DAYS]


def table(record: Record) -> Iterator[str]:
    told = assessed(record)
    yield "| | " + " | ".join(NAMES) + " |"
    yield "|---|" + "---|" * len(DAYS)
    for found in told[0].provisions:
        row = [a.provision(found.number) for a in told]
        if found.key not in ("c1", "c2A"):
            continue
        yield f"| **{found.cite}** | " + " | ".join(
            f"**{p.conclusion.value}**" if p is not None and p.conclusion in SPEAKS else "–"
            for p in row) + " |"
        for reading in told[0].readings:
            if found.number in reading.provisions:
                cells = [a.reading(reading.reading) for a in told]
                said = [c.conclusion.value if c is not None and c.conclusion in SPEAKS else "–"
                        for c in cells]
                if set(said) != {"–"}:
                    never = all(c is None or c.rank is None or not c.rank.answers for c in cells)
                    name = f"`{reading.reading}`"
                    yield f"| {f'*{name}*' if never else name} | " + " | ".join(
                        f"*{s}*" if never and s != "–" else s for s in said) + " |"


def tables(acts: dict[str, Record]) -> str:
    parts: list[str] = []
    for name, record in acts.items():
        parts += [f"## {name}", "", *table(record), ""]
    return "\n".join(["", *parts, ""])


def test_the_tables_of_the_page_are_what_the_law_says_of_the_story(
        acts: dict[str, Record]) -> None:
    page = PAGE.read_text(encoding="utf-8")
    head, rest = page.split(BEGIN)
    _, tail = rest.split(END)
    made = head + BEGIN + tables(acts) + END + tail
    if os.environ.get("EVENHAND_GOLDEN") == "write":
        PAGE.write_text(made, encoding="utf-8")
    assert page == made or os.environ.get("EVENHAND_GOLDEN") == "write"


def conclusions(record: Record, what: str) -> Sequence[str]:
    return [(a.provision(what) or a.reading(what)).conclusion.value  # type: ignore[union-attr]
            for a in assessed(record)]


def test_a_label_takes_nothing_from_the_post_and_the_claim_that_it_does_never_answers(
        acts: dict[str, Record]) -> None:
    post = acts["The label: the post beside which it stands"]
    assert conclusions(post, "c1") == ["protected"] * 4
    assert conclusions(post, "us.230.publisher_theory") == ["not protected"] * 4
    for one in assessed(post):
        claim = one.reading("us.230.publisher_theory")
        assert claim is not None and claim.rank is not None and not claim.rank.answers


def test_the_labels_own_words_are_the_platforms(acts: dict[str, Record]) -> None:
    words = acts["The label: its own words"]
    assert conclusions(words, "c1") == ["not protected"] * 4
    assert words["material.fact_check_by_third_party"] is False


def test_the_orders_reading_is_in_force_from_the_28th_until_it_was_revoked(
        acts: dict[str, Record]) -> None:
    assert conclusions(REMOVAL, "us.230.c2A.eo13925") == [
        "not in force", "not protected", "not in force", "not in force"]
    assert conclusions(REMOVAL, "c1") == ["protected"] * 4
    assert conclusions(acts["The edit"], "us.230.c1.edit_forfeits") == [
        "not in force", "not protected", "not in force", "not in force"]


def test_what_an_edit_did_to_the_meaning_is_what_is_missing(acts: dict[str, Record]) -> None:
    edit = acts["The edit"]
    for one in assessed(edit):
        c1 = one.provision("c1")
        assert c1 is not None and c1.conclusion.value == "undetermined"
        assert set(c1.missing) & {"material.edit", "material.contribution"}
        assert c1.borne_by
