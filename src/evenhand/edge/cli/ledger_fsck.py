"""`evenhand ledger fsck`: every file of a log derived again; what a court runs first."""

from __future__ import annotations

from pathlib import Path

import click

from evenhand.audit.leaves import verify_leaves
from evenhand.audit.verify import verify_growth
from evenhand.edge.cli.log_given import ahead, log_given, log_options, showing, tell_ahead
from evenhand.edge.cli.screen import (
    config_option,
    count,
    entries_of,
    json_option,
    out,
    safe,
    say_json,
)
from evenhand.edge.config import load_config
from evenhand.edge.ledger.fsck import Held, compare
from evenhand.edge.platform import open_platform
from evenhand.errors import EvenhandError


@click.command("fsck")
@log_options
@click.option("--earlier", type=click.Path(path_type=Path), metavar="CHECKPOINT",
              help="A checkpoint that somebody kept: the log must still begin with it.")
@click.option("--repair", is_flag=True, help="First write the platform's own files anew where they "
              "are missing or torn; one with other bytes is never touched.")
@config_option
@json_option
def ledger_fsck(where: str | None, policy: Path | None, earlier: Path | None, repair: bool,
                config_path: Path, as_json: bool) -> None:
    """Derive every tile and the signed root of a log again from its entries, and compare.

    Without --ledger it is the platform's own, and its database is held against what was published:
    every leaf, every head. With it nothing of the platform is needed.
    """
    if repair and where is not None:
        raise click.UsageError("only the platform's own files can be written anew")
    platform = None if where is not None else open_platform(load_config(config_path))
    if platform is not None and repair:
        platform.sequencer.rebuild()
    log = log_given(where, policy, config_path)
    report = showing(lambda progress: verify_leaves(log.read, log.policy, progress=progress),
                     quiet=as_json)
    before = None
    if earlier is not None:
        try:
            before = verify_growth(log.read, report.trust, earlier.read_bytes(), log.policy)
        except OSError as refused:
            raise EvenhandError(f"the checkpoint cannot be read: {refused.strerror}",
                                where=str(earlier)) from None
    held: Held | None = None
    if platform is not None:
        held = showing(lambda progress: compare(
            platform.engine, platform.config.ledger, progress=progress), quiet=as_json)
    head = report.trust.checkpoint
    if as_json:
        say_json({"origin": head.origin, "size": head.size, "root": head.root.hex(),
                  "witnessed": report.trust.is_witnessed, "dated_ahead": ahead(report.trust),
                  "entries": report.kinds,
                  "earlier": before.size if before else None,
                  "store": None if held is None else {
                      "leaves": held.leaves, "heads": held.heads,
                      "cosignatures": held.cosignatures, "waiting": held.waiting}})
        return
    out.print(f"[good]sound[/good] {safe(report.trust)}", soft_wrap=True)
    if not log.trusted:
        out.print("  by the policy that lies beside the log: hold its key against the one that "
                  "others have, with --policy", soft_wrap=True)
    tell_ahead(report.trust)
    out.print(f"  root {head.root.hex()}", soft_wrap=True)
    for kind, number in sorted(report.kinds.items()):
        out.print(f"    {entries_of(kind, number)}")
    if before is not None:
        out.print(f"  it still begins with the {count(before.size, 'entry', 'entries')} of the "
                  "checkpoint that was kept", soft_wrap=True)
    if held is not None:
        out.print(f"  the store holds the same {count(held.leaves, 'leaf', 'leaves')}, "
                  f"{count(held.heads, 'signed head')}, {count(held.cosignatures, 'cosignature')}; "
                  f"{count(held.waiting, 'record')} wait{'s' if held.waiting == 1 else ''} to be "
                  "sealed", soft_wrap=True)
