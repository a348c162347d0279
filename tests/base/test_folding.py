"""Words that stand in two rows of a comparison are shown once."""

from __future__ import annotations

from rag.base.folding import folded
from rag.base.types import Cell, Comparison, Paper

WEFT, WARP = Paper("1", "WEFT"), Paper("2", "WARP")


def test_what_stands_under_the_main_result_is_not_said_again_elsewhere() -> None:
    shown = folded(
        Comparison(
            (WEFT, WARP),
            ("problem", "data and scale", "baselines", "main result"),
            (
                (
                    Cell("not stated", (), stated=False),
                    Cell("a", (1,)),
                    Cell("b", (2,)),
                    Cell("b", (2,)),
                ),
                (
                    Cell("not stated", (), stated=False),
                    Cell("c", (3,)),
                    Cell("c", (3,)),
                    Cell("d", (4,)),
                ),
            ),
        )
    )
    assert [[cell.text for cell in row] for row in shown.cells] == [
        ["not stated", "a", "as under main result", "b"],
        ["not stated", "c", "as under data and scale", "d"],
    ]
    assert shown.cells[0][2].citations == (2,)  # the number still leads to the words
