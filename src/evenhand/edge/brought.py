"""Facts that a platform brings with its posts, as its configuration declares them.

>>> def wrong(key, what, hint):
...     return EvenhandError(f"{what}, at `{key}`", hint=hint)
>>> [one] = read_declared({"account.followers": {
...     "type": "integer", "at-least": 0, "column": "user.followers",
...     "meaning": "how many accounts followed the author when the post was made"}}, {}, wrong)
>>> one.fact.name, one.fact.observer, one.fact.reported_by, one.column
('account.followers', 'the platform', 'brought@1', 'user.followers')
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evenhand.edge.signals.brought import OBSERVER
from evenhand.edge.vouched import Wrong
from evenhand.model.audience import AUDIENCES
from evenhand.rulebook.drafting import suggest
from evenhand.rulebook.vocabulary import (
    DURATION,
    GREATEST_INTEGER,
    INSTANT,
    INTEGER,
    NUMBER,
    TEXT,
    TRUTH,
    Fact,
    Type,
    choice,
    list_of,
)

KEYS = ("type", "choices", "meaning", "observer", "audience", "at-least", "at-most", "column")
"""What a declaration may say."""

TYPES = {"integer": INTEGER, "number": NUMBER, "truth": TRUTH, "text": TEXT, "instant": INSTANT,
         "duration": DURATION}
_CHOICE, _LIST = "choice", "list of "
_WORDS = (*TYPES, _CHOICE, *(_LIST + name for name in (*TYPES, _CHOICE)))
_ELSEWHERE = {"int": "integer", "count": "integer", "whole number": "integer", "float": "number",
              "double": "number", "decimal": "number", "bool": "truth", "boolean": "truth",
              "yes or no": "truth", "string": "text", "str": "text", "date": "instant",
              "time": "instant", "datetime": "instant", "timestamp": "instant",
              "timedelta": "duration", "interval": "duration", "enum": _CHOICE,
              "category": _CHOICE, "list": _LIST + "text", "array": _LIST + "text"}
"""What other software calls these types."""

_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*(?:\.[a-z][a-z0-9]*(?:_[a-z0-9]+)*)+")
LONGEST_NAME, LONGEST_WORDS = 100, 500
_TAKEN = {"hits": "the facts of word lists begin so", "claim": "the facts of a match begin so",
          "for": "a condition that begins so looks for a match"}


@dataclass(frozen=True, slots=True, kw_only=True)
class BroughtFact:
    """A declared fact, and the column of the posts that holds it.

    `column` None: that of its own name, else the key of its name in a column `facts`.
    """

    fact: Fact
    column: str | None = None


def read_declared(declared: Mapping[str, Any], own: Mapping[str, Fact],
                  wrong: Wrong) -> tuple[BroughtFact, ...]:
    """The facts that a table of declarations holds, in the order of names; `own` are ours."""
    return tuple(_Declaration(name, declared[name], own, wrong).read()
                 for name in sorted(declared))


class _Declaration:
    """One table `[facts."NAME"]`, each refusal naming its key."""

    def __init__(self, name: str, said: Any, own: Mapping[str, Fact], wrong: Wrong) -> None:
        self.name, self.said, self.own, self.wrong = name, said, own, wrong

    def read(self) -> BroughtFact:
        self._check_name()
        if not isinstance(self.said, dict):
            raise self.wrong(self._key(), "this is not a table",
                             f'write `[facts."{self.name}"]` above its keys')
        for key in self.said:
            if key not in KEYS:
                raise self.wrong(self._key(key), "the configuration has no such key",
                                 suggest(key, KEYS) or "it knows: " + ", ".join(KEYS))
        type_ = self._type()
        low, high = self._bound("at-least", type_), self._bound("at-most", type_)
        if low is not None and high is not None and low > high:
            raise self.wrong(self._key("at-least"), f"`{low:g}` lies above `at-most`, `{high:g}`",
                             "no value could be both: turn them around")
        audience = self.said.get("audience", "author")
        if audience not in AUDIENCES:
            raise self.wrong(self._key("audience"),
                             f"`{audience}` is none of {', '.join(AUDIENCES)}",
                             suggest(str(audience), AUDIENCES) or "choose one of them")
        return BroughtFact(
            column=self._words("column", None), fact=Fact(
                name=self.name, type=type_, meaning=self._words("meaning", "") or "",
                observer=self._words("observer", None) or "the platform", audience=audience,
                reported_by=OBSERVER, low=low, high=high))

    def _key(self, key: str = "") -> str:
        return f'facts."{self.name}"' + (f".{key}" if key else "")

    def _check_name(self) -> None:
        name, said = self.name, self.said
        if "." not in name and isinstance(said, dict) and said and all(
                isinstance(inner, dict) for inner in said.values()):
            first = next(iter(said))
            raise self.wrong(f"facts.{name}", "a fact's name is one key, and this is a table of "
                             "tables", f'write it in quotes: `[facts."{name}.{first}"]`')
        if not _NAME.fullmatch(name) or len(name) > LONGEST_NAME:
            raise self.wrong(self._key(), f"`{name}` is not the name of a fact",
                             "lower-case letters, digits and single `_`, parted by dots, in at "
                             f"most {LONGEST_NAME} characters: `account.followers`")
        head = name.split(".", 1)[0]
        if head in _TAKEN:
            raise self.wrong(self._key(), f"a fact that is brought cannot begin with `{head}.`",
                             f"{_TAKEN[head]}: choose another name")
        if name in self.own:
            by = self.own[name].reported_by
            raise self.wrong(self._key(), f"`{name}` is a fact of ours already",
                             "`statements` bring what people say: choose another name"
                             if by == "a person" else
                             f"the signal {by} reports it: choose another name")

    def _words(self, key: str, default: str | None) -> str | None:
        """A text on one line; `default` None where it may be left out."""
        value = self.said.get(key)
        if value is None and default is None:
            return None
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(self._key(key), "a text is missing",
                             "say what the fact means, in words that authors and courts read"
                             if key == "meaning" else f'write `{key} = "..."`, or drop the key')
        if not value.isprintable() or len(value) > LONGEST_WORDS:
            raise self.wrong(self._key(key), "this is not a text on one line",
                             f"printable characters alone, at most {LONGEST_WORDS}")
        return value

    def _type(self) -> Type:
        word = self.said.get("type")
        known = "one of " + ", ".join((*TYPES, _CHOICE)) + f", or `{_LIST}` one of them"
        if not isinstance(word, str) or not word.strip():
            raise self.wrong(self._key("type"), "a type is missing", f"write {known}")
        if word not in _WORDS:
            close = _ELSEWHERE.get(word.lower())
            raise self.wrong(self._key("type"), f"`{word}` is no type of a fact",
                             f"did you mean `{close}`?" if close else
                             suggest(word, _WORDS) or f"write {known}")
        of = word.removeprefix(_LIST)
        choices = self._choices(of)
        type_ = choice(*choices) if of == _CHOICE else TYPES[of]
        return type_ if of == word else list_of(type_)

    def _choices(self, of: str) -> tuple[str, ...]:
        key, given = self._key("choices"), self.said.get("choices")
        if of != _CHOICE:
            if given is not None:
                raise self.wrong(key, f"a fact of the type `{self.said['type']}` has no choices",
                                 'write `type = "choice"`, or drop the key')
            return ()
        if not isinstance(given, list) or not given or not all(
                isinstance(one, str) and one.strip() == one != "" and one.isprintable()
                for one in given):
            raise self.wrong(key, "a choice is made of texts, and there are none",
                             'write `choices = ["free", "paid"]`')
        twice = next((one for one in given if given.count(one) > 1), None)
        if twice is not None:
            raise self.wrong(key, f"`{twice}` is said twice", "say it once")
        return tuple(given)

    def _bound(self, key: str, type_: Type) -> float | None:
        value = self.said.get(key)
        if value is None:
            return None
        if type_ not in (INTEGER, NUMBER):
            raise self.wrong(self._key(key), f"{type_.describe()} has no bounds",
                             "drop the key: only a whole number and a number have")
        if type(value) not in ((int,) if type_ == INTEGER else (int, float)) or not (
                math.isfinite(value) and abs(value) <= GREATEST_INTEGER):
            raise self.wrong(self._key(key), f"`{value}` is not a bound of {type_.describe()}",
                             f"write {type_.describe()} of at most 2**53")
        return float(value)
