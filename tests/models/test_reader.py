"""The packaged reader: what it is sure of, and that nothing but the pair decides."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rag.base.errors import WeightsError
from rag.models import reader as module
from rag.models.reader import MiniLMReader, passage

TITLE = "Hand washing in the wards"
SAID = passage(TITLE, "Washing hands with chlorine lowered mortality from 18% to 2% within a year.")
BEES = passage("The waggle dance", "Bees tell the distance of flowers by how long they waggle.")
SAYS, DENIES, SILENT = range(3)


@pytest.fixture(scope="module")
def reader() -> MiniLMReader:
    return MiniLMReader(threads=1)


def test_each_row_adds_up_to_one_and_keeps_its_place(reader: MiniLMReader) -> None:
    judged = reader.judge([("Chlorine lowered mortality.", SAID), ("Bees waggle.", SAID)] * 9)
    assert judged.shape == (18, 3)
    np.testing.assert_allclose(judged.sum(axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(judged[0], judged[16], atol=1e-5)
    assert reader.judge([]).shape == (0, 3)


PLAIN = [
    ("Mortality fell to 2% when hands were washed with chlorine.", SAYS),
    ("Mortality was lowered by washing hands with chlorine.", SAYS),
    ("Washing hands with chlorine raised mortality.", DENIES),
    ("Washing hands with chlorine did not lower mortality.", DENIES),
    ("Chlorine lowered mortality from 18% to 12% within a year.", DENIES),
    ("Bees tell distances by waggling.", SILENT),
    ("The wards had forty beds.", SILENT),
    ("Midwives earned more than physicians.", SILENT),
]


def test_plain_cases_are_told(reader: MiniLMReader) -> None:
    told = reader.judge([(claim, SAID) for claim, _ in PLAIN]).argmax(axis=1)
    right = [int(label) == expected for label, (_, expected) in zip(told, PLAIN, strict=True)]
    assert sum(right) >= len(PLAIN) - 1, list(zip(PLAIN, told, strict=True))


def test_a_question_is_answered_or_not(reader: MiniLMReader) -> None:
    asked = "How do bees show how far away the flowers are?"
    answered, other = reader.judge([(asked, BEES), (asked, SAID)])
    assert answered[SAYS] > 0.5 > other[SAYS]


def test_company_does_not_change_a_judgement(reader: MiniLMReader) -> None:
    pair = ("Chlorine lowered mortality.", SAID)
    long = ("word " * 300, SAID)
    alone = reader.judge([pair])[0]
    together = reader.judge([long, pair, ("x", BEES)])[1]
    np.testing.assert_allclose(alone, together, atol=1e-4)


@pytest.mark.parametrize("text", ["", " ", "\ud800", "a" * 100_000, "\u202eabc", "日本語の文"])
def test_any_text_is_judged(reader: MiniLMReader, text: str) -> None:
    judged = reader.judge([(text, SAID), ("Bees waggle.", text)])
    assert np.isfinite(judged).all()


def test_the_title_is_cut_to_what_it_was_trained_with() -> None:
    assert passage("one two three four five six seven eight nine", "S.").startswith(
        "one two three four five six seven eight: S."
    )


def test_changed_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = bytearray((module.FOLDER / "reader.onnx").read_bytes())
    data[1_000_000] ^= 1
    (tmp_path / "reader.onnx").write_bytes(data)
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    with pytest.raises(WeightsError, match="reader"):
        MiniLMReader()
