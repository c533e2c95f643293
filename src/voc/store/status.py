"""What a team made of a theme: planned, shipped, declined. Every change is kept, the last one counts.

Beside it, what planning tools were told about themes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

from voc.store.codec import columns, from_row, to_row

if TYPE_CHECKING:
    from sqlite_utils import Database

Status = Literal["new", "planned", "in-progress", "shipped", "declined"]
STATUSES: tuple[Status, ...] = get_args(Status)


@dataclass(frozen=True, kw_only=True, slots=True)
class ThemeStatus:
    """Where a theme stands since the moment `at` (ISO-8601 UTC).

    `release` is the version it was or will be shipped in. `tool` is the planning tool that told the status, `key` the
    theme's item there and `link` its address; all are empty where they are unknown, `who` is where nobody was named.
    """

    theme_id: str
    status: Status
    release: str = ""
    link: str = ""
    tool: str = ""
    key: str = ""
    at: str = ""
    who: str = ""


def save_statuses(db: Database, told: Iterable[ThemeStatus]) -> int:
    """Add what is not known yet, and say how many that were. The caller holds the transaction."""
    last = {status.theme_id: status for status in history(db)}
    n_changes = 0
    for status in told:
        known = last.get(status.theme_id)
        if known and replace(known, at=status.at, who=status.who) == status:
            continue
        db.table("theme_status").insert(to_row(status))
        last[status.theme_id] = status
        n_changes += 1
    return n_changes


def history(db: Database, theme_id: str | None = None) -> list[ThemeStatus]:
    """Every status of a theme, or of all, in the order in which they were recorded."""
    names = ", ".join(columns(ThemeStatus))
    query = f"SELECT {names} FROM theme_status WHERE theme_id = coalesce(?, theme_id) ORDER BY number"
    return [from_row(ThemeStatus, row) for row in db.execute(query, [theme_id])]


@dataclass(frozen=True, kw_only=True, slots=True)
class Exported:
    """What a planning tool was last told about a theme.

    `content` is the item under its `title`, cell by column, and `digest` JSON of what makes a change of it; `number`
    counts the tool's items. `note` says, in a line each, which themes it came from. `merged_into` is the theme that
    took this one in, empty while it stands.
    """

    tool: str
    theme_id: str
    title: str
    number: int
    digest: str
    content: Mapping[str, Any]
    run_id: str
    note: str = ""
    merged_into: str = ""


def load_exports(db: Database, tool: str) -> list[Exported]:
    """What a tool was told, in the order in which it was told first."""
    rows = db.execute("SELECT * FROM exports WHERE tool = ? ORDER BY number, theme_id", [tool])
    return [from_row(Exported, row) for row in rows]


def save_exports(db: Database, told: Iterable[Exported]) -> None:
    """Remember what a tool was told, in place of what it was told before. The caller holds the transaction."""
    db.table("exports").insert_all((to_row(exported) for exported in told), replace=True)
