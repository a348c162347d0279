"""What checking a written answer costs beside the streaming of it.

    python -m tests.benchmarks.checking [ANSWERS] [--library DIR]

Answers of about 150 words are put together from what the sample (or a library) says, a little
reworded, every fourth sentence altered so that the checks look for other evidence too. They arrive
token by token without a pause; what the checks then take is set against the time that 50 tokens a
second would have taken. CPU time, so that other work on the machine does not count.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from rag import Assistant, Settings
from rag.answer.claim import ClaimJudge
from rag.answer.generate import Written, keyed, write
from rag.base.types import Evidence
from rag.models.prompts import Message

WORDS, TOKENS_PER_WORD, TOKENS_PER_SECOND = 150, 1.3, 50.0
MOST_SHARE = 0.15


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("answers", type=int, nargs="?", default=20)
    parser.add_argument("--library", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = args.library or Path(place) / "library"
        with Assistant.open(settings=Settings(_env_file=None, library=folder)) as assistant:
            if assistant.paper_count() == 0:
                assistant.add_sample()
            shares = list(_shares(assistant, args.answers))
    told = f"median {statistics.median(shares):.1%}, most {max(shares):.1%}"
    sys.stdout.write(f"{len(shares)} answers, checks in shares of streaming: {told}\n")
    return 0 if statistics.median(shares) <= MOST_SHARE else 1


def _shares(assistant: Assistant, most: int) -> Iterator[float]:
    judge = assistant._parts.stern_judge
    papers = list(assistant.papers())
    for i in range(-1, min(most, len(papers) // 4)):
        evidence = list(_evidence(assistant, " ".join(papers[4 * i].title.split()[:8])))
        text = _text(evidence)
        spent = _checked(text, evidence, judge)
        if i >= 0:  # the first warms up what is loaded once
            yield spent / (len(text.split()) * TOKENS_PER_WORD / TOKENS_PER_SECOND)


def _evidence(assistant: Assistant, query: str) -> Iterator[Evidence]:
    for hit in assistant.search(query, k=4):
        for start, end in assistant._store.sentence_vectors([hit.paper.id])[hit.paper.id][0][:3]:
            yield Evidence(hit.paper, start, end, hit.paper.abstract[start:end], 1.0)


def _text(evidence: Sequence[Evidence]) -> str:
    """About 150 words that rest on the evidence, each sentence with its marker."""
    said: list[str] = []
    for i, (key, e) in enumerate(keyed(evidence).items()):
        own = e.text.rstrip(". ")
        own = (
            f"{own} on Mars" if i % 4 == 3 else f"The authors report that {own[0].lower()}{own[1:]}"
        )
        said.append(f"{own} [{key}].")
        if sum(len(sentence.split()) for sentence in said) >= WORDS:
            break
    return " ".join(said)


def _checked(text: str, evidence: Sequence[Evidence], judge: ClaimJudge) -> float:
    """Seconds of CPU from the first token to the checked answer."""

    def stream(_: list[Message]) -> Iterator[str]:
        yield from (f"{word} " for word in text.split())

    before = time.process_time()
    *_, outcome = write("What is said?", evidence, stream, judge=judge)
    spent = time.process_time() - before
    assert isinstance(outcome, Written)
    assert outcome.checks
    return spent


if __name__ == "__main__":
    sys.exit(main())
