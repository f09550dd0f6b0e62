"""The folder of a sentence model: made of published weights, in eight bits, and loaded."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import tempfile
from pathlib import Path

from evenhand.errors import EvenhandError
from evenhand.factcheck.embedding import Embedder
from evenhand.factcheck.minilm import MINILM, graph_of

MODEL, TOKENIZER = "model.onnx", "tokenizer.json"
"""The two files of a model's folder."""


def check_model(folder: Path) -> None:
    """Refuse a folder that holds no model, without loading one."""
    if not all((folder / name).is_file() for name in (MODEL, TOKENIZER)):
        raise _no_model(folder)


def load_model(folder: Path) -> Embedder:
    """The model of a folder; raises where there is none, or without the extra `[embed]`."""
    try:
        model, tokenizer = ((folder / name).read_bytes() for name in (MODEL, TOKENIZER))
    except OSError as wrong:
        raise _no_model(folder) from wrong
    return Embedder(model, tokenizer)


def _no_model(folder: Path) -> EvenhandError:
    return EvenhandError("there is no model in this folder", where=str(folder),
                         hint="`evenhand claims model` makes one of published weights")


def make_model(weights: Path, target: Path, *, expected: str | None = MINILM) -> None:
    """Make a model's folder `target` of a folder of published weights.

    `expected` is the SHA-256 of `model.safetensors`; None takes any weights. Raises EvenhandError.
    """
    try:
        import onnx
        from onnxruntime.quantization import QuantType, quantize_dynamic
        from safetensors import SafetensorError
        from safetensors.numpy import load
    except ImportError:
        raise EvenhandError("a model is made with the extra `[embed]`",
                            hint="install `evenhand[embed]`") from None
    try:
        data = (weights / "model.safetensors").read_bytes()
        config = json.loads((weights / "config.json").read_text(encoding="utf-8"))
        (weights / TOKENIZER).stat()
        arrays = load(data)
    except (OSError, ValueError, SafetensorError) as wrong:
        raise EvenhandError("these are not the published weights of a sentence model",
                            where=str(weights), hint="the folder holds model.safetensors, "
                            "config.json and tokenizer.json") from wrong
    found = hashlib.sha256(data).hexdigest()
    if expected is not None and found != expected:
        raise EvenhandError(f"the weights are others than were expected: sha256 {found[:16]}…",
                            where=str(weights / "model.safetensors"),
                            hint="fetch them again; what they are is not known")
    made = graph_of(arrays, config)
    try:
        target.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target) as place:
            whole, small = Path(place) / "whole.onnx", Path(place) / "small.onnx"
            onnx.save(made, whole)
            root = logging.getLogger()
            level = root.level
            root.setLevel(logging.ERROR)  # it advises a step that these graphs do not need
            try:
                # A scale a channel: one for a whole matrix costs two points of every figure.
                quantize_dynamic(whole, small, per_channel=True, weight_type=QuantType.QInt8,
                                 op_types_to_quantize=["MatMul", "Gather"])
            finally:
                root.setLevel(level)
            shutil.copyfile(weights / TOKENIZER, target / TOKENIZER)
            small.replace(target / MODEL)
    except OSError as wrong:
        raise EvenhandError(f"cannot write the model: {wrong.strerror or wrong}",
                            where=str(target), hint="give a folder that can be written") from None
