"""Static vectors: their shape and length, what is read, and what is said when files are missing."""

from __future__ import annotations

import importlib.util
import re
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.base.errors import WeightsError
from rag.models import static
from rag.models.static import IDENTITY, StaticEmbedder

needs_package = pytest.mark.skipif(
    importlib.util.find_spec("wordllama") is None,
    reason="needs the package wordllama (the extra `fast`)",
)
TEXTS = [
    "Washing hands lowers the mortality of mothers in hospitals.",
    "",
    "Bees dance to tell where flowers are.",
    "Mothers die less often where physicians clean their hands.",
    "∮ ≠ 物理",
]
PINNED = [0.04423, 0.07277, 0.06513, 0.16661]  # of the first text, its first four


@pytest.fixture(scope="module")
def model() -> StaticEmbedder:
    return StaticEmbedder()


@needs_package
def test_vectors_have_length_one_and_the_stated_shape(model: StaticEmbedder) -> None:
    vectors = model.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), IDENTITY.dim)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert model.embed([]).shape == (0, IDENTITY.dim)


@needs_package
def test_the_order_of_texts_is_kept(model: StaticEmbedder) -> None:
    single = np.vstack([model.embed([text]) for text in TEXTS])
    np.testing.assert_allclose(model.embed(TEXTS[::-1]), single[::-1], atol=1e-6)


@needs_package
def test_a_vector_is_the_mean_of_those_of_its_words(model: StaticEmbedder) -> None:
    words = model._table[[*model._encode("hands"), *model._encode("bees")]]
    mean = words.mean(axis=0)
    own = model.embed(["hands bees"])[0]
    np.testing.assert_allclose(own, mean / np.linalg.norm(mean), atol=1e-6)


@needs_package
def test_what_means_the_same_is_nearer(model: StaticEmbedder) -> None:
    hands, _, bees, same, _ = model.embed(TEXTS)
    assert hands @ same > 0.5 > hands @ bees + 0.2


@needs_package
def test_a_known_text_has_the_pinned_numbers(model: StaticEmbedder) -> None:
    np.testing.assert_allclose(model.embed([TEXTS[0]])[0][:4], PINNED, atol=1e-4)


@needs_package
@given(text=st.text(st.characters(), max_size=300))
def test_any_text_has_a_finite_vector(model: StaticEmbedder, text: str) -> None:
    vector = model.embed([text])[0]
    assert np.isfinite(vector).all()
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


@needs_package
@given(text=st.text(st.sampled_from(" ab.,-\n\t<s>/é物▁1("), max_size=40))
@example(text="  two spaces, and  three   more ")
@example(text="a mark <s> and </s>of the vocabulary")
@example(text="1 \n")
@example(text="a word, a stop. And ab), é. 1; 1")
def test_words_cut_one_by_one_are_those_of_the_whole_text(model: StaticEmbedder, text: str) -> None:
    for _ in range(2):  # new and remembered
        whole = model._tokens._tokenizer.encode(text, add_special_tokens=False)
        assert model._encode(text).tolist() == whole.ids


@needs_package
def test_no_token_is_of_a_word_and_a_mark_behind_it(model: StaticEmbedder) -> None:
    known = model._tokens._tokenizer.get_vocab()
    mixed = re.compile(f"[A-Za-z0-9][{re.escape(static._CLOSING)}]")
    assert not list(filter(mixed.search, known))
    assert known.keys() >= set(static._CLOSING)


@needs_package
def test_a_text_is_read_up_to_the_stated_tokens_and_no_further(model: StaticEmbedder) -> None:
    words = " ".join(["method"] * IDENTITY.max_tokens)
    assert model.count_tokens(words) == IDENTITY.max_tokens
    assert model.count_tokens("") == 0
    whole, cut, changed = model.embed([words, words + " bees" * 9, words.replace("method", "bees")])
    np.testing.assert_allclose(whole, cut, atol=1e-6)
    assert whole @ changed < 0.9


@needs_package
def test_a_query_has_the_vector_of_its_text_and_cannot_be_changed(model: StaticEmbedder) -> None:
    query = model.embed_query(TEXTS[0])
    np.testing.assert_allclose(query, model.embed([TEXTS[0]])[0], atol=1e-6)
    assert model.embed_query(TEXTS[0]) is query
    with pytest.raises(ValueError, match="read-only"):
        query[0] = 1


@needs_package
def test_threads_may_share_one_model(model: StaticEmbedder) -> None:
    expected = model.embed(TEXTS)
    with ThreadPoolExecutor(4) as pool:
        for vectors in pool.map(model.embed, [TEXTS] * 16):
            np.testing.assert_array_equal(vectors, expected)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A folder with the two files, to be damaged."""
    package = static._package()
    for name in (static._WEIGHTS, static._TOKENIZER):
        (tmp_path / name).parent.mkdir()
        shutil.copy(package / name, tmp_path / name)
    return tmp_path


@needs_package
def test_a_copy_of_the_files_can_stand_in(model: StaticEmbedder, copied: Path) -> None:
    np.testing.assert_array_equal(StaticEmbedder(folder=copied).embed(TEXTS), model.embed(TEXTS))


@needs_package
@pytest.mark.parametrize("name", [static._WEIGHTS, static._TOKENIZER])
@pytest.mark.parametrize("damage", ["absent", "cut", "one bit"])
def test_other_bytes_are_refused_with_a_cure(copied: Path, name: str, damage: str) -> None:
    path = copied / name
    data = bytearray(path.read_bytes())
    path.unlink()
    if damage == "cut":
        path.write_bytes(data[:-1])
    elif damage == "one bit":
        data[100_000] ^= 1
        path.write_bytes(data)
    with pytest.raises(WeightsError, match="force-reinstall wordllama==") as caught:
        StaticEmbedder(folder=copied)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("is_broken", [False, True])
def test_a_missing_package_is_named_with_how_to_install_it(
    is_broken: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if is_broken:  # its module is there and tells nothing of where it lies
        monkeypatch.setitem(sys.modules, "wordllama", None)
    else:
        monkeypatch.setattr(sys, "path", [])
        monkeypatch.delitem(sys.modules, "wordllama", raising=False)
    with pytest.raises(WeightsError, match=r"wordllama .* pip install 'askpapers\[fast\]'"):
        StaticEmbedder()


@needs_package
def test_the_package_itself_is_not_imported(model: StaticEmbedder) -> None:
    model.embed(TEXTS)
    assert "wordllama" not in sys.modules
