"""How many people and posts each theme of each run has in each window, counted in one go, without loading the runs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

    from sqlite_utils import Database


@dataclass(frozen=True, kw_only=True, slots=True)
class ThemeCounts:
    """People and posts that mention a theme, one number a window of its run.

    `earlier` tells that it was mentioned before the first window, or at a time unknown.
    """

    id: str
    name: str
    people: tuple[int, ...]
    posts: tuple[int, ...]
    earlier: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class RunCounts:
    """A run by its numbers: `active` people and its themes, over its `windows` (``START/END``, oldest first)."""

    run_id: str
    as_of: str
    windows: tuple[str, ...]
    confidence: float
    active: tuple[int, ...]
    themes: tuple[ThemeCounts, ...]


# One row per run, theme and window (-1: before the first; theme '': all statements). Windows begin after their start.
_COUNTS = """
WITH spans AS (
  SELECT runs.id AS run_id, each.key AS place, substr(each.value, 1, instr(each.value, '/') - 1) AS start,
    substr(each.value, instr(each.value, '/') + 1) AS stop
  FROM runs, json_each(runs.windows) AS each
),
moments AS MATERIALIZED (
  SELECT run_posts.run_id, run_posts.post_id, posts.posted_at
  FROM run_posts CROSS JOIN post_revisions AS posts
    ON posts.id = run_posts.post_id AND posts.revision = run_posts.revision
),
seen AS MATERIALIZED (
  SELECT moments.run_id, moments.post_id, spans.place FROM moments JOIN spans
    ON spans.run_id = moments.run_id AND moments.posted_at > spans.start AND moments.posted_at <= spans.stop
  UNION ALL
  SELECT moments.run_id, moments.post_id, -1 FROM moments JOIN spans
    ON spans.run_id = moments.run_id AND spans.place = 0 AND moments.posted_at <= spans.start
),
said AS MATERIALIZED (
  SELECT statements.run_id, coalesce(statements.theme_id, '') AS theme_id, seen.place, statements.person,
    statements.post_id
  FROM seen CROSS JOIN statements ON statements.run_id = seen.run_id AND statements.post_id = seen.post_id
),
counts AS (
  SELECT run_id, theme_id, place, count(DISTINCT person) AS people, count(DISTINCT post_id) AS posts
  FROM said WHERE theme_id <> '' GROUP BY run_id, theme_id, place
  UNION ALL
  SELECT run_id, '', place, count(DISTINCT person), count(DISTINCT post_id) FROM said GROUP BY run_id, place
  UNION ALL -- themes of earlier runs, of whose statements this one saw none
  SELECT theme_events.run_id, each.value, -1, 0, 0 FROM theme_events, json_each(theme_events.after) AS each
  WHERE theme_events.event IN ('continued', 'returned') AND theme_events.overlap = 0
)
SELECT runs.id AS run_id, runs.as_of, runs.windows, json_extract(runs.config, '$.confidence') AS confidence,
  counts.theme_id, themes.name, counts.place, counts.people, counts.posts
FROM counts JOIN runs ON runs.id = counts.run_id
LEFT JOIN themes ON themes.run_id = counts.run_id AND themes.id = counts.theme_id
WHERE themes.id IS NOT NULL OR counts.theme_id = ''
ORDER BY runs.as_of, runs.number, counts.theme_id, counts.place
"""


def count_themes(db: Database) -> list[RunCounts]:
    """All runs that have windows, by the moment they speak for; their themes by id."""
    rows = db.execute(_COUNTS)
    return [_run(list(own)) for _, own in groupby(rows, key=lambda row: row["run_id"])]


def _run(rows: list[sqlite3.Row]) -> RunCounts:
    windows = tuple(json.loads(rows[0]["windows"]))
    counted = {theme.id: theme for theme in _themes(rows, len(windows))}
    everything = counted.pop("", None)
    return RunCounts(
        run_id=rows[0]["run_id"],
        as_of=rows[0]["as_of"],
        windows=windows,
        confidence=rows[0]["confidence"],
        active=everything.people if everything else (0,) * len(windows),
        themes=tuple(counted.values()),
    )


def _themes(rows: Iterable[sqlite3.Row], n_windows: int) -> Iterator[ThemeCounts]:
    for theme_id, own in groupby(rows, key=lambda row: row["theme_id"]):
        here = list(own)
        people, posts = [0] * n_windows, [0] * n_windows
        for row in here:
            if row["place"] >= 0:
                people[row["place"]], posts[row["place"]] = row["people"], row["posts"]
        yield ThemeCounts(
            id=theme_id,
            name=here[0]["name"] or "",
            people=tuple(people),
            posts=tuple(posts),
            earlier=here[0]["place"] < 0,
        )
