"""Dataclasses to rows and back: a field is a column of the same name, mappings and tuples are JSON."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

Row = dict[str, Any]
T = TypeVar("T")

_OBJECTS = frozenset(
    {"arguments", "attributes", "columns", "config", "content", "contributions", "rejected", "signals"},
)
_ARRAYS = frozenset(
    {
        *("acts_on", "after", "before", "cites", "exemplars", "keywords", "missing_evidence", "names", "post_ids"),
        *("statement_ids", "themes", "windows"),
    }
)


@cache
def columns(kind: Any, *, without: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The field names of a dataclass, in order of declaration."""
    return tuple(field.name for field in dataclasses.fields(kind) if field.name not in without)


def to_row(value: object, *, without: tuple[str, ...] = (), **more: object) -> Row:
    """The fields of a dataclass instance as columns, but for some; `more` adds columns or replaces them.

    >>> from voc.datatypes import RejectedRow
    >>> to_row(RejectedRow(file="a.csv", line=3, reason="has no text", raw="5,"), without=("raw", "file"), id="r")
    {'line': 3, 'reason': 'has no text', 'id': 'r'}
    """
    names = columns(type(value), without=without)  # type: ignore[arg-type] # mypy takes classes for unhashable
    return {name: _encode(getattr(value, name)) for name in names} | more


def from_row(kind: type[T], row: sqlite3.Row, **more: object) -> T:
    """The dataclass instance a row was made from; columns without a field are ignored, `more` gives missing fields."""
    present = row.keys()
    names = columns(kind)  # type: ignore[arg-type] # mypy takes classes for unhashable
    return kind(**{name: _decode(name, row[name]) for name in names if name in present} | more)


def _encode(value: object) -> object:
    if isinstance(value, Mapping):
        return json.dumps(dict(value), ensure_ascii=False)
    if isinstance(value, tuple):
        return json.dumps(value, ensure_ascii=False)
    return value


def _decode(name: str, value: Any) -> Any:
    if name in _OBJECTS:
        return json.loads(value)
    return tuple(json.loads(value)) if name in _ARRAYS else value
