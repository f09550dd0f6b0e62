"""`evenhand show`: the whole story of one post or one decision."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich import box
from rich.panel import Panel
from rich.text import Text

from evenhand.audit.verify import verify_receipt
from evenhand.edge.cli.screen import (
    BOX,
    config_option,
    heading,
    json_option,
    out,
    printable,
    quote,
    safe,
)
from evenhand.edge.cli.screen import say_json as print_json
from evenhand.edge.config import file_shown, load_config
from evenhand.edge.platform import Platform, open_platform
from evenhand.edge.store.database import from_us
from evenhand.errors import EvenhandError
from evenhand.ledger.receipt import Receipt, format_receipt
from evenhand.model.decision import Decision
from evenhand.model.post import Post, PostId
from evenhand.model.statement import FactCheckNotice
from evenhand.reasons.statement import day_and_time, explain
from evenhand.record.codec import instant_text, to_plain
from evenhand.record.kinds import DecisionRecord
from evenhand.record.leaf import read_leaf
from evenhand.record.opening import check_opening, read_opening
from evenhand.rulebook.finding import Answer
from evenhand.terms.clauses import Terms


@click.command()
@click.argument("what", metavar="POST-OR-DECISION")
@config_option
@json_option
def show(what: str, config_path: Path, as_json: bool) -> None:
    """Tell the whole story of one post: what was found, decided, said, and sealed.

    POST-OR-DECISION is a post (platform:id, platform:id@version, or the id alone) or the first
    digits of a decision's id.
    """
    platform = open_platform(load_config(config_path))
    post, chosen = _find(platform, what)
    decisions = [chosen] if chosen else list(platform.store.decisions_of(post.id))
    told = [(record, receipt) for decision in decisions
            for receipt, record in [platform.courier.receipt(decision)]]
    if as_json:
        print_json(_plain(platform, post, told))
        return
    _post(post)
    _timeline(platform, post.id)
    for record, _ in told[:-1]:
        _superseded(platform, record)
    for record, receipt in told[-1:]:
        _decision(platform, record, receipt)
    if not told:
        heading("Left alone", "no clause held, and nobody asked for a decision")


def _find(platform: Platform, what: str) -> tuple[Post, str | None]:
    """The post meant, and the decision where one was named."""
    store = platform.store
    found = store.find_posts(what)
    if not found and ":" in what:
        # An id may hold colons and an at sign of its own: at://..., user@host.
        platform_id, _, native = what.partition(":")
        found = store.find_posts(native) if platform_id == platform.config.platform else ()
        named = PostId.parse(what)
        post = store.post(named)
        if post is not None:
            return post, None
        if not found:
            raise EvenhandError(f"there is no post {named}", hint="name it platform:id@version; "
                                "`evenhand run` takes posts in")
    if len(found) == 1:
        post = store.post(found[0])
        assert post is not None, "a post that was found is stored"
        return post, None
    if len(found) > 1:
        raise EvenhandError(f"`{what}` names several posts", hint="write one of: "
                            + ", ".join(map(str, found)))
    decisions = store.find_decisions(what.lower()) if len(what) >= 4 else ()
    if len(decisions) == 1:
        record = store.record(decisions[0])
        assert record is not None, "a decision that was found is stored"
        return record[0].post, decisions[0]
    raise EvenhandError(
        f"`{what}` names {'several decisions' if decisions else 'no post and no decision'}",
        hint="give more digits of the decision's id" if decisions else
        "write a post as platform:id, or at least 4 digits of a decision's id")


def _post(post: Post) -> None:
    made = day_and_time(post.made_at) + ("" if post.made_at_is == "stated" else " (arrival)")
    who = post.author.name or post.author.id
    out.print(f"[head]{safe(post.id)}[/head]  [quiet]{safe(who)}, {made}"
              + (f", {safe(post.url)}" if post.url else "") + "[/quiet]",
              soft_wrap=True)
    quote(post.text)
    for media in post.media:
        out.print(f"  [quiet]{media.kind} {media.digest[:19]} {safe(media.alt)}"
                  "[/quiet]")


def _timeline(platform: Platform, post: PostId) -> None:
    heading("What happened")
    for row in platform.store.measurements_of(post):
        found = []
        if row.terms is None:
            found.append("no terms were in force when it was made")
        if row.holds:
            found.append(f"[number]{', '.join(row.holds.split())}[/number] holds")
        if row.undetermined:
            found.append(f"[ask]{', '.join(row.undetermined.split())} undetermined[/ask]")
        out.print(f"  {day_and_time(from_us(row.at))}  {row.cause}: "
                  f"{'; '.join(found) or 'no clause holds'}", soft_wrap=True)


def _superseded(platform: Platform, record: DecisionRecord) -> None:
    _head(record.decision, "; superseded")
    _what(platform, record.decision)


def _head(decision: Decision, more: str = "") -> None:
    heading(f"Decision {decision.id[:16]}",
            f"{day_and_time(decision.at)}: {decision.outcome.value}, by "
            f"{'the clause itself' if decision.decider.kind == 'rule' else 'a reviewer'}{more}")


def _what(platform: Platform, decision: Decision) -> None:
    for action in decision.actions:
        until = f" until {day_and_time(action.ends_at)}" if action.ends_at else ""
        name = "" if action.name == action.kind.value else f" {action.name}"
        out.print(f"  [what]{action.kind.value}[/what]{name}{until}  "
                  f"[quiet]{action.effect.value}; ground: clause "
                  f"{action.ground.citation.number}[/quiet]", soft_wrap=True)
    terms = next(v for v in platform.versions if v.digest == decision.terms)
    _findings(decision, terms)
    for ask in decision.asks:
        due = f" by {day_and_time(ask.due_at)}" if ask.due_at else ""
        out.print(f"  [ask]a reviewer must look{due}[/ask]: clause {ask.ground.citation.number}, "
                  f"{ask.because.value}" + (f" ({', '.join(ask.missing)})" if ask.missing else ""),
                  soft_wrap=True)


def _decision(platform: Platform, record: DecisionRecord, receipt: Receipt) -> None:
    decision = record.decision
    _head(decision, f", superseding {decision.supersedes[:16]}" if decision.supersedes else "")
    _what(platform, decision)
    for seen in record.fact_check_notices:
        _readers_see(seen)
    if record.notice is not None:
        heading("The notice to the author", record.notice.subject)
        out.print(Panel(Text(printable(record.notice.words)), box=box.SQUARE, padding=(1, 2),
                        border_style="quiet", width=BOX))
    _receipt(platform, record, receipt)


def _findings(decision: Decision, terms: Terms) -> None:
    for finding in decision.findings:
        clause = terms.clause(finding.provision)
        assert clause is not None, "a finding is about a clause of its terms"
        style = "number" if finding.answer is Answer.HOLDS else "ask"
        out.print(f"  [{style}]clause {finding.provision}[/{style}] {safe(clause.title)} "
                  f"[{style}]{finding.answer.value}[/{style}] "
                  f"[quiet]({safe(clause.citation.document)}, version "
                  f"{safe(clause.citation.version)})[/quiet]", soft_wrap=True)
        for line in explain(finding.why) if finding.why else ():
            out.print(f"      [quiet]{safe(line)}[/quiet]", soft_wrap=True)


def _readers_see(seen: FactCheckNotice) -> None:
    speech = seen.speech
    heading("What readers see beside the post")
    page = (f"page by {speech.page_by_name} ({speech.page_by})" if speech.page_by_name else
            "no page")
    words = Text.assemble(("ⓘ ", "number"), (printable(speech.words), "bold"), "\n",
                          (f"{speech.link}", "number"), "\n",
                          (f"words by {speech.words_by_name} ({speech.words_by}); {page}; since "
                           f"{day_and_time(seen.since)}", "quiet"))
    out.print(Panel(words, box=box.ROUNDED, border_style="number", width=BOX))


def _receipt(platform: Platform, record: DecisionRecord, receipt: Receipt) -> None:
    opening = read_opening(receipt.extra)
    check_opening(opening)
    policy = (platform.config.ledger / "policy").read_bytes()
    report = verify_receipt(format_receipt(receipt), opening.leaf, policy)
    heading("The receipt")
    out.print(f"  entry {receipt.index} of [what]{report.trust.checkpoint.origin}[/what]: "
              f"[good]proved[/good] by {len(receipt.proof)} hashes under the signed head of "
              f"{report.trust.checkpoint.size} entries", soft_wrap=True)
    out.print(f"  [quiet]{report.trust}[/quiet]", soft_wrap=True)
    out.print("  what the public log shows of it, and no more:", soft_wrap=True)
    for name, value in read_leaf(opening.leaf).public.items():
        said = ", ".join(value) if isinstance(value, list) else value
        out.print(f"    [quiet]{name:<11}[/quiet] {safe(_short(said))}", soft_wrap=True)
    letters = platform.config.letters / record.decision.id[:16] / "receipt.tlog-proof"
    if record.notice is not None and letters.exists():
        out.print(f"  [quiet]anyone can check it without us: evenhand verify "
                  f"{file_shown(letters)} --policy "
                  f"{file_shown(platform.config.ledger / 'policy')}[/quiet]", soft_wrap=True)


def _short(value: Any) -> str:
    """A value of a leaf on one line; digests and commitments by their first 16 digits."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value) or "none"
    kind, colon, digits = text.partition(":")
    return f"{kind}:{digits[:16]}…" if colon and len(digits) == 64 else text


def _plain(platform: Platform, post: Post,
           told: list[tuple[DecisionRecord, Receipt]]) -> dict[str, Any]:
    return {
        "post": to_plain(post),
        "measurements": [{"at": instant_text(from_us(r.at)), "cause": r.cause, "terms": r.terms,
                          "holds": r.holds.split(), "undetermined": r.undetermined.split()}
                         for r in platform.store.measurements_of(post.id)],
        "decisions": [{"record": to_plain(record), "receipt": format_receipt(receipt)}
                      for record, receipt in told]}
