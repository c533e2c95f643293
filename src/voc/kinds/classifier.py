"""The callable that holds the weights: statements to judgements."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from voc.datatypes import KINDS, POLARITIES
from voc.errors import ConfigError
from voc.kinds.features import Matrix, evidence
from voc.kinds.judgement import Judgement
from voc.kinds.model import Weights, probabilities
from voc.kinds.patterns import PATTERNS
from voc.kinds.text import normalise

DIMENSION = 512
_SHOWN_PATTERNS = 3
_BLOCK = 2048
_BY_STRENGTH = sorted(range(len(PATTERNS)), key=lambda row: -PATTERNS[row].strength)


class KindClassifier:
    """Judges verbatim statements, each on its own: neither order nor company changes a judgement.

    `folder` holds ``weights.npz`` (``models/kinds``); ConfigError if it cannot be read.
    """

    def __init__(self, *, folder: Path) -> None:
        self.weights = Weights.load(folder)

    def __call__(self, texts: Sequence[str], vectors: npt.NDArray[np.floating] | None = None) -> list[Judgement]:
        """One judgement per text. `vectors` are their L2-normalised USE vectors, n × 512, or None to do without."""
        check_vectors(len(texts), vectors)
        judged: list[Judgement] = []
        for start in range(0, len(texts), _BLOCK):
            part = slice(start, start + _BLOCK)
            judged += self._judge(texts[part], None if vectors is None else np.asarray(vectors[part], dtype=np.float32))
        return judged

    def _judge(self, texts: Sequence[str], vectors: Matrix | None) -> list[Judgement]:
        norms = [normalise(text) for text in texts]
        shown = evidence(norms)
        kinds = probabilities(self.weights.log_odds("kind", norms, shown, vectors))
        tones = probabilities(self.weights.log_odds("polarity", norms, shown, vectors))
        return [
            Judgement(
                kind=KINDS[int(kind.argmax())],
                polarity=POLARITIES[int(tone.argmax())],
                confidence=round(float(kind.max()), 3),
                reason=self._reason(norm, hits, int(kind.argmax()), given=vectors is not None),
            )
            for norm, hits, kind, tone in zip(norms, shown, kinds, tones, strict=True)
        ]

    def _reason(self, norm: str, hits: Matrix, kind: int, *, given: bool) -> str:
        """The patterns that speak for the kind; where none does, its strongest words; else what is left."""
        names = [PATTERNS[row].name for row in _BY_STRENGTH if hits[row] and PATTERNS[row].kind == KINDS[kind]]
        if names:
            return "pattern: " + ", ".join(names[:_SHOWN_PATTERNS])
        grams, values = self.weights.known_ngrams(norm)
        weights = self.weights.part("kind", "ngrams", vectors=given)[grams]
        pull = values * (weights[:, kind] - weights.mean(axis=1))
        words = [(float(pull[n]), norm_gram) for n, norm_gram in enumerate(self._grams(grams)) if len(norm_gram) > 1]
        best = max(words, default=(0.0, ""))
        if best[0] > 0:
            return f"words: {best[1]}"
        return "meaning" if given else "no sign of another kind"

    def _grams(self, rows: npt.NDArray[np.intp]) -> list[str]:
        return [str(gram).strip("^$ ") for gram in self.weights.arrays["ngrams"][rows]]


def check_vectors(n: int, vectors: npt.NDArray[np.floating] | None) -> None:
    """ConfigError unless there are no vectors, or one of the right size for each text."""
    if vectors is not None and vectors.shape != (n, DIMENSION):
        raise ConfigError(
            f"{n} statements came with vectors of shape {vectors.shape}; give USE vectors, {n} × {DIMENSION}, or None"
        )
