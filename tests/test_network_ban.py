"""The ban that all other tests run under holds."""

from __future__ import annotations

import socket
import urllib.request
from collections.abc import Callable

import pytest


def _send_datagram() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.sendto(b"x", ("192.0.2.1", 53))


@pytest.mark.parametrize(
    "reach",
    [
        pytest.param(lambda: socket.create_connection(("192.0.2.1", 80), 1), id="address"),
        pytest.param(lambda: socket.create_connection(("papers.invalid", 80), 1), id="name"),
        pytest.param(lambda: urllib.request.urlopen("http://papers.invalid/"), id="http"),
        pytest.param(_send_datagram, id="datagram"),
    ],
)
def test_reaching_for_another_machine_fails_and_is_remembered(
    network_ban: list[str], reach: Callable[[], object]
) -> None:
    with pytest.raises(OSError, match="the tests have no network"):
        reach()
    assert network_ban
    network_ban.clear()


def test_loopback_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()
