"""What an evaluation found: scores per file and task, and what was left out of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from voc.evaluate.intervals import Estimate

_DIGITS = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Scores:
    """The scores of one task on one file, metric -> estimate."""

    file: str
    task: str
    metrics: Mapping[str, Estimate]


@dataclass(frozen=True, kw_only=True, slots=True)
class Evaluation:
    """Scores in the order of the files; `notes` tell which files were set aside and how many rows were not usable."""

    scores: tuple[Scores, ...]
    notes: tuple[str, ...]

    def rows(self) -> list[dict[str, object]]:
        """One flat row per metric (file, task, metric, value, low, high, n), rounded to four digits."""
        return [
            {"file": scores.file, "task": scores.task, "metric": metric}
            | {name: _rounded(value) for name, value in dataclasses.asdict(estimate).items()}
            for scores in self.scores
            for metric, estimate in scores.metrics.items()
        ]


def _rounded(value: float | int | None) -> float | int | None:
    return round(value, _DIGITS) if isinstance(value, float) else value
