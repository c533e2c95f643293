"""A report as one HTML file: no script, nothing from outside, every suggestion opens to all its posts."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from voc.datatypes import KINDS
from voc.report import charts
from voc.report.cohorts import cohort_view
from voc.report.figure import MEASURES, signed
from voc.report.model import Report
from voc.report.phrases import phrases
from voc.report.visible import visible

if TYPE_CHECKING:
    from jinja2 import Template

    from voc.cohorts import Table
    from voc.datatypes import Run

_OPEN_ITEMS = 10
_MAX_EVIDENCE = 200
_MAX_DRIVERS = 12  # of each way


def render_html(report: Report) -> str:
    """The report as a page for a screen of any width and for paper."""
    return _template("report.html.j2").render(
        report=report,
        labels=report.labels,
        rank_marks=charts.rank_marks(report.items),
        rank_ticks=charts.rank_ticks(report.items),
        trends=charts.trends(report.items),
        signed=signed,
        driver_bars=charts.driver_bars(report.drivers.lower, report.drivers.higher),
        max_drivers=_MAX_DRIVERS,
        stacks=charts.stacks(report.areas),
        kinds=[(kind, report.labels[f"kind.{kind}"]) for kind in KINDS],
        open_items=_OPEN_ITEMS,
        max_evidence=_MAX_EVIDENCE,
    )


def render_cohorts(run: Run, table: Table, *, lang: str = "zh") -> str:
    """Who says what, by one attribute: a page with every level and theme."""
    words = phrases(lang)
    view = cohort_view(run, table, lang=lang, everything=True)
    measures = {measure: words[f"measure.{measure}"] for measure in MEASURES}
    return _template("cohorts.html.j2").render(view=view, labels=words, measures=measures, lang=lang, run=run.id)


def fragment(report: Report) -> str:
    """Conclusions and the list of suggestions, for a notebook cell."""
    return _template("fragment.html.j2").render(report=report, labels=report.labels)


@cache
def _template(name: str) -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("voc.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        finalize=_finalize,
    )
    return environment.get_template(name)


def _finalize(value: object) -> object:
    # exactly str: markup made by a macro is escaped already, and its lines are its own
    return visible(value) if type(value) is str else value
