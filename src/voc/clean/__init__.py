"""Text to text: named fixes, each a `str -> str` with a doctest, in two tuples.

`STRUCTURE` takes away what is not the author's own prose (markup, quoted posts, page furniture, repeated passages) and
leaves the wording untouched, so that statements can be quoted from its result. `CLEANERS` adds what makes two ways of
writing the same thing equal: the matching form. The original text is never edited; callers keep it beside the result.

Extend by passing your own tuple: ``clean(text, cleaners=(*CLEANERS, my_fix))``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from voc.clean.markup import drop_bbcode, drop_html, drop_invisible, drop_quotes, drop_tails, fix_encoding
from voc.clean.pages import drop_furniture, drop_repeated_passages
from voc.clean.wording import (
    collapse_space,
    drop_emoji,
    drop_glosses,
    drop_mentions,
    drop_urls,
    narrow,
    simplify,
    squeeze_repeats,
)

__all__ = [
    "CLEANERS",
    "STRUCTURE",
    "Cleaner",
    "clean",
    "collapse_space",
    "drop_bbcode",
    "drop_emoji",
    "drop_furniture",
    "drop_glosses",
    "drop_html",
    "drop_invisible",
    "drop_mentions",
    "drop_quotes",
    "drop_repeated_passages",
    "drop_tails",
    "drop_urls",
    "fix_encoding",
    "narrow",
    "simplify",
    "squeeze_repeats",
]

Cleaner = Callable[[str], str]

STRUCTURE: tuple[Cleaner, ...] = (
    fix_encoding,
    drop_invisible,
    drop_html,
    drop_bbcode,
    drop_quotes,
    drop_furniture,
    drop_repeated_passages,
    drop_tails,
)
CLEANERS: tuple[Cleaner, ...] = (
    *STRUCTURE,
    drop_glosses,
    drop_urls,
    drop_mentions,
    drop_emoji,
    narrow,
    simplify,
    squeeze_repeats,
    collapse_space,
)

# Markup nested in markup comes off one layer a round; texts of people need two rounds, and no text gets to stall us.
_MAX_ROUNDS = 12


def clean(text: str, *, cleaners: Sequence[Cleaner] | None = None) -> str:
    """Apply the cleaners (default: `CLEANERS`) in turn, until another round would change nothing.

    >>> clean("<p>升级後　ＷｉＦｉ老是斷線！！！！</p>")
    '升级后 WiFi老是断线！'
    """
    chosen = CLEANERS if cleaners is None else cleaners
    for _ in range(_MAX_ROUNDS):
        before = text
        for cleaner in chosen:
            text = cleaner(text)
        if text == before:
            break
    return text
