"""One paper with many sources: which record is which paper, and which value wins."""

from __future__ import annotations

import dataclasses
import hashlib

from rag.base.text import content_words, fold
from rag.base.types import Paper

_FIELDS = ("title", "date", "category", "venue", "score", "doi", "arxiv_id", "url")


def identity_key(record: Paper) -> str:
    """What makes two records the same paper: title and first author's family name, both folded.

    A record without a title is known by its text.
    """
    if not record.title:
        digest = hashlib.sha256(fold(record.abstract).encode()).hexdigest()[:24]
        return f"text:{digest}"
    family = fold(record.authors[0]).split()[-1:] if record.authors else []
    return f"title:{fold(record.title)}|{''.join(family)}"


def paper_id(key: str) -> str:
    """A short stable id made from the identity key."""
    return hashlib.sha256(key.encode()).hexdigest()[:12]


def citekey(record: Paper, taken: set[str]) -> str:
    """Family name, year and first word of the title, such as "kusupati2022matryoshka"."""
    family = fold(record.authors[0]).split()[-1] if record.authors else "anon"
    word = next(iter(content_words(record.title)), "paper") if record.title else "paper"
    first = next((w for w in fold(record.title).split() if w.startswith(word[:3])), word)
    base = "".join(c for c in f"{family}{record.year or ''}{first}" if c.isalnum())
    if base not in taken:
        return base
    return next(key for i in range(2, len(taken) + 3) if (key := f"{base}{i}") not in taken)


def merge(known: Paper, record: Paper) -> Paper:
    """The known paper with what the record adds.

    From a source that was read before, the newest value wins; from another source the fullest
    text and every value that was missing. Authors and code flags only grow.
    """
    again = {(s.kind, s.origin) for s in record.sources} <= {
        (s.kind, s.origin) for s in known.sources
    }
    changes: dict[str, object] = {}
    for name in _FIELDS:
        old, new = getattr(known, name), getattr(record, name)
        if new is not None and new != "" and (again or old in (None, "")):
            changes[name] = new
    if _dates_inferred_better(known, record, again=again):
        changes["date"], changes["date_inferred"] = record.date, record.date_inferred
    if record.abstract and (again or len(record.abstract) > len(known.abstract)):
        changes["abstract"] = record.abstract
    if len(record.authors) > len(known.authors) or (again and record.authors):
        changes["authors"], changes["more_authors"] = record.authors, record.more_authors
    changes["orgs"] = known.orgs + tuple(o for o in record.orgs if o not in known.orgs)
    changes["has_code"] = known.has_code or record.has_code
    changes["sources"] = known.sources + tuple(s for s in record.sources if s not in known.sources)
    return dataclasses.replace(known, **changes)  # type: ignore[arg-type]


def _dates_inferred_better(known: Paper, record: Paper, *, again: bool) -> bool:
    """A printed date replaces an inferred one; a fuller date replaces its own beginning."""
    if record.date is None:
        return False
    if known.date_inferred and not record.date_inferred:
        return True
    fuller = known.date is not None and record.date.startswith(known.date)
    return again or known.date is None or (fuller and len(record.date) > len(known.date))
