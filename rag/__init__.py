"""askpapers: ask questions over your own papers; every sentence carries a checked citation.

Names load on first use, so that `import rag` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.base.errors import RagError
    from rag.base.replay import Replay
    from rag.base.settings import Settings
    from rag.base.types import (
        AddReport,
        Answer,
        CheckedSentence,
        Citation,
        Comparison,
        EvidenceFound,
        Failure,
        Filters,
        Final,
        Hit,
        Paper,
        Sentence,
        Source,
        Token,
    )

__version__ = "0.1.0"

_HOMES = {
    "Assistant": "rag.assistant",
    "RagError": "rag.base.errors",
    "Replay": "rag.base.replay",
    "Settings": "rag.base.settings",
    **dict.fromkeys(
        [
            "AddReport", "Answer", "CheckedSentence", "Citation", "Comparison", "EvidenceFound",
            "Failure", "Filters", "Final", "Hit", "Paper", "Sentence", "Source", "Token",
        ],
        "rag.base.types",
    ),
}  # fmt: skip

__all__ = [
    "AddReport",
    "Answer",
    "Assistant",
    "CheckedSentence",
    "Citation",
    "Comparison",
    "EvidenceFound",
    "Failure",
    "Filters",
    "Final",
    "Hit",
    "Paper",
    "RagError",
    "Replay",
    "Sentence",
    "Settings",
    "Source",
    "Token",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'rag' has no attribute {name!r}")
