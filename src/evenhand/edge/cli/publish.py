"""`evenhand publish`: terms are logged with their frozen vocabulary, and never change again."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from pathlib import Path

import click

from evenhand.audit.leaves import DOCUMENTS
from evenhand.clocks import end_of
from evenhand.edge.cli.documents import read_files
from evenhand.edge.cli.screen import config_option, count, json_option, out, safe, say_json
from evenhand.edge.config import load_config
from evenhand.edge.facts import vocabulary
from evenhand.edge.platform import Platform, open_platform
from evenhand.edge.store.published import freeze, store_terms, version_digest
from evenhand.errors import EvenhandError
from evenhand.record.canonical import digest
from evenhand.rulebook.document import Document, read_document
from evenhand.terms.applies import check_succession
from evenhand.terms.clauses import Terms, read_terms


@click.command()
@click.argument("paths", type=click.Path(path_type=Path), nargs=-1)
@config_option
@json_option
def publish(paths: tuple[Path, ...], config_path: Path, as_json: bool) -> None:
    """Publish terms: PATHS are documents or folders (default: the configured folder).

    Documents of one version in several languages are published together. A version is logged
    with the vocabulary frozen beside it; from then on actions can cite it, once it is in force.
    """
    platform = open_platform(load_config(config_path))
    published, known = [], list(platform.versions)
    for terms in _versions(platform, paths or (platform.config.terms,)):
        published.append((terms, _publish(platform, known, terms)))
        known.append(terms)
    for terms, _ in published:
        lay_out(platform.config.ledger, terms)
    size = platform.sequencer.seal()
    if as_json:
        say_json([{"version": t.front.version, "digest": t.digest, "new": new,
                   "published_at": t.published_at, "in_force_from": t.in_force_from}
                  for t, new in published])
        return
    for terms, new in published:
        done = "[good]published[/good]" if new else "[quiet]was published before[/quiet]"
        out.print(f"{safe(terms.front.title)}, version {safe(terms.front.version)}: {done}, "
                  f"in force from {terms.in_force_from:%d %B %Y %H:%M} UTC", soft_wrap=True)
        out.print(f"  [quiet]{terms.digest}[/quiet]", soft_wrap=True)
    out.print(f"[quiet]sealed in {platform.config.origin} at "
              f"{count(size, 'entry', 'entries')}[/quiet]",
              soft_wrap=True)


def _versions(platform: Platform, paths: tuple[Path, ...]) -> list[Terms]:
    """Every version in the documents, the earliest first, dated by the platform's clock."""
    facts, known = vocabulary(), {v.front.version: v for v in platform.versions}
    documents = [read_document(text, name=name) for name, text in read_files(paths)]
    if not documents:
        raise EvenhandError("there is no document to publish", where=", ".join(map(str, paths)),
                            hint="write terms as Markdown; spec/rulebook.md shows how")
    documents.sort(key=_version)
    versions = []
    for version, group in groupby(documents, key=_version):
        siblings = list(group)
        earlier = known.get(version)
        # A published version is read by the vocabulary it was frozen with, not by today's.
        frozen = earlier.frozen if earlier else facts
        terms = read_terms(siblings, vocabulary=frozen,
                           digest=version_digest(siblings, freeze(frozen)))
        versions.append(earlier if earlier and earlier.digest == terms.digest
                        else _dated(platform, terms))
    return sorted(versions, key=lambda t: t.in_force_from)


def lay_out(ledger: Path, terms: Terms) -> None:
    """Put the bytes that a publication names beside the log's files, each under its digest."""
    for data in (*(d.text.encode() for d in terms.documents), freeze(terms.frozen)):
        path = ledger / DOCUMENTS / digest(data).removeprefix("sha256:")
        try:
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                unfinished = path.with_name(f".{path.name}.new")
                unfinished.write_bytes(data)
                unfinished.replace(path)
        except OSError as refused:
            raise EvenhandError(f"the document cannot be published: {refused.strerror}",
                                where=str(path), hint="publish again when it can be written"
                                ) from None


def _version(document: Document) -> str:
    value = document.front.get("version")
    return value.text if value else ""


def _dated(platform: Platform, terms: Terms) -> Terms:
    """When this publication happens: the clock's now, which must be the day that the terms say."""
    now = platform.clock.at(terms.published_at)
    today = now.astimezone(terms.front.zone).date()
    if today != terms.front.published:
        raise EvenhandError(
            f"the terms say that they are published on {terms.front.published}, and it is {today}",
            where=terms.documents[0].name,
            hint="let `published` be the day on which you publish: nobody could read them before")
    return replace(terms, published_at=now, in_force_from=max(now, terms.in_force_from))


def _publish(platform: Platform, known: list[Terms], terms: Terms) -> bool:
    if any(v.digest == terms.digest for v in known):
        return False
    check_succession(known, terms, after=end_of)
    return store_terms(platform.engine, terms, platform.clock.kind)
