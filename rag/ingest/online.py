"""Records looked up in the network by an identifier or address, if the person has switched that on.

Only a few hosts are ever spoken to: those of arXiv, DOI, OpenReview and the ACL Anthology. A name
is resolved once and the connection goes to that address, which must be a public one; every
redirection is checked like a first address. Size and time are limited. Nothing is sent but the
request.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import re
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from rag.base.errors import SourceError
from rag.ingest.entry import ARXIV

HOSTS = frozenset(
    {
        *("arxiv.org", "www.arxiv.org", "export.arxiv.org"),
        *("doi.org", "dx.doi.org", "api.crossref.org", "data.crossref.org"),
        *("api.datacite.org", "data.datacite.org", "data.crosscite.org"),
        *("openreview.net", "api.openreview.net", "api2.openreview.net", "aclanthology.org"),
    }
)
SWITCHED_OFF = (
    "would be looked up in the network, which is switched off; set ASKPAPERS_ONLINE=true to allow "
    "requests to arXiv, DOI, OpenReview and the ACL Anthology, or export the record as BibTeX"
)
MAX_BYTES = 20 * 1024 * 1024
TOTAL_S = 30.0
MAX_REDIRECTIONS = 4
_BLOCK = 65_536
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_ARXIV_SAID = re.compile(
    r"arxiv:\s*|https?://(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html)/", re.I
)
_DOI_SAID = re.compile(r"(?:doi:\s*|https?://(?:dx\.)?doi\.org/)?(10\.\d{4,9}/\S+)", re.IGNORECASE)
_MEETING_PAPER = re.compile(r"[A-Z]\d{2}-\d{4,5}|\d{4}\.[a-z0-9_-]+\.\d+", re.IGNORECASE)
_MOVED = {301, 302, 303, 307, 308}
Resolver = Callable[[str, int], list[str]]


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask for; `accept` is the form in which the record is wanted."""

    address: str
    accept: str = "*/*"


def request_for(named: str) -> Request | None:
    """The request that gives the record of an identifier or address; None for anything else.

    Known are "arxiv:2401.01234", "doi:10.1234/x", bare DOIs and arXiv numbers, and addresses. Of an
    address that is none of these, the request is the address itself.
    """
    text = named.strip()
    doi = _DOI_SAID.fullmatch(text)
    arxiv = ARXIV.fullmatch(re.sub(r"\.pdf$", "", _ARXIV_SAID.sub("", text, count=1)))
    if arxiv:
        query = f"id_list={quote(arxiv.group(1))}&max_results=1"
        return Request(f"https://export.arxiv.org/api/query?{query}", "application/atom+xml")
    if doi:
        address = f"https://doi.org/{quote(doi.group(1), safe='/:;()._-')}"
        return Request(address, "application/vnd.citationstyles.csl+json")
    if not _ADDRESS.match(text):
        return None
    parts = urlsplit(text)
    if parts.hostname == "aclanthology.org":
        name = parts.path.strip("/").removesuffix(".pdf").removesuffix(".bib")
        if _MEETING_PAPER.fullmatch(name):
            return Request(f"https://aclanthology.org/{quote(name)}.bib")
    forum = re.search(r"(?:^|&)id=([\w-]+)", parts.query)
    if parts.hostname == "openreview.net" and forum:
        return Request(f"https://api2.openreview.net/notes?id={forum.group(1)}", "application/json")
    return Request(text)


def not_asked(named: str) -> str:
    """Why an identifier or address is not looked up while the network is switched off."""
    request = request_for(named)
    try:
        host = urlsplit(request.address).hostname if request else ""
    except ValueError:
        host = ""
    return SWITCHED_OFF if host in HOSTS else _stranger(host or "")


def _stranger(host: str) -> str:
    return (
        f"{host or 'this address'} is not among the hosts that are asked: arXiv, DOI, "
        "OpenReview and the ACL Anthology; save the page or export the record as a file"
    )


def _public_addresses(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Fetches what is allowed, and nothing else. The fields are other than these in tests only."""

    hosts: frozenset[str] = HOSTS
    scheme: str = "https"
    port: int = 443
    resolve: Resolver = _public_addresses
    allows_private: bool = False
    max_bytes: int = MAX_BYTES
    total_s: float = TOTAL_S

    def fetch(self, request: Request) -> bytes:
        """The bytes that a request gives.

        Raises:
            SourceError: the address is not allowed, does not answer, or gives too much.
        """
        ends = time.monotonic() + self.total_s
        address = request.address
        for _ in range(MAX_REDIRECTIONS + 1):
            host, path = self._allowed(address)
            try:
                moved, data = self._asked(host, path, request.accept, ends)
            except (OSError, http.client.HTTPException, ValueError) as error:
                late = isinstance(error, TimeoutError) or time.monotonic() > ends
                why = f"took longer than {self.total_s:.0f} seconds" if late else "is not reached"
                raise SourceError(f"{host} {why}; is this machine in the network?") from error
            if not moved:
                return data
            address = urljoin(address, moved)
        raise SourceError(f"sends on to other addresses more than {MAX_REDIRECTIONS} times")

    def _allowed(self, address: str) -> tuple[str, str]:
        """Host and path of an address that may be asked."""
        try:
            parts = urlsplit(address)
            host, port = (parts.hostname or "").lower().rstrip("."), parts.port
        except ValueError as error:
            raise SourceError("is not an address") from error
        if host not in self.hosts:
            raise SourceError(_stranger(host))
        if parts.username or parts.password or port not in (None, self.port):
            raise SourceError("names a user or a port, which no record needs")
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        if not re.fullmatch(r"[!-~]+", path):
            raise SourceError("is not an address")
        return host, path

    def _asked(self, host: str, path: str, accept: str, ends: float) -> tuple[str, bytes]:
        """(where it was sent on to, bytes): one of the two."""
        connection = self._connected(host, ends)
        try:
            connection.request(
                "GET", path, headers={"Accept": accept, "User-Agent": "askpapers", "Host": host}
            )
            with connection.getresponse() as response:
                if response.status in _MOVED:
                    return response.headers.get("Location", ""), b""
                if response.status != 200:
                    raise SourceError(_refusal(host, response.status))
                return "", self._body(response, connection, ends)
        finally:
            connection.close()

    def _connected(self, host: str, ends: float) -> http.client.HTTPConnection:
        """A connection to the one address that the name has, checked."""
        addresses = self.resolve(host, self.port)
        public = [a for a in addresses if self.allows_private or _is_public(a)]
        if not public or len(public) < len(addresses):
            raise SourceError(f"{host} leads into a private network, where nothing is fetched")
        left = max(0.1, ends - time.monotonic())
        plain = socket.create_connection((public[0], self.port), timeout=left)
        connection = http.client.HTTPConnection(host, self.port, timeout=left)
        if self.scheme == "https":
            context = ssl.create_default_context()
            connection.sock = context.wrap_socket(plain, server_hostname=host)
        else:
            connection.sock = plain
        return connection

    def _body(
        self,
        response: http.client.HTTPResponse,
        connection: http.client.HTTPConnection,
        ends: float,
    ) -> bytes:
        held = bytearray()
        while True:
            left = ends - time.monotonic()
            if left <= 0:
                raise TimeoutError
            if connection.sock is not None:
                connection.sock.settimeout(left)
            block = response.read1(_BLOCK)
            if not block:
                break
            held += block
            if len(held) > self.max_bytes:
                raise SourceError(f"is larger than {self.max_bytes // 1024:,} KiB")
        return bytes(held)


def looked_up(named: str, fetcher: Fetcher) -> bytes:
    """The record of an identifier or address, in a form that readers know.

    Raises:
        SourceError: it is not allowed, not reached, or not there.
    """
    request = request_for(named)
    if request is None:
        raise SourceError("is neither an identifier nor an address")
    data = fetcher.fetch(request)
    return _from_openreview(data) if "openreview" in request.address else data


def _from_openreview(data: bytes) -> bytes:
    """The notes of OpenReview as JSONL; its two interfaces print values in two ways."""

    def said(content: dict[str, Any], name: str) -> Any:
        value = content.get(name)
        return value.get("value") if isinstance(value, dict) else value

    try:
        notes = json.loads(data)["notes"]
        rows = [
            {
                "title": said(note["content"], "title"),
                "authors": said(note["content"], "authors") or [],
                "abstract": said(note["content"], "abstract"),
                "venue": said(note["content"], "venue"),
                "date": _day(note.get("pdate") or note.get("cdate")),
                "url": f"https://openreview.net/forum?id={note['forum']}",
            }
            for note in notes
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SourceError("OpenReview says nothing of it that is understood") from error
    return "\n".join(json.dumps(row) for row in rows).encode()


def _day(milliseconds: object) -> str | None:
    """The ISO date of a time in milliseconds."""
    if not isinstance(milliseconds, int):
        return None
    return time.strftime("%Y-%m-%d", time.gmtime(milliseconds / 1000))


def _is_public(address: str) -> bool:
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return (mapped or parsed).is_global and not parsed.is_multicast


def _refusal(host: str, status: int) -> str:
    if status in (404, 410):
        return f"is not known to {host}"
    if status == 429:
        return f"{host} asks to wait; try again in a minute"
    return f"{host} refuses it (status {status})"
