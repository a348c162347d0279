"""Questions on which papers are for a claim and which against it."""

from __future__ import annotations

import re

_SIDES = (
    r"(?:support|contradict|confirm|refute|dispute|oppose|back|agree|disagree|challenge|"
    r"corroborate|qualify)(?:s|es|ed)?"
)
_ASKS = re.compile(
    rf"^\W*(?:(?:which|what|do|does|are|is|any)\b.{{0,40}}?\b{_SIDES}"
    rf"(?:\s*(?:,|/|or|and|,\s*(?:or|and))\s*{_SIDES}){{0,3}}(?:\s+with)?|"
    r"(?:is|are)\s+there\s+(?:agreement|consensus|evidence|disagreement)(?:\s+for\s+(?:and|or)\s+against)?)"
    r"(?:\s+(?:the\s+)?(?:claim|idea|view|statement|hypothesis|notion|finding))?"
    r"(?:\s+that\b|\s*:)\s*(?P<claim>\S.{9,})$",
    re.IGNORECASE,
)


def claim_of(query: str) -> str | None:
    """The claim of "Which papers support or contradict that …?", "Do my papers agree that …?"."""
    asked = _ASKS.search(query)
    return asked["claim"].strip(' ?!."“”') + "." if asked else None
