"""Readers of LlamaIndex as sources: what they load becomes records, what fails is named."""

from __future__ import annotations

import json
import sys
import types
from pathlib import Path

import pytest
from llama_index.core.schema import Document

from rag.base.errors import SourceError
from rag.integrations.readers import documents_as_jsonl


class _Shelf:
    def load_data(self, *names: str) -> list[Document]:
        if "broken" in names:
            raise RuntimeError("the shelf fell over")
        told = {"file_path": "tides.pdf", "title": "Tides", "author": "Ana Sousa; Jan Kowal"}
        pages = [Document(text=f"Page {n}.", metadata={**told, "page_label": n}) for n in (1, 2)]
        others = [Document(text="Winds.", metadata={"title": name, "year": 2021}) for name in names]
        return [*pages, *others]


@pytest.fixture(autouse=True)
def _installed(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("shelf_reader")
    module.Shelf = _Shelf  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "shelf_reader", module)


def test_documents_become_records_and_pages_of_one_file_one_record() -> None:
    lines = documents_as_jsonl("shelf_reader:Shelf", ["Winds of 2021"]).decode().splitlines()
    tides, winds = map(json.loads, lines)
    assert tides["authors"] == ["Ana Sousa", "Jan Kowal"]
    assert tides["abstract"] == "Page 1.\n\nPage 2."
    assert winds == {"title": "Winds of 2021", "date": "2021", "abstract": "Winds."}


@pytest.mark.parametrize(
    ("reader", "names", "said"),
    [
        ("no_such_package:Reader", [], "was not found"),
        ("shelf_reader:Missing", [], "was not found"),
        ("shelf_reader:Shelf", ["broken"], "the shelf fell over"),
    ],
)
def test_a_reader_that_fails_is_named(reader: str, names: list[str], said: str) -> None:
    with pytest.raises(SourceError, match=said) as caught:
        documents_as_jsonl(reader, names)
    assert reader in str(caught.value)


@pytest.mark.parametrize("whole", [True, False], ids=["a folder", "a file"])
def test_a_reader_that_is_made_for_files_gets_them(tmp_path: Path, whole: bool) -> None:
    (tmp_path / "tides.txt").write_text("Tides rise twice a day.", "utf-8")
    source = tmp_path if whole else tmp_path / "tides.txt"
    made = documents_as_jsonl("llama_index.core:SimpleDirectoryReader", [str(source)])
    record = json.loads(made)
    assert record["abstract"] == "Tides rise twice a day."
