"""Settings saved on the screen: kept for their owner alone, and the last to be heard."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from rag.base.errors import SettingsError
from rag.base.saved import save, settings_file
from rag.base.settings import load_settings


def test_what_was_saved_is_used_and_only_its_owner_can_read_it() -> None:
    file = save({"ASKPAPERS_MODEL": "qwen2.5:7b", "OPENAI_API_KEY": "sk-a$b #c"})
    settings = load_settings()
    assert settings.model == "qwen2.5:7b"
    assert settings.openai_api_key is not None
    assert settings.openai_api_key.get_secret_value() == "sk-a$b #c"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_saving_again_replaces_takes_out_and_leaves_the_rest() -> None:
    save({"ASKPAPERS_MODEL": "one", "OPENAI_BASE_URL": "http://127.0.0.1:1/v1"})
    save({"ASKPAPERS_MODEL": "two", "OPENAI_BASE_URL": None})
    assert settings_file().read_text("utf-8") == "ASKPAPERS_MODEL='two'\n"


def test_the_environment_and_a_file_of_the_folder_win(monkeypatch: pytest.MonkeyPatch) -> None:
    save({"ASKPAPERS_MODEL": "saved", "OPENAI_BASE_URL": "http://127.0.0.1:1/v1"})
    Path(".env").write_text("ASKPAPERS_MODEL=from the folder\n")
    assert load_settings().model == "from the folder"
    monkeypatch.setenv("ASKPAPERS_MODEL", "from the environment")
    assert load_settings().model == "from the environment"
    assert load_settings().openai_base_url == "http://127.0.0.1:1/v1"


@pytest.mark.parametrize("value", ["two\nlines", "it's", "\x00"])
def test_a_value_that_would_be_read_as_something_else_is_refused(value: str) -> None:
    with pytest.raises(SettingsError, match="ASKPAPERS_MODEL"):
        save({"ASKPAPERS_MODEL": value})
    assert not settings_file().exists()
