"""Post to statements: one stretch of text for each thing said, verbatim and in order.

Breaks come at sentence ends, line breaks and list markers, and, where a sentence goes on, before turns (但是, 另外,
希望 …) and at blanks used as commas. Never inside numbers, versions, model names, addresses, brackets or quotation
marks. Pieces too short to say something join their neighbour; very long ones are cut at commas.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator

MIN_LENGTH = 4
MAX_LENGTH = 120

_HAN = "\u3400-\u9fff"
_TURNS = (
    "但是|但(?!愿|凡)|不[过過]|可是|然而|只是|就是(?![说這这那因爲为喜好快爽方便个個一什我]|想问)|另外|此外|[还還]有|"
    "而且|[并並]且|同[时時](?![间間])|其次|再者|再就是|再一个|再[说說]|[顺順]便|[顺順][带帶]|"
    "最[后後](?=[，,：:]|是|希望|建[议議]|再|一[点點])|第[一二三四五六七八九十]+(?=[，,、：:点是])|"
    "希望|建[议議]|[强強]烈(?:建[议議]|要求|呼[吁籲])|[恳懇][请請]|期待|"
    "麻[烦煩](?=[你您官帮幫给給把解修加请請跟处處优優开開各客工尽盡])|"
    "[请請](?![问問假客教吃了过過人师師来來示]|求(?!官))|能不能|可不可以|可否|能否|求(?![助职職证證救生真得其])|要是"
    "|如果能|最好"
)
# Turns that need no comma before them, for people type without any.
_BARE_TURNS = (
    "但是|而且|另外(?![一两兩的那几幾个個])|[还還]有就是|"
    "(?<![我们們也很都就真还還只不你他的您更最烈])希望(?=[能可以尽盡快官增改修早以下加把优優])"
)
# A wish or an addition after these belongs to what they open: 如果方便的话，请…; 不仅…，而且…
_OPENED = re.compile(
    r"(?:^|[，,\s])(?:如果|要是|若是?|假如|倘若|既然|为了|万一|不仅|不但|不光|不只|除了|因为|由于|无论|不管|与其"
    r"|[^，,]{0,20}(?:的话|的时候|时|后))"
    r"[^。！？!?]{0,40}$|(?:的话|的时候)$"
)
_CLOSES = re.compile("请|希望|建议|麻烦|能不能|可不可以|可否|能否|最好|而且|并且|同时|还有|恳请|求|就是")
_NUMBER = r"(?:\d{1,2}|[一二三四五六七八九十]{1,2})"
_LIST_MARKER = (
    rf"(?:[（(] ?{_NUMBER} ?[）)][、，,.：:]?|{_NUMBER} ?(?:、(?![\d一二两三四五六七八九十])|[）)]|[:：](?![\d/]))"
    r"|\d{1,2} ?[.．](?!\d|[A-Za-z](?![A-Za-z])|\s*$)|[①-⑳]|[•●■◆▪➤✅❌])[ \t]*"
)
_MARK = "[。！？；!?;…]"
_CLOSING = "[”』」\"'’）)\\]】》]"
_BOUNDARY = re.compile(
    rf"(?P<end>(?:{_MARK}|(?<![周期][一二三四五六日天末])(?<!\d[月日号点楼])[~～]+(?!\d)|\.{{2,}})(?:{_MARK}"
    rf"|[~～.])*+{_CLOSING}*+"
    rf"|(?<=[{_HAN}])\.(?![\dA-Za-z.])|(?<=[A-Za-z])\.(?=\s|$)|\n\s*+)"
    rf"|(?P<turn>(?<![，,、\s])[，,、\s]++(?={_TURNS}))"
    rf"|(?P<blank>(?<=[{_HAN}，,])[ \u3000]++(?=[{_HAN}])(?![和与與及跟或的了是]))"
    rf"|(?P<item>(?:(?<![，,、：:\s])[，,、：:\s]++(?<!、)|(?<![\w.，,、：:\s@#$¥+*/-]))(?={_LIST_MARKER})"
    rf"|(?<!第)(?=[①-⑳](?![个步点代]))|(?<=[{_HAN}])(?=（\d{{1,2}}）[{_HAN}]))"
    rf"|(?P<bare>(?<=[{_HAN}A-Za-z])(?={_BARE_TURNS}))",
)
_COMMA = re.compile(r"[，,、]+")
_CLAUSE = re.compile(r"[^\s，,。！？!?；;]*+")
_PAIRS = {"（": ")", "(": ")", "[": "]", "【": "】", "《": "》", "「": "」", "『": "』", "“": "”"}
_CLOSERS = {closer: closer for closer in _PAIRS.values()} | {"）": ")"}
_ADDRESS = re.compile(r"(?:https?://|www\.)[!-~]+")
_MARKER_AT_START = re.compile(
    rf"^(?:(?:{_LIST_MARKER}|[-*+·★☆](?=\s)[ \t]*|[-*·★☆]+(?=[{_HAN}])|\d{{1,2}}[，,](?!\d))(?=.*\w))"
)
_WORD = re.compile(r"\w")
# What opens with these says nothing by itself unless it is long: 特别是晚上, 就好了, 导致看不清
_LEANING = re.compile(
    "特别是|尤其|比如|例如|譬如|像|包括|就(?:好|行|可以|完美|更好)|那就|这样就|否则|不然|要不然|导致|结果|以至|甚至"
    "|即使|哪怕|"
    "因为|所以|然后|于是|其他|其它|等等|而已|也是|也不|都是|都不|还是"
)
_LEANING_LENGTH = 9


def split(text: str) -> list[str]:
    """The statements of a text, each a substring of it without the list marker and the blanks around it.

    >>> split("升级到3.1.0.12后Wi-Fi 6老断。另外电池一天2.5次充电，希望尽快修复")
    ['升级到3.1.0.12后Wi-Fi 6老断。', '另外电池一天2.5次充电', '希望尽快修复']
    >>> split("1、没有横屏 2、通知(微信！QQ！)不响")
    ['没有横屏', '通知(微信！QQ！)不响']
    >>> split("23:30睡的，掉电很快。特别是晚上。")
    ['23:30睡的，掉电很快。特别是晚上。']
    >>> split("闪退")
    ['闪退']
    """
    spans = (span for joined in _join_short(text, _spans(text)) for span in _cut_long(text, *joined))
    return [piece for start, end in spans if _WORD.search(piece := _trim(text[start:end]))]


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Half-open ranges between the boundaries outside brackets; closing marks stay with their sentence."""
    protected = _Protected(text)
    start = 0
    for match in _BOUNDARY.finditer(text):
        ends = match["end"] is not None
        if match.start() in protected and not (ends and "\n" in match["end"]):
            continue
        if (match["blank"] is not None or match["bare"] is not None) and not _worth_breaking(text, start, match):
            continue
        if match["turn"] is not None and _belongs(text, start, match):
            continue
        cut = match.end() if ends else match.start()
        if cut > start:
            yield start, cut
            start = cut
    if start < len(text):
        yield start, len(text)


def _worth_breaking(text: str, start: int, match: re.Match[str]) -> bool:
    """A blank between characters, or nothing, is a comma only where both sides are long enough to stand alone."""
    rest = _CLAUSE.match(text, match.end())
    return match.start() - start >= MIN_LENGTH and rest is not None and rest.end() - match.end() >= MIN_LENGTH


def _belongs(text: str, start: int, match: re.Match[str]) -> bool:
    """Whether a turn only completes the condition before it."""
    before = text[max(start, match.start() - MAX_LENGTH) : match.start()]
    return bool(_CLOSES.match(text, match.end()) and _OPENED.search(before))


class _Protected:
    """Positions inside short closed brackets (an unclosed or long one protects nothing) and inside addresses."""

    def __init__(self, text: str) -> None:
        spans = sorted([*_bracketed(text), *((m.start(), m.end()) for m in _ADDRESS.finditer(text))])
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in spans:
            if self._ends and start <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._starts.append(start)
                self._ends.append(end)

    def __contains__(self, position: int) -> bool:
        n = bisect_right(self._starts, position) - 1
        return n >= 0 and position < self._ends[n]


def _bracketed(text: str) -> Iterator[tuple[int, int]]:
    """The insides of brackets that close on their line, within MAX_LENGTH."""
    awaited: list[tuple[str, int]] = []
    how_many: Counter[str] = Counter()
    for i, char in enumerate(text):
        if char in _PAIRS:
            awaited.append((_PAIRS[char], i))
            how_many[_PAIRS[char]] += 1
        elif char == "\n":
            awaited.clear()
            how_many.clear()
        elif how_many[closer := _CLOSERS.get(char, "")]:
            # everything opened in between was never closed; each bracket is looked at once
            found, begin = "", 0
            while found != closer:
                found, begin = awaited.pop()
                how_many[found] -= 1
            if i - begin <= MAX_LENGTH:
                yield begin + 1, i


def _join_short(text: str, spans: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Join a piece with fewer than MIN_LENGTH word characters, or one that leans, to the one before it on its line,
    else to the one after it."""
    begin = end = 0
    held = 0  # word characters in text[begin:end], the piece not yet given away
    for start, stop in spans:
        size = len(_WORD.findall(text, start, stop))
        leans = size < _LEANING_LENGTH and _LEANING.match(text, start)
        stands = held >= MIN_LENGTH and ((size >= MIN_LENGTH and not leans) or text[end - 1].isspace())
        if end > begin and (stands or (held and "\n" in text[max(begin, end - 4) : end])):
            yield begin, end
            begin, held = start, 0
        held += size
        end = stop
    if end > begin:
        yield begin, end


def _cut_long(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut at the last comma before MAX_LENGTH; without one, at MAX_LENGTH times two, so that no piece is unbounded."""
    while end - start > MAX_LENGTH:
        commas = [m.end() for m in _COMMA.finditer(text, start + MAX_LENGTH // 3, start + MAX_LENGTH)]
        cut = commas[-1] if commas else start + MAX_LENGTH * 2
        if cut >= end:
            break
        yield start, cut
        start = cut
    yield start, end


def _trim(piece: str) -> str:
    return _MARKER_AT_START.sub("", piece.strip(_SEPARATORS)).strip(_SEPARATORS)


_SEPARATORS = "，,、：:" + "".join(char for char in map(chr, range(0x3001)) if char.isspace())
