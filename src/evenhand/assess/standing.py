"""The rank of a reading, as one forum sees it on one day (spec/law.md, section 5).

A published opinion binds the courts below the one that gave it, and that court itself if it hears
appeals. Other courts' opinions persuade; a trial court looks to its own before those of others.
Enacted words answer where no court has read them. What executives, petitioners, single judges and
politicians hold is told, and never answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from evenhand.law.forums import Forums
from evenhand.law.held import Authority, Enjoined, Held


class Rank(IntEnum):
    """How a reading ranks; the greater one prevails."""

    CLAIM = 1
    STATEMENT = 2
    PROPOSAL = 3
    POLICY = 4
    PRACTICE = 20
    ENACTED = 30
    TRIAL = 40
    OWN_TRIAL = 45
    PERSUASIVE_UNPUBLISHED = 50
    PERSUASIVE = 60
    NO_PRECEDENT = 70
    BINDING_INTERMEDIATE = 80
    BINDING = 85
    BINDING_HIGHEST = 90

    @property
    def answers(self) -> bool:
        """Whether a reading of this rank can answer at all; the others are only told."""
        return self >= Rank.PRACTICE


WORDS = {
    Rank.CLAIM: "a political claim; never law",
    Rank.STATEMENT: "a statement of single judges; never law",
    Rank.PROPOSAL: "a proposal; never law",
    Rank.POLICY: "executive policy; never law for platforms",
    Rank.PRACTICE: "the practice of an authority",
    Rank.ENACTED: "enacted words that no court that counts here has read",
    Rank.TRIAL: "opinions of other trial courts, which bind nobody",
    Rank.OWN_TRIAL: "opinions of the same trial court, which bind nobody",
    Rank.PERSUASIVE_UNPUBLISHED: "unpublished opinions of other courts, which persuade at most",
    Rank.PERSUASIVE: "published opinions of other courts, which persuade and do not bind here",
    Rank.NO_PRECEDENT: "unpublished opinions of a court above, which are no precedent",
    Rank.BINDING_INTERMEDIATE: "published opinions that bind here",
    Rank.BINDING: "published opinions that bind here",
    Rank.BINDING_HIGHEST: "opinions of the highest court, which bind everywhere in its system",
}
"""What each rank is called where it is told."""

_BY_HEIGHT = (Rank.BINDING_HIGHEST, Rank.BINDING, Rank.BINDING_INTERMEDIATE)
_BY_KIND = {"enacted": Rank.ENACTED, "practice": Rank.PRACTICE, "policy": Rank.POLICY,
            "proposal": Rank.PROPOSAL, "statement": Rank.STATEMENT, "claim": Rank.CLAIM}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a reading stands in a forum on a day: its rank, and the authority that gives it."""

    rank: Rank
    authority: Authority

    @property
    def words(self) -> str:
        """The rank and how sure the authority is, in words."""
        sure = self.authority.sure
        return WORDS[self.rank] + ("" if sure == "verified" else f" ({sure})")


def rank_of(authority: Authority, forum: str, forums: Forums) -> Rank | None:
    """The rank of one authority in a forum; None where it says nothing there."""
    chain = forums.chain(forum)
    if authority.kind not in ("published", "unpublished"):
        return _BY_KIND[authority.kind] if forums.reaches(authority.forum, forum) else None
    theirs = forums.chain(authority.forum)
    if theirs[-1] != chain[-1]:
        return None
    trial = forums.by_id[authority.forum].level == "trial"
    published = authority.kind == "published"
    if trial:
        return Rank.OWN_TRIAL if authority.forum == forum else Rank.TRIAL
    if authority.forum in chain:
        return _BY_HEIGHT[min(len(theirs), len(_BY_HEIGHT)) - 1] if published else Rank.NO_PRECEDENT
    return Rank.PERSUASIVE if published else Rank.PERSUASIVE_UNPUBLISHED


def standing(held: Held, forum: str, day: date, forums: Forums) -> Standing | None:
    """How a reading stands in a forum on a day: by its strongest authority, the surest of equals.

    None where none of its authorities holds it then, or says anything there.
    """
    found = [Standing(rank=rank, authority=a) for a in held.authorities if a.in_force.holds(day)
             and (rank := rank_of(a, forum, forums)) is not None]
    sureness = ("unverified", "secondary source", "verified")
    return max(found, key=lambda s: (s.rank, sureness.index(s.authority.sure)), default=None)


def speaks_here(held: Held, forum: str, forums: Forums) -> bool:
    """Whether any of a reading's authorities, of whatever time, says anything in a forum."""
    return any(rank_of(a, forum, forums) is not None for a in held.authorities)


def enjoined(held: Held, day: date) -> tuple[Enjoined, ...]:
    """The injunctions against a reading on a day."""
    return tuple(e for e in held.enjoined if e.when.holds(day))
