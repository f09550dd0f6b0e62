"""What rests on a fact-check: the posts beside which something stands that was done by it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from evenhand.edge.platform import Platform
from evenhand.edge.store.errors import RecordErased
from evenhand.model.decision import Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Relying:
    """A decision that stands and does something by a fact-check of this `key`."""

    key: str
    decision: Decision


def relying_on(platform: Platform, keys: Collection[str]) -> Mapping[str, tuple[Relying, ...]]:
    """Key -> the decisions that stand and rest on it, the earliest first; of erased ones nothing
    can be told, so they are left out."""
    matched = platform.store.matched(keys)
    found: dict[str, list[Relying]] = {}
    for decision in platform.store.standing(matched).values():
        if not isinstance(decision, Decision):
            continue
        for key in decision.rests_on:
            if key in keys:
                found.setdefault(key, []).append(Relying(key=key, decision=decision))
    return {key: tuple(sorted(every, key=lambda one: (one.decision.at, one.decision.id)))
            for key, every in found.items()}


def ever_beside(platform: Platform, key: str) -> int:
    """Beside how many posts anything was ever done by a fact-check, whatever became of it since;
    of what was erased nothing can be told."""
    store = platform.store
    return sum(any(_rested(platform, decision, key) for decision in store.decisions_of(post))
               for post in store.matched({key}))


def _rested(platform: Platform, decision: str, key: str) -> bool:
    try:
        found = platform.store.record(decision)
    except RecordErased:
        return False
    return found is not None and key in found[0].decision.rests_on
