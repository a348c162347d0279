"""Hours of faults by chance: kills, damaged indexes, failing models; nothing is lost or hangs.

    python -m tests.nightly.faults [MINUTES] [--seed N]

Goes on for MINUTES (120) and prints how often each fault was done and what was violated.
"""

from __future__ import annotations

import argparse
import collections
import random
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parents[n] / name) for n, name in ((1, ""), (1, "crash"))]

import damages
import life
from model_server import MODES, ModelServer
from test_kill_stages import BEFORE, STAGES

from rag import Assistant, Settings
from rag.models.call import Limits
from rag.models.remote import ChatModel

HISTORY = Path(__file__).parents[1] / "data" / "history.jsonl"
QUESTION, QUOTED = "How many cards does LOOM need?", "23 cards"
REPLY = "LOOM needs 23 cards instead of 410 [E1]."
QUICK = Limits(connect_s=2.0, first_token_s=0.6, stall_s=0.6, retry_wait_s=2.5)
MODEL_S, BOUND_S = 2.0, 30.0  # what a model may take, and all of an answer on a busy machine


class Faults:
    """What the faults are done to: lives in one folder, a library to damage, one to ask."""

    def __init__(self, place: Path, chance: random.Random) -> None:
        self._place, self._chance = place, chance
        self._lived, self._sound = place / "lived", place / "sound"
        problem = damages.in_child(partial(damages.make, self._sound))
        assert not problem, problem
        self._span_s = life.lasting(place / "measured")
        self._damages = list(damages.damages())
        self.asked = Assistant.open(settings=Settings(_env_file=None, library=place / "asked"))
        self.asked.add(HISTORY)

    def kill(self) -> str:
        """A kill at any instant of a life."""
        acked = life.killed_life(self._lived, after_s=self._chance.uniform(0, self._span_s))
        life.verify(self._lived, acked)
        return "kill at an instant"

    def kill_at_a_stage(self) -> str:
        """A kill before or after a function; a life that went before may have left it no work."""
        stages = [*((stage, "after") for stage in STAGES), *((stage, "before") for stage in BEFORE)]
        life.verify(self._lived, life.killed_life(self._lived, at=self._chance.choice(stages)))
        return "kill at a stage"

    def complete(self) -> str:
        """A life that nobody kills, and a new folder for the next one."""
        life.complete(self._lived)
        shutil.rmtree(self._lived)
        return "life to its end"

    def damage(self) -> str:
        """Damage to a file of an index."""
        copy = Path(shutil.copytree(self._sound, self._place / "damaged"))
        name, damage = self._chance.choice(self._damages)
        try:
            problem = damages.survives(copy, damage)
            assert not problem, f"{name}: {problem}"
        finally:
            shutil.rmtree(copy)
        return "damaged index"

    def model(self) -> str:
        """A model that fails in one way, or does not: the words are there, in time."""
        mode = self._chance.choice(sorted(MODES))
        with ModelServer(mode, reply=REPLY) as server:
            model = ChatModel(server.url, "sk-CANARY", "scripted", MODEL_S, limits=QUICK)
            self.asked._parts.__dict__["model"] = model
            started = time.monotonic()
            answer = self.asked.ask(QUESTION)
        assert QUOTED in answer.text, f"{mode}: {answer.text} {answer.notice}"
        assert time.monotonic() - started < BOUND_S, f"{mode} took too long"
        assert "CANARY" not in str(answer.to_dict()), mode
        return "failing model"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("minutes", type=float, nargs="?", default=120.0)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    chance = random.Random(args.seed)
    life.without_chroma()
    with tempfile.TemporaryDirectory() as place:
        faults = Faults(Path(place), chance)
        kinds = [faults.kill, faults.kill, faults.kill_at_a_stage, faults.damage, faults.model]
        kinds.append(faults.complete)
        violations = _go_on(kinds, chance, until=time.monotonic() + 60 * args.minutes)
        faults.asked.close()
    return 1 if violations else 0


def _go_on(kinds: list[Callable[[], str]], chance: random.Random, *, until: float) -> int:
    done, violations = collections.Counter[str](), 0
    while time.monotonic() < until:
        try:
            done[chance.choice(kinds)()] += 1
        except Exception:  # noqa: BLE001  one violation does not hide the next
            violations += 1
            sys.stdout.write(traceback.format_exc())
    told = ", ".join(f"{name}: {count}" for name, count in sorted(done.items()))
    sys.stdout.write(f"{told}; {violations} violations\n")
    return violations


if __name__ == "__main__":
    sys.exit(main())
