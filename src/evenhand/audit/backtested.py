"""What a backtest came to, as it is told: clause by clause, action by action, fact by fact.

The posts that were drawn as samples are read again, with what their clauses name of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from evenhand.audit.backtest import Backtest, Known, rules_of
from evenhand.audit.changes import MOVED, Moves, Place
from evenhand.audit.facts_files import MADE_AT, NAMES, FactsFile
from evenhand.audit.lacking import Usable, facts_of, usable
from evenhand.decide.columns import ANY, ASKED
from evenhand.model.action import ActionKind
from evenhand.record.rows import BatchRefused
from evenhand.rulebook.finding import Answer
from evenhand.rulebook.frames import to_records
from evenhand.rulebook.vocabulary import Fact, Vocabulary
from evenhand.terms.clauses import Clause, Terms

State = Literal["kept", "new", "dropped", "not known before"]
"""Whether both have a clause of this number. Where the terms then are not found, a number that
never held may have been there all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A post that moved: what its clause names of it, what of that nobody reported, and what of it
    history lacks. `facts` are those of a record, in the order of the clause."""

    post: str
    author: str
    made_at: datetime
    facts: Mapping[str, Any]
    missing: tuple[str, ...]
    lacking: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseChange:
    """What changes by one clause. `lacks` are the facts that it names and some rows lack;
    `samples` are by how they moved (`changes.MOVED`)."""

    number: str
    title: str
    state: State
    moves: Moves
    lacks: tuple[str, ...]
    samples: Mapping[str, tuple[Sample, ...]] = field(default_factory=dict)

    @property
    def changes(self) -> bool:
        """Whether anything changes by it: a post moved, or only one of the two terms has it."""
        moves = self.moves
        return self.state in ("new", "dropped") or bool(
            moves.gained.rows + moves.lost.rows + moves.opened.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionChange:
    """What changes by one kind of action, by any of them (`ANY`), or in what is asked (`ASKED`)."""

    action: str
    moves: Moves


@dataclass(frozen=True, slots=True, kw_only=True)
class FactKnown:
    """Of how many rows a fact that the new terms name is known, and which of their clauses do."""

    fact: str
    clauses: tuple[str, ...]
    known: Known


def clauses_changed(result: Backtest, files: Sequence[FactsFile]) -> tuple[ClauseChange, ...]:
    """Every clause of the new terms in their order, then those that are dropped, with samples."""
    after, counted = rules_of(result.terms), result.changes.clauses
    before = {n: c for t in result.before.values() for n, c in rules_of(t).items()}
    held = {n for n, moves in counted.items() if _was_there(moves)}
    dropped = [n for n in {**before, **counted} if n not in after]
    found, reader = [], _Reader(result, files)
    for number in (*after, *sorted(dropped, key=_in_order)):
        clause = after.get(number) or before.get(number)
        state: State = "dropped" if number not in after else (
            "kept" if number in before or number in held else
            "new" if result.knows_actions_before else "not known before")
        named = _named(number, after)
        found.append(ClauseChange(
            number=number, title=clause.title if clause else "", state=state,
            moves=counted.get(number, Moves()),
            lacks=tuple(n for n in named if result.changes.facts[n].lacking),
            samples={how: tuple(reader.samples(number, places)) for how in MOVED
                     if (places := result.changes.samples.places.get((number, how)))}))
    return tuple(found)


def actions_changed(result: Backtest) -> tuple[ActionChange, ...]:
    """Every kind of action that one of the two takes, whether any is taken, who would be asked."""
    names = (*(kind.value for kind in ActionKind), ANY, ASKED)
    return tuple(ActionChange(action=n, moves=result.changes.actions[n])
                 for n in names if n in result.changes.actions)


def facts_known(result: Backtest) -> tuple[FactKnown, ...]:
    """Every fact that a clause of the new terms names, in the order of first naming."""
    rules = rules_of(result.terms)
    return tuple(FactKnown(
        fact=name, known=result.changes.facts[name],
        clauses=tuple(n for n, c in rules.items() if c.rule and name in c.rule.condition.names))
        for name in facts_of(result.terms))


def remarks(result: Backtest) -> tuple[str, ...]:
    """What one must know to read the figures, in sentences."""
    covered = result.changes.covered
    said = list(_reading(result)) if covered.rows else [
        "Nothing was compared: there are no facts of any post that was asked for."]
    if covered.sampled:
        said.append("Not every row was kept: each stands for as many posts as the probability "
                    "with which it was kept says, so that numbers of posts are estimates.")
    if covered.erased:
        said.append(_count(covered.erased, "row was erased; it is counted here and nowhere else.",
                          "rows were erased; they are counted here and nowhere else."))
    if covered.shadow and not result.in_shadow:
        said.append(_count(covered.shadow, "file was measured under terms in shadow, and is left "
                          "out.", "files were measured under terms in shadow, and are left out."))
    if covered.unfound:
        said.append(
            f"The terms then in force are not found for {_count(covered.unfound, 'row', 'rows')}. "
            "So nobody can say what was done before; and of these rows conditions alone are "
            "compared, before and after, without exceptions. The terms lie in the export or the "
            "public log that the dataset belongs to; `--before` names them where they lie "
            "elsewhere.")
    said += [f"The terms then in force of {_count(covered.versions[digest], 'row', 'rows')} are "
             f"taken to be version {terms.front.version}, on the word of whoever named it: the "
             f"digest is not {digest[:19]}…, under which they were measured."
             for digest, terms in result.before.items() if terms.digest != digest]
    said += [f"`{fact}` was observed by {then}; today it would be by {today}."
             for fact, then, today in sorted(result.changes.otherwise)]
    if result.changes.unknown:
        said.append("Rows name clauses that the terms then in force do not have: "
                    + ", ".join(sorted(result.changes.unknown)) + ".")
    if result.refused:
        said.append(_count(len(result.refused), "file was refused, and is left out.",
                          "files were refused, and are left out."))
    return tuple(said)


def _reading(result: Backtest) -> Iterator[str]:
    """What holds of every comparison."""
    version = result.terms.front.version
    yield (f"Version {version} was in shadow: every post was measured under it as it arrived, "
           "beside what governed it. Nothing was decided or done by it." if result.in_shadow else
           f"Every row of the dataset counts, as if version {version} had been in force "
           "throughout.")
    yield ("Facts are those that were known when a post was measured. What became known later, a "
           "person's word or a fact-check, is in the decisions, and not looked at here.")
    yield ("As the clauses alone say: caps, suspensions and what people decided are not decided "
           "again." + (" Strikes are those of the terms in force." if result.in_shadow else ""))
    yield ("An undetermined clause does nothing by itself. Of a post of which a clause held and "
           "is undetermined now, nobody can say whether it is kept or lost.")


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _was_there(moves: Moves) -> bool:
    return any(moves.before(a).rows for a in (Answer.HOLDS, Answer.UNDETERMINED))


def _in_order(number: str) -> list[tuple[int, int, str]]:
    """Numbers as people count: 3.10 comes after 3.9."""
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part)
            for part in number.split(".")]


def _named(number: str, rules: Mapping[str, Clause]) -> dict[str, Fact]:
    """The facts that a clause names, and then those of its exceptions: they speak too."""
    own = [c for n, c in rules.items() if n == number]
    own += [c for c in rules.values() if c.then.exception_to == number]
    return {f.name: f for c in own if c.rule is not None for f in c.rule.condition.facts}


class _Reader:
    """Reads the rows that were drawn, each once."""

    def __init__(self, result: Backtest, files: Sequence[FactsFile]) -> None:
        self.result, self.files = result, files
        self.rows: dict[tuple[int, int, str], tuple[dict[str, Any], dict[str, Any], Usable]] = {}

    def samples(self, number: str, places: Sequence[Place]) -> Iterator[Sample]:
        """The posts at these places, with what the clause of this number names of them."""
        for place in places:
            law = self.result.law_of(self.files[place.file].header.facts)
            terms = self.result.terms if number in rules_of(self.result.terms) else law
            row, record, uses = self._read(place, terms, law)
            if row["native"] is None:
                continue  # it was erased since it was counted
            named = () if terms is None else tuple(_named(number, rules_of(terms)))
            # The elements of a collection are told together, under the word that binds them.
            told = {} if terms is None else {
                n: bound.binds if (bound := terms.vocabulary.collection_of(n)) else n
                for n in named if n not in uses.lacking}
            yield Sample(
                post=f"{row['platform']}:{row['native']}@{row['version']}",
                author=row["author"] or "", made_at=row[MADE_AT],
                facts={word: _told(record[word], told) for word in dict.fromkeys(told.values())
                       if word in record},
                missing=tuple(w for w in dict.fromkeys(told.values()) if w not in record),
                lacking=tuple(n for n in named if n in uses.lacking))

    def _read(self, place: Place, terms: Terms | None,
              law: Terms | None) -> tuple[dict[str, Any], dict[str, Any], Usable]:
        key = (place.file, place.row, terms.digest if terms else "")
        if key not in self.rows:
            file = self.files[place.file]
            uses = Usable(columns=(), column_of={}, lacking={}, otherwise=()) if terms is None \
                else usable(terms, file.header, file.schema, law)
            frame = file.read((*NAMES, MADE_AT, *uses.columns), place.row, 1)
            if frame.height != 1:
                raise BatchRefused("the file changed while it was read", where=file.name,
                                   hint="begin again")
            known = Vocabulary.of(
                () if terms is None else (f for n, f in facts_of(terms).items()
                                          if n in uses.column_of),
                () if terms is None else terms.vocabulary.collections.values())
            self.rows[key] = (frame.row(0, named=True), next(to_records(frame, known), {}), uses)
        return self.rows[key]


def _told(value: Any, named: Collection[str]) -> Any:
    """A value as it is; of the elements of a collection what is named."""
    if isinstance(value, tuple) and value and isinstance(value[0], dict):
        return tuple({n: v for n, v in element.items() if n in named} for element in value)
    return value
