"""A shared library on the page: who is let in, whose chats are seen, what may be changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from onpage import go_to, labels, shown
from streamlit.testing.v1 import AppTest

from rag import Settings
from rag.web import person
from rag.web.person import Asked

Page = Callable[..., AppTest]
QUESTION = "By how much does Quill reduce training steps compared to AdamW?"


@pytest.fixture
def behind_a_proxy(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets the names that a proxy gives in its header from now on."""
    monkeypatch.setenv("ASKPAPERS_USER_HEADER", "X-User")

    class Headers:
        names: tuple[str, ...] = ()

        def get_all(self, key: str) -> list[str]:
            return list(self.names) if key == "X-User" else []

    monkeypatch.setattr(type(person.st.context), "headers", Headers())

    def named(*names: str) -> None:
        Headers.names = names

    return named


def test_people_whom_the_proxy_names_see_their_own_chats_alone(
    page: Page, behind_a_proxy: Callable[..., None]
) -> None:
    behind_a_proxy("ada@example.org")
    at = page()
    at.chat_input[0].set_value(QUESTION).run()
    chat = at.query_params["chat"]
    assert QUESTION in labels(at)
    assert "Signed in as" in shown(at)
    behind_a_proxy("bob@example.org")
    other = AppTest.from_file(at._script_path, default_timeout=60)
    other.query_params["chat"] = chat
    other.run()
    assert "There is no such chat in this library." in shown(other)
    assert QUESTION not in labels(other)


@pytest.mark.parametrize("names", [(), ("",), ("ada", "bob")], ids=["none", "empty", "two"])
def test_whoever_the_proxy_does_not_name_once_sees_nothing_of_the_library(
    page: Page, behind_a_proxy: Callable[..., None], names: tuple[str, ...]
) -> None:
    behind_a_proxy(*names)
    at = page()
    assert "Open it by the address that signs you in" in shown(at)
    assert "3 papers" not in shown(at)
    assert not at.chat_input
    assert not at.button


def test_people_who_share_a_library_reach_no_file_of_the_machine(
    page: Page, behind_a_proxy: Callable[..., None]
) -> None:
    behind_a_proxy("ada@example.org")
    at = page()
    folder = str(at.session_state["person"]) and Settings().library
    assert str(folder) not in shown(at)
    at = go_to(at, "settings")
    assert [box.key for box in at.text_input] == []
    assert str(folder) not in shown(at)
    assert not {"Save and try", "Back up now", "Restore", "Repair"} & set(labels(at))
    at = go_to(at, "library")
    assert not [box for box in at.text_input if "path" in str(box.key)]


def test_a_library_that_is_read_only_can_be_asked_and_not_changed(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASKPAPERS_READ_ONLY", "true")
    at = page()
    assert not at.expander
    at.chat_input[0].set_value(QUESTION).run()
    assert "37%" in shown(at)
    at = go_to(at, "library")
    assert not at.get("file_uploader")
    assert "Add papers" not in str(at.get("button_group"))
    at.button(key="open-0").click().run()
    assert "Remove" not in labels(at)
    at = go_to(at, "settings")
    assert [box.key for box in at.text_input] == []


def test_an_empty_library_that_is_read_only_offers_no_way_to_fill_it(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASKPAPERS_READ_ONLY", "true")
    at = page(empty=True)
    assert "no papers yet" in shown(at)
    assert not at.button
    assert not at.get("file_uploader")


def test_a_person_has_so_many_questions_a_day_on_all_screens(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASKPAPERS_QUESTIONS_A_DAY", "1")
    at = page()
    at.chat_input[0].set_value(QUESTION).run()
    at.chat_input[0].set_value("Which papers are by Lin Osei?").run()
    assert "37%" in shown(at)
    assert "You have asked 1 questions today" in shown(at)
    assert "Slate" not in shown(at)
    at = go_to(at, "compare")
    at.text_input(key="kept-compare-words").set_value("Compare Quill and Slate.").run()
    assert 'role="table"' not in shown(at)
    assert "Tomorrow you can ask again" in shown(at)


def test_questions_are_counted_for_each_person_apart() -> None:
    asked = Asked()
    assert [asked.take("ada", 2) for _ in range(3)] == [True, True, False]
    assert asked.take("bob", 2)
    assert all(asked.take("", 0) for _ in range(100))


@pytest.mark.parametrize(
    ("address", "is_remote"),
    [(None, False), ("", False), ("127.0.0.1", False), ("::1", False), ("192.0.2.7", True)],
)
def test_somebody_from_another_machine_is_told_apart(address: str | None, is_remote: bool) -> None:
    assert person._is_remote(address) is is_remote
