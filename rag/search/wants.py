"""What a question wants a sentence to give: a figure, a cause, the means, a definition.

Sentences that give it are preferred; those that say what the question says, and no more, often
stand before them otherwise.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

from rag.search import telling
from rag.search.definitions import definer, term_asked
from rag.search.figures import FigureAsked, figure_asked
from rag.search.measures import has_figure

_FIGURE, _ANY_FIGURE, _CAUSE, _MEANS, _DEFINITION = 0.2, 0.1, 0.2, 0.15, 0.4


@dataclass(frozen=True, slots=True)
class Want:
    """One thing that a sentence should give, and what is added to its score if it does."""

    is_given_by: Callable[[str], bool]
    bonus: float
    is_apart: bool = False  # it may stand in a sentence that says little else of the question


@functools.lru_cache(maxsize=100)
def wants_of(question: str) -> tuple[Want, ...]:
    """All that a question wants."""
    wants = list(_figures(question))
    if telling.wants_cause(question):
        wants.append(Want(telling.has_cause, _CAUSE, is_apart=True))
    elif telling.wants_means(question):
        wants.append(Want(telling.has_means, _MEANS, is_apart=True))
    elif term := term_asked(question):
        wants.append(Want(definer(term), _DEFINITION))
    return tuple(wants)


def wants_figure(question: str) -> bool:
    """True for a question that a number answers."""
    asked = figure_asked(question)
    return asked.is_number if asked else telling.wants_figures(question)


def _figures(question: str) -> tuple[Want, ...]:
    """The figure itself, in its units or beside what is counted; any other counts for less."""
    asked = figure_asked(question)
    if asked is None:
        return (Want(has_figure, _FIGURE),) if telling.wants_figures(question) else ()
    if not asked.is_number:
        return (Want(asked.is_told_in, _FIGURE),)
    return (
        Want(has_figure, _ANY_FIGURE),
        Want(functools.partial(_gives, asked), _FIGURE - _ANY_FIGURE, is_apart=True),
    )


def _gives(asked: FigureAsked, text: str) -> bool:
    return has_figure(text) and asked.is_told_in(text)
