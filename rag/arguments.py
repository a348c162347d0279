"""What can be typed after `askpapers`: the commands, their options and the words of `--help`.

What a command does is in `rag.commands`. Nothing heavy is imported, so that `--help` answers at
once.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

import rag
from rag.evals.command import add_options

if TYPE_CHECKING:
    from datetime import date


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """The arguments of one command: `command`, `doing` (it in words), and what it takes.

    Raises:
        SystemExit: with 2 for wrong usage, with 0 after `--help` and `--version`.
    """
    parser = _parser()
    args = parser.parse_args(argv)
    if args.command == "add" and not (args.sources or args.sample):
        parser.error("add needs a file, a folder or --sample")
    if args.command == "chats" and args.action not in {"list", "feedback"} and not args.id:
        parser.error(f"chats {args.action} needs an id, as `askpapers chats` lists them")
    if args.command == "review" and not args.id and (args.join or args.apart or args.split):
        parser.error("review needs the ID of a paper, as `askpapers papers` prints it")
    if (getattr(args, "year_from", None) or 0) > (getattr(args, "year_to", None) or 9999):
        parser.error("--year-from is later than --year-to")
    return args


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Wrong usage: what was wrong, without what a terminal would obey."""
        from rag.terminal import plain

        super().error(plain(message))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="askpapers",
        description="Ask questions over your own papers; every sentence is cited. "
        "Without a command, the chat opens in the browser.",
        parents=[_shared_options(is_default=True)],
    )
    parser.add_argument("--version", action="version", version=f"askpapers {rag.__version__}")
    parser.set_defaults(command="serve", doing="open the chat", opens_browser=True)
    parser.set_defaults(port=None, host="127.0.0.1", names=[])
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_library_commands(commands)
    _add_question_commands(commands)
    _add_chat_commands(commands)
    _add_backup_commands(commands)
    return parser


def _add_library_commands(commands: Any) -> None:
    add = _command(commands, "add", "add to the library", "add papers from files and folders")
    add.add_argument("sources", nargs="*", metavar="PATH", help="file or folder")
    add.add_argument("--sample", action="store_true", help="the 72 papers that come with askpapers")
    add.add_argument(
        "--as-of",
        type=_date,
        metavar="DATE",
        help="day on which a listing was taken, where it prints days without a year",
    )
    add.add_argument(
        "--watch", action="store_true", help="stay, and add what is new or changed, until Ctrl-C"
    )
    add.add_argument(
        "--reader",
        metavar="MODULE:CLASS",
        help="let this reader of LlamaIndex load each PATH, or whatever else it takes",
    )
    papers = _command(commands, "papers", "list the papers", "list the papers")
    _add_filters(papers)
    _add_review(commands)
    remove = _command(commands, "remove", "remove the paper", "remove one paper")
    remove.add_argument("id", metavar="ID", help="as `askpapers papers` prints it")
    how = remove.add_mutually_exclusive_group()
    how.add_argument("--undo", action="store_true", help="bring a removed paper back")
    how.add_argument("--now", action="store_true", help="delete it for good, without an undo")
    doctor = _command(
        commands, "doctor", "examine the library", "examine the library and the models"
    )
    doctor.add_argument("--repair", action="store_true", help="mend what can be mended")


def _add_review(commands: Any) -> None:
    review = _command(
        commands,
        "review",
        "review the papers",
        "show pairs that may be one paper, or which source said what of a paper",
    )
    review.add_argument("id", nargs="?", metavar="ID", help="without it, doubtful pairs are listed")
    how = review.add_mutually_exclusive_group()
    how.add_argument("--join", metavar="OTHER", help="make one paper of both")
    how.add_argument("--apart", metavar="OTHER", help="these are two papers; do not ask again")
    how.add_argument(
        "--split",
        type=_count,
        action="append",
        metavar="N",
        help="make a paper of its own of what source N said (repeatable)",
    )
    how.add_argument("--undo", action="store_true", help="take the last of these back")


def _add_question_commands(commands: Any) -> None:
    ask = _command(commands, "ask", "answer the question", "answer a question with citations")
    ask.add_argument("question", nargs="+", help="the question, or - to read it from stdin")
    ask.add_argument(
        "--ignoring",
        action="append",
        default=[],
        metavar="CONDITION",
        help="leave out a condition that was understood, as it is told (repeatable)",
    )
    _add_compare(commands)
    replay = _command(
        commands,
        "replay",
        "replay the answer",
        "ask a kept answer's question again and show what has changed",
    )
    replay.add_argument(
        "id", nargs="?", metavar="ID", help="without it, the last answers are listed"
    )
    search = _command(commands, "search", "search", "find papers without an answer")
    search.add_argument("query", nargs="+", help="words, or - to read them from stdin")
    search.add_argument("-k", type=_count, default=10, metavar="N", help="how many (10)")
    _add_filters(search)
    _add_cite(commands)
    _add_check(commands)
    serve = _command(commands, "serve", "open the chat", "run the chat without opening a browser")
    serve.add_argument("--port", type=_port, metavar="N", help="8501 or the next free one")
    serve.add_argument(
        "--host", default="127.0.0.1", help="where to listen; beyond this machine with a sign-in"
    )
    serve.add_argument(
        "--name", dest="names", action="append", default=[], metavar="HOST",
        help="a name by which other machines call it (repeatable)",
    )  # fmt: skip
    serve.set_defaults(opens_browser=False)
    _command(commands, "calibrate", "calibrate", "fit the confidence of answers to the library")
    add_options(_command(commands, "eval", "evaluate", "measure on labelled questions"))


def _add_backup_commands(commands: Any) -> None:
    backup = _command(commands, "backup", "write the backup", "write the library to one file")
    backup.add_argument("file", metavar="FILE", help="a backup that is there is replaced")
    restore = _command(
        commands, "restore", "restore the backup", "make a library of a backup again"
    )
    restore.add_argument("file", metavar="FILE", help="as `askpapers backup` wrote it")
    restore.add_argument("--into", metavar="DIR", help="folder for it (that of the library)")
    restore.add_argument(
        "--replace", action="store_true", help="move a library that is there aside"
    )
    into = "copy the library of a folder into the database of DATABASE_URL"
    _command(commands, "move", "move the library", into)


def _add_chat_commands(commands: Any) -> None:
    chats = _command(commands, "chats", "use the chats", "list, show, write out or delete chats")
    chats.add_argument(
        "action",
        nargs="?",
        default="list",
        choices=["list", "show", "export", "delete", "undelete", "feedback"],
        help="list (without it), show, export, delete or undelete one; feedback writes out what "
        "was thought of answers, as questions for `askpapers eval`",
    )
    chats.add_argument("id", nargs="?", metavar="ID", help="as `askpapers chats` lists them")
    chats.add_argument("--about", default="", metavar="WORDS", help="only chats with these words")
    chats.add_argument("--owner", default="", metavar="NAME", help="chats of this person")
    chats.add_argument(
        "--format",
        default="markdown",
        choices=["markdown", "html", "json"],
        help="what export writes (markdown)",
    )


def _add_compare(commands: Any) -> None:
    compare = _command(commands, "compare", "compare", "hold papers against each other")
    compare.add_argument(
        "question",
        nargs="*",
        help="which papers, and on what: in words, or by topic; or - to read it from stdin",
    )
    compare.add_argument(
        "--paper", action="append", default=[], metavar="ID", help="id or citekey (repeatable)"
    )
    compare.add_argument(
        "--aspect",
        action="append",
        default=[],
        metavar="ASPECT",
        help="what to compare on, such as data or limits (repeatable)",
    )
    compare.add_argument(
        "--format", choices=["markdown", "csv", "latex"], help="the table alone, in this format"
    )


def _add_cite(commands: Any) -> None:
    cite = _command(commands, "cite", "look up", "find the papers to cite, and write them out")
    cite.add_argument(
        "text",
        nargs="+",
        help="author, piece of a title, name, year, identifier, citekey, or a sentence whose "
        "source is sought; or - to read it from stdin",
    )
    cite.add_argument(
        "--format",
        metavar="FORMAT",
        help="bibtex, ris, csl-json, csv, apa, ieee, acm, chicago, or the path of a .csl style",
    )
    cite.add_argument("-k", type=_count, metavar="N", help="how many at most")


def _add_check(commands: Any) -> None:
    check = _command(
        commands, "check", "check the draft", "check a draft and its references against the library"
    )
    check.add_argument("file", metavar="FILE", help="Markdown, LaTeX or plain text; - for stdin")
    check.add_argument("--bib", metavar="FILE", help="bibliography whose entries are checked too")
    check.add_argument("--html", metavar="OUT", help="write the checked draft as a page to OUT")


def _command(commands: Any, name: str, doing: str, summary: str) -> _Parser:
    parser: _Parser = commands.add_parser(
        name,
        help=summary,
        description=summary[0].upper() + summary[1:] + ".",
        parents=[_shared_options(is_default=False)],
    )
    parser.set_defaults(command=name, doing=doing)
    return parser


def _shared_options(*, is_default: bool) -> argparse.ArgumentParser:
    """Options that stand before or after the command; after it they win, unset they say nothing."""

    def default(value: object) -> object:
        return value if is_default else argparse.SUPPRESS

    shared = argparse.ArgumentParser(add_help=False)
    group = shared.add_argument_group("everywhere")
    group.add_argument(
        "--library", metavar="DIR", default=default(None), help="folder of the library"
    )
    group.add_argument(
        "--json", action="store_true", default=default(False), help="one JSON object on stdout"
    )
    group.add_argument(
        "--debug", action="store_true", default=default(False), help="show where an error happened"
    )
    return shared


def _add_filters(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("filters")
    group.add_argument("--year-from", type=int, metavar="YEAR")
    group.add_argument("--year-to", type=int, metavar="YEAR")
    group.add_argument(
        "--author", action="append", default=[], metavar="NAME", help="may be repeated"
    )
    group.add_argument(
        "--category", action="append", default=[], metavar="XX", help="may be repeated"
    )
    group.add_argument("--code", action="store_true", help="only papers with code")


def _date(text: str) -> date:
    from datetime import date

    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date such as 2026-05-28") from None


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 up")
    return int(text)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 1 to 65535")
    return int(text)
