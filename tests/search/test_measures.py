"""Numbers and quantities in the words of papers."""

from __future__ import annotations

import pytest

from rag.search.measures import has_figure, is_counted

COUNTED = {
    "digits": ("looms", "We built 14 looms."),
    "thousands": ("threads", "1,400 threads were cut."),
    "a short number": ("threads", "60k threads of silk"),
    "a teen": ("weavers", "Nineteen weavers took part."),
    "a compound number": ("weavers", "Forty-one weavers took part."),
    "in one word": ("shafts", "a sixteen-shaft loom"),
    "behind it": ("weavers", "weavers (n = 23)"),
    "a share": ("looms", "80% of the looms broke"),
    "the size of a model": ("parameters", "a 7B model"),
}
NOT_COUNTED = {
    "an ordinal": ("weavers", "written by 2nd year weavers"),
    "a version": ("looms", "the v3 looms"),
    "a quantity": ("loom", "saves 3.5Gb of cards per loom"),
    "a name": ("looms", "the JACQUARD-7 looms"),
    "nothing": ("looms", "many looms"),
    "a number of others": ("looms", "a loom for two-colour cloth"),
}


@pytest.mark.parametrize(("what", "text"), COUNTED.values(), ids=COUNTED)
def test_what_a_plain_number_stands_beside_is_counted(what: str, text: str) -> None:
    assert is_counted(what, text)


@pytest.mark.parametrize(("what", "text"), NOT_COUNTED.values(), ids=NOT_COUNTED)
def test_ordinals_versions_and_quantities_count_nothing(what: str, text: str) -> None:
    assert not is_counted(what, text)


@pytest.mark.parametrize("text", ["7 looms", "a tenfold rise", "by -1.5 K", "Seventeen looms"])
def test_a_number_is_a_figure(text: str) -> None:
    assert has_figure(text)


@pytest.mark.parametrize("text", ["in 1904", "a manifold", "MARK-4", "a 3D loom", "only one loom"])
def test_a_year_or_a_name_is_no_figure(text: str) -> None:
    assert not has_figure(text)
