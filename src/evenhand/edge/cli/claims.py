"""`evenhand claims`: published fact-checks, taken in, told, kept right; one file a command."""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS = {
    "import": ("claims_import", "Take in fact-checks from files and addresses."),
    "list": ("claims_list", "List the fact-checks that are known."),
    "show": ("claims_show", "Tell all of one fact-check: versions, publisher, what rests on it."),
    "export": ("claims_export", "Write the platform's own fact-checks as ClaimReview."),
    "sweep": ("claims_sweep", "Look again at the posts measured before."),
    "recheck": ("claims_recheck", "Fetch again the pages that something rests on."),
    "withdraw": ("claims_withdraw", "Record that a fact-check is withdrawn, or superseded."),
    "keep": ("claims_keep", "Record that a fact-check in doubt stands."),
    "calibrate": ("claims_calibrate", "Learn from confirmed pairs how likenesses weigh."),
    "model": ("claims_model", "Make a sentence model of published weights."),
}
"""Command -> (its file, what it does). A file is imported only when its command is called."""


class Claims(click.Group):
    """A group whose commands are the files `claims_*` beside this one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of a first walk."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, or None."""
        if cmd_name not in COMMANDS:
            return None
        name, _ = COMMANDS[cmd_name]
        command = getattr(import_module(f"evenhand.edge.cli.{name}"), name)
        assert isinstance(command, click.Command), "a command's file holds one of its name"
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, told) for name, (_, told) in COMMANDS.items()])


@click.group(cls=Claims)
def claims() -> None:
    """Published fact-checks: take them in, tell of them, keep what rests on them right.

    KEY is a fact-check's key, its first digits, or the address of its page.
    """
