"""Near-misses of a sentence: the same words, another meaning. For training and trying the reader.

Each function takes a sentence and a source of chance and returns a changed sentence, or None where
the sentence offers nothing to change.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

Change = Callable[[str, random.Random], str | None]

_OPPOSITES = """
increase/decrease increases/decreases increased/decreased increasing/decreasing
improve/worsen improves/worsens improved/worsened improving/worsening improvement/deterioration
reduce/raise reduces/raises reduced/raised reducing/raising reduction/growth
higher/lower highest/lowest high/low better/worse best/worst more/less most/least
faster/slower fast/slow larger/smaller largest/smallest large/small greater/smaller
outperforms/underperforms outperform/underperform outperformed/underperformed
exceeds/trails exceed/trail surpasses/trails surpass/trail
with/without stronger/weaker strong/weak positive/negative positively/negatively
upper/lower maximum/minimum maximize/minimize maximizes/minimizes maximal/minimal
always/never all/no many/few efficient/inefficient effective/ineffective
possible/impossible stable/unstable supervised/unsupervised linear/nonlinear
easy/hard easier/harder simple/complex accurate/inaccurate early/late before/after
above/below longer/shorter long/short rich/poor necessary/unnecessary sufficient/insufficient
significant/insignificant significantly/hardly success/failure succeed/fail succeeds/fails
able/unable enables/prevents enable/prevent allows/forbids allow/forbid accelerates/slows
known/unknown similar/different same/different consistent/inconsistent agree/disagree
robust/fragile sensitive/insensitive dependent/independent optimal/suboptimal
"""
_OPPOSITE = {}
for _pair in _OPPOSITES.split():
    _one, _other = _pair.split("/")
    _OPPOSITE.setdefault(_one, _other)
    _OPPOSITE.setdefault(_other, _one)

_ALIKE = [
    group.split("/")
    for group in """
improves/enhances/boosts improve/enhance/boost improved/enhanced reduces/lowers/cuts/decreases
reduce/lower/cut/decrease reduced/lowered/cut increases/raises/grows increase/raise
increased/raised shows/demonstrates/indicates show/demonstrate/indicate shown/demonstrated
proposes/introduces/presents propose/introduce/present proposed/introduced/presented
uses/employs/applies use/employ/apply used/employed/applied using/with/employing
achieves/attains/reaches achieve/attain/reach outperforms/beats/surpasses/exceeds
outperform/beat/surpass/exceed method/approach/technique methods/approaches/techniques
model/system models/systems large/big/substantial important/key/crucial task/problem
tasks/problems results/findings study/work/paper performance/quality requires/needs require/need
significant/considerable/substantial significantly/considerably/substantially
about/roughly/around/approximately obtain/get obtained/gained different/various many/numerous
several/multiple novel/new allows/enables/permits allow/enable/permit provides/gives/offers
provide/give/offer investigates/studies/examines investigate/study/examine analyze/examine
develops/builds/designs develop/build/design finds/observes/discovers find/observe evaluate/assess
evaluated/assessed/tested compared/relative accurate/precise efficient/economical
solves/addresses/tackles solve/address/tackle however/but therefore/thus/hence because/since
training/learning estimates/predicts estimate/predict faster/quicker difficult/hard
""".split()
]
_SYNONYM = {word: [w for w in group if w != word] for group in _ALIKE for word in group}

_WORD = re.compile(r"[A-Za-z][\w-]*")
_NUMBER = re.compile(r"(?<![\w.-])\d+(?:,\d{3})*(?:\.\d+)?(?![\w-])")
_AUXILIARY = re.compile(
    r"\b(is|are|was|were|can|could|may|might|will|would|should|does|do|has|have)\b"
)
_NEGATED = re.compile(
    r"\b(is|are|was|were|can|could|may|will|would|do|does|did|has|have) not\b|\bcannot\b"
)
_PLAIN_VERB = re.compile(
    r"\b(improve|reduce|increase|outperform|show|require|achieve|allow|enable|provide|affect|depend|"
    r"explain|lead|yield|need|support|capture|predict|exhibit|produce|contain|converge|scale|solve)(s?)\b"
)
_NUMBER_WORDS = ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
# Between the two sides of a comparison or a transfer; exchanging the sides changes who did what.
_HINGE = re.compile(
    r"\s(?:than|outperforms?|outperformed|over|instead of|rather than|surpass(?:es)?|exceeds?|"
    r"beats?|"
    r"causes?|leads? to|led to|results? in|depends? on|relies on|improves?|reduces?|increases?|"
    r"requires?|uses?|enables?|predicts?|is used (?:for|to)|are used (?:for|to)|into|via|"
    r"by means of|"
    r"compared (?:to|with)|based on|contains?|includes?|affects?|influences?|determines?|"
    r"is caused by|is due to|implies|generates?|learns?|explains?|replaces?|precedes?|follows?)\s"
)
_STOP = re.compile(
    r"\s(?:and|or|but|which|that|while|whereas|when|if|because|in|on|at|for|by|to)\s|[,;:()]"
)


def changed_number(text: str, chance: random.Random) -> str | None:
    """One figure is another."""
    places = list(_NUMBER.finditer(text))
    if not places:
        words = [m for m in _WORD.finditer(text) if m.group().lower() in _NUMBER_WORDS]
        if not words:
            return None
        place = chance.choice(words)
        other = chance.choice([w for w in _NUMBER_WORDS if w != place.group().lower()])
        return text[: place.start()] + other + text[place.end() :]
    place = chance.choice(places)
    value = float(place.group().replace(",", ""))
    factor = chance.choice([0.1, 0.25, 0.4, 0.5, 0.6, 0.8, 1.2, 1.5, 2, 2.5, 3, 4, 10])
    decimals = len(place.group().partition(".")[2])
    if 1900 <= value <= 2100 and not decimals:
        other = str(int(value) + chance.choice([-9, -4, -2, -1, 1, 2, 3]))
    else:
        other = f"{value * factor:.{decimals}f}"
        if other == place.group():
            other = f"{value + 1:.{decimals}f}"
    return text[: place.start()] + other + text[place.end() :]


def denied(text: str, chance: random.Random) -> str | None:
    """What was affirmed is denied, or the other way round."""
    negated = _NEGATED.search(text)
    if negated:
        kept = "can" if negated.group() == "cannot" else negated.group().removesuffix(" not")
        return text[: negated.start()] + kept + text[negated.end() :]
    choices = []
    auxiliary = list(_AUXILIARY.finditer(text))
    if auxiliary:
        place = chance.choice(auxiliary)
        said = (
            "cannot" if place.group() == "can" and chance.random() < 0.5 else f"{place.group()} not"
        )
        choices.append(text[: place.start()] + said + text[place.end() :])
    verb = _PLAIN_VERB.search(text)
    if verb:
        said = f"{'does' if verb.group(2) else 'do'} not {verb.group(1)}"
        if chance.random() < 0.4:
            said = f"{'fails' if verb.group(2) else 'fail'} to {verb.group(1)}"
        choices.append(text[: verb.start()] + said + text[verb.end() :])
    return chance.choice(choices) if choices else None


def opposite(text: str, chance: random.Random) -> str | None:
    """One telling word is its opposite."""
    places = [m for m in _WORD.finditer(text) if m.group().lower() in _OPPOSITE]
    if not places:
        return None
    place = chance.choice(places)
    return text[: place.start()] + _OPPOSITE[place.group().lower()] + text[place.end() :]


def swapped(text: str, chance: random.Random) -> str | None:
    """The two sides of a comparison, use, cause or transfer are exchanged."""
    hinges = list(_HINGE.finditer(text))
    if not hinges:
        return None
    hinge = chance.choice(hinges)
    before, after = text[: hinge.start()], text[hinge.end() :]
    start = max((m.end() for m in _STOP.finditer(before)), default=0)
    stop = next((m.start() for m in _STOP.finditer(after)), len(after.rstrip(". ")))
    left, right = before[start:].strip(), after[:stop].strip()
    if not (3 < len(left) < 90 and 3 < len(right) < 90) or left.lower() == right.lower():
        return None
    if not before[:start].strip():
        left, right = _small(left), right[:1].upper() + right[1:]
    head = before[:start] + (" " if before[:start] and before[start - 1] != " " else "")
    return head + right + hinge.group() + left + after[stop:]


def _small(text: str) -> str:
    """Without the capital of a beginning, unless the word has others of its own."""
    first = text.split(" ", 1)[0]
    return text[:1].lower() + text[1:] if first[1:].islower() or len(first) == 1 else text


def reworded(text: str, chance: random.Random) -> str | None:
    """The same in other words: synonyms, and without what leads in."""
    said = _without_lead(text, chance)
    places = [m for m in _WORD.finditer(said) if m.group() in _SYNONYM]
    chosen = chance.sample(places, min(len(places), chance.randint(1, 4)))
    for place in sorted(chosen, key=lambda m: -m.start()):
        said = said[: place.start()] + chance.choice(_SYNONYM[place.group()]) + said[place.end() :]
    return said if said != text else None


_LEAD = re.compile(
    r"^(?:(?:In this (?:paper|work|article|study|letter),? |Here,? |Moreover,? |Furthermore,? |"
    r"In addition,? |Finally,? |Additionally,? |In particular,? |However,? |Specifically,? |"
    r"Thus,? |Therefore,? )|(?:We|The authors|Our (?:results|experiments|findings)|The results|"
    r"Experiments|Experimental results)(?: also| further)? (?:show|demonstrate|find|prove|observe|"
    r"indicate|reveal|suggest|argue|report)s? that )+"
)
_TAIL = re.compile(
    r",\s(?:which|thus|thereby|and|while|as|with|making|leading|including|such as)\s[^,]{10,}\.?$"
)


def _without_lead(text: str, chance: random.Random) -> str:
    said = _LEAD.sub("", text)
    if chance.random() < 0.4:
        said = _TAIL.sub(".", said)
    who = chance.choice(["the authors", "this work", "the paper", "they"])
    said = re.sub(r"\bWe\b|\bwe\b", who, said)
    said = re.sub(r"\b([Oo])ur\b", lambda m: "The" if m[1] == "O" else "the", said)
    return said[:1].upper() + said[1:]


WRONG: dict[str, Change] = {
    "number": changed_number,
    "denied": denied,
    "opposite": opposite,
    "swapped": swapped,
}
