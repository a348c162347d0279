"""A small library on disk, and the page over it without a browser."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from rag import Assistant, Settings

APP = Path(__file__).resolve().parents[2] / "app.py"
PAPERS = [
    {
        "title": "Quill: Preconditioning for the Patient",
        "authors": ["Ada Brook", "Tomas Reyes"],
        "year": 2024,
        "abstract": "We present Quill, an optimizer. Compared to AdamW, Quill reduces the number "
        "of training steps by 37%. Quill needs one more hyperparameter.",
    },
    {
        "title": "Ferns: Tokenizers that Grow",
        "authors": ["Ada Brook"],
        "year": 2023,
        "abstract": "We study tokenizers that add words while they read. Ferns shortens Finnish "
        "text by 22%.",
    },
    {
        "title": "Slate: Forgetting on Purpose",
        "authors": ["Lin Osei", "Ada Brook"],
        "year": 2025,
        "abstract": "We show that a model can forget one class of images. Slate keeps the accuracy "
        "on all others within 0.4 points.",
    },
]


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of three papers; copy it before changing it."""
    folder = tmp_path_factory.mktemp("shelf") / "library"
    with Assistant.open(folder, Settings(library=folder)) as assistant:
        lines = "\n".join(json.dumps(p) for p in PAPERS)
        assert assistant.add_bytes(lines.encode(), "papers.jsonl").added == 3
    return folder


@pytest.fixture
def page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shelf: Path
) -> Iterator[Callable[..., AppTest]]:
    """Opens the page over a copy of the small library, or over an empty one."""

    def clear() -> None:
        st.cache_resource.clear()
        st.cache_data.clear()

    def opened(*, empty: bool = False, folder: Path | None = None) -> AppTest:
        clear()
        folder = folder or tmp_path / "library"
        if not empty and not folder.exists():
            shutil.copytree(shelf, folder)
        monkeypatch.setenv("ASKPAPERS_LIBRARY", str(folder))
        return AppTest.from_file(str(APP), default_timeout=60).run()

    yield opened
    clear()
