"""Nouns to plain JSON values and back, derived from the dataclasses themselves.

There is no list of fields here: a new field of a noun is encoded because it is a field. Instants
are RFC 3339 in UTC, periods are as people write them, tuples are lists; in a fact's value, where
an instant or a duration could be mistaken for a text, it is tagged.

>>> from evenhand.model.post import PostId
>>> plain = to_plain(PostId(platform="agora", native="17"))
>>> plain
{'platform': 'agora', 'native': '17', 'version': '1'}
>>> from_plain(PostId, plain)
PostId(platform='agora', native='17', version='1')
"""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from evenhand.errors import EvenhandError
from evenhand.model.audience import SEES, Audience, audience_of, is_marked
from evenhand.model.period import Period
from evenhand.rulebook.vocabulary import Scalar, Value

T = TypeVar("T")
Convert = Callable[[Any], Any]


def instant_text(instant: datetime) -> str:
    """RFC 3339 in UTC, with microseconds only where there are some.

    >>> instant_text(datetime(2020, 5, 26, 12, tzinfo=UTC))
    '2020-05-26T12:00:00Z'
    """
    assert instant.tzinfo is not None, "an instant knows its offset from UTC"
    if instant.tzinfo is not UTC:
        instant = instant.astimezone(UTC)
    return instant.isoformat()[:-_OFFSET] + "Z"


_OFFSET = len("+00:00")


def read_instant(text: str) -> datetime:
    """The twin of `instant_text`: an instant has one form, and other forms are refused."""
    instant = datetime.fromisoformat(_checked(text, str)).astimezone(UTC)
    if instant_text(instant) != text:
        raise ValueError(f"{text!r} is not an instant as we write one")
    return instant


def value_to_plain(value: Value) -> Any:
    """A fact's value as JSON: instants and durations are tagged."""
    kind = type(value)
    if kind is str or kind is bool or kind is float:
        return value
    if isinstance(value, tuple):
        return [value_to_plain(v) for v in value]
    if isinstance(value, datetime):
        return {"instant": instant_text(value)}
    if isinstance(value, timedelta):
        microseconds = value // timedelta(microseconds=1)
        if microseconds % 1_000_000 == 0:
            return {"seconds": microseconds // 1_000_000}
        if abs(microseconds) >= 2**53:
            raise EvenhandError(f"a duration of {value} cannot be written exactly",
                                hint="over 285 years, durations are whole seconds")
        return {"microseconds": microseconds}
    if isinstance(value, int) and abs(value) == 2**53:
        return float(value)  # JSON's integers end just below; the bytes are the same
    return value


def value_from_plain(plain: Any) -> Value:
    """The twin of `value_to_plain`."""
    if isinstance(plain, list):
        return tuple(_scalar_from_plain(p) for p in plain)
    return _scalar_from_plain(plain)


def _scalar_from_plain(plain: Any) -> Scalar:
    if isinstance(plain, dict):
        ((tag, said),) = plain.items()
        if tag == "instant":
            return read_instant(said)
        if tag not in ("seconds", "microseconds"):
            raise ValueError(f"`{tag}` is no tag of a value")
        return timedelta(**{tag: _checked(said, int)})
    if isinstance(plain, bool | int | float | str):
        return plain
    raise ValueError(f"{plain!r} is not a value")


def to_plain(noun: Any, *, seen_by: Audience = "sealed") -> Any:
    """A noun (or a tuple of nouns) as plain JSON values.

    `seen_by` leaves out, at every depth, the fields that this audience may not see.
    """
    cls: Any = type(noun)
    return _encoder(cls, seen_by)(noun)


def from_plain(cls: type[T], plain: Any) -> T:
    """The noun of this class that the plain values say; else an error that names what is wrong."""
    try:
        wanted: Any = cls
        return cast(T, _decoder(wanted)(plain))
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError,
            RecursionError) as wrong:
        raise EvenhandError(f"this is not a {cls.__name__} record: {_why(wrong)}",
                            hint="it was written by another version, or changed") from None


LONGEST_WHY = 200


def _why(wrong: Exception) -> str:
    """What was wrong, on one short line: it may quote what a stranger wrote."""
    said = f"the field `{wrong.args[0]}` is missing" if isinstance(wrong, KeyError) else str(wrong)
    line = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in said)
    return line if len(line) <= LONGEST_WHY else line[:LONGEST_WHY - 1] + "…"


@cache
def _encoder(cls: Any, seen_by: Audience) -> Convert:
    if is_dataclass(cls) and cls is not Period:
        parts = [(name, _field_encoder(hint, seen_by)) for name, hint in fields_seen(cls, seen_by)]
        if all(encode is _same for _, encode in parts):
            names = [name for name, _ in parts]
            return lambda noun: {name: getattr(noun, name) for name in names}
        return lambda noun: {
            name: getattr(noun, name) if encode is _same else encode(getattr(noun, name))
            for name, encode in parts}
    return _field_encoder(cls, seen_by)


@cache
def _decoder(cls: Any) -> Convert:
    parts = [(f.name, _field_decoder(hint), f.default) for f, hint in _hinted(cls)]
    known = {name for name, _, _ in parts}

    def decode(plain: Any) -> Any:
        if not isinstance(plain, dict):
            raise ValueError(f"{plain!r} has no fields")
        unknown = set(plain) - known
        if unknown:
            raise ValueError(f"unknown fields {sorted(unknown)}")
        return cls(**{name: convert(plain[name]) if name in plain or default is MISSING
                      else default for name, convert, default in parts})

    return decode


def fields_seen(cls: Any, seen_by: Audience) -> list[tuple[str, Any]]:
    """The fields of a class of nouns that an audience may see, each with its type."""
    marked = is_marked(cast(type, cls))
    return [(f.name, hint) for f, hint in _hinted(cls)
            if not marked or audience_of(f) in SEES[seen_by]]


def _hinted(cls: Any) -> list[tuple[Any, Any]]:
    hints = get_type_hints(cls)
    return [(f, hints[f.name]) for f in fields(cls)]


def members(hint: Any) -> tuple[Any, ...]:
    """The members of a union, None left out; a single hint is its own only member."""
    if get_origin(hint) in (Union, types.UnionType):
        return tuple(a for a in get_args(hint) if a is not type(None))
    return (hint,)


def is_value(hint: Any) -> bool:
    """Whether a field holds a fact's value, or one or none."""
    return set(members(hint)) == set(get_args(Value))


def _or_none(convert: Convert) -> Convert:
    return lambda value: None if value is None else convert(value)


def _same(value: Any) -> Any:
    return value


def _field_encoder(hint: Any, seen_by: Audience) -> Convert:
    if is_value(hint):
        return value_to_plain if hint == Value else _or_none(value_to_plain)
    (member, *others) = members(hint)
    assert not others, f"the codec has no rule for {hint}"
    encode = _plain_encoder(member, seen_by)
    return encode if encode is _same or member is hint else _or_none(encode)


def _plain_encoder(hint: Any, seen_by: Audience) -> Convert:
    if get_origin(hint) is tuple:
        args = get_args(hint)
        if args[-1] is Ellipsis:
            element = _field_encoder(args[0], seen_by)
            return lambda values: [element(v) for v in values]
        each = [_field_encoder(a, seen_by) for a in args]
        return lambda values: [e(v) for e, v in zip(each, values, strict=True)]
    if hint is datetime:
        return instant_text
    if hint is Period:
        return str
    if isinstance(hint, type) and issubclass(hint, Enum):
        return lambda value: value.value
    if is_dataclass(hint):
        cls: Any = hint
        return lambda noun: _encoder(cls, seen_by)(noun)  # late: Reason holds Reasons
    assert hint in (bool, int, float, str) or get_origin(hint) is Literal, (
        f"the codec has no rule for {hint}")
    return _same


def _field_decoder(hint: Any) -> Convert:
    if is_value(hint):
        return value_from_plain if hint == Value else _or_none(value_from_plain)
    (member, *_) = members(hint)
    decode = _plain_decoder(member)
    return decode if member is hint else _or_none(decode)


def _plain_decoder(hint: Any) -> Convert:
    if get_origin(hint) is tuple:
        args = get_args(hint)
        if args[-1] is Ellipsis:
            element = _field_decoder(args[0])
            return lambda plain: tuple(element(p) for p in _checked(plain, list))
        each = [_field_decoder(a) for a in args]
        return lambda plain: tuple(
            d(p) for d, p in zip(each, _checked(plain, list), strict=True))
    if hint is datetime:
        return read_instant
    if hint is Period:
        return _read_period
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    if is_dataclass(hint):
        cls: Any = hint
        return lambda plain: _decoder(cls)(plain)
    if get_origin(hint) is Literal:
        return lambda plain: _one_of(plain, get_args(hint))
    return lambda plain: _checked(plain, (int, float) if hint is float else hint)


def _read_period(text: Any) -> Period:
    period = Period.parse(_checked(text, str))
    if str(period) != text:
        raise ValueError(f"{text!r} is not a period as we write one")
    return period


def _checked(plain: Any, kind: Any) -> Any:
    if not isinstance(plain, kind) or (isinstance(plain, bool) and kind is not bool):
        raise ValueError(f"{plain!r} is not of the expected type")
    return plain


def _one_of(plain: Any, allowed: tuple[Any, ...]) -> Any:
    if plain not in allowed:
        raise ValueError(f"{plain!r} is none of {allowed}")
    return plain
