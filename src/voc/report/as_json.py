"""A report as JSON, for programs: every number that counts something stands with its measure and its posts.

History of `format_version`:

1. The first. A figure is ``{"value", "measure", "posts", "where"}`` (see `voc.report.figure.Figure`), a sentence
   ``{"text", "figures"}``, a movement ``{"trend", "label", "theme_ids"}``; everything else has the fields of its
   dataclass in `voc.report.model`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from voc.report.figure import Figure
from voc.report.model import Movement, Report, Sentence

FORMAT_VERSION = 1
_UNPACKED = 3  # levels that get lines of their own; deeper ones are one line each, to keep large reports small
_SURROGATE = re.compile("[\ud800-\udfff]")


def render_json(report: Report) -> str:
    """The report as one JSON object, UTF-8, ending in a newline."""
    content = {"format_version": FORMAT_VERSION, **_plain(report)}
    del content["labels"]
    text = "".join(_lines(content, 0)) + "\n"
    return _SURROGATE.sub(lambda match: f"\\u{ord(match.group()):04x}", text)  # half a character has no UTF-8


def _plain(value: object) -> Any:
    if isinstance(value, Figure):
        where = dict(value.where)
        return {"value": value.value, "measure": value.measure, "posts": list(value.post_ids), "where": where}
    if isinstance(value, Sentence):
        figures = [_plain(part) for part in value.parts if isinstance(part, Figure)]
        return {"text": value.text, "figures": figures}
    if isinstance(value, Movement):
        return {"trend": value.trend, "label": value.label, "theme_ids": [item.theme_id for item in value.items]}
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def _lines(value: object, depth: int) -> Iterator[str]:
    if depth >= _UNPACKED or not isinstance(value, dict | list) or not value:
        yield json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=str)
        return
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    pairs = value.items() if isinstance(value, dict) else ((None, inner) for inner in value)
    yield opening
    for n, (key, inner) in enumerate(pairs):
        name = "" if key is None else json.dumps(key, ensure_ascii=False) + ": "
        yield f"{',' if n else ''}\n{' ' * (depth + 1)}{name}"
        yield from _lines(inner, depth + 1)
    yield f"\n{' ' * depth}{closing}"
