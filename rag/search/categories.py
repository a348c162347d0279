"""Subjects in a question: category codes as the library prints them, and what people call them."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

from rag.search.names import Names
from rag.search.people import PAPERS
from rag.search.understood import Understood

# arXiv's codes for subjects and what people call them.
_CALLED = {
    "AI": "artificial intelligence",
    "AR": "hardware architecture|computer architecture",
    "CC": "computational complexity|complexity theory",
    "CE": "computational engineering",
    "CG": "computational geometry",
    "CL": "computation and language|computational linguistics|natural language processing|nlp",
    "CR": "cryptography and security|cryptography|security",
    "CV": "computer vision|vision",
    "CY": "computers and society",
    "DB": "databases?",
    "DC": "distributed computing|parallel computing",
    "DL": "digital libraries",
    "DM": "discrete mathematics",
    "DS": "data structures and algorithms|data structures|algorithms",
    "FL": "formal languages|automata theory",
    "GR": "graphics|computer graphics",
    "GT": "computer science and game theory|game theory",
    "HC": "human[- ]computer interaction|hci",
    "IR": "information retrieval",
    "IT": "information theory",
    "LG": "machine learning",
    "LO": "logic in computer science",
    "MA": "multi[- ]?agent systems",
    "MM": "multimedia",
    "NA": "numerical analysis",
    "NE": "neural and evolutionary computing",
    "NI": "networking and internet architecture|networking",
    "OS": "operating systems",
    "PF": "performance",
    "PL": "programming languages",
    "RO": "robotics",
    "SC": "symbolic computation",
    "SD": "sound",
    "SE": "software engineering",
    "SI": "social and information networks|social networks",
    "SY": "systems and control|control systems",
}
_SUBJECT = r"(?:arxiv\s+)?(?:category|categories|subject|field|area|section)"
_ARCHIVE = r"(?:(?:cs|stat|math|eess|q-bio|physics)\.)?"
_ENDS = r"(?![\w-]|\.\w)"  # "cond-mat" is not yet "cond-mat.supr-con"
_CUE = (
    rf"(?:{_SUBJECT}\s*(?:of|is|=|:)?|"
    rf"(?:in|from|under|belong\w*\s+to)(?:\s+the)?(?:\s+{_SUBJECT})?)"
)
_CLOSES = (
    rf"(?=\s*(?:$|[^\w\s])|\s+(?:and|or|but|since|from|in|with|without|that|which|by|before|after|until|"
    rf"between|not|have|has|are|is|written|published|do|does|did|scored|{PAPERS})\b)"
)


def read_categories(understood: Understood, names: Names) -> None:
    """Take the categories that a question names, by code or by what they are called."""
    codes = sorted(names.categories, key=len, reverse=True)
    found: dict[bool, set[str]] = {False: set(), True: set()}  # wanted, and not wanted
    for code in codes:
        match = _first(_alone(code), understood.rest)
        if match:
            found[understood.use(match.span())].update(_called(match[1], codes))
    if not found[False] | found[True]:
        return
    for code in codes:
        match = _first(_joined(code), understood.rest)
        if match:
            negated = understood.use(match.span()) or not found[False]
            found[negated].update(_called(match[1], codes))
    for negated, said in found.items():
        if said:
            listed = tuple(sorted(said))
            words = "in category " + " or ".join(listed)
            understood.note(words, negated=negated, categories=listed)


def _called(said: str, codes: Iterable[str]) -> list[str]:
    """All categories of this name: a bare "LO" may be of two archives."""
    return [code for code in codes if re.fullmatch(_name(code), said, re.IGNORECASE)]


def _name(code: str) -> str:
    """What a category is called: its code, with the archive or without, and its name in words."""
    short = code.rsplit(".", 1)[-1]
    is_computing = code == short or code.lower().startswith("cs.")
    in_words = f"|{_CALLED[short]}" if is_computing and short in _CALLED else ""
    archive = _ARCHIVE if code == short else ""
    return rf"({re.escape(code)}|{archive}{re.escape(short)}{in_words}){_ENDS}"


@functools.cache
def _alone(code: str) -> tuple[re.Pattern[str], ...]:
    name = _name(code)
    full = code if re.search(r"[.-]", code) else rf"{_ARCHIVE[:-1]}{re.escape(code)}"
    return _compiled(
        rf"\b{_CUE}\s*[\"'“]?{name}[\"'”]?(?:\s+{_SUBJECT})?{_CLOSES}",
        rf"(?<![\w.-]){name}\s+(?:{PAPERS}|{_SUBJECT})\b",
        rf"(?<![\w.-])({full}){_ENDS}",
    )


@functools.cache
def _joined(code: str) -> tuple[re.Pattern[str], ...]:
    """A category beside one that is blanked by now: "LG or CL papers"."""
    joint = r"(?:or|and|nor|,|/)"
    return _compiled(
        rf"\s{{3,}}{joint}\s+(?:in\s+)?{_name(code)}{_CLOSES}",
        rf"(?<![\w.-]){_name(code)}\s*{joint}\s{{3,}}",
    )


def _compiled(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


def _first(patterns: Iterable[re.Pattern[str]], text: str) -> re.Match[str] | None:
    """The first place where a category is named; a short code must be written as one."""
    matches = (pattern.search(text) for pattern in patterns)
    return next((m for m in matches if m and _is_written_as_code(m[1])), None)


def _is_written_as_code(said: str) -> bool:
    return len(said) > 3 or said.isupper() or "." in said  # "so" and "it" are words
