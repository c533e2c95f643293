"""Fine themes: exact average linkage that never builds the n x n matrix."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Labels = NDArray[np.int64]

THRESHOLD = 0.16
# statements drawn towards their context are closer to one another throughout
CONTEXT_THRESHOLD = 0.09
_BLOCK = 1024
_PRECISION = 1e5  # similarities are compared to five digits: what BLAS adds up first decides nothing
_SOLID = 4
_KNOWN = 3
_HYSTERESIS = 0.25
_APART = 0.8
_KEPT_APART = 0.6
_ROUNDS = 3
_CLEARLY = 1.5
_NEW = -1


def cluster_themes(
    features: Matrix,
    *,
    weights: Sequence[int] | None = None,
    threshold: float = THRESHOLD,
    known: Sequence[int] | None = None,
) -> list[int]:
    """Group rows by average linkage, then let each member of a group of four or more move to the group it fits best.

    `features` is (n, d) with L2-normalised rows, centred so that unrelated rows have similarity 0; `weights` counts
    the texts each row stands for. Returns one label a row: 0 for the heaviest group, -1 for a row alone with a weight
    of 1. The second pass is spherical k-means from the groups found, for a merge by itself cannot be undone.

    `known` numbers the groups that rows were in before (-1: none), so that groups do not come and go with every row.
    What was together stays together down to a quarter of the threshold. Two groups of four or more merge where 0.8 of
    their similarity reaches it, for the mean over so many pairs is no accident; where they were apart before, or one
    is known and the other new, it takes 0.6. Known groups of three are protected alike. Without `known` none of this.
    """
    if len(features) == 0:
        return []
    size = np.ones(len(features)) if weights is None else np.asarray(weights, dtype=float)
    if known is None:
        parent = average_linkage(features, size, threshold)
    else:
        start = _together(features, size, np.asarray(known), _HYSTERESIS * threshold)
        roots, place = np.unique(start, return_inverse=True)
        heavy = np.bincount(place, weights=size).astype(float)
        sums = np.zeros((len(roots), features.shape[1]))
        np.add.at(sums, place, features * size[:, None])
        means = (sums / heavy[:, None]).astype(np.float32)
        was = np.where(heavy >= _KNOWN, np.asarray(known)[roots], _NEW)
        parent = roots[average_linkage(means, heavy, threshold, was)[place]]
    return _numbered(_refine(features, parent, size), size)


def join_themes(
    features: Matrix, labels: Sequence[int], joining: Sequence[int], *, weights: Sequence[int], threshold: float
) -> list[int]:
    """Labels, with those of the rows `joining`: of the group whose members they resemble most on average, where that
    reaches 1.5 times `threshold`: they join what they clearly mean. Those that join none are grouped among themselves.
    What was grouped before stays as it was.
    """
    result = np.asarray(labels).copy()
    new = np.asarray(joining, dtype=int)
    size = np.asarray(weights, dtype=float)
    old = np.setdiff1d(np.flatnonzero(result >= 0), new)
    left = new
    if len(old) and len(new):
        n = int(result[old].max()) + 1
        sums = np.zeros((n, features.shape[1]))
        np.add.at(sums, result[old], features[old] * size[old, None])
        means = sums / np.maximum(np.bincount(result[old], weights=size[old], minlength=n), 1)[:, None]
        similarity = np.rint(features[new] @ means.astype(np.float32).T * _PRECISION)
        fits = similarity.max(axis=1) >= _CLEARLY * threshold * _PRECISION
        result[new] = np.where(fits, similarity.argmax(axis=1), -1)
        left = new[~fits]
    own = np.array(cluster_themes(features[left], weights=[weights[row] for row in left], threshold=threshold))
    first = int(result.max(initial=-1)) + 1
    result[left] = np.where(own >= 0, own + first, -1) if len(left) else own
    return [int(label) for label in result]


def _together(features: Matrix, size: NDArray[np.float64], known: Labels, threshold: float) -> Labels:
    """For each row the row that stands for the part of its known group that still holds together; else itself."""
    parent = np.arange(len(features))
    for group in np.unique(known[known >= 0]):
        rows = np.flatnonzero(known == group)
        parent[rows] = rows[average_linkage(features[rows], size[rows], threshold)]
    return parent


def average_linkage(features: Matrix, size: NDArray[np.float64], threshold: float, was: Labels | None = None) -> Labels:
    """For each row the row that stands for its group, merging while the average similarity of two groups is at least
    `threshold`. `was` numbers the groups that rows were in before (-1: none), and tells how much less similar two of
    them count (see `cluster_themes`).

    Average similarity of groups A and B is mean(A) . mean(B), so a group needs only its mean. Merging every pair of
    groups that are each other's nearest, round after round, gives the same tree as merging one pair at a time, because
    average linkage is reducible (Murtagh 1983; Müllner 2011); it stays so where larger groups count as less similar.
    """
    means = features.astype(np.float32)
    size = size.astype(float)
    n = len(means)
    parent = np.arange(n)
    alive = np.ones(n, dtype=bool)
    active = np.arange(n)
    label = None if was is None else was.copy()
    best, partner = _nearest(active, means, active, size, label)
    while True:
        alive &= best >= threshold
        active = np.flatnonzero(alive)
        if len(active) < 2:
            break
        keep = _reciprocal(active, best, partner)
        gone = partner[keep]
        total = size[keep] + size[gone]
        if label is not None:
            heir = (label[gone] >= 0) & ((label[keep] < 0) | (size[gone] > size[keep]))
            label[keep] = np.where(heir, label[gone], label[keep])
        means[keep] = (means[keep] * size[keep, None] + means[gone] * size[gone, None]) / total[:, None]
        size[keep] = total
        parent[gone] = keep
        alive[gone] = False
        active = np.flatnonzero(alive)
        touched = np.zeros(n, dtype=bool)
        touched[keep] = touched[gone] = True
        stale = active[touched[active] | touched[partner[active]]]
        if len(active) < 2:
            break
        best[stale], partner[stale] = _nearest(stale, means, active, size, label)
    while (parent[parent] != parent).any():
        parent = parent[parent]
    return np.asarray(parent)


def _reciprocal(active: Labels, best: NDArray[np.float32], partner: Labels) -> Labels:
    """The lower row of each pair that are each other's nearest; where equal similarities form a ring, its best pair."""
    pairs = active[(partner[partner[active]] == active) & (active < partner[active])]
    if len(pairs):
        return np.asarray(pairs)
    first = active[np.lexsort((active, -best[active]))[0]]
    low, high = sorted((int(first), int(partner[first])))
    partner[low] = high
    return np.array([low])


def _nearest(
    rows: Labels, means: Matrix, active: Labels, size: NDArray[np.float64], label: Labels | None
) -> tuple[NDArray[np.float32], Labels]:
    """For each row the highest similarity to another active row, and that row (the lowest index among equals)."""
    best = np.full(len(rows), -2.0, dtype=np.float32)
    partner = np.full(len(rows), -1)
    candidates = np.ascontiguousarray(means[active])
    for start in range(0, len(rows), _BLOCK):
        block = rows[start : start + _BLOCK]
        similarity = means[block] @ candidates.T
        similarity[np.arange(len(block)), np.searchsorted(active, block)] = -2
        if label is not None:
            similarity *= _less(size[block], size[active], label[block], label[active], similarity)
        similarity *= _PRECISION
        winner = np.rint(similarity, out=similarity).argmax(axis=1)
        best[start : start + _BLOCK] = similarity[np.arange(len(block)), winner] / _PRECISION
        partner[start : start + _BLOCK] = active[winner]
    return best, partner


def _less(
    size: NDArray[np.float64], sizes: NDArray[np.float64], label: Labels, labels: Labels, similarity: Matrix
) -> Matrix:
    """What the similarity of groups is multiplied by, rows with columns."""
    own, other = label[:, None] >= 0, labels[None, :] >= 0
    solid = (size >= _SOLID)[:, None] & (sizes >= _SOLID)[None, :]
    kept_apart = (label[:, None] != labels[None, :]) & (own & other | solid & (own | other))
    factor = np.where(kept_apart, _KEPT_APART, np.where(solid & ~own & ~other, _APART, 1))
    return np.where(similarity > 0, factor, 1).astype(np.float32)


def _refine(features: Matrix, parent: Labels, size: NDArray[np.float64]) -> Labels:
    """Parents after moving members between the groups that weigh at least `_SOLID`."""
    parent = parent.copy()
    for _ in range(_ROUNDS):
        roots, group = np.unique(parent, return_inverse=True)
        solid = np.flatnonzero(np.bincount(group, weights=size) >= _SOLID)
        movable = np.flatnonzero(np.isin(group, solid))
        if len(solid) < 2:
            break
        sums = np.zeros((len(roots), features.shape[1]))
        np.add.at(sums, group, features * size[:, None])
        means = sums[solid] / np.linalg.norm(sums[solid], axis=1, keepdims=True)
        similarity = np.rint(features[movable] @ means.astype(np.float32).T * _PRECISION)
        parent[movable] = roots[solid[similarity.argmax(axis=1)]]
    return parent


def _numbered(parent: Labels, size: NDArray[np.float64]) -> list[int]:
    roots, group = np.unique(parent, return_inverse=True)
    weight = np.bincount(group, weights=size)
    number = np.empty(len(roots), dtype=np.int64)
    number[np.lexsort((roots, -weight))] = np.arange(len(roots))
    number[weight < 2] = -1
    return [int(label) for label in number[group]]
