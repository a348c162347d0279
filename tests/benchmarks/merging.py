"""What becomes one paper, and what must not: the seeds imported again, and pairs that look alike.

    python tests/benchmarks/merging.py [--seed 1] [--show]

The seed papers are written as BibTeX, RIS, CSL-JSON and CSV in the ways that other programs write
them (another case, no accents, other dashes, LaTeX in titles, initials, missing fields) and added
again: there must be no paper more. Then 200 pairs that look alike are made of real records: parts
one and two, one title by other people, a workshop paper and its article, versions of a system.
There must be 400 papers. Needs the folder `shared` beside the project.
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import json
import random
import re
import sys
import tempfile
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from lookups import records  # noqa: E402

from rag.assistant import Assistant  # noqa: E402
from rag.base.settings import Settings  # noqa: E402
from rag.base.types import Paper  # noqa: E402
from rag.cite.formats import export  # noqa: E402

SEEDS = ROOT.parent / "shared" / "seeds"
FORMATS = {"bibtex": "bib", "ris": "ris", "csl-json": "json", "csv": "csv"}
Change = Callable[[Paper], Paper]


def main() -> None:
    """Measure both, print one JSON object."""
    arguments = _arguments()
    rng = random.Random(arguments.seed)
    report = {"again": _again(arguments.show), "pairs": _pairs(rng, arguments.show)}
    print(json.dumps(report, indent=1))  # noqa: T201


# --- the seeds again -----------------------------------------------------------------------------


def _again(show: bool) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder, _opened(folder) as assistant:
        assistant.add(SEEDS)
        papers = list(assistant.papers())
        report: dict[str, object] = {"papers": len(papers)}
        for (form, ending), (name, change) in itertools.product(FORMATS.items(), CHANGES.items()):
            text = export([change(paper) for paper in papers], form)
            came = assistant.add_bytes(_others(text, form).encode(), f"{name}.{ending}")
            if came.added or came.failed:
                report[f"{form}, {name}"] = {"more": came.added, "failed": len(came.failed)}
                if show:
                    known = {paper.id for paper in papers}
                    for paper in assistant.papers():
                        if paper.id not in known:
                            print(form, name, paper.title, paper.authors)  # noqa: T201
                for paper in list(assistant.papers()):
                    if paper.id not in {p.id for p in papers}:
                        assistant.remove(paper.id, now=True)
        return report | {"afterwards": assistant.paper_count()}


def _others(text: str, form: str) -> str:
    """A file without what only we write: keys that tell our papers."""
    return re.sub(r"(?m)^(@\w+\{)[^,]+", r"\1key", text) if form == "bibtex" else text


def _without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def _initials(name: str) -> str:
    *given, family = name.split()
    return " ".join([*(f"{part[0]}." for part in given), family])


def _fields(**changes: Callable[[Paper], object]) -> Change:
    def change(paper: Paper) -> Paper:
        return dataclasses.replace(paper, **{k: make(paper) for k, make in changes.items()})  # type: ignore[arg-type]

    return change


CHANGES: dict[str, Change] = {
    "as it is": lambda paper: paper,
    "upper case": _fields(title=lambda p: p.title.upper()),
    "sentence case": _fields(title=lambda p: p.title.capitalize()),
    "no accents": _fields(
        title=lambda p: _without_accents(p.title),
        authors=lambda p: tuple(map(_without_accents, p.authors)),
    ),
    "dashes": _fields(title=lambda p: p.title.replace("-", "\N{EN DASH}").replace(":", " --")),
    "LaTeX": _fields(title=lambda p: re.sub(r"\b([A-Z]{2,})\b", r"{\\textsc{\1}}", p.title)),
    "quotes": _fields(title=lambda p: f"\N{LEFT DOUBLE QUOTATION MARK}{p.title}.\u201d"),
    "initials": _fields(authors=lambda p: tuple(map(_initials, p.authors))),
    "turned": _fields(
        authors=lambda p: tuple(f"{n.rsplit(' ', 1)[-1]}, {n.rsplit(' ', 1)[0]}" for n in p.authors)
    ),
    "first author et al.": _fields(authors=lambda p: p.authors[:1], more_authors=lambda _: True),
    "no date": _fields(date=lambda _: None),
    "no abstract": _fields(abstract=lambda _: ""),
    "no authors": _fields(authors=lambda _: ()),
    "published": _fields(
        venue=lambda _: "Proceedings of the Conference on Looms",
        date=lambda p: str((p.year or 2020) + 1),
        doi=lambda p: f"10.1234/{p.id}",
    ),
    "preprint": _fields(venue=lambda _: "arXiv", doi=lambda _: None),
}


# --- pairs that look alike -----------------------------------------------------------------------


def _pairs(rng: random.Random, show: bool) -> dict[str, object]:
    pool = [p for p in itertools.islice(records(), 20_000) if len(p.title.split()) > 3]
    chosen = rng.sample([p for p in pool if p.authors and p.date], 200)
    made = [pair for i, paper in enumerate(chosen) for pair in _pair(paper, i, rng, pool)]
    report: dict[str, object] = {"records": len(made)}
    for form, ending in FORMATS.items():
        with tempfile.TemporaryDirectory() as folder, _opened(folder) as assistant:
            came = assistant.add_bytes(export(made, form).encode(), f"pairs.{ending}")
            report[form] = {"wrong merges": len(made) - came.added - len(came.failed)}
            if show:
                kept = {(p.title, p.authors) for p in assistant.papers()}
                for one in made:
                    if (one.title, one.authors) not in kept:
                        print(form, one.title, one.authors[:2], one.venue)  # noqa: T201
    return report


def _pair(paper: Paper, number: int, rng: random.Random, pool: list[Paper]) -> Iterator[Paper]:
    """Two papers that look alike; which kind goes by the number."""
    bare = dataclasses.replace(paper, arxiv_id=None, citekey="", abstract=paper.abstract[:300])
    title, year = bare.title, paper.year or 2010
    kind = number % 5
    if kind == 0:
        one, two = rng.choice(
            [("Part I", "Part II"), ("Part 1", "Part 2"), ("I", "II"), ("Volume 1", "Volume 2")]
        )
        yield dataclasses.replace(bare, title=f"{title}: {one}", id=f"{number}a")
        yield dataclasses.replace(bare, title=f"{title}: {two}", id=f"{number}b")
    elif kind == 1:
        stranger = rng.choice([p for p in pool[:500] if not {*p.authors} & {*paper.authors}])
        yield dataclasses.replace(bare, id=f"{number}a")
        yield dataclasses.replace(bare, id=f"{number}b", authors=stranger.authors)
    elif kind == 2:
        yield dataclasses.replace(bare, id=f"{number}a", venue="Workshop on Looms", date=str(year))
        yield dataclasses.replace(
            bare, id=f"{number}b", venue="Journal of Looms", date=str(year + 2)
        )
    elif kind == 3:
        one, two = rng.choice([("2.0", "3.0"), ("v1", "v2"), ("2019", "2020"), ("++", "")])
        yield dataclasses.replace(bare, title=f"{title} {one}".strip(), id=f"{number}a")
        yield dataclasses.replace(bare, title=f"{title} {two}".strip(), id=f"{number}b")
    else:
        yield dataclasses.replace(bare, id=f"{number}a", doi=f"10.1234/{number}.1")
        yield dataclasses.replace(bare, id=f"{number}b", doi=f"10.1234/{number}.2")


def _opened(folder: str) -> Assistant:
    settings = Settings(embedder="fast", reads=False, _env_file=None)  # type: ignore[call-arg]
    return Assistant.open(Path(folder) / "library", settings)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", action="store_true", help="print what went wrong")
    return parser.parse_args()


if __name__ == "__main__":
    main()
