"""Files -> posts: reads what people have (tables, JSON, pages), says what it took for what, and loses nothing.

`read` yields a Post or a RejectedRow for every row, in the order of the files, and after each file its FileSummary.
CSV, TSV and JSON Lines are streamed; a JSON document, a page and the shared strings of a workbook are held in memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import BinaryIO

from voc.datatypes import FileSummary, Post, RejectedRow
from voc.errors import ConfigError
from voc.ingest.columns import checked
from voc.ingest.dates import zone_of
from voc.ingest.encodings import canonical
from voc.ingest.files import Source, sources
from voc.ingest.posts import Maker
from voc.ingest.reading import Reading

__all__ = ["read"]


def read(
    paths: Sequence[str],
    *,
    columns: Mapping[str, str] | None = None,
    encoding: str = "",
    as_of: datetime,
    timezone: str = "Asia/Shanghai",
    keep_pii: bool = False,
    keep_authors: bool = False,
    salt: str = "",
    forgotten: frozenset[str] = frozenset(),
    stdin: BinaryIO | None = None,
) -> Iterator[Post | RejectedRow | FileSummary]:
    """Read files, folders and ``-`` (`stdin`) into posts, lazily.

    `columns` maps fields of Post (and ``id``) to column names, before the usual names are looked for. `encoding` holds
    for all files; without it each is detected. Relative dates count back from `as_of` (aware), dates without a zone
    are in `timezone`. Unless kept, personal data is masked and authors become hashes salted with `salt`. Rows by those
    whose ids are `forgotten` are set aside.

    An author's date that cannot be read, or lies over a day after `as_of`, leaves `posted_at` empty; the attributes
    ``posted_at_raw`` and ``posted_at_problem`` (``unreadable`` or ``future``) keep it. Numbers that cannot be read
    stay as ``rating_raw``, ``likes_raw``, ``replies_raw``. A file that cannot be read gives a FileSummary with `error`.

    Raises: ConfigError, at once, for an unknown field, encoding or time zone, or an `as_of` without a zone.
    """
    if as_of.tzinfo is None:
        raise ConfigError("as_of has no time zone; give one, such as 2024-05-01T00:00:00+08:00")
    zone_of(timezone)
    mapping, given = checked(columns or {}), canonical(encoding) if encoding else ""
    maker = Maker(
        as_of=as_of,
        timezone=timezone,
        keep_pii=keep_pii,
        keep_authors=keep_authors,
        salt=salt,
        forgotten=forgotten,
    )
    return _read_all(sources(paths, stdin), columns=mapping, encoding=given, maker=maker)


def _read_all(
    inputs: Iterator[Source | FileSummary], *, columns: Mapping[str, str], encoding: str, maker: Maker
) -> Iterator[Post | RejectedRow | FileSummary]:
    for source in inputs:
        if isinstance(source, FileSummary):
            yield source
        else:
            make = partial(maker.post, source=source.stem)
            for item in Reading(source, columns=columns, encoding=encoding).items(make):
                yield maker.rejected(item) if isinstance(item, RejectedRow) else item
