"""Running packaged networks by onnxruntime: a session, its threads, and batches of like length."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Tokens of one batch, padding included. Measured on 2 cores over abstracts (mean 191 tokens) and
# their sentences (33): 512 was fastest for both; 2,048 cost a quarter and 250 MB more memory.
_BATCH_TOKENS = 512
_MOST_THREADS = 4


def batches(lengths: Sequence[int]) -> Iterator[NDArray[np.intp]]:
    """Rows in groups of like length, longest first, so that padding costs little."""
    order = np.argsort(lengths, kind="stable")[::-1]
    start = 0
    while start < len(order):
        stop = start + max(1, _BATCH_TOKENS // lengths[order[start]])
        yield order[start:stop]
        start = stop


def open_session(model: bytes, threads: int) -> Any:
    """An onnxruntime session over a network's bytes."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors only: its warnings name nothing a user can change
    # Spinning threads would burn a core between questions and slow neighbours on shared machines.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Weights of four bits are multiplied as floats; at its own choice it would round what they
    # are multiplied with. 1 is float, 4 (its choice) int8.
    options.add_session_config_entry("session.qdq_matmulnbits_accuracy_level", "1")
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def available_threads() -> int:
    """CPUs that this process may use, at most four: more bring little for short texts."""
    affinity = getattr(os, "sched_getaffinity", None)  # not on macOS and Windows
    available = len(affinity(0)) if affinity else os.cpu_count() or 1
    return min(_MOST_THREADS, available)
