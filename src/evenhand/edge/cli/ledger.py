"""`evenhand ledger`: the public log, published, witnessed, looked through; one file a command."""

from __future__ import annotations

import click

from evenhand.edge.cli.groups import FilesGroup

COMMANDS = {
    "publish": "Write the log's files and its page, for any web server.",
    "serve": "Serve the log's files over HTTP, to be read.",
    "witness": "Have the witnesses cosign the newest head; tell how it stands with them.",
    "fsck": "Derive every file of a log again, and compare.",
    "prove": "Prove that an entry is in a log, or that it only grew.",
    "receipt": "Write the receipt of a decision, with what opens it for its author.",
    "complete": "Give a receipt the signatures that have come since.",
    "history": "Follow one post's history through a log.",
    "succeed": "Seal this log, and go on in another: after a backup was brought back.",
}
"""Command -> what it does."""


@click.group(cls=FilesGroup, prefix="ledger", files=COMMANDS)
def ledger() -> None:
    """The public log: publish it, have it witnessed, prove what is in it.

    LOG is a log's folder, or the address under which it is served.
    """
