"""A log that another follows: what was known of the old one stays good, histories go on."""

from __future__ import annotations

import shutil

import pytest
from sqlalchemy import select

from evenhand.audit.leaves import verify_leaves
from evenhand.edge.config import load_config
from evenhand.edge.ledger.keys import load_key, make_key
from evenhand.edge.ledger.succession import succeed
from evenhand.edge.ledger.tiles_on_disk import read_directory
from evenhand.edge.store import tables as t
from evenhand.edge.store.database import (
    StoreError,
    open_engine,
    reading,
    time_so_far,
    transaction,
)
from evenhand.edge.store.heads import entries_of
from evenhand.edge.store.outbox import wait
from evenhand.ledger.errors import NotSigned
from evenhand.ledger.receipt import check_receipt
from evenhand.model.post import PostId
from evenhand.record.leaf import read_leaf


def store_files(world):
    return [path for path in world.config.data.iterdir() if path.name.startswith("evenhand.db")]


def chained(world):
    """History -> the places of its leaves, each of which must name the one before it."""
    with reading(world.open().engine) as connection:
        rows = connection.execute(select(t.outbox.c.chain, t.outbox.c.leaf_index, t.leaves.c.entry)
                                  .join(t.leaves, t.leaves.c.leaf_index == t.outbox.c.leaf_index)
                                  .where(t.outbox.c.chain.is_not(None))
                                  .order_by(t.outbox.c.leaf_index)).all()
    found = {}
    for chain, index, entry in rows:
        places = found.setdefault(chain, [])
        assert read_leaf(entry).prev == (places[-1] if places else None)
        places.append(index)
    return found


def brought_back(world, tmp_path):
    """The store as it was after half of what its log has signed."""
    world.run(world.crowd(12))
    world.close()
    for file in store_files(world):
        shutil.copy(file, tmp_path)
    world.run(world.crowd(24))
    world.close()
    for file in store_files(world):
        file.unlink()
    for file in tmp_path.glob("evenhand.db*"):
        shutil.copy(file, world.config.data)


def go_on(world, words="The disk was lost."):
    """As `evenhand ledger succeed` does, up to what opens the platform again."""
    file = world.folder / "evenhand.toml"
    file.write_text(file.read_text().replace(
        'log = "square.example/log"', 'log = "square.example/log-2"\nkey = "keys/log-2.key"'))
    world.config = load_config(world.folder)
    if not world.config.key_file.exists():
        make_key(world.config.key_file, world.config.origin)
    engine = open_engine(world.config.store)
    try:
        return succeed(engine, load_key(world.config.key_file, world.config.origin),
                       world.config.ledger, words=words, at=time_so_far(engine), clock="replayed")
    finally:
        engine.dispose()


def test_the_succession_stands_before_all_that_waited(worlds, tmp_path):
    world = worlds("square")
    brought_back(world, tmp_path)
    engine = open_engine(world.config.store)
    with transaction(engine) as connection:
        wait(connection, "decision:first", b"what waited when it was refused")
    engine.dispose()
    done = go_on(world)
    sequencer = world.open().sequencer
    assert sequencer.seal() == done.left + 2
    with reading(sequencer.engine) as connection:
        entry, waited = entries_of(connection)(done.left, done.left + 2)
        heads = connection.execute(select(t.heads.c.size).where(
            t.heads.c.size > done.left).order_by(t.heads.c.size)).scalars().all()
    leaf = read_leaf(entry)
    assert (leaf.kind, leaf.public["inherited"]) == ("succession", done.left)
    assert waited == b"what waited when it was refused"
    assert heads == [done.left + 1, done.left + 2], "sealed alone"


def test_a_log_is_succeeded_once_and_the_first_words_stand(worlds, tmp_path):
    world = worlds("square")
    brought_back(world, tmp_path)
    go_on(world)
    # Cut short before anything was sealed: called again, it is completed.
    again = go_on(world, "Other words.")
    assert again.words == "The disk was lost." and again.aside is None
    world.open().sequencer.seal()
    world.close()
    with pytest.raises(StoreError, match=r'goes on in `square.example/log-2.*The disk was lost'):
        go_on(world, "Other words.")


def test_histories_go_on_in_the_log_that_follows_and_old_receipts_stay_good(worlds, tmp_path):
    world = worlds("square")
    world.run(world.crowd(12))
    world.close()
    for file in store_files(world):
        shutil.copy(file, tmp_path)
    world.run(world.crowd(24))
    old = world.open().sequencer
    policy, size = old.policy, old.head_size()
    with reading(old.engine) as connection:
        key, leaf = connection.execute(select(t.outbox.c.key, t.leaves.c.entry).join(
            t.leaves, t.leaves.c.leaf_index == t.outbox.c.leaf_index).where(
            t.leaves.c.leaf_index == size - 1)).one()
    receipt = old.receipt(key, b"")
    world.close()
    for file in store_files(world):
        file.unlink()
    for file in tmp_path.glob("evenhand.db*"):
        shutil.copy(file, world.config.data)
    with pytest.raises(StoreError, match="entries of this log are published"):
        world.open()
    text = (world.folder / "evenhand.toml").read_text()
    (world.folder / "evenhand.toml").write_text(text.replace(
        'log = "square.example/log"', 'log = "square.example/log-2"\nkey = "keys/log-2.key"'))
    world.config = load_config(world.folder)
    make_key(world.config.key_file, world.config.origin)
    engine = open_engine(world.config.store)
    done = succeed(engine, load_key(world.config.key_file, world.config.origin),
                   world.config.ledger, words="The disk was lost.", at=time_so_far(engine),
                   clock="replayed")
    engine.dispose()
    before = chained(world)
    again = PostId(platform="square", native=min(before).partition(":")[2], version="2")
    world.run([*world.crowd(24), world.post(0, "I will zap you.", id=again, minute=500)])
    after = chained(world)
    assert world.verify().kinds["succession"] == 1
    assert after.keys() > before.keys()
    assert all(after[chain][:len(places)] == places for chain, places in before.items())
    assert len(after[min(before)]) > len(before[min(before)]), "one of them went on"
    # The old log, where it was put aside, and what somebody has of it.
    found = verify_leaves(read_directory(done.aside), policy)
    assert found.trust.checkpoint.size == size > done.left
    assert check_receipt(receipt, leaf, policy).checkpoint.size == size
    with pytest.raises(NotSigned):
        check_receipt(receipt, leaf, world.open().sequencer.policy)
