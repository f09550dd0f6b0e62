"""How the command line looks: calm colours, plain and unwrapped when piped, JSON if asked."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec
from rich.console import Console
from rich.markup import escape
from rich.text import Text
from rich.theme import Theme

from evenhand.errors import EvenhandError
from evenhand.reasons.plain import shown
from evenhand.rulebook.drafting import DraftingErrors

THEME = Theme({"what": "bold", "where": "dim", "hint": "italic", "good": "green",
               "bad": "red", "ask": "yellow", "quiet": "dim", "number": "bold cyan",
               "head": "bold"})

UNWRAPPED = 1 << 30
"""Columns of a screen that nobody sits before: no line is ever wrapped on it."""


def _console(*, stderr: bool) -> tuple[Console, int]:
    """A console, and how wide boxes are on it.

    What is piped goes to programs that search line by line, so a line is one line however long.
    Boxes alone keep the width that they would have on a screen.
    """
    console = Console(theme=THEME, highlight=False, emoji=False, stderr=stderr)
    width = min(console.width, 100)
    if not console.is_terminal:
        console.width = UNWRAPPED
    return console, width


out, BOX = _console(stderr=False)
err, _ = _console(stderr=True)

F = TypeVar("F", bound=Callable[..., Any])


def config_option(function: F) -> F:
    """`--config`: where the platform's configuration is."""
    return click.option("-c", "--config", "config_path", type=click.Path(path_type=Path),
                        default=Path(), envvar="EVENHAND_CONFIG", metavar="PATH",
                        help="The platform's folder or its evenhand.toml (default: here; or "
                        "EVENHAND_CONFIG).")(function)


def declaring_option(function: F) -> F:
    """`--config` for what needs no platform: where the facts are declared that one brings."""
    return click.option("-c", "--config", "config_path", type=click.Path(path_type=Path),
                        envvar="EVENHAND_CONFIG", metavar="PATH",
                        help="The platform's folder or its evenhand.toml, which declares the facts "
                        "that it brings (default: beside the documents, else here; or "
                        "EVENHAND_CONFIG).")(function)


def json_option(function: F) -> F:
    """`--json`: answer in JSON, for programs."""
    return click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")(function)


def say_json(answer: Any) -> None:
    """One JSON value on standard output."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(answer), indent=2).decode() + "\n")


def fail(refused: EvenhandError, *, as_json: bool = False) -> None:
    """Tell a refusal on standard error: where, what, and what to do; in JSON on standard output."""
    if as_json:
        problems = [{"where": f"{p.name}:{p.line}:{p.column}", "what": p.what, "hint": p.hint}
                    for p in refused.problems] if isinstance(refused, DraftingErrors) else [
                        {"where": refused.where, "what": refused.what, "hint": refused.hint}]
        say_json({"errors": problems})
        return
    if isinstance(refused, DraftingErrors):
        for problem in refused.problems:
            err.print(Text(str(problem)), style="bad")
            err.print()
        return
    where = f"[where]{escape(printable(refused.where))}:[/where] " if refused.where else ""
    err.print(f"[bad]evenhand:[/bad] {where}{escape(printable(refused.what))}", soft_wrap=True)
    if refused.hint:
        err.print(f"  [hint]{escape(printable(refused.hint))}[/hint]", soft_wrap=True)


def printable(text: str) -> str:
    """A stranger's text as a screen may show it: it can neither move the cursor nor turn lines."""
    return "\n".join(shown(line) for line in text.split("\n"))


def safe(text: object) -> str:
    """The same, for use within our own markup."""
    return escape(printable(str(text)))


def one_line(text: str) -> str:
    """A stranger's words within a line of ours."""
    return " ".join(text.split())


def say(markup: str) -> None:
    """A line of our own; on a screen that is too narrow it goes on further in."""
    if not out.is_terminal:
        out.print(markup, soft_wrap=True)
        return
    text = Text.from_markup(markup)
    further_in = len(text.plain) - len(text.plain.lstrip()) + 4
    for n, part in enumerate(text.wrap(out, max(20, out.width - further_in))):
        part.rstrip()
        out.print(Text(" " * further_in if n else "") + part, soft_wrap=True)


def heading(title: str, note: str = "") -> None:
    """A section's heading, with a blank line above it."""
    out.print()
    say(f"[head]{escape(title)}[/head]")
    if note:
        say(f"[quiet]{escape(note)}[/quiet]")


def quote(text: str, style: str = "") -> None:
    """A quotation, indented; wrapped on a screen."""
    width = max(20, BOX - 6) if out.is_terminal else UNWRAPPED
    for line in printable(text).splitlines() or [""]:
        for part in Text(line, style=style).wrap(out, width):
            out.print(Text("  │ ", style="quiet") + part)


def entries_of(kind: str, number: int) -> str:
    """How many entries of a kind a log holds, in words."""
    one, many = _KINDS.get(kind, (kind, None))
    return count(number, one, many)


_KINDS = {"access": ("access to what is sealed", "times that what is sealed was opened"),
          "delivery": ("delivery", "deliveries"),
          "fact-check": ("word on a fact-check", "words on fact-checks"),
          "fact-check-change": ("change of a fact-check", "changes of fact-checks"),
          "facts": ("batch of facts", "batches of facts"),
          "legal-hold": ("legal hold", None),
          "shadow": ("entry of terms in shadow", "entries of terms in shadow")}


def count(number: int, one: str, many: str | None = None) -> str:
    """`1 post`, `2 posts`, `12,345 posts`.

    >>> count(12345, "post"), count(1, "entry", "entries")
    ('12,345 posts', '1 entry')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def percent(share: float) -> str:
    """A share in whole percent; nothing and all are said of what is exactly so, and of no other.

    >>> percent(.834), percent(.002), percent(.999), percent(0), percent(1)
    ('83%', 'under 1%', 'over 99%', '0%', '100%')
    """
    if 0 < share < .01:
        return "under 1%"
    return "over 99%" if .99 < share < 1 else f"{share:.0%}"
