"""Suggestions by the frameworks that product teams use: RICE, ICE, WSJF, opportunity; every ingredient shown.

What posts can tell is filled in, each by a table that is stated here. What they cannot tell is how much work a thing
is: effort comes from a file or stays blank, and a score that needs it stays blank with it.
"""

from voc.frameworks.efforts import Efforts, efforts_of
from voc.frameworks.merits import CONFIDENCE_RULES, IMPACT_RULES, Merits, Stars, merits
from voc.frameworks.placing import FRAMEWORKS, NEEDS_EFFORT, Placed, place

__all__ = [
    "CONFIDENCE_RULES",
    "FRAMEWORKS",
    "IMPACT_RULES",
    "NEEDS_EFFORT",
    "Efforts",
    "Merits",
    "Placed",
    "Stars",
    "efforts_of",
    "merits",
    "place",
]
