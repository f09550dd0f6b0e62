"""A version of a platform's terms: its documents in every language, read into clauses.

A version is named by one digest over its documents and the vocabulary frozen beside them, so that
replay and audit read old terms without today's code (DESIGN 4). One document is authentic and
carries the conditions; its siblings carry the same clauses' words in other languages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from evenhand.model.action import ActionKind
from evenhand.rulebook.check import Checked, Effects, Rule, check
from evenhand.rulebook.document import Citation, Document
from evenhand.rulebook.drafting import DraftingError, DraftingErrors, suggest
from evenhand.rulebook.lists import Pattern, WordList, read_lists
from evenhand.rulebook.vocabulary import Vocabulary
from evenhand.terms.front import FRONT_KEYS, Front, front_problems, read_front, text_of
from evenhand.terms.siblings import part_siblings, translated, translation_front
from evenhand.terms.then import ModerationEffects, PromisedAction, Then
from evenhand.terms.vouched import unvouched


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A numbered rule: what people read, and the same as the machine runs it.

    `rule` is None for a clause that only people read; it may say its force all the same.
    """

    citation: Citation
    title: str
    words: str
    rule: Rule | None
    then: Then


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """One version. `published_at` and `in_force_from` are instants in UTC, the start of the dates
    in the terms' time zone until a publication says otherwise. `languages` begins with the
    authentic one. `frozen` is the vocabulary it was published with,
    `vocabulary` the same with the facts of its own word lists. `translations` maps
    clause number and action to (language, words)."""

    digest: str
    front: Front
    documents: tuple[Document, ...]
    languages: tuple[str, ...]
    clauses: tuple[Clause, ...]
    lists: tuple[WordList | Pattern, ...]
    frozen: Vocabulary
    vocabulary: Vocabulary
    published_at: datetime
    in_force_from: datetime
    translations: Mapping[tuple[str, str], tuple[tuple[str, str], ...]]

    def clause(self, number: str) -> Clause | None:
        """The clause of this number, or None."""
        return next((c for c in self.clauses if c.citation.number == number), None)

    def words_of(self, number: str, says: str) -> tuple[tuple[str, str], ...]:
        """The words of an action in the other languages: (language, words)."""
        return self.translations.get((number, says), ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A version in time, as its front matter has it, whatever its clauses say.

    The instants are those of `Terms`; the first document is the one that says them.
    """

    digest: str
    front: Front
    documents: tuple[Document, ...]
    published_at: datetime
    in_force_from: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """The documents of one version, and every mistake in them; without mistakes they are `terms`.

    `checked` holds each document that carries rules; the others translate. `draft` is None where
    the front matter is unsound, or where nothing says which document is authentic. What is
    `barred` can be read, and keeps a version from being published; `remarks` do not.
    """

    documents: tuple[Document, ...]
    checked: tuple[tuple[Document, Checked], ...]
    draft: Draft | None
    terms: Terms | None
    problems: tuple[DraftingError, ...]
    barred: tuple[DraftingError, ...]
    remarks: tuple[DraftingError, ...]


def check_terms(document: Document, vocabulary: Vocabulary) -> Checked:
    """Check a document of terms: its form, its conditions, its effects, its cases."""
    return check(document, vocabulary=vocabulary, effects=ModerationEffects(),
                 front_keys=FRONT_KEYS, extra=(front_problems, _clause_problems))


def read_terms(documents: Sequence[Document], *, vocabulary: Vocabulary, digest: str) -> Terms:
    """Read the sibling documents of one version; `digest` is their version digest.

    Raises `DraftingErrors` with every mistake in any of them.
    """
    examined = examine(documents, vocabulary=vocabulary, digest=digest)
    if examined.terms is None:
        raise DraftingErrors(examined.problems)
    return examined.terms


def examine(documents: Sequence[Document], *, vocabulary: Vocabulary, digest: str,
            whole: bool = True) -> Examined:
    """Hold the documents of one version against the language, the facts and one another.

    `whole` is False where another document of the version may be there that cannot be read: then
    nothing that it may say is told as lacking.
    """
    parted = part_siblings(documents, whole=whole)
    problems = list(parted.problems)
    checked = tuple((d, check_terms(d, vocabulary)) for d in parted.carrying)
    problems.extend(p for _, found in checked for p in found.problems)
    problems.extend(p for other in parted.others for p in translation_front(other))
    authentic = parted.authentic
    found = next((c for d, c in checked if d is authentic), None)
    sound = found is not None and not found.problems
    front = read_front(authentic) if authentic is not None else None
    clauses: tuple[Clause, ...] = ()
    if found is not None and front is not None:
        clauses = _clauses(found, front, digest)
    promised = {(c.citation.number, a.says): a for c in clauses for a in c.then.actions}
    translations: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {}
    for sibling in parted.translating:
        assert authentic is not None, "where nothing is authentic, nothing translates it"
        # What the authentic document promises is not known where it holds a mistake.
        said, wrong = translated(sibling, authentic, promised if sound else None)
        problems.extend(wrong)
        for number, says, words in said:
            known = translations.get((number, says), ())
            translations[number, says] = (*known, (text_of(sibling, "language"), words))
    draft = terms = None
    if authentic is not None and front is not None:
        draft = Draft(digest=digest, front=front, documents=(authentic, *parted.translating),
                      published_at=_midnight(front.published, front.zone),
                      in_force_from=_midnight(front.in_force, front.zone))
    if draft is not None and found is not None and not problems:
        terms = Terms(
            digest=digest, front=draft.front, documents=draft.documents,
            languages=tuple(text_of(d, "language") for d in draft.documents), clauses=clauses,
            lists=found.lists, frozen=vocabulary, vocabulary=found.vocabulary,
            published_at=draft.published_at, in_force_from=draft.in_force_from,
            translations=translations)
    return Examined(documents=tuple(documents), checked=checked, draft=draft, terms=terms,
                    problems=tuple(problems), barred=tuple(
                        b for _, c in checked for rule in c.rules
                        for b in _acts_on_what_is_only_alike(rule, c)),
                    remarks=tuple(
                        r for _, c in checked for rule in c.rules for r in _remarks(rule, c)))


def _clauses(checked: Checked, front: Front, digest: str) -> tuple[Clause, ...]:
    document = checked.document
    rules = {rule.provision.number: rule for rule in checked.rules}
    effects = {number: rule.effects for number, rule in rules.items()} | dict(checked.said)
    return tuple(Clause(
        citation=replace(document.cite(p.number, version=front.version),
                         document=front.title, digest=digest),
        title=p.title, words=p.prose, rule=rules.get(p.number),
        then=_then_of(effects.get(p.number))) for p in document.provisions)


def _acts_on_what_is_only_alike(rule: Rule, checked: Checked) -> Iterator[DraftingError]:
    """A clause that would act on a fact-check for which nobody vouches."""
    told = unvouched(checked.document, rule.condition.tree)
    if told is not None and _then_of(rule.effects).actions:
        yield told


def _remarks(rule: Rule, checked: Checked) -> Iterator[DraftingError]:
    """Questions that nobody has to answer by any day."""
    then = _then_of(rule.effects)
    if then.ask_within is not None:
        return
    if then.cap is not None and then.cap.then_ask and then.cap.ask_within is None:
        yield checked.document.source.mistake(
            "the question of this cap has no due date", line=_line_of(rule, "at most"),
            hint="write `then ask a reviewer within 24 hours`")
    if any(a.kind is ActionKind.EDIT and a.redacts is None for a in then.actions):
        yield checked.document.source.mistake(
            "the question who makes this edit has no due date", line=_line_of(rule, "edit"),
            hint="add a line `if undetermined, ask a reviewer within 24 hours`")


def _then_of(effects: Effects | None) -> Then:
    if effects is None:
        return Then()
    assert isinstance(effects, Then), "the effects of a clause are those of moderation"
    return effects


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(ZoneInfo("UTC"))


def _clause_problems(document: Document, rules: Iterable[Rule]) -> Iterator[DraftingError]:
    """What one clause must know of the others."""
    rules = tuple(rules)
    # A clause whose condition is wrong is still a rule, so that one mistake is told once.
    numbers = {p.number for p in document.provisions if any(b.kind == "when" for b in p.blocks)}
    collections = {rule.provision.number for rule in rules if rule.condition.binds is not None}
    lists = {entry.name for entry in read_lists(document, [])}
    for rule in rules:
        then, number = _then_of(rule.effects), rule.provision.number
        target = then.exception_to
        if target is not None and (target not in numbers or target == number):
            yield document.source.mistake(
                f"clause {number} is an exception to {target}, which is no rule of these terms",
                line=_line_of(rule, "exception to"),
                hint="name the number of another clause with a `when`")
        for action in then.actions:
            yield from _action_problems(document, action, lists, bound=number in collections)
    yield from _circles(document, rules)


def _line_of(rule: Rule, beginning: str) -> int:
    """The line of a rule's `then` block that begins so; its heading's where none does."""
    return next((line.number for block in rule.provision.blocks if block.kind == "then"
                 for line in block.lines if line.text.strip().startswith(beginning)),
                rule.provision.line)


def _circles(document: Document, rules: Sequence[Rule]) -> Iterator[DraftingError]:
    """Clauses that are exceptions to one another: neither could be answered first."""
    targets = {r.provision.number: target for r in rules
               if (target := _then_of(r.effects).exception_to) is not None}
    told: set[str] = set()
    for rule in rules:
        path = [rule.provision.number]
        while (following := targets.get(path[-1])) is not None and following not in path:
            path.append(following)
        if following == path[0] and len(path) > 1 and not told & set(path):
            told.update(path)
            yield document.source.mistake(
                "these clauses are exceptions to one another: " + ", ".join((*path, path[0])),
                line=_line_of(rule, "exception to"),
                hint="say of one of them that it is no exception")


def _action_problems(document: Document, action: PromisedAction, lists: set[str], *,
                     bound: bool) -> Iterator[DraftingError]:
    if action.link is not None and not action.link.startswith("http"):
        if action.link != "claim.fact_check":
            yield document.source.mistake(
                f"`{action.link}` is not a fact that holds an address", line=action.line,
                hint="link to `claim.fact_check`, or write an address in quotes")
        elif not bound:
            yield document.source.mistake(
                "the label links to a claim, but the condition matches none", line=action.line,
                hint="put the condition under `for a matched claim:`")
    if action.redacts is not None and action.redacts not in lists:
        yield document.source.mistake(
            f"there is no word list or pattern `{action.redacts}` in these terms",
            line=action.line, hint=suggest(action.redacts, lists)
            or "name a `words` or `pattern` block")
