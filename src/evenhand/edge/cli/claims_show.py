"""`evenhand claims show`: all of one fact-check."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec

from evenhand.edge.claims import WholeClaim, whole_claim
from evenhand.edge.cli.screen import (
    config_option,
    heading,
    json_option,
    one_line,
    quote,
    safe,
    say,
    say_json,
)
from evenhand.edge.config import load_config
from evenhand.edge.platform import open_platform
from evenhand.edge.store.claims import Telling
from evenhand.model.factcheck import Accreditation, FactCheck
from evenhand.reasons.statement import day_and_time, day_as_known, day_in_words
from evenhand.record.codec import to_plain

KINDS = {"fact-checker": "a fact-checker", "platform": "the platform's own page",
         "crowd": "written by the crowd",
         "unlisted": "on nobody's list: it attaches to no post by rule"}


@click.command()
@click.argument("key")
@config_option
@json_option
def claims_show(key: str, config_path: Path, as_json: bool) -> None:
    """Tell all of one fact-check: what it says, who publishes it, every version, what rests on it.

    KEY is its key, the first digits of it, or the address of its page.
    """
    whole = whole_claim(open_platform(load_config(config_path)), key)
    if as_json:
        say_json(_plain(whole))
        return
    check = whole.check
    say(f"[head]{safe(check.key)}[/head]")
    quote(check.claim)
    _facts(check, whole.tellings[0])
    say(f"  [quiet]as published sha256:{_digest(whole.tellings[-1])}[/quiet]")
    _publisher(check)
    for other in whole.against:
        say(f"  [ask]contradicted[/ask] by {safe(one_line(other.publisher.name))}, which rated it "
            f"“{safe(one_line(other.rating_words))}” ({other.rating}): {safe(other.url)} "
            f"[quiet]{other.key[:12]}[/quiet]")
    if whole.against:
        say("  neither attaches to a post by rule: a person is asked")
    taken = check.withdrawn
    if taken is not None:
        by = f" by {taken.superseded_by[:12]}" if taken.superseded_by else ""
        say(f"  [ask]{taken.state}{by}[/ask] since {day_and_time(taken.at)}: {safe(taken.because)}")
    if whole.doubt is not None:
        say(f"  [ask]in doubt[/ask] since {day_and_time(whole.doubt.at)}: "
            f"{safe(whole.doubt.said)}; a person says whether it stands")
    heading("What was told of it")
    for line in _versions(whole.tellings):
        say(f"  {line}")
    for word in whole.words:
        say(f"  {day_and_time(word.at)}: {safe(word.by)} said that it "
            f"{'stands' if word.state == 'stands' else f'is {word.state}'}: {safe(word.words)}")
    heading("What rests on it")
    for one in whole.relying:
        decision = one.decision
        say(f"  {safe(decision.post)}: "
            f"{', '.join(dict.fromkeys(a.kind.value for a in decision.actions))} since "
            f"{day_and_time(min(a.since for a in decision.actions))} "
            f"[quiet]decision {decision.id[:16]}[/quiet]")
    if not whole.relying:
        say("  nothing")


def _facts(check: FactCheck, first: Telling) -> None:
    kind = "" if check.reviews == "claim" else " [quiet](of media, not of a claim's truth)[/quiet]"
    said = f" (“{safe(one_line(check.rating_words))}”)" if check.rating_words else ""
    say(f"  rated [what]{check.rating}[/what]{said}{kind}")
    if check.claim_by:
        say(f"  claimed by {safe(one_line(check.claim_by))}")
    say(f"  page {safe(check.url)}" if page_of(check) else "  it has no page of its own")
    published = (f"published {day_in_words(check.published_at)}" if check.published_at else
                 "its publisher does not say when it was published")
    say(f"  {published}; known here since {day_as_known(first.known_at)}")
    if check.topics:
        say(f"  topics {safe(', '.join(check.topics))}")
    if check.language:
        say(f"  language {safe(check.language)}")
    for address in check.appearances:
        say(f"  seen at {safe(address)}")
    for file in check.files:
        say(f"  seen in the file {safe(file)}")


def page_of(check: FactCheck) -> str | None:
    """The address of its page; None of one that has a name alone, as in research data."""
    return check.url if check.url.startswith(("http://", "https://")) else None


def _digest(told: Telling) -> str:
    """The SHA-256 of the item as it was published: a version is its first 16 digits."""
    return hashlib.sha256(told.raw).hexdigest()


def _publisher(check: FactCheck) -> None:
    publisher = check.publisher
    named = "" if publisher.name == publisher.domain else f"{safe(one_line(publisher.name))}, "
    say(f"  published by {named}{safe(publisher.domain)}: {KINDS[publisher.kind]}")
    for one in publisher.accreditations:
        say(f"    accredited by {safe(accredited(one))}")
        if one.funding is not None:
            say(f"      funding, as declared: {safe(one.funding)}")
    if not publisher.accreditations:
        say("    [quiet]no accreditation is on record[/quiet]")


def accredited(one: Accreditation) -> str:
    """Who accredits, from when until when, on what ground."""
    until = f" until {day_in_words(one.until)}" if one.until else ""
    return f"{one.by} since {day_in_words(one.since)}{until}: {one.ground}"


def _versions(tellings: tuple[Telling, ...]) -> Iterator[str]:
    """A line for each thing that was told, with what changed."""
    for before, one in zip((None, *tellings), tellings, strict=False):
        yield (f"{day_as_known(one.known_at)}: version {one.check.version}, "
               f"{safe(one_line(changed(before.check if before else None, one.check)))} "
               f"[quiet]{safe(one.source)}[/quiet]")


def changed(before: FactCheck | None, check: FactCheck) -> str:
    """What a telling says otherwise than the one before it."""
    if before is None:
        return f"rated “{check.rating_words}” ({check.rating})"
    if (before.rating, before.rating_words) != (check.rating, check.rating_words):
        return (f"rated “{check.rating_words}” ({check.rating}), no more "
                f"“{before.rating_words}” ({before.rating})")
    if before.withdrawn != check.withdrawn:
        return check.withdrawn.state if check.withdrawn is not None else "stands again"
    if before.publisher != check.publisher:
        return "its publisher is listed otherwise"
    return "other words, the rating unchanged"


def _plain(whole: WholeClaim) -> dict[str, Any]:
    return {
        "fact_check": to_plain(whole.check) | {"url": page_of(whole.check)},
        "words": [to_plain(word) for word in whole.words],
        "in_doubt": None if whole.doubt is None else {
            "since": whole.doubt.at, "outcome": whole.doubt.outcome, "said": whole.doubt.said},
        "contradicted_by": [{"key": c.key, "publisher": c.publisher.domain, "url": page_of(c),
                             "rating": c.rating} for c in whole.against],
        "tellings": [{"nth": one.nth, "version": one.check.version, "rating": one.check.rating,
                      "rating_words": one.check.rating_words, "known_at": one.known_at,
                      "source": one.source, "superseded_at": after.known_at if after else None,
                      "because": changed(one.check, after.check) if after else None,
                      "digest": f"sha256:{_digest(one)}", "raw": msgspec.json.decode(one.raw)}
                     for one, after in zip(whole.tellings, (*whole.tellings[1:], None),
                                           strict=True)],
        "relied_on_by": [{"post": str(one.decision.post), "decision": one.decision.id,
                          "since": min(a.since for a in one.decision.actions)}
                         for one in whole.relying]}
