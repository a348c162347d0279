"""The script that counts what gets past the code, carrier by carrier: it sees what it must see."""

from __future__ import annotations

import pytest

from tests.nightly import injections


@pytest.mark.parametrize("carrier", ["question", "title"])
def test_an_obeyed_order_is_counted_and_its_page_is_read(carrier: injections.Place) -> None:
    first = next(injections.outcomes(carrier))
    assert (first.broken, first.is_true) == ([], True)


@pytest.mark.parametrize(
    "markup",
    [
        "<img src=x>",
        "<p onclick=x>",
        "<a href='http://evil.example'>x</a>",
        "<svg></svg>",
        "<a href='?screen=library&paper=p0&to=//evil.example'>x</a>",
    ],
)
def test_what_a_page_must_not_have_is_seen(markup: str) -> None:
    reader = injections._Elements()
    reader.feed(
        f"<p>{markup}</p><a href='#shown'>1</a><a href='?screen=library&amp;paper=p0'>2</a>"
    )
    assert len(reader.foreign) == 1
