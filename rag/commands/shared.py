"""What all commands share: opening the library, reading a text, saying and emitting."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.base.types import Filters


def open_library(args: argparse.Namespace) -> Assistant:
    """The library that the arguments or the environment name."""
    from rag.assistant import Assistant
    from rag.base.settings import load_settings

    if args.debug:
        import logging

        logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    return Assistant.open(settings=load_settings(library=args.library))


def filters_of(args: argparse.Namespace) -> Filters:
    """The filters that were given."""
    from rag.base.types import Filters

    return Filters(
        year_from=args.year_from,
        year_to=args.year_to,
        authors=tuple(args.author),
        categories=tuple(args.category),
        has_code=True if args.code else None,
    )


def argument_or_stdin(words: Sequence[str]) -> str:
    """The words as one line, without colours that were copied from a terminal with them."""
    from rag.terminal import plain

    if list(words) == ["-"]:  # a long question does not fit into an argument
        return plain(sys.stdin.buffer.read().decode("utf-8", "replace"))
    return plain(" ".join(words))


def say(line: str) -> None:
    """Tell the user something beside the result, on stderr."""
    print(line, file=sys.stderr, flush=True)


def emit(value: dict[str, Any], out: TextIO | None = None) -> None:
    """Print a value as one line of JSON."""
    # ASCII only: nothing in a title can steer a terminal, and every encoding carries it.
    print(json.dumps(value), file=out or sys.stdout, flush=True)
