"""The command line: arguments in, plain text or one JSON object out, exit codes 0, 1 and 2.

What was asked for goes to stdout, everything else to stderr. Nothing heavy is imported at module
level: each command imports what it needs, so that `askpapers --help` answers at once.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import closing, redirect_stdout
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

from rag.base.errors import RagError

if TYPE_CHECKING:
    from datetime import date

    from rag.assistant import Assistant
    from rag.base.types import AddReport, Filters

_Command = Callable[[argparse.Namespace], int]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 something failed, 130 stopped.

    Raises:
        SystemExit: with 2 for wrong usage, with 0 after `--help` and `--version`.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal without UTF-8 must not stop an answer
            stream.reconfigure(errors="replace")
    args = _parse(argv)
    try:
        code: int = args.run(args)
        sys.stdout.flush()
    except KeyboardInterrupt:
        _say("Stopped; what was added so far is kept." if args.run is _add else "Stopped.")
        return 130
    except BrokenPipeError:
        # The reader has seen enough. Python flushes stdout at exit, which must not fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001  the outer edge: nobody above can say it better
        return _fail(error, args)
    return code


# --- commands --------------------------------------------------------------------------------


def _add(args: argparse.Namespace) -> int:
    from rag.terminal import ProgressBars, failure_line, report_line

    with _open(args) as assistant, closing(ProgressBars()) as bars:
        progress = bars if sys.stderr.isatty() else None
        reports = [assistant.add_sample(progress=progress)] if args.sample else []
        if args.sources:
            reports.append(assistant.add(*args.sources, as_of=args.as_of, progress=progress))
    report = _sum(reports)
    if args.json:
        _emit(report.to_dict())
    else:
        print(report_line(report))
    for failure in report.failed:
        _say(failure_line(failure))
    return 1 if report.failed else 0


def _ask(args: argparse.Namespace) -> int:
    from rag.terminal import answer_text, width

    question = _argument_or_stdin(args.question)
    with _open(args) as assistant:
        answer = assistant.ask(question)
    if args.json:
        _emit(answer.to_dict())
    else:
        print(answer_text(answer, width()))
    return 0


def _search(args: argparse.Namespace) -> int:
    from rag.terminal import ADD_FIRST, hit_text, width

    query = _argument_or_stdin(args.query)
    with _open(args) as assistant:
        is_empty = assistant.paper_count() == 0
        hits = assistant.search(query, k=args.k, filters=_filters(args))
    if args.json:
        _emit({"hits": [hit.to_dict() for hit in hits]})
    elif hits:
        print("\n\n".join(hit_text(i, hit, width()) for i, hit in enumerate(hits, start=1)))
    else:
        _say(ADD_FIRST if is_empty else "Nothing was found; try other words or fewer filters.")
    return 0


def _papers(args: argparse.Namespace) -> int:
    from rag.terminal import ADD_FIRST, paper_text, width

    with _open(args) as assistant:
        papers = assistant.papers(_filters(args))
        if args.json:
            _emit({"papers": [paper.to_dict() for paper in papers]})
            return 0
        count = 0
        for paper in papers:
            print(paper_text(paper, width()))
            count += 1
        nothing = "No paper passes these filters." if assistant.paper_count() else ADD_FIRST
    _say(f"{count} {'paper' if count == 1 else 'papers'}." if count else nothing)
    return 0


def _remove(args: argparse.Namespace) -> int:
    from rag.terminal import plain

    with _open(args) as assistant:
        paper = assistant.remove(args.id)
    if paper is None:
        _say(f"No paper has the id {plain(args.id)}; `askpapers papers` lists the ids.")
        return 1
    if args.json:
        _emit(paper.to_dict())
    else:
        print(f"Removed {plain(paper.name)}.")
    return 0


def _doctor(args: argparse.Namespace) -> int:
    from rag.terminal import finding_line

    with _open(args) as assistant:
        findings = assistant.repair() if args.repair else assistant.doctor()
    if args.json:
        _emit({"findings": [finding.to_dict() for finding in findings]})
    else:
        print("\n".join(finding_line(finding) for finding in findings))
    return 0 if all(finding.ok for finding in findings) else 1


def _eval(args: argparse.Namespace) -> int:
    from rag.evals.command import evaluate
    from rag.terminal import ProgressBars

    with closing(ProgressBars()) as bars:
        found = evaluate(args, progress=bars if sys.stderr.isatty() else None)
    if args.json:
        _emit(found.values)
    else:
        print(found.text)
    return 0


def _serve(args: argparse.Namespace) -> int:
    from rag.web.serve import serve

    out = sys.stdout

    def tell(address: str) -> None:
        if args.json:
            _emit({"address": address}, out)
        _say(f"The chat is open at {address} (Ctrl-C stops it).")

    with _open(args) as assistant:  # a folder that is no library is told here, not in the page
        library = assistant.settings.library
    with redirect_stdout(sys.stderr):  # the server's own remarks
        serve(library, port=args.port, opens_browser=args.opens_browser, on_ready=tell)
    return 0


# --- from arguments to values ----------------------------------------------------------------


def _open(args: argparse.Namespace) -> Assistant:
    from rag.assistant import Assistant
    from rag.base.settings import load_settings

    if args.debug:
        import logging

        logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    return Assistant.open(settings=load_settings(library=args.library))


def _filters(args: argparse.Namespace) -> Filters:
    from rag.base.types import Filters

    return Filters(
        year_from=args.year_from,
        year_to=args.year_to,
        authors=tuple(args.author),
        categories=tuple(args.category),
        has_code=True if args.code else None,
    )


def _argument_or_stdin(words: Sequence[str]) -> str:
    """The words as one line, without colours that were copied from a terminal with them."""
    from rag.terminal import plain

    if list(words) == ["-"]:  # a long question does not fit into an argument
        return plain(sys.stdin.buffer.read().decode("utf-8", "replace"))
    return plain(" ".join(words))


def _sum(reports: Sequence[AddReport]) -> AddReport:
    from rag.base.types import AddReport

    return AddReport(
        added=sum(r.added for r in reports),
        updated=sum(r.updated for r in reports),
        unchanged=sum(r.unchanged for r in reports),
        merged=sum(r.merged for r in reports),
        failed=tuple(failure for r in reports for failure in r.failed),
    )


# --- out -------------------------------------------------------------------------------------


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _emit(value: dict[str, Any], out: TextIO | None = None) -> None:
    # ASCII only: nothing in a title can steer a terminal, and every encoding carries it.
    print(json.dumps(value), file=out or sys.stdout, flush=True)


def _fail(error: Exception, args: argparse.Namespace) -> int:
    from rag.terminal import plain

    if args.debug:
        import traceback

        traceback.print_exc()
    if isinstance(error, RagError):
        _say(plain(str(error)))
        return 1
    why = ": ".join(part for part in (type(error).__name__, plain(str(error))) if part)
    _say(
        f"Could not {args.doing} ({why.rstrip('.')}). "
        "Run the same command with --debug to see where it happened."
    )
    return 1


# --- the arguments ---------------------------------------------------------------------------


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Wrong usage: what was wrong, without what a terminal would obey."""
        from rag.terminal import plain

        super().error(plain(message))


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = _parser()
    args = parser.parse_args(argv)
    if args.run is _add and not (args.sources or args.sample):
        parser.error("add needs a file, a folder or --sample")
    if (getattr(args, "year_from", None) or 0) > (getattr(args, "year_to", None) or 9999):
        parser.error("--year-from is later than --year-to")
    return args


def _parser() -> argparse.ArgumentParser:
    import rag

    parser = _Parser(
        prog="askpapers",
        description="Ask questions over your own papers; every sentence is cited. "
        "Without a command, the chat opens in the browser.",
        parents=[_shared_options(is_default=True)],
    )
    parser.add_argument("--version", action="version", version=f"askpapers {rag.__version__}")
    parser.set_defaults(run=_serve, doing="open the chat", port=None, opens_browser=True)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_library_commands(commands)
    _add_question_commands(commands)
    return parser


def _add_library_commands(commands: Any) -> None:
    add = _command(commands, "add", _add, "add to the library", "add papers from files and folders")
    add.add_argument("sources", nargs="*", metavar="PATH", help="file or folder")
    add.add_argument("--sample", action="store_true", help="the 72 papers that come with askpapers")
    add.add_argument(
        "--as-of",
        type=_date,
        metavar="DATE",
        help="day on which a listing was taken, where it prints days without a year",
    )
    papers = _command(commands, "papers", _papers, "list the papers", "list the papers")
    _add_filters(papers)
    remove = _command(commands, "remove", _remove, "remove the paper", "remove one paper")
    remove.add_argument("id", metavar="ID", help="as `askpapers papers` prints it")
    doctor = _command(
        commands, "doctor", _doctor, "examine the library", "examine the library and the models"
    )
    doctor.add_argument("--repair", action="store_true", help="mend what can be mended")


def _add_question_commands(commands: Any) -> None:
    ask = _command(commands, "ask", _ask, "answer the question", "answer a question with citations")
    ask.add_argument("question", nargs="+", help="the question, or - to read it from stdin")
    search = _command(commands, "search", _search, "search", "find papers without an answer")
    search.add_argument("query", nargs="+", help="words, or - to read them from stdin")
    search.add_argument("-k", type=_count, default=10, metavar="N", help="how many (10)")
    _add_filters(search)
    serve = _command(
        commands, "serve", _serve, "open the chat", "run the chat without opening a browser"
    )
    serve.add_argument("--port", type=_port, metavar="N", help="8501 or the next free one")
    serve.set_defaults(opens_browser=False)
    from rag.evals.command import add_options

    add_options(_command(commands, "eval", _eval, "evaluate", "measure on labelled questions"))


def _command(commands: Any, name: str, run: _Command, doing: str, summary: str) -> _Parser:
    parser: _Parser = commands.add_parser(
        name,
        help=summary,
        description=summary[0].upper() + summary[1:] + ".",
        parents=[_shared_options(is_default=False)],
    )
    parser.set_defaults(run=run, doing=doing)
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


if __name__ == "__main__":
    sys.exit(main())
