"""Opening a database, transactions, and every SQLite error as one line that says what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from voc.errors import DatabaseError
from voc.store.schema import APPLICATION_ID, MIGRATIONS, migrate

if TYPE_CHECKING:
    from sqlite_utils import Database

PATIENCE_SECONDS = 5.0  # how long to wait for another program that is writing
MEMORY = ":memory:"

# The low byte of SQLite's result codes (https://www.sqlite.org/rescode.html) -> what it means and what to do.
ADVICE = {
    sqlite3.SQLITE_BUSY: "is in use by another program; try again when that is done",
    sqlite3.SQLITE_LOCKED: "is in use by another program; try again when that is done",
    sqlite3.SQLITE_FULL: "cannot grow: the disk is full; free some space and try again, nothing was changed",
    sqlite3.SQLITE_READONLY: "cannot be written: it is read-only; change its permissions or use a copy",
    sqlite3.SQLITE_PERM: "cannot be opened: permission denied; change its permissions or use a copy",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; check that it is a file and that its folder can be written",
    sqlite3.SQLITE_NOTADB: "is not a database; name another file",
    sqlite3.SQLITE_CORRUPT: "is damaged; restore it from a copy, or ingest the files again into a new one",
    sqlite3.SQLITE_IOERR: "cannot be read or written: the disk reports an error, or is full; nothing was changed",
    sqlite3.SQLITE_TOOBIG: "cannot hold a value this large; split the file it came from",
}


def open_database(path: Path | str, *, create: bool) -> Database:
    """Open a database of `voc`, bring its schema up to date, and create it if it is new and `create` is set.

    Raises: DatabaseError if it is missing, of another program, too new, or SQLite refuses it.
    """
    _check_path(Path(path), create=create)
    with explained(path):
        connection = sqlite3.connect(str(path), timeout=PATIENCE_SECONDS)
        try:
            _check_owner(connection, path)
            return _prepare(connection)
        except BaseException:
            connection.close()
            raise


def _check_path(path: Path, *, create: bool) -> None:
    if str(path) == MEMORY:
        return
    if path.is_dir():
        raise DatabaseError(f"{path} is a folder; name the database file in it")
    if not path.parent.is_dir():
        raise DatabaseError(f"folder {path.parent} does not exist; create it first")
    if not create and not path.exists():
        raise DatabaseError(f"database {path} does not exist; create it with: voc ingest {path} FILE...")


def _check_owner(connection: sqlite3.Connection, path: Path | str) -> None:
    """Refuse what another program or a newer version wrote, before anything is written."""
    with closing(connection.cursor()) as cursor:
        application, version = (
            cursor.execute(f"pragma {name}").fetchone()[0] for name in ("application_id", "user_version")
        )
        is_empty = cursor.execute("select count(*) from sqlite_master").fetchone()[0] == 0
    if application != APPLICATION_ID and not (is_empty and application == version == 0):
        raise DatabaseError(f"{path} belongs to another program; name another file, voc will not write to this one")
    if application == APPLICATION_ID and version > len(MIGRATIONS):
        raise DatabaseError(f"{path} was written by a newer version of voc; upgrade with: pip install -U voc")


def _prepare(connection: sqlite3.Connection) -> Database:
    from sqlite_utils import Database

    connection.row_factory = sqlite3.Row
    db = Database(connection, execute_plugins=False)
    connection.execute("pragma foreign_keys = on")
    migrate(connection)
    return db


@contextmanager
def explained(path: Path | str) -> Iterator[None]:
    """Turn SQLite's errors into a DatabaseError of one line; anything without advice is a mistake in the program."""
    try:
        yield
    except sqlite3.Error as error:
        # errors the driver raises by itself have no code
        advice = ADVICE.get(getattr(error, "sqlite_errorcode", -1) & 0xFF)
        if advice is None:
            raise
        raise DatabaseError(f"{path} {advice}") from error


@contextmanager
def transaction(db: Database, *, write: bool) -> Iterator[None]:
    """All or nothing; a writer takes its turn at once, so that it cannot fail halfway for want of the lock."""
    db.execute("begin immediate" if write else "begin")
    try:
        yield
    except BaseException:
        db.rollback()
        raise
    try:
        db.commit()
    except BaseException:
        db.rollback()
        raise


@contextmanager
def leaving_no_trace(db: Database) -> Iterator[None]:
    """Within, what is deleted is overwritten, and nothing goes to temporary files; afterwards the file is written anew.

    Raises: DatabaseError where another program reads the file, so that it cannot be written anew.
    """
    before = db.execute("pragma secure_delete").fetchone()[0]
    db.execute("pragma secure_delete = on")
    db.execute("pragma temp_store = memory")
    try:
        yield
        db.execute("pragma temp_store = default")
        _write_anew(db)
    finally:
        db.execute("pragma temp_store = default")
        db.execute(f"pragma secure_delete = {before}")


def _write_anew(db: Database) -> None:
    try:
        db.execute("VACUUM")
        busy = db.execute("pragma wal_checkpoint(truncate)").fetchone()[0]  # 0 without a write-ahead log
    except sqlite3.OperationalError as error:
        raise DatabaseError(_HALFWAY.format(error)) from error
    if busy:
        raise DatabaseError(_HALFWAY.format("another program reads it"))


_HALFWAY = (
    "forgotten, but the file could not be written anew ({}), and may hold traces: close other programs, repeat this"
)
