"""Commands that look into a database: suggestions, themes, show, search, excluded, rejected, runs."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from typing import TYPE_CHECKING

import click

from voc.cli import options
from voc.cli.output import Row, emit, emit_rows, listed, warn
from voc.errors import InputError

if TYPE_CHECKING:
    from voc.datatypes import Run, Statement, Theme

FRAMEWORKS = ("rice", "ice", "opportunity", "wsjf")  # those of voc.frameworks, which takes long to load
WITH_EFFORT = ("rice", "ice", "wsjf")


@click.command()
@options.database
@click.option(
    "--framework",
    type=click.Choice(["score", *FRAMEWORKS]),
    default="score",
    help="What orders them; default: score, the ranking itself.",
)
@click.option(
    "--effort",
    type=click.Path(),
    metavar="FILE",
    callback=options.filled,
    help="CSV with the columns theme (id or name) and effort (person-weeks).",
)
@options.which_run
@options.table_format
def suggestions(db: str, framework: str, effort: str | None, run_id: str | None, style: str) -> None:
    """The ranked suggestions of a run.

    With --framework they are ordered by RICE, ICE, opportunity score or WSJF, and all that went into it is shown. Reach
    is people in the last period. Effort is never made up: without --effort it is blank, and so is each score that needs
    it; the order is then that of without_effort. Where weights of authors were declared, "unweighted" is the rank
    without them.
    """
    if effort and framework not in WITH_EFFORT:
        raise click.UsageError(f"--effort counts in {', '.join(WITH_EFFORT)}; choose one with --framework")
    run = _load(db, run_id)
    if framework != "score":
        emit_rows(_by_framework(run, framework, effort), style, nothing="no suggestions")
        return
    themes = {theme.id: theme for theme in run.themes}
    rows: list[Row] = [
        {
            "rank": item.rank,
            **({} if item.rank_unweighted is None else {"unweighted": item.rank_unweighted}),
            "priority": item.priority,
            "name": themes[item.theme_id].name,
            "kind": themes[item.theme_id].kind,
            "area": themes[item.theme_id].area,
            "people": item.n_people,
            "posts": item.n_posts,
            "score": item.score,
            "ranks": f"{item.rank_low}-{item.rank_high}",
            "tie": item.tie,
            "trend": item.trend,
            "theme": item.theme_id,
        }
        for item in run.suggestions
    ]
    emit_rows(rows, style, nothing="no suggestions")


@click.command()
@options.database
@options.which_run
@options.table_format
def themes(db: str, run_id: str | None, style: str) -> None:
    """The themes of a run, those of most people first."""
    run = _load(db, run_id)
    said = _by_theme(run)
    rows = [
        {
            "theme": theme.id,
            "name": theme.name,
            "kind": theme.kind,
            "area": theme.area,
            "people": len({statement.person for statement in said[theme.id]}),
            "statements": len(said[theme.id]),
            "keywords": list(theme.keywords),
        }
        for theme in run.themes
    ]
    emit_rows(sorted(rows, key=lambda row: (-row["people"], row["theme"])), style, nothing="no themes")  # type: ignore[operator]


@click.command()
@options.database
@click.argument("theme")
@options.which_run
@options.table_format
def show(db: str, theme: str, run_id: str | None, style: str) -> None:
    """Everything that was said about a theme.

    THEME is its name, its id or the beginning of its id.
    """
    run = _load(db, run_id)
    found = find_theme(run, theme)
    posts = {post.id: post for post in run.posts}
    rows = [
        {
            "date": posts[statement.post_id].posted_at[:10],
            "source": posts[statement.post_id].source,
            "rating": posts[statement.post_id].rating,
            "kind": statement.kind,
            "value": statement.value,
            "cost": statement.cost,
            "post": statement.post_id,
            "url": posts[statement.post_id].url,
            "statement": statement.id,
            "mentions": [f"{mention.kind}:{mention.value}" for mention in statement.mentions],
            "text": statement.text,
        }
        for statement in _by_theme(run)[found.id]
    ]
    if style == "table":
        emit(_heading(found))
    emit_rows(rows, style, nothing="no statements")


@click.command()
@options.database
@click.argument("words", nargs=-1, required=True)
@click.option("--like", is_flag=True, help="Statements of the last run that mean nearly the same as WORDS instead.")
@click.option("--limit", type=click.IntRange(min=1), default=20, metavar="N", help="At most so many; default: 20.")
@options.table_format
def search(db: str, words: tuple[str, ...], like: bool, limit: int, style: str) -> None:
    """Posts that hold all WORDS, best match first."""
    from voc import api
    from voc.store import Store

    with Store(db, create=False) as store:
        if like:
            near = api.search_like(store, " ".join(words), limit=limit)
            rows = [
                {
                    "likeness": round(likeness, 2),
                    "kind": one.kind,
                    "post": one.post_id,
                    "statement": one.id,
                    "text": one.text,
                }
                for one, likeness in near
            ]
            emit_rows(rows, style, nothing="nothing to compare")
            return
        posts = api.search(store, " ".join(words), limit=limit)
    rows = [
        {"post": post.id, "date": post.posted_at[:10], "source": post.source, "title": post.title, "text": post.text}
        for post in posts
    ]
    emit_rows(rows, style, nothing="no post holds all of these words")


@click.command()
@options.database
@options.which_run
@options.table_format
def excluded(db: str, run_id: str | None, style: str) -> None:
    """Posts that a run left out, and why.

    Copies are not among them: they are counted with their original.
    """
    run = _load(db, run_id)
    texts = {post.id: post.text for post in run.posts}
    rows = [
        {"reason": out.reason, "detail": out.detail, "post": out.post_id, "text": texts[out.post_id]}
        for out in run.exclusions
    ]
    emit_rows(rows, style, nothing="no post was left out")


@click.command()
@options.database
@options.table_format
def rejected(db: str, style: str) -> None:
    """Input rows that could not become posts, and why."""
    from voc.store import Store

    with Store(db, create=False) as store:
        rows: list[Row] = [dataclasses.asdict(row) for row in store.rejected_rows()]
    emit_rows(rows, style, nothing="no row was rejected")


@click.command()
@options.database
@click.option("--delete", metavar="ID", help="Remove a run; posts stay.")
@options.table_format
def runs(db: str, delete: str | None, style: str) -> None:
    """The analyses kept in the database, the latest first."""
    from voc.store import Store

    with Store(db, create=False) as store:
        if delete:
            store.delete_run(delete)
        rows: list[Row] = [dataclasses.asdict(run) for run in store.runs()]
    emit_rows(rows, style, nothing="no runs")


def _by_framework(run: Run, framework: str, effort: str | None) -> list[Row]:
    from voc import api

    placed, unknown = api.by_framework(run, framework, effort=effort or "")
    if unknown:
        warn(f"{effort} names what is no suggestion of this run ({len(unknown)}): {listed(unknown)}")
    if 0 < (n_known := sum(item.score is not None for item in placed)) < len(placed):
        warn(f"{n_known} of {len(placed)} have an effort and stand first; the others follow, by their score without")
    themes = {theme.id: theme for theme in run.themes}
    ranks = {suggestion.theme_id: suggestion for suggestion in run.suggestions}
    return [
        {
            "place": item.place,
            "name": themes[item.theme_id].name,
            **item.ingredients,
            **({"without_effort": item.without_effort} if framework in WITH_EFFORT else {}),
            "score": item.score,
            "rank": ranks[item.theme_id].rank,
            "priority": ranks[item.theme_id].priority,
            "doubts": ", ".join(item.doubts),
            "theme": item.theme_id,
        }
        for item in placed
    ]


COMMANDS = (suggestions, themes, show, search, excluded, rejected, runs)


def _load(db: str, run_id: str | None) -> Run:
    from voc.store import Store

    with Store(db, create=False) as store:
        return store.load_run(run_id)


def _by_theme(run: Run) -> dict[str, list[Statement]]:
    said: defaultdict[str, list[Statement]] = defaultdict(list)
    for statement in run.statements:
        said[statement.theme_id].append(statement)
    return said


def _heading(theme: Theme) -> str:
    from voc.report.visible import visible

    told = f"{theme.name} ({theme.kind}, {theme.area}), {theme.id}: {' '.join(theme.keywords)}"
    return f"{' '.join(visible(told).split())}\n\n"


def find_theme(run: Run, wanted: str) -> Theme:
    """The theme of a run with this name, this id, or the only one whose id begins so."""
    found = [theme for theme in run.themes if wanted in (theme.id, theme.name)]
    found = found or [theme for theme in run.themes if wanted and theme.id.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    if found:
        raise InputError(f"{len(found)} themes begin with {wanted}; give more of the id")
    raise InputError(f"there is no theme {wanted or 'without a name'}; list them with: voc themes DB")
