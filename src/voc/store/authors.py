"""What is known of authors: from files of the product team, and from all runs that saw their posts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from voc.authorship import is_by
from voc.datatypes import Author, Post, Statement
from voc.store import forgotten
from voc.store.codec import from_row, to_row

if TYPE_CHECKING:
    from sqlite_utils import Database


def save(db: Database, told: Iterable[Author]) -> int:
    """Keep what is told of authors in place of what was known of them, but not of those who were forgotten; how
    many were news. The caller holds the transaction."""
    known = {author.id: dict(author.attributes) for author in load(db)}
    ids, salt = forgotten.ids(db), forgotten.salt(db)
    told = (author for author in told if not is_by(author.id, ids, salt))
    news = {author.id: author for author in told if known.get(author.id) != dict(author.attributes)}
    for author in news.values():
        attributes = json.dumps(dict(author.attributes), ensure_ascii=False, sort_keys=True)
        db.table("authors").insert(to_row(author, attributes=attributes), replace=True)
    return len(news)


def load(db: Database) -> list[Author]:
    """What is known of authors, by id."""
    return [from_row(Author, row) for row in db.execute("SELECT * FROM authors ORDER BY id")]


def of_posts(db: Database) -> list[str]:
    """Everybody who wrote a post."""
    return [row["author"] for row in db.execute("SELECT DISTINCT author FROM posts WHERE author != '' ORDER BY author")]


def theme_names(db: Database) -> dict[str, str]:
    """The name that each theme there has been had last, by id."""
    query = "SELECT themes.id, themes.name FROM themes JOIN runs ON runs.id = run_id ORDER BY runs.as_of, runs.number"
    return {row["id"]: row["name"] for row in db.execute(query)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """Everything that was ever said, as the last run that saw a post has it.

    `posts` are as they are now; `reasons` tells why posts were left out, by id, and `duplicates` of which post they are
    copies.
    """

    posts: tuple[Post, ...]
    statements: tuple[Statement, ...]
    reasons: Mapping[str, str]
    duplicates: Mapping[str, str]


def said(db: Database, run_id: str) -> Said:
    """Everything said in this run and in those that speak for no later moment; what this run saw, as it has it.

    The caller holds a transaction.
    """
    db.execute("DROP TABLE IF EXISTS temp.last_seen")
    db.execute(
        "CREATE TEMP TABLE last_seen AS SELECT post_id, run_id FROM"
        " (SELECT run_posts.post_id, run_posts.run_id, row_number() OVER (PARTITION BY run_posts.post_id"
        "  ORDER BY runs.id = :run DESC, runs.as_of DESC, runs.number DESC) AS place"
        "  FROM run_posts JOIN runs ON runs.id = run_posts.run_id"
        "  WHERE runs.as_of <= (SELECT as_of FROM runs WHERE id = :run)) WHERE place = 1",
        {"run": run_id},
    )
    parts = {
        "statements": "post_id, place",
        "exclusions": "post_id",
        "duplicates": "post_id",
    }
    rows = {
        table: db.execute(
            f"SELECT {table}.* FROM last_seen JOIN {table} USING (run_id, post_id) ORDER BY {order}"
        ).fetchall()
        for table, order in parts.items()
    }
    posts = db.execute("SELECT posts.* FROM last_seen JOIN posts ON posts.id = post_id ORDER BY posts.id").fetchall()
    db.execute("DROP TABLE temp.last_seen")
    return Said(
        posts=tuple(from_row(Post, row) for row in posts),
        statements=tuple(from_row(Statement, row, theme_id=row["theme_id"] or "") for row in rows["statements"]),
        reasons={row["post_id"]: row["reason"] for row in rows["exclusions"]},
        duplicates={row["post_id"]: row["original_id"] for row in rows["duplicates"]},
    )
