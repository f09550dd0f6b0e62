"""`evenhand ledger publish`: the log's files and its page, for any web server."""

from __future__ import annotations

from pathlib import Path

import click

from evenhand.edge.cli.ledger_page import PAGE, lay_out_page
from evenhand.edge.cli.publish import lay_out_all
from evenhand.edge.cli.screen import config_option, count, json_option, out, safe, say_json
from evenhand.edge.config import file_shown, load_config
from evenhand.edge.platform import open_platform


@click.command("publish")
@click.option("--rebuild", is_flag=True, help="Look at every file, and write those that are "
              "missing or torn; one with other bytes is never touched.")
@config_option
@json_option
def ledger_publish(rebuild: bool, config_path: Path, as_json: bool) -> None:
    """Write the log's files up to its newest signed head, and the page beside them.

    Every verb that seals does so by itself; this is for after a crash, or for another disk. Serve
    the folder with any web server under the address that the log is named by.
    """
    platform = open_platform(load_config(config_path))
    lay_out_all(platform)
    if rebuild:
        platform.sequencer.rebuild()
    size = platform.sequencer.publish()
    lay_out_page(platform)
    folder = file_shown(platform.config.ledger)
    if as_json:
        say_json({"origin": platform.config.origin, "size": size, "folder": str(folder)})
        return
    out.print(f"[good]published[/good] {safe(platform.config.origin)} at "
              f"{count(size, 'entry', 'entries')} in {safe(folder)}", soft_wrap=True)
    out.print(f"  serve it as https://{safe(platform.config.log)}; its page is {PAGE}",
              soft_wrap=True)
