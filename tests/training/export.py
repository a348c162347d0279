"""Write a trained reader as ONNX: large matrices as int8 with one scale a row or column."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper

_INPUTS = ["input_ids", "attention_mask", "token_type_ids"]
_LARGE = 50_000  # numbers; smaller ones stay as they are


class _Logits(torch.nn.Module):
    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> Any:
        return self.model(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).logits


def export(model: Any, path: Path) -> None:
    """Write `model` to `path`; arithmetic stays float, so that batches do not change results."""
    model.config._attn_implementation = "eager"
    some = torch.ones(2, 9, dtype=torch.long)
    shape = {0: "batch", 1: "tokens"}
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.onnx"
        torch.onnx.export(
            _Logits(model),
            (some, some, torch.zeros_like(some)),
            str(whole),
            input_names=_INPUTS,
            output_names=["logits"],
            dynamic_axes={**dict.fromkeys(_INPUTS, shape), "logits": {0: "batch"}},
            opset_version=17,
            dynamo=False,
        )
        network = onnx.load(str(whole))
    _shrink(network.graph)
    onnx.checker.check_model(network)
    onnx.save(network, str(path))


def _shrink(graph: Any) -> None:
    looked_up = {name for node in graph.node if node.op_type == "Gather" for name in node.input}
    for stored in list(graph.initializer):
        values = numpy_helper.to_array(stored)
        if values.dtype != np.float32 or values.ndim != 2 or values.size < _LARGE:
            continue
        axis = 0 if stored.name in looked_up else 1
        scale = np.maximum(np.abs(values).max(axis=1 - axis, keepdims=True) / 127, 1e-12)
        small = np.clip(np.round(values / scale), -127, 127).astype(np.int8)
        graph.initializer.remove(stored)
        parts = {
            f"{stored.name}_int8": small,
            f"{stored.name}_scale": scale.reshape(-1).astype(np.float32),
            f"{stored.name}_zero": np.zeros(scale.size, np.int8),
        }
        for name, array in parts.items():
            graph.initializer.append(numpy_helper.from_array(array, name))
        node = helper.make_node("DequantizeLinear", list(parts), [stored.name], axis=axis)
        graph.node.insert(0, node)
