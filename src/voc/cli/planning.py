"""Commands to and from planning tools: export, import-status."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from voc.cli import options
from voc.cli.decisions import acts, moment_of, named_or_user
from voc.cli.output import emit, emit_rows, listed, warn

TOOLS = (
    "jira", "linear", "github", "gitlab", "zentao", "tapd", "productboard", "feishu", "notion", "xuqiuchi",
)  # fmt: skip


@click.command()
@options.database
@click.option("--to", "tool", type=click.Choice(TOOLS), required=True, help="The planning tool.")
@click.option("-o", "--output", type=click.Path(), metavar="FILE", help="File to write; not needed with --dry-run.")
@click.option("--since-last", is_flag=True, help="Only what is new or changed since the last export to this tool.")
@click.option("--dry-run", is_flag=True, help="Print what would be done, and change nothing.")
@options.which_run
@options.lang
@options.table_format
def export(
    db: str, tool: str, output: str | None, since_last: bool, dry_run: bool, run_id: str | None, lang: str, style: str
) -> None:
    """The suggestions of a run as items for a planning tool.

    A CSV for its import; for GitHub a script, which shows what it would do until it is run with --run. What has changed
    goes into a second file, FILE with .updates before its suffix: rows that Jira, ZenTao and TAPD import by the
    item's key (known from import-status), and a list to work off for tools whose import can only add. Nothing that was
    exported is created again with --since-last; what is shipped or declined never is. An item has changed where its
    name, priority, kind, area, status or story has, or people or posts have grown by a fifth.
    """
    from voc.export import prepare, remember
    from voc.report.write import write_all
    from voc.store import Store

    if not (output or dry_run):
        raise click.UsageError("name the file with -o FILE, or look first with --dry-run")
    with Store(db, create=False) as store:
        found = prepare(store, tool, run_id=run_id, since_last=since_last, lang=lang)
        if found.again:
            warn(
                f"{tool} was given {len(found.again)} of these items before, and this creates them a second time "
                f"({listed(found.again)}); with --since-last it does not"
            )
        if dry_run:
            emit_rows([step.row() for step in found.steps], style, nothing="no suggestions")
            return
        target = Path(str(output))
        files = {
            target.with_name(f"{target.stem}{infix}{target.suffix}"): text for infix, text in found.files().items()
        }
        write_all(files)
        emit("".join(f"{path}\n" for path in files))
        remember(store, found)
    counts = Counter(step.action for step in found.steps)
    emit(", ".join(f"{n} {action}" for action, n in counts.items()) + "\n" if counts else "no suggestions\n")
    if counts["wait"]:
        warn(
            f"{counts['wait']} changes wait for the keys of their items; give {tool}'s own export to voc import-status"
        )


@click.command("import-status")
@options.database
@click.argument("file", type=click.Path())
@click.option("--from", "tool", type=click.Choice(TOOLS), help="The tool it is from; default: told by its columns.")
@acts
@options.table_format
def import_status(db: str, file: str, tool: str | None, at: str, who: str, style: str) -> None:
    """Take status, release, key and link of themes from a planning tool.

    FILE is the tool's own export as CSV, or what `gh issue list --state all --json
    number,title,state,stateReason,labels,milestone,url` prints. A row is known by its label voc:THEME, by that in its
    description, else by its exact title.
    """
    from voc.export import import_statuses
    from voc.store import Store

    with Store(db, create=False) as store:
        found, n_news = import_statuses(store, file, name=tool or "", at=moment_of(at), who=named_or_user(who))
    rows = [
        {
            "theme": told.theme_id,
            "status": told.status,
            "release": told.release,
            "key": told.key,
            "link": told.link,
        }
        for told in found.statuses
    ]
    emit_rows(rows, style, nothing="no row is of a theme")
    click.echo(f"{found.tool}: {found.n_rows} rows, {len(rows)} themes, {n_news} changes", err=True)
    for word, n in found.unknown.items():
        warn(f"{n} rows have the status {listed([word])!r}, which is not known; only key and link were recorded")
    for what, names in (
        ("rows are of no theme", found.unmatched),
        ("themes have several rows", found.repeated),
        ("items went back from shipped or declined", found.back),
    ):
        if names:
            warn(f"{len(names)} {what}: {listed(names)}")


COMMANDS = (export, import_status)
