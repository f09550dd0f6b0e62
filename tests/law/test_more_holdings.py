"""The law against well-known decided cases that are not among the 77, each on its own day.

`more_holdings.md` says how far they agree and explains each disagreement; nothing is bent.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

from evenhand.assess.assessment import assess
from evenhand.assess.pattern import read_pattern
from evenhand.edge.law_documents import the_law

HERE = Path(__file__).parent
NOTE = (HERE / "more_holdings.md").read_text(encoding="utf-8")
CASES = [json.loads(line) for line in
         (HERE / "more_holdings.jsonl").read_text(encoding="utf-8").splitlines()]
OTHERS = HERE.parents[2] / "shared" / "data" / "law" / "cases.jsonl"
TODAY = date(2026, 11, 22)
MEANS = {"immune": "protected", "not_immune": "not protected", "undetermined": "undetermined"}


@cache
def scores() -> dict[tuple[str, str], tuple[str, str]]:
    """(case, provision) -> what was held, and what is concluded."""
    law, found = the_law(), {}
    for case in CASES:
        pattern = read_pattern(case, facts=law.facts, forums=law.forums, today=TODAY)
        assert pattern.forum is not None, f"{case['court']} is not in forums.md"
        result = assess(law, "US-230", pattern.record, forum=pattern.forum, as_of=pattern.as_of,
                        now=TODAY)
        for key, held in case["outcome"].items():
            under = result.provision(key)
            assert under is not None
            found[case["id"], key] = MEANS[held], str(under.conclusion)
    return found


def test_agreement_is_as_the_note_says() -> None:
    said = {key: (int(agree), int(of)) for key, agree, of in re.findall(
        r"^\| (c\w+) \| (\d+) of (\d+) \|$", NOTE, re.MULTILINE)}
    agree = Counter(key for (_, key), (held, concluded) in scores().items() if held == concluded)
    assert said == {key: (agree[key], n)
                    for key, n in Counter(key for _, key in scores()).items()}


def test_every_disagreement_is_explained_and_nothing_else_is() -> None:
    explained = re.findall(r"^### (\S+) (\S+): held (.+), concluded (.+)$", NOTE, re.MULTILINE)
    assert {(id_, key): (held, concluded) for id_, key, held, concluded in explained} == {
        place: pair for place, pair in scores().items() if pair[0] != pair[1]}


def test_none_of_them_is_among_the_77() -> None:
    assert len({c["id"] for c in CASES}) == len(CASES)
    assert all(c["citation"] and c["holding"] for c in CASES)
    if OTHERS.exists():
        others = OTHERS.read_text(encoding="utf-8").splitlines()
        assert not {c["id"] for c in CASES} & {json.loads(line)["id"] for line in others}
