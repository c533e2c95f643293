"""A logistic regression per axis, from what a taxonomy holds: sentence vectors, and which classes are named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from voc.datatypes import AXES, Axis
from voc.values.taxonomy import Entry, ValueTaxonomy

Matrix = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Matrix]

# Chosen on held-out products of corpora/values and on real statements, see its README.
_REGULARISATION = 1.0
_ROUNDS = 500
_EXAMPLE = 10.0  # labelled statements that an example of the taxonomy counts as: so a new class is heard


@dataclass(frozen=True, kw_only=True, slots=True)
class Weights:
    """Of one axis: `labels` (the empty one for none), `coef` (labels, d + classes) and `bias` (labels,)."""

    labels: tuple[str, ...]
    coef: Matrix
    bias: Matrix


def train(taxonomy: ValueTaxonomy, encode: Encode) -> dict[Axis, Weights]:
    """Learn from the labelled statements and the examples of a taxonomy; `encode` gives their sentence vectors."""
    examples = [(text, axis, e.shown.id) for axis, es in taxonomy.entries.items() for e in es for text in e.examples]
    texts = [*(text for text, _ in taxonomy.statements), *(text for text, _, _ in examples)]
    vectors = encode(texts)
    weights = {}
    for axis, entries in taxonomy.entries.items():
        known = {"", *(entry.shown.id for entry in entries)}
        labels = [own.get(axis) for _, own in taxonomy.statements]
        labels += [name if of == axis else None for _, of, name in examples]
        rows = [row for row, label in enumerate(labels) if label in known]
        counts = [_EXAMPLE if row >= len(taxonomy.statements) else 1.0 for row in rows]
        features = np.hstack([vectors[rows], named(entries, [texts[row] for row in rows])])
        weights[axis] = _fit(features, [str(labels[row]) for row in rows], counts)
    return weights


def named(entries: Sequence[Entry], texts: Sequence[str]) -> Matrix:
    """(n, classes), 1 where a text holds a word of the class."""
    lower = [text.lower() for text in texts]
    hits = [[entry.is_named(text) for entry in entries] for text in lower]
    return np.array(hits, dtype=np.float32).reshape(len(texts), len(entries))


def _fit(features: Matrix, labels: Sequence[str], counts: Sequence[float]) -> Weights:
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    regression = LogisticRegression(C=_REGULARISATION, max_iter=_ROUNDS)
    with threadpool_limits(1):  # threads would change the last bits
        regression.fit(features, labels, sample_weight=counts)
    coef, bias = np.atleast_2d(regression.coef_), regression.intercept_
    if len(coef) == 1:  # of two labels only the second has weights
        coef, bias = np.vstack([np.zeros_like(coef), coef]), np.append(0.0, bias)
    return Weights(labels=tuple(regression.classes_), coef=_rounded(coef), bias=_rounded(bias))


def save(weights: dict[Axis, Weights], digest: str, path: Path) -> None:
    """Write weights and the digest of the taxonomy that they were learnt from."""
    arrays = {
        f"{axis}_{name}": np.array(getattr(own, name), dtype=kind)
        for axis, own in weights.items()
        for name, kind in (("labels", np.str_), ("coef", np.float16), ("bias", np.float16))
    }
    np.savez_compressed(path, digest=np.array(digest), allow_pickle=False, **arrays)


def load(path: Path, digest: str) -> dict[Axis, Weights] | None:
    """The weights in a file, or None where there is none that was learnt from this very taxonomy."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            if str(arrays["digest"]) != digest:
                return None
            return {
                axis: Weights(
                    labels=tuple(map(str, arrays[f"{axis}_labels"])),
                    coef=arrays[f"{axis}_coef"].astype(np.float32),
                    bias=arrays[f"{axis}_bias"].astype(np.float32),
                )
                for axis in AXES
                if f"{axis}_labels" in arrays
            }
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None


def _rounded(values: NDArray[np.float64]) -> Matrix:
    return values.astype(np.float16).astype(np.float32)
