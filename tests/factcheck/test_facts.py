"""The facts of a matched claim: declared once, given only where they are known."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from evenhand.factcheck.facts import FACTS, MATCHED_CLAIM, claim_facts
from evenhand.model.audience import AUDIENCES
from evenhand.model.factcheck import Compared, FactCheck, Match, MatchedBy, Publisher
from evenhand.rulebook.vocabulary import Value, Vocabulary

AT = datetime(2020, 5, 27, tzinfo=UTC)
VOCABULARY = Vocabulary.of(FACTS, [MATCHED_CLAIM])


def match(*, confirmed: bool | None, by: MatchedBy = "confirmed pair",
          topics: tuple[str, ...] = (), published_at: datetime | None = None,
          probability: float | None = None) -> Match:
    compared = Compared(likenesses=(("words", 3.5),), score=3.5, probability=probability)
    return Match(by=by, confirmed=confirmed, compared=compared, fact_check=FactCheck(
        key="k" * 32, version="v" * 16, url="https://help.agora.example/votes", title="Votes",
        publisher=Publisher(name="Agora", domain="help.agora.example", kind="platform"),
        claim="It rains", claim_by=None, rating="false", rating_words="False", topics=topics,
        language="en", appearances=(), published_at=published_at, retrieved_at=AT))


def fits(value: Value, type_name: str) -> bool:
    kinds = {"truth": bool, "text": str, "choice": str, "instant": datetime, "list": tuple}
    return isinstance(value, kinds[type_name])


def test_a_match_whose_all_is_known_states_every_fact_but_the_uncalibrated_one() -> None:
    facts = claim_facts(match(confirmed=True, topics=("how to vote",), published_at=AT))
    assert dict(facts) == {
        "claim.confirmed": True, "claim.repeats": False, "claim.rating": "false",
        "claim.topics": ("how to vote",),
        "claim.fact_check": "https://help.agora.example/votes", "claim.publisher": "Agora",
        "claim.published_by": "platform", "claim.published": AT, "claim.key": "k" * 32}
    assert set(VOCABULARY.facts) - set(facts) == {"claim.match"}


@pytest.mark.parametrize("confirmed", [True, False, None])
def test_what_is_not_known_is_absent(confirmed: bool | None) -> None:
    facts = claim_facts(match(confirmed=confirmed))
    assert facts.get("claim.confirmed") is confirmed
    assert not {"claim.topics", "claim.published", "claim.match"} & set(facts)


def test_of_likeness_the_calibrated_probability_alone_is_a_fact() -> None:
    assert "claim.match" not in claim_facts(match(confirmed=None))
    facts = claim_facts(match(confirmed=None, probability=0.42))
    assert facts["claim.match"] == 0.42 and 3.5 not in facts.values()
    denied = claim_facts(match(confirmed=False, probability=0.99))
    assert "claim.match" not in denied, "a person's no stands above what a machine holds likely"


@pytest.mark.parametrize("by", ["appearance", "exact text"])
@pytest.mark.parametrize("confirmed", [True, None])
def test_an_exact_key_says_that_the_post_repeats_the_claim_and_confirms_nothing(
        by: MatchedBy, confirmed: bool | None) -> None:
    facts = claim_facts(match(confirmed=confirmed, by=by))
    assert "claim.confirmed" not in facts
    assert facts["claim.repeats"] is (confirmed is True), "not of what is unrated or contradicted"


@pytest.mark.parametrize("by", ["confirmed pair", "confirmed copy", "proposal"])
def test_what_only_a_person_or_likeness_finds_is_repeated_by_no_rule(by: MatchedBy) -> None:
    assert claim_facts(match(confirmed=by != "proposal" or None, by=by))["claim.repeats"] is False


@pytest.mark.parametrize("by", ["confirmed pair", "confirmed copy"])
def test_a_repetition_stays_one_where_a_person_confirms_and_is_none_where_one_denies(
        by: MatchedBy) -> None:
    for word in (True, False):
        facts = claim_facts(replace(match(confirmed=word, by=by), besides="exact text"))
        assert facts["claim.repeats"] is facts["claim.confirmed"] is word


def test_every_fact_is_declared_with_the_type_it_has() -> None:
    facts = claim_facts(match(confirmed=False, topics=("x",), published_at=AT))
    for name, value in facts.items():
        declared = VOCABULARY.facts[name].type
        assert fits(value, declared.name)
        assert declared.name != "choice" or value in declared.choices


def test_every_fact_belongs_to_the_collection_and_is_public() -> None:
    for fact in FACTS:
        assert VOCABULARY.collection_of(fact.name) == MATCHED_CLAIM
        assert fact.audience == "public"
        assert fact.audience in AUDIENCES
    assert [f.name for f in FACTS if f.reported_by is None] == ["claim.match"]
