"""What people thought of answers, as rows of the catalog; it outlives the answers themselves."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from rag.base.chats import Feedback
from rag.base.errors import LibraryError
from rag.base.types import Answer
from rag.index import answers, records
from rag.index import schema as t
from rag.index.store import Store

_WAIT_MS = 5000  # somebody watches


class KeptFeedback:
    """The feedback on one library's answers: one judgement for each answer and person."""

    def __init__(self, store: Store) -> None:
        self._catalog = store._catalog

    def give(
        self,
        answer_id: str,
        *,
        good: bool,
        right: Sequence[str] = (),
        answerable: bool | None = None,
        owner: str = "",
    ) -> Feedback:
        """Say whether a kept answer is good; what was said of it before is replaced.

        `right` are ids of the papers that should have been cited; a good answer without them
        counts for those that it cites. `answerable` False says that no paper of the library has
        the answer, which a good abstention says too.

        Raises:
            LibraryError: no such answer is kept, or there is no such paper.
        """
        with self._catalog.answering(wait_ms=_WAIT_MS) as conn:
            answer = answers.read(conn, answer_id)
            if answer is None:
                raise LibraryError(f"The library keeps no answer {answer_id} to judge.")
            is_silence = good and answer.status == "abstained"
            is_answerable = bool(right) or (not is_silence if answerable is None else answerable)
            titles = _titles(conn, right) or (_cited(answer) if good and is_answerable else ())
            question = _alone(answer)
            given = Feedback(answer_id, _now(), question, good, titles, is_answerable, owner)
            _delete(conn, answer_id, owner)
            conn.execute(sa.insert(t.feedback).values(_row(given)))
        return given

    def of(self, answer_id: str, owner: str = "") -> Feedback | None:
        """What this person said of an answer."""
        with self._catalog.reading() as conn:
            found = _read(conn, t.feedback.c.answer == answer_id, t.feedback.c.owner == owner)
        return found[0] if found else None

    def withdraw(self, answer_id: str, owner: str = "") -> None:
        """Forget what this person said of an answer."""
        with self._catalog.answering(wait_ms=_WAIT_MS) as conn:
            _delete(conn, answer_id, owner)

    def all(self) -> tuple[Feedback, ...]:
        """All feedback of all people, oldest first."""
        with self._catalog.reading() as conn:
            return tuple(_read(conn))


def _alone(answer: Answer) -> str:
    """The question as it can be asked without the chat that it stood in."""
    return answer.plan.query if answer.plan and answer.provenance.history else answer.question


def _cited(answer: Answer) -> tuple[str, ...]:
    titles = (citation.paper.title for citation in answer.citations)
    return tuple(dict.fromkeys(title for title in titles if title))


def _titles(conn: sa.Connection, paper_ids: Sequence[str]) -> tuple[str, ...]:
    found = records.read_papers(conn, list(paper_ids)[: records.IDS_PER_QUERY])
    unknown = [paper_id for paper_id in paper_ids if paper_id not in found]
    if unknown:
        raise LibraryError(f"The library has no paper {unknown[0]}.")
    return tuple(found[paper_id].title for paper_id in paper_ids if found[paper_id].title)


def _delete(conn: sa.Connection, answer_id: str, owner: str) -> None:
    mine = sa.and_(t.feedback.c.answer == answer_id, t.feedback.c.owner == owner)
    conn.execute(sa.delete(t.feedback).where(mine))


def _row(given: Feedback) -> dict[str, Any]:
    row = given.to_dict()
    key = {"answer": row.pop("answer_id"), "owner": row.pop("owner"), "at": row.pop("at")}
    return {**key, "record": json.dumps(row)}


def _read(conn: sa.Connection, *where: Any) -> list[Feedback]:
    columns = (t.feedback.c.answer, t.feedback.c.owner, t.feedback.c.at, t.feedback.c.record)
    query = sa.select(*columns).where(*where).order_by(t.feedback.c.seq)
    return [_feedback(*row) for row in conn.execute(query)]


def _feedback(answer_id: str, owner: str, at: str, record: str) -> Feedback:
    said = json.loads(record)
    return Feedback(
        answer_id,
        at,
        said["question"],
        said["good"],
        tuple(said["right"]),
        said["answerable"],
        owner,
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
