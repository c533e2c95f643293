"""A run -> `compose` -> Report -> `render` -> Markdown, HTML, CSV or JSON -> `write`.

Everything a report says is decided in `compose`; renderers only lay it out. `check` recounts every number of a JSON
report from the run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from voc.errors import ConfigError
from voc.report.as_csv import render_csv
from voc.report.as_html import render_cohorts, render_html
from voc.report.as_json import FORMAT_VERSION, render_json
from voc.report.as_markdown import render_markdown
from voc.report.check import check
from voc.report.cohorts import cohort_cells, cohort_view
from voc.report.compose import compose
from voc.report.figure import MEASURES, Figure
from voc.report.model import Report
from voc.report.write import write

RENDERERS: Mapping[str, Callable[[Report], str]] = {
    "md": render_markdown,
    "html": render_html,
    "csv": render_csv,
    "json": render_json,
}

__all__ = [
    "FORMAT_VERSION",
    "MEASURES",
    "RENDERERS",
    "Figure",
    "Report",
    "check",
    "cohort_cells",
    "cohort_view",
    "compose",
    "render",
    "render_cohorts",
    "write",
]


def render(report: Report, format: str) -> str:
    """The report in one of the formats of `RENDERERS`."""
    if format not in RENDERERS:
        raise ConfigError(f"there is no report format {format!r}; choose one of {', '.join(RENDERERS)}")
    return RENDERERS[format](report)
