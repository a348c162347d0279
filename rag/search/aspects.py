"""Which aspects a comparison asks for: known ones by their names, others in its own words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from rag.base.aspects import CHOSEN, NAMES, Aspect, Kind, known
from rag.base.text import content_words, words
from rag.base.types import Paper
from rag.search.asking import topic_words
from rag.search.names import Names
from rag.search.naming import named_papers

MOST_ASPECTS = 12
_LONGEST_NAME = 60  # characters
_CALLED: tuple[tuple[Kind, str], ...] = (
    ("problem", r"problems?(?:\s+statements?)?|motivations?|goals?|aims?|objectives?|purposes?|"
     r"research\s+questions?|gaps?"),
    ("method", r"methods?|methodolog(?:y|ies)|approach(?:es)?|techniques?|algorithms?"),
    ("data", r"data(?:\s+and\s+scale)?|data\s*sets?|corpus|corpora|benchmarks?|samples?|"
     r"participants?|patients?|populations?|cohorts?"),
    ("scale", r"sizes?|scales?|(?:number\s+of\s+)?parameters?|model\s+sizes?|how\s+(?:big|large)"),
    ("baselines", r"baselines?|comparators?|competitors?|controls?|"
     r"compar\w+\s+(?:to|with|against)\s+(?:what|which)|against\s+(?:what|which)"),
    ("result", r"(?:main\s+|key\s+)?(?:results?|findings?|outcomes?|conclusions?|claims?)|"
     r"performance|what\s+(?:they|each|it)\s+(?:finds?|found|shows?)"),
    ("limits", r"limits?|limitations?|weakness(?:es)?|drawbacks?|caveats?|"
     r"shortcomings?|downsides?"),
    ("theory", r"theor(?:y|ies)|proofs?|guarantees?|theorems?|assumptions?"),
    ("compute", r"compute|hardware|gpus?|wall[\s-]?clock(?:\s+time)?|run-?times?|speed|memory|"
     r"(?:computational\s+|training\s+)?costs?"),
    ("code", r"code|open[\s-]source\w*|implementations?|software"),
    ("date", r"dates?|years?|when"),
    ("authors", r"authors?|who\s+wrote|who"),
    ("venue", r"venues?|journals?|conferences?"),
    ("orgs", r"organi[sz]ations?|labs?|affiliations?|institutions?|universit(?:y|ies)"),
)  # fmt: skip
_KNOWN = tuple(
    (kind, re.compile(rf"\b(?:{called})\b(?![-–]\w)", re.IGNORECASE)) for kind, called in _CALLED
)
_SOLVES = re.compile(r"\b(?:solv|address|tackl)(?:e|es|ed|ing)?\b", re.IGNORECASE)
_LISTS = re.compile(
    r"[:;?]\s|\b(?:in\s+terms\s+of|with\s+respect\s+to|with\s+regard\s+to|regarding|concerning|"
    r"as\s+to|when\s+it\s+comes\s+to|on\s+the\s+basis\s+of|focus(?:s?ing)?\s+on|by\s+their|on\s+their)\b",
    re.IGNORECASE,
)  # what follows is a list of aspects
_ITEM = r"(?:the\s+)?(?:[\w-]+\s+){0,2}[\w-]+"
_LIST_OF = re.compile(
    rf"\bthe\s+(?P<items>{_ITEM}(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+){_ITEM}){{1,5}})\s+(?:of|in|behind|used\s+(?:in|by))\s",
    re.IGNORECASE,
)  # "the models, sizes and data of …"
_DOING = re.compile(
    r"\bhow\b.*\band\b.*?\b(?P<doing>(?:uses?|handles?|treats?|deals?\s+with|address(?:es)?|approach(?:es)?|"
    r"changes?|defines?|measures?|evaluates?|trains?|explains?|views?|tackles?|solves?|estimates?|computes?|"
    r"reduces?|improves?|combines?|selects?|chooses?|represents?|learns?|scales?|generates?|detects?|predicts?|"
    r"optimi[sz]es?|speeds?\s+up|avoids?|mitigates?|exploits?|modif(?:y|ies)|differ\s+(?:in|on))\s+[^?.;:]+)|"
    r"\bas\s+(?:ways?|means|methods?|approaches)\s+(?:of|for|to)\s+(?P<way>[^?.;:]+)",
    re.IGNORECASE,
)  # "how A and B use …", "A and B as ways of …"
_BY_TOPIC = re.compile(
    r"\b(?:papers|works|articles|studies|publications|preprints|methods|approaches|techniques|"
    r"algorithms|models|systems|datasets|benchmarks|ways|views|theories)\b",
    re.IGNORECASE,
)
_PIECES = re.compile(
    r"\s*(?:[,;:?!]|\s(?:and|or|as\s+well\s+as|plus|with|versus|vs\.?)\s)\s*", re.I
)
_FILLS = re.compile(
    r"\b(?:do|does|did|is|are|was|were|has|have|had|each|both|either|they|it|them|their|its|one|"
    r"how|what|which|why|when|the|an?|of|on|about|many|much)\b",
    re.IGNORECASE,
)


def chosen() -> tuple[Aspect, ...]:
    """The aspects on which papers are compared where the question asks for none."""
    return tuple(known(kind) for kind in CHOSEN)


def named_aspects(given: Iterable[str]) -> tuple[Aspect, ...]:
    """The aspects that a list names, each once, in its order; empty names say nothing."""
    read = (_called(name) or _in_words(name) for name in given)
    return _each_once(aspect for aspect in read if aspect)


def without_aspects(text: str) -> str:
    """A text without the words for known aspects: what is left names a subject, if anything."""
    for _, pattern in _KNOWN:
        text = pattern.sub(" ", text)
    return _SOLVES.sub(" ", text)


def aspect_of(query: str) -> Kind | None:
    """The one known aspect that a question is about; None for several, or for anything else."""
    kinds = [kind for kind, pattern in _KNOWN if pattern.search(query)]
    return kinds[0] if len(kinds) == 1 else None


def compares_by_topic(query: str) -> bool:
    """True for "compare the papers on …", "how do methods for … differ"."""
    return bool(_BY_TOPIC.search(query))


def asked_aspects(
    query: str, papers: Sequence[Paper], names: Names, *, by_topic: bool = False
) -> tuple[Aspect, ...]:
    """The aspects that a question asks for of these papers; empty where it leaves them open.

    The papers' own names and titles ask for nothing: "Compare the scaling laws for …"; nor do the
    words of a topic: "Compare methods for …".
    """
    is_own = _own_words(papers, names)
    lists = _LISTS.search(query)
    body, tail = (query[: lists.start()], query[lists.end() :]) if lists else (query, "")
    of = _LIST_OF.search(body)
    listed = [*_pieces(tail), *(_pieces(of["items"]) if of else [])]
    bare = " ".join(token for token in body.split() if not is_own(token, titles=True))
    found = [_called(piece) or _mentioned(piece) or _asked_in(piece, is_own) for piece in listed]
    found += [] if by_topic else [_mentioned(piece) for piece in _pieces(bare)]
    asked = _each_once(aspect for aspect in found if aspect)
    doing = None if asked or by_topic else _DOING.search(body)
    words = (doing["doing"] or doing["way"]).strip() if doing else ""
    return (
        _each_once([Aspect(words[:_LONGEST_NAME], words=words, may_fail=True), *chosen()])
        if words
        else asked
    )


IsOwn = Callable[..., bool]


def _own_words(papers: Sequence[Paper], names: Names) -> IsOwn:
    """Tells whether a word of a question is a name of one of the papers, or of their titles."""
    ids = {paper.id for paper in papers}
    said = {w for p in papers for w in words(f"{p.title} {' '.join(p.authors)}")}

    def is_own(token: str, *, titles: bool) -> bool:
        if ids & set(named_papers(token.strip(",.;:?!"), names)):
            return True
        stems = content_words(token)
        return titles and bool(stems) and all(s in said for s in stems)

    return is_own


def _pieces(text: str) -> list[str]:
    return [piece.strip() for piece in _PIECES.split(text) if piece.strip()]


def _mentioned(piece: str) -> Aspect | None:
    """The known aspect that a piece of a question speaks of."""
    return next((known(kind) for kind, pattern in _KNOWN if pattern.search(piece)), None)


def _asked_in(piece: str, is_own: IsOwn) -> Aspect | None:
    """What a piece of a list asks for in words of its own: "how many iterations does each save"."""
    tokens = [token for token in _FILLS.sub(" ", piece).split() if not is_own(token, titles=False)]
    if not topic_words(" ".join(tokens)):
        return None
    is_question = re.search(r"\b(?:do|does|did|is|are|was|were)\b", piece, re.IGNORECASE)
    name = " ".join(tokens) if is_question else piece
    return Aspect(name.strip(" .")[:_LONGEST_NAME], words=piece)


def _called(name: str) -> Aspect | None:
    """The known aspect that a name means as a whole; it keeps the name."""
    said = " ".join(name.split())
    by_name = {usual: kind for kind, usual in NAMES.items()}
    kind = by_name.get(said.casefold())
    kind = kind or next((k for k, pattern in _KNOWN if pattern.fullmatch(said)), None)
    return Aspect(said[:_LONGEST_NAME], kind) if kind else None


def _in_words(name: str) -> Aspect | None:
    said = " ".join(name.split())
    return Aspect(said[:_LONGEST_NAME], words=said) if content_words(said) else None


def _each_once(aspects: Iterable[Aspect]) -> tuple[Aspect, ...]:
    """Each kind and each name once, at most as many as a table can hold."""
    kept: dict[str, Aspect] = {}
    for aspect in aspects:
        kept.setdefault(aspect.kind or aspect.name.casefold(), aspect)
    return tuple(kept.values())[:MOST_ASPECTS]
