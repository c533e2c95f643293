"""What the evidence says of each suggestion, on the scales that frameworks ask for."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from voc.datatypes import Post, Statement, Suggestion
from voc.window import within

# least number of stars (of five) that people who mention a theme give less -> impact
IMPACT_RULES: Mapping[float, float] = {1.5: 3.0, 1.0: 2.0, 0.5: 1.0, 0.25: 0.5}
LEAST_IMPACT = 0.25
# without ratings, least share of its people who speak negatively -> impact, which then is medium at most
WORDS_RULES: Mapping[float, float] = {0.9: 1.0, 0.5: 0.5}
# most doubts -> confidence
CONFIDENCE_RULES: Mapping[int, float] = {0: 1.0, 2: 0.8}
LEAST_CONFIDENCE = 0.5

DOUBTS: Mapping[str, str] = {
    "few people": "fewer than twenty people mention it",
    "wide interval": "its rank interval spans more than ten places, or that of its star gap more than one star",
    "one source": "all its people come from one source",
    "no ratings": "fewer than five of its people gave a rating",
    "no authors": "people are told apart by text, not by author",
    "no dates": "no post has a date",
}
_FEW, _TOO_FEW = 20, 5
_WIDE_RANKS, _WIDE_STARS = 10, 1.0
_SCALES = (5.0, 10.0, 100.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stars:
    """What ratings say of a theme: the mean of its people, and their gap to the others with its interval."""

    mean: float
    gap: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Merits:
    """The evidence for a suggestion.

    `reach` counts people in the last period, or all where there are no periods. `impact` is 0.25, 0.5, 1, 2 or 3 and
    `confidence` 0.5, 0.8 or 1, by the rules of this module; `doubts` are keys of `DOUBTS`. `importance` and
    `satisfaction` go from 0 to 10: ten times the square root of its people over those of the largest suggestion; ten
    times the share of its people who do not speak negatively, averaged with where their mean rating lies on its scale.
    `share` is that of its people among all, `trend` that of the suggestion.
    """

    theme_id: str
    rank: int
    reach: int
    impact: float
    confidence: float
    doubts: tuple[str, ...]
    importance: float
    satisfaction: float
    share: float
    trend: str


def merits(
    suggestions: Sequence[Suggestion],
    statements: Sequence[Statement],
    posts: Mapping[str, Post],
    *,
    stars: Mapping[str, Stars],
    window: str = "",
) -> list[Merits]:
    """The evidence for each suggestion, in their order.

    `statements` are all of the analysis; `stars` are known for themes with enough ratings; `window` is the last period
    (``START/END``), empty without dates.
    """
    said: defaultdict[str, list[Statement]] = defaultdict(list)
    for statement in statements:
        said[statement.theme_id].append(statement)
    everyone = len({statement.person for statement in statements})
    most = max((suggestion.n_people for suggestion in suggestions), default=1)
    top = _scale(posts)
    made = []
    for suggestion in suggestions:
        own, known = said[suggestion.theme_id], stars.get(suggestion.theme_id)
        people = {statement.person for statement in own}
        negative = len({s.person for s in own if s.polarity == "neg"}) / max(len(people), 1)
        recent = {s.person for s in own if not window or within(posts[s.post_id].posted_at, window)}
        doubts = tuple(_doubts(suggestion, len(people), {posts[s.post_id].source for s in own}, known))
        is_thin = len(people) < _TOO_FEW
        merit = Merits(
            theme_id=suggestion.theme_id,
            rank=suggestion.rank,
            reach=len(recent),
            impact=_impact(negative, known, top),
            confidence=LEAST_CONFIDENCE if is_thin else _at_most(len(doubts)),
            doubts=doubts,
            importance=round(10 * (suggestion.n_people / max(most, 1)) ** 0.5, 4),
            satisfaction=round(_satisfaction(negative, known, top), 4),
            share=round(len(people) / max(everyone, 1), 6),
            trend=suggestion.trend,
        )
        made.append(merit)
    return made


def _impact(negative: float, stars: Stars | None, top: float) -> float:
    if stars is None:
        return at_least(negative, WORDS_RULES, LEAST_IMPACT)
    return at_least(-stars.gap * _SCALES[0] / top, IMPACT_RULES, LEAST_IMPACT)


def at_least(value: float, rules: Mapping[float, float], otherwise: float) -> float:
    """What the first rule gives whose bound the value reaches.

    >>> at_least(1.2, IMPACT_RULES, LEAST_IMPACT), at_least(-0.3, IMPACT_RULES, LEAST_IMPACT)
    (2.0, 0.25)
    """
    return next((given for bound, given in rules.items() if value >= bound), otherwise)


def _at_most(n_doubts: int) -> float:
    return next((given for bound, given in CONFIDENCE_RULES.items() if n_doubts <= bound), LEAST_CONFIDENCE)


def _doubts(suggestion: Suggestion, n_people: int, sources: set[str], stars: Stars | None) -> Iterator[str]:
    if n_people < _FEW:
        yield "few people"
    is_wide = stars is not None and stars.high - stars.low > _WIDE_STARS
    if is_wide or suggestion.rank_high - suggestion.rank_low > _WIDE_RANKS:
        yield "wide interval"
    if len(sources) < 2:
        yield "one source"
    if stars is None:
        yield "no ratings"
    yield from (f"no {name}" for name in ("authors", "dates") if name in suggestion.missing_evidence)


def _satisfaction(negative: float, stars: Stars | None, top: float) -> float:
    by_words = 10 * (1 - negative)
    return by_words if stars is None else (by_words + 10 * max(stars.mean - 1, 0) / (top - 1)) / 2


def _scale(posts: Mapping[str, Post]) -> float:
    """The highest rating there could be: five stars, unless somebody gave more."""
    most = Counter(post.rating for post in posts.values() if post.rating is not None)
    highest = max(most, default=_SCALES[0])
    return next((top for top in _SCALES if highest <= top), highest)
