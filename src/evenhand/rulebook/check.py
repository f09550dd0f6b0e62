"""Every mistake that a drafter can make in a document, told at once; every case run.

The caller says what the document may speak of: its facts, its effects, its front matter, and any
checks of its own. What comes back are the rules, the mistakes, and the parts that no case tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Protocol
from zoneinfo import ZoneInfo

from evenhand.rulebook.answer import answer
from evenhand.rulebook.applying import APPLIES, NOT_APPLICABLE, Found, find
from evenhand.rulebook.cases import (
    ANSWERS,
    Case,
    Expectation,
    describe_facts,
    meets,
    read_case,
)
from evenhand.rulebook.condition import Condition
from evenhand.rulebook.definitions import Definition, Definitions
from evenhand.rulebook.document import Block, Document, Provision
from evenhand.rulebook.drafting import DraftingError, Source, suggest
from evenhand.rulebook.finding import Answer, Finding
from evenhand.rulebook.lists import Pattern, WordList, join_lists, read_lists
from evenhand.rulebook.syntax import Tree, format_condition
from evenhand.rulebook.untested import Drop, Untested, drops, substitute
from evenhand.rulebook.vocabulary import Scalar, Vocabulary

LONGEST_SAID = 400
"""What a mistake quotes of a case's facts is cut to this many characters."""


class Effects(Protocol):
    """What a `then` block promises, as the caller understands it.

    `names` are the effects a case may expect, as it would write them: `label get-the-facts`. An
    object with an attribute `lists` (names of word lists) uses those lists; one whose attribute
    `needs_condition` is False says something of its provision, and may stand without a `when`;
    what its attribute `presumed` (fact -> value) holds, its conditions presume; `fails` is what a
    case may call it, besides `does not hold`, that the condition does not hold.
    """

    @property
    def names(self) -> tuple[str, ...]:
        """The effects, as a case names them."""


class EffectsReader(Protocol):
    """The caller's reader of `then` blocks."""

    def read(self, block: Block, provision: Provision, document: Document,
             ) -> tuple[Effects, Iterable[DraftingError]]:
        """The effects of a `then` block and what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What one provision does: when its condition holds, its effects follow.

    `applies` says of which records it speaks at all; None for one that speaks of all. `defines`
    are the definitions that its conditions use, `word_lists` the lists whose hits they read, both
    by name.
    """

    provision: Provision
    condition: Condition
    effects: Effects
    defines: tuple[str, ...]
    word_lists: tuple[str, ...]
    cases: tuple[Case, ...]
    applies: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A checked document: its rules may be used if, and only if, it has no problems.

    `vocabulary` is the caller's with the facts of the document's own lists. `said` are the effects
    of provisions that have no condition: (number, effects).
    """

    document: Document
    vocabulary: Vocabulary
    rules: tuple[Rule, ...]
    said: tuple[tuple[str, Effects], ...]
    definitions: tuple[Definition, ...]
    lists: tuple[WordList | Pattern, ...]
    problems: tuple[DraftingError, ...]
    cases_run: int
    untested: tuple[Untested, ...]


ExtraCheck = Callable[[Document, tuple[Rule, ...]], Iterable[DraftingError]]


def check(document: Document, *, vocabulary: Vocabulary, effects: EffectsReader,
          front_keys: Iterable[str], extra: Iterable[ExtraCheck] = ()) -> Checked:
    """Check a document that `read_document` has read; its mistakes come back, sorted by place.

    `front_keys` are the keys that the caller knows. Dates are midnight in the front matter's
    `time zone`, or in UTC. `extra` are the caller's own checks, given the rules that are sound.
    Untested parts are looked for only in a document without problems.
    """
    return _Check(document, vocabulary, effects).run(tuple(front_keys), tuple(extra))


class _Check:
    def __init__(self, document: Document, vocabulary: Vocabulary, effects: EffectsReader) -> None:
        self.document, self.effects = document, effects
        self.source: Source = document.source
        self.problems: list[DraftingError] = []
        self.zone = self.read_zone()
        self.lists = read_lists(document, self.problems)
        self.vocabulary = join_lists(vocabulary, self.lists, self.source, self.problems)
        self.definitions = Definitions(document, self.vocabulary, self.zone, self.problems)
        self.cases_run = 0
        self.said: list[tuple[str, Effects]] = []
        self.unread = False  # whether a condition cannot be read, which may use what seems unused
        self.lists_used: set[str] = set()

    def run(self, front_keys: tuple[str, ...], extra: tuple[ExtraCheck, ...]) -> Checked:
        self.check_front(front_keys)
        self.check_numbers()
        rules = tuple(rule for p in self.document.provisions if (rule := self.rule(p)) is not None)
        definitions = self.definitions.finish(unread=self.unread)
        self.check_lists(definitions)
        for check_more in extra:
            self.problems.extend(check_more(self.document, rules))
        untested = () if self.problems else tuple(_find_untested(rules, definitions))
        return Checked(document=self.document, vocabulary=self.vocabulary, rules=rules,
                       said=tuple(self.said), definitions=definitions, lists=self.lists,
                       problems=tuple(sorted(self.problems, key=lambda p: (p.line, p.column))),
                       cases_run=self.cases_run, untested=untested)

    def wrong(self, line: int, what: str, hint: str | None, *, column: int = 0,
              length: int | None = None) -> None:
        self.problems.append(self.source.mistake(what, line=line, column=column, length=length,
                                                 hint=hint))

    def read_zone(self) -> tzinfo:
        given = self.document.front.get("time zone")
        if given is None:
            return UTC
        try:
            return ZoneInfo(given.text)
        except (KeyError, ValueError, OSError):
            # ZoneInfo looks its name up as a file: a name may fail in each of these ways.
            self.wrong(given.line, f"there is no time zone `{given.text}`",
                       "write a name of the IANA database, `Europe/Berlin`, or `UTC`")
            return UTC

    def check_front(self, front_keys: tuple[str, ...]) -> None:
        if not self.document.front and front_keys:
            self.wrong(1, "the document has no front matter",
                       "begin it with a line `---`, lines `key: value`, and another line `---`")
        for key, value in self.document.front.items():
            if key not in front_keys:
                self.wrong(value.line, f"`{key}` is not a key of the front matter",
                           suggest(key, front_keys)
                           or "the keys are " + ", ".join(f"`{k}`" for k in sorted(front_keys)),
                           length=len(key))

    def check_numbers(self) -> None:
        first: dict[str, Provision] = {}
        for provision in self.document.provisions:
            number, parent = provision.number, provision.parent
            if number in first:
                self.wrong(provision.line, f"the number `{number}` is given twice",
                           f"it already stands in line {first[number].line}; every provision has "
                           "a number of its own")
            first.setdefault(number, provision)
            numeric = parent is not None and parent[0].isdigit() == number[0].isdigit()
            if parent is not None and numeric and not number.startswith(parent + "."):
                self.wrong(provision.line, f"`{number}` stands under `{parent}`",
                           f"number it `{parent}.1` or after, or give its heading fewer `#`")

    def rule(self, provision: Provision) -> Rule | None:
        """The rule of a provision; None if it has none, or if something in it is wrong."""
        whens = self.blocks(provision, "when")
        thens = self.blocks(provision, "then")
        cases = self.blocks(provision, "case")
        scopes = self.blocks(provision, APPLIES)
        for blocks in (whens, thens, scopes):
            for second in blocks[1:]:
                self.wrong(second.line, f"`{provision.number}` has two `{second.kind}` blocks",
                           "join them into one, or make another provision of the second")
            for block in blocks:
                if block.info:
                    self.wrong(block.line, f"`{block.kind}` takes nothing after it",
                               "write it into the block, or into the heading")
        if whens and not thens:
            self.wrong(whens[0].line, f"`{provision.number}` says when, but not what then",
                       "add a `then` block with its effect")
        effects, presumed = self.read_effects(thens[0], provision) if thens else (None, {})
        if scopes and not whens:
            self.wrong(scopes[0].line, f"`{provision.number}` says where it applies, but not when",
                       "add a `when` block with its condition")
        if effects is not None and not whens:
            if getattr(effects, "needs_condition", True):
                self.wrong(thens[0].line, f"`{provision.number}` says what then, but not when",
                           "add a `when` block with its condition")
            self.said.append((provision.number, effects))
        if cases and not whens:
            self.wrong(cases[0].line, "this case has no condition to test",
                       "move it under the provision whose `when` it tests")
        if (whens or thens) and not provision.prose:
            self.wrong(provision.line, f"`{provision.number}` has blocks, but no words for people",
                       "write above its blocks what it says: the prose governs")
        if whens and not cases:
            self.wrong(whens[0].line, f"no case tests `{provision.number}`",
                       "add a `case` in which it holds and one in which it does not")
        condition, applies = (self.condition(b[0], presumed) if b else None
                              for b in (whens, scopes))
        read = self.read_cases(cases, {
            **ANSWERS, **({NOT_APPLICABLE: Answer.DOES_NOT_HOLD} if scopes else {}),
            **dict.fromkeys(getattr(effects, "fails", ()), Answer.DOES_NOT_HOLD)},
            scoped=bool(scopes))
        if condition is None or (scopes and applies is None):
            return None
        both = [condition] if applies is None else [applies, condition]
        lists = tuple(dict.fromkeys(n.removeprefix("hits.") for c in both for n in c.names
                                    if n.startswith("hits.")))
        self.lists_used.update(lists)
        if thens and effects is None:
            return None  # what its cases may expect is not known
        for case in read:
            self.run_case(case, condition, applies, provision, effects)
        if effects is None:
            return None
        return Rule(provision=provision, condition=condition, effects=effects,
                    defines=tuple(dict.fromkeys(d for c in both for d in c.definitions)),
                    word_lists=lists, cases=tuple(read), applies=applies)

    def condition(self, block: Block, presumed: Mapping[str, Scalar]) -> Condition | None:
        """The condition of a block, with what its provision presumes; None if it is wrong."""
        tree = self.definitions.read(block)
        self.unread = self.unread or tree is None
        if tree is None:
            return None
        return Condition.of(tree, self.vocabulary).presuming(presumed)

    @staticmethod
    def blocks(provision: Provision, kind: str) -> list[Block]:
        return [b for b in provision.blocks if b.kind == kind]

    def read_effects(self, block: Block, provision: Provision,
                     ) -> tuple[Effects | None, Mapping[str, Scalar]]:
        """The effects, None if they are wrong; and what is presumed, as far as it can be read."""
        effects, problems = self.effects.read(block, provision, self.document)
        found = tuple(problems)
        self.problems.extend(found)
        self.lists_used.update(getattr(effects, "lists", ()))
        return None if found else effects, getattr(effects, "presumed", {})

    def read_cases(self, blocks: Iterable[Block], words: Mapping[str, Answer], *,
                   scoped: bool) -> list[Case]:
        cases: list[Case] = []
        titles: dict[str, int] = {}
        for block in blocks:
            if block.info and block.info in titles:
                self.wrong(block.line, "two cases of one provision have the same title",
                           f"the first stands in line {titles[block.info]}: say in each title what "
                           "it shows")
            titles.setdefault(block.info, block.line)
            case = read_case(block, vocabulary=self.vocabulary, zone=self.zone,
                             source=self.source, problems=self.problems, words=words,
                             scoped=scoped)
            if case is not None:
                cases.append(case)
        return cases

    def run_case(self, case: Case, condition: Condition, applies: Condition | None,
                 provision: Provision, effects: Effects | None) -> None:
        """Hold a case against the condition and the effects that it names."""
        self.cases_run += 1
        expected = case.expectation
        if expected.effect is not None and effects is not None \
                and expected.effect not in effects.names:
            names = (*effects.names, *getattr(effects, "fails", ()), *(a.value for a in Answer),
                     *([NOT_APPLICABLE] if applies else ()))
            self.wrong(expected.line, f"`{provision.number}` promises no `{expected.effect}`",
                       suggest(expected.effect, names)
                       or "expect one of " + ", ".join(f"`{n}`" for n in names),
                       column=expected.column, length=len(expected.text))
            return
        found = find(condition, case.record, applies=applies, provision=provision.number)
        if not meets(expected, found):
            self.wrong(expected.line,
                       f"this case expects `{expected.text}`; the condition "
                       + _says(found, expected), _because(found.finding),
                       column=expected.column, length=len(expected.text))

    def check_lists(self, definitions: tuple[Definition, ...]) -> None:
        for definition in definitions:
            names = Condition.of(definition.tree, self.vocabulary).names
            self.lists_used.update(n.removeprefix("hits.") for n in names
                                   if n.startswith("hits."))
        for found in self.lists:
            if found.name not in self.lists_used and not self.unread:
                self.wrong(found.line, f"the list `{found.name}` is never used",
                           f"name `hits.{found.name}` in a condition, or take the list out")


def _says(found: Found, expected: Expectation) -> str:
    finding, same = found.finding, found.finding.answer is expected.answer
    if not found.applies:
        return "is not applicable" + ("" if expected.applies else ", but on other facts")
    match finding.answer:
        case Answer.HOLDS:
            return "holds"
        case Answer.DOES_NOT_HOLD:
            return "does not hold" + (", but on other facts" if same else "")
        case _:
            return "is undetermined: " + (", ".join(finding.missing) or "a number is beyond reach")


def _because(finding: Finding) -> str:
    said = describe_facts(finding.facts)
    if len(said) > LONGEST_SAID:
        said = said[:LONGEST_SAID - 1] + "…"
    if finding.answer is Answer.UNDETERMINED:
        return f"what it knows is {said}" if said else "it knows none of the facts it needs"
    return f"what decides is {said}"


def _find_untested(rules: tuple[Rule, ...], definitions: tuple[Definition, ...],
                   ) -> Iterable[Untested]:
    """Drop each part of each condition and definition; tell those that no case misses."""
    for rule in rules:
        for drop in drops(rule.condition.tree):
            if _passes(rule, drop.rest):
                yield _untested(drop, rule.provision.number)
        if rule.applies is not None:
            for drop in drops(rule.applies.tree):
                if _passes(rule, rule.condition.tree, applies=drop.rest):
                    yield _untested(drop, rule.provision.number)
    for definition in definitions:
        using = [r for r in rules if definition.name in r.defines]
        for drop in drops(definition.tree):
            if all(_passes(r, substitute(r.condition.tree, definition.name, drop.rest),
                           applies=None if r.applies is None else substitute(
                               r.applies.tree, definition.name, drop.rest)) for r in using):
                yield _untested(drop, definition.provision)


def _untested(drop: Drop, provision: str) -> Untested:
    part = format_condition(drop.part)
    return Untested(
        provision=provision, line=drop.part.span.line, column=drop.part.span.column + 1,
        part=part, message=f"every case passes without `{part}`: add {drop.wanted()}")


def _passes(rule: Rule, tree: Tree, *, applies: Tree | None = None) -> bool:
    """Whether every case of a rule passes with other trees in its place."""
    condition, scope = Condition(tree=tree, facts=rule.condition.facts), rule.applies
    if scope is not None and applies is not None:
        scope = Condition(tree=applies, facts=scope.facts)
    for case in rule.cases:
        expected = case.expectation
        if scope is None and answer(condition, case.record) is not expected.answer:
            return False
        if (scope is not None or expected.names is not None) and not meets(expected, find(
                condition, case.record, applies=scope, provision=rule.provision.number)):
            return False
    return True

