"""The command `timeline`: themes from run to run."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from voc.cli import options
from voc.cli.output import Row, emit_rows
from voc.errors import InputError

if TYPE_CHECKING:
    from voc.timeline import Point


@click.command()
@options.database
@click.option("--theme", metavar="THEME", help="Only this: its name, its id or the beginning of its id.")
@options.table_format
def timeline(db: str, theme: str | None, style: str) -> None:
    """What became of each theme: per run, the last window beside those before it.

    Share is of the people active in the window, change its ratio to the share before, with an interval. Flags: new,
    returned, surging, falling; at most a tenth of those of a run are expected to be chance.
    """
    from voc.store import Store
    from voc.timeline import timeline as points

    with Store(db, create=False) as store:
        found = points(store.count_themes())
    if theme is not None:
        found = _about(found, theme)
    shape: Callable[[Point], Row] = _line if style == "table" else dataclasses.asdict
    emit_rows([shape(point) for point in found], style, nothing="no run with windows")


COMMANDS = (timeline,)


def _about(points: Sequence[Point], wanted: str) -> list[Point]:
    ids = {point.theme for point in points if wanted in (point.theme, point.name)}
    ids = ids or {point.theme for point in points if wanted and point.theme.startswith(wanted)}
    if not ids:
        raise InputError(f"there is no theme {wanted or 'without a name'} in any run; list them with: voc themes DB")
    return [point for point in points if point.theme in ids]


def _line(point: Point) -> Row:
    """What fits on a line of a terminal."""
    bounds = "" if point.change is None else f"{point.low:.2g}–{'∞' if point.high is None else f'{point.high:.2g}'}"
    return {
        "as_of": point.as_of[:10],
        "name": point.name,
        "people": point.people,
        "posts": point.posts,
        "active": point.active,
        "share": f"{point.share:.1%}",
        "change": "" if point.change is None else f"×{point.change:.2g}",
        "interval": bounds,
        "flags": point.flags,
        "theme": point.theme,
    }
