"""How far a score could be off because other rows might have been labelled: 90 % intervals by resampling rows.

They speak of the choice of rows alone: the groups that were found stay as they are, and so do the labels.
Cells of rows that are alike are drawn instead of the rows themselves, so the order of rows does not matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[Any]

BOOTSTRAPS = 1000
HALVES = 200
_SEED = 0
_TAILS = (0.05, 0.95)
_AT_ONCE = 4_000_000  # counts held in memory at a time
_LEAST = 4  # rows below which a half tells nothing


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """A score over `n` rows, and between what it lies in 90 % of resamples; None where that cannot be told."""

    value: float | int
    low: float | None = None
    high: float | None = None
    n: int


def bootstrap(counts: Numbers) -> Iterator[Numbers]:
    """1,000 resamples with replacement of the rows behind `counts` (one count a cell), as blocks of (draws, cells).

    Efron (1979), Bootstrap methods: another look at the jackknife. Fit for means over rows and what is made of them.
    """
    rng = np.random.default_rng(_SEED)
    n = int(counts.sum())
    block = max(1, _AT_ONCE // len(counts))
    for start in range(0, BOOTSTRAPS, block):
        yield rng.multinomial(n, counts / n, size=min(block, BOOTSTRAPS - start))


def halves(counts: Numbers) -> Iterator[Numbers]:
    """200 random halves, drawn without replacement, of the rows behind `counts`, as counts per cell; none of few rows.

    For agreement between groupings: drawn with replacement, copies of one row would always lie together in both
    groupings and flatter every index. Politis & Romano (1994), Large sample confidence regions based on subsamples.
    """
    rng = np.random.default_rng(_SEED)
    n = int(counts.sum())
    if n >= _LEAST:
        yield from rng.multivariate_hypergeometric(counts, n // 2, size=HALVES, method="marginals")


def percentile(value: float, draws: Numbers, n: int) -> Estimate:
    """The percentile interval of bootstrap draws; draws in which the score has no value are left out."""
    known = draws[np.isfinite(draws)]
    low, high = np.quantile(known, _TAILS) if len(known) else (None, None)
    return Estimate(value=value, low=_plain(low), high=_plain(high), n=n)


def from_halves(value: float, draws: Numbers, n: int) -> Estimate:
    """The interval of half-samples: their deviations, turned around the score of all rows.

    Half of n rows, drawn without replacement, strays from all of them about as far as these stray from the population
    (variance s²/(n/2) - s²/n = s²/n), so deviations need no scaling. They are taken from the mean of the halves: an
    index that rises or falls with n must not shift the interval.
    """
    if not len(draws):
        return Estimate(value=value, n=n)
    low, high = value - np.quantile(draws - draws.mean(), _TAILS)[::-1]
    return Estimate(value=value, low=float(low), high=min(float(high), 1.0), n=n)


def _plain(value: Any) -> float | None:
    return None if value is None else float(value)
