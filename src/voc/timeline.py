"""Stored runs -> what became of each theme from window to window, with its trend as its run saw it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from voc.trend import Flag, trends

if TYPE_CHECKING:
    from voc.store.timeline import RunCounts


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """A theme in the last window of a run: `people` and `posts` that mention it, and its share of the `active` people.

    `change` is that share over the share in the `baseline` (``START/END``), `low` and `high` bound it (None: unknown,
    or infinite); `p_value` and `flags` are those of `voc.trend`.
    """

    run: str
    as_of: str
    window: str
    theme: str
    name: str
    people: int
    posts: int
    active: int
    share: float
    change: float | None
    low: float | None
    high: float | None
    p_value: float
    baseline: str
    flags: tuple[Flag, ...]


def timeline(runs: Iterable[RunCounts]) -> list[Point]:
    """The themes of all runs, run by run in the order given, those of most people first."""
    return [point for run in runs for point in sorted(_points(run), key=lambda point: (-point.people, point.theme))]


def _points(run: RunCounts) -> Iterator[Point]:
    found = trends(
        [theme.people for theme in run.themes],
        run.active,
        earlier=[theme.earlier for theme in run.themes],
        confidence=run.confidence,
    )
    start = run.windows[0].partition("/")[0]
    for theme, trend in zip(run.themes, found, strict=True):
        yield Point(
            run=run.run_id,
            as_of=run.as_of,
            window=run.windows[-1],
            theme=theme.id,
            name=theme.name,
            people=theme.people[-1],
            posts=theme.posts[-1],
            active=run.active[-1],
            share=_rounded(trend.rate) or 0.0,
            change=_rounded(trend.change),
            low=_rounded(trend.low),
            high=_rounded(trend.high),
            p_value=_rounded(trend.p_value) or 0.0,
            baseline=f"{start}/{run.windows[trend.n_baseline - 1].partition('/')[2]}" if trend.n_baseline else "",
            flags=trend.flags,
        )


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")
