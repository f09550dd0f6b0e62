"""What a machine suggests to whoever answers where a poster stands, on every screen the same.

The claims are those of the decision that asks: their own words are no cue of a stance. The command
line cannot know who read its screens: what a statement made there records as suggested is what
they show of the post at that moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from evenhand.edge.platform import Platform
from evenhand.factcheck.stance import Cues, suggest
from evenhand.model.decision import Decision
from evenhand.model.post import Post, PostId

STANCE = "post.stance"
"""The fact of which something is suggested."""


def cues_of(post: Post, decision: Decision | None) -> Cues:
    """The cues of a stance in a post, towards the claims that the decision knew of."""
    matches = decision.dossier.matches or () if decision is not None else ()
    return suggest(post.text, post.language,
                   claims=[m.fact_check.claim for m in matches if m.confirmed is not False])


def cues_of_all(platform: Platform, posts: Iterable[PostId]) -> Mapping[PostId, Cues]:
    """The same of many stored posts, each with the decision that stands; erased ones left out."""
    asked = list(posts)
    standing = platform.store.standing(asked) if asked else {}
    found = {}
    for post in platform.store.posts_named(asked) if asked else ():
        decision = standing.get(post.id)
        found[post.id] = cues_of(post, decision if isinstance(decision, Decision) else None)
    return found
