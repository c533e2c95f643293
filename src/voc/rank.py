"""Themes to suggestions: named signals, each between 0 and 1, whose weighted sum is the score.

Every signal is a mean or a count over people, so a person weighs the same with one post or fifty. Intervals come from
resampling people (Efron's bootstrap, percentile method).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from voc.datatypes import Post, Priority, Statement, Suggestion, Theme
from voc.trend import Trend, trends
from voc.window import within

Vector = NDArray[np.float64]

SIGNALS: Mapping[str, str] = {
    "reach": "square root of the people who mention the theme, over that of the largest theme",
    "wish": "share of its people who ask for something or name a lack",
    "severity": "share of its people who speak negatively, averaged with their star gap to the corpus where rated",
    "momentum": "r / (1 + r), r the ratio of its share of people in the last period to that in the period before",
    "breadth": "effective number of sources it comes from, over that of the corpus",
    "recency": "mean over people of 0.5 ** (age of their newest mention / half-life)",
}
PRIORITY_RULES: Mapping[Priority, str] = {
    "P0": "a problem of ten people or more: at least 5 % of all, or surging, new or back and at least 2 %",
    "P1": "at least 2 % of all people, or surging, new or back, or surely (interval) among the ten first",
    "P2": "at least 0.5 % of all people and no fewer than five",
    "P3": "everything else",
}
WISHES = frozenset({"request", "need"})
_FEW = 5
_MANY = 10
_PRIOR = 2.0
_GAP_SCALE = 2.0
_BATCH = 64


@dataclass(frozen=True, kw_only=True, slots=True)
class _Table:
    """Sums over mentions, one row per person and one column per theme (CSR), all built from the same pairs.

    `one` is 1 where a person mentions a theme; the others hold that person's share or mean for the theme.
    """

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
) -> list[Suggestion]:
    """Suggestions for the themes that ask, lack or complain, best first.

    `statements` are all statements of the analysis, also those without a theme: they tell how many people were
    active. The last of the `windows` (``START/END``) is compared with those before it (`voc.trend`); momentum is
    against the one before alone. `known` are themes that were mentioned before the first. `weights` maps the names in
    `SIGNALS` to weights that sum to 1. Themes with fewer than `min_people` people are left out; ties in score are
    broken by theme id.
    Themes `pinned` come first whatever their score, kind and size, in the order given and without doubt (each of their
    intervals is one rank); `muted` ones are left out. Priorities are those without pins.
    """
    candidates = [
        theme
        for theme in themes
        if theme.id not in muted and (theme.kind in WISHES or theme.kind == "problem" or theme.id in pinned)
    ]
    column = {theme.id: n for n, theme in enumerate(candidates)}
    if not column:
        return []
    table, people = _tabulate(statements, posts, column, as_of, windows, half_life_days)
    breadth = _breadth(statements, posts, column)
    full = np.ones((1, people))
    n_people = np.asarray(table.one.sum(axis=0)).ravel()
    first = [column[theme_id] for theme_id in pinned if theme_id in column]
    kept = np.union1d(np.flatnonzero(n_people >= min_people), first).astype(int)
    if not kept.size:
        return []
    signals = {name: values[0][kept] for name, values in _signals(table, full, breadth).items()}
    score = sum((weights[name] * values for name, values in signals.items()), start=np.zeros(len(kept)))
    order = sorted(range(len(kept)), key=lambda n: (-round(float(score[n]), 9), candidates[kept[n]].id))
    samples = _resample(table, breadth, weights, people, bootstrap, seed)[:, kept]
    sure = {n: high <= _TOP for n, high in zip(order, _rank_interval(samples[:, order], confidence)[1], strict=True)}
    ahead = [int(np.searchsorted(kept, at)) for at in first]
    order = [*ahead, *(n for n in order if n not in ahead)]
    low, high, ties = _places(samples[:, order], len(ahead), confidence)
    trend = _trends(themes, statements, posts, windows, known)
    gaps = _missing(statements, posts)
    n_posts = _posts_per_theme(statements, column)
    suggestions = []
    for place, n in enumerate(order):
        theme = candidates[kept[n]]
        at = column[theme.id]
        own = {name: round(float(values[n]), 6) for name, values in signals.items()}
        suggestion = Suggestion(
            rank=place + 1,
            theme_id=theme.id,
            priority=prioritise(
                theme.kind == "problem", int(n_people[at]), people, _word(trend, theme), sure_top=bool(sure[n])
            ),
            score=round(sum(weights[name] * value for name, value in own.items()), 6),
            signals=own,
            contributions={name: round(weights[name] * value, 6) for name, value in own.items()},
            n_people=int(n_people[at]),
            n_posts=n_posts[at],
            rank_low=low[place],
            rank_high=high[place],
            tie=ties[place],
            change=_change(trend.get(theme.id)),
            trend=_word(trend, theme),
            baseline=_baseline(trend.get(theme.id), windows),
            missing_evidence=(*gaps, *(("people",) if n_people[at] < _FEW else ())),
        )
        suggestions.append(suggestion)
    return suggestions


_TOP = 10


def prioritise(is_problem: bool, n_people: int, all_people: int, trend: str, *, sure_top: bool) -> Priority:
    """The priority by `PRIORITY_RULES`.

    >>> prioritise(True, 60, 1000, "steady", sure_top=True)
    'P0'
    >>> prioritise(False, 4, 1000, "steady", sure_top=False)
    'P3'
    """
    share = n_people / max(all_people, 1)
    moving = trend in ("surging", "new", "returned")
    if n_people < _FEW:
        return "P3"
    if is_problem and n_people >= _MANY and (share >= 0.05 or (moving and share >= 0.02)):
        return "P0"
    if share >= 0.02 or moving or sure_top:
        return "P1"
    return "P2" if share >= 0.005 else "P3"


def choose_period(days: Sequence[str]) -> int:
    """Days in the period that is compared with the one before: an eighth of the time the posts span, as 7, 28 or 91.

    `days` are ISO-8601 times; posts that span less than two weeks, or carry no time, have no period (0).

    >>> choose_period(["2026-03-02T00:00:00Z", "2026-04-26T00:00:00Z"]), choose_period(["2026-03-02T00:00:00Z"])
    (7, 0)
    """
    dated = [day for day in days if day]
    span = (_moment(max(dated)) - _moment(min(dated))) / 86400 if dated else 0
    if span < 14:
        return 0
    return next((length for length in (7, 28) if span <= length * 12), 91)


def _tabulate(
    statements: Sequence[Statement],
    posts: Mapping[str, Post],
    column: Mapping[str, int],
    as_of: str,
    windows: Sequence[str],
    half_life_days: float,
) -> tuple[_Table, int]:
    """The table of mentions, and how many people spoke at all."""
    # numbered by their statements, not by name: the salt of hashed names must not reach the bootstrap
    row: dict[str, int] = {}
    for statement in sorted(statements, key=lambda statement: statement.id):
        row.setdefault(statement.person, len(row))
    now = _moment(as_of) if as_of else 0.0
    before, last = windows[-2:] if windows else ("", "")
    rated = [post.rating for post in posts.values() if post.rating is not None]
    mean_rating = sum(rated) / len(rated) if rated else 0.0
    active = np.zeros((2, len(row)))
    mentions: dict[tuple[int, int], list[tuple[float, ...]]] = {}
    for statement in statements:
        post = posts[statement.post_id]
        age = now - _moment(post.posted_at) if post.posted_at and as_of else None
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
    return _Table(**dict(zip(_FIELDS, matrices, strict=True)), active_last=active[0], active_before=active[1]), len(row)


_FIELDS = ("one", "wish", "negative", "rated", "gap", "recency", "last", "before")


def _summarise(values: list[tuple[float, ...]]) -> tuple[float, ...]:
    """What one person says of one theme, whatever the number of mentions."""
    wish, negative, gap, recency, last, before = np.array(values, dtype=float).T
    has_gap = ~np.isnan(gap)
    mean_gap = float(np.clip(gap[has_gap].mean() / _GAP_SCALE, 0, 1)) if has_gap.any() else 0.0
    return (1.0, wish.mean(), negative.mean(), float(has_gap.any()), mean_gap, recency.max(), last.max(), before.max())


def _signals(table: _Table, draws: Vector, breadth: Vector) -> dict[str, Vector]:
    """Signal name -> (draws, themes); each row of `draws` says how often each person is in the sample."""
    one = _sum(draws, table.one)
    people = np.maximum(one, 1e-9)
    rated = _sum(draws, table.rated)
    negative = _sum(draws, table.negative) / people
    gap = _sum(draws, table.gap) / np.maximum(rated, 1e-9)
    last, before = _sum(draws, table.last), _sum(draws, table.before)
    all_last, all_before = draws @ table.active_last, draws @ table.active_before
    ratio = _share_ratio(last, before, all_last[:, None], all_before[:, None])
    return {
        "reach": np.sqrt(one / np.maximum(one.max(axis=1, keepdims=True), 1)),
        "wish": _sum(draws, table.wish) / people,
        "severity": np.where(rated > 0, (negative + gap) / 2, negative),
        "momentum": ratio / (1 + ratio),
        "breadth": np.broadcast_to(breadth, one.shape),
        "recency": _sum(draws, table.recency) / people,
    }


def _share_ratio(last: Vector, before: Vector, all_last: Vector, all_before: Vector) -> Vector:
    """The ratio of shares, drawn towards 1 by two imaginary mentions spread evenly over both periods."""
    total = np.maximum(all_last + all_before, 1e-9)
    share_last = (last + _PRIOR * all_last / total) / np.maximum(all_last, 1e-9)
    share_before = (before + _PRIOR * all_before / total) / np.maximum(all_before, 1e-9)
    compared = (all_last > 0) & (all_before > 0)
    return np.where(compared, share_last / np.maximum(share_before, 1e-9), 1.0)


def _sum(draws: Vector, matrix: sparse.csr_matrix) -> Vector:
    return np.asarray((matrix.T @ draws.T).T)


def _resample(
    table: _Table, breadth: Vector, weights: Mapping[str, float], people: int, bootstrap: int, seed: int
) -> Vector:
    """Scores of all themes in `bootstrap` samples of people drawn with replacement: (bootstrap, themes)."""
    rng = np.random.default_rng(seed)
    scores = []
    for start in range(0, bootstrap, _BATCH):
        size = min(_BATCH, bootstrap - start)
        draws = rng.multinomial(people, np.full(people, 1 / people), size=size).astype(float)
        signals = _signals(table, draws, breadth)
        scores.append(sum((weights[name] * value for name, value in signals.items()), start=np.zeros(1)))
    return np.asarray(np.round(np.vstack(scores), 9), dtype=np.float64)


def _places(samples: Vector, n_pinned: int, confidence: float) -> tuple[list[int], list[int], list[int]]:
    """Least and greatest rank and tie group of each column; the first columns are pinned, and out of competition."""
    pins = list(range(1, n_pinned + 1))
    rest = samples[:, n_pinned:]
    low, high = _rank_interval(rest, confidence) if rest.size else (np.zeros(0), np.zeros(0))
    ties = _ties(rest, confidence) if rest.size else []
    first, last, groups = ([*pins, *(int(n) + n_pinned for n in side)] for side in (low, high, ties))
    return first, last, groups


def _rank_interval(samples: Vector, confidence: float) -> tuple[Vector, Vector]:
    ranks = (-samples).argsort(axis=1, kind="stable").argsort(axis=1, kind="stable") + 1
    tail = (1 - confidence) / 2
    low, high = np.quantile(ranks, [tail, 1 - tail], axis=0, method="inverted_cdf")
    place = np.arange(1, samples.shape[1] + 1)
    return np.minimum(low, place), np.maximum(high, place)


def _ties(samples: Vector, confidence: float) -> list[int]:
    """Group numbers from 1: a suggestion ties with the first of its group unless that one leads it in `confidence`
    of the samples."""
    groups = [1]
    leader = 0
    for n in range(1, samples.shape[1]):
        if (samples[:, leader] > samples[:, n]).mean() >= confidence:
            leader = n
        groups.append(leader + 1)
    numbers = {first: n for n, first in enumerate(sorted(set(groups)), start=1)}
    return [numbers[group] for group in groups]


def _trends(
    themes: Sequence[Theme],
    statements: Sequence[Statement],
    posts: Mapping[str, Post],
    windows: Sequence[str],
    known: Collection[str],
) -> dict[str, Trend]:
    """Theme id -> its trend, of all themes together; empty without windows."""
    if not windows:
        return {}
    row = {theme.id: n for n, theme in enumerate(themes)}
    heard: set[tuple[int, int, str]] = set()
    spoke: set[tuple[int, str]] = set()
    earlier = [theme.id in known for theme in themes]
    for statement in statements:
        moment, theme = posts[statement.post_id].posted_at, row.get(statement.theme_id)
        at = next((n for n, window in enumerate(windows) if within(moment, window)), None)
        if at is not None:
            spoke.add((at, statement.person))
            if theme is not None:
                heard.add((theme, at, statement.person))
        elif theme is not None and moment <= windows[0].partition("/")[0]:  # also where it is unknown
            earlier[theme] = True
    people = np.zeros((len(themes), len(windows)), dtype=int)
    for theme, at, _ in heard:
        people[theme, at] += 1
    active = np.bincount([at for at, _ in spoke], minlength=len(windows)) if spoke else np.zeros(len(windows))
    found = trends(people.tolist(), [int(n) for n in active], earlier=earlier)
    return {theme.id: trend for theme, trend in zip(themes, found, strict=True)}


def _word(found: Mapping[str, Trend], theme: Theme) -> str:
    return found[theme.id].word if theme.id in found else ""


def _change(trend: Trend | None) -> float | None:
    return None if trend is None or trend.change is None or not trend.word else round(trend.change, 4)


def _baseline(trend: Trend | None, windows: Sequence[str]) -> str:
    """What the change is against: from the start of the first window to the end of the last one in the baseline."""
    if _change(trend) is None or trend is None:
        return ""
    return f"{windows[0].partition('/')[0]}/{windows[trend.n_baseline - 1].partition('/')[2]}"


def _breadth(statements: Sequence[Statement], posts: Mapping[str, Post], column: Mapping[str, int]) -> Vector:
    sources = {source: n for n, source in enumerate(sorted({post.source for post in posts.values()}))}
    seen: set[tuple[int, int, str]] = {
        (column[s.theme_id], sources[posts[s.post_id].source], s.person) for s in statements if s.theme_id in column
    }
    counts = np.zeros((len(column), len(sources)))
    for theme, source, _ in sorted(seen):
        counts[theme, source] += 1
    totals = np.zeros(len(sources))
    for source, _ in {(sources[posts[s.post_id].source], s.person) for s in statements}:
        totals[source] += 1
    # each source speaks in proportion to its size, so that a theme of all sources alike reaches 1
    rates = counts / np.maximum(totals, 1)
    return _effective(rates) / max(len(sources), 1)


def _effective(rates: Vector) -> Vector:
    """The exponential of the entropy of each row: how many sources, were they equal (Hill number of order 1)."""
    total = rates.sum(axis=1, keepdims=True)
    p = np.divide(rates, total, out=np.zeros_like(rates), where=total > 0)
    entropy = -np.sum(np.where(p > 0, p * np.log(np.maximum(p, 1e-300)), 0), axis=1)
    return np.where(total.ravel() > 0, np.exp(entropy), 0)


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


def _moment(iso: str) -> float:
    """Seconds since the epoch of an ISO-8601 time."""
    return datetime.fromisoformat(iso).timestamp()
