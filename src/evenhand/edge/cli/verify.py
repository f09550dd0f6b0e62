"""`evenhand verify`: the ledger, or one receipt, checked from files alone."""

from __future__ import annotations

from pathlib import Path

import click
from rich.progress import Progress

from evenhand.audit.leaves import verify_leaves
from evenhand.audit.verify import verify_receipt
from evenhand.edge.cli.screen import config_option, count, err, heading, json_option, out, say_json
from evenhand.edge.config import load_config
from evenhand.edge.ledger.tiles_on_disk import read_directory
from evenhand.errors import EvenhandError
from evenhand.ledger.policy import parse_policy
from evenhand.ledger.receipt import parse_receipt
from evenhand.record.opening import check_opening, read_opening

MOST_BYTES = 16 << 20
_MANY = {"delivery": "deliveries"}


@click.command()
@click.argument("receipt", required=False, type=click.Path(path_type=Path))
@config_option
@click.option("--policy", type=click.Path(path_type=Path),
              help="Whom you trust: a tlog-policy file with the log's key, from a hand you trust.")
@click.option("--ledger", type=click.Path(path_type=Path),
              help="The log's files, where there is no configuration.")
@json_option
def verify(receipt: Path | None, config_path: Path, policy: Path | None, ledger: Path | None,
           as_json: bool) -> None:
    """Check the ledger, or a RECEIPT and the words it opens.

    Without RECEIPT: every entry, tile and head of the log, from its files alone. With it: that
    the log holds this very record, and what it says. Needs no platform: the files and the policy
    are enough.
    """
    if ledger is None and (policy is None or receipt is None):
        ledger = load_config(config_path).ledger
    rules = parse_policy(_read(policy or _policy_of(ledger)))
    if receipt is not None:
        _receipt(receipt, rules_text=_read(policy or _policy_of(ledger)), as_json=as_json)
        return
    assert ledger is not None, "without a receipt there is a ledger to check"
    with Progress(console=err, transient=True, disable=as_json or not err.is_terminal) as bar:
        task = bar.add_task("verifying", total=None)
        report = verify_leaves(read_directory(ledger), rules,
                               progress=lambda done, size: bar.update(task, completed=done,
                                                                      total=size))
    if as_json:
        say_json({"origin": report.trust.checkpoint.origin, "size": report.trust.checkpoint.size,
                  "witnessed": report.trust.is_witnessed, "entries": report.kinds,
                  "published": report.published})
        return
    out.print(f"[good]verified[/good] {report.trust}", soft_wrap=True)
    out.print("  every entry, every tile and the signed head, from the files alone:")
    for kind, number in sorted(report.kinds.items()):
        out.print(f"    {count(number, kind, _MANY.get(kind))}")
    out.print("  every decision cites terms that this log had published before it, and that were "
              "in force", soft_wrap=True)


def _policy_of(ledger: Path | None) -> Path:
    if ledger is None:
        raise EvenhandError("there is no policy to hold the receipt against",
                            hint="--policy FILE, as the platform published it")
    return ledger / "policy"


def _receipt(path: Path, *, rules_text: bytes, as_json: bool) -> None:
    data = _read(path)
    opening = read_opening(parse_receipt(data).extra)
    report = verify_receipt(data, opening.leaf, rules_text)
    notice = check_opening(opening).body.get("notice")
    words = notice["words"] if notice else None
    if as_json:
        say_json({"origin": report.trust.checkpoint.origin, "index": report.receipt.index,
                  "size": report.trust.checkpoint.size,
                  "witnessed": report.trust.is_witnessed, "words": words})
        return
    out.print(f"[good]verified[/good] {report}", soft_wrap=True)
    out.print("  the words below are exactly those that were sealed", soft_wrap=True)
    if words is not None:
        heading("The notice")
        out.print(words, markup=False, soft_wrap=True)


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
