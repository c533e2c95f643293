"""The adapter of `e5-paraphrase`: e5 fine-tuned on hand-written paraphrases, and what that changed in its weights.

Two wordings of one intention are drawn together, away from the sentences that look like them and mean something else,
and from all other sets of the batch (InfoNCE, van den Oord et al. 2018). Word embeddings stay as they are. Of the
changes, matrices are kept as the product of two thin ones (truncated singular value decomposition), which is a
hundredth of the model.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voc import resources

Matrix = NDArray[np.float32]
Sets = Sequence[Mapping[str, Sequence[str]]]

SOURCE = "trained on corpora/paraphrases, from e5"
FILES = ("corpora/paraphrases/assistant.jsonl", "corpora/paraphrases/service.jsonl")
INPUTS = (*FILES, "models/e5/manifest.json")
RANK = 32  # of 8, 16 and 32 the smallest that loses less than .003 of AUC

_STEPS = 180
_SETS = 24  # of a step
_TEMPERATURE = 0.05
_LEARNING_RATE = 4e-5
_WARM_UP = 20
_LAST_RATE = 0.05  # of the learning rate, to which it falls
_DECAY = 0.01
_TOKENS = 64
_PAD = 1


def build_paraphrase(folder: Path) -> None:
    """Train the adapter into the existing `folder`; half an hour of one core."""
    tuning = Tuning(read_sets(), resources.path("models/e5"))
    for _ in tuning.run():
        pass
    save_adapter(tuning.changes(), folder / "adapter.npz")


def read_sets() -> Sets:
    """Every set of the corpus: ``same``, three wordings of one intention, and ``other``, two near misses."""
    texts = (resources.path(name).read_text(encoding="utf-8") for name in FILES)
    return [json.loads(line) for text in texts for line in text.splitlines()]


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
    """e5 from the folder `e5` under training; nothing is written there. One thread, seeded.

    The same corpus gives the same adapter on the same kind of processor and release of torch.
    """

    def __init__(self, sets: Sets, e5: Path) -> None:
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
        self._sets = [
            {
                role: [tokenizer(f"query: {text}", truncation=True, max_length=_TOKENS)["input_ids"] for text in texts]
                for role, texts in one.items()
            }
            for one in sets
        ]

    def run(self) -> Iterator[float]:
        """Train, and give the loss of each step."""
        import torch

        weights = list(self._trained().values())
        optimiser = torch.optim.AdamW(weights, lr=_LEARNING_RATE, weight_decay=_DECAY)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, _rate)
        for chosen in _batches(len(self._sets), Random(0)):
            loss = self._loss(chosen)
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

    def _loss(self, chosen: Sequence[tuple[int, int, int, int]]) -> Any:
        """Each of two wordings has to find the other among the other wordings and the near misses of all sets."""
        import torch

        ones = [self._sets[row]["same"][one] for row, one, _, _ in chosen]
        twos = [self._sets[row]["same"][two] for row, _, two, _ in chosen]
        misses = [self._sets[row]["other"][miss] for row, _, _, miss in chosen]
        one, two, miss = self._vectors([*ones, *twos, *misses]).chunk(3)
        answers = torch.arange(len(chosen))
        return sum(
            torch.nn.functional.cross_entropy(torch.cat([a @ b.T, a @ miss.T], 1) / _TEMPERATURE, answers)
            for a, b in ((one, two), (two, one))
        )

    def _vectors(self, tokens: Sequence[Sequence[int]]) -> Any:
        """Mean of the last layer over the tokens of each text, normalised, as the embedder takes it."""
        import torch

        longest = max(map(len, tokens))
        ids = torch.tensor([[*one, *[_PAD] * (longest - len(one))] for one in tokens])
        mask = torch.tensor([[1] * len(one) + [0] * (longest - len(one)) for one in tokens])
        hidden = self._model(input_ids=ids, attention_mask=mask).last_hidden_state
        means = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        return torch.nn.functional.normalize(means, dim=-1)


def _batches(n_sets: int, random: Random) -> Iterator[list[tuple[int, int, int, int]]]:
    """For each step its sets: the number of the set, of two of its wordings, and of a near miss."""
    waiting: list[int] = []
    for _ in range(_STEPS):
        if len(waiting) < _SETS:
            waiting = random.sample(range(n_sets), n_sets)
        chosen, waiting = waiting[-_SETS:], waiting[:-_SETS]
        pairs = [(row, random.sample(range(3), 2), random.randrange(2)) for row in reversed(chosen)]
        yield [(row, one, two, miss) for row, (one, two), miss in pairs]


def _rate(step: int) -> float:
    return min(1.0, (step + 1) / _WARM_UP) * max(_LAST_RATE, 1 - step / _STEPS)
