"""Fits the weights of the ranking, and says what each part of it brings.

    python -m tests.benchmarks.fit_ranking FOLDER... [--write]

Each FOLDER holds labelled questions in the layout of `askpapers eval`. The weights are those that
give the best mean of the folders' nDCG@10 on a grid that is walked one weight at a time. Figures
are of held-out fifths (questions that share a paper are never parted); the ablation leaves one
part out and keeps the other weights.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path

import numpy as np

from rag.assistant import Assistant
from rag.base.settings import load_settings
from rag.evals.corpus import cache_folder, fill
from rag.evals.data import load
from rag.search.rank import PARTS, Candidates, Weights, fitted_weights

START = Weights(dense=0.4, sentence=0.2, keyword=0.2, coverage=0.2)
STEPS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6)
FOLDS, TOP = 5, 10


@dataclass(frozen=True)
class Asked:
    """The candidates of a question and the grades of its papers."""

    group: str
    found: Candidates
    grades: Mapping[str, int]

    def ndcg(self, weights: Weights) -> float:
        """nDCG@10 with the grades as gains."""
        scores = self.found.scores(weights)
        best = sorted(scores, key=lambda paper_id: (-scores[paper_id], paper_id))[:TOP]
        gain = sum(self.grades.get(i, 0) / np.log2(n + 2) for n, i in enumerate(best))
        ideal = sorted(self.grades.values(), reverse=True)[:TOP]
        return float(gain / sum(grade / np.log2(n + 2) for n, grade in enumerate(ideal)))


def asked_of(folder: Path) -> list[Asked]:
    """Every question with its candidates."""
    questions = load(folder)
    library = cache_folder(questions)
    settings = load_settings(library=library).model_copy(update={"model": None})
    asked = []
    with Assistant.open(library, settings, weights=START) as assistant:
        ids = fill(assistant, questions.corpus or folder, questions.corpus_ids)
        for question in questions.questions:
            grades = {ids.papers[i]: g for i, g in question.relevant.items() if i in ids.papers}
            if grades:
                found, _ = assistant._parts.retriever.candidates(question.text)
                asked.append(Asked(min(grades), found, grades))
    return asked


def mean(sets: Sequence[Sequence[Asked]], weights: Weights) -> float:
    """Mean over the sets of their mean nDCG@10."""
    return float(np.mean([np.mean([a.ndcg(weights) for a in asked]) for asked in sets if asked]))


def fitted(sets: Sequence[Sequence[Asked]], rounds: int = 2) -> Weights:
    """The best weights on the grid, walked one weight at a time."""
    best, weights = mean(sets, START), START
    for _ in range(rounds):
        for part in PARTS:
            for step in STEPS:
                tried = Weights(**{**asdict(weights), part: step})
                value = mean(sets, tried)
                if value > best + 1e-4:
                    best, weights = value, tried
    return weights


def held_out(sets: Sequence[Sequence[Asked]]) -> list[list[float]]:
    """nDCG@10 of each question by weights that were fitted without its fold."""
    groups = sorted({a.group for asked in sets for a in asked})
    random.Random(7).shuffle(groups)
    fold = {group: i % FOLDS for i, group in enumerate(groups)}
    by_fold = [
        fitted([[a for a in asked if fold[a.group] != k] for asked in sets], rounds=1)
        for k in range(FOLDS)
    ]
    return [[a.ndcg(by_fold[fold[a.group]]) for a in asked] for asked in sets]


def main() -> None:
    """Ask, fit, report; write the file with --write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--write", action="store_true", help="into the package's file")
    args = parser.parse_args()
    sets = [asked_of(folder) for folder in args.folders]
    names = [folder.name for folder in args.folders]
    weights = fitted(sets)
    plain = Weights(dense=1, keyword=1)
    rows = {
        "held out": [float(np.mean(values)) for values in held_out(sets)],
        "fitted to all": [mean([asked], weights) for asked in sets],
        "shipped": [mean([asked], fitted_weights()) for asked in sets],
        **{f"without {p}": [mean([a], weights.without(p)) for a in sets] for p in PARTS},
        **{f"{p} alone": [mean([a], Weights(**{p: 1.0})) for a in sets] for p in PARTS},
        "dense + keyword": [mean([asked], plain) for asked in sets],
    }
    lines = [" " * 18 + "".join(f"{name:>20}" for name in names)]
    lines += [f"{name:18}" + "".join(f"{v:20.4f}" for v in values) for name, values in rows.items()]
    lines.append(json.dumps(asdict(weights)))
    sys.stdout.write("\n".join(lines) + "\n")
    if args.write:
        path = Path(str(resources.files("rag.search").joinpath("ranking.json")))
        values = {"made_by": "python -m tests.benchmarks.fit_ranking", "weights": asdict(weights)}
        path.write_text(json.dumps(values, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
