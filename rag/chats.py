"""What a library keeps of conversations: its chats, and what people thought of the answers.

`rag.index` keeps them, `rag.cite` writes them out; here the two meet.
"""

from __future__ import annotations

import json

from rag.base.chats import Feedback
from rag.base.errors import LibraryError
from rag.cite.chats import written
from rag.index.chats import KeptChats
from rag.index.feedback import KeptFeedback


class Chats(KeptChats):
    """The chats of a library: listed, searched, continued, renamed, deleted, written out."""

    def export(self, chat_id: str, form: str = "markdown", owner: str = "") -> str:
        """A chat as "markdown", "html" or "json", with a bibliography of the cited papers.

        Raises:
            LibraryError: there is no such chat.
            QuestionError: the format is not known.
        """
        chat = self.get(chat_id, owner)
        if chat is None:
            raise LibraryError(f"There is no chat {chat_id}; `askpapers chats` lists the chats.")
        return written(chat, form)


class Judgements(KeptFeedback):
    """Feedback on answers, which can be run again as a test."""

    def export(self) -> str:
        """The feedback as a file of questions for `askpapers eval`, one JSON object a line.

        Left out is what names no right answer: a bad answer without the paper that has it.
        """
        told = {given.question: given for given in self.all() if given.is_testable}
        return "".join(f"{_as_question(given)}\n" for given in told.values())


def _as_question(given: Feedback) -> str:
    return json.dumps(
        {
            "id": f"feedback-{given.answer_id}",
            "type": "feedback",
            "question": given.question,
            "gold": list(given.right),
            "facts": [],
            "answerable": given.answerable,
        }
    )
