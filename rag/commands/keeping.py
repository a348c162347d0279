"""Commands that keep a library safe: backup, restore, move."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing

from rag.commands.shared import emit, open_library, say


def backup(args: argparse.Namespace) -> int:
    """Write the library to one file."""
    from rag.terminal import ProgressBars, backup_line

    with open_library(args) as assistant, closing(ProgressBars()) as bars:
        report = assistant.backup(args.file, progress=bars if sys.stderr.isatty() else None)
    if args.json:
        emit(report.to_dict())
    else:
        print(f"Written: {backup_line(report)}")
    if report.missing:
        say(f"{len(report.missing)} files that were added are no longer in the library.")
    return 0


def restore(args: argparse.Namespace) -> int:
    """Make a library of a backup again."""
    from rag.assistant import Assistant
    from rag.base.settings import load_settings
    from rag.terminal import ProgressBars, backup_line, plain

    folder = args.into or load_settings(library=args.library).library
    with closing(ProgressBars()) as bars:
        progress = bars if sys.stderr.isatty() else None
        report = Assistant.restore(args.file, folder, replace=args.replace, progress=progress)
    if args.json:
        emit(report.to_dict())
    else:
        print(f"Restored to {plain(str(folder))}: {backup_line(report)}")
    if report.replaced:
        say(f"The library that was there lies in {plain(report.replaced)}.")
    return 0


def move(args: argparse.Namespace) -> int:
    """Bring the library of a folder into PostgreSQL."""
    from rag.assistant import Assistant
    from rag.base.settings import load_settings
    from rag.terminal import ProgressBars, move_line

    with closing(ProgressBars()) as bars:
        progress = bars if sys.stderr.isatty() else None
        report = Assistant.move(load_settings(library=args.library), progress=progress)
    if args.json:
        emit(report.to_dict())
    else:
        print(move_line(report))
    say("The folder is as it was. Name a new, empty one for indexes in ASKPAPERS_LIBRARY.")
    if report.missing:
        say(f"{len(report.missing)} files that were added are no longer in the library.")
    return 0
