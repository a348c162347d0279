"""What the screens cost: interactions without a model, the first paint, many conversations at once.

    python -m tests.benchmarks.screens LIBRARY [--conversations 20] [--paint] [--json FILE]

LIBRARY is copied before it is used; `speed --keep DIR` makes libraries of any size. Interactions
are runs of the page as Streamlit makes them, in CPU time of the whole process, which holds on a
busy machine. The first paint and conversations are wall time and are told beside what they are
compared with: a page that is empty, and one conversation alone.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "browser"), str(ROOT / "tests")]

import model_server  # noqa: E402  the paths stand above

from rag import Assistant, Settings  # noqa: E402  the paths stand above
from rag.answer.records import short_title  # noqa: E402  the paths stand above
from rag.web.conversation import Conversation, Exchange  # noqa: E402  the paths stand above

_PATIENCE_MS = 180_000
_PICTURES = ("time", "people", "meaning")
_SHORT = 60  # letters by which a text is told apart
Figures = dict[str, Any]


def main() -> None:
    """Measure, print a line for each figure, and keep them where asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("library", type=Path)
    parser.add_argument("--conversations", type=int, default=0)
    parser.add_argument("--paint", action="store_true")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "library"
        shutil.copytree(given.library, folder)
        if given.conversations:
            figures = conversations(folder, given.conversations)
        elif given.paint:
            figures = first_paint(folder, Path(scratch))
        else:
            figures = interactions(folder, given.rounds)
    for what, figure in figures.items():
        sys.stdout.write(f"{what:38} {figure}\n")
    if given.json:
        given.json.write_text(json.dumps(figures, indent=2), "utf-8")


def worst(values: list[float]) -> float:
    """The 95th percentile; of few values the largest."""
    return sorted(values)[min(len(values) - 1, int(0.95 * len(values)))]


# --- interactions ----------------------------------------------------------------------------


def interactions(folder: Path, rounds: int) -> Figures:
    """CPU milliseconds of each kind of interaction on a warm library, and of all of them."""
    from streamlit.testing.v1 import AppTest

    os.environ["ASKPAPERS_LIBRARY"] = str(folder)
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=900)
    first = _cpu(at.run)
    at.query_params["screen"] = "library"
    opened = _cpu(at.run)
    for thread in threading.enumerate():
        if thread.name == "warm":
            thread.join()
    figures: dict[str, list[float]] = {}
    for number in range(rounds):
        for what, act in _acts(at, number):
            figures.setdefault(what, []).append(1000 * _cpu(act))
            assert not at.exception, what
    for picture in _PICTURES:
        drawn = f"picture: {picture}, first after a change"
        figures[drawn] = [1000 * _cpu(act) for act in _first_drawing(at, picture)]
    every = [value for values in figures.values() for value in values]
    told: Figures = {what: f"{worst(values):.0f} ms" for what, values in figures.items()}
    started = {"first run of the process": f"{1000 * first:.0f} ms"}
    started["library for the first time"] = f"{1000 * opened:.0f} ms"
    return started | told | {"all, p95": f"{worst(every):.0f} ms"}


def _acts(at: Any, number: int) -> Iterator[tuple[str, Callable[[], object]]]:
    def go(**parameters: str) -> Callable[[], object]:
        def going() -> object:
            at.query_params.clear()
            for key, value in parameters.items():
                at.query_params[key] = value
            return at.run()

        return going

    yield "library", go(screen="library")
    word = ("model", "learning", "data", "graph")[number % 4]
    yield "words looked for", at.text_input(key="library-words").set_value(word).run
    yield "order", at.selectbox(key="library-order").set_value("title").run
    yield "order", at.selectbox(key="library-order").set_value("newest").run
    yield "a paper ticked", at.checkbox[number].check().run
    yield "a paper unticked", at.checkbox[number].uncheck().run
    yield "words cleared", at.text_input(key="library-words").set_value("").run
    yield "a paper's page", at.button(key=f"open-{number}").click().run
    yield "back", go(screen="library")
    at.session_state["library-view"] = "pictures"
    for picture in _PICTURES:
        at.session_state["library-picture"] = picture
        yield f"picture: {picture}", at.run
    at.session_state["library-view"] = "papers"
    yield "settings", go(screen="settings")
    yield "compare", go(screen="compare")
    yield "ask", go()


def _first_drawing(at: Any, picture: str) -> Iterator[Callable[[], object]]:
    """A picture when nothing of it is known, of a library that is."""
    from rag.web import session

    opened = session.opened()
    opened.shelf().drawings.clear()
    opened._plane = None
    at.query_params["screen"] = "library"
    at.session_state["library-view"] = "pictures"
    at.session_state["library-picture"] = picture
    yield at.run


def _cpu(act: Callable[[], object]) -> float:
    start = time.process_time()
    act()
    return time.process_time() - start


# --- first paint -----------------------------------------------------------------------------


def first_paint(folder: Path, scratch: Path) -> Figures:
    """Seconds from asking for the page to its heading, and of a page that only has a heading."""
    from driving import browsing, serving

    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("Chromium is not installed.")
    (scratch / "empty").mkdir()
    with (
        serving(folder, scratch) as full,
        serving(scratch / "empty" / "library", scratch / "empty") as empty,
        browsing(chromium) as browser,
    ):
        times: dict[str, list[float]] = {"full": [], "empty": []}
        for _ in range(6):
            for name, address in (("full", full), ("empty", empty)):
                page = browser.new_context().new_page()
                page.set_default_timeout(_PATIENCE_MS)
                start = time.monotonic()
                page.goto(address)
                page.locator("h1").first.wait_for()
                times[name].append(time.monotonic() - start)
                page.context.close()
    told: Figures = {f"{name}, first": f"{values[0]:.2f} s" for name, values in times.items()}
    for name, values in times.items():
        told[f"{name}, then median"] = f"{statistics.median(values[1:]):.2f} s"
    return told


# --- many conversations ----------------------------------------------------------------------


def conversations(folder: Path, count: int) -> Figures:
    """One conversation at a time, then all at once, each with a reply of its own evidence."""
    questions: list[str] = []

    with model_server.ModelServer("paced", reply=own_words) as model:
        settings = Settings(library=folder, openai_base_url=model.url, model="scripted")
        with Assistant.open(folder, settings) as assistant:
            for paper, _ in zip(assistant.papers(), range(count), strict=False):
                questions.append(f"What does {short_title(paper)} show?")
            assistant.warm()
            alone = [_run(assistant, [question])[0] for question in questions[:5]]
            together = _run(assistant, questions)
    one, all_ = (worst([s.evidence_s for s in seen]) for seen in (alone, together))
    return {
        "conversations": len(together),
        "errors": sum(1 for seen in together if seen.exchange.error),
        "without an answer": sum(1 for seen in together if seen.exchange.answer is None),
        "mixed texts": sum(1 for seen in together if seen.is_mixed),
        "written by the model": sum(1 for s in together if s.exchange.draft),
        "first evidence of one, p95": f"{one:.2f} s",
        "first evidence of all, p95": f"{all_:.2f} s",
        "ratio": f"{all_ / one:.1f}",
    }


class _Seen:
    """One question and how long it took until its evidence was there."""

    def __init__(self, question: str) -> None:
        self.exchange = Exchange(question)
        self.evidence_s = float("nan")

    @property
    def is_mixed(self) -> bool:
        """True where a text is not of what was found for its own question."""
        held = " ".join(e.paper.text for e in self.exchange.evidence)
        answer = self.exchange.answer
        asked = answer.question if answer else self.exchange.question
        return self.exchange.draft[:_SHORT] not in held or asked != self.exchange.question


def _run(assistant: Assistant, questions: list[str]) -> list[_Seen]:
    seen = [_Seen(question) for question in questions]
    threads = [threading.Thread(target=_follow, args=(assistant, one)) for one in seen]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return seen


def _follow(assistant: Assistant, seen: _Seen) -> None:
    talk = Conversation([seen.exchange])
    start = time.monotonic()
    talk.ask(assistant, seen.exchange)
    while seen.exchange.asking is not None and not seen.exchange.asking.wait(0.02):
        if seen.exchange.evidence and seen.evidence_s != seen.evidence_s:
            seen.evidence_s = time.monotonic() - start
    if seen.evidence_s != seen.evidence_s:
        seen.evidence_s = time.monotonic() - start


def own_words(body: dict[str, Any]) -> str:
    """A reply that repeats the first words that the prompt quotes."""
    quoted = re.search(r"“([^“”]+)”", body["messages"][-1]["content"])
    return f"{quoted[1] if quoted else ''} [E1]"


if __name__ == "__main__":
    main()
