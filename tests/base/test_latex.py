"""What a screen shows of LaTeX in abstracts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.base.latex import readable


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (r"up to $14\times$ smaller", "up to 14× smaller"),
        (r"a $\approx 2.5\times$ gain of 40\%", "a ≈2.5× gain of 40%"),
        (r"$\textbf{S}$hampo$\textbf{O}$", "ShampoO"),
        (r"\textit{near access-freeness}", "near access-freeness"),
        (r"SFT$\to$RL", "SFT→RL"),
        (r"$O(n^2)$ and GN$^{-1/2}$", "O(n²) and GN^-1/2"),
        (r"$\mathcal{O}(H^2P)$", "O(H²P)"),
        (r"work by~\citet{zou2021benign} gives", "work by gives"),
        (r"see \href{https://example.org/a}{the code}", "see the code"),
        ("from $5 million to $10 million", "from $5 million to $10 million"),
        ("``quoted'' -- and more", "“quoted” – and more"),
        (r"$\sqrt{N_{\max}}$", "√N_max"),
        ("plain text, 50% of it", "plain text, 50% of it"),
    ],
)
def test_latex_is_shown_as_a_person_would_write_it(written: str, shown: str) -> None:
    assert readable(written) == shown


@given(st.text(alphabet="a$\\{}^_~%- x1", max_size=60))
def test_any_text_is_shown_without_an_error(text: str) -> None:
    assert isinstance(readable(text), str)
