"""Commands that ask: ask, compare, replay, search."""

from __future__ import annotations

import argparse

from rag.commands.shared import argument_or_stdin, emit, filters_of, open_library, say


def ask(args: argparse.Namespace) -> int:
    """Answer a question."""
    from rag.terminal import answer_text, plain, width

    question = argument_or_stdin(args.question)
    with open_library(args) as assistant:
        answer = assistant.ask(question, ignoring=[plain(said) for said in args.ignoring])
    if args.json:
        emit(answer.to_dict())
    else:
        print(answer_text(answer, width()))
    return 0


def compare(args: argparse.Namespace) -> int:
    """Hold papers against each other."""
    from rag.terminal import answer_text, printable, width

    question = argument_or_stdin(args.question)
    with open_library(args) as assistant:
        answer = assistant.compare(question, papers=args.paper, aspects=args.aspect)
        table = answer.table
        written = assistant.export(table, args.format) if table and args.format else None
    if args.json:
        emit({**answer.to_dict(), "written": written})
    elif written is not None:
        print(printable(written), end="")
    else:
        print(answer_text(answer, width()))
    return 0


def replay(args: argparse.Namespace) -> int:
    """Ask a kept answer's question again, or list the kept answers."""
    from rag.terminal import kept_text, replay_text, width

    with open_library(args) as assistant:
        found = assistant.replay(args.id) if args.id else None
        answers = [] if found else assistant.answers()
    if args.json:
        emit(found.to_dict() if found else {"answers": [a.to_dict() for a in answers]})
    elif found:
        print(replay_text(found, width()))
    elif answers:
        print("\n".join(kept_text(answer, width()) for answer in answers))
    else:
        say("No answer is kept yet; `askpapers ask` keeps each.")
    return 0


def search(args: argparse.Namespace) -> int:
    """Find papers without an answer."""
    from rag.terminal import ADD_FIRST, hit_text, width

    query = argument_or_stdin(args.query)
    with open_library(args) as assistant:
        is_empty = assistant.paper_count() == 0
        hits = assistant.search(query, k=args.k, filters=filters_of(args))
    if args.json:
        emit({"hits": [hit.to_dict() for hit in hits]})
    elif hits:
        print("\n\n".join(hit_text(i, hit, width()) for i, hit in enumerate(hits, start=1)))
    else:
        say(ADD_FIRST if is_empty else "Nothing was found; try other words or fewer filters.")
    return 0
