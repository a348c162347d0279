"""Readers of the LlamaIndex ecosystem as sources: each of their documents becomes a paper."""

from __future__ import annotations

import importlib
import inspect
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rag.base.errors import SourceError

_TITLE = ("title", "Title", "document_title", "paper_title", "name")
_AUTHORS = ("authors", "author", "Authors", "Author", "creator")
_DATE = ("date", "published", "Published", "year", "Date of publication", "creation_date")
_ADDRESS = ("url", "URL", "link", "source", "source_url", "webpage_url")
_FILE = ("file_path", "file_name", "filename")


def documents_as_jsonl(reader: str, arguments: Sequence[str]) -> bytes:
    """The documents of a reader, `module:Class`, one JSON object a line as `askpapers add` takes.

    The arguments go to `load_data` as they are, or where a reader is made for files or a folder,
    into its making. Pages of one file are put together.

    Raises:
        SourceError: there is no such reader, or it failed; the message says which and why.
    """
    made, rest = _made(reader, arguments)
    try:
        documents = list(made.load_data(*rest))
    except Exception as error:  # whatever a foreign reader raises ends here
        raise SourceError(f"The reader {reader} failed: {_said(error)}") from error
    if not documents:
        raise SourceError(f"The reader {reader} gave no documents.")
    records = [_record(pages) for pages in _by_file(documents)]
    return "\n".join(json.dumps(record) for record in records).encode()


def _made(reader: str, arguments: Sequence[str]) -> tuple[Any, Sequence[str]]:
    """The reader, and the arguments that are left for what it loads."""
    module, _, name = reader.partition(":")
    try:
        made_by = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        advice = "It is named as module:Class, and its package must be installed."
        raise SourceError(
            f"The reader {reader} was not found ({_said(error)}). {advice}"
        ) from error
    try:
        of_files = _of_files(made_by, arguments)
        return made_by(**of_files), () if of_files else arguments
    except Exception as error:  # a foreign class may do anything when it is made
        raise SourceError(f"The reader {reader} cannot be made: {_said(error)}") from error


def _of_files(made_by: Any, arguments: Sequence[str]) -> dict[str, Any]:
    """What a reader of a folder or of files wants to be made with, as LlamaIndex's own does."""
    wanted = inspect.signature(made_by).parameters
    if not arguments or not {"input_dir", "input_files"} <= set(wanted):
        return {}
    if len(arguments) == 1 and Path(arguments[0]).is_dir():
        return {"input_dir": arguments[0]}
    return {"input_files": list(arguments)}


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
