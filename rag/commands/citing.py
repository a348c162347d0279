"""Commands for citations: cite."""

from __future__ import annotations

import argparse

from rag.commands.shared import argument_or_stdin, emit, open_library, say


def cite(args: argparse.Namespace) -> int:
    """Find the papers to cite, and write them out."""
    from rag.terminal import ADD_FIRST, found_text, printable, width

    text = argument_or_stdin(args.text)
    with open_library(args) as assistant:
        is_empty = assistant.paper_count() == 0
        matches = assistant.matches(text)[: args.k]
        papers = [found.paper for found in matches]
        written = assistant.export(papers, args.format) if args.format else None
    if args.json:
        words = [found.words for found in matches]
        emit({"papers": [p.to_dict() for p in papers], "words": words, "text": written})
    elif not matches:
        say(ADD_FIRST if is_empty else "No paper matches; try other words of its title or author.")
    elif written is not None:
        print(printable(written), end="")
    else:
        print("\n".join(found_text(i, f, width()) for i, f in enumerate(matches, start=1)))
    return 0
