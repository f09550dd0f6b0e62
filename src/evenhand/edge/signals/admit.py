"""Whether a value is one that a declared fact may hold: its type, its bounds, its choices.

>>> from evenhand.rulebook.vocabulary import Fact, INTEGER
>>> strikes = Fact(name="account.strikes", type=INTEGER, meaning="strikes", observer="history",
...                audience="author", low=0)
>>> refusal(strikes, 2)
>>> refusal(strikes, -1)
'-1 is below 0, the least that `account.strikes` can be'
>>> refusal(strikes, True)
'true is not a whole number'
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from typing import Any

from evenhand.rulebook.vocabulary import GREATEST_INTEGER, Fact, Type


def refusal(fact: Fact, value: object) -> str | None:
    """Why the fact cannot hold this value, in words; None where it can."""
    wrong = _mistyped(fact.type, value)
    if wrong is not None:
        return wrong
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if fact.low is not None and value < fact.low:
            return f"{value} is below {fact.low:g}, the least that `{fact.name}` can be"
        if fact.high is not None and value > fact.high:
            return f"{value} is above {fact.high:g}, the most that `{fact.name}` can be"
    return None


def at_sight(fact: Fact) -> Callable[[object], bool]:
    """A quick test: what passes it, the fact admits; what does not, `refusal` must look at."""
    name, low, high = fact.type.name, -GREATEST_INTEGER, GREATEST_INTEGER
    if fact.low is not None:
        low = max(low, math.ceil(fact.low))
    if fact.high is not None:
        high = min(high, math.floor(fact.high))
    if name == "integer":
        return lambda value: type(value) is int and low <= value <= high
    if name == "number":
        return lambda value: type(value) is float and low <= value <= high
    if name == "truth":
        return lambda value: type(value) is bool
    if name == "text":
        return lambda value: type(value) is str and value.isascii()
    if name == "instant":
        return lambda value: type(value) is datetime and value.tzinfo is UTC
    if name == "duration":
        return lambda value: type(value) is timedelta
    return lambda value: False


def admit_column(fact: Fact, values: Sequence[Any]) -> tuple[Sequence[Any], Counter[str]]:
    """The values that the fact can hold, None where it cannot; and how often, by the reason.

    None is a missing fact. What repeats is looked at once, which is most of what is counted.
    """
    plainly = at_sight(fact)
    kinds = {*map(type, values)}
    looked_at: Iterable[Any] = values
    if kinds <= {int, str, type(None)}:  # else `True` could pass for 1
        looked_at = {*values}
    elif kinds == {datetime} and fact.type.name == "instant":
        looked_at = [v for v in values if v.tzinfo is not UTC]
    refused: Counter[str] = Counter()
    if all(v is None or plainly(v) for v in looked_at):
        return values, refused
    admitted: list[Any] = []
    for value in values:
        wrong = None if value is None or plainly(value) else refusal(fact, value)
        if wrong is not None:
            refused[wrong] += 1
        admitted.append(value if wrong is None else None)
    return admitted, refused


def _mistyped(type_: Type, value: object) -> str | None:
    name = type_.name
    if name == "list":
        assert type_.of is not None, "a list type names the type of its elements"
        if not isinstance(value, tuple):
            return f"{show(value)} is not {type_.describe()}"
        return next((wrong for v in value if (wrong := _mistyped(type_.of, v))), None)
    if name == "truth":
        fits = isinstance(value, bool)
    elif name in ("integer", "number"):
        fits = isinstance(value, int if name == "integer" else (int, float))
        fits = fits and not isinstance(value, bool)
    elif name in ("text", "choice"):
        fits = isinstance(value, str)
    elif name == "instant":
        fits = isinstance(value, datetime) and value.utcoffset() is not None
    else:
        fits = isinstance(value, timedelta)
    if not fits:
        return f"{show(value)} is not {type_.describe()}"
    if isinstance(value, float) and not math.isfinite(value):
        return f"{value} is not a number that can be compared"
    if isinstance(value, (list, tuple, dict)):
        return "an object" if isinstance(value, dict) else "a list"
    if isinstance(value, int) and abs(value) > GREATEST_INTEGER:
        return f"{show(value)} is beyond 2**53, where engines stop agreeing"
    if name == "choice" and value not in type_.choices:
        return f"{show(value)} is not {type_.describe()}{meant(str(value), type_.choices)}"
    if isinstance(value, str) and not value.isascii() and any(
            "\ud800" <= c <= "\udfff" for c in value):
        return "the text holds half of a surrogate pair"
    return None


def show(value: object, longest: int = 60) -> str:
    """A value as an error quotes it, cut short."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        cut = value if len(value) <= longest else value[:longest - 1] + "…"
        return '"' + cut.encode("utf-8", "backslashreplace").decode() + '"'
    if isinstance(value, (list, tuple, dict)):
        return "an object" if isinstance(value, dict) else "a list"
    if isinstance(value, int) and abs(value) > 10**longest:
        return f"a whole number of {value.bit_length()} bits"
    text = "null" if value is None else str(value)
    return text if len(text) <= longest else text[:longest - 1] + "…"


def meant(word: str, known: tuple[str, ...]) -> str:
    """`; did you mean ...?` where one of the known words is close, else nothing."""
    close = get_close_matches(word, known, n=1, cutoff=0.6)
    return f"; did you mean `{close[0]}`?" if close else ""
