"""A number of the report together with what it counts, where, and the posts behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from voc.datatypes import Post

Measure = Literal[
    "n_posts",
    "n_people",
    "n_statements",
    "n_themes",
    "n_suggestions",
    "n_rejected",
    "share_of_people",
    "share_of_theme",
    "share_of_statements",
    "growth_of_posts",
    "growth_of_people",
    "growth_of_statements",
    "change",
    "mean_people",
    "mean_rating",
    "n_person_weeks",
    "share_of_person_weeks",
    "rate_ratio",
    "n_shipped",
    "share_of_release",
    "n_active",
    "share_of_cohort",
    "least_people",
    "least_share",
    "times_others",
    "times_low",
    "times_high",
    "average_rating",
    "stars_of_gap",
    "stars_of_mood",
    "pull_on_average",
    "n_campaign_posts",
    "n_accounts",
    "n_young_accounts",
    "n_suspect_posts",
    "n_posts_of_one",
    "n_weighted_people",
    "weighted_people",
    "n_always_top",
    "n_settings",
    "share_of_posts_known",
    "share_of_people_known",
    "share_of_value",
    "effective_values",
]
MEASURES: tuple[Measure, ...] = get_args(Measure)


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One number: `value` of `measure`, over what `where` selects; `post_ids` are the posts it rests on, sorted.

    `where` is a conjunction, so that the number can be had again from the run alone:

    ============  =====================================================================================
    ``theme``     statements of the theme with this id, or of several, separated by blanks; empty: those of none
    ``area``      statements whose theme is in this area
    ``kind``      statements of these kinds, separated by blanks
    ``mention``   statements that name this: the kind of mention, a blank, its value
    ``value``     problems and wishes of this class of value (`Statement.value`); empty: of none
    ``cost``      likewise of cost
    ``period``    posts (and their statements) after START and until END, written ``START/END``
    ``baseline``  what the last period is compared with, written ``START/END``
    ``excluded``  posts excluded for this reason; ``*`` for any reason, empty for those not excluded
    ``copies``    ``yes``: posts that are copies of another
    ``dated``     ``no``: posts without a date
    ``level``     posts by known authors of this level of relationship, ``*`` for any; none that is excluded
    ``drifting``  posts by authors who drift away: those in which they last complained of this theme, ``*`` for all
    ``priority``  suggestions of this priority; ``*`` for all
    ``without``   but not those of these themes, separated by blanks
    ``rated``     ``yes``: statements of posts that have a rating
    ``polarity``  statements that speak negatively (``neg``) or positively (``pos``)
    ``rejected``  input rows refused for this reason; ``*`` for any. There is no post behind them
    ``release``   of the release with this name: themes shipped in it, or statements on one side of it
    ``by``        what the sides of the release are told by: ``date`` or ``version``
    ``side``      ``before`` the release or ``after``
    ``attribute`` what people are grouped by, on the ``level`` of its groups (see `voc.cohorts`)
    ``cohort``    people of this group; ``role`` says whether it is ``compared``, ``other`` or ``unknown``
    ``campaign``  posts of the campaign with this id
    ``known``     posts of which this is known: a field such as ``region``, or what a file tells of their authors
    ``is``        posts of which it is this
    ============  =====================================================================================

    ``theme``, ``area``, ``kind``, ``mention``, ``rated``, ``polarity``, ``value`` and ``cost`` make it a figure over
    statements, and people are then `Statement.person`. Without them it is a figure over posts, and people are
    `person_of` each post.

    ==========================  =========================================================================
    ``n_posts``                 distinct posts
    ``n_people``                distinct people
    ``n_statements``            statements
    ``n_themes``                themes, on the posts of all of them
    ``n_suggestions``           suggestions, on the posts of their themes
    ``n_rejected``              rows of the input that did not become posts
    ``share_of_people``         people selected, as a share of the people behind all statements
    ``share_of_theme``          people selected, as a share of the people behind the theme's statements
    ``share_of_statements``     statements selected, as a share of all statements
    ``growth_of_…``             posts, people or statements of the last period over those of the one before, less 1
    ``change``                  share of people of the period's statements, last period over the baseline. A person
                                counts once in each period of the baseline
    ``mean_people``             people per period of the baseline
    ``mean_rating``             mean rating of the posts selected that have one
    ``n_person_weeks``          distinct pairs of a person and a week, counted from the release
    ``share_of_person_weeks``   person-weeks of the theme, as a share of all on that side
    ``rate_ratio``              that share after the release over the one before
    ``n_shipped``               themes shipped in the release
    ``share_of_release``        themes shipped in it, as a share of all its changes
    ``n_active``                all people of the cohort who said anything; names no posts, nor do those that follow
    ``share_of_cohort``         people of the cohort selected, as a share of all its people
    ``least_people``            the least they can be, where the count is withheld
    ``least_share``             that as a share of all people of the cohort
    ``times_others``            the share of the cohort over that of all others whose cohort is known
    ``times_low``, ``…_high``   its interval
    ``average_rating``          mean over people of the mean of their ratings
    ``stars_of_gap``            how far that of the people selected is from that of the others
    ``stars_of_mood``           stars that complaint (``neg``) costs or praise (``pos``) brings, of whatever
    ``pull_on_average``         how far the theme pulls the average rating down, or up
    ``n_campaign_posts``        posts of a campaign
    ``n_accounts``              accounts that wrote them
    ``n_young_accounts``        of these, those that wrote nothing else but in the week before and after
    ``n_suspect_posts``         posts on the theme that belong to a campaign
    ``n_posts_of_one``          posts on the theme by the author who wrote most of them
    ``n_weighted_people``       people whose declared weight is not 1
    ``weighted_people``         sum of the weights of the theme's people, on a scale where the mean person weighs 1
    ``n_always_top``            suggestions that stay among the ten first, whichever signal's weight is changed by half
    ``n_settings``              of these changes, those with the theme among the ten first
    ``share_of_posts_known``    posts of which it is known, as a share of all that count
    ``share_of_people_known``   people of these posts, as a share of the people behind all statements
    ``share_of_value``          posts with the value, as a share of those of which it is known
    ``effective_values``        how many values there are, were all equally frequent (exponential of the entropy)
    ==========================  =========================================================================
    """

    value: float
    measure: Measure
    post_ids: tuple[str, ...] = ()
    where: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The number as it is shown everywhere.

        >>> Figure(value=1234, measure="n_posts").text, Figure(value=0.125, measure="share_of_people").text
        ('1,234', '12.5%')
        >>> Figure(value=-0.2, measure="growth_of_posts").text, Figure(value=1.5, measure="change").text
        ('−20%', '×1.5')
        """
        return _FORMATS[self.measure if self.measure in _FORMATS else self.measure.partition("_")[0]](self.value)


def _times(value: float) -> str:
    return f"{value:.2f}" if value < 1 else f"{value:.1f}" if value < 10 else f"{value:,.0f}"


def _signed_percent(value: float) -> str:
    return f"{value:+.0%}".replace("-", "−")


def signed(value: float, digits: int = 1) -> str:
    """A number that always has its sign.

    >>> signed(-1.26), signed(0.125, 2), signed(-0.001)
    ('−1.3', '+0.12', '0.0')
    """
    text = f"{value:+.{digits}f}"
    return text.replace("-", "−") if text.strip("+-0.") else text[1:]


_FORMATS: Mapping[str, Callable[[float], str]] = {
    "n": "{:,.0f}".format,
    "share": "{:.1%}".format,
    "growth": _signed_percent,
    "change": "×{:.1f}".format,
    "mean": "{:.1f}".format,
    "rate": "×{:.2f}".format,
    "least": "≥{:,.0f}".format,
    "least_share": "≥{:.1%}".format,
    "times": _times,
    "average": "{:.2f}".format,
    "stars": "{:.1f}".format,
    "pull": "{:.2f}".format,
    "weighted": "{:,.1f}".format,
    "effective": "{:.1f}".format,
}


def person_of(post: Post) -> str:
    """Who is counted for a post: its author, or the pair of source and text where the author is unknown."""
    return f"author {post.author}" if post.author else f"text {post.source}\x1f{post.text}"


def count_people(people: Iterable[str]) -> int:
    """How many different people there are; the one definition behind every number of people in a report.

    Give it `Statement.person` of the statements concerned (which holds the cap on copies and loud authors), or
    `person_of` the posts concerned for figures about posts as a whole.

    >>> count_people(["a-1", "a-2", "a-1", ""])
    2
    """
    return len(set(people) - {""})
