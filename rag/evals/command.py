"""The command `askpapers eval`: its options, and what it does with them; printing is left to cli.

Nothing heavy is imported at module level, because `askpapers --help` reads the options too.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.base.settings import Settings
    from rag.base.types import Progress
    from rag.evals.corpus import Ids
    from rag.evals.data import QuestionSet
    from rag.evals.records import Run

LAYOUT = """\
A folder holds corpus.jsonl (id, title, authors, year, abstract), queries.jsonl (id, text,
answerable, split), qrels.tsv (query, paper, grade; with tabs) and, if there are any, the sentences
that answer, evidence.jsonl (query_id, corpus_id, sentences); each .jsonl may be gzipped. The corpus
is added to a library that is kept, in a cache folder or where --library says. A file has one
question a line (id, type, question, gold: beginnings of titles, facts, answerable), or a
conversation (id, turns), about the papers of your library. No model is used to write answers."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What the command shows: tables, and the same as plain JSON values."""

    text: str
    values: dict[str, Any]


def add_options(parser: argparse.ArgumentParser) -> None:
    """What `askpapers eval` takes."""
    parser.epilog = LAYOUT
    parser.add_argument("questions", metavar="FOLDER|FILE", help="labelled questions; see below")
    parser.add_argument("--split", metavar="NAME", help="only the questions of this split")
    parser.add_argument("--limit", type=_positive, metavar="N", help="only the first N questions")
    parser.add_argument(
        "--without-papers",
        action="store_true",
        help="ask each question again without the papers that answer it",
    )
    parser.add_argument("--rankings-only", action="store_true", help="search, and do not answer")
    parser.add_argument(
        "--weights",
        type=_weights,
        metavar="PART=W,…",
        help="rank by these parts alone: dense, sentence, keyword, coverage (dense=1,keyword=1)",
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="write every question's record")
    parser.add_argument(
        "--against", type=Path, metavar="FILE", help="compare with an earlier --out"
    )
    parser.add_argument("--figures", type=Path, metavar="DIR", help="draw into this folder, as SVG")


def evaluate(
    args: argparse.Namespace, progress: Callable[[Progress], None] | None = None
) -> Evaluation:
    """Run the questions through the assistant and measure what comes back.

    Raises:
        RagError: the questions, the library or an output cannot be used.
    """
    from rag.evals import figures, records, report
    from rag.evals.compare import compare
    from rag.evals.data import load

    questions = load(Path(args.questions)).part(args.split, args.limit)
    other = records.read(args.against) if args.against else None
    run = _run(args, questions, progress)
    if args.out:
        records.save(run, args.out)
    differences = compare(run, other) if other else ()
    shown = report.text(run, differences)
    if args.figures:
        runs = [("this run", run)] + ([(args.against.stem, other)] if other else [])
        files = figures.write(args.figures, runs)
        shown += "\n\n" + "\n".join(f"Drawn: {file}" for file in files)
    return Evaluation(shown, report.to_dict(run, differences))


def _run(
    args: argparse.Namespace,
    questions: QuestionSet,
    progress: Callable[[Progress], None] | None,
) -> Run:
    import rag
    from rag.asked import reranker_of
    from rag.assistant import Assistant
    from rag.base.settings import load_settings
    from rag.evals.records import Run
    from rag.evals.run import Parts, ask_all
    from rag.search.rank import Weights

    weights = None if args.weights is None else Weights(**args.weights)
    # Quotations alone, and questions that nobody asked are not kept among those that somebody did.
    quoting = {"model": None, "llm": None, "answers_kept": 0}
    settings = load_settings(library=args.library).model_copy(update=quoting)
    folder = _library(args, questions, settings)
    options = {part: f"{weight:g}" for part, weight in (args.weights or {}).items()}
    if reranker := reranker_of(settings):
        options["reranker"] = reranker.identity
    with Assistant.open(folder, settings, weights=weights) as assistant:
        ids, remarks = _filled(assistant, questions, folder, progress)
        parts = Parts(answers=not args.rankings_only, withholds=args.without_papers)
        asked = ask_all(assistant, questions, ids, parts, progress)
        papers = assistant.paper_count()
    return Run(
        questions.name,
        asked,
        papers,
        split=args.split,
        options=options,
        remarks=(*questions.remarks, *remarks),
        version=rag.__version__,
    )


def _library(args: argparse.Namespace, questions: QuestionSet, settings: Settings) -> Path:
    """Where to ask: a corpus never goes into the user's own library unless it is named."""
    from rag.evals.corpus import cache_folder
    from rag.models.choose import identity_of

    if args.library:
        return Path(args.library)
    if questions.corpus is None:
        return settings.library
    return cache_folder(questions, identity_of(settings))


def _filled(
    assistant: Assistant,
    questions: QuestionSet,
    folder: Path,
    progress: Callable[[Progress], None] | None,
) -> tuple[Ids, tuple[str, ...]]:
    from rag.base.errors import SourceError
    from rag.evals.corpus import Ids, fill

    if questions.corpus is None:
        if not assistant.paper_count():
            raise SourceError(
                f"The library {folder} is empty; add the papers that {questions.name} asks about, "
                "or name another with --library."
            )
        return Ids(), ()
    ids = fill(assistant, questions.corpus, questions.corpus_ids, progress)
    left_out = len(set(questions.corpus_ids)) - len(ids.papers)
    merged = len(ids.papers) - len(ids.corpus)
    remarks = []
    if left_out:
        remarks.append(f"{left_out} records of the corpus could not be added")
    if merged:
        remarks.append(f"{merged} records of the corpus are papers that it has already")
    return ids, tuple(remarks)


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 up")
    return int(text)


def _weights(text: str) -> dict[str, float]:
    from rag.search.rank import PARTS

    found: dict[str, float] = {}
    for part, _, weight in (item.partition("=") for item in text.split(",")):
        number = weight.replace(".", "", 1)
        if part not in PARTS or not (number.isascii() and number.isdigit()):
            raise argparse.ArgumentTypeError(f"{text!r}: write such as dense=1,keyword=0.5")
        found[part] = float(weight)
    if not any(found.values()):
        raise argparse.ArgumentTypeError(f"{text!r}: one weight must be above 0")
    return found
