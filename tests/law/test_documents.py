"""The documents of the law as they ship: they compile, and their cases test every part."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest

from evenhand.edge.law_documents import current_texts, facts, the_law, versions_of
from evenhand.errors import EvenhandError
from evenhand.law.conclusion import Gives
from evenhand.law.dates import NOT_YET
from evenhand.law.facts import read_facts
from evenhand.law.regimes import LAW_KINDS, Reading, Regime, read_law
from evenhand.rulebook.document import read_document
from evenhand.rulebook.drafting import DraftingErrors

SHARED = Path(__file__).parents[3] / "shared" / "data" / "law"
REGIMES = the_law().regimes
READINGS = the_law().readings


@pytest.mark.parametrize("regime", REGIMES, ids=lambda r: r.id)
def test_no_part_of_a_condition_is_without_a_case(regime: Regime) -> None:
    assert regime.untested == ()


@pytest.mark.parametrize("regime", REGIMES, ids=lambda r: r.id)
def test_every_provision_that_gives_something_is_read_by_somebody(regime: Regime) -> None:
    for provision in regime.provisions:
        readings = the_law().readings_of(provision.number)
        assert bool(readings) is (provision.gives is not Gives.WORDS), provision.number


@pytest.mark.parametrize("reading", READINGS, ids=lambda r: r.id)
def test_a_reading_says_what_a_lawyer_would_ask_of_it(reading: Reading) -> None:
    held = reading.held
    assert held.holder and held.status and held.burden and held.leaves_open and reading.words
    assert all(p.because for p in reading.presumptions)
    assert all(len(case.title.split()) > 1 for case in reading.rule.cases)
    assert all(a.in_force == NOT_YET or date(1900, 1, 1) < a.in_force.start <= reading.checked[0]
               for a in held.authorities)


def test_quotations_of_the_statute_are_those_of_the_material() -> None:
    texts = SHARED / "texts.md"
    if not texts.exists():
        pytest.skip("the material is not here")
    material = " ".join(texts.read_text(encoding="utf-8").replace('"', "").split())
    for provision in the_law().regime("US-230").provisions:
        assert provision.sure == "verified"
        for quote in provision.quotes:
            for part in re.split(r"(?=\([ABC]\) )", quote):
                assert part.strip().rstrip(";or ").removesuffix(";") in material, provision.number


def test_the_facts_are_those_of_the_vocabulary_and_more() -> None:
    listed = SHARED / "facts.json"
    if not listed.exists():
        pytest.skip("the vocabulary is not here")
    declared = {f.short_id: f for f in facts().facts if f.short_id}
    for fact in json.loads(listed.read_text(encoding="utf-8")):
        ours = declared.pop(fact["id"])
        choices = tuple(fact["values"].split("|")) if fact["values"] else ()
        assert ours.fact.type.choices == choices
    assert not declared


def test_every_fact_says_how_our_record_answers_it() -> None:
    for fact in facts().facts:
        assert fact.words.startswith("From our record:"), fact.fact.name


def test_a_fact_pattern_is_refused_with_the_nearest_word() -> None:
    with pytest.raises(EvenhandError, match=r"did you mean `restricts_access`"):
        facts().record({"restrict_access": True}, {})
    with pytest.raises(EvenhandError, match=r"did you mean `conclusory`"):
        facts().record({"bad_faith": "conclusary"}, {})
    with pytest.raises(EvenhandError, match=r"`is_ics` is 1, not yes or no"):
        facts().record({"is_ics": 1}, {})
    assert facts().record({"is_ics": None, "ip": "state"}, {"knew_of_content": True}) == {
        "suit.intellectual_property": "state", "act.knew": True}


FACT = ("---\nfacts: law\n---\n# Facts\n## act.x Is it?\n\nFrom our record: yes.\n\n"
        "```fact\ntype: yes or no\nknown by: the record\npinpoint: s. 1\n```\n")


@pytest.mark.parametrize(("old", "new", "told"), [
    ("act.x", "post.x", "lies in no space of law facts"), ("yes or no", "truth", "is not a type"),
    ("yes or no", "one of: a, a", "is not a type"), ("pinpoint: s. 1\n", "", "does not say"),
    ("From our record: yes.\n", "", "has no question, or no words")])
def test_a_fact_with_a_mistake_is_not_read(old: str, new: str, told: str) -> None:
    assert read_facts(FACT, name="facts.md").facts[0].fact.name == "act.x"
    with pytest.raises(DraftingErrors, match=told):
        read_facts(FACT.replace(old, new, 1), name="facts.md")


def test_one_regime_has_one_current_document() -> None:
    name, text = current_texts()[0]
    twice = [read_document(text, name=n, kinds=LAW_KINDS) for n in (name, "other.md")]
    with pytest.raises(DraftingErrors, match="has two documents"):
        read_law(twice, facts=facts(), forums=the_law().forums)


def test_the_current_version_of_a_document_is_the_last_of_its_versions() -> None:
    name, text = current_texts()[0]
    assert versions_of(name)[-1].text == text
    with pytest.raises(EvenhandError, match="there is no law document"):
        versions_of("us-47-usc-231.md")


def test_the_digest_of_the_law_names_every_document() -> None:
    documents = [read_document(t, name=n, kinds=LAW_KINDS) for n, t in current_texts()]
    same = read_law(documents, facts=facts(), forums=the_law().forums)
    assert same.digest == the_law().digest
    changed = read_document(documents[0].text + "\nOne word more.\n", name=documents[0].name,
                            kinds=LAW_KINDS)
    other = read_law([changed, *documents[1:]], facts=facts(), forums=the_law().forums)
    assert other.digest != the_law().digest
