"""Who says what of which theme, as sparse matrices with a row per person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from voc.datatypes import Post, Statement
from voc.rank.periods import moment
from voc.window import within

Vector = NDArray[np.float64]

WISHES = frozenset({"request", "need"})
_GAP_SCALE = 2.0
_FIELDS = ("one", "wish", "negative", "rated", "gap", "recency", "last", "before")


@dataclass(frozen=True, kw_only=True, slots=True)
class Mentions:
    """Sums over mentions, one row per person and one column per theme (CSR), all built from the same pairs.

    `one` is 1 where a person mentions a theme; the others hold that person's share or mean for the theme. `sources`
    has a column for each pair of theme and source, and `spoke` one for each source: a person's one voice is divided
    among the sources it is heard in. `people` are the persons by row.
    """

    people: tuple[str, ...]
    n_themes: int
    one: sparse.csr_matrix
    wish: sparse.csr_matrix
    negative: sparse.csr_matrix
    rated: sparse.csr_matrix
    gap: sparse.csr_matrix
    recency: sparse.csr_matrix
    last: sparse.csr_matrix
    before: sparse.csr_matrix
    active_last: Vector
    active_before: Vector
    sources: sparse.csr_matrix
    spoke: sparse.csr_matrix


def tabulate(
    statements: Sequence[Statement],
    posts: Mapping[str, Post],
    column: Mapping[str, int],
    *,
    as_of: str,
    windows: Sequence[str],
    half_life_days: float,
) -> Mentions:
    """The table of mentions of the themes that have a column."""
    # numbered by their statements, not by name: the salt of hashed names must not reach the bootstrap
    row: dict[str, int] = {}
    for statement in sorted(statements, key=lambda statement: statement.id):
        row.setdefault(statement.person, len(row))
    now = moment(as_of) if as_of else 0.0
    before, last = windows[-2:] if windows else ("", "")
    mean_rating = _mean_rating(statements, posts)
    active = np.zeros((2, len(row)))
    mentions: dict[tuple[int, int], list[tuple[float, ...]]] = {}
    for statement in statements:
        post = posts[statement.post_id]
        age = now - moment(post.posted_at) if post.posted_at and as_of else None
        in_last, in_before = within(post.posted_at, last), within(post.posted_at, before)
        person = row[statement.person]
        active[:, person] = np.maximum(active[:, person], (in_last, in_before))
        if statement.theme_id not in column:
            continue
        gap = np.nan if post.rating is None else mean_rating - post.rating
        recency = 0.5 if age is None else 0.5 ** (max(age, 0) / 86400 / half_life_days)
        values = (statement.kind in WISHES, statement.polarity == "neg", gap, recency, in_last, in_before)
        mentions.setdefault((person, column[statement.theme_id]), []).append(values)
    pairs = sorted(mentions)
    cells = np.array([_summarise(mentions[pair]) for pair in pairs]).reshape(len(pairs), 8).T
    index = (np.array([p for p, _ in pairs], dtype=int), np.array([t for _, t in pairs], dtype=int))
    matrices = [sparse.csr_matrix((cell, index), shape=(len(row), len(column))) for cell in cells]
    sources, spoke = _sources(statements, posts, column, row)
    return Mentions(
        people=tuple(row),
        n_themes=len(column),
        **dict(zip(_FIELDS, matrices, strict=True)),
        active_last=active[0],
        active_before=active[1],
        sources=sources,
        spoke=spoke,
    )


def _mean_rating(statements: Sequence[Statement], posts: Mapping[str, Post]) -> float:
    """The mean over people of the mean of their ratings."""
    given: dict[str, dict[str, float]] = {}
    for statement in statements:
        rating = posts[statement.post_id].rating
        if rating is not None:
            given.setdefault(statement.person, {})[statement.post_id] = rating
    means = [fsum(ratings.values()) / len(ratings) for ratings in given.values()]
    return fsum(means) / len(means) if means else 0.0


def _summarise(values: list[tuple[float, ...]]) -> tuple[float, ...]:
    """What one person says of one theme, whatever the number of mentions."""
    wish, negative, gap, recency, last, before = np.array(values, dtype=float).T
    has_gap = ~np.isnan(gap)
    mean_gap = float(np.clip(gap[has_gap].mean() / _GAP_SCALE, 0, 1)) if has_gap.any() else 0.0
    return (1.0, wish.mean(), negative.mean(), float(has_gap.any()), mean_gap, recency.max(), last.max(), before.max())


def _sources(
    statements: Sequence[Statement], posts: Mapping[str, Post], column: Mapping[str, int], row: Mapping[str, int]
) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """People by themes and sources, and people by sources."""
    number = {source: n for n, source in enumerate(sorted({post.source for post in posts.values()}))}
    heard: set[tuple[int, int, int]] = set()
    spoke: set[tuple[int, int, int]] = set()
    for statement in statements:
        person, source = row[statement.person], number[posts[statement.post_id].source]
        spoke.add((person, 0, source))
        if statement.theme_id in column:
            heard.add((person, column[statement.theme_id], source))
    shape = (len(row), len(column), len(number))
    return _voices(heard, shape), _voices(spoke, (len(row), 1, len(number)))


def _voices(heard: set[tuple[int, int, int]], shape: tuple[int, int, int]) -> sparse.csr_matrix:
    cells = np.array(sorted(heard), dtype=int).reshape(len(heard), 3)
    _, which, counts = np.unique(cells[:, :2], axis=0, return_inverse=True, return_counts=True)
    columns = cells[:, 1] * shape[2] + cells[:, 2]
    parts = 1 / counts[which.ravel()] if len(cells) else np.zeros(0)
    return sparse.csr_matrix((parts, (cells[:, 0], columns)), shape=(shape[0], shape[1] * shape[2]))
