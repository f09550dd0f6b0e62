"""`evenhand verify`: the ledger, or receipts, checked from files alone."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from evenhand.audit.leaves import DOCUMENTS, Documents, LeavesReport, verify_leaves
from evenhand.audit.verify import (
    CHECKPOINT,
    ReceiptReport,
    verify_other_files,
    verify_receipt,
)
from evenhand.edge.cli.exported import verify_exported
from evenhand.edge.cli.log_given import ahead, showing, tell_ahead
from evenhand.edge.cli.screen import (
    config_option,
    count,
    entries_of,
    fail,
    heading,
    json_option,
    out,
    printable,
    safe,
    say_json,
)
from evenhand.edge.config import Config, file_shown, load_config
from evenhand.edge.ledger.anywhere import files_beside
from evenhand.edge.ledger.tiles_on_disk import read_directory
from evenhand.errors import EvenhandError
from evenhand.ledger.errors import Malformed, NotWitnessed
from evenhand.ledger.policy import NO_QUORUM, Policy, format_policy, parse_policy
from evenhand.ledger.receipt import parse_receipt
from evenhand.record.opening import check_opening, read_opening

MOST_BYTES = 16 << 20

SHOWN = 5
"""Files told that are not the log's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """A receipt that holds, and the words of the notice that it opens, if there is one."""

    report: ReceiptReport
    words: str | None


@click.command()
@click.argument("receipts", nargs=-1, type=click.Path(path_type=Path))
@config_option
@click.option("--policy", type=click.Path(path_type=Path),
              help="Whom you trust: a tlog-policy file with the log's key, from a hand you trust.")
@click.option("--ledger", type=click.Path(path_type=Path),
              help="The log's files, where there is no configuration.")
@json_option
def verify(receipts: tuple[Path, ...], config_path: Path, policy: Path | None,
           ledger: Path | None, as_json: bool) -> int:
    """Check the ledger, or RECEIPTS and the words they open.

    Without RECEIPTS: every entry, tile and head of the log from its files alone, and the receipt
    of every notice handed over. With them: that the log holds these very words. A folder that
    `evenhand export` wrote is checked whole: its leaves, documents and openings. Needs no
    platform: the files, and a policy from a hand that you trust, are enough. Without --policy it
    is the one that the platform itself put beside its log.
    """
    if len(receipts) == 1 and receipts[0].is_dir():
        return verify_exported(receipts[0], policy, as_json=as_json)
    config = None
    if ledger is None and (policy is None or not receipts):
        config = load_config(config_path)
        ledger = config.ledger
    if config is not None and not receipts:
        _refuse_without_files(config, config_path)
    rules = _read(policy or _policy_of(ledger))
    if receipts:
        return _receipts(receipts, rules, as_json=as_json)
    assert ledger is not None, "without a receipt there is a ledger to check"
    report = _verify_log(ledger, parse_policy(rules), quiet=as_json)
    others = verify_other_files(read_directory(ledger), files_beside(ledger),
                                report.trust.checkpoint)
    # A notice never waits for witnesses: its receipt may be from before they signed.
    handed_over = [_prove(path, _without_witnesses(rules)) for path in _letters(config)]
    gone = _letters_gone(config, report)
    if as_json:
        say_json({"origin": report.trust.checkpoint.origin, "size": report.trust.checkpoint.size,
                  "witnessed": report.trust.is_witnessed,
                  "dated_ahead": ahead(report.trust), "entries": report.kinds,
                  "published": report.published, "receipts": len(handed_over),
                  "letters_gone": gone, "files_of_earlier_sizes": others.earlier,
                  "files_ahead": others.ahead, "files_unknown": others.unknown})
        return 0
    out.print(f"[good]verified[/good] {safe(report.trust)}", soft_wrap=True)
    tell_ahead(report.trust)
    if policy is None:
        out.print("  by the key that the platform put beside its log: hold it against the one that "
                  "others have, with --policy", soft_wrap=True)
    out.print("  every entry, every tile and the signed head, from the files alone:")
    for kind, number in sorted(report.kinds.items()):
        out.print(f"    {entries_of(kind, number)}")
    out.print("  every decision cites terms that this log had published before it, and that had "
              "come into force", soft_wrap=True)
    if report.unread:
        out.print(f"  [ask]the terms of {safe(', '.join(report.unread))} are not beside the log: "
                  "what the cited clauses say was not looked at[/ask]", soft_wrap=True)
    else:
        out.print("  every clause cited stands in the words that were published", soft_wrap=True)
    if handed_over:
        out.print(f"  {count(len(handed_over), 'receipt')} handed over: each opens the very words "
                  "that were sealed", soft_wrap=True)
    if config is not None and gone:
        out.print(f"  [quiet]{count(gone, 'folder')} of notices no longer in "
                  f"{safe(file_shown(config.letters))}: what was delivered its author has, and "
                  "`evenhand show` tells it anew[/quiet]", soft_wrap=True)
    _tell_others("of a larger log than was signed: is it being published?", others.ahead)
    _tell_others("none of a log's, and not looked at", others.unknown)
    return 0


def _tell_others(what: str, paths: tuple[str, ...]) -> None:
    if paths:
        more = f" and {len(paths) - SHOWN:,} more" if len(paths) > SHOWN else ""
        out.print(f"  [ask]{count(len(paths), 'file')} {what}:[/ask] "
                  f"{safe(', '.join(paths[:SHOWN]))}{more}", soft_wrap=True)


def _letters_gone(config: Config | None, report: LeavesReport) -> int:
    """How many folders of letters are gone, by the deliveries that the log holds.

    Where letters go out by other channels too, the log does not say which delivery was a folder's.
    """
    if config is None or config.mail is not None or config.hook is not None:
        return 0
    left = sum(path.is_dir() for path in config.letters.glob("*"))
    return max(0, report.kinds.get("delivery", 0) - left)


def _refuse_without_files(config: Config, given: Path) -> None:
    """A log without its files is no log; whoever has the database can write them anew."""
    for path in (config.ledger / CHECKPOINT, config.ledger / "policy"):
        if not path.exists():
            raise EvenhandError(
                "the log's files are not all here", where=str(file_shown(path)),
                hint=f"`evenhand run -c {given}` writes them anew from the database; where nothing "
                f"was published yet, begin with `evenhand publish -c {given}`")


def _verify_log(ledger: Path, policy: Policy, *, quiet: bool) -> LeavesReport:
    return showing(lambda progress: verify_leaves(
        read_directory(ledger), policy, documents=_documents(ledger), progress=progress),
        quiet=quiet)


def _documents(ledger: Path) -> Documents:
    """The documents that lie beside a log's files, by digest; nothing else can be asked for."""

    def read(digest: str) -> bytes | None:
        name = re.fullmatch(r"sha256:([0-9a-f]{64})", digest)
        path = ledger / DOCUMENTS / name[1] if name else None
        return _read(path) if path is not None and path.exists() else None

    return read


def _without_witnesses(rules: bytes) -> bytes:
    """The same trust in the log's key, and nobody else asked for."""
    return format_policy(replace(parse_policy(rules), groups=(), quorum=NO_QUORUM)).encode()


def _letters(config: Config | None) -> list[Path]:
    return sorted(config.letters.glob("*/receipt.tlog-proof")) if config is not None else []


def _policy_of(ledger: Path | None) -> Path:
    if ledger is None:
        raise EvenhandError("there is no policy to hold the receipt against",
                            hint="--policy FILE, as the platform published it")
    return ledger / "policy"


def _receipts(paths: tuple[Path, ...], rules: bytes, *, as_json: bool) -> int:
    """Check each; one that fails is told and does not keep the others from being checked."""
    proved: list[tuple[Path, Proved]] = []
    status = 0
    for path in paths:
        try:
            proved.append((path, _prove(path, rules)))
        except EvenhandError as refused:
            fail(refused)
            status = 1
    if as_json:
        answers = [_plain(one) for _, one in proved]
        if len(paths) > 1 or answers:
            say_json(answers if len(paths) > 1 else answers[0])
        return status
    for path, one in proved:
        out.print(f"[good]verified[/good] {safe(one.report)}", soft_wrap=True)
        tell_ahead(one.report.trust)
        if len(paths) > 1:
            out.print(f"  [quiet]{safe(file_shown(path))}[/quiet]", soft_wrap=True)
        elif one.words is not None:
            out.print("  the words below are exactly those that were sealed")
            heading("The notice")
            out.print(printable(one.words), markup=False, soft_wrap=True)
    return status


def _prove(path: Path, rules: bytes) -> Proved:
    """A receipt, checked: the log holds the leaf, and the leaf commits to these words."""
    data = _read(path)
    try:
        opening = read_opening(parse_receipt(data).extra)
        report = verify_receipt(data, opening.leaf, rules)
        notice = check_opening(opening).body.get("notice")
    except EvenhandError as refused:
        if isinstance(refused, Malformed) and refused.hint is None:
            refused.hint = "as it stands it shows nothing: ask for the receipt as it was sent"
        if refused.where in (None, "receipt"):
            refused.where = str(file_shown(path))
        if isinstance(refused, NotWitnessed):
            refused.hint = ("the log itself has signed it: `evenhand ledger complete` gives it the "
                            "signatures that have come since")
        raise
    return Proved(report=report, words=notice["words"] if notice else None)


def _plain(proved: Proved) -> dict[str, Any]:
    trust = proved.report.trust
    return {"origin": trust.checkpoint.origin, "index": proved.report.receipt.index,
            "size": trust.checkpoint.size, "witnessed": trust.is_witnessed,
            "dated_ahead": ahead(trust), "words": proved.words}


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise EvenhandError("the file is too large to be what is asked for", where=str(path))
        return path.read_bytes()
    except FileNotFoundError:
        raise EvenhandError("there is no such file", where=str(path)) from None
    except OSError as refused:
        raise EvenhandError(f"the file cannot be read: {refused.strerror}",
                            where=str(path)) from None
