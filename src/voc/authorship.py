"""Who wrote something, without their name: salted hashes of author names."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from voc.datatypes import content_id

FORGOTTEN = "forgotten"  # the reason to set a row aside whose author was removed
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_BETWEEN_CELLS = re.compile(r"""[,，\t;|"'{}\[\]:\r\n]+""")


def author_id(name: str, salt: str) -> str:
    """What stands for an author's name: the same for the life of a database, different in each.

    >>> author_id("木工老何", "7f") == author_id("木工老何", "7f") != author_id("木工老何", "80")
    True
    """
    return content_id("a", salt, name)


def is_by(author: str, ids: Collection[str], salt: str) -> bool:
    """Whether an author, by name or by id, is one of those whose ids these are."""
    return bool(ids) and bool(author) and (author in ids or author_id(author, salt) in ids)


def is_named(raw: str, ids: Collection[str], salt: str) -> bool:
    """Whether a piece of a file, as it stands there, has a cell that names one of those whose ids these are.

    >>> is_named('17,"木工老何",,5', {author_id("木工老何", "7f")}, "7f")
    True
    """
    return bool(ids) and any(is_by(cell, ids, salt) for cell in _cells(raw))


def _cells(raw: str) -> Iterator[str]:
    if "\\u" in raw:
        raw = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), raw)
    return (cell.strip() for cell in _BETWEEN_CELLS.split(raw))
