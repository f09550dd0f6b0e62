"""What a question is about: the post, the fact-check asked about, and what hints at an answer.

Whoever looks at a list of questions must see what each is about without opening it, on every screen
the same. Questions about copies of one text and one fact-check are one question: a person can
answer them together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from evenhand.edge.desk.suggesting import STANCE, cues_of
from evenhand.edge.desk.waiting import Waiting
from evenhand.edge.platform import Platform
from evenhand.factcheck.copies import copy_key
from evenhand.factcheck.stance import Cues
from evenhand.model.decision import Decision
from evenhand.model.factcheck import Match
from evenhand.model.post import Post
from evenhand.rulebook.finding import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What one thing that waits is about. `match` is the fact-check on which the clause hangs that
    asks, None where it hangs on none; `more` counts the others that may speak to the post. `cues`
    hint at the poster's stance, None where nobody asks for it."""

    post: Post | None = None
    match: Match | None = None
    more: int = 0
    cues: Cues | None = None


NOTHING = Asking()

About = Mapping[tuple[str, str | None], Asking]
"""(id of what waits, clause that asks) -> what it is about; see `about`."""


def about(found: About, one: Waiting) -> Asking:
    """What one thing that waits is about."""
    return found.get((one.id, one.clause), NOTHING)


def asking(platform: Platform, waits: Iterable[Waiting]) -> About:
    """What each is about: its first post and, of a question, the fact-check that decides it."""
    every = [one for one in waits if one.posts]
    posts = {one.posts[0] for one in every}
    texts = {post.id: post for post in platform.store.posts_named(posts)} if posts else {}
    questions = {one.posts[0] for one in every if one.kind == "question"}
    standing = platform.store.standing(questions) if questions else {}
    found: dict[tuple[str, str | None], Asking] = {}
    for one in every:
        post, decision = texts.get(one.posts[0]), standing.get(one.posts[0])
        if one.kind == "question" and post is not None and isinstance(decision, Decision):
            found[one.id, one.clause] = _of_question(post, decision, one)
        else:
            found[one.id, one.clause] = Asking(post=post)
    return found


def _of_question(post: Post, decision: Decision, one: Waiting) -> Asking:
    matches, cues = decision.dossier.matches or (), None
    match = match_in_question(decision, one.clause)
    if STANCE in one.missing:
        cues = cues_of(post, decision)
    return Asking(post=post, match=match, cues=cues,
                  more=0 if match is None else sum(
                      m.confirmed is None and m is not match for m in matches))


def match_in_question(decision: Decision, clause: str | None) -> Match | None:
    """The fact-check of which a clause that is undetermined hangs on what is not known."""
    matches = decision.dossier.matches or ()
    for finding in decision.findings:
        if finding.provision == clause and finding.answer is Answer.UNDETERMINED and (
                finding.bound is not None):
            return matches[finding.bound]
    return None


def in_copies(waits: Sequence[Waiting], found_out: About
              ) -> list[tuple[Waiting, tuple[Waiting, ...]]]:
    """What waits in its order, each with the questions that are the same of copies of its post."""
    first: dict[tuple[object, ...], int] = {}
    found: list[tuple[Waiting, tuple[Waiting, ...]]] = []
    for one in waits:
        this = about(found_out, one)
        alike = copy_key(this.post) if this.post is not None and this.match is not None else None
        if alike is None or this.match is None:
            found.append((one, ()))
            continue
        key = (alike, one.what, one.missing, this.match.fact_check.key, this.match.confirmed)
        if key in first:
            place = first[key]
            found[place] = (found[place][0], (*found[place][1], one))
        else:
            first[key] = len(found)
            found.append((one, ()))
    return found
