"""Coarse areas: communities of the nearest-neighbour graph, corrected by the words they use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from voc.cluster.space import unit

Matrix = NDArray[np.float32]

_BLOCK = 1024
_PRECISION = 1e5  # similarities are compared to five digits: what BLAS adds up first decides nothing
_SHARE = 0.3


def cluster_areas(
    vectors: Matrix,
    features: Matrix,
    words: Sequence[Sequence[str]],
    *,
    neighbours: int = 20,
    resolution: float = 1.0,
    seed: int = 1,
) -> list[int]:
    """Label each row with its area, the largest area 0.

    `vectors` is the (n, d) matrix of sentence vectors, `features` the (n, D) matrix of `ThemeSpace`; the vectors,
    centred, take seven tenths of the similarity, for areas follow the subject and themes what is wrong with it. `words`
    are the content words of each row.

    Leiden communities (Traag, Waltman & van Eck 2019) by modularity at `resolution` on the graph that joins every row
    to its nearest `neighbours` in the centred space; no row is left out. Then each row goes to the community whose
    words it uses, by complement naive Bayes (Rennie et al. 2003) fitted to them: vectors confuse what words tell apart.
    """
    n = len(vectors)
    if n < 3:
        return [0] * n
    import graspologic_native
    from scipy import sparse

    joined = np.hstack([np.sqrt(1 - _SHARE) * unit(vectors - vectors.mean(axis=0)), np.sqrt(_SHARE) * features])
    near = _neighbours(joined, min(neighbours, n - 1))
    rows = np.repeat(np.arange(n), near.shape[1])
    graph = sparse.csr_matrix((np.ones(near.size), (rows, near.ravel())), shape=(n, n))
    graph = (graph + graph.T).tocsr()
    graph.sort_indices()
    _, community = graspologic_native.leiden_csr(
        graph.indptr.astype(np.int64),
        graph.indices.astype(np.int32),
        graph.data,
        n,
        resolution=resolution,
        iterations=3,
        trials=5,
        seed=seed,
    )
    labels = _by_words(np.array([community[row] for row in range(n)]), words)
    found, first, counts = np.unique(labels, return_index=True, return_counts=True)
    number = {int(found[i]): place for place, i in enumerate(np.lexsort((first, -counts)))}
    return [number[int(label)] for label in labels]


def _by_words(labels: NDArray[np.int64], words: Sequence[Sequence[str]]) -> NDArray[np.int64]:
    """The labels that the words of each row speak for; a row without a word that another one has keeps its own."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.naive_bayes import ComplementNB

    common = {word for word, count in Counter(chain.from_iterable(map(set, words))).items() if count > 1}
    shared = [[word for word in row if word in common] for row in words]
    if not common or len(set(labels.tolist())) < 2:
        return labels
    weights = TfidfVectorizer(analyzer=_as_they_are, sublinear_tf=True).fit_transform(shared)
    spoken = ComplementNB().fit(weights, labels).predict(weights)
    return np.where([bool(row) for row in shared], spoken, labels)


def _as_they_are(words: Sequence[str]) -> Sequence[str]:
    return words


def name_areas(keywords: Sequence[Sequence[str]]) -> list[str]:
    """A name for each area from its keywords, strongest first: the two foremost words that no earlier area took.

    >>> name_areas([["登录", "密码", "账号"], ["3.0.2", "密码", "指纹", "解锁"], []])
    ['登录·密码', '指纹·解锁', '其他']
    """
    taken: set[str] = set()
    names = []
    for words in keywords:
        own = [word for word in words if word not in taken and not word[0].isdigit()][:2]
        taken.update(own)
        names.append("·".join(own) if own else "其他")
    return names


def _neighbours(rows: Matrix, k: int) -> NDArray[np.int64]:
    """The k most similar other rows of each row, exactly, in blocks."""
    near = np.empty((len(rows), k), dtype=np.int64)
    for start in range(0, len(rows), _BLOCK):
        block = rows[start : start + _BLOCK]
        similarity = block @ rows.T
        similarity[np.arange(len(block)), np.arange(start, start + len(block))] = -2
        similarity *= -_PRECISION
        near[start : start + _BLOCK] = np.argpartition(np.rint(similarity, out=similarity), k - 1, axis=1)[:, :k]
    return near
