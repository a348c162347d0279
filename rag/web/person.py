"""Who uses this tab, what they may change, and how many questions they have left today."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

import streamlit as st

from rag.base.errors import RagError
from rag.base.settings import Settings
from rag.base.text import clean_line
from rag.web import signin
from rag.web.render import join, name, show, tag

_NAME_CHARS = 200
_REMOTE = (
    "This library is not shared. It answers people on its own machine only, until a sign-in is "
    "set up; docs/sharing.md tells how."
)
_PROXY = "This library is shared. Open it by the address that signs you in."


@dataclass
class Asked:
    """How many questions each person has asked today. Forgotten when the server stops."""

    _day: str = ""
    _counts: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, person: str, most: int) -> bool:
        """Count a question; False, and not counted, where a person has asked `most` (0: no end)."""
        with self._lock:
            today = datetime.now(UTC).date().isoformat()
            if today != self._day:
                self._day, self._counts = today, Counter()
            if most and self._counts[person] >= most:
                return False
            self._counts[person] += 1
            return True


def admitted(settings: Settings) -> bool:
    """Note who uses this tab; False, with the way to sign in on the page, while that is not known.

    Raises:
        RagError: somebody from another machine, where nobody signs in.
    """
    if not signin.is_shared(settings):
        if _is_remote(st.context.ip_address):
            raise RagError(_REMOTE)
        return True
    who, shown = _by_header(settings) if settings.user_header else _by_provider()
    if not who:
        _ask_in(settings)
        return False
    st.session_state["person"], st.session_state["person-shown"] = who, shown
    return True


def owner() -> str:
    """Whose the chats of this tab are: "" where one person uses the library."""
    return str(st.session_state.get("person", ""))


def may_change(settings: Settings) -> bool:
    """Whether papers may be added and removed here."""
    return not settings.read_only


def may_manage(settings: Settings) -> bool:
    """Whether the machine is this person's: its files, the model, backups."""
    return not settings.read_only and not signin.is_shared(settings)


def signed_in() -> None:
    """Who is signed in, and the way out."""
    if not owner():
        return
    show(tag("p", "Signed in as ", name(st.session_state["person-shown"]), cls="quiet"))
    if signin.provider() is not None:
        st.button("Sign out", key="sign-out", type="tertiary", on_click=st.logout)


def _is_remote(address: object) -> bool:
    """True for the address of another machine; Streamlit gives none for this one."""
    return isinstance(address, str) and bool(address) and not signin.is_loopback(address)


def _by_header(settings: Settings) -> tuple[str, str]:
    """The person that the proxy names; nobody where the header came more than once."""
    given = st.context.headers.get_all(settings.user_header or "")
    who = clean_line(given[0])[:_NAME_CHARS] if len(given) == 1 else ""
    return who, who


def _by_provider() -> tuple[str, str]:
    """The person that the provider names, by what it never gives to somebody else."""
    if not st.user.is_logged_in:
        return "", ""
    who = str(st.user.get("sub") or "")[:_NAME_CHARS]
    return who, clean_line(str(st.user.get("email") or st.user.get("name") or who))[:_NAME_CHARS]


def _ask_in(settings: Settings) -> None:
    with st.container(key="home"):
        if settings.user_header:
            show(join([tag("h1", "askpapers"), tag("p", _PROXY, cls="what", role="alert")]))
            return
        show(join([tag("h1", "askpapers"), tag("p", "Sign in to ask this library.", cls="what")]))
        chosen = signin.provider()
        st.button("Sign in", type="primary", on_click=st.login, args=(chosen,) if chosen else ())
