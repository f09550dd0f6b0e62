"""`evenhand export`: what anyone may verify, or what an auditor may open, as files."""

from __future__ import annotations

from pathlib import Path

import click
from rich.progress import Progress

from evenhand.audit import tables as at
from evenhand.edge.cli.screen import config_option, count, err, json_option, out, safe, say_json
from evenhand.edge.config import file_shown, load_config
from evenhand.edge.export.writing import export as write
from evenhand.edge.platform import open_platform


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--public", "kind", flag_value="public", help="Leaves, signed heads, terms with "
              "their vocabularies: nothing that is not public already.")
@click.option("--sealed", "kind", flag_value="sealed", help="Besides, what opens every entry: "
              "posts, people, letters, keys. For auditors, courts and researchers who may.")
@config_option
@json_option
def export(folder: Path, kind: str | None, config_path: Path, as_json: bool) -> None:
    """Write an export into FOLDER: as JSON lines and as Parquet, as of the newest signed head.

    `evenhand verify FOLDER` checks it without the platform. An export that is there is replaced at
    once by one of the same log and kind; anything else is left as it is.
    """
    if kind is None:
        raise click.UsageError("say --public or --sealed: what may whoever gets it see?")
    sealed = kind == "sealed"
    platform = open_platform(load_config(config_path))
    with Progress(console=err, transient=True, disable=as_json or not err.is_terminal) as bar:
        task = bar.add_task("exporting", total=None)
        done = write(platform, folder, sealed=sealed, progress=lambda rows, total: bar.update(
            task, completed=rows, total=total))
    counts = done.manifest["counts"]
    if as_json:
        say_json({"folder": str(folder), **{name: done.manifest[name] for name in (
            "export", "origin", "size", "root", "counts")}})
        return
    out.print(f"[good]exported[/good] {safe(file_shown(folder))}: "
              f"{count(counts[at.LEAVES], 'entry', 'entries')} of {safe(done.head.origin)}, "
              f"{count(counts[at.DOCUMENTS], 'published document')}", soft_wrap=True)
    if sealed:
        out.print(f"  [ask]SEALED: {counts[at.OPENINGS] - counts['erased']:,} records with their "
                  f"keys, {count(counts[at.FACTS], 'measurement')} of single posts and "
                  f"{count(counts['rows'], 'row')} of facts in "
                  f"{count(counts['batches'], 'batch', 'batches')}: what people wrote, who they "
                  "are, who reported whom.[/ask]", soft_wrap=True)
        out.print("  [ask]Give it only to whoever may open all of it, by a way that nobody else "
                  "reads, and delete it when it was used.[/ask]", soft_wrap=True)
        out.print(f"  {counts['erased']:,} erased entries and {counts['erased rows']:,} erased "
                  "rows are listed as such", soft_wrap=True)
    else:
        out.print("  it holds nothing that is not public already", soft_wrap=True)
    out.print(f"  [quiet]anyone can check it: evenhand verify {safe(file_shown(folder))}[/quiet]",
              soft_wrap=True)
