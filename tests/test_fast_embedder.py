"""A library made with static vectors: it answers, says what it is not, and stays with them."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.base.errors import NotALibraryError
from rag.base.settings import Settings
from rag.evals.corpus import cache_folder
from rag.evals.data import QuestionSet
from rag.ingest.pipeline import library_identity
from rag.models.choose import identity_of
from rag.models.embed import MiniLM
from rag.models.static import StaticEmbedder
from rag.search.confidence import Scale
from rag.search.scales import examined, keep_scale

needs_package = pytest.mark.skipif(
    importlib.util.find_spec("wordllama") is None,
    reason="needs the package wordllama (the extra `fast`)",
)
QUESTION = "How many cards does LOOM need for a table of Bernoulli numbers?"


def settings(library: Path, embedder: str) -> Settings:
    return Settings(_env_file=None, library=library, embedder=embedder)


@pytest.fixture(scope="module")
def library(
    history_file: Path, tmp_path_factory: pytest.TempPathFactory, without_settings: None
) -> Path:
    folder = tmp_path_factory.mktemp("fast") / "library"
    with Assistant.open(settings=settings(folder, "fast")) as assistant:
        assistant.add(history_file)
    return folder


@pytest.fixture
def fast(library: Path) -> Iterator[Assistant]:
    with Assistant.open(settings=settings(library, "fast")) as assistant:
        yield assistant


@needs_package
def test_it_finds_and_answers(fast: Assistant) -> None:
    assert fast.search("notation for punched cards")[0].paper.title.startswith("LOOM")
    answer = fast.ask(QUESTION)
    assert answer.status == "answered"
    assert "23 cards instead of 410" in answer.text


@needs_package
def test_its_confidence_is_not_the_fitted_one_and_the_doctor_says_what_to_do(
    fast: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    fitted = Scale(identity=library_identity(MiniLM.identity))
    monkeypatch.setattr("rag.search.scales.shipped_scale", lambda: fitted)
    assert fast.ask(QUESTION).calibrated is False
    (finding,) = [f for f in fast.doctor() if f.check == "confidence"]
    assert not finding.ok
    assert MiniLM.identity.model in finding.detail
    assert StaticEmbedder.identity.model in finding.detail
    assert "askpapers calibrate" in (finding.cure or "")


@needs_package
def test_once_calibrated_it_says_so(
    library: Path, fast: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    fitted = Scale(identity=library_identity(MiniLM.identity))
    monkeypatch.setattr("rag.search.scales.shipped_scale", lambda: fitted)
    own = library_identity(StaticEmbedder.identity)
    keep_scale(library, ((-2.0, 0.1), (2.0, 0.9)), 60, own, reads=True)
    try:
        assert fast.ask(QUESTION).calibrated is True
        assert [f.ok for f in fast.doctor() if f.check == "confidence"] == [True]
    finally:
        (library / "calibration.json").unlink()


def test_a_fitted_scale_is_well() -> None:
    scale = Scale(identity=library_identity(MiniLM.identity))
    finding = examined(scale, MiniLM.identity.model, is_fitted=True)
    assert finding.ok
    assert finding.detail == f"fitted for {MiniLM.identity.model}"


@pytest.mark.parametrize("made_with", ["minilm", "fast"])
def test_a_library_is_not_opened_with_another_embedder(made_with: str, tmp_path: Path) -> None:
    other = {"minilm": "fast", "fast": "minilm"}[made_with]
    Assistant.open(settings=settings(tmp_path / "library", made_with)).close()
    with pytest.raises(NotALibraryError, match="ASKPAPERS_EMBEDDER") as caught:
        Assistant.open(settings=settings(tmp_path / "library", other))
    said = str(caught.value)
    assert f"embedder is {identity_of(settings(tmp_path, made_with)).model} there" in said
    assert f"{identity_of(settings(tmp_path, other)).model} here" in said
    assert "empty folder" in said


def test_a_corpus_has_another_cached_library_for_each_embedder(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text('{"id": "a"}\n', "utf-8")
    questions = QuestionSet("cards", (), corpus=corpus)
    ours, fast = MiniLM.identity, StaticEmbedder.identity
    assert cache_folder(questions, ours) != cache_folder(questions, fast)
    assert cache_folder(questions) == cache_folder(questions, ours)
