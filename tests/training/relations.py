"""Sentences that say who did what in many ways: the same relation in other words, and exchanged.

A relation between two things is told in several forms, active and passive, from either side. Two
forms with the things in their places say the same; with the things exchanged they deny each other.
A few relations hold both ways, so that an exchange alone does not tell. What the sentences are
about is drawn by chance: they make no sense, and only their form can be learnt from them.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from rag.base.text import sentence_spans

# Each family: forms of one relation between {a} and {b}; then forms of its opposite, if it has one.
_FAMILIES = """
{a} outperforms {b} | {a} beats {b} | {a} surpasses {b} | {a} performs better than {b} |
{a} is superior to {b} | {b} is outperformed by {a} | {b} is inferior to {a} |
{b} falls short of {a} | {b} performs worse than {a} | {a} improves upon {b} |
{a} achieves better results than {b} | compared with {b}, {a} does better | {a} wins over {b}
//
{a} is faster than {b} | {a} takes less time than {b} | {b} is slower than {a} |
{b} takes longer than {a} | {a} runs faster than {b} | {b} needs more time than {a} |
{a} converges sooner than {b} | {a} speeds things up relative to {b}
//
{a} requires more memory than {b} | {b} uses less memory than {a} | {b} is lighter than {a} |
{a} has a larger footprint than {b} | {a} is heavier than {b} | {a} takes up more memory than {b}
//
{a} costs more than {b} | {b} is cheaper than {a} | {a} is more expensive than {b} |
{b} costs less than {a} | {b} is more economical than {a}
//
{a} is more accurate than {b} | {b} is less accurate than {a} | {a} makes fewer errors than {b} |
{b} makes more errors than {a} | {a} has a lower error than {b} | {b} has a higher error than {a}
//
{a} needs fewer samples than {b} | {b} needs more data than {a} |
{b} is less data-efficient than {a} | {a} is more sample-efficient than {b} |
{a} gets by with less data than {b}
//
{a} causes {b} | {a} leads to {b} | {a} gives rise to {b} | {a} results in {b} |
{a} brings about {b} | {b} is caused by {a} | {b} results from {a} | {b} is due to {a} |
{b} arises from {a} | {b} is a consequence of {a} | {a} is the cause of {b} |
{a} is responsible for {b}
//
{a} improves {b} | {a} enhances {b} | {a} boosts {b} | {b} benefits from {a} |
{b} is improved by {a} | {b} gains from {a} | {a} helps {b} / {a} degrades {b} | {a} harms {b} |
{b} suffers from {a} | {b} is impaired by {a} | {a} hurts {b} | {a} worsens {b}
//
{a} reduces {b} | {a} lowers {b} | {a} decreases {b} | {b} is reduced by {a} | {b} falls with {a} |
{a} cuts down on {b} | {b} decreases owing to {a} / {a} increases {b} | {a} raises {b} |
{b} grows with {a} | {b} is increased by {a} | {a} drives up {b}
//
{a} uses {b} | {a} relies on {b} | {a} employs {b} | {b} is used by {a} | {a} builds on {b} |
{a} is based on {b} | {b} is the basis of {a} | {b} underlies {a} | {a} makes use of {b} |
{b} is employed by {a} / {a} does without {b} | {a} does not use {b} | {b} is not needed by {a} |
{a} works without {b} | {a} dispenses with {b}
//
{a} is a special case of {b} | {b} generalizes {a} | {b} includes {a} as a special case |
{b} subsumes {a} | {a} is an instance of {b} | {a} falls under {b} | {b} is more general than {a}
//
{a} replaces {b} | {b} is replaced by {a} | {a} is used instead of {b} |
{a} takes the place of {b} | {b} gives way to {a} | {a} is substituted for {b} |
{b} is exchanged for {a}
//
{a} predicts {b} | {b} can be predicted from {a} | {b} is predicted by {a} |
{a} is a predictor of {b} | {b} can be inferred from {a} | {a} foretells {b}
//
{a} is converted into {b} | {b} is obtained from {a} | {a} is turned into {b} |
{a} is mapped to {b} | {b} is derived from {a} | {b} is generated from {a} |
{a} is translated into {b}
//
{a} precedes {b} | {b} follows {a} | {a} comes before {b} | {b} comes after {a} |
{a} is applied before {b} | {b} is done after {a} | {a} is followed by {b}
//
{a} depends on {b} | {b} determines {a} | {a} is determined by {b} | {a} is governed by {b} |
{b} controls {a} | {a} is a function of {b} | {a} hinges on {b} / {a} does not depend on {b} |
{a} is independent of {b} | {b} has no effect on {a} | {a} is unaffected by {b} |
{a} is insensitive to {b}
//
{a} implies {b} | {b} follows from {a} | {a} is sufficient for {b} | {b} is implied by {a} |
{a} entails {b}
//
{a} explains {b} | {b} is explained by {a} | {a} accounts for {b} | {b} is accounted for by {a} |
{b} can be understood through {a} / {a} does not explain {b} | {a} cannot account for {b} |
{b} is left unexplained by {a}
//
{a} is more common than {b} | {b} is rarer than {a} | {a} occurs more often than {b} |
{b} is seen less often than {a} | {a} is more frequent than {b} | {b} is less frequent than {a}
//
{a} is larger than {b} | {b} is smaller than {a} | {a} exceeds {b} | {b} is exceeded by {a} |
{a} is greater than {b} | {b} lies below {a}
//
{a} is trained on {b} | {b} is used to train {a} | {a} learns from {b} | {b} serves to train {a} |
{b} is the training data of {a}
//
{a} is evaluated on {b} | {b} is used to evaluate {a} | {a} is tested on {b} |
{b} serves as a test of {a}
//
{a} is distilled into {b} | {b} is distilled from {a} | {a} is the teacher of {b} |
{b} learns from {a} | {a} teaches {b} | {b} imitates {a}
//
{a} is more robust than {b} | {b} is more fragile than {a} | {b} is less robust than {a} |
{a} withstands more than {b} | {a} is less sensitive to noise than {b}
//
{a} enables {b} | {a} makes {b} possible | {b} is made possible by {a} | {a} allows for {b} |
{b} is enabled by {a} / {a} prevents {b} | {a} rules out {b} | {b} is prevented by {a} |
{a} stands in the way of {b} | {b} is impossible with {a}
//
{a} contains {b} | {b} is part of {a} | {b} is contained in {a} | {a} includes {b} |
{b} is a component of {a} | {a} comprises {b}
//
{a} needs {b} | {a} requires {b} | {b} is required for {a} | {b} is a prerequisite of {a} |
{b} is necessary for {a} | {a} is not possible without {b} / {a} does not require {b} |
{b} is not necessary for {a} | {a} is possible without {b} | {a} works without {b}
//
{a} detects {b} | {b} is detected by {a} | {a} identifies {b} | {b} is identified by {a} |
{b} is found by {a} / {a} misses {b} | {a} fails to detect {b} | {b} goes unnoticed by {a}
//
{a} attacks {b} | {b} is attacked by {a} | {b} is the target of {a} | {b} is vulnerable to {a} |
{a} breaks {b} / {b} defends against {a} | {b} withstands {a} | {b} is safe from {a}
"""
_BOTH_WAYS = """
{a} is similar to {b} | {a} resembles {b} | {a} and {b} are alike / {a} differs from {b} |
{a} and {b} are different | {a} is unlike {b}
//
{a} performs as well as {b} | {a} and {b} perform equally well | {a} is on a par with {b} |
there is no difference between {a} and {b} / {a} and {b} do not perform equally well |
{a} is not on a par with {b}
//
{a} correlates with {b} | {a} and {b} are correlated | {a} goes hand in hand with {b} /
{a} and {b} are uncorrelated | {a} shows no correlation with {b}
//
{a} is combined with {b} | {a} and {b} are combined | {a} is used together with {b} /
{a} and {b} are kept apart | {a} is not combined with {b}
//
{a} is equivalent to {b} | {a} and {b} are equivalent | {a} amounts to {b} /
{a} is not equivalent to {b} | {a} and {b} are not the same
"""
_SAID = [
    "We show that {s}.", "We find that {s}.", "{s}.", "{s}.", "{s}.", "{s} on {d}.", "On {d}, {s}.",
    "Our experiments on {d} show that {s}.", "It turns out that {s}.", "Moreover, {s}.",
    "In this paper we argue that {s} for {d}.", "{s}, as we demonstrate on {d}.",
    "While earlier work considered {d}, we observe that {s}.", "Specifically, {s}.",
    "The analysis reveals that {s}, and {d} is discussed.", "{s}, in the setting of {d}.",
]  # fmt: skip
_CLAIMED = [
    "{s}.", "{s}.", "{s}.", "The authors find that {s}.", "According to the paper, {s}.",
    "The results show that {s}.", "This work shows that {s}.", "In the study, {s}.",
]  # fmt: skip
_PHRASE_WORD = re.compile(r"[a-z][a-z-]{3,}")
_NAME = re.compile(r"\b[A-Z][A-Za-z]*[A-Z0-9][\w-]*\b")
_COMMON = frozenset(
    "that this with from which have been their these also such than more most into over only both "
    "show shows using used based propose proposed paper present study results between under where "
    "when while they them there here other some many each given well known first second present "
    "however moreover further thus then very much does find found able will make made three four "
    "approach method methods demonstrate provide achieve various several different novel recent "
    "recently significantly furthermore introduce consider problem obtain obtained about within "
    "without through during among whether because since against toward towards upon along".split()
)


class Relation(NamedTuple):
    """Forms that say one thing, forms that say its opposite, and whether sides may be exchanged."""

    forms: list[str]
    opposite: list[str]
    both_ways: bool


class Told(NamedTuple):
    """A claim, the sentence it is held against, and whether the sentence says it."""

    claim: str
    sentence: str
    is_said: bool


def relations() -> list[Relation]:
    """All families."""
    return [*_families(_FAMILIES, both_ways=False), *_families(_BOTH_WAYS, both_ways=True)]


def _families(text: str, *, both_ways: bool) -> Iterator[Relation]:
    for family in text.split("//"):
        same, _, opposite = " ".join(family.split()).partition(" / ")
        yield Relation(_forms(same), _forms(opposite), both_ways)


def _forms(text: str) -> list[str]:
    return [form.strip() for form in text.split("|") if form.strip()]


def things(abstracts: Iterable[str], least: int = 12) -> list[str]:
    """What sentences can be about: names, and pairs of words that abstracts have often."""
    pairs: Counter[str] = Counter()
    names: Counter[str] = Counter()
    for abstract in abstracts:
        names.update(set(_NAME.findall(abstract)))
        for start, end in sentence_spans(abstract):
            words = abstract[start:end].lower().split()
            for one, other in pairwise(words):
                if _is_word(one) and _is_word(other):
                    pairs[f"{one} {other}"] += 1
    often = [pair for pair, count in pairs.items() if count >= least]
    return often + [name for name, count in names.items() if count >= 2] * 2


def _is_word(word: str) -> bool:
    return bool(_PHRASE_WORD.fullmatch(word)) and word not in _COMMON and not word.endswith("ly")


def told(about: Sequence[str], chance: random.Random, count: int) -> Iterator[Told]:
    """`count` pairs about `about`, half of them said; what is denied is exchanged or opposite."""
    known = relations()
    for _ in range(count):
        one, other, setting = chance.sample(about, 3)
        relation, places = chance.choice(known), {"a": one, "b": other}
        exchanged = {"a": other, "b": one}
        forms = relation.opposite if relation.opposite and chance.random() < 0.4 else relation.forms
        denying = relation.forms if forms is relation.opposite else relation.opposite
        said, claimed = chance.choice(forms), chance.choice(forms)
        is_said = chance.random() < 0.5
        if is_said:
            claim = claimed.format(**(exchanged if _turns(relation, chance) else places))
        elif relation.both_ways or (denying and chance.random() < 0.4):
            claim = chance.choice(denying).format(**places)
        else:
            claim = claimed.format(**exchanged)
        sentence = chance.choice(_SAID).replace("{s}", said.format(**places))
        yield Told(
            _capital(chance.choice(_CLAIMED).replace("{s}", claim)),
            _capital(sentence.replace("{d}", setting)),
            is_said,
        )


def _turns(relation: Relation, chance: random.Random) -> bool:
    return relation.both_ways and chance.random() < 0.5


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
