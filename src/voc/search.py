"""What full-text search indexes and asks for: tokens, and the two-character words that segmentation hides.

Whether 横屏 is one token depends on its neighbours (横屏模式 may be one, 更好|用 splits 好用). Of the two-character
words in reviews tokens alone find 89 %; with the pairs inside tokens and across single characters it is over 99 %.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

Segment = Callable[[str], Sequence[str]]

_HAN_RUN = re.compile("[\u3400-\u9fff]+")


def index_words(text: str, segment: Segment) -> list[str]:
    """The words under which a text is found.

    >>> index_words("横屏模式 不好 用", str.split)
    ['横屏模式', '不好', '用', '横屏', '屏模', '模式', '好用']
    """
    tokens = list(segment(text))
    return [*tokens, *_inner_pairs(tokens), *_edge_pairs(tokens)]


def query_words(text: str, segment: Segment) -> list[str]:
    """The words to look up for a query; a two-character word is looked up as it is.

    >>> query_words("横屏 wifi6断线", lambda word: ["wifi6", "断", "线"])
    ['横屏', 'wifi6', '断', '线']
    """
    return [
        token
        for word in text.split()
        for token in ([word] if len(word) == 2 and _HAN_RUN.fullmatch(word) else segment(word))
    ]


def _inner_pairs(tokens: Sequence[str]) -> Iterator[str]:
    for token in tokens:
        for run in _HAN_RUN.findall(token):
            if len(token) > 2:
                yield from map("".join, pairwise(run))


def _edge_pairs(tokens: Sequence[str]) -> Iterator[str]:
    """Pairs across a boundary, where one side is a single character: two longer words side by side are no word."""
    for left, right in pairwise(tokens):
        pair = left[-1] + right[0]
        if min(len(left), len(right)) == 1 and _HAN_RUN.fullmatch(pair):
            yield pair
