"""Exact keys and people confirm, likeness proposes, and the same input has the same answer."""

import hashlib
import sys
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.errors import EvenhandError
from evenhand.factcheck.claims import key_of
from evenhand.factcheck.confirming import Confirmation
from evenhand.factcheck.contradicting import bringing_down, contradictions, unsettled
from evenhand.factcheck.copies import copy_key
from evenhand.factcheck.facts import claim_facts
from evenhand.factcheck.match import LEAST_EXACT_WORDS, Matcher, digest_of, reworded
from evenhand.factcheck.proposer import Means
from evenhand.factcheck.proposing import MOST
from evenhand.model.factcheck import FactCheck, Match, Publisher, Rating, Withdrawn
from evenhand.model.post import Account, Media, Post, PostId
from evenhand.record.codec import instant_text

AT = datetime(2020, 5, 27, tzinfo=UTC)
FACTS = Publisher(name="Example Facts", domain="facts.example", kind="fact-checker")


def check(claim: str, *, rating: Rating = "false", appearances: tuple[str, ...] = (),
          language: str | None = "en", title: str = "") -> FactCheck:
    url = f"https://facts.example/{abs(hash_of(claim))}"
    return FactCheck(key=key_of("facts.example", url, claim), version="0" * 16, publisher=FACTS,
                     url=url, title=title, claim=claim, claim_by=None, rating=rating,
                     rating_words=rating, topics=(), language=language, appearances=appearances,
                     published_at=None, retrieved_at=AT)


def hash_of(text: str) -> int:
    return sum(n * ord(c) for n, c in enumerate(text, 1))


def post(text: str, *, number: int = 1, url: str | None = None, links: tuple[str, ...] = (),
         language: str | None = None) -> Post:
    return Post(id=PostId(platform="agora", native=str(number)), text=text, made_at=AT, url=url,
                author=Account(platform="agora", id="7"), links=links, language=language)


BALLOTS = check("Every registered voter is sent two mail-in ballots by the county clerk",
                appearances=("https://agora.example/p/17",))
UMBRELLAS = check("The mayor of Springfield banned umbrellas in public libraries")
BREAD = check("Toasting frozen bread doubles the amount of vitamin C in each slice")
BRIDGE = check("The old harbour bridge was sold to a foreign telephone company")
SNAIL = check("A giant snail delayed the night train between two northern villages")
POOL = (BALLOTS, UMBRELLAS, BREAD, BRIDGE, SNAIL)
MATCHER = Matcher.build(POOL)


def said(matches: tuple[Match, ...]) -> list[tuple[str, str, bool | None]]:
    return [(m.fact_check.key, m.by, m.confirmed) for m in matches]


def test_a_post_that_holds_the_very_file_is_put_to_a_person_before_all_that_is_alike() -> None:
    parade = replace(BREAD, files=("sha256:" + "a" * 64,), key="0" * 32)
    picture = Media(kind="image", digest="sha256:" + "a" * 64)
    found = Matcher.build([parade, *POOL]).match(replace(
        post(f"Look! {UMBRELLAS.claim}?"), media=(picture,)))
    assert (found[0].fact_check, found[0].by, found[0].confirmed) == (parade, "proposal", None)
    assert not Matcher.build([parade], means=None).match(replace(
        post("Look!"), media=(replace(picture, digest="sha256:" + "b" * 64),)))


def test_the_posts_own_address_among_the_appearances_confirms() -> None:
    matches = MATCHER.match(post("anything", url="http://www.agora.example/p/17/?utm_source=x"))
    assert said(matches) == [(BALLOTS.key, "appearance", True)]
    assert matches[0].confirmed_by == "appearance"


def test_a_link_to_an_appearance_is_only_proposed_and_a_link_to_the_fact_check_is_nothing() -> None:
    linked = MATCHER.match(post("anything", links=("https://agora.example/p/17",)))
    assert said(linked) == [(BALLOTS.key, "proposal", None)]
    assert MATCHER.match(post("anything", links=(BALLOTS.url,), url=BALLOTS.url)) == ()


def test_the_claim_word_for_word_confirms() -> None:
    matches = MATCHER.match(post(f"RT @x: “{UMBRELLAS.claim.upper()}.”"))
    assert said(matches) == [(UMBRELLAS.key, "exact text", True)]


@pytest.mark.parametrize("added", [
    {"text": f"{UMBRELLAS.claim} https://t.co/1"}, {"text": f"{UMBRELLAS.claim} @debunked"},
    {"text": f"“{UMBRELLAS.claim}” — Ada Lovelace (@ada) May 26, 2020"},
    {"text": f"@ada: {UMBRELLAS.claim}"}, {"links": (UMBRELLAS.url,)}, {"reply_to": "7"},
    {"media": (Media(kind="image", digest=f"sha256:{'a' * 64}"),)}])
def test_whoever_adds_to_the_claim_may_refute_it_and_a_person_is_asked(
        added: dict[str, Any]) -> None:
    there = replace(post(UMBRELLAS.claim), **added)
    assert said(MATCHER.match(there)) == [(UMBRELLAS.key, "exact text", None)]
    yes = Confirmation(post=there.id, fact_check=UMBRELLAS.key, confirmed=True, by="p1", at=AT)
    (match,) = Matcher.build(POOL, [yes]).match(there)
    assert (match.by, match.confirmed, match.besides) == ("confirmed pair", True, None)
    assert claim_facts(match)["claim.repeats"] is False, "nothing is repeated by rule"
    seen = replace(there, url="https://agora.example/p/17")
    assert said(MATCHER.match(seen))[0] == (BALLOTS.key, "appearance", True), "whatever it adds"


@pytest.mark.parametrize("alike", [None, "a copy"])
def test_a_repetition_stays_one_whoever_confirms_it_and_a_no_stands_above(
        alike: str | None) -> None:
    for here, key in ((post(BALLOTS.claim), "exact text"),
                      (post("x", url="https://agora.example/p/17"), "appearance")):
        word = Confirmation(post=here.id, fact_check=BALLOTS.key, confirmed=True, by="p1", at=AT)
        if alike is not None:
            if key == "appearance":
                continue  # too short to have copies
            word = replace(word, post=PostId.parse("agora:2"), scope="all copies",
                           alike=copy_key(here))
        for confirmed in (True, False):
            (match,) = Matcher.build(POOL, [replace(word, confirmed=confirmed)]).match(here)
            assert match.by == ("confirmed pair" if alike is None else "confirmed copy")
            assert match.besides == (key if confirmed else None)
            facts = claim_facts(match)
            assert facts["claim.confirmed"] is facts["claim.repeats"] is confirmed


@pytest.mark.parametrize("changed", [
    {"rating": "unrated"}, {"publisher": replace(FACTS, kind="unlisted")}])
def test_what_no_rule_confirms_is_repeated_by_none_though_a_person_confirms_it(
        changed: dict[str, Any]) -> None:
    check = replace(BALLOTS, **changed)
    here = post(check.claim)
    word = Confirmation(post=here.id, fact_check=check.key, confirmed=True, by="p1", at=AT)
    (match,) = Matcher.build([check], [word]).match(here)
    assert (match.confirmed, match.besides) == (True, None)
    assert claim_facts(match)["claim.repeats"] is False


def test_what_another_publisher_contradicts_is_repeated_by_no_rule_whoever_confirms_it() -> None:
    other = replace(BALLOTS, key="f" * 32, rating="true",
                    publisher=replace(FACTS, domain="other.example"))
    here = post(BALLOTS.claim)
    word = Confirmation(post=here.id, fact_check=BALLOTS.key, confirmed=True, by="p1", at=AT)
    matches = Matcher.build([BALLOTS, other], [word]).match(here)
    settled = {m.fact_check.key: m for m in unsettled(
        matches, bringing_down(contradictions([BALLOTS, other])))}
    assert [settled[key].confirmed for key in (BALLOTS.key, other.key)] == [True, None]
    assert not any(claim_facts(m)["claim.repeats"] for m in settled.values())
    assert [m.besides for m in unsettled(matches, {}) if m.by == "confirmed pair"] == ["exact text"]


def test_an_unlisted_publisher_that_contradicts_takes_no_notice_away() -> None:
    other = replace(BALLOTS, key="f" * 32, rating="true", publisher=replace(
        FACTS, domain="anybody.example", kind="unlisted"))
    matches = Matcher.build([BALLOTS, other], []).match(post(BALLOTS.claim))
    against = contradictions([BALLOTS, other])
    assert set(against) == {BALLOTS.key, other.key}, "a person is told of both"
    settled = {m.fact_check.key: m.confirmed for m in unsettled(matches, bringing_down(against))}
    assert settled == {BALLOTS.key: True, other.key: None}


def test_the_claim_with_other_words_around_it_is_only_proposed() -> None:
    matches = MATCHER.match(post(f"It is nonsense that {UMBRELLAS.claim}, read the law"))
    assert said(matches) == [(UMBRELLAS.key, "proposal", None)]
    how = matches[0].compared
    assert how is not None and how.share is not None and how.share >= MATCHER.search.threshold
    assert how.probability is None and dict(how.likenesses)["words"] > 0


def test_a_short_text_is_the_same_by_accident_and_only_proposed() -> None:
    short = check("Bread floats")
    assert len(short.claim.split()) < LEAST_EXACT_WORDS
    assert said(Matcher.build([short]).match(post("bread floats"))) == [
        (short.key, "exact text", None)]


def test_an_unrated_fact_check_is_never_confirmed_by_rule_but_may_be_by_a_person() -> None:
    unrated = replace(BALLOTS, rating="unrated")
    here = post(unrated.claim, url="https://agora.example/p/17")
    assert said(Matcher.build([unrated]).match(here)) == [(unrated.key, "appearance", None)]
    yes = Confirmation(post=here.id, fact_check=unrated.key, confirmed=True, by="p1", at=AT)
    assert said(Matcher.build([unrated], [yes]).match(here)) == [
        (unrated.key, "confirmed pair", True)]


@pytest.mark.parametrize("word", [True, False])
def test_a_persons_word_stands_above_every_rule(word: bool) -> None:
    here = post(BALLOTS.claim, url="https://agora.example/p/17")
    told = Confirmation(post=here.id, fact_check=BALLOTS.key, confirmed=word, by="p1", at=AT)
    (match,) = Matcher.build(POOL, [told]).match(here)
    assert (match.by, match.confirmed, match.confirmed_by, match.confirmed_at) == (
        "confirmed pair", word, "p1", AT)


def worded_anew(one: FactCheck, claim: str) -> FactCheck:
    return replace(one, claim=claim, key=key_of(one.publisher.domain, one.url, claim))


@pytest.mark.parametrize("by", [BALLOTS.claim, "look at this"])
def test_another_wording_of_what_a_person_denied_is_attached_by_no_rule(by: str) -> None:
    anew = worded_anew(BALLOTS, BALLOTS.claim + ".")
    here = post(by, url=None if by == BALLOTS.claim else "https://agora.example/p/17")
    no = Confirmation(post=here.id, fact_check=BALLOTS.key, confirmed=False, by="p1", at=AT)
    found = {m.fact_check.key: m.confirmed for m in Matcher.build([*POOL, anew], [no]).match(here)}
    assert (found[BALLOTS.key], found[anew.key]) == (False, None)
    elsewhere = replace(anew, url="https://facts.example/elsewhere", key="0" * 32)
    found = {m.fact_check.key: m.confirmed
             for m in Matcher.build([*POOL, elsewhere], [no]).match(here)}
    assert found[elsewhere.key] is True, "another page is another ground"


def test_what_stands_where_one_was_taken_back_is_attached_by_no_rule_unless_it_took_its_place(
        ) -> None:
    anew = worded_anew(BALLOTS, BALLOTS.claim + ".")
    gone = replace(BALLOTS, withdrawn=Withdrawn(state="withdrawn", because="It was wrong.", at=AT,
                                                word="w"))
    assert reworded([*POOL, anew]) == frozenset()
    assert reworded([*POOL, gone, anew]) == {anew.key}
    [match] = Matcher.build([anew]).match(post(anew.claim))
    assert match.confirmed is True
    [match] = unsettled((match,), reworded([*POOL, gone, anew]))
    assert (match.by, match.confirmed, match.confirmed_by) == ("exact text", None, None)
    took_over = replace(gone, withdrawn=replace(gone.withdrawn, superseded_by=anew.key))
    assert reworded([*POOL, took_over, anew]) == frozenset()
    assert reworded([*POOL, gone, BALLOTS, anew]) == frozenset(), "a person said that it stands"


def test_the_last_word_counts_and_at_one_instant_the_no() -> None:
    here = post("anything")
    def word(confirmed: bool, hours: int, by: str) -> Confirmation:
        return Confirmation(post=here.id, fact_check=BREAD.key, confirmed=confirmed, by=by,
                            at=AT + timedelta(hours=hours))
    for words, expected in (([word(True, 1, "a"), word(False, 0, "b")], True),
                            ([word(True, 1, "b"), word(False, 1, "a")], False)):
        for order in (words, words[::-1]):
            (match,) = Matcher.build(POOL, order).match(here)
            assert match.confirmed is expected


def test_a_word_on_one_version_of_a_post_says_nothing_of_another() -> None:
    here = post("anything")
    yes = Confirmation(post=here.id, fact_check=BREAD.key, confirmed=True, by="p1", at=AT)
    edited = replace(here, id=replace(here.id, version="2"))
    assert Matcher.build(POOL, [yes]).match(edited) == ()


def test_a_word_on_an_unknown_fact_check_is_told() -> None:
    word = Confirmation(post=PostId.parse("agora:1"), fact_check="f" * 32, confirmed=True,
                        by="p1", at=AT)
    assert Matcher.build(POOL, [word]).unknown == (word,)
    assert MATCHER.unknown == ()


def test_a_post_about_something_else_is_proposed_nothing() -> None:
    for text in ("", "   ", "What a lovely morning, see you all at the library!",
                 "the the the of of and", "🎉🎉🎉", "I was sent two letters by the mayor"):
        assert MATCHER.match(post(text)) == ()


def test_a_reworded_claim_is_proposed() -> None:
    text = "so the county clerk is sending TWO #MailInBallots to voters now, every one of them"
    assert said(MATCHER.match(post(text))) == [(BALLOTS.key, "proposal", None)]


def test_words_are_stemmed_in_their_own_language() -> None:
    spanish = check("El alcalde prohibió los paraguas en las bibliotecas públicas",
                    language="es-MX")
    matcher = Matcher.build([*POOL, spanish])
    text = "los alcaldes prohibieron el paraguas en cada biblioteca pública"
    (match,) = matcher.match(post(text, language="es"))
    assert match.fact_check == spanish
    assert matcher.match(post(text, language="xx")) == (match,)  # a wrong mark costs nothing
    (unstemmed,) = Matcher.build([*POOL, replace(spanish, language="xx")]).match(
        post(text)) or (None,)
    assert match.compared is not None and match.compared.share is not None
    assert unstemmed is None or (unstemmed.compared is not None and (
        unstemmed.compared.share or 0) < match.compared.share)


def test_a_long_text_does_not_hold_every_claim() -> None:
    scattered = " ".join(f"{word} " + " ".join(f"filler{n}x{i}" for i in range(40))
                         for n, word in enumerate(BREAD.claim.split()))
    assert MATCHER.match(post(scattered)) == ()
    filler = " ".join(f"filler{i}" for i in range(300))
    assert said(MATCHER.match(post(f"{filler} {BREAD.claim} {filler}"))) == [
        (BREAD.key, "proposal", None)]


def test_at_most_five_are_proposed_and_ties_follow_the_key() -> None:
    # The same claim from eight pages: nothing but the key tells them apart.
    twins = [replace(BRIDGE, key=f"{n:032x}", url=f"https://facts.example/t{n}") for n in range(8)]
    text = f"they say {BRIDGE.claim} last year"
    for order in (twins, twins[::-1]):
        matches = Matcher.build([*POOL, *order]).match(post(text))
        assert [m.fact_check.key for m in matches] == [f"{n:032x}" for n in range(MOST)]


def test_of_several_versions_the_one_retrieved_last_counts() -> None:
    later = replace(BALLOTS, rating="true", version="1" * 16, retrieved_at=AT + timedelta(days=1))
    for order in ((BALLOTS, later), (later, BALLOTS)):
        (match,) = Matcher.build(order).match(post(BALLOTS.claim))
        assert match.fact_check.rating == "true"


def test_of_two_versions_retrieved_at_one_instant_the_one_given_last_counts() -> None:
    other = replace(BALLOTS, rating="true", version="1" * 16)
    for order, expected in (((BALLOTS, other), "true"), ((other, BALLOTS), "false")):
        (match,) = Matcher.build(order).match(post(BALLOTS.claim))
        assert match.fact_check.rating == expected


def test_only_the_new_ones_match_in_a_sweep_and_as_they_would_among_all() -> None:
    sweep = Matcher.build(POOL, only={BREAD.key})
    texts = [f"they say {c.claim} indeed" for c in POOL] + [c.claim for c in POOL]
    for n, text in enumerate(texts):
        whole = MATCHER.match(post(text, number=n))
        assert sweep.match(post(text, number=n)) == tuple(
            m for m in whole if m.fact_check.key == BREAD.key)
    assert sweep.match(post("x", url="https://agora.example/p/17")) == ()


def test_without_the_extra_exact_keys_still_match_and_the_matcher_says_so(
        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bm25s", None)
    bare = Matcher.build(POOL)
    assert (bare.proposes, MATCHER.proposes) == (False, True)
    assert said(bare.match(post(BREAD.claim))) == [(BREAD.key, "exact text", True)]
    assert bare.match(post(f"they say {BREAD.claim} indeed")) == ()
    assert bare.digest != MATCHER.digest


def test_a_matcher_without_fact_checks_finds_nothing() -> None:
    assert Matcher.build([]).match(post("anything at all")) == ()
    assert Matcher.build([check("...!")]).match(post("anything at all")) == ()


@pytest.mark.parametrize("share", [0, -1, 1.5, float("nan")])
def test_a_gate_that_is_no_share_is_refused(share: float) -> None:
    with pytest.raises(EvenhandError, match="propose_above"):
        Means(above=share)


def test_the_digest_names_everything_an_answer_depends_on_and_nothing_else() -> None:
    yes = Confirmation(post=PostId.parse("agora:1"), fact_check=BREAD.key, confirmed=True,
                       by="p1", at=AT)
    others = [Matcher.build(POOL[:-1]), Matcher.build(POOL, means=Means(above=0.5)),
              Matcher.build(POOL, [yes]), Matcher.build(POOL, [replace(yes, confirmed=False)]),
              Matcher.build(POOL, only={BREAD.key}), Matcher.build(POOL, language="es"),
              Matcher.build([replace(BALLOTS, version="1" * 16), *POOL[1:]]),
              Matcher.build([replace(BALLOTS, rating="true"), *POOL[1:]])]
    digests = {m.digest for m in others} | {MATCHER.digest}
    assert len(digests) == len(others) + 1
    assert Matcher.build(POOL[::-1]).digest == MATCHER.digest
    assert MATCHER.digest.startswith("sha256:")


OTHERWISE = {
    "key": "f" * 32, "version": "1" * 16, "url": "https://facts.example/other", "title": "Other",
    "claim": "Two cats are sent to every voter", "rating": "true", "topics": ("cats",),
    "language": "de", "appearances": ("https://agora.example/p/99",),
    "files": ("sha256:" + "a" * 64,), "published_at": AT + timedelta(microseconds=1),
    "publisher": Publisher(name="Others", domain="others.example", kind="platform")}
UNSEEN = {"claim_by": "Somebody", "rating_words": "Nope", "retrieved_at": AT + timedelta(days=9),
          "reviews": "media", "withdrawn": None}
"""What neither a condition nor the matcher sees: what is withdrawn is in no set."""


@pytest.mark.parametrize("field", [f.name for f in fields(FactCheck)])
def test_whatever_of_a_fact_check_can_be_seen_makes_another_set(field: str) -> None:
    told = OTHERWISE.get(field, UNSEEN.get(field))
    other = replace(BALLOTS, **{field: told})
    assert (digest_of([other, BREAD]) != digest_of([BALLOTS, BREAD])) == (field in OTHERWISE)
    assert field in OTHERWISE or field in UNSEEN


@pytest.mark.parametrize("field", [f.name for f in fields(Publisher)])
def test_whoever_publishes_a_fact_check_makes_another_set(field: str) -> None:
    told = {"name": "Others", "domain": "others.example", "kind": "platform", "accreditations": ()}
    other = replace(BALLOTS, publisher=replace(BALLOTS.publisher, **{field: told[field]}))
    assert (digest_of([other]) != digest_of([BALLOTS])) == (field != "accreditations")


def test_the_digest_of_a_set_is_of_canonical_json() -> None:
    odd = replace(BALLOTS, claim="é \u2028 \x01 \" \\ / \U0001f600 </script>", published_at=AT)
    lines = [[c.key, c.version, c.url, c.title, c.claim, c.rating, list(c.topics), c.language,
              list(c.appearances), list(c.files),
              c.publisher.name, c.publisher.domain, c.publisher.kind,
              None if c.published_at is None else instant_text(c.published_at)]
             for c in sorted([odd, BREAD], key=lambda c: c.key)]
    each = b"".join(hashlib.sha256(rfc8785.dumps(line)).digest() for line in lines)
    assert digest_of([odd, BREAD]) == "sha256:" + hashlib.sha256(each).hexdigest()


VOCABULARY = sorted({w for c in POOL for w in c.claim.split()} | {"they", "say", "?", "@x", "\n"})
TEXTS = (st.lists(st.sampled_from(VOCABULARY), max_size=25).map(" ".join)
         | st.sampled_from([c.claim for c in POOL]) | st.text(max_size=40))


@settings(deadline=None)
@given(st.lists(TEXTS, max_size=6), st.randoms(use_true_random=False))
def test_one_post_and_many_posts_have_the_same_answers_in_any_order(texts, random) -> None:  # type: ignore[no-untyped-def]
    posts = [post(text, number=n, language=random.choice([None, "en", "es", "zh-Hant"]),
                  url=random.choice([None, "https://agora.example/p/17", "not an address"]))
             for n, text in enumerate(texts)]
    alone = [MATCHER.match(p) for p in posts]
    assert list(MATCHER.match_all(posts)) == alone
    assert list(MATCHER.match_all(posts[::-1]))[::-1] == alone
    shuffled = list(POOL)
    random.shuffle(shuffled)
    assert list(Matcher.build(shuffled).match_all(posts)) == alone
    for matches in alone:
        keys = [m.fact_check.key for m in matches]
        assert len(keys) == len(set(keys))
        assert sum(m.by == "proposal" for m in matches) <= MOST
        assert all(m.by != "proposal" or m.confirmed is None for m in matches)


def test_an_unlisted_publishers_exact_keys_only_propose_and_a_person_may_confirm() -> None:
    unlisted = replace(BALLOTS, publisher=replace(FACTS, kind="unlisted"))
    for found in (post("x", url="https://agora.example/p/17"), post(BALLOTS.claim)):
        [match] = Matcher.build([unlisted]).match(found)
        assert (match.by != "proposal", match.confirmed, match.confirmed_by) == (True, None, None)
        assert Matcher.build([BALLOTS]).match(found)[0].confirmed is True
        word = Confirmation(post=found.id, fact_check=unlisted.key, confirmed=True, by="ada", at=AT)
        assert Matcher.build([unlisted], [word]).match(found)[0].confirmed is True


def test_who_is_listed_as_publisher_is_part_of_the_matchers_digest() -> None:
    unlisted = replace(BALLOTS, publisher=replace(FACTS, kind="unlisted"))
    assert Matcher.build([unlisted]).digest != Matcher.build([BALLOTS]).digest
