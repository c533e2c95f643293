"""Removing a person: everything they wrote, what quotes it, and what is known of them; and remembering only that.

All of it is one transaction, so that a crash leaves the database as it was. What SQLite deletes it leaves in the file
until the room is needed; here it is overwritten (`pragma secure_delete`), and then the file is written anew (`VACUUM`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from voc.authorship import FORGOTTEN, author_id, is_by, is_named
from voc.datatypes import Decision, RejectedRow, Run, Statement, content_id
from voc.errors import DatabaseError
from voc.store import forgotten
from voc.store.codec import from_row, to_row
from voc.store.decisions import load as load_decisions
from voc.store.runs import load_run, replace_run
from voc.store.status import Exported, save_exports

if TYPE_CHECKING:
    from sqlite_utils import Database

_ID = re.compile(r"a-[0-9a-f]{16}")
_SHORTEST_TEXT = 8  # characters of a text of theirs that is looked for in rejected rows
_TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'decisions'"


@dataclass(frozen=True, kw_only=True, slots=True)
class Forgotten:
    """What was removed with a person.

    `runs` saw their posts and are kept without them, `deleted_runs` saw nothing else. `themes` are gone from every run.
    `names` (of themes and areas, keywords), `decisions` and `exports` held their words and are changed; `rows` are
    rejected rows that were emptied. `again`: they had been forgotten before.
    """

    posts: int = 0
    statements: int = 0
    runs: int = 0
    deleted_runs: int = 0
    themes: int = 0
    names: int = 0
    decisions: int = 0
    exports: int = 0
    rows: int = 0
    again: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Theirs:
    """What is theirs: ids in `posts.author`, posts, statements, texts; and the matching forms of what others said."""

    authors: frozenset[str]
    post_ids: frozenset[str]
    statement_ids: frozenset[str]
    texts: tuple[str, ...]
    others: tuple[str, ...]


class Editor(Protocol):
    """What is left of things without a person (see `voc.forget`)."""

    names: set[str]  # that were given up

    def holds(self, text: str) -> bool: ...

    def run(self, run: Run) -> Run | None: ...

    def lineage(self, run: Run, gone: frozenset[str], ranks: dict[str, dict[str, int]]) -> Run: ...

    def decision(self, decision: Decision, called: Callable[[str], str]) -> Decision: ...

    def exported(self, told: Exported, called: Callable[[str], str]) -> Exported: ...

    def vector_keys(self, norms: Iterable[str], statements: Sequence[Statement]) -> Iterable[str]: ...


def forget(db: Database, person: str, *, edit: Callable[[Theirs], Editor]) -> Forgotten:
    """Remove a person, given by name or by id. The caller holds the transaction.

    Raises: DatabaseError if there is no trace of them.
    """
    own = forgotten.salt(db)
    authors = _authors(db)
    person_id = person if _ID.fullmatch(person) else author_id(person, own)
    ids = {author for author in authors if author == person or is_by(author, {person_id}, own)}
    again = person_id in forgotten.ids(db)
    theirs = _theirs(db, frozenset(ids))
    rows = _rejected(db, person, {person_id}, theirs.texts)
    if not (again or rows or ids):
        raise DatabaseError(f"nobody here is called {person}; give the name as it stands in the files, or posts.author")
    editor = edit(theirs)
    known = _themes(db)
    changed, runs, deleted = _edit_runs(db, theirs, editor)
    gone = known - _themes(db)
    _edit_lineage(db, editor, frozenset(gone), changed)
    called = _Called(db)
    done = Forgotten(
        posts=len(theirs.post_ids),
        statements=len(theirs.statement_ids),
        runs=runs,
        deleted_runs=deleted,
        themes=len(gone),
        names=len(editor.names),
        decisions=_edit_decisions(db, editor, called),
        exports=_edit_exports(db, editor, called),
        rows=len(rows),
        again=again,
    )
    _delete(db, theirs, rows)
    _prune_caches(db, editor)
    db.execute("INSERT OR IGNORE INTO forgotten VALUES (?)", [person_id])
    return done


def _authors(db: Database) -> set[str]:
    query = " UNION ".join(
        f"SELECT {column} AS id FROM {table}"
        for table, column in (
            ("posts", "author"),
            ("post_versions", "author"),
            ("authors", "id"),
            ("run_authors", "id"),
        )
    )
    return {row["id"] for row in db.execute(query)} - {""}


def _theirs(db: Database, authors: frozenset[str]) -> Theirs:
    """A post of which any content is theirs, is theirs."""
    marks = ", ".join("?" * len(authors))
    query = f"SELECT id FROM post_revisions WHERE author IN ({marks})"
    post_ids = {row["id"] for row in db.execute(query, sorted(authors))}
    texts: dict[str, None] = {}
    statement_ids = set()
    for post_id in sorted(post_ids):
        for row in db.execute("SELECT title, text FROM post_revisions WHERE id = ?", [post_id]):
            texts |= dict.fromkeys(row)
        for row in db.execute("SELECT id, text, norm FROM statements WHERE post_id = ?", [post_id]):
            statement_ids.add(row["id"])
            texts |= dict.fromkeys((row["text"], row["norm"]))
    others: dict[str, bool] = {}
    for row in db.execute("SELECT DISTINCT norm, post_id FROM statements"):
        others[row["norm"]] = others.get(row["norm"], False) or row["post_id"] not in post_ids
    return Theirs(
        authors=authors,
        post_ids=frozenset(post_ids),
        statement_ids=frozenset(statement_ids),
        texts=tuple(text for text in texts if text),
        others=tuple(norm for norm, is_said in others.items() if is_said),
    )


def _themes(db: Database) -> set[str]:
    return {row["id"] for row in db.execute("SELECT id FROM themes UNION SELECT id FROM found_themes")}


def _edit_runs(db: Database, theirs: Theirs, editor: Editor) -> tuple[set[str], int, int]:
    """Replace the runs that saw their posts, or call something in their words alone; which they are, how many saw the
    posts and are kept, and how many are gone."""
    changed: set[str] = set()
    kept = deleted = 0
    saw = {row["run_id"] for post in theirs.post_ids for row in db.execute(_SAW, [post])}
    for row in db.execute("SELECT id FROM runs ORDER BY as_of, number").fetchall():
        if row["id"] not in saw and not any(map(editor.holds, _called(db, row["id"]))):
            continue
        changed.add(row["id"])
        left = editor.run(load_run(db, row["id"]))
        if left is None:
            db.execute("DELETE FROM runs WHERE id = ?", [row["id"]])
            deleted += 1
        else:
            replace_run(db, left)
            kept += row["id"] in saw
    return changed, kept, deleted


_SAW = "SELECT run_id FROM run_posts WHERE post_id = ?"


def _called(db: Database, run_id: str) -> Iterator[str]:
    """Everything that a run calls something."""
    for table, columns in _NAMES.items():
        for row in db.execute(f"SELECT {columns} FROM {table} WHERE run_id = ?", [run_id]):
            for text in row:
                yield from json.loads(text) if text.startswith('["') else [text]


_NAMES = {
    "themes": "name, area, keywords",
    "found_themes": "name, area, keywords",
    "wordings": "name, built_name, story",
    "run_plans": "name",
}


def _edit_lineage(db: Database, editor: Editor, gone: frozenset[str], changed: set[str]) -> None:
    """What became of themes, and their ranks in the run before, in the runs that changed and those that follow them."""
    spoken_of = {
        row["run_id"]
        for row in db.execute("SELECT run_id, before FROM theme_events")
        if not gone.isdisjoint(json.loads(row["before"]))
    }
    ranks = {
        row["id"]: {
            s["theme_id"]: s["rank"]
            for s in db.execute("SELECT theme_id, rank FROM suggestions WHERE run_id = ?", [row["id"]])
        }
        for row in db.execute("SELECT id FROM runs").fetchall()
    }
    for row in db.execute("SELECT id, previous FROM runs ORDER BY as_of, number").fetchall():
        if row["id"] in changed | spoken_of or row["previous"] in changed:
            replace_run(db, editor.lineage(load_run(db, row["id"]), gone, ranks))


class _Called:
    """The name that a theme had last, or its id."""

    def __init__(self, db: Database) -> None:
        query = "SELECT themes.id, name FROM themes JOIN runs ON runs.id = run_id ORDER BY runs.as_of, runs.number"
        self._names = {row["id"]: row["name"] for row in db.execute(query)}

    def __call__(self, theme_id: str) -> str:
        return str(self._names.get(theme_id, theme_id))


def _edit_decisions(db: Database, editor: Editor, called: Callable[[str], str]) -> int:
    """Decisions are never changed but here: their triggers are taken away for as long as the transaction lasts."""
    changed = [edited for decision in load_decisions(db) if (edited := editor.decision(decision, called)) != decision]
    triggers = db.execute(_TRIGGERS).fetchall()
    for trigger in triggers:
        db.execute(f"DROP TRIGGER {trigger['name']}")
    for decision in changed:
        db.execute(
            "UPDATE decisions SET names = :names, arguments = :arguments WHERE number = :number", to_row(decision)
        )
    for trigger in triggers:
        db.execute(trigger["sql"])
    return len(changed)


def _edit_exports(db: Database, editor: Editor, called: Callable[[str], str]) -> int:
    told = [from_row(Exported, row) for row in db.execute("SELECT * FROM exports")]
    changed = [edited for one in told if (edited := editor.exported(one, called)) != one]
    save_exports(db, changed)
    return len(changed)


def _rejected(db: Database, person: str, ids: set[str], texts: Sequence[str]) -> list[str]:
    """The rejected rows that name them, or hold a text of theirs."""
    own, long = forgotten.salt(db), [text for text in texts if len(text) >= _SHORTEST_TEXT]
    return [
        row["id"]
        for row in db.execute("SELECT id, raw FROM rejected_rows WHERE raw <> ''")
        if is_named(row["raw"], ids, own)
        or (len(person) > 1 and person in row["raw"])
        or any(text in row["raw"] for text in long)
    ]


def _delete(db: Database, theirs: Theirs, rows: Sequence[str]) -> None:
    for post_id in sorted(theirs.post_ids):
        for table, column in (("post_words", "post_id"), ("post_versions", "id"), ("posts", "id")):
            db.execute(f"DELETE FROM {table} WHERE {column} = ?", [post_id])
    for author in sorted(theirs.authors):
        db.execute("DELETE FROM authors WHERE id = ?", [author])
        db.execute("DELETE FROM run_authors WHERE id = ?", [author])
    for row in rows:
        _empty(db, row)
    db.execute("INSERT INTO posts_search (posts_search) VALUES ('rebuild')")


def _empty(db: Database, row_id: str) -> None:
    """Leave of a rejected row only where it stands, as if it were read again now (see `voc.store.posts`)."""
    row = db.execute("SELECT file, line FROM rejected_rows WHERE id = ?", [row_id]).fetchone()
    key = content_id("r", row["file"], FORGOTTEN, "")
    n = db.execute("SELECT count(*) FROM rejected_rows WHERE id LIKE ? || '-%'", [key]).fetchone()[0]
    told = RejectedRow(file=row["file"], line=row["line"], reason=FORGOTTEN, raw="")
    db.execute("DELETE FROM rejected_rows WHERE id = ?", [row_id])
    db.table("rejected_rows").insert(to_row(told, id=f"{key}-{n}"))


def _prune_caches(db: Database, editor: Editor) -> None:
    """Leave the embeddings of what others said; which answers of a language model were about them, nobody can tell."""
    db.execute("DELETE FROM answers")
    norms = [row["norm"] for row in db.execute("SELECT DISTINCT norm FROM statements")]
    latest = "SELECT id FROM runs ORDER BY as_of DESC, number DESC LIMIT 1"
    rows = db.execute(f"SELECT * FROM statements WHERE run_id = ({latest}) ORDER BY place")
    keys = editor.vector_keys(norms, [from_row(Statement, row, theme_id="") for row in rows])
    db.execute("CREATE TEMP TABLE kept (key TEXT PRIMARY KEY)")
    db.conn.executemany("INSERT OR IGNORE INTO kept VALUES (?)", ([key] for key in keys))
    db.execute("DELETE FROM vectors WHERE key NOT IN (SELECT key FROM kept)")
    db.execute("DROP TABLE kept")
