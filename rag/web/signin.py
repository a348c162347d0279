"""Whether people sign in, and how: by a provider of OpenID Connect or by a proxy that they pass.

Needs no Streamlit, so that the server can refuse before anything listens.
"""

from __future__ import annotations

import functools
import importlib.util
import ipaddress
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rag.base.errors import SettingsError
from rag.base.settings import Settings

_SECRETS = Path(".streamlit") / "secrets.toml"  # where Streamlit looks, here and at home
_ANY = frozenset({"0.0.0.0", "::", ""})  # noqa: S104  told apart from an address, not bound
_LEAST_SECRET = 32  # characters
_PROVIDER = frozenset({"client_id", "client_secret", "server_metadata_url"})


def is_shared(settings: Settings) -> bool:
    """True when people sign in, so that several may use the library."""
    return settings.user_header is not None or provider() is not None


@functools.cache
def provider() -> str | None:
    """The name of the provider that people sign in with, "" if it has none; None without one.

    Raises:
        SettingsError: `[auth]` of the secrets is not complete.
    """
    section = _auth()
    if section is None:
        return None
    tables = {name: table for name, table in section.items() if isinstance(table, dict)}
    complete = [name for name, table in tables.items() if table.keys() >= _PROVIDER]
    if not (section.keys() >= _PROVIDER or complete):
        raise SettingsError(
            f"[auth] in {_SECRETS} needs {', '.join(sorted(_PROVIDER))} of a provider."
        )
    if "redirect_uri" not in section or len(str(section.get("cookie_secret"))) < _LEAST_SECRET:
        raise SettingsError(
            f"[auth] in {_SECRETS} needs redirect_uri, and a cookie_secret of at least "
            f"{_LEAST_SECRET} random characters."
        )
    if importlib.util.find_spec("authlib") is None:
        raise SettingsError("Signing in needs the package Authlib: pip install 'askpapers[login]'.")
    return "" if section.keys() >= _PROVIDER else complete[0]


def require_safe(host: str, names: Sequence[str], settings: Settings) -> None:
    """Refuse to listen beyond this machine while nobody has to sign in.

    Raises:
        SettingsError: there is no way to sign in, or no name under which the library is called.
    """
    if is_loopback(host):
        return
    if not is_shared(settings):
        raise SettingsError(
            f"askpapers does not listen on {host or 'all addresses'} without a sign-in: whoever "
            "reaches it could read and change your library. Name a provider in [auth] of "
            f"{_SECRETS}, or the header of your proxy in ASKPAPERS_USER_HEADER; docs/sharing.md "
            "tells how."
        )
    if host in _ANY and not names:
        raise SettingsError("Say by which name people call it: --name papers.example.org")


def is_loopback(host: str) -> bool:
    """True for an address of this machine that no other reaches."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def called_by(host: str) -> str:
    """The address at which this machine reaches a server that listens on `host`."""
    return "127.0.0.1" if host in _ANY else host


def _auth() -> dict[str, Any] | None:
    """The section `[auth]` of Streamlit's secrets; of two files the nearer one wins."""
    for folder in (Path.cwd(), Path.home()):
        try:
            told = tomllib.loads((folder / _SECRETS).read_text("utf-8"))
        except FileNotFoundError:
            continue
        except (OSError, ValueError) as error:
            raise SettingsError(f"{folder / _SECRETS} cannot be read: {error}.") from error
        if "auth" in told:
            section: dict[str, Any] = told["auth"]
            return section
    return None
