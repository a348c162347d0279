"""A library whose writers are killed with SIGKILL, again and again, on the same folder."""

from __future__ import annotations

import multiprocessing
import random
import threading
import time
from pathlib import Path

import pytest
from apart import started
from library_child import live

_PUT_KILLS = 13
_CHROMA_KILLS = 8


class _Child:
    """A writing process; `lines` is what it has printed so far."""

    def __init__(self, folder: Path, acked: Path, seed: int, mode: str) -> None:
        self.lines: list[str] = []
        self._news = threading.Condition()
        self._hearing, telling = multiprocessing.Pipe(duplex=False)
        self._process = started(live, telling, folder, acked, seed, mode)
        telling.close()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def wait_for(self, word: str, times: int = 1) -> None:
        """Wait until a line begins with the word; an end before that is a failure."""

        def heard() -> bool:
            return sum(line.startswith(word) for line in self.lines) >= times

        with self._news:
            self._news.wait_for(lambda: heard() or self._ended(), timeout=120)
            found = heard()
        if not found:
            self._process.kill()
            self.end()
            pytest.fail(f"no {word} but {''.join(self.lines[-40:])}")

    def kill(self) -> list[str]:
        """SIGKILL; gives the acknowledgements as `number edition`."""
        assert self._process.is_alive(), "".join(self.lines[-40:])
        self._process.kill()
        return self.end()

    def end(self) -> list[str]:
        self._process.join()
        self._reader.join()
        whole = [line for line in self.lines if line.endswith("\n")]
        return [line.removeprefix("ACK ") for line in whole if line.startswith("ACK ")]

    def _read(self) -> None:
        with open(self._hearing.fileno(), closefd=False) as heard:
            for line in heard:
                with self._news:
                    self.lines.append(line)
                    self._news.notify_all()
        self._hearing.close()
        with self._news:
            self._news.notify_all()

    def last_of(self, *words: str) -> str | None:
        return next((line for line in reversed(self._words()) if line in words), None)

    def first_of(self, *words: str) -> str | None:
        return next((line for line in self._words() if line in words), None)

    def _words(self) -> list[str]:
        return [line.strip() for line in self.lines]

    def _ended(self) -> bool:
        return not self._process.is_alive()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_kill_loses_or_halves_an_acknowledged_paper(tmp_path: Path) -> None:
    folder, acked = tmp_path / "library", tmp_path / "acked"
    chance = random.Random(11)
    modes = ["puts"] * _PUT_KILLS + ["chroma"] * _CHROMA_KILLS
    chance.shuffle(modes)
    acknowledged, was_torn = 0, False
    for seed, mode in enumerate(modes):
        child = _Child(folder, acked, seed, mode)
        child.wait_for("VERIFIED")  # the child has checked what the kill before it left
        if mode == "chroma":
            child.wait_for("CHROMA", times=chance.choice([1, 2, 3]))
            time.sleep(chance.uniform(0, 0.12))
        else:
            child.wait_for("ACK")
            time.sleep(chance.uniform(0, 0.6))
        lines = child.kill()
        acknowledged += len(lines)
        if opened := child.first_of("MADE", "OPENED"):
            assert not (was_torn and opened == "OPENED"), "a Chroma torn by a kill was opened"
            was_torn = child.last_of("CHROMA", "SETTLING", "CLEAN") == "CHROMA"
        with acked.open("a") as file:
            file.writelines(lines)
    last = _Child(folder, acked, 99, "once")
    last.wait_for("SOUND")
    last.end()
    assert acknowledged > 3 * len(modes)
