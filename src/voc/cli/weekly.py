"""Commands for work that goes on from week to week: weekly, lineage."""

from __future__ import annotations

from collections import Counter
from typing import Any

import click

from voc.cli import options
from voc.cli.output import Row, emit, emit_rows, progress, warn


@click.command()
@options.database
@click.option("--window", metavar="LENGTH", help="7d (weeks that end on Sunday), 2w, month; default: 7d.")
@click.option("--since", metavar="DATE", default="", help="Where the first window begins, if there is no run yet.")
@click.option("--until", metavar="DATE", default="", help="Windows that end by this day are over.")
@options.settings_options
@options.llm_options
@options.quiet
def weekly(db: str, since: str, until: str, quiet: bool, **given: Any) -> None:
    """Analyse the weeks that are over and have not been analysed yet.

    A week is over when a post is newer, or by --until. The first time that is the last whole week, or every week from
    --since on. Weeks without a post are passed over. Read the latest with `voc report DB`, and any other with its
    --run.
    """
    from voc import api
    from voc.store import Store

    n_runs, config = 0, options.config_of(given)
    with Store(db, create=False) as store, progress(quiet=quiet) as tell:
        for run in api.weekly(store, config=config, since=since, until=until, progress=tell, warn=warn):
            n_runs += 1
            told = Counter(event.event for event in run.events)
            events = ", ".join(f"{n} {event}" for event, n in told.items())
            emit(f"{run.as_of} run {run.id}: {len(run.posts)} posts, {len(run.themes)} themes ({events or 'none'})\n")
        if not n_runs:
            emit(f"{api.why_nothing_is_due(store, config=config, until=until)}\n")


@click.command()
@options.database
@options.table_format
def lineage(db: str, style: str) -> None:
    """What became of themes from run to run: continued, born, died, split, merged, returned."""
    from voc.store import Store

    with Store(db, create=False) as store:
        rows: list[Row] = [
            {
                "as_of": found.as_of,
                "run": found.run_id,
                "event": event.event,
                "from": list(event.before),
                "to": list(event.after),
                "overlap": event.overlap,
                "names": [found.names.get(theme, "") for theme in dict.fromkeys((*event.before, *event.after))],
            }
            for found in store.lineage()
            for event in found.events
        ]
    emit_rows(rows, style, nothing="no run has had a theme yet")


COMMANDS = (weekly, lineage)
