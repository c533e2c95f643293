"""The form in which rules read a text: of the same length, with half-width letters and digits.

Digits are also what people write to get past a filter: ① and, in a row as long as a telephone number, 一 or 壹.
"""

from __future__ import annotations

import re
from re import Match

_HALF_WIDTH = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_CIRCLED = {ord(sign): str(value) for signs in ("①②③④⑤⑥⑦⑧⑨", "❶❷❸❹❺❻❼❽❾") for value, sign in enumerate(signs, 1)}
_SIGNS = _HALF_WIDTH | _CIRCLED | {0x3000: " ", 0x2795: "+", ord("⓪"): "0"}

_NUMERALS = {
    sign: str(value)
    for value, signs in enumerate(("零〇", "一幺壹", "二贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"))
    for sign in signs
}
_NUMERAL = f"[{''.join(_NUMERALS)}]"
_NUMBER = re.compile(rf"{_NUMERAL}(?:[ ,、·\-—]{{0,2}}{_NUMERAL}){{6,}}")


def plain(text: str) -> str:
    """The reading form of a text.

    >>> plain("１３８，一三八 零零一三，八零零零")
    '138,138 0013 8000'
    """
    if text.isascii():
        return text
    return _NUMBER.sub(_as_digits, text.translate(_SIGNS))


def _as_digits(number: Match[str]) -> str:
    return "".join(_NUMERALS.get(sign, " " if sign in ",、" else sign) for sign in number[0])
