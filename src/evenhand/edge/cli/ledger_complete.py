"""`evenhand ledger complete`: a receipt under a head that more have signed since."""

from __future__ import annotations

from pathlib import Path

import click

from evenhand.audit.prove import complete
from evenhand.edge.cli.log_given import ahead, log_given, log_options, tell_ahead, tell_policy
from evenhand.edge.cli.screen import config_option, json_option, out, safe, say_json
from evenhand.edge.config import file_shown
from evenhand.edge.whole_file import check_place, write_whole
from evenhand.errors import EvenhandError
from evenhand.ledger.errors import LedgerError, Malformed
from evenhand.ledger.receipt import format_receipt, parse_receipt


@click.command("complete")
@click.argument("receipt", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path),
              help="Where to write it (default: the receipt itself).")
@log_options
@config_option
@json_option
def ledger_complete(receipt: Path, output: Path | None, where: str | None, policy: Path | None,
                    config_path: Path, as_json: bool) -> None:
    """Give RECEIPT the newest head of its log that satisfies the policy.

    A notice never waits for witnesses, so its receipt may have come before they signed. What the
    receipt opens stays as it is. Where the log is not the one any more that signed the receipt,
    that is said: the two are then evidence.
    """
    target = output or receipt
    if output is not None:
        check_place(output)
    try:
        data = receipt.read_bytes()
    except OSError as refused:
        raise EvenhandError(f"the receipt cannot be read: {refused.strerror}", where=str(receipt)
                            ) from None
    log = log_given(where, policy, config_path)
    try:
        proved = complete(log.read, log.policy, parse_receipt(data))
    except Malformed as refused:
        refused.hint = refused.hint or ("as it stands it shows nothing: ask for the receipt as it "
                                        "was sent")
        refused.where = refused.where or str(file_shown(receipt))
        raise
    except LedgerError as refused:
        if refused.where in (None, "receipt"):
            refused.where = str(file_shown(receipt))
        raise
    write_whole(target, format_receipt(proved.receipt).encode())
    if as_json:
        say_json({"origin": proved.trust.checkpoint.origin, "index": proved.receipt.index,
                  "size": proved.trust.checkpoint.size, "witnessed": proved.trust.is_witnessed,
                  "witnessed_at": dict(proved.trust.witnessed),
                  "policy_given": log.trusted, "dated_ahead": ahead(proved.trust),
                  "file": str(target)})
        return
    out.print(f"[good]completed[/good] entry {proved.receipt.index} is in {safe(proved.trust)}",
              soft_wrap=True)
    tell_policy(log)
    tell_ahead(proved.trust)
    out.print(f"  [quiet]{safe(file_shown(target))}[/quiet]", soft_wrap=True)
