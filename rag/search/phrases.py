"""Words that papers must or must not have: quoted phrases, "with X in the title", "not about X"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.base.text import content_words, fold, words
from rag.base.types import Paper, Phrase, QueryPlan
from rag.search.asking import is_topic, topic_words
from rag.search.names import Names
from rag.search.naming import named_papers
from rag.search.people import PAPERS
from rag.search.understood import Understood

_QUOTED = r"(?:[\"“”«„]([^\"“”«»„]{2,80})[\"“”»]|(?<!\w)['‘]([^'’]{2,80})['’](?!\w))"
_TITLE = r"(?:in\s+(?:the(?:ir)?|its)\s+titles?|in\s+titles?)"
_IN_TITLE = re.compile(
    rf"\b(?:with|have|has|having|contain\w*|mention\w*|includ\w+)\s+(?:the\s+)?(?:words?\s+|term\s+)?"
    rf"(?:{_QUOTED}|([\w-]+(?:\s+[\w-]+){{0,3}}?))\s+{_TITLE}|"
    rf"\b(?:whose\s+)?titles?\s+(?:that\s+)?(?:contain\w*|mention\w*|includ\w+|ha(?:s|ve)|with)\s+"
    rf"(?:the\s+)?(?:words?\s+|term\s+)?(?:{_QUOTED}|([\w-]+))",
    re.IGNORECASE,
)
_TERM = r"[\w+.-]*\w"
# What is mentioned is a word of the text, and all papers that have it are wanted, not the likest.
_MENTIONED = re.compile(
    rf"\b{PAPERS}\s+(?:(?:that|which|to)\s+)?(?:ever\s+|explicitly\s+)?mention(?:s|ed|ing)?\s+"
    rf"(?:the\s+)?(?:(?:words?|terms?|names?|phrase)\s+)?({_TERM}(?:\s+(?!(?:and|or|but|not)\b){_TERM}){{0,2}})"
    rf"(?=\s*[?.!]*$|,?\s+(?:since|from|before|after|between|published|written|by)\b)",
    re.IGNORECASE,
)
_SUBJECT = (
    r"([\w-]+(?:\s+(?!(?:and|or|nor|but|by|from|since|in|with|without|before|after|until|not)\b)"
    r"[\w-]+){0,4})"
)
_ABOUT = (
    r"(?:about|on|concerning|regarding|related\s+to|dealing\s+with|deal\s+with|mention\w*|"
    r"discuss\w*|cover\w*|to\s+do\s+with)"
)
_SEVERAL = re.compile(r"\b([A-Z]{2,})s\b")  # "LSTMs", which no stemmer knows for a plural
_NEVER = r"(?:never|(?:do|does|did)(?:\s+not|n['’]t))"
_USES = (
    r"(?:us(?:e|es|ed|ing)|involv\w+|employ\w*|stud(?:y|ies|ied)|consider\w*|rel(?:y|ies|ied)\s+on|"
    r"(?:talk|speak|write)s?\s+(?:about|of))"
)
_EXCEPT = (
    r"(?:except(?:ing)?(?:\s+for)?|excluding|other\s+than|but\s+not|(?:apart|aside)\s+from|besides|"
    r"ignoring|leaving\s+(?:out|aside)|not\s+(?:including|counting)|with\s+the\s+exception\s+of)"
)
# "Papers on speaker verification that do not use …": what is left out begins behind `kept`. The
# verb is that of the papers; behind a plural, or as "does", it may be that of the topic, and a
# paper may tell of models "that do not use labels".
_TOPIC = (
    rf"(?P<kept>\b{PAPERS}\s+(?:{_ABOUT}|in|of)\s+(?:(?!(?:that|which|who)\b)[\w-]+\s+){{1,6}}?)"
)
_PAPERS_ARE = rf"(?P<kept>\b{PAPERS}\s+(?:(?:that|which)\s+)?(?:(?:is|are)\s+)?)(?:{_ABOUT}\s+)?"
_LEFT_OUT = (
    rf"\b(?:(?:not|never|n['’]t)\s+|(?<=n['’]t)\s+){_ABOUT}\s+{_SUBJECT}",
    r"(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )"
    rf"\bnot\s+(?:in|with|using|involving)\s+{_SUBJECT}",
    rf"(?P<kept>\b{PAPERS}\s+)(?:that\s+|which\s+)?{_NEVER}\s+{_USES}\s+{_SUBJECT}",
    rf"{_TOPIC}{_NEVER}\s+{_USES}\s+{_SUBJECT}",
    rf"{_TOPIC}(?<!s\s)(?:that|which)\s+(?:never|do(?:\s+not|n['’]t))\s+{_USES}\s+{_SUBJECT}",
    rf"(?P<kept>\b{PAPERS}\s+)without\s+(?:{_ABOUT}\s+)?{_SUBJECT}",
    rf"{_PAPERS_ARE}neither\s+(?:{_ABOUT}\s+)?{_SUBJECT}\s+nor\s+(?:{_ABOUT}\s+)?{_SUBJECT}",
    rf"\b{_EXCEPT}\s+(?:(?:the\s+)?(?:those|ones|{PAPERS}|anything)\s+)?(?:{_ABOUT}\s+)?{_SUBJECT}",
)  # fmt: skip
_NOT_ABOUT = tuple(re.compile(pattern, re.IGNORECASE) for pattern in _LEFT_OUT)
_GOES_ON = re.compile(rf"^\W*(?:(?:and|but|only)\s+)?(?:those\s+)?not\s+{_ABOUT}\b", re.IGNORECASE)
# A topic that is no question names no papers, and leaves some out all the same: "speech but not
# music", "lossless codes that avoid tables". Of mere "methods that avoid tables" these are all.
_AVOID = rf"(?:that|which)\s+(?:avoid|{_NEVER}\s+(?:{_USES}|need|require))"
_OF_TOPIC = re.compile(
    rf"^(?P<kept>.*?)(?:,\s*not|,?\s*\b(?:{_EXCEPT}|{_AVOID}))\s+"
    rf"(?:(?:those|ones|anything|any|the)\s+)?(?:{_ABOUT}\s+)?{_SUBJECT}"
    rf"(?:,?\s+(?:and|or|nor)\s+{_SUBJECT})?\W*$",
    re.IGNORECASE,
)
_KINDS = frozenset(
    words(
        "method approach technique model system algorithm tool framework strategy scheme procedure "
        "architecture network variant alternative idea solution task problem domain field"
    )
)
# What may leave papers out, or else belong to the topic: "training without labels".
_UNREAD = re.compile(
    rf"\b(?:without|except|excluding|neither|(?:that|which)\s+(?:avoid|{_NEVER}\s+{_USES}))\s+{_SUBJECT}",
    re.IGNORECASE,
)


def read_phrases(understood: Understood, names: Names) -> None:
    """Take what the text or the title of the papers asked for must say, or must not."""
    if _GOES_ON.match(understood.rest):
        _read_unwanted(understood, names)
    if not re.search(rf"\b{PAPERS}\b", understood.rest, re.IGNORECASE):
        _read_left_out_of_topic(understood, names)
        return
    _read_quoted(understood, names)
    _read_mentioned(understood, names)
    _read_unwanted(understood, names)


def _read_quoted(understood: Understood, names: Names) -> None:
    for pattern, place in ((_IN_TITLE, "title"), (re.compile(_QUOTED), "text")):
        for match in pattern.finditer(understood.rest):
            said = next(filter(None, match.groups())).strip()
            if words(said) and not _is_title(said, names):
                negated = understood.use(match.span())
                _note(understood, Phrase(said, in_title=place == "title"), negated=negated)


def _read_mentioned(understood: Understood, names: Names) -> None:
    for match in _MENTIONED.finditer(understood.rest):
        said = match.group(1)
        if content_words(said) and not named_papers(said, names):
            understood.blank(match.span(1))
            _note(understood, Phrase(said), negated=False)


def _read_unwanted(understood: Understood, names: Names) -> None:
    for pattern in _NOT_ABOUT:
        for match in pattern.finditer(understood.rest):
            kept = match.end("kept") if "kept" in pattern.groupindex else match.start()
            understood.blank((kept, match.end()))
            for said in _subjects(match):
                _leave_out(understood, said, names)


def _read_left_out_of_topic(understood: Understood, names: Names) -> None:
    found = _left_out_of_topic(understood.rest)
    if found and set(content_words(" ".join(topic_words(found["kept"])))) - _KINDS:
        understood.blank((found.end("kept"), found.end()))
        for said in _subjects(found):
            _leave_out(understood, said, names)


def _left_out_of_topic(text: str) -> re.Match[str] | None:
    found = _OF_TOPIC.search(text)
    return found if found and is_topic(found["kept"]) else None


def parts_a_topic(query: str) -> bool:
    """True for a mere topic with an exception: what is wanted are the papers on the rest of it."""
    return _left_out_of_topic(query) is not None


def _subjects(match: re.Match[str]) -> Iterator[str]:
    kept = match.re.groupindex.get("kept")
    for number, said in enumerate(match.groups(), start=1):
        if said and number != kept:
            yield said.strip()


def _leave_out(understood: Understood, said: str, names: Names) -> None:
    named = named_papers(said, names)
    if named:
        understood.note(said, negated=True, ids=named)
    elif not said.isdigit() and words(said):
        _note(understood, Phrase(said), negated=True)


def _note(understood: Understood, phrase: Phrase, *, negated: bool) -> None:
    where = "with {} in the title" if phrase.in_title else "about {}" if negated else "with {}"
    said = where.format(f"“{phrase.words}”")
    if negated:
        understood.hold(f"not {said}", without_phrases=(phrase,))
    else:
        understood.hold(said, phrases=(phrase,))


def _is_title(said: str, names: Names) -> bool:
    folded = fold(said)
    if names.handle(said.casefold()):
        return True
    return " " in folded and names.has_title(folded, inside=folded.count(" ") > 2)


def left_in(plan: QueryPlan) -> str:
    """What a request for papers may have meant to leave out, and did not: "without labels"."""
    found = _UNREAD.search(plan.query)
    return found.group() if found and not (plan.without_phrases or plan.without.ids) else ""


def says(paper: Paper, phrase: Phrase) -> bool:
    """Whether a paper has the words of a phrase, one behind the other, in any form."""
    return f" {_forms(phrase.words)} " in f" {_forms(_searched(paper, phrase))} "


def has(paper: Paper, phrase: Phrase) -> bool:
    """Whether a paper says a phrase, and not only that it does without: "needs no labels"."""
    if not says(paper, phrase):
        return False
    said = f" {_forms(phrase.words)} "
    clauses = (f" {_forms(clause)} " for clause in _CLAUSE.split(_searched(paper, phrase)))
    mentions = [clause.split(said, 1) for clause in clauses if said in clause]
    if not mentions:
        return True  # across the end of a clause
    return any(
        not (_DENIED.search(before) or after.startswith("free ")) for before, after in mentions
    )


# Behind any of these a thing is one that is done without; three words may stand between.
_DENIED = re.compile(
    r"\b(?:without|no|not(?! onli)|nor|never|avoid|instead of|rather than|unlik|free of|free from|"
    r"elimin|remov|obviat|circumv|bypass|replac|lack)(?: \S+){0,3}$"
)
_CLAUSE = re.compile(r"[.;:,]\s|\b(?:but|and|by)\b")


def _searched(paper: Paper, phrase: Phrase) -> str:
    return paper.title if phrase.in_title else f"{paper.title}\n{paper.abstract}"


def _forms(text: str) -> str:
    return " ".join(words(_SEVERAL.sub(r"\1", text)))
