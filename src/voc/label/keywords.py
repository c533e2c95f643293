"""The words that set a cluster apart."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence


def keywords(
    clusters: Sequence[Sequence[int]], tokens: Sequence[Sequence[str]], *, top: int = 8
) -> list[tuple[str, ...]]:
    """The `top` words of each cluster by c-TF-IDF, strongest first; words of equal weight in code-point order.

    c-TF-IDF is tf(word, cluster) · ln(1 + A / f(word)): the word's share of the cluster's words, A the mean number
    of words per cluster, f the word's count over all clusters (Grootendorst 2022, "BERTopic: Neural topic modeling
    with a class-based TF-IDF procedure").

    >>> keywords([[0, 1], [2]], [["设备", "掉线"], ["掉线"], ["设备", "太贵"]], top=1)
    [('掉线',), ('太贵',)]
    """
    counts = [Counter(token for i in cluster for token in tokens[i]) for cluster in clusters]
    totals: Counter[str] = Counter()
    for count in counts:
        totals.update(count)
    average = totals.total() / max(1, len(clusters))
    idf = {word: math.log1p(average / total) for word, total in totals.items()}
    return [_strongest(count, idf, top) for count in counts]


def _strongest(count: Counter[str], idf: dict[str, float], top: int) -> tuple[str, ...]:
    weights = {word: n * idf[word] for word, n in count.items()}
    return tuple(sorted(weights, key=lambda word: (-round(weights[word], 9), word))[:top])
