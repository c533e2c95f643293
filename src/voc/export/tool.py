"""What is declared of a planning tool, and how its rows become a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from voc.export.card import Card
from voc.export.markup import Markup
from voc.export.step import CREATE, MERGE, REOPEN, UPDATE, Cell, Content, Step
from voc.report.as_csv import safe
from voc.report.model import Report

Columns = Mapping[str, Callable[[Card], Cell]]
Render = Callable[["Tool", Sequence[Step], Report], Mapping[str, str]]
NEWS = ".updates"  # what stands before the suffix of the file of updates


@dataclass(frozen=True, kw_only=True, slots=True)
class Tool:
    """A planning tool: the columns of its import, and how it knows an item again.

    `columns` are those of an item, in the language of a report; `body` names the one that
    describes the item, `markup` is how that is written.
    `key` names the column that tells the tool which item is meant, in a file of updates; `comment` the one for a
    remark. Where `needs_key`, the tool updates on import, so an item is held back until its key is known. `known_by`
    are column names, in lower case, that of all tools' own exports only this one's has. `render` makes the files, by
    what is put before their suffix. Columns in `first_told` stay as they were told first; `state` names the one for the
    status, which stays likewise where the status is known from the tool itself. What `finds` looks for an item before
    it makes one, so that none is made twice.
    """

    name: str
    columns: Callable[[Report], Columns]
    body: Callable[[Report], str]
    markup: Markup
    known_by: frozenset[str]
    render: Render
    key: str = "key"
    comment: str = "comment"
    needs_key: bool = False
    bom: bool = False
    finds: bool = False
    first_told: frozenset[str] = frozenset()
    state: Callable[[Report], str] = lambda report: ""

    def content(self, card: Card) -> Content:
        """The item, cell by column; a cell that is a list gets as many columns of one name as it needs."""
        return {name: cell(card) for name, cell in self.columns(card.report).items()}


def as_csv(tool: Tool, steps: Sequence[Step], report: Report) -> Mapping[str, str]:
    """Two files: what the tool is to create, and apart from it what has changed, which few imports can update."""
    new = [step.content for step in steps if step.action == CREATE]
    changed = [_update(tool, step) for step in steps if step.action in (UPDATE, MERGE, REOPEN)]
    columns = tuple(tool.columns(report))
    leading = ("action", "theme", tool.key, "link")
    return {"": _table(tool, new, columns), NEWS: _table(tool, changed, (*leading, *columns, tool.comment))}


def _update(tool: Tool, step: Step) -> Content:
    return {
        "action": step.action,
        "theme": step.theme_id,
        tool.key: step.key,
        "link": step.link,
        **step.content,
        tool.comment: step.remark,
    }


def _table(tool: Tool, contents: Sequence[Content], columns: Sequence[str]) -> str:
    """A header and a row for each item, with CRLF; a list is spread over columns that share a name."""
    names = list(dict.fromkeys([*columns, *(name for content in contents for name in content)]))
    widths = {name: max([1, *(len(_cells(content.get(name, ""))) for content in contents)]) for name in names}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(name for name in names for _ in range(widths[name]))
    for content in contents:
        row: list[object] = []
        for name in names:
            cells = _cells(content.get(name, ""))
            row += [safe(cell) for cell in cells] + [""] * (widths[name] - len(cells))
        writer.writerow(row)
    return ("\ufeff" if tool.bom else "") + out.getvalue()


def _cells(cell: Cell) -> list[str | int | float]:
    return list(cell) if isinstance(cell, list) else [cell]
