"""The callable that holds the weights: statements to judgements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from voc.datatypes import KINDS, POLARITIES
from voc.errors import ConfigError
from voc.kinds.features import Matrix, evidence
from voc.kinds.judgement import Judgement
from voc.kinds.model import TARGETS, Weights, probabilities
from voc.kinds.patterns import PATTERNS
from voc.kinds.reader import KindReader
from voc.kinds.text import normalise

DIMENSION = 512
_SHOWN_PATTERNS = 3
_BLOCK = 2048
SHARE_OF_READER = 0.6
_BY_STRENGTH = sorted(range(len(PATTERNS)), key=lambda row: -PATTERNS[row].strength)


@dataclass(frozen=True, slots=True)
class Weighed:
    """Log-probabilities (n × classes) by the linear model and, where there is one, by the reader."""

    linear: Matrix
    read: Matrix | None

    @property
    def probabilities(self) -> Matrix:
        """Both together: their geometric mean, weighted, since they err in different places."""
        if self.read is None:
            return probabilities(self.linear)
        return probabilities(SHARE_OF_READER * self.read + (1 - SHARE_OF_READER) * self.linear)

    @property
    def pulls(self) -> Matrix:
        """What the reader says for each class, in log-odds against the mean of all; nothing without one."""
        if self.read is None:
            return np.zeros_like(self.linear)
        return np.asarray(SHARE_OF_READER * (self.read - self.read.mean(axis=1, keepdims=True)), dtype=np.float32)


class KindClassifier:
    """Judges verbatim statements, each on its own: neither order nor company changes a judgement.

    `folder` holds ``weights.npz`` (``models/kinds``), `reader` holds ``reader.npz`` (``models/kinds-reader``), which is
    loaded when there is something to judge; without it the linear model decides alone, faster and less well.
    ConfigError for what cannot be read.
    """

    def __init__(self, *, folder: Path, reader: Path | None = None) -> None:
        self.weights = Weights.load(folder)
        self._folder_of_reader = reader

    def __call__(self, texts: Sequence[str], vectors: npt.NDArray[np.floating] | None = None) -> list[Judgement]:
        """One judgement per text. `vectors` are their L2-normalised USE vectors, n × 512, or None to do without."""
        check_vectors(len(texts), vectors)
        judged: list[Judgement] = []
        for start in range(0, len(texts), _BLOCK):
            part = slice(start, start + _BLOCK)
            judged += self._judge(texts[part], None if vectors is None else np.asarray(vectors[part], dtype=np.float32))
        return judged

    def weigh(self, norms: Sequence[str], shown: Matrix, vectors: Matrix | None) -> dict[str, Weighed]:
        """What the models say of the kind and the polarity of normalised statements; `shown` is their evidence."""
        read = self._reader(norms) if self._reader else None
        columns = {"kind": slice(len(KINDS)), "polarity": slice(len(KINDS), None)}
        return {
            target: Weighed(
                _log(probabilities(self.weights.log_odds(target, norms, shown, vectors))),
                None if read is None else _log(probabilities(read[:, part])),
            )
            for target, part in columns.items()
        }

    @cached_property
    def _reader(self) -> KindReader | None:
        return KindReader(self._folder_of_reader) if self._folder_of_reader else None

    def _judge(self, texts: Sequence[str], vectors: Matrix | None) -> list[Judgement]:
        norms = [normalise(text) for text in texts]
        shown = evidence(norms)
        return self.judge(norms, shown, self.weigh(norms, shown, vectors), given=vectors is not None)

    def judge(
        self, norms: Sequence[str], shown: Matrix, weighed: Mapping[str, Weighed], *, given: bool
    ) -> list[Judgement]:
        """What follows from what was weighed; `given` says whether there were vectors."""
        kinds, tones = (weighed[target].probabilities for target in TARGETS)
        return [
            Judgement(
                kind=KINDS[int(kind.argmax())],
                polarity=POLARITIES[int(tone.argmax())],
                confidence=round(float(kind.max()), 3),
                reason=self._reason(norm, hits, int(kind.argmax()), given=given, read=pull[kind.argmax()]),
            )
            for norm, hits, kind, tone, pull in zip(norms, shown, kinds, tones, weighed["kind"].pulls, strict=True)
        ]

    def _reason(self, norm: str, hits: Matrix, kind: int, *, given: bool, read: float) -> str:
        """The patterns that speak for the kind; where none does, its strongest word, unless the reader says more for
        it (`read`, in log-odds); else what is left.
        """
        names = [PATTERNS[row].name for row in _BY_STRENGTH if hits[row] and PATTERNS[row].kind == KINDS[kind]]
        if names:
            return "pattern: " + ", ".join(names[:_SHOWN_PATTERNS])
        grams, values = self.weights.known_ngrams(norm)
        weights = self.weights.part("kind", "ngrams", vectors=given)[grams]
        pull = values * (weights[:, kind] - weights.mean(axis=1))
        words = [(float(pull[n]), norm_gram) for n, norm_gram in enumerate(self._grams(grams)) if len(norm_gram) > 1]
        best = max(words, default=(0.0, ""))
        if read > max(0.0, (1 - SHARE_OF_READER) * best[0]):
            return "reading"
        if best[0] > 0:
            return f"words: {best[1]}"
        return "meaning" if given else "no sign of another kind"

    def _grams(self, rows: npt.NDArray[np.intp]) -> list[str]:
        return [str(gram).strip("^$ ") for gram in self.weights.arrays["ngrams"][rows]]


def _log(probability: Matrix) -> Matrix:
    return np.asarray(np.log(np.maximum(probability, np.finfo(np.float32).tiny)), dtype=np.float32)


def check_vectors(n: int, vectors: npt.NDArray[np.floating] | None) -> None:
    """ConfigError unless there are no vectors, or one of the right size for each text."""
    if vectors is not None and vectors.shape != (n, DIMENSION):
        raise ConfigError(
            f"{n} statements came with vectors of shape {vectors.shape}; give USE vectors, {n} × {DIMENSION}, or None"
        )
