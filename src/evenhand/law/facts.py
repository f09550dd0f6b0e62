"""The facts that readings may name: `facts.md`, read into a vocabulary.

Each fact has a heading, its question, and a `fact` block; its prose says how our record answers
the question. Fact patterns from elsewhere name facts by their short ids, as `cases.jsonl` does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from evenhand.errors import EvenhandError
from evenhand.law.entries import Keys, one, read_entries, text_of
from evenhand.rulebook.document import Block, Document, Provision, read_document
from evenhand.rulebook.drafting import DraftingError, DraftingErrors, suggest
from evenhand.rulebook.values import check_value
from evenhand.rulebook.vocabulary import (
    DURATION,
    INSTANT,
    INTEGER,
    TEXT,
    TRUTH,
    Fact,
    Record,
    Type,
    Value,
    Vocabulary,
    choice,
)

KINDS = ("fact",)
KEYS = Keys(needed=("type", "known by", "pinpoint"), once=("short id", "detail id"))
TYPES = {"yes or no": TRUTH, "whole number": INTEGER, "text": TEXT, "instant": INSTANT,
         "duration": DURATION}
SPACES = ("act", "material", "reason", "process", "suit")
"""The first words of law facts: what was done, to what, why, how, and what the claim says of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LawFact:
    """A fact of the law: its declaration, its question, and what the record knows of it.

    `short_id` is its name in fact patterns from elsewhere, `detail_id` its name there among what
    stands outside their vocabulary; `pinpoint` is the law or case that asks for it.
    """

    fact: Fact
    question: str
    pinpoint: str
    words: str
    short_id: str | None
    detail_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LawFacts:
    """All of them, in the order of the document."""

    document: Document
    facts: tuple[LawFact, ...]
    vocabulary: Vocabulary

    def record(self, short: Mapping[str, object], detail: Mapping[str, object]) -> Record:
        """The record of a fact pattern by short ids or names; what is null is missing.

        Raises `EvenhandError` for an id that is not known and for a value that does not fit. Of
        `detail`, what no fact answers to is left out.
        """
        by_short = {name: f.fact for f in self.facts for name in (f.short_id, f.fact.name) if name}
        record: dict[str, Value] = {}
        for name, value in short.items():
            fact = by_short.get(name)
            if fact is None:
                raise EvenhandError(f"`{name}` is not a fact of the law",
                                    hint=suggest(name, by_short) or "law/facts.md lists them")
            if value is not None:
                said = _fitting(name, value, fact)
                if record.setdefault(fact.name, said) != said:
                    raise EvenhandError(f"`{name}` and another name of `{fact.name}` differ",
                                        hint="give each fact once")
        for one_fact in self.facts:
            value = detail.get(one_fact.detail_id) if one_fact.detail_id else None
            if value is not None:
                record[one_fact.fact.name] = _fitting(str(one_fact.detail_id), value,
                                                      one_fact.fact)
        return record


def _fitting(name: str, value: object, fact: Fact) -> Value:
    if fact.type is DURATION:
        value = _duration(value)
    try:
        check_value(fact, value)
    except EvenhandError as wrong:
        choices = fact.type.choices
        raise EvenhandError(
            wrong.what.replace(f"`{fact.name}`", f"`{name}`", 1),
            hint=(suggest(value, choices) if isinstance(value, str) and choices else None)
            or ('give it as `{"seconds": 172800}`' if fact.type is DURATION else wrong.hint),
        ) from None
    return value  # type: ignore[return-value]


def _duration(value: object) -> object:
    """A duration as JSON has it, `{"seconds": 172800}`; whatever else is given, as it is."""
    match value:
        case {"seconds": int(seconds), **more} if not more and not isinstance(seconds, bool):
            try:
                return timedelta(seconds=seconds)
            except OverflowError:
                return value
    return value


def read_facts(text: str, *, name: str) -> LawFacts:
    """Read `facts.md`. Raises `DraftingErrors` with every mistake."""
    document = read_document(text, name=name, kinds=KINDS)
    problems: list[DraftingError] = []
    facts = tuple(fact for p in document.provisions for b in p.blocks
                  if (fact := _read_fact(document, p, b, problems)) is not None)
    _check_names(document, facts, problems)
    if problems:
        raise DraftingErrors(problems)
    return LawFacts(document=document, facts=facts,
                    vocabulary=Vocabulary.of(f.fact for f in facts))


def _read_fact(document: Document, provision: Provision, block: Block,
               problems: list[DraftingError]) -> LawFact | None:
    source, before = document.source, len(problems)
    entries = read_entries(block, KEYS, source, problems)
    head = provision.number.split(".")[0]
    if head not in SPACES:
        problems.append(source.mistake(
            f"`{provision.number}` lies in no space of law facts", line=provision.line,
            hint=suggest(head, SPACES) or "begin it with one of: " + ", ".join(SPACES)))
    if not provision.title or not provision.prose:
        problems.append(source.mistake(
            f"`{provision.number}` has no question, or no words under it", line=provision.line,
            hint="write its question into the heading, and under it how our record answers it"))
    type_ = None
    entry = one(entries, "type")
    if entry is not None:
        type_ = _read_type(entry.text)
        if type_ is None:
            problems.append(source.mistake(
                f"`{entry.text}` is not a type", line=entry.line, column=entry.column,
                hint="write `one of: a, b, c`, or one of: " + ", ".join(TYPES)))
    if type_ is None or len(problems) > before:
        return None
    return LawFact(
        fact=Fact(name=provision.number, type=type_, meaning=provision.title,
                  observer=text_of(entries, "known by"), audience="regulator"),
        question=provision.title, pinpoint=text_of(entries, "pinpoint"), words=provision.prose,
        short_id=text_of(entries, "short id") or None,
        detail_id=text_of(entries, "detail id") or None)


def _read_type(text: str) -> Type | None:
    kind, _, rest = text.partition(":")
    if kind.strip() == "one of":
        words = [w.strip() for w in rest.split(",")]
        fine = len(words) > 1 and len(set(words)) == len(words) and all(
            re.fullmatch(r"[a-z][a-z0-9_]*", w) for w in words)
        return choice(*words) if fine else None
    return TYPES.get(text)


def _check_names(document: Document, facts: tuple[LawFact, ...],
                 problems: list[DraftingError]) -> None:
    first: dict[str, str] = {}
    lines = {p.number: p.line for p in document.provisions}
    for fact in facts:
        for name in filter(None, (fact.fact.name, fact.short_id, fact.detail_id)):
            if name in first:
                problems.append(document.source.mistake(
                    f"`{name}` names two facts", line=lines[fact.fact.name],
                    hint=f"it already names `{first[name]}`: give one of them another"))
            first.setdefault(name, fact.fact.name)
