"""Many tabs of the app at once: how long each waits for its first evidence, and what it is sent.

    python -m tests.benchmarks.tabs LIBRARY [--tabs 20] [--json FILE]

A server over a copy of LIBRARY, a scripted model of 20 pieces a second, and tabs that speak to the
server as a browser's script does, without drawing. The same questions are asked first in one tab
after another and then, in other words, in all at once; the two are compared. Time is counted from
the question being sent to the first card of evidence having come.
"""

from __future__ import annotations

import argparse
import html
import itertools
import json
import re
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "browser"), str(ROOT / "tests")]

import model_server  # noqa: E402  the paths stand above
from driving import serving  # noqa: E402  the paths stand above

from rag import Assistant, Settings  # noqa: E402  the paths stand above
from rag.answer.records import short_title  # noqa: E402  the paths stand above
from tests.benchmarks import screens  # noqa: E402  the paths stand above

_PATIENCE_S = 180.0
_WARM_S = 15.0  # what a server loads in the background is waited for
_SHORT = 40  # letters by which a text is told apart
_TAG = re.compile(r"<[^>]+>")


def main() -> None:
    """Measure, print a line for each figure, and keep them where asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("library", type=Path)
    parser.add_argument("--tabs", type=int, default=20)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "library"
        shutil.copytree(given.library, folder)
        figures = measured(folder, Path(scratch), given.tabs)
    for what, figure in figures.items():
        sys.stdout.write(f"{what:38} {figure}\n")
    if given.json:
        given.json.write_text(json.dumps(figures, indent=2), "utf-8")


def measured(folder: Path, scratch: Path, count: int) -> screens.Figures:
    """The figures of so many tabs over a library."""
    papers = _papers(folder, count + 2)
    with (
        model_server.ModelServer("paced", reply=screens.own_words) as model,
        serving(
            folder,
            scratch,
            OPENAI_BASE_URL=model.url,
            ASKPAPERS_MODEL="scripted",
            ASKPAPERS_TELEMETRY="false",
        ) as address,
    ):
        tabs = [Tab(address) for _ in range(count)]
        time.sleep(_WARM_S)
        for title in papers[count:]:  # what only the first questions of a process pay
            Tab(address).ask(f"What does {title} show?")
        for tab, title in zip(tabs, papers, strict=False):
            tab.ask(f"What does {title} show?")
        alone = [tab.seen for tab in tabs]
        threads = [
            threading.Thread(target=tab.ask, args=(f"What does {title} report?",))
            for tab, title in zip(tabs, papers, strict=False)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return _told(alone, [tab.seen for tab in tabs])


def _papers(folder: Path, count: int) -> list[str]:
    with Assistant.open(folder, Settings(library=folder)) as assistant:
        return [short_title(p) for p in itertools.islice(assistant.papers(), count)]


@dataclass
class Seen:
    """What one question brought to a tab; times in seconds from its being sent."""

    question: str
    evidence_s: float | None = None
    settled_s: float = 0.0
    cards: str = ""  # words of the evidence
    draft: str = ""
    settled: str = ""  # the question that the settled page shows last
    alerts: int = 0
    sent: Counter[str] = field(default_factory=Counter)  # messages and bytes, by kind

    @property
    def is_mixed(self) -> bool:
        """True where a text is not of what was found for its own question."""
        own = self.draft[:_SHORT] in self.cards
        return not own or self.settled != self.question


class Tab:
    """A browser's side of one session."""

    def __init__(self, address: str) -> None:
        """Open the page and wait until it is drawn."""
        from websockets.sync.client import connect

        self._address = address.replace("http:", "ws:")
        self._socket = connect(
            f"{self._address}/_stcore/stream",
            origin=address,  # type: ignore[arg-type]  # a name for a string
            subprotocols=["streamlit"],  # type: ignore[list-item]  # a name for a string
            max_size=None,
            proxy=None,
        )
        self._input = ""
        self._run: Any = None
        self.seen = Seen("")
        self._go("")

    def ask(self, question: str) -> None:
        """Ask, and wait until the answer is settled."""
        self.seen = Seen(question)
        self._go(question)

    def _go(self, question: str) -> None:
        from streamlit.proto.BackMsg_pb2 import BackMsg

        asked = BackMsg()
        asked.rerun_script.query_string = ""
        if question:
            state = asked.rerun_script.widget_states.widgets.add()
            state.id = self._input
            state.chat_input_value.data = question
        start = time.monotonic()
        self._socket.send(asked.SerializeToString())
        self._follow(start)

    def _follow(self, start: float) -> None:
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

        while time.monotonic() - start < _PATIENCE_S:
            data = self._socket.recv(_PATIENCE_S)
            message = ForwardMsg.FromString(data)  # type: ignore[arg-type]  # always bytes
            kind = str(message.WhichOneof("type"))
            self.seen.sent[f"{kind}, messages"] += 1
            self.seen.sent["messages"] += 1
            self.seen.sent["bytes"] += len(data)
            if kind == "delta":
                self._note(message.delta.new_element, time.monotonic() - start)
            elif kind == "script_finished" and message.script_finished == 0:
                self.seen.settled_s = time.monotonic() - start
                return
        raise TimeoutError(f"nothing came to an end for {self.seen.question!r}")

    def _note(self, element: Any, after_s: float) -> None:
        kind = element.WhichOneof("type")
        seen = self.seen
        if kind == "chat_input":
            self._input = element.chat_input.id
        if kind == "exception":
            seen.alerts += 1
        if kind != "html":
            return
        body: str = element.html.body
        seen.alerts += 'role="alert"' in body
        if "evidence newest" in body and "<article" in body:
            seen.evidence_s = seen.evidence_s or after_s
            seen.cards += _words(body)
        if 'class="draft"' in body:
            seen.draft = _words(body.partition('class="draft"')[2].partition(">")[2])
        if 'class="question"' in body:
            seen.settled = _words(body)


def _words(markup: str) -> str:
    return " ".join(html.unescape(_TAG.sub("", markup)).split())


def _told(alone: list[Seen], together: list[Seen]) -> screens.Figures:
    def late(many: list[Seen], of: Callable[[Seen], float]) -> float:
        return screens.worst([of(seen) for seen in many])

    def evidence(seen: Seen) -> float:
        return seen.settled_s if seen.evidence_s is None else seen.evidence_s

    one, every = late(alone, evidence), late(together, evidence)
    sent = Counter[str]()
    for seen in together:
        sent += seen.sent
    return {
        "tabs": len(together),
        "errors": sum(seen.alerts for seen in together),
        "mixed texts": sum(seen.is_mixed for seen in together),
        "drafts shown": sum(bool(seen.draft) for seen in together),
        "without evidence": sum(seen.evidence_s is None for seen in together),
        "first evidence alone, p50": f"{_middle(alone, evidence):.2f} s",
        "first evidence alone, p95": f"{one:.2f} s",
        "first evidence together, p50": f"{_middle(together, evidence):.2f} s",
        "first evidence together, p95": f"{every:.2f} s",
        "ratio of p95": f"{every / one:.1f}",
        "ratio of p50": f"{_middle(together, evidence) / _middle(alone, evidence):.1f}",
        "settled alone, p95": f"{late(alone, lambda s: s.settled_s):.2f} s",
        "settled together, p95": f"{late(together, lambda s: s.settled_s):.2f} s",
        **{f"of one question, {kind}": n // len(together) for kind, n in sorted(sent.items())},
    }


def _middle(many: list[Seen], of: Callable[[Seen], float]) -> float:
    return sorted(map(of, many))[len(many) // 2]


if __name__ == "__main__":
    main()
