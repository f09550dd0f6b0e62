"""Tells what became of posts that a person's word reached: what was put up, what fell, who is told.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from evenhand.edge.cli.screen import count, safe, say
from evenhand.edge.platform import Platform
from evenhand.edge.store.story import letters_of
from evenhand.model.action import Action
from evenhand.model.decision import Decision
from evenhand.model.post import PostId
from evenhand.reasons.letter import lifted_by

MOST_TOLD = 5
"""Posts that are named of those alike; the others are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What became of one post: what was lifted, what began, what goes on, whether a person is asked
    now, or was before, and whether its author gets a letter."""

    post: PostId
    decision: str
    lifted: tuple[str, ...]
    begun: tuple[str, ...]
    stays: tuple[str, ...]
    asked: bool
    was_asked: bool
    letter: bool

    @property
    def said(self) -> str:
        """All of it on one line."""
        parts = [*(f"{name} falls" for name in self.lifted),
                 *(f"{name} is put up" for name in self.begun),
                 *(f"{name} stays" for name in self.stays)]
        if self.asked:
            parts.append("a person is still asked" if self.was_asked else "a person is asked")
        elif self.was_asked:
            parts.append("nobody is asked any more")
        return ", ".join(parts) or "nothing is done"


def changed(platform: Platform, pairs: Iterable[tuple[Decision | None, Decision]]
            ) -> tuple[Changed, ...]:
    """What decisions changed, each beside the one that stood before it, in their order."""
    return tuple(_changed(platform, before, after) for before, after in pairs)


def superseding(platform: Platform, made: Iterable[Decision]
                ) -> Iterator[tuple[Decision | None, Decision]]:
    """Decisions, each with the one that it supersedes."""
    for one in made:
        before = platform.store.record(one.supersedes) if one.supersedes else None
        yield (before[0].decision if before else None), one


def _changed(platform: Platform, before: Decision | None, after: Decision) -> Changed:
    found = platform.store.record(after.id)
    stood = {_act(a) for a in before.actions} if before else set()
    return Changed(
        post=after.post, decision=after.id, asked=bool(after.asks),
        was_asked=before is not None and bool(before.asks),
        lifted=_names(lifted_by(after, before)),
        begun=_names(a for a in after.actions if _act(a) not in stood),
        stays=_names(a for a in after.actions if _act(a) in stood),
        letter=found is not None and found[0].notice is not None)


def _act(action: Action) -> tuple[object, ...]:
    return (action.kind, action.name, action.limits)


def _names(actions: Iterable[Action]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(
        a.kind.value if a.name == a.kind.value else f"{a.kind.value} {a.name}" for a in actions))


def tell_changed(platform: Platform, found: Sequence[Changed]) -> None:
    """A line for each thing that became of posts, with the first of them; then how many letters
    there are, and their ends."""
    alike: dict[str, list[Changed]] = defaultdict(list)
    for one in found:
        alike[one.said].append(one)
    for said, several in alike.items():
        posts = ", ".join(str(one.post) for one in several[:MOST_TOLD])
        more = len(several) - MOST_TOLD
        say(f"  {count(len(several), 'post')}: {safe(said)}  [quiet]({safe(posts)}"
            + (f" and {more:,} more" if more > 0 else "") + ")[/quiet]")
    told = [f"decision:{one.decision}" for one in found if one.letter]
    if found and not told:
        say("  no author gets a letter: nothing changes for them")
    if told:
        ends = letters_of(platform.engine, told)
        by = Counter(end for key in told for end in ends.get(key, ()))
        waits = sum(key not in ends for key in told)
        sent = [f"{n:,} {outcome} by {channel}" for (channel, outcome), n in sorted(by.items())]
        sent += [f"{waits:,} still to be sent"] if waits else []
        say(f"  {count(len(told), 'letter')} to authors [quiet]({', '.join(sent)})[/quiet]")


def plain_changed(found: Sequence[Changed]) -> list[dict[str, Any]]:
    """The same for programs."""
    return [{"post": str(one.post), "decision": one.decision, "lifted": list(one.lifted),
             "begun": list(one.begun), "stays": list(one.stays), "asked": one.asked,
             "letter": one.letter} for one in found]
