"""Which facts of a file new terms can use, and why they cannot use the others.

A fact that nobody measured then is lacking. So is how often a word list was hit, where the list
has other words today than it had under the terms in force then, or where these are not known: what
was counted answers another question. What is lacking is a missing fact, and never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from evenhand.record.batch import Header
from evenhand.rulebook.frames import (
    check_dtype,
    column_name,
    dtype_of,
    element_fields,
    field_name,
)
from evenhand.rulebook.lists import Pattern, WordList
from evenhand.rulebook.vocabulary import Fact
from evenhand.terms.clauses import Terms

HITS = "hits."


@dataclass(frozen=True, slots=True, kw_only=True)
class Usable:
    """What new terms read of a file: its `columns`, and the facts that are `lacking`, with why.

    `column_of` leads from a fact that is there to its column. `otherwise` are the facts that
    another version of a signal observed: (fact, observer then, observer today).
    """

    columns: tuple[str, ...]
    column_of: Mapping[str, str]
    lacking: Mapping[str, str]
    otherwise: tuple[tuple[str, str, str], ...]


def facts_of(terms: Terms) -> dict[str, Fact]:
    """The facts that the conditions of some terms name, in the order of first naming."""
    return {fact.name: fact for clause in terms.clauses if clause.rule is not None
            for fact in clause.rule.condition.facts}


def usable(terms: Terms, header: Header, schema: pl.Schema,
           before: Terms | None) -> Usable:
    """What terms can read of a file that was measured under the terms `before`, where known.

    Raises a `ColumnError` for a column of another dtype than its facts are kept in.
    """
    columns: dict[str, None] = {}
    column_of: dict[str, str] = {}
    lacking: dict[str, str] = {}
    for name, fact in facts_of(terms).items():
        bound = terms.vocabulary.collection_of(name)
        column = column_name(name) if bound is None else bound.binds
        if column not in schema:
            lacking[name] = _never_measured(name, terms)
            continue
        if bound is None:
            check_dtype(column, schema[column], dtype_of(fact.type))
            why = _counted_otherwise(name, terms, before) if name.startswith(HITS) else None
        else:
            there = element_fields(schema[column], column, [fact])
            why = None if field_name(name) in there else _never_measured(name, terms)
        if why is not None:
            lacking[name] = why
        else:
            columns[column], column_of[name] = None, column
    return Usable(columns=tuple(columns), column_of=column_of, lacking=lacking,
                  otherwise=tuple(_otherwise(terms, column_of, header)))


def _never_measured(name: str, terms: Terms) -> str:
    if name.startswith(HITS):
        return f"the list `{name.removeprefix(HITS)}` was not counted then"
    return "it was not measured then"


def _counted_otherwise(name: str, terms: Terms, before: Terms | None) -> str | None:
    """Why what was counted of a list is not what is asked today; None where it is."""
    own = name.removeprefix(HITS)
    if before is None:
        return f"the terms in force then are not found, so nobody knows which words `{own}` had"
    today, then = _list(terms, own), _list(before, own)
    if then is None or today is None:
        return f"version {before.front.version} had no list `{own}`"
    version = f"in version {before.front.version}"
    if type(today) is not type(then):
        what = "words" if isinstance(then, WordList) else "patterns"
        return f"`{own}` was a list of {what} {version}"
    if today.on != then.on:
        return f"`{own}` was sought on the {then.on} text {version}"
    if today.sealed != then.sealed:
        return f"the sealed list `{own}` is another than {version}" if (
            today.sealed and then.sealed) else (
            f"the list `{own}` was {'sealed' if then.sealed else 'not sealed'} {version}, so "
            "nobody can compare the two")
    added, gone = _texts(today) - _texts(then), _texts(then) - _texts(today)
    if added or gone:
        told = ", ".join(f"{len(words):,} {what}" for words, what in (
            (added, "more"), (gone, "fewer")) if words)
        return f"the list `{own}` is not what it was {version} ({told})"
    return None


def _list(terms: Terms, name: str) -> WordList | Pattern | None:
    return next((entry for entry in terms.lists if entry.name == name), None)


def _texts(entry: WordList | Pattern) -> frozenset[str]:
    lines = entry.words if isinstance(entry, WordList) else entry.patterns
    return frozenset(line.text for line in lines)


def _otherwise(terms: Terms, there: Mapping[str, str],
               header: Header) -> Iterator[tuple[str, str, str]]:
    """The facts that another version observed than would today."""
    observers = {column.name: column.observer for column in header.columns}
    for name, column in there.items():
        then, today = observers.get(column), terms.vocabulary.facts[name].reported_by
        if then and today and "@" in then and "@" in today and then != today:
            yield name, then, today
