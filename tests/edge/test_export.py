"""Exports written from a store: the same bytes, whole or not at all, no more than is meant."""

from __future__ import annotations

import json
import os
import secrets
import signal
import stat
import subprocess
import sys
from dataclasses import replace

import polars as pl
import pytest
from sqlalchemy import select

from evenhand.audit.export import verify_export
from evenhand.edge.desk.bringing import report
from evenhand.edge.desk.desk import Desk
from evenhand.edge.erasing import erase, hold
from evenhand.edge.export import folder as folders
from evenhand.edge.export.folder import FilesOnDisk
from evenhand.edge.export.writing import export
from evenhand.edge.store import matter_tables as m
from evenhand.edge.store import tables as t
from evenhand.edge.store.database import reading
from evenhand.errors import EvenhandError
from evenhand.ledger.policy import parse_policy
from evenhand.model.matter import Sender
from evenhand.model.person import Person
from evenhand.model.post import PostId

ON_BOTH_ENGINES = True
MARK = "mark" + secrets.token_hex(8)


@pytest.fixture
def square(worlds):
    """A platform whose posts, people, reports and reasons all hold a word that is nowhere else."""
    world = worlds("square")
    world.config = replace(world.config, people={**world.config.people, "root": Person(
        id="root", name="Root", roles=("administrator",))})
    world.learn(said=[world.said(f"square:{MARK}2", by="ada")])
    world.run([world.post(f"{MARK}{n}", f"I will zap you, {MARK}. {n}", author=f"{MARK}author",
                          url=f"https://square.example/{MARK}/{n}", minute=n) for n in range(4)])
    report(Desk(world.open()), PostId(platform="square", native=f"{MARK}3"),
           by=Sender(name=MARK, address=f"{MARK}@example.org"), words=f"It is {MARK}, I say.",
           clause="2.1")
    hold(world.open(), account=("square", f"{MARK}author"), person="root", legal_basis=MARK)
    return world


def written(world, name, *, sealed):
    folder = world.folder / name
    export(world.open(), folder, sealed=sealed)
    return folder


def verified(folder):
    files = FilesOnDisk(folder)
    return verify_export(files, parse_policy(files.read("policy")))


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*")) if path.is_file()}


def words_in(folder):
    """Everything an export says, also what Parquet compresses."""
    said = "".join(data.decode(errors="replace") for data in contents(folder).values())
    return said + "".join(str(pl.read_parquet(path).to_dicts())
                          for path in sorted(folder.glob("*.parquet")))


def keys_of(world):
    with reading(world.open().engine) as connection:
        ids = [row.id for table in (t.decisions, m.matters, t.statements)
               for row in connection.execute(select(table.c.id))]
        ids += connection.execute(select(t.outbox.c.key).where(
            ~t.outbox.c.key.startswith("publication:"))).scalars()
        ids += connection.execute(select(t.posts.c.digest)).scalars()
        ids += connection.execute(select(t.measurements.c.facts_digest)).scalars()
    return ids


def test_a_public_export_holds_nothing_that_is_not_public_already(square):
    said = words_in(written(square, "public", sealed=False))
    assert MARK not in said
    assert "zap you, " not in said
    assert "person:ada" not in said
    for key in keys_of(square):
        assert key not in said, key
    assert verified(square.folder / "public").leaves.kinds == square.verify().kinds


def test_a_sealed_export_opens_every_entry_and_is_its_owners_alone(square):
    folder = written(square, "sealed", sealed=True)
    report = verified(folder)
    assert report.opened == sum(report.leaves.kinds.values()) - 1 - report.batches
    assert (report.batches, report.rows, report.erased_rows) == (1, 4, 0)
    assert report.facts >= 4
    assert MARK in words_in(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(p.stat().st_mode) for p in folder.rglob("*")} == {0o600, 0o700}
    assert {stat.S_IMODE(p.stat().st_mode) for p in folder.rglob("*") if p.is_file()} == {0o600}


def test_what_was_erased_is_listed_as_erased_and_said_nowhere(square):
    square.run([square.post(n, f"I will zap you, plum. {n}", author="plum", minute=50 + n)
                for n in range(3)])
    before = verified(written(square, "sealed", sealed=True))
    done = erase(square.open(), account=("square", "plum"), person="root", legal_basis="Art. 17")
    folder = written(square, "sealed", sealed=True)
    report = verified(folder)
    assert report.erased == len(done.erasure.entries) == 6
    assert report.opened == before.opened - 6 + 1
    assert "plum" not in words_in(folder)
    rows = [json.loads(line) for line in (folder / "facts.jsonl").read_text().splitlines()]
    assert sum(row["erased"] for row in rows) == 3
    assert not any(row["sealed"] for row in rows)


@pytest.mark.parametrize("sealed", [False, True])
def test_the_same_store_at_the_same_head_gives_the_same_bytes(square, sealed):
    first = contents(written(square, "one", sealed=sealed))
    assert contents(written(square, "two", sealed=sealed)) == first
    assert contents(written(square, "one", sealed=sealed)) == first
    square.run([square.post(99, minute=90), square.post(100, "I will zap you.", minute=91)])
    assert contents(written(square, "one", sealed=sealed)) != first
    assert verified(square.folder / "one").leaves.trust.checkpoint.size == (
        square.open().sequencer.head_size())
    assert sorted(p.name for p in square.folder.iterdir() if p.name.startswith(".")) == []


def test_tables_open_with_plain_types(square):
    folder = written(square, "sealed", sealed=True)
    leaves = pl.read_parquet(folder / "leaves.parquet")
    assert leaves["index"].to_list() == list(range(len(leaves)))
    kinds = {str(kind) for name in ("leaves", "openings", "facts")
             for kind in pl.read_parquet(folder / f"{name}.parquet").schema.values()}
    assert kinds == {"Int64", "String", "Boolean", "Date", "List(String)"}
    acted = leaves.filter(pl.col("grounds").list.contains("2.1"))
    assert acted["actions"].explode().unique().to_list() == ["remove"]
    assert leaves["commitment"].to_list()[0] is None, "a publication hides nothing"


def test_something_else_that_is_there_is_left_as_it_is(square):
    for name, make in (("file", lambda p: p.write_text("mine")),
                       ("folder", lambda p: (p.mkdir(), (p / "mine").write_text("mine"))),
                       ("other", lambda p: (p.mkdir(), (p / "manifest.json").write_text("{}")))):
        path = square.folder / name
        make(path)
        before = contents(path) if path.is_dir() else path.read_text()
        with pytest.raises(EvenhandError, match="something else is there"):
            export(square.open(), path, sealed=False)
        assert (contents(path) if path.is_dir() else path.read_text()) == before
    (square.folder / "empty").mkdir()
    verified(written(square, "empty", sealed=False))


def test_an_export_is_replaced_only_by_one_of_its_log_and_kind_that_holds_no_less(square, worlds):
    folder = written(square, "out", sealed=False)
    with pytest.raises(EvenhandError, match="a public export is there"):
        export(square.open(), folder, sealed=True)
    manifest = json.loads((folder / "manifest.json").read_text())
    for says, match in (({"origin": "other.example/log"}, "another log"),
                        ({"size": 10_000}, "10000 entries is there"), ({"size": "x"}, "is there")):
        (folder / "manifest.json").write_text(json.dumps(manifest | says))
        with pytest.raises(EvenhandError, match=match):
            export(square.open(), folder, sealed=False)
    with pytest.raises(EvenhandError, match="for everybody"):
        export(square.open(), square.config.ledger / "sealed", sealed=True)
    with pytest.raises(EvenhandError, match="nothing is sealed yet"):
        export(worlds("bare", terms=False).open(), square.folder / "bare", sealed=False)


def test_a_writing_that_fails_leaves_what_was_there(square, monkeypatch):
    folder = written(square, "out", sealed=True)
    before = contents(folder)

    def full(*_args, **_more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folders.os, "fsync", full)
    for path in (folder, square.folder / "new"):
        with pytest.raises(EvenhandError, match="No space left"):
            export(square.open(), path, sealed=True)
    assert contents(folder) == before
    assert not (square.folder / "new").exists()
    monkeypatch.undo()
    monkeypatch.setattr(folders, "_exchange", lambda *_: False)
    export(square.open(), folder, sealed=True)
    assert contents(folder) == before
    assert not list(square.folder.glob(".out*"))


def test_a_killed_export_leaves_no_half_folder_and_the_next_one_is_whole(square):
    if square.open().engine.dialect.name != "sqlite":
        pytest.skip("the process that is killed reads its configuration, which has no server")
    script = ("import sys, time\nfrom pathlib import Path\n"
              "from evenhand.edge.config import load_config\n"
              "from evenhand.edge.export import writing\n"
              "from evenhand.edge.platform import open_platform\n"
              "real = writing.write_parquet\n"
              "def slow(*a):\n    real(*a)\n    print('here', flush=True)\n    time.sleep(60)\n"
              "writing.write_parquet = slow\n"
              "writing.export(open_platform(load_config(Path(sys.argv[1]))), Path(sys.argv[2]), "
              "sealed=True)\n")
    folder = square.folder / "out"
    with subprocess.Popen([sys.executable, "-c", script, square.folder, folder],
                          stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"here\n"
        with pytest.raises(EvenhandError, match="another process is exporting"):
            export(square.open(), folder, sealed=True)
        os.kill(process.pid, signal.SIGKILL)
    assert not folder.exists()
    unfinished = square.folder / ".out.unfinished"
    assert unfinished.exists()
    assert stat.S_IMODE(unfinished.stat().st_mode) == 0o700
    verified(written(square, "out", sealed=True))
    assert not unfinished.exists()


@pytest.mark.parametrize("name", ["leaves.parquet", "openings.parquet"])
def test_a_damaged_table_is_refused_by_its_name(square, name):
    folder = written(square, "out", sealed=True)
    data = bytearray((folder / name).read_bytes())
    for change in (lambda: data[:50], lambda: b"", lambda: b"PAR1" + data[4:100]):
        (folder / name).write_bytes(bytes(change()))
        with pytest.raises(EvenhandError) as refused:
            verified(folder)
        assert refused.value.where.startswith(name)


def test_a_changed_document_is_refused(square):
    folder = written(square, "out", sealed=False)
    document = max((folder / "documents").iterdir(), key=lambda path: b"zap" in path.read_bytes())
    document.write_bytes(document.read_bytes().replace(b"zap people", b"zip people"))
    with pytest.raises(EvenhandError, match="not the terms that were published") as refused:
        verified(folder)
    assert refused.value.where == f"documents/{document.name}"
    document.unlink()
    with pytest.raises(EvenhandError, match="missing"):
        verified(folder)


def test_a_manifest_cannot_lead_out_of_its_folder(square):
    folder = written(square, "out", sealed=False)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"]["../evenhand.toml"] = {"sha256": "0" * 64}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(EvenhandError, match="not the name of a file"):
        verified(folder)
