"""The period that is compared, and the trend of every theme."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import numpy as np

from voc.datatypes import Post, Statement, Theme
from voc.trend import Trend, trends
from voc.window import within


def choose_period(days: Sequence[str]) -> int:
    """Days in the period that is compared with the one before: an eighth of the time the posts span, as 7, 28 or 91.

    `days` are ISO-8601 times; posts that span less than two weeks, or carry no time, have no period (0).

    >>> choose_period(["2026-03-02T00:00:00Z", "2026-04-26T00:00:00Z"]), choose_period(["2026-03-02T00:00:00Z"])
    (7, 0)
    """
    dated = [day for day in days if day]
    span = (moment(max(dated)) - moment(min(dated))) / 86400 if dated else 0
    if span < 14:
        return 0
    return next((length for length in (7, 28) if span <= length * 12), 91)


def trends_of(
    themes: Sequence[Theme],
    statements: Sequence[Statement],
    posts: Mapping[str, Post],
    windows: Sequence[str],
    known: Collection[str],
) -> dict[str, Trend]:
    """Theme id -> its trend, of all themes together; empty without windows."""
    if not windows:
        return {}
    row = {theme.id: n for n, theme in enumerate(themes)}
    heard: set[tuple[int, int, str]] = set()
    spoke: set[tuple[int, str]] = set()
    earlier = [theme.id in known for theme in themes]
    for statement in statements:
        at, theme = posts[statement.post_id].posted_at, row.get(statement.theme_id)
        place = next((n for n, window in enumerate(windows) if within(at, window)), None)
        if place is not None:
            spoke.add((place, statement.person))
            if theme is not None:
                heard.add((theme, place, statement.person))
        elif theme is not None and at <= windows[0].partition("/")[0]:  # also where it is unknown
            earlier[theme] = True
    people = np.zeros((len(themes), len(windows)), dtype=int)
    for theme, place, _ in heard:
        people[theme, place] += 1
    active = np.bincount([place for place, _ in spoke], minlength=len(windows)) if spoke else np.zeros(len(windows))
    found = trends(people.tolist(), [int(n) for n in active], earlier=earlier)
    return {theme.id: trend for theme, trend in zip(themes, found, strict=True)}


def word(found: Mapping[str, Trend], theme: Theme) -> str:
    """The trend of a theme in a word, empty where there is none."""
    return found[theme.id].word if theme.id in found else ""


def change(trend: Trend | None) -> float | None:
    """The ratio of shares, where a trend can be told."""
    return None if trend is None or trend.change is None or not trend.word else round(trend.change, 4)


def baseline(trend: Trend | None, windows: Sequence[str]) -> str:
    """What the change is against: from the start of the first window to the end of the last one in the baseline."""
    if change(trend) is None or trend is None:
        return ""
    return f"{windows[0].partition('/')[0]}/{windows[trend.n_baseline - 1].partition('/')[2]}"


def moment(iso: str) -> float:
    """Seconds since the epoch of an ISO-8601 time."""
    return datetime.fromisoformat(iso).timestamp()
