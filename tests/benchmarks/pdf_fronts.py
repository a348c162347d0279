"""How often title, authors and abstract of a PDF are read right, on PDFs typeset for it.

    python tests/benchmarks/pdf_fronts.py [--each 3] [--seed 1] [--misses] [--keep DIR]
    python tests/benchmarks/pdf_fronts.py --gold FILE

Records of arXiv are typeset by pdflatex in the classes that papers come in: one column and two,
with affiliations, footnotes and hyphenation. With `--gold`, PDFs that are there are read instead;
FILE has a JSON object a line: path, title, authors, and if they are known abstract (its beginning),
starts and ends (first and last words of it) and year. Needs the folder `shared` beside the project
and pdflatex with its classes.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from lookups import records  # noqa: E402
from rapidfuzz import fuzz  # noqa: E402

from rag.base.text import fold  # noqa: E402
from rag.base.types import Paper  # noqa: E402
from rag.ingest import confined, pdf  # noqa: E402

_BODY = (
    "Looms have been steered by cards since the last century. We ask how many cards a pattern "
    "needs, and whether a weaver could do with fewer. The answer depends on the number of threads "
    "and on the kind of shed that the harness makes. "
)


@dataclass(frozen=True, slots=True)
class Gold:
    """What a PDF ought to say."""

    path: Path
    title: str
    authors: tuple[str, ...]
    abstract: str
    ends: str = ""
    year: str = ""


def main() -> None:
    """Make or find the PDFs, read them, print one JSON object."""
    arguments = _arguments()
    confined.run.__kwdefaults__["wall_s"] = 300.0  # a busy machine is no slow reader
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        gold = _listed(arguments.gold) if arguments.gold else _typeset(folder, arguments)
        judged: dict[str, list[bool]] = {}
        for one in gold:
            right = _right(one)
            right["title and authors"] = right["title"] and right["authors"]
            for name, is_right in right.items():
                judged.setdefault(name, []).append(is_right)
                if not is_right and arguments.misses:
                    print(f"{one.path.name}: {name}")  # noqa: T201
    shares = {name: round(sum(some) / len(some), 3) for name, some in judged.items()}
    print(json.dumps({"pdfs": len(judged["title"]), **shares}, indent=1))  # noqa: T201


def _right(gold: Gold) -> dict[str, bool]:
    found = next(iter(pdf.papers(gold.path.read_bytes(), origin=gold.path.name)))
    paper = found if isinstance(found, Paper) else Paper(id="", title="")
    right = {
        "title": _squeezed(paper.title) == _squeezed(gold.title),
        "authors": _letters(paper.authors) == _letters(gold.authors),
    }
    if gold.abstract or gold.ends:
        said, starts, ends = (_squeezed(t) for t in (paper.abstract, gold.abstract, gold.ends))
        begins = fuzz.ratio(said[: len(starts)], starts) > 88 if starts else True
        right["abstract"] = begins and (not ends or fuzz.ratio(said[-len(ends) :], ends) > 88)
    if gold.year:
        right["year"] = str(paper.year) == gold.year
    return right


def _letters(names: Sequence[str]) -> list[list[str]]:
    """The letters of each name: "Lee, Ann" and "Ann Lee" are one."""
    return [sorted(_squeezed(name)) for name in names]


def _squeezed(text: str) -> str:
    return "".join(fold(text).split())


def _listed(path: Path) -> Iterator[Gold]:
    for line in path.read_text("utf-8").splitlines():
        said = json.loads(line)
        place = path.parent / said["path"]
        begins = said.get("starts") or said.get("abstract", "")
        authors, ends, year = tuple(said["authors"]), said.get("ends", ""), said.get("year", "")
        yield Gold(place, said["title"], authors, begins, ends, year)


# --- typeset PDFs --------------------------------------------------------------------------------


def _typeset(folder: Path, arguments: argparse.Namespace) -> Iterator[Gold]:
    pool = [paper for paper in itertools.islice(records(), 5_000) if _is_plain(paper)]
    chosen = iter(random.Random(arguments.seed).sample(pool, arguments.each * len(CLASSES)))
    for name, number in itertools.product(CLASSES, range(arguments.each)):
        paper = next(chosen)
        stem = f"{name}-{number}"
        (folder / f"{stem}.tex").write_text(_source(name, paper), "utf-8")
        made = subprocess.run(
            ["pdflatex", "-interaction=batchmode", f"{stem}.tex"],
            cwd=folder, capture_output=True, check=False, timeout=120,
        )  # fmt: skip
        path = folder / f"{stem}.pdf"
        if path.exists():
            yield Gold(path, paper.title, paper.authors, paper.abstract)
        else:
            print(f"{stem} was not typeset: {made.returncode}", file=sys.stderr)  # noqa: T201


def _is_plain(paper: Paper) -> bool:
    """Whether LaTeX takes the record as it is, and a page holds it."""
    text = f"{paper.title}{paper.abstract}{''.join(paper.authors)}"
    usual = text.isascii() and not set(text) & set("\\$%&#_{}~^<>")
    return usual and 1 <= len(paper.authors) <= 6 and 300 < len(paper.abstract) < 1500


def _source(name: str, paper: Paper) -> str:
    head, authors, abstract_first = CLASSES[name]
    abstract = f"\\begin{{abstract}}\n{paper.abstract}\n\\end{{abstract}}\n"
    front = f"\\title{{{paper.title}}}\n{authors(paper)}\n"
    begin = "\\begin{document}\n"
    if name == "elsarticle":
        top = f"{begin}\\begin{{frontmatter}}\n{front}{abstract}\\end{{frontmatter}}\n"
    elif abstract_first:
        top = f"{begin}{front}{abstract}\\maketitle\n"
    else:
        top = f"{front}{begin}\\maketitle\n{abstract}"
    body = f"\\section{{Introduction}}\n{_BODY * 12}\n\n{_BODY * 12}\n"
    return f"{head}\n{top}{body}\\end{{document}}\n"


def _article(paper: Paper) -> str:
    return "\\author{" + " \\and ".join(
        f"{name}\\\\ University of Looms" for name in paper.authors
    ) + "}\n\\date{May 2021}"  # fmt: skip


def _footnoted(paper: Paper) -> str:
    marks = ("$^{1}$", "$^{2}$", "$^{1,2}$", "$^{1}$", "$^{2}$", "$^{1}$")
    names = [f"{name}{mark}" for name, mark in zip(paper.authors, marks, strict=False)]
    return (
        f"\\author{{{', '.join(names)}\\\\ $^1$University of Looms, $^2$Institute for Cards\\\\ "
        "\\texttt{\\{first,second\\}@looms.example}}\n\\date{}"
    )


def _ieee(paper: Paper) -> str:
    blocks = [
        f"\\IEEEauthorblockN{{{name}}}\n\\IEEEauthorblockA{{Department of Weaving\\\\ "
        f"University of Looms\\\\ weaver{i}@looms.example}}"
        for i, name in enumerate(paper.authors)
    ]
    return "\\author{" + "\n\\and\n".join(blocks) + "}"


def _journal(paper: Paper) -> str:
    return f"\\author{{{', '.join(paper.authors)}\\thanks{{They are with the University.}}}}"


def _acm(paper: Paper) -> str:
    return "\n".join(
        f"\\author{{{name}}}\\affiliation{{\\institution{{University of Looms}}"
        "\\country{Utopia}}"
        for name in paper.authors
    )


def _lncs(paper: Paper) -> str:
    names = " \\and ".join(f"{name}\\inst{{1}}" for name in paper.authors)
    return f"\\author{{{names}}}\n\\institute{{University of Looms, Utopia}}"


def _one_by_one(paper: Paper) -> str:
    return "\n".join(
        f"\\author{{{name}}}\n\\affiliation{{University of Looms, Utopia}}"
        for name in paper.authors
    )


def _elsevier(paper: Paper) -> str:
    names = "\n".join(f"\\author[a]{{{name}}}" for name in paper.authors)
    return f"{names}\n\\affiliation[a]{{organization={{University of Looms}}}}"


def _ams(paper: Paper) -> str:
    return "\n".join(f"\\author{{{name}}}\\address{{Utopia}}" for name in paper.authors)


CLASSES = {
    "article": ("\\documentclass{article}", _article, False),
    "twocolumn": ("\\documentclass[twocolumn]{article}", _footnoted, False),
    "IEEEconf": ("\\documentclass[conference]{IEEEtran}", _ieee, False),
    "IEEEjournal": ("\\documentclass[journal]{IEEEtran}", _journal, False),
    "acmart": ("\\documentclass[sigconf]{acmart}", _acm, True),
    "llncs": ("\\documentclass{llncs}", _lncs, False),
    "revtex": ("\\documentclass[aps,prl,twocolumn]{revtex4-2}", _one_by_one, True),
    "elsarticle": ("\\documentclass[preprint]{elsarticle}", _elsevier, True),
    "amsart": ("\\documentclass{amsart}", _ams, True),
}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--each", type=int, default=3, help="PDFs of each class")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--misses", action="store_true", help="print what fell short")
    parser.add_argument("--keep", type=Path, help="folder for the PDFs")
    parser.add_argument("--gold", type=Path, help="read these PDFs instead")
    return parser.parse_args()


if __name__ == "__main__":
    main()
