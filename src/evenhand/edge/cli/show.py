"""`evenhand show`: the whole story of one post or one decision."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from evenhand.audit.verify import verify_receipt
from evenhand.edge.cli.asked import rated, tell_answers, tell_contested
from evenhand.edge.cli.erased import erased_meant, tell_erased
from evenhand.edge.cli.matched import tell_matches
from evenhand.edge.cli.meant import post_or_decision
from evenhand.edge.cli.opened import hand_out, refuse_without_ground
from evenhand.edge.cli.options import as_option, at_option, because_option, refuse_beside
from evenhand.edge.cli.screen import (
    config_option,
    heading,
    json_option,
    one_line,
    out,
    quote,
    safe,
    say,
)
from evenhand.edge.cli.screen import say_json as print_json
from evenhand.edge.cli.telling import (
    plain_cues,
    tell_correction,
    tell_cues,
    tell_head,
    tell_letter,
    tell_readers_see,
    tell_sent,
    tell_what,
)
from evenhand.edge.cli.timeline import Happened, plain_timeline, tell_timeline, timeline
from evenhand.edge.config import file_shown, load_config
from evenhand.edge.contested import Contested, contradicting, open_contradictions
from evenhand.edge.courier.letters import POLICY, RECEIPT
from evenhand.edge.desk.suggesting import STANCE, cues_of
from evenhand.edge.platform import Platform, open_platform
from evenhand.edge.store.claims import all_in_brief
from evenhand.edge.store.database import from_us
from evenhand.edge.store.errors import RecordErased
from evenhand.edge.store.story import letters_of
from evenhand.ledger.policy import check_signature
from evenhand.ledger.receipt import Receipt, format_receipt
from evenhand.model.decision import Decision
from evenhand.model.post import Post
from evenhand.reasons.statement import day_as_known
from evenhand.record.codec import instant_text, to_plain
from evenhand.record.kinds import DecisionRecord
from evenhand.record.leaf import read_leaf
from evenhand.record.opening import check_opening, read_opening


@click.command()
@click.argument("what", metavar="POST-OR-DECISION")
@click.option("--sealed", is_flag=True, help="Write every sealed record about the post, with its "
              "key and who brought it, as the lines of an export. The public log tells of it.")
@as_option("opens the sealed records, an administrator", required=False)
@because_option("Of --sealed: to whom, and on what ground", default="", show_default=False)
@at_option
@config_option
@json_option
def show(what: str, sealed: bool, person: str | None, because: str, at: datetime | None,
         config_path: Path, as_json: bool) -> None:
    """Tell the whole story of one post: what was found, decided, said, brought, and sealed.

    POST-OR-DECISION is a post (platform:id, platform:id@version, or the id alone) or the first
    digits of a decision's id. It tells what whoever works on the post needs, and not who reported
    it; what goes beyond that is --sealed.
    """
    if sealed:
        person = refuse_without_ground(person, because)
        platform = open_platform(load_config(config_path))
        hand_out(platform, post_or_decision(platform, what)[0].id, person=person, because=because,
                 moment=at, as_json=as_json)
        return
    refuse_beside("is of --sealed: the public log tells of that alone", "person", "because", "at")
    platform = open_platform(load_config(config_path))
    gone = erased_meant(platform, what)
    if gone is not None:
        tell_erased(platform, gone, as_json=as_json)
        return
    post, chosen = post_or_decision(platform, what)
    every, emptied = _decisions(platform, post, chosen)
    told = [one for one in every if chosen in (None, one[0].decision.id)]
    happened = timeline(platform, post.id, [record for record, _ in every])
    if as_json:
        print_json(_plain(platform, post, told, happened))
        return
    _post(post)
    tell_timeline(happened)
    for record, _ in told[:-1]:
        tell_head(record.decision, "; superseded")
        tell_what(platform, record.decision)
    for record, receipt in told[-1:]:
        _decision(platform, record, receipt, config_path if record is every[-1][0] else None)
    for decision in emptied:
        heading(f"Decision {decision[:16]}", "its record was erased; its leaf stands in the log")
    if not told and not emptied:
        heading("Left alone", "no clause held, and nobody asked for a decision")


def _decisions(platform: Platform, post: Post, chosen: str | None
               ) -> tuple[list[tuple[DecisionRecord, Receipt]], list[str]]:
    """The decisions about a post, oldest first, and those whose record was erased."""
    found, gone = [], []
    for decision in platform.store.decisions_of(post.id):
        try:
            receipt, record = platform.courier.receipt(decision)
            found.append((record, receipt))
        except RecordErased:  # where it is the one meant, that is the answer
            if decision == chosen:
                raise
            gone.append(decision)
    return found, [] if chosen else gone


def _post(post: Post) -> None:
    made = day_as_known(post.made_at) + ("" if post.made_at_is == "stated" else " (arrival)")
    who = post.author.name or post.author.id
    out.print(f"[head]{safe(post.id)}[/head]  [quiet]{safe(one_line(who))}, {made}"
              + (f", {safe(post.url)}" if post.url else "") + "[/quiet]",
              soft_wrap=True)
    quote(post.text)
    for media in post.media:
        out.print(f"  [quiet]{media.kind} {media.digest[:19]} {safe(one_line(media.alt or ''))}"
                  "[/quiet]")


def _decision(platform: Platform, record: DecisionRecord, receipt: Receipt,
              answered_at: Path | None) -> None:
    """`answered_at` is the configuration of commands that answer; None of what is superseded."""
    decision = record.decision
    tell_head(decision, f", superseding {decision.supersedes[:16]}" if decision.supersedes else "")
    tell_what(platform, decision)
    _matches(platform, decision, answered_at)
    if any(STANCE in ask.missing for ask in decision.asks):
        tell_cues(cues_of(record.post, decision), "  ")
    for seen in record.fact_check_notices:
        tell_readers_see(seen)
    for correction in record.corrections:
        tell_correction(correction)
    if record.notice is not None:
        tell_letter("The notice to the author", record.notice.subject, record.notice.words)
        key = f"decision:{decision.id}"
        say("  the letter" + tell_sent(letters_of(platform.engine, [key]).get(key, ())))
    _receipt(platform, record, receipt)


def _matches(platform: Platform, decision: Decision, answered_at: Path | None) -> None:
    """The fact-checks found for the post, what speaks against them now, and how to answer."""
    matches = decision.dossier.matches or ()
    known = all_in_brief(platform.engine) if matches else ()
    against = contradicting(platform, [m.fact_check.key for m in matches], known)
    if matches:
        tell_matches(matches)
    for match in matches:
        for other in against.get(match.fact_check.key, ()):
            say(f"  [ask]contradicted[/ask]: {safe(one_line(rated(other)))}, of the same claim: "
                f"{safe(other.url)}")
    if answered_at is None:
        return
    single = {url for url, many in Counter(check.url for check in known).items() if many == 1}
    for one in _contested(platform, decision):
        tell_contested(decision.post, one, single, answered_at)
    clauses = next(v for v in platform.versions if v.digest == decision.terms)
    tell_answers(decision, clauses.vocabulary.facts, single, answered_at)


def _receipt(platform: Platform, record: DecisionRecord, receipt: Receipt) -> None:
    opening = read_opening(receipt.extra)
    check_opening(opening)
    policy = (platform.config.ledger / "policy").read_bytes()
    # The newest entries are under a head that the witnesses have not signed yet.
    report = verify_receipt(format_receipt(receipt), opening.leaf, policy, early=True)
    heading("The receipt")
    out.print(f"  entry {receipt.index} of [what]{report.trust.checkpoint.origin}[/what]: "
              f"[good]proved[/good] by {len(receipt.proof)} hashes under the signed head of "
              f"{report.trust.checkpoint.size} entries", soft_wrap=True)
    out.print(f"  [quiet]{safe(report.trust)}[/quiet]", soft_wrap=True)
    out.print("  what the public log shows of it, and no more:", soft_wrap=True)
    for name, value in read_leaf(opening.leaf).public.items():
        said = ", ".join(value) if isinstance(value, list) else value
        out.print(f"    [quiet]{name:<11}[/quiet] {safe(_short(said))}", soft_wrap=True)
    letter = platform.config.letters / record.decision.id[:16]
    if record.notice is not None and (letter / RECEIPT).exists():
        # The policy that went out with it: the log may have been sealed and gone on since.
        out.print(f"  [quiet]anyone can check it without us: evenhand verify "
                  f"{safe(file_shown(letter / RECEIPT))} --policy "
                  f"{safe(file_shown(letter / POLICY))}[/quiet]", soft_wrap=True)


def _short(value: Any) -> str:
    """A value of a leaf on one line; digests and commitments by their first 16 digits."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = "none" if value is None else str(value) or "none"
    kind, colon, digits = text.partition(":")
    return f"{kind}:{digits[:16]}…" if colon and len(digits) == 64 else text


def _plain(platform: Platform, post: Post, told: list[tuple[DecisionRecord, Receipt]],
           happened: tuple[Happened, ...]) -> dict[str, Any]:
    return {
        "post": to_plain(post),
        "story": plain_timeline(happened),
        "measurements": [{"at": instant_text(from_us(r.at)), "cause": r.cause, "terms": r.terms,
                          "holds": r.holds.split(), "undetermined": r.undetermined.split()}
                         for r in platform.store.measurements_of(post.id)],
        "decisions": [{"record": to_plain(record), "receipt": format_receipt(receipt),
                       **_plain_trust(platform, receipt)} for record, receipt in told],
        "suggested": [plain_cues(cues_of(record.post, record.decision)) for record, _ in told[-1:]
                      if any(STANCE in ask.missing for ask in record.decision.asks)],
        "contradicted": [
            {"fact_check": one.check.key, "by": one.against.key, "rating": one.against.rating,
             "url": one.against.url, "since": one.since}
            for record, _ in told[-1:] for one in _contested(platform, record.decision)]}


def _plain_trust(platform: Platform, receipt: Receipt) -> dict[str, Any]:
    trust = check_signature(receipt.checkpoint, platform.sequencer.policy)
    return {"witnessed": trust.is_witnessed, "witnessed_at": dict(trust.witnessed),
            "missing": list(trust.missing)}


def _contested(platform: Platform, decision: Decision) -> tuple[Contested, ...]:
    """What a person has to settle of the fact-checks on which a decision rests."""
    against = contradicting(platform, decision.rests_on)
    return tuple(one for one in open_contradictions(platform, against)
                 if any(r.decision.id == decision.id for r in one.relying))
