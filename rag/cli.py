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
from typing import TYPE_CHECKING, Any, TextIO

from rag.arguments import parse
from rag.base.errors import RagError

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.base.types import AddReport, Filters


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
        code = _COMMANDS[args.command](args)
        sys.stdout.flush()
    except KeyboardInterrupt:
        _say("Stopped; what was added so far is kept." if args.command == "add" else "Stopped.")
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
    from rag.terminal import answer_text, plain, width

    question = _argument_or_stdin(args.question)
    with _open(args) as assistant:
        answer = assistant.ask(question, ignoring=[plain(said) for said in args.ignoring])
    if args.json:
        _emit(answer.to_dict())
    else:
        print(answer_text(answer, width()))
    return 0


def _replay(args: argparse.Namespace) -> int:
    from rag.terminal import kept_text, replay_text, width

    with _open(args) as assistant:
        found = assistant.replay(args.id) if args.id else None
        answers = [] if found else assistant.answers()
    if args.json:
        _emit(found.to_dict() if found else {"answers": [a.to_dict() for a in answers]})
    elif found:
        print(replay_text(found, width()))
    elif answers:
        print("\n".join(kept_text(answer, width()) for answer in answers))
    else:
        _say("No answer is kept yet; `askpapers ask` keeps each.")
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


def _cite(args: argparse.Namespace) -> int:
    from rag.terminal import ADD_FIRST, found_text, printable, width

    text = _argument_or_stdin(args.text)
    with _open(args) as assistant:
        is_empty = assistant.paper_count() == 0
        matches = assistant.matches(text)[: args.k]
        papers = [found.paper for found in matches]
        written = assistant.export(papers, args.format) if args.format else None
    if args.json:
        words = [found.words for found in matches]
        _emit({"papers": [p.to_dict() for p in papers], "words": words, "text": written})
    elif not matches:
        _say(ADD_FIRST if is_empty else "No paper matches; try other words of its title or author.")
    elif written is not None:
        print(printable(written), end="")
    else:
        print("\n".join(found_text(i, f, width()) for i, f in enumerate(matches, start=1)))
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
        examine = assistant.repair if args.repair else assistant.doctor
        findings = examine(asks_model=True)
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


def _calibrate(args: argparse.Namespace) -> int:
    from rag.evals.own import calibrate
    from rag.terminal import ProgressBars

    with _open(args) as assistant, closing(ProgressBars()) as bars:
        found = calibrate(assistant, progress=bars if sys.stderr.isatty() else None)
    if args.json:
        _emit(found.to_dict())
    else:
        print(
            f"Confidence is fitted to this library: {found.questions} questions about "
            f"{found.papers} papers. Its error was {found.before:.3f} and is {found.after:.3f}."
        )
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


_COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "add": _add,
    "ask": _ask,
    "calibrate": _calibrate,
    "cite": _cite,
    "doctor": _doctor,
    "eval": _eval,
    "papers": _papers,
    "remove": _remove,
    "replay": _replay,
    "search": _search,
    "serve": _serve,
}


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


if __name__ == "__main__":
    sys.exit(main())
