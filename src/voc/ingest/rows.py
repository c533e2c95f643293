"""What the format readers hand on: records and rows, and what could not become one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Record(NamedTuple):
    """The cells of one record of a table, the line it starts in, and its raw text if it has one."""

    line: int
    cells: list[str]
    raw: str = ""


class Row(NamedTuple):
    """One row: its line (or position) in the file, cell by column, column by field, and its raw text if it has one."""

    line: int
    values: Mapping[str, str]
    fields: Mapping[str, str]
    raw: str = ""


class Refused(NamedTuple):
    """A piece of a file that is no row, why, and its raw text."""

    line: int
    reason: str
    raw: str
