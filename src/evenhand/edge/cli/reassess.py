"""`evenhand reassess`: a law document changed; which past actions are assessed otherwise now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import click

from evenhand.assess.from_record import assessed_of
from evenhand.assess.recorded import Assessed
from evenhand.assess.under import NOT_LEGAL_ADVICE
from evenhand.audit.reassess import Reassessed
from evenhand.audit.reassess import reassess as compare
from evenhand.edge.cli.concluded import styled
from evenhand.edge.cli.screen import config_option, count, json_option, safe, say, say_json
from evenhand.edge.config import load_config
from evenhand.edge.law_documents import law_with, the_law, versions_of
from evenhand.edge.platform import open_platform
from evenhand.edge.recorded import recorded_cases
from evenhand.errors import EvenhandError
from evenhand.rulebook.document import Document

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command()
@click.argument("document", metavar="DOCUMENT")
@click.option("--from", "earlier", metavar="VERSION",
              help="The version to compare with (default: the one before the current).")
@click.option("--forum", metavar="FORUM", help="The court that is asked (default: each regime's "
              "own).")
@click.option("--as-of", type=DAY, metavar="DAY", help="The day whose law counts (default: that "
              "of each action).")
@config_option
@json_option
def reassess(document: str, earlier: str | None, forum: str | None, as_of: datetime | None,
             config_path: Path, as_json: bool) -> int:
    """Compare two versions of a law document over all that was done.

    DOCUMENT is its file name, us-eo-13925.md; `evenhand law` names the regimes. Both versions stay
    in the package. Listed is each action that is assessed otherwise by the new one, with the
    readings that moved and why. Not legal advice.

    Exit status 0 also where something changes: nothing is wrong then.
    """
    versions = versions_of(document if document.endswith(".md") else f"{document}.md")
    old, new = _chosen(versions, earlier, document)
    current = the_law()
    before, after = (current if d is versions[-1] else law_with(d, document=versions[-1].name)
                     for d in (old, new))
    if forum is not None:
        forum = current.forums.named(forum).id
    day = as_of.date() if as_of is not None else None
    platform = open_platform(load_config(config_path))
    seen = _Seen()
    found = list(compare(before, after, seen.of(
        (case.decision.id, one, day or case.decision.at.date())
        for case in recorded_cases(platform) for one in assessed_of(case)),
        regimes=[r.id for r in after.regimes if r.id in {b.id for b in before.regimes}],
        now=datetime.now(UTC).date(), forum=forum))
    if as_json:
        say_json({"document": document, "from": old.name, "to": new.name,
                  "law": [before.digest, after.digest], "things": seen.count,
                  "advice": NOT_LEGAL_ADVICE, "changed": [_plain(one) for one in found]})
    else:
        _tell(found, old, new, seen.count)
    return 0


class _Seen:
    """Counts what was looked at."""

    def __init__(self) -> None:
        self.count = 0

    def of(self, things: Iterator[tuple[str, Assessed, date]]) -> Iterator[
            tuple[str, Assessed, date]]:
        for one in things:
            self.count += 1
            yield one


def _chosen(versions: tuple[Document, ...], earlier: str | None,
            document: str) -> tuple[Document, Document]:
    if len(versions) < 2:
        raise EvenhandError("this document has one version, and nothing before it", where=document,
                            hint="superseded versions lie beside it; none is in the package")
    if earlier is None:
        return versions[-2], versions[-1]
    for one in versions[:-1]:
        if _version(one) == earlier:
            return one, versions[-1]
    raise EvenhandError(f"there is no earlier version `{earlier}`", where=document,
                        hint="there are: " + ", ".join(map(_version, versions[:-1])))


def _version(document: Document) -> str:
    return document.front["version"].text


def _tell(found: list[Reassessed], old: Document, new: Document, things: int) -> None:
    say(f"[head]From version {_version(old)} to {_version(new)} of {safe(new.name)}[/head]  "
        f"[quiet]{count(things, 'thing')} looked at; {NOT_LEGAL_ADVICE}[/quiet]")
    if not found:
        say("nothing that was done is assessed otherwise")
    for one in found:
        done = one.thing.action.kind.value if one.thing.action else "left alone"
        say(f"  [number]{one.decision[:16]}[/number] {safe(one.thing.thing)}, {done}, by the law "
            f"of {one.as_of}: {safe(one.cite)} " + (
                f"is {styled(one.after.value)} still" if one.before is one.after else
                f"was {styled(one.before.value)}, is {styled(one.after.value)}")
            + f" [quiet]({NOT_LEGAL_ADVICE})[/quiet]")
        for moved in one.moved:
            was, now = (c.value if c else "not there" for c in (moved.before, moved.after))
            say(f"    [quiet]{safe(moved.reading)}: {was}, now {now}"
                f"{': ' if moved.why else ''}{safe('; '.join(moved.why))}[/quiet]")


def _plain(one: Reassessed) -> dict[str, object]:
    return {"decision": one.decision, "thing": one.thing.thing,
            "action": one.thing.action.kind.value if one.thing.action else None,
            "as_of": one.as_of, "regime": one.regime, "provision": one.provision,
            "before": one.before.value, "after": one.after.value,
            "moved": [{"reading": m.reading, "before": m.before and m.before.value,
                       "after": m.after and m.after.value, "why": m.why} for m in one.moved]}
