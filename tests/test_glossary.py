"""One word, one meaning: the glossary has every noun, and the code has none of its never-words."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from enum import Enum
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src" / "evenhand"
FILES = sorted(SRC.rglob("*.py"))

ALLOWED = {
    ("edge/store/sqlite.py", "event"): "SQLAlchemy calls its module of hooks `event`",
    ("edge/store/postgresql.py", "event"): "SQLAlchemy calls its module of hooks `event`",
}
"""(file or room, never-word) -> why it stands there all the same."""


def rows(heading: str) -> list[list[str]]:
    """The cells of every table below a heading of the glossary, without the tables' heads."""
    tokens = MarkdownIt("commonmark").enable("table").parse(
        (ROOT / "GLOSSARY.md").read_text(encoding="utf-8"))
    found: list[list[str]] = []
    under, head = "", False
    for i, token in enumerate(tokens):
        if token.type == "heading_open":
            under = tokens[i + 1].content
        elif token.type in ("thead_open", "thead_close"):
            head = token.type == "thead_open"
        elif token.type == "tr_open" and under == heading and not head:
            found.append([])
        elif token.type == "inline" and under == heading and token.level == 4 and not head:
            found[-1].append(token.content)
    return found


HEADINGS = ("Who speaks, and what is said", "What is known", "Rules", "Deciding",
            "Telling, and answering back", "Proving")
ENTRIES = [row for heading in HEADINGS for row in rows(heading)]
NEVER = {name: re.findall(r"`([\w/]+/)`", row[1])
         for row in rows("Words we never use")
         for name in re.findall(r"`(\w+)`", row[1])}
"""Never-word as a name -> the rooms in which it is looked for; none means everywhere."""


def meanings() -> dict[str, str]:
    """Dotted name in code -> what the glossary says of it."""
    return {name: " ".join(row) for row in ENTRIES for name in re.findall(r"`([\w.]+)`", row[1])}


def nouns() -> Iterator[tuple[str, Any]]:
    """Every public class and every list of words that a file of the model declares."""
    for path in sorted((SRC / "model").glob("*.py")):
        module = import_module(f"evenhand.model.{path.stem}" if path.stem != "__init__"
                               else "evenhand.model")
        for name, value in vars(module).items():
            declared = inspect.isclass(value) and value.__module__ == module.__name__
            listed = get_origin(value) is Literal and name in _assigned(path)
            if not name.startswith("_") and (declared or listed):
                yield f"model.{path.stem}.{name}", value


def _assigned(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {target.id for node in tree.body if isinstance(node, ast.Assign)
            for target in node.targets if isinstance(target, ast.Name)}


NOUNS = dict(nouns())


def words_of(noun: Any) -> tuple[str, ...]:
    """The words that an enumeration or a list of words allows; none for other classes."""
    if inspect.isclass(noun) and issubclass(noun, Enum):
        return tuple(str(member.value) for member in noun)
    return tuple(map(str, get_args(noun))) if get_origin(noun) is Literal else ()


@pytest.mark.parametrize("name", NOUNS)
def test_every_noun_of_the_model_has_an_entry(name: str) -> None:
    assert name in meanings(), f"GLOSSARY.md has no entry for `{name}`"


@pytest.mark.parametrize("name", [n for n, value in NOUNS.items() if words_of(value)])
def test_an_entry_says_every_word_of_its_list(name: str) -> None:
    said = meanings()[name]
    if name == "model.action.ActionKind":
        said = " ".join(row[0] for row in rows("Deciding") if len(row) == 4)
    if name == "model.matter.OrderKind":
        said = " ".join(row[0] for row in rows("Telling, and answering back"))
    for word in words_of(NOUNS[name]):
        assert re.search(rf"\b{re.escape(word)}\b", said), f"GLOSSARY.md: `{name}` lacks {word}"


def test_the_glossary_gives_each_action_the_effect_that_is_derived_from_it() -> None:
    from evenhand.model.action import EFFECTS
    told = {row[0]: row[2] for row in rows("Deciding") if row[0] in {k.value for k in EFFECTS}
            and "`" not in row[1]}
    assert told == {kind.value: effect.value for kind, effect in EFFECTS.items()}


def test_no_word_has_two_entries() -> None:
    said = [word.strip().lower() for row in ENTRIES for word in row[0].split(",")
            if row[0] != "Edit, before and after"]
    assert sorted(said) == sorted(set(said))


def identifiers(path: Path) -> Iterator[tuple[str, int]]:
    """Every name that a file gives or uses, with its line; not the words in its texts."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Name):
            yield node.id, line
        elif isinstance(node, ast.Attribute):
            yield node.attr, line
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, line
        elif isinstance(node, ast.arg):
            yield node.arg, line
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).rsplit(".", 1)[-1], line


def parts(name: str) -> str:
    """A name as words joined by underscores, in the singular: `LegalVerdicts` is legal_verdict."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().strip("_").split("_")
    return "_".join(re.sub(r"(?<=[^s])s$", "", re.sub(r"ies$", "y", w)) for w in words)


def holds(name: str, never: str) -> bool:
    """Whether a name contains a never-word as words of its own."""
    return f"_{never}_" in f"_{parts(name)}_"


@cache
def uses() -> frozenset[tuple[str, str]]:
    """(file, never-word) wherever the code uses one."""
    found = set()
    for path in FILES:
        file = str(path.relative_to(SRC))
        for name, _ in identifiers(path):
            for never, rooms in NEVER.items():
                if holds(name, never) and (not rooms or file.startswith(tuple(rooms))):
                    found.add((file, never))
    return frozenset(found)


def test_the_code_uses_no_word_that_we_never_use() -> None:
    stray = sorted(use for use in uses() if not any(
        use[0].startswith(place) and use[1] == never for place, never in ALLOWED))
    assert not stray, f"GLOSSARY.md, Words we never use: {stray}"


def test_every_allowance_is_still_needed() -> None:
    for place, never in ALLOWED:
        assert any(file.startswith(place) and word == never for file, word in uses()), place


def test_a_never_word_is_found_in_every_way_that_a_name_can_hold_it() -> None:
    assert holds("LegalVerdicts", "verdict") and holds("content_items", "content_item")
    assert holds("ENTITIES", "entity") and not holds("identity", "entity")
    assert not holds("prevented", "event") and not holds("items", "content_item")
    assert NEVER["block"] == ["ledger/", "edge/ledger/", "audit/"]


def test_a_field_of_the_model_is_never_named_by_two_of_our_words() -> None:
    """A report comes in and a notice goes out: no field or class joins the two."""
    for path in sorted((SRC / "model").glob("*.py")):
        for name, line in identifiers(path):
            words = set(parts(name).split("_"))
            assert not {"report", "notice"} <= words, f"{path.name}:{line} {name}"
