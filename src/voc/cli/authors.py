"""Commands about those who speak: authors import, authors list, core."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from voc.authors import LEVEL_NAMES, invite
from voc.cli import options
from voc.cli.output import Row, as_rows, emit, emit_rows, warn
from voc.datatypes import KINDS

if TYPE_CHECKING:
    from voc.audience import AuthorCounts
    from voc.authors import Profile

RESPONSES = ("praised", "complained", "silent")
_OTHER_COLUMN = "none of them wrote a post; if the file has another column of names, say --column author=NAME"
_NOBODY = "no post names its author; where a column does, ingest with --column author=NAME"
_INVITED = ("place", "author", "by", "level", "score", "region", "device", "tier", "themes", "why")
_limit = click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most so many.")


class _Listing(click.Group):
    """A group whose command `list` may go without its name."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in {*self.commands, *ctx.help_option_names}:
            args = ["list", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Listing)
def authors() -> None:
    """Who speaks: list profiles, import what is known of authors. `voc authors DB` lists."""


@authors.command("import")
@options.database
@click.argument("path", metavar="FILE", type=click.Path(dir_okay=False, allow_dash=True))
@click.option(
    "--column",
    "columns",
    metavar="FIELD=NAME",
    multiple=True,
    help="Column of the author or an attribute: author=昵称.",
)
@click.option("--encoding", metavar="NAME", default="", help="Encoding of the file; default: detected.")
@click.option("--keep-pii", is_flag=True, help="Do not mask phone numbers, ids, e-mail addresses and chat ids.")
def import_file(db: str, path: str, columns: tuple[str, ...], encoding: str, keep_pii: bool) -> None:
    """Keep what FILE tells of authors: tier, region, city, purchases, whether they are core users.

    CSV, TSV, Excel, JSON or JSON Lines, a row an author, under the name or id that posts have for them; it is hashed
    as theirs was. Every other column is an attribute. What is told again replaces what was known, attribute by
    attribute; empty cells tell nothing.
    """
    from voc import api
    from voc.store import Store

    with Store(db, create=False) as store:
        named = options.pairs(columns, "--column")
        told = api.import_authors(
            store, path, columns=named, encoding=encoding, keep_pii=keep_pii, stdin=sys.stdin.buffer
        )
        has_names = bool(store.authors_of_posts())
    emit(_told(told))
    n_authors = told.added + told.changed + told.unchanged
    if told.without_post == n_authors > 0:
        warn(_OTHER_COLUMN if has_names else _NOBODY)


def _told(counts: AuthorCounts) -> str:
    lines = []
    for file in counts.files:
        lines.append(f"{file.file}: {file.n_posts} rows, {file.n_rejected} refused")
        lines.append("  " + ", ".join(f"{name}={column}" for name, column in file.columns.items()))
    for reason, rows in counts.rejected.items():
        first = ", ".join(map(str, rows[:3])) + (" …" if len(rows) > 3 else "")
        lines.append(f"  refused, {reason}: {len(rows)} (line {first})")
    n_authors = counts.added + counts.changed + counts.unchanged
    changes = f"{counts.added} new, {counts.changed} changed, {counts.unchanged} as before"
    lines.append(f"{n_authors} authors: {changes}; {counts.without_post} wrote no post (unknown so far)")
    if counts.forgotten:
        lines.append(f"{counts.forgotten} set aside: forgotten")
    if counts.contradictions:
        lines.append(f"{counts.contradictions} cells contradict an earlier row; the last one holds")
    return "".join(f"{line}\n" for line in lines)


@authors.command("list")
@options.database
@options.which_run
@click.option("--level", type=click.Choice(LEVEL_NAMES), help="Only this level of relationship.")
@click.option("--drifting", is_flag=True, help="Only who was active, complained and has been quiet since.")
@_limit
@options.table_format
def list_authors(db: str, run_id: str | None, level: str | None, drifting: bool, limit: int | None, style: str) -> None:
    """Every known author, the closest first: level, activity, what came of what they asked for, attributes.

    Posts are those of all runs up to the one given, attributes are as they are now.
    """
    from voc import api
    from voc.store import Store

    with Store(db, create=False) as store:
        run = store.load_run(run_id)
        found, names = api.profiles(store, run), store.theme_names()
    chosen = [p for p in found if level in (None, p.level) and (p.is_drifting or not drifting)][:limit]
    emit_rows(_ROWS[style](chosen, names), style, nothing="no author is like that" if found else _NOBODY)
    nameless = sum(not post.author for post in run.posts)
    if found and nameless:
        warn(f"{nameless} of {len(run.posts)} posts name no author; they are in no profile")


@click.command()
@options.database
@click.option("--limit", type=click.IntRange(min=1), default=100, metavar="N", help="How many at most; default: 100.")
@click.option(
    "-f",
    "--format",
    "style",
    type=click.Choice(["table", "md", "csv", "json"]),
    default="table",
    help="Default: table.",
)
@click.option("-o", "--output", type=click.Path(), metavar="PATH", help="File to write; default: stdout.")
@options.which_run
@options.lang
def core(db: str, limit: int, style: str, output: str | None, run_id: str | None, lang: str) -> None:
    """The core users to invite first, and why.

    They are who a file of `voc authors import` calls so, or who is close (strong, very-strong) and asks for things.
    Accepted suggestions, breadth, the share of requests and needs, consistency and recency decide who comes first;
    people unlike those above come before more of the same. Accounts of adverts, of campaigns or of one theme are not
    among them.
    """
    from voc import api
    from voc.report import write
    from voc.report.invitations import invitation_rows, render_invitations
    from voc.store import Store

    with Store(db, create=False) as store:
        run, names = store.load_run(run_id), store.theme_names()
        profiles = api.profiles(store, run)
        nothing = "nobody is a core user by file or rule" if store.authors_of_posts() else _NOBODY
    found = invite(profiles, limit=limit)
    barred = sum(profile.barred != "" and profile.attributes.get("core") == "yes" for profile in profiles)
    if barred:
        warn(f"{barred} whom a file calls core users are left out: see the column barred of voc authors {db}")
    timezone = str(run.config.get("timezone", "UTC"))
    rows = invitation_rows(found, names, timezone=timezone, lang=lang)
    if output:
        write(render_invitations(rows, lang=lang) if style == "md" else as_rows(rows, style), output)
    elif style == "md":
        emit(render_invitations(rows, lang=lang))
    else:
        if style == "table":
            rows = [{name: row[name] for name in _INVITED} for row in rows]
        emit_rows(rows, style, nothing=nothing)


COMMANDS = (authors, core)


def _table_rows(profiles: Sequence[Profile], names: Mapping[str, str]) -> list[Row]:
    """What fits on a screen."""
    return [
        {
            "author": p.author,
            "level": p.level,
            "core": p.core,
            "posts": p.posts,
            "weeks": p.weeks,
            "last": p.last_seen[:10],
            "themes": len(p.themes),
            "wishes": p.n_wishes,
            "problems": p.kinds.get("problem", 0),
            "accepted": len(p.accepted),
            "barred": p.barred,
            "drifting": _about(p, names),
            "attributes": [f"{name}={value}" for name, value in p.attributes.items()],
        }
        for p in profiles
    ]


def _json_rows(profiles: Sequence[Profile], names: Mapping[str, str]) -> list[Row]:
    return [_computed(p, names) | {"attributes": dict(p.attributes)} for p in profiles]


def _csv_rows(profiles: Sequence[Profile], names: Mapping[str, str]) -> list[Row]:
    """Computed columns first, then one for each attribute; one that is called like a computed column says so."""
    attributes = sorted({name for p in profiles for name in p.attributes})
    rows: list[Row] = []
    for p in profiles:
        row = _computed(p, names)
        told = {(f"{name} (file)" if name in row else name): p.attributes.get(name, "") for name in attributes}
        rows.append(row | told)
    return rows


_ROWS = {"table": _table_rows, "json": _json_rows, "csv": _csv_rows}


def _computed(p: Profile, names: Mapping[str, str]) -> dict[str, object]:
    responses = Counter(map(str, p.responses.values()))
    return {
        "author": p.author,
        "level": p.level,
        "core_user": p.core,
        "barred": p.barred,
        "posts": p.posts,
        "left_out": p.n_left_out,
        "weeks_active": p.weeks,
        "first_seen": p.first_seen,
        "last_seen": p.last_seen,
        "themes": [names.get(theme, theme) for theme in p.themes],
        "breadth": len(p.themes),
        **{kind: p.kinds.get(kind, 0) for kind in KINDS},
        "accepted": list(p.accepted),
        **{response: responses[response] for response in RESPONSES},
        "is_drifting": p.is_drifting,
        "drifting_about": [names.get(theme, theme) for theme in p.about],
        "usual_device": p.device,
        "usual_region": p.region,
        "url": p.url,
    }


def _about(p: Profile, names: Mapping[str, str]) -> str:
    """What somebody who is drifting complained of last; empty for everybody else."""
    if not p.is_drifting:
        return ""
    return " ".join(names.get(theme, theme) for theme in p.about) or "yes"
