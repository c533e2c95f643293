"""Themes to suggestions: named signals, each between 0 and 1, whose weighted sum is the score."""

from voc.rank.mentions import WISHES
from voc.rank.periods import choose_period
from voc.rank.priority import PRIORITY_RULES, TOP, prioritise
from voc.rank.signals import SIGNALS
from voc.rank.stability import CHANGE, reweigh
from voc.rank.suggest import rank, ranks
from voc.rank.whatif import judge_campaigns

__all__ = [
    "CHANGE",
    "PRIORITY_RULES",
    "SIGNALS",
    "TOP",
    "WISHES",
    "choose_period",
    "judge_campaigns",
    "prioritise",
    "rank",
    "ranks",
    "reweigh",
]
