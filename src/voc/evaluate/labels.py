"""Which files and rows carry labels, and whether these can be understood."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from voc.datatypes import KINDS, POLARITIES, Post
from voc.errors import ConfigError, InputError

# Task -> the columns that a row must have for it.
TASKS: Mapping[str, tuple[str, ...]] = {
    "kinds": ("kind",),
    "themes": ("theme",),
    "areas": ("area",),
    "pairs": ("text2", "same"),
}
_BESIDES = {"kinds": ("polarity",)}
VALUES: Mapping[str, Sequence[str]] = {"kind": KINDS, "polarity": POLARITIES, "same": ("1", "0", "true", "false")}
SUFFIXES = (".jsonl", ".jsonl.gz")
_NO_KIND = "none"  # how labellers write that a row says nothing to act on: no kind of ours, so no label
_GZIP = b"\x1f\x8b"


def labelled_files(paths: Sequence[str | Path]) -> dict[str, Path]:
    """Name -> path of each file, folders searched for JSON Lines; the name tells no folder unless two are called alike.

    Raises: InputError for a path that leads nowhere, or a folder without such files.
    """
    found = list(dict.fromkeys(file for path in paths for file in _files(Path(path))))
    names = [file.name for file in found]
    return {file.name if names.count(file.name) == 1 else str(file): file for file in found}


def may_hold_labels(path: Path) -> bool:
    """Whether a file so much as mentions a column with labels: looked at without reading its rows, for large files."""
    needed = tuple(f'"{columns[-1]}"'.encode() for columns in TASKS.values())
    try:
        with path.open("rb") as plain:
            packed = plain.read(2) == _GZIP
        with gzip.open(path) if packed else path.open("rb") as lines:
            return any(name in line for line in lines for name in needed)
    except (OSError, EOFError, zlib.error):
        return True  # reading its rows will tell what is wrong with it


def checked_tasks(tasks: Sequence[str]) -> tuple[str, ...]:
    """The tasks, each once; all there are where none is named.

    Raises: ConfigError for one that does not exist.
    """
    for task in tasks:
        if task not in TASKS:
            raise ConfigError(f"there is no task {task!r}; tasks are {', '.join(TASKS)}")
    return tuple(dict.fromkeys(tasks)) or tuple(TASKS)


def value_of(post: Post, column: str) -> str:
    """The label of a row in a column, '' where it has none."""
    value = post.attributes.get(column, "").strip()
    return "" if column == "kind" and value == _NO_KIND else value


def labelled_rows(posts: Sequence[Post], tasks: Sequence[str], *, file: str) -> dict[str, list[int]]:
    """Task -> numbers of the posts of a file that are labelled for it, of those `tasks` that have any.

    Raises: InputError for a kind, a polarity or a `same` that does not exist.
    """
    found = {}
    for task in tasks:
        columns = TASKS[task]
        rows = [n for n, post in enumerate(posts) if all(value_of(post, column) for column in columns)]
        for n in rows:
            for column in (*columns, *_BESIDES.get(task, ())):
                _check(posts[n], column, file)
        if rows:
            found[task] = rows
    return found


def _check(post: Post, column: str, file: str) -> None:
    value = value_of(post, column)
    if value and value not in VALUES.get(column, (value,)):
        row, known = post.source_id or post.text[:20], ", ".join(VALUES[column])
        raise InputError(f"{file} has the {column} {value!r} in row {row!r}; give one of {known}")


def _files(path: Path) -> Iterator[Path]:
    if not path.exists():
        raise InputError(f"{path} does not exist; check the path")
    if path.is_file():
        yield path
        return
    inside = (file for file in path.rglob("*") if file.name.endswith(SUFFIXES) and file.is_file())
    files = sorted(file for file in inside if not any(part.startswith(".") for part in file.relative_to(path).parts))
    if not files:
        raise InputError(f"{path} holds no file of labelled rows ({', '.join(SUFFIXES)})")
    yield from files
