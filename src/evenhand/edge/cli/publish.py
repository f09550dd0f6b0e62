"""`evenhand publish`: terms are logged with their frozen vocabulary, and never change again."""

from __future__ import annotations

from pathlib import Path

import click

from evenhand.audit.leaves import DOCUMENTS
from evenhand.clocks import end_of
from evenhand.edge.cli.documents import digest_of, one_version, read_documents
from evenhand.edge.cli.ledger_page import lay_out_page
from evenhand.edge.cli.screen import config_option, count, json_option, out, safe, say_json
from evenhand.edge.config import load_config
from evenhand.edge.platform import Platform, open_platform
from evenhand.edge.store.database import reading
from evenhand.edge.store.published import refuse_tried, store_terms
from evenhand.edge.store.shadows import begin_shadow
from evenhand.errors import EvenhandError
from evenhand.record.canonical import digest
from evenhand.record.frozen import freeze
from evenhand.rulebook.drafting import DraftingErrors
from evenhand.terms.clauses import Examined, Terms
from evenhand.terms.succession import examine_versions


@click.command()
@click.argument("paths", type=click.Path(path_type=Path), nargs=-1)
@click.option("--shadow", is_flag=True, help="Put one version in shadow instead: posts are "
              "measured under it as they arrive, beside the terms in force, and nothing is done "
              "by it.")
@config_option
@json_option
def publish(paths: tuple[Path, ...], shadow: bool, config_path: Path, as_json: bool) -> None:
    """Publish terms: PATHS are documents or folders (default: the configured folder).

    Documents of one version in several languages are published together. A version is logged
    with the vocabulary frozen beside it; from then on actions can cite it, once it is in force.
    """
    platform = open_platform(load_config(config_path))
    if shadow:
        _put_in_shadow(platform, paths, as_json=as_json)
        return
    published, versions = [], _versions(platform, paths or (platform.config.terms,))
    with reading(platform.engine) as connection:
        # All of them before the first is stored: none is published where one is refused.
        for terms in versions:
            refuse_tried(connection, terms)
    for terms in versions:
        new = all(v.digest != terms.digest for v in platform.versions)
        published.append((terms, new and store_terms(platform.engine, terms,
                                                     platform.clock.kind)))
    for terms, _ in published:
        lay_out(platform.config.ledger, terms)
    size = platform.sequencer.seal()
    lay_out_page(platform)
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


def _put_in_shadow(platform: Platform, paths: tuple[Path, ...], *, as_json: bool) -> None:
    if not paths:
        raise click.UsageError("name the documents of the version to put in shadow")
    terms = one_version(paths, platform.config.vocabulary)
    at = platform.clock.at(None)
    new = begin_shadow(platform.engine, terms, at=at, clock=platform.clock.kind)
    lay_out(platform.config.ledger, terms)
    size = platform.sequencer.seal()
    lay_out_page(platform)
    if as_json:
        say_json({"version": terms.front.version, "digest": terms.digest, "new": new,
                  "in_shadow": True})
        return
    done = "[good]in shadow[/good]" if new else "[quiet]was in shadow before[/quiet]"
    out.print(f"{safe(terms.front.title)}, version {safe(terms.front.version)}: {done}; nothing is "
              "decided or done by it", soft_wrap=True)
    out.print(f"  [quiet]{terms.digest}[/quiet]", soft_wrap=True)
    out.print("posts that arrive from now on are measured under it too; `evenhand shadow` compares",
              soft_wrap=True)
    out.print(f"[quiet]sealed in {platform.config.origin} at "
              f"{count(size, 'entry', 'entries')}[/quiet]", soft_wrap=True)


def _versions(platform: Platform, paths: tuple[Path, ...]) -> list[Terms]:
    """Every version in the documents, the earliest first, dated by the platform's clock."""
    documents, refused = read_documents(paths)
    if not documents and not refused:
        raise EvenhandError("there is no document to publish", where=", ".join(map(str, paths)),
                            hint="write terms as Markdown; spec/rulebook.md shows how")
    for wrong in refused:
        if not isinstance(wrong, DraftingErrors):
            raise wrong
    examined = examine_versions(
        documents, vocabulary=platform.config.vocabulary, digest=digest_of, after=end_of,
        published=platform.versions, publishing=platform.clock.at, whole=not refused)
    problems = [p for wrong in (*refused, *examined)
                if isinstance(wrong, DraftingErrors | Examined) for p in wrong.problems]
    if problems:
        raise DraftingErrors(problems)
    return [version.terms for version in examined if version.terms is not None]


def lay_out(ledger: Path, terms: Terms) -> None:
    """Put the bytes that a publication names beside the log's files, each under its digest."""
    for data in (*(d.text.encode() for d in terms.documents), freeze(terms.frozen)):
        path = ledger / DOCUMENTS / digest(data).removeprefix("sha256:")
        try:
            # A power cut may have left its name without its bytes.
            if not path.exists() or path.read_bytes() != data:
                path.parent.mkdir(parents=True, exist_ok=True)
                unfinished = path.with_name(f".{path.name}.new")
                unfinished.write_bytes(data)
                unfinished.replace(path)
        except OSError as refused:
            raise EvenhandError(f"the document cannot be published: {refused.strerror}",
                                where=str(path), hint="publish again when it can be written"
                                ) from None


def lay_out_all(platform: Platform) -> None:
    """The same for everything that was published."""
    for terms in (*platform.versions, *platform.shadows):
        lay_out(platform.config.ledger, terms)
