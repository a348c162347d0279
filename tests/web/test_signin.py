"""Where the server may listen, and what has to be set up before it listens beyond this machine."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import Settings
from rag.base.errors import SettingsError
from rag.web import signin
from rag.web.serve import streamlit_flags

CONFIG = Path(__file__).resolve().parents[2] / ".streamlit" / "config.toml"
PROVIDER = 'client_id = "us"\nclient_secret = "s"\nserver_metadata_url = "https://id.example/.well-known"\n'
GENERAL = (
    f'[auth]\nredirect_uri = "https://p.example/oauth2callback"\ncookie_secret = "{"c" * 32}"\n'
)


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No secrets at home, and none remembered."""
    monkeypatch.setenv("HOME", str(tmp_path))
    signin.provider.cache_clear()
    yield
    signin.provider.cache_clear()


def secrets(text: str) -> None:
    """Streamlit's secrets in the folder in which the server starts."""
    file = Path.cwd() / ".streamlit" / "secrets.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, "utf-8")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "papers.example.org", ""])
def test_beyond_this_machine_nothing_is_served_without_a_sign_in(host: str) -> None:
    with pytest.raises(SettingsError, match="without a sign-in"):
        signin.require_safe(host, ["papers.example.org"], Settings())


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost"])
def test_this_machine_itself_needs_none(host: str) -> None:
    signin.require_safe(host, [], Settings())


def test_a_proxy_that_names_people_is_a_sign_in_where_the_name_of_the_library_is_said() -> None:
    settings = Settings(user_header="X-User")
    signin.require_safe("192.0.2.7", [], settings)
    signin.require_safe("0.0.0.0", ["papers.example.org"], settings)
    with pytest.raises(SettingsError, match="--name"):
        signin.require_safe("0.0.0.0", [], settings)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (GENERAL, "needs client_id"),
        ("[auth]\n" + PROVIDER, "cookie_secret"),
        (GENERAL.replace("c" * 32, "short") + PROVIDER, "at least 32"),
        (GENERAL + PROVIDER, "Authlib"),
        ("[auth", "cannot be read"),
    ],
    ids=["no provider", "no cookie", "a short secret", "no package", "no TOML"],
)
def test_a_sign_in_that_cannot_work_is_refused_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, text: str, why: str
) -> None:
    monkeypatch.setattr(signin.importlib.util, "find_spec", lambda name: None)
    secrets(text)
    with pytest.raises(SettingsError, match=why):
        signin.require_safe("192.0.2.7", [], Settings())


@pytest.mark.parametrize(
    ("text", "name"),
    [(GENERAL + PROVIDER, ""), (f"{GENERAL}[auth.campus]\n{PROVIDER}", "campus")],
    ids=["the only one", "a named one"],
)
def test_a_provider_of_openid_connect_is_a_sign_in(
    monkeypatch: pytest.MonkeyPatch, text: str, name: str
) -> None:
    monkeypatch.setattr(signin.importlib.util, "find_spec", lambda name: object())
    secrets(text)
    signin.require_safe("192.0.2.7", [], Settings())
    assert signin.provider() == name


def test_a_server_beyond_this_machine_answers_to_its_names_only() -> None:
    flags = streamlit_flags(CONFIG, 8600, "192.0.2.7", ["papers.example.org"])
    pairs = list(zip(flags[::2], flags[1::2], strict=True))
    assert [v for k, v in pairs if k == "--server.address"] == ["192.0.2.7"]
    allowed = {v for k, v in pairs if k == "--server.allowedHosts"}
    assert allowed == {"192.0.2.7", "papers.example.org", "127.0.0.1", "localhost"}


def test_the_command_refuses_in_one_sentence(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "rag.cli",
            "serve",
            "--host",
            "0.0.0.0",
            "--library",
            tmp_path / "l",
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    assert "does not listen on 0.0.0.0 without a sign-in" in done.stderr
    assert "Traceback" not in done.stderr
