"""How far the ranking can be trusted: who may have been hired, what weights decide, whom the sample speaks for."""

from __future__ import annotations

from dataclasses import dataclass

from voc.report.figure import Figure
from voc.report.model import Quote, Sentence


@dataclass(frozen=True, kw_only=True, slots=True)
class CampaignLine:
    """A campaign: what it says and what it would have meant; ranks are None where its theme is no suggestion.

    `dates` are the local dates between which most of it was posted. `theme_id` is empty where it has no theme.
    """

    post_id: str
    dates: tuple[str, str]
    quote: Quote
    n_posts: Figure
    n_accounts: Figure
    n_young: Figure
    theme_id: str
    theme: str
    rank_counted: int | None
    rank_believed: int | None
    rank_without: int | None
    told: Sentence


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """A suggestion whose rank weights of authors changed."""

    theme_id: str
    title: str
    rank: int
    rank_unweighted: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Weighting:
    """The weights of authors as declared, how many people they weigh, and whose rank they changed, by rank."""

    rules: str
    n_weighted: Figure
    moved: tuple[Moved, ...]
    told: Sentence


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """One change of a weight: `top` are the theme ids of the ten first under it, the first one first."""

    signal: str
    label: str
    factor: float
    top: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Firmness:
    """In how many of the settings a suggestion is among the ten first, and between which ranks it moves."""

    theme_id: str
    title: str
    rank: int
    n_settings: Figure
    rank_best: int
    rank_worst: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Stability:
    """How the ten first change as each weight is halved or raised by half; `lines` are all ever among them."""

    changes: tuple[Setting, ...]
    lines: tuple[Firmness, ...]
    n_always: Figure
    told: Sentence


@dataclass(frozen=True, kw_only=True, slots=True)
class SampleLine:
    """How well one field of posts or authors is known, and how evenly.

    `largest` is the most frequent value and `largest_share` its share of the posts where the field is known;
    `effective` is how many values there are, were they equally frequent. All three are None or empty where it never is.
    """

    field: str
    label: str
    known_posts: Figure
    known_people: Figure
    effective: Figure | None
    largest: str
    largest_share: Figure | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Trust:
    """All of it; `rule` says what a campaign is, `templated` how much hired praise was left out."""

    campaigns: tuple[CampaignLine, ...]
    templated: Sentence | None
    rule: str
    weighting: Weighting | None
    stability: Stability | None
    sample: tuple[SampleLine, ...]
