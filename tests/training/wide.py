"""The pairs that `train_wide` learns from: many more kinds than `train` can read on one core.

A pair's kind is the group that it belongs to:

- told: the written claims of both files, with the sentences that decide and the ones most alike;
- mutated: the written claims that are true, and their sentences, reworded and changed by rule;
- rule: near-misses by rule out of all abstracts that nobody wrote claims about;
- relation: who did what, in made-up sentences;
- trial, scifact: Evidence Inference three times over, and SciFact, as `train` has them;
- public: sets of others about captions, encyclopedias and news;
- far: written claims with sentences of other papers that look alike (`far.py`).

Abstracts of claims that judge, and of the claims that nothing is ever fitted to
(`tests/benchmarks/fresh_claims.jsonl`), are in none of them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from rag.models.reader import passage
from tests.training import pairs
from tests.training.mutations import WRONG, reworded
from tests.training.pairs import DENIES, LABELS, SAYS, SILENT, WRITTEN, Pair, Record, alike
from tests.training.public import public
from tests.training.relations import things, told

WRITTEN_LATER = Path(__file__).parent / "written_pairs.jsonl"
FRESH = Path(__file__).parents[1] / "benchmarks" / "fresh_claims.jsonl"
PASSES = 3  # over what is changed by chance: other words and other figures each time
RELATIONS = 120_000
NAMING = 25_000  # abstracts that what relations are about is taken from


def records_of(shared: Path) -> dict[str, Record]:
    """The arXiv records that may be trained on, by id."""
    kept_out = {claim["id"] for claim in pairs.lines(FRESH)}
    kept_out |= {c["id"] for c in pairs.lines(WRITTEN) if not pairs.is_for_training(c["batch"])}
    found = pairs.lines(shared / "scale" / "arxiv_50k.jsonl.gz")
    return {record["id"]: record for record in found if record["id"] not in kept_out}


def claims_about(records: Mapping[str, Record]) -> list[Record]:
    """The written claims and questions about these records."""
    written = [*pairs.lines(WRITTEN), *pairs.lines(WRITTEN_LATER)]
    return [claim for claim in written if claim["id"] in records]


def examples(
    shared: Path,
    records: Mapping[str, Record],
    claims: Sequence[Record],
    public_sets: Path | None,
    chance: random.Random,
) -> list[Pair]:
    """All pairs but the far ones; without a folder of public sets, none of these."""
    found = list(of_claims(records, claims, chance))
    found += _by_rule(records, {claim["id"] for claim in claims}, chance)
    found += _relations(list(records.values()), chance)
    for _ in range(PASSES):
        outcomes = pairs.trials(shared / "eval" / "evidence_inference", chance)
        found += [pair._replace(kind="trial") for pair in outcomes]
    facts = pairs.scifact(shared / "eval" / "scifact", chance, training=True)
    found += [pair._replace(kind="scifact") for pair in facts]
    return found + (list(public(public_sets)) if public_sets else [])


def of_claims(
    records: Mapping[str, Record], claims: Sequence[Record], chance: random.Random
) -> Iterator[Pair]:
    about = {claim["id"] for claim in claims}
    said = {key: pairs.sentences_of(records[key]["abstract"]) for key in about}
    for claim in claims:
        title, sentences = records[claim["id"]]["title"], said[claim["id"]]
        decides = [i for i in claim.get("s", []) if i < len(sentences)]
        yield from _told(claim, title, sentences, decides)
        if claim["kind"] == "true" and decides:
            yield from _mutated(claim["text"], title, [sentences[i] for i in decides], chance)


def _told(claim: Record, title: str, said: list[str], decides: list[int]) -> Iterator[Pair]:
    """A claim with what decides it, and with the sentences most like it that do not."""
    text, label = claim["text"], LABELS.get(claim["kind"])
    near = sorted(range(len(said)), key=lambda i: -alike(text, said[i]))
    silent = near[:4]  # not stated, not answered: every sentence is silent
    if label is not None:
        if not decides:
            return
        deciding = " ".join(said[i] for i in decides[:2])
        yield Pair(text, passage(title, deciding), label, "told")
        if len(decides) > 1 and label == DENIES:
            yield Pair(text, passage(title, said[decides[0]]), DENIES, "told", 0.5)
        if len(decides) > 1 and claim["kind"] == "true":
            most = max(decides, key=lambda i: alike(text, said[i]))
            yield Pair(text, passage(title, said[most]), SAYS, "told", 0.3)
        silent = [i for i in near if i not in decides][: 2 if label == SAYS else 3]
    yield from (Pair(text, passage(title, said[i]), SILENT, "told", 0.6) for i in silent)


def _mutated(text: str, title: str, decides: list[str], chance: random.Random) -> Iterator[Pair]:
    """A true claim in other words, and changed so that its sentence denies it; or that changed."""
    deciding = " ".join(decides[:2])
    shown, seen = passage(title, deciding), {text}
    for _ in range(PASSES):
        said = reworded(text, chance) or text
        if said != text:
            yield Pair(said, shown, SAYS, "mutated", 0.5)
        for kind, wrong in _wrong(said, chance):
            if wrong not in seen:
                seen.add(wrong)
                yield Pair(wrong, shown, DENIES, "mutated", 0.5 if kind == "denied" else 0.8)
    if len(decides) == 1:
        for _, wrong in _wrong(deciding, chance):
            yield Pair(text, passage(title, wrong), DENIES, "mutated", 0.4)
    # Twice, for what is said would be rare among all that is not.
    yield from (Pair(text, shown, SAYS, "mutated", weight) for weight in (1.0, 0.7))


def _wrong(text: str, chance: random.Random) -> Iterator[tuple[str, str]]:
    """The near-misses that a sentence offers, with their kinds."""
    for kind, change in WRONG.items():
        wrong = change(text, chance)
        if wrong and wrong != text:
            yield kind, wrong


def _by_rule(
    records: Mapping[str, Record], written: set[str], chance: random.Random
) -> Iterator[Pair]:
    """Near-misses out of the abstracts without written claims, each pair once."""
    others = [record for key, record in records.items() if key not in written]
    seen: set[tuple[str, str]] = set()
    for _ in range(PASSES):
        for pair in pairs.made(chance.sample(others, len(others)), chance):
            if (pair.claim, pair.passage) not in seen:
                seen.add((pair.claim, pair.passage))
                yield pair._replace(kind="rule")


def _relations(records: Sequence[Record], chance: random.Random) -> Iterator[Pair]:
    """Made-up relations, most of them under the title of some paper."""
    about = things(record["abstract"] for record in records[:NAMING])
    for found in told(about, chance, RELATIONS):
        title = chance.choice(records)["title"] if chance.random() < 0.6 else ""
        label = SAYS if found.is_said else DENIES
        yield Pair(found.claim, passage(title, found.sentence), label, "relation")
