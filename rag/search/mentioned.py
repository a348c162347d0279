"""Names that a question is about and no paper is: papers merely mention them, or measure them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.base.text import abbreviations
from rag.base.types import Hit, Paper, QueryPlan
from rag.search.names import Names, bare, is_said_in, name_key, tokens

_RARE = 3  # papers that say a name; what more say is a word of the field


def only_mentioned(
    plan: QueryPlan, hits: Sequence[Hit], names: Names
) -> tuple[str, tuple[Paper, ...], int] | None:
    """The first name that a question is about, or compares, and that no paper is about.

    With it those of the hits that mention it, and how many papers do. None where each has a paper
    of its own: one that is called so, introduces it, or has it in its title.
    """
    for name in _names_asked(plan):
        said = tuple(hit.paper for hit in hits if is_said_in(hit.paper.text, name))
        count = max(names.said_in(name.casefold()), len(said))
        is_of_one = names.handle(name_key(name)) or any(_is_about(paper, name) for paper in said)
        if 0 < count <= _RARE and not is_of_one:
            return name, said, count
    return None


def _names_asked(plan: QueryPlan) -> Iterator[str]:
    """The names that are all a question is about, or all that a side of a comparison is."""
    subjects = plan.parts[:2] if plan.intent == "compare" else (plan.topic,)
    for subject in subjects:
        said = [bare(token) for token in tokens(subject)]
        if len(said) == 1 and any(c.isupper() for c in said[0]):
            yield said[0]


def _is_about(paper: Paper, name: str) -> bool:
    """By its title, which may spell out what the name is short for, or have its letters."""
    short = name.removesuffix("s")
    long = abbreviations(paper.abstract).get(short, name)
    in_letters = short in abbreviations(f"{paper.title} ({short})")
    return is_said_in(paper.title, name) or is_said_in(paper.title, long) or in_letters
