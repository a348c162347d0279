"""The command line: arguments in, plain text or one JSON object out, exit codes 0, 1 and 2.

What was asked for goes to stdout, everything else to stderr. Each command lives in
`rag.commands`; nothing heavy is imported at module level, so that `askpapers --help` answers at
once.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Sequence

from rag.arguments import parse
from rag.base.errors import NO_MEMORY, RagError, is_out_of_memory
from rag.commands.shared import say

# Command → its module in `rag.commands`; the function there has the command's name.
_HOMES = {
    **dict.fromkeys(["add", "papers", "remove", "doctor"], "library"),
    **dict.fromkeys(["ask", "compare", "replay", "search"], "asking"),
    "chats": "chatting",
    **dict.fromkeys(["backup", "restore", "move"], "keeping"),
    "cite": "citing",
    "review": "reviewing",
    "check": "checking",
    **dict.fromkeys(["evaluate", "calibrate"], "measuring"),
    "serve": "serving",
}
_FUNCTIONS = {"eval": "evaluate"}  # a command whose name Python has taken


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 something failed, 130 stopped.

    Raises:
        SystemExit: with 2 for wrong usage, with 0 after `--help` and `--version`.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal without UTF-8 must not stop an answer
            stream.reconfigure(errors="replace")
    args = parse(argv)
    try:
        code = _command(args.command)(args)
        sys.stdout.flush()
    except KeyboardInterrupt:
        say("Stopped; what was added so far is kept." if args.command == "add" else "Stopped.")
        return 130
    except BrokenPipeError:
        # The reader has seen enough. Python flushes stdout at exit, which must not fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001  the outer edge: nobody above can say it better
        return _fail(error, args)
    return code


def _command(name: str) -> Callable[[argparse.Namespace], int]:
    name = _FUNCTIONS.get(name, name)
    module = importlib.import_module(f"rag.commands.{_HOMES[name]}")
    command: Callable[[argparse.Namespace], int] = getattr(module, name)
    return command


def _fail(error: Exception, args: argparse.Namespace) -> int:
    from rag.terminal import plain

    if args.debug:
        import traceback

        traceback.print_exc()
    if isinstance(error, RagError):
        say(plain(str(error)))
        return 1
    if is_out_of_memory(error):
        say(f"Could not {args.doing}. {NO_MEMORY}")
        return 1
    why = ": ".join(part for part in (type(error).__name__, plain(str(error))) if part)
    say(
        f"Could not {args.doing} ({why.rstrip('.')}). "
        "Run the same command with --debug to see where it happened."
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
