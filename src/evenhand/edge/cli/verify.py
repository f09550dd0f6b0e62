"""`evenhand verify`: the ledger, or receipts, checked from files alone."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import click

from evenhand.audit.heads import read_heads, verify_heads
from evenhand.audit.leaves import DOCUMENTS, Documents, LeavesReport, verify_leaves
from evenhand.audit.verify import CHECKPOINT, verify_other_files
from evenhand.edge.cli.exported import verify_exported
from evenhand.edge.cli.log_given import ahead, showing, tell_ahead
from evenhand.edge.cli.receipts_held import EARLY, Proved, Receipts, plain
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
from evenhand.ledger.policy import Policy

MOST_BYTES = 16 << 20

SHOWN = 5
"""Files told that are not the log's."""



@click.command()
@click.argument("receipts", nargs=-1, type=click.Path(path_type=Path))
@config_option
@click.option("--policy", type=click.Path(path_type=Path),
              help="Whom you trust: a tlog-policy file with the log's key, from a hand you trust.")
@click.option("--ledger", type=click.Path(path_type=Path),
              help="The log's files, where there is no configuration.")
@click.option("--entry", type=click.Path(path_type=Path), metavar="FILE",
              help="The bytes of the entry, for a proof that does not bring them: what "
              "`evenhand ledger prove` wrote.")
@json_option
def verify(receipts: tuple[Path, ...], config_path: Path, policy: Path | None,
           ledger: Path | None, entry: Path | None, as_json: bool) -> int:
    """Check the ledger, or RECEIPTS and the words they open.

    Without RECEIPTS: every entry, tile and head of the log from its files alone, and the receipt
    of every notice handed over. With them: that the log holds these very words. A folder that
    `evenhand export` wrote is checked whole: its leaves, documents and openings. Needs no
    platform: the files, and a policy from a hand that you trust, are enough. Without --policy it
    is the one that the platform itself put beside its log.

    Exits with 3 where a receipt is proved under the log's own signature, and fewer witnesses have
    signed than the policy asks for: a notice never waits for them.
    """
    if entry is not None and len(receipts) != 1:
        raise click.UsageError("--entry is the entry of one proof: name that, and no other")
    if len(receipts) == 1 and receipts[0].is_dir():
        return verify_exported(receipts[0], policy, as_json=as_json)
    config = None
    if ledger is None and (policy is None or not receipts):
        config = load_config(config_path)
        ledger = config.ledger
    if config is not None and not receipts:
        _refuse_without_files(config, config_path)
    rules = _read(policy or _policy_of(ledger))
    held = Receipts(rules, ledger, _read)
    if receipts:
        return _receipts(receipts, held, None if entry is None else _read(entry),
                         own_policy=policy is None, as_json=as_json)
    assert ledger is not None, "without a receipt there is a ledger to check"
    report = _verify_log(ledger, held.policy, quiet=as_json)
    files = read_directory(ledger)
    others = verify_other_files(files, files_beside(ledger), report.trust.checkpoint)
    heads = read_heads(files, held.policy)
    verify_heads(files, heads)
    beyond = heads.signed.checkpoint if heads.behind else None
    not_signed = others.ahead if beyond is None else verify_other_files(
        files, others.ahead, beyond).ahead
    # A notice never waits for witnesses: its receipt may be from before they signed.
    handed_over = [held.prove(path) for path in _letters(config)]
    gone = _letters_gone(config, report)
    if as_json:
        say_json({"origin": report.trust.checkpoint.origin, "size": report.trust.checkpoint.size,
                  "witnessed": report.trust.is_witnessed,
                  "witnessed_at": dict(report.trust.witnessed),
                  "signed": (beyond or report.trust.checkpoint).size,
                  "dated_ahead": ahead(report.trust), "entries": report.kinds,
                  "published": report.published, "receipts": len(handed_over),
                  "letters_gone": gone, "files_of_earlier_sizes": others.earlier,
                  "files_not_witnessed": [p for p in others.ahead if p not in set(not_signed)],
                  "files_ahead": not_signed, "files_unknown": others.unknown})
        return 0
    out.print(f"[good]verified[/good] {safe(report.trust)}", soft_wrap=True)
    tell_ahead(report.trust)
    if policy is None:
        _tell_own_policy()
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
    _tell_kinds(handed_over)
    if config is not None and gone:
        out.print(f"  [quiet]{count(gone, 'folder')} of notices no longer in "
                  f"{safe(file_shown(config.letters))}: what was delivered its author has, and "
                  "`evenhand show` tells it anew[/quiet]", soft_wrap=True)
    if beyond is not None:
        out.print(f"  [ask]{beyond.size:,} entries are signed by the log itself, and begin with "
                  f"these {report.trust.checkpoint.size:,}; as many witnesses as the policy asks "
                  "for have not signed that yet[/ask]", soft_wrap=True)
    _tell_others("of a larger log than was signed: is it being published?", not_signed)
    _tell_others("none of a log's, and not looked at", others.unknown)
    return 0


def _tell_kinds(handed_over: list[Proved]) -> None:
    """Which of the receipts rest on less, or on another key, than the log does."""
    early = sum(one.is_early for one in handed_over)
    if early:
        out.print(f"  [quiet]{early:,} of them went out before as many witnesses had signed as the "
                  "policy asks for: `evenhand ledger complete` completes one[/quiet]",
                  soft_wrap=True)
    before = Counter(one.report.trust.checkpoint.origin for one in handed_over if one.named_by)
    for origin, many in before.items():
        out.print(f"  [quiet]{many:,} of them {'is' if many == 1 else 'are'} of {safe(origin)}, a "
                  "log before this one, by the key that this log names for it[/quiet]",
                  soft_wrap=True)


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


def _letters(config: Config | None) -> list[Path]:
    return sorted(config.letters.glob("*/receipt.tlog-proof")) if config is not None else []


def _policy_of(ledger: Path | None) -> Path:
    if ledger is None:
        raise EvenhandError("there is no policy to hold the receipt against",
                            hint="--policy FILE, as the platform published it")
    return ledger / "policy"


def _receipts(paths: tuple[Path, ...], held: Receipts, entry: bytes | None, *, own_policy: bool,
              as_json: bool) -> int:
    """Check each; one that fails is told and does not keep the others from being checked."""
    proved: list[tuple[Path, Proved]] = []
    status = 0
    for path in paths:
        try:
            proved.append((path, held.prove(path, entry)))
        except EvenhandError as refused:
            fail(refused)
            status = 1
    if status == 0 and any(one.is_early for _, one in proved):
        status = EARLY
    if as_json:
        answers = [plain(one) for _, one in proved]
        if len(paths) > 1 or answers:
            say_json(answers if len(paths) > 1 else answers[0])
        return status
    for path, one in proved:
        _tell_receipt(one, own_policy=own_policy)
        if len(paths) > 1:
            out.print(f"  [quiet]{safe(file_shown(path))}[/quiet]", soft_wrap=True)
        elif entry is not None:
            out.print("  the log holds exactly the bytes that were given:")
            out.print(printable(entry.decode(errors="replace")), markup=False, soft_wrap=True)
        elif one.words is not None:
            out.print("  the words below are exactly those that were sealed")
            heading("The notice")
            out.print(printable(one.words), markup=False, soft_wrap=True)
    return status


def _tell_receipt(proved: Proved, *, own_policy: bool) -> None:
    mark = "[ask]proved[/ask]" if proved.is_early else "[good]verified[/good]"
    out.print(f"{mark} {safe(proved.report)}", soft_wrap=True)
    if proved.is_early:
        out.print("  until they have signed, the log could still show somebody else another "
                  "history; `evenhand ledger complete` adds their signatures once they have",
                  soft_wrap=True)
    tell_ahead(proved.report.trust)
    if proved.named_by is not None:
        out.print(f"  by the key that {safe(proved.named_by)} names for a log before it",
                  soft_wrap=True)
    if own_policy:
        _tell_own_policy()


def _tell_own_policy() -> None:
    out.print("  by the key that the platform put beside its log: hold it against the one that "
              "others have, with --policy", soft_wrap=True)


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
