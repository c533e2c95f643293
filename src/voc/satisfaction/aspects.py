"""Complaints about an aspect beside praise of it: the penalty-reward contrast, as a hint of what Kano would find.

Nearly every aspect seems basic where most people who praise anything give all stars: the scale has no room for reward.
So an aspect is held against the usual one: `asymmetry` is by how much its complaints cost more than complaints usually
do, plus by how much its praise brings less than praise usually does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from voc.datatypes import Post, Statement, Theme
from voc.satisfaction.raters import Raters, raters_of
from voc.satisfaction.regression import Estimate, fit, interval

Hint = Literal["basic", "performance", "excitement", "unclear", "too little data"]

FEWEST_OF_ASPECT = 10  # people who complain of it, and as many who praise it
ALIKE = 0.5  # stars: an asymmetry that is surely smaller counts as none
_FEWEST_OF_SIDE = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Aspect:
    """An area: the stars that complaining of it costs and that praising it brings, each beside saying neither.

    `penalty` is negative where complaints cost stars. All three are None where `hint` is ``too little data``.
    """

    area: str
    n_complain: int
    n_praise: int
    penalty: Estimate | None = None
    reward: Estimate | None = None
    asymmetry: Estimate | None = None
    hint: Hint = "too little data"


def aspects(
    themes: Sequence[Theme], statements: Sequence[Statement], posts: Mapping[str, Post], *, seed: int
) -> tuple[Aspect, ...]:
    """Every area of themes, by name. One that alone has enough people is the usual aspect itself: unclear."""
    raters = raters_of(statements, posts, {theme.id: theme.area for theme in themes})
    areas = sorted({theme.area for theme in themes} - {""})
    sides = [raters.mentions(areas, polarity) for polarity in ("neg", "pos")]
    complain, praise = (np.asarray(side.sum(axis=0)).ravel().astype(int) for side in sides)
    told = np.flatnonzero(np.minimum(complain, praise) >= FEWEST_OF_ASPECT)
    found = dict(zip(told.tolist(), _contrast(raters, sides, told, seed) if told.size else (), strict=True))
    made = []
    for n, area in enumerate(areas):
        penalty, reward, asymmetry = found.get(n, (None, None, None))
        aspect = Aspect(
            area=area,
            n_complain=int(complain[n]),
            n_praise=int(praise[n]),
            penalty=penalty,
            reward=reward,
            asymmetry=asymmetry,
            hint="too little data" if asymmetry is None else hint_of(asymmetry) if len(told) > 1 else "unclear",
        )
        made.append(aspect)
    return tuple(made)


def hint_of(asymmetry: Estimate) -> Hint:
    """The hint that an interval supports.

    >>> hint_of(Estimate(value=0.6, low=0.2, high=1.0)), hint_of(Estimate(value=0.1, low=-0.2, high=0.4))
    ('basic', 'performance')
    >>> hint_of(Estimate(value=-0.6, low=-1.0, high=-0.2)), hint_of(Estimate(value=0.3, low=-0.7, high=1.3))
    ('excitement', 'unclear')
    """
    if asymmetry.low > 0:
        return "basic"
    if asymmetry.high < 0:
        return "excitement"
    return "performance" if asymmetry.low > -ALIKE and asymmetry.high < ALIKE else "unclear"


def _contrast(
    raters: Raters, sides: Sequence[sparse.csr_matrix], told: NDArray[np.int64], seed: int
) -> list[tuple[Estimate, Estimate, Estimate]]:
    """Penalty, reward and asymmetry of each aspect that is told, all aspects in one regression."""
    used = [np.flatnonzero(np.asarray(side.sum(axis=0)).ravel() >= _FEWEST_OF_SIDE) for side in sides]
    columns = sparse.hstack([side[:, kept] for side, kept in zip(sides, used, strict=True)], format="csr")
    model = fit(columns, np.hstack([raters.mood, raters.sources]), raters.rating)
    own = np.vstack([model.columns, *(own for _, own, _ in model.resample(seed))])
    mood = np.vstack([model.controls, *(beside for _, _, beside in model.resample(seed))])[:, 1:3]
    worse, better = own[:, np.searchsorted(used[0], told)], own[:, len(used[0]) + np.searchsorted(used[1], told)]
    return [
        (interval(cost + mood[:, 0]), interval(gain + mood[:, 1]), interval(-cost - gain))
        for cost, gain in zip(worse.T, better.T, strict=True)
    ]
