"""Addresses of papers: their own pages here, and known scholarly hosts as their records tell."""

from __future__ import annotations

import re
from urllib.parse import quote, urlencode, urlsplit

from rag.base.types import Paper

_HOSTS = frozenset({"doi.org", "arxiv.org", "openreview.net", "aclanthology.org"})
_DOI = re.compile(r"10\.\d{4,9}/[^\s\x00-\x1f]{1,200}")
_OWN = re.compile(r"\?screen=library&paper=[\w.%~-]{1,200}", re.ASCII)
_ARXIV = re.compile(r"(?:\d{4}\.\d{4,5}|[a-z-]{2,20}(?:\.[A-Z]{2})?/\d{7})(?:v\d{1,2})?")


def links_of(paper: Paper) -> list[tuple[str, str]]:
    """(name, address) of the places where a paper can be read, as far as its record tells."""
    found: dict[str, str] = {}
    if paper.doi and _DOI.fullmatch(paper.doi):
        found["doi.org"] = f"https://doi.org/{quote(paper.doi, safe='/:;()._-')}"
    if paper.arxiv_id and _ARXIV.fullmatch(paper.arxiv_id):
        found["arxiv.org"] = f"https://arxiv.org/abs/{paper.arxiv_id}"
    address = _known(paper.url or "")
    if address:
        found.setdefault(urlsplit(address).hostname or "", address)
    return list(found.items())


def own_page(paper: Paper) -> str:
    """The page of a paper in this library, as an address relative to every screen."""
    return "?" + urlencode({"screen": "library", "paper": paper.id})


def is_allowed(address: str) -> bool:
    """True for an address as `own_page` or `links_of` writes it, on a known host."""
    return bool(_OWN.fullmatch(address)) or (bool(address) and _known(address) == address)


def _known(address: str) -> str | None:
    """The address rebuilt from its parts, if its host is known; None for everything else."""
    try:
        parts = urlsplit(address.strip())
        port = parts.port
    except ValueError:
        return None
    host = (parts.hostname or "").removeprefix("www.")
    if parts.scheme not in ("http", "https") or host not in _HOSTS or "@" in parts.netloc or port:
        return None
    path = quote(parts.path, safe="/:;()._-%~")
    query = quote(parts.query, safe="=&._-%")
    return f"https://{host}{path}" + (f"?{query}" if query else "")
