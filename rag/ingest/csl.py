"""Papers of a CSL-JSON file: an array of items, or an object that holds one, read by the piece."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from rag.base.types import Failure, Paper, Source
from rag.ingest import jsonl
from rag.ingest.entry import Entry, arxiv_in, papers_of

MAX_ITEM = 10_000_000  # characters
_WRAPPED = re.compile(r'\s*(?:\{\s*"(?:items|references|papers|data)"\s*:\s*)?\[')
_FIRST_KEY = r'(?=\{\s*"(?:id|type|title|key|citation-key|DOI|author|abstract|issued)")'
_NEXT_ITEM = re.compile(r"\}\s*,?\s*" + _FIRST_KEY)
_LONGEST_WORD = 30  # characters of a number or of "false" that a block's end may cut
_DECODER = json.JSONDecoder()
_GAP = re.compile(r"[\s,]*")
_TAGS = re.compile(r"</?(?:i|b|sub|sup|sc|span|p|jats:[a-z]+)(?: [^<>]*)?>", re.IGNORECASE)


def holds_items(line: str) -> bool:
    """Whether a line of JSON is a CSL item or an object around some."""
    return bool(_WRAPPED.match(line)) or is_item(json.loads(line))


def is_item(value: dict[str, Any]) -> bool:
    """Whether a JSON object is a CSL item: a title with people in parts, or a date in parts."""
    people = value.get("author")
    in_parts = isinstance(people, list) and all(isinstance(p, dict) for p in people)
    return in_parts or isinstance(value.get("issued"), dict) or "container-title" in value


def papers(blocks: Iterable[str], *, origin: str) -> Iterator[Paper | Failure]:
    """The papers of a CSL-JSON text, in order; an item that cannot be read is a `Failure`."""
    number = 0
    for number, found in enumerate(_items(blocks), start=1):
        if isinstance(found, str):
            yield Failure(origin, f"item {number}", found)
        elif not isinstance(found, dict):
            yield Failure(origin, f"item {number}", "is not a JSON object")
        elif not is_item(found) and ("authors" in found or "date" in found):
            yield jsonl.record(found, origin, number)
        else:
            yield from papers_of(_entry(found), Source("csl-json", origin, _where(found, number)))
    if not number:
        yield Failure(origin, "file", "is JSON without any items")


def _items(blocks: Iterable[str]) -> Iterator[object]:
    """The values of an array, or of a run of objects; a text of ours says why one is left out."""
    source = iter(blocks)
    held, is_array = _first_block(source)
    while held := _without_gap(held, source):
        if held.startswith("]"):
            return
        try:
            value, end = _DECODER.raw_decode(held)
        except (ValueError, RecursionError) as error:
            more = next(source, "") if _is_cut(error, held) else ""
            if more:
                held += more
                continue
            yield "is not valid JSON, is cut off, or is too long"
            rest = _NEXT_ITEM.search(held, getattr(error, "pos", 0))
            held = held[rest.end() :] if rest else ""
        else:
            yield None if isinstance(value, str) else value
            held = held[end:]
    if is_array:
        yield "is missing: the file is cut off"


def _without_gap(held: str, source: Iterator[str]) -> str:
    """The text from the next value or bracket on, with another block where it is used up."""
    held = held[_end(_GAP, held) :]
    while not held and (block := next(source, "")):
        held = block[_end(_GAP, block) :]
    return held


def _is_cut(error: Exception, held: str) -> bool:
    """Whether decoding failed for want of more text, and more may be taken."""
    if not isinstance(error, json.JSONDecodeError) or len(held) > MAX_ITEM:
        return False
    return error.msg.startswith("Unterminated") or error.pos > len(held) - _LONGEST_WORD


def _first_block(source: Iterator[str]) -> tuple[str, bool]:
    """The text from its first item on, and whether that stands in an array."""
    block = next((block for block in source if block.strip()), "").lstrip("\ufeff")
    wrapped = _WRAPPED.match(block)
    return (block[wrapped.end() :], True) if wrapped else (block, False)


def _end(pattern: re.Pattern[str], text: str) -> int:
    found = pattern.match(text)
    return found.end() if found else 0


def _where(item: dict[str, Any], number: int) -> str:
    name = item.get("citation-key") or item.get("id")
    return f"item {number}, {str(name)[:80]}" if isinstance(name, str | int) else f"item {number}"


def _entry(item: dict[str, Any]) -> Entry:
    address, note = _text(item, "URL"), f"{_text(item, 'note')} {_text(item, 'number')}"
    return Entry(
        title=_TAGS.sub("", _text(item, "title")),
        authors=[name for person in _people(item) if (name := _name(person))],
        date=_date(item),
        abstract=_TAGS.sub("", _text(item, "abstract")),
        venue=_text(item, "container-title") or _text(item, "event-title") or _text(item, "event"),
        doi=_text(item, "DOI"),
        arxiv_id=arxiv_in(address) or arxiv_in(note),
        url=address,
        status=_status(item),
    )


def _status(item: dict[str, Any]) -> str:
    """What Crossref, OpenAlex or a person says of a retraction."""
    updates = item.get("updated-by")
    kinds = (
        [str(u.get("type", "")) for u in updates if isinstance(u, dict)]
        if isinstance(updates, list)
        else []
    )
    if item.get("is_retracted") is True or any("retraction" in kind for kind in kinds):
        return "retracted"
    if any("withdrawal" in kind for kind in kinds):
        return "withdrawn"
    return _text(item, "status")


def _text(item: dict[str, Any], key: str) -> str:
    """A value as text; Crossref prints titles as lists of one."""
    value = item.get(key)
    if isinstance(value, list):
        value = next((v for v in value if isinstance(v, str)), "")
    return str(value) if isinstance(value, str | int) else ""


def _people(item: dict[str, Any]) -> list[Any]:
    return next(
        (p for key in ("author", "editor") if isinstance(p := item.get(key), list) and p), []
    )


def _name(person: object) -> str:
    if isinstance(person, str):
        return person
    if not isinstance(person, dict):
        return ""
    family = " ".join(filter(None, (_text(person, p) for p in _FAMILY)))
    parts = [family, _text(person, "suffix"), _text(person, "given")]
    return ", ".join(part for part in parts if part) or _text(person, "literal")


_FAMILY = ("dropping-particle", "non-dropping-particle", "family")


def _date(item: dict[str, Any]) -> str:
    issued = item.get("issued") or item.get("published-print") or item.get("published")
    if not isinstance(issued, dict):
        return str(issued or "")
    parts = issued.get("date-parts")
    first = parts[0] if isinstance(parts, list) and parts and isinstance(parts[0], list) else []
    numbers = [str(part).zfill(2) for part in first if isinstance(part, str | int)]
    return "-".join(numbers) or _text(issued, "raw") or _text(issued, "literal")
