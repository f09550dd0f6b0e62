"""What is told where a fact-check on which something rested was corrected, withdrawn or superseded.

Derived by holding a decision beside the one that it supersedes; nobody types it. Readers see it
beside the post, and the author finds it in the letter.
"""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.model.decision import Decision
from evenhand.model.factcheck import FactCheck
from evenhand.model.post import Post
from evenhand.model.statement import Correction
from evenhand.reasons.of_claims import rated
from evenhand.reasons.plain import inline
from evenhand.reasons.statement import day_in_words


def corrections(decision: Decision, before: Decision | None, post: Post
                ) -> tuple[Correction, ...]:
    """The corrections of the fact-checks that the decision before rested on, each once."""
    return tuple(_corrections(decision, before, post)) if before is not None else ()


def _corrections(decision: Decision, before: Decision, post: Post) -> Iterator[Correction]:
    now = {m.fact_check.key: m.fact_check for m in decision.dossier.matches or ()}
    gone = {check.key: check for check in decision.dossier.withdrawn}
    stands = bool(decision.rests_on)
    for key, old in before.rests_on.items():
        check = gone.get(key, now.get(key))
        if check is None or not _differs(old, check):
            continue
        taken = check.withdrawn
        yield Correction(
            decision=decision.id, post=post.id, publisher=check.publisher.name, link=check.url,
            claim=check.claim, was=old.rating_words,
            now=None if taken is not None else check.rating_words,
            state=taken.state if taken is not None else None,
            because=taken.because if taken is not None else None,
            superseded_by=taken.superseded_by if taken is not None else None,
            since=decision.at, stands=stands, words=_words(old, check, stands=stands))


def _differs(old: FactCheck, check: FactCheck) -> bool:
    return check.withdrawn is not None or (old.rating, old.rating_words) != (
        check.rating, check.rating_words)


def _words(old: FactCheck, check: FactCheck, *, stands: bool) -> str:
    """What readers see: what was said, what is said now, and what became of the notice."""
    said = (f"{inline(check.publisher.name)} had rated the claim “{inline(old.claim)}” "
            f"{rated(old)}.")
    taken = check.withdrawn
    if taken is None:
        now = f"It rates it {rated(check)} now."
    else:
        now = (f"That fact-check is {taken.state} since {day_in_words(taken.at)}: "
               f"{taken.because.rstrip('.')}.")
    end = ("What stands beside this post was looked at again." if stands else
           "What we did by it was taken back.")
    return f"Correction: {said} {now} {end}"
