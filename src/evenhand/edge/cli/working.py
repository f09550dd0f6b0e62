"""What long work shows on a screen: a bar for each of its steps; nothing, where nobody looks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from evenhand.edge.cli.screen import err
from evenhand.edge.in_blocks import Show, silent


@contextmanager
def working() -> Iterator[Show]:
    """A function that shows how far each step is; the bars go when the work is done."""
    if not err.is_terminal:
        yield silent
        return
    with Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
                  TimeRemainingColumn(), console=err, transient=True) as bars:
        begun = {}

        def show(what: str, done: int, of: int) -> None:
            if what not in begun:
                begun[what] = bars.add_task(what, total=of or None)
            bars.update(begun[what], completed=done, total=of or None)

        yield show
