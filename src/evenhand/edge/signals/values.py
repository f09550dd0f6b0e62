"""The value of a fact as people write it, read by the fact's declared type.

>>> from evenhand.edge.signals.stated import FACTS
>>> plain_value(FACTS[0], " rebuts ")
'rebuts'
"""

from __future__ import annotations

import re

import msgspec

from evenhand.edge.signals.admit import refusal
from evenhand.edge.signals.stated import typed
from evenhand.errors import EvenhandError
from evenhand.rulebook.vocabulary import Fact, Type

_YES_OR_NO = {"yes": True, "true": True, "no": False, "false": False}


def plain_value(fact: Fact, text: str) -> object:
    """The value that words stand for, as JSON writes it, read by the fact's declared type."""
    value = _plain(fact.type, text.strip() if fact.type.name != "text" else text)
    value_of(fact, value)
    return value


def value_of(fact: Fact, plain: object) -> object:
    """The value that JSON stands for, which the fact can hold; refused with what it is."""
    try:
        value = typed(fact.type, plain)
        wrong = refusal(fact, value)
    except EvenhandError as unread:
        raise EvenhandError(f"`{fact.name}`: {unread.what}", hint=unread.hint) from None
    if wrong is not None:
        raise EvenhandError(f"`{fact.name}`: {wrong}",
                            hint=f"it is {fact.type.describe()}: {fact.meaning}")
    return value


def _plain(type_: Type, text: str) -> object:
    match type_.name:
        case "truth":
            return _YES_OR_NO.get(text.casefold(), text)
        case "integer" | "number" if re.fullmatch(r"[+-]?\d{1,30}", text, re.ASCII):
            return int(text)
        case "number" if re.fullmatch(r"[+-]?\d{1,30}\.\d{1,30}", text, re.ASCII):
            return float(text)
        case "list":
            try:
                return msgspec.json.decode(text)
            except (msgspec.DecodeError, RecursionError):
                return text
        case _:
            return text
