"""Themes as drivers of the rating: star gaps, contributions, and the aspects they belong to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import sparse

from voc.datatypes import Post, Statement, Theme
from voc.satisfaction.aspects import Aspect, aspects
from voc.satisfaction.raters import Raters, Vector, raters_of
from voc.satisfaction.regression import CONFIDENCE, Estimate, Fit, fit, interval

Reason = Literal["", "no ratings", "few ratings", "one rating"]

FEWEST = 5  # people who mention a theme, and as many who do not
FEWEST_RATED = 30  # people with a rating
_PRIOR_PEOPLE = 4  # what the variance usual in themes weighs in that of one


@dataclass(frozen=True, kw_only=True, slots=True)
class Driver:
    """A theme and the ratings of the `n_people` who mention it and gave one; None where they are too few.

    `mean` is that of their ratings, `gap` in stars that less the mean of the others; `excess` is beyond what
    complaining, or praising, goes with anyway; `contribution` is what the mean rating of all people has by the theme.
    """

    theme_id: str
    n_people: int
    mean: float | None = None
    gap: Estimate | None = None
    excess: Estimate | None = None
    contribution: Estimate | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Drivers:
    """What moves the `mean` rating of `n_people` people; `reason` says why nothing can be told, else it is empty.

    `complaint` and `praise` are the stars that complaining, and praising, of anything goes with. `themes` are in the
    order they were given, `aspects` by name; `shrinkage` is how many imaginary people draw each theme to the usual.
    """

    reason: Reason = ""
    n_people: int = 0
    mean: float = 0.0
    complaint: Estimate | None = None
    praise: Estimate | None = None
    themes: tuple[Driver, ...] = ()
    aspects: tuple[Aspect, ...] = ()
    shrinkage: float = 0.0


def drivers(
    themes: Sequence[Theme], statements: Sequence[Statement], posts: Mapping[str, Post], *, seed: int = 0
) -> Drivers:
    """What moves the rating, from all statements of an analysis: those of no theme tell who complains or praises.

    Intervals are at 95 %. The result does not depend on the order of statements.
    """
    raters = raters_of(statements, posts, {theme.id: theme.id for theme in themes})
    if reason := _reason(raters):
        return Drivers(reason=reason, n_people=len(raters))
    ids = sorted(theme.id for theme in themes)
    mentions = raters.mentions(ids)
    counts = np.asarray(mentions.sum(axis=0)).ravel().astype(int)
    used = np.flatnonzero((counts >= FEWEST) & (counts <= len(raters) - FEWEST))
    found = {theme_id: Driver(theme_id=theme_id, n_people=int(n)) for theme_id, n in zip(ids, counts, strict=True)}
    cells = [matrix[:, used] for matrix in (mentions, raters.only(ids, "neg"), raters.only(ids, "pos"))]
    model = fit(cells[0], np.hstack([raters.mood, raters.sources]), raters.rating)
    excess, moods, moved = (np.vstack(rows) for rows in zip(*_resampled(model, cells, seed), strict=True))
    means, gaps = _gaps(raters.rating, cells[0])
    for k, at in enumerate(used):
        found[ids[at]] = Driver(
            theme_id=ids[at],
            n_people=int(counts[at]),
            mean=round(float(means[k]), 4),
            gap=gaps[k],
            excess=interval(excess[:, k]),
            contribution=interval(moved[:, k]),
        )
    return Drivers(
        n_people=len(raters),
        mean=round(float(raters.rating.mean()), 4),
        complaint=interval(moods[:, 0]),
        praise=interval(moods[:, 1]),
        themes=tuple(found[theme.id] for theme in themes),
        aspects=aspects(themes, statements, posts, seed=seed),
        shrinkage=model.shrinkage,
    )


def _reason(raters: Raters) -> Reason:
    if not len(raters):
        return "no ratings"
    if len(raters) < FEWEST_RATED:
        return "few ratings"
    return "one rating" if np.ptp(raters.rating) == 0 else ""


def _resampled(model: Fit, cells: Sequence[sparse.csr_matrix], seed: int) -> Iterator[tuple[Vector, Vector, Vector]]:
    """Coefficients of themes, those of moods, and what the mean rating has by each theme: as found, then redrawn."""
    everyone = np.ones((1, len(model.residuals)))
    for draws, own, beside in ((everyone, model.columns[None], model.controls[None]), *model.resample(seed)):
        says, complains, praises = (np.asarray((cell.T @ draws.T).T) / draws.shape[1] for cell in cells)
        moods = beside[:, 1:3]
        yield own, moods, own * says + moods[:, :1] * complains + moods[:, 1:] * praises


def _gaps(rating: Vector, mentions: sparse.csr_matrix) -> tuple[Vector, list[Estimate]]:
    """Mean rating and star gap of each column, with Welch's interval, variances drawn towards what is usual."""
    from scipy.special import stdtrit

    powers = np.vstack([rating**0, rating, rating**2])
    inside = np.asarray((mentions.T @ powers.T).T)
    mean, error, freedom = _mean(inside)
    other, other_error, other_freedom = _mean(powers.sum(axis=1)[:, None] - inside)
    together = error + other_error
    df = together**2 / (error**2 / freedom + other_error**2 / other_freedom)
    half = stdtrit(df, (1 + CONFIDENCE) / 2) * np.sqrt(together)
    return mean, [
        Estimate(value=round(float(v), 4), low=round(float(v - h), 4), high=round(float(v + h), 4))
        for v, h in zip(mean - other, half, strict=True)
    ]


def _mean(moments: Vector) -> tuple[Vector, Vector, Vector]:
    """The mean of each column, its squared error and the degrees of freedom of that, from sums of powers 0, 1, 2."""
    n, total, square = moments
    spread = np.maximum(square - total**2 / n, 0)
    freedom = n - 1 + _PRIOR_PEOPLE
    usual = spread.sum() / max((n - 1).sum(), 1)
    return total / n, (spread + _PRIOR_PEOPLE * usual) / freedom / n, freedom
