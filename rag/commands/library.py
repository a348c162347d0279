"""Commands on the library itself: add, papers, remove, doctor."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from rag.commands.adding import from_reader, watch
from rag.commands.shared import emit, filters_of, open_library, say

if TYPE_CHECKING:
    from rag.base.types import AddReport, Paper


def add(args: argparse.Namespace) -> int:
    """Add papers from files and folders."""
    from rag.terminal import ProgressBars

    with open_library(args) as assistant, closing(ProgressBars()) as bars:
        progress = bars if sys.stderr.isatty() else None
        reports = [assistant.add_sample(progress=progress)] if args.sample else []
        if args.reader:
            reports.append(from_reader(assistant, args))
        elif args.sources:
            reports.append(assistant.add(*args.sources, as_of=args.as_of, progress=progress))
        report = _sum(reports)
        _tell(report, as_json=args.json)
        if args.watch:
            watch(assistant, args, lambda more: _tell(more, as_json=args.json))
    return 1 if report.failed else 0


def _tell(report: AddReport, *, as_json: bool) -> None:
    from rag.terminal import awaiting_line, failure_line, report_line

    if as_json:
        emit(report.to_dict())
    else:
        print(report_line(report), flush=True)
    if report.awaiting:
        say(awaiting_line(report))
    for failure in report.failed:
        say(failure_line(failure))


def papers(args: argparse.Namespace) -> int:
    """List the papers."""
    from rag.terminal import ADD_FIRST, paper_text, width

    with open_library(args) as assistant:
        papers = assistant.papers(filters_of(args))
        if args.json:
            emit({"papers": [paper.to_dict() for paper in papers]})
            return 0
        count = 0
        for paper in papers:
            print(paper_text(paper, width()))
            count += 1
        nothing = "No paper passes these filters." if assistant.paper_count() else ADD_FIRST
    say(f"{count} {'paper' if count == 1 else 'papers'}." if count else nothing)
    return 0


def remove(args: argparse.Namespace) -> int:
    """Remove one paper, or bring one back."""
    from rag.terminal import plain

    said = "Back in the library: {}." if args.undo else "Removed {}."
    paper: Paper | None
    with open_library(args) as assistant:
        was_removed = args.now and args.id in {gone.paper_id for gone in assistant.removed()}
        if args.undo:
            paper = assistant.restore_paper(args.id)
        else:
            paper = assistant.remove(args.id, now=args.now)
    if paper is None and not was_removed:
        say(f"No paper has the id {plain(args.id)}; `askpapers papers` lists the ids.")
        return 1
    if args.json:
        emit(paper.to_dict() if paper else {"id": args.id})
    else:
        print(said.format(plain(paper.name if paper else args.id)))
    if paper and not (args.undo or args.now):
        say(f"For 30 days, `askpapers remove --undo {plain(paper.id)}` brings it back.")
    return 0


def doctor(args: argparse.Namespace) -> int:
    """Examine the library and the models, and mend them if asked to."""
    from rag.terminal import ProgressBars, finding_line

    with open_library(args) as assistant, closing(ProgressBars()) as bars:
        if args.repair:
            progress = bars if sys.stderr.isatty() else None
            findings = assistant.repair(asks_model=True, progress=progress)
        else:
            findings = assistant.doctor(asks_model=True)
    if args.json:
        emit({"findings": [finding.to_dict() for finding in findings]})
    else:
        print("\n".join(finding_line(finding) for finding in findings))
    return 0 if all(finding.ok for finding in findings) else 1


def _sum(reports: Sequence[AddReport]) -> AddReport:
    from rag.base.types import AddReport

    return AddReport(
        added=sum(r.added for r in reports),
        updated=sum(r.updated for r in reports),
        unchanged=sum(r.unchanged for r in reports),
        merged=sum(r.merged for r in reports),
        failed=tuple(failure for r in reports for failure in r.failed),
        embedded=sum(r.embedded for r in reports),
        awaiting=reports[-1].awaiting if reports else 0,
    )
