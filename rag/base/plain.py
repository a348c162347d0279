"""Frozen values as plain ones: dicts, lists, strings, numbers."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any


def plain_fields(value: Any) -> dict[str, Any]:
    """The fields of a dataclass, all the way down as JSON knows them."""
    return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return plain_fields(value)
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return value
