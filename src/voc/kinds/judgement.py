"""What the classifier says of one statement."""

from __future__ import annotations

from dataclasses import dataclass

from voc.datatypes import Kind, Polarity


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """`confidence` is the probability the model gives to `kind`; `reason` names what spoke for it."""

    kind: Kind
    polarity: Polarity
    confidence: float
    reason: str
