"""Subjects in a question: category codes as the library prints them, and what people call them."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from rag.search.asking import topic_words
from rag.search.names import Names
from rag.search.people import PAPERS
from rag.search.subjects import CALLED, TOGETHER
from rag.search.understood import Understood

_PRINTED = {code.upper(): code for code in CALLED}
_NEVER = "(?!)"
_SUBJECT = r"(?:arxiv\s+)?(?:category|categories|subject|field|area|section)"
_ARCHIVE = rf"(?:(?:{'|'.join(re.escape(code) for code in CALLED if '.' not in code)})\.)?"
_ENDS = r"(?![\w-]|\.\w)"  # "cond-mat" is not yet "cond-mat.supr-con"
_CUE = (
    rf"(?:{_SUBJECT}\s*(?:of|is|=|:)?|"
    rf"(?P<within>in|from)(?:\s+the)?|"
    rf"(?:in|from|under|belong\w*\s+to)(?:\s+the)?(?:\s+{_SUBJECT})?)"
)
_CLOSES = (
    rf"(?=\s*(?:$|[^\w\s])|\s+(?:and|or|but|since|from|in|on|about|with|without|that|which|by|before|"
    rf"after|until|between|not|have|has|are|is|written|published|do|does|did|scored|there|{PAPERS})\b)"
)
_OF_PAPERS = re.compile(
    rf"(?:^|\b{PAPERS}|\s\s)\W*(?:(?:and|but|only|just|what\s+about|those|ones|that|which|not|except|is|"
    rf"are|was|were|there|i|we|you|do|does|have|\w+ed|belong\w*|{_SUBJECT})\s+){{0,4}}$",
    re.IGNORECASE,
)  # what stands before "in optics" where papers are meant, not what is used in optics
_WORD_BEFORE = re.compile(r"(?:^|\s)([a-z][\w-]*)\s$")


@dataclass(frozen=True, slots=True)
class Subject:
    """A category of the library, or several that have one name, as those of an archive.

    The others are regular expressions of how questions name it: by a `code` that means nothing
    else, by a `short` one that may be a word, and as it is `called`.
    """

    printed: str
    codes: tuple[str, ...]
    code: str
    short: str
    called: str


def read_categories(understood: Understood, names: Names) -> None:
    """Take the categories that a question names, by code or by what they are called."""
    subjects = _subjects(names.categories)
    found: dict[bool, list[Subject]] = {False: [], True: []}  # wanted, and not wanted
    for subject in subjects:
        match = _first(_alone(subject), understood.rest)
        if match:
            found[understood.use(match.span())] += _called(match["said"], subjects)
    if not found[False] + found[True]:
        return
    for subject in subjects:
        match = _first(_joined(subject), understood.rest)
        if match:
            negated = understood.use(match.span()) or not found[False]
            found[negated] += _called(match["said"], subjects)
    for negated, said in found.items():
        if said:
            codes = tuple(sorted({code for subject in said for code in subject.codes}))
            words = "in category " + " or ".join(sorted({subject.printed for subject in said}))
            understood.note(words, negated=negated, categories=codes)


@functools.lru_cache(maxsize=8)
def _subjects(categories: frozenset[str]) -> tuple[Subject, ...]:
    """What can be asked for in a library: its categories, longest first, then what joins them."""
    codes = sorted(categories, key=lambda code: (-len(code), code))
    joined = [
        (called, {archive: _of(archive, codes) for archive in TOGETHER.get(called, (called,))})
        for called in CALLED
        if "." not in called
    ]
    archives = [
        Subject(
            called if called in within else " or ".join(a for a, own in within.items() if own),
            tuple(code for own in within.values() for code in own),
            re.escape(called) if "-" in called else _NEVER,
            re.escape(called),
            CALLED[called],
        )
        for called, within in joined
        if any(within.values())
    ]
    return (*map(_category, codes), *archives)


def _category(code: str) -> Subject:
    """One category; a code without an archive is of computing, as "LG" is."""
    printed = _PRINTED.get(code, code)
    is_bare = not re.search(r"[.-]", code)
    short = re.escape(code.rsplit(".", 1)[-1])
    return Subject(
        printed,
        (code,),
        rf"{_ARCHIVE[:-1]}{short}" if is_bare else re.escape(code),
        rf"{_ARCHIVE}{short}" if is_bare else short,
        CALLED.get(printed) or CALLED.get(f"cs.{code}", ""),
    )


def _of(archive: str, codes: Iterable[str]) -> list[str]:
    """The codes that belong to an archive."""
    whole = archive.upper()
    is_computing = archive == "cs"
    return [
        code
        for code in codes
        if code == whole
        or code.startswith(f"{whole}.")
        or (is_computing and f"CS.{code}" in _PRINTED)
    ]


def _called(said: str, subjects: Iterable[Subject]) -> list[Subject]:
    """All subjects of this name: a bare "LO" may be of two archives."""
    return [s for s in subjects if re.fullmatch(_name(s), said, re.IGNORECASE)]


def _name(subject: Subject) -> str:
    """How a subject is named: in words, or by its code, with the archive or without."""
    in_words = rf"(?P<words>{subject.called or _NEVER})"
    return rf"(?P<said>{in_words}|{subject.code}|{subject.short}){_ENDS}"


@functools.cache
def _alone(subject: Subject) -> tuple[re.Pattern[str], ...]:
    name = _name(subject)
    return _compiled(
        rf"\b{_CUE}\s*[\"'“]?{name}[\"'”]?(?:\s+{_SUBJECT})?{_CLOSES}",
        rf"(?<![\w.-]){name}\s+(?:{PAPERS}|{_SUBJECT})\b",
        rf"(?<![\w.-])(?P<said>{subject.code}){_ENDS}",
    )


@functools.cache
def _joined(subject: Subject) -> tuple[re.Pattern[str], ...]:
    """A category beside one that is blanked by now: "LG or CL papers"."""
    joint = r"(?:or|and|nor|,|/)"
    name = _name(subject)
    return _compiled(
        rf"\s{{3,}}{joint}\s+(?:in\s+)?{name}{_CLOSES}",
        rf"(?<![\w.-]){name}\s*{joint}\s{{3,}}",
    )


def _compiled(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


def _first(patterns: Iterable[re.Pattern[str]], text: str) -> re.Match[str] | None:
    """The first place where a category is named, and meant."""
    matches = (pattern.search(text) for pattern in patterns)
    return next((m for m in matches if m and _is_meant(m)), None)


def _is_meant(found: re.Match[str]) -> bool:
    """Whether a name is that of a category where it stands.

    A short code must be written as one: "so" and "it" are words. In words, a subject may be a
    part of another, as in "fibre optics papers", and what is used "in optics" is no category.
    """
    groups, said, before = found.groupdict(), found["said"], found.string[: found.start()]
    if not groups.get("words"):
        return len(said) > 3 or said.isupper() or "." in said or said in CALLED
    if "within" in groups:
        return not groups["within"] or bool(_OF_PAPERS.search(before))
    word = _WORD_BEFORE.search(before)
    return word is None or not topic_words(word[1])
