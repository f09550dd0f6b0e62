"""Verify an export from its files alone: the tree, the heads, the documents, every opening.

The log's key, from the policy, signs the head; the leaves must come to its root, each line must be
what its entry says, each opening must open its entry, and what was erased must be told by a record
of its erasure. Files are read in step, line by line, so a large export needs little memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgspec

from evenhand.audit import tables as at
from evenhand.audit.export_files import (
    KEEP,
    ExportFiles,
    ExportRefused,
    Reading,
    needed,
    read_base64,
    read_manifest,
)
from evenhand.audit.heads import read_checkpoint
from evenhand.audit.leaves import LeavesReport, Promises
from evenhand.audit.matching import hold_checks, hold_weights
from evenhand.audit.verify import Progress
from evenhand.errors import EvenhandError
from evenhand.ledger.merkle import Frontier, leaf_hash
from evenhand.ledger.policy import Policy, check_checkpoint
from evenhand.model.signal import Dossier
from evenhand.record.codec import from_plain
from evenhand.record.identity import facts_digest
from evenhand.record.kinds import FactsRecord
from evenhand.record.leaf import Leaf
from evenhand.record.opening import Opening, check_opening


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportReport:
    """An export that was verified whole.

    `opened` entries open; `erased` were emptied, as records of erasure say. `rows` are those of
    the `batches` of facts, `erased_rows` the empty ones. `facts` counts the measurements of single
    posts, which are not sealed: that they are the platform's own is not shown. `unknown` are files
    that are none of an export's.
    """

    sealed: bool
    leaves: LeavesReport
    heads: int
    documents: int
    opened: int
    erased: int
    facts: int
    batches: int
    rows: int
    erased_rows: int
    unknown: tuple[str, ...]


def verify_export(files: ExportFiles, policy: Policy, *,
                  progress: Progress | None = None) -> ExportReport:
    """Verify every file of an export; the first fault is raised with its file and place."""
    manifest = read_manifest(files.read(at.MANIFEST))
    trust = read_checkpoint(files.read, policy)
    head = trust.checkpoint
    signed = {"origin": head.origin, "size": head.size, "root": head.root.hex()}
    for name, value in signed.items():
        if manifest.get(name) != value:
            raise ExportRefused(f"the manifest says `{manifest.get(name)}` of the {name}, and the "
                                f"signed head `{value}`", where=at.MANIFEST, hint=KEEP)
    sealed = manifest["export"] == "sealed"
    reading = Reading(files, manifest)
    names = set(files.names())
    missing = sorted(needed(sealed) - (names & {at.MANIFEST, *manifest["files"]}))
    if missing:
        raise ExportRefused("this file is missing, or the manifest does not name it",
                            where=missing[0], hint=KEEP)
    promises = Promises(trust, reading.document)
    batches = _Batches(files, names) if sealed else None
    openings = _Openings(reading) if sealed else None
    heads = _Heads(reading, policy, head.size)
    frontier, fresh, count = Frontier(), list[bytes](), 0
    for index, entry in _leaves(reading, head.size):
        leaf = promises.hold(index, entry)
        if openings is not None and batches is not None:
            openings.hold(index, leaf, entry)
            batches.hold(index, leaf)
        fresh.append(leaf_hash(entry))
        if progress is not None:
            progress(index + 1, head.size)
        if index + 1 == heads.next:
            frontier, fresh = frontier.extend(fresh), []
            heads.meet(frontier)
            count += 1
    heads.end(head.size)
    documents = _documents(files, names, promises)
    found = {at.LEAVES: head.size, at.CHECKPOINTS: count, at.DOCUMENTS: len(documents)}
    facts, weights = 0, set[str]()
    if openings is not None and batches is not None:
        openings.end()
        batches.end(openings.told_rows)
        facts = _facts(reading, openings.decided)
        weights = hold_weights(files, names)
        found |= {at.FACT_CHECKS: hold_checks(reading), at.WEIGHTS: len(weights),
                  at.OPENINGS: openings.opened + len(openings.erased), at.FACTS: facts,
                  "erased": len(openings.erased), "batches": len(batches.files_of), "rows":
                  batches.rows, "erased rows": len(batches.empty)}
    reading.compare()
    _compare_counts(manifest, found, replayed=promises.replayed)
    report = promises.report()
    known = needed(sealed) | documents | weights | (batches.known() if batches else set())
    return ExportReport(
        sealed=sealed, leaves=report, heads=count, documents=len(documents), facts=facts,
        opened=openings.opened if openings else 0, erased=len(openings.erased) if openings else 0,
        batches=len(batches.files_of) if batches else 0, rows=batches.rows if batches else 0,
        erased_rows=len(batches.empty) if batches else 0,
        unknown=tuple(sorted(names - known)))


def _leaves(reading: Reading, size: int) -> Iterator[tuple[int, bytes]]:
    """Every entry with its index; each line and row is what its entry says, none is missing."""
    rows, count = reading.rows(at.LEAVES), 0
    for where, line, plain in reading.lines(at.LEAVES):
        if plain.get("index") != count:
            raise ExportRefused(f"entry {count} is missing: this line is of entry "
                                f"{str(plain.get('index'))[:20]}", where=where, hint=KEEP)
        if count >= size:
            raise ExportRefused(f"the signed head has {size} entries, and this is one more",
                                where=where, hint=KEEP)
        entry = read_base64(plain.get("entry"), where)
        try:
            true, row = at.leaf_line(count, entry), at.leaf_row(count, entry)
        except EvenhandError as wrong:
            raise ExportRefused(wrong.what, where=where, hint=wrong.hint) from None
        if line != true:
            raise ExportRefused("this line says of the entry what the entry does not say",
                                where=where, hint=KEEP)
        rows.hold(row)
        yield count, entry
        count += 1
    if count < size:
        raise ExportRefused(f"the signed head has {size} entries, and {size - count} are missing "
                            "at the end", where=at.LEAVES + ".jsonl", hint=KEEP)
    rows.end()


class _Heads:
    """The signed heads in their order: each must be the root of the leaves up to it."""

    def __init__(self, reading: Reading, policy: Policy, size: int) -> None:
        self.policy, self.found, self.last = Policy(logs=policy.logs), reading.lines(
            at.CHECKPOINTS), reading.files.read(at.CHECKPOINT)
        self.size, self.before, self.next = size, 0, 0
        self.note, self.where = "", at.CHECKPOINTS + ".jsonl"
        self._step()

    def _step(self) -> None:
        self.before = self.next
        given = next(self.found, None)
        if given is None:
            self.next = -1
            return
        self.where, line, plain = given
        note, size = plain.get("note"), plain.get("size")
        if not isinstance(note, str) or type(size) is not int or (
                line != at.head_line(size, note)) or not self.before < size <= self.size:
            raise ExportRefused("this line is not the next signed head", where=self.where,
                                hint=KEEP)
        try:
            self.head = check_checkpoint(note, self.policy).checkpoint
        except EvenhandError as wrong:
            raise ExportRefused(wrong.what, where=self.where, hint=wrong.hint) from None
        if self.head.size != size:
            raise ExportRefused(f"this head is signed for {self.head.size} entries, not {size}",
                                where=self.where, hint=KEEP)
        self.note, self.next = note, size

    def meet(self, frontier: Frontier) -> None:
        """The leaves have come to this head's size."""
        if frontier.root() != self.head.root:
            raise ExportRefused(
                f"the entries {self.before} to {self.next - 1} are not all those that were signed: "
                "with them the leaves do not come to the root of this head",
                where=f"{at.LEAVES}.jsonl:{self.before + 1}-{self.next}", hint=KEEP)
        self._step()

    def end(self, size: int) -> None:
        """No head is left, and the last was that of the export."""
        if self.next != -1 or self.before != size or self.note.encode() != self.last:
            raise ExportRefused("the last head is not the checkpoint of this export",
                                where=self.where, hint=KEEP)


class _Openings:
    """The openings in the order of the entries: every entry that hides something has one."""

    def __init__(self, reading: Reading) -> None:
        self.found, self.rows = reading.lines(at.OPENINGS), reading.rows(at.OPENINGS)
        self.opened = 0
        # (platform, native id, version, cause, its id) of what was decided -> its entry, terms,
        # facts.
        self.decided: dict[tuple[str, ...], tuple[int, str, str]] = {}
        # The entry that was emptied -> its line; what records of erasure say was emptied.
        self.erased: dict[int, str] = {}
        self.told: set[int] = set()
        self.told_rows: set[tuple[str, int]] = set()

    def hold(self, index: int, leaf: Leaf, entry: bytes) -> None:
        """The next entry, which needs the next opening, unless it hides nothing."""
        if leaf.commitment is None:
            return
        where, line, plain = next(self.found, (at.OPENINGS + ".jsonl", b"", {}))
        if plain.get("index") != index:
            raise ExportRefused(f"entry {index} has no opening, and is not listed as erased",
                                where=where, hint=KEEP)
        key, record = plain.get("key"), plain.get("record")
        if key is None and record is None:
            row = at.opening_row(index, entry, None, None)
            self.erased[index] = where
        else:
            if not isinstance(record, str):
                raise ExportRefused("this opening lacks its record", where=where, hint=KEEP)
            row = self._open(index, entry, read_base64(key, where), record, where)
        if line != at.opening_line(row):
            raise ExportRefused("this line says otherwise than its entry", where=where, hint=KEEP)
        self.rows.hold(row)

    def _open(self, index: int, entry: bytes, key: bytes, record: str,
              where: str) -> dict[str, Any]:
        try:
            opened = check_opening(Opening(leaf=entry, key=key, record=record.encode()))
            if opened.audience != "sealed":
                raise EvenhandError("this opens what the author may see, and not the record")
        except (EvenhandError, UnicodeError) as wrong:
            what = wrong.what if isinstance(wrong, EvenhandError) else "the record is no text"
            raise ExportRefused(f"this does not open entry {index}: {what}", where=where,
                                hint=KEEP) from None
        self.opened += 1
        if opened.kind == "erasure":
            self.told.update(opened.body["erasure"]["entries"])
            self.told_rows.update((r["batch"], r["row"]) for r in opened.body["erasure"]["rows"])
        elif opened.kind == "decision":
            made = opened.body["decision"]
            post, cause = made["post"], made["cause"]
            self.decided[post["platform"], post["native"], post["version"], cause["kind"],
                         cause["id"]] = (index, made["terms"], made["facts_digest"])
        return at.opening_row(index, entry, key, record.encode())

    def end(self) -> None:
        """No opening is left over; what is empty was erased, and what was erased is empty."""
        over = next(self.found, None)
        if over is not None:
            raise ExportRefused("this opening is of no entry", where=over[0], hint=KEEP)
        self.rows.end()
        for index, where in self.erased.items():
            if index not in self.told:
                raise ExportRefused(f"entry {index} is listed as erased, and no record of an "
                                    "erasure tells of it", where=where, hint=KEEP)
        kept = sorted(self.told - self.erased.keys())
        if kept:
            raise ExportRefused(f"a record of an erasure says that entry {kept[0]} was emptied, "
                                "and it opens", where=at.OPENINGS + ".jsonl", hint=KEEP)


class _Batches:
    """The batches of facts: the files of each that was sealed are there and are its own."""

    def __init__(self, files: ExportFiles, names: set[str]) -> None:
        self.files, self.names, self.rows = files, names, 0
        self.files_of: dict[str, tuple[str, str]] = {}
        self.empty: set[tuple[str, int]] = set()

    def hold(self, index: int, leaf: Leaf) -> None:
        """The next entry; where it seals a batch, this is it."""
        if leaf.kind != "facts":
            return
        # Imported here: a public export holds no rows, and needs no columnar engine.
        from evenhand.audit.facts import verify_batch

        record: FactsRecord = from_plain(FactsRecord, leaf.public)
        paths = self.files_of[record.id] = at.batch_files(record.id)
        for path in paths:
            if path not in self.names:
                raise ExportRefused(f"the batch of facts of entry {index} is missing", where=path,
                                    hint=KEEP)
        rows, empty = verify_batch(self.files, record)
        self.rows += rows
        self.empty |= {(record.id, row) for row in empty}

    def end(self, told: set[tuple[str, int]]) -> None:
        """No file is left that would count; what is empty was erased, what was erased is empty."""
        own = self.known()
        over = sorted(n for n in self.names - own
                      if n.startswith(f"{at.FACTS}/") and n.endswith(".parquet"))
        if over:
            raise ExportRefused("no entry of the log seals this batch of facts", where=over[0],
                                hint=KEEP)
        for batch, row in sorted(self.empty ^ told):
            where = f"{self.files_of.get(batch, (batch,))[0]}: row {row}"
            raise ExportRefused("this row is empty, and no record of an erasure tells of it"
                                if (batch, row) in self.empty else
                                "a record of an erasure says that this row was emptied, and it "
                                "is not", where=where, hint=KEEP)

    def known(self) -> set[str]:
        """The names of their files."""
        return {name for paths in self.files_of.values() for name in paths}


MEASURED = ("platform", "native", "version", "cause", "cause_id")
"""The columns that say which post was measured, and for what."""


def _facts(reading: Reading, decided: dict[tuple[str, ...], tuple[int, str, str]]) -> int:
    """The measurements: not sealed, but each row's facts are those of its digest, and every
    decision that opens has the one that it was made from."""
    rows, count = reading.rows(at.FACTS), 0
    for where, line, plain in reading.lines(at.FACTS):
        count += 1
        if plain.keys() != at.FACTS_COLUMNS.keys() or line != at.facts_line(plain):
            raise ExportRefused("this line is not that of a measurement", where=where, hint=KEEP)
        if plain["sealed"] is not False or plain["erased"] is not (plain["facts"] is None):
            raise ExportRefused("this line does not say truly whether it is sealed or erased",
                                where=where, hint=KEEP)
        if plain["facts"] is not None and _digest_of(plain["facts"]) != plain["facts_digest"]:
            raise ExportRefused("these facts are not those of their digest", where=where,
                                hint=KEEP)
        made = decided.pop(tuple(plain[name] for name in MEASURED), None)
        if made is not None and made[1:] != (plain["terms"], plain["facts_digest"]):
            raise ExportRefused(f"the decision of entry {made[0]} was made from other facts, or "
                                "under other terms", where=where, hint=KEEP)
        rows.hold({name: plain[name] for name in at.FACTS_COLUMNS})
    rows.end()
    if decided:
        index = min(index for index, _, _ in decided.values())
        raise ExportRefused(f"what was measured for the decision of entry {index} is missing",
                            where=at.FACTS + ".jsonl", hint=KEEP)
    return count


def _digest_of(facts: Any) -> str | None:
    try:
        return facts_digest(from_plain(Dossier, msgspec.json.decode(facts)))
    except (EvenhandError, msgspec.DecodeError, UnicodeError, TypeError, RecursionError):
        return None


def _compare_counts(manifest: dict[str, Any], found: dict[str, int], *, replayed: bool) -> None:
    """What the manifest says of the export as a whole is what was found."""
    if manifest.get("counts") != found:
        raise ExportRefused("the manifest counts otherwise than the files hold",
                            where=at.MANIFEST, hint=KEEP)
    if manifest.get("clock") != ("replayed" if replayed else "live"):
        raise ExportRefused("the manifest names another clock than the log", where=at.MANIFEST,
                            hint=KEEP)


def _documents(files: ExportFiles, names: set[str], promises: Promises) -> set[str]:
    """Every published document and vocabulary is there, and is the one of its digest; the paths.
    """
    named = {digest for terms in (promises.terms, promises.shadows) for public in terms.values()
             for digest in (public["vocabulary"], *(d["digest"] for d in public["documents"]))}
    paths = set()
    for digest in sorted(named):
        path = f"{at.DOCUMENTS}/{digest.removeprefix('sha256:')}"
        data = files.read(path) if path in names else None
        if data is None:
            raise ExportRefused("this published document is missing", where=path, hint=KEEP)
        if "sha256:" + sha256(data).hexdigest() != digest:
            raise ExportRefused("this is not the document that was published", where=path,
                                hint=KEEP)
        paths.add(path)
    return paths
