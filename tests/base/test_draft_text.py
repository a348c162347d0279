"""Drafts → sentences: markup, citations and lists of references make no claim."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.base.draft import draft_references, draft_sentences, makes_a_claim

MARKDOWN = """---
title: x
---
# A heading that is no claim

**SOAP** needs *fewer* steps [1, 2] (Vyas et al., 2024). See [this page](http://x.y/z) for `more`.

- A bullet makes a claim
- Another bullet makes one

```
code = "is no claim."
```
| a | table |

## References

1. Ada Lovelace. Notes on the Analytical Engine. 1843.
2. Marie Curie. Radioactive Substances. 1903.
"""
LATEX = r"""\documentclass{article}\title{No claim here}
\begin{document}
\section{Nor here}
\textbf{SOAP} needs 40\% fewer steps~\cite{vyas}. % a comment is no claim
\begin{equation} x = 1 \end{equation}
\begin{itemize}\item One thing holds. \item Another holds.\end{itemize}
\end{document}"""


def test_markdown_leaves_its_marks_behind() -> None:
    assert draft_sentences(MARKDOWN) == [
        "SOAP needs fewer steps.",
        "See this page for more.",
        "A bullet makes a claim",
        "Another bullet makes one",
    ]


def test_latex_leaves_its_commands_behind() -> None:
    assert draft_sentences(LATEX) == [
        "SOAP needs 40% fewer steps.",
        "One thing holds.",
        "Another holds.",
    ]


def test_the_list_of_references_is_read_apart() -> None:
    assert draft_references(MARKDOWN) == [
        "Ada Lovelace. Notes on the Analytical Engine. 1843.",
        "Marie Curie. Radioactive Substances. 1903.",
    ]
    assert draft_references("No list here. Nothing at all.") == []


@pytest.mark.parametrize(("sentence", "claims"), [("Is it so?", False), ("It is so.", True)])
def test_a_question_makes_no_claim(sentence: str, claims: bool) -> None:
    assert makes_a_claim(sentence) is claims


@given(st.text(st.sampled_from("ab. \\{}[]()$*_`#|%\n-1"), max_size=200))
def test_any_text_is_read(text: str) -> None:
    assert all(sentence == " ".join(sentence.split()) for sentence in draft_sentences(text))


def test_references_numbered_in_brackets_are_a_list_in_plain_text() -> None:
    text = (
        "Looms need cards [2]. They need weavers\n[1, 2].\n\nReferences\n\n"
        "[1] A. Lovelace, Notes on Looms, 1843.\n[2] M. Curie, Radioactive Substances, 1903.\n"
    )
    assert draft_sentences(text) == ["Looms need cards.", "They need weavers."]
    assert draft_references(text) == [
        "A. Lovelace, Notes on Looms, 1843.",
        "M. Curie, Radioactive Substances, 1903.",
    ]
