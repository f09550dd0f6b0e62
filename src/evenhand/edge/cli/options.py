"""The options that the verbs of people's work share, and how what they say is put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import repeat
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from evenhand.edge.cli.meant import instant_meant
from evenhand.edge.cli.screen import F
from evenhand.edge.config import load_config
from evenhand.edge.desk.bringing import known, token_of
from evenhand.edge.desk.desk import Desk, Progress
from evenhand.edge.platform import open_platform
from evenhand.errors import EvenhandError
from evenhand.model.matter import Sender
from evenhand.record.identity import name_matter

_ORDER = "evenhand: the options in the order in which they were written"


class InOrder(click.Command):
    """A command that remembers in which order its options were written."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse as any command, and note the order besides."""
        _, _, order = self.make_parser(ctx).parse_args(args=list(args))
        ctx.meta[_ORDER] = [param.name for param in order]
        return super().parse_args(ctx, args)


def in_order(ctx: click.Context, values: dict[str, Sequence[str] | bool]
             ) -> list[tuple[str, str]]:
    """(option, value) in the order of the command line, of the options in `values`.

    An option that is there or not has no value: "", as often as it was written.
    """
    left = {name: iter(said) if not isinstance(said, bool) else repeat("")
            for name, said in values.items()}
    return [(name, next(left[name])) for name in ctx.meta[_ORDER] if name in left]


def refuse_beside(why: str, *names: str) -> None:
    """Refuse options of the command that runs which were written though they would do nothing."""
    ctx = click.get_current_context()
    for param in ctx.command.params:
        if param.name in names and ctx.get_parameter_source(param.name) is \
                ParameterSource.COMMANDLINE:
            raise click.UsageError(f"`{param.opts[-1]}` {why}")


def open_desk(config_path: Path, progress: Progress | None = None) -> Desk:
    """The desk of the platform that this configuration describes."""
    platform = open_platform(load_config(config_path))
    return Desk(platform) if progress is None else Desk(platform, progress=progress)


def _as_instant(ctx: click.Context, param: click.Parameter, value: str | None) -> datetime | None:
    return None if value is None else instant_meant(value, param.opts[-1])


def instant_option(name: str, help_: str, **more: Any) -> Callable[[F], F]:
    """An option whose value is an instant: `2020-05-26T12:17:43Z`, or a date."""
    return click.option(name, metavar="INSTANT", callback=_as_instant, help=help_, **more)


def at_option(function: F) -> F:
    """`--at`: when it happens, on a replayed platform."""
    option: Callable[[F], F] = instant_option("--at", "When it happens; only on a replayed "
                                              "platform.")
    return option(function)


def as_option(does: str, *, required: bool = True) -> Callable[[F], F]:
    """`--as`: the registered person who acts. At the command line identity is trusted."""
    return click.option("--as", "person", metavar="PERSON", required=required,
                        help=f"The registered person who {does}; recorded as said at the "
                        "command line.")


def because_option(help_: str, **more: Any) -> Callable[[F], F]:
    """`--because`: the reasons; `-` reads them from standard input."""
    return click.option("--because", metavar="WORDS", help=f"{help_} (- reads standard input).",
                        **more)


def once_option(what: str) -> Callable[[F], F]:
    """`--once`: a key under which the same thing is brought no second time."""
    return click.option("--once", metavar="KEY", help=f"A key of your own: the same key again "
                        f"{what} nothing new.")


def sender_option(option: str, help_: str, metavar: str = "ID") -> Callable[[F], F]:
    """One way to say who brings a matter."""
    return click.option(option, metavar=metavar, help=help_)


def sender(*, name: str | None = None, email: str | None = None, account: str | None = None,
           flagger: str | None = None) -> Sender:
    """Who brings a matter; what is blank was not said."""

    def said(text: str | None) -> str | None:
        return text.strip() or None if text is not None else None

    return Sender(name=said(name), address=said(email), account=said(account),
                  flagger=said(flagger))


def refuse_nobody(by: Sender) -> None:
    """Refuse whoever says nothing of themselves, where it matters who they are."""
    if by == Sender():
        raise EvenhandError("it does not say who brings it",
                            hint="--account ID or --email E, as it was brought")


def brought_before(desk: Desk, kind: str, once: str | None) -> bool:
    """Whether something was brought under this key already."""
    return once is not None and bool(once) and known(
        desk, name_matter(kind, token_of(desk, once))) is not None
