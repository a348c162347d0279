"""Public sets of claims with a passage that says them, denies them or is silent.

All are about other things than papers: captions, encyclopedias, news. They are read from one folder
that holds the sets' files under their own names; rag/models/reader_weights/README.md says where the
sets come from and under which licences. Of SNLI and Fool Me Twice, which are large, the parts for
development and testing are enough: nothing of this project is judged on them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from tests.training.pairs import DENIES, SAYS, SILENT, Pair, lines

_MOST = 1_400  # lines of a file; SNLI's are longer, and captions would drown the rest

Row = tuple[str, str, str]  # the claim, its passage, the set's own label

_LABELS = {
    "entailment": SAYS,
    "contradiction": DENIES,
    "neutral": SILENT,
    "not_entailment": SILENT,
    "SUPPORTS": SAYS,
    "REFUTES": DENIES,
}


def public(folder: Path) -> Iterator[Pair]:
    """The pairs of all sets; a missing file is an error, a pair without an agreed label is not."""
    for claim, passage, label in chain(_of_lines(folder), _of_tables(folder)):
        if claim and passage and label in _LABELS:
            yield Pair(claim, passage, _LABELS[label], "public")


def _snli(one: Any) -> Row:
    return one["sentence2"], one["sentence1"], one["gold_label"]


def _fool_me_twice(one: Any) -> Row:
    return one["text"], " ".join(part["text"] for part in one["gold_evidence"]), one["label"]


def _fever_symmetric(one: Any) -> Row:
    return one["claim"], one["evidence"], one["label"]


_LINES: dict[str, Callable[[Any], Row]] = {
    "snli_1.0_dev.jsonl": _snli,
    "snli_1.0_test.jsonl": _snli,
    "dev.jsonl": _fool_me_twice,
    "test.jsonl": _fool_me_twice,
    "fever_symmetric_dev.jsonl": _fever_symmetric,
    "fever_symmetric_test.jsonl": _fever_symmetric,
}
# The columns of the claim, of its passage and of the label.
_TABLES = {
    "MED.tsv": (9, 8, 15),
    "adversarial_train_15k.tsv": (1, 0, 2),  # ConjNLI
    "conj_dev.tsv": (1, 0, 2),
    "inv_orig_large.tsv": (9, 8, 11),  # Syntactic Augmentation
    "inv_trsf_large.tsv": (9, 8, 11),
    "pass_orig_large.tsv": (9, 8, 11),
    "pass_trsf_pos_large.tsv": (9, 8, 11),
    "pass_trsf_neg_large.tsv": (9, 8, 11),
    "MNLI.txt": (2, 1, 3),  # Negation and NLI
    "SNLI.txt": (2, 1, 3),
    "RTE.txt": (2, 1, 3),
}


def _of_lines(folder: Path) -> Iterator[Row]:
    for name, row_of in _LINES.items():
        yield from map(row_of, lines(folder / name)[:_MOST])


def _of_tables(folder: Path) -> Iterator[Row]:
    for name, (claim, passage, label) in _TABLES.items():
        # Some files hold a few bytes of another encoding.
        text = (folder / name).read_text(encoding="utf-8-sig", errors="replace")
        for row in text.split("\n"):
            cells = row.split("\t")
            if len(cells) > label:
                yield cells[claim], cells[passage], cells[label].strip()
