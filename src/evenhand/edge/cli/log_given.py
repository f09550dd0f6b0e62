"""Which log a command is about, and under whose policy: given, or the platform's own."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.progress import Progress as Bar

from evenhand.audit.verify import Progress, dated_ahead
from evenhand.edge.cli.screen import err, out, safe
from evenhand.edge.config import load_config
from evenhand.edge.ledger.anywhere import POLICY, Reader, read_log
from evenhand.errors import EvenhandError
from evenhand.ledger.policy import Policy, Trust, parse_policy

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogGiven:
    """A log's files and the policy they are held against; `trusted` says that somebody gave it, and
    it is not the one that the platform put beside its own log."""

    where: str
    read: Reader
    policy: Policy
    trusted: bool


def log_options(function: F) -> F:
    """`--ledger` and `--policy`."""
    option = click.option("--ledger", "where", metavar="LOG", help="The log's folder, or the "
                          "address under which it is served (default: the platform's).")
    policy = click.option("--policy", type=click.Path(path_type=Path),
                          help="Whom you trust: a tlog-policy file, from a hand you trust.")
    return option(policy(function))


def log_given(where: str | None, policy: Path | None, config_path: Path) -> LogGiven:
    """The log that was named, else that of the platform in this configuration."""
    place = where or str(load_config(config_path).ledger)
    read, close = read_log(place)
    click.get_current_context().call_on_close(close)
    try:
        rules = policy.read_bytes() if policy is not None else read(POLICY)
    except OSError as refused:
        raise EvenhandError(f"the policy cannot be read: {refused.strerror}", where=str(policy)
                            ) from None
    if rules is None:
        raise EvenhandError("there is no policy beside this log", where=place,
                            hint="--policy FILE says whom you trust: `log` and the log's key, and "
                            "`quorum none` or its witnesses (spec/receipt.md)")
    return LogGiven(where=place, read=read, policy=parse_policy(rules), trusted=policy is not None)


def tell_policy(log: LogGiven, to: Console = out) -> None:
    """Say so where nobody gave a policy: a log that is judged by its own could be anybody's."""
    if not log.trusted:
        to.print("  by the policy that lies beside the log: hold its key against the one that "
                 "others have, with --policy", soft_wrap=True)


def ahead(trust: Trust) -> list[dict[str, Any]]:
    """The witnesses whose cosignature is dated after now, for programs."""
    return [{"witness": name, "seconds": seconds}
            for name, seconds in dated_ahead(trust, int(time.time()))]


def tell_ahead(trust: Trust, to: Console = out) -> None:
    """Tell of each witness whose cosignature is dated after now, and what that means."""
    for name, seconds in dated_ahead(trust, int(time.time())):
        to.print(f"  [ask]the witness {safe(name)} dates its signature {_day(seconds)}, which is "
                 "still to come[/ask]: it shows that it saw this history and no other, but not "
                 "when; nothing can be said by it of how early this was logged", soft_wrap=True)


def _day(seconds: int) -> str:
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%d %B %Y}"
    except (ValueError, OverflowError, OSError):
        return f"{seconds} seconds after 1970"


def showing(verify: Callable[[Progress], T], *, quiet: bool) -> T:
    """Verify something long and show how far it is; `verify` is given what tells it."""
    with Bar(console=err, transient=True, disable=quiet or not err.is_terminal) as bar:
        task = bar.add_task("verifying", total=None)
        return verify(lambda done, size: bar.update(task, completed=done, total=size))
