"""The chat's server: finds the app, starts Streamlit, says when it answers.

It listens on loopback, and beyond only where people sign in. The configuration travels as flags,
which win over every file on the machine, so that a library is never offered to other hosts by a
stray setting.
"""

from __future__ import annotations

import importlib
import os
import runpy
import socket
import sys
import threading
import time
import tomllib
import urllib.request
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from rag.base.errors import RagError, SettingsError
from rag.base.settings import load_settings
from rag.web.signin import called_by, require_safe

_HOST = "127.0.0.1"
_DEFAULT_PORT = 8501
_PORTS_TRIED = 20
# They would take over the terminal that the server was started in.
_TEXT_BROWSERS = frozenset({"www-browser", "links", "elinks", "lynx", "w3m"})


def serve(
    library: Path,
    *,
    port: int | None = None,
    host: str = _HOST,
    names: Sequence[str] = (),
    opens_browser: bool = False,
    on_ready: Callable[[str], None],
) -> None:
    """Serve the chat over this library, until the process is stopped.

    Beyond this machine it is served only where people sign in; `names` are those by which other
    machines call it. `on_ready` is given the address once the server answers. Without `port`, 8501
    or the next free one is taken.

    Raises:
        SettingsError: the installation is incomplete, or nobody would have to sign in.
        RagError: the port is taken.
    """
    require_safe(host, names, load_settings(library=library))
    app = _installed_file("_app.py", "../app.py")
    config = _installed_file("_streamlit.toml", "../.streamlit/config.toml")
    importlib.import_module("rag.assistant")  # a second of loading that no page shall wait for
    port = _free_port(port, host)
    # The app runs in threads of this process and reads its settings by itself.
    os.environ["ASKPAPERS_LIBRARY"] = str(library.resolve())
    threading.Thread(
        target=_announce,
        args=(f"http://{called_by(host)}:{port}", opens_browser, on_ready),
        daemon=True,
    ).start()
    sys.argv = ["streamlit", "run", str(app), *streamlit_flags(config, port, host, names)]
    # In this process, so that stopping it stops the server: no child can be left behind.
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)


def streamlit_flags(
    config: Path, port: int, host: str = _HOST, names: Sequence[str] = ()
) -> list[str]:
    """A Streamlit configuration file as command-line flags, and what only this run knows."""
    flags = ["--server.address", host]
    for name in dict.fromkeys([*([host] if host != _HOST else []), *names]):
        flags += ["--server.allowedHosts", name]
    for key, value in _flat(tomllib.loads(config.read_text("utf-8"))):
        if key == "server.address":
            continue
        for item in value if isinstance(value, list) else [value]:
            flags += [f"--{key}", str(item).lower() if isinstance(item, bool) else str(item)]
    flags += ["--server.port", str(port), "--server.headless", "true"]
    return [*flags, "--server.fileWatcherType", "none", "--logger.hideWelcomeMessage", "true"]


def _installed_file(in_wheel: str, in_checkout: str) -> Path:
    package = Path(__file__).resolve().parents[1]
    for name in (in_wheel, in_checkout):
        if (package / name).is_file():
            return (package / name).resolve()
    raise SettingsError(f"{in_wheel} is missing beside {package.name}; install askpapers again.")


def _flat(table: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _free_port(wanted: int | None, host: str) -> int:
    ports = [wanted] if wanted else [*range(_DEFAULT_PORT, _DEFAULT_PORT + _PORTS_TRIED), 0]
    for port in ports:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            if os.name == "posix":  # a port that was closed a moment ago counts as free
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    if wanted is None:
        raise RagError(f"{host} is no address of this machine that can be listened on.")
    raise RagError(f"Port {wanted} cannot be used; choose another with --port, or leave it out.")


def _announce(address: str, opens_browser: bool, on_ready: Callable[[str], None]) -> None:
    # No proxy: the server is on this machine, whatever the environment says of other hosts.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while True:
        try:
            opener.open(f"{address}/_stcore/health", timeout=1).close()
            break
        except OSError:
            time.sleep(0.1)
    on_ready(address)
    if opens_browser:
        _open_browser(address)


def _open_browser(address: str) -> None:
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return  # none on this machine; the address has been said
    if getattr(browser, "name", "") not in _TEXT_BROWSERS:
        browser.open(address)
