"""Fits the scale on which claims are judged that ships with the package, and says how good it is.

    python -m tests.benchmarks.fit_claims --abstracts FILE --fit FILE... --judge FILE... \
        [--families FILE...] [--scifact FOLDER] [--reader] [--most N] [--write]

--abstracts is a JSON object, id → {title, authors, year, abstract, sents}. --fit and --judge hold
claims about them, one object a line: `id`, `kind` ("true" or how it was made false), `s` (numbers
of the sentences that decide) and `text`. Beside them, sentences of the abstracts are put in other
words or made false in one place, and SciFact's claims are taken, two thirds of its abstracts to
fit and one to judge. The paper is given; figures are of papers that were not fitted to.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sys
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np

from rag.answer.claim import ClaimJudge, objection, scale_of, standing
from rag.answer.judgement import Passage
from rag.answer.passages import passages_of
from rag.base.fitted import Line, read_off, weighted_sum
from rag.base.text import sentence_spans
from rag.base.types import Paper
from rag.evals.calibrate import fit_line, fit_points
from rag.models.embed import MiniLM
from tests.mutations import falsified, reworded
from tests.training import pairs

WORDS = (
    "said", "in_paper", "names_far", "names_missing", "figures_met", "figures_loosened",
    "figures_missing", "denied_apart", "denials_apart", "only_claim_denies", "turned", "aligned",
    "opposites", "widened", "hedged", "crossed", "straight", "disorder", "turned_by_verb",
)  # fmt: skip
MEANING = (*WORDS, "meant", "weakest", "weakest_three", "cosine")
READ = (*MEANING, "read_says", "read_denies")
SETS = {"words": WORDS, "meaning": MEANING, "read": READ}
DENIED = {"negated", "swapped", "number", "scope", "opposite", "CONTRADICT"}
TRUE = {"true", "reworded", "SUPPORT"}
ROUNDS = 3  # of choosing the passage that speaks loudest and fitting anew
PASSAGES = 5  # of a paper that are looked at
# What of the true claims must be lost so that this many of the false ones are not believed.
FALSE_BELIEVED = 0.07
PARTLY = 0.6  # of the score of a supported one
SURE_DENIAL = 0.9  # precision from which the score alone tells a contradiction


@dataclass(frozen=True)
class Claim:
    """A claim about one paper, and the sentences of it that decide, if any."""

    kind: str
    text: str
    paper: Paper
    spans: tuple[tuple[int, int], ...]

    @property
    def is_true(self) -> bool:
        """Whether the paper says it."""
        return self.kind in TRUE


@dataclass(frozen=True)
class Seen:
    """One passage for a claim: its signals, whether it is forbidden, whether it decides."""

    signals: dict[str, float]
    forbidden: bool
    decides: bool


# --- claims --------------------------------------------------------------------------------------


def written(files: Sequence[Path], abstracts: dict[str, Paper]) -> Iterator[Claim]:
    """Claims as people wrote them."""
    for file in files:
        for line in file.read_text("utf-8").splitlines():
            row = json.loads(line)
            if row["kind"] in ("question", "unanswered") or row["id"] not in abstracts:
                continue
            paper = abstracts[row["id"]]
            spans = sentence_spans(paper.abstract)
            deciding = tuple(spans[i] for i in row["s"] or () if i < len(spans))
            yield Claim(row["kind"], row["text"], paper, deciding)


def made(papers: Sequence[Paper], most: int) -> Iterator[Claim]:
    """Sentences in other words, and made false in one place, in equal parts."""
    rng = random.Random(7)
    for paper in rng.sample(list(papers), min(most, len(papers))):
        spans = sentence_spans(paper.abstract)
        if not spans:
            continue
        place = rng.choice(spans)
        sentence = paper.abstract[place[0] : place[1]]
        yield Claim("reworded", reworded(sentence, rng), paper, (place,))
        changed = list(falsified(sentence, rng))
        if changed:
            kind, text = rng.choice(changed)
            yield Claim(kind, text, paper, (place,))


def scifact(folder: Path, *, reads: bool) -> Iterator[Claim]:
    """SciFact's claims with the abstracts that decide them; none that the reader was trained on."""
    corpus = {row["id"]: row for row in _rows(folder / "corpus.jsonl.gz")}
    queries = {row["id"]: row for row in _rows(folder / "queries.jsonl.gz")}
    found: dict[tuple[str, str], list[dict[str, object]]] = defaultdict(list)
    for row in _rows(folder / "evidence.jsonl.gz"):
        found[(str(row["query_id"]), str(row["corpus_id"]))].append(row)
    for (query, document), rows in found.items():
        if reads and pairs.tenth(document) < pairs.SCIFACT_TENTHS:
            continue
        record = corpus[document]
        paper = Paper(document, record["title"], abstract=record["abstract"])
        spans = sentence_spans(paper.abstract)
        said = [s for row in rows for s in row["sentences"]]  # type: ignore[attr-defined]
        deciding = tuple(
            (a, b) for a, b in spans if any(_same(paper.abstract[a:b], s) for s in said)
        )
        yield Claim(str(rows[0]["label"]), queries[query]["text"], paper, deciding)


def _same(sentence: str, other: str) -> bool:
    return sentence[:60] in other or other[:60] in sentence


def _rows(path: Path) -> Iterator[dict[str, object]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def is_judged(paper: Paper) -> bool:
    """Whether a paper is kept for judging, where no file says so."""
    return zlib.crc32(paper.id.encode()) % 3 == 0


# --- signals -------------------------------------------------------------------------------------


class Looking:
    """Makes the signals of claims; sentences are embedded once."""

    def __init__(self, *, reads: bool) -> None:
        self._embedder = MiniLM()
        self.judge = ClaimJudge(self._embedder, _reader() if reads else None)
        self._vectors: dict[str, np.ndarray] = {}

    def seen(self, claim: Claim) -> list[Seen]:
        """The passages of the claim's paper, likest first."""
        spans = sentence_spans(claim.paper.abstract)
        if claim.paper.id not in self._vectors:
            texts = [claim.paper.abstract[a:b] for a, b in spans]
            self._vectors[claim.paper.id] = self._embedder.embed(texts)
        cosines = self._vectors[claim.paper.id] @ self._embedder.embed_query(claim.text)
        passages = passages_of(claim.text, claim.paper, spans, cosines.tolist())[:PASSAGES]
        read = self.judge._read(claim.text, passages)
        return [self._one(claim, p, r) for p, r in zip(passages, read, strict=True)]

    def _one(self, claim: Claim, passage: Passage, read: np.ndarray | None) -> Seen:
        signals = self.judge.signals(claim.text, passage, read)
        forbidden = standing(objection(claim.text, passage, signals), signals)
        there = {(e.start, e.end) for e in passage.evidence}
        return Seen(signals, bool(forbidden), bool(there & set(claim.spans)))


def _reader() -> object:
    from rag.models.reader import MiniLMReader

    return MiniLMReader()


# --- the fit -------------------------------------------------------------------------------------

Judged = tuple[Claim, list[Seen]]


def fitted(
    claims: Sequence[Judged], names: Sequence[str], families: Sequence[Judged] = ()
) -> dict[str, object]:
    """Weights out of all claims with known outcomes; points and thresholds without families."""
    says = _says([*claims, *families], names)
    denies = _denies([*claims, *families], names)
    scores = [(claim.is_true, best(seen, says)) for claim, seen in claims]
    points = fit_points([s for _, s in scores], [right for right, _ in scores])
    share = read_off(points, _level(scores))
    return {
        "says": says,
        "denies": denies,
        "points": points,
        "supported": round(share, 4),
        "partial": round(PARTLY * share, 4),
        "contradicted": round(_denial_level(claims, denies), 4),
    }


def _says(claims: Sequence[Judged], names: Sequence[str]) -> dict[str, float]:
    line: dict[str, float] = {"said": 4.0, "one": -2.0}
    for _ in range(ROUNDS):
        rows: list[dict[str, float]] = []
        right: list[bool] = []
        counts: list[float] = []
        for claim, seen in claims:
            able = [s for s in seen if s.decides] if claim.is_true else seen
            loudest = sorted(able, key=lambda s: -weighted_sum(line, s.signals))[
                : 1 if claim.is_true else 2
            ]
            rows += [s.signals for s in loudest]
            right += [claim.is_true] * len(loudest)
            counts += [1.0 / max(1, len(loudest))] * len(loudest)
        line = fit_line(rows, right, names, counts=counts)
    return line


def _denies(claims: Sequence[Judged], names: Sequence[str]) -> dict[str, float]:
    deciding = [(c, next((s for s in seen if s.decides), None)) for c, seen in claims]
    known = [(c, s) for c, s in deciding if s is not None]
    known += [(c, seen[0]) for c, seen in claims if not c.spans and seen]
    return fit_line([s.signals for _, s in known], [c.kind in DENIED for c, _ in known], names)


def best(seen: Sequence[Seen], says: Line) -> float:
    """The logit of the passage that speaks loudest among those that nothing forbids."""
    return max((weighted_sum(says, s.signals) for s in seen if not s.forbidden), default=-30.0)


def _level(scores: Sequence[tuple[bool, float]]) -> float:
    """The logit above which no more than the wanted share of false claims lies."""
    false = sorted((score for right, score in scores if not right), reverse=True)
    return false[int(FALSE_BELIEVED * len(false))] + 1e-6


def _denial_level(claims: Sequence[Judged], denies: dict[str, float]) -> float:
    values = sorted(
        ((weighted_sum(denies, seen[0].signals), c.kind in DENIED) for c, seen in claims if seen),
        reverse=True,
    )
    level, right = 3.0, 0
    for n, (value, is_denied) in enumerate(values, start=1):
        right += is_denied
        if n >= 20 and right / n >= SURE_DENIAL:
            level = value
    return 1 / (1 + float(np.exp(-level)))


def report(claims: Sequence[Judged], scale: dict[str, object]) -> Iterator[str]:
    """For each kind, how many and what share of them is believed."""
    known = scale_of(scale)
    scores: dict[str, list[float]] = defaultdict(list)
    for claim, seen in claims:
        scores[claim.kind].append(read_off(known.points, best(seen, known.says)))
    for kind, ones in sorted(scores.items()):
        believed = sum(score >= known.supported for score in ones) / len(ones)
        yield f"    {kind:14}{len(ones):6}{believed:8.3f}"


def _claims(args: argparse.Namespace) -> tuple[list[Claim], list[Claim], list[Claim]]:
    """The claims to fit, those of families, and those to judge."""
    papers = {
        key: Paper(key, row["title"], tuple(row["authors"]), abstract=row["abstract"])
        for key, row in json.loads(args.abstracts.read_text("utf-8")).items()
    }
    judged = list(written(args.judge, papers))
    kept = {claim.paper.id for claim in judged}
    fit = list(written(args.fit, papers))
    others = [p for p in papers.values() if p.id not in kept]
    fit += made(others, args.most)
    judged += made([papers[i] for i in sorted(kept)], args.most // 4)
    for claim in scifact(args.scifact, reads=args.reader) if args.scifact else ():
        (judged if is_judged(claim.paper) else fit).append(claim)
    return fit, list(written(args.families, papers)), judged


def main() -> None:
    """Fit, print, and write the package's `claim.json` if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--abstracts", type=Path, required=True)
    parser.add_argument("--fit", type=Path, nargs="+", required=True)
    parser.add_argument("--judge", type=Path, nargs="+", required=True)
    parser.add_argument("--families", type=Path, nargs="+", default=[])
    parser.add_argument("--scifact", type=Path)
    parser.add_argument("--reader", action="store_true", help="fit the variant with the reader")
    parser.add_argument("--most", type=int, default=1200, help="claims of each source")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    fit, of_families, judged = _claims(args)
    looking = Looking(reads=args.reader)
    rng = random.Random(7)
    rng.shuffle(fit)
    seen = [(c, looking.seen(c)) for c in fit[: 3 * args.most]]
    families = [(c, looking.seen(c)) for c in of_families]
    rng.shuffle(judged)
    held = [(c, looking.seen(c)) for c in judged[: 2 * args.most]]
    path = Path(str(resources.files("rag.answer").joinpath("claim.json")))
    values = json.loads(path.read_text("utf-8"))
    if args.reader:
        sys.stdout.write("meaning, as shipped: believed\n")
        sys.stdout.write("\n".join(report(held, values["meaning"])) + "\n")
    for variant, names in SETS.items():
        if (variant == "read") != args.reader:
            continue
        values[variant] = fitted(seen, names, families)
        sys.stdout.write(f"{variant}: believed, of papers not fitted to\n")
        sys.stdout.write("\n".join(report(held, values[variant])) + "\n")
    if args.write:
        path.write_text(json.dumps(values, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
