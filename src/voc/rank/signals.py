"""The named signals of a theme, each between 0 and 1.

Every signal is a mean or a count over people, so a person weighs the same with one post or fifty.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy import sparse

from voc.rank.mentions import Mentions, Vector

SIGNALS: Mapping[str, str] = {
    "reach": "square root of the people who mention the theme, over that of the largest theme",
    "wish": "share of its people who ask for something or name a lack",
    "severity": "share of its people who speak negatively, averaged with their star gap to the corpus where rated",
    "momentum": "r / (1 + r), r the ratio of its share of people in the last period to that in the period before, "
    "two imaginary people spread over both",
    "breadth": "effective number of sources it comes from, over that of the corpus",
    "recency": "mean over people of 0.5 ** (age of their newest mention / half-life)",
}
_PRIOR = 2.0
_TINY = 1e-9


def measure(table: Mentions, draws: Vector) -> dict[str, Vector]:
    """Signal name -> (draws, themes); each row of `draws` says how much each person counts."""
    one = _sum(draws, table.one)
    people = np.maximum(one, _TINY)
    rated = _sum(draws, table.rated)
    negative = _sum(draws, table.negative) / people
    gap = _sum(draws, table.gap) / np.maximum(rated, _TINY)
    last, before = _sum(draws, table.last), _sum(draws, table.before)
    all_last, all_before = draws @ table.active_last, draws @ table.active_before
    ratio = _share_ratio(last, before, all_last[:, None], all_before[:, None])
    return {
        "reach": np.sqrt(one / np.maximum(one.max(axis=1, keepdims=True), _TINY)),
        "wish": _sum(draws, table.wish) / people,
        "severity": np.where(rated > 0, (negative + gap) / 2, negative),
        "momentum": ratio / (1 + ratio),
        "breadth": _breadth(table, draws),
        "recency": _sum(draws, table.recency) / people,
    }


def score(signals: Mapping[str, Vector], weights: Mapping[str, float]) -> Vector:
    """The weighted sum of signals; rounded, so that the last bits of sums decide nothing."""
    total = sum((weights[name] * values for name, values in signals.items()), start=np.zeros(1))
    return np.asarray(np.round(total, 9), dtype=np.float64)


def _share_ratio(last: Vector, before: Vector, all_last: Vector, all_before: Vector) -> Vector:
    """The ratio of shares, drawn towards 1 by two imaginary mentions spread evenly over both periods."""
    total = np.maximum(all_last + all_before, _TINY)
    share_last = (last + _PRIOR * all_last / total) / np.maximum(all_last, _TINY)
    share_before = (before + _PRIOR * all_before / total) / np.maximum(all_before, _TINY)
    compared = (all_last > 0) & (all_before > 0)
    return np.where(compared, share_last / np.maximum(share_before, _TINY), 1.0)


def _breadth(table: Mentions, draws: Vector) -> Vector:
    """Each source speaks in proportion to its size, so that a theme of all sources alike reaches 1."""
    totals = _sum(draws, table.spoke)
    n_sources = totals.shape[1]
    counts = _sum(draws, table.sources).reshape(len(draws), table.n_themes, n_sources)
    return np.asarray(_effective(counts / np.maximum(totals, _TINY)[:, None, :]) / max(n_sources, 1))


def _effective(rates: Vector) -> Vector:
    """The exponential of the entropy along the last axis: how many sources, were they equal (Hill number, order 1)."""
    total = rates.sum(axis=-1, keepdims=True)
    p = np.divide(rates, total, out=np.zeros_like(rates), where=total > 0)
    entropy = -np.sum(np.where(p > 0, p * np.log(np.maximum(p, 1e-300)), 0), axis=-1)
    return np.asarray(np.where(total[..., 0] > 0, np.exp(entropy), 0.0))


def _sum(draws: Vector, matrix: sparse.csr_matrix) -> Vector:
    return np.asarray((matrix.T @ draws.T).T)
