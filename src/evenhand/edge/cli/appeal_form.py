"""Reads the points of an appeal: from a command line in its order, or from a form in JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import msgspec

from evenhand.edge.cli.meant import parted, text_meant
from evenhand.edge.signals.admit import show
from evenhand.edge.signals.values import plain_value, value_of
from evenhand.errors import EvenhandError
from evenhand.model.appeal import Dispute, DisputeKind
from evenhand.record.kinds import DecisionRecord
from evenhand.rulebook.drafting import suggest
from evenhand.rulebook.vocabulary import Fact
from evenhand.terms.clauses import Terms

Party = Literal["author", "reporter"]

_KINDS = {"facts": DisputeKind.FACT, "readings": DisputeKind.READING,
          "treatments": DisputeKind.TREATMENT, "accepts": DisputeKind.ASKS_BACK}
"""The options that begin a point."""

_KEYS = ("kind", "words", "clause", "fact", "value", "claim", "like")
_FORM = ("decision", "party", "disputes")


def read_points(said: Sequence[tuple[str, str]], against: DecisionRecord,
                terms: Terms) -> tuple[Dispute, ...]:
    """The points of a command line: what follows an option that begins one belongs to it."""
    points: list[dict[str, Any]] = []
    for option, value in said:
        if option in _KINDS:
            points.append({"kind": _KINDS[option], "said": value})
            continue
        name = {"claims": "--claim", "likes": "--like", "because": "--because"}[option]
        if not points:
            raise EvenhandError("it does not say which point this belongs to", where=name,
                                hint="write --fact, --reading, --treatment or --accept before it")
        if option == "likes":
            points[-1].setdefault("like", []).append(value)
        elif option in points[-1]:
            raise EvenhandError("it is said twice of one point", where=name, hint="say it once")
        else:
            points[-1][option] = value
    return tuple(_point(n, point, against, terms) for n, point in enumerate(points))


def _point(n: int, point: Mapping[str, Any], against: DecisionRecord, terms: Terms) -> Dispute:
    kind, said = point["kind"], point["said"]
    words = text_meant(point.get("because", ""), "--because")
    like, claim = tuple(point.get("like", ())), point.get("claims")
    if kind is not DisputeKind.FACT:
        return Dispute(kind=kind, words=words, like=like, claim=claim,
                       clause=None if kind is DisputeKind.ASKS_BACK else said)
    name, text = parted(said, "--fact", "post.satire=yes")
    fact = _fact(name, terms, where=f"point {n + 1}")
    value = value_of(fact, plain_value(fact, text))
    return Dispute(kind=kind, words=words, like=like, fact=fact.name,
                   value=value,  # type: ignore[arg-type]  # it is one that the fact can hold
                   claim=_key(fact, claim, against, terms))


def _fact(name: str, terms: Terms, where: str) -> Fact:
    found = terms.vocabulary.facts.get(name)
    if found is None:
        raise EvenhandError(f"{show(name)} is not a fact of these terms", where=where,
                            hint=suggest(name[:80], terms.vocabulary.facts) or
                            "the letter names the facts that the decision rests on")
    return found


def _key(fact: Fact, claim: str | None, against: DecisionRecord, terms: Terms) -> str | None:
    """The key of the fact-check meant, which its page's address names too; the only one, unsaid."""
    if terms.vocabulary.collection_of(fact.name) is None:
        return claim
    checks = [match.fact_check for match in against.decision.dossier.matches or ()]
    if claim is None:
        return checks[0].key if len(checks) == 1 else None
    at_address = [check.key for check in checks if check.url == claim]
    return at_address[0] if len(at_address) == 1 else claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """An appeal as JSON has it (spec/appeals.md); what it does not say is None."""

    decision: str | None
    party: Party | None
    points: tuple[Mapping[str, Any], ...]
    where: str

    def decision_beside(self, named: str | None) -> str | None:
        """The decision of the form, which the one named beside it may only begin to spell."""
        if named is not None and self.decision is not None \
                and not self.decision.lower().startswith(named.lower()):
            raise EvenhandError(f"the form is against decision {show(self.decision, 16)}",
                                where=self.where, hint=f"and the command against {show(named)}: "
                                "name one of the two")
        return self.decision or named

    def disputes(self, against: DecisionRecord, terms: Terms) -> tuple[Dispute, ...]:
        """Its points, the values read by the types of the facts."""
        return tuple(self._dispute(n, point, against, terms)
                     for n, point in enumerate(self.points))

    def _dispute(self, n: int, point: Mapping[str, Any], against: DecisionRecord,
                 terms: Terms) -> Dispute:
        where = f"{self.where}, point {n + 1}"
        kinds = [kind.value for kind in DisputeKind]
        if point.get("kind") not in kinds:
            raise EvenhandError(f"{show(point.get('kind'))} is no kind of point", where=where,
                                hint=suggest(str(point.get("kind"))[:80], kinds) or
                                "write one of: " + ", ".join(kinds))
        for key in ("words", "clause", "fact", "claim"):
            if not isinstance(point.get(key, ""), str):
                raise EvenhandError(f"`{key}` is {show(point[key])}", where=where,
                                    hint=f"write `{key}` as text")
        like = point.get("like", [])
        if not isinstance(like, list) or not all(isinstance(name, str) for name in like):
            raise EvenhandError(f"`like` is {show(like)}", where=where,
                                hint="write the posts as a list of texts")
        name, value, claim = point.get("fact"), point.get("value"), point.get("claim")
        if name is not None:
            fact = _fact(name, terms, where)
            claim = _key(fact, claim, against, terms)
            if value is not None:
                value = value_of(fact, value)
        return Dispute(kind=DisputeKind(point["kind"]), words=point.get("words", ""),
                       clause=point.get("clause"), fact=name, value=value, claim=claim,
                       like=tuple(like))


def read_form(text: str, *, where: str) -> Form:
    """The form that this JSON holds; refused with what is wrong in it."""
    try:
        plain = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as wrong:
        raise EvenhandError(f"the form is not JSON: {wrong}", where=where,
                            hint="spec/appeals.md shows one") from None
    if not isinstance(plain, dict):
        raise EvenhandError("the form is not an object", where=where,
                            hint="spec/appeals.md shows one")
    _refuse_unknown(plain, _FORM, where)
    decision, party, points = (plain.get(key) for key in _FORM)
    if decision is not None and not isinstance(decision, str):
        raise EvenhandError(f"`decision` is {show(decision)}", where=where,
                            hint="write the decision's id as text")
    if party not in (None, *get_args(Party)):
        raise EvenhandError(f"`party` is {show(party)}", where=where,
                            hint="write author or reporter")
    if not isinstance(points, list) or not all(isinstance(point, dict) for point in points):
        raise EvenhandError("the form has no points", where=where,
                            hint="write `disputes` as a list of objects: spec/appeals.md shows one")
    for n, point in enumerate(points):
        _refuse_unknown(point, _KEYS, f"{where}, point {n + 1}")
    return Form(decision=decision, party=party, points=tuple(points), where=where)


def _refuse_unknown(given: Mapping[str, Any], known: Sequence[str], where: str) -> None:
    for key in given:
        if key not in known:
            raise EvenhandError(f"{show(key)} is not part of an appeal", where=where,
                                hint=suggest(key[:80], known) or "it has: " + ", ".join(known))
