"""The cache of embeddings: stored as float16 where that loses nothing, as float32 otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from voc.store.codec import Row

if TYPE_CHECKING:
    from sqlite_utils import Database

Vector = NDArray[np.float32]

_HALF, _SINGLE = np.dtype("<f2"), np.dtype("<f4")


def load(db: Database, model: str, keys: Iterable[str]) -> dict[str, Vector]:
    """The float32 vectors that are there, by key."""
    found = {}
    for key in keys:
        row = db.execute("SELECT vector, type FROM vectors WHERE model = ? AND key = ?", [model, key]).fetchone()
        if row:
            found[key] = np.frombuffer(row["vector"], dtype=row["type"]).astype(np.float32)
    return found


def save(db: Database, model: str, vectors: Mapping[str, Vector]) -> None:
    """Store vectors, replacing those with the same model and key. The caller holds the transaction."""
    rows = ({"model": model, "key": key} | _pack(vector) for key, vector in vectors.items())
    db.table("vectors").insert_all(rows, replace=True)


def _pack(vector: Vector) -> Row:
    single = np.asarray(vector, dtype=_SINGLE)
    with np.errstate(over="ignore"):
        half = single.astype(_HALF)
    chosen = half if np.array_equal(half.astype(_SINGLE), single) else single
    return {"vector": chosen.tobytes(), "type": chosen.dtype.str}
