"""True sentences put in slightly other words, and made false in one place; the same every time.

for kind, claim in falsified("We show that A outperforms B by 12%.", other_name="C"):
...      "number", "negated", "swapped", "opposite", "renamed"
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

OPENING = re.compile(
    r"^(?:(?:however|furthermore|moreover|finally|in addition|additionally|in particular|notably|"
    r"specifically|thus|therefore|importantly|empirically|overall|interestingly),\s*)?"
    r"(?:(?:we|our results|our experiments|the results|experiments|results|this paper|this work)"
    r"(?: also| further)? (?:show|demonstrate|find|found|observe|prove|report|argue|conclude|"
    r"reveal|indicate)(?:s|ed)? that )",
    re.IGNORECASE,
)
NUMBER = re.compile(r"(?<![\w.-])(\d{1,6}(?:\.\d+)?)(?=\s?%|\s|x\b|,\s|\.\s|\.$|-)")
AUXILIARY = re.compile(r"\b(is|are|can|was|were|will|does|has been|have been)\b(?! not)")
VERB = re.compile(
    r"\b(improves|outperforms|achieves|reduces|requires|provides|allows|enables|leads|increases|"
    r"depends|converges|performs|yields|produces)\b"
)
COMPARED = re.compile(r"\b(outperforms?|surpass(?:es)?|exceeds?|beats?)\b", re.IGNORECASE)
THAN = re.compile(
    r"^(?P<a>.{3,80}?)(?P<verb> (?:is|are|has|have|needs|requires|achieves|gives|shows) [^,;]*?"
    r"\b(?:more|less|fewer|better|worse|\w+er)\b[^,;]*? than )(?P<b>[^,;.]{3,80})(?P<rest>.*)$"
)
OPPOSITES = {
    "increases": "decreases", "increase": "decrease", "reduces": "increases", "higher": "lower",
    "lower": "higher", "faster": "slower", "better": "worse", "fewer": "more", "larger": "smaller",
    "smaller": "larger", "improves": "degrades", "improve": "degrade", "stable": "unstable",
    "sufficient": "insufficient", "efficient": "inefficient", "outperforms": "underperforms",
    "positive": "negative", "strong": "weak", "before": "after", "without": "with",
    "possible": "impossible", "necessary": "unnecessary", "reduce": "increase",
    "decreases": "increases", "simple": "complex", "cheaper": "costlier",
}  # fmt: skip
SAME = {
    "outperforms": "beats", "outperform": "beat", "demonstrate": "show", "utilize": "use",
    "utilizes": "uses", "approximately": "about", "novel": "new", "significantly": "clearly",
    "achieves": "reaches", "employ": "use", "propose": "present", "obtain": "get",
    "in order to": "to", "however": "but", "large": "big", "requires": "needs", "via": "through",
    "several": "some", "numerous": "many", "enables": "allows", "leverages": "uses",
}  # fmt: skip
WE = re.compile(r"\bwe\b", re.IGNORECASE)
OUR = re.compile(r"\bour\b", re.IGNORECASE)
NAME = re.compile(r"\b[A-Z][A-Za-z]*[A-Z][\w-]*\b|\b[A-Z]{3,}\b")


def reworded(sentence: str, rng: random.Random) -> str:
    """The sentence with the same sense: its opening left out, some words exchanged."""
    text = OPENING.sub("", sentence)
    text = OUR.sub("their", WE.sub("the authors", text))
    for word, other in SAME.items():
        if rng.random() < 0.8:
            text = re.sub(rf"\b{word}\b", other, text)
    head, comma, _ = text.partition(", which")
    if comma and len(head.split()) > 6:
        text = head + "."
    return text[:1].upper() + text[1:]


def falsified(
    sentence: str, rng: random.Random, other_name: str = "ZEPHYR-9"
) -> Iterator[tuple[str, str]]:
    """Every way in which the sentence can be made false in one place, with its kind."""
    text = reworded(sentence, rng)
    for kind, changed in (
        ("number", _other_number(text, rng)),
        ("negated", _negated(text)),
        ("swapped", _swapped(text)),
        ("opposite", _opposite(text)),
        ("renamed", _renamed(text, other_name)),
    ):
        if changed is not None and changed != text:
            yield kind, changed


def _other_number(text: str, rng: random.Random) -> str | None:
    found = [m for m in NUMBER.finditer(text) if float(m.group(1)) not in (0.0, 1.0)]
    if not found:
        return None
    match = rng.choice(found)
    value = float(match.group(1))
    changed = rng.choice([value * 2, value * 3, value + 17, value * 10])
    shown = str(int(changed)) if "." not in match.group(1) else f"{changed:.1f}"
    return text[: match.start()] + shown + text[match.end() :]


def _negated(text: str) -> str | None:
    match = AUXILIARY.search(text)
    verb = VERB.search(text)
    if match and (not verb or match.start() < verb.start()):
        if match.group(1).endswith("been"):
            return text.replace(match.group(1), match.group(1).replace(" been", " not been"), 1)
        return f"{text[: match.end()]} not{text[match.end() :]}"
    if verb:
        bare = re.sub(r"s$", "", verb.group(1))
        return f"{text[: verb.start()]}does not {bare}{text[verb.end() :]}"
    return None


def _swapped(text: str) -> str | None:
    than = THAN.match(text)
    if than:
        return f"{than['b']}{than['verb']}{than['a']}{than['rest']}"
    match = COMPARED.search(text)
    if not match:
        return None
    left = text[: match.start()].strip()
    right, stop, rest = re.match(r"([^,.;]*)([,.;]?)(.*)", text[match.end() :], re.DOTALL).groups()  # type: ignore[union-attr]
    if not 1 <= len(left.split()) <= 8 or not right.strip() or "," in left:
        return None
    return f"{right.strip()} {match.group()} {left}{stop}{rest}"


def _opposite(text: str) -> str | None:
    for word in re.findall(r"\w+", text):
        if word in OPPOSITES:
            return re.sub(rf"\b{word}\b", OPPOSITES[word], text, count=1)
    return None


def _renamed(text: str, other_name: str) -> str | None:
    match = NAME.search(text)
    return re.sub(rf"\b{re.escape(match.group())}\b", other_name, text) if match else None
