"""RoFormer (Su et al. 2021): BERT (Devlin et al. 2019) whose queries and keys are turned by their position.

Written over a mapping of tensors, so that the same lines train and run it, and importing it does not load the whole of
a model library; a test holds it against the one in transformers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

N_LAYERS = 6
N_HEADS = 6
_EPSILON = 1e-12
_BASE = 10000.0


def hidden_states(weights: Mapping[str, Tensor], ids: Tensor, mask: Tensor, *, dropout: float = 0.0) -> Tensor:
    """(n, length, d) of the last layer for token `ids` (n, length); `mask` is 1 for tokens and 0 for padding.

    `dropout` is the share of numbers dropped at random while training.
    """
    from torch.nn import functional

    def normed(name: str, values: Tensor) -> Tensor:
        size = values.shape[-1:]
        return functional.layer_norm(values, size, weights[f"{name}.weight"], weights[f"{name}.bias"], _EPSILON)

    def linear(name: str, values: Tensor) -> Tensor:
        return functional.linear(values, weights[f"{name}.weight"], weights[f"{name}.bias"])

    def dropped(values: Tensor) -> Tensor:
        return functional.dropout(values, dropout) if dropout else values

    embedded = functional.embedding(ids, weights["embeddings.word"]) + weights["embeddings.segment"]
    states = dropped(normed("embeddings.norm", embedded))
    seen = mask[:, None, None, :].bool()
    sine, cosine = _angles(ids.shape[1], states.shape[-1] // N_HEADS)
    for layer in range(N_LAYERS):

        def heads(name: str, states: Tensor = states, layer: int = layer) -> Tensor:
            return linear(f"{layer}.{name}", states).view(*ids.shape, N_HEADS, -1).transpose(1, 2)

        query, key = (_turned(heads(name), sine, cosine) for name in ("query", "key"))
        read = functional.scaled_dot_product_attention(query, key, heads("value"), seen, dropout)
        read = linear(f"{layer}.read", read.transpose(1, 2).flatten(2))
        states = normed(f"{layer}.read.norm", states + dropped(read))
        inner = functional.gelu(linear(f"{layer}.inner", states))
        states = normed(f"{layer}.outer.norm", states + dropped(linear(f"{layer}.outer", inner)))
    return states


def _angles(length: int, size: int) -> tuple[Tensor, Tensor]:
    """Sines and cosines (length, size) of the angle by which each pair of numbers is turned at each position."""
    import torch

    pace = _BASE ** (-torch.arange(0, size, 2, dtype=torch.float64) / size)
    angle = torch.outer(torch.arange(length, dtype=torch.float64), pace).repeat_interleave(2, dim=1)
    return angle.sin().float(), angle.cos().float()


def _turned(values: Tensor, sine: Tensor, cosine: Tensor) -> Tensor:
    import torch

    across = torch.stack([-values[..., 1::2], values[..., ::2]], dim=-1).flatten(-2)
    return values * cosine + across * sine
