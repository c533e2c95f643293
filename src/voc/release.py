"""Did a release help? How often a theme is mentioned before and after it, and whether that can be told at all.

What is counted are person-weeks: a person active in a week counts once, and once more if what that person said was
about the theme, however much it was. Weeks are counted from the release. Given how many mentions there are in all, the
number after the release is binomial, which gives an exact interval for the ratio of the two rates (Przyborowski &
Wilenski 1940; limits by Clopper & Pearson 1934). A busy week is no change, since both sides are rates.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from voc.datatypes import Plan, Post, Release, Statement

Verdict = Literal["solved", "unsolved", "too little data"]
By = Literal["date", "version"]
Side = Literal["before", "after"]
Units = dict[Side, set[tuple[str, int]]]

CONFIDENCE = 0.95
HALVED = 0.5  # solved: the rate has surely more than halved; unsolved: surely not
FEWEST = 5  # people who mention a theme, below which nothing is said
_BYS: tuple[By, ...] = get_args(By)
_SIDES: tuple[Side, ...] = get_args(Side)
_FIRST = 10  # suggestions of the last run that are looked at again
_NUMBER = re.compile(r"\d+(?:\.\d+)+|\d+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """Mentions of a theme among active person-weeks, on both sides of a release.

    `by` says what the sides are: posts before and since the ``date``, or posts that name an older or another
    ``version``. `ratio` is the rate after over the rate before, None where there is none; `high` is None where it has
    no bound.
    """

    by: By
    before: int
    before_active: int
    after: int
    after_active: int
    ratio: float | None
    low: float
    high: float | None
    verdict: Verdict


def compare(
    theme_id: str,
    release: Release,
    statements: Sequence[Statement],
    posts: Mapping[str, Post],
    *,
    timezone: str,
) -> tuple[Comparison, ...]:
    """The theme before and after the release: by date, and by version where posts on both sides name one.

    `statements` are all of an analysis: those of other themes tell who was active.
    """
    made = []
    for by in _BYS:
        side = sides(release, by, timezone=timezone)
        active: Units = {"before": set(), "after": set()}
        about: Units = {"before": set(), "after": set()}
        for statement in statements:
            post = posts[statement.post_id]
            where = side(post)
            if where:
                unit = (statement.person, week_of(post, release, timezone=timezone))
                active[where].add(unit)
                if statement.theme_id == theme_id:
                    about[where].add(unit)
        if by == "date" or (active["before"] and active["after"]):
            made.append(_judge(by, active, about))
    return tuple(made)


def verdict_of(comparisons: Sequence[Comparison]) -> Verdict:
    """The verdict by version where there is one, since not everybody updates at once; else the one by date."""
    told = [c.verdict for c in sorted(comparisons, key=lambda c: c.by, reverse=True) if c.verdict != "too little data"]
    return told[0] if told else "too little data"


def rate_ratio(
    before: int, before_active: int, after: int, after_active: int, *, confidence: float = CONFIDENCE
) -> tuple[float | None, float, float | None]:
    """The rate after over the rate before with its exact interval; None for what is not bounded.

    >>> rate_ratio(20, 100, 2, 100)
    (0.1, 0.0113, 0.4117)
    >>> rate_ratio(0, 100, 2, 100)
    (None, 0.1878, None)
    """
    from scipy.stats import binomtest

    if not before_active or not after_active or not before + after:
        return None, 0.0, None
    bounds = binomtest(after, before + after).proportion_ci(confidence, method="exact")
    scale = before_active / after_active
    low, high = (round(p / (1 - p) * scale, 4) if p < 1 else None for p in (bounds.low, bounds.high))
    return round(after / before * scale, 4) if before else None, low or 0.0, high


def sides(release: Release, by: By, *, timezone: str) -> Callable[[Post], Side | None]:
    """Which side of a release a post is on; None where that is unknown. A version that is not older is after."""
    moment = moment_of(release, timezone=timezone)
    wanted = version_key(release.name)

    def by_date(post: Post) -> Side | None:
        if not post.posted_at:
            return None
        return "before" if datetime.fromisoformat(post.posted_at) < moment else "after"

    def by_version(post: Post) -> Side | None:
        named = post.attributes.get(release.version_column, "") if release.version_column else post.version
        own = version_key(named)
        return ("before" if own < wanted else "after") if own and wanted else None

    return by_date if by == "date" else by_version


def moment_of(release: Release, *, timezone: str) -> datetime:
    """The beginning of the day of the release.

    >>> moment_of(Release(name="2.1", date="2024-05-01"), timezone="Asia/Shanghai").isoformat()
    '2024-05-01T00:00:00+08:00'
    """
    return datetime.fromisoformat(release.date).replace(tzinfo=ZoneInfo(timezone))


def week_of(post: Post, release: Release, *, timezone: str) -> int:
    """The week of a post counted from the release, the first one after it being 0; 0 also without a date."""
    if not post.posted_at:
        return 0
    moment = moment_of(release, timezone=timezone)
    return (datetime.fromisoformat(post.posted_at) - moment) // timedelta(days=7)


def version_key(name: str) -> tuple[int, ...]:
    """The numbers of a version, to be compared; empty where there is none.

    >>> version_key("HyperOS 2.1.0") == version_key("v2.1") < version_key("2.10"), version_key("最新版")
    (True, ())
    """
    found = max(_NUMBER.findall(name), key=lambda number: "." in number, default="")
    key = [int(part) for part in found.split(".") if part]
    while key and key[-1] == 0:
        key.pop()
    return tuple(key)


def carry_over(plans: Sequence[Plan], suggested: Sequence[Plan], *, now: Callable[[str], str]) -> tuple[Plan, ...]:
    """Where themes stand: those with a status, and the first suggestions of the last run, by their rank then."""
    ranks = {plan.theme_id: plan.rank_before for plan in suggested}
    told = {plan.theme_id: replace(plan, rank_before=ranks.get(plan.theme_id, 0)) for plan in plans}
    told = {plan.theme_id: plan for plan in suggested[:_FIRST]} | told
    placed = [replace(plan, now=now(plan.theme_id)) for plan in told.values()]
    return tuple(sorted(placed, key=lambda plan: (plan.rank_before or len(ranks) + 1, plan.theme_id)))


def _judge(by: By, active: Units, about: Units) -> Comparison:
    before, before_active, after, after_active = (len(units[side]) for side in _SIDES for units in (about, active))
    ratio, low, high = rate_ratio(before, before_active, after, after_active)
    complained, complain = ({person for person, _ in about[side]} for side in _SIDES)
    verdict: Verdict = "too little data"
    if len(complained) >= FEWEST and after_active and high is not None and high < HALVED:
        verdict = "solved"
    elif len(complained | complain) >= FEWEST and before_active and after_active and low > HALVED:
        verdict = "unsolved"
    return Comparison(
        by=by,
        before=before,
        before_active=before_active,
        after=after,
        after_active=after_active,
        ratio=ratio,
        low=low,
        high=high,
        verdict=verdict,
    )
