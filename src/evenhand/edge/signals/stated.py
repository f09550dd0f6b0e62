"""Facts about posts that people, or detectors of others, stated in a file: one line, one fact.

>>> import io
>>> line = (b'{"post": "agora:17", "fact": "post.stance", "value": "rebuts", '
...         b'"by": "person:ada", "at": "2020-05-26T13:00:00Z"}')
>>> [stated] = read_stated(io.BytesIO(line), platform="agora", vocabulary=Vocabulary.of(FACTS),
...                        on_reject=print)
>>> str(stated.post), stated.reported.value, stated.reported.automated
('agora:17@1', 'rebuts', False)

What our own signals observe cannot be stated: it is derived, never declared (DESIGN 2.6).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import BinaryIO

from evenhand.edge.intake.make import LONGEST, SKEW
from evenhand.edge.intake.parquet import row_as_json
from evenhand.edge.intake.reject import Reject
from evenhand.edge.intake.rows import json_rows
from evenhand.edge.intake.source import Source
from evenhand.edge.intake.times import read_duration, read_time
from evenhand.edge.signals import brought
from evenhand.edge.signals.admit import meant, refusal, show
from evenhand.errors import EvenhandError
from evenhand.model.factcheck import ConfirmedFor
from evenhand.model.post import PostId
from evenhand.model.signal import Reported, Suggestion
from evenhand.model.stance import STANCES
from evenhand.rulebook.vocabulary import Fact, Type, Value, Vocabulary, choice

FACTS = (
    Fact(name="post.stance", type=choice(*STANCES), observer="a person, or a detector",
         meaning="where the poster stands towards the claim in the post", audience="author"),
)
"""Facts that no signal of ours observes, and that conditions may name all the same."""

KEYS = ("post", "fact", "value", "by", "at")
CLAIM = "claim"
"""Names the fact-check that a `claim.confirmed` is about: its address or its key."""

SUGGESTED = "suggested"
"""What a machine suggested to the person who states it: `{"by": name@version, "values": [...]}`."""

SCOPE = "scope"
"""Of what a `claim.confirmed` is said: `this post`, as where it is left out, or `all copies`."""

CONFIRMED = "claim.confirmed"
_MACHINE = r"[A-Za-z0-9][\w.-]*@[\w.-]+"
_BY = re.compile(rf"person:\S+|{_MACHINE}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A fact as it was stated about a post, with the line that states it."""

    post: PostId
    reported: Reported
    claim: str | None = None
    scope: ConfirmedFor = "this post"
    where: str = field(default="", compare=False)
    raw: bytes = field(default=b"", compare=False, repr=False)

    def refused(self, wrong: EvenhandError) -> Reject:
        """The line as a reject, for what only its reader could find wrong."""
        return Reject(where=self.where, what=wrong.what, hint=wrong.hint or "", raw=self.raw)


def read_stated(source: Path | str | BinaryIO, *, platform: str, vocabulary: Vocabulary,
                on_reject: Callable[[Reject], None], name: str | None = None,
                latest: datetime | None = None) -> Iterator[Stated]:
    """Every fact stated in a file of JSON lines; a line that states none goes to `on_reject`.

    `post` is `platform:id@version`, `platform:id`, or the platform's own id where it holds no
    colon. Instants are ISO 8601, durations are written `3 days 12 hours`. Nothing may be stated
    more than a day after `latest` (aware), where that is given.
    """
    opened = Source.open(source, name)
    try:
        for row in json_rows(opened, longest=8 * LONGEST):
            if isinstance(row, Reject):
                on_reject(row)
                continue
            raw = row.raw or row_as_json(row.values)
            try:
                stated = read_one(row.values, platform, vocabulary)
                _refuse_future(stated.reported.at, latest)
            except EvenhandError as wrong:
                on_reject(Reject(where=row.where, what=wrong.what, hint=wrong.hint or "", raw=raw))
                continue
            yield replace(stated, where=row.where, raw=raw)
    finally:
        opened.close()


def read_one(values: Mapping[str, object], platform: str, vocabulary: Vocabulary) -> Stated:
    """One fact as its line states it, with the keys of `KEYS`; refused with what is wrong."""
    for key in values:
        if key not in (*KEYS, CLAIM, SCOPE, SUGGESTED):
            raise EvenhandError(f"{show(key)} is not part of a stated fact"
                                + meant(key, KEYS), hint="write " + ", ".join(KEYS))
    for key in KEYS:
        if values.get(key) is None:
            raise EvenhandError(f"the stated fact has no `{key}`", hint="write " + ", ".join(KEYS))
    by = _text(values, "by")
    if not _BY.fullmatch(by) or not by.isprintable():
        raise EvenhandError(f"{show(by)} does not say who stated it",
                            hint="write person:ID for a person, name@version for a detector")
    at = _instant("at", values["at"])
    post = _post(_text(values, "post"), platform)
    fact = _fact(_text(values, "fact"), by, vocabulary)
    value = typed(fact.type, values["value"])
    wrong = refusal(fact, value)
    if wrong is not None:
        raise EvenhandError(f"`{fact.name}`: {wrong}", hint=f"it is {fact.type.describe()}: "
                            f"{fact.meaning}")
    return Stated(post=post, claim=_claim(fact.name, values), scope=_scope(fact.name, values),
                  reported=Reported(
        name=fact.name, value=value, observer=by, at=at,  # type: ignore[arg-type]
        suggested=_suggested(fact, by, values.get(SUGGESTED))))


def _suggested(fact: Fact, by: str, given: object) -> Suggestion | None:
    """What a machine suggested to the person, of a fact whose values are words."""
    if given is None:
        return None
    if not by.startswith("person:"):
        raise EvenhandError(f"{show(by)} is a detector: nothing was suggested to it",
                            hint=f"leave `{SUGGESTED}` out")
    said = given if isinstance(given, dict) and set(given) == {"by", "values"} else {}
    machine, values = said.get("by"), said.get("values")
    if not isinstance(machine, str) or not re.fullmatch(_MACHINE, machine) or not isinstance(
            values, list):
        raise EvenhandError(f"`{SUGGESTED}` is {show(given)}", hint='write {"by": "name@version", '
                            '"values": [...]}, or leave it out')
    for value in values:
        if not isinstance(value, str) or refusal(fact, value) is not None:
            raise EvenhandError(f"{show(value)} cannot have been suggested of `{fact.name}`",
                                hint=f"it is {fact.type.describe()}; only words are suggested")
    return Suggestion(by=machine, values=tuple(dict.fromkeys(values)))


def _refuse_future(at: datetime | None, latest: datetime | None) -> None:
    if at is not None and latest is not None and at > latest + SKEW:
        raise EvenhandError(
            f"the statement is from the future: made {at:%Y-%m-%dT%H:%M:%SZ}, "
            f"now {latest:%Y-%m-%dT%H:%M:%SZ}",
            hint="a clock may run a day ahead, not more; look at its zone")


def _claim(fact: str, values: Mapping[str, object]) -> str | None:
    """The fact-check that is confirmed to be the post's, or denied."""
    given = values.get(CLAIM)
    if fact != CONFIRMED:
        if given is not None:
            raise EvenhandError(f"`{fact}` is not about a claim",
                                hint=f"leave `{CLAIM}` out, or state `{CONFIRMED}`")
        return None
    if given is None:
        raise EvenhandError(f"`{CONFIRMED}` does not say of which fact-check",
                            hint=f"write `{CLAIM}`: the address of its page, or its key")
    return _text(values, CLAIM)


def _scope(fact: str, values: Mapping[str, object]) -> ConfirmedFor:
    """Whether it is said of this post or of all its copies."""
    given = values.get(SCOPE)
    if given is None:
        return "this post"
    if fact != CONFIRMED:
        raise EvenhandError(f"`{fact}` is said of one post",
                            hint=f"leave `{SCOPE}` out; only `{CONFIRMED}` can be said of copies")
    if given != "this post" and given != "all copies":
        raise EvenhandError(f"`{SCOPE}` is {show(given)}",
                            hint='write "this post" or "all copies"')
    return given


def _post(text: str, platform: str) -> PostId:
    post = PostId.parse(text if ":" in text else f"{platform}:{text}")
    if not text.isprintable():
        raise EvenhandError(f"{show(text)} holds what cannot be printed",
                            hint="name the post as its platform does")
    return post


def _fact(name: str, by: str, vocabulary: Vocabulary) -> Fact:
    fact = vocabulary.facts.get(name)
    if fact is None:
        close = get_close_matches(name, vocabulary.facts, n=1)
        raise EvenhandError(f"{show(name)} is not a declared fact",
                            hint=f"did you mean `{close[0]}`?" if close else
                            "signals declare facts in code, with their types and meanings")
    if name == CONFIRMED:
        if not by.startswith("person:"):
            raise EvenhandError(f"`{name}` is a person's to say, and {show(by)} is a detector",
                                hint="a machine proposes; write person:ID of whoever looked")
        return fact
    if vocabulary.collection_of(name) is not None:
        raise EvenhandError(f"`{name}` is a fact about a match, not about the post",
                            hint=f"state `{CONFIRMED}` of the fact-check instead")
    # What the platform brought may be wrong of one post: whoever looked at it may say so.
    if fact.reported_by not in (None, "a person", by, brought.OBSERVER):
        raise EvenhandError(f"`{name}` is observed by the signal {fact.reported_by}",
                            hint="what is derived cannot be stated; leave the line out")
    return fact


def typed(type_: Type, value: object) -> Value | object:
    """The value that JSON stands for, where the type has no JSON of its own."""
    if type_.name == "list" and isinstance(value, list):
        assert type_.of is not None, "a list type names the type of its elements"
        return tuple(typed(type_.of, one) for one in value)
    if type_.name == "instant" and isinstance(value, str):
        return _instant("value", value)
    if type_.name == "duration" and isinstance(value, str):
        return read_duration(value)
    return value


def _text(values: Mapping[str, object], key: str) -> str:
    value = values[key]
    if not isinstance(value, str):
        raise EvenhandError(f"`{key}` is {show(value)}", hint=f"write `{key}` as text")
    return value


def _instant(key: str, value: object) -> datetime:
    if not isinstance(value, str):
        raise EvenhandError(f"`{key}` is {show(value)}", hint="write 2020-05-26T12:17:43Z")
    return read_time(value)
