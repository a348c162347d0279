"""The process that the kill test kills: verifies the library it finds, then writes to it.

It first checks every paper against the file of acknowledgements and prints VERIFIED, then puts new
and known papers without end and prints `ACK number edition` after each. With MODE `chroma` it puts
a few papers at a time and lets Chroma be written, slowly and with a graph that goes to the disk
after every few rows, and prints CHROMA each time that begins; MADE, OPENED, SETTLING and CLEAN
tell what else happens to it. With MODE `once` it puts one paper,
leaves, lets the doctor look and prints SOUND.
"""

from __future__ import annotations

import itertools
import os
import random
import time
import traceback
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

from made_papers import IDENTITY, chunks, own_word, paper, put

from rag.base.types import Paper
from rag.index import vectors
from rag.index import writer as writer_module
from rag.index.changes import VectorRows
from rag.index.dense import DenseSearch
from rag.index.owned import OwnedChroma
from rag.index.states import CacheState
from rag.index.store import Store

CHROMA_PUTS = 6


def live(heard: Connection, folder: Path, acked: Path, seed: int, mode: str) -> None:
    """Work until the end or the kill; `heard` gets what is printed, the last of it an error."""
    os.dup2(heard.fileno(), 1)
    code = 1
    try:
        _live(folder, acked, seed, mode)
        code = 0
    except BaseException:  # noqa: BLE001  whoever started this is told, whatever it is
        _say(traceback.format_exc())
    finally:
        os._exit(code)


def _live(folder: Path, acked: Path, seed: int, mode: str) -> None:
    _make_harsh()
    _announce_chroma()
    if mode == "puts":
        DenseSearch.sync = lambda self: None  # type: ignore[method-assign]
    with Store.open(folder, identity=IDENTITY) as store:
        known = _verify(store, _acknowledged(acked))
        _say(f"VERIFIED {len(known)}")
        work = _work(random.Random(seed), known)
        if mode == "once":
            _write(store, itertools.islice(work, 1))
            assert all(finding.ok for finding in store.check()), store.check()
            store.warm()
            _verify(store, {})
            _say("SOUND")
        elif mode == "puts":
            _write(store, work)
        else:
            while True:
                _write(store, itertools.islice(work, CHROMA_PUTS))


def _make_harsh() -> None:
    """Widen the moments in which a kill can do harm."""
    writer_module._SYNC_EVERY_S = 0.1
    vectors._ROWS_PER_CALL = 10
    vectors._GRAPH |= {"sync_threshold": 12, "batch_size": 5}
    real_replace = vectors.ChromaVectors.replace

    def announced_replace(
        self: vectors.ChromaVectors, stale: frozenset[str], rows: VectorRows
    ) -> None:
        _say("CHROMA")
        real_replace(self, stale, rows)
        time.sleep(0.05)  # written, but not yet marked clean

    vectors.ChromaVectors.replace = announced_replace  # type: ignore[method-assign]


def _announce_chroma() -> None:
    """Say when Chroma is opened or made, and when its state is about to be and has been settled."""
    real_init, real_settle = vectors.ChromaVectors.__init__, OwnedChroma._settle

    def announced_init(self: vectors.ChromaVectors, folder: Path, *, create: bool = False) -> None:
        _say("MADE" if create else "OPENED")
        real_init(self, folder, create=create)

    def announced_settle(self: OwnedChroma, state: CacheState, folder: Path) -> CacheState:
        _say("SETTLING")
        settled = real_settle(self, state, folder)
        _say("CLEAN")
        return settled

    vectors.ChromaVectors.__init__ = announced_init  # type: ignore[method-assign]
    OwnedChroma._settle = announced_settle  # type: ignore[method-assign]


def _work(chance: random.Random, known: dict[int, int]) -> Iterator[tuple[int, int]]:
    """(number, edition) of new papers and, every third time, of a known one in a new edition."""
    known = dict(known)
    while True:
        if known and chance.random() < 1 / 3:
            number = chance.choice(sorted(known))
        else:
            number = max(known, default=0) + 1
        known[number] = known.get(number, -1) + 1
        yield number, known[number]


def _write(store: Store, work: Iterator[tuple[int, int]]) -> None:
    with store.writer() as writer:
        for number, edition in work:
            put(writer, number, edition=edition)
            _say(f"ACK {number} {edition}")


def _acknowledged(path: Path) -> dict[int, int]:
    lines = path.read_text().splitlines() if path.exists() else []
    pairs = (tuple(map(int, line.split())) for line in lines)
    return {number: edition for number, edition in pairs}  # noqa: C416 - the last edition counts


def _verify(store: Store, acknowledged: dict[int, int]) -> dict[int, int]:
    """Check that all acknowledged papers are there and that all are whole: {number: edition}."""
    found: dict[int, int] = {}
    for one in store.papers():
        number = int(one.id.removeprefix("p"))
        assert number not in found, f"{one.id} stands there twice"
        found[number] = int(one.title.rsplit(" ", 1)[1])
        _verify_paper(store, one, number, found[number])
    assert len(found) == store.paper_count()
    for number, edition in acknowledged.items():
        assert found.get(number, -1) >= edition, f"p{number} was acknowledged at {edition}: {found}"
    return found


def _verify_paper(store: Store, found: Paper, number: int, edition: int) -> None:
    made = paper(number, edition)
    assert found == made, f"{found} is not whole"
    expected = chunks(made)
    ids = [item.chunk.id for item in expected]
    assert list(store.chunks([*ids, f"{made.id}:{len(ids)}"]).values()) == [
        item.chunk for item in expected
    ]
    spans, _ = store.sentence_vectors([made.id])[made.id]
    assert spans == tuple(span for item in expected for span in item.sentence_spans)
    for item in expected:
        [(chunk_id, cosine)] = store.dense_search(item.vector, 1)
        assert (chunk_id, cosine > 0.999) == (item.chunk.id, True)
    hits = store.keyword_search([own_word(number, edition)], 5)
    assert [paper_id for paper_id, _ in hits] == [made.id], f"{made.id} not found by its word"


def _say(line: str) -> None:
    os.write(1, f"{line}\n".encode())  # whole, or not there
