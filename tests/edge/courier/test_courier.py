"""Handing notices over: each once, after it was sealed, with the words and the proof."""

from __future__ import annotations

import errno
import json

import pytest
from sqlalchemy import select, update

from evenhand.edge.courier.folder import FolderChannel
from evenhand.edge.ledger.disk import DiskFiles
from evenhand.edge.store import tables as t
from evenhand.edge.store.database import StoreError, reading
from evenhand.ledger.policy import parse_policy
from evenhand.ledger.receipt import check_receipt, parse_receipt
from evenhand.record.opening import check_opening, open_for_author, read_opening

ON_BOTH_ENGINES = True


def zaps(world, count):
    return [world.post(i, "I will zap you.", author=f"a{i}", minute=i) for i in range(count)]


def undelivered(world):
    with reading(world.open().engine) as connection:
        return connection.execute(select(t.errands.c.about)).scalars().all()


def test_a_notice_comes_with_the_receipt_that_proves_its_words(world):
    world.run(zaps(world, 1))
    [folder] = world.config.letters.iterdir()
    receipt = parse_receipt((folder / "receipt.tlog-proof").read_bytes())
    opening = read_opening(receipt.extra)
    policy = parse_policy((world.config.ledger / "policy").read_bytes())
    check_receipt(receipt, opening.leaf, policy)
    opened = check_opening(opening)
    assert opened.audience == "author"
    assert opened.body["decision"]["id"].startswith(folder.name)
    letter = (folder / "notice.txt").read_text()
    assert opened.body["notice"]["words"] in letter
    assert f"entry {receipt.index} of" in letter
    assert sorted(f.name for f in folder.iterdir()) == ["actions.json", "log.policy", "notice.txt",
                                                        "receipt.tlog-proof"]
    assert (folder / "log.policy").read_bytes() == (
        world.config.ledger / "policy").read_bytes()


def test_the_platform_is_told_what_to_do_and_where_it_is_sealed(world):
    world.run(zaps(world, 1))
    [folder] = world.config.letters.iterdir()
    told = json.loads((folder / "actions.json").read_bytes())
    [decision] = world.decisions()
    assert told["decision"] == decision.id
    assert told["post"]["native"] == decision.post.native
    assert [a["kind"] for a in told["actions"]] == [a.kind.value for a in decision.actions]
    assert told["leaf_index"] == parse_receipt(
        (folder / "receipt.tlog-proof").read_bytes()).index


def test_what_opens_the_leaf_is_made_of_the_very_bytes_that_were_sealed(world):
    world.run(zaps(world, 1))
    [decision] = world.decisions()
    platform = world.open()
    receipt, record = platform.courier.receipt(decision.id)
    with reading(platform.engine) as connection:
        stored = connection.execute(select(t.decisions.c.record, t.decisions.c.key)).one()
        leaf = connection.execute(select(t.outbox.c.leaf).where(
            t.outbox.c.key == f"decision:{decision.id}")).scalar()
    opening = read_opening(receipt.extra)
    assert opening == open_for_author(leaf, stored.key, stored.record)
    assert record.decision == decision


def test_nothing_is_delivered_that_is_not_sealed(world, monkeypatch):
    job = world.job()
    monkeypatch.setattr(job.platform.sequencer, "seal", lambda: 0)
    job.run(zaps(world, 3))
    assert job.summary.decisions == 3
    assert job.platform.courier.deliver() == 0
    assert not list(world.config.letters.glob("*"))
    assert len(undelivered(world)) == 3
    with pytest.raises(StoreError, match="is not sealed yet"):
        job.platform.courier.receipt(world.decisions()[0].id)
    assert world.run().delivered == 3


def test_many_notices_go_out_over_several_transactions_in_their_order(world, monkeypatch):
    monkeypatch.setattr(FolderChannel, "at_once", 4)
    assert world.run(zaps(world, 11)).delivered == 11
    with reading(world.open().engine) as connection:
        delivered = connection.execute(select(t.outbox.c.key).where(
            t.outbox.c.key.startswith("delivery:")).order_by(t.outbox.c.n)).scalars().all()
    assert delivered == [f"delivery:folder:decision:{d.id}" for d in world.decisions()]
    assert undelivered(world) == []


def test_two_couriers_at_once_record_one_delivery(world, monkeypatch):
    job = world.job()
    monkeypatch.setattr(job.platform.courier, "deliver", lambda: 0)
    job.run(zaps(world, 3))
    one, other = world.open().courier, world.open().courier
    deliver, meanwhile = one.folder.deliver, []

    def overtaken(letter, at):
        if not meanwhile:
            meanwhile.append(other.deliver())
        return deliver(letter, at)

    monkeypatch.setattr(one.folder, "deliver", overtaken)
    assert (one.deliver(), meanwhile) == (0, [3])
    world.run()
    assert world.verify().kinds["delivery"] == 3


class FullDisk(DiskFiles):
    """Refuses the letters once some were written."""

    left = 3

    def write(self, path, data):
        self.left -= 1
        if self.left < 0:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        super().write(path, data)


def test_a_letter_that_cannot_be_written_waits_and_the_ledger_does_not_say_it_was_delivered(world):
    job = world.job()
    job.platform.courier.folder.files = FullDisk()
    with pytest.raises(StoreError, match="No space left") as refused:
        job.run(zaps(world, 4))
    assert "it is sealed and waits" in (refused.value.hint or "")
    assert "delivery" not in world.verify().kinds
    assert len(undelivered(world)) == 4
    assert world.run(zaps(world, 4)).delivered == 4
    assert world.verify().kinds["delivery"] == 4


def test_what_is_erased_is_not_delivered_and_holds_nothing_up(world, monkeypatch):
    monkeypatch.setattr(FolderChannel, "at_once", 2)
    job = world.job()
    monkeypatch.setattr(job.platform.courier, "deliver", lambda: 0)
    job.run(zaps(world, 5))
    ids = [d.id for d in world.decisions()]
    with job.platform.engine.begin() as connection:
        for gone in ids[:3]:
            connection.execute(update(t.decisions).where(t.decisions.c.id == gone).values(
                record=None, key=None))
    assert world.open().courier.deliver() == 2
    assert {f.name for f in world.config.letters.iterdir()} == {d[:16] for d in ids[3:]}
    assert undelivered(world) == [], "its errand goes"
    world.run()
    assert world.verify().kinds["delivery"] == 2


def test_an_unknown_decision_is_told(world):
    with pytest.raises(StoreError, match="there is no decision"):
        world.open().courier.receipt("0" * 64)
