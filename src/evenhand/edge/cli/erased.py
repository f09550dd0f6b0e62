"""What `evenhand show` says of a post that was erased: that it was, when, why, and what is left."""

from __future__ import annotations

from evenhand.edge.cli.screen import heading, out, safe, say_json
from evenhand.edge.erasing import post_named
from evenhand.edge.platform import Platform
from evenhand.edge.store.erased import erasure_of, left_of, post_decided
from evenhand.errors import EvenhandError
from evenhand.model.post import PostId
from evenhand.reasons.statement import day_and_time
from evenhand.record.codec import instant_text
from evenhand.record.leaf import read_leaf


def erased_meant(platform: Platform, what: str) -> PostId | None:
    """The erased post that is meant, by its name or by a decision about it; None: none is."""
    decisions = platform.store.find_decisions(what.lower()) if len(what) >= 4 else ()
    try:
        post = post_named(platform, what)
    except EvenhandError:
        if len(decisions) != 1:
            return None
        post = post_decided(platform.engine, decisions[0])
    return post if platform.store.known_posts([post]).get(post) == "" else None


def tell_erased(platform: Platform, post: PostId, *, as_json: bool) -> None:
    """Tell it; whoever reads this works for the platform and may know the legal basis."""
    erasure, left = erasure_of(platform.engine, post), left_of(platform.engine, post)
    if as_json:
        say_json({
            "post": {"id": str(post), "erased": True},
            "erasure": erasure and {"id": erasure.id, "at": instant_text(erasure.at),
                                    "legal_basis": erasure.legal_basis, "by": erasure.by},
            "decisions": [{"id": one.decision, "entry": one.index, "erased": True,
                           "leaf": read_leaf(one.leaf).public} for one in left]})
        return
    out.print(f"[head]{safe(post)}[/head]  [ask]erased[/ask]", soft_wrap=True)
    if erasure is not None:
        out.print(f"  on {day_and_time(erasure.at)} by {safe(erasure.by)}, for: "
                  f"{safe(erasure.legal_basis)}", soft_wrap=True)
        out.print(f"  [quiet]erasure {erasure.id[:16]}[/quiet]", soft_wrap=True)
    for one in left:
        public = read_leaf(one.leaf).public
        heading(f"Decision {one.decision[:16]}", "its record was erased; whoever kept the notice "
                f"can still open entry {one.index} of the log, which stays and shows:")
        out.print(f"  {safe(public['when'])}: {safe(public['outcome'])}, "
                  f"{safe(', '.join(public['actions']) or 'no action')}; "
                  f"clause {safe(', '.join(public['grounds']) or 'none')}", soft_wrap=True)
