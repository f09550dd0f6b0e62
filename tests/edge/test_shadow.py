"""Terms in shadow: measured beside, compared, and never acted on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from sqlalchemy import select
from tests.edge.conftest import CLAUSES

from evenhand.audit.backtest import backtest
from evenhand.audit.export import verify_export
from evenhand.audit.export_files import ExportRefused
from evenhand.audit.leaves import LeafRefused
from evenhand.audit.replay import replay_export
from evenhand.audit.shadow import compare_shadow
from evenhand.decide.columns import ANY, ASKED
from evenhand.edge import arriving, measured
from evenhand.edge.cli.publish import lay_out
from evenhand.edge.erasing import erase
from evenhand.edge.export.folder import FilesOnDisk
from evenhand.edge.export.writing import export
from evenhand.edge.facts_on_disk import open_facts
from evenhand.edge.published_terms import PublishedTerms, documents_beside
from evenhand.edge.store import batches as stored_batches
from evenhand.edge.store import tables as t
from evenhand.edge.store.database import StoreError, reading
from evenhand.edge.store.published import store_terms
from evenhand.edge.store.shadows import begin_shadow, end_shadow, in_shadow
from evenhand.ledger.policy import parse_policy
from evenhand.model.person import Person
from evenhand.record.batch import draw, read_batch
from evenhand.record.rows import COMMITMENT, ROW, erased_rows
from evenhand.rulebook.finding import Answer

ON_BOTH_ENGINES = True

STRICTER = CLAUSES.replace("zap you", "zap you\nlovely day").replace(
    "hits.whistles >= 1", "hits.whistles >= 3").replace("hits.whistles = 1", "hits.whistles = 3")
"""More zaps than before, fewer whistles."""


def shadowed(world, clauses=STRICTER, version="2"):
    """Put a version in shadow, as `evenhand publish --shadow` does."""
    platform = world.open()
    terms = world.terms(clauses, version=version, published="2020-06-01", in_force="2020-06-02")
    assert begin_shadow(platform.engine, terms, at=platform.clock.at(None),
                        clock=platform.clock.kind)
    platform.sequencer.seal()
    return terms


def ended(world, terms):
    platform = world.open()
    assert end_shadow(platform.engine, terms, at=platform.clock.at(None),
                      clock=platform.clock.kind)
    platform.sequencer.seal()


def files(world, *, shadow):
    """(header, rows) of the batches that were measured in shadow, or of the others."""
    found = [read_batch(f.read_bytes()) for f in world.config.dataset.glob("*.parquet")]
    return [(h, rows) for h, rows in found if (h.facts.shadow is not None) is shadow]


def rows(world, *, shadow=True):
    return pl.concat([r for _, r in files(world, shadow=shadow)]).drop(ROW, COMMITMENT).sort(
        "native", nulls_last=True)


def compared(world, terms, **more):
    opened, refused = open_facts(world.config.dataset)
    platform = world.open()
    for version in (*platform.versions, *platform.shadows):
        lay_out(world.config.ledger, version)
    published = PublishedTerms(documents_beside(world.config.dataset))
    return compare_shadow(opened, terms=terms, before=published.find, refused=refused, **more)


def exported(world):
    folder = world.folder / "export"
    export(world.open(), folder, sealed=True)
    return FilesOnDisk(folder)


def verified(exported_files):
    return verify_export(exported_files, parse_policy(exported_files.read("policy")))


def test_nothing_is_decided_or_done_by_terms_in_shadow(worlds):
    alone, beside = worlds("alone"), worlds("beside")
    terms = shadowed(beside)
    for world in (alone, beside):
        world.learn(checks=[world.check()], said=[world.said("7", minute=100)])
        world.run(world.crowd(60))
    assert beside.outcomes() == alone.outcomes()
    with reading(beside.open().engine) as connection:
        for table in (t.decisions, t.actions, t.measurements, t.provisions):
            assert terms.digest not in set(connection.execute(select(table.c.terms)).scalars())
    own = set(rows(beside, shadow=False).columns)
    assert rows(beside, shadow=False).select(sorted(own)).equals(
        rows(alone, shadow=False).select(sorted(own)))
    beside.verify()


def test_each_post_has_a_row_in_both_with_what_each_version_found(world):
    shadowed(world)
    world.run([world.post(1, "A lovely day."), world.post(2, "I will zap you."),
               world.post(3, "wheeep"), world.post(4, "wheeep wheeep wheeep")])
    [(header, found)] = files(world, shadow=True)
    [(other, there)] = files(world, shadow=False)
    assert header.facts.shadow == other.facts.id and other.facts.shadow is None
    assert there["holds"].to_list() == [[], ["2.1"], ["2.2", "4.1"], ["2.2", "4.1"]]
    assert found["holds"].to_list() == [["2.1"], ["2.1"], ["2.2"], ["2.2", "4.1"]]
    assert found["hits__zaps"].to_list() == [1, 1, 0, 0]
    named = ["platform", "native", "version", "author", "made_at", "at", "digest", "kept_with"]
    assert found.select(named).equals(there.select(named))


@pytest.mark.parametrize("size", [1, 7])
def test_where_a_batch_ends_changes_nothing_of_what_was_found_in_shadow(worlds, batches, size):
    found = []
    for name, many in (("whole", 2000), ("parts", size)):
        batches(many)
        world = worlds(name)
        shadowed(world)
        world.learn(checks=[world.check()], said=[world.said("7", minute=100),
                                                  world.said("9", minute=0)])
        world.run(world.crowd(60))
        found.append(rows(world))
    assert found[0].equals(found[1])


def test_what_was_matched_and_stated_of_a_post_is_known_in_shadow_too(world):
    terms = shadowed(world, CLAUSES.replace('claim.rating == "false"', 'claim.rating == "true"')
                     .replace('claim.rating = "true"', 'claim.rating = "x"')
                     .replace('claim.rating = "false"', 'claim.rating = "true"')
                     .replace('claim.rating = "x"', 'claim.rating = "false"'))
    world.learn(checks=[world.check(), world.check("other", rating="True", seen_at="square:5")],
                said=[world.said("2", "post.stance", "reports")])
    world.run([world.post(1, "I will buzz you.", minute=1), world.post(2, "I will buzz you.",
                                                                      minute=2),
               world.post(3, "Every voter here is sent two ballots", minute=3)])
    found = rows(world)
    assert found["holds"].to_list() == rows(world, shadow=False)["holds"].to_list()
    assert found["post__stance"].to_list() == [None, "reports", None]
    assert found["claim"].to_list() == rows(world, shadow=False)["claim"].to_list() != [[]] * 3
    assert verified(exported(world)).rows == 6 and terms.digest


def test_a_comparison_counts_what_a_backtest_of_the_same_terms_counts(world):
    lists_as_they_are = STRICTER.replace("zap you\nlovely day", "zap you")
    terms = shadowed(world, lists_as_they_are)
    world.learn(checks=[world.check(published="2020-05-20T01:00:00Z")],
                said=[world.said("7", minute=100)])
    world.run(world.crowd(60))
    found = compared(world, terms)
    opened, _ = open_facts(world.config.dataset)
    again = backtest(opened, terms=terms, before=PublishedTerms(
        documents_beside(world.config.dataset)).find)
    assert found.whole.changes.clauses == again.changes.clauses
    assert found.whole.changes.actions == again.changes.actions
    assert found.whole.changes.covered.rows == again.changes.covered.rows == 60
    assert again.changes.covered.shadow == again.changes.covered.files > 0


def test_a_word_that_is_new_is_counted_which_no_backtest_can(world):
    terms = shadowed(world)
    world.run([world.post(1, "A lovely day."), world.post(2, "wheeep", minute=2000)])
    found = compared(world, terms)
    assert found.whole.changes.clauses["2.1"].gained.rows == 1
    assert found.whole.changes.clauses["4.1"].lost.rows == 1
    assert not found.whole.changes.facts["hits.zaps"].lacking
    assert [(d.day, d.posts.rows, d.acted.gained.rows, d.acted.lost.rows) for d in found.days] == [
        (date(2020, 5, 20), 1, 1, 0), (date(2020, 5, 21), 1, 0, 1)]
    late = compared(world, terms, days=lambda day: day == date(2020, 5, 21))
    assert [d.day for d in late.days] == [date(2020, 5, 21)]
    assert (late.whole.changes.covered.rows, late.whole.changes.covered.files) == (1, 1)
    assert late.whole.changes.covered.days == ("2020-05-21", "2020-05-21")
    assert found.whole.changes.covered.days == ("2020-05-20", "2020-05-21")
    assert found.whole.changes.actions[ANY].after(Answer.HOLDS).rows == 1
    assert ASKED in found.whole.changes.actions


def test_of_two_files_the_one_that_is_damaged_is_named(world):
    terms = shadowed(world)
    world.run([world.post(1, "A lovely day.")])
    opened, _ = open_facts(world.config.dataset)
    done = []
    for shadow in (False, True):
        [file] = [f for f in opened if (f.header.facts.shadow is not None) is shadow]
        whole = file.path.read_bytes()
        file.path.write_bytes(whole[:100])
        found = compare_shadow(opened, terms=terms, before=lambda digest: None,
                               progress=done.append)
        file.path.write_bytes(whole)
        assert [wrong.where for wrong in found.whole.refused] == [file.name]
        assert (found.days, found.whole.changes.covered.files) == ((), 0)
    assert done == [1, 1]


def test_a_sample_keeps_in_both_what_either_says_anything_of(world):
    world.config = replace(world.config, keep=0.3)
    terms = shadowed(world)
    posts = [world.post(n, "A lovely day." if n % 9 == 0 else "wheeep" if n % 9 == 1 else "Hm.",
                        author=f"u{n}", minute=n) for n in range(90)]
    world.run(posts)
    mine, theirs = rows(world), rows(world, shadow=False)
    drawn = {p.id.native for p in posts if draw(p.id) < 0.3}
    said = {p.id.native for p in posts if int(p.id.native) % 9 < 2}
    assert set(mine["native"]) == set(theirs["native"]) == drawn | said
    assert set(mine.filter(pl.col("kept_with") == 1)["native"]) == said
    found = compared(world, terms).whole.changes
    assert found.clauses["2.1"].gained.posts == 10 and found.covered.posts == pytest.approx(
        90, rel=0.4)
    assert replay_export(exported(world)).agrees


def test_erasing_a_post_empties_its_rows_in_both(world):
    world.config = replace(world.config, people={**world.config.people, "root": Person(
        id="root", name="Root", roles=("administrator",))})
    terms = shadowed(world)
    posts = [world.post(1, "A lovely day."), world.post(2, "I will zap you.", author="di")]
    world.run(posts)
    erase(world.open(), post=posts[0].id, person="root", legal_basis="Art. 17 GDPR")
    for shadow in (True, False):
        [(_, found)] = files(world, shadow=shadow)
        assert erased_rows(found).to_list() == [True, False]
    report, again = verified(exported(world)), replay_export(FilesOnDisk(world.folder / "export"))
    assert report.erased_rows == again.rows_erased == 2 and again.agrees
    assert compared(world, terms).whole.changes.covered.erased == 1


def test_a_version_that_governs_a_post_is_not_in_its_own_shadow(world):
    terms = shadowed(world)
    platform = world.open()
    assert store_terms(platform.engine, terms, platform.clock.kind)
    platform.sequencer.seal()
    made = {"minute": 60 * 24 * 20}
    world.run([world.post(1, "A lovely day."), world.post(2, "A lovely day.", **made)])
    assert rows(world)["native"].to_list() == ["1"]
    assert [len(d.actions) for d in world.decisions()] == [1]


def test_a_trial_that_ends_leaves_its_rows_and_gets_no_more(world):
    terms = shadowed(world)
    world.run([world.post(1)])
    ended(world, terms)
    summary = world.run([world.post(2, minute=2)])
    assert rows(world)["native"].to_list() == ["1"] and not summary.beside
    world.verify()
    assert replay_export(exported(world)).agrees
    platform = world.open()
    assert not end_shadow(platform.engine, terms, at=platform.clock.at(None), clock="replayed")
    with pytest.raises(StoreError, match="the trial of version 2 is over"):
        begin_shadow(platform.engine, terms, at=platform.clock.at(None), clock="replayed")


def test_a_trial_that_ends_while_a_run_goes_on_stops_no_run(world, monkeypatch):
    terms = shadowed(world)
    job = world.job()
    ended_by_another = []
    whole = job.arriving.take

    def take(*given, **named):
        found = whole(*given, **named)
        if not ended_by_another:
            platform = job.platform
            end_shadow(platform.engine, terms, at=platform.clock.at(None), clock="replayed")
            ended_by_another.append(terms)
        return found

    monkeypatch.setattr(job.arriving, "take", take)
    summary = job.run([world.post(1, "I will zap you.")])
    assert (summary.measured, summary.decisions, dict(summary.beside)) == (1, 1, {})
    assert not files(world, shadow=True) and len(files(world, shadow=False)) == 1
    world.verify()


def test_a_version_in_shadow_has_a_name_of_its_own(world):
    terms = shadowed(world)
    platform = world.open()
    at = platform.clock.at(None)
    assert not begin_shadow(platform.engine, terms, at=at, clock="replayed")
    assert [v.digest for v in in_shadow(platform.engine)] == [terms.digest]
    with pytest.raises(StoreError, match="a version 2 was put in shadow with other words"):
        begin_shadow(platform.engine, world.terms(version="2"), at=at, clock="replayed")
    with pytest.raises(StoreError, match="a version 1 is published already"):
        begin_shadow(platform.engine, world.terms(version="1"), at=at, clock="replayed")


def test_other_words_than_were_in_shadow_are_not_published_under_their_name(world):
    terms = shadowed(world)
    platform = world.open()
    other = world.terms(CLAUSES, version="2", published="2020-06-01", in_force="2020-06-02")
    with pytest.raises(StoreError, match="a version 2 was in shadow with other words"):
        store_terms(platform.engine, other, "replayed")
    ended(world, terms)
    with pytest.raises(StoreError, match="a version 2 was in shadow with other words"):
        store_terms(platform.engine, other, "replayed")
    assert store_terms(platform.engine, terms, "replayed")


def test_rows_under_terms_that_are_not_in_shadow_are_found_in_the_log(world, monkeypatch):
    terms = shadowed(world)
    job = world.job()
    ended(world, terms)
    monkeypatch.setattr(stored_batches, "_refuse_ended", lambda *_: None)
    job.run([world.post(1)])
    with pytest.raises(LeafRefused, match="under terms that are not in shadow here"):
        world.verify()


def test_rows_that_are_not_those_of_the_batch_beside_are_found(world, monkeypatch):
    shadowed(world)
    laid = arriving.lay

    def other(part, *given, **named):
        found = laid(part, *given, **named)
        return found if part.law.terms.front.version == "1" else found.with_columns(
            author=pl.lit("somebody"))

    monkeypatch.setattr(arriving, "lay", other)
    world.run([world.post(1)])
    with pytest.raises(ExportRefused, match="not those of the batch that they stand beside"):
        verified(exported(world))


def test_findings_in_shadow_that_do_not_follow_from_the_facts_are_told(world, monkeypatch):
    shadowed(world)
    whole = measured.measure

    def lie(facts, *, clauses):
        found = whole(facts, clauses=clauses)
        return found.with_columns(found["holds"].list.head(0)) if (
            facts["hits__zaps"].sum() == 1 and len(facts) == 1) else found

    monkeypatch.setattr(measured, "measure", lie)
    world.run([world.post(1, "A lovely day.")])
    again = replay_export(exported(world))
    assert [(d.what, d.recorded, d.replayed) for d in again.differences] == [
        ("row 0", "no clause holds", "holds 2.1")]
