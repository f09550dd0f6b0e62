"""What the entries of a log must say of each other, read from its public files alone.

Every entry is one of our leaves; what was decided cites terms that this very log had published
before, and that had come into force; what was done about a post is one history, in which each entry
follows the last; a log on a replayed clock says so in its name and in every
leaf, and a live one nowhere. A log can be sound and its platform not: this is where that shows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from evenhand.audit.heads import Heads, read_checkpoint
from evenhand.audit.leaf_fields import odd_field
from evenhand.audit.verify import Progress, entries_under
from evenhand.errors import EvenhandError
from evenhand.ledger.checkpoint import Checkpoint
from evenhand.ledger.policy import Policy, Trust
from evenhand.ledger.tiles import FileReader
from evenhand.record.leaf import CHAINED, Leaf, read_leaf
from evenhand.rulebook.document import read_document

REPLAYED = "/replayed"

DOCUMENTS = "documents"
"""The folder beside the log's files that holds what publications name, each under the hex of its
SHA-256."""


OURS = b"evenhand/"
"""How every leaf of ours begins."""


class LeafRefused(EvenhandError):
    """A sound log holds an entry that breaks a promise of the platform."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavesReport:
    """A log whose entries were verified and agree with each other.

    `kinds` counts the entries by kind; `published` names the versions of terms, in order;
    `unread` names those of them whose documents are not beside the log. Where `refused` is one, the
    log is as it was signed, and the first entry that breaks a promise is named by it: no further
    one was counted. `foreign` says that no entry claims to be a leaf of ours.
    """

    trust: Trust
    kinds: dict[str, int]
    published: tuple[str, ...]
    unread: tuple[str, ...]
    entries: int = 0
    refused: LeafRefused | None = None
    foreign: bool = False


Documents = Callable[[str], bytes | None]
"""`documents(digest)` gives the bytes of a published document, or None where it is not here."""


def no_documents(digest: str) -> bytes | None:
    """Nothing that was published is here."""
    return None


def verify_leaves(read: FileReader, policy: Policy, *, documents: Documents = no_documents,
                  progress: Progress | None = None) -> LeavesReport:
    """Verify a log whole, what its entries say of each other, and the terms that they cite.

    Raises a `LedgerError` where the log is not sound, a `LeafRefused` where an entry is not.
    """
    trust = read_checkpoint(read, policy)
    report = _look_through(read, trust, trust.checkpoint, documents, progress)
    if report.refused is not None:
        raise report.refused
    return report


def look_through(read: FileReader, heads: Heads, *, progress: Progress | None = None
                 ) -> LeavesReport:
    """Verify a log whole up to the newest head that it signed, witnessed or not; then its entries.

    An entry that breaks a promise is told in the report: the log is sound all the same. Raises a
    `LedgerError` where it is not.
    """
    return _look_through(read, heads.trust, heads.signed.checkpoint, no_documents, progress)


def _look_through(read: FileReader, trust: Trust, head: Checkpoint, documents: Documents,
                  progress: Progress | None) -> LeavesReport:
    promises, refused, foreign = Promises(trust, documents), None, head.size > 0
    for index, entry in entries_under(read, head, progress=progress):
        foreign = foreign and not entry.startswith(OURS)
        if refused is None:
            try:
                promises.hold(index, entry)
            except LeafRefused as broken:
                refused = broken
    return replace(promises.report(), entries=head.size, refused=refused, foreign=foreign)


class Promises:
    """What the entries of one log must say of each other, held against them one by one."""

    def __init__(self, trust: Trust, documents: Documents) -> None:
        """Nothing is read yet of the log whose head is trusted so."""
        self.trust, self.documents = trust, documents
        self.replayed = trust.checkpoint.origin.endswith(REPLAYED)
        self.kinds: Counter[str] = Counter()
        self.terms: dict[str, dict[str, Any]] = {}
        self.clauses: dict[str, frozenset[str]] = {}
        self.shadows: dict[str, dict[str, Any]] = {}
        self.shadows_unread: dict[str, str] = {}
        self.ends: set[int] = set()

    def hold(self, index: int, entry: bytes) -> Leaf:
        """Check the next entry; raises a `LeafRefused` that names it."""
        leaf = _read(index, entry)
        self.kinds[leaf.kind] += 1
        _check_fields(index, leaf)
        _check_clock(index, leaf, replayed=self.replayed)
        # What no history holds says no `prev`; where one does, it is held to what it says: whoever
        # follows a history follows it.
        if leaf.kind in CHAINED or "prev" in leaf.public:
            _check_chain(index, leaf, self.ends)
        if leaf.kind == "publication":
            self.terms[leaf.public["terms"]] = leaf.public
            numbers = _clauses(index, leaf, self.documents)
            if numbers is not None:
                self.clauses[leaf.public["terms"]] = numbers
        elif leaf.kind == "shadow":
            _check_shadow(index, leaf, self.shadows)
            self.shadows[leaf.public["terms"]] = leaf.public
            if _clauses(index, leaf, self.documents) is None:
                self.shadows_unread[leaf.public["terms"]] = leaf.public["version"]
        elif leaf.kind == "facts" and leaf.public["shadow"] is not None:
            _check_in_shadow(index, leaf, self.shadows)
        elif leaf.kind == "succession":
            _check_succession(index, leaf)
        elif leaf.kind == "decision":
            _check_ground(index, leaf, self.terms)
            _check_clauses(index, leaf, self.clauses.get(leaf.public["terms"]))
        return leaf

    def report(self) -> LeavesReport:
        """What was found, once every entry was held."""
        return LeavesReport(
            trust=self.trust, kinds=dict(self.kinds),
            published=tuple(t["version"] for t in self.terms.values()),
            unread=(*(t["version"] for digest, t in self.terms.items()
                      if digest not in self.clauses), *self.shadows_unread.values()))


def _check_succession(index: int, leaf: Leaf) -> None:
    """What stands before a succession is the log before it, entry by entry, and nothing else."""
    inherited = leaf.public["inherited"]
    if inherited != index:
        raise LeafRefused(
            f"it says that {inherited:,} entries stand here as in the log before, and {index:,} "
            "do: some were put in, or left out", where=f"entry {index}",
            hint="compare both logs entry by entry: where they part, one of them was made up")


def _clauses(index: int, leaf: Leaf, documents: Documents) -> frozenset[str] | None:
    """The numbers of the clauses that a publication published; None where its words are not here.

    Words that are here and are not the published ones are refused.
    """
    numbers: frozenset[str] | None = None
    for sealed in leaf.public["documents"]:
        path = f"{DOCUMENTS}/{sealed['digest'].removeprefix('sha256:')}"
        data = documents(sealed["digest"])
        if data is None:
            return None
        if "sha256:" + sha256(data).hexdigest() != sealed["digest"]:
            raise LeafRefused("these are not the terms that were published", where=path,
                              hint=f"entry {index} seals other words: keep this file, together "
                              "they show it")
        if sealed["authentic"]:
            numbers = _numbers(data, path, index)
    return numbers


def _numbers(data: bytes, path: str, index: int) -> frozenset[str]:
    try:
        return frozenset(p.number for p in read_document(data.decode(), name=path).provisions)
    except UnicodeDecodeError:
        raise LeafRefused("the terms that were published are not UTF-8 text", where=path,
                          hint=f"entry {index} seals these very bytes: nobody can read what "
                          "clauses they have") from None


def _check_chain(index: int, leaf: Leaf, ends: set[int]) -> None:
    """Each leaf of a post's history follows the last one of it; `ends` are the last ones so far.

    So no leaf of a history can be left out between two that somebody holds.
    """
    if "prev" not in leaf.public:
        raise LeafRefused("the entry does not say what came before it in its post's history",
                          where=f"entry {index}", hint="ask the platform; what it leaves out here "
                          "could be left out anywhere")
    if leaf.prev is None:
        if leaf.public.get("supersedes"):
            raise LeafRefused("a decision supersedes another, and begins its post's history",
                              where=f"entry {index}", hint="the decision before it is left out: "
                              "ask the platform for its receipt")
    elif leaf.prev in ends:
        ends.remove(leaf.prev)
    else:
        raise LeafRefused(
            f"the entry follows entry {leaf.prev} in its post's history, which is not the last of "
            "any", where=f"entry {index}", hint="two histories of one post were told, or one of "
            "none: keep this log, it shows it")
    ends.add(index)


def _check_shadow(index: int, leaf: Leaf, known: dict[str, dict[str, Any]]) -> None:
    """Terms are put in shadow once, and taken out of it once."""
    last, ends = known.get(leaf.public["terms"]), leaf.public["ends"]
    stands = last is not None and not last["ends"]
    if (ends and not stands) or (not ends and last is not None):
        raise LeafRefused("these terms are " + ("not in shadow, and this ends it" if ends else
                                                "put in shadow a second time"),
                          where=f"entry {index}", hint="ask the platform what it tried, and when")


def _check_in_shadow(index: int, leaf: Leaf, known: dict[str, dict[str, Any]]) -> None:
    if known.get(leaf.public["terms"], {"ends": True})["ends"]:
        raise LeafRefused("posts were measured under terms that are not in shadow here",
                          where=f"entry {index}", hint="what is tried must be public before it is "
                          "tried: ask the platform")


def _check_clauses(index: int, leaf: Leaf, numbers: frozenset[str] | None) -> None:
    unknown = [] if numbers is None else [n for n in leaf.public["grounds"] if n not in numbers]
    if unknown:
        raise LeafRefused(f"a decision cites clause {unknown[0]}, which the terms that it names "
                          "do not have", where=f"entry {index}",
                          hint="ask the platform for the ground")


def _read(index: int, entry: bytes) -> Leaf:
    try:
        return read_leaf(entry)
    except EvenhandError as wrong:
        raise LeafRefused(wrong.what, where=f"entry {index}", hint=wrong.hint) from None


def _check_fields(index: int, leaf: Leaf) -> None:
    odd = odd_field(leaf)
    if odd is not None:
        what = "lacks" if odd not in leaf.public else "has something else in"
        raise LeafRefused(f"the entry is a {leaf.kind} by its first line, and {what} its `{odd}`",
                          where=f"entry {index}", hint="nothing of it can be checked, and it was "
                          "signed as it is: keep this log (spec/record.md)")


def _check_clock(index: int, leaf: Leaf, *, replayed: bool) -> None:
    says = leaf.public.get("clock")
    if says != ("replayed" if replayed else "live"):
        raise LeafRefused(
            f"this log is {'replayed' if replayed else 'live'} by its name, and the entry's clock "
            f"is `{says}`", where=f"entry {index}",
            hint="a replayed log and a live one can never be mixed: do not trust this one")


def _check_ground(index: int, leaf: Leaf, terms: dict[str, dict[str, Any]]) -> None:
    public = leaf.public
    published = terms.get(public.get("terms", ""))
    if published is None:
        raise LeafRefused("a decision rests on terms that this log had not published before it",
                          where=f"entry {index}",
                          hint="the ground of an action must be public before the action is")
    if public["actions"] and not public["grounds"]:
        raise LeafRefused("an action was taken without citing any clause", where=f"entry {index}",
                          hint="ask the platform for the ground")
    if public["when"] < published["in_force_from"][:10]:
        raise LeafRefused(
            f"a decision of {public['when']} rests on terms in force only from "
            f"{published['in_force_from'][:10]}", where=f"entry {index}",
            hint="nobody was bound by them yet")
