"""`evenhand ledger fsck`: every file of a log derived again; what a court runs first."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from evenhand.audit.heads import Heads, read_heads, verify_growth, verify_heads
from evenhand.audit.leaves import LeafRefused, LeavesReport, look_through
from evenhand.audit.verify import OtherFiles, verify_other_files
from evenhand.edge.cli.ledger_page import lay_out_page
from evenhand.edge.cli.log_given import (
    LogGiven,
    ahead,
    log_given,
    log_options,
    showing,
    tell_ahead,
    tell_policy,
)
from evenhand.edge.cli.publish import lay_out_all
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
from evenhand.edge.ledger.anywhere import files_beside
from evenhand.edge.ledger.fsck import Held, compare
from evenhand.edge.platform import open_platform
from evenhand.errors import EvenhandError
from evenhand.ledger.checkpoint import Checkpoint
from evenhand.ledger.errors import FileMissing, Malformed

SHOWN = 5
"""Files told that are not the log's."""


@click.command("fsck")
@log_options
@click.option("--earlier", type=click.Path(path_type=Path), metavar="CHECKPOINT",
              help="A checkpoint that somebody kept: the log must still begin with it.")
@click.option("--repair", is_flag=True, help="First write the platform's own files anew where they "
              "are missing or torn; one with other bytes is never touched.")
@config_option
@json_option
def ledger_fsck(where: str | None, policy: Path | None, earlier: Path | None, repair: bool,
                config_path: Path, as_json: bool) -> int:
    """Derive every tile and the signed root of a log again from its entries, and compare.

    Without --ledger it is the platform's own, and its database is held against what was published:
    every leaf, every head. With it nothing of the platform is needed. In a folder, all else that
    lies there is looked at, too; what a server has besides the log's files cannot be asked for.
    """
    if repair and where is not None:
        raise click.UsageError("only the platform's own files can be written anew")
    platform = None if where is not None else open_platform(load_config(config_path))
    if platform is not None and repair:
        platform.sequencer.rebuild()
        lay_out_all(platform)
        lay_out_page(platform)
    log = log_given(where, policy, config_path)
    try:
        found = _look(log, as_json=as_json)
    except (FileMissing, Malformed) as fault:
        if platform is not None and not repair and fault.where not in (None, "policy"):
            fault.hint = (f"`evenhand ledger fsck -c {config_path} --repair` writes what is "
                            "missing or torn anew from the database")
        raise
    before = None if earlier is None else _begins_with(log, found.heads, earlier)
    held: Held | None = None
    if platform is not None:
        held = showing(lambda progress: compare(
            platform.engine, platform.config.ledger, progress=progress), quiet=as_json)
    refused = found.report.refused
    if found.report.foreign and platform is None:
        refused = None  # a log of something else is no log of ours that breaks a promise
    if as_json:
        say_json(_plain(log, found, before, held, refused))
        return 0 if refused is None else 1
    _tell(log, found, before, held, sound=refused is None)
    if refused is not None:
        raise refused
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was verified of a log; `others` is None where nobody can list its files."""

    heads: Heads
    report: LeavesReport
    others: OtherFiles | None


def _look(log: LogGiven, *, as_json: bool) -> Found:
    heads = read_heads(log.read, log.policy)
    report = showing(lambda progress: look_through(log.read, heads, progress=progress),
                     quiet=as_json)
    # After that, so that what is only a damaged file is not taken for a second history.
    verify_heads(log.read, heads)
    folder = None if log.where.startswith(("http://", "https://")) else Path(log.where)
    return Found(heads=heads, report=report, others=None if folder is None else verify_other_files(
        log.read, files_beside(folder), heads.signed.checkpoint))


def _begins_with(log: LogGiven, heads: Heads, earlier: Path) -> Checkpoint:
    try:
        kept = earlier.read_bytes()
    except OSError as refused:
        raise EvenhandError(f"the checkpoint cannot be read: {refused.strerror}",
                            where=str(earlier)) from None
    return verify_growth(log.read, heads.trust, kept, log.policy)


def _plain(log: LogGiven, found: Found, before: Checkpoint | None, held: Held | None,
           refused: LeafRefused | None) -> dict[str, Any]:
    trust, others = found.heads.trust, found.others
    head = trust.checkpoint
    return {"origin": head.origin, "size": head.size, "root": head.root.hex(),
            "signed_size": found.heads.signed.checkpoint.size,
            "witnessed": trust.is_witnessed, "witnessed_at": dict(trust.witnessed),
            "policy_given": log.trusted,
            "dated_ahead": ahead(trust),
            "entries": found.report.kinds if refused is None else {},
            "foreign": found.report.foreign,
            "refused": None if refused is None else {
                "where": refused.where, "what": refused.what, "hint": refused.hint},
            "earlier": before.size if before else None,
            "files_beside": None if others is None else {
                "of_earlier_sizes": others.earlier, "ahead": others.ahead,
                "unknown": others.unknown},
            "store": None if held is None else {
                "leaves": held.leaves, "heads": held.heads,
                "cosignatures": held.cosignatures, "waiting": held.waiting}}


def _tell(log: LogGiven, found: Found, before: Checkpoint | None, held: Held | None, *,
          sound: bool) -> None:
    heads, report = found.heads, found.report
    head, signed = heads.trust.checkpoint, heads.signed.checkpoint
    out.print(f"{'[good]sound[/good]' if sound else '[ask]as it was signed[/ask]'} "
              f"{safe(heads.trust)}", soft_wrap=True)
    tell_policy(log)
    tell_ahead(heads.trust)
    out.print(f"  root {head.root.hex()}", soft_wrap=True)
    if heads.behind:
        out.print(f"  [ask]{count(signed.size, 'entry', 'entries')} are signed and served, and "
                  f"only the first {head.size:,} are witnessed as the policy asks[/ask]: those "
                  "after them were verified too, and rest on the log's signature alone",
                  soft_wrap=True)
    if report.foreign:
        out.print(f"  {count(report.entries, 'entry', 'entries')}, of which none is an Evenhand "
                  "leaf: what they say was not looked at", soft_wrap=True)
    if not sound:
        out.print(f"  {count(report.entries, 'entry', 'entries')}, each as it was signed; what "
                  "they say cannot be relied on from the one below on", soft_wrap=True)
    for kind, number in sorted(report.kinds.items()) if sound else ():
        out.print(f"    {entries_of(kind, number)}")
    if before is not None:
        out.print(f"  it still begins with the {count(before.size, 'entry', 'entries')} of the "
                  "checkpoint that was kept", soft_wrap=True)
    if held is not None:
        same = "the same" if held.leaves == signed.size else "these and more,"
        out.print(f"  the store holds {same} {count(held.leaves, 'leaf', 'leaves')}, "
                  f"{count(held.heads, 'signed head')}, {count(held.cosignatures, 'cosignature')}; "
                  f"{count(held.waiting, 'record')} wait{'s' if held.waiting == 1 else ''} to be "
                  "sealed", soft_wrap=True)
    if found.others is not None:
        _tell_files("of a larger log than was signed: is it being published?", found.others.ahead)
        _tell_files("none of a log's, and not looked at", found.others.unknown)


def _tell_files(what: str, paths: tuple[str, ...]) -> None:
    if paths:
        more = f" and {len(paths) - SHOWN:,} more" if len(paths) > SHOWN else ""
        out.print(f"  [ask]{count(len(paths), 'file')} {what}:[/ask] "
                  f"{safe(', '.join(paths[:SHOWN]))}{more}", soft_wrap=True)
