"""Text of posts made safe to look at: what cannot be seen, or turns the line around, becomes a visible sign."""

from __future__ import annotations

import re

_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f]|[\x80-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029\ud800-\udfff]"
)


def visible(text: str) -> str:
    """The text with control characters, direction marks and lone surrogates shown; tab and newline stay.

    >>> visible("好\\x1b[31m用"), visible("abc\\u202egnp.exe"), visible("栖木 5\\n")
    ('好␛[31m用', 'abc⟨U+202E⟩gnp.exe', '栖木 5\\n')
    """
    return _HIDDEN.sub(_sign, text)


def _sign(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code == 0x0D:
        return "\n"
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else f"⟨U+{code:04X}⟩"
