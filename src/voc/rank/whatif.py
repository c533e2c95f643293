"""What a campaign would have done to the ranking."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from voc.datatypes import Campaign, Post, Statement, Theme
from voc.rank.suggest import ranks


def judge_campaigns(
    campaigns: Sequence[Campaign],
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
) -> list[Campaign]:
    """The campaigns with the theme that each is about, and its rank were every account believed, and without them.

    The other arguments are those of `rank`.
    """

    def rank_of(theme_id: str, told: Sequence[Statement]) -> int:
        found = ranks(
            themes, told, posts, weights=weights, as_of=as_of, windows=windows, half_life_days=half_life_days,
            min_people=min_people, pinned=pinned, muted=muted, voices=voices,
        )  # fmt: skip
        return found.get(theme_id, 0)

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
                rank_believed=rank_of(theme_id, believed),
                rank_without=rank_of(theme_id, without),
            )
        )
    return judged
