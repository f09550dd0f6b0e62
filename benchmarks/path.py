"""Measures the path of one post, stage by stage and end to end; prints Markdown.

    python benchmarks/path.py [POSTS]       # how many posts to make; 20,000 unless given

The posts are made here, the same for everybody: seeded, mostly harmless, some of them matters for
a clause. The terms are those of examples/agora. Figures are CPU seconds of this process, the best
of three where a stage is short; the run end to end is measured once.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copytree, ignore_patterns

from evenhand.audit.leaves import verify_leaves
from evenhand.edge.config import load_config
from evenhand.edge.facts import vocabulary
from evenhand.edge.intake.read import read_posts
from evenhand.edge.ledger.keys import make_key
from evenhand.edge.ledger.tiles_on_disk import read_directory
from evenhand.edge.platform import Platform, Signals, open_platform
from evenhand.edge.posts import Posts
from evenhand.edge.run import MainJob
from evenhand.edge.signals.many import measure_all, to_frame
from evenhand.edge.signals.signal import NO_HISTORY, measure
from evenhand.edge.store.published import store_terms
from evenhand.ledger.policy import parse_policy
from evenhand.record.frozen import freeze, version_digest
from evenhand.rulebook.answer import answer
from evenhand.rulebook.document import read_document
from evenhand.rulebook.evaluate import evaluate
from evenhand.terms.clauses import Terms, check_terms, read_terms

AGORA = Path(__file__).parents[1] / "examples" / "agora"
SEED = 20200526
SENTENCE = ("the ferry leaves at six tomorrow morning because of the storm and nobody told us "
            "whether our tickets stay good so please check before you walk down to the pier")
WORDS = SENTENCE.split()
MATTER = ("I will kill you", "call 555-014-2236 now",
          "@a1 @b2 @c3 @d4 @e5 @f6 @g7 @h8 @i9 @j10 @k11")
SHARE_THAT_MATTERS = 0.02
BATCH = 2000


def made_posts(count: int) -> Iterator[dict[str, object]]:
    """`count` posts of 300 accounts over thirty days."""
    chance = random.Random(SEED)
    begin = datetime(2020, 6, 1, tzinfo=UTC)
    for n in range(count):
        words = [chance.choice(WORDS) for _ in range(chance.randint(5, 40))]
        if chance.random() < SHARE_THAT_MATTERS:
            words.insert(chance.randrange(len(words)), chance.choice(MATTER))
        account = chance.randrange(300)
        yield {"id": str(n), "author": f"account-{account}", "text": " ".join(words),
               "author_created_at": (begin - timedelta(days=account)).isoformat(),
               "made_at": (begin + timedelta(seconds=130 * n)).isoformat(), "language": "en"}


def cpu(work: Callable[[], object], *, best_of: int = 3) -> float:
    """CPU seconds of the best of some runs."""
    taken = []
    for _ in range(best_of):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


def row(what: str, count: int, unit: str, seconds: float) -> None:
    """One line of the table."""
    each = seconds / count
    shown = f"{each * 1e6:,.1f} µs" if each < 1e-3 else f"{each * 1e3:,.1f} ms"
    print(f"| {what} | {count:,} {unit} | {seconds:.2f} | {shown} | {count / seconds:,.0f} |",
          flush=True)


def new_platform(folder: Path) -> tuple[Platform, Terms]:
    """A fresh example platform with its terms published."""
    copytree(AGORA, folder, ignore=ignore_patterns("data", "keys"))
    config = load_config(folder)
    config.key_file.parent.mkdir()
    make_key(config.key_file, config.origin)
    platform = open_platform(config)
    document = read_document(next((folder / "terms").glob("*.md")).read_text(), name="terms.md")
    terms = read_terms([document], vocabulary=vocabulary(),
                       digest=version_digest([document], freeze(vocabulary())))
    store_terms(platform.engine, terms, "replayed")
    return open_platform(config), terms


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    print(f"Python {sys.version.split()[0]}; {count:,} made posts, seed {SEED}\n")
    print("| stage | amount | CPU s | each | a CPU-second |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        platform, terms = new_platform(Path(folder) / "agora")
        file = Path(folder) / "posts.jsonl"
        file.write_text("".join(json.dumps(p) + "\n" for p in made_posts(count)))

        text = (AGORA / "terms" / "2020-05-11.md").read_text()
        row("check the terms, every case and untested part", 1, "document",
            cpu(lambda: check_terms(read_document(text, name="terms.md"), vocabulary())))

        def read() -> list[object]:
            return list(read_posts(file, platform="agora", arrival=datetime.now(UTC),
                                   on_reject=print))

        row("read posts from JSON lines", count, "posts", cpu(read))
        posts = list(read_posts(file, platform="agora", arrival=datetime.now(UTC),
                                on_reject=print))

        def read_batches() -> list[Posts]:
            return list(read_posts(file, platform="agora", arrival=datetime.now(UTC),
                                   on_reject=print).batches(BATCH))

        row("read posts from JSON lines, in batches", count, "posts", cpu(read_batches))
        signals = Signals(platform.config.sealed).for_terms(terms)
        row("signals, word lists and patterns among them", count, "posts",
            cpu(lambda: [measure(signals, post, NO_HISTORY) for post in posts]))
        batches = read_batches()
        row("signals over batches", count, "posts", cpu(
            lambda: [measure_all(signals, posts, [NO_HISTORY] * len(posts)) for posts in batches]))
        measured = [(measure_all(signals, posts, [NO_HISTORY] * len(posts)), len(posts))
                    for posts in batches]
        row("facts of batches laid out as frames", count, "posts", cpu(
            lambda: [to_frame(one, terms.vocabulary, rows) for one, rows in measured]))
        facts = [{r.name: r.value for r in measure(signals, p, NO_HISTORY).reported}
                 | {"claim": ()} for p in posts]
        conditions = [c.rule.condition for c in terms.clauses if c.rule is not None]
        row(f"answers of {len(conditions)} clauses", count, "posts", cpu(
            lambda: [answer(c, f) for f in facts for c in conditions]))
        row(f"findings of {len(conditions)} clauses, with reasons", count, "posts", cpu(
            lambda: [evaluate(c, f, provision="") for f in facts for c in conditions]))

        def run() -> None:
            with read_posts(file, platform="agora", arrival=datetime.now(UTC),
                            on_reject=print) as intake:
                job = MainJob(platform, progress=lambda summary: None, on_reject=print)
                job.run_batches(intake.batches(job.batch))

        row("**end to end: JSON lines to stored, sealed and delivered**", count, "posts",
            cpu(run, best_of=1))
        row("the same again: everything is known", count, "posts", cpu(run, best_of=1))
        size = platform.sequencer.head_size()
        policy = parse_policy((platform.config.ledger / "policy").read_bytes())
        row("verify the log from its files, every leaf", size, "entries",
            cpu(lambda: verify_leaves(read_directory(platform.config.ledger), policy)))


if __name__ == "__main__":
    main()
