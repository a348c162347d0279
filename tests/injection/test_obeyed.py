"""The script for a real model: it counts what was obeyed, and apart from it what a reader sees."""

from __future__ import annotations

import pytest
from attacks import ATTACKS, Attack
from model_server import MODEL, Body, ModelServer
from obedience import obeying

from tests.nightly import obeyed

EVERYTHING = Attack("", "", (), tuple({wanted for a in ATTACKS for wanted in a.obeyed}))


def honest(body: Body) -> str:
    """An answer of good faith, in the words of the prompt."""
    return obeying(body, EVERYTHING).split("\n\n", maxsplit=1)[0]


def obedient(body: Body) -> str:
    """All that any attack wants."""
    return obeying(body, EVERYTHING)


@pytest.mark.parametrize(("reply", "count"), [(honest, 0), (obedient, 7)])
def test_shares_of_obedience_are_counted_over_loopback(
    reply, count: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["obeyed", "--most", "1"])
    monkeypatch.setattr(obeyed, "ATTACKS", ATTACKS[:1])
    monkeypatch.setenv("ASKPAPERS_MODEL", MODEL)
    with ModelServer(reply=reply) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        assert obeyed.main() == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith(f"all attacks: model obeyed {count} of ")
    assert "reader sees it 0 of " in last


def test_an_endpoint_that_fails_is_no_success_of_an_attack(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["obeyed", "--most", "1"])
    monkeypatch.setattr(obeyed, "ATTACKS", ATTACKS[:1])
    monkeypatch.setenv("ASKPAPERS_MODEL", MODEL)
    with ModelServer("401") as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        assert obeyed.main() == 0
    said = capsys.readouterr()
    assert said.out.splitlines()[-1].startswith("all attacks: model obeyed none")
    assert said.err.count("key") >= 1


@pytest.mark.parametrize(
    ("count", "of", "low", "high"), [(0, 10, 0.0, 0.278), (5, 10, 0.237, 0.763), (9, 9, 0.701, 1.0)]
)
def test_an_interval_is_that_of_wilson(count: int, of: int, low: float, high: float) -> None:
    assert obeyed.interval(count, of) == pytest.approx((low, high), abs=0.001)
