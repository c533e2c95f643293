"""A report as CSV, for spreadsheets: one row per suggestion, evidence included."""

from __future__ import annotations

import csv
import io

from voc.report.model import Report
from voc.report.table import Cell, columns, rows
from voc.report.visible import visible

# the full-width forms too: spreadsheets with an East Asian locale read them as their narrow twins
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_MAX_CELL = 32_000  # Excel cuts a cell at 32,767 characters and breaks the row


def render_csv(report: Report) -> str:
    """The suggestions with a byte order mark and CRLF, as Excel wants them."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns(report))
    writer.writerows([safe(cell) for cell in row.values()] for row in rows(report))
    return "\ufeff" + out.getvalue()


def safe(cell: Cell) -> Cell:
    """A cell that no spreadsheet takes for a formula, and none cuts off.

    >>> safe("=1+1"), safe("＝1+1"), safe("好用"), safe(-1)
    ("'=1+1", "'＝1+1", '好用', -1)
    """
    if not isinstance(cell, str):
        return cell
    text = visible(cell)
    if len(text) > _MAX_CELL:
        text = text[:_MAX_CELL].rsplit(None, 1)[0] + " …"
    return "'" + text if text.lstrip(" ").startswith(_FORMULA) else text
