"""From the paths a user names to streams of bytes: folders walked, gzip unpacked, standard input."""

from __future__ import annotations

import gzip
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from voc.datatypes import FileSummary
from voc.ingest.formats import FORMATS, by_suffix

STDIN = "-"
HEAD = 1 << 20  # bytes looked at to tell the format and the encoding
GZIP = b"\x1f\x8b"


@dataclass(frozen=True, kw_only=True)
class Source:
    """One input: its name in messages, the name posts without a source get, its format by suffix, how to open it."""

    name: str
    stem: str
    format: str
    open: Callable[[], AbstractContextManager[BinaryIO]]


def sources(paths: Sequence[str], stdin: BinaryIO | None) -> Iterator[Source | FileSummary]:
    """The inputs behind paths, in the order given; folders recursively, sorted by path.

    In folders only files with a known suffix count, and none whose name starts with ``.`` or ``~$``. A path that
    leads nowhere yields its summary, with the error, so that the others are still taken.
    """
    for path in paths:
        if path == STDIN:
            yield from _piped(STDIN, "stdin", stdin) if stdin else [_missing(STDIN, "is standard input; there is none")]
        elif os.path.isdir(path):
            yield from _walk(Path(path))
        elif not os.path.exists(path):
            yield _missing(path, "does not exist; check the path")
        else:
            yield from _named(Path(path))


def _missing(path: str, why: str) -> FileSummary:
    return FileSummary(file=path, error=f"{path} {why}")


def _walk(folder: Path) -> Iterator[Source | FileSummary]:
    paths = sorted(path for path in folder.rglob("*") if _is_data(path.relative_to(folder)) and path.is_file())
    for path in paths:
        yield from _named(path)
    if not paths:
        yield _missing(str(folder), f"has no data file ({', '.join(FORMATS)}, each also .gz)")


def _is_data(path: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.parts) or path.name.startswith("~$")
    return not hidden and bool(by_suffix(path.name)[0])


def _named(path: Path) -> Iterator[Source | FileSummary]:
    name, (suffix_format, stem) = str(path), by_suffix(path.name)
    if not path.is_file():  # a named pipe, such as <(command)
        with open(path, "rb") as stream:
            yield from _piped(name, stem, stream)
        return

    @contextmanager
    def open_file() -> Iterator[BinaryIO]:
        with open(path, "rb") as stream, _unpacked(stream) as unpacked:
            yield unpacked

    yield Source(name=name, stem=stem, format=suffix_format, open=open_file)


def _piped(name: str, stem: str, stream: BinaryIO) -> Iterator[Source]:
    """An input that can be read once only: kept in a temporary file, so that it can be looked at and then read."""
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(stream, copy)

        @contextmanager
        def open_copy() -> Iterator[BinaryIO]:
            with open(os.dup(copy.fileno()), "rb") as again:
                again.seek(0)
                with _unpacked(again) as unpacked:
                    yield unpacked

        copy.flush()
        yield Source(name=name, stem=stem, format="", open=open_copy)


@contextmanager
def _unpacked(stream: BinaryIO) -> Iterator[BinaryIO]:
    packed = stream.read(2) == GZIP
    stream.seek(0)
    if not packed:
        yield stream
        return
    with gzip.open(stream, "rb") as unpacked:
        yield cast(BinaryIO, unpacked)
