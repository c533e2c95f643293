"""Personal data -> tokens: ``13800138000`` becomes ``[手机号]``.

`voc.mask.rules.RULES` is a table tried in order; a later rule does not see what an earlier one took. A rule has a
pattern, whose group ``secret`` is masked (all of it, where there is no such group), and a check the match must pass:
checksums, and what stands before it (the same digits after 订单号 are an order, not a phone). Matching is done on a
reading form of the same length (`voc.mask.plain`), so that everything else stays as written.

How well it does is measured on a written test set, see corpora/masking/README.md.
"""

from __future__ import annotations

from typing import NamedTuple

from voc.mask.checks import TAKEN
from voc.mask.plain import plain
from voc.mask.rules import NEEDS, RULES


class Found(NamedTuple):
    """Personal data at ``text[start:stop]``, and the token that stands for it."""

    start: int
    stop: int
    token: str


def mask(text: str) -> str:
    """The text with personal data replaced by tokens: phones, ids, e-mails, chat ids, cards, addresses, plates, names.

    >>> mask("加我微信abc_123，电话138 0013 8000")
    '加我微信[微信]，电话[手机号]'
    >>> mask("订单号20240501123456789，版本3.1.0.12，价格1999元")
    '订单号20240501123456789，版本3.1.0.12，价格1999元'
    """
    pieces: list[str] = []
    end = 0
    for start, stop, token in find(text):
        pieces += [text[end:start], token]
        end = stop
    return "".join([*pieces, text[end:]])


def find(text: str) -> list[Found]:
    """Where personal data stands in a text, in order.

    >>> find("电话13800138000")
    [Found(start=2, stop=13, token='[手机号]')]
    """
    read = plain(text)
    found: list[Found] = []
    possible = {needs for needs in NEEDS if needs.search(read)}
    for rule in RULES if possible else ():
        if rule.needs not in possible:
            continue
        group = "secret" if "secret" in rule.pattern.groupindex else 0
        spans = [match.span(group) for match in rule.pattern.finditer(read) if rule.passes(match)]
        if spans:
            found += [Found(start, stop, rule.token) for start, stop in spans]
            read = _blanked(read, spans)
    return sorted(found)


def _blanked(text: str, spans: list[tuple[int, int]]) -> str:
    pieces: list[str] = []
    end = 0
    for start, stop in spans:
        pieces += [text[end:start], TAKEN * (stop - start)]
        end = stop
    return "".join([*pieces, text[end:]])
