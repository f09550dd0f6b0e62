"""A noun straight to its canonical bytes: the fast twin of `canonical(to_plain(noun))`.

For each class of noun a function is generated from its fields, in the order in which RFC 8785
has their names, so that no plain value is made on the way, and none is walked again. What is rare
(floats, integers beyond 2**53, lists of values) is left to `canonical`; a property test holds the
two together for every noun and every audience.

>>> from evenhand.model.post import PostId
>>> written(PostId(platform="agora", native="17"))
b'{"native":"17","platform":"agora","version":"1"}'
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from json.encoder import encode_basestring
from typing import Any, Literal, cast, get_args, get_origin

from evenhand.model.audience import Audience
from evenhand.model.period import Period
from evenhand.record.canonical import canonical
from evenhand.record.codec import (
    fields_seen,
    instant_text,
    is_value,
    members,
    to_plain,
    value_to_plain,
)
from evenhand.rulebook.vocabulary import Value

Write = Callable[[Any], str]


def written(noun: Any, *, seen_by: Audience = "sealed") -> bytes:
    """The canonical bytes of a noun, as far as this audience may see it."""
    try:
        return _of_noun(_class_of(noun), seen_by)(noun).encode()
    except (TypeError, UnicodeError, RecursionError):
        return canonical(to_plain(noun, seen_by=seen_by))  # which says what is wrong


def written_twice(noun: Any) -> tuple[bytes, bytes]:
    """The canonical bytes of a noun, whole and as far as its author may see it: what both have is
    written once."""
    try:
        whole, seen = _twice(_class_of(noun))(noun)
        return whole.encode(), seen.encode()
    except (TypeError, UnicodeError, RecursionError):
        return written(noun), written(noun, seen_by="author")


@cache
def _twice(cls: Any) -> Callable[[Any], tuple[str, str]]:
    """The function that writes the nouns of a class for both, by one pass over its fields."""
    given: dict[str, Any] = {}
    seen = dict(fields_seen(cls, "author"))
    lines, whole, author = [], [], []
    for n, (name, hint) in enumerate(sorted(fields_seen(cls, "sealed"))):
        nouns: Any = hint
        value, alike = f"noun.{name}", _alike(hint)
        whole.append(f'"{name}":{{a{n}}}')
        if is_dataclass(hint) and not alike and name in seen:
            given[f"w{n}"] = _twice(nouns)
            lines.append(f"a{n}, b{n} = w{n}({value})")
        else:
            given[f"w{n}"] = _of_field(hint, "sealed")
            lines.append(f"a{n} = {_call(f'w{n}', value, hint)}")
            if name in seen and not alike:
                given[f"v{n}"] = _of_field(hint, "author")
                lines.append(f"b{n} = {_call(f'v{n}', value, hint)}")
        if name in seen:
            author.append(f'"{name}":{{{"a" if alike else "b"}{n}}}')
    lines.append("return " + ", ".join("f'''{{" + ",".join(parts) + "}}'''"
                                       for parts in (whole, author)))
    write: Callable[[Any], tuple[str, str]] = _made(
        cls, "\n    ".join(["def write(noun):", *lines]), given)
    return write


@cache
def _alike(hint: Any) -> bool:
    """Whether of a field its author may see all, at every depth."""
    return not _hides(hint, set())


def _hides(hint: Any, passed: set[Any]) -> bool:
    if get_args(hint):
        return any(_hides(part, passed) for part in get_args(hint))
    if not is_dataclass(hint) or hint in passed or hint is Period:
        return False
    passed.add(hint)
    whole, seen = fields_seen(hint, "sealed"), fields_seen(hint, "author")
    return whole != seen or any(_hides(part, passed) for _, part in whole)


def _class_of(noun: Any) -> Any:
    return type(noun)


def _made(cls: Any, source: str, given: dict[str, Any]) -> Any:
    exec(compile(source, f"<written {cls.__name__}>", "exec"), given)  # noqa: S102 (names of fields)
    return given["write"]


@cache
def _of_noun(cls: Any, seen_by: Audience) -> Write:
    """The function that writes the nouns of a class: one f-string over its fields."""
    given: dict[str, Any] = {}
    parts = []
    for n, (name, hint) in enumerate(sorted(fields_seen(cls, seen_by))):
        given[f"w{n}"] = _of_field(hint, seen_by)
        parts.append(f'"{name}":{{{_call(f"w{n}", f"noun.{name}", hint)}}}')
    source = "def write(noun):\n    return f'''{{" + ",".join(parts) + "}}'''\n"
    return cast(Write, _made(cls, source, given))


def _call(write: str, value: str, hint: Any) -> str:
    """The source that writes a field's value."""
    return (f"'null' if (v := {value}) is None else {write}(v)" if _may_be_none(hint)
            else f"{write}({value})")


def _may_be_none(hint: Any) -> bool:
    return hint != Value and type(None) in get_args(hint)


def _of_field(hint: Any, seen_by: Audience) -> Write:
    if is_value(hint):
        return _value
    (member, *others) = members(hint)
    assert not others, f"there is no rule to write {hint}"
    return _of_hint(member, seen_by)


def _of_hint(hint: Any, seen_by: Audience) -> Write:
    nouns: Any = hint
    if get_origin(hint) is tuple:
        return _of_tuple(get_args(hint), seen_by)
    if hint is datetime:
        return _instant
    if hint is Period:
        return _period
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {member: encode_basestring(member.value) for member in hint}.__getitem__
    if is_dataclass(hint):
        return _late(hint, seen_by) if _holds(hint, hint, set()) else _of_noun(nouns, seen_by)
    if hint is str or (get_origin(hint) is Literal
                       and all(type(one) is str for one in get_args(hint))):
        return encode_basestring
    return _TRUTH.__getitem__ if hint is bool else _plain


def _of_tuple(args: tuple[Any, ...], seen_by: Audience) -> Write:
    if args[-1] is Ellipsis:
        element = _of_field(args[0], seen_by)
        if _may_be_none(args[0]):
            element = _or_null(element)
        return lambda values: "[" + ",".join(map(element, values)) + "]" if values else "[]"
    each = [_or_null(_of_field(a, seen_by)) if _may_be_none(a) else _of_field(a, seen_by)
            for a in args]
    return lambda values: "[" + ",".join(
        [write(value) for write, value in zip(each, values, strict=True)]) + "]"


def _or_null(write: Write) -> Write:
    return lambda value: "null" if value is None else write(value)


def _holds(hint: Any, wanted: Any, passed: set[Any]) -> bool:
    """Whether a class is found in the fields of another, or of itself, at any depth."""
    parts = (hint for _, hint in fields_seen(hint, "sealed")) if is_dataclass(
        hint) and hint is not Period else get_args(hint)
    for part in parts:
        if part is wanted:
            return True
        if part not in passed:
            passed.add(part)
            if _holds(part, wanted, passed):
                return True
    return False


def _late(cls: Any, seen_by: Audience) -> Write:
    """The writer of a class that may hold itself, made when it is first used."""
    made: list[Write] = []

    def write(noun: Any) -> str:
        if not made:
            made.append(_of_noun(cls, seen_by))
        return made[0](noun)

    return write


def _instant(instant: datetime) -> str:
    return f'"{instant_text(instant)}"'


def _period(period: Period) -> str:
    return encode_basestring(str(period))


_TRUTH = {True: "true", False: "false"}


def _plain(value: Any) -> str:
    if type(value) is int and -_GREATEST < value < _GREATEST:
        return repr(value)
    return canonical(value).decode()


_GREATEST = 2**53


def _value(value: Value) -> str:
    """A fact's value, as `value_to_plain` has it."""
    kind = type(value)
    if kind is str:
        return encode_basestring(value)  # type: ignore[arg-type]
    if kind is bool:
        return "true" if value else "false"
    if kind is int and -_GREATEST < value < _GREATEST:  # type: ignore[operator]
        return repr(value)
    return canonical(value_to_plain(value)).decode()
