"""The words of the topic of a list, what each weighs, and how much of them a text says."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable

from rag.base.text import STOP_WORDS, fold, stem
from rag.base.types import QueryPlan
from rag.search.kin import has_form
from rag.search.people import PAPERS

_LIGHT_WORTH = 0.35  # what a word is worth that says little of the subject beside the others
_CUT = 4  # letters that stemming takes away, from which a stem may be that of another word
_KEPT = 2  # of these, the letters that must be the same
_UNLIKE = 10  # letters of a stem that is hardly that of another word: "superconduct"
_DOER = re.compile(r"(.+[eo]r)s?")
_WORD = re.compile(r"[^\W_]+")
_EITHER = re.compile(r"(\w+)\s+or\s+(\w+)")  # "retrieval or search": one is enough
# Nouns that name a kind of thing: at the end of a topic, what stands before them tells it.
_KINDS = frozenset(
    stem(word)
    for word in (
        "model models method methods approach approaches system systems technique techniques "
        "algorithm algorithms framework frameworks tool tools corpus corpora dataset datasets "
        "database databases benchmark benchmarks challenge task tasks experiments"
    ).split()
)
_USES = re.compile(
    rf"\b(?:{PAPERS}|that|which)\s+(?:(?:are|were|is|was|have|has|been|also)\s+)*"
    r"(?P<verb>(?:appl(?:y|ie)|employ|evaluat|test|train|experiment|benchmark|adopt|leverag|utili[sz]|"
    r"rel(?:y|ie)|consider|build|built|run|ran)\w*|"
    r"(?:with|have|run|ran|do|did|show|report|perform|conduct)\w*\s+(?:\w+\s+)?"
    r"(?:experiments?|results?|evaluations?)(?=\s+(?:on|with|for|in)\b))",
    re.IGNORECASE,
)  # what papers do with what they are sought for


class TopicWords:
    """The words of the topic of one plan.

    Little hangs on what papers do with it, and on a word at the end that names a kind of thing:
    "the Switchboard corpus", "diffusion language models". An "image dataset" is no image.
    """

    def __init__(
        self,
        plan: QueryPlan,
        idf: Callable[[str], float],
        spelled: Callable[[str], str] = str,
        *,
        among: Iterable[str] = (),
    ) -> None:
        """The topic of a plan; `among` are texts that tell by their capitals what is a name.

        Afterwards much hangs on the words that are `telling`, and `is_name` says whether all of
        these are names.
        """
        said = [w for w in _WORD.findall(fold(plan.topic)) if w not in STOP_WORDS]
        texts = list(among)
        names = {word for word in said if _is_name(word, texts)}
        light = _light(said, plan.query, names)
        self._weights = {w: idf(stem(w)) * (_LIGHT_WORTH if w in light else 1.0) for w in said}
        self.telling = [w for w in self._weights if w not in light]
        self._beginnings = {w: _beginning(w) for w in said}
        self._spelled = spelled
        pairs = _EITHER.findall(fold(plan.query))
        self._any = any(one in said and other in said for one, other in pairs)
        self.is_name = bool(self.telling) and names.issuperset(self.telling)

    def share_of(self, text: str) -> float:
        """Share of the weight of the topic's words that a text says, 0..1; 1 without a topic."""
        if not self._weights:
            return 1.0
        said = self._said_in(text)
        if self._any:
            return 1.0 if said else 0.0
        return sum(self._weights[w] for w in said) / (sum(self._weights.values()) or 1.0)

    def is_all_in(self, text: str) -> bool:
        """Whether a text says every word on which much hangs."""
        said = self._said_in(text)
        return bool(said) if self._any else said.issuperset(self.telling)

    def _said_in(self, text: str) -> set[str]:
        present = set(_WORD.findall(fold(self._spelled(text))))
        stems = {stem(word) for word in present}
        return {w for w in self._weights if self._is_said(w, present, stems)}

    def _is_said(self, word: str, present: Collection[str], stems: Collection[str]) -> bool:
        if stem(word) not in stems:
            plural = {f"{word}s", word.removesuffix("s")}  # stemming leaves that of names: "GMMs"
            return not plural.isdisjoint(present) or has_form(word, present)
        beginning = self._beginnings[word]
        return beginning is None or any(other.startswith(beginning) for other in present)


def _light(said: list[str], query: str, names: Collection[str]) -> set[str]:
    """The words of a topic on which little hangs, as long as others stand beside them."""
    uses = _USES.search(query)
    doing = set(_WORD.findall(fold(uses["verb"]))) if uses else set()
    light = {word for word in said if word in doing}
    rest = [word for word in said if word not in light]
    if stem(rest[-1] if rest else "") in _KINDS and (len(rest) > 2 or rest[0] in names):
        light.add(rest[-1])
    return light if len(light) < len(set(said)) else set()


def _is_name(word: str, texts: Iterable[str]) -> bool:
    """Whether texts say a word, and never in small letters."""
    written = re.compile(rf"\b{re.escape(word)}\b", re.IGNORECASE)
    found = [match for text in texts for match in written.findall(text)]
    return bool(found) and not any(match.islower() for match in found)


def _beginning(word: str) -> str | None:
    """How a word must begin to be meant, where its stem is that of others too.

    "tokenizers" and "tokens" have one stem, and so have "transformers" and "transformations".
    """
    stemmed = stem(word)
    if not word.startswith(stemmed) or len(stemmed) >= _UNLIKE:
        return None
    if len(word) - len(stemmed) >= _CUT:
        return word[: len(stemmed) + _KEPT]
    doer = _DOER.fullmatch(word)
    return doer[1] if doer and len(doer[1]) > len(stemmed) else None
