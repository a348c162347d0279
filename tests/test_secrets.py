"""A key that is set is used for its endpoint and found nowhere else; unset, nobody is spoken to."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from model_server import MODEL, ModelServer

from rag import Settings
from rag.base.errors import RagError
from rag.cli import main
from rag.index import vectors
from rag.index.changes import VectorRows
from rag.ingest import confined
from rag.models.prompts import Message
from rag.models.remote import ChatModel

KEY = "sk-CANARY-7c41e9"
RERANK_KEY = "rk-CANARY-52ab08"
QUESTION = "How many cards does LOOM need?"


@pytest.fixture
def server() -> Iterator[ModelServer]:
    """A model that answers once, then refuses and repeats the key in its error."""
    with ModelServer("honest", "401", reply="LOOM needs 23 cards instead of 410 [E1].") as started:
        yield started


@pytest.fixture
def keyed(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder one is in, with one key in the environment and one in `.env`."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    monkeypatch.setenv("ASKPAPERS_MODEL", MODEL)
    rerank = "ASKPAPERS_RERANK_URL=http://127.0.0.1:1/rerank\nASKPAPERS_RERANK_KEY="
    Path(".env").write_text(f"{rerank}{RERANK_KEY}\n", "utf-8")
    return Path.cwd()


def commands(listing: Path, draft: Path) -> list[list[str]]:
    """Every command that ends by itself, some of which fail."""
    return [
        ["add", str(listing)],
        ["ask", QUESTION],
        ["ask", QUESTION, "--json"],
        ["ask", "What do bees say?"],
        ["compare", "Compare LOOM with the waggle dance of bees."],
        ["search", "cards"],
        ["cite", "LOOM"],
        ["cite", "LOOM", "--format", "ris", "--json"],
        ["check", str(draft), "--html", "out.html"],
        ["papers", "--json"],
        ["chats"],
        ["replay"],
        ["replay", "1"],
        ["doctor"],
        ["doctor", "--json"],
        ["backup", "all.zip"],
        ["restore", "all.zip", "--into", "again"],
        ["restore", "missing.zip", "--into", "nowhere"],
        ["remove", "nobody"],
        ["add", "missing.bib"],
    ]


@pytest.mark.slow
def test_keys_are_in_no_output_log_export_or_file(
    keyed: Path,
    server: ModelServer,
    history_file: Path,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    draft = keyed / "draft.md"
    draft.write_text("LOOM needs 23 cards instead of 410.", "utf-8")
    codes = [main([*command, "--debug"]) for command in commands(history_file, draft)]
    assert set(codes) == {0, 1}
    sent = [request.headers.get("authorization", "") for request in server.requests]
    assert f"Bearer {KEY}" in sent, "the key was never used: nothing is shown by this test"
    said = "".join([caplog.text, *capfd.readouterr()])
    assert len(said) > 5000
    assert "CANARY" not in said
    files = [path for path in keyed.rglob("*") if path.is_file() and path.name != ".env"]
    assert {"library.db", "out.html", "all.zip"} <= {path.name for path in files}
    assert [path.name for path in files if b"CANARY" in path.read_bytes()] == []


def test_keys_are_in_no_traceback_and_no_picture_of_the_objects(server: ModelServer) -> None:
    settings = Settings(
        _env_file=None, openai_api_key=KEY, openai_base_url=server.url, rerank_key=RERANK_KEY
    )
    model = ChatModel(server.url, KEY, MODEL, 5)
    shown = [repr(settings), str(settings), repr(model), str(vars(settings)), settings.model_dump()]
    shown.append(settings.model_dump_json())
    list(model.stream([Message("user", "once")]))  # the one that is answered
    with pytest.raises(RagError) as refused:
        list(model.stream([Message("user", "again")]))
    whole = traceback.TracebackException.from_exception(refused.value, capture_locals=False)
    shown += [*whole.format(), repr(refused.value), str(refused.value)]
    assert "CANARY" not in json.dumps(shown, default=str)


@pytest.mark.skipif(os.name != "posix", reason="a program that is a script of the shell")
def test_processes_that_open_foreign_bytes_get_no_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, python = tmp_path / "seen", tmp_path / "python"
    python.write_text(f'#!/bin/sh\nenv >> "{seen}"\nexec "{sys.executable}" "$@"\n', "utf-8")
    python.chmod(0o700)
    index = vectors.ChromaVectors(tmp_path / "chroma", create=True)
    index.replace((), VectorRows(("c",), ("p",), np.eye(1, 384, dtype=np.float32)))
    index.close()
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("SOME_OTHER_KEY", RERANK_KEY)
    monkeypatch.setattr(sys, "executable", str(python))
    assert vectors.probe(tmp_path / "chroma", 1, np.eye(1, 384, dtype=np.float32))
    assert confined.run(confined.Task("base64", "b64encode"), b"x") == b"eA=="
    assert seen.read_text("utf-8").count("PYTHONPATH=") == 2
    assert "CANARY" not in seen.read_text("utf-8")


# A process that notes every address that Python is asked for; chromadb's own code is Rust, but what
# it would tell others goes through Python.
_WATCHED = """
import sys
asked = []
def note(event, args):
    if event in {"socket.connect", "socket.sendto", "socket.bind"}:
        asked.append(args[1])
    elif event == "socket.getaddrinfo":
        asked.append(args[:2])
sys.addaudithook(note)
from rag.cli import main
for command in sys.argv[1].split(";"):
    main(command.split("|"))
print("ASKED", asked)
"""


@pytest.mark.slow
def test_without_an_endpoint_no_address_is_asked_for(history_file: Path) -> None:
    lines = [
        f"add|{history_file}",
        f"ask|{QUESTION}",
        "compare|Compare LOOM with the waggle dance of bees.",
        "search|cards",
        "cite|LOOM",
        "papers",
        "doctor",
        "backup|all.zip",
    ]
    done = subprocess.run(
        [sys.executable, "-c", _WATCHED, ";".join(lines)],
        capture_output=True,
        text=True,
        timeout=200,
        check=True,
    )
    assert "23 cards" in done.stdout
    assert done.stdout.splitlines()[-1] == "ASKED []"
