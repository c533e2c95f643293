"""What is typical of a cluster: how common each feature is in it, against how common it is anywhere."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voc.label.lexicon import Predicate
from voc.label.reading import Feature, Reading

_WISHES = frozenset(("request", "need"))
_MOST = 0.5
_VAGUE = 0.35
_LONE = 0.85


class Evidence:
    """The members of one cluster in an order of their own (by text), and what they share.

    `weights` sum to 1: members near the centre of the cluster count more, so that strays do not name it.
    `wish`, `praise` and `question` are the shares of members that ask for something, praise, or want to know.
    """

    def __init__(
        self,
        readings: Sequence[Reading],
        vectors: NDArray[np.floating[Any]],
        kinds: Sequence[str],
        background: dict[Feature, float],
    ) -> None:
        order = sorted(range(len(readings)), key=lambda i: readings[i].text)
        self.readings = [readings[i] for i in order]
        self.weights = _centrality(vectors[order])
        self.wish = sum(w for w, i in zip(self.weights, order, strict=True) if kinds[i] in _WISHES)
        self.praise = sum(w for w, i in zip(self.weights, order, strict=True) if kinds[i] == "praise")
        self.question = sum(w for w, i in zip(self.weights, order, strict=True) if kinds[i] == "question")
        self._background = background
        self._share: dict[Feature, float] = defaultdict(float)
        self._count: Counter[Feature] = Counter()
        for weight, reading in zip(self.weights, self.readings, strict=True):
            for feature in reading.features:
                self._share[feature] += weight
                self._count[feature] += 1

    @property
    def asks(self) -> bool:
        """Whether most members ask for something."""
        return self.wish >= _MOST

    @property
    def praises(self) -> bool:
        """Whether most members praise."""
        return self.praise >= _MOST

    @property
    def inquires(self) -> bool:
        """Whether most members want to know something."""
        return self.question >= _MOST

    def typical(self, feature: Feature) -> float:
        """Share of the members with the feature, times the log of how much more common it is here than anywhere."""
        return self._share.get(feature, 0.0) * self.lift(feature) * self.support(self._count[feature])

    def share(self, feature: Feature) -> float:
        """The weighted share of the members with the feature."""
        return self._share.get(feature, 0.0)

    def lift(self, feature: Feature) -> float:
        """ln(1 + share here / share anywhere)."""
        return math.log1p(self._share[feature] / self._background[feature]) if feature in self._share else 0.0

    def support(self, count: int) -> float:
        """How far so many members are to be trusted: what only one says hardly names a theme of three or more."""
        return 1.0 if len(self.readings) < 3 else max(0.0, 1 - _LONE / count) if count else 0.0

    def fit(self, known: Predicate) -> float:
        """How well a predicate suits what the members do: ask, praise or complain."""
        grumble = 1 - 0.9 * self.praise
        by_sort = {
            "praise": 0.05 + self.praise,
            "wish": (0.5 + min(0.5, self.wish)) * grumble,
            "fault": (1 - 0.4 * self.wish) * grumble,
        }
        return by_sort[known.sort] * (_VAGUE if known.vague else 1.0)


def _centrality(vectors: NDArray[np.floating[Any]]) -> list[float]:
    if not len(vectors):
        return []
    rows = np.asarray(vectors, dtype=np.float64)
    centre = rows.mean(axis=0)
    near = np.clip(rows @ (centre / (np.linalg.norm(centre) or 1.0)), 0.05, None)
    return [float(round(weight, 9)) for weight in near / near.sum()]
