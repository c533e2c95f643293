"""The command `cohorts`: who says what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from voc.cli import options
from voc.cli.output import as_csv, as_json, as_table, emit

if TYPE_CHECKING:
    from voc.report.model import CohortMap, CohortView


@click.command()
@options.database
@click.option(
    "--by",
    metavar="ATTRIBUTE",
    required=True,
    callback=options.filled,
    help="region, device, version, source, rating, year, month, or whatever is told of authors or posts.",
)
@click.option(
    "--format", "style", type=click.Choice(["table", "json", "csv", "html"]), default="table", help="Default: table."
)
@click.option("-o", "--output", type=click.Path(), metavar="PATH", help="File to write; default: stdout.")
@click.option(
    "--min-cell", type=click.IntRange(1), metavar="N", help="Fewer people are not shown; default: as in the run, 3."
)
@click.option(
    "--min-cohort", type=click.IntRange(1), metavar="N", help="Smaller cohorts are pooled; default: as in the run, 10."
)
@options.which_run
@options.lang
def cohorts(
    db: str,
    by: str,
    style: str,
    output: str | None,
    min_cell: int | None,
    min_cohort: int | None,
    run_id: str | None,
    lang: str,
) -> None:
    """Who says what: suggestions and praise by cohort, and a sentence for each true difference, strongest first.

    People are compared with all others whose value is known: shares, their ratio with a 95 % interval, adjusted
    residuals, Fisher's exact p, and q: where it is at most .05, at most 5 % of such findings are expected to be chance.
    The table shows the levels on which there are differences, else the coarsest; html shows all levels, json and csv
    every cell. Years and months are one table, by either name, so that small counts do not follow from the two.
    """
    from voc import api
    from voc.report import cohort_cells, cohort_view, render_cohorts, write
    from voc.store import Store

    with Store(db, create=False) as store:
        run = store.load_run(run_id)
        table = api.cohorts(store, by=by, run=run.id, min_cell=min_cell, min_cohort=min_cohort)
    told = cohort_view(run, table, lang=lang)
    if style == "html":
        text = render_cohorts(run, table, lang=lang)
    elif style == "table":
        text = _told(told)
    else:
        rows = cohort_cells(run, table, lang=lang)
        sentences = [sentence.text for sentence in told.told]
        text = as_csv(rows) if style == "csv" else as_json({"by": by, "differences": sentences, "cells": rows})
    if output:
        write(("\ufeff" if style == "csv" else "") + text, output)
    else:
        emit(text)


COMMANDS = (cohorts,)


def _told(view: CohortView) -> str:
    """The differences, then each level as a table of themes by cohorts."""
    told = "".join(f"{sentence.text}\n" for sentence in view.told)
    return f"{told}{view.note}\n" + "".join(f"\n{_level(level)}" for level in view.maps)


def _level(level: CohortMap) -> str:
    if not level.rows:
        return f"{level.label}\n"
    names = [f"{column.label} ({column.n_people.text})" for column in level.columns]
    rows = []
    for row in level.rows:
        cells = [f"{'*' if c.is_found else ''}{c.text}{f' ({c.share.text})' if c.share else ''}" for c in row.cells]
        rows.append({level.label: row.name, "": row.n_people.text} | dict(zip(names, cells, strict=True)))
    return as_table(rows)
