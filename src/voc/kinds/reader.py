"""The reader: a small RoFormer that reads a statement whole and gives log-odds of its kind and of its polarity."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from voc.datatypes import KINDS, POLARITIES
from voc.errors import ConfigError
from voc.kinds.features import Matrix
from voc.kinds.roformer import hidden_states

if TYPE_CHECKING:
    from tokenizers import BertWordPieceTokenizer
    from torch import Tensor

FILE = "reader.npz"
_TOKENS = 128
_BATCH = 32
_STEP = 8  # lengths are rounded up to it
_FILLER = 1  # a token that says nothing, for the rows that fill up a batch
_CHARACTERS = 1000  # more than the tokens that are read
_WORKERS = 4  # each needs some 200 MB for the longest batches


class KindReader:
    """`folder` holds ``reader.npz`` (``models/kinds-reader``); ConfigError if it cannot be read."""

    def __init__(self, folder: Path) -> None:
        import torch

        path = folder / FILE
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
            self._tokenizer = tokenizer(arrays.pop("vocabulary").tolist())
            self._weights = {name: torch.from_numpy(array.astype(np.float32)) for name, array in arrays.items()}
            odds(self._weights, *padded([[_FILLER]]))
        except Exception as error:  # whatever a damaged archive makes zipfile, numpy and torch raise
            raise ConfigError(f"{path} cannot be read ({error}); run: voc models verify kinds-reader") from error

    def __call__(self, norms: Sequence[str]) -> Matrix:
        """n × 9 log-odds of normalised statements: the kinds, then the polarities, in the order of `voc.datatypes`.

        Every batch of a length has one shape, filled up with padding, and is read by one thread, so that a statement
        has the same odds in any company, in any order and with any number of threads.
        """
        import torch

        rows = tokens(self._tokenizer, norms)
        found = np.zeros((len(rows), len(KINDS) + len(POLARITIES)), dtype=np.float32)

        def read(batch: list[int]) -> Matrix:
            torch.set_num_threads(1)  # of this worker
            filled = [*(rows[n] for n in batch), *[[_FILLER]] * (_BATCH - len(batch))]
            with torch.inference_mode():
                given: Matrix = odds(self._weights, *padded(filled)).numpy()
            return given[: len(batch)]

        batches = list(_batches([len(row) for row in rows]))
        n_threads = torch.get_num_threads()
        try:
            with ThreadPoolExecutor(max_workers=min(_WORKERS, os.cpu_count() or 1)) as pool:
                for batch, given in zip(batches, pool.map(read, batches), strict=True):
                    found[batch] = given
        finally:
            torch.set_num_threads(n_threads)  # later threads of the process take over what a worker has set
        return found


def odds(weights: Mapping[str, Tensor], ids: Tensor, mask: Tensor, *, dropout: float = 0.0) -> Tensor:
    """(n, 9) log-odds, read off the first state and the mean of all."""
    import torch

    states, seen = hidden_states(weights, ids, mask, dropout=dropout), mask[..., None]
    whole = torch.cat([states[:, 0], (states * seen).sum(1) / seen.sum(1)], dim=1)
    if dropout:
        whole = torch.nn.functional.dropout(whole, dropout)
    return torch.nn.functional.linear(whole, weights["head.weight"], weights["head.bias"])


def tokenizer(vocabulary: Sequence[str]) -> BertWordPieceTokenizer:
    """Chinese by the character, other scripts by the piece of a word."""
    from tokenizers import BertWordPieceTokenizer

    return BertWordPieceTokenizer({token: row for row, token in enumerate(vocabulary)}, lowercase=True)


def tokens(pieces: BertWordPieceTokenizer, texts: Sequence[str]) -> list[list[int]]:
    """The ids of each text, cut off after 128."""
    return [encoding.ids[:_TOKENS] for encoding in pieces.encode_batch([text[:_CHARACTERS] for text in texts])]


def padded(rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Ids and mask, (n, length), the length a multiple of eight."""
    import torch

    length = -(-max(map(len, rows)) // _STEP) * _STEP
    ids = torch.tensor([[*row, *[0] * (length - len(row))] for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (length - len(row)) for row in rows])
    return ids, mask


def save(weights: Mapping[str, Tensor], vocabulary: Sequence[str], folder: Path) -> None:
    """Write ``reader.npz``, the same bytes for the same numbers; 16 bits are enough."""
    arrays = {name: values.detach().numpy().astype(np.float16) for name, values in weights.items()}
    np.savez_compressed(folder / FILE, vocabulary=np.array(vocabulary), **arrays)  # type: ignore[arg-type]


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Rows whose padded length is the same, at most 32 together."""
    by_length: dict[int, list[int]] = {}
    for row, length in enumerate(lengths):
        by_length.setdefault(-(-length // _STEP), []).append(row)
    for _, rows in sorted(by_length.items()):
        yield from (rows[n : n + _BATCH] for n in range(0, len(rows), _BATCH))
