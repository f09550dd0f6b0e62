"""`evenhand init`: a platform's folder with a configuration, first terms and a key."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

import click

from evenhand.edge.cli.screen import json_option, out, safe, say_json
from evenhand.edge.config import NAME, file_shown, load_config
from evenhand.edge.ledger.keys import load_vkey, make_key
from evenhand.edge.platform import open_platform, refuse_another_key
from evenhand.errors import EvenhandError
from evenhand.ledger.keys import format_vkey


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--name", help="What the platform is called (default: the folder's name).")
@json_option
def init(folder: Path, name: str | None, as_json: bool) -> None:
    """Make a platform: FOLDER gets a configuration, first terms, a key and an empty store.

    What is there already is kept: a folder that has a configuration gets what it lacks.
    """
    made = []
    file = folder / NAME
    try:
        if not file.exists():
            made += _write_first_files(folder, name or folder.resolve().name)
        config = load_config(file)
        if not config.key_file.exists():
            refuse_another_key(config)
            config.key_file.parent.mkdir(parents=True, exist_ok=True)
            make_key(config.key_file, config.origin)
            made.append(config.key_file)
    except OSError as refused:
        raise EvenhandError(f"the folder cannot be written: {refused.strerror}",
                            where=str(folder), hint="choose another folder") from None
    open_platform(config)
    vkey = format_vkey(load_vkey(Path(f"{config.key_file}.vkey")))
    if as_json:
        say_json({"folder": str(folder), "made": [str(_as_given(m, folder)) for m in made],
                  "origin": config.origin, "clock": config.clock, "vkey": vkey})
        return
    for path in made:
        out.print(f"[good]made[/good] {safe(_as_given(path, folder))}", soft_wrap=True)
    out.print(f"{safe(config.name)} is ready on a {config.clock} clock; its log is "
              f"[what]{safe(config.origin)}[/what]", soft_wrap=True)
    out.print(f"[quiet]give readers this key, out of your hands: {vkey}[/quiet]", soft_wrap=True)


def _as_given(path: Path, folder: Path) -> Path:
    """A path as people would type it who typed this folder; what lies elsewhere as it is."""
    try:
        return folder / path.resolve().relative_to(folder.resolve())
    except ValueError:
        return file_shown(path)


def _write_first_files(folder: Path, name: str) -> list[Path]:
    """The configuration and first terms, from templates that the tests check as they stand."""
    if not name.isprintable() or set(name) & set('"\\'):
        raise EvenhandError("a platform's name holds no quotes, backslashes or control characters",
                            where="--name", hint="choose another; it can be changed later in "
                            f"{NAME}")
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    identity = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    if not identity:
        raise EvenhandError(f"`{name}` gives no id for the platform",
                            hint="say --name with letters from a to z or digits; it can be changed "
                            f"later in {NAME}")
    today = datetime.now(UTC).date().isoformat()
    written = []
    for template, target in ((NAME, folder / NAME), ("terms.md", folder / "terms" / f"{today}.md")):
        text = resources.files("evenhand.edge.cli").joinpath("templates", template).read_text(
            encoding="utf-8")
        for key, value in (("NAME", name), ("IDENTITY", identity), ("TODAY", today)):
            text = text.replace(f"{{{key}}}", value)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        written.append(target)
    return written
