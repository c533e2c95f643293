"""A report -> `plan` -> steps -> `render` -> files for a planning tool; `read_statuses` is the way back.

The theme's id is the key: as a label ``voc:t-…`` and in a line of the description, so that a later week finds the item
again. `told` is what is to be remembered of a plan once its files are written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from voc.errors import ConfigError
from voc.export.github import GITHUB
from voc.export.plan import Known, plan, told
from voc.export.statuses import Imported, read_statuses
from voc.export.step import Step
from voc.export.tables import TABLES
from voc.export.tool import Tool
from voc.report.model import Report

EXPORTERS: Mapping[str, Tool] = {tool.name: tool for tool in (*TABLES, GITHUB)}

__all__ = ["EXPORTERS", "Imported", "Known", "Step", "Tool", "exporter", "plan", "read_statuses", "render", "told"]


def exporter(name: str) -> Tool:
    """The tool of a name; an unknown one is a ConfigError."""
    if name not in EXPORTERS:
        raise ConfigError(f"there is no export to {name!r}; choose one of {', '.join(EXPORTERS)}")
    return EXPORTERS[name]


def render(tool: Tool, steps: Sequence[Step], report: Report) -> Mapping[str, str]:
    """The files that tell a tool what to do: by what goes before the suffix of their name (see `Tool`), their text."""
    return tool.render(tool, steps, report)
