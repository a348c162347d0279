"""Commands on kept conversations: chats."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from rag.base.errors import LibraryError
from rag.commands.shared import emit, open_library, say

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.base.chats import Chat


def chats(args: argparse.Namespace) -> int:
    """List chats, show, write out, delete or bring back one, or write out the feedback."""
    with open_library(args) as assistant:
        return _ACTIONS[args.action](assistant, args)


def _list(assistant: Assistant, args: argparse.Namespace) -> int:
    from rag.terminal import chat_line, width

    found = assistant.chats.list(args.about, args.owner)
    if args.json:
        emit({"chats": [chat.to_dict() for chat in found]})
    elif found:
        print("\n".join(chat_line(chat, width()) for chat in found))
    else:
        say("No chat has these words." if args.about else "No chats yet; `askpapers` opens one.")
    return 0


def _show(assistant: Assistant, args: argparse.Namespace) -> int:
    from rag.terminal import chat_text, plain, width

    chat = assistant.chats.get(args.id, args.owner)
    if chat is None:
        raise LibraryError(f"There is no chat {plain(args.id)}; `askpapers chats` lists them.")
    if args.json:
        emit(chat.to_dict())
    else:
        print(chat_text(chat, width()))
    return 0


def _export(assistant: Assistant, args: argparse.Namespace) -> int:
    from rag.terminal import printable

    written = assistant.chats.export(args.id, args.format, args.owner)
    if args.json:
        emit({"text": written})
    else:
        print(printable(written), end="")
    return 0


def _delete(assistant: Assistant, args: argparse.Namespace) -> int:
    deleted = assistant.chats.delete(args.id, args.owner)
    return _told(deleted, f"Deleted. `askpapers chats undelete {deleted.id}` undoes it.", args)


def _undelete(assistant: Assistant, args: argparse.Namespace) -> int:
    return _told(assistant.chats.undelete(args.id, args.owner), "The chat is back.", args)


def _feedback(assistant: Assistant, args: argparse.Namespace) -> int:
    every, written = assistant.feedback.all(), assistant.feedback.export()
    if args.json:
        questions = [json.loads(line) for line in written.splitlines()]
        emit({"feedback": [given.to_dict() for given in every], "questions": questions})
        return 0
    print(written, end="")
    left_out = sum(not given.is_testable for given in every)
    if not every:
        say("No answer was judged yet; the chat has thumbs for it.")
    elif left_out:
        say(f"{left_out} of {len(every)} name no right answer and are left out.")
    return 0


def _told(chat: Chat, line: str, args: argparse.Namespace) -> int:
    if args.json:
        emit(chat.to_dict())
    else:
        print(line)
    return 0


_ACTIONS = {
    "list": _list,
    "show": _show,
    "export": _export,
    "delete": _delete,
    "undelete": _undelete,
    "feedback": _feedback,
}
