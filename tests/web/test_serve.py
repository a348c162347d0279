"""The chat's server: where it listens, to which names it answers, how it starts and stops."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.web.serve import streamlit_flags

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / ".streamlit" / "config.toml"
START_S = 60


@pytest.fixture
def server(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """`askpapers serve` over an empty library, from a folder of its own."""
    command = [sys.executable, "-m", "rag.cli", "serve", "--library", tmp_path / "library"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as it:
        yield it
        it.kill()


def address_of(server: subprocess.Popen[str]) -> tuple[str, int]:
    """Host and port that the server says; fails with its output if it says none."""
    said = ""
    deadline = time.monotonic() + START_S
    assert server.stderr is not None
    while time.monotonic() < deadline and (line := server.stderr.readline()):
        said += line
        if found := re.search(r"http://([\d.]+):(\d+)", line):
            return found[1], int(found[2])
    pytest.fail(f"no address in: {said}")


def upgrade_status(port: int, host: str, origin: str | None = None) -> int:
    """Status of a WebSocket handshake under this name; 101 lets the page in."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {
        "Host": host,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Version": "13",
    }
    connection.request(
        "GET", "/_stcore/stream", headers=headers | ({"Origin": origin} if origin else {})
    )
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.mark.slow
def test_the_chat_listens_to_this_machine_only_under_its_own_names(
    server: subprocess.Popen[str],
) -> None:
    host, port = address_of(server)
    assert host == "127.0.0.1"
    assert _listening_addresses(port) == {"0100007F"}
    assert upgrade_status(port, f"127.0.0.1:{port}", f"http://127.0.0.1:{port}") == 101
    assert upgrade_status(port, f"evil.example:{port}", f"http://evil.example:{port}") == 403
    assert upgrade_status(port, f"127.0.0.1:{port}", "http://evil.example") == 403


def _listening_addresses(port: int) -> set[str]:
    """Addresses that listen on this port, in the kernel's own spelling; 0100007F is 127.0.0.1."""
    tables = [Path("/proc/net/tcp"), Path("/proc/net/tcp6")]
    if not tables[0].exists():
        pytest.skip("needs Linux's list of sockets")
    rows = [row.split() for t in tables if t.exists() for row in t.read_text().splitlines()[1:]]
    local = [row[1].split(":") for row in rows if row[3] == "0A"]
    return {address for address, number in local if int(number, 16) == port}


@pytest.fixture
def taken_port() -> Iterator[int]:
    """The default port with somebody else on it."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            other.bind(("127.0.0.1", 8501))
            other.listen()
        except OSError:
            pass  # taken by another program already, which serves as well
        yield 8501


@pytest.mark.slow
def test_a_taken_port_is_passed_over(taken_port: int, server: subprocess.Popen[str]) -> None:
    assert address_of(server)[1] != taken_port


def test_a_port_that_was_wished_for_and_is_taken_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "rag.cli", "serve", "--port", port, "--library", tmp_path / "l"],
            capture_output=True,
            text=True,
            timeout=START_S,
            check=False,
        )
    assert done.returncode == 1
    assert (
        done.stderr == f"Port {port} cannot be used; choose another with --port, or leave it out.\n"
    )


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_the_server_stops_soon_and_lets_go_of_its_port(
    server: subprocess.Popen[str], how: signal.Signals
) -> None:
    _, port = address_of(server)
    started = time.monotonic()
    server.send_signal(how)
    server.wait(timeout=10)
    assert time.monotonic() - started < 5  # a second on an idle machine; tests share theirs
    assert not _listening_addresses(port)


def test_every_line_of_the_configuration_becomes_a_flag() -> None:
    flags = streamlit_flags(CONFIG, 8600)
    pairs = list(zip(flags[::2], flags[1::2], strict=True))
    assert ("--server.address", "127.0.0.1") in pairs
    assert ("--server.port", "8600") in pairs
    assert ("--browser.gatherUsageStats", "false") in pairs
    assert ("--client.showErrorDetails", "none") in pairs
    assert ("--client.toolbarMode", "minimal") in pairs
    assert ("--server.maxUploadSize", "50") in pairs
    assert ("--server.enableCORS", "true") in pairs
    assert ("--server.enableXsrfProtection", "true") in pairs
    assert [v for k, v in pairs if k == "--server.allowedHosts"] == ["127.0.0.1", "localhost"]
    assert any(key == "--theme.dark.textColor" for key, _ in pairs)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["backgroundColor", "secondaryBackgroundColor"])
@pytest.mark.parametrize(
    ("ink", "least"),
    # Text needs 4.5 to 1; the accent draws borders and button grounds, which need 3 to 1.
    [("textColor", 4.5), ("linkColor", 4.5), ("primaryColor", 3.0)],
)
def test_text_links_and_accent_have_the_contrast_of_wcag_aa(
    theme: str, ground: str, ink: str, least: float
) -> None:
    colours = _theme(theme)
    assert _contrast(colours[ink], colours[ground]) >= least


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_white_letters_on_an_accent_button_have_the_contrast_of_wcag_aa(theme: str) -> None:
    assert _contrast("#ffffff", _theme(theme)["primaryColor"]) >= 4.5


def _theme(name: str) -> dict[str, str]:
    colours: dict[str, str] = tomllib.loads(CONFIG.read_text("utf-8"))["theme"][name]
    return colours


def _contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
