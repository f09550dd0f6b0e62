"""How far a number can reach: intervals of declared bounds, and what they have already decided.

>>> describe_reach((0.0, 1.0)), decide((0.0, 1.0), (2.0, 2.0), ">")
('between 0 and 1', False)
"""

from __future__ import annotations

import math

from evenhand.rulebook.syntax import Arithmetic, Count, Expression, FactName, Literal
from evenhand.rulebook.vocabulary import Type, Vocabulary

Reach = tuple[float, float]
"""The least and the greatest value, either perhaps infinite."""

_FAMILY = {"integer": "number", "number": "number", "text": "text", "choice": "text"}


def family(type_: Type) -> str:
    """The name under which types may be compared: integers with numbers, choices with text."""
    return _FAMILY.get(type_.name, type_.name)


def reach(node: Expression, vocabulary: Vocabulary) -> Reach | None:
    """How far a sound expression reaches, by declared bounds; None if it is not a number."""
    match node:
        case Literal(value=int() | float() as value) if not isinstance(value, bool):
            return float(value), float(value)
        case FactName(name=name):
            fact = vocabulary.facts[name]
            if family(fact.type) != "number":
                return None
            return (-math.inf if fact.low is None else fact.low,
                    math.inf if fact.high is None else fact.high)
        case Count():
            return 0.0, math.inf
        case Arithmetic(operator=sign, left=a, right=b):
            left, right = reach(a, vocabulary), reach(b, vocabulary)
            if left is None or right is None:
                return None
            (low, high), (least, most) = left, right
            if sign == "+":
                ends = [low + least, high + most]
            elif sign == "-":
                ends = [low - most, high - least]
            else:
                ends = [x * y for x in left for y in right]
            # Where an unbounded end meets zero or its opposite, nothing is known.
            if any(math.isnan(e) for e in ends):
                return -math.inf, math.inf
            return min(ends), max(ends)
        case _:
            return None


def decide(left: Reach, right: Reach, sign: str) -> bool | None:
    """What a comparison of any value of one reach with any of another always says, or None."""
    (low, high), (least, most) = left, right
    match sign:
        case "<":
            return True if high < least else False if low >= most else None
        case "<=":
            return True if high <= least else False if low > most else None
        case ">":
            return decide(right, left, "<")
        case ">=":
            return decide(right, left, "<=")
        case "==":
            if high < least or low > most:
                return False
            return True if low == high == least == most else None
        case _:
            equal = decide(left, right, "==")
            return None if equal is None else not equal


def describe_reach(reached: Reach) -> str:
    """Say how far it reaches: `between 0 and 1`, `at 0 or above`."""
    low, high = (int(v) if v.is_integer() else v for v in map(float, reached))
    if high == math.inf:
        return f"at {low} or above"
    return f"at {high} or below" if low == -math.inf else f"between {low} and {high}"
