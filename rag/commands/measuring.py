"""Commands that measure: eval, calibrate."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing

from rag.commands.shared import emit, open_library


def evaluate(args: argparse.Namespace) -> int:
    """Measure on labelled questions."""
    from rag.evals import command
    from rag.terminal import ProgressBars

    with closing(ProgressBars()) as bars:
        found = command.evaluate(args, progress=bars if sys.stderr.isatty() else None)
    if args.json:
        emit(found.values)
    else:
        print(found.text)
    return 0


def calibrate(args: argparse.Namespace) -> int:
    """Fit the confidence of answers to the library."""
    from rag.evals.own import calibrate
    from rag.terminal import ProgressBars

    with open_library(args) as assistant, closing(ProgressBars()) as bars:
        found = calibrate(assistant, progress=bars if sys.stderr.isatty() else None)
    if args.json:
        emit(found.to_dict())
    else:
        print(
            f"Confidence is fitted to this library: {found.questions} questions about "
            f"{found.papers} papers. Its error was {found.before:.3f} and is {found.after:.3f}."
        )
    return 0
