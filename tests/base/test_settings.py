"""Settings: what is read from where, and that the example file names all of it."""

from __future__ import annotations

import re
import traceback
from itertools import pairwise
from pathlib import Path

import pytest

from rag.base.errors import SettingsError
from rag.base.settings import Settings, load_settings

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / ".env.example"
VARIABLES = {str(field.validation_alias): name for name, field in Settings.model_fields.items()}


def test_the_example_file_names_every_setting_once_and_no_other() -> None:
    named = re.findall(r"^#?\s*([A-Z][A-Z_]+)=", EXAMPLE.read_text("utf-8"), re.MULTILINE)
    assert sorted(named) == sorted(VARIABLES)


def test_the_readme_explains_every_setting() -> None:
    table = re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(table) == sorted(VARIABLES)


def test_each_setting_of_the_example_has_a_comment_line_above() -> None:
    lines = EXAMPLE.read_text("utf-8").splitlines()
    for above, line in pairwise(lines):
        if "=" in line and not line.startswith("#"):
            assert above.startswith("# "), line


def test_the_example_file_as_it_stands_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "home" / ".env").write_text(EXAMPLE.read_text("utf-8"), "utf-8")
    assert load_settings() == Settings()
    assert load_settings().library == tmp_path / "home" / "data" / "askpapers" / "library"


@pytest.mark.parametrize("variable", VARIABLES)
def test_every_setting_is_read_from_its_variable(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = {
        "ASKPAPERS_LLM_ARGUMENTS": '{"a": 7}',
        "ASKPAPERS_EMBEDDER": "fast",
        "ASKPAPERS_READER": "False",
        "ASKPAPERS_ONLINE": "True",
        "ASKPAPERS_READ_ONLY": "True",
        "ASKPAPERS_REUSE_ANSWERS": "True",
        "CHROMA_URL": "http://127.0.0.1:8000",
        "DATABASE_URL": "postgresql://ada:secret@127.0.0.1/papers",
    }
    given = others.get(variable, "7")
    monkeypatch.setenv(variable, given)
    value = getattr(load_settings(), VARIABLES[variable])
    shown = value.get_secret_value() if hasattr(value, "get_secret_value") else value
    shown = str(shown) if isinstance(shown, bool) else shown
    assert shown in {given, 7, Path("7")}


def test_an_argument_wins_over_the_environment_and_that_over_the_env_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path(".env").write_text("ASKPAPERS_MODEL=file\nASKPAPERS_THREADS=3\n", "utf-8")
    monkeypatch.setenv("ASKPAPERS_MODEL", "environment")
    assert load_settings().model == "environment"
    assert load_settings(model="argument").model == "argument"
    assert load_settings(model=None).threads == 3


def test_a_database_of_another_kind_is_refused_without_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://ada:secret@127.0.0.1/papers")
    with pytest.raises(SettingsError, match="DATABASE_URL") as caught:
        load_settings()
    assert "secret" not in str(caught.value)


def test_home_is_understood_in_an_env_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(Path.cwd()))
    Path(".env").write_text("ASKPAPERS_LIBRARY=~/papers\n", "utf-8")
    assert load_settings().library == Path.cwd() / "papers"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ASKPAPERS_THREADS", "many"),
        ("ASKPAPERS_THREADS", "-1"),
        ("ASKPAPERS_MODEL_TIMEOUT", "0"),
        ("ASKPAPERS_MODEL_TIMEOUT", "soon"),
        ("ASKPAPERS_FIRST_TOKEN_TIMEOUT", "0"),
        ("ASKPAPERS_TEMPERATURE", "-1"),
        ("ASKPAPERS_PRICE_IN", "-1"),
        ("ASKPAPERS_ANSWERS_KEPT", "-1"),
        ("ASKPAPERS_EMBEDDER", "large"),
        ("ASKPAPERS_LLM_ARGUMENTS", "[1]"),
        ("CHROMA_URL", "127.0.0.1:8000"),
        ("CHROMA_URL", "http://somebody:CANARY@127.0.0.1:8000"),
        ("ASKPAPERS_LLM_ARGUMENTS", '{"api_key": "sk-CANARY"'),
    ],
)
def test_a_wrong_value_is_one_sentence_that_names_the_variable(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert variable in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "CANARY" not in "".join(traceback.format_exception(caught.value))


def test_the_key_is_never_shown() -> None:
    key = "sk-not-to-be-seen"
    settings = load_settings(openai_api_key=key, llm_arguments=f'{{"api_key": "{key}"}}')
    assert "sk-not-to-be-seen" not in repr(settings) + str(settings) + settings.model_dump_json()


@pytest.mark.parametrize(
    ("given", "has_model"),
    [
        ({}, False),
        ({"model": "m"}, False),
        ({"openai_api_key": "k"}, False),
        ({"openai_base_url": "http://127.0.0.1:1/v1"}, False),
        ({"model": "m", "openai_api_key": "k"}, True),
        ({"llm": "a.b:C"}, True),
        ({"model": "m", "openai_base_url": "http://127.0.0.1:1/v1"}, True),
    ],
)
def test_a_model_is_there_only_when_it_and_its_endpoint_are_named(
    given: dict[str, str], *, has_model: bool
) -> None:
    assert load_settings(**given).has_model is has_model


def test_settings_do_not_change_after_they_were_read() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().model = "another"  # type: ignore[misc]
