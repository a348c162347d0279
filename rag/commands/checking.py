"""Commands for drafts: check."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rag.base.errors import SourceError
from rag.commands.shared import emit, open_library, say

if TYPE_CHECKING:
    from rag.base.types import CheckedSentence
    from rag.cite.check import CheckedReference


def check(args: argparse.Namespace) -> int:
    """Check a draft, and its references, against the library."""
    from rag.terminal import ADD_FIRST, checked_text, references_text, width

    data = _bytes_of(args.file)
    bibliography = _bytes_of(args.bib) if args.bib else b""
    is_bibliography = Path(args.file).suffix.lower() in (".bib", ".ris")
    text = "" if is_bibliography else data.decode("utf-8", "replace")
    with open_library(args) as assistant:
        is_empty = assistant.paper_count() == 0
        sentences = assistant.check(text)
        references = assistant.check_references(text, data if is_bibliography else bibliography)
    if args.html:
        _write_page(args.html, args.file, sentences, references)
    if args.json:
        emit(
            {
                "sentences": [sentence.to_dict() for sentence in sentences],
                "references": [reference.to_dict() for reference in references],
            }
        )
    elif is_empty:
        say(ADD_FIRST)
    elif not sentences and not references:
        say("There is no sentence to check in this file.")
    else:
        parts = [checked_text(sentences, width()), references_text(references, width())]
        print("\n\n".join(part for part in parts if part))
    return 0


def _bytes_of(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise SourceError(f"{file} cannot be read: {error.strerror}.") from error


def _write_page(
    out: str,
    file: str,
    sentences: Sequence[CheckedSentence],
    references: Sequence[CheckedReference],
) -> None:
    from rag.cite.page import draft_page

    name = "Draft" if file == "-" else Path(file).name
    try:
        Path(out).write_text(draft_page(name, sentences, references), "utf-8")
    except OSError as error:
        raise SourceError(f"{out} cannot be written: {error.strerror}.") from error
    say(f"The checked draft is in {out}.")
