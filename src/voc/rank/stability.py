"""How much of the list depends on the weights of the signals, which are a judgement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

CHANGE = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Reweighing:
    """The list with the weight of one `signal` times `factor`: `ranks` of the suggestions, in the order they have."""

    signal: str
    factor: float
    ranks: tuple[int, ...]


def reweigh(
    signals: Sequence[Mapping[str, float]], weights: Mapping[str, float], *, n_pinned: int = 0
) -> list[Reweighing]:
    """The ranks of suggestions with each weight in turn half as great and half as great again, one at a time.

    `signals` are those of the suggestions, by rank; the first `n_pinned` keep their places. The weights need not sum to
    1: scores are compared with one another only. Equal scores keep their order. One weight at a time is the usual
    one-way sensitivity analysis of weighted sums (Triantaphyllou & Sánchez 1997).

    >>> [(r.factor, r.ranks) for r in reweigh([{"a": 0.9, "b": 0.1}, {"a": 0.2, "b": 0.7}], {"a": 0.5, "b": 0.5})]
    [(0.5, (2, 1)), (1.5, (1, 2)), (0.5, (1, 2)), (1.5, (2, 1))]
    """
    return list(_reweighed(signals, weights, n_pinned))


def _reweighed(
    signals: Sequence[Mapping[str, float]], weights: Mapping[str, float], n_pinned: int
) -> Iterator[Reweighing]:
    for name in weights:
        for factor in (1 - CHANGE, 1 + CHANGE):
            changed = {**weights, name: weights[name] * factor}
            scores = [round(sum(changed[key] * own.get(key, 0.0) for key in changed), 9) for own in signals]
            order = sorted(range(n_pinned, len(scores)), key=lambda n: (-scores[n], n))
            places = {n: place for place, n in enumerate([*range(n_pinned), *order], start=1)}
            yield Reweighing(signal=name, factor=factor, ranks=tuple(places[n] for n in range(len(scores))))
