"""A file of authors -> what it tells of each: tier, city, purchases; read as posts are, from tables and JSON.

A name in the file becomes the id that posts have for it: the salted hash, or the name where the database kept names.
Every other column is an attribute, under one name for all its usual spellings, else under its own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain, count
from typing import BinaryIO

from voc.authorship import author_id
from voc.datatypes import Author, FileSummary, RejectedRow
from voc.errors import ConfigError
from voc.ingest.columns import plain
from voc.ingest.encodings import canonical
from voc.ingest.files import sources
from voc.ingest.posts import NOBODY, Maker, clean
from voc.ingest.reading import Reading
from voc.ingest.rows import Refused, Row
from voc.mask import mask

# Where a file has several columns for one attribute, the one named first here has it and the others keep their names.
ATTRIBUTES: dict[str, str] = {
    "tier": "用户等级 会员等级 等级 会员级别 用户级别 级别 用户分层 会员类型 vip等级 tier level viplevel userlevel"
    " memberlevel membership usertier customertier",
    "region": "地区 省份 省 区域 所在地区 所在省份 所在地 属地 ip属地 大区 region province state",
    "city": "城市 所在城市 常住城市 市 city town",
    "device": "机型 设备 设备型号 手机型号 手机机型 终端 型号 device devicemodel phonemodel model",
    "gender": "性别 gender sex",
    "age_band": "年龄段 年龄层 年龄区间 年龄 ageband agegroup agerange age",
    "purchases": "购买次数 下单次数 订单数 订单量 购买数量 购买数 purchases purchasecount orders ordercount",
    "revenue": "消费金额 累计消费 累计消费金额 消费总额 消费额 付费金额 付费总额 收入 营收 revenue spend"
    " amount gmv ltv arr mrr",
    "tenure": "使用年限 使用时长 用户年限 会员年限 会龄 注册时长 注册天数 入网时长 tenure tenuredays"
    " tenuremonths tenureyears",
    "joined": "注册时间 注册日期 加入时间 加入日期 入会时间 joined joinedat registered registeredat signupdate",
    "core": "核心用户 是否核心用户 核心 是否核心 种子用户 core coreuser iscore",
}
_NAMES = {alias: (name, rank) for name, told in ATTRIBUTES.items() for rank, alias in enumerate(told.split())}
_YES = frozenset(["是", "有", "对", "y", "yes", "true", "1", "√", "✓", "✔", "核心", "核心用户", "种子用户", "core"])
_NO = frozenset(["否", "非", "无", "不是", "n", "no", "false", "0", "×", "x", "✗", "普通", "普通用户", "非核心"])
_HASHED = re.compile(r"a-[0-9a-f]{16}")


def read_authors(
    path: str,
    *,
    known: Collection[str],
    salt: str,
    columns: Mapping[str, str] | None = None,
    encoding: str = "",
    keep_pii: bool = False,
    stdin: BinaryIO | None = None,
) -> Iterator[Author | RejectedRow | FileSummary]:
    """Read a file (or folder, or ``-``) of authors: an Author for each row, with what the row alone tells.

    `known` are the authors of the posts there are, as the database holds them. A name is one of these by itself, or by
    its hash with `salt`; any other is hashed, unless all of `known` are names, so that no name is kept where none was.
    `columns` maps ``author``, and attributes, to names of columns. Cells of personal data are masked unless kept, and
    further columns of names hashed. Empty cells tell nothing. A row is refused if it names nobody, or tells of ``core``
    neither yes nor no.

    Raises: ConfigError for an encoding or a column without a name.
    """
    wanted = dict(columns or {})
    for name, column in wanted.items():
        if not column.strip():
            raise ConfigError(f"the column for {name} has no name; write {name}=NAME")
    given = canonical(encoding) if encoding else ""
    author = {"author": wanted.pop("author")} if "author" in wanted else {}
    for source in sources([path], stdin):
        if isinstance(source, FileSummary):
            yield source
            continue
        telling = _Telling(frozenset(known), salt, wanted, keep_pii=keep_pii)
        for item in Reading(source, columns=author, encoding=given, needs="author").items(telling.authors):
            if isinstance(item, FileSummary):
                yield telling.summary(item)
            else:
                yield from item if isinstance(item, tuple) else (item,)


class _Telling:
    """What the rows of one file tell, and as what its columns were read."""

    def __init__(self, known: frozenset[str], salt: str, wanted: Mapping[str, str], *, keep_pii: bool) -> None:
        self._known = known
        self._salt = salt
        self._wanted = wanted
        self._keep_pii = keep_pii
        self._keeps_names = bool(known) and not any(map(_HASHED.fullmatch, known))
        self._author = ""
        self._columns: dict[tuple[str, ...], dict[str, str]] = {}
        self._cells = Maker(
            as_of=datetime.min.replace(tzinfo=UTC),  # no date is read
            timezone="UTC",
            keep_pii=keep_pii,
            keep_authors=self._keeps_names,
            salt=salt,
        )

    def authors(self, row: Row) -> tuple[Author, ...] | Refused:
        """What a row tells, once for each id that its author has (two where only some posts kept names)."""
        column, raw = row.fields.get("author", ""), clean(row.raw)
        name = clean(row.values.get(column, "")).strip()
        if not name:
            return Refused(row.line, "has no author", raw)
        if name.casefold() in NOBODY:
            return Refused(row.line, "names nobody", raw)
        self._author = self._author or clean(column)
        attributes = self._attributes({clean(key): clean(value) for key, value in row.values.items() if key != column})
        if core := attributes.get("core", "").casefold():
            if core not in _YES | _NO:
                return Refused(row.line, "tells of core neither yes nor no", raw)
            attributes["core"] = "yes" if core in _YES else "no"
        return tuple(Author(id=author, attributes=attributes) for author in self._ids(name))

    def summary(self, told: FileSummary) -> FileSummary:
        """What became of the file, with the columns that were read; a column that was asked for and is absent is an
        error."""
        named = {name: column for columns in self._columns.values() for name, column in columns.items()}
        for name, column in self._wanted.items():
            if not told.error and not any(column in shape for shape in self._columns):
                told = replace(told, error=f"{told.file} has no column {column} (for {name})")
        return replace(told, columns=({"author": self._author} if self._author else {}) | named)

    def _attributes(self, cells: Mapping[str, str]) -> dict[str, str]:
        shape = tuple(cells)
        if shape not in self._columns:
            self._columns[shape] = _named(shape, self._wanted)
        told = {
            name: self._cells.attribute(column, cells[column].strip()) for name, column in self._columns[shape].items()
        }
        return {name: value for name, value in told.items() if value}

    def _ids(self, name: str) -> tuple[str, ...]:
        """As whom posts know this author; where none does, as they would."""
        hashed, kept = author_id(name, self._salt), name if self._keep_pii else mask(name)
        found = tuple(author for author in dict.fromkeys((hashed, name, kept)) if author in self._known)
        return found or (kept if self._keeps_names else hashed,)


def _named(columns: tuple[str, ...], wanted: Mapping[str, str]) -> dict[str, str]:
    """Attribute -> column: those that the caller named, then those of a usual name, all others under their own.

    >>> _named(("等级", "会员等级", "爱好"), {})
    {'爱好': '爱好', 'tier': '会员等级', '等级': '等级'}
    """
    named = {name: column for name, column in wanted.items() if column in columns}
    rest = [column for column in columns if column not in named.values()]
    for column in sorted(rest, key=lambda column: (_NAMES.get(plain(column), ("", 0))[1], column)):
        usual, _ = _NAMES.get(plain(column), (column, 0))
        free = (name for name in chain((usual, column), (f"{column}_{n}" for n in count(2))) if name not in named)
        named[next(free)] = column
    return named
