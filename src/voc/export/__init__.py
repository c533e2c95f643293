"""A run -> `prepare` -> steps -> files for a planning tool -> `remember`; `import_statuses` is the way back.

The theme's id is the key: it goes out as a label ``voc:t-…`` and in a line of the description, so that a later week
finds the item again instead of making a second one.
"""

from __future__ import annotations

from voc.export.exchange import EXPORTERS, Export, exporter, import_statuses, prepare, remember
from voc.export.plan import Known, plan, told
from voc.export.statuses import Imported, read_statuses
from voc.export.step import Step
from voc.export.tool import Tool

__all__ = [
    "EXPORTERS",
    "Export",
    "Imported",
    "Known",
    "Step",
    "Tool",
    "exporter",
    "import_statuses",
    "plan",
    "prepare",
    "read_statuses",
    "remember",
    "told",
]
