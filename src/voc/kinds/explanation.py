"""Why a statement has its kind: the data that ``voc explain`` prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voc import resources
from voc.datatypes import KINDS, POLARITIES, Kind, Polarity
from voc.kinds.classifier import SHARE_OF_READER, KindClassifier, Weighed, check_vectors
from voc.kinds.features import EVIDENCE, Matrix, evidence
from voc.kinds.model import Weights
from voc.kinds.patterns import PATTERNS
from voc.kinds.text import normalise

_TOP = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """`patterns` maps the patterns that hit to the kind each speaks for (empty: only together with others).

    `features` are the strongest pulls towards `kind` (positive) or away from it, in log-odds against the mean of all
    kinds: evidence by its name, n-grams in quotes, the sentence vector as ``meaning``, the reader as ``reading``.
    """

    text: str
    normalised: str
    kind: Kind
    polarity: Polarity
    confidence: float
    reason: str
    kinds: Mapping[str, float]
    polarities: Mapping[str, float]
    patterns: Mapping[str, str]
    features: Mapping[str, float]


def explain(text: str, *, vector: npt.NDArray[np.floating] | None = None) -> Explanation:
    """Judge one statement with the shipped models and say why.

    `vector` is its USE vector (512 numbers); without it the judgement can differ a little from that of a run. A run
    with lexical vectors does without the reader and can differ more.
    """
    classify = KindClassifier(folder=resources.path("models/kinds"), reader=resources.path("models/kinds-reader"))
    vectors = None if vector is None else np.asarray(vector, dtype=np.float32).reshape(1, -1)
    check_vectors(1, vectors)
    norm = normalise(text)
    shown = evidence([norm])
    weighed = classify.weigh([norm], shown, vectors)
    judgement = classify.judge([norm], shown, weighed, given=vectors is not None)[0]
    return Explanation(
        text=text,
        normalised=norm,
        kind=judgement.kind,
        polarity=judgement.polarity,
        confidence=judgement.confidence,
        reason=judgement.reason,
        kinds=_rounded(KINDS, weighed["kind"].probabilities[0]),
        polarities=_rounded(POLARITIES, weighed["polarity"].probabilities[0]),
        patterns={pattern.name: pattern.kind for pattern, hit in zip(PATTERNS, shown[0], strict=False) if hit},
        features=_pulls(classify.weights, norm, shown[0], vectors, weighed["kind"], KINDS.index(judgement.kind)),
    )


def _pulls(
    weights: Weights, norm: str, shown: Matrix, vectors: Matrix | None, weighed: Weighed, kind: int
) -> dict[str, float]:
    """Feature -> its share in the log-odds of the kind, the largest first."""
    given = vectors is not None
    share_of_linear = 1.0 if weighed.read is None else 1 - SHARE_OF_READER

    def pull(block: str) -> Matrix:
        matrix = weights.part("kind", block, vectors=given) * share_of_linear
        return np.asarray(matrix[:, kind] - matrix.mean(axis=1), dtype=np.float32)

    rows, values = weights.known_ngrams(norm)
    pulls = dict(zip(EVIDENCE, (shown * pull("evidence")).tolist(), strict=True))
    grams = (values * pull("ngrams")[rows]).tolist()
    pulls |= {f"“{weights.arrays['ngrams'][row]}”": share for row, share in zip(rows, grams, strict=True)}
    if vectors is not None:
        pulls["meaning"] = float(vectors[0] @ pull("vectors"))
    pulls["reading"] = float(weighed.pulls[0, kind])
    strongest = sorted(pulls.items(), key=lambda item: (-abs(item[1]), item[0]))[:_TOP]
    return {name: round(share, 3) for name, share in strongest if share}


def _rounded(names: tuple[str, ...], values: Matrix) -> dict[str, float]:
    return {name: round(float(value), 3) for name, value in zip(names, values, strict=True)}
