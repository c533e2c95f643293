"""Is a cohort different, by how much, and how many such findings would chance make?

- One cohort against all others is a table of two by two. Fisher's exact test (1922; two-sided: all tables that are no
  more likely than the one seen) holds at any size; nothing is approximated where counts are small.
- The ratio of the two shares (relative risk) has the interval of Katz et al. (Biometrics 1978) on its logarithm; where
  an expected count is below five, the exact one of two Poisson rates given their sum (Przyborowski & Wilenski 1940,
  limits by Clopper & Pearson 1934), which is never too short for shares.
- The adjusted residual is Haberman's (Biometrics 1973): about normal without a difference, so that beyond 2 is unusual.
- Of the themes of a table that are said to differ, at most 5 % are expected to do so by chance, however many cohorts
  and levels each is tested on. Benjamini & Hochberg's q-values (1995) take every p-value for uniform; those of rare
  themes are far from it, since only few values are possible. DBH-SD (Döhler, Durand & Roquain, Electronic Journal of
  Statistics 2018) reckons with the values that each test can take, and finds more. The chance that any test of a theme
  is so small is bounded by the sum of the chances of all (Bonferroni). `benchmarks/cohorts.py` shows that the rate
  holds when labels are shuffled.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Margins = tuple[int, int, int, int]  # people of the cohort, who mention it, in all; the least cell that is shown

FALSE_DISCOVERIES = 0.05
CONFIDENCE = 0.95
_SMALL = 5.0  # an expected count below which intervals are exact
_NEVER = 1e-12  # instead of a chance of nought, to divide by
_EQUAL = 1 + 1e-7  # chances that differ by less are the same


def p_value(mention: int, cohort: int, mentions: int, people: int) -> float:
    """Fisher's two-sided p: `mention` of the `cohort` people of a cohort, `mentions` of all `people`.

    >>> round(p_value(3, 4, 4, 8), 4)
    0.4857
    """
    first, _, p_values = _attainable(cohort, mentions, people)
    return float(p_values[mention - first])


def ratio_of_shares(
    mention: int, cohort: int, other: int, others: int, *, confidence: float = CONFIDENCE
) -> tuple[float | None, float, float | None]:
    """`mention` of `cohort` over `other` of `others`, and its interval; None for what has no bound.

    >>> ratio_of_shares(30, 100, 40, 300)
    (2.25, 1.4846, 3.41)
    >>> ratio_of_shares(4, 30, 0, 300)
    (None, 6.6012, None)
    """
    from scipy.special import betaincinv, ndtri

    if not cohort or not others or not mention + other:
        return None, 0.0, None
    scale = others / cohort
    ratio = _round(mention / other * scale) if other else None
    tail = (1 - confidence) / 2
    if min(cohort, others) * (mention + other) / (cohort + others) >= _SMALL and mention and other:
        spread = -float(ndtri(tail)) * math.sqrt(1 / mention - 1 / cohort + 1 / other - 1 / others)
        exact = mention / other * scale
        return ratio, _round(exact / math.exp(spread)), _round(exact * math.exp(spread))
    low = float(betaincinv(mention, other + 1, tail)) if mention else 0.0
    high = float(betaincinv(mention + 1, other, 1 - tail)) if other else 1.0
    return ratio, _round(low / (1 - low) * scale), _round(high / (1 - high) * scale) if high < 1 else None


def adjusted_residual(mention: int, cohort: int, mentions: int, people: int) -> float:
    """How far a count is from what is expected without a difference, in standard deviations.

    >>> adjusted_residual(30, 100, 70, 400)
    3.7987
    """
    expected = cohort * mentions / people
    variance = expected * (1 - cohort / people) * (1 - mentions / people)
    return _round((mention - expected) / math.sqrt(variance)) if variance > 0 else 0.0


def false_discovery_rates(p_values: Sequence[float], margins: Sequence[Margins], themes: Sequence[str]) -> list[float]:
    """The q-value of each test: the rate of false themes among all that are called when it is (DBH-SD).

    `margins` of a test tell which p-values it can take: with them as (cohort, mentions, people, least) a count from 1
    up to `least` - 1 is never called, since it is not shown. `themes` tell which tests are about the same thing.

    >>> false_discovery_rates([0.0002, 0.3], [(40, 12, 400, 1), (40, 2, 400, 1)], ["cold", "heat"])
    [3.267e-05, 0.1779]
    """
    if not p_values:
        return []
    levels = np.unique(p_values)
    expected = np.zeros(len(levels))
    for kinds, n in sorted(Counter(_kinds(margins, themes)).items()):  # sums of floats depend on their order
        reached = np.zeros(len(levels))
        for margin, n_tests in kinds:
            possible, chance = _distribution(*margin)
            reached += n_tests * chance[np.searchsorted(possible, levels * _EQUAL, side="right")]
        expected += n * np.minimum(reached, 1.0) / np.maximum(1 - reached, _NEVER)
    least: dict[str, float] = {}
    for theme, p in zip(themes, p_values, strict=True):
        least[theme] = min(p, least.get(theme, 1.0))
    called = np.searchsorted(np.sort(list(least.values())), levels, side="right")
    rates = np.minimum(np.maximum.accumulate(expected / called), 1.0)
    return [float(f"{rates[n]:.4g}") for n in np.searchsorted(levels, p_values)]


def _kinds(margins: Sequence[Margins], themes: Sequence[str]) -> list[tuple[tuple[Margins, int], ...]]:
    """The tests of each theme, counted: many themes have the same."""
    tests: dict[str, Counter[Margins]] = {}
    for theme, margin in zip(themes, margins, strict=True):
        tests.setdefault(theme, Counter())[margin] += 1
    return [tuple(sorted(counts.items())) for counts in tests.values()]


@lru_cache(maxsize=1 << 16)
def _attainable(cohort: int, mentions: int, people: int) -> tuple[int, Vector, Vector]:
    """The least count that is possible, and from it on the chance of each and its p-value."""
    first, last = max(0, mentions + cohort - people), min(cohort, mentions)
    counts = np.arange(first, last + 1)
    ways = _ways(mentions, counts) + _ways(people - mentions, cohort - counts) - _ways(people, np.array([cohort]))
    chances = np.exp(ways)
    ordered = np.sort(chances)
    sums = np.concatenate([[0.0], ordered.cumsum()])
    p_values = np.minimum(sums[np.searchsorted(ordered, chances * _EQUAL, side="right")], 1.0)
    return first, chances, p_values


def _ways(n: int, chosen: NDArray[np.int64]) -> Vector:
    """Logarithms of binomial coefficients."""
    from scipy.special import gammaln

    return np.asarray(gammaln(n + 1) - gammaln(chosen + 1) - gammaln(n - chosen + 1))


@lru_cache(maxsize=1 << 16)
def _distribution(cohort: int, mentions: int, people: int, least: int) -> tuple[Vector, Vector]:
    """The p-values of a test in order, and the chance of one no greater than each (first: of none)."""
    first, chances, p_values = _attainable(cohort, mentions, people)
    counts = np.arange(first, first + len(chances))
    shown = (counts == 0) | (counts >= least)
    order = np.argsort(p_values[shown], kind="stable")
    chance = np.concatenate([[0.0], chances[shown][order].cumsum()])
    return p_values[shown][order], np.minimum(chance, 1.0)


def _round(value: float) -> float:
    return round(float(value), 4)
