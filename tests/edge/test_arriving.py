"""Posts that arrive in batches: the rows, the sample, the erasure, and who comes between."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from sqlalchemy import select

from evenhand.audit.export import verify_export
from evenhand.audit.export_files import ExportRefused
from evenhand.audit.replay import replay_export
from evenhand.edge import arriving, measured
from evenhand.edge.dataset import Dataset
from evenhand.edge.erasing import HeldByLaw, erase, hold
from evenhand.edge.export.folder import FilesOnDisk
from evenhand.edge.export.writing import export
from evenhand.edge.store import tables as t
from evenhand.edge.store.database import reading
from evenhand.ledger.policy import parse_policy
from evenhand.model.person import Person
from evenhand.model.post import PostId
from evenhand.record.batch import draw, read_batch
from evenhand.record.rows import COMMITMENT, ROW, erased_rows

ON_BOTH_ENGINES = True


@pytest.fixture
def square(worlds):
    """A platform with an administrator."""
    world = worlds("square")
    world.config = replace(world.config, people={**world.config.people, "root": Person(
        id="root", name="Root", roles=("administrator",))})
    return world


def rows(world):
    """The rows of the dataset in the order of their posts, without what is of one batch alone."""
    files = [read_batch(file.read_bytes())[1] for file in world.config.dataset.glob("*.parquet")]
    return pl.concat(files).drop(ROW, COMMITMENT).sort("native", nulls_last=True)


def exported(world, name="export"):
    folder = world.folder / name
    export(world.open(), folder, sealed=True)
    return FilesOnDisk(folder)


def verified(files):
    return verify_export(files, parse_policy(files.read("policy")))


@pytest.mark.parametrize("size", [1, 7, 60])
def test_where_one_batch_ends_and_the_next_begins_changes_no_row_and_no_decision(
        worlds, batches, size):
    found = []
    for name, many in (("whole", 2000), ("parts", size)):
        batches(many)
        world = worlds(name)
        world.learn(checks=[world.check(published="2020-05-20T01:00:00Z")],
                    said=[world.said("7", minute=100), world.said("9", minute=0)])
        world.run(world.crowd(60))
        found.append((rows(world), world.outcomes()))
    assert found[0][1] == found[1][1]
    assert_frame_equal(found[0][0], found[1][0])


def test_a_strike_counts_for_the_posts_that_follow_it_in_its_batch(world):
    world.run([world.post(1, author="di"), world.post(2, "I will zap you.", author="di", minute=1),
               world.post(3, author="di", minute=2), world.post(4, author="bo", minute=3)])
    found = rows(world)
    assert found["account__strikes"].to_list() == [0, 0, 1, 0]
    assert found["holds"].to_list() == [[], ["2.1"], ["2.2"], []]
    assert [d.post.native for d in world.decisions()] == ["2", "3"]


def test_only_posts_of_which_something_came_are_measured_by_themselves(world):
    world.run(world.crowd(40))
    with reading(world.open().engine) as connection:
        alone = set(connection.execute(select(t.measurements.c.native)).scalars())
        posts = connection.execute(select(t.posts.c.native, t.posts.c.batch)).all()
    found = rows(world)
    assert {row.native for row in posts if row.batch is None} == alone
    assert alone >= set(found.filter(pl.col("holds").list.len() > 0)["native"])
    assert len(alone) < len(posts) == found.height == 40


def test_a_sealed_export_has_every_row_and_each_is_answered_again(world):
    world.run(world.crowd(40))
    files = exported(world)
    report, again = verified(files), replay_export(files)
    assert (report.batches, report.rows, report.erased_rows) == (1, 40, 0)
    assert (again.measured, again.rows, again.rows_agreed) == (40, 40, 40)
    assert again.agrees and not again.differences


def test_findings_that_do_not_follow_from_the_facts_are_told(world, monkeypatch):
    whole = measured.measure

    def lie(facts, *, clauses):
        found = whole(facts, clauses=clauses)
        return found.with_columns(found["holds"].list.head(0))

    monkeypatch.setattr(measured, "measure", lie)
    world.run([world.post(1), world.post(2, "I will zap you.", minute=1)])
    again = replay_export(exported(world))
    assert (again.rows, again.rows_agreed, again.agrees) == (2, 1, False)
    [odd] = again.differences
    assert (odd.decision, odd.what, odd.recorded, odd.replayed) == (
        None, "row 1", "no clause holds", "holds 2.1")


# --- a sample ---

def test_a_sample_is_drawn_by_name_and_whatever_was_decided_is_kept(world):
    world.config = replace(world.config, keep=0.5)
    posts = world.crowd(60)
    world.run(posts)
    world.run(posts)
    found, decided = rows(world), {d.post.native for d in world.decisions()}
    drawn = {p.id.native for p in posts if draw(p.id) < 0.5}
    assert 10 < len(drawn) < 50
    assert set(found["native"]) == drawn | decided
    assert set(found.filter(pl.col("kept_with") == 1)["native"]) == decided
    files = exported(world)
    report, again = verified(files), replay_export(files)
    assert report.rows == found.height < again.measured == 60
    assert again.agrees


def test_a_row_that_was_picked_and_not_drawn_is_found(world, monkeypatch):
    world.config = replace(world.config, keep=0.01)
    monkeypatch.setattr(arriving, "draw", lambda post: 0.0)
    world.run([world.post(n, minute=n) for n in range(20)])
    with pytest.raises(ExportRefused, match="kept and not drawn"):
        verified(exported(world))


def test_a_batch_of_which_nothing_is_kept_is_counted_all_the_same(world, monkeypatch):
    world.config = replace(world.config, keep=0.01)
    monkeypatch.setattr(arriving, "draw", lambda post: 0.5)
    for n in range(2):
        world.run([world.post(n, minute=n)])
    files = exported(world)
    assert (verified(files).batches, verified(files).rows) == (2, 0)
    assert replay_export(files).measured == 2


# --- erasure ---

def remove(world, **what):
    return erase(world.open(), person="root", legal_basis="Art. 17", **what)


def named(native):
    return PostId(platform="square", native=str(native), version="1")


def test_an_erased_row_keeps_its_commitment_alone_and_the_root_still_verifies(square):
    square.run([square.post(1, author="plum"), square.post(2, "I will zap you.", author="plum"),
                square.post(3, author="quince", minute=3)])
    done = [remove(square, post=named(n)).erasure for n in (1, 2)]
    assert [len(one.rows) for one in done] == [1, 1]
    [file] = square.config.dataset.iterdir()
    assert b"plum" not in file.read_bytes()
    files = exported(square)
    assert (verified(files).rows, verified(files).erased_rows) == (3, 2)
    again = replay_export(files)
    assert (again.rows_agreed, again.rows_erased, again.agrees) == (1, 2, True)
    assert remove(square, post=named(1)).before, "there is nothing more to erase"


@pytest.mark.parametrize("then", ["erase again", "run", "export"])
def test_an_erasure_that_dies_before_its_file_is_emptied_is_finished_by_whoever_comes(
        square, monkeypatch, then):
    square.run([square.post(1, author="plum"), square.post(2, author="quince")])
    with monkeypatch.context() as dying:
        dying.setattr(Dataset, "empty_erased", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            remove(square, account=("square", "plum"))
    [file] = square.config.dataset.iterdir()
    assert erased_rows(read_batch(file.read_bytes())[1]).sum() == 0
    if then == "erase again":
        remove(square, post=named(1))
    elif then == "run":
        square.run()
    assert verified(exported(square)).erased_rows == 1
    assert erased_rows(read_batch(file.read_bytes())[1]).to_list().count(True) == 1


def test_a_legal_hold_keeps_the_row(square):
    square.run([square.post(1, author="plum")])
    hold(square.open(), post=named(1), person="root", legal_basis="a court")
    before = contents(square)
    with pytest.raises(HeldByLaw):
        remove(square, account=("square", "plum"))
    assert contents(square) == before
    assert verified(exported(square)).erased_rows == 0


def contents(world):
    return {file.name: file.read_bytes() for file in world.config.dataset.iterdir()}


# --- who comes between, and who changes what was exported ---

def test_what_another_process_measures_meanwhile_is_a_row_once(world, monkeypatch):
    posts, whole, other = world.crowd(30), arriving.Arriving.take, []

    def overtaken(self, *args, **named):
        found = whole(self, *args, **named)
        if not other:
            other.append(True)
            world.run(posts[:10])
        return found

    job = world.job()
    monkeypatch.setattr(arriving.Arriving, "take", overtaken)
    summary = job.run(posts)
    assert (summary.measured, summary.known_before) == (20, 10)
    assert sorted(rows(world)["native"]) == sorted(p.id.native for p in posts)
    assert verified(exported(world)).rows == 30


@pytest.mark.parametrize(("change", "says"), [
    (lambda data: data[:len(data) // 2], "no Parquet file"),
    (lambda data: b"", "no Parquet file"),
    (None, "missing")], ids=["cut short", "empty", "gone"])
def test_a_batch_whose_file_is_damaged_is_refused_by_its_name(world, change, says):
    world.run(world.crowd(8))
    files = exported(world)
    [path] = (files.folder / "facts").glob("*.parquet")
    if change is None:
        path.unlink()
    else:
        path.write_bytes(change(path.read_bytes()))
    with pytest.raises(ExportRefused, match=says) as refused:
        verified(files)
    assert path.name in refused.value.where


@pytest.mark.parametrize(("change", "says"), [
    (lambda f: f.with_columns(pl.lit(99).cast(pl.Int64).alias("account__strikes")),
     "row 0 is not what was sealed"),
    (lambda f: f.with_columns(pl.lit([], dtype=pl.List(pl.String)).alias("holds")), "row 1 is not"),
    (lambda f: f.head(1), "says otherwise of itself"),
    (lambda f: f.reverse(), "not numbered"),
    (lambda f: f.with_columns(f[COMMITMENT].reverse()), "do not come to the root"),
    (lambda f: f.drop("post__length"), "not those that the file's metadata names"),
    (lambda f: f.cast({"at": pl.Datetime("ms", "UTC")}), "the column `at` is"),
], ids=["a fact", "a finding", "a row less", "another order", "commitments", "a column less",
        "another type"])
def test_no_row_of_an_export_can_be_changed_unnoticed(world, change, says):
    world.run([world.post(1), world.post(2, "I will zap you.", minute=1)])
    files = exported(world)
    [path] = (files.folder / "facts").glob("*.parquet")
    metadata = {"evenhand": pl.read_parquet_metadata(path)["evenhand"]}
    change(pl.read_parquet(path)).write_parquet(path, metadata=metadata)
    with pytest.raises(ExportRefused, match=says):
        verified(files)
