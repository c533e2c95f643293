"""JSON and JSON Lines -> rows: every object is a row, every string a text, nested values are kept as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Any, NamedTuple

from voc.errors import InputError
from voc.ingest.columns import match, require
from voc.ingest.rows import Refused, Row

LOOKED_AT = 100  # objects, to learn which keys there are
ROWS_UNDER = ("data", "items", "results", "list", "records", "rows", "reviews", "comments", "posts", "feedback")
NOT_A_ROW = "is neither an object nor a string"


class _Object(NamedTuple):
    line: int
    value: dict[str, Any]
    raw: str


def jsonl_rows(
    lines: Iterable[str], *, name: str, columns: Mapping[str, str], needs: str = "text"
) -> Iterator[Row | Refused]:
    """The rows of a JSON Lines file; holds one line at a time.

    Raises: InputError where none of the first objects has the field that the file `needs`.
    """
    parsed = (_parsed(number, line) for number, line in _stripped(lines) if line)
    yield from _rows(parsed, name=name, columns=columns, needs=needs)


def json_rows(text: str, *, name: str, columns: Mapping[str, str], needs: str = "text") -> Iterator[Row | Refused]:
    """The rows of a JSON document: an array, an object that holds one (``{"data": [...]}``), or a single object.

    The document is held in memory whole. Lines count the elements of the array.

    Raises: InputError where it is not JSON, or has no field that it `needs`.
    """
    try:
        document = json.loads(text.lstrip("\ufeff"), strict=False)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{name} is not valid JSON: {_reason(error)}") from error
    elements = _elements(document, columns, needs)
    if elements is None:
        raise InputError(f"{name} holds no array of objects; save them as [{{...}}, ...] or one a line")
    objects = (_object(number, value, "") for number, value in enumerate(elements, 1))
    yield from _rows(objects, name=name, columns=columns, needs=needs)


def _rows(
    objects: Iterator[_Object | Refused], *, name: str, columns: Mapping[str, str], needs: str
) -> Iterator[Row | Refused]:
    head = list(islice(objects, LOOKED_AT))
    keys = list(dict.fromkeys(key for item in head if isinstance(item, _Object) for key in item.value))
    if not keys:
        yield from (item for item in head if isinstance(item, Refused))
        raise InputError(
            f"{name} has no rows" if not head else f"{name} has no JSON object in its first {len(head)} rows"
        )
    require(keys, {field: column for field, column in columns.items() if field == needs}, name, needs)
    fields: dict[tuple[str, ...], dict[str, str]] = {}
    for item in chain(head, objects):
        if isinstance(item, Refused):
            yield item
            continue
        shape = tuple(item.value)
        if shape not in fields:
            fields[shape] = match(shape, columns)
        values = {key: _shown(value) for key, value in item.value.items()}
        yield Row(item.line, values, fields[shape], item.raw)


def _stripped(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    return ((number, line.strip("\ufeff \t\r\n")) for number, line in enumerate(lines, 1))


def _parsed(line: int, raw: str) -> _Object | Refused:
    try:
        value = json.loads(raw, strict=False)
    except (ValueError, RecursionError) as error:
        return Refused(line, f"is malformed JSON: {_reason(error)}", raw)
    return _object(line, value, raw)


def _object(line: int, value: Any, raw: str) -> _Object | Refused:
    if isinstance(value, dict):
        return _Object(line, value, raw)
    if isinstance(value, str):
        return _Object(line, {"text": value}, raw)
    return Refused(line, NOT_A_ROW, raw or json.dumps(value, ensure_ascii=False))


def _elements(document: Any, columns: Mapping[str, str], needs: str) -> list[Any] | None:
    """The array of rows in a document: itself, one under a usual key, any array of objects, else the object alone."""
    if isinstance(document, list):
        return document
    if not isinstance(document, dict):
        return None
    column = match(document, columns).get(needs)
    if column is not None and not isinstance(document[column], list):
        return [document]
    inside = [document[key] for key in (*ROWS_UNDER, *document) if key in document]
    arrays = (value for value in inside if isinstance(value, list) and any(isinstance(item, dict) for item in value))
    nested = (found for value in inside if isinstance(value, dict) and (found := _elements(value, columns, needs)))
    return next(chain(arrays, nested), None)


def _shown(value: Any) -> str:
    """A JSON value as the text of a cell.

    >>> [_shown(value) for value in ("好", 5, 4.0, None, True, ["a"])]
    ['好', '5', '4.0', '', 'true', '["a"]']
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False)


def _reason(error: Exception) -> str:
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error).split(": line", 1)[0]
