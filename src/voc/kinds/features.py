"""Statements as numbers: pattern hits, the evidence they add up to for each kind, and character n-grams."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from voc.datatypes import KINDS
from voc.kinds.patterns import PATTERNS

Matrix = npt.NDArray[np.float32]

_KIND_OF = np.array([pattern.kind for pattern in PATTERNS])
_STRENGTH = np.array([pattern.strength for pattern in PATTERNS])
_PAIRS = [(a, b) for a in range(len(KINDS)) for b in range(a)]
MAX_NGRAM = 4

EVIDENCE: tuple[str, ...] = (
    *(pattern.name for pattern in PATTERNS),
    *(f"strong {kind}" for kind in KINDS),
    *(f"any {kind}" for kind in KINDS),
    "nothing",
    *(f"amount of {kind}" for kind in KINDS),
    *(f"{KINDS[a]} with {KINDS[b]}" for a, b in _PAIRS),
    *(f"only {kind}" for kind in KINDS),
    "length",
    "long",
)


def evidence(texts: Sequence[str]) -> Matrix:
    """n × len(EVIDENCE) for normalised texts: each pattern's hit, then what the hits say together.

    The second part is what carries over to products never seen: whether there is strong or any evidence of a kind,
    how much, and which two kinds meet in one statement (a failure in a question is a problem, not a question).
    """
    hits = np.array([[pattern.hit(text) for pattern in PATTERNS] for text in texts], dtype=bool)
    hits = hits.reshape(len(texts), len(PATTERNS))
    strong = np.stack([hits[:, (kind == _KIND_OF) & (_STRENGTH == 2)].any(axis=1) for kind in KINDS], axis=1)
    weak = np.stack([hits[:, kind == _KIND_OF].any(axis=1) for kind in KINDS], axis=1)
    amount = np.stack([hits[:, kind == _KIND_OF] @ _STRENGTH[kind == _KIND_OF] / 3 for kind in KINDS], axis=1)
    both = np.stack([strong[:, a] & strong[:, b] for a, b in _PAIRS], axis=1)
    only = strong & (strong.sum(axis=1, keepdims=True) == 1)
    length = np.array([[min(len(text), 60) / 60, len(text) > 45] for text in texts]).reshape(len(texts), 2)
    nothing = ~weak.any(axis=1, keepdims=True)
    return np.hstack([hits, strong, weak, nothing, amount, both, only, length]).astype(np.float32)


def ngrams(text: str) -> set[str]:
    """Distinct runs of 1 to 4 characters of a normalised text, with its start (^) and end ($).

    >>> sorted(ngrams("求"))
    ['$', '^', '^求', '^求$', '求', '求$']
    """
    framed = f"^{text}$"
    return {framed[i : i + n] for n in range(1, MAX_NGRAM + 1) for i in range(len(framed) - n + 1)}
