"""Campaigns: nearly the same words, from many young accounts, within days.

Near-identical texts of different accounts, accounts without a past and posts bunched in time are what tells groups of
hired writers from users (Jindal & Liu 2008, Opinion spam and analysis; Mukherjee, Liu & Glance 2012, Spotting fake
reviewer groups; Fei et al. 2013, Exploiting burstiness in reviews). None of the three is enough: after an outage many
write at once, but each in their own words; a slogan is repeated word for word, but over weeks, or by users with a past.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from voc.datatypes import Campaign, Post

SIMILAR = 0.6  # Jaccard similarity of character bigrams: hired writers change words
LETTERS = 20
RULES: Mapping[str, float] = {
    "accounts": 5,  # at least
    "letters": LETTERS,  # of the text, at least: people do write 闪退 independently of one another
    "days": 3,  # that hold most of the copies
    "bunched": 0.8,  # of the copies lie in them, at least
    "usual": 0.4,  # of all other posts lie in them, at most: in a few days of data nothing can be bunched
    "young": 0.8,  # of the accounts, at least, wrote nothing but in the week before and after their copy
}
_WEEK = timedelta(days=7)
_WORD = re.compile(r"[^\W_]+")


def find_campaigns(posts: Sequence[Post], norms: Mapping[str, str], families: Mapping[str, str]) -> list[Campaign]:
    """The campaigns among posts, the earliest first.

    `norms` are the matching forms of the texts by post id. `families` maps posts to the one whose words they repeat
    nearly; a post that is missing stands for itself. Posts without author or date are no evidence for a campaign, but
    copies of its text belong to it.
    """
    groups: defaultdict[str, list[Post]] = defaultdict(list)
    active: defaultdict[str, list[datetime]] = defaultdict(list)
    for post in posts:
        groups[families.get(post.id, post.id)].append(post)
        if post.author and post.posted_at:
            active[post.author].append(_moment(post))
    dated = sorted(_moment(post) for post in posts if post.posted_at)
    found = [
        campaign
        for leader, copies in groups.items()
        if len(copies) >= RULES["accounts"] and len("".join(_WORD.findall(norms[leader]))) >= RULES["letters"]
        for campaign in _judge(leader, copies, active, dated)
    ]
    return sorted(found, key=lambda campaign: (campaign.first_at, campaign.id))


def _judge(
    leader: str, copies: Sequence[Post], active: Mapping[str, Sequence[datetime]], dated: Sequence[datetime]
) -> Iterable[Campaign]:
    """The campaign that copies of a text are, if they are one."""
    told = sorted(
        (post for post in copies if post.author and post.posted_at), key=lambda post: (post.posted_at, post.id)
    )
    burst = _densest(told)
    accounts = {post.author for post in burst}
    if len(accounts) < RULES["accounts"] or len(burst) < RULES["bunched"] * len(told):
        return
    start, end = _moment(burst[0]), _moment(burst[-1])
    others = len(dated) - len(told)
    meanwhile = sum(start <= moment <= end for moment in dated) - len(burst)
    if meanwhile > RULES["usual"] * others:
        return
    young = _young(burst, active)
    if len(young) < RULES["young"] * len(accounts):
        return
    yield Campaign(
        id=leader,
        post_ids=tuple(sorted(post.id for post in copies)),
        n_accounts=len({post.author for post in copies if post.author}),
        n_young=len(young),
        first_at=burst[0].posted_at,
        last_at=burst[-1].posted_at,
    )


def remaining(campaign: Campaign, posts: Iterable[Post]) -> Campaign | None:
    """The campaign among the posts that are left of those it was found in; None where too few accounts are."""
    active: defaultdict[str, list[datetime]] = defaultdict(list)
    copies = []
    for post in sorted(posts, key=lambda post: (post.posted_at, post.id)):
        if post.author and post.posted_at:
            active[post.author].append(_moment(post))
        if post.id in campaign.post_ids:
            copies.append(post)
    burst = [post for post in copies if post.author and campaign.first_at <= post.posted_at <= campaign.last_at]
    if len({post.author for post in burst}) < RULES["accounts"]:
        return None
    left = tuple(sorted(post.id for post in copies))
    return replace(
        campaign,
        id=campaign.id if campaign.id in left else left[0],
        post_ids=left,
        n_accounts=len({post.author for post in copies if post.author}),
        n_young=len(_young(burst, active)),
        first_at=burst[0].posted_at,
        last_at=burst[-1].posted_at,
    )


def _young(burst: Iterable[Post], active: Mapping[str, Sequence[datetime]]) -> set[str]:
    return {
        post.author for post in burst if all(abs(moment - _moment(post)) <= _WEEK for moment in active[post.author])
    }


def _densest(posts: Sequence[Post]) -> Sequence[Post]:
    """The most posts, in order of time, that lie within so many days; the earliest of several."""
    best: Sequence[Post] = ()
    first = 0
    for last, post in enumerate(posts):
        while _moment(post) - _moment(posts[first]) > timedelta(days=RULES["days"]):
            first += 1
        if last + 1 - first > len(best):
            best = posts[first : last + 1]
    return best


def _moment(post: Post) -> datetime:
    return datetime.fromisoformat(post.posted_at)
