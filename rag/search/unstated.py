"""What a question wants to be told that a paper plainly does not say: a figure, or a name.

Where a paper does not give the count or the quantity that is asked for, or never says "M51", it
does not answer, however near its subject is. Of 1,640 written questions (those of the tests) 5 were
taken for unstated in the abstract that answers them by their figure, and of 1,460 that it does not
answer 500; by their names 2 and 18 more.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from rag.base.types import Paper
from rag.search.figures import figure_asked
from rag.search.things import thing_asked

# "CO2" may be told as carbon dioxide.
_FORMULA = re.compile(r"(?:(?:H|C|N|O|S|P|F|Cl|Na|K|Ca|Mg|Fe|Si|Al|Ti|He|Li)\d{0,2})+[+-]?")


def unstated(
    query: str, paper: Paper, missing: Iterable[str] = (), of_others: Collection[str] = ()
) -> tuple[str, ...]:
    """What a paper does not do of what the question wants: "say how many images"; mostly nothing.

    `missing` are the names in the question that the paper does not have, `of_others` those of them
    that another paper is called by.
    """
    asked = figure_asked(query)
    if asked and not asked.is_told_in(f"{paper.title}. {paper.text}"):
        return (asked.unsaid,)
    thing = None if asked else thing_asked(query)
    if thing and not thing.is_told_by(paper):
        return (thing.unsaid,)
    return tuple(f"mention {name}" for name in missing if _is_numbered(name) or name in of_others)


def _is_numbered(name: str) -> bool:
    """True for names that nothing else can stand for: "M51", "GPT-4", not "RL", "3D", "CO2"."""
    return name[0].isalpha() and any(c.isdigit() for c in name) and not _FORMULA.fullmatch(name)
