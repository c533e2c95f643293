"""Text to mentions: who uses it, when, where and doing what, on which device, system and version, compared with whom.

Everything that can be named lies in an editable lexicon (`corpora/lexicon/scenes.toml`). Of two words the one that
begins first counts, of those the longest; words that only look like a mention (三星期, 小米粥, 早晚上架) are in the
lexicon too, and take their place without being reported. A brand is a competitor only where it is compared with.
"""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from voc.datatypes import MENTION_KINDS, Mention, MentionKind
from voc.errors import ConfigError

Sort = MentionKind | Literal["service", "nothing"]
Table = Mapping[str, Any]

_PLAIN: tuple[Sort, ...] = (*MENTION_KINDS, "service")  # tables of value = words
_BEFORE = 12  # so many characters before a name can say that it is compared with
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)  # every character keeps its place
_compiled = cache(re.compile)  # the regular expressions of brands, when first needed

# What a number counts or measures: such a number is that of no model, system or version.
_NO_UNIT = (
    r"(?! ?(?:个(?!人)|成(?!功)|分(?!辨|屏)|点(?![不击开进])|折(?!叠)|部(?!分)|小时|公[里斤分]|英寸"
    r"|[斤元块年月日号天周次台万千百亿十%％寸米升星颗匹只件条款种位楼层岁秒克吨度℃倍声多]"
    r"|(?:gb?|tb|kg?|ml?|mm|cm|km|l|w|v|a|mah|m?hz)(?![a-z])))"
)
_MODEL_NUMBER = rf"[a-z]{{0,2}}\d{{1,3}}(?:[a-z]{{1,2}})?(?![\d%]|\.\d){_NO_UNIT}"
_NO_SIZE = r"(?!\d+ ?(?:gb?|tb|kg?|mah|m?hz|mm|ml|l|w|k)(?![a-z\d]))"
_SYSTEM_NUMBER = re.compile(rf" ?(?:系统|版本)? ?v?(\d{{1,2}}(?:\.\d{{1,3}}){{0,3}})(?![\d%]|\.\d){_NO_UNIT}")
_ZEROS = re.compile(r"(?:\.0)+$")

_NUMBER = re.compile(rf"(?<![\d.:/a-z])(v ?)?(\d{{1,4}}(?:\.\d{{1,5}}){{1,4}})(?![\d:/a-z]|\.\d){_NO_UNIT}")
_VERSION_BEFORE = re.compile(
    r"(?:(?<![a-z])ver(?:sion)?|版本号?|更新[到至成]|升级?[到至成]|退回[到至]?|降级?[到至]|系统|固件|软件|app|客户端)"
    r"(?:是|为|了)?[ :：.]*$"
)
_VERSION_AFTER = re.compile(r" ?的?(?:版|系统|之?后(?![面排])|以后)")
_LOCAL = re.compile(r"(?:0|127|172|192|255)(?:\.\d+){3}$")  # addresses of networks at home
_FIRST_YEAR = 1900


class Scenes:
    """Finds mentions; made from a lexicon once, then called for each text.

    A lexicon that cannot be read is a ConfigError.

    >>> from voc import resources
    >>> scenes = Scenes(resources.path("corpora/lexicon/scenes.toml"))
    >>> [(mention.kind, mention.value) for mention in scenes("晚上开车用iphone8plus导航，米家早就支持了")]
    [('when', '夜间'), ('activity', '开车'), ('device', 'iPhone 8 Plus'), ('competitor', '米家')]
    >>> scenes("三星期没发货，早晚上架都一样")
    ()
    """

    def __init__(self, path: Path) -> None:
        try:
            self._read(tomllib.loads(path.read_text(encoding="utf-8-sig")))
        except (OSError, ValueError, KeyError, AttributeError, TypeError, re.error) as error:
            what = f"{error} is missing" if isinstance(error, KeyError) else error
            raise ConfigError(
                f"lexicon {path} cannot be used: {what}; mend it or take the one that is shipped"
            ) from error

    def _read(self, tables: Table) -> None:
        self._names = {word.translate(_LOWER): name for word, name in _names(tables) if word}
        self._unless = {word: re.compile(regex) for word, regex in tables["unless"].items()}
        self._comparisons = [
            (re.compile(f"(?:{row.get('before', '')})$"), re.compile(row.get("after", "")))
            for row in tables["comparison"]
        ]
        # The longest first. Every alternative begins with a plain character, which is what makes the search fast.
        words = sorted(self._names, key=lambda word: (-len(word), word))
        self._words = re.compile("|".join(map(re.escape, words)))

    def __call__(self, text: str) -> tuple[Mention, ...]:
        """What a text names, in order and each once; `Mention.text` is as it stands there.

        Give it the matching form of a statement: simplified script, half-width letters.
        """
        lower = text.translate(_LOWER)
        found = list(self._named(lower))
        if "." in lower:
            found += [
                version
                for version in _versions(lower)
                if not any(start < version[1] and version[0] < stop for start, stop, _, _ in found)
            ]
        mentions: dict[tuple[str, str], Mention] = {}
        for start, stop, kind, value in sorted(found):
            mentions.setdefault((kind, value), Mention(kind=kind, value=value, text=text[start:stop]))
        return tuple(mentions.values())

    def _named(self, text: str) -> Iterator[tuple[int, int, MentionKind, str]]:
        """Start, end, kind and value of each name of the lexicon, from left to right."""
        position = 0
        while match := self._words.search(text, position):
            start, position = match.span()
            name = self._names[match[0]]
            reached = name.reach(text, start, position)
            if reached is None or (match[0] in self._unless and self._unless[match[0]].search(text)):
                continue
            value, position = reached
            if (name.kind == "service" or name.brand) and self._is_compared(text, start, position):
                yield start, position, "competitor", value
            elif name.kind != "service" and name.kind != "nothing":
                yield start, position, name.kind, value

    def _is_compared(self, text: str, start: int, stop: int) -> bool:
        before = text[max(0, start - _BEFORE) : start]
        return any(head.search(before) and tail.match(text, stop) for head, tail in self._comparisons)


@dataclass(frozen=True, slots=True)
class _Brand:
    """How the devices of a brand are written: see the lexicon.

    `tail` is what may follow the brand, `parts` cuts the model in it into words, `shown` says how some are written.
    """

    tail: str
    parts: str
    shown: Mapping[str, str]
    models: str
    alone: bool


@dataclass(frozen=True, slots=True)
class _Name:
    """What a word of the lexicon stands for."""

    kind: Sort
    value: str
    brand: _Brand | None = None

    def reach(self, text: str, start: int, stop: int) -> tuple[str, int] | None:
        """The whole value of the name whose word stands there, and where that ends; None if it is none after all."""
        if _is_ascii_word(text, start - 1) and _is_ascii_word(text, start):
            return None
        if self.brand:
            value, end = self._device(self.brand, text, stop)
            if end == stop and not self.brand.alone:
                return None
        elif self.kind == "system" and (number := _SYSTEM_NUMBER.match(text, stop)):
            value, end = f"{self.value} {_ZEROS.sub('', number[1])}", number.end()
        else:
            value, end = self.value, stop
        runs_on = end == stop and _is_ascii_word(text, stop - 1) and _is_ascii_word(text, stop)
        return None if runs_on and not text[stop].isdigit() else (value, end)

    def _device(self, brand: _Brand, text: str, stop: int) -> tuple[str, int]:
        match = _compiled(brand.tail).match(text, stop)
        if match is None:
            return self.value, stop
        thing = "" if match["thing"] in (None, "手机") else match["thing"]
        parts = _compiled(brand.parts).findall(_bare(match["model"]))
        model = " ".join(brand.shown.get(part, part.upper()) for part in parts).replace(" +", "+")
        name = brand.models if model and not thing else self.value
        return f"{name}{thing} {model}".strip(), match.end()


def _names(tables: Table) -> Iterator[tuple[str, _Name]]:
    """Word -> what it stands for."""
    for kind in _PLAIN:
        for value, words in tables[kind].items():
            yield from ((word, _Name(kind, value)) for word in words)
    for value, row in tables["brand"].items():
        name = _Name("device", value, _brand(value, row, tables["parts"]))
        yield from ((word, name) for word in row.get("words", [value.lower()]))
    yield from ((word, _Name("nothing", word)) for word in tables["nothing"]["words"])


def _brand(value: str, row: Table, parts: Table) -> _Brand:
    series = row.get("series", [])
    shown = {_bare(name.lower()): name for name in [*parts["suffixes"], *series]}
    of_series, of_suffixes, of_things = (
        "|".join(re.escape(name.lower()).replace(r"\ ", "[ -]?") for name in sorted(names, key=len, reverse=True))
        for names in (series or ["\0"], parts["suffixes"], parts["things"])
    )
    tail = (
        rf"(?: ?的?(?:智能|滚筒|波轮|变频|蓝牙|无线|牌)?(?P<thing>{of_things}))?"
        rf"(?P<model>(?:[ -]?(?:{of_series}))?(?:[ -]?{_NO_SIZE}{_MODEL_NUMBER})?(?:[ -]?(?:{of_suffixes}))*)"
        r"(?![a-z\d])"
    )
    words = map(re.escape, sorted(shown, key=len, reverse=True))
    return _Brand(
        tail=tail,
        parts="|".join([*words, r"[a-z]{0,2}\d+(?:[a-z]{1,2}(?![a-z]))?"]),
        shown=shown,
        models=row.get("models", value),
        alone=row.get("alone", True),
    )


def _bare(model: str) -> str:
    return re.sub("[ -]", "", model)


def _is_ascii_word(text: str, place: int) -> bool:
    return 0 <= place < len(text) and text[place].isascii() and text[place].isalnum()


def _versions(text: str) -> Iterator[tuple[int, int, MentionKind, str]]:
    """Versions by number: of three parts or more, or of two where the text says that it is one."""
    for match in _NUMBER.finditer(text):
        number, before = match[2], text[max(0, match.start() - _BEFORE) : match.start()]
        first, *rest = number.split(".")
        is_told = bool(match[1] or _VERSION_BEFORE.search(before) or _VERSION_AFTER.match(text, match.end()))
        if int(first) < _FIRST_YEAR and not _LOCAL.match(number) and (len(rest) > 1 or is_told):
            yield match.start(), match.end(), "version", number
