"""Families of claims: one sentence told in other orders, with its sides exchanged, and denied.

`written_families.jsonl` holds them for sentences of some 1,100 arXiv and 840 PubMedQA abstracts
(`pubmedqa:` before the id). `written_edits.jsonl` holds near copies of sentences of 520 other arXiv
and 260 SciFact abstracts (`scifact:`): small edits that keep the meaning, beside others that turn
it, and claims on the same subject that nothing states. `written_retellings.jsonl` tells sentences
of 2,160 more as somebody would from memory, near, turned round and far, each beside a false claim
that differs from it by little; the shipped weights saw the first 39,971. A tenth of the papers of
each is held out to judge. Kinds of pairs:

- family, family_bio: a claim with the sentence that decides it;
- family_near, family_bio_near: with the sentences most like it that do not;
- across: a claim with a claim of the same family in the place of the sentence.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from rag.models.reader import passage
from tests.training import pairs
from tests.training.pairs import DENIES, LABELS, SAYS, SILENT, Pair, Record, alike

WRITTEN = Path(__file__).parent / "written_families.jsonl"
EDITS = Path(__file__).parent / "written_edits.jsonl"
RETOLD = Path(__file__).parent / "written_retellings.jsonl"
FILES = (WRITTEN, EDITS, RETOLD)
BIO = ("pubmedqa:", "scifact:")
_LABELS = {**LABELS, "not_stated": SILENT}  # here held against the nearest sentence alone
_HELD = 9  # the tenth of the papers that judges


def records_of(shared: Path, *written: Path) -> dict[str, Record]:
    """The abstracts that the families of some files are about, by the ids that they have there."""
    found = {r["id"]: r for r in pairs.lines(shared / "scale" / "arxiv_50k.jsonl.gz")}
    for prefix in BIO:
        for record in pairs.lines(shared / "eval" / prefix[:-1] / "corpus.jsonl.gz"):
            found[prefix + record["id"]] = {**record, "id": prefix + record["id"]}
    return {key: found[key] for key in {c["id"] for file in written for c in pairs.lines(file)}}


def claims(*written: Path, training: bool) -> list[Record]:
    """The claims of the families of some files that are trained on, or of those that judge."""
    found = (claim for file in written for claim in pairs.lines(file))
    return [claim for claim in found if (pairs.tenth(claim["id"]) != _HELD) == training]


def decides(claim: Record, record: Record) -> str:
    """The passage that decides a claim, as the reader is shown it."""
    said = pairs.sentences_of(record["abstract"])
    return passage(record["title"], " ".join(said[i] for i in claim["s"][:2]))


def examples(
    records: Mapping[str, Record], written: Sequence[Record], chance: random.Random
) -> Iterator[Pair]:
    """All pairs of the families; `records` as `records_of` gives them."""
    families: dict[tuple[str, tuple[int, ...]], list[Record]] = defaultdict(list)
    for claim in written:
        yield from _told(claim, records[claim["id"]])
        families[claim["id"], tuple(claim["s"][:2])].append(claim)
    for (key, _), family in families.items():
        yield from _across(family, records[key]["title"], chance)


def _told(claim: Record, record: Record) -> Iterator[Pair]:
    kind = "family_bio" if claim["id"].startswith(BIO) else "family"
    text, label, title = claim["text"], _LABELS[claim["kind"]], record["title"]
    yield Pair(text, decides(claim, record), label, kind)
    said = pairs.sentences_of(record["abstract"])
    if len(claim["s"]) > 1 and label == DENIES:
        yield Pair(text, passage(title, said[claim["s"][0]]), DENIES, kind, 0.3)
    near = sorted(range(len(said)), key=lambda i: -alike(text, said[i]))
    silent = [i for i in near if i not in claim["s"]][: 2 if label == SAYS else 1]
    yield from (Pair(text, passage(title, said[i]), SILENT, f"{kind}_near", 0.6) for i in silent)


def _across(family: Sequence[Record], title: str, chance: random.Random) -> Iterator[Pair]:
    """Two that are true may each leave something out, so that such a pair counts less."""
    right = [claim["text"] for claim in family if _LABELS[claim["kind"]] == SAYS]
    wrong = [claim["text"] for claim in family if _LABELS[claim["kind"]] == DENIES]
    for one in right:
        for other in right:
            if one != other:
                yield Pair(one, passage(title, other), SAYS, "across", 0.3)
        for false in wrong:
            yield Pair(false, passage(title, one), DENIES, "across", 0.6)
            if chance.random() < 0.5:
                yield Pair(one, passage(title, false), DENIES, "across", 0.5)
