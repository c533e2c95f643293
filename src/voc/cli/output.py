"""How results are printed: tables, JSON and CSV on stdout; progress on stderr."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from voc.errors import VocError

if TYPE_CHECKING:
    from voc.api import Progress

Row = Mapping[str, object]

_WIDTH, _LAST_WIDTH = 40, 200  # terminal cells of a column, and of the last one
_LISTED, _LONGEST = 5, 60  # names in a warning, and characters of each
_FORMULA = tuple("=+-@\t\r＝＋－＠")
_HIDDEN = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def emit(text: str) -> None:
    """Print a result: safe to look at on a terminal, the very bytes (UTF-8) into a file or pipe."""
    if sys.stdout.isatty():
        from voc.report.visible import visible

        click.echo(visible(text), nl=not text.endswith("\n"))
    else:
        _pass_on(text.encode("utf-8", "replace"))


def _pass_on(content: bytes) -> None:
    try:
        click.echo(content, nl=False)
    except BrokenPipeError:  # the reader, such as head, has seen enough
        raise
    except OSError as error:
        raise VocError(f"the output cannot be written: {error.strerror or error}; send it elsewhere") from error


def warn(text: str) -> None:
    """Say on stderr, in one line, what went less well than it was asked for; asking for quiet does not silence it."""
    from voc.report.visible import visible

    click.echo(f"Warning: {' '.join(visible(text).split())}", err=True)


def listed(names: Sequence[str]) -> str:
    """The first names for a warning, each cut to what fits there."""
    cut = (name if len(name) <= _LONGEST else name[: _LONGEST - 1].rstrip() + "…" for name in names[:_LISTED])
    return ", ".join(cut) + (", …" if len(names) > _LISTED else "")


def emit_rows(rows: Sequence[Row], style: str, *, nothing: str) -> None:
    """Print rows of equal keys as a table, JSON or CSV; for no rows, say `nothing` on stderr in a table's place."""
    if not rows and style == "table":
        click.echo(nothing, err=True)
    else:
        emit(_STYLES[style](rows))


def as_table(rows: Sequence[Row]) -> str:
    """Aligned columns, long cells cut off with …; each row stays on one line."""
    names = list(rows[0])
    lines = [names, *([_cell(row[name]) for name in names] for row in rows)]
    limits = [_WIDTH] * (len(names) - 1) + [_LAST_WIDTH]
    cut = [[_fit(cell, limit) for cell, limit in zip(line, limits, strict=True)] for line in lines]
    widths = [max(_width(line[n]) for line in cut) for n in range(len(names))]
    padded = (
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)) for line in cut
    )
    return "".join(f"{line.rstrip()}\n" for line in padded)


def as_json(rows: Sequence[Row] | Row) -> str:
    """Indented JSON; what a terminal would act on is escaped, which JSON reads as the same."""
    text = json.dumps(rows, ensure_ascii=False, indent=2)
    return _HIDDEN.sub(lambda match: f"\\u{ord(match.group()):04x}", text) + "\n"


def as_csv(rows: Sequence[Row]) -> str:
    """CSV with a header; cells that a spreadsheet would take for a formula get an apostrophe."""
    out = io.StringIO()
    if rows:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(rows[0])
        writer.writerows([_defused(_cell(value)) for value in row.values()] for row in rows)
    return out.getvalue()


def as_rows(rows: Sequence[Row], style: str) -> str:
    """Rows of equal keys as a table, JSON or CSV."""
    return _STYLES[style](rows)


_STYLES = {"table": as_table, "json": as_json, "csv": as_csv}


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
    return " ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _defused(cell: str) -> str:
    is_number = re.fullmatch(r"-?\d+(\.\d+)?(e[-+]\d+)?", cell)
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) and not is_number else cell


def _fit(cell: str, limit: int) -> str:
    from rich.cells import set_cell_size

    from voc.report.visible import visible

    flat = " ".join(visible(cell).split())
    return flat if _width(flat) <= limit else set_cell_size(flat, limit - 1).rstrip() + "…"


def _width(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)


@contextmanager
def progress(*, quiet: bool) -> Iterator[Progress | None]:
    """A callback (step, done, total) that draws bars on a terminal and prints a line per step elsewhere."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with _bars() as advance:
            yield advance
    else:
        yield _lines()


@contextmanager
def _bars() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    tasks: dict[str, TaskID] = {}
    layout = (TextColumn("{task.description:8}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*layout, console=Console(stderr=True)) as bars:

        def advance(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=None)
            bars.update(tasks[step], completed=done, total=total or None)

        yield advance


def _lines() -> Progress:
    finished: set[str] = set()

    def advance(step: str, done: int, total: int) -> None:
        if done >= total > 0 and step not in finished:
            finished.add(step)
            click.echo(f"{step}: {done}" if done > 1 else step, err=True)

    return advance
