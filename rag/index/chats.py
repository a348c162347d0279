"""Chats as rows of the catalog: a chat has turns, and each turn is a kept answer.

An answer that a chat shows is kept however many others come after it.
"""

from __future__ import annotations

import dataclasses
import secrets
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from rag.base.chats import Chat
from rag.base.errors import LibraryError
from rag.base.text import clean_line, fold
from rag.base.types import Answer
from rag.index import answers
from rag.index import schema as t
from rag.index.store import Store

_WAIT_MS = 5000  # somebody watches
_TITLE_CHARS = 80


class KeptChats:
    """The chats of one library. Safe to use from several threads and processes.

    A chat is seen by its owner alone; to all others it does not exist.
    """

    def __init__(self, store: Store) -> None:
        self._catalog = store._catalog

    def list(self, query: str = "", owner: str = "", most: int | None = None) -> tuple[Chat, ...]:
        """Chats that have every word of the query, all without one; the last used first.

        `most` is how many are wanted; a page that lists some does not read a thousand.
        """
        words = fold(query).split()
        if query.strip() and not words:
            return ()
        mine = sa.and_(t.chats.c.owner == owner, t.chats.c.deleted.is_(None))
        with self._catalog.reading() as conn:
            return tuple(_chats(conn, sa.and_(mine, *map(_says, words)), most))

    def create(self, title: str = "", owner: str = "") -> Chat:
        """Begin a chat; without a title it gets its first question for one."""
        now = _now()
        row = {"id": secrets.token_hex(8), "owner": owner, "created": now, "updated": now}
        with self._catalog.answering(wait_ms=_WAIT_MS) as conn:
            given = {**row, **_titled(title), "touched": _next_touch(conn)}
            seq = conn.scalar(sa.insert(t.chats).returning(t.chats.c.seq), given)
            return _chats(conn, t.chats.c.seq == seq)[0]

    def get(self, chat_id: str, owner: str = "") -> Chat | None:
        """A chat with its answers, None if there is none of this id."""
        with self._catalog.reading() as conn:
            found = _find(conn, chat_id, owner)
            return None if found is None else _whole(conn, found)

    def append(self, chat_id: str, answer: Answer, owner: str = "") -> Answer:
        """Add an answer at the end, given with the id under which it is kept; once if repeated.

        Raises:
            LibraryBusyError: another process kept the database locked.
            LibraryError: there is no such chat, or the library cannot be written to.
        """
        with self._catalog.answering(wait_ms=_WAIT_MS) as conn:
            chat = _require(conn, chat_id, owner)
            kept = answers.ensure(conn, answer)
            mine = t.turns.c.chat == chat
            known = sa.and_(mine, t.turns.c.answer == int(kept.id or 0))
            if conn.scalar(sa.select(t.turns.c.position).where(known)) is None:
                last = conn.scalar(sa.select(sa.func.max(t.turns.c.position)).where(mine))
                _insert_turn(conn, chat, (last or 0) + 1, kept)
            _touch(conn, chat)
        return kept

    def replace(self, chat_id: str, answer_id: str, answer: Answer, owner: str = "") -> Answer:
        """Put an answer in the place of another one of the chat, as after asking again.

        Raises:
            LibraryError: there is no such chat or no such answer in it.
        """
        with self._catalog.answering(wait_ms=_WAIT_MS) as conn:
            chat = _require(conn, chat_id, owner)
            seq = answers.number_of(answer_id)
            place = sa.and_(t.turns.c.chat == chat, t.turns.c.answer == seq)
            position = conn.scalar(sa.select(t.turns.c.position).where(place))
            if position is None:
                raise LibraryError(f"The chat {chat_id} has no answer {answer_id}.")
            kept = answers.ensure(conn, answer)
            conn.execute(sa.delete(t.turns).where(place))
            _insert_turn(conn, chat, position, kept)
            _touch(conn, chat)
        return kept

    def rename(self, chat_id: str, title: str, owner: str = "") -> Chat:
        """Give a chat another title.

        Raises:
            LibraryError: there is no such chat.
        """
        with self._catalog.answering(wait_ms=_WAIT_MS) as conn:
            chat = _require(conn, chat_id, owner)
            conn.execute(sa.update(t.chats).where(t.chats.c.seq == chat).values(_titled(title)))
            return _chats(conn, t.chats.c.seq == chat)[0]

    def delete(self, chat_id: str, owner: str = "") -> Chat:
        """Delete a chat; `undelete` brings it back until deleted things are purged.

        Raises:
            LibraryError: there is no such chat.
        """
        return self._set_deleted(chat_id, owner, was=False)

    def undelete(self, chat_id: str, owner: str = "") -> Chat:
        """Bring a deleted chat back as it was.

        Raises:
            LibraryError: no such chat was deleted, or it is gone for good.
        """
        return self._set_deleted(chat_id, owner, was=True)

    def _set_deleted(self, chat_id: str, owner: str, *, was: bool) -> Chat:
        with self._catalog.answering(wait_ms=_WAIT_MS) as conn:
            chat = _require(conn, chat_id, owner, deleted=was)
            values = {"deleted": None if was else _now()}
            conn.execute(sa.update(t.chats).where(t.chats.c.seq == chat).values(values))
            return _chats(conn, t.chats.c.seq == chat)[0]


# --- rows ------------------------------------------------------------------------------------


def _chats(conn: sa.Connection, where: Any, most: int | None = None) -> list[Chat]:
    count = sa.select(sa.func.count()).where(t.turns.c.chat == t.chats.c.seq).scalar_subquery()
    names = ("id", "title", "created", "updated", "owner")
    query = sa.select(*(t.chats.c[name] for name in names), count).where(where)
    rows = conn.execute(query.order_by(t.chats.c.touched.desc()).limit(most)).all()
    return [Chat(**dict(zip(names, row, strict=False)), turns=row[-1]) for row in rows]


def _whole(conn: sa.Connection, seq: int) -> Chat:
    order = sa.select(t.turns.c.answer).where(t.turns.c.chat == seq).order_by(t.turns.c.position)
    found = answers.read_all(conn, conn.scalars(order).all())
    (chat,) = _chats(conn, t.chats.c.seq == seq)
    return dataclasses.replace(chat, answers=found)


def _find(conn: sa.Connection, chat_id: str, owner: str, *, deleted: bool = False) -> int | None:
    state = t.chats.c.deleted.is_not(None) if deleted else t.chats.c.deleted.is_(None)
    where = sa.and_(t.chats.c.id == chat_id, t.chats.c.owner == owner, state)
    return conn.scalar(sa.select(t.chats.c.seq).where(where))


def _require(conn: sa.Connection, chat_id: str, owner: str, *, deleted: bool = False) -> int:
    found = _find(conn, chat_id, owner, deleted=deleted)
    if found is None:
        state = "deleted chat that can be brought back" if deleted else "chat"
        raise LibraryError(f"There is no {state} {chat_id}; `askpapers chats` lists the chats.")
    return found


def _says(word: str) -> Any:
    """Whether a chat has a folded word, or the beginning or a part of one."""
    in_turns = sa.select(t.turns.c.chat).where(t.turns.c.folded.contains(word, autoescape=True))
    return sa.or_(t.chats.c.folded.contains(word, autoescape=True), t.chats.c.seq.in_(in_turns))


def _titled(title: str) -> dict[str, str]:
    line = clean_line(title)
    if len(line) > _TITLE_CHARS:
        line = line[:_TITLE_CHARS].rsplit(" ", 1)[0].rstrip() + "…"
    return {"title": line, "folded": fold(line)}


def _insert_turn(conn: sa.Connection, chat: int, position: int, answer: Answer) -> None:
    row = {"chat": chat, "position": position, "answer": int(answer.id or 0)}
    conn.execute(sa.insert(t.turns), {**row, "folded": answers.said(answer)})
    unnamed = sa.and_(t.chats.c.seq == chat, t.chats.c.title == "")
    conn.execute(sa.update(t.chats).where(unnamed).values(_titled(answer.question)))


def _touch(conn: sa.Connection, chat: int) -> None:
    values = {"updated": _now(), "touched": _next_touch(conn)}
    conn.execute(sa.update(t.chats).where(t.chats.c.seq == chat).values(values))


def _next_touch(conn: sa.Connection) -> int:
    return (conn.scalar(sa.select(sa.func.max(t.chats.c.touched))) or 0) + 1


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
