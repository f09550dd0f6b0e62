"""Measures decisions stored and sealed a second, on SQLite and on PostgreSQL; prints Markdown.

    python benchmarks/store.py [POSTS]      # posts, each with a decision; 20,000 unless given

The server is the one of EVENHAND_STORE, whose schema must be empty; without it SQLite alone is
measured. Every post is settled beforehand, so that only the store and the sequencer are measured:
batches of 500, stored in one transaction and sealed in a second, as the main job does. CPU seconds
are those of this process; a server's own are not among them, so the wall clock stands beside.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree, ignore_patterns

from evenhand.case import Settled, Standing, settle
from evenhand.edge.config import load_config
from evenhand.edge.facts import vocabulary
from evenhand.edge.ledger.keys import make_key
from evenhand.edge.platform import Signals, fresh_key, open_platform
from evenhand.edge.signals.signal import NO_HISTORY, measure
from evenhand.edge.store.address import VARIABLE, Server, read_address
from evenhand.edge.store.published import store_terms
from evenhand.model.decision import Cause, CauseKind
from evenhand.model.post import Account, Post, PostId
from evenhand.model.signal import Dossier
from evenhand.record.frozen import freeze, version_digest
from evenhand.rulebook.document import read_document
from evenhand.terms.clauses import Terms, read_terms

AGORA = Path(__file__).parents[1] / "examples" / "agora"
NOW = datetime(2020, 6, 1, tzinfo=UTC)
BATCH = 500


def settled(terms: Terms, count: int, folder: Path) -> list[Settled]:
    """`count` posts that a clause acts against, settled."""
    signals, done = Signals(folder).for_terms(terms), []
    for n in range(count):
        post = Post(id=PostId(platform="agora", native=str(n)), made_at=NOW,
                    author=Account(platform="agora", id=f"account-{n % 300}"),
                    text="I will kill you")
        found = measure(signals, post, NO_HISTORY)
        done.append(settle(
            post, dossier=Dossier(reported=found.reported, spans=found.spans), versions=(terms,),
            cause=Cause(kind=CauseKind.ARRIVAL, id=str(post.id), at=NOW),
            standing=Standing(taken={}, decision=None), platform="Agora", now=NOW,
            clock="replayed", fresh_key=fresh_key))
    return done


def measured(name: str, store: Path | Server | None, count: int) -> None:
    """One line of the table: everything stored and sealed in a fresh platform."""
    with tempfile.TemporaryDirectory() as folder:
        copytree(AGORA, Path(folder) / "agora", ignore=ignore_patterns("data", "keys"))
        config = load_config(Path(folder) / "agora")
        config = replace(config, store=store or config.data / "evenhand.db")
        config.key_file.parent.mkdir()
        make_key(config.key_file, config.origin)
        document = read_document(next(config.terms.glob("*.md")).read_text(), name="terms.md")
        terms = read_terms([document], vocabulary=vocabulary(),
                           digest=version_digest([document], freeze(vocabulary())))
        store_terms(open_platform(config).engine, terms, "replayed")
        platform = open_platform(config)
        every = settled(terms, count, config.sealed)
        cpu, wall, new = time.process_time(), time.perf_counter(), 0
        for start in range(0, count, BATCH):
            new += platform.store.commit(every[start:start + BATCH])
            platform.sequencer.seal()
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        assert new == count, "each post got its decision"
        platform.engine.dispose()
    print(f"| {name} | {new:,} | {cpu:.2f} | {new / cpu:,.0f} | {wall:.2f} | {new / wall:,.0f} |",
          flush=True)


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    address = os.environ.pop(VARIABLE, None)
    print("| store | decisions | CPU s of ours | a CPU-second | wall s | a second |")
    print("|---|---|---|---|---|---|")
    measured("SQLite", None, count)
    if address:
        measured("PostgreSQL", read_address(address, secret=True), count)


if __name__ == "__main__":
    main()
