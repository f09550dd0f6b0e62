"""What the derived pages and lists say is what the code says: commands, configuration, changes.

With EVENHAND_GOLDEN=write docs/reference/commands.md and CHANGELOG.md are written anew instead of
compared.
"""

from __future__ import annotations

import ast
import os
import re
import tomllib
from dataclasses import fields
from importlib.metadata import distribution
from pathlib import Path

from click.testing import CliRunner
from markdown_it import MarkdownIt
from markdown_it.token import Token
from packaging.markers import Marker

from evenhand.edge.cli import VERBS, cli
from evenhand.edge.config import _KEYS, Config, load_config
from evenhand.factcheck.proposer import PROPOSE_LIKELY
from evenhand.factcheck.proposing import PROPOSE_ABOVE

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src" / "evenhand"
GOLDEN = os.environ.get("EVENHAND_GOLDEN") == "write"


def tokens_of(path: Path) -> list[Token]:
    """The page's Markdown, with tables."""
    return MarkdownIt("commonmark").enable("table").parse(path.read_text(encoding="utf-8"))


def tables(path: Path) -> list[list[list[str]]]:
    """The page's tables: rows of cells, the heads first."""
    found: list[list[list[str]]] = []
    for token in tokens_of(path):
        if token.type == "table_open":
            found.append([])
        elif token.type == "tr_open":
            found[-1].append([])
        elif token.type == "inline" and found and token.level == 4:
            found[-1][-1].append(token.content)
    return found


COMMANDS = ROOT / "docs" / "reference" / "commands.md"


def help_of(verb: str) -> str:
    """The help text of a verb (or, for "", of the program) as an 80-column screen shows it."""
    told = CliRunner().invoke(cli, [*verb.split(), "--help"], prog_name="evenhand",
                              terminal_width=80, color=False)
    assert told.exit_code == 0, told.output
    return "\n".join(line.rstrip() for line in told.output.splitlines()) + "\n"


def test_the_reference_of_commands_is_what_help_says() -> None:
    text = COMMANDS.read_text(encoding="utf-8")
    for verb in ("", *VERBS):
        heading = f"## {'evenhand ' + verb}".rstrip()
        block = f"{heading}\n\n```text\n{help_of(verb)}```\n"
        section = re.compile(rf"^{heading}\n\n```text\n.*?^```\n", re.DOTALL | re.MULTILINE)
        if GOLDEN:
            text = (section.sub(lambda _, new=block: new, text) if section.search(text)
                    else f"{text}\n{block}")
            continue
        found = section.search(text)
        assert found, f"docs/reference/commands.md has no section `{heading}`"
        assert found[0] == block, (
            "docs/reference/commands.md differs from --help: EVENHAND_GOLDEN=write writes it anew")
    if GOLDEN:
        COMMANDS.write_text(text, encoding="utf-8")
    told = re.findall(r"^## evenhand ?(\S*)$", text, re.MULTILINE)
    assert told == ["", *VERBS], "one section for each verb, in the order of --help"


CONFIGURATION = ROOT / "docs" / "reference" / "configuration.md"


def keys_of_the_page() -> dict[str, tuple[str, str, str]]:
    """Key -> (type, default, example) as the page's tables have them."""
    return {row[0].strip("`"): (row[1], row[2], row[3])
            for table in tables(CONFIGURATION) if table[0][:3] == ["key", "type", "default"]
            for row in table[1:]}


def keys_of_the_code() -> set[str]:
    """Every key that the configuration may hold, dotted below its table."""
    tables_named = set(_KEYS) - {""} | {"people", "trusted-flaggers", "facts"}
    plain = {key for key in _KEYS[""] if key not in tables_named}
    dotted = {f"{table}.{key}" for table, keys in _KEYS.items() if table
              for key in keys} - set(_KEYS)
    open_ended = {"fact-checks.publishers", "fact-checks.ratings", "fact-checks.accreditations",
                  "ledger.witnesses"}
    return (plain | dotted - open_ended | {
        'fact-checks.publishers."DOMAIN"', 'fact-checks.ratings."DOMAIN"."WORDS"',
        "people.ID.name", "people.ID.roles", "ledger.witnesses.NAME.key",
        "ledger.witnesses.NAME.address"})


def minimal(folder: Path) -> Config:
    """The configuration that says only what must be said."""
    required = "".join(f"{key} = {example.strip('`')}\n" for key, (_, default, example)
                       in keys_of_the_page().items() if default == "required")
    (folder / "evenhand.toml").write_text(required, encoding="utf-8")
    return load_config(folder)


def test_the_reference_of_the_configuration_has_every_key_and_no_other() -> None:
    assert set(keys_of_the_page()) == keys_of_the_code()


def test_the_defaults_of_the_configuration_are_those_of_the_page(tmp_path: Path) -> None:
    page, config = keys_of_the_page(), minimal(tmp_path)
    assert config.begins_at is None and config.propose_above is None
    for key, found in (("data", config.data), ("terms", config.terms),
                       ("ledger.key", config.key_file)):
        assert page[key][1] == f'`"{found.relative_to(tmp_path)}"`', key
    for key, empty in (("posts", config.posts), ("statements", config.statements),
                       ("fact-checks.files", config.fact_checks)):
        assert (page[key][1], empty) == ("`[]`", ())
    assert page["match.propose-above"][1] == f"`{PROPOSE_ABOVE}`"
    assert page["match.propose-likely"][1] == f"`{PROPOSE_LIKELY}`"


def test_every_example_of_the_configuration_loads(tmp_path: Path) -> None:
    examples, file = [], tmp_path / "evenhand.toml"
    for example in (t.content for t in tokens_of(CONFIGURATION) if t.info == "toml"):
        file.write_text(example, encoding="utf-8")
        examples.append(load_config(file))
    assert all(any(getattr(config, f.name) not in ((), {}, None) for config in examples)
               for f in fields(examples[0])), "the examples on the page use every key"
    for key, (_, _, example) in keys_of_the_page().items():
        assert tomllib.loads(f"key = {example.strip('`')}"), key


FORBIDDEN = re.compile(r"\b(A?GPL|BSL|SSPL|GNU|Business Source|Server Side Public)", re.IGNORECASE)


def licence_of(name: str) -> str:
    """What a package says of its licence: the expression, else the classifiers, else the text."""
    meta = distribution(name).metadata
    classified = [c.split("::")[-1].strip() for c in meta.get_all("Classifier") or ()
                  if c.startswith("License ::")]
    return meta.get("License-Expression") or "; ".join(classified) or (meta.get("License") or "")


def locked() -> dict[str, str]:
    """Package -> version in the lock of what runs, as far as it applies here."""
    lines = (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8")
    pins: dict[str, str] = {}
    for name, version, marker in re.findall(r"^([\w.-]+)==([\w.]+)(?: ; ([^\\\n]+))? \\$", lines,
                                            re.MULTILINE):
        if not marker or Marker(marker.strip()).evaluate():
            pins[name] = version
    return pins


def test_what_runs_is_licensed_so_that_anybody_may_use_it() -> None:
    assert len(locked()) > 15
    for name in locked():
        said = licence_of(name)
        assert said and not FORBIDDEN.search(said), f"{name} is licensed `{said}`"


def test_the_decision_on_dependencies_names_every_package_that_is_locked() -> None:
    page = ROOT / "docs" / "adr" / "0011-dependencies.md"
    named = {cell.strip("`").lower() for table in tables(page) for row in table[1:]
             for cell in row[0].replace(",", " ").split()}
    assert set(locked()) <= named


CHANGES = ROOT / "changes"
CHANGELOG = ROOT / "CHANGELOG.md"
GROUPS = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")


def unreleased() -> str:
    """The section "Unreleased", made of the fragments in the order of their names."""
    grouped: dict[str, list[str]] = {}
    for path in sorted(p for p in CHANGES.glob("*.md") if p.name != "README.md"):
        found = re.fullmatch(r"(?P<group>\w+): (?P<what>.+)\naffects: (?P<affects>.+)\n\n"
                             r"(?P<body>.+)", path.read_text(encoding="utf-8"), re.DOTALL)
        assert found and found["group"] in GROUPS, f"changes/README.md says how {path.name} begins"
        assert path.name == path.name.lower() and " " not in path.name
        grouped.setdefault(found["group"], []).append(
            f"**{found['what']}** Affects {found['affects'].rstrip('.')}.\n\n{found['body']}")
    return "## Unreleased\n\n" + "\n".join(
        f"### {group}\n\n" + "\n".join(grouped[group]) for group in GROUPS if group in grouped)


def test_the_changelog_is_made_of_its_fragments() -> None:
    text = CHANGELOG.read_text(encoding="utf-8")
    section = re.compile(r"^## Unreleased\n.*?(?=^## |\Z)", re.DOTALL | re.MULTILINE)
    assert section.search(text)
    if GOLDEN:
        CHANGELOG.write_text(section.sub(lambda _: unreleased(), text), encoding="utf-8")
        return
    assert section.search(text)[0].rstrip() == unreleased().rstrip(), (  # type: ignore[index]
        "CHANGELOG.md differs from changes/: EVENHAND_GOLDEN=write writes it anew")


def test_the_version_is_said_once() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    tree = ast.parse((SRC / "__init__.py").read_text(encoding="utf-8"))
    said = [node.value.value for node in tree.body if isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Constant)]
    assert project["version"] in said
