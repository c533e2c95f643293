"""The one place that owns a report's file: all of it or nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from voc.errors import VocError

_DATABASE = b"SQLite format 3\0"  # how every SQLite file begins


def write(text: str, path: Path | str) -> Path:
    """Write a rendered report; a file that is there is replaced at once, and no half-written one is left behind."""
    write_all({Path(path): text})
    return Path(path)


def write_all(texts: Mapping[Path, str]) -> None:
    """Write files that belong together: none is replaced before all are written, the first one last."""
    parts: dict[Path, Path] = {}
    target = Path()
    try:
        for target, text in texts.items():
            spare_database(target)
            # a pipe or a terminal is written to; only a file can be replaced
            direct = target.exists() and not target.is_file()
            written = target if direct else target.with_name(f".{target.name}.{os.getpid()}.part")
            if not direct:
                parts[target] = written
            with written.open("w", encoding="utf-8", newline="") as file:
                file.write(text)
        for target in reversed(parts):
            os.replace(parts[target], target)
    except OSError as error:
        raise VocError(f"{target} cannot be written: {error.strerror or error}; choose another path") from error
    finally:
        for part in parts.values():
            with suppress(OSError):  # what could not be made, or has its name, need not be removed
                part.unlink()


def spare_database(path: Path) -> None:
    """Raise VocError where a database stands, under whatever name: a report must not replace the posts it is about."""
    try:
        if not path.is_file():
            return
        with path.open("rb") as file:
            is_database = file.read(len(_DATABASE)) == _DATABASE
    except OSError:  # told by the attempt to write, if that fails too
        return
    if is_database:
        raise VocError(f"{path} is a database, which the output would replace; choose another path")
