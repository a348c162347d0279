"""The command that opens the chat: serve."""

from __future__ import annotations

import argparse
import sys
from contextlib import redirect_stdout

from rag.commands.shared import emit, open_library, say


def serve(args: argparse.Namespace) -> int:
    """Run the chat until it is stopped."""
    from rag.web.serve import serve

    out = sys.stdout

    def tell(address: str) -> None:
        if args.json:
            emit({"address": address}, out)
        say(f"The chat is open at {address} (Ctrl-C stops it).")

    # A folder that is no library is told here, not in the page.
    with open_library(args) as assistant:
        library = assistant.settings.library
    with redirect_stdout(sys.stderr):  # the server's own remarks
        serve(
            library,
            port=args.port,
            host=args.host,
            names=args.names,
            opens_browser=args.opens_browser,
            on_ready=tell,
        )
    return 0
