"""Which papers of a conversation a question points at: "it", "them", "the second one"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.base.types import Answer, Paper

History = Sequence[tuple[str, Answer]]

_THING = (
    r"(?:papers?|methods?|works?|stud(?:y|ies)|approach|models?|ones?|articles?|authors?|results?)"
)
_SUPERLATIVE = (
    r"(?:newest|latest|oldest|earliest|most\s+recent|newer|older|best|highest[- ]\w+|lowest[- ]\w+)"
)
_NEWER = (  # of two that are known, where none is named
    r"(?:which|what)\s+(?:is|was|are|were)\s+(?:the\s+)?(?:newer|older|earlier|more\s+recent)(?=\W*$)"
)
_REFERS_BACK = re.compile(
    rf"\b(?:it|its|they|them|their|he|she|his|her|(?:this|that|these|those)\s+{_THING}|these|those|"
    r"(?:which|one|any|all|both|most|some|none|each|either|neither)\s+of\s+(?:them|these|those|the\s+(?:two|three|four|five))|"
    rf"the\s+(?:newer|older)\s+{_THING}|(?:which|what)\s+ones?|{_NEWER}|the\s+(?:former|latter|same)|the\s+{_SUPERLATIVE}(?=\s+ones?\b|\W*$)|"
    r"the\s+(?:papers?|authors?|methods?)\b(?!\s+(?:that|which|who|on|about|by|where|with|of|from)))\b|"
    r"\b(?:does|did|is|was|can|could|has|how|what|about)\s+(?:this|that)\s+"
    r"(?:compare|differ|work|mean|use|have|apply|hold|perform|outperform|improve|need|require|relate|"
    r"scale|help|do|release|report|show|relate|better|new|newer|older|true|open)\b|"
    r"^\W*(?:and\s+)?(?:compare|contrast)\s+(?:the\s+two|both|them|these|those)\b|"
    r"\bthe\s+(?:two|three|four|five|other|others)(?=\s+(?:papers?|methods?|ones?|of)\b|\W*$)|"
    r"(?<!\bis\s)(?<!\bare\s)(?<!\bwas\s)(?<!\bwere\s)\bthere\W*$|"
    r"\b(?:this|that)\W*$",  # "shows that RAG leaks" points to nothing before
    re.IGNORECASE,
)
_POINTS_AT = re.compile(  # what no other words of the same question can be meant by
    rf"\b(?:this|that|these|those)\s+{_THING}\b|\bof\s+(?:them|these|those|the\s+(?:two|three))\b|"
    r"^\W*(?:and|but|only)\b|\bthe\s+(?:former|latter)\b",
    re.IGNORECASE,
)
_SEEKS_PAPERS = re.compile(
    r"\b(?:which|what|find|list|show|any)\s+(?:(?!the\b)\S+\s+){0,2}?(?:papers?|works?|stud(?:y|ies)|articles?)\b",
    re.IGNORECASE,
)
_SEVERAL = re.compile(
    rf"\b(?:them|these|those|both|papers|the\s+(?:two|three|four|five)|which\s+ones?|{_NEWER}|"
    rf"the\s+{_SUPERLATIVE}|how\s+many)\b",
    re.IGNORECASE,
)
_THEY = re.compile(r"\b(?:they|their)\b", re.IGNORECASE)  # several papers, or one paper's authors
_GO_ON = re.compile(
    r"\W*(?:(?:and|please|can\s+you|could\s+you)\s+)*(?:why(?:\s+so|\s+is\s+that)?|how(?:\s+so|\s+come)?|"
    r"(?:tell|show|give)\s+me\s+(?:more|details)|more(?:\s+(?:details?|please|info\w*))*|go\s+on|continue|"
    r"elaborate|explain|details?|summari[sz]e|how\s+many(?:\s+(?:are\s+(?:there|they)|in\s+total))?|"
    r"(?:who|when|where)(?:\s+(?:wrote|by|was\s+it))?)\W*",
    re.IGNORECASE,
)
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
_ORDINAL = re.compile(
    rf"\b(?:the\s+|number\s+|no\.?\s+|#)(?P<place>{'|'.join(_ORDINALS)}|last|former|latter|\d{{1,2}}(?:st|nd|rd|th)?)\b"
    rf"(?!\s+(?:authors?|authored|time|half|part|step|paper\s+(?:to|that|by|on|about|in)|\w+\s+years?))"
    rf"(?=\s+{_THING}\b|\s+of\s+(?:them|these|those)|['’]s\b|\W*$|\s+(?:is|was|does|did|has|have|say|show|about|use|do)\b)",
    re.IGNORECASE,
)


_FEW = re.compile(
    rf"\bthe\s+(?P<end>first|last|top)\s+(?P<count>two|three|four|five|[2-5])"
    rf"(?=\s+(?:{_THING}\b(?!\s+(?:to|that|by|on|about|in)\b)|of\s+(?:them|these|those))|\W*$)",
    re.IGNORECASE,
)  # "the first two"
_COUNTS = "two three four five".split()
_AGES = r"newest|latest|newer|most\s+recent|oldest|older|earliest"
_DATED = re.compile(
    rf"\bthe\s+(?P<age>{_AGES})\s+{_THING}\b(?!\s+(?:on|about|by|in|that|which|from|of)\b)",
    re.IGNORECASE,
)
_SEEKS_DATED = re.compile(
    rf"^\W*(?:and\s+)?(?:which|the)\b|\b(?:is|are|was)\s+the\s+(?:{_AGES})\b", re.IGNORECASE
)
_AND_IT = re.compile(
    r"\b(?:it|this(?:\s+one)?|that(?:\s+one)?)\b.*\bthe\s+others?\b", re.IGNORECASE
)
_STEP = re.compile(
    rf"\bthe\s+(?P<step>next|previous|one\s+before)(?=\s+{_THING}\b|\W*$)", re.IGNORECASE
)
_OTHER_ONE = re.compile(rf"\bthe\s+others?(?=\s+{_THING}\b|\W*$)", re.IGNORECASE)
_SIMILAR = re.compile(
    r"\b(?:similar|related|more\s+like)\b(?:\s+(?:to\s+)?(?:it|this|that|these|those|them)\b)?",
    re.IGNORECASE,
)
_NEARNESS = frozenset("similar related like other others similarly".split())


# "Is there later work that uses it?" is not about it.
_SEEKS_OTHERS = re.compile(
    r"\b(?:is|are|was|has|have)\s+(?:there|anyone|anybody|someone|somebody)\b(?!\s+(?:code|data)\b)|"
    r"\b(?:which|what|any)\s+(?:(?:other|later|newer|recent|more)\s+)*(?:papers?|works?|stud(?:y|ies)|articles?)\s+"
    r"(?:(?:that|which)\s+)?(?:us|cit|build|built|extend|improv|criti|beat|outperform|compar|appl|stud|follow)\w*",
    re.IGNORECASE,
)
_IT = re.compile(
    rf"\b(?:it|(?:this|that)\s+{_THING}|"
    rf"the\s+{_THING}(?!\s+(?:that|which|who|on|about|by|where|with|of|from)\b))\b(?!\s+(?:is|was)\b)",
    re.IGNORECASE,
)


def seeks_others(query: str, name: str) -> str | None:
    """The question with a paper's name for "it", where it seeks others that have to do with it."""
    begun = _SEEKS_OTHERS.search(query)
    it = _IT.search(query, begun.end()) if begun else None
    return f"{query[: it.start()]}{name}{query[it.end() :]}" if it else None


def seeks_similar(query: str, topic: str) -> re.Match[str] | None:
    """The words that ask for papers near those of before: "similar", "more like this"."""
    return None if set(topic.casefold().split()) - _NEARNESS else _SIMILAR.search(query)


def refers_back(query: str) -> bool:
    """True for words that mean papers of before, not a thing named in the same question."""
    if _GO_ON.fullmatch(query) or any(p.search(query) for p in (_ORDINAL, _FEW, _STEP)):
        return True
    if not _REFERS_BACK.search(query):
        return False
    return not _SEEKS_PAPERS.search(query) or bool(_POINTS_AT.search(query))


def pointed_at(query: str, history: History) -> tuple[Paper, ...]:
    """The papers that a question points at, in the order in which they were told.

    "It" is the first paper of the last answer; "them" and "the second one" are of the last answer
    that told of several. "They" are the authors of the first paper, where no list was told last.
    """
    told = [papers for _, answer in reversed(history) if (papers := _papers(answer))]
    if not told:
        return ()
    several = _several(told)
    placed = _placed(query, told, several)
    if placed is not None:
        return placed
    if _OTHER_ONE.search(query) and (others := _but(several, told[0][:1])):
        return (*told[0][:1], *others) if _AND_IT.search(query) else others
    if _SEVERAL.search(query):
        return several
    return told[0] if _THEY.search(query) and lists_last(history) else told[0][:1]


def _placed(
    query: str, told: Sequence[tuple[Paper, ...]], several: tuple[Paper, ...]
) -> tuple[Paper, ...] | None:
    """Those that are told by their place in a list or in time; None where none is told so."""
    if few := _FEW.search(query):
        return _end_of(several, few)
    if tells_by_date(query) and any(paper.date for paper in several):
        return _dated(query, several)
    if step := _STEP.search(query):
        return _beside(told[0][:1], several, -1 if step["step"] != "next" else 1)
    if ordinal := _ORDINAL.search(query):
        said = ordinal["place"].casefold()
        places = ((papers, _place(said, len(papers))) for papers in [several, *told])
        return next((papers[at : at + 1] for papers, at in places if at < len(papers)), ())
    return None


def tells_by_date(query: str) -> bool:
    """True for "how does the newer paper …", which asks about it; not for "which is the newest"."""
    return bool(_DATED.search(query)) and not _SEEKS_DATED.search(query)


def _dated(query: str, told: Sequence[Paper]) -> tuple[Paper, ...]:
    found = _DATED.search(query)
    is_old = found is not None and found["age"].casefold() in ("oldest", "older", "earliest")
    known = sorted((paper for paper in told if paper.date), key=lambda paper: paper.date or "")
    return (known[0] if is_old else known[-1],)


def _end_of(papers: tuple[Paper, ...], few: re.Match[str]) -> tuple[Paper, ...]:
    said = few["count"].casefold()
    count = _COUNTS.index(said) + 2 if said in _COUNTS else int(said)
    return papers[-count:] if few["end"].casefold() == "last" else papers[:count]


def lists_last(history: History) -> bool:
    """True where the last answer that told of papers was a list of them, or a comparison."""
    last = next((answer for _, answer in reversed(history) if _papers(answer)), None)
    return last is not None and (last.mode == "lookup" or last.table is not None)


def _but(papers: tuple[Paper, ...], these: tuple[Paper, ...]) -> tuple[Paper, ...]:
    return tuple(p for p in papers if all(p.id != other.id for other in these))


def _several(told: Sequence[tuple[Paper, ...]]) -> tuple[Paper, ...]:
    """The papers of the last answer that told of several, or those told of one by one since then.

    One by one counts where they are not of that list: then they are what was talked of.
    """
    at = next((i for i, papers in enumerate(told) if len(papers) > 1), len(told))
    listed = told[at] if at < len(told) else ()
    singles = {p.id: p for papers in reversed(told[:at]) for p in papers}
    strangers = set(singles) - {p.id for p in listed}
    return tuple(singles.values()) if strangers and len(singles) > 1 else listed or told[0]


def _beside(one: tuple[Paper, ...], several: tuple[Paper, ...], step: int) -> tuple[Paper, ...]:
    """The paper next to one in a list, or before it; none beyond the ends."""
    ids = [paper.id for paper in several]
    at = ids.index(one[0].id) + step if one and one[0].id in ids else -1
    return several[at : at + 1] if 0 <= at < len(several) else ()


def without_ordinal(text: str) -> str:
    """The words of a topic but for the place of a paper in a list."""
    return re.sub(
        rf"\b(?:{'|'.join(_ORDINALS)}|last|next|previous|two|three|other|others|\d{{1,2}}(?:st|nd|rd|th))\b",
        " ",
        text,
    ).strip()


def _place(said: str, count: int) -> int:
    if said in ("last", "latter"):
        return count - 1
    if said == "former":
        return 0
    return _ORDINALS.index(said) if said in _ORDINALS else max(int(re.sub(r"\D", "", said)) - 1, 0)


def _papers(answer: Answer) -> tuple[Paper, ...]:
    """The papers that an answer cites, in order; of an abstention, those that were asked about."""
    if answer.status != "answered":
        named = answer.plan.named if answer.plan else ()
        return tuple(paper for paper in answer.nearest if paper.id in named)
    return tuple({citation.paper.id: citation.paper for citation in answer.citations}.values())
