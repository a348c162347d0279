"""BM25 of the keyword index, against the formula worked out by hand."""

from __future__ import annotations

import math
import random
from collections import Counter
from pathlib import Path

import pytest

from rag.base.text import words
from rag.index.changes import Text
from rag.index.keyword import KeywordIndex
from rag.index.native import CacheError

_VOCABULARY = ["gradient", "noise", "model", "network", "layer", "token", "loss", "curve"]


def _texts(count: int = 60) -> list[Text]:
    """Short texts, for tantivy rounds the length of texts above forty words."""
    draw = random.Random(3)
    return [
        Text(f"p{i}", "", " ".join(draw.choices(_VOCABULARY, k=draw.randint(5, 30))))
        for i in range(count)
    ]


def _index(texts: list[Text], folder: Path | None = None, *, boost: float = 1.0) -> KeywordIndex:
    index = KeywordIndex.create(folder, title_boost=boost)
    index.replace((), texts)
    return index


def _bm25(
    texts: list[Text], query: list[str], k1: float = 1.2, b: float = 0.75
) -> dict[str, float]:
    bags = {t.paper_id: Counter(words(f"{t.title} {t.abstract}")) for t in texts}
    mean = sum(sum(bag.values()) for bag in bags.values()) / len(bags)
    scores: dict[str, float] = {}
    for term in query:
        with_term = sum(term in bag for bag in bags.values())
        weight = math.log(1 + (len(bags) - with_term + 0.5) / (with_term + 0.5))
        for paper_id, bag in bags.items():
            if bag[term]:
                length = k1 * (1 - b + b * sum(bag.values()) / mean)
                part = weight * bag[term] * (k1 + 1) / (bag[term] + length)
                scores[paper_id] = scores.get(paper_id, 0.0) + part
    return scores


def test_scores_are_bm25_and_only_matches_are_found() -> None:
    texts = _texts()
    query = words("gradient noise curve")
    expected = _bm25(texts, query)
    found = dict(_index(texts).search(query, 100))
    assert found == pytest.approx(expected, rel=1e-4)
    assert _index(texts).search(["nowhere"], 5) == []


def test_a_repeated_word_of_the_query_counts_once() -> None:
    index = _index(_texts())
    assert index.search(["nois", "nois", "curv"], 9) == index.search(["nois", "curv"], 9)


@pytest.mark.parametrize("allowed_count", [1, 7, 30, 59])
@pytest.mark.parametrize("as_terms", [True, False], ids=["by terms", "by looking on"])
def test_a_filter_never_changes_a_score(
    allowed_count: int, as_terms: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.index.keyword._ALLOWED_AS_TERMS", 100 if as_terms else 0)
    monkeypatch.setattr("rag.index.keyword._MORE", 100 if as_terms else 0.1)
    index = _index(_texts())
    query = ["gradient", "nois"]
    everything = index.search(query, 100)
    allowed = frozenset(f"p{i}" for i in range(allowed_count)) | {"unknown"}
    expected = [hit for hit in everything if hit[0] in allowed][:10]
    found = index.search(query, 10, allowed)
    assert [p for p, _ in found] == [p for p, _ in expected]
    assert [s for _, s in found] == pytest.approx([s for _, s in expected], rel=1e-5)


def test_no_words_and_no_allowed_papers_find_nothing() -> None:
    index = _index(_texts())
    assert index.search([], 5) == []
    assert index.search(["nois"], 0) == []
    assert index.search(["nois"], 5, frozenset()) == []


def test_words_of_the_title_count_more_when_boosted() -> None:
    texts = [
        Text("in title", "Noise", "the model learns a curve here"),
        Text("in text", "Model", "the noise learns a curve here"),
    ]
    plain = dict(_index(texts).search(["nois"], 5))
    boosted = dict(_index(texts, boost=1.5).search(["nois"], 5))
    assert plain["in title"] == pytest.approx(plain["in text"])
    assert boosted["in title"] > boosted["in text"]
    assert boosted["in text"] == pytest.approx(plain["in text"])


def test_replacing_and_forgetting(tmp_path: Path) -> None:
    index = _index([Text("a", "One", "apples"), Text("b", "Two", "pears")], tmp_path)
    index.replace(["a", "unknown"], [Text("a", "One", "plums"), Text("c", "Three", "figs")])
    assert index.count() == 3
    assert index.search(words("apples"), 5) == []
    assert [p for p, _ in index.search(words("plums"), 5)] == ["a"]
    index.replace(["b"], [])
    assert index.count() == 2
    index.close_writer()
    again = KeywordIndex.open(tmp_path)
    assert [p for p, _ in again.search(words("figs"), 5)] == ["c"]


def test_texts_in_other_scripts_and_with_symbols_are_found() -> None:
    texts = [
        Text("zh", "神经 网络", "深度 学习"),
        Text("de", "Über Größe", "Maße im Straßenverkehr"),
        Text("odd", "", 'a\u2028b \u00a0 c++ AND OR NOT (x:y) "q"'),
    ]
    index = _index(texts)
    for query, expected in [("学习", "zh"), ("größe", "de"), ("NOT x:y", "odd")]:
        assert index.search(words(query), 1)[0][0] == expected


def test_a_folder_that_holds_no_index_is_a_cache_error(tmp_path: Path) -> None:
    with pytest.raises(CacheError):
        KeywordIndex.open(tmp_path)
    with pytest.raises(CacheError):
        KeywordIndex.open(tmp_path / "missing")
