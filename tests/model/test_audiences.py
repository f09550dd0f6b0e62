"""Who may see what: the table of every field, and that no leaf holds more than the public may see.

`EVENHAND_GOLDEN=write pytest tests/model/test_audiences.py` writes the table anew; read it before
it is committed.
"""

from __future__ import annotations

import inspect
import os
import pkgutil
import types
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest

import evenhand.model
from evenhand.model.audience import AUDIENCES, SEES, audience_of, is_marked, view
from evenhand.model.period import Period
from evenhand.record import kinds
from evenhand.record.leaf import leaf_of
from evenhand.rulebook.vocabulary import Value

GOLDEN = Path(__file__).parent / "audiences.txt"
UNMARKED = {Period}
"""Values, not nouns: they go with the field that holds them."""


def nouns() -> list[type]:
    modules = [import_module(f"evenhand.model.{m.name}")
               for m in pkgutil.iter_modules(evenhand.model.__path__)]
    found = {c for m in (*modules, kinds) for _, c in inspect.getmembers(m, inspect.isclass)
             if is_dataclass(c) and c.__module__ == m.__name__}
    return sorted(found - UNMARKED, key=lambda c: (c.__module__, c.__qualname__))


@pytest.mark.parametrize("noun", nouns(), ids=lambda c: c.__name__)
def test_every_field_has_one_audience(noun: type) -> None:
    for field in fields(noun):
        assert audience_of(field) in AUDIENCES
    assert is_marked(noun)


def test_the_table_of_field_and_audience_is_this() -> None:
    rows = [f"{noun.__name__}.{field.name}: {audience_of(field)}"
            for noun in nouns() for field in fields(noun)]
    table = "\n".join(rows) + "\n"
    print(table)
    if os.environ.get("EVENHAND_GOLDEN") == "write":
        GOLDEN.write_text(table, encoding="utf-8")
    assert table == GOLDEN.read_text(encoding="utf-8")


def test_whoever_may_see_more_sees_what_the_public_sees() -> None:
    assert all(SEES["public"] <= seen for seen in SEES.values())
    assert SEES["sealed"] == set(AUDIENCES)
    assert "author" not in SEES["researcher"], "a researcher sees no author's words"


class Filled:
    """Builds a noun whose every text tells where it stands, and which mark it is under."""

    def __init__(self) -> None:
        self.count = 0

    def of(self, hint: Any, mark: str) -> Any:
        self.count += 1
        if hint == Value:
            return f"{mark}-marker-{self.count}"
        origin = get_origin(hint)
        if origin in (Union, types.UnionType):
            return self.of(next(a for a in get_args(hint) if a is not type(None)), mark)
        if origin is tuple:
            args = get_args(hint)
            each = args[:1] if args[-1] is Ellipsis else args
            return tuple(self.of(a, mark) for a in each)
        if origin is Literal:
            return get_args(hint)[0]
        if hint is datetime:
            # A leaf may tell the day; the time of day it may not.
            return datetime(2020, 5, 26, 12, 34, 56, self.count, tzinfo=UTC)
        if hint is Period:
            return Period(count=3, unit="hour")
        if isinstance(hint, type) and issubclass(hint, Enum):
            return next(iter(hint))
        if hint in (bool, int, float):
            return hint(770_000 + self.count)
        if hint is str:
            return f"{mark}-marker-{self.count}"
        return self.noun(hint, mark)

    def noun(self, cls: type, mark: str = "public", depth: int = 0) -> Any:
        if cls.__name__ == "Reason":
            return None
        hints = get_type_hints(cls)
        given = {}
        for field in fields(cls):
            own = field.metadata.get("audience", mark)
            # What is hidden hides all that is in it.
            given[field.name] = self.of(hints[field.name], own if mark == "public" else mark)
        return cls(**given)


@pytest.mark.parametrize("record", [kinds.DecisionRecord, kinds.DeliveryRecord],
                         ids=lambda c: c.__name__)
def test_nothing_that_is_not_public_appears_in_a_leaf(record: type) -> None:
    filled = Filled().noun(record)
    leaf = leaf_of(filled, b"k" * 32)
    for mark in AUDIENCES:
        if mark != "public":
            assert f"{mark}-marker".encode() not in leaf
    assert b"12:34" not in leaf, "a leaf tells the day, not the time"
    assert b"public-marker" in leaf or record is kinds.DeliveryRecord, "the markers do arrive"


def test_a_publication_is_public_whole() -> None:
    assert all(audience_of(f) == "public" for f in fields(kinds.PublicationRecord))
    assert all(audience_of(f) == "public" for f in fields(kinds.DocumentSealed))


def texts(seen: Any) -> str:
    return repr(seen)


@pytest.mark.parametrize("audience", AUDIENCES)
def test_a_view_holds_no_mark_that_its_audience_may_not_see(audience: Any) -> None:
    """Marks are read at every depth: of a record, its decision, its post, its author."""
    filled = Filled().noun(kinds.DecisionRecord)
    seen = texts(view(filled, audience))
    for mark in AUDIENCES:
        if mark not in SEES[audience]:
            assert f"{mark}-marker" not in seen
    assert "public-marker" in seen


def instants(seen: Any) -> list[datetime]:
    if isinstance(seen, dict):
        return [i for part in seen.values() for i in instants(part)]
    if isinstance(seen, tuple):
        return [i for part in seen for i in instants(part)]
    return [seen] if isinstance(seen, datetime) else []


def test_nothing_that_the_public_sees_of_a_decision_tells_its_time_or_its_id(making: Any) -> None:
    """An instant of ours would tie a leaf to whatever was seen to happen to a post just then."""
    assert instants(view(Filled().noun(kinds.DecisionRecord), "public")) == []
    terms = making.of(making.clause("1", "post.satire", "limit reach for 3 days\n"
                                    'label x "X" linking "https://a.example" by the platform'))
    record = making.settle(terms, making.dossier({"post.satire": True})).sealable.record
    seen = view(record, "public")
    assert instants(seen) == [] and record.decision.id not in repr(seen)
    assert record.decision.id in repr(view(record, "author"))


def test_the_public_sees_no_post_and_its_author_does(making: Any) -> None:
    terms = making.of(making.clause("1", "post.satire", 'label one "One"'))
    record = making.settle(terms, making.dossier({"post.satire": True})).sealable.record
    assert "Good morning" not in repr(view(record, "public"))
    assert "ada" not in repr(view(record, "public"))
    assert "Good morning" in repr(view(record, "author"))
    assert view(record, "public")["decision"]["actions"][0]["name"] == "one"
    assert view(record, "sealed")["notice"]["to"] == "ada"
