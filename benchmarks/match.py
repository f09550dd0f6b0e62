"""Measures how the matcher ranks fact-checks and how often it proposes one; prints Markdown.

    python benchmarks/match.py            # needs shared/data beside the repository, and [match]

The protocol is that of the reference (factcheck, sections 2, 4.2 and 5): CheckThat! 2022 task 2A
English, train and dev together, 1,196 posts and 14,231 claims; AP@k over the number of right
claims. Posts that have no fact-check are taken from Davidson et al. (2017), and, harder, from the
same 1,196 with their own fact-check left out. No text of either set is printed.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import random
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from evenhand.factcheck.checkthat import read_pool, read_qrels, read_queries
from evenhand.factcheck.languages import KNOWN, language_of
from evenhand.factcheck.likeness import Claim
from evenhand.factcheck.match import Matcher
from evenhand.factcheck.proposing import DEPTH, MOST, PROPOSE_ABOVE, Index, Passed, Text
from evenhand.model.factcheck import FactCheck, Publisher
from evenhand.model.post import Account, Post, PostId

SHARED = Path(os.environ.get("EVENHAND_SHARED", Path(__file__).parents[1] / ".." / "shared"))
AT = datetime(2022, 3, 1, tzinfo=UTC)
TRAIN = 997
NO_GATE = 1e-9
GATES = (0.15, 0.20, 0.22, 0.24, 0.25, 0.26, 0.27, 0.28, 0.30, 0.35, 0.40)
SMALL_POOLS = (100, 1000)

Found = Sequence[tuple[str, float]]
"""What was found for one post: the claim's name and its share, best BM25 score first."""


def load() -> tuple[tuple[FactCheck, ...], Mapping[str, str], Mapping[str, str],
                    Mapping[str, frozenset[str]]]:
    """Fact-checks, their subtitles by address, posts, and which fact-checks are right for each."""
    folder = SHARED / "data" / "factcheck"
    checks, also, _ = read_pool((folder / "claims.jsonl").read_text(encoding="utf-8"),
                                where="claims.jsonl", retrieved_at=AT,
                                publisher=Publisher(name="the pool", domain="pool.example",
                                                    kind="fact-checker"))
    texts: dict[str, str] = {}
    right: dict[str, frozenset[str]] = {}
    for split in ("train", "dev"):
        queries, wrong = read_queries(
            (folder / f"queries_{split}.tsv").read_text(encoding="utf-8"), where=split)
        qrels, worse = read_qrels(
            (folder / f"qrels_{split}.tsv").read_text(encoding="utf-8"), where=split)
        assert (wrong, worse) == ((), ()), "the data is as its README says"
        texts |= queries
        right |= {q: frozenset(claims) for q, claims in qrels.items()}
    return checks, also, texts, right


@dataclass(frozen=True, slots=True, kw_only=True)
class Research:
    """The posts that have a fact-check, and the claims as they are compared; `right` are the places
    of each post's claims, ascending."""

    checks: tuple[FactCheck, ...]
    claims: list[Claim]
    said: list[str]
    right: list[list[int]]


def research() -> Research | None:
    """The data laid out for comparing; where it is not here, that is said, and None."""
    if not (SHARED / "data" / "factcheck").exists():
        print("the research data is not here, so nothing was measured")
        return None
    checks, also, texts, gold = load()
    place = {c.url.removeprefix("urn:checkthat:"): n for n, c in enumerate(checks)}
    return Research(checks=checks, said=list(texts.values()),
                    claims=[Claim(c.claim, c.title, also[c.url]) for c in checks],
                    right=[sorted(place[c] for c in gold[q]) for q in texts])


def model_asked() -> Path | None:
    """The folder of a sentence model, where the command names one."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--model", type=Path)
    folder: Path | None = asked.parse_args().model
    return folder


def unrelated() -> list[str]:
    path = SHARED / "data" / "posts" / "davidson2017_tweets.csv"
    with io.StringIO(path.read_text(encoding="utf-8")) as file:
        texts = [row["tweet"] for row in csv.DictReader(file)]
    random.Random(2017).shuffle(texts)
    return texts


def average_precision(ranked: Sequence[str], right: frozenset[str], k: int) -> float:
    hits, total = 0, 0.0
    for rank, name in enumerate(ranked[:k], 1):
        if name in right:
            hits += 1
            total += hits / rank
    return total / len(right)


def mean_ap(found: Mapping[str, Found], right: Mapping[str, frozenset[str]], k: int) -> float:
    return statistics.fmean(average_precision([n for n, _ in found[q]], right[q], k)
                            for q in found)


def rate(found: Sequence[Found], gate: float) -> float:
    return statistics.fmean(any(share >= gate for _, share in one) for one in found)


def recall(found: Mapping[str, Found], right: Mapping[str, frozenset[str]], gate: float) -> float:
    return statistics.fmean(
        any(n in right[q] for n in [n for n, share in one if share >= gate][:MOST])
        for q, one in found.items())


def keep_signature(text: str) -> str:
    """Rewrites "(@handle)" so that the matcher no longer knows the signature as one."""
    return text.replace("(@", " @").replace(")", " ")


def anchor(texts: Mapping[str, str]) -> dict[str, Found]:
    """The set-up of the reference's anchor: all three fields, raw, bm25s as it comes."""
    import bm25s
    import Stemmer

    stem = Stemmer.Stemmer("english")
    path = SHARED / "data" / "factcheck" / "claims.jsonl"
    pool = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]

    def split(given: Sequence[str]) -> object:
        return bm25s.tokenize(list(given), stopwords=None, stemmer=stem, show_progress=False)
    index = bm25s.BM25(k1=1.2, b=0.75, method="lucene")
    index.index(split([f"{c['claim']} {c['title']} {c['subtitle']}" for c in pool]),
                show_progress=False)
    places, scores = index.retrieve(split(list(texts.values())), k=MOST, show_progress=False)
    return {q: [(pool[p]["id"], float(s)) for p, s in zip(row, marks, strict=True)]
            for q, row, marks in zip(texts, places, scores, strict=True)}


def search(checks: Sequence[FactCheck], texts: Mapping[str, str], *, title: bool = True,
           ) -> dict[str, Found]:
    index = Index.build(Text(f"{c.claim} {c.title}" if title else c.claim, "en") for c in checks)
    assert index is not None, "the benchmark needs the extra `[match]`"

    def found(candidates: Sequence[Passed]) -> Found:
        return [(checks[c.place].url.removeprefix("urn:checkthat:"), c.share)
                for c in candidates[:DEPTH]]
    return {q: found(index.passed(text, above=NO_GATE)) for q, text in texts.items()}


def post(number: int, text: str) -> Post:
    return Post(id=PostId(platform="bench", native=str(number)), text=text, made_at=AT,
                author=Account(platform="bench", id="0"))


def main() -> None:
    checks, _, texts, right = load()
    splits = (list(texts)[:TRAIN], list(texts)[TRAIN:])
    print(f"{len(texts)} posts, {len(checks)} claims\n")

    print("| ranking (gate off) | MAP@1 | MAP@5 | MAP@5 train / dev |\n|---|---|---|---|")
    signed = {q: keep_signature(t) for q, t in texts.items()}
    found = search(checks, texts)
    for name, result in (("anchor: claim + title + subtitle, raw", anchor(texts)),
                         ("claim + title, as the matcher ranks", found),
                         ("the same, signature kept", search(checks, signed)),
                         ("claim only", search(checks, texts, title=False))):
        parts = [mean_ap({q: result[q] for q in names}, right, 5) for names in splits]
        print(f"| {name} | {mean_ap(result, right, 1):.3f} | {mean_ap(result, right, 5):.3f} "
              f"| {parts[0]:.3f} / {parts[1]:.3f} |")

    others = dict(enumerate(unrelated()))
    away = list(search(checks, {str(n): t for n, t in others.items()}).values())
    chosen_on, told_on = away[::2], away[1::2]
    removed = [[(n, s) for n, s in one if n not in right[q]] for q, one in found.items()]
    print(f"\n| `propose_above` | right one among {MOST} proposed | proposes on a post whose "
          f"fact-check was left out | proposes on unrelated posts ({len(chosen_on)}, chosen on) "
          f"| unrelated posts ({len(told_on)}, held out) |\n|---|---|---|---|---|")
    for gate in GATES:
        mark = "**" if gate == PROPOSE_ABOVE else ""
        print(f"| {mark}{gate:.2f}{mark} | {recall(found, right, gate):.3f} "
              f"| {rate(removed, gate):.3f} | {rate(chosen_on, gate):.4f} "
              f"| {rate(told_on, gate):.4f} |")

    print(f"\n| unrelated posts by length in words | posts | proposes at {PROPOSE_ABOVE} |\n"
          "|---|---|---|")
    for low, high in ((0, 10), (10, 20), (20, 30), (30, 1000)):
        some = [one for text, one in zip(others.values(), away, strict=True)
                if low <= len(text.split()) < high]
        print(f"| {low} to {high - 1} | {len(some)} | {rate(some, PROPOSE_ABOVE):.4f} |")

    print(f"\n| pool of | claims with a post | right one proposed at {PROPOSE_ABOVE} "
          "| proposes on unrelated posts (4000) |\n|---|---|---|---|")
    sample = {str(n): others[n] for n in range(4000)}
    for size in SMALL_POOLS:
        asked, hits, fired = 0, 0.0, []
        for seed in range(3):
            pool = random.Random(seed).sample(checks, size)
            held = {c.url.removeprefix("urn:checkthat:") for c in pool}
            own = {q: t for q, t in texts.items() if right[q] & held}
            if own:
                hits += recall(search(pool, own), right, PROPOSE_ABOVE) * len(own)
                asked += len(own)
            fired.append(rate(list(search(pool, sample).values()), PROPOSE_ABOVE))
        print(f"| {size} (3 draws) | {asked} | {hits / asked if asked else float('nan'):.3f} "
              f"| {statistics.fmean(fired):.4f} |")

    start = time.process_time()
    matcher = Matcher.build(checks)
    built = time.process_time() - start
    posts = [post(n, text) for n, text in enumerate([*texts.values(), *sample.values()])]
    start = time.process_time()
    matches = matcher.match_all(posts)
    spent = time.process_time() - start
    proposed = sum(any(m.fact_check.url.removeprefix("urn:checkthat:") in right[q] for m in ms)
                   for q, ms in zip(texts, matches, strict=False)) / len(texts)
    print(f"\nThe whole matcher: built in {built:.2f} CPU-s, "
          f"{1000 * spent / len(posts):.2f} CPU-ms a post, "
          f"recall {proposed:.3f} (equal to the table's).")
    print("\n| the same claims marked as of | languages | CPU-ms a post |\n|---|---|---|")
    known, few = sorted(KNOWN), posts[:500]
    for name, tags in {"one": known[:1], "six": known[:6], "eighteen": known[:18], "every": known,
                       "500 made-up": [f"q{n}" for n in range(500)]}.items():
        matcher = Matcher.build(replace(check, language=tags[n % len(tags)])
                                for n, check in enumerate(checks))
        matcher.match_all(few[:50])  # the full comparison is laid out when a text needs it
        start = time.process_time()
        matcher.match_all(few)
        spent = time.process_time() - start
        held = {language_of(check.claim, stated=tags[n % len(tags)], assumed="en")
                for n, check in enumerate(checks)}
        print(f"| {name} | {len(held)} | {1000 * spent / len(few):.2f} |", flush=True)


if __name__ == "__main__":
    main()
