"""What a campaign would have done to the ranking."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from voc.datatypes import Campaign, Post, Statement


def judge_campaigns(
    campaigns: Sequence[Campaign],
    statements: Sequence[Statement],
    posts: Mapping[str, Post],
    *,
    ranked: Callable[[Sequence[Statement]], Mapping[str, int]],
) -> list[Campaign]:
    """The campaigns with the theme that each is about, and its rank were every account believed, and without them.

    `ranked` tells the rank of each theme by what is said (see `ranks`).
    """
    judged = []
    for campaign in campaigns:
        own = frozenset(campaign.post_ids)
        about = Counter(s.theme_id for s in statements if s.post_id in own and s.theme_id)
        if not about:
            judged.append(campaign)
            continue
        theme_id = min(about, key=lambda theme: (-about[theme], theme))
        believed = [
            replace(s, person=posts[s.post_id].author or s.person) if s.post_id in own else s for s in statements
        ]
        without = [s for s in statements if s.post_id not in own]
        judged.append(
            replace(
                campaign,
                theme_id=theme_id,
                rank_believed=ranked(believed).get(theme_id, 0),
                rank_without=ranked(without).get(theme_id, 0),
            )
        )
    return judged
