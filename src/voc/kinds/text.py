"""The form of a statement that patterns and character n-grams read; nothing else sees it, quotes stay verbatim."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencc import OpenCC

_NARROW = {0x3000: " ", 0xA0: " ", ord("、"): ","} | {0xFEE0 + code: chr(code) for code in range(0x21, 0x7F)}
_NARROW[ord("。")] = "。"
_GLAD = re.compile(
    r"[😀-😄😆-😋😍-😏😘🥰🤗😎🥳👍👏🎉❤♥💖💕💗🌹💪✌🙂🤩]|\(\*\^__\^\*\)|\^_\^|"
    r"\[(?:赞|鼓掌|心|good|哈哈|嘻嘻|可爱|爱心|玫瑰|耶|强|给力|亲亲)\]"
)
_CROSS = re.compile(
    r"[😡🤬😤😠👎💩😭😢😓😒🙄😞😔😩😫🤮☹😑😐🤡💢🖕😖😣😕🙁]|[(（]?[╯︶]+|←_←|t_t|"
    r"\[(?:怒|怒骂|抓狂|泪|大哭|流泪|吐|鄙视|衰|失望|弱|踩|bad|生病|打脸|黑线|晕|哼|白眼)\]"
)
_LINK = re.compile(r"(?:https?://|www\.)[!-~]+")
_FACE_IN_WORDS = re.compile(r"(\w)(?= ?[☺☹])")  # a face ends the sentence before it
_REPEATED_MARK = re.compile(r"([^\w\s])\1+")
_REPEATED_LETTER = re.compile(r"([^\W\d_])\1{2,}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_BLANKS = re.compile(r"\s+")


def normalise(text: str) -> str:
    """Simplified script, half-width marks, lower case; emoji become one glad (☺) or cross (☹) face, runs are squeezed.

    >>> normalise("希望　能增加ＰＤＦ匯出！！！ 😡😡")
    '希望 能增加pdf汇出! ☹'
    >>> normalise("太慢啦啦啦啦，10000元")
    '太慢啦啦啦,10000元'
    """
    text = _simplify(_SURROGATE.sub("", text)).translate(_NARROW).lower()
    text = _FACE_IN_WORDS.sub(r"\1。", _CROSS.sub("☹", _GLAD.sub("☺", _LINK.sub(" ", text))))
    text = _REPEATED_LETTER.sub(r"\1\1\1", _REPEATED_MARK.sub(r"\1", text))
    return _BLANKS.sub(" ", text).strip()


def _simplify(text: str) -> str:
    return text if text.isascii() else _opencc().convert(text)


@cache
def _opencc() -> OpenCC:
    from opencc import OpenCC

    return OpenCC("t2s")
