"""The trained weights and the arithmetic on them: n texts to log-odds of each kind or polarity. Arrays, no pickle."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from voc.errors import ConfigError
from voc.kinds.features import EVIDENCE, Matrix, ngrams

FILE = "weights.npz"
TARGETS = ("kind", "polarity")


@dataclass(frozen=True, kw_only=True)
class Weights:
    """`arrays` holds, per variant and target, one row of weights per feature and one column per class.

    Variants: ``vectors`` reads evidence, n-grams and 512-dimensional USE vectors, ``plain`` does without vectors.
    Keys: ``<variant>/<target>/evidence|ngrams|vectors|bias``, and ``ngrams`` and ``idf`` of the vocabulary.
    """

    arrays: Mapping[str, npt.NDArray[np.generic]]

    @classmethod
    def load(cls, folder: Path) -> Weights:
        """Read ``weights.npz``; ConfigError where it is missing, broken, or made for another table of patterns."""
        path = folder / FILE
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
            known = tuple(arrays["evidence"].tolist())
        except (OSError, EOFError, AttributeError, TypeError, KeyError, ValueError, zipfile.BadZipFile) as error:
            raise ConfigError(f"{path} cannot be read ({error}); run benchmarks/train_kinds.py") from error
        if known != EVIDENCE:
            raise ConfigError(f"{path} was trained on another table of patterns; run benchmarks/train_kinds.py")
        return cls(arrays={name: _widened(array) for name, array in arrays.items()})

    @cached_property
    def vocabulary(self) -> dict[str, int]:
        """N-gram -> its row."""
        return {str(gram): row for row, gram in enumerate(self.arrays["ngrams"])}

    def known_ngrams(self, text: str) -> tuple[npt.NDArray[np.intp], Matrix]:
        """Rows of the n-grams of a normalised text, in order, and their tf-idf values, L2-normalised."""
        known = {self.vocabulary[gram] for gram in ngrams(text) if gram in self.vocabulary}
        rows = np.array(sorted(known), dtype=np.intp)
        values = self._array("idf")[rows]
        length = float(np.linalg.norm(values))
        return rows, values / length if length else values

    def part(self, target: str, block: str, *, vectors: bool) -> Matrix:
        """The weights of one block of features."""
        return self._array(f"{'vectors' if vectors else 'plain'}/{target}/{block}")

    def log_odds(self, target: str, texts: Sequence[str], shown: Matrix, vectors: Matrix | None) -> Matrix:
        """n × classes, unnormalised; `shown` is the evidence of the normalised texts."""
        given = vectors is not None
        odds = shown @ self.part(target, "evidence", vectors=given) + self.part(target, "bias", vectors=given)
        weights = self.part(target, "ngrams", vectors=given)
        for row, text in enumerate(texts):
            grams, values = self.known_ngrams(text)
            odds[row] += values @ weights[grams]
        return odds + vectors @ self.part(target, "vectors", vectors=True) if vectors is not None else odds

    def _array(self, name: str) -> Matrix:
        array: Matrix = self.arrays[name]  # type: ignore[assignment]
        return array


def probabilities(odds: Matrix) -> Matrix:
    """Softmax of each row."""
    shifted = np.exp(odds - odds.max(axis=1, keepdims=True, initial=-np.inf))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True), dtype=np.float32)


def _widened(array: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    return array.astype(np.float32) if array.dtype == np.float16 else array
