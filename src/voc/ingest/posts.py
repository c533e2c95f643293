"""A row of cells becomes a Post: numbers and dates read, personal data masked, names hashed, leftovers kept."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

from voc.authorship import FORGOTTEN, author_id, is_by, is_named
from voc.datatypes import Post, RejectedRow, content_id
from voc.ingest.columns import field_of
from voc.ingest.dates import parse_date
from voc.ingest.rows import Refused, Row
from voc.mask import mask

NUMERALS = {char: value for value, char in enumerate("零一二三四五六七八九十")} | {"两": 2, "〇": 0}
SCALES = {"万": 1e4, "w": 1e4, "亿": 1e8, "千": 1e3, "k": 1e3, "百万": 1e6, "m": 1e6, "": 1}
NUMBER = re.compile(r"[-+]?\d+(?:[.]\d+)?(?:e[-+]?\d+)?")
RATING = re.compile(r"(?<![\d.])(-?\d+(?:\.\d+)?)\s*(?:个?星|分|颗星|stars?|/.*|out of.*|$)", re.IGNORECASE)
RATING_WORDS = re.compile(r"^([零一二两三四五六七八九十])(半)?(?:个|颗)?[星分](半)?")
STARS = re.compile(r"^([★⭐🌟]\ufe0f?)+[☆✩\s]*$")
COUNT = re.compile(r"^\D{0,6}?(\d[\d,]*(?:\.\d+)?)\s*(百万|万|亿|千|[wkm])?\+?\D{0,4}$", re.IGNORECASE)
NOBODY = frozenset(
    (
        "匿名",
        "匿名用户",
        "匿名网友",
        "匿名买家",
        "匿名者",
        "游客",
        "anonymous",
        "null",
        "none",
        "nan",
        "n/a",
        "无",
        "-",
        "--",
    )
)
UNDECODED = "\ufffd"


@dataclass(frozen=True, kw_only=True)
class Maker:
    """Makes posts from rows; holds what is the same for all rows of a run (see `voc.ingest.read`)."""

    as_of: datetime
    timezone: str
    keep_pii: bool
    keep_authors: bool
    salt: str
    forgotten: frozenset[str] = frozenset()

    def post(self, row: Row, *, source: str) -> Post | Refused:
        """The post of a row; `source` is where it comes from if the row does not say."""
        cells = {_name(name): clean(value) for name, value in row.values.items()}
        fields = {field: cells[_name(name)] for field, name in row.fields.items() if name in row.values}
        author = fields.get("author", "").strip()
        if any(is_by(name, self.forgotten, self.salt) for name in (author, self._author(author))):
            return Refused(row.line, FORGOTTEN, "")
        text, title = fields.get("text", ""), fields.get("title", "").strip()
        if not text.strip():
            text, title = title, ""
        if reason := _unusable(text):
            return Refused(row.line, reason, clean(row.raw) or json.dumps(cells, ensure_ascii=False))
        source = fields.get("source", "").strip() or clean(source)
        source_id = fields.get("source_id", "").strip()
        posted_at, problem = self._date(fields.get("posted_at", "").strip())
        key = (source, source_id) if source_id else (source, author, posted_at, title, text)
        numbers = {field: parse(raw) for field, parse in NUMBERS.items() if (raw := fields.get(field, "").strip())}
        unread = {f"{field}_raw": fields[field].strip() for field, number in numbers.items() if number is None}
        used = {_name(name) for name in row.fields.values()}
        attributes = {name: value for name, value in cells.items() if name not in used and value.strip()}
        attributes |= problem | unread
        return Post(
            id=content_id("p", *key),
            text=self._masked(text),
            title=self._masked(title),
            source=source,
            source_id=source_id,
            author=self._author(author),
            posted_at=posted_at,
            rating=numbers.get("rating"),
            likes=_whole(numbers.get("likes")),
            replies=_whole(numbers.get("replies")),
            url=fields.get("url", "").strip(),
            version=self._masked(fields.get("version", "").strip()),
            device=self._masked(fields.get("device", "").strip()),
            region=self._masked(fields.get("region", "").strip()),
            attributes={name: self.attribute(name, value) for name, value in attributes.items()},
        )

    def rejected(self, row: RejectedRow) -> RejectedRow:
        """What is kept of a rejected row: nothing that it holds, where it names somebody who is not to be taken in."""
        is_theirs = is_named(row.raw, self.forgotten, self.salt)
        return replace(row, reason=FORGOTTEN, raw="") if is_theirs else row

    def _date(self, raw: str) -> tuple[str, dict[str, str]]:
        if not raw:
            return "", {}
        posted_at = parse_date(raw, as_of=self.as_of, timezone=self.timezone)
        if posted_at and datetime.fromisoformat(posted_at) <= self.as_of + timedelta(days=1):
            return posted_at, {}
        return "", {"posted_at_raw": raw, "posted_at_problem": "future" if posted_at else "unreadable"}

    def _masked(self, text: str) -> str:
        return text if self.keep_pii or not text else mask(text)

    def attribute(self, name: str, value: str) -> str:
        """A leftover cell; a second name column is hashed like the author, and a column's name tells what it holds."""
        if field_of(name) == "author":
            return self._author(value.strip())
        if self.keep_pii:
            return value
        told = mask(f"{name}:{value}")
        return told.removeprefix(f"{name}:") if told.startswith(f"{name}:") else mask(value)

    def _author(self, author: str) -> str:
        """A salted hash of a name; whoever is called nothing, or 匿名用户, is nobody one could count twice."""
        if self.keep_authors:
            return self._masked(author)
        return "" if author.casefold() in NOBODY or not author else author_id(author, self.salt)


def clean(value: str) -> str:
    r"""Text without NUL characters, and U+FFFD for each surrogate that has no partner.

    >>> clean("好\0用"), clean("\ud83d好"), clean("\ud83d\ude00")
    ('好用', '\ufffd好', '😀')
    """
    if "\0" in value:
        value = value.replace("\0", "")
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return value


def parse_rating(raw: str) -> float | None:
    """A rating as people write it, on its own scale; None where it is none.

    >>> [parse_rating(raw) for raw in ("5星", "4.0", "★★★★☆", "五星", "四星半", "4/5", "好评")]
    [5.0, 4.0, 4.0, 5.0, 4.5, 4.0, None]
    """
    text = unicodedata.normalize("NFKC", raw).strip()
    if STARS.match(text):
        return float(sum(text.count(star) for star in "★⭐🌟"))
    if words := RATING_WORDS.match(text):
        return NUMERALS[words[1]] + (0.5 if words[2] or words[3] else 0.0)
    if NUMBER.fullmatch(text):
        return number if math.isfinite(number := float(text)) else None
    found = RATING.search(text)
    return float(found[1]) if found else None


_TOO_MANY = 10**12  # no site has that many likes; a database could not hold it either


def parse_count(raw: str) -> int | None:
    """A count as sites show it; None where it is none.

    >>> [parse_count(raw) for raw in ("1.2万", "1,234", "3k", "12.0", "999+", "赞 12", "很多")]
    [12000, 1234, 3000, 12, 999, 12, None]
    """
    found = COUNT.match(unicodedata.normalize("NFKC", raw).strip())
    if not found or len(found[1]) > 18:
        return None
    count = round(float(found[1].replace(",", "")) * SCALES[(found[2] or "").lower()])
    return count if count < _TOO_MANY else None


NUMBERS = {"rating": parse_rating, "likes": parse_count, "replies": parse_count}


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)


@lru_cache(maxsize=4096)
def _name(column: str) -> str:
    return clean(column)


def _unusable(text: str) -> str:
    if not text.strip():
        return "has no text"
    undecoded = text.count(UNDECODED)
    return "holds bytes that are not in the file's encoding" if undecoded >= 5 and undecoded * 5 > len(text) else ""
