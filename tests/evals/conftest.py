"""A small labelled set over the records of the small library."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

QUERIES = [
    ("cards", "How many cards does a table of Bernoulli numbers need?", True, "dev", "loom"),
    ("bees", "How far does one second of waggling stand for?", True, "dev", "bees"),
    ("hands", "By how much did washing hands lower mortality?", True, "train", "hands"),
    ("radon", "What concentration of radon do cellars have?", True, "train", "radon"),
    ("whales", "How deep do sperm whales dive for squid?", False, "dev", None),
]
GOLD = {
    "cards": ("loom", "We introduce LOOM, a notation that folds repeated operations into cycles of "
              "cards, so that a table of Bernoulli numbers needs 23 cards instead of 410."),
    "bees": ("bees", "one second of waggling stands for about 1,000 metres with a spread of 15%"),
    "hands": ("hands", "A sentence that no paper has."),
}  # fmt: skip
IDS = {"LOOM": "loom", "Dancing": "bees", "Does": "hands", "Trace": "radon"}


@pytest.fixture(scope="session")
def corpus(history_file: Path) -> list[dict[str, object]]:
    """The records with ids, then a twin of the first, and one with nothing in it."""
    records = [json.loads(line) for line in history_file.read_text("utf-8").splitlines()]
    for place, record in enumerate(records):
        record["id"] = IDS.get(record["title"].split()[0].strip(":"), f"p{place}")
    return [*records, {**records[0], "id": "twin"}, {"id": "empty", "title": "", "abstract": ""}]


@pytest.fixture(scope="session")
def labelled(tmp_path_factory: pytest.TempPathFactory, corpus: list[dict[str, object]]) -> Path:
    """A folder in the layout; only for tests that do not change it."""
    folder = tmp_path_factory.mktemp("labelled") / "history"
    folder.mkdir()
    queries = [
        {"id": key, "text": text, "answerable": answerable, "split": split}
        for key, text, answerable, split, _ in QUERIES
    ]
    grades = [f"{key}\t{paper}\t1" for key, _, _, _, paper in QUERIES if paper]
    grades[0] = "cards\ttwin\t2"  # the twin is the same paper
    gold = [
        {"query_id": key, "corpus_id": paper, "sentences": [sentence]}
        for key, (paper, sentence) in GOLD.items()
    ]
    _write(folder / "corpus.jsonl", corpus)
    _write(folder / "queries.jsonl", queries)
    _write(folder / "evidence.jsonl", gold)
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n" + "\n".join(grades))
    return folder


def _write(path: Path, rows: list[dict[str, object]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
