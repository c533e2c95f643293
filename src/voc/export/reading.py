"""A tool's own export -> rows: CSV, TSV or what `gh issue list --json` prints, in whatever encoding."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from voc.errors import InputError
from voc.ingest.encodings import choose, codec, is_binary

_DELIMITERS = ",\t;"


class Row(dict[str, tuple[str, ...]]):
    """The cells that are not empty by column, names in lower case; columns of one name share their cells."""

    def first(self, names: Iterable[str]) -> str:
        """The first cell of the first of these columns that has one."""
        return next((self[name][0] for name in names if name in self), "")


def read_rows(path: Path | str) -> tuple[frozenset[str], list[Row]]:
    """The names of the columns, and the rows. Raises: InputError where the file is no table that can be read."""
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}; check the path") from error
    if is_binary(content) or content.startswith(b"PK\x03\x04"):
        raise InputError(f"{path} is no text; save it as CSV, in UTF-8 or GB18030")
    if not content.strip():
        raise InputError(f"{path} is empty")
    text = content.decode(codec(choose(content, given="", name=str(path))), "replace").lstrip("\ufeff")
    if text.lstrip().startswith(("[", "{")):
        return _objects(text, path)
    return _table(text, path)


def _table(text: str, path: Path | str) -> tuple[frozenset[str], list[Row]]:
    csv.field_size_limit(sys.maxsize)
    first = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        header, *records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except (csv.Error, ValueError) as error:
        raise InputError(f"{path} is no table: {error}; export it again as CSV") from error
    names = [_name(cell) for cell in header]
    return frozenset(names) - {""}, [_row(zip(names, cells, strict=False)) for cells in records if any(cells)]


def _objects(text: str, path: Path | str) -> tuple[frozenset[str], list[Row]]:
    try:
        found = json.loads(text) if text.lstrip().startswith("[") else [json.loads(line) for line in text.splitlines()]
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not valid JSON; export it again") from error
    rows = [
        _row((_name(key), cell) for key, value in item.items() for cell in _texts(value))
        for item in found
        if isinstance(item, Mapping)
    ]
    names = {_name(key) for item in found if isinstance(item, Mapping) for key in item}
    return frozenset(names), rows


def _texts(value: object) -> Iterator[str]:
    """The texts in a value of JSON; an object, such as a label, stands for its name or title."""
    if isinstance(value, Mapping):
        yield from _texts(value.get("name") or value.get("title"))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for inner in value:
            yield from _texts(inner)
    elif value is not None:
        yield str(value)


def _name(cell: str) -> str:
    return " ".join(cell.strip("\ufeff \t\r\n").split()).lower()


def _row(cells: Iterable[tuple[str, str]]) -> Row:
    row = Row()
    for name, cell in cells:
        if name and cell.strip():
            row[name] = (*row.get(name, ()), cell.strip())
    return row
