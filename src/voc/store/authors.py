"""What is known of authors, from files of the product team."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from voc.datatypes import Author
from voc.store.codec import from_row, to_row

if TYPE_CHECKING:
    from sqlite_utils import Database


def save(db: Database, told: Iterable[Author]) -> int:
    """Keep what is told of authors in place of what was known of them; how many were news. The caller holds the
    transaction."""
    known = {author.id: dict(author.attributes) for author in load(db)}
    news = {author.id: author for author in told if known.get(author.id) != dict(author.attributes)}
    for author in news.values():
        attributes = json.dumps(dict(author.attributes), ensure_ascii=False, sort_keys=True)
        db.table("authors").insert(to_row(author, attributes=attributes), replace=True)
    return len(news)


def load(db: Database) -> list[Author]:
    """What is known of authors, by id."""
    return [from_row(Author, row) for row in db.execute("SELECT * FROM authors ORDER BY id")]
