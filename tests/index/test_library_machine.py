"""A library and a plain model of it, changed by the same random steps and compared after each.

`ASKPAPERS_FUZZ` makes it longer, and then Chroma takes part.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from pathlib import Path

import pytest
from fuzzing import LONGER, tries
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from made_papers import IDENTITY, chunks, own_word, paper, put

from rag.base.errors import LibraryError
from rag.base.types import Answer, Citation, Sentence
from rag.index.backup import back_up
from rag.index.restore import restore
from rag.index.store import Store

NUMBERS = st.integers(0, 5)
KEPT = 3


class LibraryMachine(RuleBasedStateMachine):
    """`papers` and `removed` are number → edition; `answers` are numbers with words, last first.

    The words of a paper that was added again after its removal need not come back.
    """

    def __init__(self) -> None:
        super().__init__()
        self.place = Path(tempfile.mkdtemp())
        self.folder = self.place / "library"
        self.papers: dict[int, int] = {}
        self.removed: dict[int, int] = {}
        self.answers: list[tuple[int, str]] = []
        self.replaced: set[int] = set()
        self.store = Store.open(self.folder, identity=IDENTITY)

    def teardown(self) -> None:
        try:
            bad = [finding for finding in self.store.check() if not finding.ok]
            assert not bad, bad
        finally:
            self.store.close()
            shutil.rmtree(self.place)

    @rule(number=NUMBERS, edition=st.integers(0, 3))
    def add_or_edit(self, number: int, edition: int) -> None:
        with self.store.writer() as writer:
            put(writer, number, edition=edition)
        self._added(number, edition)

    def _added(self, number: int, edition: int) -> None:
        self.papers[number] = edition
        if self.removed.pop(number, None) is not None:
            self.replaced.add(number)

    @rule(number=NUMBERS)
    def leave_a_writer_by_an_error(self, number: int) -> None:
        with contextlib.suppress(ZeroDivisionError), self.store.writer() as writer:
            put(writer, number)
            raise ZeroDivisionError
        self._added(number, 0)

    @precondition(lambda self: self.papers)
    @rule(numbers=st.lists(NUMBERS, min_size=2, max_size=4, unique=True))
    def add_together_what_does_not_fit(self, numbers: list[int]) -> None:
        made = [(paper(n, 3), chunks(paper(n, 3)), f"key {n}") for n in numbers]
        taken = f"key {min(self.papers)}"  # the identity of another paper
        with pytest.raises(LibraryError), self.store.writer() as writer:
            writer.put_all([*made, (paper(9), chunks(paper(9)), taken)])

    @rule(number=NUMBERS, undoable=st.booleans())
    def remove(self, number: int, undoable: bool) -> None:
        known = number in self.papers or (number in self.removed and not undoable)
        with self.store.writer() as writer:
            assert writer.remove(f"p{number}", undoable=undoable) == known
        if not undoable:
            self.removed.pop(number, None)
        if number in self.papers:
            edition = self.papers.pop(number)
            if undoable:
                self.removed[number] = edition
            else:
                self.replaced.add(number)
        elif not undoable:
            self.replaced.add(number)

    @rule(number=NUMBERS)
    def undo(self, number: int) -> None:
        with self.store.writer() as writer:
            if number in self.removed:
                writer.restore(f"p{number}")
                self.papers[number] = self.removed.pop(number)
            else:
                with pytest.raises(LibraryError):
                    writer.restore(f"p{number}")

    @precondition(lambda self: self.papers)
    @rule(data=st.data())
    def ask(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.papers)))
        made = paper(number, self.papers[number])
        quote = made.abstract[: made.abstract.index(".") + 1]
        answer = Answer(
            f"What of {number}?",
            "answered",
            "extractive",
            sentences=(Sentence(quote, (1,), "quoted"),),
            citations=(Citation(1, made, quote, 0, len(quote)),),
        )
        self.store.keep_answer(answer, most=KEPT)
        self.answers = [(number, quote), *self.answers][:KEPT]

    @rule(name=st.sampled_from(["keyword", "chroma", "*"]), how=st.sampled_from("dhg"))
    def damage(self, name: str, how: str) -> None:
        self.store.close()
        for path in self.folder.glob(f"index-*/{name}"):
            _damage(path, how)
        self.store = Store.open(self.folder, identity=IDENTITY)
        self.store.repair()

    @rule()
    def reopen(self) -> None:
        self.store.close()
        self.store = Store.open(self.folder, identity=IDENTITY)

    @rule()
    def move_to_another_place(self) -> None:
        file = self.place / "backup.zip"
        back_up(self.store, file)
        self.store.close()
        shutil.rmtree(self.folder)
        assert restore(file, self.folder).papers == len(self.papers)
        file.unlink()
        self.store = Store.open(self.folder, identity=IDENTITY)

    @invariant()
    def holds_what_the_model_holds(self) -> None:
        found = {int(one.id[1:]): one for one in self.store.papers()}
        assert found == {n: paper(n, edition) for n, edition in self.papers.items()}
        assert {gone.paper_id for gone in self.store.removed()} == {f"p{n}" for n in self.removed}

    @invariant()
    def kept_answers_hold_words_of_papers_that_are_here(self) -> None:
        kept = self.store.answers(9)
        assert [a.question for a in kept] == [f"What of {number}?" for number, _ in self.answers]
        for answer, (number, words) in zip(kept, self.answers, strict=True):
            quoted = {answer.citations[0].quote, answer.sentences[0].text}
            if number not in self.papers:
                assert quoted == {""}
            elif number not in self.replaced:
                assert quoted == {words}

    @invariant()
    def finds_each_and_nothing_else(self) -> None:
        for number, edition in self.papers.items():
            word = own_word(number, edition)
            assert self.store.keyword_search([word], 9)[0][0] == f"p{number}"
            item = chunks(paper(number, edition))[0]
            assert self.store.dense_search(item.vector, 1)[0][0] == item.chunk.id
        for number, edition in self.removed.items():
            assert self.store.keyword_search([own_word(number, edition)], 9) == []


def _damage(path: Path, how: str) -> None:
    if how == "d":
        shutil.rmtree(path)
        return
    for file in path.rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            file.write_bytes(data[: len(data) // 2] if how == "h" else b"\xde\xad" * 32 + data[64:])


@pytest.fixture
def chroma_when_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chroma has tests of its own; with it a step takes ten times as long."""
    if LONGER == 1:
        monkeypatch.setattr("rag.index.dense.DenseSearch.sync", lambda self: None)
        monkeypatch.setattr("rag.index.dense.DenseSearch.rebuild", lambda self: True)


@pytest.mark.usefixtures("chroma_when_longer")
def test_any_steps_leave_what_the_plain_model_holds() -> None:
    steps = settings(tries(8), stateful_step_count=20)
    run_state_machine_as_test(LibraryMachine, settings=steps)
