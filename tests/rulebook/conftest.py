"""What every test of the rulebook speaks of: one vocabulary, one reader of effects, the keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pytest

from evenhand.rulebook.check import Checked, check
from evenhand.rulebook.document import Block, Document, Provision, read_document
from evenhand.rulebook.drafting import DraftingError
from evenhand.rulebook.vocabulary import (
    DURATION,
    INSTANT,
    INTEGER,
    NUMBER,
    TEXT,
    TRUTH,
    Collection,
    Fact,
    Type,
    Vocabulary,
    choice,
    list_of,
)

STANCES = ("asserts", "predicts", "opines", "asks", "reports", "rebuts", "mocks")
FRONT_KEYS = ("terms", "version", "published", "in force", "time zone", "language",
              "appeal within", "appeals to")


def declare(name: str, type_: Type, *, low: float | None = None, high: float | None = None,
            reported_by: str | None = "a person") -> Fact:
    return Fact(name=name, type=type_, meaning=f"the meaning of {name}", observer="a reviewer",
                audience="author", low=low, high=high, reported_by=reported_by)


VOCABULARY = Vocabulary.of(
    [
        declare("post.stance", choice(*STANCES)),
        declare("post.text", TEXT),
        declare("post.language", TEXT),
        declare("post.made", INSTANT),
        declare("post.copies", INTEGER, low=0),
        declare("post.links", list_of(TEXT)),
        declare("post.topics", list_of(TEXT)),
        declare("post.tags", list_of(choice("spam", "satire", "advert"))),
        declare("post.paid", TRUTH),
        declare("post.mood", TEXT, reported_by=None),
        declare("account.made", INSTANT),
        declare("account.age", DURATION),
        declare("account.warned_for", DURATION),
        declare("account.followers", INTEGER, low=0),
        declare("account.verified", TRUTH),
        declare("toxicity.probability", NUMBER, low=0.0, high=1.0),
        declare("claim.confirmed", TRUTH),
        declare("claim.rating", choice("false", "misleading", "mixed", "true")),
        declare("claim.topics", list_of(TEXT)),
        declare("claim.match", NUMBER, low=0.0, high=1.0),
        declare("claim.checked", INSTANT),
        declare("appeal.late", TRUTH),
    ],
    [
        Collection(phrase="matched claim", binds="claim", meaning="a fact-check of the post"),
        Collection(phrase="earlier appeal", binds="appeal", meaning="an appeal of the author"),
    ])


@dataclass(frozen=True)
class Labels:
    names: tuple[str, ...]


class LabelReader:
    """Reads `label NAME ...`; every other line of a `then` it leaves alone."""

    def read(self, block: Block, provision: Provision, document: Document,
             ) -> tuple[Labels, Iterable[DraftingError]]:
        words = [line.text.split() for line in block.lines if line.text.strip()]
        names = tuple(f"label {w[1]}" for w in words if w[0] == "label" and len(w) > 1)
        problems = [document.source.mistake("a label needs a name", line=line.number)
                    for line in block.lines if line.text.strip() == "label"]
        return Labels(names), problems


def read_and_check(text: str, name: str = "terms.md") -> Checked:
    return check(read_document(text, name=name), vocabulary=VOCABULARY, effects=LabelReader(),
                 front_keys=FRONT_KEYS)


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return VOCABULARY


@pytest.fixture(scope="session")
def check_text() -> Callable[..., Checked]:
    """Read and check a text; one that cannot be read raises `DraftingErrors`."""
    return read_and_check
