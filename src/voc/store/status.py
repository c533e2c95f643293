"""What a team made of a theme: planned, shipped, declined. Every change is kept, the last one counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

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
