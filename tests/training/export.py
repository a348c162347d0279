"""Write trained networks as one ONNX file whose large matrices take four bits a number.

Blocks of 64 numbers share a scale. Matrices of layers are stored as INT4 and made float when they
are loaded; of the table of word vectors, which is most of a network, only rows that are looked up
are made float. Arithmetic stays float, so that batches do not change results.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper, version_converter

_INPUTS = ["input_ids", "attention_mask", "token_type_ids"]
LARGE = 50_000  # numbers; smaller ones stay as they are
BLOCK = 64
LOWEST, HIGHEST = -8, 7
CLIPPED = (1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65)  # of a block's largest number
_LEAST = 1e-3  # of a probability, before its logarithm
_OPSET = 21  # the first that knows INT4


class _Mean(torch.nn.Module):
    """The geometric mean of what several networks judge."""

    def __init__(self, models: Sequence[Any]) -> None:
        super().__init__()
        self.models = torch.nn.ModuleList(models)

    def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> Any:
        given = {
            "input_ids": input_ids,
            "attention_mask": attention_mask,
            "token_type_ids": token_type_ids,
        }
        shares = [torch.softmax(model(**given).logits, dim=-1) for model in self.models]
        return sum(torch.log(torch.clamp(share, min=_LEAST)) for share in shares) / len(shares)


def export(models: Sequence[Any], path: Path) -> None:
    """Write `models`, read side by side, to `path`; "logits" are the mean of their logarithms."""
    for model in models:
        model.config._attn_implementation = "eager"
    some = torch.ones(2, 9, dtype=torch.long)
    shape = {0: "batch", 1: "tokens"}
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.onnx"
        torch.onnx.export(
            _Mean(models),
            (some, some, torch.zeros_like(some)),
            str(whole),
            input_names=_INPUTS,
            output_names=["logits"],
            dynamic_axes={**dict.fromkeys(_INPUTS, shape), "logits": {0: "batch"}},
            opset_version=17,
            dynamo=False,
        )
        network = version_converter.convert_version(onnx.load(str(whole)), _OPSET)
    _shrink(network.graph)
    onnx.checker.check_model(network)
    onnx.save(network, str(path))


def _shrink(graph: Any) -> None:
    lookups = {node.input[0]: node for node in graph.node if node.op_type == "Gather"}
    for stored in list(graph.initializer):
        values = numpy_helper.to_array(stored)
        if values.dtype != np.float32 or values.ndim != 2 or values.size < LARGE:
            continue
        graph.initializer.remove(stored)
        if stored.name in lookups:
            _as_table(graph, stored.name, values, lookups[stored.name])
        else:
            _as_matrix(graph, stored.name, values)


def _as_matrix(graph: Any, name: str, values: NDArray[np.float32]) -> None:
    """Blocks run down the columns, along the numbers that are summed."""
    codes, scales = _four_bits(np.ascontiguousarray(values.T))
    blocks = np.ascontiguousarray(scales.T)
    _keep(graph, f"{name}_scale16", blocks)
    nibbles = (codes.T.astype(np.uint8) & 15).reshape(-1, 2)
    packed = (nibbles[:, 0] | nibbles[:, 1] << 4).tobytes()
    graph.initializer.append(
        helper.make_tensor(f"{name}_int4", TensorProto.INT4, values.shape, packed, raw=True)
    )
    given = [f"{name}_int4", f"{name}_scale"]
    whole = helper.make_node("DequantizeLinear", given, [name], axis=0, block_size=BLOCK)
    graph.node.insert(0, whole)
    graph.node.insert(0, _cast(f"{name}_scale16", f"{name}_scale"))


# How a row of the table becomes float: operator, what it is given, what it makes, its attributes.
_Step = tuple[str, list[str], str, dict[str, Any]]
_UNPACKED: list[_Step] = [
    ("Gather", ["bytes", "ids"], "row", {}),
    ("BitwiseAnd", ["row", "low"], "first", {}),
    ("BitShift", ["row", "four"], "second", {"direction": "RIGHT"}),
    ("Concat", ["first", "second"], "codes", {"axis": -1}),
    ("Cast", ["codes"], "numbers", {"to": TensorProto.FLOAT}),
    ("Sub", ["numbers", "zero"], "centred", {}),
    ("Reshape", ["centred", "blocks"], "parts", {}),
    ("Gather", ["scale16", "ids"], "scales16", {}),
    ("Cast", ["scales16"], "scales", {"to": TensorProto.FLOAT}),
    ("Unsqueeze", ["scales", "last"], "each", {}),
    ("Mul", ["parts", "each"], "scaled", {}),
    ("Reshape", ["scaled", "whole"], "result", {}),
]


def _as_table(graph: Any, name: str, values: NDArray[np.float32], lookup: Any) -> None:
    """Two numbers a byte: the low halves are the first half of a row, the high ones the second."""
    width = values.shape[1]
    codes, scales = _four_bits(values)
    nibbles = (codes - LOWEST).astype(np.uint8)
    kept = {
        "bytes": nibbles[:, : width // 2] | nibbles[:, width // 2 :] << 4,
        "scale16": scales,
        "low": np.array(15, np.uint8),
        "four": np.array(4, np.uint8),
        "zero": np.array(-LOWEST, np.float32),
        "blocks": np.array([0, 0, width // BLOCK, BLOCK], np.int64),
        "whole": np.array([0, 0, width], np.int64),
        "last": np.array([-1], np.int64),
    }
    for part, array in kept.items():
        _keep(graph, f"{name}_{part}", array)
    known = {"ids": lookup.input[1], "result": lookup.output[0]}
    place = list(graph.node).index(lookup)
    graph.node.remove(lookup)
    for step, (kind, given, made, how) in enumerate(_UNPACKED):
        inputs = [known.get(x, f"{name}_{x}") for x in given]
        output = known.get(made, f"{name}_{made}")
        graph.node.insert(place + step, helper.make_node(kind, inputs, [output], **how))


def _four_bits(values: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float16]]:
    """Codes of the same shape, and a scale for each block of a row: the one that errs least."""
    blocks = values.reshape(-1, BLOCK)
    largest = np.abs(blocks).max(axis=1, keepdims=True)
    codes = np.zeros(blocks.shape, np.int8)
    scales, least = np.zeros_like(largest), np.full_like(largest, np.inf)
    for share in CLIPPED:
        scale = np.maximum(largest * share / 7.5, 1e-7).astype(np.float16).astype(np.float32)
        tried = np.clip(np.round(blocks / scale), LOWEST, HIGHEST)
        errs = ((tried * scale - blocks) ** 2).sum(axis=1, keepdims=True)
        better = errs < least
        codes = np.where(better, tried, codes).astype(np.int8)
        scales, least = np.where(better, scale, scales), np.where(better, errs, least)
    by_row = scales.reshape(len(values), -1).astype(np.float16)
    return codes.reshape(values.shape), by_row


def _keep(graph: Any, name: str, values: NDArray[Any]) -> None:
    graph.initializer.append(numpy_helper.from_array(values, name))


def _cast(given: str, made: str) -> Any:
    return helper.make_node("Cast", [given], [made], to=TensorProto.FLOAT)
