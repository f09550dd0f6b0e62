"""The architecture, read off the imports: each rule of the house is a sentence that must be true.

DESIGN's floors: nobody imports upwards, rooms of one floor do not import each other, what lies
below the edge has no input, output, clock or chance.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src" / "evenhand"

FLOORS = {
    "errors": 0, "rulebook": 1, "ledger": 1, "model": 2, "terms": 3, "law": 3,
    "decide": 4, "reasons": 4, "report": 4, "appeal": 4, "clocks": 4, "assess": 4, "record": 4,
    "factcheck": 4, "case": 5, "audit": 5, "edge": 6,
}
"""Room -> floor. A room may import the floors below its own, itself, and `errors`."""

MAY_ALSO = {
    ("model", "rulebook"): {"vocabulary", "finding", "document"},
}
"""Where only some files of a room may be imported: the value types."""

IMPURE = re.compile(r"^(os|io|sys|time|random|secrets|socket|subprocess|shutil|tempfile|pathlib|"
                    r"threading|asyncio|sqlite3|sqlalchemy|alembic|http|urllib\.request|click|"
                    r"rich|logging|glob)(\.|$)")
PURE_IMPORTS = {("record/batch.py", "io")}
"""Bytes in memory that look like a file to whoever makes Parquet of them."""

CLOCK_CALLS = {("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("time", "time")}
LONGEST_FILE = 400
NAMES_THAT_SAY_NOTHING = {"utils", "helpers", "common", "manager", "services", "misc"}

FILES = sorted(SRC.rglob("*.py"))


def room_of(path: Path) -> str:
    """The room that a file belongs to: the first name below the package."""
    first = path.relative_to(SRC).parts[0]
    return first.removesuffix(".py")


def imports_of(path: Path) -> Iterator[tuple[str, int]]:
    """Every module that a file imports, with its line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield name.name, node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: write imports in full"
            yield node.module, node.lineno


def ids(path: Path) -> str:
    """A file as the test's name shows it."""
    return str(path.relative_to(SRC))


@pytest.mark.parametrize("path", FILES, ids=ids)
def test_a_room_imports_only_the_floors_below_it(path: Path) -> None:
    room = room_of(path)
    if room == "__init__":
        return
    assert room in FLOORS, f"{room} has no floor: draw it in the house first"
    for module, line in imports_of(path):
        if not module.startswith("evenhand"):
            continue
        parts = module.split(".")
        other = parts[1] if len(parts) > 1 else "__init__"
        if other in (room, "errors", "__init__"):
            continue
        where = f"{ids(path)}:{line}"
        assert FLOORS[other] < FLOORS[room], (
            f"{where}: {room} (floor {FLOORS[room]}) imports {other} (floor {FLOORS[other]})")
        allowed = MAY_ALSO.get((room, other))
        if allowed is not None:
            assert parts[2] in allowed, f"{where}: {room} may import only {allowed} of {other}"
        if room in ("rulebook", "ledger"):
            pytest.fail(f"{where}: {room} imports nothing of ours but the errors")


@pytest.mark.parametrize("path", [p for p in FILES if room_of(p) != "edge"], ids=ids)
def test_below_the_edge_there_is_no_input_output_clock_or_chance(path: Path) -> None:
    for module, line in imports_of(path):
        assert not IMPURE.match(module) or (path.relative_to(SRC).as_posix(), module) in (
            PURE_IMPORTS), f"{ids(path)}:{line} imports {module}"
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("open", "print", "input"), f"{ids(path)}:{node.lineno}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
            assert (name, node.func.attr) not in CLOCK_CALLS, f"{ids(path)}:{node.lineno}"


def test_signals_never_import_the_store() -> None:
    for path in (SRC / "edge" / "signals").rglob("*.py"):
        for module, line in imports_of(path):
            assert not module.startswith("evenhand.edge.store"), f"{ids(path)}:{line}"


@pytest.mark.parametrize("path", FILES, ids=ids)
def test_a_file_can_be_read_in_one_sitting(path: Path) -> None:
    if "migrations" in path.parts:
        return  # written by alembic, table by table, and never changed
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= LONGEST_FILE, f"{ids(path)} has {lines} lines: split it"


@pytest.mark.parametrize("path", FILES, ids=ids)
def test_a_file_opens_with_a_sentence_and_has_a_name_that_says_something(path: Path) -> None:
    opening = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert opening and opening.split("\n")[0].rstrip().endswith((".", ":")), ids(path)
    assert path.stem not in NAMES_THAT_SAY_NOTHING, ids(path)


def test_no_file_names_a_registry_or_a_machine() -> None:
    forbidden = re.compile(r"--(extra-)?index-url|pypi\.org|registry\.npmjs|"
                           r"/(?:work|root|home)/\w+/")
    for path in ROOT.rglob("*"):
        if path.suffix not in {".py", ".toml", ".txt", ".md", ".in", ".mako"} or any(
                part.startswith(".") or part in ("build", "data") for part in
                path.relative_to(ROOT).parts) or path == Path(__file__):
            continue
        found = forbidden.search(path.read_text(encoding="utf-8", errors="replace"))
        assert found is None, f"{path.relative_to(ROOT)}: {found and found[0]}"
