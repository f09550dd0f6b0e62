"""Opening a platform: whose it is, its clock, its sealed lists; and what is refused."""

from __future__ import annotations

import hashlib
import shutil
import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import OperationalError
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from sqlalchemy.exc import DBAPIError

from evenhand.edge import platform
from evenhand.edge.cli import cli
from evenhand.edge.clock import LiveClock, ReplayedClock
from evenhand.edge.facts import vocabulary
from evenhand.edge.ledger.keys import make_key
from evenhand.edge.ledger.tiles_on_disk import TilesOnDisk
from evenhand.edge.platform import Signals, fresh_key, open_platform
from evenhand.edge.signals.signal import measure
from evenhand.edge.store import sqlite
from evenhand.edge.store.database import StoreError, note_time, transaction
from evenhand.errors import EvenhandError

SEALED = b"wobble\nwubble\n"
LIST = """
## 1 Words

You may not use the words on a list that auditors can open.

```when
hits.secret >= 1
```

```words secret sealed sha256:{digest}
```

```then
remove
category violence: incitement
objection harassing
```

```case one
hits.secret = 1
-> remove
```

```case none
hits.secret = 0
-> does not hold
```
"""


def test_a_store_that_cannot_be_written_is_read_and_stays_as_it_is(world, monkeypatch):
    world.run([world.post(1, "I will zap you.")])
    [decision] = world.decisions("1")
    world.close()
    for module in (platform, sqlite):
        monkeypatch.setattr(module, "can_be_written", lambda path: False)
    before = world.config.store.read_bytes()
    opened = open_platform(world.config)
    assert opened.store.record(decision.id) is not None
    with pytest.raises(StoreError, match="readonly") as refused, \
            transaction(opened.engine) as connection:
        note_time(connection, 2**60)
    assert "mend its permissions" in refused.value.hint
    opened.engine.dispose()
    assert world.config.store.read_bytes() == before
    assert not world.config.store.with_name("evenhand.db-wal").exists()


@pytest.mark.parametrize(("free", "told", "hint"), [
    (0, "the disk is full", "make room"), (1 << 30, "disk I/O error", "look at the disk")])
def test_a_disk_that_is_full_to_the_last_byte_is_not_told_as_failing(
        world, monkeypatch, free, told, hint):
    monkeypatch.setattr(sqlite.shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    said = DBAPIError.instance(None, None, OperationalError("disk I/O error"), OperationalError)
    refused = sqlite.sqlite_refusal(said, str(world.config.store))
    assert told in refused.what and hint in refused.hint


def test_keys_are_fresh():
    assert len(fresh_key()) == 32
    assert fresh_key() != fresh_key()


def test_a_log_whose_key_is_gone_says_what_to_do_and_no_other_is_made(world):
    world.run([world.post(1)])
    world.close()
    world.config.key_file.unlink()
    with pytest.raises(EvenhandError) as refused:
        world.open()
    assert "ledger succeed" in refused.value.hint and "init" not in refused.value.hint
    Path(f"{world.config.key_file}.vkey").unlink()
    done = CliRunner().invoke(cli, ["init", str(world.folder)], standalone_mode=False)
    assert "the key of this log is gone" in str(done.exception)
    assert not world.config.key_file.exists()


@pytest.mark.parametrize("store", ["an older copy", "none"])
def test_a_backup_of_store_and_files_together_is_found_out_by_what_lies_beside_the_key(
        world, tmp_path, store):
    world.run([world.post(1)])
    world.close()
    shutil.copytree(world.config.data, tmp_path / "copy")
    world.run([world.post(2)])
    size = world.open().sequencer.head_size()
    world.close()
    beside = Path(f"{world.config.key_file}.size")
    assert beside.read_text() == f"{world.config.origin}\n{size}\n"
    assert stat.S_IMODE(beside.stat().st_mode) == 0o600
    shutil.rmtree(world.config.data)
    if store == "an older copy":
        shutil.copytree(tmp_path / "copy", world.config.data)
    with pytest.raises(StoreError, match=f"{size} entries of this log were signed") as refused:
        world.open()
    assert "log.key.size" in refused.value.what and "older copy" in refused.value.hint
    if store == "none":
        return
    # It may lag, be torn, be another log's, or be gone: then it says nothing.
    for text in (f"{world.config.origin}\n1\n", "squa", f"other.example/log\n{size}\n", "\0" * 9):
        beside.write_text(text)
        world.open()
        world.close()
    beside.unlink()
    world.open()


def test_what_another_process_signs_while_a_platform_is_opened_is_no_older_copy(
        world, monkeypatch):
    world.run([world.post(1)])
    size = world.open().sequencer.head_size()
    read = TilesOnDisk.published

    def slowly(disk):
        if not slowly.done:
            slowly.done = True
            world.run([world.post(2)])
        return read(disk)

    slowly.done = False
    monkeypatch.setattr(TilesOnDisk, "published", slowly)
    assert world.open().sequencer.head_size() > size and slowly.done


def test_nothing_is_concluded_from_a_published_checkpoint_that_the_log_did_not_sign(world):
    world.run([world.post(1)])
    size = world.open().sequencer.head_size()
    world.close()
    checkpoint = world.config.ledger / "checkpoint"
    text = checkpoint.read_text()
    checkpoint.write_text(text.replace(f"\n{size}\n", f"\n{size + 1}\n"))
    with pytest.raises(EvenhandError, match="was not signed by this log's key") as refused:
        world.open()
    assert "succeed" not in refused.value.hint
    checkpoint.unlink()
    world.open().sequencer.publish()
    assert checkpoint.read_text() == text


def test_a_log_is_never_signed_with_another_key(world):
    world.config.key_file.unlink()
    Path(f"{world.config.key_file}.vkey").unlink()
    make_key(world.config.key_file, world.config.origin)
    with pytest.raises(StoreError, match="this store's log key is"):
        world.open()


def test_a_replayed_clock_goes_on_where_the_last_run_ended(world):
    assert world.open().clock.at(None) == datetime(2020, 5, 1, tzinfo=UTC)
    world.run([world.post(1, minute=90)])
    assert world.open().clock.at(None) == world.post(1, minute=90).made_at
    world.run([world.post(2, "I will zap you.", minute=5)])
    assert world.decisions()[0].at == world.post(1, minute=90).made_at


def test_a_clock_never_goes_back_and_a_live_one_hears_nothing():
    clock = ReplayedClock(datetime(2020, 5, 3, tzinfo=UTC))
    assert clock.would_be(datetime(2020, 5, 9, tzinfo=UTC)).day == 9
    assert clock.at(None).day == 3
    assert [clock.at(datetime(2020, 5, day, tzinfo=UTC)).day for day in (5, 4, 6)] == [5, 5, 6]
    assert LiveClock().at(datetime(2020, 5, 3, tzinfo=UTC)).year > 2020


def test_every_fact_has_one_declaration_and_the_claims_are_a_collection():
    facts = vocabulary()
    assert {"post.stance", "account.strikes", "claim.rating"} <= facts.facts.keys()
    assert [c.binds for c in facts.collections.values()] == ["claim"]


def test_a_sealed_list_is_used_where_it_lies_and_missing_where_it_does_not(worlds):
    world = worlds("sealed", terms=False)
    digest = hashlib.sha256(SEALED).hexdigest()
    terms = world.publish(LIST.format(digest=digest))
    file = world.config.sealed / f"{digest}.txt"

    def hits():
        seen = measure(Signals(world.config.sealed).for_terms(terms), world.post(1, "Wobble!"))
        return [r.value for r in seen.reported if r.name == "hits.secret"]

    assert hits() == []
    file.parent.mkdir()
    file.write_bytes(SEALED)
    assert hits() == [1]
    file.write_bytes(SEALED + b"another\n")
    with pytest.raises(StoreError, match="is not the published one"):
        hits()
    file.unlink()
    file.mkdir()
    with pytest.raises(StoreError, match="cannot be read"):
        hits()


def test_a_sealed_list_that_is_no_text_is_told(worlds):
    world = worlds("sealed", terms=False)
    data = b"\xff\xfe"
    terms = world.publish(LIST.format(digest=hashlib.sha256(data).hexdigest()))
    world.config.sealed.mkdir()
    (world.config.sealed / f"{hashlib.sha256(data).hexdigest()}.txt").write_bytes(data)
    with pytest.raises(StoreError, match="is not UTF-8"):
        Signals(world.config.sealed).for_terms(terms)


def test_the_signals_of_a_version_are_compiled_once(world):
    signals, [terms] = Signals(world.config.sealed), world.open().versions
    assert signals.for_terms(terms) is signals.for_terms(terms)
    assert signals.for_terms(None) is signals.plain


@pytest.mark.parametrize("what", ["file", "damaged policy", "no key", "store is a folder"])
def test_a_platform_that_cannot_be_opened_says_why(world, what, tmp_path):
    if what == "file":
        (tmp_path / "in-the-way").write_text("")
        world.config = replace(world.config, data=tmp_path / "in-the-way")
    elif what == "damaged policy":
        (world.config.ledger / "policy").write_bytes(b"\xff\xfe")
        world.open()
        world.verify()
        return
    elif what == "no key":
        world.config.key_file.unlink()
    else:
        for file in world.config.data.glob("evenhand.db*"):
            file.unlink()
        world.config.store.mkdir()
    with pytest.raises(EvenhandError) as refused:
        world.open()
    assert refused.value.where


def test_the_key_of_a_log_stays_closed_to_others(world):
    assert stat.S_IMODE(world.config.key_file.stat().st_mode) == 0o600
