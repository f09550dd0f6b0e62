"""Search again for the fact-checks that speak to a post, and hold the list against the record.

A record says what was found for its post, be it nothing, and how it was searched: digests of all
fact-checks that were looked through, of the model and of the weights. The export holds every
version of every fact-check and the weights; a model is brought by whoever replays. What a person
confirmed is taken from the record, and everything else is found again.

Where the model or the weights are missing, exact keys and links are held against the record all
the same: what they find needs neither.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from evenhand.audit import tables as at
from evenhand.audit.export_files import ExportFiles
from evenhand.audit.matching import known_checks
from evenhand.errors import EvenhandError
from evenhand.factcheck.confirming import Confirmation
from evenhand.factcheck.contradicting import bringing_down, contradictions, unsettled
from evenhand.factcheck.embedding import Embedder
from evenhand.factcheck.likeness import ALL, BY_TEXT, Vectors
from evenhand.factcheck.match import Laid, Matcher, digest_of, reworded, standing
from evenhand.factcheck.proposer import Means
from evenhand.factcheck.ranking import Learned, read_learned
from evenhand.model.decision import Decision
from evenhand.model.factcheck import FactCheck, Match, Search
from evenhand.model.post import Post

CLOSE = 1e-4
"""So far, as a share of it and at least absolutely, a likeness may be off: another processor rounds
otherwise in the last digits."""


@dataclass(frozen=True, slots=True)
class Lacking:
    """Why a list cannot be found again in full, and what to do so that it can."""

    because: str
    hint: str


HELD = 2
"""Sets of fact-checks that are held, and laid out, at a time."""

NO_EXTRA = Lacking("they were found by likeness, which takes the extra `[match]`",
                   "install `evenhand[match]` and replay again")


@dataclass(frozen=True, slots=True)
class ListAgain:
    """What came of searching for one post again: `same` None where likeness could not be looked
    at, and why; else both lists, in words, where they differ. `behind` where the search did not
    know of a fact-check that was known by then."""

    same: bool | None
    recorded: str = ""
    replayed: str = ""
    lacks: Lacking | None = None
    behind: bool = False


@dataclass(frozen=True, slots=True)
class _Known:
    digest: str
    checks: list[FactCheck]
    reworded: frozenset[str]
    behind: bool


class Rematching:
    """The fact-checks and weights of one export, laid out as decisions ask for them."""

    def __init__(self, files: ExportFiles, embedder: Embedder | None, *,
                 vectors: Vectors | None = None) -> None:
        """`embedder` is the model that whoever replays has, if any; `vectors` gives the vectors
        of claims instead of it, from where they are kept."""
        self._files, self._embedder, self._vectors = files, embedder, vectors
        self._checks = list(known_checks(files))
        self._instants = [one.known_at for one in self._checks]
        self._last = max((one.n for one in self._checks), default=0)
        self._sets: dict[tuple[int, int], _Known] = {}
        self._read: dict[str, Learned | Lacking] = {}
        self._laid: dict[tuple[object, ...], Laid] = {}

    @property
    def first_known(self) -> datetime | None:
        """When the first fact-check became known."""
        return self._instants[0] if self._instants else None

    def again(self, made: Decision, post: Post) -> ListAgain:
        """Search for the post of a decision again, among the fact-checks that its record names."""
        recorded, search = made.dossier.matches or (), made.dossier.search
        if search is None:
            return ListAgain(False, "nothing says how it was searched for",
                             "every record says it in `search`")
        known = self._known(search, made.at)
        if known.digest != search.claims:
            return ListAgain(False, f"among the fact-checks {search.claims}",
                             f"those that were known were {known.digest}")
        means = self._means(search)
        laid = self._lay(known, search, None if isinstance(means, Lacking) else means)
        if isinstance(means, Means) and laid.proposer is None:
            means = NO_EXTRA
        said = [Confirmation(post=post.id, fact_check=m.fact_check.key, confirmed=bool(m.confirmed),
                             by=m.confirmed_by or "", at=m.confirmed_at or made.at,
                             of=m.confirmed_of)
                for m in recorded if m.by in ("confirmed pair", "confirmed copy")]
        matcher = Matcher(laid, said)
        replayed = unsettled(matcher.match(post),
                             bringing_down(contradictions(laid.checks)) | known.reworded)
        if isinstance(means, Lacking):
            if _begins(recorded, replayed):
                return ListAgain(None, lacks=means, behind=known.behind)
            return ListAgain(False, _shown(recorded), f"without likeness: {_shown(replayed)}")
        if len(recorded) == len(replayed) and all(map(_alike, recorded, replayed)):
            return ListAgain(True, behind=known.behind)
        by = "" if matcher.search.matcher == search.matcher else (
            f", by the matcher {matcher.search.matcher} instead of {search.matcher}")
        return ListAgain(False, _shown(recorded), _shown(replayed) + by)

    def _known(self, search: Search, now: datetime) -> _Known:
        """The fact-checks that stood at an instant among those which had been told by then.

        A run that began before others came in does not know them; which it knew, its record says.
        """
        many = bisect_right(self._instants, now)
        key = (many, min(search.told, self._last))
        if key not in self._sets:
            while len(self._sets) >= HELD:
                del self._sets[next(iter(self._sets))]
            told = [one.check for one in self._checks[:many] if one.n <= search.told]
            checks = standing(told)
            self._sets[key] = _Known(digest_of(checks), checks, reworded(told), len(told) < many)
        return self._sets[key]

    def _lay(self, known: _Known, search: Search, means: Means | None) -> Laid:
        key = (search.claims, means is not None and (search.model, search.learned,
                                                     search.threshold))
        if key not in self._laid:
            # Decisions come in the order of the log: what was known before is hardly asked again.
            while len(self._laid) >= HELD:
                del self._laid[next(iter(self._laid))]
            self._laid[key] = Laid(known.checks, means,
                                   vectors=self._vectors if means and means.embedder else None)
        return self._laid[key]

    def _means(self, search: Search) -> Means | Lacking | None:
        """By what a list was searched for; None where likeness was not looked at, as its record
        says."""
        if search.threshold is None:
            return None
        embedder = self._embedder if search.model else None
        if search.model is not None and embedder is None:
            return Lacking(f"they were found with the sentence model {search.model}, and none was "
                           "given", "give its folder with `--model`")
        if embedder is not None and embedder.digest != search.model:
            return Lacking(f"they were found with the sentence model {search.model}, and another "
                           f"one was given, {embedder.digest}",
                           "give the folder of the first with `--model`")
        try:
            if search.learned is None:
                return Means(embedder=embedder, above=search.threshold)
            learned = self._weights(search.learned)
            if isinstance(learned, Lacking):
                return learned
            if learned.likenesses != (ALL if search.model else BY_TEXT):
                return Lacking(f"the weights {search.learned} were learned over other likenesses "
                               "than the record says", "ask the platform for the weights of its "
                               "day, and for a new export")
            return Means(embedder=embedder, learned=learned, likely=search.threshold)
        except EvenhandError as wrong:  # a threshold that is none
            return Lacking(f"the record says how they were searched for, but {wrong.what}",
                           "ask the platform what it searched by")

    def _weights(self, digest: str) -> Learned | Lacking:
        if digest not in self._read:
            path = at.weights_file(digest)
            data = self._files.read(path)
            if data is None:
                self._read[digest] = Lacking(
                    f"they were found with the weights {digest}, which the export does not hold",
                    f"ask the platform for an export that holds `{path}`")
            else:
                try:
                    self._read[digest] = read_learned(data, where=path)
                except EvenhandError as wrong:
                    self._read[digest] = Lacking(
                        f"they were found with the weights {digest}, which cannot be read: "
                        f"{wrong.what}", f"ask the platform for `{path}` as it was, or replay with "
                        "the version of Evenhand that wrote it")
        return self._read[digest]


def _plain(match: Match) -> tuple[object, ...]:
    return (match.fact_check.key, match.fact_check.version, match.by, match.confirmed,
            match.confirmed_by, match.confirmed_of, match.besides)


def _begins(recorded: Sequence[Match], replayed: Sequence[Match]) -> bool:
    """Whether a list begins with what was found without likeness, and likeness found the rest."""
    rest = recorded[len(replayed):]
    return ([_plain(m) for m in recorded[:len(replayed)]] == [_plain(m) for m in replayed]
            and all(m.by == "proposal" and m.compared is not None for m in rest))


def _alike(recorded: Match, replayed: Match) -> bool:
    if _plain(recorded) != _plain(replayed):
        return False
    old, new = recorded.compared, replayed.compared
    if old is None or new is None:
        return old is new
    pairs = [(old.score, new.score), (old.probability or 0.0, new.probability or 0.0)]
    if dict(old.likenesses).keys() != dict(new.likenesses).keys():
        return False
    pairs += [(value, dict(new.likenesses)[name]) for name, value in old.likenesses]
    return all(abs(a - b) <= CLOSE * max(1.0, abs(a)) for a, b in pairs)


def _shown(matches: Sequence[Match]) -> str:
    return "; ".join(
        f"{m.fact_check.url} by {m.by}"
        + (f", score {m.compared.score:g}" if m.compared else "")
        + (f", {m.compared.probability:.2%} likely" if m.compared and m.compared.probability
           is not None else "") for m in matches) or "none"
