"""What is taught by pairs of sentences that mean the same or not: a map for USE, and an adapter for e5.

The pairs are judged as an annotator judges them, so that the nearest of two sentences is mostly the one that means the
same; CoSENT (Su 2022) asks only for that order: every pair that means the same is to have a higher cosine than every
pair of its batch that does not. USE is followed by one linear map. e5 is fine-tuned, its word embeddings as they are,
and only the change is kept, matrices as the product of two thin ones (truncated singular value decomposition), which is
a hundredth of the model.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from voc import resources

Matrix = NDArray[np.float32]

SOURCE = "trained on corpora/paraphrases"
FILES = ("corpora/paraphrases/pairs.jsonl", "corpora/paraphrases/service.jsonl")
E5_INPUTS = (*FILES, "models/e5/manifest.json")
RANK = 32  # of 8, 16 and 32 the smallest that loses less than .003 of AUC

_SHARPNESS = 20.0
_E5_PAIRS = 32  # of a step
_E5_RATE = 4e-5
_E5_DECAY = 0.01
_WARM_UP = 20
_LAST_RATE = 0.05  # of the learning rate, to which it falls
_TOKENS = 64
_PAD = 1
_MAP_PAIRS = 64
_MAP_RATE = 1e-3
_MAP_ROUNDS = 4
_DROPPED = 0.1


class Pair(NamedTuple):
    """Two sentences, and whether they mean the same."""

    text: str
    other: str
    same: bool


def build_map(folder: Path) -> None:
    """Train the map of USE into the existing `folder`; half a minute of one core."""
    from voc.clean import clean
    from voc.embed import UseEmbedder

    pairs = read_pairs(FILES[:1])
    encode = UseEmbedder().encode
    one, two = encode([clean(pair.text) for pair in pairs]), encode([clean(pair.other) for pair in pairs])
    learnt = train_map(one, two, [pair.same for pair in pairs])
    np.savez_compressed(folder / "map.npz", map=learnt.astype(np.float16))


def build_paraphrase(folder: Path) -> None:
    """Train the adapter of e5 into the existing `folder`; a quarter of an hour of one core."""
    tuning = Tuning(read_pairs(), resources.path("models/e5"))
    for _ in tuning.run():
        pass
    save_adapter(tuning.changes(), folder / "adapter.npz")


def read_pairs(files: Sequence[str] = FILES) -> list[Pair]:
    """The pairs of the corpus, and those that its sets make: ``same``, three wordings of one intention, and ``other``,
    two near misses.
    """
    lines = (line for name in files for line in resources.path(name).read_text(encoding="utf-8").splitlines())
    pairs = []
    for row in map(json.loads, lines):
        if "text2" in row:
            pairs.append(Pair(row["text"], row["text2"], row["same"] == 1))
        else:
            one, two, three = row["same"]
            pairs += [Pair(one, two, True), Pair(two, three, True)]
            pairs += [Pair(own, other, False) for own, other in zip((one, two), row["other"], strict=True)]
    return pairs


def train_map(one: Matrix, two: Matrix, same: Sequence[bool]) -> Matrix:
    """The (d, d) map after which rows of `one` and `two` that mean the same are nearer than those that do not.

    It starts as the identity. One thread, seeded.
    """
    import torch

    torch.manual_seed(0)
    torch.set_num_threads(1)
    sides, wanted = torch.from_numpy(np.stack([one, two])), torch.tensor(same)
    weights = torch.eye(one.shape[1], requires_grad=True)
    optimiser = torch.optim.Adam([weights], lr=_MAP_RATE)
    steps = _MAP_ROUNDS * -(-len(same) // _MAP_PAIRS)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: max(_LAST_RATE, 1 - step / steps))
    for _ in range(_MAP_ROUNDS):
        mixed = torch.randperm(len(same))
        for start in range(0, len(same), _MAP_PAIRS):
            chosen = mixed[start : start + _MAP_PAIRS]
            rows = torch.nn.functional.dropout(sides[:, chosen], _DROPPED) @ weights
            loss = _misordered(torch.nn.functional.cosine_similarity(rows[0], rows[1]), wanted[chosen])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    return np.asarray(weights.detach().numpy(), dtype=np.float32)


def save_adapter(changes: Mapping[str, Matrix], path: Path, *, rank: int = RANK) -> None:
    """Write what `voc.embed.read_adapter` reads: matrices in two factors, vectors whole, all in 16 bits."""
    arrays: dict[str, Any] = {}
    for name, change in changes.items():
        if change.ndim == 1:
            arrays[name] = change.astype(np.float16)
            continue
        left, values, right = np.linalg.svd(change, full_matrices=False)
        root = np.sqrt(values[:rank])
        arrays[f"{name}.up"] = (left[:, :rank] * root).astype(np.float16)
        arrays[f"{name}.down"] = (root[:, None] * right[:rank]).astype(np.float16)
    np.savez_compressed(path, **arrays)


class Tuning:
    """e5 from the folder `e5` under training, once over the pairs; nothing is written there. One thread, seeded.

    The same corpus gives the same adapter on the same kind of processor and release of torch.
    """

    def __init__(self, pairs: Sequence[Pair], e5: Path) -> None:
        import torch
        from transformers import AutoModel, AutoTokenizer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        torch.manual_seed(0)
        torch.set_num_threads(1)
        tokenizer: Any = AutoTokenizer.from_pretrained(e5, local_files_only=True)
        self._model: Any = AutoModel.from_pretrained(e5, local_files_only=True).float().train()
        self._model.embeddings.word_embeddings.weight.requires_grad = False
        self._before = {name: values.detach().clone() for name, values in self._trained().items()}
        mixed = Random(0).sample(pairs, len(pairs))
        self._steps = [
            (
                [
                    tokenizer(f"query: {pair[side]}", truncation=True, max_length=_TOKENS)["input_ids"]
                    for side in (0, 1)
                    for pair in chosen
                ],
                [pair.same for pair in chosen],
            )
            for chosen in (mixed[n : n + _E5_PAIRS] for n in range(0, len(mixed), _E5_PAIRS))
        ]

    def run(self) -> Iterator[float]:
        """Train, and give the loss of each step."""
        import torch

        weights = list(self._trained().values())
        optimiser = torch.optim.AdamW(weights, lr=_E5_RATE, weight_decay=_E5_DECAY)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, self._rate)
        for tokens, same in self._steps:
            one, two = self._vectors(tokens).chunk(2)
            loss = _misordered((one * two).sum(1), torch.tensor(same))
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(weights, 1.0)
            optimiser.step()
            schedule.step()
            yield float(loss.detach())

    def changes(self) -> dict[str, Matrix]:
        """Parameter -> how far training has moved it; what it has not moved is left out."""
        moved = {name: (values.detach() - self._before[name]).numpy() for name, values in self._trained().items()}
        return {name: change for name, change in moved.items() if change.any()}

    def _trained(self) -> dict[str, Any]:
        return {name: values for name, values in self._model.named_parameters() if values.requires_grad}

    def _rate(self, step: int) -> float:
        return min(1.0, (step + 1) / _WARM_UP) * max(_LAST_RATE, 1 - step / len(self._steps))

    def _vectors(self, tokens: Sequence[Sequence[int]]) -> Any:
        """Mean of the last layer over the tokens of each text, normalised, as the embedder takes it."""
        import torch

        longest = max(map(len, tokens))
        ids = torch.tensor([[*one, *[_PAD] * (longest - len(one))] for one in tokens])
        mask = torch.tensor([[1] * len(one) + [0] * (longest - len(one)) for one in tokens])
        hidden = self._model(input_ids=ids, attention_mask=mask).last_hidden_state
        means = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        return torch.nn.functional.normalize(means, dim=-1)


def _misordered(cosines: Any, same: Any) -> Any:
    """log(1 + Σ exp(20 (c⁻ - c⁺))) over the pairs of a batch that do not (c⁻) and do (c⁺) mean the same."""
    import torch

    gaps = _SHARPNESS * (cosines[~same][:, None] - cosines[same][None, :])
    return torch.logsumexp(torch.cat([torch.zeros(1), gaps.flatten()]), 0)
