"""Counts again what a report says about releases, for `check`: from the run alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any
from zoneinfo import ZoneInfo

from voc.datatypes import Post, Release, Run, Statement

Where = Mapping[str, str]
Recount = tuple[float, list[str]]


def person_weeks(run: Run, where: Where) -> Recount:
    """Distinct people and weeks on a side of a release; of a theme where there is one."""
    said = list(_on_side(run, where))
    return len({unit for _, unit in said}), [statement.post_id for statement, _ in said]


def share_of_person_weeks(run: Run, where: Where) -> Recount:
    """Those of a theme over those of everything."""
    part, ids = person_weeks(run, where)
    whole, _ = person_weeks(run, {key: value for key, value in where.items() if key != "theme"})
    return part / (whole or 1), ids


def rate_ratio(run: Run, where: Where) -> Recount:
    """The share after the release over the one before."""
    (before, older), (after, ids) = (share_of_person_weeks(run, {**where, "side": s}) for s in ("before", "after"))
    return after / before if before else float("inf"), older + ids


def shipped(run: Run, where: Where) -> Recount:
    """Themes shipped in a release."""
    plans = [plan for plan in run.plans if plan.status == "shipped" and plan.release == where["release"]]
    now = {plan.now for plan in plans} - {""}
    return len(plans), [statement.post_id for statement in run.statements if statement.theme_id in now]


def share_of_release(run: Run, where: Where) -> Recount:
    """Themes shipped in a release over all of its changes."""
    n, ids = shipped(run, where)
    return n / (_release(run, where).n_changes or 1), ids


def standing_problems(node: Mapping[str, Any], run: Run) -> Iterator[str]:
    """What is wrong with the ranks of a line about where a theme stands."""
    plans = {plan.theme_id: plan for plan in run.plans}
    ranks = {suggestion.theme_id: suggestion.rank for suggestion in run.suggestions}
    plan = plans.get(node["theme_id"])
    if plan is None:
        yield f"tells where a theme stands that has no standing: {node['theme_id']}"
    elif (node["rank_before"] or 0, node["rank_now"]) != (plan.rank_before, ranks.get(plan.now)):
        yield f"has ranks {node['rank_before']}, {node['rank_now']} that are not those of the run"


def contrast_problems(node: Mapping[str, Any], run: Run) -> Iterator[str]:
    """What is wrong with the interval of a ratio: it must be the one that the counts give."""
    from voc.release import rate_ratio as interval

    where = node["told"]["figures"][0]["where"]
    counts = []
    for side in ("before", "after"):
        here = {**where, "side": side}
        everything = {key: value for key, value in here.items() if key != "theme"}
        counts += [int(person_weeks(run, selected)[0]) for selected in (here, everything)]
    _, low, high = interval(*counts)
    if (node["low"], node["high"]) != (low, high):
        yield f"has the interval {node['low']} to {node['high']} instead of {low} to {high}"


RECOUNTS: Mapping[str, Callable[[Run, Where], Recount]] = {
    "n_person_weeks": person_weeks,
    "share_of_person_weeks": share_of_person_weeks,
    "rate_ratio": rate_ratio,
    "n_shipped": shipped,
    "share_of_release": share_of_release,
}


def _on_side(run: Run, where: Where) -> Iterator[tuple[Statement, tuple[str, int]]]:
    posts = {post.id: post for post in run.posts}
    release = _release(run, where)
    day = datetime.fromisoformat(release.date).replace(tzinfo=ZoneInfo(str(run.config.get("timezone", "UTC"))))
    for statement in run.statements:
        post = posts[statement.post_id]
        moment = datetime.fromisoformat(post.posted_at) if post.posted_at else None
        is_after = (moment and moment >= day) if where["by"] == "date" else _not_older(post, release)
        is_about = "theme" not in where or statement.theme_id == where["theme"]
        if is_about and is_after is not None and is_after == (where["side"] == "after"):
            yield statement, (statement.person, (moment - day) // timedelta(days=7) if moment else 0)


def _not_older(post: Post, release: Release) -> bool | None:
    named = post.attributes.get(release.version_column, "") if release.version_column else post.version
    own, other = (re.findall(r"\d+(?:\.\d+)*", text) for text in (named, release.name))
    if not own or not other:
        return None
    ours, theirs = (map(int, max(found, key=lambda n: "." in n).split(".")) for found in (own, other))
    pairs = list(zip_longest(ours, theirs, fillvalue=0))
    return [a for a, _ in pairs] >= [b for _, b in pairs]


def _release(run: Run, where: Where) -> Release:
    return next(release for release in run.releases if release.name == where["release"])
