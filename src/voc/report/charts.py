"""Where the marks of the charts go, in percent of their width or height; the template draws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voc.report.model import Area, DriverLine, Item, KindCount

_RANKED = 20
_TRENDS = 12
_DRIVERS = {"lower": 10, "higher": 6}
_BAR_SHARE = 0.78  # of the room of a bar, the rest being the gap to the next


@dataclass(frozen=True, kw_only=True, slots=True)
class RankMark:
    """A suggestion's dot at `x` and its interval from `low` to `high`."""

    item: Item
    x: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """A bar of `width` and `height` at `x`, from the bottom up."""

    x: float
    width: float
    height: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Trend:
    """A suggestion's people per period, one bar each."""

    item: Item
    bars: tuple[Bar, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Slice:
    """The part of an area's bar that one kind has."""

    count: KindCount
    x: float
    width: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Stack:
    """An area's bar."""

    area: Area
    slices: tuple[Slice, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DriverBar:
    """A theme's bar of `width` at `x`, away from `zero`, and its interval from `low` to `high`."""

    line: DriverLine
    zero: float
    x: float
    width: float
    low: float
    high: float


def driver_bars(lower: Sequence[DriverLine], higher: Sequence[DriverLine]) -> tuple[DriverBar, ...]:
    """The themes that pull the average rating down most, then those that lift it most, on one scale in stars."""
    shown = [*lower[: _DRIVERS["lower"]], *higher[: _DRIVERS["higher"]]]
    least = min((line.effect_low for line in shown), default=0.0)
    most = max((line.effect_high for line in shown), default=0.0)
    least, most = min(least, 0.0), max(most, 0.0)

    def place(stars: float) -> float:
        return round(1 + 98 * (stars - least) / ((most - least) or 1), 2)

    return tuple(
        DriverBar(
            line=line,
            zero=place(0),
            x=min(place(0), place(line.effect)),
            width=round(abs(place(line.effect) - place(0)), 2),
            low=place(line.effect_low),
            high=place(line.effect_high),
        )
        for line in shown
    )


def rank_marks(items: Sequence[Item]) -> tuple[RankMark, ...]:
    """The first twenty suggestions on a scale of ranks that holds all their intervals."""
    shown = items[:_RANKED]
    last = max((item.rank_high for item in shown), default=1)

    def place(rank: int) -> float:
        return round(2 + 96 * (rank - 1) / max(last - 1, 1), 2)

    return tuple(
        RankMark(item=item, x=place(item.rank), low=place(item.rank_low), high=place(item.rank_high)) for item in shown
    )


def rank_ticks(items: Sequence[Item]) -> tuple[tuple[int, float], ...]:
    """(rank, place) for the axis of `rank_marks`: the first, the last, and steps of five or ten between."""
    last = max((item.rank_high for item in items[:_RANKED]), default=1)
    step = next((step for step in (1, 5, 10, 20, 50) if last / step <= 8), 100)
    ranks = sorted({1, *range(step, last + 1, step)})
    return tuple((rank, round(2 + 96 * (rank - 1) / max(last - 1, 1), 2)) for rank in ranks)


def trends(items: Sequence[Item]) -> tuple[Trend, ...]:
    """Small multiples of the first twelve suggestions on one vertical scale; none without periods."""
    shown = [item for item in items[:_TRENDS] if item.periods]
    top = max((figure.value for item in shown for figure in item.periods), default=0) or 1
    return tuple(Trend(item=item, bars=_bars([figure.value / top for figure in item.periods])) for item in shown)


def _bars(heights: Sequence[float]) -> tuple[Bar, ...]:
    room = 100 / len(heights)
    return tuple(
        Bar(x=round(n * room, 2), width=round(room * _BAR_SHARE, 2), height=round(100 * height, 2))
        for n, height in enumerate(heights)
    )


def stacks(areas: Sequence[Area]) -> tuple[Stack, ...]:
    """One stacked bar per area, the longest filling the width."""
    top = max((sum(count.figure.value for count in area.kinds) for area in areas), default=0) or 1
    made = []
    for area in areas:
        x, slices = 0.0, []
        for count in area.kinds:
            width = 100 * count.figure.value / top
            slices.append(Slice(count=count, x=round(x, 2), width=round(width, 2)))
            x += width
        made.append(Stack(area=area, slices=tuple(slices)))
    return tuple(made)
