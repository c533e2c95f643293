"""Who was removed: the salted hashes of their names, which is all that is known of them, so that they stay away."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def ids(db: Database) -> frozenset[str]:
    """The ids of those who are not to be taken in again."""
    return frozenset(row["id"] for row in db.execute("SELECT id FROM forgotten"))


def salt(db: Database) -> str:
    """The secret that goes into author hashes."""
    return str(db.execute("SELECT value FROM settings WHERE name = 'salt'").fetchone()["value"])
