"""What `evenhand run` did, as people read it and as programs do."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table

from evenhand.edge.cli.deliver import (
    plain_outcomes,
    plain_waiting,
    tell_undelivered,
    tell_waiting,
)
from evenhand.edge.cli.run_aside import SHOWN, Aside
from evenhand.edge.cli.screen import (
    count,
    err,
    heading,
    out,
    printable,
    safe,
)
from evenhand.edge.config import NAME, file_shown
from evenhand.edge.intake.read import Intake
from evenhand.edge.learn import Learned
from evenhand.edge.platform import Platform
from evenhand.edge.run import Summary
from evenhand.edge.store.known import Awaited
from evenhand.errors import EvenhandError


def tell_run(platform: Platform, learned: Learned, summary: Summary, intakes: list[Intake],
             aside: Aside, waiting: Awaited | None) -> None:
    """Tell on the screen what was read, what each clause found, and what was done."""
    name = platform.config.name
    out.print(f"[head]{safe(name)}[/head]  [quiet]{platform.clock.kind} clock, log "
              f"{platform.config.origin}[/quiet]", soft_wrap=True)
    for note in (n for intake in intakes for n in intake.notes):
        out.print(f"[quiet]{safe(note)}[/quiet]", soft_wrap=True)
    _counts(learned, summary, intakes, waiting)
    _clauses(platform, summary)
    out.print()
    out.print(f"{count(summary.decisions, 'new decision')}, each with its reasons; "
              f"{count(summary.delivered, 'notice')} delivered, each with its receipt; "
              f"{count(summary.sealed, 'entry', 'entries')} in the ledger", soft_wrap=True)
    _witnesses(platform, summary.sealed)
    for version, posts in summary.beside.items():
        out.print(f"{count(posts, 'post')} measured beside under version {safe(version)}, which is "
                  "in shadow: `evenhand shadow` compares", soft_wrap=True)
    tell_undelivered(platform)
    tell_waiting(platform.courier.waiting(), platform.courier.names)
    if summary.ungoverned:
        out.print(f"[ask]{count(summary.ungoverned, 'post')} made before any terms were in force: "
                  "nothing can be done about them[/ask]", soft_wrap=True)
        if platform.clock.kind == "live":
            out.print("  to replay the past, make a platform of its own, whose terms are dated "
                      f"then: in its {NAME}, under \\[clock], `kind = \"replayed\"` and "
                      "`begins = 2020-05-01T00:00:00Z`, before the terms", soft_wrap=True)
    for (fact, why), times in summary.silent.most_common(SHOWN):
        out.print(f"[ask]{fact} is missing for {count(times, 'measurement')}: {safe(why)}[/ask]",
                  soft_wrap=True)
    _problems(learned, aside)


def _witnesses(platform: Platform, size: int) -> None:
    """Who has seen all that is sealed, and who has not, where anybody is asked to."""
    standing = platform.witnessing.standing()
    seen = [one.witness.name for one in standing if one.state.seen >= size]
    behind = [one.witness.name for one in standing if one.state.seen < size]
    if seen:
        out.print(f"witnessed by {safe(', '.join(seen))}", soft_wrap=True)
    if behind:
        out.print(f"[ask]not witnessed yet by {safe(', '.join(behind))}: `evenhand ledger witness` "
                  "tells how it stands[/ask]", soft_wrap=True)


def _counts(learned: Learned, summary: Summary, intakes: list[Intake],
            waiting: Awaited | None) -> None:
    """What was read, each line a sum: posts, fact-checks, statements."""
    posts = _posts(summary, intakes)
    out.print(f"{count(posts['read'], 'post')} read: {posts['measured']:,} measured, "
              f"{posts['measured_before']:,} measured before, {posts['twice_in_the_input']:,} "
              f"twice in the input, {posts['set_aside']:,} set aside"
              + (f", {posts['erased_before']:,} erased before and not taken in anew"
                 if posts["erased_before"] else ""), soft_wrap=True)
    checks, said = _fact_checks(learned), _statements(learned)
    out.print(f"{count(checks['read'], 'fact-check')} read: {checks['new']:,} new, "
              f"{checks['known_before']:,} known before, {checks['set_aside']:,} set aside",
              soft_wrap=True)
    out.print(f"{count(said['read'], 'statement')} read: {said['new']:,} new, "
              f"{said['known_before']:,} known before, {said['set_aside']:,} set aside",
              soft_wrap=True)
    if summary.swept:
        out.print(f"posts measured before were measured again {count(summary.swept, 'time')}, for "
                  "what became known since", soft_wrap=True)
    if waiting is not None and waiting.statements:
        more = ", ..." if waiting.posts > len(waiting.first) else ""
        out.print(f"[ask]{count(waiting.statements, 'statement')} about "
                  f"{count(waiting.posts, 'post')} that never came in: "
                  f"{safe(', '.join(map(str, waiting.first)))}{more}[/ask]", soft_wrap=True)
        out.print("  they are kept, and count when the post arrives; if it did, look at the id "
                  "and the version that they name", soft_wrap=True)


def _posts(summary: Summary, intakes: list[Intake]) -> dict[str, int]:
    """What became of the rows of posts: the five after the first add up to it."""
    return {"read": sum(i.rows_seen for i in intakes),
            "measured": summary.measured, "measured_before": summary.known_before,
            "twice_in_the_input": sum(i.duplicates for i in intakes),
            "set_aside": sum(i.rejects for i in intakes), "erased_before": summary.erased,
            "looked_at_again": summary.swept, "before_any_terms": summary.ungoverned}


def _fact_checks(learned: Learned) -> dict[str, int]:
    aside = len({p.where for p in learned.problems if p.level == "refused"})
    return {"read": learned.fact_checks + aside, "new": learned.new_fact_checks,
            "known_before": learned.fact_checks - learned.new_fact_checks, "set_aside": aside}


def _statements(learned: Learned) -> dict[str, int]:
    return {"read": learned.statements + learned.statements_set_aside,
            "new": learned.new_statements,
            "known_before": learned.statements - learned.new_statements,
            "set_aside": learned.statements_set_aside}


def _clauses(platform: Platform, summary: Summary) -> None:
    if not summary.by_clause:
        return
    heading("Clause by clause, in this run")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="quiet")
    for column, justify in (("clause", "left"), ("", "left"), ("holds", "right"),
                            ("undetermined", "right"), ("asked", "right"),
                            ("done", "left")):
        table.add_column(column, justify=justify)  # type: ignore[arg-type]
    titles = {c.citation.number: c.title for v in platform.versions for c in v.clauses}
    for number in sorted({n for n, _ in summary.by_clause}):
        done = ", ".join(f"{kind} {n:,}" for (clause, kind), n in sorted(
            summary.by_action.items()) if clause == number)
        table.add_row(f"[number]{number}[/number]", safe(titles[number]),
                      *(f"{summary.by_clause[number, what]:,}" for what in
                        ("holds", "undetermined", "asked")), done)
    out.print(table)


def _problems(learned: Learned, aside: Aside) -> None:
    for problem in learned.problems[:SHOWN]:
        err.print(f"[{'bad' if problem.level == 'refused' else 'ask'}]{problem.level}[/] ",
                  end="")
        err.print(printable(str(problem)), markup=False, soft_wrap=True)
    if len(learned.problems) > SHOWN:
        err.print(f"[quiet]and {len(learned.problems) - SHOWN:,} more about fact-checks[/quiet]")
    if aside.problems is not None:
        err.print(f"[quiet]all of them are in {safe(file_shown(aside.problems))}[/quiet]",
                  soft_wrap=True)
    for reject in aside.first:
        err.print("[bad]set aside[/bad] ", end="")
        err.print(printable(f"{reject.where}: {reject.what}\n  {reject.hint}"), markup=False,
                  soft_wrap=True)
    if aside.count > len(aside.first):
        err.print(f"[quiet]and {aside.count - len(aside.first):,} more[/quiet]")
    for path in aside.files:
        err.print(f"[quiet]set aside, whole, in {safe(file_shown(path))}[/quiet]", soft_wrap=True)


def plain_run(platform: Platform, learned: Learned, summary: Summary, intakes: list[Intake],
              aside: Aside, waiting: Awaited | None, unread: Iterable[EvenhandError]) -> object:
    """The same for programs."""
    return {
        "platform": platform.config.platform, "clock": platform.clock.kind,
        "origin": platform.config.origin,
        "posts": _posts(summary, intakes), "fact_checks": _fact_checks(learned),
        "statements": _statements(learned) | {"about_posts_that_never_came_in": {
            "statements": waiting.statements if waiting else 0,
            "posts": waiting.posts if waiting else 0,
            "first": [str(post) for post in waiting.first] if waiting else []}},
        "problems": [{"where": p.where, "what": p.what, "hint": p.hint, "level": p.level}
                     for p in learned.problems],
        "clauses": [{"clause": number, "what": what, "posts": n}
                    for (number, what), n in sorted(summary.by_clause.items())],
        "actions": [{"clause": number, "action": kind, "count": n}
                    for (number, kind), n in sorted(summary.by_action.items())],
        "missing": [{"fact": fact, "why": why, "measurements": n}
                    for (fact, why), n in summary.silent.most_common()],
        "in_shadow": [{"version": version, "posts": n} for version, n in summary.beside.items()],
        "decisions": summary.decisions, "notices": summary.delivered, "entries": summary.sealed,
        "witnesses": [{"name": one.witness.name, "seen": one.state.seen}
                      for one in platform.witnessing.standing()],
        "outcomes": plain_outcomes(platform),
        "errands_waiting": plain_waiting(platform.courier.waiting()),
        "rejects": [str(path) for path in aside.files],
        "unread": [{"where": w.where, "what": w.what, "hint": w.hint} for w in unread]}
