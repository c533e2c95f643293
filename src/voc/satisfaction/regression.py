"""Ridge regression of ratings: shrinkage by generalised cross-validation, intervals by resampling people.

The shrinkage is the one that generalised cross-validation likes best (Golub, Heath & Wahba, Technometrics 1979), which
is leave-one-out with every person equally influential: there are no folds to draw. Controls are not shrunk, but for one
imaginary person that keeps them apart where the data cannot (everybody complains or praises, nobody does both).

Intervals are those of a bootstrap over people, percentile method. Each resample moves the fit by one Newton step
instead of fitting it anew (the score bootstrap of Kline & Santos, Journal of Econometric Methods 2012), with residuals
enlarged by their leverage (HC3, MacKinnon & White, Journal of Econometrics 1985). The shrinkage stays, and the
imaginary people it stands for are drawn as well: like Wahba's intervals (Journal of the Royal Statistical Society B
1983), these then cover as often as stated on average over columns, though each is drawn towards the usual.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Vector = NDArray[np.float64]

CONFIDENCE = 0.95
SHRINKAGES = 2.0 ** np.arange(-2, 13)  # imaginary people of each column whose rating is the usual one
RESAMPLES = 400
_AT_ONCE = 64
_SUPPORT = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """A number with the bounds of its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Fit:
    """Coefficients of `columns` and of `controls` (the first is the constant), and what each shrinkage came to."""

    columns: Vector
    controls: Vector
    shrinkage: float
    residuals: Vector
    inverse: Vector
    design: sparse.csr_matrix

    def resample(self, seed: int) -> Iterator[tuple[Vector, Vector, Vector]]:
        """Blocks of (how often each person is drawn, coefficients of columns, of controls), a resample by row."""
        rng = np.random.default_rng(seed)
        n, p = len(self.residuals), len(self.columns)
        for start in range(0, RESAMPLES, _AT_ONCE):
            size = min(_AT_ONCE, RESAMPLES - start)
            draws = rng.multinomial(n, np.full(n, 1 / n), size=size).astype(float)
            score = np.asarray((self.design.T @ ((draws - 1) * self.residuals).T).T)
            score[:, :p] += np.sqrt(self.shrinkage) * self.residuals.std() * rng.standard_normal((size, p))
            step = score @ self.inverse
            yield draws, self.columns + step[:, :p], self.controls + step[:, p:]


def fit(columns: sparse.csr_matrix, controls: Vector, rating: Vector) -> Fit:
    """The ridge regression of `rating` (people) on sparse `columns` (people, p) beside dense `controls` (people, q)."""
    constant = np.ones((len(rating), 1))
    beside = np.hstack([constant, controls])
    design = sparse.csr_matrix(sparse.hstack([columns, sparse.csr_matrix(beside)]))
    gram, moment = np.asarray((design.T @ design).todense()), np.asarray(design.T @ rating)
    p = columns.shape[1]
    support = np.concatenate([np.zeros(p + 1), np.full(controls.shape[1], _SUPPORT)])
    gram += np.diag(support)
    shrinkage = _choose(gram, moment, float(rating @ rating), len(rating), p)
    inverse = np.linalg.inv(gram + np.diag(np.concatenate([np.full(p, shrinkage), np.zeros(len(gram) - p)])))
    found = inverse @ moment
    leverage = np.asarray(design.multiply(design @ inverse).sum(axis=1)).ravel()
    residuals = (rating - design @ found) / np.clip(1 - leverage, 0.1, 1)
    return Fit(
        columns=found[:p],
        controls=found[p:],
        shrinkage=shrinkage,
        residuals=residuals,
        inverse=inverse,
        design=design,
    )


def interval(draws: Vector) -> Estimate:
    """A value, the first of `draws`, with the percentile interval of the others; all rounded to four digits."""
    low, high = np.quantile(draws[1:], [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Estimate(value=round(float(draws[0]), 4), low=round(float(low), 4), high=round(float(high), 4))


def _choose(gram: Vector, moment: Vector, square: float, n: int, p: int) -> float:
    """The shrinkage with the least generalised cross-validation score; controls are partialled out first."""
    if not p:
        return float(SHRINKAGES[0])
    cross, own = gram[:p, p:], np.linalg.inv(gram[p:, p:])
    eigenvalues, vectors = np.linalg.eigh(gram[:p, :p] - cross @ own @ cross.T)
    eigenvalues = np.maximum(eigenvalues, 0)
    along = (vectors.T @ (moment[:p] - cross @ own @ moment[p:])) ** 2
    left = square - moment[p:] @ own @ moment[p:]
    scores = []
    for shrinkage in SHRINKAGES:
        kept = 1 / (eigenvalues + shrinkage)
        squares = left - 2 * (along * kept).sum() + (along * eigenvalues * kept**2).sum()
        freedom = n - len(own) - (eigenvalues * kept).sum()
        scores.append(n * squares / max(freedom, 1.0) ** 2)
    return float(SHRINKAGES[int(np.argmin(np.round(scores, 9)))])
