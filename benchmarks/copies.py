"""Measures which posts are told to be copies of one another, and what it costs; prints Markdown.

    python benchmarks/copies.py    # needs shared/data beside the repository

The posts are those of CheckThat! 2022 task 2A English, train and dev, without links and signatures.
Beside the copy key stands a rule by a share of words in common, as systems use that group posts by
similarity. Asked of each: how many pairs it joins, and how many of those have no claim in common;
and whether it joins a post with the same post after one edit that changes what it says: a "not"
after the first auxiliary verb, another number, a question mark, one word less. The edits are made
here. No text of the set is printed.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import combinations

from match import SHARED, load

from evenhand.factcheck.copies import copy_key
from evenhand.factcheck.words import bare_text
from evenhand.model.post import Account, Post, PostId

SHARES = (0.8, 0.9, 0.95)
ROUNDS = 5


def post(text: str) -> Post:
    """A post of this text alone."""
    return Post(id=PostId(platform="bench", native="1"), text=text,
                author=Account(platform="bench", id="1"), made_at=datetime(2022, 1, 1, tzinfo=UTC))


def key(text: str) -> str | None:
    """The copy key of a text."""
    return copy_key(post(text))


def words(text: str) -> frozenset[str]:
    """The words of a text, whatever their order."""
    return frozenset(re.findall(r"\w+", bare_text(text)))


def share(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of words in common (Jaccard)."""
    return len(one & other) / max(1, len(one | other))


LAYOUT = re.compile(r"—[^—]*\(@\w+\)[^—]*$|(?:https?://|pic\.twitter\.com/)\S+")
NUMBER = re.compile(r"(?<![\w@#(])\d+(?!\w)(?!, \d{4}$)")
WORD = re.compile(r"(?<=[a-z]) [a-z]+ (?=[a-z])")
VERB = re.compile(r"\b(is|are|was|were|will|can|has|have|had)\b")
EDITS: dict[str, Callable[[str], str | None]] = {
    "a “not”": lambda t: VERB.sub(r"\1 not", t, count=1) if VERB.search(t) else None,
    "another number": lambda t: NUMBER.sub(lambda m: str(int(m[0]) + 1), t, count=1)
    if NUMBER.search(t) and "(@" not in t else None,
    "a question mark": lambda t: t.rstrip(" .!") + "?" if "?" not in t[-8:] else None,
    "one word less": lambda t: WORD.sub(" ", t, count=1) if WORD.search(t) else None,
}


def main() -> None:
    """Print what was measured."""
    if not (SHARED / "data" / "factcheck").exists():
        print("the data is not here: shared/data/factcheck")
        return
    _, _, posts, claims = load()
    texts = [" ".join(LAYOUT.sub(" ", text).split()) for text in posts.values()]
    right = [claims[name] for name in posts]
    keys, sets = [key(text) for text in texts], [words(text) for text in texts]
    print("| rule | pairs joined | with no claim in common | "
          + " | ".join(f"joined after {name}" for name in EDITS) + " |")
    print("|---|---|---|" + "---|" * len(EDITS))
    edited = {name: [(text, made) for text in texts if (made := edit(text)) is not None]
              for name, edit in EDITS.items()}
    pairs = list(combinations(range(len(texts)), 2))

    def row(rule: str, joined: Callable[[int, int], bool],
            alike: Callable[[str, str], bool]) -> None:
        found = [(a, b) for a, b in pairs if joined(a, b)]
        apart = sum(not right[a] & right[b] for a, b in found)
        after = [f"{sum(alike(*two) for two in made)} of {len(made)}" for made in edited.values()]
        print(f"| {rule} | {len(found)} | {apart} | " + " | ".join(after) + " |")

    row("copy key", lambda a, b: keys[a] is not None and keys[a] == keys[b],
        lambda one, other: key(one) is not None and key(one) == key(other))
    for least in SHARES:
        row(f"{least:.0%} of the words in common",
            lambda a, b, least=least: share(sets[a], sets[b]) >= least,
            lambda one, other, least=least: share(words(one), words(other)) >= least)
    made = [post(text) for text in texts]
    costs = {}
    for name, work in (("copy key", lambda one: copy_key(one)),
                       ("exact text, which every post pays", lambda one: bare_text(one.text))):
        spent = []
        for _ in range(ROUNDS):
            start = time.process_time()
            for one in made:
                work(one)
            spent.append(time.process_time() - start)
        costs[name] = min(spent) / len(made)
    print()
    for name, cost in costs.items():
        print(f"- {name}: {cost * 1e6:.0f} CPU-µs a post")


if __name__ == "__main__":
    main()
