"""Tables (CSV, TSV, XLSX) -> rows: finds the header, which may stand below a caption, and names the cells."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from typing import Any, BinaryIO

from voc.errors import InputError
from voc.ingest.columns import is_header, require
from voc.ingest.delimited import Records, sniff_delimiter
from voc.ingest.rows import Record, Refused, Row

HEADER_WITHIN = 10  # records


@dataclass(frozen=True)
class Table:
    """A header, the fields its columns serve, and the records under (and above) it."""

    header: list[str]
    fields: dict[str, str]
    above: list[Record | Refused]
    below: Iterable[Record | Refused]

    def rows(self) -> Iterator[Row | Refused]:
        for record in self.above:
            yield _refused(record, "stands above the header") if isinstance(record, Record) else record
        for record in self.below:
            if isinstance(record, Refused):
                yield record
            elif any(cell.strip() for cell in record.cells):
                values = dict(zip(self.header, record.cells, strict=False))
                yield Row(record.line, values, self.fields, record.raw)


def csv_rows(
    lines: Iterable[str], *, name: str, columns: Mapping[str, str], tabs: bool, needs: str = "text"
) -> Iterator[Row | Refused]:
    """The rows of a CSV or TSV file, from its lines (ends kept); holds no more than one record at a time.

    Raises: InputError where there is no header, or no column of the field that the file `needs`.
    """
    lines = iter(lines)
    head = list(islice(lines, HEADER_WITHIN))
    records = Records(chain(head, lines), delimiter="\t" if tabs else sniff_delimiter(head, needs))
    table = _table(iter(records), name=name, columns=columns, needs=needs)
    records.width = len(table.header)
    yield from table.rows()


def xlsx_rows(
    stream: BinaryIO, *, name: str, columns: Mapping[str, str], needs: str = "text"
) -> Iterator[Row | Refused]:
    """The rows of all sheets of a workbook; a sheet that is no such table is refused, with the reason.

    Raises: InputError where it is no workbook, or no sheet has a column of the field that the file `needs`.
    """
    useless: list[tuple[str, str]] = []
    n_tables = 0
    for sheet in _sheets(stream, name):
        records = _sheet_records(sheet)
        if (first := next(records, None)) is None:
            continue
        try:
            table = _table(chain([first], records), name=name, columns=columns, needs=needs)
        except InputError as error:
            useless.append((sheet.title, str(error)))
            continue
        n_tables += 1
        yield from table.rows()
    if useless and not n_tables:
        raise InputError(useless[0][1])
    for title, reason in useless:
        yield Refused(1, f"sheet {title}: {reason.removeprefix(name).strip()}", title)


def _sheets(stream: BinaryIO, name: str) -> list[Any]:
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and validations, which hold no text
            return list(load_workbook(stream, read_only=True, data_only=True).worksheets)
    except Exception as error:  # openpyxl lets errors of zipfile and of the XML parser through
        raise InputError(f"{name} is not a readable .xlsx workbook; open it and save it again") from error


def _sheet_records(sheet: Any) -> Iterator[Record]:
    sheet.reset_dimensions()  # several exporters write them wrong
    rows = enumerate(sheet.iter_rows(values_only=True), 1)
    while True:
        try:
            line, cells = next(rows)
        except StopIteration:
            return
        except Exception as error:  # a damaged sheet raises whatever its part of the zip or the XML parser raises
            raise InputError(f"sheet {sheet.title} is damaged; open the workbook and save it again") from error
        if any(cell is not None for cell in cells):
            yield Record(line, [_shown(cell) for cell in cells])


def _shown(cell: object) -> str:
    """A cell as text: whole numbers without ``.0``, dates in ISO form."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.isoformat(" ") if isinstance(cell, datetime) else str(cell)


def _table(records: Iterator[Record | Refused], *, name: str, columns: Mapping[str, str], needs: str) -> Table:
    """The table whose header is the first of the first records that names the column it `needs`, else the first."""
    seen: list[Record | Refused] = []
    first: tuple[int, Record] | None = None
    for at, record in enumerate(islice(records, HEADER_WITHIN)):
        seen.append(record)
        if isinstance(record, Refused):
            continue
        first = first or (at, record)
        if is_header(_distinct(record.cells), columns, needs):
            first = at, record
            break
    if not first:
        told = [f" that can be read: line {item.line} {item.reason}" for item in seen if isinstance(item, Refused)]
        raise InputError(f"{name} has no rows{told[0] if told else ''}")
    header = _distinct(first[1].cells)
    return Table(header, require(header, columns, name, needs), seen[: first[0]], chain(seen[first[0] + 1 :], records))


def _distinct(cells: list[str]) -> list[str]:
    """Column names: unnamed ones get a number, repeated ones too.

    >>> _distinct(["内容", "", "内容 "])
    ['内容', 'column_2', '内容_3']
    """
    names: list[str] = []
    for number, cell in enumerate(cells, 1):
        name = " ".join(cell.strip("\ufeff\0 \t\r\n").split()) or f"column_{number}"
        names.append(f"{name}_{number}" if name in names else name)
    return names


def _refused(record: Record, reason: str) -> Refused:
    return Refused(record.line, reason, record.raw or "\t".join(record.cells))
