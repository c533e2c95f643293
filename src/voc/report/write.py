"""The one place that owns a report's file: all of it or nothing."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from voc.errors import VocError


def write(text: str, path: Path | str) -> Path:
    """Write a rendered report; a file that is there is replaced at once, and no half-written one is left behind."""
    target = Path(path)
    # a pipe or a terminal is written to; only a file can be replaced
    direct = target.exists() and not target.is_file()
    written = target if direct else target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with written.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
        if not direct:
            os.replace(written, target)
    except OSError as error:
        raise VocError(f"{target} cannot be written: {error.strerror or error}; choose another path") from error
    finally:
        if not direct:
            with suppress(OSError):  # what could not be made need not be removed
                written.unlink()
    return target
