"""A library in a folder that its reader cannot write to."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from made_papers import IDENTITY, paper, put, query_words
from test_kept_answers import answer

from rag.base.errors import LibraryError
from rag.index.store import Store

pytestmark = pytest.mark.usefixtures("without_chroma")
NOBODY = 65534


@contextmanager
def without_rights(folder: Path) -> Iterator[None]:
    """Nobody may write to the folder, as far as this block goes."""
    paths = [folder, *folder.rglob("*")]
    modes = [path.stat().st_mode for path in paths]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)
        for path, mode in zip(paths, modes, strict=True):
            if path.exists():
                path.chmod(mode)


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="needs rights as POSIX has them")
@pytest.mark.parametrize("is_open_elsewhere", [False, True])
@pytest.mark.parametrize("name", ["library", "my %20 p@pers?x=1#a:é"])
def test_a_library_that_cannot_be_written_to_is_read(name: str, is_open_elsewhere: bool) -> None:
    with tempfile.TemporaryDirectory() as place:  # pytest's own folders are closed to others
        Path(place).chmod(0o755)
        folder = Path(place) / name
        with Store.open(folder, identity=IDENTITY) as store, store.writer() as writer:
            put(writer, 1)
            store.keep_answer(answer(1), most=2)
        other = Store.open(folder, identity=IDENTITY)
        if is_open_elsewhere:
            assert other.paper_count() == 1
        else:
            other.close()
        with without_rights(folder), Store.open(folder, identity=IDENTITY) as store:
            assert store.get(["p1"])["p1"] == paper(1)
            assert store.keyword_search(query_words(1), 1)[0][0] == "p1"
            assert len(store.answers(2)) == 1
            with pytest.raises(LibraryError, match="readonly"):
                store.keep_answer(answer(1), most=2)
        other.close()
