"""Post to statements: one stretch of text for each thing said, verbatim and in order.

Breaks come at sentence ends, line breaks and list markers, and, where a sentence goes on, before turns (但是, 另外, 希望 …)
and at blanks used as commas. Never inside numbers, versions, model names or brackets. Pieces too short to say something
join their neighbour; very long ones are cut at commas.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MIN_LENGTH = 4
MAX_LENGTH = 120

_HAN = "\u3400-\u9fff"
_TURNS = (
    "但是|但(?!愿)|不过|可是|然而|只是|就是(?=没|不|太|有点)|另外|此外|还有|而且|并且|同时|其次|再者|最后|第[一二三四五六七八九十]|"
    "希望|建议|强烈建议|恳请|期待|麻烦|请(?!问)|能不能|可不可以|可否|能否|求(?!助)|要是|如果能|最好能?"
)
_LIST_MARKER = (
    r"(?:[（(]?(?:\d{1,2}|[一二三四五六七八九十]{1,2})(?:[、）):：]|[.．](?![\dA-Za-z]))|[①-⑳]|[•·●■◆★☆▪➤✅❌]|[-*](?= ))[ \t]*"
)
_BOUNDARY = re.compile(
    rf"(?P<end>[。！？；!?;…~～]+[”』」\"'）)\]]*|\n\s*|(?<=[{_HAN}])\.+(?![\dA-Za-z])|(?<=[A-Za-z])\.(?=\s|$))"
    rf"|(?P<turn>[，,、\s]+(?={_TURNS}))"
    rf"|(?P<blank>(?<=[{_HAN}，,])[ \u3000]+(?=[{_HAN}]))"
    rf"|(?P<item>[，,、：:\s]*(?=(?<![\w.]){_LIST_MARKER}))",
)
_COMMA = re.compile(r"[，,、]+")
_OPEN, _CLOSE = "（([【《「『", "）)]】》」』"
_MARKER_AT_START = re.compile(rf"^\s*{_LIST_MARKER}")
_WORD = re.compile(r"\w")


def split(text: str) -> list[str]:
    """The statements of a text, each a substring of it without the list marker and the blanks around it.

    >>> split("升级到3.1.0.12后Wi-Fi 6老断。另外电池一天2.5次充电，希望尽快修复")
    ['升级到3.1.0.12后Wi-Fi 6老断。', '另外电池一天2.5次充电', '希望尽快修复']
    >>> split("1、没有横屏 2、通知(微信！QQ！)不响")
    ['没有横屏', '通知(微信！QQ！)不响']
    >>> split("闪退")
    ['闪退']
    """
    pieces = [piece for start, end in _join_short(text, list(_spans(text))) for piece in _cut_long(text[start:end])]
    return [piece for piece in map(_trim, pieces) if _WORD.search(piece)]


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Half-open ranges between the boundaries outside brackets; closing marks stay with their sentence."""
    protected = _bracketed(text)
    start = 0
    for match in _BOUNDARY.finditer(text):
        if match.start() in protected and match.group("end") != "\n":
            continue
        if match.group("blank") is not None and not _worth_breaking(text, start, match):
            continue
        cut = match.end() if match.group("end") is not None else match.start()
        if cut > start:
            yield start, cut
            start = cut
    if start < len(text):
        yield start, len(text)


def _worth_breaking(text: str, start: int, match: re.Match[str]) -> bool:
    """A blank between characters is a comma only where both sides are long enough to stand alone."""
    rest = re.match(r"[^\s，,。！？!?；;]*", text[match.end() :])
    return match.start() - start >= MIN_LENGTH and rest is not None and rest.end() >= MIN_LENGTH


def _bracketed(text: str) -> set[int]:
    """Positions inside short closed brackets (an unclosed or long one protects nothing)."""
    inside: set[int] = set()
    stack: list[tuple[str, int]] = []
    for i, char in enumerate(text):
        if char in _OPEN:
            stack.append((_CLOSE["（([【《「『".index(char)], i))
        elif stack and char in _CLOSE:
            opened = next((n for n in range(len(stack) - 1, -1, -1) if _same(stack[n][0], char)), None)
            if opened is not None:
                begin = stack[opened][1]
                del stack[opened:]
                if i - begin <= MAX_LENGTH and "\n" not in text[begin:i]:
                    inside.update(range(begin + 1, i))
    return inside


def _same(a: str, b: str) -> bool:
    return a == b or {a, b} == {"）", ")"}


def _join_short(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join a piece with fewer than MIN_LENGTH word characters to the one before it on the same line, else after it."""
    joined: list[tuple[int, int]] = []
    carry: int | None = None
    for start, end in spans:
        begin = start if carry is None else carry
        carry = None
        if len(_WORD.findall(text[begin:end])) >= MIN_LENGTH or "\n" in text[start:end]:
            joined.append((begin, end))
        elif joined and "\n" not in text[joined[-1][0] : joined[-1][1]][-2:]:
            joined[-1] = (joined[-1][0], end)
        else:
            carry = begin
    if carry is not None:
        joined.append((carry, len(text)))
    return joined


def _cut_long(piece: str) -> Iterator[str]:
    """Cut at the last comma before MAX_LENGTH; without one, at MAX_LENGTH times two, so that no piece is unbounded."""
    while len(piece) > MAX_LENGTH:
        commas = [match.end() for match in _COMMA.finditer(piece, 0, MAX_LENGTH) if match.end() >= MAX_LENGTH // 3]
        cut = commas[-1] if commas else MAX_LENGTH * 2
        if cut >= len(piece):
            break
        yield piece[:cut]
        piece = piece[cut:]
    yield piece


def _trim(piece: str) -> str:
    return _MARKER_AT_START.sub("", piece).strip(" \t\n\u3000\xa0，,、：:")
