"""The database: the only module that speaks SQL. It stores and finds; it never computes.

One SQLite file holds the posts, every run with what it concluded, and the caches of embeddings and answers, in plain
tables for sqlite-utils and Datasette (see `voc.store.schema`). Every change is one transaction with a rollback journal:
after an error, Ctrl-C or a power cut the file holds what it held before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from voc.datatypes import Author, Decision, Memory, Plan, Post, RejectedRow, Release, Run, Statement
from voc.store import authors, decisions, forget, forgotten, posts, runs, status
from voc.store.authors import Said
from voc.store.connection import explained, leaving_no_trace, open_database, transaction
from voc.store.forget import Editor, Forgotten, Theirs
from voc.store.posts import Event, IngestCounts, Tokens
from voc.store.runs import RunEvents, RunSummary
from voc.store.status import Exported, ThemeStatus
from voc.store.timeline import RunCounts, count_themes

if TYPE_CHECKING:
    from voc.store.vectors import Vector

__all__ = [
    "Exported",
    "Forgotten",
    "IngestCounts",
    "RunCounts",
    "RunEvents",
    "RunSummary",
    "Said",
    "Store",
    "Theirs",
    "ThemeStatus",
]


class _TakenBack(Exception):
    """Ends a transaction that is not to last."""


class Store:
    """A database of `voc`, as a context manager.

    Every method raises DatabaseError, in one line, for what the user can mend: a file that is missing, locked,
    read-only, damaged, of another program or of a newer version, a full disk.
    """

    def __init__(self, path: Path | str, *, create: bool = True) -> None:
        self.path = path
        self.db = open_database(path, create=create)

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release the file; the store cannot be used afterwards."""
        self.db.close()

    def save_posts(self, events: Iterable[Event], *, tokens: Tokens | None = None) -> IngestCounts:
        """Take in posts, rejected rows and file summaries, all or none.

        `tokens` cuts text into words for `search`; posts saved without it are found once a later call has it. A post
        whose content is new becomes the current one, and the old content is kept in `post_versions`. An exception in
        `events` or `tokens` leaves the database as it was.
        """
        with self._writing():
            return posts.save(self.db, events, tokens=tokens)

    def load_posts(self) -> Iterator[Post]:
        """Every post in its current content, ordered by id."""
        with explained(self.path):
            yield from posts.load(self.db)

    def span(self, window: str = "") -> tuple[str, str]:
        """The times of the oldest and the newest post of a window ``START/END``, or of all; empty without a time."""
        with explained(self.path):
            return posts.span(self.db, window)

    def search(self, tokens: Sequence[str], limit: int = 20) -> list[Post]:
        """Posts that hold all tokens, best match (BM25) first; a token with blanks in it is a phrase."""
        with explained(self.path):
            return posts.search(self.db, tokens, limit)

    def rejected_rows(self) -> list[RejectedRow]:
        """Input rows that could not become posts, by file and line."""
        with explained(self.path):
            return posts.load_rejected(self.db)

    def rejected_counts(self) -> dict[str, int]:
        """Reason -> number of rejected rows, the most frequent first."""
        with explained(self.path):
            return {row["reason"]: row["n_rows"] for row in self.db.query("SELECT * FROM rejected_by_reason")}

    def save_run(self, run: Run) -> None:
        """Store a run as the latest; one with the same id is replaced. Posts that are not stored yet are added."""
        with self._writing():
            runs.save_run(self.db, run)

    def load_run(self, run_id: str | None = None) -> Run:
        """The run with this id, or the latest one, exactly as it was saved."""
        with self._reading():
            return runs.load_run(self.db, run_id)

    def recall(self, run_id: str, as_of: str) -> Memory:
        """What the runs up to the moment `as_of` found, but for the run with this id."""
        with self._reading():
            return runs.recall(self.db, run_id, as_of)

    def runs(self) -> list[RunSummary]:
        """All runs, the latest first."""
        with self._reading():
            return runs.list_runs(self.db)

    def lineage(self) -> list[RunEvents]:
        """What became of themes from run to run, from the earliest moment spoken for to the latest."""
        with self._reading():
            return runs.lineage(self.db)

    def count_themes(self) -> list[RunCounts]:
        """People and posts of every theme in every window of the runs that have windows, oldest run first."""
        with self._reading():
            return count_themes(self.db)

    def delete_run(self, run_id: str) -> None:
        """Remove a run and its conclusions; posts stay."""
        with self._writing():
            runs.delete_run(self.db, run_id)

    def set_statuses(self, told: Iterable[ThemeStatus]) -> int:
        """Record where themes stand, all or none; what is known already adds nothing. How many were news."""
        with self._writing():
            return status.save_statuses(self.db, told)

    def set_status(self, told: ThemeStatus) -> bool:
        """Record where a theme stands; False where that is known already."""
        return self.set_statuses([told]) > 0

    def statuses(self) -> dict[str, ThemeStatus]:
        """The last status of each theme that has one, by theme id."""
        return {told.theme_id: told for told in self.status_history()}

    def status_history(self, theme_id: str | None = None) -> list[ThemeStatus]:
        """Every status of a theme, or of all, in the order in which they were recorded."""
        with explained(self.path):
            return status.history(self.db, theme_id)

    def exports(self, tool: str) -> dict[str, Exported]:
        """What a planning tool was last told, by theme id, in the order in which it was told first."""
        with explained(self.path):
            return {exported.theme_id: exported for exported in status.load_exports(self.db, tool)}

    def save_exports(self, told: Iterable[Exported]) -> None:
        """Remember what planning tools were told, all or none."""
        with self._writing():
            status.save_exports(self.db, told)

    def decide(self, decision: Decision) -> Decision:
        """Add a decision as the next one, and return it with its number."""
        with self._writing():
            return decisions.save(self.db, decision)

    def decisions(self) -> list[Decision]:
        """Everything that was decided, by number; see `voc.decide.in_force` for what counts."""
        with explained(self.path):
            return decisions.load(self.db)

    def save_release(self, release: Release) -> None:
        """Add a release, in place of one of the same name."""
        with self._writing():
            decisions.save_release(self.db, release)

    def releases(self) -> list[Release]:
        """Every release, the earliest first."""
        with explained(self.path):
            return decisions.releases(self.db)

    def delete_release(self, name: str) -> None:
        """Remove a release; the themes shipped with it stay so."""
        with self._writing():
            decisions.delete_release(self.db, name)

    def save_authors(self, told: Iterable[Author]) -> int:
        """Keep what is told of authors, all or none, in place of what was known of them; how many were news."""
        with self._writing():
            return authors.save(self.db, told)

    def authors(self) -> list[Author]:
        """What is known of authors, by id."""
        with explained(self.path):
            return authors.load(self.db)

    def authors_of_posts(self) -> list[str]:
        """Everybody who wrote a post, as posts have them."""
        with explained(self.path):
            return authors.of_posts(self.db)

    def said(self, run_id: str) -> Said:
        """Everything that was ever said up to a run, as the last run that saw a post has it."""
        with self._reading():
            return authors.said(self.db, run_id)

    def theme_names(self) -> dict[str, str]:
        """The name that each theme there has been had last, by id."""
        with explained(self.path):
            return authors.theme_names(self.db)

    def mentions(self, theme_id: str) -> list[tuple[Statement, Post]]:
        """What was ever said of a theme, with the posts, as the last run that had it and saw the post has it."""
        with self._reading():
            return decisions.mentions(self.db, theme_id)

    def plans(self) -> list[Plan]:
        """Where each theme with a status stands, with the name it had last, by theme id."""
        with self._reading():
            return decisions.plans(self.db)

    def cached_vectors(self, model: str, keys: Iterable[str]) -> dict[str, Vector]:
        """The embeddings that are stored, as float32 arrays by key; `keys` are content hashes of the texts."""
        from voc.store import vectors

        with self._reading():
            return vectors.load(self.db, model, keys)

    def save_vectors(self, model: str, vectors: Mapping[str, Vector]) -> None:
        """Store embeddings by key. They survive an analysis that fails later: they are as good the next time."""
        from voc.store import vectors as cache

        with self._writing():
            cache.save(self.db, model, vectors)

    def cached_answer(self, model: str, key: str) -> str | None:
        """What a language model said, if it is stored; `key` is a content hash of what it was told."""
        with explained(self.path):
            row = self.db.execute("SELECT answer FROM answers WHERE model = ? AND key = ?", [model, key]).fetchone()
            return str(row["answer"]) if row else None

    def save_answer(self, model: str, key: str, answer: str) -> None:
        """Store what a language model said. It survives an analysis that fails later."""
        with self._writing():
            self.db.table("answers").insert({"model": model, "key": key, "answer": answer}, replace=True)

    def salt(self) -> str:
        """The secret that goes into author hashes: the same for the life of a database, different in each."""
        with explained(self.path):
            return forgotten.salt(self.db)

    def forgotten(self) -> frozenset[str]:
        """The ids of those who were removed, and are not to be taken in again."""
        with explained(self.path):
            return forgotten.ids(self.db)

    def forget(self, person: str, *, edit: Callable[[Theirs], Editor], dry_run: bool = False) -> Forgotten:
        """Remove a person, given by name or by id, from everything, and the bytes from the file, all or nothing.

        `edit` makes, of what is theirs, what tells what is left of things without it. With `dry_run` all of it is done
        and taken back.

        Raises: DatabaseError if there is no trace of them, or the file is in use.
        """
        if dry_run:
            return self._tried(lambda: forget.forget(self.db, person, edit=edit))
        with explained(self.path), leaving_no_trace(self.db), transaction(self.db, write=True):
            return forget.forget(self.db, person, edit=edit)

    def _tried(self, work: Callable[[], Forgotten]) -> Forgotten:
        done: list[Forgotten] = []
        try:
            with self._writing():
                done.append(work())
                raise _TakenBack
        except _TakenBack:
            return done[0]

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with explained(self.path), transaction(self.db, write=False):
            yield

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with explained(self.path), transaction(self.db, write=True):
            yield
