"""Statement -> its class on each axis, and why."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voc.datatypes import AXES, Axis, ValueClass
from voc.values.taxonomy import ValueTaxonomy
from voc.values.training import Encode, Matrix, Weights, load, named, train

_DIGITS = 4  # of log-odds: the last bits of a product of matrices depend on how many rows there are
_SHOWN = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """The class of a statement on one axis (empty: none), why, and how probable each class was found.

    `words` maps the classes that the statement names to its words: only these are chosen from.
    """

    label: str
    reason: str
    words: Mapping[str, tuple[str, ...]]
    probabilities: Mapping[str, float]


class ValueClassifier:
    """Tells value and cost of statements, each on its own: neither order nor company changes a class.

    The words of a taxonomy come first: of the classes whose words a statement holds the likeliest is taken, and among
    all, or none of them, only where it holds no such word. How likely a class is comes from a logistic regression over
    sentence vector and words. `folder` holds weights ready for the taxonomy that is shipped, by the name of the
    embedding `model`; for any other they are learnt here from its examples, with the vectors that `encode` gives.
    """

    def __init__(self, taxonomy: ValueTaxonomy, encode: Encode, *, model: str, folder: Path) -> None:
        self._taxonomy = taxonomy
        self._weights: Mapping[Axis, Weights] = load(weights_file(folder, model), taxonomy.digest) or train(
            taxonomy, encode
        )

    @property
    def classes(self) -> tuple[ValueClass, ...]:
        """The classes there are, in the order of the taxonomy."""
        return self._taxonomy.classes

    def __call__(self, norms: Sequence[str], vectors: Matrix) -> list[tuple[str, str]]:
        """Value and cost of each statement, by id of the class, empty for none; `norms` are matching forms."""
        if not norms:
            return []
        found = {axis: self._labels(axis, norms, vectors) for axis in self._weights}
        none = [""] * len(norms)
        return list(zip(*(found.get(axis, none) for axis in AXES), strict=True))

    def explain(self, norm: str, vector: Matrix) -> dict[Axis, Verdict]:
        """What one statement was found to be on each axis, and why."""
        return {axis: self._verdict(axis, norm, vector) for axis in self._weights}

    def _labels(self, axis: Axis, norms: Sequence[str], vectors: Matrix) -> list[str]:
        hits = named(self._taxonomy.entries[axis], norms)
        odds = self._odds(axis, hits, vectors)
        labels = self._weights[axis].labels
        allowed = self._allowed(axis, hits)
        return [labels[place] for place in np.where(allowed, odds, -np.inf).argmax(axis=1)]

    def _odds(self, axis: Axis, hits: Matrix, vectors: Matrix) -> Matrix:
        weights = self._weights[axis]
        odds = np.hstack([vectors, hits]) @ weights.coef.T + weights.bias
        return np.asarray(odds.round(_DIGITS), dtype=np.float32)

    def _allowed(self, axis: Axis, hits: Matrix) -> NDArray[np.bool_]:
        """(n, labels): those named, or all where nothing is."""
        places = {entry.shown.id: place for place, entry in enumerate(self._taxonomy.entries[axis])}
        none = np.zeros(len(hits), dtype=np.float32)
        own = np.stack([hits[:, places[x]] if x else none for x in self._weights[axis].labels], axis=1)
        allowed = np.asarray(own > 0, dtype=np.bool_)
        return allowed | ~allowed.any(axis=1, keepdims=True)

    def _verdict(self, axis: Axis, norm: str, vector: Matrix) -> Verdict:
        entries = self._taxonomy.entries[axis]
        (label,) = self._labels(axis, [norm], vector.reshape(1, -1))
        odds = self._odds(axis, named(entries, [norm]), vector.reshape(1, -1))[0].astype(float)
        shares = np.exp(odds - odds.max())
        words = {entry.shown.id: tuple(found[:_SHOWN]) for entry in entries if (found := entry.words(norm))}
        reason = "words: " + ", ".join(words[label]) if label in words else "meaning" if label else "nothing named"
        likely = zip(self._weights[axis].labels, shares / shares.sum(), strict=True)
        return Verdict(
            label=label,
            reason=reason,
            words=words,
            probabilities={name or "none": round(float(share), 3) for name, share in likely},
        )


def weights_file(folder: Path, model: str) -> Path:
    """Where the weights for an embedding model lie, whether or not they are there."""
    return folder / f"{re.sub(r'[^a-z0-9]+', '-', model.casefold())}.npz"
