"""Match posts again with the fact-checks that were known, and hold the lists against the record.

A record says which fact-checks were found for its post, and by what: digests of all that were
looked through, of the model and of the weights. The export holds every version of every fact-check
and the weights; a model is brought by whoever replays. What a person confirmed is taken from the
record, and everything else is found again.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from evenhand.audit import tables as at
from evenhand.audit.export_files import KEEP, ExportFiles, ExportRefused
from evenhand.audit.matching import known_checks
from evenhand.factcheck.confirming import Confirmation
from evenhand.factcheck.contradicting import contradictions, unsettled
from evenhand.factcheck.embedding import Embedder
from evenhand.factcheck.match import Laid, Matcher, digest_of, standing
from evenhand.factcheck.proposer import Means
from evenhand.factcheck.ranking import Learned, read_learned
from evenhand.model.decision import Decision
from evenhand.model.factcheck import Compared, Match
from evenhand.model.post import Post

if TYPE_CHECKING:
    import numpy as np

CLOSE = 1e-4
"""So far, as a share of it and at least absolutely, a likeness may be off: another processor rounds
otherwise in the last digits."""

EARLIER = 50
"""A run that began before a fact-check came in may not have known it yet: so many instants before
the decision are looked at for the set that it names."""


@dataclass(frozen=True, slots=True)
class ListAgain:
    """What came of matching one post again: `same` None where that takes a model that is not here,
    whose digest `needs` is; else both lists, in words."""

    same: bool | None
    recorded: str = ""
    replayed: str = ""
    needs: str = ""


class Rematching:
    """The fact-checks and weights of one export, laid out as decisions ask for them."""

    def __init__(self, files: ExportFiles, embedder: Embedder | None) -> None:
        """`embedder` is the model that whoever replays has, if any."""
        self._files, self._embedder = files, embedder
        known = list(known_checks(files))
        self._instants = [instant for instant, _ in known]
        self._checks = [check for _, check in known]
        self._sets: dict[str, int] = {}
        self._laid: dict[tuple[int, tuple[str | None, str | None, float] | None], Laid] = {}
        self._vectors: dict[str, np.ndarray] = {}

    def again(self, made: Decision, post: Post) -> ListAgain:
        """Match the post of a decision again, as of its instant."""
        recorded = made.dossier.matches or ()
        found_by = next((m.compared for m in recorded if m.compared is not None), None)
        if found_by is not None and found_by.model is not None and (
                self._embedder is None or self._embedder.digest != found_by.model):
            return ListAgain(None, needs=found_by.model)
        many = bisect_right(self._instants, made.at)
        if found_by is not None:
            several = self._set_of(found_by.claims, made.at)
            if several is None:
                return ListAgain(False, f"among the fact-checks {found_by.claims}",
                                 "no such set of fact-checks was known")
            many = several
        laid = self._lay(many, found_by)
        said = [Confirmation(post=post.id, fact_check=m.fact_check.key, confirmed=bool(m.confirmed),
                             by=m.confirmed_by or "", at=m.confirmed_at or made.at,
                             of=m.confirmed_of)
                for m in recorded if m.by in ("confirmed pair", "confirmed copy")]
        replayed = unsettled(Matcher(laid, said).match(post), contradictions(laid.checks))
        if found_by is None:  # nothing says by what likeness would have proposed
            replayed = tuple(m for m in replayed if m.by != "proposal" or m.compared is None)
        same = len(recorded) == len(replayed) and all(map(_alike, recorded, replayed))
        return ListAgain(same, _shown(recorded), _shown(replayed))

    def _set_of(self, claims: str, now: datetime) -> int | None:
        """How many of what was told by an instant make the set of this digest; None: no number of
        them does."""
        if claims not in self._sets:
            many = bisect_right(self._instants, now)
            for _ in range(EARLIER):
                self._sets.setdefault(digest_of(standing(self._checks[:many])), many)
                if claims in self._sets or many == 0:
                    break
                many = bisect_left(self._instants, self._instants[many - 1])
        return self._sets.get(claims)

    def _lay(self, many: int, found_by: Compared | None) -> Laid:
        key = None if found_by is None else (found_by.model, found_by.learned, found_by.threshold)
        if (many, key) not in self._laid:
            # Decisions come in the order of the log: what was known before is hardly asked again.
            while len(self._laid) >= 2:
                del self._laid[next(iter(self._laid))]
            means = self._means(found_by)
            self._laid[many, key] = Laid(
                standing(self._checks[:many]), means,
                vectors=self._kept_vectors if means.embedder else None)
        return self._laid[many, key]

    def _means(self, found_by: Compared | None) -> Means:
        """By what a list was found, as its record names it."""
        if found_by is None:
            return Means()
        embedder = self._embedder if found_by.model else None
        if found_by.learned is None:
            return Means(embedder=embedder, above=found_by.threshold)
        return Means(embedder=embedder, learned=self._weights(found_by.learned),
                     likely=found_by.threshold)

    def _weights(self, digest: str) -> Learned:
        path = at.weights_file(digest)
        data = self._files.read(path)
        if data is None:
            raise ExportRefused("these weights are missing", where=path, hint=KEEP)
        return read_learned(data, where=path)

    def _kept_vectors(self, texts: Sequence[str]) -> np.ndarray:
        import numpy as np

        assert self._embedder is not None, "only a model gives vectors"
        fresh = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        self._vectors.update(zip(fresh, self._embedder.vectors(fresh), strict=True))
        return np.stack([self._vectors[text] for text in texts]) if texts else (
            self._embedder.vectors([]))


def _alike(recorded: Match, replayed: Match) -> bool:
    def plain(match: Match) -> tuple[object, ...]:
        return (match.fact_check.key, match.fact_check.version, match.by, match.confirmed,
                match.confirmed_by, match.confirmed_of, match.besides)
    if plain(recorded) != plain(replayed):
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
