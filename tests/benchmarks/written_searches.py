"""Makes a labelled set of searches in people's own words, for `askpapers eval`.

    python -m tests.benchmarks.written_searches SHARED FOLDER [--others N]

`written_searches.jsonl`, beside this file, holds for each of 1,400 arXiv papers of SHARED/scale a
summary ("tldr"), a dim memory of it ("lookup"), a question that its abstract answers and a flat
statement of the field that it bears on ("claim"), in words of our own. FOLDER gets these papers
with N others as a corpus, in the layout of `askpapers eval`. Nothing was ever fitted to them.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

from tests.training.pairs import lines

SEARCHES = Path(__file__).parent / "written_searches.jsonl"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--others", type=int, default=1600)
    args = parser.parse_args()
    searches = lines(SEARCHES)
    random.Random(1).shuffle(searches)  # so that the first N of them are of all kinds
    meant = {search["id"] for search in searches}
    records = lines(args.shared / "scale" / "arxiv_50k.jsonl.gz")
    others = [record for record in records if record["id"] not in meant]
    corpus = [record for record in records if record["id"] in meant]
    corpus += random.Random(2).sample(others, args.others)
    args.folder.mkdir(parents=True, exist_ok=True)
    _write(args.folder / "corpus.jsonl", corpus)
    _write(args.folder / "queries.jsonl", [_query(n, s) for n, s in enumerate(searches)])
    found = [f"s{n}\t{search['id']}\t1" for n, search in enumerate(searches)]
    (args.folder / "qrels.tsv").write_text("\n".join(["query\tpaper\tgrade", *found]) + "\n")


def _query(number: int, search: dict[str, str]) -> dict[str, object]:
    extra = {"kind": search["kind"]}
    return {"id": f"s{number}", "text": search["text"], "answerable": True, "extra": extra}


def _write(path: Path, rows: list[dict[str, object]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


if __name__ == "__main__":
    main()
