"""Reading one input from its first bytes to its summary."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from io import TextIOWrapper
from typing import BinaryIO, TypeVar

from voc.datatypes import FileSummary, RejectedRow
from voc.errors import InputError
from voc.ingest.encodings import choose, codec, is_binary
from voc.ingest.files import HEAD, Source
from voc.ingest.formats import OLD_EXCEL, ZIP, sniff
from voc.ingest.pages import html_rows, text_rows
from voc.ingest.posts import clean
from voc.ingest.records import json_rows, jsonl_rows
from voc.ingest.rows import Refused, Row
from voc.ingest.tables import csv_rows, xlsx_rows

Made = TypeVar("Made")

STREAMED = ("csv", "tsv", "jsonl")
LONGEST_RAW = 10_000  # characters of a rejected row that are kept


class Reading:
    """The reading of one input: what is made of its rows, and rejected rows, then what became of it.

    A file is of no use without the field that it `needs`; only one of posts may be a page or plain text.
    """

    def __init__(self, source: Source, *, columns: Mapping[str, str], encoding: str, needs: str = "text") -> None:
        self._source = source
        self._wanted = columns
        self._given = encoding
        self._needs = needs
        self._name = clean(source.name)
        self._format = source.format
        self._encoding = ""
        self._columns: dict[str, str] = {}

    def items(self, make: Callable[[Row], Made | Refused]) -> Iterator[Made | RejectedRow | FileSummary]:
        """What is made of rows, and rejected rows, then the summary; what makes the file unreadable ends up there."""
        n_made = n_rejected = 0
        first, error = "", ""
        try:
            for row in self._rows():
                made = make(row) if isinstance(row, Row) else row
                if isinstance(made, Refused):
                    n_rejected += 1
                    first = first or f"; the first: line {made.line} {made.reason}"
                    yield self._rejected(made)
                else:
                    n_made += 1
                    yield made
            if not n_made:
                error = (
                    f"{self._name} has no row that can be used{first}" if n_rejected else f"{self._name} has no rows"
                )
        except InputError as problem:
            error = str(problem)
        except (OSError, EOFError, zlib.error) as problem:
            error = f"{self._name} cannot be read to its end: {_reason(problem)}"
        yield FileSummary(
            file=self._name,
            format=self._format,
            encoding=self._encoding,
            columns=self._columns,
            n_posts=n_made,
            n_rejected=n_rejected,
            error=clean(error),
        )

    def _rejected(self, refused: Refused) -> RejectedRow:
        raw = clean(refused.raw[:LONGEST_RAW])
        return RejectedRow(file=self._name, line=refused.line, reason=clean(refused.reason), raw=raw)

    def _rows(self) -> Iterator[Row | Refused]:
        """The rows of the file; on the way the columns they use are noted."""
        noted: Mapping[str, str] | None = None
        for row in self._parsed():
            if isinstance(row, Row) and row.fields is not noted:
                noted = row.fields
                self._columns = {clean(k): clean(v) for k, v in noted.items()} | self._columns
            yield row

    def _parsed(self) -> Iterator[Row | Refused]:
        with self._source.open() as stream:
            sample = _sample(stream)
        if sample.startswith((ZIP, OLD_EXCEL)):
            yield from self._workbook(sample)
            return
        if not sample.strip(b"\0 \t\r\n"):
            raise InputError(f"{self._name} is empty")
        if is_binary(sample):
            raise InputError(f"{self._name} is a binary file, not text, a table or a page")
        self._encoding = choose(sample, given=self._given, name=self._name)
        start = sample.decode(codec(self._encoding), "replace")
        self._format = sniff(start, self._source.format)
        if self._format == "xlsx":
            raise InputError(f"{self._name} is not a readable .xlsx workbook; open it and save it again")
        with self._source.open() as stream:
            newline = "\n" if "\n" in start else ""  # files from old Macs end their lines with \r
            with TextIOWrapper(stream, codec(self._encoding), "replace", newline) as text:
                yield from self._text(text)

    def _workbook(self, sample: bytes) -> Iterator[Row | Refused]:
        self._format = "xlsx" if sample.startswith(ZIP) else "xls"
        if self._format == "xls":
            raise InputError(f"{self._name} is an old Excel or Word file; save it as .xlsx")
        with self._source.open() as stream:
            yield from xlsx_rows(stream, name=self._name, columns=self._wanted, needs=self._needs)

    def _text(self, stream: TextIOWrapper) -> Iterator[Row | Refused]:
        if self._format in ("html", "text") and self._needs != "text":
            raise InputError(f"{self._name} is no table; save it as CSV, Excel or JSON")
        if self._format not in STREAMED:
            whole = "".join(stream).replace("\0", "")
            yield from {"json": self._document, "html": html_rows}.get(self._format, text_rows)(whole, name=self._name)
            return
        damage: list[Exception] = []
        lines = _until_damaged(stream, damage)
        if self._format == "jsonl":
            yield from jsonl_rows(lines, name=self._name, columns=self._wanted, needs=self._needs)
        else:
            is_tsv = self._format == "tsv"
            yield from csv_rows(lines, name=self._name, columns=self._wanted, tabs=is_tsv, needs=self._needs)
        if damage:
            raise damage[0]

    def _document(self, whole: str, *, name: str) -> Iterator[Row | Refused]:
        return json_rows(whole, name=name, columns=self._wanted, needs=self._needs)


def _until_damaged(stream: TextIOWrapper, damage: list[Exception]) -> Iterator[str]:
    """The lines of a file without NUL characters; what keeps the rest from being read goes to `damage`."""
    try:
        for line in stream:
            yield line.replace("\0", "") if "\0" in line else line
    except (OSError, EOFError, zlib.error) as problem:
        damage.append(problem)


def _sample(stream: BinaryIO) -> bytes:
    """The first bytes; where they are plain ASCII, with the next that are not: only those tell the encoding."""
    sample = chunk = _some(stream)
    while chunk and sample.isascii() and b"\0" not in chunk:
        if not (chunk := _some(stream)).isascii():
            return sample + chunk
    return sample


def _some(stream: BinaryIO) -> bytes:
    """Up to `HEAD` bytes; fewer where compressed data are damaged further on, which reading the rows will report."""
    pieces: list[bytes] = []
    size = 0
    try:
        while size < HEAD and (piece := stream.read(min(HEAD - size, 1 << 13))):
            pieces.append(piece)
            size += len(piece)
    except (EOFError, zlib.error):
        if not pieces:
            raise
    return b"".join(pieces)


def _reason(problem: Exception) -> str:
    if isinstance(problem, EOFError | zlib.error):
        return "the compressed data are cut off or damaged"
    return (getattr(problem, "strerror", None) or str(problem)).lower()
