"""What to write instead: the hints that depend on a type.

>>> from evenhand.rulebook.syntax import FactName
>>> say_more(INTEGER, FactName(name="post.copies"))
'compare it: `post.copies > 0`'
"""

from __future__ import annotations

from datetime import datetime, timedelta

from evenhand.rulebook.reach import family
from evenhand.rulebook.syntax import Expression, Literal, Tree, format_condition
from evenhand.rulebook.vocabulary import DURATION, INSTANT, INTEGER, NUMBER, TEXT, TRUTH, Type


def type_of_literal(value: object) -> Type:
    """The type of a value that is written in a document."""
    match value:
        case bool():
            return TRUTH
        case int():
            return INTEGER
        case float():
            return NUMBER
        case datetime():
            return INSTANT
        case timedelta():
            return DURATION
        case _:
            return TEXT


def say_more(type_: Type, node: Tree) -> str:
    """What to write where a value stands and a condition should."""
    text = format_condition(node)
    match family(type_):
        case "number":
            return f"compare it: `{text} > 0`"
        case "text":
            example = type_.choices[0] if type_.choices else "text"
            return f'compare it: `{text} == "{example}"`'
        case "list":
            return f"ask what is in it: `ELEMENT in {text}`, or `count({text}) > 0`"
        case "instant":
            return f"compare it: `{text} < 2020-05-27`"
        case _:
            return f"compare it: `{text} < 7 days`"


def say_alike(wanted: Type, node: Expression) -> str:
    """What to write instead of a value of the wrong type."""
    value = node.value if isinstance(node, Literal) else None
    match family(wanted):
        case "number" if isinstance(value, str) and value.replace(".", "", 1).isdigit():
            return f"write the number without quotation marks: `{value}`"
        case "duration":
            return f"say how long: `{value} days`" if isinstance(value, int | float) \
                and not isinstance(value, bool) else "write a duration: `7 days`"
        case "instant":
            return "write a date, `2020-05-27`, or an instant, `2020-05-27T10:00Z`"
        case "text":
            return "put text in quotation marks" if not wanted.choices \
                else f"it must be {wanted.describe()}"
        case "truth":
            return "write `yes` or `no`, without quotation marks"
        case _:
            return "both sides must be of one type"
