"""ClaimReview in all the forms that publishers give it, and nothing that raises."""

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evenhand.factcheck.claims import LONGEST_CLAIM, key_of, read_claims, read_items
from evenhand.factcheck.problem import Problem
from evenhand.model.factcheck import FactCheck, SpeakerKind

AT = datetime(2020, 5, 27, 12, tzinfo=UTC)
LISTED: Mapping[str, SpeakerKind] = {"facts.example": "fact-checker"}


def review(**changes: object) -> dict[str, object]:
    base: dict[str, object] = {
        "@type": "ClaimReview", "url": "https://facts.example/1", "claimReviewed": "Bread floats",
        "reviewRating": {"@type": "Rating", "alternateName": "False"}}
    return {k: v for k, v in {**base, **changes}.items() if v is not None}


def read(document: object, **more: object) -> tuple[tuple[FactCheck, ...], tuple[Problem, ...]]:
    text = document if isinstance(document, str) else json.dumps(document)
    given: dict[str, object] = {"publishers": LISTED, **more}
    return read_claims(text, where="f.json", retrieved_at=AT, **given)  # type: ignore[arg-type]


def one(**changes: object) -> FactCheck:
    (check,), _ = read(review(**changes))
    return check


@pytest.mark.parametrize("document", [
    review(),
    [review()],
    {"@graph": [{"@type": "WebPage"}, review()]},
    {"@type": "DataFeed", "dataFeedElement": [{"@type": "DataFeedItem", "item": [review()]}]},
    {"@type": "DataFeed", "dataFeedElement": {"item": review()}},
    {"@type": "WebPage", "mainEntity": review()},
    {"@type": "WebPage", "mainEntity": {"@type": "Article", "mainEntity": [review()]}},
    review(**{"@type": ["Review", "https://schema.org/ClaimReview"]}),
    review(**{"@type": "schema:ClaimReview"}),
    "\ufeff" + json.dumps(review()),
    json.dumps(review()) + "\n\n" + json.dumps({"@type": "WebPage"}) + "\n",
])
def test_a_fact_check_is_found_wherever_publishers_put_it(document: object) -> None:
    checks, _ = read(document)
    assert [(c.claim, c.rating) for c in checks] == [("Bread floats", "false")]


def test_json_lines_keep_the_sound_lines_and_name_the_broken_ones() -> None:
    lines = [json.dumps(review()), '{"@type": "ClaimReview", "url"',
             json.dumps(review(url="https://facts.example/2")), "17"]
    checks, problems = read("\n".join(lines))
    assert [c.url for c in checks] == ["https://facts.example/1", "https://facts.example/2"]
    assert [(p.where, p.level) for p in problems] == [("f.json:2", "refused"),
                                                      ("f.json:4", "refused")]


def test_a_truncated_document_is_one_problem_with_its_line() -> None:
    text = json.dumps([review(), review()], indent=1)
    checks, problems = read(text[:-20])
    assert checks == ()
    assert len(problems) == 1
    assert problems[0].where.startswith("f.json:")
    assert "it is not JSON" in problems[0].what


@pytest.mark.parametrize(("changes", "part"), [
    ({"url": None}, "no `url`"),
    ({"url": "ftp://facts.example/1"}, "not an address"),
    ({"url": "/relative/page"}, "not an address"),
    ({"url": "https://user:secret@facts.example/1"}, "not an address"),
    ({"claimReviewed": None}, "does not say which claim"),
    ({"claimReviewed": "<b> </b>"}, "does not say which claim"),
    ({"note": "\ud83d"}, "cannot carry"),
    ({"reviewRating": {"ratingValue": 1e999}}, "cannot carry"),
])
def test_what_no_fact_check_can_be_without_is_refused_alone(
        changes: dict[str, object], part: str) -> None:
    checks, problems = read([review(**changes)])
    assert checks == ()
    assert any(part in p.what and p.level == "refused" and p.hint for p in problems)
    # The neighbour is kept, unless the JSON of both is broken.
    if part != "it is not JSON":
        assert len(read([review(**changes), review(claimReviewed="Other")])[0]) == 1


def test_a_document_without_fact_checks_says_so() -> None:
    for document in ({"@type": "WebPage"}, [], "[]", '"text"', "null"):
        checks, problems = read(document)
        assert checks == ()
        assert "no `ClaimReview`" in problems[0].what


def test_an_unknown_rating_is_unrated_with_a_note_until_the_operator_maps_it() -> None:
    rating = {"alternateName": "Four shovels"}
    (check,), (problem,) = read(review(reviewRating=rating))
    assert (check.rating, check.rating_words, problem.level) == ("unrated", "Four shovels", "note")
    (mapped,), problems = read(review(reviewRating=rating),
                               ratings={"facts.example": {"four shovels": "misleading"}})
    assert (mapped.rating, problems) == ("misleading", ())
    assert mapped.key == check.key
    assert mapped.version == check.version


def test_a_publishers_own_table_overrules_the_default_for_it_and_its_subdomains_only() -> None:
    own = {"facts.example": {"False": "misleading"}}
    page = "https://www.en.facts.example/1"
    assert read(review(url=page), ratings=own)[0][0].rating == "misleading"
    assert read(review(url="https://otherfacts.example/1"), ratings=own)[0][0].rating == "false"


@pytest.mark.parametrize(("rating", "expected"), [
    ({"alternateName": "Mostly False"}, "misleading"),
    ({"alternateName": False}, "false"),
    ({"alternateName": "", "ratingValue": "True"}, "true"),
    ({"ratingValue": 1}, "false"),
    ({"ratingValue": "1,0", "bestRating": "5", "worstRating": "1"}, "false"),
    ({"ratingValue": 1, "bestRating": 1, "worstRating": 5}, "true"),
    ({"ratingValue": 9, "bestRating": 5, "worstRating": 1}, "unrated"),
    ({"ratingValue": 3, "bestRating": 3, "worstRating": 3}, "unrated"),
    ({"ratingValue": 3, "bestRating": "top"}, "unrated"),
    ({"ratingValue": "nan"}, "unrated"),
    ("False", "false"),
    ([{"alternateName": "False"}, {"alternateName": "Fake"}], "false"),
    ([{"alternateName": "False"}, {"alternateName": "True"}], "unrated"),
    (None, "unrated"),
    ({"@type": "Rating", "name": "Rating", "alternateName": "Satire"}, "satire"),
])
def test_ratings_are_read_from_the_fields_publishers_use(rating: object, expected: str) -> None:
    assert one(reviewRating=rating).rating == expected


def test_words_win_over_a_number_on_a_scale_that_runs_the_other_way_and_it_is_noted() -> None:
    (check,), (problem,) = read(review(reviewRating={"alternateName": "False", "ratingValue": 5}))
    assert check.rating == "false"
    assert "the words were taken" in problem.what


def test_who_speaks_is_a_fact_checker_unless_the_operator_says_otherwise() -> None:
    assert one().publisher.kind == "fact-checker"
    (check,), _ = read(review(url="https://help.agora.example/votes"),
                       publishers={"agora.example": "platform"})
    assert check.publisher.kind == "platform"


@pytest.mark.parametrize(("author", "name"), [
    ("Example Facts", "Example Facts"),
    ({"name": "Example Facts"}, "Example Facts"),
    ([{"@type": "Organization", "name": "Example Facts"}], "Example Facts"),
    ({"url": "https://facts.example"}, "facts.example"),
    (None, "facts.example"),
])
def test_the_publisher_may_be_an_object_a_list_or_a_text(author: object, name: str) -> None:
    assert one(author=author).publisher.name == name


def test_a_reference_into_the_graph_is_followed_and_counts_for_the_version() -> None:
    def graph(words: str) -> object:
        return {"@graph": [review(reviewRating={"@id": "#r"}, author={"@id": "#o"}),
                           {"@id": "#r", "alternateName": words}, {"@id": "#o", "name": "Facts"}]}
    (check,), _ = read(graph("False"))
    (changed,), _ = read(graph("True"))
    assert (check.rating, check.publisher.name) == ("false", "Facts")
    assert changed.rating == "true"
    assert check.version != changed.version


def test_the_key_lasts_and_the_version_follows_the_source() -> None:
    first = one()
    assert first.key == key_of("facts.example", "https://facts.example/1", "Bread floats")
    assert one(url="http://www.facts.example/1?utm_source=x").key == first.key
    assert one(url="https://facts.example/1#b").key != first.key
    assert one(claimReviewed="Bread sinks").key != first.key
    changed = one(reviewRating={"alternateName": "True"})
    assert changed.key == first.key
    assert changed.version != first.version
    # The order of the fields is not the content.
    (again,), _ = read(dict(reversed(review().items())))
    assert again == first


def test_the_page_itself_and_bare_domains_are_never_appearances() -> None:
    item = {"@type": "Claim", "appearance": ["https://facts.example/1#x", "https://agora.example",
                                             "https://agora.example/p/1", "not an address"]}
    (check,), problems = read(review(itemReviewed=item))
    assert check.appearances == ("https://agora.example/p/1",)
    assert len(problems) == 2


@pytest.mark.parametrize("item", [
    {"@type": "CreativeWork", "url": "https://agora.example/p/1", "author": "A"},
    [{"@type": "Claim", "firstAppearance": "https://agora.example/p/1", "author": {"name": "A"}}],
    {"@type": "Claim", "author": ["A", "B"],
     "appearance": [{"@type": "SocialMediaPosting", "@id": "https://agora.example/p/1"}]},
])
def test_what_was_reviewed_may_be_a_claim_a_work_or_a_list(item: object) -> None:
    check = one(itemReviewed=item)
    assert check.appearances == ("https://agora.example/p/1",)
    assert check.claim_by == "A"


def test_the_claim_may_stand_in_the_item_reviewed() -> None:
    assert one(claimReviewed=None, itemReviewed={"@type": "Claim", "text": "It rains"}
               ).claim == "It rains"


def test_an_unreadable_date_is_unknown_and_so_is_a_date_after_retrieval() -> None:
    (check,), (problem,) = read(review(datePublished="in the spring"))
    assert check.published_at is None
    assert problem.level == "note"
    (future,), (problem,) = read(review(datePublished="2031-01-01"))
    assert future.published_at is None
    assert "lies after" in problem.what


def test_a_long_claim_is_cut_and_says_so() -> None:
    (check,), (problem,) = read(review(claimReviewed="word " * 1000))
    assert len(check.claim) <= LONGEST_CLAIM
    assert "was cut" in problem.what


def test_the_same_item_twice_is_kept_once_in_silence() -> None:
    checks, problems = read([review(), review()])
    assert (len(checks), problems) == (1, ())


def test_two_items_that_contradict_each_other_keep_the_first_and_tell_the_second() -> None:
    checks, problems = read([review(), review(reviewRating={"alternateName": "True"})])
    assert [c.rating for c in checks] == ["false"]
    assert problems[0].level == "refused"


def test_retrieval_in_another_zone_changes_nothing_else() -> None:
    there = timezone(timedelta(hours=9))
    (check,), _ = read_claims(json.dumps(review()), where="f", retrieved_at=AT.astimezone(there),
                              publishers=LISTED)
    assert check == one()


@settings(deadline=None)
@given(st.text())
def test_no_text_makes_the_reader_fail(text: str) -> None:
    read_claims(text, where="f", retrieved_at=AT)


@settings(deadline=None)
@given(st.text(alphabet='{}[]":,@ \n\\u0d8ertClaimReview<&;', max_size=80))
def test_no_broken_json_makes_the_reader_fail(text: str) -> None:
    read_claims(text, where="f", retrieved_at=AT)


LEAVES = (st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
          | st.sampled_from(["https://a.example/1", "False", "ClaimReview", "#o", "26 May 2015",
                             "http://[", "https://a.example:99999/", "en", "9" * 400]))
NAMES = st.sampled_from(
    ["@type", "@id", "@graph", "@value", "item", "mainEntity", "url", "claimReviewed", "author",
     "publisher", "reviewRating", "alternateName", "ratingValue", "bestRating", "worstRating",
     "itemReviewed", "appearance", "firstAppearance", "keywords", "inLanguage", "datePublished",
     "name", "text", "sameAs", "headline"])
ANY = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4)
                   | st.dictionaries(NAMES, inner, max_size=6), max_leaves=15)


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=300,
          deadline=None)
@given(st.dictionaries(NAMES, ANY, max_size=12))
def test_no_shape_of_a_fact_check_makes_the_reader_fail(fields: dict[str, object]) -> None:
    document = {"url": "https://a.example/1", "claimReviewed": "It rains", **fields,
                "@type": "ClaimReview"}
    checks, problems = read(json.dumps(document))
    assert checks or problems
    for check in checks:
        assert check.url.startswith(("http://", "https://"))
        assert check.claim
        assert not any(unicodedata.category(c) in ("Cc", "Cs") or c == "\u202e"
                       for c in check.claim)
        assert all(a.startswith("https://") for a in check.appearances)


def test_nesting_beyond_sense_is_told_and_not_read() -> None:
    for depth in (100, 100_000):
        checks, problems = read("[" * depth + json.dumps(review()) + "]" * depth)
        assert checks == ()
        assert "nested" in problems[0].what or "deep" in problems[0].what


def test_who_is_on_no_list_is_unlisted_and_told_once_for_each_domain() -> None:
    feed = [review(url=f"https://{host}/{n}") for host in ("a.example", "b.a.example", "c.example")
            for n in (1, 2)]
    checks, problems = read(feed, publishers={"a.example": "crowd"})
    assert [c.publisher.kind for c in checks] == ["crowd"] * 4 + ["unlisted"] * 2
    assert [(p.level, "`c.example`" in p.what) for p in problems] == [("note", True)]


def test_a_domain_below_a_listed_one_is_listed_and_one_that_only_ends_like_it_is_not() -> None:
    for host, kind in (("www.facts.example", "fact-checker"), ("in.facts.example", "fact-checker"),
                       ("notfacts.example", "unlisted"), ("facts.example.com", "unlisted")):
        assert one(url=f"https://{host}/1").publisher.kind == kind


def test_the_item_is_handed_out_as_it_was_published_and_its_hash_is_the_version() -> None:
    items, _ = read_items(json.dumps(review(isAccessibleForFree=True)), where="f", retrieved_at=AT)
    assert json.loads(items[0].raw) == review(isAccessibleForFree=True)
    assert hashlib.sha256(items[0].raw).hexdigest()[:16] == items[0].check.version


def test_the_raw_item_holds_what_it_refers_to_elsewhere_in_the_document() -> None:
    graph = {"@graph": [review(reviewRating={"@id": "#r"}),
                        {"@id": "#r", "@type": "Rating", "alternateName": "False"}]}
    (item,), _ = read_items(json.dumps(graph), where="f", retrieved_at=AT)
    assert json.loads(item.raw)["reviewRating"]["alternateName"] == "False"


@pytest.mark.parametrize(("more", "language"), [
    ({"inLanguage": "fra"}, "fra"), ({"inLanguage": "Français"}, "fr"),
    ({"inLanguage": {"@type": "Language", "name": "Deutsch", "alternateName": "de-AT"}}, "de-at"),
    ({"inLanguage": "日本語"}, "ja"), ({"inLanguage": "the usual one"}, None),
    ({"claimReviewed": {"@value": "Tout est faux", "@language": "fr"}}, "fr"),
    ({"claimReviewed": {"@value": "Tout est faux", "@language": "fr"}, "inLanguage": "en"}, "en")])
def test_a_language_is_a_tag_a_name_or_what_the_text_is_marked_with(more, language) -> None:
    assert one(**more).language == language


def test_keywords_are_parted_as_their_script_parts_them() -> None:
    assert one(keywords="選挙、投票用紙，郵便").topics == ("選挙", "投票用紙", "郵便")
    assert one(keywords="انتخابات، تصويت؛ بريد").topics == ("انتخابات", "تصويت", "بريد")
