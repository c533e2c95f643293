"""How sure ranks are: people are drawn again, and the list is ranked each time (Efron's bootstrap)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from voc.rank.mentions import Mentions, Vector
from voc.rank.signals import measure, score

_BATCH = 64
_CELLS = 4_000_000  # that may be held at a time


def resample(table: Mentions, counts: Vector, weights: Mapping[str, float], *, bootstrap: int, seed: int) -> Vector:
    """Scores of all themes in `bootstrap` samples of people drawn with replacement: (bootstrap, themes)."""
    rng = np.random.default_rng(seed)
    people = len(table.people)
    batch = max(1, min(_BATCH, _CELLS // max(table.sources.shape[1], people, 1)))
    scores = []
    for start in range(0, bootstrap, batch):
        size = min(batch, bootstrap - start)
        draws = rng.multinomial(people, np.full(people, 1 / people), size=size) * counts
        scores.append(score(measure(table, draws), weights))
    return np.vstack(scores)


def places(samples: Vector, n_pinned: int, confidence: float) -> tuple[list[int], list[int], list[int]]:
    """Least and greatest rank and tie group of each column; the first columns are pinned, and out of competition.

    Columns stand in the order of rank.
    """
    pins = list(range(1, n_pinned + 1))
    rest = samples[:, n_pinned:]
    low, high = rank_interval(rest, confidence)
    first, last, groups = ([*pins, *(int(n) + n_pinned for n in side)] for side in (low, high, _ties(rest, confidence)))
    return first, last, groups


def rank_interval(samples: Vector, confidence: float) -> tuple[Vector, Vector]:
    """Least and greatest rank of each column of samples, the columns in the order of rank.

    One more than the columns that lead it in `confidence` of the samples, and as many fewer than all as it leads:
    ranks by pairwise comparison (Goldstein & Spiegelhalter 1996; Mogstad, Romano, Shaikh & Wilhelm 2024). The plain
    percentiles of resampled ranks hold too little where many are close (Xie, Singh & Zhang 2009). Comparisons are not
    adjusted for their number, so the intervals hold one by one, not all at once; what they hold is measured in
    `benchmarks/rank_intervals.py`.

    >>> low, high = rank_interval(np.array([[3.0, 2.0, 1.0], [3.0, 1.0, 2.0]]), 0.9)
    >>> low.tolist(), high.tolist()
    ([1, 2, 2], [1, 3, 3])
    """
    n = samples.shape[1]
    leads = np.array([(samples[:, [at]] > samples).mean(axis=0) >= confidence for at in range(n)]).reshape(n, n)
    place = np.arange(1, n + 1)
    return np.minimum(1 + leads.sum(axis=0), place), np.maximum(n - leads.sum(axis=1), place)


def _ties(samples: Vector, confidence: float) -> list[int]:
    """Group numbers from 1: a suggestion ties with the first of its group unless that one leads it in `confidence`
    of the samples."""
    groups = [1] if samples.shape[1] else []
    leader = 0
    for n in range(1, samples.shape[1]):
        if (samples[:, leader] > samples[:, n]).mean() >= confidence:
            leader = n
        groups.append(leader + 1)
    numbers = {first: n for n, first in enumerate(sorted(set(groups)), start=1)}
    return [numbers[group] for group in groups]
