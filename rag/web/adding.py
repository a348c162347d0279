"""Adding papers on the screen: the ways to add, how far it is, what could not be added."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from rag.assistant import Assistant
from rag.base.types import AddReport, Failure
from rag.ingest.online import request_for
from rag.web import jobs, person, session
from rag.web.jobs import Item, Job
from rag.web.render import Child, Html, name, show, tag
from rag.web.wording import duration, papers_in_words

_MOST_FAILURES = 50
_STAGES = {"reading": "Read", "indexing": "Added", "embedding": "Searchable by meaning:"}
_FILE_HELP = (
    "PDF, BibTeX, RIS, CSV, what Zotero, Mendeley and EndNote write, paper listings as text, and "
    "JSON lines. Each file is recognised by what is in it."
)
_SAMPLE = "72 papers on machine learning, to try it with. Or begin with your own:"


def first_papers(assistant: Assistant) -> None:
    """The ways into an empty library, or how far the first adding is."""
    job = session.job()
    if not person.may_change(assistant.settings):
        show(tag("p", "This library has no papers yet.", cls="quiet"))
    elif job is None or job.finished:
        job_state()
        ways_to_add(assistant, has_sample=False, place="first")
    else:
        job_state()


def job_state() -> None:
    """The running job with its progress, or the last one's report until it is dismissed."""
    job = session.job()
    if job is None:
        return
    if job.finished:
        _report(job)
    else:
        _progress(job)


# --- adding ----------------------------------------------------------------------------------


def ways_to_add(assistant: Assistant, has_sample: bool, *, place: str) -> None:
    """The sample, files, a path, and at other places than the first visit a pasted text."""
    if not has_sample:
        st.button(
            "Load the sample library",
            key=f"sample-{place}",
            type="primary" if place == "first" else "secondary",
            on_click=_start,
            args=(jobs.adding_sample(assistant),),
        )
        if place == "first":
            show(tag("p", _SAMPLE, cls="quiet"))
    turn = st.session_state.get("additions", 0)  # a new key empties what was chosen or written
    files = f"files-{place}-{turn}"
    st.file_uploader(
        "Drop PDFs, BibTeX or other lists of papers here",
        key=files,
        accept_multiple_files=True,
        on_change=_take_files,
        args=(assistant, files),
        help=_FILE_HELP,
    )
    if person.may_manage(assistant.settings):
        _path_box(assistant, f"path-{place}-{turn}")
    if place != "first":
        _paste_box(assistant, turn)


def _path_box(assistant: Assistant, path: str) -> None:
    st.text_input(
        "Or the path of a file or folder on this computer",
        key=path,
        on_change=_take_path,
        args=(assistant, path),
        placeholder="~/papers",
    )


def _paste_box(assistant: Assistant, turn: int) -> None:
    pasted = f"pasted-{turn}"
    with st.form(f"paste-{turn}", border=False):
        st.text_area("Or paste a listing or BibTeX", key=pasted, height=100)
        st.form_submit_button("Add pasted text", on_click=_take_pasted, args=(assistant, pasted))


def _take_files(assistant: Assistant, key: str) -> None:
    chosen = st.session_state.get(key) or []
    _start(jobs.adding_bytes(assistant, [(f.getvalue(), f.name) for f in chosen]))


def _take_path(assistant: Assistant, key: str) -> None:
    given = str(st.session_state.get(key) or "").strip().strip("\"'")
    if given:
        # An identifier or address is handed on as it is.
        named = given if request_for(given) else str(Path(given).expanduser())
        _start(jobs.adding(assistant, [named]))


def _take_pasted(assistant: Assistant, key: str) -> None:
    written = str(st.session_state.get(key) or "")
    if written.strip():
        _start(jobs.adding_bytes(assistant, [(written.encode("utf-8", "replace"), "pasted text")]))


def _start(items: Sequence[Item]) -> None:
    running = session.job()
    if items and (running is None or running.finished):
        session.set_job(Job(items).start())


# --- how far it is ---------------------------------------------------------------------------


@st.fragment(run_every=0.5)
def _progress(job: Job) -> None:
    """Looks at the job twice a second; the rest of the page stays as it is meanwhile."""
    if job.finished:
        session.set_job(job)
        st.rerun()
    with st.container(key="job"):
        item = job.items[min(job.current, len(job.items) - 1)]
        show(tag("p", "Adding ", name(item.name), _of_several(job), cls="doing"))
        st.progress(_share(job), text=_pace(job))
        st.button("Stop adding", key="cancel", on_click=job.cancel, disabled=job.cancelled)


def _of_several(job: Job) -> str:
    return f" ({job.current + 1} of {len(job.items)})" if len(job.items) > 1 else ""


def _share(job: Job) -> float:
    now = job.progress
    return min(1.0, now.done / now.total) if now and now.total else 0.0


def _pace(job: Job) -> str:
    """What is done, how far, at what rate and how long still, in numbers and our own words."""
    now = job.progress
    if job.cancelled:
        return "Stopping after the papers at hand …"
    if now is None:
        return "Preparing …"
    count = f"{now.done:,} of {now.total:,} papers" if now.total else papers_in_words(now.done)
    said = [f"{_STAGES[now.stage]} {count}"]
    rate, remaining = job.rate(), job.remaining_s()
    said += [f"{rate:,.0f} a second"] if rate and rate >= 1 else []
    said += [f"{duration(remaining)} left"] if remaining is not None else []
    return " · ".join(said)


# --- what came of it -------------------------------------------------------------------------


def _report(job: Job) -> None:
    with st.container(key="report"):
        lines: list[Child] = [tag("p", _outcome(job), role="status")]
        if job.report.failed:
            lines.append(_failures(job.report.failed))
        show(tag("div", *lines, cls="report"))
        if job.report.failed or job.cancelled:
            st.button("Dismiss", key="dismiss", type="tertiary", on_click=_forget)


def _forget() -> None:
    session.set_job(None)


def _outcome(job: Job) -> str:
    stopped = "Stopped; what was added stays. " if job.cancelled else ""
    return stopped + in_numbers(job.report)


def in_numbers(report: AddReport) -> str:
    """What an `add` did, in numbers; what did not happen is left out."""
    said = [f"{papers_in_words(report.added)} added"] if report.added else []
    said += [
        f"{count:,} {word}"
        for count, word in (
            (report.updated, "updated"),
            (report.merged, "merged"),
            (report.unchanged, "already there"),
            (report.embedded, "now found by meaning too"),
        )
        if count
    ]
    if report.failed:
        said.append(f"{len(report.failed):,} could not be added")
    return (", ".join(said) or "Nothing new was found") + "."


def _failures(failed: Sequence[Failure]) -> Html:
    items = [
        tag("li", tag("strong", name(_file_name(f.source)), title=f.source), _where(f), f.reason)
        for f in failed[:_MOST_FAILURES]
    ]
    left_out = len(failed) - _MOST_FAILURES
    more = tag("li", f"and {left_out:,} more") if left_out > 0 else None
    return tag("ul", *items, more, cls="failures", label="Could not be added")


def _file_name(source: str) -> str:
    return Path(source).name or source


def _where(failure: Failure) -> str:
    """What stands between a file and the reason, which is said of the file or of a place in it."""
    return " " if failure.where in ("", "file", "folder") else f", {failure.where}: "
