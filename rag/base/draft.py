r"""Drafts as people write them → their sentences as plain text: Markdown, LaTeX or neither.

Headings, code, formulas on lines of their own, comments and reference lists make no claim.
"""

from __future__ import annotations

import re

from rag.base.latex import readable
from rag.base.text import clean_text, sentences

_LATEX_MARK = re.compile(r"\\(?:begin|section|documentclass|cite[a-z]*|emph|textbf|item)\b")
_LATEX_BLOCKS = re.compile(
    r"\\begin\{(equation|align|gather|figure|table|tabular|lstlisting|verbatim|thebibliography|"
    r"tikzpicture|algorithm)\*?\}.*?\\end\{\1\*?\}",
    re.DOTALL,
)
_LATEX_HEAD = re.compile(r"\A.*?\\begin\{document\}", re.DOTALL)
_LATEX_LINE = re.compile(
    r"\\(?:documentclass|usepackage|title|author|date|maketitle|(?:sub)*section|chapter|paragraph|"
    r"label|bibliography|bibliographystyle|input|include|newcommand|begin|end|centering|"
    r"includegraphics|caption)\*?(?:\[[^\]]*\])*(?:\{[^{}]*\})*"
)
_LATEX_CITE = re.compile(
    r"~?\\(?:[a-zA-Z]*[cC]ite[a-zA-Z]*|ref|eqref|autoref|cref|footnote)\*?(?:\[[^\]]*\])*\{[^{}]*\}"
)
_LATEX_COMMENT = re.compile(r"(?<!\\)%.*")
_DISPLAY = re.compile(r"\\\[.*?\\\]|\$\$.*?\$\$", re.DOTALL)
_FENCE = re.compile(r"^(?:```|~~~).*?^(?:```|~~~)\s*$", re.DOTALL | re.MULTILINE)
_HTML = re.compile(r"<!--.*?-->|</?[a-zA-Z][^<>\n]{0,200}>", re.DOTALL)
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_MD_LINE = re.compile(
    r"^[ \t]*(?:#{1,6}\s.*|\|.*\||[-=*_]{3,}|\[[^\]]+\]:\s.*)[ \t]*$", re.MULTILINE
)
_MD_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_MD_LINK = re.compile(r"\[([^\]]+)\]\((?:[^()\s]|\([^)]*\))*(?:\s\"[^\"]*\")?\)")
_MD_BULLET = re.compile(r"^[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]+|^[ \t]*>[ \t]?", re.MULTILINE)
_MD_EMPHASIS = re.compile(r"(?<![\w*])(\*\*|__|\*|_)(?=\S)(.+?)(?<=\S)\1(?![\w*])")
_NUMBERS = r"\[\d{1,3}(?:\s*[,–-]\s*\d{1,3})*\]"
_CITED = re.compile(
    rf"[ \t]*\[(?:@|\^)[^\]]+\]|(?<=\S)[ \t]*{_NUMBERS}|"
    # At the head of a line it opens a reference, unless its sentence goes on behind it.
    rf"\s*\n[ \t]*{_NUMBERS}(?=[.,;:)]|\s+[a-z])"
)
_NAMED_IN_BRACKETS = re.compile(
    r"\s*\((?:see |e\.g\.,? |cf\. )?[^()\d]{2,80}?,? (?:19|20)\d\d[a-z]?(?:; [^()]{2,120})*\)"
)
_REFERENCES = re.compile(
    r"^\W*(?:\d+\.?\s*)?(?:references|bibliography|works cited|literature)\W*$",
    re.IGNORECASE | re.MULTILINE,
)
_NUMBERED = re.compile(r"^\[?\d{1,3}[\].)]\s*")
_REFERENCE_WORDS = 4
_MOST_CHARS = 2_000_000


def draft_sentences(text: str) -> list[str]:
    """The sentences of a draft in order, without its markup and its citations."""
    plain = _plain(clean_text(text[:_MOST_CHARS]))
    heading = _REFERENCES.search(plain)
    body = plain[: heading.start()] if heading else plain
    found = (" ".join(sentence.split()) for sentence in sentences(body))
    return [sentence for sentence in found if _says_something(sentence)]


def draft_references(text: str) -> list[str]:
    """The entries of a draft's list of references, where it ends in one."""
    plain = _plain(clean_text(text[:_MOST_CHARS]))
    heading = _REFERENCES.search(plain)
    if heading is None:
        return []
    entries = re.split(r"\n\s*\n|\n(?=\s*\[?\d{1,3}[\].)])", plain[heading.end() :])
    found = (_NUMBERED.sub("", " ".join(entry.split())) for entry in entries)
    return [entry for entry in found if len(entry.split()) >= _REFERENCE_WORDS]


def _plain(text: str) -> str:
    if _LATEX_MARK.search(text):
        text = _LATEX_COMMENT.sub("", _LATEX_HEAD.sub("", text))
        text = _DISPLAY.sub(" ", _LATEX_BLOCKS.sub("\n\n", text))
        text = re.sub(r"\\item\b(?:\[[^\]]*\])?", "\n\n", _LATEX_CITE.sub("", text))
        text = _LATEX_LINE.sub("\n\n", text)
    else:
        text = _FRONT_MATTER.sub("", _FENCE.sub("\n\n", text))
        text = _MD_LINE.sub(_kept_heading, _HTML.sub(" ", text))
        text = _MD_LINK.sub(r"\1", _MD_IMAGE.sub(" ", text))
        text = _MD_BULLET.sub("\n\n", text)
        text = _MD_EMPHASIS.sub(r"\2", _DISPLAY.sub(" ", text)).replace("`", "")
    return readable(_NAMED_IN_BRACKETS.sub("", _CITED.sub("", text)))


def _kept_heading(match: re.Match[str]) -> str:
    """A heading over references ends the draft; every other makes no claim."""
    heading = match.group().strip(" #")
    return f"\n\n{heading}\n\n" if _REFERENCES.match(heading) else "\n\n"


def _says_something(sentence: str) -> bool:
    return sum(any(map(str.isalpha, word)) for word in sentence.split()) > 1


def makes_a_claim(sentence: str) -> bool:
    """False for a question: nothing can support it."""
    return not sentence.rstrip(" ”\"')").endswith("?")
