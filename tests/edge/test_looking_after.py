"""A fact-check is corrected, withdrawn, or its page goes: what becomes of what rests on it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from evenhand.audit.verify import verified_entries
from evenhand.edge.desk.waiting import waiting
from evenhand.edge.ledger.tiles_on_disk import read_directory
from evenhand.edge.looking_after import open_doubts, recheck, say_of
from evenhand.edge.relying import relying_on
from evenhand.edge.store.claims import latest_tellings, tellings_of
from evenhand.edge.store.looked_after import Look, keep_looks, looks_at, words_on
from evenhand.errors import EvenhandError
from evenhand.ledger.policy import parse_policy
from evenhand.model.factcheck import Accreditation
from evenhand.record.leaf import read_leaf

ON_BOTH_ENGINES = True

CLAIM = "Every voter here is sent two ballots"
WHY = "Its publisher retracted it on its own page."


def actions(decision):
    return [(a.ground.citation.number, a.kind.value) for a in decision.actions]


def record(world, decision):
    return world.open().store.record(decision.id)[0]


@pytest.fixture
def labelled(world):
    """A platform with a label that rests on a fact-check; returns the world and the key."""
    world.learn(checks=[world.check()])
    world.run([world.post(1, CLAIM)])
    [check] = latest_tellings(world.open().engine)
    assert actions(world.decisions("1")[-1]) == [("3.1", "label")]
    return world, check.check.key


def test_when_the_rating_changes_readers_and_the_author_are_told_the_correction(labelled):
    world, _ = labelled
    world.learn(checks=[world.check(rating="True")])
    world.run()
    first, second = world.decisions("1")
    assert (second.supersedes, second.actions) == (first.id, ())
    done = record(world, second)
    [correction] = done.corrections
    assert (correction.was, correction.now, correction.state, correction.stands) == (
        "False", "True", None, False)
    assert correction.words == (
        f"Correction: Checkers had rated the claim “{CLAIM}” “False”. It rates it “True” now. "
        "What we did by it was taken back.")
    assert "Correction: Checkers had rated" in " ".join(done.notice.words.split())
    world.verify()


def test_where_the_label_stays_the_author_is_told_of_the_other_rating_all_the_same(labelled):
    world, _ = labelled
    world.learn(checks=[world.check(rating="Pants on Fire")])
    world.run()
    done = record(world, world.decisions("1")[-1])
    assert actions(done.decision) == [("3.1", "label")]
    assert [(c.now, c.stands) for c in done.corrections] == [("Pants on Fire", True)]
    assert done.fact_check_notices[0].rating == "Pants on Fire" and done.notice is not None


def test_another_version_with_the_same_rating_is_no_correction(labelled):
    world, _ = labelled
    world.learn(checks=[world.check() | {"headline": "Ballots, once more"}])
    world.run()
    assert all(record(world, d).corrections == () for d in world.decisions("1"))


def test_a_withdrawn_fact_check_takes_its_label_down_and_says_why(labelled):
    world, key = labelled
    word = say_of(world.open(), key, "withdrawn", person="ada", words=WHY)
    world.run()
    first, second = world.decisions("1")
    assert (second.supersedes, second.actions) == (first.id, ())
    assert second.cause.kind.value == "fact-check change"
    [gone] = second.dossier.withdrawn
    assert (gone.withdrawn.because, gone.withdrawn.word, gone.withdrawn.state) == (
        WHY, word.id, "withdrawn")
    done = record(world, second)
    [correction] = done.corrections
    assert "is withdrawn since" in correction.words and WHY[:-1] in correction.words
    assert WHY[:-1] in " ".join(done.notice.words.split())
    assert relying_on(world.open(), {key}) == {}
    report = world.verify()
    assert report.kinds["fact-check"] == 1
    assert world.run().decisions == 0


def test_what_rests_on_a_fact_check_records_who_vouched_for_its_publisher(world):
    since = datetime(2019, 3, 1, tzinfo=UTC)
    vouched = Accreditation(by="Example Network", since=since, ground="it signed the code",
                            funding="a foundation")
    world.config = replace(world.config, accreditations={"checkers.example": (vouched,)})
    world.learn(checks=[world.check()])
    world.run([world.post(1, CLAIM)])
    [check] = record(world, world.decisions("1")[-1]).statement.fact_checks
    assert check.publisher.accreditations == (vouched,)
    assert vouched.holds_at(since) and not vouched.holds_at(since.replace(year=2018))


def test_who_withdrew_it_is_recorded_and_everybody_but_them_is_told_in_the_log(labelled):
    world, key = labelled
    word = say_of(world.open(), key, "withdrawn", person="ada", words=WHY)
    [kept] = words_on(world.open().engine)[key]
    assert kept == word and word.by == "ada"
    log = b"".join(p.read_bytes() for p in world.config.ledger.rglob("*") if p.is_file())
    assert WHY.encode() in log and b'"ada"' not in log


def test_a_withdrawn_fact_check_stays_so_whatever_its_source_tells_until_a_person_keeps_it(
        labelled):
    world, key = labelled
    say_of(world.open(), key, "withdrawn", person="ada", words=WHY)
    world.run()
    assert world.learn(checks=[world.check()]).new_fact_checks == 0
    assert world.learn(checks=[world.check(rating="Fake")]).new_fact_checks == 1
    world.run([world.post(2, CLAIM, minute=5)])
    assert world.decisions("2") == []
    assert tellings_of(world.open().engine, key)[-1].check.withdrawn is not None
    say_of(world.open(), key, "stands", person="ada", words="It was another page, after all.")
    world.run()
    assert actions(world.decisions("1")[-1]) == [("3.1", "label")]
    assert actions(world.decisions("2")[-1]) == [("3.1", "label")]


def test_one_that_is_superseded_names_the_other(labelled):
    world, key = labelled
    world.learn(checks=[world.check("new", claim="Some voters here are sent two ballots")])
    [other] = [t.check.key for t in latest_tellings(world.open().engine) if t.check.key != key]
    say_of(world.open(), key, "superseded", person="ada", words=WHY, superseded_by=other)
    world.run()
    [correction] = record(world, world.decisions("1")[-1]).corrections
    assert (correction.state, correction.superseded_by) == ("superseded", other)


def test_a_confirmed_pair_does_not_hold_up_what_was_withdrawn(labelled):
    world, key = labelled
    world.learn(said=[world.said("1", "claim.confirmed", True,
                                 claim="https://checkers.example/ballots", minute=1)])
    world.run()
    say_of(world.open(), key, "withdrawn", person="ada", words=WHY)
    world.run()
    assert world.decisions("1")[-1].actions == ()


@pytest.mark.parametrize(("state", "person", "words", "what"), [
    ("withdrawn", "mallory", WHY, "not a registered person"),
    ("withdrawn", "ada", "wrong", "without reasons"),
    ("stands", "ada", WHY, "nobody doubts"),
])
def test_what_nobody_may_say_or_what_says_nothing_is_refused(labelled, state, person, words, what):
    world, key = labelled
    with pytest.raises(EvenhandError, match=what):
        say_of(world.open(), key, state, person=person, words=words)
    assert words_on(world.open().engine) == {}


def test_nothing_is_withdrawn_twice(labelled):
    world, key = labelled
    say_of(world.open(), key, "withdrawn", person="ada", words=WHY)
    with pytest.raises(EvenhandError, match="withdrawn already"):
        say_of(world.open(), key, "withdrawn", person="ada", words=WHY)


# --- pages -----------------------------------------------------------------------------------

def markup(item) -> str:
    return f'<script type="application/ld+json">{json.dumps(item)}</script>'


@pytest.fixture
def published(world, site):
    """A label that rests on a fact-check whose page lies on the site; and what puts the page."""
    world.config = replace(world.config, publishers={"127.0.0.1": "fact-checker"})
    item = world.check() | {"url": site.address("/ballots")}

    def put(rating="False", **more):
        return site.put("/ballots", markup(item | {
            "reviewRating": {"@type": "Rating", "alternateName": rating}} | more))

    world.learn(checks=[item])
    world.run([world.post(1, CLAIM)])
    [telling] = latest_tellings(world.open().engine)
    return world, site, put, telling.check.key


def outcomes(world, key):
    return [look.outcome for look in looks_at(world.open().engine, {key})[key]]


def test_a_page_that_says_another_rating_now_is_imported_and_what_rests_on_it_decided_anew(
        published):
    world, site, put, key = published
    put("True")
    done = recheck(world.open(), site.fetcher())
    assert (done.pages, done.looked_at, outcomes(world, key)) == (1, 1, ["changed"])
    world.run()
    assert world.decisions("1")[-1].actions == ()
    assert record(world, world.decisions("1")[-1]).corrections[0].now == "True"


def test_a_page_that_says_the_same_changes_nothing(published):
    world, site, put, key = published
    put()
    recheck(world.open(), site.fetcher())
    assert outcomes(world, key) == ["same"]
    assert world.run().decisions == 0 and open_doubts(world.open()) == ()


@pytest.mark.parametrize(("found", "outcome"), [
    ({"status": 404}, "gone"), ({"status": 410}, "gone"), ({"body": "<p>Moved</p>"}, "no markup"),
    ({"claim": "Some voters here are sent two ballots"}, "other claims")])
def test_a_page_that_is_gone_or_empty_is_a_question_to_a_person_and_takes_nothing_down(
        published, found, outcome):
    world, site, put, key = published
    if "claim" in found:
        put(claimReviewed=found["claim"])
    else:
        site.put("/ballots", found.get("body", ""), status=found.get("status", 200))
    recheck(world.open(), site.fetcher())
    assert outcomes(world, key) == [outcome]
    world.run()
    assert actions(world.decisions("1")[-1]) == [("3.1", "label")]
    platform = world.open()
    [one] = waiting(platform.engine, open_doubts(platform))
    assert (one.kind, one.id, [str(p) for p in one.posts]) == ("fact-check", key, ["square:1@1"])
    assert "does it still stand?" in one.what


def test_a_person_answers_the_question_once_and_it_is_not_asked_again(published):
    world, site, _, key = published
    recheck(world.open(), site.fetcher())
    assert outcomes(world, key) == ["gone"]
    say_of(world.open(), key, "stands", person="ada", words="The page moved within the site.")
    assert open_doubts(world.open()) == ()
    recheck(world.open(), site.fetcher(), again=True)
    assert open_doubts(world.open()) == ()
    site.put("/ballots", "<p>Nothing here</p>")
    world.config = replace(world.config)
    recheck(world.open(), site.fetcher(), again=True)
    assert outcomes(world, key) == ["gone", "gone", "no markup"]


def test_a_page_that_is_back_answers_the_question_itself(published):
    world, site, put, _ = published
    recheck(world.open(), site.fetcher())
    assert len(open_doubts(world.open())) == 1
    put()
    recheck(world.open(), site.fetcher(), again=True)
    assert open_doubts(world.open()) == ()


def test_a_host_that_does_not_answer_says_nothing_of_the_fact_check(published):
    world, site, _, key = published
    site.put("/ballots", "", status=503)
    recheck(world.open(), site.fetcher())
    assert outcomes(world, key) == ["unreachable"]
    assert open_doubts(world.open()) == ()


def test_a_page_that_is_redirected_to_another_host_speaks_for_nobody(published, monkeypatch):
    """Whoever buys a domain that lapsed does not become the fact-checker."""
    world, site, _, key = published
    import socket
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *a, **k: real(
        "127.0.0.1" if host == "other.example" else host, *a, **k))
    site.put("/ballots", "", status=301, Location=f"http://other.example:{site.port}/new")
    site.put("/new", markup(world.check(rating="True") | {"url": site.address("/ballots")}))
    recheck(world.open(), site.fetcher())
    assert outcomes(world, key) == ["moved"]
    assert world.run().decisions == 0 and len(open_doubts(world.open())) == 1


def test_a_recheck_that_is_broken_off_goes_on_where_it_was(world, site):
    world.config = replace(world.config, publishers={"127.0.0.1": "fact-checker"})
    claims = [CLAIM, "The ferry to the island leaves at six"]
    items = [world.check(claim=c) | {"url": site.address(f"/{n}")} for n, c in enumerate(claims)]
    for n, item in enumerate(items):
        site.put(f"/{n}", markup(item))
    world.learn(checks=items)
    world.run([world.post(n, claim) for n, claim in enumerate(claims)])

    def stop(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        recheck(world.open(), site.fetcher(), progress=stop)
    assert site.asked == ["/0"]
    done = recheck(world.open(), site.fetcher())
    assert (done.pages, done.fresh, done.looked_at, site.asked) == (2, 1, 1, ["/0", "/1"])


def test_only_pages_that_something_rests_on_are_fetched(published):
    world, site, put, _ = published
    put()
    world.learn(checks=[world.check("other", claim="Nobody says this anywhere at all")
                        | {"url": site.address("/other")}])
    recheck(world.open(), site.fetcher())
    assert site.asked == ["/ballots"]


def test_the_time_of_a_look_is_the_platforms_and_that_of_the_fetching_is_ours(published):
    world, site, put, key = published
    put()
    recheck(world.open(), site.fetcher())
    [look] = looks_at(world.open().engine, {key})[key]
    assert look.at.year == 2020 and look.fetched_at.year == datetime.now(UTC).year


# --- what the log tells of it ----------------------------------------------------------------

def told_in_public(world):
    """What the public files of the log tell of changes of fact-checks, in their order."""
    world.open().sequencer.seal()
    policy = parse_policy((world.config.ledger / "policy").read_bytes())
    entries = verified_entries(read_directory(world.config.ledger), policy)
    leaves = [read_leaf(entry) for _, entry in entries]
    assert world.verify().kinds.get("fact-check-change", 0) == sum(
        leaf.kind == "fact-check-change" for leaf in leaves)
    return [leaf.public for leaf in leaves if leaf.kind == "fact-check-change"]


def test_the_log_tells_each_other_rating_once_with_what_it_was_and_who_changed_it(labelled):
    world, key = labelled
    again = world.check(rating="True", published="2020-05-21T00:00:00Z")
    for check in (again, again, again | {"headline": "Once more"}):
        world.learn(checks=[check])
    world.learn(checks=[again | {"url": "https://checkers.example/another"}])  # a new one
    [told] = told_in_public(world)
    assert told.pop("at").startswith("2020-05-21")
    assert told == {
        "fact_check": key, "url": "https://checkers.example/ballots", "by": "publisher",
        "publisher": "checkers.example", "before": {"rating": "false", "words": "False"},
        "after": {"rating": "true", "words": "True"}, "page": None, "clock": "replayed"}


def test_the_log_tells_that_the_platform_reads_the_same_words_otherwise(labelled):
    world, _ = labelled
    world.config = replace(world.config, ratings={"checkers.example": {"false": "misleading"}})
    world.learn(checks=[world.check()])
    [told] = told_in_public(world)
    assert (told["by"], told["before"]["words"], told["after"]) == (
        "platform", "False", {"rating": "misleading", "words": "False"})


def test_the_log_tells_that_a_page_is_gone_once_and_that_it_is_there_again(labelled):
    world, key = labelled
    [check] = [one.check for one in latest_tellings(world.open().engine)]
    for outcome in ("same", "unreachable", "gone", "unreachable", "gone", "no markup", "changed"):
        keep_looks(world.open().engine, [Look(
            key=key, url=check.url, at=check.retrieved_at, fetched_at=check.retrieved_at,
            outcome=outcome, said="so it is")], "replayed")
    told = told_in_public(world)
    assert [one["page"] for one in told] == ["gone", "no markup", "there again"]
    assert all(one["before"] == one["after"] == {"rating": "false", "words": "False"}
               for one in told)
