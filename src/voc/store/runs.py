"""Runs: what an analysis concluded, stored so that it comes back exactly, with the posts as the run saw them."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from voc.authorship import is_by
from voc.datatypes import (
    Author,
    Campaign,
    Decision,
    Effect,
    Exclusion,
    KnownTheme,
    Memory,
    Mention,
    Plan,
    Post,
    Release,
    Run,
    Statement,
    Suggestion,
    Theme,
    ThemeEvent,
    ValueClass,
    Wording,
)
from voc.errors import DatabaseError
from voc.store import forgotten
from voc.store.codec import Row, from_row, to_row
from voc.store.decisions import keep
from voc.store.posts import revision_of, save

if TYPE_CHECKING:
    from sqlite_utils import Database

# what a run consists of beside its own row, each in a table of its own
_PARTS = (
    *("posts", "exclusions", "duplicates", "statements", "themes", "suggestions", "wordings", "events"),
    *("former", "effects", "found", "plans", "releases", "authors", "classes", "campaigns"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class RunSummary:
    """A line of the list of runs; `number` counts them in the order in which they were saved.

    `window` is the length of the period a run looked at, empty for a run over everything.
    """

    number: int
    id: str
    as_of: str
    window: str
    version: str
    model: str
    n_posts: int
    n_statements: int
    n_themes: int
    n_suggestions: int


def save_run(db: Database, run: Run) -> None:
    """Store a run as the latest; one with the same id is replaced. The caller holds the transaction."""
    ids, salt = forgotten.ids(db), forgotten.salt(db)
    if any(is_by(post.author, ids, salt) for post in run.posts):
        raise DatabaseError("somebody whose posts this analysis has read was forgotten meanwhile; start it again")
    number = db.execute("SELECT coalesce(max(number), 0) + 1 FROM runs").fetchone()[0]
    save(db, (post for post in run.posts if revision_of(db, post) is None), tokens=None)
    keep(db, (effect.decision for effect in run.effects))
    _write(db, run, number)


def replace_run(db: Database, run: Run) -> None:
    """Store a run in the place of the one with the same id. The caller holds the transaction."""
    number = db.execute("SELECT number FROM runs WHERE id = ?", [run.id]).fetchone()["number"]
    _write(db, run, number)


def _write(db: Database, run: Run, number: int) -> None:
    db.execute("DELETE FROM runs WHERE id = ?", [run.id])
    db.table("runs").insert(to_row(run, without=_PARTS, number=number))
    for table, rows in _rows_by_table(db, run):
        db.table(table).insert_all({"run_id": run.id} | row for row in rows)


def _rows_by_table(db: Database, run: Run) -> Iterator[tuple[str, Iterable[Row]]]:
    """Tables in the order their foreign keys need; `place` keeps the order of things within the run."""
    yield (
        "run_posts",
        (
            {"place": place, "post_id": post.id, "revision": revision_of(db, post)}
            for place, post in enumerate(run.posts)
        ),
    )
    yield "exclusions", (to_row(exclusion, place=place) for place, exclusion in enumerate(run.exclusions))
    yield (
        "duplicates",
        (
            {"place": place, "post_id": post_id, "original_id": original_id}
            for place, (post_id, original_id) in enumerate(run.duplicates.items())
        ),
    )
    yield "themes", (to_row(theme, without=("statement_ids",), place=place) for place, theme in enumerate(run.themes))
    yield (
        "statements",
        (
            to_row(statement, without=("mentions",), place=place, theme_id=statement.theme_id or None)
            for place, statement in enumerate(run.statements)
        ),
    )
    yield (
        "statement_mentions",
        (
            to_row(mention, statement_id=statement.id, place=place)
            for statement in run.statements
            for place, mention in enumerate(statement.mentions)
        ),
    )
    yield (
        "theme_statements",
        (
            {"theme_id": theme.id, "place": place, "statement_id": statement_id}
            for theme in run.themes
            for place, statement_id in enumerate(theme.statement_ids)
        ),
    )
    yield "suggestions", (to_row(suggestion, place=place) for place, suggestion in enumerate(run.suggestions))
    yield "wordings", (to_row(wording, place=place) for place, wording in enumerate(run.wordings))
    yield "theme_events", (to_row(event, place=place) for place, event in enumerate(run.events))
    yield (
        "run_effects",
        (to_row(effect, place=place, decision=effect.decision.number) for place, effect in enumerate(run.effects)),
    )
    yield "found_themes", (to_row(theme, place=place) for place, theme in enumerate(run.found))
    yield "run_plans", (to_row(plan, place=place) for place, plan in enumerate(run.plans))
    yield "run_releases", (to_row(release, place=place) for place, release in enumerate(run.releases))
    yield "run_authors", (to_row(author, place=place) for place, author in enumerate(run.authors))
    yield "run_classes", (to_row(known, place=place) for place, known in enumerate(run.classes))
    yield "campaigns", (to_row(campaign, place=place) for place, campaign in enumerate(run.campaigns))


def load_run(db: Database, run_id: str | None) -> Run:
    """The run with this id, or the latest. The caller holds a transaction, so that all parts fit together.

    Raises: DatabaseError if there is no such run.
    """
    own = db.execute("SELECT * FROM runs WHERE id = coalesce(?, id) ORDER BY number DESC LIMIT 1", [run_id]).fetchone()
    if own is None:
        raise no_run(run_id)
    posts = db.execute(
        "SELECT posts.* FROM run_posts CROSS JOIN post_revisions AS posts"
        " ON posts.id = run_posts.post_id AND posts.revision = run_posts.revision"
        " WHERE run_posts.run_id = ? ORDER BY run_posts.place",
        [own["id"]],
    )
    return from_row(
        Run,
        own,
        posts=tuple(from_row(Post, row) for row in posts),
        exclusions=tuple(from_row(Exclusion, row) for row in _part(db, "exclusions", own)),
        duplicates={row["post_id"]: row["original_id"] for row in _part(db, "duplicates", own)},
        statements=tuple(_statements(db, own)),
        themes=tuple(_themes(db, own)),
        suggestions=tuple(from_row(Suggestion, row) for row in _part(db, "suggestions", own)),
        wordings=tuple(from_row(Wording, row) for row in _part(db, "wordings", own)),
        events=tuple(from_row(ThemeEvent, row) for row in _part(db, "theme_events", own)),
        former=_former(db, own),
        effects=tuple(_effects(db, own)),
        found=tuple(from_row(Theme, row) for row in _part(db, "found_themes", own)),
        plans=tuple(from_row(Plan, row) for row in _part(db, "run_plans", own)),
        releases=tuple(from_row(Release, row) for row in _part(db, "run_releases", own)),
        authors=tuple(from_row(Author, row) for row in _part(db, "run_authors", own)),
        classes=tuple(from_row(ValueClass, row) for row in _part(db, "run_classes", own)),
        campaigns=tuple(from_row(Campaign, row) for row in _part(db, "campaigns", own)),
    )


def _former(db: Database, run: sqlite3.Row) -> dict[str, str]:
    """The last names of themes in the events of a run that it does not have itself, as `recall` knew them."""
    gone = db.execute(
        "SELECT DISTINCT value AS id FROM theme_events, json_each(before) WHERE run_id = :run"
        " AND value NOT IN (SELECT id FROM themes WHERE run_id = :run) ORDER BY value",
        {"run": run["id"]},
    )
    names = {row["id"]: db.execute(_LAST_NAME, {"theme": row["id"], **dict(run)}).fetchone() for row in gone.fetchall()}
    return {theme_id: found["name"] for theme_id, found in names.items() if found}


def recall(db: Database, run_id: str, as_of: str) -> Memory:
    """What runs up to the moment `as_of` found, the run with this id left out: a run made again has the same past.

    The run just before is the one that speaks for the latest moment, among several the last saved.
    """
    earlier = "SELECT *, row_number() OVER (ORDER BY as_of DESC, number DESC) AS age FROM runs"
    runs = {row["id"]: row["age"] for row in db.execute(f"{earlier} WHERE as_of <= ? AND id <> ?", [as_of, run_id])}
    if not runs:
        return Memory()
    latest = min(runs, key=runs.__getitem__)
    past = db.execute(
        "SELECT id FROM runs WHERE as_of < ? ORDER BY as_of DESC, number DESC LIMIT 1", [as_of]
    ).fetchone()
    made = db.execute("SELECT version, model FROM runs WHERE id = ?", [latest]).fetchone()
    last_seen: dict[str, str] = {}
    for row in db.execute(_FOUND):
        if row["run_id"] in runs and runs[row["run_id"]] < runs.get(last_seen.get(row["id"], ""), len(runs) + 1):
            last_seen[row["id"]] = row["run_id"]
    return Memory(
        run_id=latest,
        version=made["version"],
        model=made["model"],
        post_ids=frozenset(
            row["post_id"] for row in db.execute("SELECT post_id FROM run_posts WHERE run_id = ?", [latest])
        ),
        themes=tuple(_known(db, theme_id, last_seen[theme_id], latest) for theme_id in sorted(last_seen)),
        history=tuple(_history(db, runs)),
        together=_together(db, past["id"]) if past else {},
        suggested=tuple(
            from_row(Plan, row)
            for row in db.execute(
                "SELECT theme_id, name, rank AS rank_before FROM suggestions JOIN themes"
                " ON themes.run_id = suggestions.run_id AND themes.id = theme_id"
                " WHERE suggestions.run_id = ? ORDER BY rank",
                [latest],
            )
        ),
        read=_read(db, latest),
    )


def _read(db: Database, run_id: str) -> dict[str, tuple[Statement, ...]]:
    """Post -> what a run read in it, without themes, of posts whose content is the current one."""
    same = (
        "run_posts JOIN posts ON posts.id = run_posts.post_id AND posts.revision = run_posts.revision"
        " JOIN statements ON statements.run_id = run_posts.run_id AND statements.post_id = posts.id"
    )
    mentions: defaultdict[str, list[Mention]] = defaultdict(list)
    for row in db.execute(
        f"SELECT named.* FROM {same} JOIN statement_mentions AS named ON named.run_id = statements.run_id"
        " AND named.statement_id = statements.id WHERE run_posts.run_id = ? ORDER BY named.statement_id, named.place",
        [run_id],
    ):
        mentions[row["statement_id"]].append(from_row(Mention, row))
    read: defaultdict[str, list[Statement]] = defaultdict(list)
    query = f"SELECT statements.* FROM {same} WHERE run_posts.run_id = ? ORDER BY statements.post_id, position"
    for row in db.execute(query, [run_id]):
        read[row["post_id"]].append(from_row(Statement, row, theme_id="", mentions=tuple(mentions[row["id"]])))
    return {post_id: tuple(statements) for post_id, statements in read.items()}


# the themes of each run as they were found, whatever decisions made of them
_FOUND = (
    "SELECT id, run_id FROM found_themes UNION ALL"
    " SELECT id, run_id FROM themes WHERE run_id NOT IN (SELECT run_id FROM found_themes)"
)


_LAST_NAME = """
    WITH named (run_id, name) AS (
        SELECT run_id, name FROM found_themes WHERE id = :theme
        UNION ALL
        SELECT themes.run_id, coalesce(built_name, themes.name) FROM themes
        LEFT JOIN wordings ON wordings.run_id = themes.run_id AND wordings.theme_id = themes.id
        WHERE themes.id = :theme AND themes.run_id NOT IN (SELECT run_id FROM found_themes)
    )
    SELECT named.name FROM named JOIN runs ON runs.id = named.run_id
    WHERE runs.id <> :id AND runs.number < :number AND runs.as_of <= :as_of
    ORDER BY runs.as_of DESC, runs.number DESC LIMIT 1
"""


def _together(db: Database, run_id: str) -> dict[str, str]:
    """Statement -> theme, as a run found them."""
    found = db.execute("SELECT * FROM found_themes WHERE run_id = ?", [run_id]).fetchall()
    if found:
        themes = [from_row(Theme, row) for row in found]
        return {member: theme.id for theme in themes for member in theme.statement_ids}
    rows = db.execute("SELECT statement_id, theme_id FROM theme_statements WHERE run_id = ?", [run_id])
    return {row["statement_id"]: row["theme_id"] for row in rows}


def _history(db: Database, runs: Mapping[str, int]) -> Iterator[tuple[str, ThemeEvent]]:
    """The events of some runs, each with what its run spoke for, oldest first."""
    query = (
        "SELECT runs.as_of, theme_events.* FROM theme_events JOIN runs ON runs.id = run_id"
        " ORDER BY runs.as_of, runs.number, place"
    )
    return ((row["as_of"], from_row(ThemeEvent, row)) for row in db.execute(query) if row["run_id"] in runs)


def _known(db: Database, theme_id: str, run_id: str, latest: str) -> KnownTheme:
    found = db.execute("SELECT * FROM found_themes WHERE run_id = ? AND id = ?", [run_id, theme_id]).fetchone()
    if found:
        return _known_as_found(db, found, is_current=run_id == latest)
    theme = db.execute(
        "SELECT themes.*, built_name FROM themes LEFT JOIN wordings"
        " ON wordings.run_id = themes.run_id AND wordings.theme_id = themes.id"
        " WHERE themes.run_id = ? AND themes.id = ?",
        [run_id, theme_id],
    ).fetchone()
    members = db.execute(
        "SELECT statements.* FROM theme_statements AS place JOIN statements"
        " ON statements.run_id = place.run_id AND statements.id = place.statement_id"
        " WHERE place.run_id = ? AND place.theme_id = ? ORDER BY place.place",
        [run_id, theme_id],
    )
    statements = tuple(from_row(Statement, row, theme_id=theme_id) for row in members)
    known = from_row(
        Theme,
        theme,
        name=theme["built_name"] or theme["name"],  # a name by a language model is that of its run only
        statement_ids=tuple(statement.id for statement in statements),
    )
    return KnownTheme(theme=known, statements=statements, is_current=run_id == latest)


def _known_as_found(db: Database, found: sqlite3.Row, *, is_current: bool) -> KnownTheme:
    theme = from_row(Theme, found)
    query = "SELECT * FROM statements WHERE run_id = ? AND id = ?"
    rows = (db.execute(query, [found["run_id"], member]).fetchone() for member in theme.statement_ids)
    statements = tuple(from_row(Statement, row, theme_id=theme.id) for row in rows)
    return KnownTheme(theme=theme, statements=statements, is_current=is_current)


def _effects(db: Database, run: sqlite3.Row) -> Iterator[Effect]:
    query = (
        "SELECT * FROM run_effects JOIN decisions ON decisions.number = run_effects.decision"
        " WHERE run_id = ? ORDER BY place"
    )
    for row in db.execute(query, [run["id"]]):
        yield from_row(Effect, row, decision=from_row(Decision, row))


def _part(db: Database, table: str, run: sqlite3.Row) -> sqlite3.Cursor:
    return db.execute(f"SELECT * FROM {table} WHERE run_id = ? ORDER BY place", [run["id"]])


def _statements(db: Database, run: sqlite3.Row) -> Iterator[Statement]:
    mentions: defaultdict[str, list[Mention]] = defaultdict(list)
    for row in _part(db, "statement_mentions", run):
        mentions[row["statement_id"]].append(from_row(Mention, row))
    for row in _part(db, "statements", run):
        yield from_row(Statement, row, theme_id=row["theme_id"] or "", mentions=tuple(mentions[row["id"]]))


def _themes(db: Database, run: sqlite3.Row) -> Iterator[Theme]:
    members: defaultdict[str, list[str]] = defaultdict(list)
    for row in _part(db, "theme_statements", run):
        members[row["theme_id"]].append(row["statement_id"])
    for row in _part(db, "themes", run):
        yield from_row(Theme, row, statement_ids=tuple(members[row["id"]]))


def list_runs(db: Database) -> list[RunSummary]:
    """All runs, the latest first."""
    counts = {
        "n_posts": "run_posts",
        "n_statements": "statements",
        "n_themes": "themes",
        "n_suggestions": "suggestions",
    }
    columns = [f"(SELECT count(*) FROM {table} WHERE run_id = runs.id) AS {name}" for name, table in counts.items()]
    query = f"SELECT runs.*, {', '.join(columns)} FROM runs ORDER BY number DESC"
    return [from_row(RunSummary, row) for row in db.execute(query)]


@dataclass(frozen=True, kw_only=True, slots=True)
class RunEvents:
    """What became of themes from the run `previous` to the run `run_id`; `names` are those of the themes, by id."""

    run_id: str
    previous: str
    as_of: str
    events: tuple[ThemeEvent, ...]
    names: Mapping[str, str]


def lineage(db: Database) -> list[RunEvents]:
    """The events of every run, from the earliest moment spoken for to the latest."""
    events: defaultdict[str, list[ThemeEvent]] = defaultdict(list)
    for row in db.execute("SELECT * FROM theme_events ORDER BY run_id, place"):
        events[row["run_id"]].append(from_row(ThemeEvent, row))
    names: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for row in db.execute("SELECT run_id, id, name FROM themes ORDER BY run_id, place"):
        names[row["run_id"]][row["id"]] = row["name"]
    return [
        RunEvents(
            run_id=row["id"],
            previous=row["previous"],
            as_of=row["as_of"],
            events=tuple(events[row["id"]]),
            names=names[row["previous"]] | names[row["id"]],
        )
        for row in db.execute("SELECT id, previous, as_of FROM runs ORDER BY as_of, number")
    ]


def delete_run(db: Database, run_id: str) -> None:
    """Remove a run and its conclusions; posts stay. Raises: DatabaseError if there is no such run."""
    if db.execute("DELETE FROM runs WHERE id = ?", [run_id]).rowcount == 0:
        raise no_run(run_id)


def no_run(run_id: str | None) -> DatabaseError:
    """The error for a run that is not there."""
    if run_id is None:
        return DatabaseError("the database has no run yet; start one with: voc analyze DB")
    return DatabaseError(f"there is no run {run_id}; list them with: voc runs DB")
