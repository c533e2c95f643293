"""Themes to suggestions, best first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voc.datatypes import Post, Statement, Suggestion, Theme
from voc.rank import periods
from voc.rank.intervals import places, rank_interval, resample
from voc.rank.mentions import WISHES, Mentions, Vector, tabulate
from voc.rank.priority import FEW, TOP, prioritise
from voc.rank.signals import measure, score


def rank(
    themes: Sequence[Theme],
    statements: Sequence[Statement],
    posts: Mapping[str, Post],
    *,
    weights: Mapping[str, float],
    as_of: str,
    windows: Sequence[str] = (),
    known: Collection[str] = (),
    half_life_days: float = 90.0,
    min_people: int = 2,
    bootstrap: int = 400,
    confidence: float = 0.9,
    seed: int = 0,
    pinned: Sequence[str] = (),
    muted: Collection[str] = (),
    voices: Mapping[str, float] | None = None,
) -> list[Suggestion]:
    """Suggestions for the themes that ask, lack or complain, best first.

    `statements` are all statements of the analysis, also those without a theme: they tell how many people were
    active. The last of the `windows` (``START/END``) is compared with those before it (`voc.trend`); momentum is
    against the one before alone. `known` are themes that were mentioned before the first. `weights` maps the names in
    `SIGNALS` to weights that sum to 1. Themes with fewer than `min_people` people are left out; ties in score are
    broken by theme id.
    Themes `pinned` come first whatever their score, kind and size, in the order given and without doubt (each of their
    intervals is one rank); `muted` ones are left out. Priorities are those without pins.
    With `voices`, the weight of each person (see `voc.weighting`), the signals count people by their weight, and each
    suggestion tells its rank without; counts of people, trends and priorities' shares stay counts.
    """
    field = _enter(
        themes, statements, posts, as_of=as_of, windows=windows, half_life_days=half_life_days,
        min_people=min_people, pinned=pinned, muted=muted,
    )  # fmt: skip
    if field is None:
        return []
    table, kept, n_people = field.table, field.kept, field.n_people
    people = len(table.people)
    counts = _counts(table, voices)
    signals = {name: values[0][kept] for name, values in measure(table, counts[None, :]).items()}
    order = field.order(score(signals, weights))
    samples = resample(table, counts, weights, bootstrap=bootstrap, seed=seed)[:, kept]
    sure = {n: high <= TOP for n, high in zip(order, rank_interval(samples[:, order], confidence)[1], strict=True)}
    order = field.pinned_first(order)
    low, high, ties = places(samples[:, order], len(field.ahead), confidence)
    plain = field.ranks(weights, np.ones(people)) if voices else {}
    trend = periods.trends_of(themes, statements, posts, windows, known)
    gaps = _missing(statements, posts)
    n_posts = _posts_per_theme(statements, field.column)
    weighted = table.one.T @ counts
    suggestions = []
    for place, n in enumerate(order):
        at = int(kept[n])
        theme = field.candidates[at]
        word = periods.word(trend, theme)
        own = {name: round(float(values[n]), 6) for name, values in signals.items()}
        suggestion = Suggestion(
            rank=place + 1,
            theme_id=theme.id,
            priority=prioritise(theme.kind == "problem", int(n_people[at]), people, word, sure_top=bool(sure[n])),
            score=round(sum(weights[name] * value for name, value in own.items()), 6),
            signals=own,
            contributions={name: round(weights[name] * value, 6) for name, value in own.items()},
            n_people=int(n_people[at]),
            n_posts=n_posts[at],
            rank_low=low[place],
            rank_high=high[place],
            tie=ties[place],
            change=periods.change(trend.get(theme.id)),
            trend=word,
            baseline=periods.baseline(trend.get(theme.id), windows),
            missing_evidence=(*gaps, *(("people",) if n_people[at] < FEW else ())),
            rank_unweighted=plain.get(theme.id),
            weighted_people=round(float(weighted[at]), 4) if voices else None,
        )
        suggestions.append(suggestion)
    return suggestions


def ranks(
    themes: Sequence[Theme],
    statements: Sequence[Statement],
    posts: Mapping[str, Post],
    *,
    weights: Mapping[str, float],
    as_of: str,
    windows: Sequence[str] = (),
    half_life_days: float = 90.0,
    min_people: int = 2,
    pinned: Sequence[str] = (),
    muted: Collection[str] = (),
    voices: Mapping[str, float] | None = None,
) -> dict[str, int]:
    """Theme id -> its rank, by the same arguments as `rank`."""
    field = _enter(
        themes, statements, posts, as_of=as_of, windows=windows, half_life_days=half_life_days,
        min_people=min_people, pinned=pinned, muted=muted,
    )  # fmt: skip
    return field.ranks(weights, _counts(field.table, voices)) if field else {}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Field:
    """What competes: `kept` are the columns of the table that do, `ahead` the places among them that are pinned."""

    candidates: Sequence[Theme]
    column: Mapping[str, int]
    table: Mentions
    kept: NDArray[np.int64]
    ahead: Sequence[int]
    n_people: Vector

    def order(self, scores: Vector) -> list[int]:
        """The places among `kept`, best first."""
        return sorted(range(len(scores)), key=lambda n: (-float(scores[n]), self.candidates[int(self.kept[n])].id))

    def pinned_first(self, order: Sequence[int]) -> list[int]:
        return [*self.ahead, *(n for n in order if n not in self.ahead)]

    def ranks(self, weights: Mapping[str, float], counts: Vector) -> dict[str, int]:
        """Theme id -> its rank if people count so much."""
        scores = score(
            {name: values[0][self.kept] for name, values in measure(self.table, counts[None, :]).items()}, weights
        )
        order = self.pinned_first(self.order(scores))
        return {self.candidates[int(self.kept[n])].id: place for place, n in enumerate(order, start=1)}


def _enter(
    themes: Sequence[Theme],
    statements: Sequence[Statement],
    posts: Mapping[str, Post],
    *,
    as_of: str,
    windows: Sequence[str],
    half_life_days: float,
    min_people: int,
    pinned: Sequence[str],
    muted: Collection[str],
) -> _Field | None:
    """The themes that ask, lack or complain, and those pinned, with who mentions them; None without any."""
    candidates = [
        theme
        for theme in themes
        if theme.id not in muted and (theme.kind in WISHES or theme.kind == "problem" or theme.id in pinned)
    ]
    column = {theme.id: n for n, theme in enumerate(candidates)}
    if not column:
        return None
    table = tabulate(statements, posts, column, as_of=as_of, windows=windows, half_life_days=half_life_days)
    n_people = np.asarray(table.one.sum(axis=0)).ravel()
    first = [column[theme_id] for theme_id in pinned if theme_id in column]
    kept = np.union1d(np.flatnonzero(n_people >= min_people), first).astype(int)
    if not kept.size:
        return None
    ahead = [int(np.searchsorted(kept, at)) for at in first]
    return _Field(candidates=candidates, column=column, table=table, kept=kept, ahead=ahead, n_people=n_people)


def _counts(table: Mentions, voices: Mapping[str, float] | None) -> Vector:
    """How much each person counts; on average 1, so that weights do not change what few people are."""
    if not voices:
        return np.ones(len(table.people))
    counts = np.array([voices.get(person, 1.0) for person in table.people])
    return counts / counts.mean() if counts.any() else counts


def _posts_per_theme(statements: Sequence[Statement], column: Mapping[str, int]) -> list[int]:
    pairs = {(column[s.theme_id], s.post_id) for s in statements if s.theme_id in column}
    counts = np.bincount([theme for theme, _ in pairs], minlength=len(column)) if pairs else np.zeros(len(column))
    return [int(count) for count in counts]


def _missing(statements: Sequence[Statement], posts: Mapping[str, Post]) -> tuple[str, ...]:
    """What the whole corpus lacks for a better ranking."""
    used = [posts[post_id] for post_id in {statement.post_id for statement in statements}]
    have = {
        "authors": any(post.author for post in used),
        "dates": any(post.posted_at for post in used),
        "ratings": any(post.rating is not None for post in used),
        "sources": len({post.source for post in used}) > 1,
    }
    return tuple(name for name, present in have.items() if not present)
