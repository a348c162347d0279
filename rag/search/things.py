"""What a question wants by its name, and whether a paper tells it: which camera, who paid, where.

Only kinds of things that go by names of their own are asked for so: of "which method" a paper may
tell in any words, of "which camera" it names one, or says of what make it is.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from rag.base.text import STOP_WORDS, abbreviations, sentences, words
from rag.base.types import Paper

_KIND = (
    r"(?:programming|query|modell?ing|specification)\s+languages?|operating\s+systems?|data\s?sets?|"
    r"software|solvers?|librar(?:y|ies)|platforms?|compilers?|simulators?|databases?|corpora|corpus|"
    r"benchmarks?|suites?|packages?|toolbox(?:es)?|toolkits?|apps?|websites?|languages?|"
    r"cameras?|sensors?|scanners?|telescopes?|satellites?|spacecraft|boards?|chips?|"
    r"processors?|gpus?|hardware|robots?|drones?|phones?|(?:super)?computers?|accelerators?|"
    r"synchrotrons?|facilit(?:y|ies)|laborator(?:y|ies)|compan(?:y|ies)|firms?|vendors?|manufacturers?|"
    r"universit(?:y|ies)|institutes?|hospitals?|schools?|agenc(?:y|ies)|countr(?:y|ies)|cit(?:y|ies)|"
    r"villages?|provinces?|journals?|newspapers?|farms?|stations?"
)
_AUX = r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|must)"
_JOINT = r"(?:the|an?|of|in|to|on|for|with|from|by|that|it|they|we|you|besides|in)"
_DOES = (  # a verb, and not the second noun of "benchmark functions"
    r"\s+(?:\w+(?:s|ed)|ran|gave|made|took|held)\s+(?:the|an?|its|their|this|these|all|any|most|best|on|by)\b"
)
_WHICH = re.compile(
    rf"\b(?:which|what)\s+(?P<kind>(?:(?!(?:{_AUX}|{_JOINT}|kinds?|sorts?|types?)\b)[\w-]+\s+){{0,3}}?"
    rf"(?:{_KIND}))(?=\s+(?:{_AUX}|{_JOINT})\b|{_DOES})",
    re.IGNORECASE,
)
_PLACED = re.compile(  # a name in the place of what something is done with, in or at
    r"\b(?:in|on|at|with|using|by|from|via|uses?|used|called|named|under|through|and|aboard|onto)\s+"
    r"(?P<the>(?:the|an?)\s+)?(?:[a-z-]+\s+)?[\"'“‘(]*(?P<name>[A-Z][\w+]*(?:-[A-Z\d][\w+]*)*)(?![\w-])"
    r"(?:\s+(?P<next>[a-z]+))?"
)
_KIND_OF_ALL = re.compile(
    rf"{_KIND}|tools?|systems?|environments?|frameworks?|programs?|projects?", re.IGNORECASE
)
_TELLS_NOT = STOP_WORDS | frozenset(
    "single several multiple many various different new novel own one two three other another "
    "first second same given common standard real large small".split()
)  # words before a thing that do not tell which

_BY_WHOM = r"\s+(?:\w+\s+)?(?:by|at|from)\b"
# What somebody does, as "who" asks for it, and how a paper tells who does.
_NAMED = r"(?<=[a-z,]\s)(?-i:[A-Z]\w+)\s+(?:\w+\s+)?"  # not at the beginning of a sentence
_ROWS = (
    (
        r"(?:co-?)?(?:fund|financ|sponsor|subsidi[sz]|commission)\w*|pa(?:y|ys|id)",
        r"\b(?:fund|financ|sponsor|subsid|donat|commission)\w*|\bgrants?\b|\bpa(?:ys?|id)\b|"
        r"\bsupport(?:ed)?\s+(?:from|by)\s+(?:the\s+)?(?-i:[A-Z])",
        "say who paid",
    ),
    (
        r"buil[dt]s?|construct\w*|manufactur\w*|assembl\w*|erect\w*",
        rf"\b(?:built|constructed|manufactured|made|produced|assembled|erected|designed){_BY_WHOM}|"
        rf"(?:\b(?:we|authors)\s+(?:\w+\s+)?|{_NAMED})(?:built|builds?|construct|manufactur|assembl|erect)",
        "say who built it",
    ),
    (
        r"owns?|owned|operat\w+|maintain\w*",
        rf"\bown(?:s|ed|er\w*)\b|\bbelongs?\b|\b(?:operated|run|maintained|managed){_BY_WHOM}|"
        rf"{_NAMED}(?:operates|runs|maintains)\b",
        "say who runs it",
    ),
)
_DEEDS = tuple(
    (
        re.compile(rf"\bwho\s+(?:{_AUX}\s+)?(?:\w+ly\s+)?(?:{deed})\b", re.IGNORECASE),
        re.compile(told, re.IGNORECASE),
        unsaid,
    )
    for deed, told, unsaid in _ROWS
)
_WHERE = re.compile(
    rf"\bwhere\s+{_AUX}\s.*\b(?:carried\s+out|conducted|performed|done|held|recorded|recruited|located|"
    r"situated|based|built|take\s+place|happen|grown|sampled|deployed|interviewed|surveyed)\W*$",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"\b(?:in|at|near|on|from|across|off|aboard|along|around|throughout|between)\s+(?:the\s+)?"
    r"(?:\w+\s+)?(?-i:[A-Z])|\b(?:laborator|universit|hospital|school|college|clinic|cit(?:y|ies)\b|town|"
    r"village|countr(?:y|ies)|region|island|sea\b|ocean|site|station|facilit|field|farm|mine\b|river|"
    r"coast|mountain|lake|building|room|worksho|online|internet|web)",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"\bwhen\s+(?:will|is|are|does|do|would|can)\s.*\b(?:start|begin|end|open|close|launch|launched|"
    r"complete|completed|finish|finished|built|installed|commissioned|held|take\s+place|happen|ready|"
    r"available|deployed|expected)\b",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"\b(?:1[5-9]|20)\d\d\b|\b(?:January|February|March|April|May|June|July|August|September|October|"
    r"November|December)\b|\bcentur(?:y|ies)\b|\bdecades?\b|\b\w+\s+(?:years?|months?|weeks?|days?)\b|"
    r"\b(?:soon|currently|already|upcoming|recently|near\s+future|next)\b",
)


@dataclass(frozen=True, slots=True)
class ThingAsked:
    """A thing that a question asks for by its name."""

    unsaid: str  # what a paper does not do that does not tell it: "name the camera"
    is_told_by: Callable[[Paper], bool]


@functools.lru_cache(maxsize=100)
def thing_asked(query: str) -> ThingAsked | None:
    """The thing, person, place or time that a question asks for; None where it asks for none."""
    if which := _WHICH.search(query):
        told = functools.partial(_names_one, which["kind"].split()[-1], query)
        return ThingAsked(f"name the {which['kind']}", told)
    for deed, told_so, unsaid in _DEEDS:
        if deed.search(query):
            return ThingAsked(unsaid, _finder(told_so))
    if _WHERE.search(query):
        return ThingAsked("say where", _finder(_PLACE))
    return ThingAsked("say when", _finder(_DATE)) if _WHEN.search(query) else None


def _finder(pattern: re.Pattern[str]) -> Callable[[Paper], bool]:
    return lambda paper: any(map(pattern.search, sentences(paper.text)))


def _names_one(noun: str, query: str, paper: Paper) -> bool:
    """Whether a paper says which, by a word beside the noun or by a name that is no other thing's.

    "A thermal camera" tells which camera, "the camera" and the words of the question do not.
    """
    asked = set(words(query))
    text = f"{paper.title}. {paper.text}"
    telling = (words(word) for word in _beside(noun, text) if word not in _TELLS_NOT)
    return any(map(asked.isdisjoint, telling)) or any(_foreign_names(paper, asked))


def _beside(noun: str, text: str) -> Iterator[str]:
    """The words before a noun, and a name behind it."""
    root = re.sub(r"(?:ies|ora|us|y|s)$", "", noun.lower())
    for found in re.finditer(
        rf"(?:([\w-]+)[\"'”’)]*\s+)?\b{root}\w{{0,3}}\b(?:\s+[\"'“‘(]*([A-Z]\w*))?", text
    ):
        yield from filter(None, (found[1] and found[1].lower(), found[2]))


def _foreign_names(paper: Paper, asked: Collection[str]) -> Iterator[str]:
    """Names that stand where a thing is used, and are not the paper's own or the question's."""
    long_of = abbreviations(paper.text)
    own = {w for long in (*long_of.values(), paper.title) for w in words(long)}.union(asked)
    for sentence in sentences(paper.text):
        for found in _PLACED.finditer(sentence):
            name, noun = found["name"], found["next"]
            of_another = noun and noun not in STOP_WORDS and not _KIND_OF_ALL.fullmatch(noun)
            if found["the"] and of_another:
                continue  # "the RGB images", not "the AVISPA tool"
            if name.rstrip("s") not in long_of and not own.issuperset(words(name)):
                yield name
