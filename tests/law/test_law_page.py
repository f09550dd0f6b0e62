"""The page `spec/law.md` says what the code does: its example, its tables, what it refuses."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from evenhand.assess.assessment import assess
from evenhand.assess.standing import Rank
from evenhand.edge.law_documents import facts, forums
from evenhand.law import held, provisions
from evenhand.law.conclusion import MAY_SAY, Gives
from evenhand.law.facts import KEYS as FACT_KEYS
from evenhand.law.regimes import FRONT_KEYS, LAW_KINDS, read_law
from evenhand.rulebook.document import read_document

SPEC = (Path(__file__).parents[2] / "spec" / "law.md").read_text(encoding="utf-8")


def example() -> str:
    found = re.search(r"^````markdown\n(.*?)^````$", SPEC, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def keys_of(heading: str) -> set[str]:
    table = SPEC.split(heading)[1].split("\n\n")[0]
    return {key for row in table.split("\n") if row.startswith("|")
            for key in re.findall(r"`([a-z ]+)`", row.split("|")[1])}


def test_the_example_is_law_without_mistakes_or_untested_parts() -> None:
    law = read_law([read_document(example(), name="us-example.md", kinds=LAW_KINDS)],
                   facts=facts(), forums=forums())
    assert [p.key for p in law.regimes[0].provisions] == ["a", "b"]
    assert law.regimes[0].untested == ()
    found = assess(law, "US-example", {"act.kind": "label", "act.by_service": True,
                                       "suit.federal_crime": True},
                   forum="N.D. Cal.", as_of=date(2020, 1, 1), now=date(2026, 11, 22))
    under = found.provision("a")
    assert under is not None
    assert (under.conclusion, under.defeated_by) == ("not protected", ("b",))


def test_every_key_stands_in_its_table_and_every_row_is_a_key() -> None:
    assert keys_of("| front matter |") == set(FRONT_KEYS) - {"time zone"}
    assert keys_of("| key | holds | needed |") == set(provisions.KEYS.all)
    assert keys_of("| key of `held` |") - {"held"} == set(held.KEYS.all)
    assert keys_of("| key of `fact` |") == set(FACT_KEYS.all)


def test_the_table_of_ranks_is_that_of_the_code() -> None:
    told = dict(re.findall(r"^\| ([A-Z_]+) \| (\d+) \|", SPEC, re.MULTILINE))
    assert {name: int(number) for name, number in told.items()} == {
        r.name: r.value for r in Rank if r.answers}
    assert [r.name for r in sorted(Rank, reverse=True) if not r.answers] == re.findall(
        r"^\| (POLICY.*?) \|", SPEC, re.MULTILINE)[0].split(", ")


def test_the_page_names_every_kind_of_authority_and_every_conclusion() -> None:
    for kind in held.AUTHORITIES:
        assert f'"{kind}"' in SPEC
    for gives, words in MAY_SAY.items():
        assert f"`{gives}`" in SPEC
        if gives is not Gives.WORDS:
            assert f"| {gives} | `{words[0]}`, `{words[1]}`" in SPEC
