"""What the doctor says of a model's endpoint: where it is, what it offers, whether it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.base.errors import ModelError
from rag.base.types import Finding

if TYPE_CHECKING:
    from rag.models.remote import ChatModel

_CHECK = "answering model"
_NAMED = 5  # how many of the offered models are named in one line


def examine(chat: ChatModel) -> Finding:
    """Ask the endpoint for its list of models and the set model for one token.

    An endpoint without a list is well as long as the model answers.
    """
    if not chat.model:
        return _unnamed(chat)
    try:
        seconds = chat.try_out()
    except ModelError as error:
        detail = f"{error}{_offer(chat)}"
        return Finding(_CHECK, ok=False, detail=detail, cure="Check the endpoint and the model.")
    exposed = "; the connection is not encrypted" if chat.is_exposed else ""
    detail = f"{chat.identity} answered in {seconds:.2f} s{exposed}.{_offer(chat)}"
    return Finding(_CHECK, ok=True, detail=detail)


def _unnamed(chat: ChatModel) -> Finding:
    detail = f"none is set; answers are quotations.{_offer(chat)}"
    return Finding(_CHECK, ok=True, detail=f"{detail} Set ASKPAPERS_MODEL to have answers written.")


def _offer(chat: ChatModel) -> str:
    """A sentence on what the endpoint offers, the set model first."""
    try:
        offered = chat.models()
    except ModelError as error:
        return "" if chat.model else f" {error}"
    first = sorted(offered, key=lambda name: name != chat.model)
    names = ", ".join(first[:_NAMED]) + (" …" if len(offered) > _NAMED else "")
    return f" {chat.host} offers {len(offered)} models: {names}." if names else ""
