r"""LaTeX in abstracts, for display only: "$14\times$" is shown as "14×".

Quotations stay verbatim in answers and exports; this is what a screen or terminal shows of them.
A piece may be shown on its own when it was cut at sentence borders.
"""

from __future__ import annotations

import re

_SYMBOLS = {
    "times": "×", "approx": "≈", "sim": "~", "simeq": "≃", "to": "→", "rightarrow": "→",
    "leftarrow": "←", "Rightarrow": "⇒", "mapsto": "↦", "leq": "≤", "le": "≤", "geq": "≥",
    "ge": "≥", "ll": "≪", "gg": "≫", "neq": "≠", "ne": "≠", "pm": "±", "cdot": "·", "ldots": "…",
    "dots": "…", "cdots": "…", "infty": "∞", "ell": "ℓ", "partial": "∂", "nabla": "∇", "in": "∈",
    "subset": "⊂", "cup": "∪", "cap": "∩", "forall": "∀", "exists": "∃", "lceil": "⌈",
    "rceil": "⌉", "lfloor": "⌊", "rfloor": "⌋", "langle": "⟨", "rangle": "⟩", "sum": "∑",
    "prod": "∏", "int": "∫", "propto": "∝", "circ": "∘", "otimes": "⊗", "oplus": "⊕", "dagger": "†",
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε",
    "zeta": "ζ", "eta": "η", "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ",
    "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ",
    "phi": "φ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ",
    "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ",
    "Omega": "Ω", "quad": " ", "qquad": " ", "left": "", "right": "", "S": "§",
}  # fmt: skip
_RAISED = str.maketrans("0123456789+-n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ")
_LOWERED = str.maketrans("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋")
_WRAPPED = re.compile(
    r"\\(?:text|math)(?:bf|it|rm|tt|sf|sc|cal|bb|frak|normal)?\{([^{}]*)\}|\\(?:emph|underline|"
    r"mbox|operatorname|boldsymbol|url|texttt)\{([^{}]*)\}|\\href\{[^{}]*\}\{([^{}]*)\}"
)
_CITE = re.compile(r"~?\\(?:[cC]ite[a-zA-Z]*|ref|eqref|label|footnote)\*?(?:\[[^\]]*\])*\{[^{}]*\}")
# As in Pandoc: a dollar opens a formula unless space follows, closes it unless space precedes or a
# digit follows; so "from $5 to $10" stays money.
_FORMULA = re.compile(r"(?<!\\)\$(?=\S)([^$\n]{1,300}?)(?<=\S)(?<!\\)\$(?!\d)")


def readable(text: str) -> str:
    """A text as a person would write it without LaTeX; text without any is returned as it is."""
    if not any(mark in text for mark in ("\\", "$", "``", "--", "~")):
        return text
    shown = _CITE.sub("", text)
    for _ in range(3):  # commands nest a little
        shown = _WRAPPED.sub(lambda m: next(filter(None, m.groups()), ""), shown)
    shown = _FORMULA.sub(lambda m: _formula(m.group(1)), shown)
    shown = re.sub(r"\\([%$&_#{}])", r"\1", _symbols(shown))
    shown = shown.replace("``", "“").replace("''", "”").replace("~", " ")
    return re.sub(r"(?<!-)---?(?!-)", "–", shown).replace(" , ", ", ")


def _formula(body: str) -> str:
    body = re.sub(r"\\d?frac\{([^{}]*)\}\{([^{}]*)\}", r"\1/\2", body)
    body = re.sub(r"\\sqrt\{((?:[^{}]|\{[^{}]*\})*)\}", r"√\1", body)
    body = _symbols(re.sub(r"\\[,;:! ]", "", body))
    body = re.sub(r"\^(?:\{([^{}]*)\}|(\w))", lambda m: _script(m, _RAISED, "^"), body)
    body = re.sub(r"_(?:\{([^{}]*)\}|(\w))", lambda m: _script(m, _LOWERED, "_"), body)
    return body.replace("{", "").replace("}", "").replace("~", "∼")


def _script(match: re.Match[str], table: dict[int, int], mark: str) -> str:
    inner = match.group(1) or match.group(2) or ""
    moved = inner.translate(table)
    return moved if inner and all(ord(c) in table for c in inner) else f"{mark}{inner}"


def _symbols(text: str) -> str:
    return re.sub(r"\\([A-Za-z]+)(?:\{\})? ?", _symbol, text)


def _symbol(match: re.Match[str]) -> str:
    name = match.group(1)
    if name in _SYMBOLS:
        return _SYMBOLS[name]
    return name if name in ("max", "min", "log", "exp", "sup", "inf", "arg") else match.group()
