"""What is compared with labels, and how: F1 and accuracy of kinds, agreement of groupings, AUC of similarities."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voc.evaluate.intervals import Estimate, bootstrap, from_halves, halves, percentile

Numbers = NDArray[Any]

WISHES = ("request", "need")
_TOP = 10
_EPSILON = 1e-9


def score_kinds(gold: Sequence[str], found: Sequence[str]) -> dict[str, Estimate]:
    """F1 over n rows: macro over the kinds that are in `gold`, of wishes (request or need), of each kind; accuracy.

    The n of a kind's own F1 is the number of rows that are of it.
    """
    names = sorted({*gold, *found})
    true = Counter(gold)
    table = _crossed(gold, found, names)
    judged, wishes = np.isin(names, list(true)), np.isin(names, WISHES)
    values = _kind_scores(table, judged, wishes)
    drawn = [_kind_scores(block.reshape(-1, *table.shape), judged, wishes) for block in bootstrap(table.ravel())]
    draws = np.concatenate(drawn, axis=-1)
    metrics = ("macro_f1", "wish_f1", "accuracy", *(f"f1_{name}" for name in names))
    sizes = (len(gold), len(gold), len(gold), *(true[name] for name in names))
    return {
        metric: percentile(float(value), row, n)
        for metric, value, row, n in zip(metrics, values, draws, sizes, strict=True)
        if n
    }


def score_polarity(gold: Sequence[str], found: Sequence[str]) -> dict[str, Estimate]:
    """Accuracy of polarity over n rows."""
    right = sum(a == b for a, b in zip(gold, found, strict=True))
    counts = np.array([right, len(gold) - right])
    draws = np.concatenate([block[:, 0] for block in bootstrap(counts)])
    return {"polarity_accuracy": percentile(right / len(gold), draws / len(gold), len(gold))}


def score_groups(gold: Sequence[str], found: Sequence[str | None]) -> dict[str, Estimate]:
    """Agreement of n rows' true groups with those found; None is no group: the row is a group of its own.

    AMI (Vinh, Epps & Bailey 2010) and ARI (Hubert & Arabie 1985) are 1 for equal groupings and 0 for chance.
    `top10_f1` is the mean, over the ten largest true groups, of the best F1 that any one group found has; of groups of
    equal size those that come first are taken. `found` and `true` count groups, `unassigned` is the share of None.
    """
    cells = Counter((name, group) for name, group in zip(gold, found, strict=True) if group is not None)
    keys = sorted(cells)
    alone = sorted(name for name, group in zip(gold, found, strict=True) if group is None)
    row_of = {name: n for n, name in enumerate(sorted({*gold}))}
    column_of = {group: n for n, group in enumerate(sorted({group for _, group in keys}))}
    rows = np.array([row_of[name] for name in (*(name for name, _ in keys), *alone)])
    columns = np.array([*(column_of[group] for _, group in keys), *range(len(column_of), len(column_of) + len(alone))])
    counts = np.array([*(cells[key] for key in keys), *[1] * len(alone)])
    top = [row_of[name] for name, _ in Counter(gold).most_common(_TOP)]
    values = _agreement(rows, columns, counts, top)
    draws = np.array([_agreement(rows, columns, half, top) for half in halves(counts)]).reshape(-1, len(values))
    n = len(gold)
    metrics = zip(("ami", "ari", "top10_f1"), values, draws.T, strict=True)
    return {name: from_halves(value, column, n) for name, value, column in metrics} | {
        "found": Estimate(value=len(column_of) + len(alone), n=n),
        "true": Estimate(value=len(row_of), n=n),
        "unassigned": Estimate(value=len(alone) / n, n=n),
    }


def score_pairs(same: Sequence[bool], similarity: Sequence[float]) -> dict[str, Estimate]:
    """The AUC of similarities: how often, of a pair that means the same and one that does not, the first is higher."""
    order = sorted(range(len(same)), key=lambda n: (similarity[n], same[n]))
    positive = np.array([same[n] for n in order], dtype=float)
    _, starts = np.unique(np.array([similarity[n] for n in order]), return_index=True)
    rows = np.ones(len(order), dtype=np.int64)
    value = _auc(rows[None], positive, starts)[0]
    draws = np.concatenate([_auc(block, positive, starts) for block in bootstrap(rows)])
    return {"auc": percentile(float(value), draws, len(order))}


def _crossed(gold: Sequence[str], found: Sequence[str], names: Sequence[str]) -> Numbers:
    """(k, k) counts of rows, true kind by kind found."""
    cells = Counter(zip(gold, found, strict=True))
    return np.array([[cells[true, seen] for seen in names] for true in names])


def _kind_scores(tables: Numbers, judged: Numbers, wishes: Numbers) -> Numbers:
    """(3 + k, ...) scores of tables of shape (..., k, k)."""
    hits = np.diagonal(tables, axis1=-2, axis2=-1)
    true, seen = tables.sum(axis=-1), tables.sum(axis=-2)
    each = _f1(hits, true, seen)
    hits_wish = tables[..., wishes, :][..., wishes].sum(axis=(-2, -1))
    wish = _f1(hits_wish, true[..., wishes].sum(axis=-1), seen[..., wishes].sum(axis=-1))
    accuracy = hits.sum(axis=-1) / true.sum(axis=-1)
    return np.stack([each[..., judged].mean(axis=-1), wish, accuracy, *np.moveaxis(each, -1, 0)])


def _f1(hits: Numbers, true: Numbers, seen: Numbers) -> Numbers:
    return np.asarray(2 * hits / np.maximum(true + seen, 1))  # 0 where there is nothing to find and nothing found


def _agreement(rows: Numbers, columns: Numbers, counts: Numbers, top: Sequence[int]) -> tuple[float, float, float]:
    """AMI, ARI and top-10 F1 of a sparse table of counts."""
    drawn = counts > 0
    rows, columns, counts = rows[drawn], columns[drawn], counts[drawn]
    true, seen = np.bincount(rows, counts, minlength=max(top) + 1), np.bincount(columns, counts)
    best = np.zeros(len(true))
    np.maximum.at(best, rows, _f1(counts, true[rows], seen[columns]))
    left = [n for n in top if true[n]] or list(top)
    return _ami(rows, columns, counts), _ari(counts, true, seen), float(best[left].mean())


def _ami(rows: Numbers, columns: Numbers, counts: Numbers) -> float:
    """Adjusted mutual information over the mean of the two entropies."""
    from scipy.sparse import csr_matrix
    from sklearn.metrics.cluster import expected_mutual_information

    (_, row), (_, column) = (np.unique(codes, return_inverse=True) for codes in (rows, columns))
    table = csr_matrix((counts, (row, column)))
    if 1 in table.shape:
        return float(table.shape == (1, 1))
    true, seen = _entropy(np.bincount(row, counts)), _entropy(np.bincount(column, counts))
    expected = expected_mutual_information(table, int(counts.sum()))
    room = (true + seen) / 2 - expected
    information = true + seen - _entropy(counts)
    return float((information - expected) / room) if room > _EPSILON else 1.0  # no room: all rows apart in both


def _entropy(counts: Numbers) -> float:
    shares = counts / counts.sum()
    return float(-(shares * np.log(shares)).sum())


def _ari(counts: Numbers, true: Numbers, seen: Numbers) -> float:
    """Adjusted Rand index: pairs together in both groupings, between what chance gives and what is possible."""
    together, in_true, in_seen = (_pairs(sizes) for sizes in (counts, true, seen))
    expected = in_true * in_seen / max(_pairs(np.array([counts.sum()])), 1.0)
    room = (in_true + in_seen) / 2 - expected
    return (together - expected) / room if room > _EPSILON else 1.0


def _pairs(sizes: Numbers) -> float:
    return float((sizes * (sizes - 1.0) / 2).sum())


def _auc(counts: Numbers, positive: Numbers, starts: Numbers) -> Numbers:
    """(draws,) areas from (draws, n) counts of rows in order of similarity; equal similarities begin at `starts`."""
    same = np.add.reduceat(counts * positive, starts, axis=1)
    other = np.add.reduceat(counts * (1 - positive), starts, axis=1)
    below = np.cumsum(other, axis=1) - other / 2
    with np.errstate(invalid="ignore"):  # a draw without one of the two has no area
        return np.asarray((same * below).sum(axis=1) / (same.sum(axis=1) * other.sum(axis=1)))
