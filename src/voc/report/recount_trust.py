"""Counts again what a report says about campaigns, weights and the sample, for `check`: from the run alone."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from voc.datatypes import Campaign, Post, Run
from voc.report.figure import count_people
from voc.weighting import parse, weigh

Where = Mapping[str, str]
Recount = tuple[float, list[str]]

_TOP = 10
_WEEK = timedelta(days=7)


def trust_problems(node: Mapping[str, Any], run: Run) -> Iterator[str]:
    """What is wrong with the ranks of a campaign, or of a suggestion with other weights or without."""
    if "rank_believed" in node:
        yield from _campaign_problems(node, run)
    if "rank_unweighted" in node:
        known = {s.theme_id: (s.rank, s.rank_unweighted) for s in run.suggestions}
        if (node["rank"], node["rank_unweighted"]) != known.get(node["theme_id"]):
            yield f"has rank {node['rank']} ({node['rank_unweighted']} without weights), which is not that of the run"
    if "rank_worst" in node:
        places = [ranks[node["theme_id"]] for _, _, ranks in _settings(run)]
        if (node["rank_best"], node["rank_worst"]) != (min(places), max(places)):
            yield f"moves {node['rank_best']}–{node['rank_worst']} instead of {min(places)}–{max(places)}"
    if "factor" in node:
        tops = {(name, factor): sorted(ranks, key=ranks.__getitem__)[:_TOP] for name, factor, ranks in _settings(run)}
        if tops.get((node["signal"], node["factor"])) != list(node["top"]):
            yield f"has other suggestions first at {node['factor']} times the weight of {node['signal']}"


def _campaign_problems(node: Mapping[str, Any], run: Run) -> Iterator[str]:
    ranks = {suggestion.theme_id: suggestion.rank for suggestion in run.suggestions}
    campaign = next((c for c in run.campaigns if c.id == node["post_id"]), None)
    if campaign is None:
        yield f"is no campaign of the run: {node['post_id']}"
        return
    told = [node[key] or 0 for key in ("rank_counted", "rank_believed", "rank_without")]
    known = [ranks.get(campaign.theme_id, 0), campaign.rank_believed, campaign.rank_without]
    if told != known or node["theme_id"] != campaign.theme_id:
        yield f"has ranks {told} of {node['theme_id']} instead of {known} of {campaign.theme_id}"


def _campaign(run: Run, where: Where) -> Campaign:
    return next(campaign for campaign in run.campaigns if campaign.id == where["campaign"])


def _campaign_posts(run: Run, where: Where) -> Recount:
    ids = _campaign(run, where).post_ids
    return len(ids), list(ids)


def _accounts(run: Run, where: Where) -> Recount:
    ids = _campaign(run, where).post_ids
    return len({post.author for post in run.posts if post.id in ids} - {""}), list(ids)


def _young(run: Run, where: Where) -> Recount:
    """Accounts of the campaign's days whose every post is within a week of each of their copies."""
    campaign = _campaign(run, where)
    left_out = {exclusion.post_id for exclusion in run.exclusions if exclusion.reason != "empty"}
    active: defaultdict[str, list[datetime]] = defaultdict(list)
    copies: defaultdict[str, list[datetime]] = defaultdict(list)
    for post in run.posts:
        if post.author and post.posted_at and post.id not in left_out:
            active[post.author].append(datetime.fromisoformat(post.posted_at))
            if post.id in campaign.post_ids and campaign.first_at <= post.posted_at <= campaign.last_at:
                copies[post.author].append(datetime.fromisoformat(post.posted_at))
    young = [
        author
        for author, own in copies.items()
        if any(all(abs(moment - copy) <= _WEEK for moment in active[author]) for copy in own)
    ]
    return len(young), list(campaign.post_ids)


def _suspect(run: Run, where: Where) -> Recount:
    suspected = {post_id for campaign in run.campaigns for post_id in campaign.post_ids}
    ids = {s.post_id for s in run.statements if s.theme_id == where["theme"]} & suspected
    return len(ids), list(ids)


def _of_one(run: Run, where: Where) -> Recount:
    authors = {post.id: post.author for post in run.posts}
    posts: defaultdict[str, set[str]] = defaultdict(set)
    for statement in run.statements:
        if statement.theme_id == where["theme"] and authors[statement.post_id]:
            posts[authors[statement.post_id]].add(statement.post_id)
    most = max(sorted(posts), key=lambda author: len(posts[author]))
    return len(posts[most]), list(posts[most])


def _weights(run: Run) -> dict[str, float]:
    posts = {post.id: post for post in run.posts}
    return weigh(run.statements, posts, run.authors, parse(str(run.config["author_weights"])))


def _n_weighted(run: Run, _: Where) -> Recount:
    weights = _weights(run)
    people = {person for person, weight in weights.items() if weight != 1}
    return len(people), [statement.post_id for statement in run.statements if statement.person in people]


def _weighted(run: Run, where: Where) -> Recount:
    weights = _weights(run)
    mean = math.fsum(weights.values()) / len(weights)
    said = [statement for statement in run.statements if statement.theme_id == where["theme"]]
    total = math.fsum(weights[person] for person in {statement.person for statement in said})
    return total / mean if mean else total, [statement.post_id for statement in said]


def _settings(run: Run) -> list[tuple[str, float, dict[str, int]]]:
    """Signal, factor and the rank of every theme, for each change of a weight."""
    ranked = sorted(run.suggestions, key=lambda suggestion: suggestion.rank)
    acted = [e.acts_on for e in run.effects if e.decision.action == "pin" and e.outcome in ("applied", "followed")]
    named = {theme_id for ids in acted for theme_id in ids}
    pinned = {s.theme_id for n, s in enumerate(ranked) if all(other.theme_id in named for other in ranked[: n + 1])}
    raw = {key.removeprefix("weight_"): value for key, value in run.config.items() if key.startswith("weight_")}
    weights = {name: float(value) for name, value in raw.items() if isinstance(value, int | float)}
    found = []
    for name in weights:
        for factor in (0.5, 1.5):
            changed = weights | {name: weights[name] * factor}
            scores = {s.theme_id: math.fsum(changed[n] * s.signals.get(n, 0.0) for n in changed) for s in ranked}
            order = sorted(
                ranked,
                key=lambda s: (s.theme_id not in pinned, 0 if s.theme_id in pinned else -round(scores[s.theme_id], 9)),
            )
            found.append((name, factor, {s.theme_id: place for place, s in enumerate(order, start=1)}))
    return found


def _always(run: Run, _: Where) -> Recount:
    settings = _settings(run)
    first = [suggestion.theme_id for suggestion in run.suggestions if suggestion.rank <= _TOP]
    return sum(all(ranks[theme] <= _TOP for _, _, ranks in settings) for theme in first), []


def _n_settings(run: Run, where: Where) -> Recount:
    return sum(ranks[where["theme"]] <= _TOP for _, _, ranks in _settings(run)), []


def _known(run: Run, where: Where) -> tuple[list[Post], dict[str, str]]:
    """The posts that count, and what is known of them."""
    authors = {author.id: author.attributes for author in run.authors}
    left_out = {exclusion.post_id for exclusion in run.exclusions}
    counted = [post for post in run.posts if post.id not in left_out]
    field = where["known"]
    own = field if field in ("source", "region", "device", "version") else None
    told = {
        post.id: authors.get(post.author, {}).get(field, "") or (str(getattr(post, own)) if own else "")
        for post in counted
    }
    return counted, {post_id: value.strip() for post_id, value in told.items() if value.strip()}


def _share_known(run: Run, where: Where) -> Recount:
    counted, known = _known(run, where)
    return len(known) / (len(counted) or 1), list(known)


def _people_known(run: Run, where: Where) -> Recount:
    _, known = _known(run, where)
    part = count_people(s.person for s in run.statements if s.post_id in known)
    return part / (count_people(s.person for s in run.statements) or 1), list(known)


def _share_of_value(run: Run, where: Where) -> Recount:
    _, known = _known(run, where)
    ids = [post_id for post_id, value in known.items() if value == where["is"]]
    return len(ids) / (len(known) or 1), ids


def _effective(run: Run, where: Where) -> Recount:
    _, known = _known(run, where)
    counts = Counter(known.values())
    entropy = math.fsum(n / counts.total() * math.log(counts.total() / n) for n in counts.values())
    return math.exp(entropy), list(known)


TRUST_RECOUNTS: Mapping[str, Callable[[Run, Where], Recount]] = {
    "n_campaign_posts": _campaign_posts,
    "n_accounts": _accounts,
    "n_young_accounts": _young,
    "n_suspect_posts": _suspect,
    "n_posts_of_one": _of_one,
    "n_weighted_people": _n_weighted,
    "weighted_people": _weighted,
    "n_always_top": _always,
    "n_settings": _n_settings,
    "share_of_posts_known": _share_known,
    "share_of_people_known": _people_known,
    "share_of_value": _share_of_value,
    "effective_values": _effective,
}
