"""Settings: the environment, a `.env` file and what was saved, read once into one frozen value.

This module is the only reader of the environment. Every field is listed in `.env.example`.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from rag.base.errors import SettingsError
from rag.base.saved import settings_file

_PASSED_ON = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LD_LIBRARY_PATH", "LANG", "LC_ALL")


def _default_library() -> Path:
    return Path(platformdirs.user_data_dir("askpapers", appauthor=False)) / "library"


class Settings(BaseSettings):
    """What can be set. Values given as arguments win over the environment, that over `.env`."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
        hide_input_in_errors=True,  # it may be a key
    )

    library: Path = Field(default_factory=_default_library, validation_alias="ASKPAPERS_LIBRARY")
    """Folder of the library; made when it is missing."""

    openai_api_key: SecretStr | None = Field(default=None, validation_alias="OPENAI_API_KEY")
    """Key for the model endpoint; local servers need none."""

    openai_base_url: str | None = Field(default=None, validation_alias="OPENAI_BASE_URL")
    """Address of an OpenAI-compatible endpoint; empty with a key means OpenAI's own."""

    model: str | None = Field(default=None, validation_alias="ASKPAPERS_MODEL")
    """Name of the model that writes answers; empty means quoted answers only."""

    model_timeout_s: float = Field(
        default=120.0, gt=0, le=3600, validation_alias="ASKPAPERS_MODEL_TIMEOUT"
    )
    """Seconds a written answer may take in all before the quoted one stands."""

    first_token_timeout_s: float = Field(
        default=30.0, gt=0, le=3600, validation_alias="ASKPAPERS_FIRST_TOKEN_TIMEOUT"
    )
    """Seconds within which a model must begin; a large one on this machine may need more."""

    temperature: float = Field(default=0.0, ge=0, validation_alias="ASKPAPERS_TEMPERATURE")
    """How freely the model picks its words; 0 is the most repeatable."""

    price_in: float | None = Field(default=None, ge=0, validation_alias="ASKPAPERS_PRICE_IN")
    """Price of a million tokens sent; with the other one, answers say what they cost."""

    price_out: float | None = Field(default=None, ge=0, validation_alias="ASKPAPERS_PRICE_OUT")
    """Price of a million tokens received."""

    llm: str | None = Field(default=None, validation_alias="ASKPAPERS_LLM")
    """A model of LlamaIndex as `module:Class`, in place of an endpoint."""

    llm_arguments: SecretStr | None = Field(
        default=None, validation_alias="ASKPAPERS_LLM_ARGUMENTS"
    )
    """What that class takes, as a JSON object; may hold a key."""

    rerank_url: str | None = Field(default=None, validation_alias="ASKPAPERS_RERANK_URL")
    """Address of a reranker, to which the best papers found go with the question."""

    rerank_model: str | None = Field(default=None, validation_alias="ASKPAPERS_RERANK_MODEL")
    """Name of the reranker's model, where its server has several."""

    rerank_key: SecretStr | None = Field(default=None, validation_alias="ASKPAPERS_RERANK_KEY")
    """Key for the reranker; local servers need none."""

    answers_kept: int = Field(
        default=10_000, ge=0, le=10_000_000, validation_alias="ASKPAPERS_ANSWERS_KEPT"
    )
    """How many of the last answers the library keeps; 0 keeps none."""

    reuses_answers: bool = Field(default=False, validation_alias="ASKPAPERS_REUSE_ANSWERS")
    """Whether a written answer is given again while neither library, model nor prompt changes."""

    quoted_percent: float = Field(
        default=0.0, ge=0, le=100, validation_alias="ASKPAPERS_QUOTED_PERCENT"
    )
    """How much of the library's words one conversation may be told, in percent; 0: no limit."""

    embedder: Literal["minilm", "fast"] = Field(
        default="minilm", validation_alias="ASKPAPERS_EMBEDDER"
    )
    """What makes the vectors of a new library: the sentence model, or quick static vectors."""

    chroma_url: str | None = Field(default=None, validation_alias="CHROMA_URL")
    """Address of a Chroma server that has the vectors, in place of a folder of the library."""

    database_url: SecretStr | None = Field(default=None, validation_alias="DATABASE_URL")
    """Address of a PostgreSQL database that has the records, in place of the library's folder."""

    reads: bool = Field(default=True, validation_alias="ASKPAPERS_READER")
    """Whether the reader that comes along judges sentences; it costs some 0.1 s a question."""

    online: bool = Field(default=False, validation_alias="ASKPAPERS_ONLINE")
    """Whether identifiers and addresses that are added may be looked up in the network."""

    weights: Path | None = Field(default=None, validation_alias="ASKPAPERS_WEIGHTS")
    """Another copy of the weights of `minilm` (the same bytes), if the package's is missing."""

    user_header: str | None = Field(
        default=None, pattern=r"^[A-Za-z0-9-]{1,80}$", validation_alias="ASKPAPERS_USER_HEADER"
    )
    """Header in which a trusted proxy names the person; nothing else may reach the server then."""

    questions_a_day: int = Field(
        default=0, ge=0, le=1_000_000, validation_alias="ASKPAPERS_QUESTIONS_A_DAY"
    )
    """How many questions one person may ask in the chat in a day; 0 sets no limit."""

    read_only: bool = Field(default=False, validation_alias="ASKPAPERS_READ_ONLY")
    """Whether the chat leaves papers and settings as they are."""

    prompts_dir: Path | None = Field(default=None, validation_alias="PROMPTS_DIR")
    """Folder of prompt files that replaces the shipped one."""

    threads: int = Field(default=0, ge=0, le=256, validation_alias="ASKPAPERS_THREADS")
    """Threads for embedding; 0 takes what the machine offers, at most four."""

    @field_validator("library", "weights", "prompts_dir")
    @classmethod
    def _with_home(cls, value: Path | None) -> Path | None:
        # A shell expands "~" before we see it, a `.env` file does not.
        return value.expanduser() if value else None

    @field_validator("chroma_url")
    @classmethod
    def _is_address(cls, value: str | None) -> str | None:
        at = urlsplit(value or "http://none")
        is_plain = at.scheme in ("http", "https") and at.hostname and not at.username
        if not is_plain or at.path.strip("/"):
            raise ValueError("it is not an address such as http://127.0.0.1:8000")
        return value

    @field_validator("database_url")
    @classmethod
    def _is_database(cls, value: SecretStr | None) -> SecretStr | None:
        scheme = (value.get_secret_value() if value else "postgresql://").partition("://")[0]
        if scheme not in ("postgres", "postgresql", "postgresql+psycopg"):
            raise ValueError("it is not an address such as postgresql://me@127.0.0.1/papers")
        return value

    @field_validator("llm_arguments")
    @classmethod
    def _is_object(cls, value: SecretStr | None) -> SecretStr | None:
        try:
            is_object = value is None or isinstance(json.loads(value.get_secret_value()), dict)
        except ValueError:
            is_object = False
        if not is_object:
            raise ValueError('it is not a JSON object such as {"model": "qwen2.5:7b"}')
        return value

    @property
    def has_model(self) -> bool:
        """True when an endpoint and a model are named, so that answers can be written."""
        return bool(self.llm or (self.model and (self.openai_base_url or self.openai_api_key)))


def load_settings(**given: object) -> Settings:
    """Read the settings; arguments that are None are left to the environment.

    Raises:
        SettingsError: a value cannot be used; the message names the variable.
    """
    wished = {key: value for key, value in given.items() if value is not None}
    # The last file wins: `.env` over what was saved on the screen.
    files = {"_env_file": (settings_file(), ".env")}
    try:
        return Settings(**files, **wished)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = first["loc"][0] if first["loc"] else "settings"
        raise SettingsError(f"{name}: {first['msg']}. Correct it or remove it.") from error


def environment_of_a_child() -> dict[str, str]:
    """What a process of ours gets: how to run and where our code lies; no settings, no keys."""
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return passed_on | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
