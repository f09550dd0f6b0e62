"""Tells decisions on the screen: who decided, what is done, on which ground, and why not more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich import box
from rich.panel import Panel
from rich.text import Text

from evenhand.edge.cli.screen import BOX, heading, one_line, out, printable, quote, safe, say
from evenhand.edge.desk.suggesting import STANCE
from evenhand.edge.platform import Platform
from evenhand.edge.store.matters import Matter, answered_with
from evenhand.edge.store.story import letters_of, places_of
from evenhand.factcheck.stance import SUGGESTED_BY, Cues
from evenhand.model.action import Action
from evenhand.model.decision import Decider, Decision
from evenhand.model.statement import Correction, FactCheckNotice
from evenhand.reasons.statement import day_and_time, day_as_known, explain
from evenhand.record.kinds import AppealRecord, DecisionRecord, OrderRecord, ReportRecord
from evenhand.rulebook.finding import Answer
from evenhand.terms.clauses import Terms


def who(decider: Decider) -> str:
    """Who decided, as the platform's own people may know it."""
    return "the clause itself" if decider.kind == "rule" else decider.person or "a reviewer"


def tell_head(decision: Decision, more: str = "") -> None:
    """A decision's heading: its id, when, what it comes to, by whom, because of what."""
    heading(f"Decision {decision.id[:16]}",
            f"{day_and_time(decision.at)}: {decision.outcome.value}, by {who(decision.decider)}, "
            f"because of {_CAUSE.get(decision.cause.kind.value, decision.cause.kind.value)}{more}")


_CAUSE = {"arrival": "its arrival", "report": "a report", "review": "a review",
          "appeal": "an appeal", "order": "an order", "reversal": "a reversal",
          "signal": "a signal", "fact-check change": "a fact-check change",
          "account change": "an account change"}


def tell_what(platform: Platform, decision: Decision) -> None:
    """What is done, what was found, and what is not done although a clause holds."""
    for action in decision.actions:
        _action(action)
    if not decision.actions:
        say("  nothing is done")
    _findings(decision, next(v for v in platform.versions if v.digest == decision.terms))
    for ask in decision.asks:
        due = f" by {day_and_time(ask.due_at)}" if ask.due_at else ""
        say(f"  [ask]a reviewer must look{due}[/ask]: clause {ask.ground.citation.number}, "
            f"{ask.because.value}" + (f" ({', '.join(ask.missing)})" if ask.missing else ""))
    _idle(decision)


def _action(action: Action) -> None:
    until = f" until {day_and_time(action.ends_at)}" if action.ends_at else ""
    name = "" if action.name == action.kind.value else f" {action.name}"
    where = f" in {', '.join(action.territory)}" if action.territory else ""
    say(f"  [what]{action.kind.value}[/what]{safe(name)}{where}{until}  "
        f"[quiet]{action.effect.value}; ground: clause "
        f"{action.ground.citation.number}[/quiet]")


def _idle(decision: Decision) -> None:
    """The clauses that do nothing to the post, and why; and what a reviewer chose."""
    for ground in decision.suspended:
        say(f"  [ask]clause {ground.citation.number} is suspended[/ask]: it does nothing "
            "anew")
    for ground in decision.capped:
        say(f"  [ask]clause {ground.citation.number} has reached its cap[/ask]")
    for aside in decision.set_aside:
        say(f"  [ask]clause {aside.ground.citation.number} is set aside[/ask] for this post: "
            f"{aside.because.value} [quiet]({aside.matter[:16]})[/quiet]")
        quote(aside.words)
    if decision.chosen:
        say(f"  chosen of what the clauses allow: {safe(', '.join(decision.chosen))}")
    if decision.let_act:
        say(f"  let act beyond their cap: {', '.join(decision.let_act)}")


def _findings(decision: Decision, terms: Terms) -> None:
    for finding in decision.findings:
        clause = terms.clause(finding.provision)
        assert clause is not None, "a finding is about a clause of its terms"
        style = "number" if finding.answer is Answer.HOLDS else "ask"
        say(f"  [{style}]clause {finding.provision}[/{style}] {safe(clause.title)} "
            f"[{style}]{finding.answer.value}[/{style}] "
            f"[quiet]({safe(clause.citation.document)}, version "
            f"{safe(clause.citation.version)})[/quiet]")
        for line in explain(finding.why) if finding.why else ():
            say(f"      [quiet]{safe(line)}[/quiet]")


def tell_cues(found: Cues, indent: str) -> None:
    """What a machine found that hints at where the poster stands, and that it answers nothing;
    where it found nothing, which says nothing, not a word."""
    if not found.cues:
        return
    hints = "; ".join(
        f"{stance} (" + ", ".join(f"“{cue.words}”" for cue in found.cues if cue.stance == stance)
        + ")"
        for stance in found.stances)
    how = "suggests" if len(found.stances) == 1 else "found cues that disagree:"
    say(f"{indent}[quiet]a machine {how}[/quiet] {safe(one_line(hints))}"
        "[quiet]; it is yours to say[/quiet]")


def plain_cues(found: Cues) -> dict[str, Any]:
    """The same for programs."""
    return {"fact": STANCE, "by": SUGGESTED_BY, "values": list(found.stances),
            "cues": [{"stance": cue.stance, "start": cue.start, "end": cue.end, "words": cue.words}
                     for cue in found.cues]}


def tell_readers_see(seen: FactCheckNotice) -> None:
    """The label beside the post, and who speaks in it."""
    speech = seen.speech
    heading("What readers see beside the post")
    page = (f"page by {speech.page_by_name} ({speech.page_by})" if speech.page_by_name else
            "no page")
    by = (f"words by {speech.words_by_name} ({speech.words_by}), in {speech.language}; {page}; "
          "since ")
    words = Text.assemble(("ⓘ ", "number"), (printable(speech.words), "bold"), "\n",
                          (printable(str(speech.link)), "number"), "\n",
                          (printable(f"{by}{day_and_time(seen.since)}{_appeared(seen)}"), "quiet"))
    out.print(Panel(words, box=box.ROUNDED, border_style="number", width=BOX))


def tell_correction(seen: Correction) -> None:
    """What readers are told of a fact-check that was corrected."""
    heading("What readers are told beside the post")
    words = Text.assemble((printable(seen.words), "bold"), "\n", (printable(seen.link), "number"))
    out.print(Panel(words, box=box.ROUNDED, border_style="number", width=BOX))


def _appeared(seen: FactCheckNotice) -> str:
    """When the post and the fact-check appeared, where the notice rests on one."""
    if seen.known_at is None:
        return ""
    known = "" if seen.known_at == seen.published_at else (
        f", as it reads now since {day_as_known(seen.known_at)}")
    published = day_as_known(seen.published_at) if seen.published_at else "an unknown day"
    copied = seen.confirmed_for == "a copy of this post"
    sure = f"; confirmed for {seen.confirmed_for}" if copied else ""
    return f"\npost of {day_as_known(seen.made_at)}; fact-check of {published}{known}{sure}"


def tell_letter(title: str, subject: str, words: str) -> None:
    """A letter in a box."""
    heading(title, printable(subject))
    out.print(Panel(Text(printable(words)), box=box.SQUARE, padding=(1, 2),
                    border_style="quiet", width=BOX))


def tell_decided(platform: Platform, record: DecisionRecord) -> None:
    """A decision that was just made: what is done, on which ground, and who is told."""
    decision = record.decision
    place = places_of(platform.engine, [f"decision:{decision.id}"]).get(f"decision:{decision.id}")
    tell_head(decision, f", superseding {decision.supersedes[:16]}" if decision.supersedes else "")
    tell_what(platform, decision)
    for seen in record.fact_check_notices:
        tell_readers_see(seen)
    heading("Who is told")
    about = [f"decision:{decision.id}"]
    answered = answered_with(platform.engine, decision.id)
    sent = letters_of(platform.engine, [*about, *(f"answer:{m.id}" for m in answered)])
    if record.notice is None:
        say("  the author of the post: nobody, for nothing changes for them")
    else:
        say(f"  the author of the post: {safe(record.notice.subject)}"
            f"{tell_sent(sent.get(about[0], ()))}")
    for matter in answered:
        if (matter.kind, matter.sort) == ("appeal", "author"):
            continue  # the letter to the author answers it
        if matter.answered_by is None:
            end = ", once all its posts are decided"
        elif matter.record is not None and matter.record.notice is None:
            end = ": nobody, for they left no address"
        else:
            end = tell_sent(sent.get(f"answer:{matter.id}", ()))
        say(f"  who brought {name_of(matter)}{end}")
    where = "waits to be sealed" if place is None else (
        f"is entry {place} of {platform.config.origin}")
    say(f"[quiet]the decision {where}; `evenhand show {decision.id[:16]}` tells all of it"
        "[/quiet]")


def name_of(matter: Matter) -> str:
    """A matter by its kind and the first digits of its id: `the report 1f2e...`."""
    kind = matter.sort if matter.kind == "order" else matter.kind
    return f"the {kind} {matter.id[:16]}"


def tell_sent(ends: Iterable[tuple[str, str]]) -> str:
    """What became of a letter on each channel, in brackets."""
    said = ", ".join(f"{outcome} by {channel}" for channel, outcome in ends)
    return f" [quiet]({said or 'no letter was delivered yet'})[/quiet]"


def plain_matter(platform: Platform, matter: Matter) -> dict[str, Any]:
    """A matter for programs: its id, its times, its answer and its place in the log."""
    key = f"{matter.kind}:{matter.id}"
    record = matter.record
    notice = record.notice if isinstance(
        record, ReportRecord | OrderRecord | AppealRecord) else None
    return {"id": matter.id, "kind": matter.kind, "sort": matter.sort or None,
            "posts": [str(post) for post in matter.posts], "at": matter.known_at,
            "due_at": matter.due_at, "answered_by": matter.answered_by,
            "withdrawn": matter.withdrawn,
            "letter": notice.words if notice is not None else None,
            "entry": places_of(platform.engine, [key]).get(key)}
