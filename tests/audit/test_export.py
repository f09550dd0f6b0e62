"""An export is verified from files alone: a sound one passes, any change is told with its place."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as some

from evenhand.audit import tables as at
from evenhand.audit.export import verify_export
from evenhand.errors import EvenhandError
from evenhand.ledger.checkpoint import Checkpoint, sign_checkpoint
from evenhand.ledger.keys import PrivateKey
from evenhand.ledger.merkle import leaf_hash, root
from evenhand.ledger.policy import Log, Policy, format_policy
from evenhand.model.brake import Erasure
from evenhand.record.kinds import DeliveryRecord, ErasureRecord, write_record
from evenhand.record.leaf import leaf_of

LOG = PrivateKey(name="square.example/log", seed=bytes(32))
OTHER = PrivateKey(name="square.example/log", seed=b"o" * 32)
POLICY = Policy(logs=(Log(key=LOG.verifier),))
NOON = datetime(2026, 5, 26, 12, tzinfo=UTC)


def delivery(n, to="ada"):
    return DeliveryRecord(about=f"decision:{n}", channel="folder", to=to, outcome="delivered",
                          receipt_index=n, at=NOON, clock="live")


def erasure(*places):
    return ErasureRecord(erasure=Erasure(id="e" * 64, entries=places, posts=1, legal_basis="a law",
                                         by="root", at=NOON, clock="live"))


class Made:
    """An export in memory: files as bytes, Parquet as rows."""

    def __init__(self, records, *, erased=(), heads=None, sealed=True, key=LOG):
        keys = [sha256(str(n).encode()).digest() for n in range(len(records))]
        self.entries = [leaf_of(r, k) for r, k in zip(records, keys, strict=True)]
        sizes = sorted({*(heads or ()), len(records)})
        self.notes = [sign_checkpoint(Checkpoint(origin=key.name, size=size, root=root(
            map(leaf_hash, self.entries[:size]))), key) for size in sizes]
        self.tables = {at.LEAVES: [at.leaf_row(n, e) for n, e in enumerate(self.entries)]}
        self.files = {
            at.CHECKPOINT: self.notes[-1].encode(), at.POLICY: format_policy(POLICY).encode(),
            "checkpoints.jsonl": b"".join(map(at.head_line, sizes, self.notes)),
            "leaves.jsonl": b"".join(at.leaf_line(n, e) for n, e in enumerate(self.entries))}
        self.counts = {at.LEAVES: len(records), at.CHECKPOINTS: len(sizes), at.DOCUMENTS: 0}
        if sealed:
            self.tables[at.OPENINGS] = [at.opening_row(
                n, e, *((None, None) if n in erased else (k, write_record(r))))
                for n, (e, k, r) in enumerate(zip(self.entries, keys, records, strict=True))]
            self.tables[at.FACTS] = []
            self.files["openings.jsonl"] = b"".join(map(at.opening_line, self.tables[at.OPENINGS]))
            self.files["facts.jsonl"] = self.files["fact-checks.jsonl"] = b""
            self.counts |= {at.OPENINGS: len(records), at.FACTS: 0, "erased": len(erased),
                            at.FACT_CHECKS: 0, at.WEIGHTS: 0,
                            "batches": 0, "rows": 0, "erased rows": 0}
        self.sealed, self.size = sealed, len(records)
        self.manifest()

    def manifest(self, **says):
        """The manifest anew, as whoever changed the files would write it."""
        self.files.pop(at.MANIFEST, None)
        head = root(map(leaf_hash, self.entries)).hex()
        self.files[at.MANIFEST] = json.dumps({
            "format": at.FORMAT, "v": 1, "export": "sealed" if self.sealed else "public",
            "platform": "square", "clock": "live", "origin": LOG.name, "size": self.size,
            "root": head, "counts": self.counts,
            "files": {name: {"sha256": sha256(b"".join(self.chunks(name))).hexdigest()}
                      for name in self.names() if name != at.MANIFEST}} | says).encode()

    def names(self):
        return [*self.files, *(f"{table}.parquet" for table in self.tables)]

    def read(self, name):
        return self.files.get(name)

    def chunks(self, name):
        table = name.removesuffix(".parquet")
        yield (repr(self.tables[table]).encode() if name.endswith(".parquet")
               else self.files[name])

    def lines(self, name):
        yield from self.files[name].splitlines(keepends=True)

    def rows(self, name):
        yield from self.tables[name.removesuffix(".parquet")]

    def change(self, name, old, new, *, times=1):
        assert old in self.files[name]
        self.files[name] = self.files[name].replace(old, new, times)

    def verify(self, policy=POLICY):
        return verify_export(self, policy)


SOME = [delivery(0), delivery(1), delivery(2, "bo"), erasure(1), delivery(4)]


def made(**more):
    return Made(SOME, erased=(1,), heads=(2, 4), **more)


def refused(export, match, where):
    with pytest.raises(EvenhandError, match=match) as told:
        export.verify()
    assert told.value.where is not None
    assert told.value.where.startswith(where), told.value


def test_a_sealed_export_verifies_with_what_was_erased():
    report = made().verify()
    assert (report.sealed, report.opened, report.erased, report.heads) == (True, 4, 1, 3)
    assert report.leaves.kinds == {"delivery": 4, "erasure": 1}


def test_a_public_export_verifies_without_any_record():
    report = made(sealed=False).verify()
    assert (report.sealed, report.opened, report.erased) == (False, 0, 0)


@given(some.lists(some.text(alphabet=some.characters(exclude_categories=["Cs"])), min_size=1,
                  max_size=12), some.data())
def test_whatever_was_sealed_comes_out_of_an_export_as_it_went_in(names, data):
    records = [delivery(n, to) for n, to in enumerate(names)]
    gone = data.draw(some.sets(some.integers(0, len(records) - 1)))
    if gone:
        records.append(erasure(*sorted(gone)))
    heads = data.draw(some.sets(some.integers(1, len(records))))
    export = Made(records, erased=gone, heads=heads)
    report = export.verify()
    assert (report.opened, report.erased) == (len(records) - len(gone), len(gone))
    back = [json.loads(line) for line in export.files["openings.jsonl"].splitlines()]
    assert [row["record"] for row in back] == [
        None if n in gone else write_record(r).decode() for n, r in enumerate(records)]


@given(some.data())
def test_no_byte_of_any_file_can_change_unnoticed(data):
    export = made()
    name = data.draw(some.sampled_from(sorted(export.files.keys() - {at.POLICY, at.MANIFEST})))
    if not export.files[name]:
        return
    place = data.draw(some.integers(0, len(export.files[name]) - 1))
    other = data.draw(some.integers(1, 255))
    changed = bytearray(export.files[name])
    changed[place] ^= other
    export.files[name] = bytes(changed)
    with pytest.raises(EvenhandError):
        export.verify()
    if name not in (at.CHECKPOINT, "checkpoints.jsonl"):
        export.manifest()
        with pytest.raises(EvenhandError):
            export.verify()


def entry_of(export, n):
    return b64encode(export.entries[n])


def test_a_leaf_changed_with_everything_that_is_derived_of_it_is_found_by_its_head():
    export, false = made(sealed=False), made(sealed=False)
    false.entries[2] = leaf_of(delivery(2, "somebody else"), b"x" * 32)
    export.files["leaves.jsonl"] = b"".join(map(at.leaf_line, range(5), false.entries))
    export.tables[at.LEAVES] = [at.leaf_row(n, e) for n, e in enumerate(false.entries)]
    export.manifest()
    refused(export, "entries 2 to 3 are not all those that were signed", "leaves.jsonl:3-4")


def test_a_changed_line_is_told_with_its_place():
    export = made()
    export.change("leaves.jsonl", b'"outcome":"delivered"', b'"outcome":"refused"')
    refused(export, "what the entry does not say", "leaves.jsonl:1")


def test_a_dropped_leaf_is_missed_in_the_middle_and_at_the_end():
    export = made()
    lines = export.files["leaves.jsonl"].splitlines(keepends=True)
    export.files["leaves.jsonl"] = b"".join(lines[:2] + lines[3:])
    refused(export, "entry 2 is missing", "leaves.jsonl:3")
    export.files["leaves.jsonl"] = b"".join(lines[:4])
    refused(export, "1 are missing at the end", "leaves.jsonl")
    export.files["leaves.jsonl"] = b"".join([*lines, lines[4].replace(b'"index":4', b'"index":5')])
    refused(export, "one more", "leaves.jsonl:6")


def test_a_swapped_opening_opens_nothing():
    export = made()
    first, _, third, *_ = (json.loads(line) for line in
                           export.files["openings.jsonl"].splitlines())
    export.change("openings.jsonl", first["key"].encode(), third["key"].encode())
    export.manifest()
    refused(export, "does not open entry 0", "openings.jsonl:1")


def test_an_opening_of_what_only_the_author_may_see_is_not_the_record():
    from evenhand.record.opening import open_for_author
    export = made()
    row = json.loads(export.files["openings.jsonl"].splitlines()[0])
    part = open_for_author(export.entries[0], sha256(b"0").digest(), row["record"].encode())
    export.files["openings.jsonl"] = export.files["openings.jsonl"].replace(
        at.opening_line(row), at.opening_line(row | {
            "key": b64encode(part.key).decode(), "record": part.record.decode()}))
    refused(export, "does not open entry 0", "openings.jsonl:1")


def test_a_missing_opening_is_a_fault_and_not_an_erasure():
    export = made()
    lines = export.files["openings.jsonl"].splitlines(keepends=True)
    export.files["openings.jsonl"] = b"".join(lines[1:])
    refused(export, "entry 0 has no opening", "openings.jsonl:1")
    export.files["openings.jsonl"] = b"".join([*lines, lines[4]])
    refused(export, "of no entry", "openings.jsonl:6")


def test_what_is_empty_was_erased_and_what_was_erased_is_empty():
    refused(Made([delivery(0), delivery(1), erasure(0)], erased=(0, 1)),
            "no record of an erasure tells of it", "openings.jsonl:2")
    refused(Made([delivery(0), delivery(1), erasure(0, 1)], erased=(0,)),
            "entry 1 was emptied, and it opens", "openings.jsonl")


def test_another_key_or_another_policy_is_refused():
    with pytest.raises(EvenhandError, match=r"sign|key"):
        made(key=OTHER).verify()
    with pytest.raises(EvenhandError, match=r"sign|key|trust"):
        made().verify(Policy(logs=(Log(key=OTHER.verifier),)))


def test_an_earlier_head_that_is_not_of_this_history_is_refused():
    export = made(sealed=False)
    other = replace(delivery(0), to="nobody")
    false = sign_checkpoint(Checkpoint(origin=LOG.name, size=2, root=root(
        [leaf_hash(leaf_of(other, b"k" * 32))] * 2)), LOG)
    export.change("checkpoints.jsonl", at.head_line(2, export.notes[0]), at.head_line(2, false))
    export.manifest()
    refused(export, "entries 0 to 1 are not all", "leaves.jsonl:1-2")
    export = made(sealed=False)
    export.files["checkpoints.jsonl"] = at.head_line(2, export.notes[0])
    export.counts[at.CHECKPOINTS] = 1
    export.manifest()
    refused(export, "not the checkpoint of this export", "checkpoints.jsonl")


@pytest.mark.parametrize("table", [at.LEAVES, at.OPENINGS])
def test_columns_that_say_otherwise_than_the_lines_are_refused(table):
    export = made()
    export.tables[table][2]["kind"] = "decision"
    export.manifest()
    refused(export, r"says otherwise than its line \(kind\)", f"{table}.parquet: row 3")
    export = made()
    export.tables[table].pop()
    refused(export, "row is missing", f"{table}.parquet: row 5")
    export = made()
    export.tables[table].append(export.tables[table][0])
    refused(export, "more rows than lines", f"{table}.parquet: row 6")


@pytest.mark.parametrize(("says", "match"), [
    ({"size": 4}, "of the size"), ({"origin": "other.example/log"}, "of the origin"),
    ({"root": "00"}, "of the root"), ({"counts": {}}, "counts otherwise"),
    ({"clock": "replayed"}, "another clock"), ({"v": 2}, "form 2"), ({"format": "x"}, "not the"),
    ({"export": "secret"}, "does not say"), ({"files": {}}, "does not name it"),
    ({"files": 7}, "does not say")])
def test_a_manifest_that_does_not_fit_is_refused(says, match):
    export = made()
    export.manifest(**says)
    with pytest.raises(EvenhandError, match=match):
        export.verify()


@pytest.mark.parametrize("data", [b"", b"[]", b"\xff", b'{"format": "evenhand/export"'])
def test_a_manifest_that_is_none_is_refused(data):
    export = made()
    export.files[at.MANIFEST] = data
    refused(export, "not the manifest", at.MANIFEST)
    del export.files[at.MANIFEST]
    refused(export, "no manifest", at.MANIFEST)


def test_a_file_that_is_none_of_an_exports_is_told():
    export = made()
    export.files["documents/notes.txt"] = b"hello"
    assert export.verify().unknown == ("documents/notes.txt",)


def test_rows_that_no_entry_seals_are_refused():
    export = made()
    export.files[f"facts/{'0' * 64}.parquet"] = b"PAR1"
    refused(export, "no entry of the log seals this batch", f"facts/{'0' * 64}.parquet")
