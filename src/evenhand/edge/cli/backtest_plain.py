"""What a backtest, or a comparison with terms in shadow, came to: as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from evenhand.audit.backtest import Backtest
from evenhand.audit.backtested import (
    ClauseChange,
    actions_changed,
    facts_known,
    remarks,
)
from evenhand.audit.changes import Count, Moves
from evenhand.rulebook.finding import Answer
from evenhand.terms.clauses import Terms


def plain(result: Backtest, clauses: Sequence[ClauseChange]) -> dict[str, object]:
    """All of it, as `--json` prints it."""
    covered = result.changes.covered
    made, days = covered.made or (None, None), covered.days or (None, None)
    return {
        "terms": _version(result.terms),
        "against": {
            "files": covered.files, "files_in_shadow": covered.shadow, "rows": covered.rows,
            "posts": _posts(Count(rows=covered.rows, posts=covered.posts)),
            "estimated": covered.sampled, "measured": covered.measured, "erased": covered.erased,
            "made_from": made[0], "made_until": made[1], "first_day": days[0],
            "last_day": days[1]},
        "before": [_version_before(result, digest, rows)
                   for digest, rows in sorted(covered.versions.items(), key=lambda i: str(i[0]))],
        "clauses": [{
            "number": c.number, "title": c.title, "state": c.state, **plain_moves(c.moves),
            "lacks": c.lacks, "samples": {how.replace(" ", "_"): found
                                          for how, found in c.samples.items()},
        } for c in clauses],
        "actions": [{"action": a.action, **plain_moves(a.moves, told=result.knows_actions_before)}
                    for a in actions_changed(result)],
        "facts": [{"fact": f.fact, "clauses": f.clauses, "known": f.known.known,
                   "missing": f.known.missing, "lacking": f.known.lacking.total(),
                   "because": [{"why": why, "rows": n} for why, n in f.known.lacking.items()]}
                  for f in facts_known(result)],
        "remarks": remarks(result),
        "refused": [{"where": r.where, "what": r.what, "hint": r.hint} for r in result.refused]}


def _version(terms: Terms) -> dict[str, object]:
    return {"name": terms.front.title, "version": terms.front.version, "digest": terms.digest}


def _version_before(result: Backtest, digest: str | None, rows: int) -> dict[str, object]:
    found = result.before.get(digest or "")
    return {"digest": digest, "rows": rows, "version": found.front.version if found else None,
            "found": digest is None or found is not None,
            "published": found is not None and found.digest == digest}


def plain_moves(moves: Moves, *, told: bool = True) -> dict[str, object]:
    """The figures of a clause or an action; what was before is null where it is not known."""
    after = {"after": {"holds": plain_count(moves.after(Answer.HOLDS)),
                       "undetermined": plain_count(moves.after(Answer.UNDETERMINED))}}
    before = {"before": {"holds": plain_count(moves.before(Answer.HOLDS)),
                         "undetermined": plain_count(moves.before(Answer.UNDETERMINED))},
              "gained": plain_count(moves.gained), "lost": plain_count(moves.lost),
              "newly_undetermined": plain_count(moves.opened),
              "in_doubt": plain_count(moves.in_doubt)}
    return {**(before if told else dict.fromkeys(before)), **after}


def plain_count(count: Count) -> dict[str, object]:
    """Rows, and the posts that they stand for."""
    return {"rows": count.rows, "posts": _posts(count)}


def _posts(count: Count) -> float | int:
    return int(count.posts) if count.posts.is_integer() else round(count.posts, 1)
