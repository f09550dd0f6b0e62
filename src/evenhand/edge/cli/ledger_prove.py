"""`evenhand ledger prove`: that an entry is in a log, or that a log only grew."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import click

from evenhand.audit.prove import prove_entry, prove_growth
from evenhand.edge.cli.log_given import ahead, log_given, log_options, tell_ahead, tell_policy
from evenhand.edge.cli.screen import config_option, count, err, json_option, out, safe, say_json
from evenhand.ledger.receipt import format_receipt


@click.command("prove")
@click.argument("index", type=click.IntRange(0), required=False)
@click.option("--since", type=click.IntRange(0), metavar="SIZE",
              help="Prove instead that the log of SIZE entries is the beginning of this one.")
@log_options
@config_option
@json_option
def ledger_prove(index: int | None, since: int | None, where: str | None, policy: Path | None,
                 config_path: Path, as_json: bool) -> None:
    """Prove that entry INDEX is in a log, or with --since that the log only grew.

    The proof of an entry is printed as a file that other people's programs read
    (c2sp.org/tlog-proof); what the entry says goes to standard error.
    """
    if (index is None) == (since is None):
        raise click.UsageError("say INDEX or --since SIZE, and not both")
    log = log_given(where, policy, config_path)
    if index is not None:
        proved = prove_entry(log.read, log.policy, index)
        if as_json:
            say_json({"origin": proved.trust.checkpoint.origin, "index": index,
                      "size": proved.trust.checkpoint.size,
                      "policy_given": log.trusted,
                  "dated_ahead": ahead(proved.trust), "entry": b64encode(
                          proved.entry).decode(), "proof": format_receipt(proved.receipt)})
            return
        err.print(f"[good]proven[/good] entry {index} is in {safe(proved.trust)}", soft_wrap=True)
        tell_policy(log, err)
        tell_ahead(proved.trust, err)
        err.print(f"[quiet]{safe(proved.entry.decode(errors='replace'))}[/quiet]", soft_wrap=True)
        click.echo(format_receipt(proved.receipt), nl=False)
        return
    assert since is not None, "one of the two was said"
    grown = prove_growth(log.read, log.policy, since)
    lines = [b64encode(one).decode() for one in grown.proof]
    if as_json:
        say_json({"origin": grown.new.origin, "old_size": since, "old_root": b64encode(
            grown.old.root).decode(), "size": grown.new.size, "root": b64encode(
                grown.new.root).decode(), "proof": lines, "policy_given": log.trusted,
            "accepted_size": grown.trust.checkpoint.size})
        return
    begins = f"begins with its first {since:,}" if since else "begins as every log does, empty"
    out.print(f"[good]proven[/good] {safe(grown.new.origin)} of "
              f"{count(grown.new.size, 'entry', 'entries')} {begins}", soft_wrap=True)
    tell_policy(log)
    if grown.new.size > grown.trust.checkpoint.size:
        out.print(f"  [ask]{grown.new.size:,} are signed, and only "
                  f"{grown.trust.checkpoint.size:,} are witnessed as the policy asks[/ask]: what "
                  "is proven goes on from those, and rests on the log's signature alone",
                  soft_wrap=True)
    out.print(f"  root at {since:,}: {b64encode(grown.old.root).decode()}", soft_wrap=True)
    out.print(f"  root at {grown.new.size:,}: {b64encode(grown.new.root).decode()}",
              soft_wrap=True)
    for line in lines:
        out.print(f"  {line}", soft_wrap=True)
    out.print("[quiet]hold the first root against a checkpoint that somebody kept[/quiet]")
