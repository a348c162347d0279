"""A checked draft as one page of HTML that needs nothing else: no script, no address, no font.

Everything that papers and drafts say is escaped; the page shows it and obeys none of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from rag.base.latex import readable
from rag.base.types import CheckedSentence, Citation
from rag.cite.check import CheckedReference, told_difference

_SAID = {
    "supported": "supported",
    "contradicted": "contradicted",
    "not_found": "nothing in the library",
    "found": "as in the library",
    "differs": "differs from the library",
}
_STYLE = """
:root{color-scheme:light dark;--ink:#1c1c1e;--soft:#6b6b70;--paper:#fdfdfb;--line:#e3e3de;
--good:#1f6f43;--bad:#a3341f}
@media (prefers-color-scheme:dark){:root{--ink:#e8e8e4;--soft:#9a9a9f;--paper:#161617;
--line:#333336;--good:#6fc495;--bad:#e58a76}}
body{margin:3rem auto;max-width:44rem;padding:0 1.2rem;background:var(--paper);color:var(--ink);
font:1.05rem/1.65 Georgia,'Times New Roman',serif}
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2.5rem 0 .5rem}
.count,.verdict,footer{color:var(--soft);font:.85rem/1.5 system-ui,sans-serif}
.claim{border-left:3px solid var(--line);padding:.1rem 0 .1rem 1rem;margin:1.1rem 0}
.supported,.found{border-color:var(--good)}.contradicted,.differs{border-color:var(--bad)}
.claim p{margin:.1rem 0}.supported .verdict,.found .verdict{color:var(--good)}
.contradicted .verdict,.differs .verdict{color:var(--bad)}
blockquote{margin:.4rem 0 .4rem;font-size:.95rem;color:var(--soft)}
blockquote cite{display:block;font-style:normal;font-size:.85rem}
"""


def draft_page(
    name: str, sentences: Sequence[CheckedSentence], references: Sequence[CheckedReference]
) -> str:
    """The page of a draft called `name`."""
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width,initial-scale=1">',
            f"<title>{escape(name)}, checked</title><style>{_STYLE}</style></head><body>",
            f"<h1>{escape(name)}</h1>",
            f'<p class="count">{escape(_count(sentences))}</p>',
            *map(_sentence, sentences),
            *_references(references),
            "<footer><p>Checked by askpapers against your library. A sentence without support may "
            "still be true.</p></footer></body></html>",
        ]
    )


def _count(sentences: Sequence[CheckedSentence]) -> str:
    verdicts = ("supported", "contradicted", "not_found")
    return ", ".join(f"{sum(s.verdict == v for s in sentences)} {_SAID[v]}" for v in verdicts)


def _sentence(sentence: CheckedSentence) -> str:
    quotes = "".join(map(_quote, sentence.citations))
    said = ": ".join(filter(None, [_SAID[sentence.verdict], sentence.reason]))
    return _block(sentence.verdict, sentence.text, said, quotes)


def _quote(citation: Citation) -> str:
    paper = citation.paper
    who = (
        f"{paper.authors[0]}{' et al.' if len(paper.authors) > 1 else ''}" if paper.authors else ""
    )
    facts = ", ".join(part for part in (who, str(paper.year or "")) if part)
    source = f"{paper.name}{f' ({facts})' if facts else ''} · {paper.citekey}".rstrip(" ·")
    words = escape(readable(citation.quote))
    return f"<blockquote>“{words}”<cite>{escape(readable(source))}</cite></blockquote>"


def _references(references: Sequence[CheckedReference]) -> Iterator[str]:
    if references:
        yield "<h2>References</h2>"
    for reference in references:
        said = _SAID.get(reference.outcome, "") if reference.outcome != "not_found" else "not there"
        told = "".join(f"<p>{escape(told_difference(d))}</p>" for d in reference.differences)
        if reference.nearest:
            told += f"<p>Nearest: {escape(reference.nearest.name)}</p>"
        name = f"{reference.key}: {reference.printed}" if reference.key else reference.printed
        yield _block(reference.outcome, name, said, told)


def _block(kind: str, text: str, said: str, more: str) -> str:
    return (
        f'<div class="claim {escape(kind)}"><p>{escape(readable(text))}</p>'
        f'<p class="verdict">{escape(said)}</p>{more}</div>'
    )
