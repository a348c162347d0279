"""The pairs that the reader is trained on: (claim or question, passage, label, kind).

Four sources, all split by document: claims and questions that were written for this project about
1,200 arXiv abstracts (`written_claims.jsonl`; the abstracts stay outside), near-misses made by
rule out of other abstracts, SciFact, and Evidence Inference. What is held out for judging is never
among them.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from rag.base.text import content_words, sentence_spans
from rag.models.reader import passage
from tests.training.mutations import WRONG, reworded, swapped

SAYS, DENIES, SILENT = 0, 1, 2
LABELS = {
    "true": SAYS,
    "question": SAYS,
    "swapped": DENIES,
    "negated": DENIES,
    "number": DENIES,
    "scope": SILENT,
    "attribution": SILENT,
}
_NAME = re.compile(r"\b[A-Z][A-Za-z]*[A-Z0-9][\w-]*\b")
SCIFACT_TENTHS, TRIAL_TENTHS = 6, 8  # of the documents; the others are held out
WRITTEN = Path(__file__).parent / "written_claims.jsonl"

Record = Mapping[str, Any]


class Pair(NamedTuple):
    """One example; `weight` is what it counts in the loss."""

    claim: str
    passage: str
    label: int
    kind: str
    weight: float = 1.0


def is_for_training(batch: int) -> bool:
    """Whether the written claims of a batch are trained on; the others fit and judge the checks."""
    return batch % 2 == 0 or batch >= 36


def tenth(document: str) -> int:
    """Which tenth of the documents one belongs to, 0..9, the same in every run."""
    return int(hashlib.md5(document.encode(), usedforsecurity=False).hexdigest(), 16) % 10


def lines(path: Path) -> list[Any]:
    """The objects of a file of JSON lines, gzipped or not."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in data.splitlines()]


def sentences_of(abstract: str) -> list[str]:
    """An abstract's sentences, as they are numbered in the written claims."""
    return [abstract[a:b] for a, b in sentence_spans(abstract)]


def written(
    records: Mapping[str, Record], *, training: bool, path: Path = WRITTEN
) -> Iterator[Pair]:
    """Pairs of the written claims; `records` are the arXiv records by id."""
    for claim in lines(path):
        record = records.get(claim["id"])
        if record is not None and is_for_training(claim["batch"]) == training:
            yield from _of_claim(claim, record["title"], sentences_of(record["abstract"]))


def _of_claim(claim: Record, title: str, said: list[str]) -> Iterator[Pair]:
    text, kind = claim["text"], claim["kind"]
    near = sorted(range(len(said)), key=lambda i: -alike(text, said[i]))
    decides = [i for i in claim["s"] if i < len(said)]
    if kind not in LABELS:  # not stated, not answered: every sentence is silent
        yield from (Pair(text, passage(title, said[i]), SILENT, kind) for i in near[:2])
        return
    if not decides:
        return
    deciding = " ".join(said[i] for i in decides[:2])
    yield Pair(text, passage(title, deciding), LABELS[kind], kind)
    if len(decides) > 1 and LABELS[kind] == DENIES:
        yield Pair(text, passage(title, said[decides[0]]), DENIES, kind, 0.5)
    others = [i for i in near if i not in decides]
    if others and kind in ("true", "question", "swapped", "negated"):
        yield Pair(text, passage(title, said[others[0]]), SILENT, f"{kind}_other")


def alike(one: str, other: str) -> float:
    """How many words of `one` are in `other`, long sentences counting a little less."""
    said = set(content_words(other))
    return len(set(content_words(one)) & said) / (5 + len(said) ** 0.5)


def made(records: Iterable[Record], chance: random.Random) -> Iterator[Pair]:
    """Near-misses by rule: for each abstract a rewording, one or two wrong claims, silent ones."""
    names: list[str] = []
    for record in records:
        said = [s for s in sentences_of(record["abstract"]) if 7 <= len(s.split()) <= 34]
        if len(said) < 3:
            continue
        names = (names + _NAME.findall(record["abstract"])[:2])[-400:]
        yield from _made_of(record["title"], said, names, chance)


def _made_of(
    title: str, said: list[str], names: list[str], chance: random.Random
) -> Iterator[Pair]:
    hinged = [s for s in said if swapped(s, chance)]
    sentence = chance.choice(hinged if hinged and chance.random() < 0.7 else said)
    claim = (reworded(sentence, chance) if chance.random() < 0.85 else None) or sentence
    yield Pair(claim, passage(title, sentence), SAYS, "reworded")
    wrong = [(k, f(claim if chance.random() < 0.6 else sentence, chance)) for k, f in WRONG.items()]
    found = [(kind, text) for kind, text in wrong if text and text not in (sentence, claim)]
    chance.shuffle(found)
    found.sort(key=lambda pair: pair[0] != "swapped" or chance.random() < 0.3)
    for kind, text in found[: chance.choice([1, 2])]:
        if chance.random() < 0.2:
            yield Pair(sentence, passage(title, text), DENIES, f"{kind}_reversed")
        else:
            yield Pair(text, passage(title, sentence), DENIES, kind)
    others = [s for s in said if s != sentence]
    nearest = max(others, key=lambda s: alike(claim, s))
    other = nearest if chance.random() < 0.6 else chance.choice(others)
    yield Pair(claim, passage(title, other), SILENT, "other")
    called = _NAME.findall(claim)
    if called and len(names) > 50:
        old, new = chance.choice(called), chance.choice(names)
        if new not in f"{sentence} {title}":
            yield Pair(claim.replace(old, new), passage(title, sentence), SILENT, "name")


def scifact(folder: Path, chance: random.Random, *, training: bool) -> Iterator[Pair]:
    """Claims with their rationale sentences, and with others of the same abstract."""
    corpus = {record["id"]: record for record in lines(folder / "corpus.jsonl.gz")}
    claims = {query["id"]: query["text"] for query in lines(folder / "queries.jsonl.gz")}
    for found in lines(folder / "evidence.jsonl.gz"):
        record = corpus[found["corpus_id"]]
        if (tenth(record["id"]) < SCIFACT_TENTHS) != training:
            continue
        claim, label = claims[found["query_id"]], SAYS if found["label"] == "SUPPORT" else DENIES
        for sentence in found["sentences"]:
            yield Pair(claim, passage(record["title"], sentence), label, "scifact")
        told = " ".join(found["sentences"])
        others = [s for s in sentences_of(record["abstract"]) if s not in told]
        for sentence in chance.sample(others, min(1, len(others))):
            yield Pair(claim, passage(record["title"], sentence), SILENT, "scifact_other")


_RISE = [
    "{i} significantly increased {o} compared with {c}.",
    "{o} was higher with {i} than with {c}.",
    "{i} led to a rise in {o} relative to {c}.",
    "Compared to {c}, {i} raises {o}.",
    "{c} gives lower {o} than {i}.",
]
_FALL = [
    "{i} significantly reduced {o} compared with {c}.",
    "{o} was lower with {i} than with {c}.",
    "{i} led to a fall in {o} relative to {c}.",
    "Compared to {c}, {i} lowers {o}.",
    "{c} gives higher {o} than {i}.",
]
_SAME = [
    "{i} had no significant effect on {o} compared with {c}.",
    "{o} did not differ between {i} and {c}.",
    "There was no difference in {o} between {c} and {i}.",
]
_OUTCOMES = {
    "significantly increased": _RISE,
    "significantly decreased": _FALL,
    "no significant difference": _SAME,
}


def trials(folder: Path, chance: random.Random) -> Iterator[Pair]:
    """Evidence Inference: outcomes of trials put as claims, right, wrong and the arms exchanged."""
    asked = {query["id"]: query for query in lines(folder / "queries.jsonl.gz")}
    titles = {record["id"]: record["title"] for record in lines(folder / "corpus.jsonl.gz")}
    for found in lines(folder / "evidence.jsonl.gz"):
        if tenth(found["corpus_id"]) >= TRIAL_TENTHS:
            continue
        extra, label = asked[found["query_id"]]["extra"], found["label"]
        arms = {"i": extra["intervention"], "c": extra["comparator"], "o": extra["outcome"]}
        shown = " ".join(found["sentences"][0].split()[:45])
        said = passage(titles[found["corpus_id"]], shown)
        yield Pair(chance.choice(_OUTCOMES[label]).format(**arms), said, SAYS, "trial")
        other = chance.choice([key for key in _OUTCOMES if key != label])
        yield Pair(chance.choice(_OUTCOMES[other]).format(**arms), said, DENIES, "trial_wrong")
        if label != "no significant difference":
            exchanged = {**arms, "i": arms["c"], "c": arms["i"]}
            text = chance.choice(_OUTCOMES[label]).format(**exchanged)
            yield Pair(text, said, DENIES, "trial_swapped")
