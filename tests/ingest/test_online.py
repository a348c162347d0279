"""Looking records up in the network: only if switched on, only where allowed, always bounded."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback import LoopbackServer, ScriptedHandler

from rag.assistant import Assistant
from rag.base.errors import SourceError
from rag.base.settings import Settings
from rag.ingest import online, pipeline
from rag.ingest.online import Fetcher, Request, looked_up, request_for

ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><entry>
<id>http://arxiv.org/abs/2401.01234v1</id><published>2024-01-02T00:00:00Z</published>
<title>A Loom of Cards</title><summary>Cards steer a loom.</summary>
<author><name>Ada Byron</name></author></entry></feed>"""


class _Handler(ScriptedHandler):
    def do_GET(self) -> None:  # noqa: N802  so the server calls it
        name = self.path.strip("/").partition("?")[0]
        if name.startswith("to/"):
            self.send_response(302)
            target = {"loop": "/to/loop", "out": "http://elsewhere.test/x", "here": "/feed"}
            self.send_header("Location", target[name.removeprefix("to/")])
            self.end_headers()
            return
        if name == "gone":
            self.send_error(404)
            return
        self.send_response(200)
        self.end_headers()
        if name == "large":
            for _ in range(64):
                self.wfile.write(b"x" * 65536)
        elif name == "slow":
            while not self.script.closing.wait(0.05):
                try:
                    self.wfile.write(b"x")
                except OSError:
                    return
        else:
            self.wfile.write(ATOM.encode())


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    with LoopbackServer(_Handler) as server:
        port = int(server.host.rpartition(":")[2])
        yield Fetcher(
            hosts=frozenset({"papers.test"}),
            scheme="http",
            port=port,
            resolve=lambda host, port: ["127.0.0.1"],
            allows_private=True,
            max_bytes=1_000_000,
            total_s=2.0,
        )


def _reason(fetcher: Fetcher, address: str) -> str:
    with pytest.raises(SourceError) as caught:
        fetcher.fetch(Request(address))
    return str(caught.value)


@pytest.mark.parametrize(
    ("named", "address"),
    [
        ("arxiv:2401.01234", "https://export.arxiv.org/api/query?id_list=2401.01234&max_results=1"),
        ("2401.01234v2", "https://export.arxiv.org/api/query?id_list=2401.01234&max_results=1"),
        (
            "https://arxiv.org/pdf/2401.01234v3.pdf",
            "https://export.arxiv.org/api/query?id_list=2401.01234&max_results=1",
        ),
        ("doi:10.1234/Loom.5", "https://doi.org/10.1234/Loom.5"),
        ("10.1234/loom(5)", "https://doi.org/10.1234/loom(5)"),
        (
            "https://aclanthology.org/2023.acl-long.1/",
            "https://aclanthology.org/2023.acl-long.1.bib",
        ),
        ("https://openreview.net/forum?id=aB_3", "https://api2.openreview.net/notes?id=aB_3"),
        ("https://example.org/a", "https://example.org/a"),
    ],
)
def test_identifiers_become_requests_to_their_hosts(named: str, address: str) -> None:
    request = request_for(named)
    assert request is not None
    assert request.address == address


@pytest.mark.parametrize("named", ["papers.bib", "~/papers", "C:\\papers", "2401.bib", "", "10.5"])
def test_paths_are_no_identifiers(named: str) -> None:
    assert request_for(named) is None


def test_a_record_comes_also_by_a_redirection(fetcher: Fetcher) -> None:
    assert b"A Loom of Cards" in fetcher.fetch(Request("https://papers.test/feed"))
    assert b"A Loom of Cards" in fetcher.fetch(Request("https://papers.test/to/here"))


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("https://elsewhere.test/feed", "not among the hosts"),
        ("https://papers.test.elsewhere.test/", "not among the hosts"),
        ("file:///etc/passwd", "not among the hosts"),
        ("https://user:secret@papers.test/feed", "names a user or a port"),
        ("https://papers.test:22/feed", "names a user or a port"),
        ("https://papers.test/a b\r\nX: y", "is not"),
        ("https://papers.test/to/out", "not among the hosts"),
        ("https://papers.test/to/loop", "more than 4 times"),
        ("https://papers.test/gone", "not known to papers.test"),
        ("https://papers.test/large", "is larger than"),
    ],
)
def test_what_is_not_allowed_is_refused(address: str, reason: str, fetcher: Fetcher) -> None:
    assert reason in _reason(fetcher, address)


def test_a_host_that_trickles_is_left_in_time(fetcher: Fetcher) -> None:
    started = time.monotonic()
    assert "longer than 2 seconds" in _reason(fetcher, "https://papers.test/slow")
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00::1", "::ffff:10.0.0.1", "0.0.0.0"],
)
def test_a_name_that_leads_into_a_private_network_is_not_followed(address: str) -> None:
    for found in ([address], ["8.8.8.8", address]):
        asked = Fetcher(hosts=frozenset({"papers.test"}), resolve=lambda h, p, f=found: f)
        assert "private network" in _reason(asked, "https://papers.test/")


def test_openreview_is_read_in_both_of_its_forms() -> None:
    class Scripted:
        def fetch(self, request: Request) -> bytes:
            plain = {"title": "A Loom", "authors": ["Ada Byron"], "abstract": "Cards."}
            wrapped = {name: {"value": value} for name, value in plain.items()}
            notes = [{"forum": "x", "content": c, "cdate": 0} for c in (plain, wrapped)]
            return json.dumps({"notes": notes}).encode()

    data = looked_up("https://openreview.net/forum?id=x", Scripted())  # type: ignore[arg-type]
    rows = [json.loads(line) for line in data.splitlines()]
    assert rows[0] == rows[1]
    assert (rows[0]["title"], rows[0]["date"]) == ("A Loom", "1970-01-01")


@pytest.mark.parametrize("named", ["arxiv:2401.01234", "https://arxiv.org/abs/2401.01234"])
def test_nothing_is_asked_unless_it_was_switched_on(
    named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetch(self: Fetcher, request: Request) -> bytes:
        raise AssertionError("a request was made")

    monkeypatch.setattr(Fetcher, "fetch", fetch)
    (found,) = pipeline.inputs_of([named])
    assert isinstance(found, pipeline.Failure)
    assert "ASKPAPERS_ONLINE=true" in found.reason


def test_switching_the_network_on_is_no_advice_for_an_address_that_is_never_asked() -> None:
    (found,) = pipeline.inputs_of(["https://looms.example/paper.pdf"])
    assert isinstance(found, pipeline.Failure)
    assert "looms.example is not among the hosts" in found.reason
    assert "ASKPAPERS_ONLINE" not in found.reason


def test_an_identifier_is_added_when_switched_on(
    tmp_path: Path, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(online, "request_for", lambda named: Request("https://papers.test/feed"))
    monkeypatch.setattr(pipeline, "FETCHER", fetcher)
    settings = Settings(embedder="fast", reads=False, online=True, _env_file=None)  # type: ignore[call-arg]
    with Assistant.open(tmp_path / "library", settings) as assistant:
        report = assistant.add("arxiv:2401.01234")
        assert (report.added, report.failed) == (1, ())
        (paper,) = assistant.papers()
    assert (paper.title, paper.arxiv_id) == ("A Loom of Cards", "2401.01234")
    assert paper.sources[0].origin == "arxiv:2401.01234"
