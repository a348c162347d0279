"""What every test gets: no network but loopback, an empty environment, its own data folder."""

from __future__ import annotations

import fcntl
import functools
import gc
import importlib.util
import ipaddress
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from postgres_server import PostgresServer, programs

from rag.assistant import Assistant
from rag.base.settings import Settings
from rag.models.embed import MiniLM
from rag.models.onnx import open_session

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what this machine cannot run, and say so; a CI without a browser is an error."""
    if item.get_closest_marker("seeds") and not SHARED.is_dir():
        pytest.skip("needs the folder `shared` beside the project")
    if item.get_closest_marker("browser") and not _has_browser():
        missing = "needs Debian's chromium and the package playwright"
        if os.environ.get("CI"):
            pytest.fail(missing, pytrace=False)
        pytest.skip(missing)


def _has_browser() -> bool:
    return CHROMIUM is not None and importlib.util.find_spec("playwright") is not None


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with seeds and evaluation sets, which is not part of the project."""
    if not SHARED.is_dir():
        pytest.skip("needs the folder `shared` beside the project")
    return SHARED


@pytest.fixture(scope="session")
def seeds(shared: Path) -> Path:
    """The folder of seed listings."""
    return shared / "seeds"


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser; tests that use it are marked `browser`."""
    assert CHROMIUM is not None
    return CHROMIUM


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server of the tests, without any library; where there is none, a skip says so.

    Whoever kills it starts it again.
    """
    missing = "needs Debian's postgresql and the package psycopg"
    if programs() is None or importlib.util.find_spec("psycopg") is None:
        if os.environ.get("CI"):
            pytest.fail(missing, pytrace=False)
        pytest.skip(missing)
    with PostgresServer() as started:
        yield started


@pytest.fixture(autouse=True, scope="module")
def nothing_left_behind() -> Iterator[None]:
    """What a module's tests have dropped is freed here, not at any moment of a later module's.

    A finalizer can wait for a thread or a process, and should do so under its own name. What still
    lives then is looked at no more, which keeps all later collections short.
    """
    yield
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting, key or library of the person who runs the tests reaches a test."""
    for field in Settings.model_fields.values():
        monkeypatch.delenv(str(field.validation_alias), raising=False)
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.chdir(folder)  # a `.env` in the project's root stays unread
    monkeypatch.setenv("XDG_DATA_HOME", str(folder / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))  # for programs that a test starts


@pytest.fixture(autouse=True)
def network_ban(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Fail a test that reaches for anything but this machine, even if the error was caught."""
    attempts: list[str] = []

    def forbid(target: object) -> None:
        attempts.append(str(target))
        raise OSError(f"the tests have no network: {target}")

    def guard(name: str) -> None:
        real = getattr(socket.socket, name)

        def guarded(self: socket.socket, *args: Any) -> Any:
            address = args[-1]
            if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_local(address[0]):
                forbid(address)
            return real(self, *args)

        monkeypatch.setattr(socket.socket, name, guarded)

    for name in ("connect", "connect_ex", "sendto"):
        guard(name)
    real_lookup = socket.getaddrinfo

    def lookup(host: Any, *args: Any, **kwargs: Any) -> Any:
        if not _is_local(host):
            forbid(host)
        return real_lookup(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    yield attempts
    assert not attempts, f"reached for the network: {attempts}"


def _is_local(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in {None, "", "localhost"}:
        return True
    try:
        address = ipaddress.ip_address(str(name))
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="session")
def embedder() -> MiniLM:
    """The real embedding model, loaded once."""
    return MiniLM()


@pytest.fixture(scope="session")
def history_file() -> Path:
    """Records of a small library: titles of our own, authors out of the history of science."""
    return DATA / "history.jsonl"


@pytest.fixture(scope="session")
def history_library(
    history_file: Path, tmp_path_factory: pytest.TempPathFactory, without_settings: None
) -> Path:
    """The small library; copy it before it is opened, for even a question is written down."""
    return _made_once("history", lambda made: made.add(history_file), tmp_path_factory)


@pytest.fixture(scope="session")
def sample_library(tmp_path_factory: pytest.TempPathFactory, without_settings: None) -> Path:
    """The sample library; copy it before it is opened, for even a question is written down."""
    return _made_once("sample", lambda made: made.add_sample(), tmp_path_factory)


@pytest.fixture(scope="session")
def history(history_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """The small library, opened; only for tests that do not change it."""
    yield from _opened(history_library, tmp_path_factory.mktemp("history"))


@pytest.fixture(scope="session")
def sample(sample_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """The sample library, opened; only for tests that do not change it."""
    yield from _opened(sample_library, tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="session", autouse=True)
def networks_are_loaded_once() -> Iterator[None]:
    """Libraries that tests open one after another run the same packaged networks."""
    opened = functools.cache(open_session)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rag.models.embed.open_session", opened)
        patch.setattr("rag.models.reader.open_session", opened)
        yield


@pytest.fixture(scope="session")
def without_settings() -> Iterator[None]:
    """What `own_environment` does for each test, for fixtures that live longer than one."""
    with pytest.MonkeyPatch.context() as patch:
        for field in Settings.model_fields.values():
            patch.delenv(str(field.validation_alias), raising=False)
        yield


def _made_once(
    name: str, fill: Callable[[Assistant], object], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A library that the first of the processes that run tests makes, for all of them."""
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent
    library = root / f"{name}-library"
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not library.exists():
            folder = tmp_path_factory.mktemp(name) / "library"
            with Assistant.open(settings=Settings(_env_file=None, library=folder)) as assistant:
                fill(assistant)
            folder.rename(library)
    return library


def _opened(library: Path, folder: Path) -> Iterator[Assistant]:
    own = shutil.copytree(library, folder / "library")
    with Assistant.open(settings=Settings(_env_file=None, library=own)) as assistant:
        yield assistant
