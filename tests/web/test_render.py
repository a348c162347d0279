"""The one safe renderer: foreign text stays text, only markup that code made reaches the page."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hostile import HOSTILE
from hypothesis import given
from hypothesis import strategies as st

from rag.web import render
from rag.web.render import Html, Mark, label, latex, name, prose, tag, text


class Seen(HTMLParser):
    """The elements, attributes and text of some markup."""

    def __init__(self, markup: Html) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(markup.markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def names(self) -> list[str]:
        return [element for element, _ in self.elements]


hostile = pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())


@hostile
def test_foreign_text_makes_no_element(raw: str) -> None:
    assert Seen(text(raw)).names == []
    assert Seen(latex(raw)).names == []
    assert Seen(name(raw)).names == ["bdi"]
    assert Seen(tag("p", raw, title=raw, label=raw)).names == ["p"]


@hostile
def test_foreign_text_in_an_attribute_stays_its_value(raw: str) -> None:
    [(element, attributes)] = Seen(tag("span", title=raw, label=raw)).elements
    assert element == "span"
    assert set(attributes) == {"title", "aria-label"}
    assert attributes["title"] == raw


@given(st.text())
def test_escaped_text_reads_as_it_was_but_for_what_hides(raw: str) -> None:
    seen = Seen(text(raw))
    assert seen.names == []
    assert "".join(seen.texts) == raw.translate(render._HIDDEN)


def test_characters_that_hide_or_reorder_are_left_out() -> None:
    assert text("a\u202eb\u200bc\x00d\ue000\U000e0041\ud800").markup == "abcd\ue000"


def test_joiners_that_scripts_need_stay() -> None:
    assert text("\u0645\u06cc\u200c\u062e").markup == "\u0645\u06cc\u200c\u062e"


@pytest.mark.parametrize("element", ["script", "img", "iframe", "style", "form", "input", "svg"])
def test_an_element_that_is_not_on_the_list_cannot_be_made(element: str) -> None:
    with pytest.raises(ValueError, match=element):
        tag(element)


@pytest.mark.parametrize("attribute", ["onclick", "style", "src", "srcdoc", "formaction"])
def test_an_attribute_that_is_not_on_the_list_cannot_be_made(attribute: str) -> None:
    with pytest.raises(ValueError, match=attribute):
        tag("p", **{attribute: "x"})


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example/x",
        "http://evil.example",
        "https://arxiv.org@evil.example/abs/1",
        "https://arxiv.org.evil.example/abs/1",
        '#x y"onclick=',
        "https://arxiv.org/abs/1#<script>",
        "",
    ],
)
def test_a_link_leads_to_a_place_on_the_page_or_to_a_known_host_only(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        tag("a", "x", href=address)


@pytest.mark.parametrize("address", ["#shown1-2-quote-3", "https://doi.org/10.1000/x"])
def test_a_link_may_lead_there(address: str) -> None:
    assert Seen(tag("a", "x", href=address)).elements == [("a", {"href": address})]


def test_an_id_or_class_from_foreign_text_is_refused() -> None:
    for value in HOSTILE.values():
        with pytest.raises(ValueError, match="name made by code"):
            tag("p", id=value)
        with pytest.raises(ValueError, match="name made by code"):
            tag("p", cls=value)


ABSTRACT = "We test <b>it</b>. It falls by $40\\%$ & more. Then it ends."


def marked(markup: Html) -> list[str]:
    """The texts inside of `mark` elements."""
    found, inside = [], False
    for part in markup.markup.replace("</mark>", "<mark").split("<mark"):
        if inside:
            found.append("".join(Seen(Html(part.partition(">")[2])).texts))
        inside = not inside
    return found


def test_marked_words_are_exactly_those_at_the_offsets() -> None:
    start, end = ABSTRACT.index("Then"), len(ABSTRACT)
    assert marked(prose(ABSTRACT, [Mark(start, end, 1, "m", "#back")])) == ["Then it ends."]


def test_markup_in_an_abstract_stays_text_inside_and_outside_of_marks() -> None:
    shown = prose(ABSTRACT, [Mark(0, 18, 1, "m", "#back")])
    assert Seen(shown).names == ["a", "mark"]
    assert marked(shown) == ["We test <b>it</b>."]


def test_latex_is_shown_readably_and_does_not_move_a_mark() -> None:
    start, end = ABSTRACT.index("It falls"), ABSTRACT.index(" Then")
    assert marked(prose(ABSTRACT, [Mark(start, end, 1, "m", "#b")])) == ["It falls by 40% & more."]


def test_each_of_several_marks_carries_its_own_number_and_anchor() -> None:
    marks = [Mark(0, 7, 2, "m2", "#c2"), Mark(8, 17, 5, "m5", "#c5")]
    elements = Seen(prose(ABSTRACT, marks)).elements
    assert [a["id"] for n, a in elements if n == "mark"] == ["m2", "m5"]
    assert [a["href"] for n, a in elements if n == "a"] == ["#c2", "#c5"]


def test_marks_that_overlap_lose_no_text_and_keep_both_anchors() -> None:
    marks = [Mark(0, 12, 1, "m1", "#c1"), Mark(8, 17, 2, "m2", "#c2")]
    shown = prose(ABSTRACT, marks)
    assert [a.get("id") for n, a in Seen(shown).elements if n == "mark"] == ["m1", "m2", None]
    assert "".join(marked(shown)) == ABSTRACT[:17]


@given(st.text(), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=4))
def test_prose_makes_only_marks_and_numbers_whatever_the_text(
    raw: str, spans: list[tuple[int, int]]
) -> None:
    marks = [Mark(min(s), max(s), i, f"m{i}", f"#c{i}") for i, s in enumerate(spans)]
    assert set(Seen(prose(raw, marks)).names) <= {"mark", "a"}


@hostile
def test_a_label_leaves_no_markdown_to_find(raw: str) -> None:
    shown = label(raw)
    assert "\n" not in shown
    unescaped = shown.replace("\\\\", "")
    assert all(
        before == "\\"
        for before, char in zip("x" + unescaped, unescaped, strict=False)
        if char in "[]()!<>*_`$#|~&{}"
    )
    for start in (":material", ":red", ":smile", "http://", "www.evil", "a@evil"):
        assert start not in shown.replace("\\", "")


@pytest.mark.parametrize("theme", ["", 'Dark"); alert(1); ("', "</script>", "dark"])
def test_the_one_script_takes_nothing_but_the_names_of_themes(theme: str) -> None:
    with pytest.raises(ValueError):
        render.keep_theme(theme)  # type: ignore[arg-type]  # that is what is tried


def test_a_label_that_is_only_heard_has_words_and_nothing_that_markup_could_read() -> None:
    raw = "Re-examining *bold* [x](https://a.b/c) :smile: <b>_y_</b> 中文"
    assert render.spoken(raw) == "Re examining bold x https a b c smile b y b 中文"
