"""Settings that were saved on the screen: a file of the form of `.env`, readable by its owner only.

The environment and a `.env` file win over it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import platformdirs

from rag.base.errors import SettingsError


def settings_file() -> Path:
    """Where settings are saved."""
    return Path(platformdirs.user_config_dir("askpapers", appauthor=False)) / "settings.env"


def save(values: Mapping[str, str | None]) -> Path:
    """Set variables in the file of saved settings, or take out those that are None.

    Raises:
        SettingsError: a value cannot stand on one line, or the file cannot be written.
    """
    for variable, value in values.items():
        if value is not None and (not value.isprintable() or "'" in value):
            raise SettingsError(f"{variable} must be one line without quotation marks.")
    file = settings_file()
    try:
        known = file.read_text("utf-8").splitlines() if file.exists() else []
        kept = [line for line in known if line.partition("=")[0] not in values]
        given = [f"{name}='{value}'" for name, value in values.items() if value is not None]
        _write(file, "".join(f"{line}\n" for line in [*kept, *given]))
    except OSError as error:
        raise SettingsError(f"{file} cannot be written ({error.strerror}).") from error
    return file


def _write(file: Path, text: str) -> None:
    """Replace the file at once; it is never open to others, not even for a moment."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent)  # made with mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as new:
            new.write(text)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
