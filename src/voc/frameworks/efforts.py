"""Efforts that a team wrote into a table -> person-weeks by theme; nothing is guessed."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from voc.datatypes import Theme
from voc.errors import InputError

# in lower case: those of the tables that voc prints, and those that a team would write
EFFORT_COLUMNS = ("effort", "rice effort", "person-weeks", "工作量", "rice 工作量", "人周")
THEME_COLUMNS = ("theme id", "theme_id", "主题编号", "theme", "主题", "name", "名称")
Row = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Efforts:
    """Person-weeks by theme id, and the names in the file that no theme of the run has."""

    weeks: Mapping[str, float]
    unknown: tuple[str, ...] = ()


def efforts_of(columns: Collection[str], rows: Sequence[Row], themes: Sequence[Theme], *, file: str) -> Efforts:
    """Person-weeks from a table that names themes by id or name; rows without an effort say nothing.

    `rows` hold the cells that are not empty by column, names in lower case.

    Raises: InputError for a table without the columns, a row that names no theme, a name that several themes have, an
        effort that is no number above 0, or two for one theme.
    """
    _require(columns, file)
    ids = {theme.id: theme.id for theme in themes}
    named: defaultdict[str, list[str]] = defaultdict(list)
    for theme in themes:
        named[theme.name].append(theme.id)
    weeks: dict[str, float] = {}
    unknown = []
    for row in rows:
        written = next((row[name][0] for name in EFFORT_COLUMNS if name in row), "")
        if not written:
            continue
        keys = [row[name][0].removeprefix("'") for name in THEME_COLUMNS if name in row]
        if not keys:
            raise InputError(f"{file}: a row has the effort {_short(written)} but no theme; give its id or name")
        effort = _weeks(written, keys[-1], file)
        found = next((match for key in keys if (match := [ids[key]] if key in ids else named.get(key))), [])
        if len(found) > 1:
            raise InputError(f"{file}: {len(found)} themes are called {_short(keys[-1])}; give the id instead")
        if not found:
            unknown.append(keys[-1])
        elif weeks.setdefault(found[0], effort) != effort:
            raise InputError(f"{file}: {_short(keys[-1])} has two efforts; leave one of them out")
    return Efforts(weeks=weeks, unknown=tuple(dict.fromkeys(unknown)))


def _require(columns: Collection[str], file: str) -> None:
    for wanted, called in ((EFFORT_COLUMNS, "effort"), (THEME_COLUMNS, "theme")):
        if not set(wanted) & set(columns):
            raise InputError(f"{file} has no column {called}; its header should be: theme,effort")


def _weeks(text: str, key: str, file: str) -> float:
    try:
        weeks = float(text)
    except ValueError:
        weeks = math.nan
    if not (math.isfinite(weeks) and weeks > 0):
        raise InputError(f"{file}: the effort {_short(text)} of {_short(key)} is no number of person-weeks above 0")
    return weeks


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return repr(flat if len(flat) <= 40 else flat[:39] + "…")
