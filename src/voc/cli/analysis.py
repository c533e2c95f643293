"""Commands that turn files into reports: ingest, analyze, report, run, demo."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voc import resources
from voc.cli import options
from voc.cli.output import emit, progress, warn
from voc.errors import InputError

if TYPE_CHECKING:
    from voc.report import Report
    from voc.store import IngestCounts

FORMATS = ("md", "html", "csv", "json")
DEMO_AS_OF = "2026-04-30"  # a date of its own, so that the demo reads the same on every day


@click.command()
@options.database
@click.argument("paths", nargs=-1, required=True)
@options.reading_options
@options.quiet
def ingest(db: str, paths: tuple[str, ...], quiet: bool, **given: Any) -> None:
    """Read files and folders of feedback into the database DB.

    CSV, TSV, Excel, JSON, JSON Lines, HTML and text, also gzipped; - is standard input. Ingesting a file twice adds
    nothing; a post that has changed is updated, and its old content kept.
    """
    from voc import api
    from voc.store import Store

    with Store(db) as store:
        with progress(quiet=quiet) as tell:
            counts = api.ingest(store, paths, reading=options.reading_of(given), progress=tell)
        emit(_told(counts))
        api.require_posts(counts)


@click.command()
@options.database
@options.config_options
@options.window_options
@options.llm_options
@options.quiet
def analyze(db: str, quiet: bool, **given: Any) -> None:
    """Analyse the posts of the database DB and keep the run.

    With --window (or --since and --until) only the posts of that window and of the eight before it are read, and the
    window is compared with the one before. Themes that an earlier run knew keep their ids and names. Embeddings are
    kept too, so the next analysis only embeds what is new.
    """
    from voc import api
    from voc.store import Store

    config = options.config_of(given)
    with Store(db, create=False) as store, progress(quiet=quiet) as tell:
        run = api.analyze(store, config=config, progress=tell, warn=warn)
    emit(
        f"run {run.id}: {len(run.posts)} posts, {len(run.statements)} statements, {len(run.themes)} themes, "
        f"{len(run.suggestions)} suggestions\n"
    )


@click.command()
@options.database
@click.option("-f", "--format", "kind", type=click.Choice(FORMATS), default="md", help="Default: md.")
@click.option("-o", "--output", type=click.Path(), metavar="PATH", help="File to write; default: stdout.")
@options.which_run
@options.lang
def report(db: str, kind: str, output: str | None, run_id: str | None, lang: str) -> None:
    """The report of a run as Markdown, HTML, CSV or JSON."""
    from voc.report import compose, render, write
    from voc.store import Store

    with Store(db, create=False) as store:
        text = render(compose(store.load_run(run_id), lang=lang), kind)
    if output:
        write(text, output)
    else:
        emit(text)


@click.command()
@click.argument("paths", nargs=-1, required=True)
@click.option(
    "-o", "--output", type=click.Path(), metavar="DIR", required=True, help="Folder for the reports; made if missing."
)
@click.option("--db", type=click.Path(), metavar="FILE", help="Keep the database; default: none is kept.")
@options.all_options
@options.llm_options
@options.lang
@options.quiet
def run(paths: tuple[str, ...], output: str, db: str | None, lang: str, quiet: bool, **given: Any) -> None:
    """From files to a report in one go.

    Reads PATHS (files, folders, - for standard input), analyses them, and writes the report in every format into a
    folder.
    """
    from voc import api
    from voc.report.write import spare_database

    config, reading = options.config_of(given), options.reading_of(given)
    targets = [Path(output) / f"report.{kind}" for kind in FORMATS]
    if db and Path(db).resolve() in {target.resolve() for target in targets}:
        raise click.UsageError(f"{db} would be the database and a report; choose another --db")
    _make(Path(output))  # before the analysis, whose minutes would be lost
    for target in targets:
        spare_database(target)
    kept = {"database": db} if db else {}
    with progress(quiet=quiet) as tell:
        result = api.run(paths, config=config, reading=reading, lang=lang, progress=tell, warn=warn, **kept)
    _write_all(result, Path(output))


@click.command()
@click.option(
    "-o", "--output", type=click.Path(), metavar="DIR", default="voc-demo", help="Folder to use; default: voc-demo."
)
@options.lang
@options.quiet
def demo(output: str, lang: str, quiet: bool) -> None:
    """Report on the feedback on a made-up phone.

    The feedback is shipped with voc, and copied into the folder `feedback` beside the report.
    """
    from voc import api

    folder = Path(output)
    try:
        shutil.copytree(resources.path("corpora/demo"), folder / "feedback", dirs_exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder} cannot be written: {error}; choose another folder with -o") from error
    reading = api.Reading(as_of=DEMO_AS_OF)
    with progress(quiet=quiet) as tell:
        result = api.run([folder / "feedback"], reading=reading, lang=lang, progress=tell)
    _write_all(result, folder)


COMMANDS = (run, ingest, analyze, report, demo)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder} cannot be made: {error.strerror}; choose another folder with -o") from error


def _write_all(result: Report, folder: Path) -> None:
    from voc.report import render, write

    for kind in FORMATS:
        emit(f"{write(render(result, kind), folder / f'report.{kind}')}\n")


def _told(counts: IngestCounts) -> str:
    """What an ingest did: per file how it was read, then the sums, then why rows were rejected."""
    lines = []
    for summary in counts.files:
        columns = ", ".join(f"{name}={column}" for name, column in summary.columns.items())
        lines.append(f"{summary.file}: {summary.n_posts} posts, {summary.n_rejected} rejected")
        lines += [
            f"  {text}" for text in (f"{summary.format} {summary.encoding}".strip(), columns, summary.error) if text
        ]
    lines.append(
        f"{counts.added} added, {counts.updated} updated, {counts.unchanged} unchanged, {counts.repeated} repeated"
    )
    lines += [f"rejected {n}: {reason}" for reason, n in counts.rejected.items()]
    return "".join(f"{line}\n" for line in lines)
