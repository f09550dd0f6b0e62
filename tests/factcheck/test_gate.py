"""A gate lets a text pass that has enough in common with a claim, and means the same elsewhere."""

from __future__ import annotations

import random

import pytest

from evenhand.errors import EvenhandError
from evenhand.factcheck.gate import FEWEST, LEAST, Gate, least_for
from evenhand.factcheck.likeness import Claim, Pool

pytest.importorskip("bm25s", reason="the extra [match] is not installed")

SAID = ["Every voter in the county is sent two ballots", "A cat was mayor of a town in Alaska",
        "Drinking bleach cures the common cold", "The bridge was built in a single night",
        "A senator was seen feeding pigeons in the chamber"]
TOWNS = ["Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Gorse", "Hazel", "Ivy", "Juniper"]


def pool(more: int = 0) -> Pool:
    chance = random.Random(0)
    made = Pool.of([Claim(text) for text in SAID] + [
        Claim(f"The mayor of {chance.choice(TOWNS)} {n} was sent {n} letters about the "
              f"{chance.choice(TOWNS)} road") for n in range(more)])
    assert made is not None
    return made


@pytest.mark.parametrize("more", [0, 300])
def test_what_speaks_to_a_claim_passes_and_chatter_does_not(more: int) -> None:
    gate = Gate(pool(more))
    about = ["they send TWO ballots to every single voter in this county",
             "a Cat as mayor, in Alaska?", "evry voter in teh countty is sent tow balots",
             "#BleachCures the common cold!!"]
    chatter = ["good morning everyone", "lol same", "what a game last night, wow", "", "?!", "🙂",
               "https://t.co/x", "\ud800 \x00"]
    assert gate.passes(about) == [True] * len(about)
    assert gate.passes(chatter) == [False] * len(chatter)


def test_an_answer_does_not_depend_on_the_texts_beside() -> None:
    gate = Gate(pool(50))
    together = gate.promises(SAID)
    assert [gate.promises([text])[0] for text in SAID] == together
    assert gate.promises([]) == gate.passes([]) == []


def test_a_text_passes_by_the_language_in_which_it_has_most_in_common_with_a_claim() -> None:
    """Of claims in two languages each lends its own words alone, and the best one counts."""
    english, french = Claim(SAID[0]), Claim("Le maire interdit les parapluies", language="fr")
    mixed = Pool.of([english, french])
    assert mixed is not None
    assert mixed.languages == [0, 1]
    said = ["le maire interdit les parapluies", "every voter is sent two ballots", "good morning"]
    about_french, about_english, nothing = Gate(mixed).promises(said)
    assert about_french > 0 < about_english and nothing == 0
    other_way = Pool.of([french, english])
    assert other_way is not None
    assert Gate(other_way).promises(said) == [about_french, about_english, nothing]


def test_who_is_said_to_have_said_it_does_not_count() -> None:
    gate = Gate(pool())
    bare, signed = gate.promises(["Nothing at all of that kind", "Nothing at all of that kind — "
                                  "Mayor Alaska Cat (@ballots) May 26, 2020"])
    assert bare == signed


def test_a_claim_in_a_long_text_passes() -> None:
    chance = random.Random(1)
    filler = [chance.choice(["morning", "coffee", "weather", "garden", "evening", "music"])
              + str(n) for n in range(400)]
    gate = Gate(pool(300))
    assert not gate.passes([" ".join(filler)])[0]
    assert gate.passes([" ".join(filler[:200] + SAID[0].split() + filler[200:])])[0]


def test_an_empty_pool_lets_nothing_pass_and_a_gate_of_nothing_lets_all() -> None:
    empty = Pool.of([])
    assert empty is not None
    assert Gate(empty).passes(["two ballots"]) == [False]
    assert Gate(pool(), least=0).passes(["", "two ballots"]) == [True, True]


@pytest.mark.parametrize("least", [-0.1, float("nan")])
def test_what_is_no_gate_is_refused(least: float) -> None:
    with pytest.raises(EvenhandError, match="gate"):
        Gate(pool(), least=least)


def test_a_gate_of_ones_own_loses_no_more_than_was_said() -> None:
    chance = random.Random(2)
    promises = [chance.uniform(0, 9) for _ in range(1000)]
    for lose in (0.0, 0.005, 0.01):
        least = least_for(promises, lose=lose)
        assert sum(one < least for one in promises) == int(1000 * lose)
    with pytest.raises(EvenhandError, match=str(LEAST)):
        least_for(promises[:FEWEST - 1])
