"""The networks of a packaged reader as floats again: what `export` wrote, read back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper

from tests.training.export import BLOCK, LOWEST

State = dict[str, Any]


def networks(path: Path, count: int = 2) -> list[State]:
    """The weights of each network in the file, by the names that they had before the export."""
    graph = onnx.load(str(path)).graph
    stored = {tensor.name: tensor for tensor in graph.initializer}
    values = {name: _value(name, stored) for name in stored}
    known = {_whole_name(name): value for name, value in values.items() if value is not None}
    return [_network(graph, known, f"models.{number}.") for number in range(count)]


def _whole_name(name: str) -> str:
    return name.removesuffix("_int4").removesuffix("_bytes")


def _value(name: str, stored: dict[str, Any]) -> NDArray[np.float32] | None:
    """An array as floats; None for what only helps to unpack another one."""
    if name.endswith("_int4"):
        return _matrix(stored[name], _array(stored[f"{_whole_name(name)}_scale16"]))
    if name.endswith("_bytes"):
        return _table(_array(stored[name]), _array(stored[f"{_whole_name(name)}_scale16"]))
    return None if name.endswith("_scale16") else _array(stored[name])


def _array(tensor: Any) -> NDArray[Any]:
    return np.array(numpy_helper.to_array(tensor))


def _matrix(tensor: Any, scales: NDArray[np.float16]) -> NDArray[np.float32]:
    raw = np.frombuffer(tensor.raw_data, np.uint8)
    nibbles = np.stack([raw & 15, raw >> 4], axis=-1).reshape(tuple(tensor.dims)).astype(np.int8)
    codes = np.where(nibbles > 7, nibbles - 16, nibbles)
    return (codes * np.repeat(scales.astype(np.float32), BLOCK, axis=0)).astype(np.float32)


def _table(packed: NDArray[np.uint8], scales: NDArray[np.float16]) -> NDArray[np.float32]:
    codes = np.concatenate([packed & 15, packed >> 4], axis=1).astype(np.float32) + LOWEST
    return codes * np.repeat(scales.astype(np.float32), BLOCK, axis=1)


def _network(graph: Any, known: dict[str, NDArray[Any]], prefix: str) -> State:
    """Matrices lost their names in the export: each is found by the bias that is added to it."""
    made_by = {name: node for node in graph.node for name in node.output}
    state = {key[len(prefix) :]: value for key, value in known.items() if key.startswith(prefix)}
    for node in graph.node:
        if node.op_type != "Add":
            continue
        # The bias comes first or second; its name tells which.
        bias, other = sorted(node.input, key=lambda name: not name.startswith(prefix))
        if bias.startswith(prefix) and bias.endswith(".bias") and other in made_by:
            product = made_by[other]
            if product.op_type == "MatMul" and product.input[1] in known:
                weights = known[product.input[1]].T
                state[f"{bias[len(prefix) : -len('bias')]}weight"] = weights
    return {key: torch.from_numpy(np.array(value)) for key, value in state.items()}
