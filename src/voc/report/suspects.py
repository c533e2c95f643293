"""Campaigns and loud authors: what they wrote, and what it would have meant for the list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from voc.campaign import RULES
from voc.datatypes import Campaign, Statement
from voc.report.conclude import fill
from voc.report.evidence import Evidence, safe_url
from voc.report.figure import Figure, Measure
from voc.report.model import Quote, Sentence
from voc.report.narration import called
from voc.report.phrases import Phrases
from voc.report.quoting import every_quote
from voc.report.trust import CampaignLine

_LOUD_POSTS = 5
_LOUD_SHARE = 1 / 3


def campaign_lines(evidence: Evidence, words: Phrases) -> tuple[CampaignLine, ...]:
    """The campaigns, the earliest first."""
    return tuple(_line(evidence, campaign, words) for campaign in evidence.run.campaigns)


def campaign_rule(words: Phrases) -> str:
    """What is taken for a campaign, in words."""
    shares = {name: f"{RULES[name]:.0%}" for name in ("bunched", "usual", "young")}
    return words["campaign.rule"].format(**{name: f"{value:g}" for name, value in RULES.items()} | shares)


def templated_praise(evidence: Evidence, words: Phrases) -> Sentence | None:
    """How many posts of hired praise were left out; None without any."""
    posts = [post for post in evidence.run.posts if evidence.excluded.get(post.id) == "templated praise"]
    figure = evidence.count_posts("n_posts", posts, excluded="templated praise")
    return Sentence(parts=fill(words["campaign.praise"], n=figure)) if posts else None


def told_campaigns(lines: Sequence[CampaignLine], words: Phrases) -> tuple[Sentence, ...]:
    """The largest campaign in a sentence of the conclusions."""
    if not lines:
        return ()
    line = max(lines, key=lambda line: line.n_posts.value)
    template = words["campaign.say.theme" if line.theme else "campaign.say"]
    return (Sentence(parts=fill(template, name=line.theme, posts=line.n_posts, accounts=line.n_accounts)),)


def suspect_posts(evidence: Evidence, theme_id: str, statements: Sequence[Statement]) -> Figure | None:
    """How many posts on a theme belong to a campaign; None if none does."""
    suspected = {post_id for campaign in evidence.run.campaigns for post_id in campaign.post_ids}
    posts = sorted({statement.post_id for statement in statements} & suspected)
    if not posts:
        return None
    return Figure(value=len(posts), measure="n_suspect_posts", post_ids=tuple(posts), where={"theme": theme_id})


def loudest(evidence: Evidence, theme_id: str, statements: Sequence[Statement]) -> Figure | None:
    """How many posts on a theme one author wrote, if five or more and a third of all; they count for one person."""
    posts = {statement.post_id: evidence.posts[statement.post_id].author for statement in statements}
    by_author = Counter(author for author in posts.values() if author)
    most = max(by_author.values(), default=0)
    if most < max(_LOUD_POSTS, _LOUD_SHARE * len(posts)):
        return None
    author = min(author for author, n in by_author.items() if n == most)
    own = tuple(sorted(post_id for post_id, wrote in posts.items() if wrote == author))
    return Figure(value=most, measure="n_posts_of_one", post_ids=own, where={"theme": theme_id})


def _line(evidence: Evidence, campaign: Campaign, words: Phrases) -> CampaignLine:
    ranks = {suggestion.theme_id: suggestion.rank for suggestion in evidence.run.suggestions}
    counted: Mapping[str, tuple[Measure, int]] = {
        "posts": ("n_campaign_posts", len(campaign.post_ids)),
        "accounts": ("n_accounts", campaign.n_accounts),
        "young": ("n_young_accounts", campaign.n_young),
    }
    counts = {
        name: Figure(value=value, measure=measure, post_ids=campaign.post_ids, where={"campaign": campaign.id})
        for name, (measure, value) in counted.items()
    }
    start, end = evidence.local_date(campaign.first_at), evidence.local_date(campaign.last_at)
    parts = fill(words["campaign.told"], start=start, end=end, **counts)
    theme = called(evidence, campaign.theme_id, words) if campaign.theme_id in evidence.themes else ""
    places = (ranks.get(campaign.theme_id, 0), campaign.rank_believed, campaign.rank_without)
    if theme:
        told = [words["campaign.place" if place else "campaign.unranked"].format(rank=place) for place in places]
        parts += (words["campaign.effect"].format(name=theme, now=told[0], believed=told[1], without=told[2]),)
    return CampaignLine(
        post_id=campaign.id,
        dates=(start, end),
        quote=_quote(evidence, campaign, words),
        n_posts=counts["posts"],
        n_accounts=counts["accounts"],
        n_young=counts["young"],
        theme_id=campaign.theme_id,
        theme=theme,
        rank_counted=places[0] or None,
        rank_believed=places[1] or None,
        rank_without=places[2] or None,
        told=Sentence(parts=parts),
    )


def _quote(evidence: Evidence, campaign: Campaign, words: Phrases) -> Quote:
    """The post whose words are repeated."""
    said = [statement for statement in evidence.run.statements if statement.post_id == campaign.id]
    for quote in every_quote(evidence, said, words):
        return quote
    post = evidence.posts[campaign.id]
    return Quote(
        post_id=post.id, texts=(), source=post.source or words["no_source"],
        date=evidence.local_date(post.posted_at), rating=post.rating, url=safe_url(post.url),
    )  # fmt: skip
