"""A fact as it was reported about a post: its value, who observed it, when, and how.

What one signal reported about one post is a tuple of these; all that is known of a post when it
is decided is a `Dossier`. "The detector ran and found nothing" is a value; "the detector did not
run" is the absence of the fact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from evenhand.model.audience import mark
from evenhand.model.factcheck import FactCheck, Match, Search
from evenhand.rulebook.vocabulary import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Where in the post's own text something was found: code point offsets, end excluded."""

    start: int = mark("author")
    end: int = mark("author")
    fact: str = mark("author")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What a machine suggested to a person who was asked for a fact. It is never a fact itself.

    `by` is `name@version` of the machine. `values` are what it held possible, without preference:
    several where its cues disagree, none where it found nothing to suggest.
    """

    by: str = mark("author")
    values: tuple[str, ...] = mark("author")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """One fact about one post. `observer` is `signal@version`, or `person:ID` for a person.

    `at` is None where the fact was measured with the post. `suggested` is what a machine suggested
    to the person who states it, None where nobody knows that it suggested anything or nothing.
    """

    name: str = mark("author")
    value: Value = mark("author")
    observer: str = mark("author")
    at: datetime | None = mark("author", default=None)
    suggested: Suggestion | None = mark("author", default=None)

    @property
    def automated(self) -> bool:
        """Whether a machine observed it (derived, never declared)."""
        return not self.observer.startswith("person:")

    @property
    def followed(self) -> bool | None:
        """Whether the person said what a machine had suggested; None where it suggested no one
        thing.

        >>> told = Suggestion(by="stance_cues@1", values=("rebuts",))
        >>> Reported(name="post.stance", value="asserts", observer="person:2",
        ...          suggested=told).followed
        False
        """
        if self.suggested is None or len(self.suggested.values) != 1:
            return None
        return self.value == self.suggested.values[0]

    @property
    def weight(self) -> tuple[bool, float, str, str]:
        """What prevails among reports of one fact: a person's word before a machine's, then the
        later one; who and what they said only settle a tie, the same way every time."""
        return (not self.automated, self.at.timestamp() if self.at else float("-inf"),
                self.observer, repr(self.value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """All that is known about a post when it is decided.

    `matches` is None where no matcher ran, and empty where one ran and found nothing; `search` says
    how it looked. `spans` point at the words that word lists and patterns found. `withdrawn` are
    the fact-checks on which the decision before rested, or that it weighed, and that stand no more:
    no condition sees them.
    """

    reported: tuple[Reported, ...] = mark("author", default=())
    matches: tuple[Match, ...] | None = mark("author", default=None)
    search: Search | None = mark("author", default=None)
    spans: tuple[Span, ...] = mark("author", default=())
    withdrawn: tuple[FactCheck, ...] = mark("author", default=())

    @property
    def prevailing(self) -> Mapping[str, Reported]:
        """Fact name -> the report of it that a decision relies on (see `Reported.weight`).

        >>> ours = Reported(name="post.stance", value="asserts", observer="stance@1")
        >>> theirs = Reported(name="post.stance", value="rebuts", observer="person:2")
        >>> Dossier(reported=(theirs, ours)).prevailing["post.stance"].value
        'rebuts'
        """
        found = {report.name: report for report in self.reported}
        if len(found) == len(self.reported):
            return found  # as of most posts: what is reported once is not weighed
        found = {}
        for report in self.reported:
            other = found.get(report.name)
            if other is None or other.weight <= report.weight:
                found[report.name] = report
        return found
