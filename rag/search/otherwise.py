"""What a sentence tells without the word that is asked for: a speedup as "20% faster".

A question names a measure, and papers state it by verbs, adjectives and comparatives beside a
figure. A licence is told by its own name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from rag.base.text import stem
from rag.search.measures import has_figure, names_licence

_COMPARED = r"(?!\s+than\s+(?:\d|\w+\s+(?:hundred|thousand|million)))"  # not "more than 50"
_LESS = (
    rf"reduc\w*|decreas\w*|lower(?:s|ed|ing)?|(?:fewer|less|smaller|shorter|cheaper){_COMPARED}|"
    r"cuts?|cutting|drop(?:s|ped|ping)?|declin\w*|fell|falls?|fallen|sav(?:e[sd]?|ings?)|halv\w*|"
    r"shr[aiu]nk\w*|shorten\w*|diminish\w*|lessen\w*|down\s+(?:from|to|by)"
)
_MORE = (
    r"increas\w*|ris(?:e[sn]?|ing)|rose|gr[eo]w\w*|rais(?:e[sd]?|ing)|doubl\w*|tripl\w*|"
    r"up\s+(?:from|to|by)|"
    rf"(?:more|higher|larger|greater|longer){_COMPARED}"
)
_BETTER = (
    r"gain\w*|improv\w*|boost\w*|enhanc\w*|better|faster|quicker|outperform\w*|surpass\w*|exceed\w*|"
    r"beat(?:s|en|ing)?"
)
_SLOWER = r"slow(?:er|s|ed)?|overheads?|longer|delay\w*"
_EFFORT = (
    r"(?:\w*time|iterations?|steps?|epochs?|latenc\w+|hours|days|evaluations?|queries|flops|"
    r"computations?|compute)"
)
_FASTER = (
    r"fast(?:er|est)?|quick(?:er|ly)|speed(?:s|ed|ing|ups?)?|accelerat\w*|"
    rf"(?:{_LESS}|improv\w*)\s(?:[^\s.;]+\s){{0,8}}?{_EFFORT}|{_EFFORT}\s(?:[^\s.;]+\s){{0,4}}?(?:{_LESS})"
)
_APART = r"compar\w*|than|versus|vs|behind|ahead|below|above|worse|apart|differ\w*"
_SHARE = r"percent\w*|out\s+of|half|third|quarter|[\d.]+\s?\\?%"
# Names that questions have for a measure, and what tells it beside a figure.
_ROWS = (
    ("speedup acceleration", _FASTER),
    ("slowdown overhead delay", _SLOWER),
    ("reduction decrease decline drop fall cut saving savings", _LESS),
    ("increase rise growth", _MORE),
    ("gain improvement boost advantage benefit", f"{_BETTER}|{_MORE}|{_LESS}"),
    ("difference gap margin", f"{_BETTER}|{_MORE}|{_LESS}|{_SLOWER}|{_APART}"),
    ("accuracy", r"accura\w*|correct(?:ly)?|right(?:ly)?"),
    ("error mistake failure", r"err(?:s|ed|ors?)|wrong(?:ly)?|incorrect\w*|mis\w+ed|fail\w*"),
    ("percentage proportion fraction share", _SHARE),
    ("factor", r"times|\w*fold|orders?\s+of\s+magnitude|doubl\w*|tripl\w*|halv\w*|\d[\d.]*\s?[x×]"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure: its names, by their stems, and the words that state it where a figure stands."""

    names: dict[str, str]
    told: re.Pattern[str]

    def is_told_in(self, sentence: str) -> bool:
        """True for a sentence that has a figure and states the measure, by whatever word."""
        return has_figure(sentence) and bool(self.told.search(sentence))


def _measure(names: str, told: str) -> Measure:
    own = names.split()
    pattern = rf"(?<![\w-])(?:{'|'.join(own)}|{told})(?!\w)"
    return Measure({stem(name): name for name in own}, re.compile(pattern, re.IGNORECASE))


MEASURES = tuple(_measure(*row) for row in _ROWS)
_LICENCES = frozenset(map(stem, ("licence", "license")))


def measure_called(name: str) -> Measure | None:
    """The measure that a name stands for, in any of its forms: "savings"."""
    stemmed = stem(name.casefold().replace("-", ""))
    return next((measure for measure in MEASURES if stemmed in measure.names), None)


def naming(asked: Iterable[str]) -> Callable[[str], Iterator[str]]:
    """A function that gives those of the stems asked for that a sentence tells otherwise."""
    asked = set(asked)
    measures = [(m, asked & m.names.keys()) for m in MEASURES if not asked.isdisjoint(m.names)]
    licences = asked & _LICENCES

    def told(sentence: str) -> Iterator[str]:
        if licences and names_licence(sentence):
            yield from licences
        for measure, stems in measures:
            if measure.is_told_in(sentence):
                yield from stems

    return told
