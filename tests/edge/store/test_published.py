"""Publishing into the store: whole or not at all, once, and read back by what was frozen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

import evenhand.edge.settling as settling
from evenhand.edge.facts import vocabulary
from evenhand.edge.store import tables as t
from evenhand.edge.store.database import from_us, reading, to_us
from evenhand.edge.store.published import load_versions, store_terms
from evenhand.ledger.errors import Malformed
from evenhand.ledger.tiles import LONGEST_ENTRY
from evenhand.record.frozen import freeze, thaw

ON_BOTH_ENGINES = True


def rows(world):
    with reading(world.open().engine) as connection:
        return {table.name: connection.execute(select(func.count()).select_from(table)).scalar()
                for table in t.metadata.sorted_tables if table.name != "meta"}


def test_a_vocabulary_is_thawed_as_it_was_frozen():
    facts = vocabulary()
    assert thaw(freeze(facts)) == facts


def test_published_terms_are_read_back_with_their_instants_and_clauses(world):
    platform = world.open()
    [read] = load_versions(platform.engine)
    published = world.terms()
    assert (read.digest, read.front) == (published.digest, published.front)
    assert [c.words for c in read.clauses] == [c.words for c in published.clauses]
    assert read.published_at <= read.in_force_from


def test_publishing_again_does_nothing(world):
    before = rows(world)
    terms, platform = world.open().versions[0], world.open()
    assert not store_terms(platform.engine, terms, "replayed")
    assert rows(world) == before


def test_terms_too_long_for_an_entry_of_the_log_are_refused_and_nothing_is_stored(world):
    before, terms = rows(world), world.terms(version="2", in_force="2020-06-01")
    long = replace(terms, front=replace(terms.front, title="T" * LONGEST_ENTRY))
    with pytest.raises(Malformed, match="at most 65535 bytes"):
        store_terms(world.open().engine, long, "replayed")
    assert rows(world) == before


def test_a_decision_too_long_for_an_entry_is_refused_with_its_batch_and_nothing_waits(
        world, monkeypatch):
    settle = settling.settle

    def swollen(post, **known):
        one = settle(post, **known)
        return one if one.sealable is None else replace(
            one, sealable=replace(one.sealable, leaf=bytes(LONGEST_ENTRY + 1)))

    before = rows(world)
    with monkeypatch.context() as patched:
        patched.setattr(settling, "settle", swollen)
        with pytest.raises(Malformed, match="at most 65535 bytes"):
            world.run([world.post(1, "I will zap you.")])
    assert rows(world) == before
    assert world.run([world.post(1, "I will zap you.")]).decisions == 1


def test_a_huge_post_leads_to_a_small_leaf(world):
    world.run([world.post(1, "I will zap you. " + "word " * 400_000)])
    assert world.verify().kinds["delivery"] == 1
    with reading(world.open().engine) as connection:
        assert max(map(len, connection.execute(select(t.leaves.c.entry)).scalars())) < 2000


@given(st.datetimes(timezones=st.just(from_us(0).tzinfo)))
def test_instants_are_kept_to_the_microsecond(instant):
    assert from_us(to_us(instant)) == instant
