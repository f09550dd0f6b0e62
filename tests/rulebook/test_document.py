"""A document as it is read: front matter, numbered provisions, blocks with their places."""

from __future__ import annotations

import hashlib

import pytest

from evenhand.rulebook.document import Citation, FrontValue, Line, read_document
from evenhand.rulebook.drafting import DraftingError, DraftingErrors

TERMS = """---
terms: Terms of Example
in force: 2020-05-11
---

# Terms of Example

What stands here belongs to no provision.

## 1 Safety

We keep people safe.

### 1.1. Threats

You may not threaten people.
  ```when
  post.paid
    and post.seen
  ```

Nor animals.

```python
prose = True
```

## Index

An index has no number.

## Reading us.230.c1

> verbatim

### us.230.c1.plain As the text says
"""


def test_provisions_have_numbers_titles_parents_and_prose() -> None:
    document = read_document(TERMS, name="terms.md")
    assert [(p.number, p.title, p.level, p.line, p.parent) for p in document.provisions] == [
        ("1", "Safety", 2, 10, None),
        ("1.1", "Threats", 3, 14, "1"),
        ("us.230.c1", "", 2, 32, None),
        ("us.230.c1.plain", "As the text says", 3, 36, "us.230.c1"),
    ]
    assert document.title == "Terms of Example"
    assert document.provisions[0].prose == "We keep people safe."
    # Blocks of the machine leave the prose; fences of any other kind stay.
    assert document.provisions[1].prose == (
        "You may not threaten people.\n\nNor animals.\n\n```python\nprose = True\n```")
    found = document.provision("us.230.c1")
    assert found is not None
    assert found.prose == "> verbatim"
    assert document.provision("9") is None


def test_a_block_knows_the_line_and_column_of_each_of_its_lines() -> None:
    block, = read_document(TERMS, name="terms.md").provisions[1].blocks
    assert (block.kind, block.info, block.line) == ("when", "", 17)
    assert block.lines == (Line(text="post.paid", number=18, column=2),
                           Line(text="  and post.seen", number=19, column=2))


def test_the_front_matter_keeps_values_as_text_with_their_lines() -> None:
    front = read_document(TERMS, name="terms.md").front
    assert dict(front) == {"terms": FrontValue(text="Terms of Example", line=2),
                           "in force": FrontValue(text="2020-05-11", line=3)}


def test_the_digest_is_of_the_bytes_as_they_are() -> None:
    for text in (TERMS, TERMS.replace("\n", "\r\n"), TERMS + "Größe"):
        digest = "sha256:" + hashlib.sha256(text.encode()).hexdigest()
        assert read_document(text, name="terms.md").digest == digest


def test_line_ends_of_other_systems_give_the_same_document() -> None:
    unix = read_document(TERMS, name="terms.md")
    for end in ("\r\n", "\r"):
        other = read_document(TERMS.replace("\n", end), name="terms.md")
        assert other.provisions == unix.provisions
        assert other.front == unix.front


def test_a_line_separator_inside_a_line_does_not_move_the_lines_after_it() -> None:
    text = TERMS.replace("keep people safe", "keep\u2028people\x0bsafe")
    assert [p.line for p in read_document(text, name="x").provisions] == [10, 14, 32, 36]


def test_a_citation_names_document_version_digest_and_number() -> None:
    document = read_document(TERMS, name="terms.md")
    assert document.cite("1.1", version="2020-05-11") == Citation(
        document="Terms of Example", version="2020-05-11", digest=document.digest, number="1.1")


def test_every_mistake_is_told_at_once_in_the_order_of_lines() -> None:
    text = "---\nterms X\nversion:\n---\n# T\n\n# U\n\n```when\npost.paid\n"
    with pytest.raises(DraftingErrors) as refused:
        read_document(text, name="t.md")
    assert [p.line for p in refused.value.problems] == [2, 3, 7, 9]
    assert str(refused.value).count("\n\n") == 3
    assert refused.value.where == "t.md:2:1"


@pytest.mark.parametrize("text", ["\ufeff# T\n", "# T\n\0", "# T\n\ud800", "", "---", "---\n---"])
def test_a_file_that_is_no_clean_text_is_refused(text: str) -> None:
    with pytest.raises(DraftingErrors):
        read_document(text, name="t.md")


def test_carets_stand_beneath_wide_and_combining_letters() -> None:
    problem = DraftingError(name="t.md", line=1, column=4, length=2, source_line="投\te\u0301字 x",
                            what="wrong")
    line, caret = str(problem).split("\n")[1:]
    assert line == "    投\te\u0301字 x"
    assert caret == "      \t" + " " * 1 + "^^"
