"""Posts and the log of ingesting them: what is new, what changed, what was refused."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from voc.authorship import FORGOTTEN, is_by
from voc.datatypes import FileSummary, Post, RejectedRow, content_id
from voc.errors import DatabaseError
from voc.store import forgotten
from voc.store.codec import Row, columns, from_row, to_row

if TYPE_CHECKING:
    from sqlite_utils import Database

Tokens = Callable[[str], Sequence[str]]
Event = Post | RejectedRow | FileSummary

_FIELDS = columns(Post)
_COLUMNS = ", ".join(_FIELDS)
_VALUES = ", ".join(f":{name}" for name in _FIELDS)


@dataclass(frozen=True, kw_only=True, slots=True)
class IngestCounts:
    """What one ingest changed: posts added, updated and unchanged; rows repeated (of a post that came again in the
    same ingest); rows rejected, by reason, whether or not they were known; and what became of each file."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    repeated: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)
    files: tuple[FileSummary, ...] = ()

    @property
    def posts(self) -> int:
        """How many different posts the input held."""
        return self.added + self.updated + self.unchanged


def save(db: Database, events: Iterable[Event], *, tokens: Tokens | None) -> IngestCounts:
    """Take in a stream of events; memory does not grow with it. The caller holds the transaction.

    Posts wait in a temporary table until the stream ends: which content of a post is the newest is known only then.
    """
    db.execute(f"CREATE TEMP TABLE incoming (place INTEGER PRIMARY KEY, {_COLUMNS})")
    log = _Log(db)
    ids, salt = forgotten.ids(db), forgotten.salt(db)
    for event in events:
        if isinstance(event, Post) and is_by(event.author, ids, salt):
            log.reasons[FORGOTTEN] += 1
        elif isinstance(event, Post):
            _wait(db, event)
        elif isinstance(event, RejectedRow):
            log.reject(event)
        else:
            log.read(event)
    changes = _merge(db)
    db.execute("DROP TABLE incoming")
    if tokens:
        _index(db, tokens)
    rejected = dict(sorted(log.reasons.items(), key=lambda item: (-item[1], item[0])))
    return IngestCounts(**changes, rejected=rejected, files=tuple(log.files))


def _wait(db: Database, post: Post) -> None:
    try:
        db.execute(f"INSERT INTO incoming ({_COLUMNS}) VALUES ({_VALUES})", _row(post))
    except (OverflowError, UnicodeEncodeError) as error:
        what = "a count beyond 64 bits" if isinstance(error, OverflowError) else "half a character (a lone surrogate)"
        raise DatabaseError(f"post {post.id} holds {what}, which cannot be stored; mend it in the input") from error


class _Log:
    """Writes rejected rows and files, and counts them."""

    def __init__(self, db: Database) -> None:
        self.reasons: Counter[str] = Counter()
        self.files: list[FileSummary] = []
        self._db = db
        self._seen: Counter[str] = Counter()

    def reject(self, rejected: RejectedRow) -> None:
        """The line is no part of the key: a row stays the same row when others are added above it."""
        key = content_id("r", rejected.file, rejected.reason, rejected.raw)
        row = to_row(rejected, id=f"{key}-{self._seen[key]}")
        self._seen[key] += 1
        self.reasons[rejected.reason] += 1
        self._db.execute("INSERT OR REPLACE INTO rejected_rows VALUES (:id, :file, :line, :reason, :raw)", row)

    def read(self, summary: FileSummary) -> None:
        self._db.table("files").insert(to_row(summary), replace=True)
        self.files.append(summary)


def _row(post: Post) -> Row:
    # sorted, because the order of columns in a file makes no other post
    return to_row(post, attributes=json.dumps(dict(post.attributes), ensure_ascii=False, sort_keys=True))


def _merge(db: Database) -> dict[str, int]:
    """Bring what came in together with what is there; changes by name of the count in `IngestCounts`."""
    changes = Counter(added=0, updated=0, unchanged=0, repeated=0)
    incoming = db.execute(f"SELECT {_COLUMNS} FROM incoming ORDER BY id, place")
    for post_id, rows in groupby(incoming, key=lambda row: str(row["id"])):
        contents = [dict(row) for row in rows]
        changes[_merge_post(db, post_id, contents)] += 1
        changes["repeated"] += len(contents) - 1
    return dict(changes)


def _merge_post(db: Database, post_id: str, contents: list[Row]) -> str:
    """Store the contents of one post, the last as the current one; each different content has one revision, 1 to n."""
    known = revisions(db, post_id)
    before = db.execute("SELECT revision FROM posts WHERE id = ?", [post_id]).fetchone()
    numbers = dict(known)
    new = {
        number: row for row in contents if (number := numbers.setdefault(_content(row), len(numbers) + 1)) > len(known)
    }
    wanted = numbers[_content(contents[-1])]
    if before is None or before["revision"] != wanted:
        _make_current(db, contents[-1] | {"revision": wanted})
    for number, row in new.items():
        if number != wanted:
            db.execute(_insert_into("post_versions"), row | {"revision": number})
    if before is None:
        return "added"
    return "unchanged" if before["revision"] == wanted else "updated"


def revisions(db: Database, post_id: str) -> dict[tuple[object, ...], int]:
    """The contents a post has had -> their revision numbers."""
    # not the view: SQLite would read it whole for each post
    query = "SELECT * FROM posts WHERE id = :id UNION ALL SELECT * FROM post_versions WHERE id = :id"
    return {_content(row): int(row["revision"]) for row in db.execute(query, {"id": post_id})}


def revision_of(db: Database, post: Post) -> int | None:
    """The number under which exactly this content of a post is stored."""
    return revisions(db, post.id).get(_content(_row(post)))


def _content(row: sqlite3.Row | Row) -> tuple[object, ...]:
    return tuple(row[name] for name in _FIELDS)


def _insert_into(table: str) -> str:
    return f"INSERT INTO {table} ({_COLUMNS}, revision) VALUES ({_VALUES}, :revision)"


def _make_current(db: Database, row: Row) -> None:
    """Put the present content aside, if there is one; its words leave the search index."""
    db.execute("INSERT INTO post_versions SELECT * FROM posts WHERE id = :id", row)
    db.execute("DELETE FROM post_words WHERE post_id = :id", row)
    updates = ", ".join(f"{name} = excluded.{name}" for name in (*_FIELDS, "revision"))
    db.execute(f"{_insert_into('posts')} ON CONFLICT (id) DO UPDATE SET {updates}", row)
    db.execute("DELETE FROM post_versions WHERE id = :id AND revision = :revision", row)


def _index(db: Database, tokens: Tokens) -> None:
    """Cut the posts that are not in the search index yet."""
    waiting = db.execute(
        "SELECT id, title, text FROM posts WHERE id NOT IN (SELECT post_id FROM post_words) ORDER BY id"
    ).fetchall()
    words = (
        {"post_id": row["id"], "words": " ".join([*tokens(row["title"]), *tokens(row["text"])])} for row in waiting
    )
    db.table("post_words").insert_all(words)


def load(db: Database) -> Iterator[Post]:
    """Every post in its current content, ordered by id."""
    for row in db.execute("SELECT * FROM posts ORDER BY id"):
        yield from_row(Post, row)


def span(db: Database, window: str) -> tuple[str, str]:
    """The times of the oldest and the newest post of a window ``START/END``, or of all; empty without a time."""
    start, _, end = window.partition("/")
    query = "SELECT min(posted_at), max(posted_at) FROM posts WHERE posted_at > ? AND (? = '' OR posted_at <= ?)"
    oldest, newest = db.execute(query, [start, end, end]).fetchone()
    return oldest or "", newest or ""


def search(db: Database, tokens: Sequence[str], limit: int) -> list[Post]:
    """Posts that hold all tokens, best match (BM25) first; a token with blanks in it is a phrase."""
    query = " ".join(f'"{quoted}"' for token in tokens if (quoted := token.replace('"', '""').strip()))
    if not query:
        return []
    found = db.execute(
        "SELECT posts.* FROM posts_search JOIN post_words ON post_words.number = posts_search.rowid"
        " JOIN posts ON posts.id = post_words.post_id WHERE posts_search MATCH ?"
        " ORDER BY bm25(posts_search), posts.id LIMIT ?",
        [query, limit],
    )
    return [from_row(Post, row) for row in found]


def load_rejected(db: Database) -> list[RejectedRow]:
    """Rejected rows by file and line."""
    rows = db.execute("SELECT * FROM rejected_rows ORDER BY file, line, id")
    return [from_row(RejectedRow, row) for row in rows]
