"""The pages say what is so: commands are run, links followed, names and help texts looked up."""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from evenhand.edge.cli import VERBS, cli

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src" / "evenhand"

NOT_PAGES = {"tests", "data", "keys", "build", "templates"}
PAGES = sorted(path for path in ROOT.rglob("*.md")
               if not any(part.startswith(".") or part in NOT_PAGES or part.endswith(".egg-info")
                          for part in path.relative_to(ROOT).parts))
"""Every page for readers; the tests' own documents are examples of mistakes."""

PROVED = [p for p in PAGES if p == ROOT / "README.md" or p.is_relative_to(ROOT / "docs")]
"""Pages whose commands and sessions are run here; those of spec/ are run by their rooms' tests."""

ADRS = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
POINTING = [p for p in PAGES if p.parent == ROOT or p in ADRS]
"""Pages that say where things are: every path and dotted name in them must exist."""


def ids(path: Path) -> str:
    """A page as the test's name shows it."""
    return str(path.relative_to(ROOT))


def tokens_of(path: Path) -> list[Token]:
    """The page's Markdown, with tables."""
    return MarkdownIt("commonmark").enable("table").parse(path.read_text(encoding="utf-8"))


def inline(path: Path, kind: str) -> Iterator[Token]:
    """Every token of this kind that stands in running text, never in a fence."""
    for token in tokens_of(path):
        for child in token.children or ():
            if child.type == kind:
                yield child


def fences(path: Path, language: str) -> list[str]:
    """The texts of the page's fences in this language."""
    return [t.content for t in tokens_of(path)
            if t.type == "fence" and t.info.split()[:1] == [language]]


# --- links -----------------------------------------------------------------------------------

def slug(heading: str) -> str:
    """The anchor that a heading gets where Markdown is shown."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def anchors(path: Path) -> set[str]:
    """The anchors of a page."""
    tokens = tokens_of(path)
    return {slug(re.sub(r"[`*]", "", tokens[i + 1].content))
            for i, t in enumerate(tokens) if t.type == "heading_open"}


@pytest.mark.parametrize("path", PAGES, ids=ids)
def test_every_relative_link_leads_somewhere(path: Path) -> None:
    for token in inline(path, "link_open"):
        href = str(token.attrs["href"])
        if re.match(r"[a-z]+:", href):
            continue
        file, _, anchor = href.partition("#")
        target = (path.parent / file).resolve() if file else path
        assert target.exists(), f"{ids(path)} links to {href}, which is not there"
        if anchor:
            assert anchor in anchors(target), f"{ids(path)} links to {href}: no such heading"


# --- paths and names -------------------------------------------------------------------------

A_PATH = re.compile(r"(?:[\w.-]+/)+[\w.*-]*|[\w-]+\.(?:py|md|toml|jsonl|json)")
A_NAME = re.compile(r"[a-z_]+(?:\.\w+)+(?=\(|$)")
ROOMS = {p.name.removesuffix(".py") for p in SRC.iterdir() if not p.name.startswith("_")}
MADE_AT_RUN_TIME = ("build/", "data/", "keys/", "tile/")


def exists(mentioned: str, page: Path) -> bool:
    """Whether a mentioned path is there: from the root, in the package, or beside the page.

    A name without a folder may be that of any file of the package or of an example.
    """
    places = [(ROOT, mentioned), (SRC, mentioned), (page.parent, mentioned)]
    if "/" not in mentioned:
        places += [(SRC, f"**/{mentioned}"), (ROOT / "examples", f"**/{mentioned}")]
    return any(True for base, pattern in places for _ in base.glob(pattern.rstrip("/")))


def resolves(dotted: str) -> bool:
    """Whether a dotted name below the package is a module, or something that one holds."""
    parts = dotted.removeprefix("evenhand.").split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found: Any = import_module(".".join(("evenhand", *parts[:cut])))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            declared = {f.name for f in fields(found)} if is_dataclass(found) else set()
            if part not in declared and not hasattr(found, part):
                return False
            found = getattr(found, part, None)
        return True
    return False


@pytest.mark.parametrize("path", POINTING, ids=ids)
def test_every_path_and_dotted_name_mentioned_exists(path: Path) -> None:
    for token in inline(path, "code_inline"):
        words = token.content
        if A_PATH.fullmatch(words) and not words.startswith(MADE_AT_RUN_TIME):
            assert exists(words, path), f"{ids(path)} mentions {words}, which is not there"
        name = A_NAME.match(words)
        if name and (name[0].split(".")[0] in ROOMS or name[0].startswith("evenhand.")):
            assert A_PATH.fullmatch(words) or resolves(name[0]), (
                f"{ids(path)} mentions {words}, which evenhand does not have")


def test_the_house_is_told_with_names_that_the_check_above_sees() -> None:
    names = [t.content for t in inline(ROOT / "ARCHITECTURE.md", "code_inline")
             if A_NAME.match(t.content) and t.content.split(".")[0] in ROOMS]
    assert len(names) > 30
    assert not resolves("case.unsettle") and not resolves("nowhere.at_all")
    assert not exists("spec/nothing.md", ROOT / "README.md")


def test_every_room_has_its_line_in_the_house() -> None:
    said = " ".join(t.content for t in inline(ROOT / "ARCHITECTURE.md", "code_inline"))
    for room in sorted(ROOMS - {"py.typed", "__pycache__"}):
        assert re.search(rf"(^|\s)(evenhand\.)?{room}(/|\.py)(\s|$)", said), (
            f"ARCHITECTURE.md has no line about {room}")
    edge = {p.name.removesuffix(".py") for p in (SRC / "edge").iterdir()
            if not p.name.startswith("_")}
    for room in sorted(edge):
        assert re.search(rf"(^|\s)edge/{room}(/|\.py)(\s|$)", said), (
            f"ARCHITECTURE.md has no line about edge/{room}")


def test_the_index_of_the_formats_names_every_page_once() -> None:
    linked = [str(t.attrs["href"]) for t in inline(ROOT / "spec" / "README.md", "link_open")]
    pages = sorted(p.name for p in (ROOT / "spec").glob("*.md") if p.name != "README.md")
    assert sorted(link for link in linked if "/" not in link) == pages


@pytest.mark.parametrize("path", PAGES, ids=ids)
def test_every_make_target_mentioned_exists(path: Path) -> None:
    said = [t.content for t in inline(path, "code_inline")]
    said += [line.removeprefix("$ ") for language in ("console", "sh")
             for block in fences(path, language) for line in block.splitlines()]
    for words in said:
        if re.fullmatch(r"make [a-z-]+", words):
            assert words.split()[1] in targets(), f"{ids(path)}: there is no `{words}`"


def targets() -> set[str]:
    """The targets of the Makefile."""
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"),
                          re.MULTILINE))


# --- commands --------------------------------------------------------------------------------

RUN = ("evenhand", "cat", "cp", "date", "diff", "echo", "grep", "head", "ls", "mkdir", "printf",
       "sed", "sha256sum", "tail", "wc")
NOT_RUN = ("git", "make")
"""Getting the source and setting up are the tests' own surroundings; targets are looked up."""

NAMES = re.compile(r"(?P<name>[a-z]+)=\$\((?P<command>\S+)")
"""A command whose answer the reader keeps under a name: `post=$(evenhand ...)`."""


FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def with_fences(language: str) -> list[Any]:
    """The proved pages that have such a fence; a skip that says so where there is none."""
    found: list[Any] = [p for p in PROVED if fences(p, language)]
    return found or [pytest.param(ROOT / "docs", marks=pytest.mark.skip(
        reason=f"no page has a `{language}` block yet"))]


def commands(block: str) -> Iterator[tuple[str, str]]:
    """(command, output shown) of a console block; `> ` continues a command."""
    command, shown = "", ""
    for line in block.splitlines(keepends=True):
        if line.startswith("$ "):
            if command:
                yield command, shown
            command, shown = line[2:], ""
        elif line.startswith("> ") and not shown:
            command += line[2:]
        else:
            shown += line
    if command:
        yield command, shown


def status_of(command: str) -> int:
    """The exit status that a command's comment announces: `# exits with 3`; else 0."""
    found = re.search(r"# exits with (\d+)\s*$", command)
    return int(found[1]) if found else 0


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    """A copy of what a reader has who has just fetched the source."""
    for name in ("examples", "spec", "docs"):
        shutil.copytree(ROOT / name, tmp_path / name,
                        ignore=shutil.ignore_patterns("data", "keys", "__pycache__"))
    shutil.copy(ROOT / "Makefile", tmp_path)
    return tmp_path


def surroundings() -> dict[str, str]:
    """A plain screen of 80 columns, and our own `evenhand` first."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("EVENHAND_")}
    return kept | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}",
                   "COLUMNS": "80", "TERM": "dumb", "NO_COLOR": "1", "LC_ALL": "C.UTF-8",
                   "TZ": "UTC"}


def perform(command: str, folder: Path, kept: dict[str, str]
            ) -> subprocess.CompletedProcess[str]:
    """Run one command of a page; `make run` runs its recipe with the environment we are in.

    `kept` are the names that the reader gave to answers, this command's among them afterwards.
    """
    if command.split()[:2] == ["make", "run"]:
        here = Path(sys.executable).parent
        command = (f"make -s -o .venv/run.ok -o .venv/dev.ok run BIN={here} "
                   f"EVENHAND={here / 'evenhand'}")
    named = NAMES.match(command)
    if named:
        command = f"set -o pipefail\n{command}\nrc=$?\necho \"${named['name']}\"\nexit $rc"
    done = subprocess.run(["bash", "-c", command], cwd=folder, env=surroundings() | kept,
                          timeout=300, check=False, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    if named:
        kept[named["name"]] = done.stdout.strip()
    return done


def told_to_type(path: Path) -> Iterator[tuple[str, str]]:
    """(command, output shown) in the order of the page.

    Blocks marked `sh` are for readers to fill in; of these only `make run` is run, and what
    writes a file.
    """
    for token in tokens_of(path):
        if token.type == "fence" and token.info == "console":
            yield from commands(token.content)
        elif token.type == "fence" and token.info == "sh" and "make run\n" in token.content:
            yield "make run", ""
        elif token.type == "fence" and token.info == "sh" and token.content.startswith("cat >"):
            yield token.content, ""


def prove_commands(path: Path, folder: Path) -> None:
    """Run the commands of a page in a folder; fail where one ends or says otherwise than shown."""
    checker, kept = doctest.OutputChecker(), dict[str, str]()
    for command, shown in told_to_type(path):
        named = NAMES.match(command)
        program = named["command"] if named else command.split()[0]
        if program == "cd":
            folder = folder / command.split()[1]
            assert folder.is_dir(), f"{path}: `{command.strip()}` leads nowhere"
            continue
        runs_make = command.split()[:2] == ["make", "run"]
        if program in NOT_RUN and not runs_make:
            assert not shown.strip(), f"{path}: nobody can compare what `{command}` shows"
            continue
        assert program in RUN or runs_make, f"{path}: `{program}` is not run here"
        done = perform(command, folder, kept)
        assert done.returncode == status_of(command), f"{path}: {command}{done.stdout}"
        assert not named or kept[named["name"]], f"{path}: `{command.strip()}` finds nothing"
        if shown.strip():
            assert checker.check_output(shown, done.stdout, FLAGS), (
                f"{path} shows of `{command.strip()}`:\n{shown}\nand it says:\n{done.stdout}")


def prove_sessions(path: Path) -> None:
    """Run the `>>>` sessions of a page as one; fail where one answers otherwise than shown."""
    text = "\n".join(block for block in fences(path, "python") if ">>>" in block)
    session = doctest.DocTestParser().get_doctest(text, {}, path.name, str(path), 0)
    told: list[str] = []
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    runner.run(session, out=told.append)
    assert runner.tries and not runner.failures, "".join(told)


@pytest.mark.parametrize("path", with_fences("console"), ids=ids)
def test_the_commands_of_a_page_do_what_it_shows(path: Path, workplace: Path) -> None:
    prove_commands(path, workplace)


@pytest.mark.parametrize("path", with_fences("sh"), ids=ids)
def test_what_a_reader_is_to_fill_in_names_verbs_and_options_that_exist(path: Path) -> None:
    for block in fences(path, "sh"):
        for line in block.splitlines():
            words = line.split()
            if words[:1] == ["evenhand"]:
                assert words[1] in VERBS, f"{ids(path)}: {line}"
                command = cli.get_command(click.Context(cli), words[1])
                if isinstance(command, click.Group):
                    command = command.get_command(click.Context(command), words[2])
                assert command is not None
                options = {o for p in command.params for o in (*p.opts, *p.secondary_opts)}
                given = {w.partition("=")[0] for w in words[2:] if w.startswith("-") and w != "-"}
                assert given <= options, f"{ids(path)}: {line}"


@pytest.mark.parametrize("path", with_fences("python"), ids=ids)
def test_the_python_sessions_of_a_page_are_true(path: Path, workplace: Path,
                                                monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(workplace)
    if any(">>>" in block for block in fences(path, "python")):
        prove_sessions(path)


@pytest.mark.parametrize(("language", "shown"), [
    ("console", "$ evenhand --version\nevenhand, version ...\n$ make help\n$ cat no-file  "
     "# exits with 1\n"),
    ("console", "$ kept=$(echo one)\n$ mkdir two\n$ cd two\n$ echo $kept > a\n$ cat a\none\n"),
    ("python", ">>> from evenhand.model.post import PostId\n>>> str(PostId.parse('agora:17'))\n"
     "'agora:17@1'\n"),
])
def test_a_page_that_shows_what_is_so_passes(language: str, shown: str, tmp_path: Path) -> None:
    prove(language, shown, tmp_path)


@pytest.mark.parametrize(("language", "shown"), [
    ("console", "$ evenhand --version\nevenhand, version 0.0\n"),
    ("console", "$ evenhand nothing\n"),
    ("console", "$ cat no-file\n"),
    ("console", "$ evenhand --version  # exits with 3\n"),
    ("console", "$ make help\nhelp  list the targets\n"),
    ("console", "$ curl example.org\n"),
    ("console", "$ kept=$(curl example.org)\n"),
    ("console", "$ kept=$(cat no-file)\n"),
    ("console", "$ kept=$(echo)\n"),
    ("console", "$ cd nowhere\n"),
    ("python", ">>> 1 + 1\n3\n"),
])
def test_a_page_that_shows_what_is_not_so_fails(language: str, shown: str,
                                                tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        prove(language, shown, tmp_path)


def prove(language: str, shown: str, folder: Path) -> None:
    """Prove a page of one fence."""
    page = folder / "page.md"
    page.write_text(f"# A page\n\n```{language}\n{shown}```\n", encoding="utf-8")
    prove_commands(page, folder)
    if language == "python":
        prove_sessions(page)


def test_a_shown_command_is_told_from_its_output_and_its_status() -> None:
    block = "$ evenhand check a.md\\\n> b.md  # exits with 1\nline one\n$ ls\n"
    (first, shown), (second, nothing) = commands(block)
    assert first == "evenhand check a.md\\\nb.md  # exits with 1\n"
    assert (shown, status_of(first)) == ("line one\n", 1)
    assert (second, nothing, status_of(second)) == ("ls\n", "", 0)


# --- pages named in the source -------------------------------------------------------------------

def test_a_page_named_in_the_source_is_a_page() -> None:
    for path in sorted((*SRC.rglob("*.py"), *SRC.rglob("*.toml"), *SRC.rglob("*.md"))):
        for named in re.findall(r"\b((?:spec|docs)/[\w/.-]*\w)", path.read_text(encoding="utf-8")):
            stems = [named] if named.endswith((".md", "/")) else [named, f"{named}.md", f"{named}*"]
            assert any(list(ROOT.glob(stem)) for stem in stems), (
                f"{ids(path)} names {named}")
