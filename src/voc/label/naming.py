"""Clusters of statements to names."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain, count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voc.label.evidence import Evidence
from voc.label.frames import Scored, frames
from voc.label.lexicon import lexicon
from voc.label.own_words import own_words
from voc.label.phrases import LONGEST, SHORTEST, units
from voc.label.reading import Feature, Reading, noun_weights, read

OTHER = "其他反馈"
_NONE: Mapping[int, str] = {}
_FREE: Mapping[str, int] = {}
_BACKGROUND = 5000  # texts that tell how common a feature is anywhere: more of them change nothing and cost
_TWICE = re.compile(r"(.{2,}).*\1")


def name_themes(
    clusters: Sequence[Sequence[int]],
    texts: Sequence[str],
    tokens: Sequence[Sequence[str]],
    vectors: NDArray[np.floating[Any]],
    kinds: Sequence[str],
    *,
    given: Mapping[int, str] = _NONE,
    kept: Mapping[str, int] = _FREE,
) -> list[str]:
    """A name for each cluster, as a product manager would write it; no two are the same.

    `texts` are cleaned statements, `tokens` their content words, `vectors` n × d with L2-normalised rows, `kinds`
    those of `datatypes.KINDS`. `given` holds names that clusters already have, by their place in `clusters`; `kept` the
    place of the one cluster that may have a name, or -1 where none of these may.
    """
    nouns = noun_weights({token for row in tokens for token in row})
    sample = sorted(range(len(texts)), key=texts.__getitem__)[:: -(-len(texts) // _BACKGROUND) or 1]
    unnamed = (i for place, cluster in enumerate(clusters) if place not in given for i in cluster)
    readings = {i: read(texts[i], tokens[i], nouns) for i in {*sample, *unnamed}}
    background = _background([readings[i] for i in sample])
    ranked = []
    for place, cluster in enumerate(clusters):
        if place in given:
            ranked.append([(given[place], 1.0)])
            continue
        rows = list(cluster)
        evidence = Evidence([readings[i] for i in rows], vectors[rows], [kinds[i] for i in rows], background)
        ranked.append(_rank([*frames(evidence), *own_words(evidence)]))
    return _assign(ranked, [len(cluster) for cluster in clusters], given, kept)


def _background(readings: Sequence[Reading]) -> dict[Feature, float]:
    counts = Counter(feature for reading in readings for feature in reading.features)
    once = 1 / max(len(readings), 1)  # what no reading has is as common as what one has
    return defaultdict(lambda: once, {feature: n * once for feature, n in counts.items()})


def _rank(candidates: Sequence[Scored]) -> list[Scored]:
    best: dict[str, float] = {}
    for name, score in candidates:
        if score > best.get(name, 0.0) and _is_name(name):
            best[name] = score
    return sorted(best.items(), key=lambda item: (-round(item[1], 6), units(item[0]), item[0]))


def _is_name(name: str) -> bool:
    fits = SHORTEST <= units(name) <= LONGEST and not name.isascii()
    return fits and not _TWICE.search(name) and not lexicon().banned.search(name)


def _assign(
    ranked: Sequence[Sequence[Scored]], sizes: Sequence[int], given: Mapping[int, str], kept: Mapping[str, int]
) -> list[str]:
    """The best free name for each cluster, the largest first; what says nothing nameable is `OTHER`, numbered."""
    names = [given.get(place, "") for place in range(len(ranked))]
    taken = set(given.values())
    for c in sorted(set(range(len(ranked))) - given.keys(), key=lambda c: (-sizes[c], ranked[c][:3])):
        own = (name for name, _ in ranked[c])
        others = (OTHER + (str(n) if n > 1 else "") for n in count(1))
        names[c] = next(name for name in chain(own, others) if name not in taken and kept.get(name, c) == c)
        taken.add(names[c])
    return names
