"""`evenhand export`: what anyone may verify, or what an auditor may open, as files."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
from rich.progress import Progress

from evenhand.audit import tables as at
from evenhand.edge.accessing import Opened, export_sealed
from evenhand.edge.cli.meant import reasons_meant
from evenhand.edge.cli.opened import refuse_without_ground
from evenhand.edge.cli.options import as_option, at_option, because_option, refuse_beside
from evenhand.edge.cli.screen import config_option, count, err, json_option, out, safe, say_json
from evenhand.edge.config import file_shown, load_config
from evenhand.edge.export.writing import Exported
from evenhand.edge.export.writing import export as write
from evenhand.edge.platform import open_platform


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--public", "kind", flag_value="public", help="Leaves, signed heads, terms with "
              "their vocabularies: nothing that is not public already.")
@click.option("--sealed", "kind", flag_value="sealed", help="Besides, what opens every entry: "
              "posts, people, letters, keys. For auditors, courts and researchers who may.")
@as_option("hands it out, an administrator: of a sealed export", required=False)
@because_option("Of a sealed export: to whom, and on what ground", default="", show_default=False)
@at_option
@config_option
@json_option
def export(folder: Path, kind: str | None, person: str | None, because: str, at: datetime | None,
           config_path: Path, as_json: bool) -> None:
    """Write an export into FOLDER: as JSON lines and as Parquet, as of the newest signed head.

    `evenhand verify FOLDER` checks it without the platform. An export that is there is replaced at
    once by one of the same log and kind; anything else is left as it is.

    That a sealed one was handed out is an entry of the public log, sealed before anything is
    written and part of the export: everybody sees that and on which day, auditors and courts by
    whom and why.
    """
    if kind is None:
        raise click.UsageError("say --public or --sealed: what may whoever gets it see?")
    sealed, opened = kind == "sealed", None
    if not sealed:
        refuse_beside("is of --sealed: what is public already is handed out by nobody",
                      "person", "because", "at")
    else:
        person = refuse_without_ground(person, because)
    platform = open_platform(load_config(config_path))
    with Progress(console=err, transient=True, disable=as_json or not err.is_terminal) as bar:
        task = bar.add_task("exporting", total=None)

        def progress(rows: int, total: int) -> None:
            bar.update(task, completed=rows, total=total)

        if person is None:
            done = write(platform, folder, sealed=False, progress=progress)
        else:
            done, opened = export_sealed(platform, folder, person=person, at=at, progress=progress,
                                         words=reasons_meant(because))
    if as_json:
        say_json({"folder": str(folder), **{name: done.manifest[name] for name in (
            "export", "origin", "size", "root", "counts")},
            "access": None if opened is None else {
                "id": opened.access.id, "entry": opened.entry}})
    else:
        _tell(done, opened)


def _tell(done: Exported, opened: Opened | None) -> None:
    counts, folder = done.manifest["counts"], done.folder
    out.print(f"[good]exported[/good] {safe(file_shown(folder))}: "
              f"{count(counts[at.LEAVES], 'entry', 'entries')} of {safe(done.head.origin)}, "
              f"{count(counts[at.DOCUMENTS], 'published document')}", soft_wrap=True)
    if opened is not None:
        out.print(f"  [ask]SEALED: {counts[at.OPENINGS] - counts['erased']:,} records with their "
                  f"keys, {count(counts[at.FACTS], 'measurement')} of single posts and "
                  f"{count(counts['rows'], 'row')} of facts in "
                  f"{count(counts['batches'], 'batch', 'batches')}: what people wrote, who they "
                  "are, who reported whom.[/ask]", soft_wrap=True)
        out.print("  [ask]Give it only to whoever may open all of it, by a way that nobody else "
                  "reads, and delete it when it was used.[/ask]", soft_wrap=True)
        out.print(f"  that it was handed out is entry {opened.entry} of the log, for everybody to "
                  f"see; by {safe(opened.access.by)}, and why, for auditors and courts",
                  soft_wrap=True)
        out.print(f"  {counts['erased']:,} erased entries and {counts['erased rows']:,} erased "
                  "rows are listed as such", soft_wrap=True)
    else:
        out.print("  it holds nothing that is not public already", soft_wrap=True)
    out.print(f"  [quiet]anyone can check it: evenhand verify {safe(file_shown(folder))}[/quiet]",
              soft_wrap=True)
