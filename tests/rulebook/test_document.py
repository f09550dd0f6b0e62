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


@pytest.mark.parametrize("separator", ["\u2028", "\x0b", "\x85", "\x1c"])
def test_a_line_separator_inside_a_line_is_told_and_does_not_move_the_lines_after_it(
        separator: str) -> None:
    text = TERMS.replace("keep people safe", f"keep{separator}people safe")
    text = text.replace("```when", "```wehn", 1)
    with pytest.raises(DraftingErrors) as refused:
        read_document(text, name="x")
    rows = text.split("\n")
    first, second = refused.value.problems
    assert separator in rows[first.line - 1]
    assert f"U+{ord(separator):04X}" in first.what
    assert rows[second.line - 1].strip() == "```wehn"


@pytest.mark.parametrize("words", [
    "لا تنشر هذا\u061c (أبدًا)\u200f.", "אל תפרסם זאת\u200e (לעולם).", "نمی\u200cخواهم",
    "क्\u200dष", "👩\u200d🚀 ❤\ufe0f",
    "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "soft\u00adhyphen", "non\u00a0breaking", "ภาษา\u200bไทย", "a\ttab", "e\u0301", "投稿"])
def test_ordinary_writing_of_every_script_is_read(words: str) -> None:
    document = read_document(
        f"---\nterms: {words}\n---\n# {words}\n\n## 1 {words}\n\n{words}\n", name="t.md")
    assert document.front["terms"].text == document.title == document.provisions[0].prose == words


@pytest.mark.parametrize("character", [
    *"\x01\x07\x08\x1b\x7f\x9b", *(chr(c) for c in range(0x202a, 0x202f)),
    *(chr(c) for c in range(0x2066, 0x206a)), "\ufeff", "\ufff9", "\U000e0041"])
@pytest.mark.parametrize("text", [
    "---\nterms: a{}b\n---\n# T\n", "---\nte{}rms: a\n---\n# T\n", "# T{}\n", "# T\n\n## 1 a{}b\n",
    "# T\n\n## 1 a\n\nYou may {}not.\n", "# T\n\n## 1 a\n\n```words x{}\nb\n```\n",
    "# T\n\n## 1 a\n\n```pattern x\nb{}+\n```\n", "# T\n\n## 1 a\n\n```case t{}\n-> holds\n```\n",
    '# T\n\n## 1 a\n\n```when\npost.text == "a{}b"\n```\n'])
def test_a_character_that_acts_is_told_once_with_its_number_and_place(
        text: str, character: str) -> None:
    with pytest.raises(DraftingErrors) as refused:
        read_document(text.format(character), name="t.md")
    (problem,) = refused.value.problems
    assert f"U+{ord(character):04X}" in problem.what
    assert problem.source_line[problem.column - 1] == character and problem.length == 1
    assert character not in str(problem)


def test_a_file_of_nothing_but_controls_is_told_in_a_few_lines() -> None:
    with pytest.raises(DraftingErrors) as refused:
        read_document("# T\n" + "\x1b\n" * 100_000, name="t.md")
    assert len(refused.value.problems) == 101


@pytest.mark.parametrize("number", ["1." * 30 + "1", "us." + "a" * 60, "99999999", "1.20200511"])
def test_a_number_that_nobody_can_cite_is_refused(number: str) -> None:
    with pytest.raises(DraftingErrors, match="too long to be cited") as refused:
        read_document(f"# T\n\n## {number} Spam\n", name="t.md")
    (problem,) = refused.value.problems
    assert (problem.line, problem.column, problem.length) == (3, 4, len(number))


def test_a_value_that_nobody_sees_is_none() -> None:
    with pytest.raises(DraftingErrors, match="has no value"):
        read_document("---\nterms: \u200b\u00a0\u200d\n---\n# T\n", name="t.md")


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
