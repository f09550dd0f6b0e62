"""The fields of a leaf that the checks of a log rest on, and whether they are what they should be.

An entry is canonical JSON in which whoever signs a log may write anything. What another check is
to index, compare or look up is held here first, so that an odd entry is refused by its name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from evenhand.record.leaf import Leaf

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _text_or_null(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _truth(value: Any) -> bool:
    return isinstance(value, bool)


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _day(value: Any) -> bool:
    return isinstance(value, str) and _DAY.fullmatch(value) is not None


def _instant(value: Any) -> bool:
    return isinstance(value, str) and _DAY.match(value) is not None


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _documents(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(one, dict) and isinstance(one.get("digest"), str)
        and isinstance(one.get("authentic"), bool) for one in value)


_PUBLISHED = {"terms": _text, "version": _text, "documents": _documents, "vocabulary": _text}
_NEEDED: dict[str, dict[str, Callable[[Any], bool]]] = {
    "publication": {**_PUBLISHED, "in_force_from": _instant},
    "shadow": {**_PUBLISHED, "ends": _truth},
    "facts": {"shadow": _text_or_null},
    "succession": {"before": _text, "key": _text, "inherited": _whole},
    "decision": {"terms": _text, "grounds": _texts, "actions": _texts, "supersedes": _truth,
                 "when": _day},
}
"""Kind of leaf -> field -> whether a value can be its own."""


def odd_field(leaf: Leaf) -> str | None:
    """The first field that is missing or that cannot be what it is; None: all are as they should.

    >>> odd_field(Leaf(kind="facts", version=1, public={"shadow": 7}))
    'shadow'
    >>> odd_field(Leaf(kind="facts", version=1, public={"shadow": None}))
    """
    for name, can_be in _NEEDED.get(leaf.kind, {}).items():
        if name not in leaf.public or not can_be(leaf.public[name]):
            return name
    return None
