"""Labelled rows -> scores, each with its n and a 90 % interval: kinds, themes, areas, sentence pairs.

What is predicted comes from outside; here it is only compared with what people said.
"""

from voc.evaluate.intervals import Estimate
from voc.evaluate.labels import TASKS, checked_tasks, labelled_files, labelled_rows, may_hold_labels
from voc.evaluate.measure import measure
from voc.evaluate.result import Evaluation, Scores
from voc.evaluate.scores import score_groups, score_kinds, score_pairs, score_polarity

__all__ = [
    "TASKS",
    "Estimate",
    "Evaluation",
    "Scores",
    "checked_tasks",
    "labelled_files",
    "labelled_rows",
    "may_hold_labels",
    "measure",
    "score_groups",
    "score_kinds",
    "score_pairs",
    "score_polarity",
]
