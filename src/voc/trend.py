"""Counts of people per window -> what is new, surging, falling, returned or steady.

A theme is compared with its own past: people who mention it in the last window, among all who were active in it,
against the windows before (the baseline). A busy week is no trend, since both grow. The choices, and their sources:

- Two Poisson rates are compared exactly by the binomial distribution of one count given their sum (Przyborowski &
  Wilenski, Biometrika 1940); the interval is that of Clopper & Pearson. Nothing is approximated where counts are small.
- Some themes vary more from week to week than Poisson counts do. Counts are then divided by the dispersion of the
  baseline (Pearson's chi-square over its degrees of freedom, drawn towards the median of all themes, never below 1)
  before they are tested, as surveys do with their design effect (Korn & Graubard 1998). Farrington et al. (1996) widen
  the limits of outbreak detection by the same dispersion.
- Where five windows are before the last, the one just before it is left out of the baseline: a surge that builds up
  would hide itself (the guard band of EARS C2, Hutwagner et al. 2003). In the same way a departure under way is
  compared with what was before it began, for up to four windows, and goes on while it is significant by itself (5 %).
  Once over, its windows count as the theme's ordinary variation, which keeps a theme that recurs, every month's end or
  with the rain, from being called a surge each time.
- A change of less than half is no news, however sure it is. It must also hold against the middle one of all windows
  before: that a surge is over is no fall.
- Among all themes of a window, at most 10 % of those called surging, and of those called falling, are expected to be so
  by chance (Benjamini & Hochberg 1995; themes too rare to be called either are no tests, Gilbert 2005).

Detection is scored as in the literature on emerging issues of apps (IDEA: Gao et al., ICSE 2018; MERIT: Gao et al., TSE
2022): see `benchmarks/weeks.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from voc.errors import ConfigError

Flag = Literal["new", "returned", "surging", "falling"]
Vector = NDArray[np.float64]
Flags = NDArray[np.bool_]

FALSE_DISCOVERIES = 0.10
FEWEST = 3  # people in a window that can be new, back, or a surge
LEAST_CHANGE = 1.5  # times or divided by, against the baseline and against the middle one of the windows before
_TOLD = 5  # people in all, from which a theme without flags is steady rather than unknown
_SILENT = 4  # windows without a mention, after which a theme is back
_PRIOR_WINDOWS = 8  # what the dispersion of all themes weighs in that of one
_GOING_ON = 0.05  # p-value below which a departure found in an earlier window is still one
_GUARDED = 4  # windows of baseline beyond which the one just before is left out
_LASTING = 4  # windows after which a departure is the new normal


@dataclass(frozen=True, kw_only=True, slots=True)
class Trend:
    """One theme in the last window, beside its past.

    `rate` is `people` over the people active. `change` is that over the rate in the first `n_baseline` windows, which
    hold `before` people (summed over windows); `low` and `high` bound it. All three are None without people or windows
    to compare with, `high` also where the baseline has none. `p_value` is the chance of a departure this large in its
    direction, were the rates the same, `dispersion` the variance of the baseline over that of Poisson counts.
    """

    people: int
    rate: float
    before: int
    n_baseline: int
    change: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float = 1.0
    dispersion: float = 1.0
    flags: tuple[Flag, ...] = ()

    @property
    def word(self) -> str:
        """The first flag; without any ``steady``, or empty where people are too few to tell."""
        if self.flags:
            return self.flags[0]
        return "steady" if self.change is not None and self.people + self.before >= _TOLD else ""


def trends(
    people: Sequence[Sequence[int]],
    active: Sequence[int],
    *,
    earlier: Sequence[bool] | None = None,
    confidence: float = 0.9,
) -> list[Trend]:
    """The trend of each theme in the last of its windows.

    `people` holds one row a theme: how many people mentioned it in each window, oldest first; `active` how many people
    said anything. `earlier` marks themes that were mentioned before the first window, or at an unknown time: they are
    not new. All themes of an analysis belong into one call, since how much is a surprise depends on their number.

    Raises: ConfigError where the shapes do not fit.

    >>> push, theme, fixed = trends([[3, 0, 3, 1, 5], [0, 0, 0, 0, 3], [9, 8, 9, 9, 1]], [60, 55, 70, 60, 64])
    >>> push.word, theme.flags, fixed.word
    ('steady', ('new', 'surging'), 'falling')
    """
    if not len(people) or not len(active):
        return []
    counts, exposure = np.asarray(people, dtype=float), np.asarray(active, dtype=float)
    if counts.shape[1:] != exposure.shape:
        raise ConfigError(f"themes have {counts.shape[1]} windows and active people {len(exposure)}; give as many")
    found = _Past(counts, exposure)
    onset = np.full(len(counts), -1)  # the window in which the departure under way began
    sign = np.zeros(len(counts), dtype=int)
    test = found.test(0, np.zeros(len(counts), dtype=int))
    for last in range(1, len(exposure)):
        onset = np.where(last - onset < _LASTING, onset, -1)
        stop = np.where(onset >= 0, onset, last)
        test = found.test(last, np.where(stop > _GUARDED, stop - 1, stop))
        test.carry_on(np.where(onset >= 0, sign, 0))
        departs = test.surging.astype(int) - test.falling.astype(int)
        began = np.where((onset >= 0) & (departs == sign), onset, last)
        onset, sign = np.where(departs != 0, began, -1), departs
    was_known = np.zeros(len(counts), dtype=bool) if earlier is None else np.asarray(earlier, dtype=bool)
    new, returned = _appear(counts, exposure, was_known)
    return test.tell({"new": new, "returned": returned, "surging": test.surging, "falling": test.falling}, confidence)


def _appear(counts: Vector, active: Vector, earlier: Flags) -> tuple[Flags, Flags]:
    """Which themes are mentioned for the first time, and which for the first time after a silence."""
    last, before = counts[:, -1], counts[:, :-1]
    heard = (last >= FEWEST) & (active[:-1].sum() > 0)
    known = earlier | (before.sum(axis=1) > 0)
    silent = (before[:, -_SILENT:].sum(axis=1) == 0) & (before.shape[1] > 1)
    return heard & ~known, heard & known & silent


class _Past:
    """Sums over the windows before any window, so that every baseline is a look-up."""

    def __init__(self, counts: Vector, active: Vector) -> None:
        self.counts, self.active = counts, active
        self.rates = np.divide(counts, active, out=np.zeros_like(counts), where=active > 0)
        self.alive = _before(np.where(active > 0, 1.0, 0.0))
        self.people = _before(counts)
        self.exposure = _before(active)
        self.squares = _before(np.divide(counts**2, active, out=np.zeros_like(counts), where=active > 0))

    def test(self, last: int, stop: NDArray[np.int64]) -> _Test:
        """Compare one window of each theme with those before `stop`."""
        row = np.arange(len(self.counts))
        k, n = self.counts[:, last], self.active[last]
        before, exposure = self.people[row, stop], self.exposure[stop]
        rate = np.divide(before, exposure, out=np.zeros_like(before), where=exposure > 0)
        square = np.divide(self.squares[row, stop], rate, out=np.zeros_like(before), where=rate > 0)
        dispersion = _dispersion(square - before, np.where(before >= _TOLD, self.alive[stop] - 1, 0))
        # where there was nothing, nothing varied
        dispersion = np.where(before > 0, dispersion, 1.0)
        alive = np.flatnonzero(self.active[:last])
        usual = np.median(self.rates[:, alive], axis=1) if alive.size else np.zeros(len(k))
        return _Test(k, float(n), before, exposure, dispersion, stop, usual)


def _dispersion(square: Vector, freedom: Vector) -> Vector:
    """Pearson's chi-square over its degrees of freedom, drawn towards what is usual: one theme has few windows.

    Usual is the middle of all themes, so that those to which something happened do not widen the limits of the rest.
    """
    own, some = np.where(freedom > 0, square, 0.0), np.maximum(freedom, 1)
    middle = (1 - 2 / (9 * some)) ** 3  # the median of chi-square over its degrees (Wilson & Hilferty 1931)
    usual = max(float(np.median((own / some / middle)[freedom > 0])), 1.0) if freedom.any() else 1.0
    return np.asarray(np.maximum((own + _PRIOR_WINDOWS * usual) / (freedom + _PRIOR_WINDOWS), 1.0))


class _Test:
    """The last count of each theme given its sum with the baseline; everything over the dispersion."""

    def __init__(
        self,
        k: Vector,
        n: float,
        before: Vector,
        exposure: Vector,
        dispersion: Vector,
        stop: NDArray[np.int64],
        usual: Vector,
    ) -> None:
        from scipy.special import betainc, betaincc

        self.k, self.n, self.before, self.exposure, self.stop = k, n, before, exposure, stop
        self.dispersion = dispersion
        self.hits, self.misses = k / dispersion, before / dispersion
        expected = np.divide(n, n + exposure, out=np.zeros_like(exposure), where=n + exposure > 0)
        comparable = (exposure > 0) & (n > 0)
        some, others = self.hits > 0, self.misses > 0
        self.above = np.where(some, betainc(np.where(some, self.hits, 1), self.misses + 1, expected), 1.0)
        self.below = np.where(others, betaincc(self.hits + 1, np.where(others, self.misses, 1), expected), 1.0)
        total = self.hits + self.misses
        rate, ratio = k / max(n, 1.0), self.ratio()
        self.more = (k >= FEWEST) & (ratio >= LEAST_CHANGE) & (rate >= LEAST_CHANGE * usual)
        self.fewer = (ratio <= 1 / LEAST_CHANGE) & (rate <= usual / LEAST_CHANGE)
        self.surging = self.more & _discovered(self.above, expected**total, comparable)
        self.falling = self.fewer & _discovered(self.below, (1 - expected) ** total, comparable)

    def carry_on(self, sign: NDArray[np.int64]) -> None:
        """A departure that was found goes on while it is significant by itself: it is not searched for any more."""
        self.surging |= (sign > 0) & (self.above <= _GOING_ON) & self.more
        self.falling |= (sign < 0) & (self.below <= _GOING_ON) & self.fewer

    def ratio(self) -> Vector:
        """The rate over that of the baseline; infinite where that is 0, not a number where both are."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray((self.k / self.n) / (self.before / self.exposure))

    def interval(self, confidence: float) -> tuple[Vector, Vector]:
        """Bounds of the ratio, by Clopper and Pearson's of the share that the last window has of the sum."""
        from scipy.special import betaincinv

        tail = (1 - confidence) / 2
        some, others = self.hits > 0, self.misses > 0
        low = np.where(some, betaincinv(np.where(some, self.hits, 1), self.misses + 1, tail), 0.0)
        high = np.where(others, betaincinv(self.hits + 1, np.where(others, self.misses, 1), 1 - tail), 1.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            times = self.exposure / self.n
            return low / (1 - low) * times, high / (1 - high) * times

    def tell(self, flags: dict[Flag, Flags], confidence: float) -> list[Trend]:
        low, high = self.interval(confidence)
        ratio = self.ratio()
        told = []
        for n, (k, before) in enumerate(zip(self.k, self.before, strict=True)):
            known = bool(k + before) and self.n > 0 and self.exposure[n] > 0
            rises = not before or ratio[n] >= 1
            trend = Trend(
                people=int(k),
                rate=float(k / self.n) if self.n else 0.0,
                before=int(before),
                n_baseline=int(self.stop[n]),
                change=_finite(ratio[n]) if known else None,
                low=_finite(low[n]) if known else None,
                high=_finite(high[n]) if known else None,
                p_value=float(self.above[n] if rises else self.below[n]) if known else 1.0,
                dispersion=float(self.dispersion[n]),
                flags=tuple(flag for flag, themes in flags.items() if themes[n]),
            )
            told.append(trend)
        return told


def _discovered(p_values: Vector, smallest: Vector, comparable: Flags) -> Flags:
    """Which p-values are surprising at the stated rate of false discoveries, among those that could be.

    `smallest` is what the p-value of a theme would be at best, given how often it is mentioned.
    """
    ordered = np.sort(smallest[comparable])
    n_tests = next(
        (n for n in range(1, len(ordered) + 1) if (ordered <= FALSE_DISCOVERIES / n).sum() <= n), len(ordered)
    )
    tested = comparable & (smallest <= FALSE_DISCOVERIES / max(n_tests, 1))
    p = np.sort(p_values[tested])
    passed = np.flatnonzero(p <= FALSE_DISCOVERIES * np.arange(1, len(p) + 1) / max(len(p), 1))
    return tested & (p_values <= (p[passed[-1]] if passed.size else -1.0))


def _before(values: Vector) -> Vector:
    """Sums over the windows before each window, and over all."""
    return np.concatenate([np.zeros((*values.shape[:-1], 1)), values.cumsum(axis=-1)], axis=-1)


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
