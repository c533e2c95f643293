"""Why a statement has its kind: the data that ``voc explain`` prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from voc import resources
from voc.datatypes import KINDS, POLARITIES, Kind, Polarity
from voc.kinds.classifier import KindClassifier
from voc.kinds.features import EVIDENCE, Matrix, evidence
from voc.kinds.model import Weights, probabilities
from voc.kinds.patterns import PATTERNS
from voc.kinds.text import normalise

_TOP = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """`patterns` maps the patterns that hit to the kind each speaks for (empty: only together with others).

    `features` are the strongest pulls towards `kind` (positive) or away from it, in log-odds against the mean of all
    kinds: evidence by its name, n-grams in quotes, the sentence vector as ``meaning``.
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


def explain(
    text: str, *, vector: npt.NDArray[np.floating] | None = None, folder: Path | str | None = None
) -> Explanation:
    """Judge one statement and say why.

    `vector` is its USE vector (512 numbers); without it the words alone are judged, which can differ from a run.
    `folder` is where the weights are (default: the shipped ones).
    """
    classify = KindClassifier(folder=Path(folder) if folder else resources.path("models/kinds"))
    vectors = None if vector is None else np.asarray(vector, dtype=np.float32).reshape(1, -1)
    judgement = classify([text], vectors)[0]
    norm = normalise(text)
    shown = evidence([norm])
    kinds, tones = (
        probabilities(classify.weights.log_odds(target, [norm], shown, vectors))[0] for target in ("kind", "polarity")
    )
    return Explanation(
        text=text,
        normalised=norm,
        kind=judgement.kind,
        polarity=judgement.polarity,
        confidence=judgement.confidence,
        reason=judgement.reason,
        kinds=_rounded(KINDS, kinds),
        polarities=_rounded(POLARITIES, tones),
        patterns={pattern.name: pattern.kind for pattern, hit in zip(PATTERNS, shown[0], strict=False) if hit},
        features=_pulls(classify.weights, norm, shown[0], vectors, KINDS.index(judgement.kind)),
    )


def _pulls(weights: Weights, norm: str, shown: Matrix, vectors: Matrix | None, kind: int) -> dict[str, float]:
    """Feature -> its share in the log-odds of the kind, the largest first."""
    given = vectors is not None

    def pull(block: str) -> Matrix:
        matrix = weights.part("kind", block, vectors=given)
        return np.asarray(matrix[:, kind] - matrix.mean(axis=1), dtype=np.float32)

    rows, values = weights.known_ngrams(norm)
    pulls = dict(zip(EVIDENCE, (shown * pull("evidence")).tolist(), strict=True))
    grams = (values * pull("ngrams")[rows]).tolist()
    pulls |= {f"“{weights.arrays['ngrams'][row]}”": share for row, share in zip(rows, grams, strict=True)}
    if vectors is not None:
        pulls["meaning"] = float(vectors[0] @ pull("vectors"))
    strongest = sorted(pulls.items(), key=lambda item: (-abs(item[1]), item[0]))[:_TOP]
    return {name: round(share, 3) for name, share in strongest if share}


def _rounded(names: tuple[str, ...], values: Matrix) -> dict[str, float]:
    return {name: round(float(value), 3) for name, value in zip(names, values, strict=True)}
