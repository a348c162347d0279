"""Papers written out for other programs: BibTeX, RIS, CSL-JSON and CSV; styles are in `styles`.

What is written can be read again by `rag.ingest` and gives the same papers. Nothing of a paper's
text can act in the program that opens the file: LaTeX gets no commands, spreadsheets no formulas.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from rag.base.errors import QuestionError
from rag.base.types import Paper
from rag.cite import styles
from rag.cite.people import is_body, parts, turned

_MEETING = re.compile(
    r"\b(?:proc|proceedings|conference|conf|symposium|workshops?|meeting|congress|advances in"
    r"|neurips|nips|icml|iclr|acl|emnlp|naacl|cvpr|iccv|eccv|aaai|ijcai|kdd|sigir|colt|aistats)\b",
    re.IGNORECASE,
)
_PREPRINT = re.compile(r"\b(?:arxiv|corr|\w+rxiv|ssrn|preprints?)\b", re.IGNORECASE)
_FORMULA = re.compile(r"(?<!\\)\$(?=\S)(?:[^$\\{}]|\\[a-zA-Z]+|[{}]){1,300}(?<=\S)\$(?!\d)")
_COMMAND = re.compile(r"\\([a-zA-Z]+)")
_MATH = frozenset(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta iota kappa lambda mu nu xi pi rho "
    "sigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega "
    "times approx sim simeq to rightarrow leftarrow leq le geq ge ll gg neq ne pm cdot ldots dots "
    "cdots infty ell partial nabla in subset cup cap forall exists sum prod int propto circ otimes "
    "oplus dagger frac sqrt log exp max min mathbb mathcal mathbf mathrm mathit mathsf text hat "
    "tilde bar vec star prime langle rangle left right quad mathfrak boldsymbol".split()
)
_SIGNS = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip
_LIGATURES = re.compile("(?<=-)(?=-)|(?<=`)(?=`)|(?<=')(?=')")  # "--" would be a dash
_SHOUTED = re.compile(r"(?<![\w\\{}$])[^\W_]*[^\W\d_a-z][^\W_]*[^\W\d_a-z][\w-]*(?![\w{}$])")


def export(papers: Iterable[Paper], form: str) -> str:
    """Papers in a format, in the order given.

    `form` is "bibtex", "ris", "csl-json", "csv", a style ("apa", "ieee", "acm", "chicago") or the
    path of a CSL style. Papers without a citekey get one.

    Raises:
        QuestionError: the format is not known, or the style cannot be used.
    """
    keyed = list(cite_keys(papers))
    if form in _FORMATS:
        return _FORMATS[form]([paper for _, paper in keyed], [key for key, _ in keyed])
    if form in styles.STYLES:
        return styles.references([paper for _, paper in keyed], form)
    if form.lower().endswith((".csl", ".xml")):
        return styles.by_csl([csl_item(paper, key) for key, paper in keyed], form)
    known = ", ".join([*_FORMATS, *styles.STYLES])
    raise QuestionError(f"“{form}” is no format; known are {known}, and the path of a .csl file.")


def csl_item(paper: Paper, key: str) -> dict[str, Any]:
    """A paper as an item of CSL-JSON."""
    item: dict[str, Any] = {"id": key, "type": _CSL_TYPES[_kind(paper)], "title": paper.name}
    people = [_csl_name(name) for name in paper.authors]
    if paper.more_authors:
        people.append({"literal": "others"})
    if paper.date:
        item["issued"] = {"date-parts": [[int(part) for part in paper.date.split("-")]]}
    said = {
        "author": people,
        "container-title": paper.venue,
        "DOI": paper.doi,
        "URL": address(paper),
        "number": f"arXiv:{paper.arxiv_id}" if paper.arxiv_id else None,
        "abstract": paper.abstract,
        "status": paper.status,
    }
    return item | {name: value for name, value in said.items() if value}


def address(paper: Paper) -> str | None:
    """Where a paper is found: its own address, or the one that its identifier gives."""
    if paper.url:
        return paper.url
    return f"https://arxiv.org/abs/{paper.arxiv_id}" if paper.arxiv_id else None


def latex(text: str) -> str:
    """A text that LaTeX prints as it is: no command of the text is left but harmless formulas."""
    pieces, position = [], 0
    for formula in _FORMULA.finditer(text):
        if _is_harmless(formula.group()):
            pieces += [_escaped(text[position : formula.start()]), formula.group()]
            position = formula.end()
    return "".join([*pieces, _escaped(text[position:])])


def cite_keys(papers: Iterable[Paper]) -> Iterator[tuple[str, Paper]]:
    """Papers with their citekeys, each key once; a paper without one gets one."""
    taken: set[str] = set()
    for paper in papers:
        base = re.sub(r"[^A-Za-z0-9_:.-]", "", paper.citekey) or f"paper{len(taken) + 1}"
        others = (f"{base}-{i}" for i in range(2, len(taken) + 3))
        key = next(key for key in (base, *others) if key not in taken)
        taken.add(key)
        yield key, paper


def _kind(paper: Paper) -> str:
    venue = paper.venue or ""
    if not venue or _PREPRINT.search(venue):
        return "misc"
    return "inproceedings" if _MEETING.search(venue) else "article"


_CSL_TYPES = {"misc": "article", "inproceedings": "paper-conference", "article": "article-journal"}
_RIS_TYPES = {"misc": "GEN", "inproceedings": "CPAPER", "article": "JOUR"}


# --- BibTeX --------------------------------------------------------------------------------------


def _bibtex(papers: Sequence[Paper], keys: Sequence[str]) -> str:
    return "\n".join(_entry(paper, key) for paper, key in zip(papers, keys, strict=True))


def _entry(paper: Paper, key: str) -> str:
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in _fields(paper) if value)
    return f"@{_kind(paper)}{{{key},\n{lines}}}\n"


def _fields(paper: Paper) -> Iterator[tuple[str, str]]:
    kind = _kind(paper)
    names = [f"{{{latex(n)}}}" if is_body(n) else latex(turned(n)) for n in paper.authors]
    yield "author", " and ".join(names + ["others"] * (paper.more_authors and bool(names)))
    yield "title", _capitals_kept(latex(paper.title))
    venue = latex(paper.venue or "")
    yield {"article": "journal", "inproceedings": "booktitle"}.get(kind, "howpublished"), venue
    yield from zip(("year", "month", "day"), (paper.date or "").split("-"), strict=False)
    yield "doi", _bare(paper.doi)
    yield "eprint", _bare(paper.arxiv_id)
    yield "archiveprefix", "arXiv" if paper.arxiv_id else ""
    yield "url", _bare(paper.url)
    yield "note", latex((paper.status or "").capitalize())
    yield "abstract", latex(paper.abstract)


def _capitals_kept(title: str) -> str:
    """A title in which styles that write small letters leave "BERT" and "mT5" alone."""
    return "".join(
        piece if i % 2 else _SHOUTED.sub(lambda m: f"{{{m.group()}}}", piece)
        for i, piece in enumerate(re.split(r"(\$[^$]*\$|\\[a-zA-Z]+\{\})", title))
    )


def _bare(text: str | None) -> str:
    """An address or identifier: no sign in it may end the field or begin a command."""
    return re.sub(r"[\s{}\\\"<>]", "", text or "")


def _is_harmless(formula: str) -> bool:
    known = all(name in _MATH for name in _COMMAND.findall(formula))
    depths = list(itertools.accumulate({"{": 1, "}": -1}.get(sign, 0) for sign in formula))
    return known and min(depths) == depths[-1] == 0


def _escaped(text: str) -> str:
    signs = "".join(_SIGNS.get(char, char) for char in _LIGATURES.sub("\0", text))
    return signs.replace("\0", "{}")


# --- RIS, CSL-JSON, CSV --------------------------------------------------------------------------


def _ris(papers: Sequence[Paper], keys: Sequence[str]) -> str:
    return "\n".join(_ris_record(paper, key) for paper, key in zip(papers, keys, strict=True))


def _ris_record(paper: Paper, key: str) -> str:
    authors = [turned(name) for name in paper.authors] + ["others"] * paper.more_authors
    year, *rest = (paper.date or "").split("-")
    day = "/".join([year, *rest, *[""] * (3 - len(rest))]) if rest else ""
    tags: list[tuple[str, str | None]] = [
        ("TY", _RIS_TYPES[_kind(paper)]),
        ("ID", key),
        ("TI", paper.title),
    ]
    tags += [("AU", name) for name in authors]
    tags += [("PY", year), ("DA", day), ("T2", paper.venue), ("DO", paper.doi)]
    tags += [("UR", address(paper)), ("AB", paper.abstract), ("N1", paper.status)]
    lines = [f"{tag}  - {' '.join(value.split())}" for tag, value in tags if value]
    return "\n".join([*lines, "ER  - ", ""])


def _csl_json(papers: Sequence[Paper], keys: Sequence[str]) -> str:
    items = [csl_item(paper, key) for paper, key in zip(papers, keys, strict=True)]
    return json.dumps(items, ensure_ascii=False, indent=1) + "\n"


def _csl_name(name: str) -> dict[str, str]:
    given, family = parts(name)
    return {"family": family, "given": given} if given else {"literal": family}


_COLUMNS = "citekey title authors date venue doi arxiv_id url abstract status".split()


def _csv(papers: Sequence[Paper], keys: Sequence[str]) -> str:
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for paper, key in zip(papers, keys, strict=True):
        authors = "; ".join([*paper.authors, *["et al."] * paper.more_authors])
        values = [getattr(paper, name) or "" for name in _COLUMNS[3:]]
        writer.writerow([spreadsheet_cell(value) for value in (key, paper.title, authors, *values)])
    return table.getvalue()


def spreadsheet_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip()[:1] in tuple("=+-@") or text[:1] in tuple("\t\r") else text


_FORMATS: dict[str, Callable[[Sequence[Paper], Sequence[str]], str]] = {
    "bibtex": _bibtex,
    "ris": _ris,
    "csl-json": _csl_json,
    "csv": _csv,
}
NAMES = (*_FORMATS, *styles.STYLES)
