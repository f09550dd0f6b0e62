"""The answer to an appeal: who may give it, what it must address, and what follows from it.

Regulation (EU) 2022/2065 Art. 20(4) to (6): without arbitrariness, with reasons, and never by
automated means alone.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from evenhand.appeal.appealed import Appealed
from evenhand.errors import EvenhandError
from evenhand.model.action import Ground
from evenhand.model.appeal import Appeal, Dispute, DisputeKind, PointAnswered
from evenhand.model.decision import Decision, SetAside, SetAsideBecause
from evenhand.model.person import Person, Role
from evenhand.rulebook.syntax import format_value
from evenhand.rulebook.vocabulary import Value

ROLES: tuple[Role, ...] = ("appeal reviewer", "senior reviewer")
"""Who may answer an appeal."""

FEWEST_WORDS = 3
FEWEST_LETTERS = 6
"""Words of the reasons for one answer; letters, in a script that is written without spaces."""

LONGEST_REASONS = 4_000
"""Characters of the reasons for one answer: the letter shows all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointAsked:
    """What the answer to one point must address; `decisive` where a clause turns on it."""

    n: int
    words: str
    decisive: bool


def questions(appeal: Appeal, appealed: Appealed,
              decisive: Collection[int]) -> tuple[PointAsked, ...]:
    """What whoever answers must address, in the order of the appeal, as sentences to read.

    The appeal's own words are shown beside them, not repeated in them.
    """
    return tuple(PointAsked(n=n, decisive=n in decisive, words=_question(d, appeal, appealed) + (
        " If it is so, what was decided changes." if n in decisive else ""))
        for n, d in enumerate(appeal.disputes))


def _question(point: Dispute, appeal: Appeal, appealed: Appealed) -> str:
    who = f"the {appeal.party}"
    match point.kind:
        case DisputeKind.FACT:
            assert point.fact is not None and point.value is not None, "admitted with a value"
            meaning = appealed.terms.vocabulary.facts[point.fact].meaning.split(";")[0]
            had = appealed.value(point.fact, point.claim)
            of = f" of the fact-check {_address(point, appealed)}" if point.claim else ""
            held = "nothing was known of it" if had is None else \
                f"the decision holds that it is {format_value(had)}"
            return (f"`{point.fact}`{of} ({meaning}): {who} says that it is "
                    f"{format_value(point.value)}, and {held}. Which is true?")
        case DisputeKind.READING:
            said = "does not cover" if appeal.party == "author" else "covers"
            return (f"Clause {point.clause}: {who} says that it {said} the post. Does it, as "
                    "people read its words?")
        case DisputeKind.TREATMENT:
            return (f"Clause {point.clause}: {who} says that like posts were treated otherwise: "
                    f"{', '.join(point.like)}. Are they alike, and were they?")
        case DisputeKind.ASKS_BACK:
            return (f"{who[0].upper()}{who[1:]} accepts the finding and asks back what was taken. "
                    "Is it given back?")


def _address(point: Dispute, appealed: Appealed) -> str:
    matches = appealed.decision.dossier.matches or ()
    return next((m.fact_check.url for m in matches if m.fact_check.key == point.claim),
                str(point.claim))


def may_answer(person: Person, appealed: Appealed, *, chain: Sequence[Decision] = ()) -> None:
    """Refuse whoever may not answer an appeal: nobody judges themselves.

    `chain` are the other decisions about the post: those that the one appealed against superseded,
    and those that took its place since.
    """
    if not set(ROLES) & set(person.roles):
        raise EvenhandError(f"`{person.id}` may not answer appeals",
                            hint=f"whoever answers is {_roles()}")
    told = f"{_roles()} answers who had no part in it"
    decision, own = appealed.decision, f"person:{person.id}"
    if decision.decider.person == person.id:
        raise EvenhandError(f"`{person.id}` made the decision appealed against", hint=told)
    if any(before.decider.person == person.id for before in chain):
        raise EvenhandError(f"`{person.id}` made another decision about this post", hint=told)
    relied = set(appealed.named_by(*appealed.acting_numbers))
    stated = sorted({r.name for r in decision.dossier.reported
                     if r.observer == own and r.name in relied})
    if stated:
        raise EvenhandError(f"the decision appealed against rests on what `{person.id}` said of "
                            f"`{stated[0]}`", hint=told)
    claims = any(name.startswith("claim.") for name in relied)
    if claims and any(m.confirmed_by in (own, person.id) for m in decision.dossier.matches or ()):
        raise EvenhandError(f"the decision appealed against rests on a fact-check that "
                            f"`{person.id}` tied to the post, or kept from it", hint=told)


def _roles() -> str:
    return " or ".join(f"{'an' if role[0] in 'aeiou' else 'a'} {role}" for role in ROLES)


def check_answer(appeal: Appeal, points: Sequence[PointAnswered]) -> None:
    """Refuse an answer unless every point is answered once, with reasons (Art. 20(5)).

    The error counts the points from 1, as people do; `PointAnswered.n` counts from 0.
    """
    places = [p.n for p in points]
    for n in places:
        if not 0 <= n < len(appeal.disputes):
            raise EvenhandError(f"the appeal has no point {n + 1}",
                                hint=f"it has {_points(range(len(appeal.disputes)))}")
    twice = sorted({n for n in places if places.count(n) > 1})
    if twice:
        raise EvenhandError(f"{_points(twice)} answered more than once", hint="answer each once")
    open_ = [n for n in range(len(appeal.disputes)) if n not in places]
    if open_:
        raise EvenhandError(f"{_points(open_)} not answered",
                            hint="say of each whether you agree, and why")
    bare = sorted(p.n for p in points if not _says_something(p.reasons))
    if bare:
        raise EvenhandError(f"{_points(bare)} answered without reasons",
                            hint=f"say why, in {FEWEST_WORDS} words at least: whoever appealed "
                            "reads them")
    long = sorted(p.n for p in points if len(p.reasons) > LONGEST_REASONS)
    if long:
        raise EvenhandError(f"{_points(long)} answered at too great length",
                            hint=f"say it in {LONGEST_REASONS:,} characters: the letter shows all")


def _points(places: Collection[int]) -> str:
    said = ", ".join(str(n + 1) for n in places)
    return f"point {said}" if len(places) == 1 else f"points {said}"


def _says_something(reasons: str) -> bool:
    words = [w for w in reasons.split() if any(c.isalnum() for c in w)]
    letters = sum(unicodedata.category(c) == "Lo" for c in reasons)
    return len(words) >= FEWEST_WORDS or letters >= FEWEST_LETTERS


def stated(appeal: Appeal,
           points: Collection[PointAnswered]) -> tuple[tuple[str, Value, str | None], ...]:
    """The facts that the answer agrees to, for its author to state: (fact, value, claim).

    `claim` is the key of a fact-check where the fact is one of it, else None.
    """
    facts = []
    for _, point in _agreed(appeal, points, DisputeKind.FACT):
        assert point.fact is not None and point.value is not None, "admitted with a value"
        facts.append((point.fact, point.value, point.claim))
    return tuple(facts)


def set_asides(appeal: Appeal, appealed: Appealed,
               points: Collection[PointAnswered]) -> tuple[SetAside, ...]:
    """The clauses that the answer sets aside for this post, each once.

    An agreed reading or treatment sets its clause aside; an agreed asking-back every clause that
    acted. Of a reporter's appeal nothing follows: a clause is not made to act by setting it aside.
    """
    if appeal.party == "reporter":
        return ()
    grounds = {g.citation.number: g for g in appealed.acting}
    reasons: dict[Ground, list[str]] = {}
    for answered, point in _agreed(appeal, points, DisputeKind.READING, DisputeKind.TREATMENT):
        assert point.clause is not None, "admitted with a clause"
        reasons.setdefault(grounds[point.clause], []).append(answered.reasons)
    overturned = tuple(SetAside(ground=ground, because=SetAsideBecause.OVERTURNED,
                                matter=appeal.id, words="\n".join(words))
                       for ground, words in reasons.items())
    given_back = tuple(SetAside(ground=ground, because=SetAsideBecause.REINSTATED,
                                matter=appeal.id, words=answered.reasons)
                       for answered, _ in _agreed(appeal, points, DisputeKind.ASKS_BACK)
                       for ground in appealed.acting)
    return (*overturned, *given_back)


def _agreed(appeal: Appeal, points: Collection[PointAnswered],
            *kinds: DisputeKind) -> list[tuple[PointAnswered, Dispute]]:
    """The answers that agree to a point of these kinds, in the order of the appeal."""
    return [(p, appeal.disputes[p.n]) for p in sorted(points, key=lambda p: p.n)
            if p.agreed and appeal.disputes[p.n].kind in kinds]
