"""Fits the scale of confidence that ships with the package, and says how good it is.

    python -m tests.benchmarks.fit_confidence FOLDER... [--statements] [--write] [--most N]

Each FOLDER holds labelled questions in the layout of `askpapers eval`. Every answerable question
is asked four times: of the whole corpus, of a small random part of it that has its papers, and of
both without them, when nothing answers it. Beside these, questions are made that name a paper and
ask for words of one of its sentences, or of another paper's, which it does not state.
Figures are of held-out fifths; questions that share a paper are never parted. With --statements
only the labelled sentences that say something are asked, and the scales of statements are fitted.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import random
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np

from rag.assistant import Assistant
from rag.base.fitted import Line, Points, weighted_sum
from rag.base.settings import load_settings
from rag.base.text import STOP_WORDS, sentences
from rag.base.types import Filters, Paper
from rag.evals.calibrate import fit_line, fit_points
from rag.evals.confidence import Floats, auroc, bins, debiased_error, expected_error
from rag.evals.corpus import Ids, cache_folder, fill
from rag.evals.data import Question, QuestionSet, load
from rag.ingest.pipeline import library_identity
from rag.models.embed import IDENTITY
from rag.search.confidence import FEW, MANY, Scale, Signals, kind_of

GENERAL = (
    "passage", "sentence", "in_paper", "in_sentence", "together", "dense_lead",
    "sentence_lead", "coverage_lead", "keyword_lead", "size", "strange", "elsewhere",
    "figures_missing",
)  # fmt: skip
NAMED = ("sentence", "in_sentence", "together", "size", "strange", "elsewhere", "figures_missing")
KNOWN = {"strange": -2.5, "elsewhere": -1.0, "figures_missing": -0.7}  # not to be lost where rare
WRITTEN = Path(__file__).with_name("written_questions.jsonl")
NOT_ANSWERED = (
    "unanswerable", "withheld", "not stated", "on_topic_unanswerable", "off",
    "foreign", "everyday",
)  # fmt: skip
FOREIGN = 0.25  # share of another set's questions; any of them is easy
ANSWERED = ("paraphrase", "plain")
FITTED = ("general", "own_words", "named", "points")
STATED = ("statement", "statement_points", "among_many", "among_many_points")
FOLDS, SMALL, NAMED_QUESTIONS = 5, (20, 60, 200), 600


@dataclass(frozen=True)
class Asked:
    """One question asked: what spoke for its answer, and whether the answer was right."""

    kind: str  # "answerable", "small", "withheld", "stated", … or as in the written questions
    group: str
    signals: Signals
    right: bool

    @property
    def answerable(self) -> bool:
        """Whether the library holds the answer, found or not; in small parts it is mostly found."""
        return self.kind in ("answerable", "stated", *ANSWERED) or (
            self.kind == "small" and self.right
        )


def asked_of(assistant: Assistant, questions: QuestionSet, ids: Ids, most: int) -> Iterator[Asked]:
    """The labelled questions, each of the whole, of a part, and without its papers."""
    everyone = sorted(ids.papers.values())
    rng = random.Random(7)
    chosen = list(questions.questions)
    rng.shuffle(chosen)
    for question in chosen[:most]:
        own = frozenset(ids.papers[i] for i in question.relevant if i in ids.papers)
        group = min(own, default=question.id)
        right = own if question.answerable else frozenset()
        kind = "answerable" if question.answerable else "unanswerable"
        part = frozenset(rng.sample(everyone, min(len(everyone), rng.choice(SMALL)))) | own
        yield from _one(assistant, question, kind, group, right)
        yield from _one(assistant, question, "small", group, right, among=part)
        if question.answerable and own:
            none: frozenset[str] = frozenset()
            yield from _one(assistant, question, "withheld", group, none, without=own)
            yield from _one(assistant, question, "withheld", group, none, among=part - own)


def _one(
    assistant: Assistant,
    question: Question,
    kind: str,
    group: str,
    right: frozenset[str],
    **how: frozenset[str],
) -> Iterator[Asked]:
    found = assistant.signals(
        question.text, **{key: Filters(ids=tuple(sorted(ids))) for key, ids in how.items()}
    )
    if found:
        signals, lead = found
        yield Asked(kind, group, signals, lead.id in right)


# --- questions that name a paper ---------------------------------------------------------------

_FORMS = (
    "How does {name} handle {words}?",
    "What does {name} say about {words}?",
    "Does {name} show {words}?",
    "What does {name} report for {words}?",
    "How does {name} perform on {words}?",
    "{name}: {words}",
    "Why is {words} a problem for {name}?",
)
_WORD = re.compile(r"[A-Za-z][\w-]+")


def naming(assistant: Assistant, most: int) -> Iterator[Asked]:
    """Questions about one named paper, for words that it says or that another says."""
    rng = random.Random(7)
    names = assistant._parts.names
    by_id = {paper.id: paper for paper in assistant.papers()}
    handles = [
        (handle.name, handle.papers[0][0])
        for handle in names.handles()
        if len(handle.papers) == 1 and handle.papers[0][0] in by_id
    ]
    rng.shuffle(handles)
    papers = list(by_id.values())
    for name, paper_id in handles[:most]:
        own, other = by_id[paper_id], rng.choice(papers)
        for paper, kind in ((own, "stated"), (other, "not stated")):
            words = _some_words(paper, name, own, rng)
            if not words:
                continue
            found = assistant.signals(rng.choice(_FORMS).format(name=name, words=words))
            if found and found[0].named:
                right = kind == "stated" and found[1].id == paper_id
                yield Asked(kind, paper_id, found[0], right)


def _some_words(paper: Paper, name: str, about: Paper, rng: random.Random) -> str:
    """Two to five telling words of a sentence, in their order; not of the named paper's title."""
    title = {w.casefold() for w in _WORD.findall(about.title)} | {name.casefold()}
    said = sentences(paper.abstract)
    if not said:
        return ""
    telling = [
        w
        for w in _WORD.findall(rng.choice(said))
        if w.casefold() not in STOP_WORDS and w.casefold() not in title and len(w) > 3
    ]
    if len(telling) < 3:
        return ""
    size = rng.randint(2, min(5, len(telling)))
    start = rng.randint(0, len(telling) - size)
    return " ".join(telling[start : start + size])


# --- questions as people write them ------------------------------------------------------------


def written(assistant: Assistant, name: str, ids: Ids) -> Iterator[Asked]:
    """Our own questions, of the whole corpus and of two small parts.

    Those about papers of another set are "foreign", and those about daily life "everyday".
    """
    everyone = sorted(ids.papers.values())
    rng = random.Random(7)
    for line in WRITTEN.read_text("utf-8").splitlines():
        row = json.loads(line)
        question = Question(row["id"], row["question"])
        own = frozenset([ids.papers[row["id"]]] if row["id"] in ids.papers else [])
        kind = row["kind"] if row["set"] in (name, "any") else "foreign"
        if kind == "foreign" and rng.random() > FOREIGN:
            continue
        right = own if kind in ANSWERED else frozenset()
        for size in rng.sample(SMALL, 2):
            among = frozenset(rng.sample(everyone, min(len(everyone), size))) | own
            yield from _one(assistant, question, kind, row["id"], right, among=among)
        if kind != "off":  # the whole corpus may well answer it
            yield from _one(assistant, question, kind, row["id"], right)


# --- the fit -----------------------------------------------------------------------------------


def fitted(asked: Sequence[Asked]) -> Scale:
    """A scale out of questions with known outcomes.

    The line tells what the library answers from what it does not; the points turn that into how
    often the answer was right, which needs the right paper in the lead as well.
    """
    lines = {
        kind: fit_line(
            [a.signals.values() for a in asked if kind_of(a.signals) == kind],
            [a.answerable for a in asked if kind_of(a.signals) == kind],
            NAMED if kind == "named" else GENERAL,
            KNOWN,
        )
        for kind in ("general", "own_words", "named")
    }
    logits = [Scale(**lines).logit(a.signals) for a in asked]
    return Scale(**lines, points=fit_points(logits, [a.right for a in asked]))


def fitted_to_statements(asked: Sequence[Asked]) -> Scale:
    """A scale whose lines and points for statements are fitted; there is nothing else in it."""
    few = [a for a in asked if a.signals.size < (FEW + MANY) / 2]
    many = [a for a in asked if a.signals.size >= (FEW + MANY) / 2]
    return Scale(
        **dict(zip(STATED, (*_line_and_points(few), *_line_and_points(many)), strict=True))
    )


def _line_and_points(asked: Sequence[Asked]) -> tuple[Line, Points]:
    values = [a.signals.values() for a in asked]
    line = fit_line(values, [a.answerable for a in asked], GENERAL, KNOWN)
    logits = [weighted_sum(line, each) for each in values]
    return line, fit_points(logits, [a.right for a in asked])


def held_out(asked: Sequence[Asked], fit: Callable[[Sequence[Asked]], Scale]) -> list[float]:
    """The confidence in each by a scale that was fitted without its fold."""
    groups = sorted({a.group for a in asked})
    random.Random(7).shuffle(groups)
    fold = {group: i % FOLDS for i, group in enumerate(groups)}
    scales = [fit([a for a in asked if fold[a.group] != k]) for k in range(FOLDS)]
    return [scales[fold[a.group]].confidence(a.signals) for a in asked]


def report(asked: Sequence[Asked], sure: Floats) -> Iterator[str]:
    """How well answerable ones are told from the others, and how honest the numbers are."""
    right = np.array([a.right for a in asked])
    kinds = np.array([a.kind for a in asked])
    for yes, no in (
        ("answerable", "unanswerable"),
        ("answerable", "withheld"),
        ("stated", "not stated"),
        ("plain", "on_topic_unanswerable"),
        ("paraphrase", "on_topic_unanswerable"),
        ("paraphrase", "off"),
    ):
        both = (kinds == yes) | (kinds == no)
        if (kinds == yes).any() and (kinds == no).any():
            told = auroc(sure[both], kinds[both] == yes)
            yield f"AUROC {yes} / {no}: {told:.3f} ({both.sum()})"
    found = bins(sure, right)
    honest = f"debiased {debiased_error(found):.3f}, ECE {expected_error(found):.3f}"
    yield f"calibration error: {honest} ({len(right)})"
    for level in (0.1, 0.15, 0.2, 0.3, 0.4):
        parts = [
            f"{kind} {np.mean(sure[chosen] < level):.3f}"
            for kind in sorted(set(kinds))
            if (chosen := (kinds == kind) & (right | (kind in NOT_ANSWERED))).any()
        ]
        yield f"abstained below {level}: " + ", ".join(parts)


def main() -> None:
    """Ask, fit, report; write the file with --write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--most", type=int, default=800, help="questions of each folder")
    parser.add_argument("--statements", action="store_true", help="fit the scale of statements")
    parser.add_argument("--write", action="store_true", help="into the package's file")
    parser.add_argument("--kept", type=Path, help="a file of what was asked: used, or made")
    args = parser.parse_args()
    by_folder = _read(args.kept) if args.kept and args.kept.exists() else {}
    for folder in args.folders:
        if folder.name not in by_folder:
            by_folder[folder.name] = list(_ask(folder, args.most, alone=args.statements))
            if args.kept:
                _keep(by_folder, args.kept)
    if args.statements:
        by_folder = {name: _statements(asked) for name, asked in by_folder.items()}
    fit, names = (fitted_to_statements, STATED) if args.statements else (fitted, FITTED)
    asked = [a for folder in args.folders for a in by_folder[folder.name]]
    sure = np.array(held_out(asked, fit))
    for name, own in by_folder.items():
        _say(f"{name}: {len(own)} asked", report(own, _of(own, asked, sure)))
    _say(f"all: {len(asked)} asked", report(asked, sure))
    values = {name: getattr(fit(asked), name) for name in names}
    _say(json.dumps(values), ())
    if args.write:
        _write(values)


def _statements(asked: Sequence[Asked]) -> list[Asked]:
    return [a for a in asked if kind_of(a.signals) == "statement"]


def _ask(folder: Path, most: int, *, alone: bool) -> Iterator[Asked]:
    """The labelled questions, alone or with those that were made or written beside them."""
    questions = load(folder)
    library = cache_folder(questions)
    settings = load_settings(library=library).model_copy(update={"model": None})
    with Assistant.open(library, settings) as assistant:
        ids = fill(assistant, questions.corpus or folder, questions.corpus_ids)
        yield from asked_of(assistant, questions, ids, most)
        if alone:
            return
        yield from naming(assistant, NAMED_QUESTIONS)
        yield from written(assistant, folder.name, ids)


def _of(own: Sequence[Asked], asked: Sequence[Asked], sure: Floats) -> Floats:
    """The confidences of one folder's questions."""
    mine = {id(a) for a in own}
    return sure[[id(a) in mine for a in asked]]


def _keep(by_folder: dict[str, list[Asked]], path: Path) -> None:
    rows = {name: [dataclasses.asdict(a) for a in own] for name, own in by_folder.items()}
    path.write_text(json.dumps(rows), "utf-8")


def _read(path: Path) -> dict[str, list[Asked]]:
    rows = json.loads(path.read_text("utf-8"))
    return {
        name: [Asked(**{**a, "signals": Signals(**a["signals"])}) for a in own]
        for name, own in rows.items()
    }


def _say(head: str, lines: Iterable[str]) -> None:
    sys.stdout.write("\n  ".join([head, *lines]) + "\n")
    sys.stdout.flush()


def _write(fitted_values: Mapping[str, object]) -> None:
    path = Path(str(resources.files("rag.search").joinpath("confidence.json")))
    values = {
        **json.loads(path.read_text("utf-8")),
        "made_by": "python -m tests.benchmarks.fit_confidence, and the same with --statements",
        "identity": library_identity(IDENTITY),
        **fitted_values,
    }
    path.write_text(json.dumps(values, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
