"""Tables of TOML files that users edit: which keys they may hold, and what stands under each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from voc.errors import ConfigError

Table = Mapping[str, Any]
Test = Callable[[object], bool]  # its docstring says what passes: "a list of texts"


def check_shape(table: Table, shape: Mapping[str, Test], *needed: str, where: str) -> None:
    """Raise ConfigError, beginning with `where`, for a key that is missing, one there is not, or an unfit value."""
    for key in needed:
        if key not in table:
            raise ConfigError(f"{where}: {key} is missing")
    for key, value in table.items():
        if key not in shape:
            raise ConfigError(f"{where}: unknown key {key!r}; keys are {', '.join(shape)}")
        if not shape[key](value):
            raise ConfigError(f"{where}: {key} = {value!r} is not {shape[key].__doc__}")


def is_text(value: object) -> bool:
    """a text"""
    return isinstance(value, str) and bool(value.strip())


def are_texts(value: object) -> bool:
    """a list of texts"""
    return isinstance(value, list) and all(map(is_text, value))


def are_tables(value: object) -> bool:
    """a list of tables"""
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)
