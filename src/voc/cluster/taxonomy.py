"""The areas people already think in: an editable list that lends its names to the areas found in the data.

What belongs together is decided by the data alone; a taxonomy only names it. An area of the data of which no area of
the taxonomy has the greater part is news, and stays without a name from here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voc.errors import ConfigError

Matrix = NDArray[np.float32]

DOMINANT = 0.5
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Area:
    """A name, the groups of `corpora/complaints` that belong to it, and what texts about it say (lower case)."""

    name: str
    groups: frozenset[str]
    keywords: frozenset[str]


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """Areas in the order they are written in; without any, every area of the data is news."""

    areas: tuple[Area, ...] = ()

    def votes(self, texts: Sequence[str], topics: Matrix, group_names: Sequence[str]) -> Matrix:
        """How much each of n texts speaks for each area: (n, areas), rows sum to 1 at most.

        `topics` is (n, groups), the probability of each of the groups `group_names`. A keyword counts as much as all
        probability together.

        >>> taxonomy = Taxonomy((Area("广告", frozenset({"开屏广告"}), frozenset({"广告"})),))
        >>> taxonomy.votes(["广告多", "太卡"], np.array([[0.5, 0.5], [0.25, 0.75]]), ["开屏广告", "卡顿"]).tolist()
        [[1.0], [0.25]]
        """
        owned = np.array([[group in area.groups for area in self.areas] for group in group_names], dtype=np.float32)
        said = [[any(word in text for word in area.keywords) for area in self.areas] for text in map(str.lower, texts)]
        votes = topics @ owned + np.array(said, dtype=np.float32)
        return votes / np.maximum(1, votes.sum(axis=1, keepdims=True))
