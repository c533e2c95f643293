"""The command `voc thanks`: who asked for what a release brought."""

from __future__ import annotations

import click

from voc.cli import options
from voc.cli.output import emit, warn


@click.command()
@options.database
@click.option(
    "--release", metavar="NAME", required=True, callback=options.name, help="A version that themes were shipped in."
)
@click.option("-f", "--format", "kind", type=click.Choice(["md", "csv"]), default="md", help="Default: md.")
@click.option("-o", "--output", type=click.Path(), metavar="PATH", help="File to write; default: stdout.")
@options.lang
def thanks(db: str, release: str, kind: str, output: str | None, lang: str) -> None:
    """Who asked for what was shipped in a release, who was first, and their words.

    Markdown is a changelog draft with credits, CSV has a row and a message for each person. Authors are as the database
    holds them: hashed, unless their names were kept. Who spoke only after the release is counted, not thanked.
    """
    from voc import api
    from voc.report import write
    from voc.report.thanks import render_thanks
    from voc.store import Store

    with Store(db, create=False) as store:
        found = api.thanks(store, release, lang=lang)
    text = render_thanks(found, kind)
    if output:
        write(text, output)
    else:
        emit(text)
    for theme in found.themes:
        if theme.n_after:
            warn(f"{theme.n_after} people still spoke of {theme.name} after the release: not thanked")


COMMANDS = (thanks,)
