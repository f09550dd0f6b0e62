"""`evenhand claims export`: the platform's own fact-checks, for whoever reads ClaimReview."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from evenhand.edge.claims import own_fact_checks
from evenhand.edge.cli.screen import config_option, count, say
from evenhand.edge.config import file_shown, load_config
from evenhand.edge.platform import open_platform
from evenhand.edge.whole_file import write_whole
from evenhand.errors import EvenhandError
from evenhand.factcheck.exporting import write_reviews


@click.command()
@click.option("-o", "--to", type=click.Path(path_type=Path), metavar="FILE",
              help="The file to write (default: standard output).")
@config_option
def claims_export(to: Path | None, config_path: Path) -> None:
    """Write the platform's own fact-checks as ClaimReview, in JSON-LD.

    They are those on domains that the configuration lists as `platform`. A corrected one says what
    it said before. The document may stand in a page as it is, in a script of the type
    application/ld+json.
    """
    platform = open_platform(load_config(config_path))
    own = own_fact_checks(platform)
    if not own:
        raise EvenhandError("there is no fact-check of the platform's own that stands",
                            where=str(platform.config.file), hint="list your domain under "
                            "[fact-checks.publishers] as `platform`, and import its pages; what "
                            "was withdrawn is not published as a fact-check")
    text = write_reviews(own)
    if to is None:
        sys.stdout.write(text)
        return
    write_whole(to, text.encode())
    say(f"{count(len(own), 'fact-check')} written to {file_shown(to)}")
