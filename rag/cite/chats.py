"""Chats written out for other programs: Markdown, HTML and JSON, each with its bibliography.

Text of papers and models is data in all three: nothing of it is markup where the file is opened.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator

from rag.base.chats import Chat
from rag.base.errors import QuestionError
from rag.base.text import clean_line
from rag.base.types import Answer, Citation, Comparison, Paper, Sentence, citation_marks
from rag.cite.formats import export

_STYLE = "apa"
_ACTIVE = re.compile(r"([\\`*_\[\]<>|~&$])|^([#+-])|^(\d+)([.)])")
_ADDRESS = re.compile(r"(?i)\b(https?|ftp|www)(?=[:.])")  # some programs make links of these
_CSS = (
    "body{max-width:42rem;margin:3rem auto;padding:0 1rem;font:1.05rem/1.6 Georgia,serif}"
    "blockquote{margin:.3rem 0 .8rem 1.2rem;color:#555}.notice,time{color:#555}"
    "table{border-collapse:collapse}th,td{border:1px solid #bbb;padding:.3rem .6rem;"
    "text-align:left;vertical-align:top}"
)


def written(chat: Chat, form: str) -> str:
    """A chat as "markdown", "html" or "json"; its bibliography has exactly the cited papers.

    Raises:
        QuestionError: the format is not known.
    """
    forms = {"markdown": _markdown, "html": _html, "json": _json}
    if form not in forms:
        raise QuestionError(f"“{form}” is no format of a chat; known are {', '.join(forms)}.")
    return forms[form](chat)


def _json(chat: Chat) -> str:
    bibliography = json.loads(export(chat.cited, "csl-json"))
    return json.dumps({**chat.to_dict(), "bibliography": bibliography}, indent=1) + "\n"


def _references(papers: tuple[Paper, ...]) -> list[str]:
    return export(papers, _STYLE).splitlines()


def _about(citation: Citation) -> str:
    paper = citation.paper
    people = ", ".join(paper.authors) + (" et al." if paper.more_authors else "")
    facts = ", ".join(part for part in (people, str(paper.year or "")) if part)
    return f"{paper.name} ({facts})" if facts else paper.name


def _said(sentence: Sentence) -> str:
    words = sentence.text or "(words of a paper that was removed)"
    return f"{words} {citation_marks(sentence.citations)}".rstrip()


def _rows(table: Comparison) -> Iterator[list[str]]:
    """Papers across, aspects down, the marks of its citations in each cell."""
    yield ["", *(paper.name for paper in table.papers)]
    for i, aspect in enumerate(table.aspects):
        cells = (row[i] for row in table.cells)
        said = (f"{cell.text} {citation_marks(cell.citations)}".strip() for cell in cells)
        yield [aspect, *said]


# --- Markdown --------------------------------------------------------------------------------


def _markdown(chat: Chat) -> str:
    blocks = [f"# {_escaped(chat.title or 'Chat')}", f"{chat.created[:10]} · askpapers"]
    for answer in chat.answers:
        blocks += _turn_in_markdown(answer)
    if chat.cited:
        references = (f"- {_escaped(line)}" for line in _references(chat.cited))
        blocks += ["## Bibliography", "\n".join(references)]
    return "\n\n".join(blocks) + "\n"


def _turn_in_markdown(answer: Answer) -> Iterator[str]:
    yield f"## {_escaped(answer.question)}"
    joint = "\n\n" if answer.mode == "lookup" else " "
    if answer.sentences:
        yield joint.join(_escaped(_said(sentence)) for sentence in answer.sentences)
    if answer.table:
        yield _table_in_markdown(answer.table)
    if answer.notice:
        yield f"*{_escaped(answer.notice)}*"
    for citation in answer.citations:
        quote = f"\n\n> {_escaped(citation.quote)}" if citation.quote else ""
        yield f"\\[{citation.number}\\] {_escaped(_about(citation))}{quote}"


def _table_in_markdown(table: Comparison) -> str:
    head, *rows = (f"| {' | '.join(map(_escaped, row))} |" for row in _rows(table))
    return "\n".join([head, "|---" * (len(table.papers) + 1) + "|", *rows])


def _escaped(text: str) -> str:
    """A text as one line of Markdown that shows it as it is."""
    safe = _ACTIVE.sub(lambda m: _backslashed(*m.groups()), clean_line(text))
    return _ADDRESS.sub(lambda m: m.group()[0] + "&#8203;" + m.group()[1:], safe)


def _backslashed(sign: str | None, start: str | None, number: str | None, dot: str | None) -> str:
    if sign == "&":
        return "&amp;"
    return f"\\{sign or start}" if sign or start else f"{number}\\{dot}"


# --- HTML ------------------------------------------------------------------------------------


def _html(chat: Chat) -> str:
    title = _text(chat.title or "Chat")
    body = "\n".join(part for answer in chat.answers for part in _turn_in_html(answer))
    references = "\n".join(f"<li>{_text(line)}</li>" for line in _references(chat.cited))
    bibliography = f"<h2>Bibliography</h2>\n<ul>\n{references}\n</ul>\n" if references else ""
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        # Nothing is loaded and nothing runs, whatever the words of a paper are.
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">\n"
        f"<title>{title}</title>\n<style>{_CSS}</style>\n"
        f"<h1>{title}</h1>\n<time>{_text(chat.created[:10])}</time>\n{body}\n{bibliography}</html>\n"
    )


def _turn_in_html(answer: Answer) -> Iterator[str]:
    yield f'<h2 dir="auto">{_text(answer.question)}</h2>'
    said = [_text(_said(sentence)) for sentence in answer.sentences]
    paragraphs = said if answer.mode == "lookup" else [" ".join(said)] if said else []
    yield from (f'<p dir="auto">{paragraph}</p>' for paragraph in paragraphs)
    if answer.table:
        rows = ("".join(f"<td>{_text(cell)}</td>" for cell in row) for row in _rows(answer.table))
        yield f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"
    if answer.notice:
        yield f'<p class="notice">{_text(answer.notice)}</p>'
    for citation in answer.citations:
        quote = f"<blockquote>{_text(citation.quote)}</blockquote>" if citation.quote else ""
        yield f"<p>[{citation.number}] {_text(_about(citation))}</p>{quote}"


def _text(raw: str) -> str:
    return html.escape(clean_line(raw), quote=True)
