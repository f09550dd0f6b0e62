"""Worked cases: facts of a record, and what the condition above them must say of it.

A case is the document's own test: `check.check` runs every one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from types import MappingProxyType
from typing import Any

from evenhand.rulebook.applying import NOT_APPLICABLE, Found
from evenhand.rulebook.document import Block, Line
from evenhand.rulebook.drafting import DraftingError, Source, suggest
from evenhand.rulebook.finding import Answer
from evenhand.rulebook.lex import TRUTHS, Token, read_tokens
from evenhand.rulebook.syntax import format_value
from evenhand.rulebook.values import RecordError, check_value
from evenhand.rulebook.vocabulary import Collection, Fact, Record, Scalar, Value, Vocabulary
from evenhand.rulebook.wording import type_of_literal

ANSWERS = {a.value: a for a in (Answer.DOES_NOT_HOLD, Answer.UNDETERMINED)}
"""The words of every rulebook after which a case may name facts."""

MOST_ELEMENTS = 100
"""The most elements that a case may give to one collection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What a case says must come out.

    `names` are the missing facts of an `undetermined`, or the deciding facts of a `does not hold`,
    exactly; None where the case names none. `effect` is the effect that a holding condition must
    bring, or None. `applies` is False where the provision must say nothing of the record; the
    answer and the names are then those of its `applies`.
    """

    answer: Answer
    names: tuple[str, ...] | None
    effect: str | None
    text: str
    line: int
    column: int
    applies: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One worked case: its title, its record, its expectation, and the line of its fence."""

    title: str
    record: Record
    expectation: Expectation
    line: int


def meets(expectation: Expectation, found: Found) -> bool:
    """Whether what was found is what a case expects; its effect is not looked at here."""
    finding = found.finding
    if finding.answer is not expectation.answer or found.applies is not expectation.applies:
        return False
    if expectation.names is None:
        return True
    if finding.answer is Answer.UNDETERMINED:
        return set(expectation.names) == set(finding.missing)
    return set(expectation.names) == {name for name, _ in finding.facts}


def read_case(block: Block, *, vocabulary: Vocabulary, zone: tzinfo, source: Source,
              problems: list[DraftingError], words: Mapping[str, Answer] = ANSWERS,
              scoped: bool = False) -> Case | None:
    """Read a `case` block; None if `problems` were added. A date is midnight in `zone`.

    `words` are those after which a case may name facts, and the answer that each stands for;
    where its provision is `scoped`, it has an `applies`, and `not applicable` speaks of that.
    """
    before = len(problems)
    if not block.info:
        problems.append(source.mistake(
            "this case has no title", line=block.line,
            hint="say in words what it shows: ```case quoted to rebut it, it is left alone"))
    arrow = next((i for i, x in enumerate(block.lines) if x.text.lstrip().startswith("->")), None)
    if arrow is None:
        problems.append(source.mistake(
            "this case expects nothing", line=block.line,
            hint="end it with a line `-> holds`, `-> does not hold`, `-> undetermined: FACT` or "
            "the effect that must follow"))
        return None
    for line in block.lines[arrow + 1:]:
        if line.text.strip():
            problems.append(source.mistake(
                "something stands after what this case expects", line=line.number,
                column=line.column, hint="one `->` ends a case; write another case for more"))
            break
    expectation = _read_expectation(block.lines[arrow], vocabulary, source, problems, words,
                                    scoped)
    record = _Facts(vocabulary, source, problems).read(block.lines[:arrow], zone)
    if expectation is None or len(problems) > before:
        return None
    return Case(title=block.info, record=record, expectation=expectation, line=block.line)


def _read_expectation(line: Line, vocabulary: Vocabulary, source: Source,
                      problems: list[DraftingError], words: Mapping[str, Answer],
                      scoped: bool) -> Expectation | None:
    at = line.text.index("->") + 2
    text = line.text[at:].strip()
    column = line.column + at + len(line.text[at:]) - len(line.text[at:].lstrip())

    def made(answer: Answer, names: tuple[str, ...] | None = None,
             effect: str | None = None, applies: bool = True) -> Expectation:
        return Expectation(answer=answer, names=names, effect=effect, text=text, line=line.number,
                           column=column, applies=applies)

    if not text:
        problems.append(source.mistake(
            "nothing stands after `->`", line=line.number, column=line.column + at - 2, length=2,
            hint="write `holds`, `does not hold`, `undetermined: FACT` or an effect"))
        return None
    if text == "holds":
        return made(Answer.HOLDS)
    for word, answer in words.items():
        applies = not (scoped and word == NOT_APPLICABLE)
        if text == word:
            return made(answer, applies=applies)
        if not text.startswith(word + ":"):
            continue
        names = tuple(n.strip() for n in text[len(word) + 1:].split(","))
        binds = [c.binds for c in vocabulary.collections.values()]
        for name in names:
            if name not in vocabulary.facts and name not in binds:
                place = column + len(word) + 1
                found = line.text.find(name, place - line.column) if name else -1
                problems.append(source.mistake(
                    f"`{name}` is not a declared fact" if name else "a fact is missing here",
                    line=line.number, column=column if found < 0 else found + line.column,
                    length=len(name) or len(text),
                    hint=suggest(name, [*vocabulary.facts, *binds])
                    or f"name facts after `{word}:`, with commas between them"))
                return None
        return made(answer, names, applies=applies)
    return made(Answer.HOLDS, effect=re.sub(r"\s+", " ", text))


class _Facts:
    """The facts of one case, gathered statement by statement into a record."""

    def __init__(self, vocabulary: Vocabulary, source: Source,
                 problems: list[DraftingError]) -> None:
        self.vocabulary, self.source, self.problems = vocabulary, source, problems
        self.binds = {c.binds: c for c in vocabulary.collections.values()}
        self.plain: dict[str, Value] = {}
        self.elements: dict[str, dict[int, dict[str, Value]]] = {}
        self.placed: dict[str, list[Token]] = {}
        self.none: set[str] = set()

    def read(self, lines: Sequence[Line], zone: tzinfo) -> Record:
        before = len(self.problems)
        tokens = read_tokens([(x.text, x.number, x.column) for x in lines], zone=zone,
                             source=self.source, problems=self.problems)
        if len(self.problems) == before:
            for statement in _statements(tokens):
                self.statement(statement)
        record: dict[str, Any] = dict(self.plain)
        for binds in {*self.elements, *self.none}:
            found = self.elements.get(binds, {})
            if set(found) != set(range(1, len(found) + 1)) and len(self.problems) == before:
                missing = next(i for i in range(1, len(found) + 2) if i not in found)
                self.wrong(self.placed[binds], f"`{binds}[{missing}]` has no facts, but a "
                           "later one has", "number the elements from 1, without gaps")
            record[binds] = tuple(MappingProxyType(found[i]) for i in sorted(found))
        return MappingProxyType(record)

    def wrong(self, tokens: Sequence[Token], what: str, hint: str | None) -> None:
        first, last = tokens[0].span, tokens[-1].span
        length = last.end_column - first.column if first.line == last.line else None
        self.problems.append(self.source.mistake(what, line=first.line, column=first.column,
                                                 length=length, hint=hint))

    def statement(self, tokens: list[Token]) -> None:
        """Take `name = value`, `claim[2].name = value` or `claim = none` into the record."""
        split = next((i for i, t in enumerate(tokens) if t.text in ("=", "==")), None)
        if split is None or split == 0 or split + 1 == len(tokens):
            self.wrong(tokens, "this is not a fact with its value",
                       "write `FACT = VALUE`, with `;` or a new line between two")
            return
        if tokens[split].text == "==":
            self.wrong([tokens[split]], "a case sets a fact with one `=`", "write `=`")
            return
        left, right = tokens[:split], tokens[split + 1:]
        named = self.name(left)
        if named is None:
            return
        name, element = named
        collection = self.binds.get(name)
        if collection is not None:
            self.empty(left, name, right, collection)
            return
        fact = self.vocabulary.facts.get(name)
        if fact is None:
            self.wrong(left, f"`{name}` is not a declared fact",
                       suggest(name, [*self.vocabulary.facts, *self.binds])
                       or "a case names only facts of the vocabulary")
            return
        value = self.value(right, fact)
        if value is not None:
            self.set(left, fact, element, value)

    def name(self, tokens: list[Token]) -> tuple[str, int | None] | None:
        """The fact that is set, and the element (from 1) whose it is."""
        if len(tokens) == 1 and tokens[0].kind == "name":
            return tokens[0].text, None
        texts = [t.text for t in tokens]
        if len(tokens) == 6 and texts[1] == "[" and texts[3:5] == ["]", "."] \
                and tokens[0].kind == tokens[5].kind == "name":
            number = tokens[2].value
            if tokens[2].kind == "value" and type(number) is int and 1 <= number <= MOST_ELEMENTS \
                    and texts[0] in self.binds:
                return f"{texts[0]}.{texts[5]}", number
        self.wrong(tokens, "this does not name a fact",
                   "write `post.stance`, or `claim[2].rating` for the second of several")
        return None

    def empty(self, left: list[Token], name: str, right: list[Token],
              collection: Collection) -> None:
        if len(right) == 1 and right[0].text == "none":
            if name in self.elements:
                self.wrong(left, f"this case both gives a `{name}` and says that there is none",
                           "keep one")
            self.none.add(name)
            return
        self.wrong(left, f"`{name}` is a thing, not one of its facts",
                   f"write `{name} = none` if there is no {collection.phrase}, or its facts: "
                   f"`{name}.…`")

    def set(self, left: list[Token], fact: Fact, element: int | None, value: Value) -> None:
        head = fact.name.split(".", 1)[0]
        facts = self.plain
        if head in self.binds:
            if head in self.none:
                self.wrong(left, f"this case both gives a `{head}` and says that there is none",
                           "keep one")
            self.placed[head] = left
            facts = self.elements.setdefault(head, {}).setdefault(element or 1, {})
        if fact.name in facts:
            self.wrong(left, f"`{fact.name}` is set twice", "keep one; the facts of another "
                       f"element are written `{head}[2].…`" if head in self.binds else "keep one")
        facts[fact.name] = value

    def value(self, tokens: list[Token], fact: Fact) -> Value | None:
        """The value of these words, if it fits the fact."""
        texts = [t.text for t in tokens]
        value: Value | None
        if tokens[0].text == "[" and tokens[0].kind == "sign":
            if texts[-1] != "]" or len(tokens) == 1:
                self.wrong(tokens, "this list is never closed", "close it with `]`")
                return None
            inner = tokens[1:-1]
            values = [_literal([t]) for t in inner[::2]]
            if any(t.text != "," for t in inner[1::2]) or None in values \
                    or (inner and len(inner) % 2 == 0):
                self.wrong(tokens, "this is not a list of values",
                           'write values with commas between them: `["a", "b"]`')
                return None
            value = tuple(v for v in values if v is not None)
        else:
            value = _literal(tokens)
            if value is None:
                if texts == ["none"]:
                    self.wrong(tokens, f"`{fact.name}` cannot be none",
                               "leave it out: a fact that a case does not name is missing")
                elif len(tokens) == 1 and tokens[0].kind == "name":
                    self.wrong(tokens, f"`{texts[0]}` is not a value",
                               f'put text in quotation marks: `"{texts[0]}"`')
                else:
                    self.wrong(tokens, "this is not one value",
                               "put `;` or a new line between two facts")
                return None
        return self.fitting(tokens, fact, value)

    def fitting(self, tokens: list[Token], fact: Fact, value: Value) -> Value | None:
        """The value, if it is of the fact's type and within its bounds."""
        if fact.type.name == "number" and type(value) is int:
            value = float(value)
        try:
            check_value(fact, value)
        except RecordError:
            if fact.type.name == "choice" and isinstance(value, str):
                self.wrong(tokens, f"`{fact.name}` can never be `{format_value(value)}`",
                           suggest(value, fact.type.choices) or f"it is {fact.type.describe()}")
                return None
            given = f"a list, `{format_value(value)}`" if isinstance(value, tuple) \
                else f"`{format_value(value)}`"
            kind = "" if isinstance(value, tuple) else f", {type_of_literal(value).describe()}"
            self.wrong(tokens, f"`{fact.name}` is {fact.type.describe()}; this is {given}{kind}",
                       f"give {fact.type.describe()}")
            return None
        if isinstance(value, int | float) and not isinstance(value, bool) and (
                (fact.low is not None and value < fact.low)
                or (fact.high is not None and value > fact.high)):
            self.wrong(tokens, f"`{fact.name}` can never be `{format_value(value)}`",
                       f"its declared bounds are {_bounds(fact)}")
            return None
        return value


def _bounds(fact: Fact) -> str:
    low, high = ("none" if b is None else f"{b:g}" for b in (fact.low, fact.high))
    return f"{low} below and {high} above"


def _literal(tokens: list[Token]) -> Scalar | None:
    """The one value that these words write, or None."""
    if len(tokens) == 2 and tokens[0].text == "-" and tokens[1].kind == "value":
        value = tokens[1].value
        return -value if type(value) in (int, float) else None  # type: ignore[operator]
    if len(tokens) != 1:
        return None
    token = tokens[0]
    return token.value if token.kind == "value" else TRUTHS.get(token.text)


def _statements(tokens: list[Token]) -> list[list[Token]]:
    """Tokens cut at every `;` and line end that is outside square brackets."""
    statements: list[list[Token]] = [[]]
    depth, line = 0, 0
    for token in tokens:
        sign = token.text if token.kind == "sign" else ""
        if depth <= 0 and token.span.line != line:
            statements.append([])
        line = token.span.line
        depth += (sign == "[") - (sign == "]")
        if sign == ";" and depth <= 0:
            statements.append([])
        else:
            statements[-1].append(token)
    return [s for s in statements if s]


def describe_facts(facts: Mapping[str, Value] | Sequence[tuple[str, Value]]) -> str:
    """Facts as a case would write them: `a.b = 1; c.d = yes`."""
    pairs = facts.items() if isinstance(facts, Mapping) else facts
    return "; ".join(f"{n} = {'none' if v == () else format_value(v)}" for n, v in pairs)
