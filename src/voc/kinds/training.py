"""How the weights are made: multinomial logistic regression on the written statements, nothing random in it.

Statements were written, not sampled, so their shares of kinds say nothing; `SHARES` states what is expected of real
feedback (between reviews, where problems and praise prevail, and forums, where most is chatter), and the decision is
shifted to it. Sentence vectors may speak only on problem, praise and other: what a sentence is about tells a complaint
from a compliment, while a request and a complaint about the same thing have nearly the same vector, and letting
vectors decide there was measured to do harm on products not trained on.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from voc.datatypes import KINDS, POLARITIES
from voc.errors import InputError
from voc.kinds.features import EVIDENCE, Matrix, evidence, ngrams
from voc.kinds.model import FILE
from voc.kinds.text import normalise

INPUTS = ("kinds/w1.jsonl", "kinds/w2.jsonl", "kinds/w3.jsonl", "kinds/w4.jsonl", "kinds/w5.jsonl", "demo-labels.jsonl")
SHARES: Mapping[str, Mapping[str, float]] = {
    "kind": {"request": 0.08, "need": 0.05, "problem": 0.38, "question": 0.05, "praise": 0.20, "other": 0.24},
    "polarity": {"pos": 0.24, "neg": 0.60, "neu": 0.16},
}
_CLASSES: Mapping[str, tuple[str, ...]] = {"kind": KINDS, "polarity": POLARITIES}
_PENALTY = {"evidence": 20.0, "ngrams": 2.0, "vectors": 2.0}
_BIAS_PENALTY = 1e-4
_VECTORS_SPEAK_ON = ("problem", "praise", "other", *POLARITIES)
_SHARE_OF_FULL = 0.5  # the rest is the model without vectors: both err in different places
_RARE = 3  # n-grams of fewer statements are left out
_ROUNDS = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """A written statement with its labels; `product` is what it is about."""

    text: str
    kind: str
    polarity: str
    product: str


def load_examples(corpora: Path, names: Sequence[str] = INPUTS) -> list[Example]:
    """Every labelled statement of the named files under ``corpora``, each text once, the first label given to it."""
    found: dict[str, Example] = {}
    for name in names:
        for row in _statements(corpora / name):
            labels = {key: str(row[key]) for key in ("text", "kind", "polarity")}
            example = Example(**labels, product=str(row.get("product", "demo")))
            found.setdefault(example.text, example)
    return list(found.values())


def _statements(path: Path) -> Iterable[dict[str, Any]]:
    if not path.is_file():
        raise InputError(f"{path} is missing; the classifier is trained on it")
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield from row.get("statements", [row])


def train(examples: Sequence[Example], vectors: Matrix) -> dict[str, npt.NDArray[np.generic]]:
    """The arrays of `voc.kinds.model.Weights`; row i of `vectors` is the USE vector of example i."""
    texts = [normalise(example.text) for example in examples]
    counts = Counter(gram for text in texts for gram in ngrams(text))
    grams = sorted(gram for gram, count in counts.items() if count >= _RARE)
    idf = np.array([1 + math.log((1 + len(texts)) / (1 + counts[gram])) for gram in grams])
    blocks = {"evidence": evidence(texts), "ngrams": _tf_idf(texts, grams, idf), "vectors": vectors}
    arrays: dict[str, npt.NDArray[np.generic]] = {
        "evidence": np.array(EVIDENCE),
        "ngrams": np.array(grams),
        "idf": idf.astype(np.float16),
    }
    for target in _CLASSES:
        labels = [getattr(example, target) for example in examples]
        plain = fit({name: blocks[name] for name in ("evidence", "ngrams")}, labels, target)
        full = fit(blocks, labels, target)
        mixed = {
            name: _SHARE_OF_FULL * part + (1 - _SHARE_OF_FULL) * plain.get(name, 0.0) for name, part in full.items()
        }
        for variant, parts in (("vectors", mixed), ("plain", plain)):
            arrays |= {f"{variant}/{target}/{name}": part.astype(np.float16) for name, part in parts.items()}
    return arrays


def save(arrays: Mapping[str, npt.NDArray[np.generic]], folder: Path) -> Path:
    """Write ``weights.npz``, the same bytes for the same arrays."""
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / FILE, **dict(arrays))  # type: ignore[arg-type]
    return folder / FILE


def _tf_idf(texts: Sequence[str], grams: Sequence[str], idf: npt.NDArray[np.float64]) -> Any:
    """n × len(grams), sparse, rows L2-normalised: what `Weights.known_ngrams` computes one text at a time."""
    from scipy.sparse import csr_matrix

    vocabulary = {gram: row for row, gram in enumerate(grams)}
    rows = [sorted(vocabulary[gram] for gram in ngrams(text) if gram in vocabulary) for text in texts]
    values = [idf[row] / (np.linalg.norm(idf[row]) or 1.0) for row in rows]
    ends = np.cumsum([0, *map(len, rows)])
    flat = [column for row in rows for column in row]
    return csr_matrix((np.concatenate([[], *values]), flat, ends), shape=(len(texts), len(grams)))


def fit(blocks: Mapping[str, Any], labels: Sequence[str], target: str) -> dict[str, npt.NDArray[np.float64]]:
    """Weights per block (features × classes) and the bias, shifted from the shares in the corpus to `SHARES`."""
    from scipy.optimize import minimize
    from scipy.sparse import csr_matrix, hstack
    from threadpoolctl import threadpool_limits

    classes = _CLASSES[target]
    features = hstack([*(csr_matrix(block) for block in blocks.values()), np.ones((len(labels), 1))]).tocsr()
    wanted = np.array([[label == name for name in classes] for label in labels], dtype=np.float64)
    sizes = [block.shape[1] for block in blocks.values()]
    penalty = np.repeat([*(_PENALTY[name] for name in blocks), _BIAS_PENALTY], [*sizes, 1])[:, None]
    allowed = np.repeat([_allowed(name, classes) for name in (*blocks, "bias")], [*sizes, 1], axis=0)
    transposed, shape = features.T.tocsr(), allowed.shape

    def loss(flat: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        weights = flat.reshape(shape) * allowed
        odds = features @ weights
        odds -= odds.max(axis=1, keepdims=True)
        log_probability = odds - np.log(np.exp(odds).sum(axis=1, keepdims=True))
        gradient = transposed @ (np.exp(log_probability) - wanted) + penalty * weights
        value = -(wanted * log_probability).sum() + 0.5 * (penalty * weights**2).sum()
        return float(value), (gradient * allowed).ravel()

    with threadpool_limits(1):  # threads would wait for one another longer than they work, and change the last bits
        found = minimize(loss, np.zeros(shape[0] * shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": _ROUNDS})
    weights = found.x.reshape(shape) * allowed
    shift = np.log([SHARES[target][name] for name in classes]) - np.log(wanted.mean(axis=0))
    parts = np.split(weights[:-1], np.cumsum(sizes)[:-1])
    return dict(zip(blocks, parts, strict=True)) | {"bias": weights[-1] + shift}


def _allowed(block: str, classes: Sequence[str]) -> list[float]:
    return [float(block != "vectors" or name in _VECTORS_SPEAK_ON) for name in classes]
