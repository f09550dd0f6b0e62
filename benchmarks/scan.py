"""Measures the text signal: what a post costs with few entries and with many; prints Markdown.

    python benchmarks/scan.py [POSTS]       # how many posts of each kind; 20,000 unless given

Lists and posts are made here, the same for everybody: seeded words of no language, of Latin,
Cyrillic, Devanagari and Han letters in the shares of a platform's lists. The entries are 2,000
terms and 300 patterns, or the first tenth or hundredth of each. Figures are CPU seconds of this
process, the best of three. That the scan loses nothing is held against looking for every entry in
every post, and counted.
"""

from __future__ import annotations

import random
import resource
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from evenhand.edge.signals.finder import Finder
from evenhand.edge.signals.folding import fold
from evenhand.edge.signals.signal import NO_HISTORY
from evenhand.edge.signals.text import TermList, TextSignal
from evenhand.model.post import Account, Post, PostId

SEED = 20200526
TERMS = {"latin": 1_610, "cyrillic": 150, "german": 120, "devanagari": 60, "han": 60}
PATTERNS = 300
LETTERS = {
    "latin": ("bcdfghjklmnprstvwz", "aeiou"), "german": ("bdfghklmnprstwz", "aäeioöuü"),
    "cyrillic": ("бвгджзклмнпрстфхцч", "аеиоуыя"), "devanagari": ("कखगचजटडतदनपबमयरलवसह", "ािीुूेो"),
    "han": ("的是不了人我在有他这为之大来以个中上们", "到说国和地也子时道出而要于就下得可你年生")}
SAMPLE = 1_000


class Made:
    """Words that are in the lists, and words that are in the posts; none is in both."""

    def __init__(self) -> None:
        self.chance = random.Random(SEED)
        self.taken: set[str] = set()
        self.listed = {s: self.words(s, count) for s, count in TERMS.items()}
        self.prose = {s: self.words(s, 800) for s in LETTERS}

    def words(self, script: str, count: int) -> list[str]:
        """New words of two to four syllables."""
        one, other = LETTERS[script]
        made: list[str] = []
        while len(made) < count:
            word = "".join(self.chance.choice(one) + self.chance.choice(other)
                           for _ in range(self.chance.randint(2, 4)))
            if word not in self.taken:
                self.taken.add(word)
                made.append(word)
        return made

    def terms(self) -> list[str]:
        """Every listed word, an eighth of them with a second one, in an order of chance."""
        found = [word if self.chance.random() > 1 / 8 else f"{word} {self.chance.choice(words)}"
                 for words in self.listed.values() for word in words]
        self.chance.shuffle(found)
        return found

    def patterns(self) -> list[str]:
        """Patterns as drafters write them, about words of the lists."""
        forms = (r"\b{0}\w*\s+{1}\b", r"\b(?:{0}|{1})\b.{{0,20}}\b{2}s?\b", r"(?<!\w){0}\d{{2,4}}",
                 r"https?://{0}\.(?:com|net)/\S+", r"\b{0}[- ]?{1}(?:e|en|ing)?\b",
                 r"#{0}{1}?(?!\w)")
        scripts = ("latin", "latin", "latin", "cyrillic")
        return [self.chance.choice(forms).format(*self.chance.sample(
            self.listed[self.chance.choice(scripts)], 3)) for _ in range(PATTERNS)]

    def text(self, scripts: tuple[str, ...], hit: str | None = None) -> str:
        """About a hundred characters; with the hit in the midst, where there is one."""
        words = self.prose[self.chance.choice(scripts)]
        chosen = [self.chance.choice(words) for _ in range(max(3, int(self.chance.gauss(15, 5))))]
        if hit is not None:
            chosen.insert(self.chance.randrange(len(chosen)), hit)
        return " ".join(chosen).capitalize() + self.chance.choice((".", "?", ", ok", " 2020", ""))


def posts_of(texts: Iterable[str]) -> list[Post]:
    author, made = Account(platform="agora", id="ada"), datetime(2020, 5, 26, tzinfo=UTC)
    return [Post(id=PostId(platform="agora", native=str(i)), text=text, author=author, made_at=made)
            for i, text in enumerate(texts)]


def lists_of(terms: list[str], patterns: list[str], part: int) -> list[TermList]:
    """One part in so many of the entries, in four lists on folded text and two on raw text."""
    terms, patterns = terms[:len(terms) // part], patterns[:len(patterns) // part]
    parted = (("words_a", "words", "folded", terms[::2]), ("words_b", "words", "folded",
              terms[1::4]), ("words_c", "words", "raw", terms[3::4]),
              ("patterns_a", "pattern", "folded", patterns[::3]), ("patterns_b", "pattern",
              "folded", patterns[1::3]), ("patterns_c", "pattern", "raw", patterns[2::3]))
    return [TermList(name=name, kind=kind, on=on, entries=tuple(dict.fromkeys(entries)))
            for name, kind, on, entries in parted if entries]


def cpu(work: Callable[[], object], best_of: int = 3) -> float:
    """CPU seconds of the best of some runs."""
    taken = []
    for _ in range(best_of):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


def one_by_one(finder: Finder, text: str) -> dict[str, list[tuple[int, int]]]:
    """The hits without a scan: every entry is looked for."""
    found: dict[str, list[tuple[int, int]]] = {}
    for hit in finder.words.find(text):
        found.setdefault(hit.of, []).append((hit.start, hit.end))
    found.update({p.of: spans for p in finder.patterns if (spans := p.find(text))})
    return found


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    made = Made()
    terms, patterns = made.terms(), made.patterns()
    hits = [term for term in terms[:20] if term.isascii()]
    ascii_, others = ("latin",), ("german", "cyrillic", "devanagari", "han")
    kinds = {
        "ASCII, no hit": [made.text(ascii_) for _ in range(count)],
        "ASCII, a hit in each": [made.text(ascii_, made.chance.choice(hits)) for _ in range(count)],
        "other scripts, no hit": [made.text(others) for _ in range(count)],
        "78 in 100 ASCII, a hit in 2 of 100": [
            made.text(ascii_ if made.chance.random() < 0.78 else others,
                      made.chance.choice(hits) if made.chance.random() < 0.02 else None)
            for _ in range(count)]}
    print(f"Python {sys.version.split()[0]}; {count:,} made posts of each kind, seed {SEED}\n")
    print("| posts | entries | characters a post | CPU s | each | posts a CPU-second "
          "| MB a CPU-second | hits |")
    print("|---|---|---|---|---|---|---|---|")
    signals, compiling = {}, {}
    for part in (100, 10, 1):
        lists = lists_of(terms, patterns, part)
        size = sum(len(one.entries) for one in lists)
        start = time.process_time()
        signals[size] = TextSignal.compile(lists)
        compiling[size] = time.process_time() - start
    each: dict[tuple[str, int], float] = {}
    for kind, texts in kinds.items():
        posts, long = posts_of(texts), sum(map(len, texts)) / count
        volume = sum(len(text.encode()) for text in texts) / 1e6
        for size, signal in signals.items():
            found = sum(len(signal.report(post, NO_HISTORY).spans) for post in posts)
            seconds = cpu(lambda: [signal.report(p, NO_HISTORY) for p in posts])  # noqa: B023
            each[kind, size] = seconds / count
            print(f"| {kind} | {size:,} | {long:.0f} | {seconds:.2f} | {seconds / count * 1e6:.1f} "
                  f"µs | {count / seconds:,.0f} | {volume / seconds:.0f} | {found:,} |", flush=True)
    least, most = min(signals), max(signals)
    print("\n| | |\n|---|---|")
    for size, seconds in compiling.items():
        print(f"| compile {size:,} entries | {seconds * 1e3:,.0f} ms |")
    for kind in kinds:
        print(f"| {kind}: what {most:,} entries cost of what {least} cost | "
              f"{each[kind, most] / each[kind, least]:.2f} times |")
    folded = [fold(text).text for texts in kinds.values() for text in texts[:SAMPLE]]
    finder = signals[most].folded
    start = time.process_time()
    expected = [one_by_one(finder, text) for text in folded]
    slow = (time.process_time() - start) / len(folded)
    same = sum(dict(finder.find(t).places) == e for t, e in zip(folded, expected, strict=True))
    print(f"| {most:,} entries looked for one by one, without the scan | {slow * 1e6:,.0f} µs |")
    print(f"| posts of which the scan and one by one say the same | {same:,} of {len(folded):,} |")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"| most memory of the process | {peak:,} MB |")


if __name__ == "__main__":
    main()
