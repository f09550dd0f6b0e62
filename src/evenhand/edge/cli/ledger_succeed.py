"""`evenhand ledger succeed`: seal this log, and go on in another."""

from __future__ import annotations

from pathlib import Path

import click

from evenhand.edge.cli.ledger_page import lay_out_page
from evenhand.edge.cli.publish import lay_out_all
from evenhand.edge.cli.screen import config_option, count, json_option, out, safe, say, say_json
from evenhand.edge.clock import LiveClock
from evenhand.edge.config import file_shown, load_config
from evenhand.edge.ledger.keys import load_key, make_key
from evenhand.edge.ledger.succession import succeed
from evenhand.edge.platform import open_platform
from evenhand.edge.store.database import open_engine, time_so_far
from evenhand.errors import EvenhandError


@click.command("succeed")
@click.option("--because", "words", required=True, metavar="WORDS",
              help="Why; it is published in the new log.")
@click.option("--seen", type=click.Path(path_type=Path), metavar="CHECKPOINT",
              help="The newest checkpoint of the old log that a witness or a reader kept.")
@config_option
@json_option
def ledger_succeed(words: str, seen: Path | None, config_path: Path, as_json: bool) -> None:
    """Seal the log of this store and go on in the one that the configuration names now.

    For a store that was brought back from an older copy: its log has signed more than it holds, so
    it can never be signed again. First write another name at `ledger.log` and another file at
    `ledger.key`; a key is made where there is none. The old log's files are put aside, to be served
    as they are.
    """
    if not words.strip():
        raise click.UsageError("say why with --because: readers of the log will ask")
    config = load_config(config_path)
    if not config.key_file.exists():
        config.key_file.parent.mkdir(parents=True, exist_ok=True)
        make_key(config.key_file, config.origin)
    key = load_key(config.key_file, config.origin)
    engine = open_engine(config.store)
    at = (time_so_far(engine) or config.begins_at) if config.clock == "replayed" else None
    done = succeed(engine, key, config.ledger, words=words.strip(), clock=config.clock,
                   at=at or LiveClock().at(None), seen=_read(seen))
    engine.dispose()
    platform = open_platform(config)
    lay_out_all(platform)
    size = platform.sequencer.seal()
    lay_out_page(platform)
    lost = max(0, done.seen.size - done.left) if done.seen else 0
    if as_json:
        say_json({"before": done.before.origin, "origin": config.origin, "size": size,
                  "entries_left": done.left, "entries_lost": lost,
                  "sealed_at": done.seen.size if done.seen else None,
                  "aside": str(done.aside) if done.aside else None})
        return
    say(f"[good]sealed[/good] {safe(done.before.origin)}; the store goes on in "
        f"[what]{safe(config.origin)}[/what]")
    say(f"  {count(done.left, 'entry', 'entries')} of it are in the new log, in their places; "
        f"the next says what this log follows")
    if lost:
        say(f"  [ask]{count(lost, 'entry', 'entries')} that the old log has signed are not in "
            "the store: whoever has a receipt of one still has the proof[/ask]")
    if done.words != words.strip():
        say(f"  it was begun before, and the words that stand in the new log are those of then: "
            f"{safe(done.words)}")
    if done.aside is not None:
        say(f"  the old log's files are in {safe(file_shown(done.aside))}: go on serving them")
    out.print("  [hint]tell the witnesses and the readers of the new name and key; "
              "`evenhand ledger witness` then asks them[/hint]", soft_wrap=True)


def _read(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise EvenhandError("the checkpoint cannot be read", where=str(path)) from None
