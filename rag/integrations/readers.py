"""Readers of the LlamaIndex ecosystem as sources: each of their documents becomes a paper."""

from __future__ import annotations

import importlib
import json
from collections.abc import Sequence
from typing import Any

from rag.base.errors import SourceError

_TITLE = ("title", "Title", "document_title", "paper_title", "name")
_AUTHORS = ("authors", "author", "Authors", "Author", "creator")
_DATE = ("date", "published", "Published", "year", "Date of publication", "creation_date")
_ADDRESS = ("url", "URL", "link", "source", "source_url", "webpage_url")
_FILE = ("file_path", "file_name", "filename")


def documents_as_jsonl(reader: str, arguments: Sequence[str]) -> bytes:
    """The documents of a reader, `module:Class`, one JSON object a line as `askpapers add` takes.

    The arguments go to `load_data` as they are. Pages of one file are put together.

    Raises:
        SourceError: there is no such reader, or it failed; the message says which and why.
    """
    made = _made(reader)
    try:
        documents = list(made.load_data(*arguments))
    except Exception as error:  # whatever a foreign reader raises ends here
        raise SourceError(f"The reader {reader} failed: {_said(error)}") from error
    if not documents:
        raise SourceError(f"The reader {reader} gave no documents.")
    records = [_record(pages) for pages in _by_file(documents)]
    return "\n".join(json.dumps(record) for record in records).encode()


def _made(reader: str) -> Any:
    module, _, name = reader.partition(":")
    try:
        return getattr(importlib.import_module(module), name)()
    except (ImportError, AttributeError, ValueError) as error:
        advice = "It is named as module:Class, and its package must be installed."
        raise SourceError(
            f"The reader {reader} was not found ({_said(error)}). {advice}"
        ) from error
    except Exception as error:  # a foreign class may do anything when it is made
        raise SourceError(f"The reader {reader} cannot be made: {_said(error)}") from error


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


def _by_file(documents: Sequence[Any]) -> list[list[Any]]:
    """Documents that are pages of one file together, in their order."""
    files: dict[str, list[Any]] = {}
    for number, document in enumerate(documents):
        told = dict(document.metadata or {})
        file = _first(told, _FILE) if "page_label" in told else ""
        files.setdefault(file or f"#{number}", []).append(document)
    return list(files.values())


def _record(pages: Sequence[Any]) -> dict[str, Any]:
    told = dict(pages[0].metadata or {})
    authors: Any = next((told[key] for key in _AUTHORS if told.get(key)), [])
    names = authors if isinstance(authors, list) else str(authors).replace(";", ",").split(",")
    record = {
        "title": _first(told, _TITLE) or _first(told, _FILE),
        "authors": [str(name).strip() for name in names if str(name).strip()],
        "date": _first(told, _DATE),
        "abstract": "\n\n".join(str(page.text) for page in pages),
        "url": _first(told, _ADDRESS),
    }
    return {key: value for key, value in record.items() if value}


def _first(told: dict[str, Any], keys: Sequence[str]) -> str:
    return next((str(told[key]) for key in keys if told.get(key)), "")
