"""A short life of a library, killed at a named stage or at any instant, and what must hold then.

Used by the tests with few kills, and by hand with many:

    python tests/crash/life.py [KILLS]

runs KILLS (200) kills at random instants in each of two modes: `fresh`, where every life begins
with an empty folder, and `repeated`, where the same folder is lived in again and again.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import random
import signal
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from apart import Say as Ack
from apart import apart
from made_papers import IDENTITY, chunks, own_word, paper, put

from rag.base.errors import LibraryError
from rag.base.types import Answer, Citation, Sentence
from rag.index.backup import back_up
from rag.index.chats import KeptChats
from rag.index.dense import DenseSearch
from rag.index.restore import restore
from rag.index.store import Store

Stage = tuple[str, str]  # a function as module:name, and before or after it
PAPERS = (1, 2, 3, 4)
FINAL = {"p1": 1, "p2": 0, "p4": 0}  # id → edition
BACKUP = "backup.zip"


def answer(*numbers: int) -> Answer:
    """An answer that quotes the first sentence of each paper."""
    quotes = [(made := paper(n), made.abstract[: made.abstract.index(".") + 1]) for n in numbers]
    return Answer(
        f"What of {numbers}?",
        "answered",
        "extractive",
        sentences=tuple(Sentence(q, (i,), "quoted") for i, (_, q) in enumerate(quotes, 1)),
        citations=tuple(Citation(i, p, q, 0, len(q)) for i, (p, q) in enumerate(quotes, 1)),
    )


def live(place: Path, ack: Ack) -> None:
    """Add, ask, talk, remove, undo, edit, back up, delete; each is acknowledged when it is done."""
    with Store.open(place / "library", identity=IDENTITY) as store:
        ack("opened")
        with store.writer() as writer:
            digest = writer.keep_original(b"the bytes of a listing")
            removed = {gone.paper_id for gone in store.removed()}
            for number in PAPERS:
                if f"p{number}" not in removed and not store.get([f"p{number}"]):
                    put(writer, number)
                ack(f"put p{number}")
            writer.log(action="add", origin="made.jsonl", sha256=digest, outcome="4 added")
        _talk(store)
        ack("talked")
        with store.writer() as writer:
            writer.remove("p2", undoable=True)
        ack("removed p2")
        with store.writer() as writer, contextlib.suppress(LibraryError):
            writer.restore("p2")  # refused when the life before this one has done it
        ack("back p2")
        with store.writer() as writer:
            put(writer, 1, edition=1)
        ack("edited p1")
        back_up(store, place / BACKUP)
        ack("backed up")
        with store.writer() as writer:
            writer.remove("p3")
        ack("deleted p3")
    ack("end")


def _talk(store: Store) -> None:
    chats = KeptChats(store)
    if not chats.list("what of"):
        kept = store.keep_answer(answer(1, 2), most=10)
        chats.append(chats.create().id, kept)


def killed_life(place: Path, at: Stage | None = None, after_s: float | None = None) -> list[str]:
    """Live in a process of its own; what it acknowledged until it was killed or had ended.

    It kills itself `at` a stage, or it is killed `after_s` seconds.
    """
    ended = apart(partial(_apart, place, at), kill_after_s=after_s)
    if ended.code not in {0, -signal.SIGKILL}:
        raise AssertionError(f"the life failed by itself: {ended}")
    return ended.said


def _apart(place: Path, at: Stage | None, ack: Ack) -> None:
    without_chroma()
    if at is not None:
        _make_deadly(*at)
    live(place, ack)


def without_chroma() -> None:
    """Chroma has a test of its own, with kills of its own."""
    DenseSearch.sync = lambda self: None  # type: ignore[method-assign]


def _make_deadly(stage: str, moment: str) -> None:
    """Have this process die before or after its first call of a function."""
    module, _, path = stage.partition(":")
    owner: Any = importlib.import_module(module)
    *parts, name = path.split(".")
    for part in parts:
        owner = getattr(owner, part)
    real = getattr(owner, name)

    def call(*args: Any, **kwargs: Any) -> Any:
        if moment == "after":
            real(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(60)

    setattr(owner, name, call)


def verify(place: Path, acked: list[str]) -> None:
    """All that must hold after a kill, however short the life was."""
    if not (place / "library" / "library.db").exists():
        assert "opened" not in acked
        return
    with Store.open(place / "library", identity=IDENTITY) as store:
        _verify_papers(store, acked)
        bad = [finding for finding in store.check() if not finding.ok]
        assert not bad, bad
        if "talked" in acked:
            (chat,) = KeptChats(store).list("what of")
            assert chat.turns == 1
    if "backed up" in acked or (place / BACKUP).exists():
        with tempfile.TemporaryDirectory() as other:
            assert restore(place / BACKUP, Path(other) / "library").papers >= 3


def _verify_papers(store: Store, acked: list[str]) -> None:
    found = {one.id: one for one in store.papers()}
    assert len(found) == store.paper_count() == len(list(store.papers()))
    may_be_away = {"p3"} if "backed up" in acked else set()
    removed = {gone.paper_id for gone in store.removed()}
    if "back p2" not in acked:  # removed in this life or in one before it, to be brought back
        may_be_away |= removed & {"p2"}
    for number in PAPERS:
        own_id = f"p{number}"
        if f"put {own_id}" in acked and own_id not in may_be_away:
            assert own_id in found, f"{own_id} is lost after {acked}"
        assert not (own_id in found and own_id in removed)
    for own_id, one in found.items():
        _verify_whole(store, int(own_id[1:]), int(one.title.rsplit(" ", 1)[1]))


def _verify_whole(store: Store, number: int, edition: int) -> None:
    made = paper(number, edition)
    found = store.get([made.id])[made.id]
    assert (found.title, found.abstract, found.authors) == (made.title, made.abstract, made.authors)
    expected = chunks(made)
    assert list(store.chunks([c.chunk.id for c in expected]).values()) == [
        c.chunk for c in expected
    ]
    for item in expected:
        assert store.dense_search(item.vector, 1)[0][0] == item.chunk.id
    assert store.keyword_search([own_word(number, edition)], 3)[0][0] == made.id


def complete(place: Path) -> None:
    """Live once more to the end: the outcome is that of a life that nobody killed."""
    done: list[str] = []
    live(place, done.append)
    assert done[-1] == "end"
    verify(place, ["opened", "talked", "backed up", "back p2"])
    with Store.open(place / "library", identity=IDENTITY) as store:
        assert {one.id: int(one.title.rsplit(" ", 1)[1]) for one in store.papers()} == FINAL
        assert store.removed() == []
        (chat,) = KeptChats(store).list("what of")
        said = KeptChats(store).get(chat.id)
        assert said
        assert [s.text for s in said.answers[0].sentences] == [
            s.text for s in answer(1, 2).sentences
        ]
    left = [path.name for path in place.rglob("*") if path.name.endswith((".part", ".new"))]
    assert not left
    assert {path.name for path in place.iterdir()} == {"library", BACKUP}


def lasting(place: Path) -> float:
    """Seconds that a whole life takes here."""
    killed_life(place / "first")  # which waits for the server of the processes
    started = time.perf_counter()
    killed_life(place / "second")
    return time.perf_counter() - started


def random_kills(place: Path, kills: int, *, repeated: bool, seed: int = 5) -> int:
    """Kill that many lives at random instants; how many of them had begun to write."""
    chance, begun = random.Random(seed), 0
    span = lasting(place / "measured")
    for i in range(kills):
        own = place / ("repeated" if repeated else f"fresh-{i}")
        acked = killed_life(own, after_s=chance.uniform(0, span))
        verify(own, acked)
        begun += len(acked) > 1
        if repeated and chance.random() < 0.2 and (own / "library").exists():
            complete(own)
            own.rename(place / f"done-{i}")
        elif not repeated and i % 4 == 0:  # to go on is tried on some; what is left, on all
            complete(own)
    return begun


def main() -> None:
    """Many kills in both modes; prints what came of them."""
    without_chroma()
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    for repeated in (False, True):
        with tempfile.TemporaryDirectory() as place:
            begun = random_kills(Path(place), kills, repeated=repeated)
        mode = "repeated" if repeated else "fresh"
        sys.stdout.write(f"{mode}: {kills} kills, {begun} after the first write, 0 violations\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
