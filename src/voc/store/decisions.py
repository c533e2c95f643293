"""What people decided about themes, and when releases came out. Decisions are only ever added."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from voc.datatypes import Decision, Plan, Post, Release, Statement
from voc.errors import DatabaseError
from voc.store.codec import from_row, to_row
from voc.store.status import history

if TYPE_CHECKING:
    from sqlite_utils import Database


def save(db: Database, decision: Decision) -> Decision:
    """Add a decision as the next one; its own number does not matter. The caller holds the transaction."""
    number = db.execute("SELECT coalesce(max(number), 0) + 1 FROM decisions").fetchone()[0]
    numbered = replace(decision, number=number)
    db.table("decisions").insert(to_row(numbered))
    return numbered


def load(db: Database) -> list[Decision]:
    """Every decision, those taken back and those that took back as well, by number."""
    return [from_row(Decision, row) for row in db.execute("SELECT * FROM decisions ORDER BY number")]


def keep(db: Database, decisions: Iterable[Decision]) -> None:
    """Add the decisions that are not there, under their own numbers. The caller holds the transaction."""
    db.table("decisions").insert_all(map(to_row, decisions), ignore=True)


def save_release(db: Database, release: Release) -> None:
    """Add a release, in place of one of the same name. The caller holds the transaction."""
    db.table("releases").insert(to_row(release), replace=True)


def releases(db: Database) -> list[Release]:
    """Every release, the earliest first."""
    return [from_row(Release, row) for row in db.execute("SELECT * FROM releases ORDER BY date, name")]


def delete_release(db: Database, name: str) -> None:
    """Remove a release. Raises: DatabaseError if there is none of that name."""
    if db.execute("DELETE FROM releases WHERE name = ?", [name]).rowcount == 0:
        raise DatabaseError(f"there is no release {name}; list them with: voc release list DB")


def mentions(db: Database, theme_id: str) -> list[tuple[Statement, Post]]:
    """What was ever said of a theme, as the last run that had the theme and saw the post has it; posts as they are."""
    rows = db.execute(
        "SELECT statements.* FROM statements JOIN runs ON runs.id = statements.run_id"
        " WHERE run_id IN (SELECT run_id FROM themes WHERE id = :id)"
        " AND post_id IN (SELECT post_id FROM statements WHERE theme_id = :id)"
        " ORDER BY runs.as_of, runs.number, place",
        {"id": theme_id},
    ).fetchall()
    last = {row["post_id"]: row["run_id"] for row in rows}
    found = [row for row in rows if row["theme_id"] == theme_id and row["run_id"] == last[row["post_id"]]]
    query = "SELECT * FROM posts WHERE id = ?"
    return [(from_row(Statement, row), from_row(Post, db.execute(query, [row["post_id"]]).fetchone())) for row in found]


def plans(db: Database) -> list[Plan]:
    """Where each theme with a status stands, with the name it had last, by theme id."""
    last = {status.theme_id: status for status in history(db)}
    named = (
        "SELECT themes.name FROM themes JOIN runs ON runs.id = themes.run_id WHERE themes.id = ?"
        " ORDER BY runs.as_of DESC, runs.number DESC LIMIT 1"
    )
    made = []
    for theme_id, status in sorted(last.items()):
        name = db.execute(named, [theme_id]).fetchone()
        made.append(
            Plan(
                theme_id=theme_id,
                name=name["name"] if name else theme_id,
                status=status.status,
                release=status.release,
                link=status.link,
                at=status.at,
                who=status.who,
            )
        )
    return made
