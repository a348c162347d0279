"""The kept chats: which one the address names, the list in the sidebar, what can be done to one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from itertools import groupby

import streamlit as st

from rag.assistant import Assistant
from rag.base.chats import Chat
from rag.web import person, screens, session
from rag.web.conversation import Conversation
from rag.web.render import label, name, show, tag

_SHOWN = 20  # chats in the list until more are asked for
_SEARCHED_FROM = 8  # chats from which on searching is worth its place
_FORMS = {  # as `Chats.export` calls it: (as people call it, ending, kind of file)
    "markdown": ("Markdown", "md", "text/markdown"),
    "html": ("HTML", "html", "text/html"),
    "json": ("JSON", "json", "application/json"),
}


# --- the address -----------------------------------------------------------------------------


def follow_address(assistant: Assistant) -> None:
    """Turn to the chat that the address names, if it is not the one of this tab already.

    An address that has come to name none, by the browser's back button, is a new chat.
    """
    named = st.query_params.get("chat")
    if not named and session.conversation().is_said:
        session.begin()
    if not named or named == session.conversation().chat_id:
        return
    chat = assistant.chats.get(named, person.owner())
    if chat is None:
        st.query_params.pop("chat", None)
        st.session_state["chat-notice"] = "There is no such chat in this library."
        return
    session.begin(Conversation.of(chat))


def say_address() -> None:
    """Have the address name the chat of this tab, so that a reload or a link opens it."""
    talk = session.conversation()
    if talk.chat_id and not talk.is_said:
        talk.is_said = True
        st.query_params["chat"] = talk.chat_id


def begin() -> None:
    """Begin a new chat, on the first screen."""
    session.begin()
    screens.go(screens.ASK)


def _open(chat_id: str) -> None:
    screens.go(screens.ASK, chat=chat_id)


# --- the list --------------------------------------------------------------------------------


def listed(assistant: Assistant) -> None:
    """The chats by day, the one that is open with what can be done to it."""
    _deleted_line(assistant)
    notice = st.session_state.pop("chat-notice", None)
    if notice:
        show(tag("p", notice, cls="quiet", role="status"))
    words = str(st.session_state.get("kept-chat-words") or "")
    most = int(st.session_state.get("chats-shown", _SHOWN))
    chats = assistant.chats.list(words, person.owner(), most + 1)
    if not chats and not words:
        return
    with st.container(key="chats"):
        show(tag("h2", "Chats", cls="small-title"))
        if words or len(chats) >= _SEARCHED_FROM:
            st.text_input(
                "Search chats",
                key="kept-chat-words",
                placeholder="Search chats",
                persist_state="session",
                label_visibility="collapsed",
            )
        for day, some in groupby(chats[:most], key=lambda chat: _day(chat.updated)):
            show(tag("p", day, cls="day"))
            _chats(assistant, some)
        if not chats:
            show(tag("p", "No chat has these words.", cls="quiet"))
        if len(chats) > most:
            st.button("Show more", key="more-chats", type="tertiary", on_click=_show_more)


def _chats(assistant: Assistant, some: Iterable[Chat]) -> None:
    open_id = session.conversation().chat_id
    for chat in some:
        if chat.id == open_id and screens.shown() == screens.ASK:
            with st.container(key=f"here-chat-{chat.id}", horizontal=True):
                _way(chat)
                _menu(assistant, chat)
        else:
            _way(chat)


def _way(chat: Chat) -> None:
    st.button(
        label(chat.title or "Untitled"),
        key=f"chat-{chat.id}",
        type="tertiary",
        width="stretch",
        on_click=_open,
        args=(chat.id,),
    )


def _show_more() -> None:
    st.session_state["chats-shown"] = int(st.session_state.get("chats-shown", _SHOWN)) + 100


def _day(at: str) -> str:
    """The day of a time as one says it: "Today", "Yesterday", "This week", "May 2026"."""
    then = datetime.fromisoformat(at).replace(tzinfo=UTC).astimezone().date()
    days = (date.today() - then).days
    if days <= 1:
        return "Yesterday" if days == 1 else "Today"
    return "This week" if days < 7 else then.strftime("%B %Y")


# --- what can be done to a chat --------------------------------------------------------------


def _menu(assistant: Assistant, chat: Chat) -> None:
    with st.popover("Chat menu", key="chat-menu", type="tertiary"):
        title = f"title-{chat.id}"
        st.text_input(
            "Title",
            value=chat.title,
            key=title,
            on_change=_rename,
            args=(assistant, chat.id, title),
        )
        for form, (called, ending, kind) in _FORMS.items():
            st.download_button(
                f"Export as {called}",
                _written(assistant, chat.id, form),
                file_name=f"chat.{ending}",
                mime=kind,
                key=f"export-{form}",
                type="tertiary",
                on_click="ignore",
            )
        st.button(
            "Delete this chat",
            key="delete-chat",
            type="tertiary",
            on_click=_delete,
            args=(assistant, chat),
        )


def _written(assistant: Assistant, chat_id: str, form: str) -> Callable[[], str]:
    """Writes a chat out when it is asked for, not at every run of the page."""
    owner = person.owner()
    return lambda: assistant.chats.export(chat_id, form, owner)


def _rename(assistant: Assistant, chat_id: str, key: str) -> None:
    title = str(st.session_state.get(key) or "").strip()
    if title:
        assistant.chats.rename(chat_id, title, person.owner())


def _delete(assistant: Assistant, chat: Chat) -> None:
    assistant.chats.delete(chat.id, person.owner())
    st.session_state["deleted-chat"] = chat
    begin()


def _deleted_line(assistant: Assistant) -> None:
    chat: Chat | None = st.session_state.get("deleted-chat")
    if chat is None:
        return
    with st.container(key="chat-undo"):
        title = name(chat.title or "Untitled")
        show(tag("p", "Deleted “", title, "”.", cls="quiet", role="status"))
        st.button(
            "Undo", key="undelete", type="tertiary", on_click=_undelete, args=(assistant, chat.id)
        )


def _undelete(assistant: Assistant, chat_id: str) -> None:
    st.session_state.pop("deleted-chat", None)
    assistant.chats.undelete(chat_id, person.owner())
    _open(chat_id)
