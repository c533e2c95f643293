"""The statements that show what a cluster is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

_BALANCE = 0.6  # of closeness to the centre against difference from what is already chosen
_LENGTH = (8, 60)
_LENGTH_PENALTY = 0.15


def exemplars(
    cluster: Sequence[int], vectors: NDArray[np.floating[Any]], texts: Sequence[str], *, top: int = 5
) -> list[int]:
    """Up to `top` members of a cluster, central and different from one another, the most central first.

    Maximal marginal relevance (Carbonell & Goldstein 1998) over the rows of `vectors` (n × d, L2-normalised).
    Of identical texts only one is taken; texts of 8 to 60 characters are preferred.
    """
    members = _distinct(cluster, texts)
    if not members:
        return []
    rows = np.asarray(vectors[members], dtype=np.float64)
    relevance = np.round(rows @ _centre(rows) - _LENGTH_PENALTY * _odd_length(members, texts), 6)
    closest = np.zeros(len(members))
    chosen: list[int] = []
    while len(chosen) < min(top, len(members)):
        score = _BALANCE * relevance - (1 - _BALANCE) * closest
        score[chosen] = -np.inf
        chosen.append(int(score.argmax()))
        closest = np.maximum(closest, np.round(rows @ rows[chosen[-1]], 6))
    return [members[i] for i in chosen]


def _distinct(cluster: Sequence[int], texts: Sequence[str]) -> list[int]:
    """One member for each distinct text, in order of the texts, so that the order of the rows does not matter."""
    first: dict[str, int] = {}
    for i in sorted(cluster):
        first.setdefault(texts[i].strip(), i)
    return [first[text] for text in sorted(first)]


def _centre(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    mean = rows.mean(axis=0)
    return np.asarray(mean / (np.linalg.norm(mean) or 1.0))


def _odd_length(members: Sequence[int], texts: Sequence[str]) -> NDArray[np.float64]:
    low, high = _LENGTH
    return np.array([not low <= len(texts[i].strip()) <= high for i in members], dtype=np.float64)
