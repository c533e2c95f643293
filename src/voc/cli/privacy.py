"""The command `voc forget`: removes a person from everything that a database holds."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from voc.cli import options
from voc.cli.output import emit

if TYPE_CHECKING:
    from voc.store import Forgotten

_OUTSIDE = (
    "Not in the database, and so untouched: the files that were read, reports and exports written so far, copies of "
    "the database, what a language model's server or a planning tool was told. Posts of others that copy or quote them "
    "stay."
)


@click.command()
@options.database
@click.argument("author")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Only tell what would be removed.")
def forget(db: str, author: str, yes: bool, dry_run: bool) -> None:
    """Remove a person from everything: posts, quotes, runs, caches, the search index, the bytes of the file.

    AUTHOR is a name as it stands in the files, or an id as in posts.author. Themes keep their ids, runs are counted and
    ranked again without the person. There is no way back, and rows of theirs are set aside when files are read again.
    """
    from voc import api
    from voc.errors import InputError
    from voc.store import Store

    with Store(db, create=False) as store:
        if dry_run or not yes:
            emit(_told(api.forget(store, author, dry_run=True), "would be"))
        if dry_run:
            return
        if not yes:
            if not sys.stdin.isatty():
                raise InputError("nothing is removed without a yes; give --yes, or --dry-run to see what would be")
            click.confirm("Remove all of it for good?", abort=True, err=True)
        emit(_told(api.forget(store, author), "is"))
    click.echo(_OUTSIDE, err=True)


def _told(done: Forgotten, verb: str) -> str:
    lines = [
        f"{done.posts:6} posts with {done.statements} statements",
        f"{done.runs:6} runs counted and ranked again, {done.deleted_runs} without any other post deleted",
        f"{done.themes:6} themes that nobody else spoke of",
        f"{done.names:6} names and keywords in their words alone",
        f"{done.decisions:6} decisions and {done.exports} remembered exports freed of their words",
        f"{done.rows:6} rejected rows emptied",
    ]
    again = ", once more" if done.again else ""
    return "\n".join([f"What {verb} removed{again}:", *lines, ""])


COMMANDS = (forget,)
