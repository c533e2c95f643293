"""Commands without a database: predict, explain, eval."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from voc.cli import options
from voc.cli.output import as_json, emit, emit_rows, progress

TASKS = ("kinds", "themes", "areas", "pairs")  # those of voc.evaluate, named here so that help needs no numpy


@click.command()
@click.argument("files", nargs=-1, required=True)
@click.option("-o", "--output", type=click.Path(), metavar="OUT.jsonl", help="File to write; default: stdout.")
@options.all_options
@options.quiet
def predict(files: tuple[str, ...], output: str | None, quiet: bool, **given: Any) -> None:
    """Kind, polarity, theme and area of each row, as JSON Lines.

    Every row is taken as one statement; its id is the row's own, or a content hash where it has none.
    """
    from voc import api
    from voc.report import write
    from voc.report.write import spare_database

    config, reading = options.config_of(given), options.reading_of(given)
    if output:
        spare_database(Path(output))  # before the prediction, whose minutes would be lost
    with progress(quiet=quiet) as tell:
        predictions, n_rejected = api.predict(files, config=config, reading=reading, progress=tell)
    text = "".join(f"{json.dumps(prediction, ensure_ascii=False)}\n" for prediction in predictions)
    if output:
        write(text, output)
    else:
        emit(text)
    if n_rejected:
        click.echo(f"{n_rejected} rows without usable text have no prediction", err=True)


@click.command()
@click.argument("text")
@click.option("--values", metavar="FILE", default="auto", help="Taxonomy of value and cost; default: the one shipped.")
def explain(text: str, values: str) -> None:
    """Why a statement has its kind and polarity, its value and its cost."""
    from voc import api

    emit(as_json(api.explain(text, values=values)))


@click.command("eval")
@click.argument("paths", nargs=-1, required=True)
@click.option(
    "--task", "tasks", type=click.Choice(TASKS), multiple=True, help="Only this; may be given again; default: all."
)
@options.table_format
@options.all_options
@options.quiet
def evaluate(paths: tuple[str, ...], tasks: tuple[str, ...], style: str, quiet: bool, **given: Any) -> None:
    """How well labelled rows are predicted, with 90 % intervals.

    PATHS are JSON Lines files, or folders with such, whose rows have labels besides their text: kind (and polarity),
    theme, area, or text2 and same (1 if both mean the same). Every row is taken as one statement, as by predict.
    """
    from voc import api
    from voc.report.visible import visible

    config, reading = options.config_of(given), options.reading_of(given)
    with progress(quiet=quiet) as tell:
        found = api.evaluate(paths, tasks=tasks, config=config, reading=reading, progress=tell)
    for note in found.notes:
        click.echo(visible(note), err=True)
    emit_rows(found.rows(), style, nothing="nothing measured")


COMMANDS = (predict, explain, evaluate)
