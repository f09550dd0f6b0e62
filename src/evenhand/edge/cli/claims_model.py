"""`evenhand claims model`: make a sentence model of published weights."""

from __future__ import annotations

from pathlib import Path

import click

from evenhand.edge.cli.match import FILE
from evenhand.edge.cli.screen import say
from evenhand.edge.sentence_model import load_model, make_model
from evenhand.factcheck.minilm import MINILM


@click.command()
@click.argument("weights", type=FILE, metavar="FOLDER")
@click.option("-o", "--model", "target", type=FILE, required=True, metavar="FOLDER",
              help="Make the model in this folder.")
@click.option("--sha256", default=MINILM, metavar="DIGEST",
              help="The digest of the weights (default: that of all-MiniLM-L6-v2); `any` takes "
              "any.")
def claims_model(weights: Path, target: Path, sha256: str) -> int:
    """Make a sentence model of the published weights in FOLDER: eight bits, no training framework.

    The folder holds model.safetensors, config.json and tokenizer.json. Needs the extra `[embed]`.
    """
    make_model(weights, target, expected=None if sha256 == "any" else sha256.lower())
    say(f"made {target}: give it as `--model` to `evenhand match` and `claims calibrate`")
    say(f"[quiet]{load_model(target).digest}[/quiet]")
    return 0
