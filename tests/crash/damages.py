"""Damage to files of a library, and what must come of it: nothing is lost, nothing crashes.

    python tests/crash/damages.py [NAME...]

does all 24, or those whose names have one of these words, each on a copy of one library, opened in
a process of its own.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

import apart as processes
from apart import Say, apart
from made_papers import IDENTITY, chunks, own_word, paper, put

from rag.index import vectors
from rag.index.store import Store

PAPERS = 30
BOUND_S = 600.0  # for one, by hand, on a machine that may be busy with other things
_GRAPH = ("header.bin", "data_level0.bin", "length.bin", "link_lists.bin", "index_metadata.pickle")
Damage = Callable[[Path], None]


def make(folder: Path, _: Say) -> None:
    """A library whose Chroma has all its files on the disk."""
    vectors._GRAPH |= {"sync_threshold": 12, "batch_size": 5}
    with Store.open(folder, identity=IDENTITY) as store:
        with store.writer() as writer:
            put(writer, *range(PAPERS))
        store.warm()


def damages() -> Iterator[tuple[str, Damage]]:
    """Names of damages, and what does them to a library."""
    ways = {"cut to nothing": _empty, "halved": _halve, "begun with garbage": _garbage}
    for way, damage in ways.items():
        yield f"chroma.sqlite3 {way}", _to("chroma.sqlite3", damage)
    for name in _GRAPH:
        for way, damage in {"deleted": Path.unlink, "halved": _halve, "begun": _garbage}.items():
            yield f"{name} {way}", _to(name, damage)
    yield "the graph deleted", lambda library: shutil.rmtree(_find(library, _GRAPH[0]).parent)
    yield (
        "all of Chroma deleted",
        lambda library: shutil.rmtree(next(library.glob("index-*/chroma"))),
    )
    yield (
        "link lists that are endless",
        lambda library: os.truncate(_find(library, "link_lists.bin"), 1 << 40),
    )
    yield "the keyword index halved", _keyword_halved
    yield (
        "the keyword index deleted",
        lambda library: shutil.rmtree(next(library.glob("index-*/keyword"))),
    )
    yield "all indexes deleted", _all_indexes


def _to(name: str, damage: Damage) -> Damage:
    return lambda library: damage(_find(library, name))


def _find(library: Path, name: str) -> Path:
    return next(library.glob(f"index-*/chroma/**/{name}"))


def _empty(path: Path) -> None:
    os.truncate(path, 0)


def _halve(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _garbage(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"\xde\xad" * 32)


def _keyword_halved(library: Path) -> None:
    for path in library.glob("index-*/keyword/*"):
        _halve(path)


def _all_indexes(library: Path) -> None:
    for path in library.glob("index-*"):
        shutil.rmtree(path)


def survives(library: Path, damage: Damage) -> str:
    """What came of a damage: "" when everything is found again and the doctor is content."""
    damage(library)
    return in_child(partial(_look, library))


def in_child(work: Callable[[Say], None]) -> str:
    """Do something in a process of its own: "" when it went well, else what happened."""
    ended = apart(work)
    died = f" and died of signal {-ended.code}" if ended.code < 0 else ""
    return " ".join(ended.said) + died


def _look(library: Path, _: Say) -> None:
    with Store.open(library, identity=IDENTITY) as store:
        _find_all(store)  # as it is found
        store.warm()
        _find_all(store)  # and with Chroma
        bad = [finding for finding in store.check() if not finding.ok]
        assert not bad, bad


def _find_all(store: Store) -> None:
    assert store.paper_count() == PAPERS
    for number in range(PAPERS):
        item = chunks(paper(number))[0]
        assert store.dense_search(item.vector, 1)[0][0] == item.chunk.id, number
        assert store.keyword_search([own_word(number)], 1)[0][0] == f"p{number}", number


def main() -> int:
    """The damages, one after the other; prints what came of each."""
    failed = 0
    processes.BOUND_S = BOUND_S
    wished = [item for item in damages() if any(word in item[0] for word in sys.argv[1:] or [""])]
    with tempfile.TemporaryDirectory() as place:
        base = Path(place) / "base"
        problem = in_child(partial(make, base))  # this process never has Chroma open
        assert not problem, problem
        for i, (name, damage) in enumerate(wished):
            copy = Path(shutil.copytree(base, Path(place) / str(i)))
            problem = survives(copy, damage)
            failed += bool(problem)
            sys.stdout.write(f"{name}: {problem or 'found, mended, nothing lost'}\n")
            sys.stdout.flush()
            shutil.rmtree(copy)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
