"""Which format a file has: by its suffix, corrected by its first bytes."""

from __future__ import annotations

import json
import re
from pathlib import Path

from voc.ingest.columns import match

FORMATS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xls": "xls",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".txt": "text",
}
ZIP = b"PK\x03\x04"
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
JSON_START = re.compile(r"\[\s*[\[{\"\]]|\{\s*[\"}]")
HTML_STARTS = ("<!doctype html", "<html", "<?xml", "<head", "<body", "<div", "<p>")


def by_suffix(name: str) -> tuple[str, str]:
    """Format by suffix ('' if unknown) and the name without suffixes.

    >>> by_suffix("周报.v2.CSV.gz"), by_suffix("notes.md")
    (('csv', '周报.v2'), ('', 'notes'))
    """
    path = Path(name[:-3] if name.lower().endswith(".gz") else name)
    return FORMATS.get(path.suffix.lower(), ""), path.stem


def sniff(start: str, suffix_format: str) -> str:
    r"""The format of a text file from its beginning and the format its suffix promises ('' if none).

    Content tells an array from lines of JSON; the suffix decides the rest, and where there is none, a table is what
    has tabs or commas, or a column name for the text, in its first line.

    >>> sniff("内容,评分", ""), sniff("[{", "jsonl"), sniff('{}\n{}', ""), sniff("很好用", ""), sniff("<html>", "")
    ('csv', 'json', 'jsonl', 'text', 'html')
    """
    start = start.lstrip("\ufeff \t\r\n\0")
    if suffix_format in ("json", "jsonl"):
        return _json_or_lines(start, suffix_format)
    if suffix_format in ("xlsx", "xls"):  # sites like to call a page or tab-separated text a workbook
        found = _sniff_unnamed(start)
        return "xlsx" if found == "text" else found
    return suffix_format or _sniff_unnamed(start)


def _sniff_unnamed(start: str) -> str:
    if JSON_START.match(start):
        return _json_or_lines(start, "")
    if start[:300].lower().startswith(HTML_STARTS):
        return "html"
    first, second = [*start.split("\n", 2), ""][:2]
    if "\t" in first:
        return "tsv"
    named = any("text" in match(first.split(delimiter)) for delimiter in ",;|")
    return "csv" if named or 0 < first.count(",") == second.count(",") else "text"


def _json_or_lines(start: str, otherwise: str) -> str:
    if start.startswith("["):
        return "json"
    first, _, rest = start.partition("\n")
    try:
        json.loads(first, strict=False)
    except (ValueError, RecursionError):
        return "json" if otherwise == "json" or first.strip() == "{" else "jsonl"
    return "jsonl" if rest.strip() or otherwise == "jsonl" else "json"
