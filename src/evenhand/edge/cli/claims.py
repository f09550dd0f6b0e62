"""`evenhand claims`: published fact-checks, taken in, told, kept right; one file a command."""

from __future__ import annotations

import click

from evenhand.edge.cli.groups import FilesGroup

COMMANDS = {
    "import": "Take in fact-checks from files and addresses.",
    "list": "List the fact-checks that are known.",
    "show": "Tell all of one fact-check: versions, publisher, what rests on it.",
    "export": "Write the platform's own fact-checks as ClaimReview.",
    "sweep": "Look again at the posts measured before.",
    "recheck": "Fetch again the pages that something rests on.",
    "withdraw": "Record that a fact-check is withdrawn, or superseded.",
    "keep": "Record that a fact-check in doubt stands.",
    "calibrate": "Learn from confirmed pairs how likenesses weigh.",
    "model": "Make a sentence model of published weights.",
}
"""Command -> what it does."""


@click.group(cls=FilesGroup, prefix="claims", files=COMMANDS)
def claims() -> None:
    """Published fact-checks: take them in, tell of them, keep what rests on them right.

    KEY is a fact-check's key, its first digits, or the address of its page.
    """
