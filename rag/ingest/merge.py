"""One paper with many sources: which record is which paper, and which value wins."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from rag.base.body import Body
from rag.base.text import STOP_WORDS, fold
from rag.base.types import Paper
from rag.index.names import parse_name

_PREPRINT = re.compile(
    r"^10\.(?:48550|1101|21203|2139|26434|31234|31219|36227|20944|5281|31235)/"
    r"|^(?!10\.)(?:.*\W)?(?:arxiv|corr|preprints?|\w+rxiv|ssrn)\b",
    re.IGNORECASE,
)
STROKES = str.maketrans("łøđıħ", "lodih") | str.maketrans(
    {"æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
)
_LATIN_WORD = re.compile(r"[a-z][a-z0-9]*")
_DIGITS = 4  # of an id, which tell a paper from others whose record has no Latin letter
_FIELDS = ("title", "date", "category", "venue", "score", "doi", "arxiv_id", "url")


def identity_key(record: Paper) -> str:
    """What makes two records the same paper: title and first author's family name, both folded.

    A record without a title is known by its text.
    """
    if not record.title:
        digest = hashlib.sha256(fold(record.abstract).encode()).hexdigest()[:24]
        return f"text:{digest}"
    family = parse_name(record.authors[0]).last if record.authors else ""
    return f"title:{fold(record.title)}|{family}"


def paper_id(key: str) -> str:
    """A short stable id made from the identity key."""
    return hashlib.sha256(key.encode()).hexdigest()[:12]


def citekey(record: Paper, is_taken: Callable[[str], bool]) -> str:
    """Family name, year and first word of the title, such as "kusupati2022matryoshka".

    Only letters and digits that every LaTeX takes in a key. What is written in other letters is
    left out: where the authors are, words of the title stand for them, "matryoshka2022learning",
    and where that is too, "paper2022" and what tells the record from others.
    """
    title = fold(record.title)
    family = _latin(parse_name(record.authors[0]).family) if record.authors else "anon"
    if family:
        first, second = family, next(_telling(map(_latin, title.split())), "paper")
    else:
        latin = _telling(_LATIN_WORD.findall(title.translate(STROKES)))
        first, second = next(latin, ""), next(latin, "")
    if not first:
        first, second = "paper", paper_id(identity_key(record))[:_DIGITS]
    base = _latin(f"{first}{record.year or ''}{second}")
    if not is_taken(base):
        return base
    return next(key for i in itertools.count(2) if not is_taken(key := f"{base}{i}"))


def _telling(words: Iterable[str]) -> Iterator[str]:
    return (word for word in words if word and word not in STOP_WORDS)


def _latin(folded: str) -> str:
    """The ASCII letters and digits of a folded text; letters with a stroke lose it."""
    return "".join(c for c in folded.translate(STROKES) if c.isascii() and c.isalnum())


def is_preprint(value: object) -> bool:
    """Whether a DOI or venue is a preprint server's: the publisher's goes before it."""
    return isinstance(value, str) and bool(_PREPRINT.search(value))


def merge(known: Paper, record: Paper) -> Paper:
    """The known paper with what the record adds.

    From the same sources as before, the newest value wins; from another source, or from one of
    several, the fullest text and every value that was missing. Orgs and code flags only grow.
    """
    return _merged(known, record, again=_origins(record) == _origins(known))


def _origins(record: Paper) -> set[tuple[str, str]]:
    return {(source.kind, source.origin) for source in record.sources}


def together(records: Sequence[Paper]) -> Paper:
    """One record out of several of the same paper that are read at once, none newer than another.

    It does not depend on what the library holds, so that reading the same again changes nothing.
    """
    first, *others = records
    for other in others:
        first = _merged(first, other, again=False)
    return first


def _merged(known: Paper, record: Paper, *, again: bool) -> Paper:
    changes: dict[str, object] = {}
    for name in _FIELDS:
        old, new = getattr(known, name), getattr(record, name)
        gives_way = old in (None, "") or (old in (known.doi, known.venue) and is_preprint(old))
        if new is not None and new != "" and (again or gives_way):
            changes[name] = new
    if _dates_inferred_better(known, record, again=again):
        changes["date"], changes["date_inferred"] = record.date, record.date_inferred
    if record.abstract and (again or len(record.abstract) > len(known.abstract)):
        changes["abstract"] = record.abstract
    if record.body and (again or _says_more(record.body, known.body)):
        changes["body"] = record.body
    if len(record.authors) > len(known.authors) or (again and record.authors):
        changes["authors"], changes["more_authors"] = record.authors, record.more_authors
    changes["orgs"] = known.orgs + tuple(o for o in record.orgs if o not in known.orgs)
    changes["has_code"] = known.has_code or record.has_code
    changes["status"] = record.status if again else known.status or record.status
    changes["sources"] = known.sources + tuple(s for s in record.sources if s not in known.sources)
    return dataclasses.replace(known, **changes)  # type: ignore[arg-type]


def _says_more(body: Body, known: Body | None) -> bool:
    return known is None or len(body.text) > len(known.text)


def _dates_inferred_better(known: Paper, record: Paper, *, again: bool) -> bool:
    """A printed date replaces an inferred one; a fuller date replaces its own beginning."""
    if record.date is None:
        return False
    if known.date_inferred and not record.date_inferred:
        return True
    fuller = known.date is not None and record.date.startswith(known.date)
    return again or known.date is None or (fuller and len(record.date) > len(known.date))
