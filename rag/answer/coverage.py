"""How much of a claim its evidence covers: words and their kin, names, meaning word by word."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.answer.wording import Word, kin_in, telling_words, wording, worth
from rag.base.latex import readable
from rag.base.text import STOP_WORDS, fold, stem, words
from rag.models.embedder import Embedder

_NAME = re.compile(r"[^\W_]\w*(?:[-–'.+][^\W_]\w*)*\+*")
_GLUE = re.compile(r"[-–./]")
_CAPITAL = re.compile(r"\b[A-Z][\w’']+")
_RUN = re.compile(
    r"\b[A-Z][\w’'-]+(?:\s+(?:(?:of|for|and|the|in)\s+)?[A-Z][\w’'-]+)+"
)  # "Conic Sections for Astrolabe Makers"
_CREDITED = re.compile(
    r"^\W*([^\W\d_][\w'’-]+)(?:['’]s)?,?\s+"
    r"(?:et\s+al\b|and\s+(?:(?:her|his|their)\s+)?(?:colleagues|co-?workers|co-?authors|collaborators)\b)"
)
_MOST_WORDS = 60_000  # vectors of single words that are remembered


@dataclass(frozen=True, slots=True)
class Coverage:
    """Shares of the worth of a claim's words."""

    said: float = 0.0  # in the evidence or in the paper's own name
    meant: float = 0.0  # the same, where a word of like meaning counts in part
    weakest: float = 0.0  # likeness of the word that fits worst
    weakest_three: float = 0.0  # mean of the three that fit worst
    in_paper: float = 0.0  # in the paper at all
    missing: float = 0.0  # words that the whole paper lacks, at most 4
    back: float = 0.0  # share of the evidence that the claim repeats
    cosine: float = 0.0


def names_of(text: str) -> tuple[str, ...]:
    """Names in a text as they must be met elsewhere: "GPT-4", "ReLoRA", of "MIDI-like" only "MIDI".

    Odd capitals, digits with capitals, and capitals inside of a sentence.
    """
    found: list[str] = []
    for i, match in enumerate(_NAME.finditer(text)):
        token = match.group().removesuffix("'s")
        inner = i > 0 and text[: match.start()].rstrip()[-1:] not in {".", "!", "?", ":", "“", '"'}
        if _is_odd(token) or (inner and token[0].isupper() and len(token) > 1):
            parts = [part for part in _GLUE.split(token) if _is_telling(part)]
            told = "-".join(parts)
            found.append(told if len(told) > 1 else token)  # "Q-probing" is not met by a "Q"
    return tuple(dict.fromkeys(found))


def credited(claim: str) -> tuple[str, ...]:
    """Who a claim says did it: the family name in "Ada et al. show …", which begins a sentence."""
    match = _CREDITED.match(claim)
    return (match.group(1),) if match else ()


def _is_telling(part: str) -> bool:
    return any(c.isupper() for c in part) or any(map(str.isdigit, part))


def _is_odd(token: str) -> bool:
    """True for tokens shaped like a name: "GPT-4", "Q-Probe"; not "Pre-Training", "5x"."""
    return len(token) > 1 and any(
        any(c.isupper() for c in part[1:])
        or (part[:1].isupper() and (len(part) == 1 or any(map(str.isdigit, part))))
        for part in _GLUE.split(token)
    )


def _initials(parts: Sequence[str]) -> Iterator[str]:
    firsts = "".join(part[0] for part in parts)
    return (firsts[i : i + n] for n in range(2, 6) for i in range(len(firsts) - n + 1))


@functools.lru_cache(maxsize=8_000)
def _forms_in(text: str) -> frozenset[str]:
    """Every spelling under which a name of a text may be met, initials of its words included."""
    tokens = [key for token in _NAME.findall(readable(text)) for key in (_key(token),) if key]
    parts = [part for token in _NAME.findall(readable(text)) for part in fold(token).split()]
    telling = [part for part in parts if part not in STOP_WORDS]  # SNR: signal-to-noise ratio
    runs = {run for some in (parts, telling) for run in _initials(some)}
    joined = {"".join(parts[i : i + n]) for n in (2, 3) for i in range(len(parts) - n + 1)}
    return frozenset({*tokens, *parts, *words(text), *runs, *joined})


def missing_names(claim: str, *known: str, odd_only: bool = False) -> list[str]:
    """The names of a claim that stand in none of the texts."""
    forms = [_forms_in(text) for text in known]
    return [
        name
        for name in names_of(claim)
        if (_is_odd(name) or not odd_only) and not any(_has_name(name, held) for held in forms)
    ]


def missing_titles(claim: str, *known: str) -> list[str]:
    """The runs of words with capitals ("Conic Sections") of which the texts lack two or more."""
    missing = {part for name in missing_names(claim, *known) for part in name.split("-")}
    runs = (match.group() for match in _RUN.finditer(claim))
    return [run for run in runs if sum(word in missing for word in _CAPITAL.findall(run)) > 1]


def _has_name(name: str, forms: Collection[str]) -> bool:
    if any(form in forms for form in _spellings(_key(name))):
        return True
    parts = fold(name).split()
    return len(parts) > 1 and all(any(f in forms for f in _spellings(part)) for part in parts)


def _spellings(key: str) -> tuple[str, ...]:
    return (key, key.removesuffix("s"), f"{key}s", stem(key))


def _key(name: str) -> str:
    return fold(name).replace(" ", "").replace("_", "")


class WordMeanings:
    """Likeness of single words by their vectors, each embedded once."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._vectors: dict[str, NDArray[np.float32]] = {}

    def likeness(self, some: Sequence[str], others: Sequence[str]) -> NDArray[np.float32]:
        """For each of some words, the cosine of the likest of the others."""
        if not some or not others:
            return np.zeros(len(some), np.float32)
        best: NDArray[np.float32] = (self._of(some) @ self._of(others).T).max(axis=1)
        return best

    def _of(self, asked: Sequence[str]) -> NDArray[np.float32]:
        new = [word for word in dict.fromkeys(asked) if word not in self._vectors]
        if len(self._vectors) > _MOST_WORDS:
            self._vectors.clear()
            new = list(dict.fromkeys(asked))
        if new:
            self._vectors.update(zip(new, self._embedder.embed(new), strict=True))
        return np.stack([self._vectors[word] for word in asked])


def cover(
    claim: str, evidence: str, about: str, paper: str, meanings: WordMeanings | None = None
) -> Coverage:
    """How much of a claim stands in the evidence.

    `about` is the paper's own name, which every sentence of it is about; `paper` all of its text.
    """
    asked = _distinct(telling_words(claim))
    if not asked:
        return Coverage()
    there = {w.stem: w.text for w in wording(evidence)} | {w.stem: w.text for w in wording(about)}
    weights = np.array([worth(w.stem) for w in asked])
    said = np.array([kin_in(w.stem, there) is not None for w in asked], np.float32)
    elsewhere = np.array([kin_in(w.stem, _stems_of(paper)) is not None for w in asked], np.float32)
    meant = said if meanings is None else np.maximum(said, _likeness(asked, there, meanings))
    order = np.sort(meant + (weights < 1))  # words of little worth are never the weakest
    return Coverage(
        said=_mean(said, weights),
        meant=_mean(meant, weights),
        weakest=float(min(1.0, order[0])),
        weakest_three=float(np.minimum(order[:3], 1.0).mean()),
        in_paper=_mean(np.maximum(elsewhere, said), weights),
        missing=float(min(4.0, ((elsewhere + said == 0) * weights).sum())),
        back=_back(evidence, asked),
    )


def _likeness(
    asked: Sequence[Word], there: dict[str, str], meanings: WordMeanings
) -> NDArray[np.float32]:
    """Likeness in meaning, drawn to 0..1 from where words begin to have to do with each other."""
    raw = meanings.likeness(
        [w.text.casefold() for w in asked], [text.casefold() for text in there.values()]
    )
    drawn: NDArray[np.float32] = np.clip((raw - 0.25) / 0.65, 0.0, 0.95)
    return drawn


@functools.lru_cache(maxsize=4_000)
def _stems_of(text: str) -> frozenset[str]:
    return frozenset(word.stem for word in wording(text))


def _distinct(found: Sequence[Word]) -> list[Word]:
    return list({word.stem: word for word in found}.values())


def _mean(values: NDArray[np.float32], weights: NDArray[np.float64]) -> float:
    return float((values * weights).sum() / weights.sum())


def _back(evidence: str, asked: Sequence[Word]) -> float:
    theirs = _distinct(telling_words(evidence))
    mine = {word.stem for word in asked}
    total = sum(worth(w.stem) for w in theirs)
    met = sum(worth(w.stem) for w in theirs if kin_in(w.stem, mine) is not None)
    return met / total if total else 0.0
