"""One record at a time: what is read, what decides, what is missing, and what is refused."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from evenhand.rulebook.answer import answer
from evenhand.rulebook.condition import read_condition
from evenhand.rulebook.evaluate import evaluate, explain
from evenhand.rulebook.finding import Answer, Finding
from evenhand.rulebook.values import RecordError, check_record
from evenhand.rulebook.vocabulary import Vocabulary

CLAIM = """
for a matched claim:
    claim.confirmed and claim.rating in ["false", "misleading"]
unless post.stance in ["rebuts", "reports"]
"""
FALSE = {"claim.confirmed": True, "claim.rating": "false"}
TRUE = {"claim.confirmed": True, "claim.rating": "true"}
UNRATED = {"claim.confirmed": True}


@pytest.fixture
def find(vocabulary: Vocabulary) -> Any:
    def run(text: str, record: dict[str, Any], zone: Any = UTC) -> Finding:
        condition = read_condition(text, vocabulary=vocabulary, zone=zone)
        finding = evaluate(condition, record, provision="1")
        assert answer(condition, record) is finding.answer
        return finding
    return run


def test_the_first_claim_that_holds_is_bound(find: Any) -> None:
    found = find(CLAIM, {"post.stance": "asserts", "claim": (TRUE, UNRATED, FALSE, FALSE)})
    assert (found.answer, found.bound) == (Answer.HOLDS, 2)
    assert found.facts == (("claim.confirmed", True), ("claim.rating", "false"),
                           ("post.stance", "asserts"))


def test_where_none_holds_the_first_undetermined_claim_is_bound(find: Any) -> None:
    found = find(CLAIM, {"post.stance": "asserts", "claim": (TRUE, UNRATED)})
    assert (found.answer, found.bound) == (Answer.UNDETERMINED, 1)
    assert found.missing == ("claim.rating",)


def test_no_claims_is_an_answer_and_no_matcher_is_none(find: Any) -> None:
    assert find(CLAIM, {"claim": (), "post.stance": "asserts"}).answer is Answer.DOES_NOT_HOLD
    assert find(CLAIM, {"claim": ()}).facts == (("claim", ()),)
    nobody = find(CLAIM, {"post.stance": "asserts"})
    assert (nobody.answer, nobody.missing, nobody.bound) == (Answer.UNDETERMINED, ("claim",), None)


def test_an_exception_decides_although_the_claim_is_missing(find: Any) -> None:
    found = find(CLAIM, {"post.stance": "rebuts"})
    assert (found.answer, found.facts) == (Answer.DOES_NOT_HOLD, (("post.stance", "rebuts"),))


def test_an_exception_beneath_the_for_is_about_the_same_claim(find: Any) -> None:
    text = """
    for a matched claim:
        claim.rating == "false"
        unless claim.confirmed == no
    """
    record = {"claim": ({"claim.rating": "false", "claim.confirmed": False}, TRUE)}
    assert find(text, record).answer is Answer.DOES_NOT_HOLD
    assert find(text, {"claim": (*record["claim"], FALSE)}).bound == 2


def test_a_missing_fact_is_never_false(find: Any) -> None:
    for text in ("post.paid", "not post.paid", "post.paid == no", "post.copies < 1",
                 'post.language not in ["de"]', "count(post.links) == 0"):
        found = find(text, {})
        assert found.answer is Answer.UNDETERMINED
        assert len(found.missing) == 1


def test_nan_is_a_missing_fact(find: Any) -> None:
    found = find("toxicity.probability <= 1 - post.copies",
                 {"toxicity.probability": math.nan, "post.copies": 0})
    assert (found.answer, found.missing) == (Answer.UNDETERMINED, ("toxicity.probability",))


def test_of_a_conjunction_that_fails_the_failing_parts_decide(find: Any) -> None:
    found = find("post.paid and post.copies > 20 and account.verified",
                 {"post.paid": True, "post.copies": 3})
    assert (found.answer, found.facts) == (Answer.DOES_NOT_HOLD, (("post.copies", 3),))


def test_of_an_undetermined_conjunction_all_that_was_read_is_told(find: Any) -> None:
    found = find("post.paid and account.verified and post.copies > 20", {"post.paid": True})
    assert found.facts == (("post.paid", True),)
    assert found.missing == ("account.verified", "post.copies")


def test_a_chain_is_decided_by_either_of_its_sides(find: Any) -> None:
    text = "1 < post.copies < account.followers"
    assert find(text, {"post.copies": 1}).answer is Answer.DOES_NOT_HOLD
    assert find(text, {"post.copies": 2}).missing == ("account.followers",)
    assert find(text, {"post.copies": 2, "account.followers": 3}).answer is Answer.HOLDS


def test_what_no_float_can_hold_is_undetermined(find: Any) -> None:
    found = find("account.followers * 1e308 > 1", {"account.followers": 100})
    assert (found.answer, found.missing) == (Answer.UNDETERMINED, ())
    late = {"post.made": datetime(9999, 12, 31, tzinfo=UTC)}
    assert find("post.made + 7 days > 2020-01-01", late).answer is Answer.UNDETERMINED


def test_a_date_is_midnight_where_the_document_stands(find: Any) -> None:
    made = {"post.made": datetime(2020, 5, 26, 22, 30, tzinfo=UTC)}
    assert find("post.made >= 2020-05-27", made).answer is Answer.DOES_NOT_HOLD
    berlin = find("post.made >= 2020-05-27", made, ZoneInfo("Europe/Berlin"))
    assert berlin.answer is Answer.HOLDS


def test_instants_and_durations_are_reckoned(find: Any) -> None:
    record = {"post.made": datetime(2020, 5, 27, tzinfo=UTC),
              "account.made": datetime(2020, 5, 21, tzinfo=UTC), "account.age": timedelta(days=6)}
    for text in ("post.made - account.made < 1 week", "account.made + 6 days == post.made",
                 "2 * account.age == 288 hours", "post.made - 90 minutes > 2020-05-26T22:29Z"):
        assert find(text, record).answer is Answer.HOLDS


def test_definite_words_explain_an_answer(find: Any) -> None:
    found = find("post.paid or post.copies > 20", {"post.copies": 3})
    assert explain(found.why) == (
        "undetermined: post.paid or post.copies > 20\n"
        "  undetermined: post.paid (missing: post.paid)\n"
        "  does not hold: post.copies > 20 (post.copies = 3)")


@pytest.mark.parametrize(("record", "what"), [
    ({"post.copies": "3"}, '`post.copies` is "3", not a whole number'),
    ({"post.copies": True}, "`post.copies` is yes, not a whole number"),
    ({"post.copies": 2**53 + 1}, "`post.copies` cannot be exact"),
    ({"toxicity.probability": math.inf}, "`toxicity.probability` is inf, not a number"),
    ({"post.made": datetime(2020, 5, 27)}, "`post.made` does not say its time zone"),  # noqa: DTZ001
    ({"post.topics": "voting"}, '`post.topics` is "voting", not a list of text'),
    ({"post.topics": ["voting"]}, '`post.topics` is ["voting"], not a list of text'),
    ({"post.stance": "sings"}, '`post.stance` is "sings", not one of'),
    ({"claim": "one"}, '`claim` is "one", not its elements'),
    ({"claim": ("one",)}, '`claim` is ["one"], not its elements'),
])
def test_a_value_of_the_wrong_type_is_refused_by_name(
        vocabulary: Vocabulary, record: dict[str, Any], what: str) -> None:
    text = "\n".join([
        "for a matched claim:",
        "    claim.confirmed and post.copies > 3 and toxicity.probability > 0.5",
        '    and post.made > 2020-01-01 and "voting" in post.topics and post.stance == "asks"'])
    condition = read_condition(text, vocabulary=vocabulary)
    with pytest.raises(RecordError) as refused:
        evaluate(condition, {"claim": (FALSE,), **record}, provision="1")
    assert refused.value.what.startswith(what)
    with pytest.raises(RecordError):
        check_record(record, vocabulary)


def test_a_record_names_declared_facts_in_their_places(vocabulary: Vocabulary) -> None:
    check_record({"post.copies": 3, "claim": (FALSE,), "toxicity.probability": math.nan},
                 vocabulary)
    for record, what in (
            ({"post.copie": 3}, "`post.copie` is not a declared fact"),
            ({"claim.rating": "false"}, "`claim.rating` stands outside its `claim`"),
            ({"claim": ({"post.copies": 3},)}, "`post.copies` is not a fact of a `claim`")):
        with pytest.raises(RecordError) as refused:
            check_record(record, vocabulary)
        assert refused.value.what == what
