"""Groups of commands, each command in a file of its own that is imported only when it is called."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click


class FilesGroup(click.Group):
    """A group whose commands are the files `PREFIX_*` beside this one.

    `files` maps a command to what it does; its file is the prefix and its name.
    """

    def __init__(self, *args: Any, prefix: str, files: Mapping[str, str], **more: Any) -> None:
        """See the class."""
        super().__init__(*args, **more)
        self.prefix, self.files = prefix, files

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of a first walk."""
        return list(self.files)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, or None."""
        if cmd_name not in self.files:
            return None
        name = f"{self.prefix}_{cmd_name.replace('-', '_')}"
        command = getattr(import_module(f"evenhand.edge.cli.{name}"), name)
        assert isinstance(command, click.Command), "a command's file holds one of its name"
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self.files.items()))
