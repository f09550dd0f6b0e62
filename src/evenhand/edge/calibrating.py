"""The pairs that a matcher learns from: of files, or what people confirmed on a platform.

A pair is a text and the fact-checks that speak to it. Of a platform's posts it is what people said
when they looked: the fact-checks that they confirmed, and where they denied all that was proposed,
none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import nsmallest
from pathlib import Path

from evenhand.edge.comparing import Comparing, Told, read_text
from evenhand.edge.in_blocks import Show
from evenhand.edge.platform import Platform
from evenhand.edge.store.known import Statement, load_confirmations
from evenhand.errors import EvenhandError
from evenhand.factcheck.checkthat import read_qrels
from evenhand.factcheck.gate import LEAST, Gate, least_for
from evenhand.factcheck.large import LARGE, LargePool
from evenhand.factcheck.learning import FOLDS, Example, enough, example, groups_of, learn
from evenhand.factcheck.likeness import Pool
from evenhand.factcheck.match import Laid
from evenhand.factcheck.measuring import measure
from evenhand.factcheck.problem import Problem
from evenhand.factcheck.ranking import Learned
from evenhand.factcheck.words import bare_text
from evenhand.model.post import PostId
from evenhand.record.batch import draw

TOGETHER = 32
"""Texts compared in one go."""

READ_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Pair:
    """A text, and the places of the fact-checks that speak to it; none where no fact-check of the
    pool does."""

    text: str
    right: tuple[int, ...]


Right = Mapping[str, Sequence[str]]
"""The id of a text -> the names of the fact-checks that are right for it."""


def read_right(queries: Collection[str], qrels: Path, told: Told) -> Right:
    """What a file of judgements says of these texts; raises where that is too little to learn from.

    This is read before claims are laid out, which a model makes long.
    """
    right, problems = read_qrels(read_text(qrels), where=str(qrels))
    for problem in problems:
        told(problem)
    enough(sum(query in right for query in queries))
    return right


def pairs_in_files(comparing: Comparing, queries: Mapping[str, str], right: Right, qrels: Path, *,
                   told: Told) -> list[Pair]:
    """Queries whose right claims a file of judgements names.

    A query without a right claim in the pool teaches nothing and is told: its claim is merely not
    there.
    """
    places = {comparing.name(n): n for n in range(len(comparing.checks))}
    pairs = [Pair(text, found) for q, text in queries.items()
             if (found := tuple(places[c] for c in right.get(q, ()) if c in places))]
    if len(pairs) < len(queries):
        told(Problem(where=str(qrels), level="note", hint="nothing is learned from them",
                     what=f"{len(queries) - len(pairs)} of {len(queries)} queries have no right "
                     "claim in the pool"))
    return pairs


def pairs_confirmed(platform: Platform, laid: Laid) -> tuple[list[Pair], set[PostId]]:
    """What people said of posts and fact-checks, of the posts that the store holds; and the posts.

    Of several words on one pair the last counts. Copies of one text are one pair.
    """
    last: dict[PostId, dict[str, bool]] = {}
    for known in load_confirmations(platform.engine):
        said = known.what
        # What was kept for a copy of an erased post was said of that post, not of this one.
        if isinstance(said, Statement) and said.claim in laid.keys and said.of is None:
            last.setdefault(said.post, {})[said.claim] = bool(said.value)
    by_text: dict[str, Pair] = {}
    for post in platform.store.posts_named(last):
        right = {laid.keys[key] for key, yes in last[post.id].items() if yes}
        bare = bare_text(post.text)
        if not bare:  # nothing but links, or an essay
            continue
        if bare in by_text:
            right |= set(by_text[bare].right)
        by_text[bare] = Pair(post.text, tuple(sorted(right)))
    return list(by_text.values()), set(last)


def others_in_file(texts: Mapping[str, str]) -> list[Pair]:
    """Texts to which no fact-check of the pool speaks."""
    return [Pair(text, ()) for text in texts.values()]


def others_of(platform: Platform, laid: Laid, pairs: Collection[Pair], known: Collection[PostId],
              many: int) -> list[Pair]:
    """So many of a platform's posts of which nobody said anything, and for which nothing was found.

    Most posts are about nothing that was checked. Those that say the same as one of the pairs, or
    as a claim, are about it, and of those for which a fact-check was found a person may still say
    so. Which are taken of the rest is drawn by their names, so that nobody picks.
    """
    said = {bare_text(pair.text) for pair in pairs} | laid.texts.keys()
    found = platform.store.matched(laid.keys)
    posts = (post for some in platform.store.posts(at_once=READ_AT_ONCE)
             for post in some if post.id not in known and post.id not in found
             and bare_text(post.text) not in said)
    return [Pair(post.text, ())
            for post in nsmallest(many, posts, key=lambda post: draw(post.id))]


def parted(pairs: Sequence[Pair], others: Sequence[Pair], *, told: Told) -> list[Pair]:
    """Others that are no text of the pairs: what stands in both would be taught as yes and no."""
    said = {bare_text(pair.text) or pair.text for pair in pairs if pair.right}
    kept = [other for other in others if (bare_text(other.text) or other.text) not in said]
    if (both := len(others) - len(kept)):
        told(Problem(where="--others", level="note",
                     what=f"{both} of {len(others)} texts {'is' if both == 1 else 'are'} among the "
                     "confirmed pairs too, and cannot be both",
                     hint="as texts to which no fact-check speaks they are left out"))
    return kept


def learn_from(pool: Pool | LargePool, pairs: Collection[Pair], *, signed: bool, show: Show,
               gate: float | None = None) -> Learned:
    """Learn from pairs, and measure what was learned on pairs that it had not seen.

    `gate` is set where one is given; else it is the least that their texts need, and no higher
    than what was measured on public data. Raises where they are too few, or the claims too many.
    """
    if isinstance(pool, LargePool):
        raise EvenhandError(f"{pool.size:,} claims are too many to learn over",
                            hint=f"learn over fewer than {LARGE:,}, of the same kind: what is "
                            "learned serves more of them as well")
    used = list(pairs)
    enough(sum(bool(pair.right) for pair in used))
    before = Gate(pool, LEAST if gate is None else gate)
    groups = groups_of([pair.right for pair in used])
    examples: list[Example] = []
    for start in range(0, len(used), TOGETHER):
        some = used[start:start + TOGETHER]
        found = pool.likenesses([pair.text for pair in some], signed=signed)
        examples += [example(one, pair.right, groups[start + n])
                     for n, (one, pair) in enumerate(zip(found, some, strict=True))]
        show("comparing the texts", len(examples), len(used))
    show("learning", 0, FOLDS + 1)
    learned = learn(examples, pool.names)
    show("learning", 1, FOLDS + 1)
    measured = measure(examples, [len(pair.right) for pair in used],
                       progress=lambda n: show("learning", n + 1, FOLDS + 1))
    promises = before.promises([pair.text for pair in used])
    least = before.least if gate is not None else min(LEAST, round(least_for(
        [one for one, pair in zip(promises, used, strict=True) if pair.right]), 4))
    of = {yes: [one >= least for one, pair in zip(promises, used, strict=True)
                if bool(pair.right) is yes] for yes in (True, False)}
    return replace(learned, gate=least, measured={
        **measured, "confirmed texts that the gate loses": float(of[True].count(False)),
        **({"other texts that pass the gate": float(of[False].count(True))} if of[False] else {})})
