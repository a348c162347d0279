"""A disk that is full while papers are added: said in a sentence, and nothing is lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from made_papers import IDENTITY, chunks, paper, put

from rag.index.store import Store

# No file of this process may grow beyond the limit: to SQLite that is a disk without space.
_FILL = """
import resource, signal, sys
from pathlib import Path
from made_papers import IDENTITY, put
from rag.base.errors import LibraryError
from rag.index.store import Store

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with Store.open(Path(sys.argv[1]), identity=IDENTITY) as store, store.writer() as writer:
    resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
    for number in range(10_000):
        try:
            put(writer, number)
        except LibraryError as error:
            print(number, error)
            break
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits on files are those of POSIX")
def test_a_full_disk_keeps_every_acknowledged_paper(tmp_path: Path) -> None:
    folder, tests = tmp_path / "library", Path(__file__).parents[1]
    code = f"import sys; sys.path.insert(0, {str(tests)!r})\n{_FILL}"
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True
    )
    number, message = done.stdout.split(" ", 1)
    assert "disk" in message
    assert int(number) > 5
    with Store.open(folder, identity=IDENTITY) as store:
        assert store.get(f"p{n}" for n in range(10_000)) == {
            f"p{n}": paper(n) for n in range(int(number))
        }
        with store.writer() as writer:
            put(writer, int(number))
        last = chunks(paper(int(number)))[0]
        assert store.dense_search(last.vector, 1)[0][0] == last.chunk.id
        assert all(finding.ok for finding in store.check())
