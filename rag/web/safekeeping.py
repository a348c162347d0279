"""Backup on the Settings screen: the whole library written to one file, and taken from one."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from rag.base.errors import RagError
from rag.base.types import Finding
from rag.web import session
from rag.web.sections import section, told
from rag.web.session import Opened
from rag.web.wording import papers_in_words

_BACKUP = "The whole library in one file: papers, chats, answers, originals."
_RESTORE = (
    "The library becomes what it was when the backup was written. What is there now is not lost: "
    "its folder is moved aside. Every byte of the backup is checked first."
)


def render(opened: Opened) -> None:
    """Draw the two parts."""
    section("Backup", _BACKUP)
    st.text_input("File to write", value="~/askpapers-backup.zip", key="backup-file")
    st.button("Back up now", key="backup", on_click=_back_up, args=(opened,))
    told("backup-told")
    section("Restore", _RESTORE)
    st.text_input("Backup to restore", placeholder="~/askpapers-backup.zip", key="restore-file")
    sure = st.checkbox("Put it in the place of this library", key="restore-sure")
    st.button("Restore", key="restore", disabled=not sure, on_click=_restore, args=(opened,))
    told("restore-told")


def _file(key: str) -> Path:
    return Path(str(st.session_state[key] or "").strip()).expanduser()


def _back_up(opened: Opened) -> None:
    try:
        report = opened.assistant.backup(_file("backup-file"))
        size = report.size / 1e6
        said = f"{papers_in_words(report.papers)}, {report.chats:,} chats, {size:,.1f} MB"
        found = Finding("written", ok=True, detail=f"{report.file}: {said}.")
    except RagError as error:
        found = Finding("not written", ok=False, detail=str(error))
    st.session_state["backup-told"] = [found]


def _restore(opened: Opened) -> None:
    running = session.job()
    if running is not None and not running.finished:
        waits = "Papers are being added. Wait until that is done, or stop it."
        st.session_state["restore-told"] = [Finding("not restored", ok=False, detail=waits)]
        return
    try:
        report = opened.restore(_file("restore-file"))
        aside = f" The library before it lies in {report.replaced}." if report.replaced else ""
        said = f"{papers_in_words(report.papers)}, {report.chats:,} chats.{aside}"
        found = Finding("restored", ok=True, detail=said)
        session.begin()
    except RagError as error:
        found = Finding("not restored", ok=False, detail=str(error))
    st.session_state["restore-sure"] = False
    st.session_state["restore-told"] = [found]
