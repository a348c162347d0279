"""The Settings screen: a model is set and tried, a key is never shown again, health and backup."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from model_server import ModelServer
from onpage import button, go_to, shown
from streamlit.testing.v1 import AppTest

from rag.base.saved import settings_file

Page = Callable[..., AppTest]
KEY = "sk-secret-of-the-test"


def everything(at: AppTest) -> str:
    """All that the page sends to the browser."""
    return shown(at) + "".join(str(element.proto) for element in at.main)


def test_a_model_is_set_tried_and_used_and_its_key_is_never_shown_again(page: Page) -> None:
    with ModelServer("honest", reply="Quill reduces training steps by 37% [E1].") as model:
        at = go_to(page(), "settings")
        at.text_input(key="endpoint").set_value(model.url)
        at.text_input(key="model").set_value("scripted")
        at.text_input(key="key").set_value(KEY)
        button(at, "Save and try").click().run()
        assert "Well: model" in shown(at) or "Well: answering model" in shown(at)
        assert "Answers are written by" in shown(at)
        assert KEY not in everything(at)
        assert KEY in settings_file().read_text("utf-8")
        button(at, "Ask").click().run()
        at.chat_input[0].set_value("By how much does Quill reduce training steps?").run()
        assert "Written by scripted" in shown(at)
        go_to(at, "settings")
        button(at, "Forget the key").click().run()
        assert KEY not in settings_file().read_text("utf-8")


def test_an_endpoint_that_does_not_answer_is_said_so(page: Page) -> None:
    at = go_to(page(), "settings")
    at.text_input(key="endpoint").set_value("http://127.0.0.1:9/v1")
    at.text_input(key="model").set_value("scripted")
    button(at, "Save and try").click().run()
    assert "Not well" in shown(at)


def test_the_library_is_looked_over(page: Page) -> None:
    at = go_to(page(), "settings")
    button(at, "Examine it now").click().run()
    assert "Well: embedding model" in shown(at)


@pytest.mark.parametrize("name", ["backup.zip", "no/such/folder/backup.zip"])
def test_a_backup_is_written_or_the_reason_is_said(page: Page, tmp_path: Path, name: str) -> None:
    at = go_to(page(), "settings")
    at.text_input(key="backup-file").set_value(str(tmp_path / name))
    button(at, "Back up now").click().run()
    assert (tmp_path / name).exists() == ("3 papers" in shown(at).split("Backup")[1].split("To")[0])


def test_a_backup_takes_the_place_of_the_library_which_is_moved_aside(
    page: Page, tmp_path: Path
) -> None:
    at = go_to(page(), "settings")
    at.text_input(key="backup-file").set_value(str(tmp_path / "before.zip"))
    button(at, "Back up now").click().run()
    at = go_to(at, "library")
    at.button(key="open-0").click().run()
    button(at, "Remove").click().run()
    assert "2 papers" in shown(at)
    at = go_to(at, "settings")
    assert button(at, "Restore").disabled
    at.text_input(key="restore-file").set_value(str(tmp_path / "before.zip"))
    at.checkbox(key="restore-sure").check().run()
    button(at, "Restore").click().run()
    assert "Well: restored" in shown(at)
    assert '<p class="count">3 papers' in shown(at)
    assert len(list(tmp_path.glob("library.replaced-*"))) == 1


def test_a_file_that_is_no_backup_leaves_the_library_as_it_is(page: Page, tmp_path: Path) -> None:
    (tmp_path / "noise.zip").write_bytes(b"noise" * 100)
    at = go_to(page(), "settings")
    at.text_input(key="restore-file").set_value(str(tmp_path / "noise.zip"))
    at.checkbox(key="restore-sure").check().run()
    button(at, "Restore").click().run()
    assert "Not well: not restored" in shown(at)
    assert '<p class="count">3 papers' in shown(at)
