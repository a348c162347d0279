"""Adding in other ways than once and from files: watching folders, readers of LlamaIndex."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from rag.commands.shared import say

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.base.types import AddReport

EVERY_S = 2.0


def watch(
    assistant: Assistant, args: argparse.Namespace, tell: Callable[[AddReport], None]
) -> None:
    """Add what is new or changed in the sources until the user ends it; nothing is ever removed."""
    from rag.base.errors import LibraryBusyError
    from rag.ingest.watch import Watcher
    from rag.terminal import plain

    watcher = Watcher(args.sources)
    waiting: set[str] = set()
    say("Watching for new and changed files. Ctrl-C ends it.")
    try:
        while True:
            time.sleep(EVERY_S)
            changes = watcher.look()
            for path in changes.gone:
                say(f"{plain(str(path))} is gone. Its papers stay; remove them one by one.")
            waiting |= {str(path) for path in changes.changed}
            if not waiting:
                continue
            try:
                tell(assistant.add(*sorted(waiting), as_of=args.as_of))
                waiting.clear()
            except LibraryBusyError as error:
                say(f"{error} Trying again.")
    except KeyboardInterrupt:
        say("No longer watching.")


def from_reader(assistant: Assistant, args: argparse.Namespace) -> AddReport:
    """Add the documents that a reader of LlamaIndex gives for the arguments."""
    from rag.integrations.readers import documents_as_jsonl

    data = documents_as_jsonl(args.reader, args.sources)
    return assistant.add_bytes(data, args.reader)
