"""`evenhand ledger receipt`: the receipt of a decision, under the newest witnessed head."""

from __future__ import annotations

from pathlib import Path

import click

from evenhand.edge.cli.meant import post_or_decision
from evenhand.edge.cli.screen import config_option, err, json_option, safe, say_json
from evenhand.edge.config import file_shown, load_config
from evenhand.edge.platform import open_platform
from evenhand.edge.whole_file import check_place, write_whole
from evenhand.errors import EvenhandError
from evenhand.ledger.policy import check_signature
from evenhand.ledger.receipt import format_receipt


@click.command("receipt")
@click.argument("decision")
@click.option("-o", "--output", type=click.Path(path_type=Path),
              help="Where to write it (default: standard output).")
@config_option
@json_option
def ledger_receipt(decision: str, output: Path | None, config_path: Path, as_json: bool) -> None:
    """Write the receipt of DECISION, or of the newest decision about a post.

    With it comes what opens the entry for the author of the post, so it is for them alone. Where
    enough witnesses have signed since the notice went out, it says so.
    """
    if output is not None:
        check_place(output)
    platform = open_platform(load_config(config_path))
    post, chosen = post_or_decision(platform, decision)
    made = platform.store.decisions_of(post.id)
    if not made:
        raise EvenhandError(f"nothing was decided about `{post.id}`, so there is no receipt",
                            hint="no clause held, and nobody asked: `evenhand show` tells it")
    receipt, record = platform.courier.receipt(chosen or made[-1])
    text = format_receipt(receipt)
    trust = check_signature(receipt.checkpoint, platform.sequencer.policy)
    if output is not None:
        write_whole(output, text.encode())
    if as_json:
        say_json({"decision": record.decision.id, "index": receipt.index,
                  "size": trust.checkpoint.size, "witnessed": trust.is_witnessed,
                  "witnessed_at": dict(trust.witnessed), "missing": list(trust.missing),
                  "receipt": text})
        return
    if output is None:
        click.echo(text, nl=False)
    seen = ("; ask again later, or complete it with `evenhand ledger complete`"
            if trust.missing else "")
    err.print(f"[good]receipt[/good] of decision {record.decision.id[:16]}, entry {receipt.index} "
              f"in {safe(trust)}{seen}", soft_wrap=True)
    if output is not None:
        err.print(f"  [quiet]{safe(file_shown(output))}[/quiet]", soft_wrap=True)
