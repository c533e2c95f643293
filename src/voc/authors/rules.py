"""The declared rules: what a level of relationship asks for, who is quiet, who is barred from the core."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal, NamedTuple, get_args

from voc.datatypes import Kind

Level = Literal["none", "faint", "weak", "strong", "very-strong"]
Bar = Literal["", "adverts", "campaign", "one theme"]
Core = Literal["", "file", "rule", "both"]

WISHES: tuple[Kind, ...] = ("request", "need")
ADVERTS = frozenset({"advert", "recruitment", "adult", "templated praise"})

ACTIVE_WEEKS = 4
QUIET_DAYS = 28
LONGER = 3
WEEK = timedelta(days=7)
OWN_WORDS = 12  # characters from which a text in common is no chance
COPIED_BY = 3  # accounts, beyond which a text in common is a campaign
ADVERTS_AT_MOST = 0.1  # of an account's posts
COPIES_AT_MOST = 0.5
LOUD = 5  # posts
ONE_THEME = 0.6  # of posts
SHARED_BY = 3  # people, from which a theme counts for breadth: who writes much makes themes of their own


class Rule(NamedTuple):
    """What a level asks for, at least: active weeks, posts of different text, themes; and days quiet, at most."""

    weeks: int
    posts: int
    themes: int
    quiet: int


LEVELS: Mapping[Level, Rule] = {
    "very-strong": Rule(weeks=6, posts=8, themes=4, quiet=28),
    "strong": Rule(weeks=4, posts=5, themes=3, quiet=56),
    "weak": Rule(weeks=2, posts=2, themes=1, quiet=91),
    "faint": Rule(weeks=0, posts=1, themes=0, quiet=182),
}
LEVEL_NAMES: tuple[Level, ...] = get_args(Level)[::-1]  # the strongest first
CORE_LEVELS: frozenset[Level] = frozenset({"strong", "very-strong"})
