"""Who says it: themes by cohort of people, with tests of significance, and small counts kept from being read.

`compare` makes the table of a run. Its steps, each by itself: `values_of` gives every person one value of an attribute,
`levels_of` the groups those values are compared in, `tabulate` counts, withholds and tests.
"""

from __future__ import annotations

from voc.cohorts.comparison import compare, compared_themes, group_people, limits, people_by, regions, told_attributes
from voc.cohorts.regions import Regions
from voc.cohorts.significance import (
    CONFIDENCE,
    FALSE_DISCOVERIES,
    adjusted_residual,
    false_discovery_rates,
    p_value,
    ratio_of_shares,
)
from voc.cohorts.table import Cell, Cohort, Level, Table, tabulate
from voc.cohorts.values import attributes, levels_of, values_of

__all__ = [
    "CONFIDENCE",
    "FALSE_DISCOVERIES",
    "Cell",
    "Cohort",
    "Level",
    "Regions",
    "Table",
    "adjusted_residual",
    "attributes",
    "compare",
    "compared_themes",
    "false_discovery_rates",
    "group_people",
    "levels_of",
    "limits",
    "p_value",
    "people_by",
    "ratio_of_shares",
    "regions",
    "tabulate",
    "told_attributes",
    "values_of",
]
