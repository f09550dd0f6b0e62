"""The graph that is written computes what a BERT encoder does, and a model is made only of what
was expected."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from evenhand.edge.sentence_model import MODEL, load_model, make_model
from evenhand.errors import EvenhandError
from evenhand.factcheck.details import DETAILS
from evenhand.factcheck.likeness import ALL, Claim, Pool
from evenhand.factcheck.minilm import graph_of

pytest.importorskip("onnxruntime", reason="the extra [embed] is not installed")

WIDTH, HEADS, LAYERS, INNER, LONGEST = 32, 4, 2, 64, 40
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "two", "ballots", "voter", "every", "cat", "mayor"]
CONFIG = {"model_type": "bert", "hidden_act": "gelu", "num_hidden_layers": LAYERS,
          "num_attention_heads": HEADS, "hidden_size": WIDTH, "layer_norm_eps": 1e-12}


def made_up_weights() -> dict[str, np.ndarray]:
    chance = np.random.default_rng(7)

    def matrix(*shape: int) -> np.ndarray:
        return chance.normal(0, 0.3, shape).astype(np.float32)
    weights = {"embeddings.word_embeddings.weight": matrix(len(WORDS), WIDTH),
               "embeddings.position_embeddings.weight": matrix(LONGEST, WIDTH),
               "embeddings.token_type_embeddings.weight": matrix(2, WIDTH)}
    names = ["embeddings.LayerNorm"]
    for n in range(LAYERS):
        layer = f"encoder.layer.{n}"
        for part, rows, columns in (
                ("attention.self.query", WIDTH, WIDTH), ("attention.self.key", WIDTH, WIDTH),
                ("attention.self.value", WIDTH, WIDTH), ("attention.output.dense", WIDTH, WIDTH),
                ("intermediate.dense", INNER, WIDTH), ("output.dense", WIDTH, INNER)):
            weights[f"{layer}.{part}.weight"] = matrix(rows, columns)
            weights[f"{layer}.{part}.bias"] = matrix(rows)
        names += [f"{layer}.attention.output.LayerNorm", f"{layer}.output.LayerNorm"]
    for name in names:
        weights[f"{name}.weight"], weights[f"{name}.bias"] = 1 + matrix(WIDTH), matrix(WIDTH)
    return weights


def by_hand(weights: dict[str, np.ndarray], ids: list[int]) -> np.ndarray:
    """The same encoder, written out for one text."""
    w = {name: value.astype(np.float64) for name, value in weights.items()}

    def norm(x: np.ndarray, name: str) -> np.ndarray:
        mean, spread = x.mean(1, keepdims=True), x.var(1, keepdims=True)
        return (x - mean) / np.sqrt(spread + 1e-12) * w[f"{name}.weight"] + w[f"{name}.bias"]

    def linear(x: np.ndarray, name: str) -> np.ndarray:
        return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]
    x = norm(w["embeddings.word_embeddings.weight"][ids]
             + w["embeddings.position_embeddings.weight"][:len(ids)]
             + w["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for n in range(LAYERS):
        layer = f"encoder.layer.{n}"
        q, k, v = (linear(x, f"{layer}.attention.self.{part}") for part in
                   ("query", "key", "value"))
        heads = []
        for start in range(0, WIDTH, WIDTH // HEADS):
            at = slice(start, start + WIDTH // HEADS)
            scores = q[:, at] @ k[:, at].T / math.sqrt(WIDTH // HEADS)
            shares = np.exp(scores - scores.max(1, keepdims=True))
            heads.append(shares / shares.sum(1, keepdims=True) @ v[:, at])
        x = norm(linear(np.hstack(heads), f"{layer}.attention.output.dense") + x,
                 f"{layer}.attention.output.LayerNorm")
        inner = linear(x, f"{layer}.intermediate.dense")
        inner = inner * 0.5 * (1 + np.vectorize(math.erf)(inner / math.sqrt(2)))
        x = norm(linear(inner, f"{layer}.output.dense") + x, f"{layer}.output.LayerNorm")
    mean = x.mean(0)
    return mean / np.linalg.norm(mean)


def published(folder: Path) -> Path:
    """A folder of weights as their authors would publish them."""
    from safetensors.numpy import save_file
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    folder.mkdir()
    save_file(made_up_weights(), folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(CONFIG))
    tokenizer = Tokenizer(models.WordPiece({w: n for n, w in enumerate(WORDS)},
                                           unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def test_the_graph_computes_what_the_encoder_does_whatever_stands_beside() -> None:
    import onnxruntime

    weights = made_up_weights()
    session = onnxruntime.InferenceSession(graph_of(weights, CONFIG).SerializeToString())
    texts = [[2, 4, 5, 3], [2, 8, 3], [2, 7, 6, 9, 8, 4, 4, 3]]
    ids, mask = np.zeros((3, 8), np.int64), np.zeros((3, 8), np.int64)
    for row, text in enumerate(texts):
        ids[row, :len(text)], mask[row, :len(text)] = text, 1
    (found,) = session.run(["vector"], {"ids": ids, "mask": mask})
    assert np.abs(found - np.array([by_hand(weights, text) for text in texts])).max() < 1e-5


def test_a_model_of_eight_bits_says_nearly_the_same(tmp_path: Path) -> None:
    make_model(published(tmp_path / "weights"), tmp_path / "model", expected=None)
    embedder = load_model(tmp_path / "model")
    found = embedder.vectors(["two ballots", "", "every voter every cat mayor", "cat"])
    assert found.shape == (4, WIDTH) and embedder.digest.startswith("sha256:")
    weights = made_up_weights()
    for row, ids in ((0, [2, 4, 5, 3]), (2, [2, 7, 6, 7, 8, 9, 3])):
        assert found[row] @ by_hand(weights, ids) > 0.97
    # What stands beside a text in a batch changes its padding at most.
    alone = np.vstack([embedder.vectors([t]) for t in ("two ballots", "cat")])
    assert (alone * found[[0, 3]]).sum(1).min() > 0.999
    assert embedder.vectors([]).shape == (0, WIDTH)


def test_with_a_model_a_pool_tells_meaning_too(tmp_path: Path) -> None:
    make_model(published(tmp_path / "weights"), tmp_path / "model", expected=None)
    pool = Pool.of([Claim("two ballots"), Claim("cat mayor")], load_model(tmp_path / "model"))
    if pool is None:
        pytest.skip("the extra [match] is not installed")
    [found] = pool.likenesses(["every cat mayor"])
    assert pool.names == ALL and tuple(found) == (*ALL, *DETAILS)
    assert found["meaning"].shape == (2,)


def test_other_weights_than_were_expected_are_refused(tmp_path: Path) -> None:
    with pytest.raises(EvenhandError, match="others than were expected"):
        make_model(published(tmp_path / "weights"), tmp_path / "model")
    assert not (tmp_path / "model").exists()


@pytest.mark.parametrize("lost", ["model.safetensors", "config.json", "tokenizer.json"])
def test_a_folder_without_weights_is_refused(tmp_path: Path, lost: str) -> None:
    (published(tmp_path / "weights") / lost).unlink()
    with pytest.raises(EvenhandError, match="published weights"):
        make_model(tmp_path / "weights", tmp_path / "model", expected=None)


def test_a_folder_that_holds_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvenhandError, match="no model in this folder"):
        load_model(tmp_path)
    (tmp_path / MODEL).write_bytes(b"nonsense")
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(EvenhandError, match="cannot be read"):
        load_model(tmp_path)


def test_an_encoder_of_another_kind_is_refused() -> None:
    with pytest.raises(EvenhandError, match="no BERT encoder"):
        graph_of(made_up_weights(), {**CONFIG, "hidden_act": "relu"})
    with pytest.raises(EvenhandError, match="not those that the configuration names"):
        graph_of(made_up_weights(), {**CONFIG, "num_hidden_layers": LAYERS + 1})
