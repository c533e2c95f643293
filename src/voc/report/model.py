"""What a report consists of, complete: renderers only lay it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from voc.errors import MissingExtra
from voc.report.figure import Figure

if TYPE_CHECKING:
    import pandas

    from voc.report.trust import Trust


MOVING = ("new", "returned", "surging", "falling")


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentence:
    """Words and figures in turn, so that a number in a sentence keeps its evidence."""

    parts: tuple[str | Figure, ...]

    @property
    def text(self) -> str:
        """The sentence as it is read."""
        return "".join(part if isinstance(part, str) else part.text for part in self.parts)


@dataclass(frozen=True, kw_only=True, slots=True)
class Quote:
    """What one post says about one theme: statements verbatim, and where they come from.

    `date` is a local date or empty; `url` is empty unless it is http or https.
    """

    post_id: str
    texts: tuple[str, ...]
    source: str
    date: str
    rating: float | None
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Headline:
    """A number for the first screen; the last three are None where periods cannot be compared."""

    label: str
    total: Figure
    last: Figure | None = None
    before: Figure | None = None
    growth: Figure | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Signal:
    """One reason for a score: `contribution` = `weight` times `signal`."""

    name: str
    label: str
    weight: float
    signal: float
    contribution: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """A scene or an object and the people who name it; `kind` and `value` are those of `Mention`."""

    kind: str
    value: str
    n_people: Figure
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedGroup:
    """Scenes, devices, versions or competitors that several people name, most people first."""

    label: str
    named: tuple[Named, ...]

    @property
    def text(self) -> str:
        """All of them on one line."""
        return " · ".join(named.text for named in self.named)


@dataclass(frozen=True, kw_only=True, slots=True)
class Carried:
    """The class of value or cost that most people of a theme speak of, and their share of its people."""

    axis: str
    axis_label: str
    id: str
    label: str
    share: Figure


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """A suggestion with everything a team needs to discuss it.

    `tied_ranks` are the other ranks of its tie group, `tie_label` says so. `periods` are people per period, oldest
    first, one for each of `Report.periods`. `quotes` are two to five of `evidence`'s statements, as far as there are;
    `evidence` is all posts, newest first. `named` holds what at least two people name, up to eight of a group. Where a
    language model wrote name and story, `mark` says so, `built_name` is the name it replaced, and `cites` are the
    statements it gave as its grounds; else all three are empty. `is_pinned` says that somebody put it first, `notes` is
    what was noted about it, `standing` where it stands; `is_settled` that it is declined, or shipped and not found
    unsolved. `usual`, of what surges or falls, is how many people a period of the baseline has on average. `carries`
    holds the value and the cost that most of its people speak of. `reach`, `impact` and `confidence` are those of RICE,
    `doubts` say why confidence is not full; an `effort` is never known from posts.
    `loudest` is how many posts one author wrote, `suspect` how many belong to a campaign, where that is worth a word.
    `rank_unweighted` and `weighted_people` are None where no weights of authors were declared.
    """

    rank: int
    theme_id: str
    name: str
    area: str
    kind: str
    kind_label: str
    priority: str
    priority_label: str
    n_people: Figure
    n_posts: Figure
    n_statements: Figure
    share: Figure
    mean_rating: Figure | None
    trend: str
    trend_label: str
    change: Figure | None
    periods: tuple[Figure, ...]
    rank_low: int
    rank_high: int
    tied_ranks: tuple[int, ...]
    tie_label: str
    score: float
    signals: tuple[Signal, ...]
    story: str
    action: str
    missing: tuple[str, ...]
    keywords: tuple[str, ...]
    quotes: tuple[Quote, ...]
    evidence: tuple[Quote, ...]
    mark: str = ""
    built_name: str = ""
    cites: tuple[Quote, ...] = ()
    named: tuple[NamedGroup, ...] = ()
    is_pinned: bool = False
    notes: tuple[str, ...] = ()
    standing: str = ""
    is_settled: bool = False
    usual: Figure | None = None
    carries: tuple[Carried, ...] = ()
    reach: int
    impact: float
    confidence: float
    effort: None = None
    doubts: tuple[str, ...] = ()
    loudest: Figure | None = None
    suspect: Figure | None = None
    rank_unweighted: int | None = None
    weighted_people: Figure | None = None

    @property
    def title(self) -> str:
        """The name as it is shown, with its mark."""
        return self.name + self.mark

    @property
    def moves(self) -> bool:
        """Whether its trend is news: a fall is none once the period before had nobody."""
        return self.trend in MOVING and not (self.trend == "falling" and self.before and not self.before.value)

    @property
    def last(self) -> Figure | None:
        """People in the last period; None without dates."""
        return self.periods[-1] if self.periods else None

    @property
    def before(self) -> Figure | None:
        """People in the period before the last; None without dates."""
        return self.periods[-2] if self.periods else None


@dataclass(frozen=True, kw_only=True, slots=True)
class ThemeLine:
    """A theme in a list; `rank` is None for one that is no suggestion, `mark` is that of `Item`."""

    theme_id: str
    name: str
    kind: str
    kind_label: str
    rank: int | None
    n_people: Figure
    n_posts: Figure
    quotes: tuple[Quote, ...]
    mark: str = ""

    @property
    def title(self) -> str:
        """The name as it is shown, with its mark."""
        return self.name + self.mark


@dataclass(frozen=True, kw_only=True, slots=True)
class KindCount:
    """People who say something of one kind in one area."""

    kind: str
    label: str
    figure: Figure


@dataclass(frozen=True, kw_only=True, slots=True)
class Area:
    """An area with its people by kind and its themes other than praise, most people first."""

    name: str
    n_people: Figure
    kinds: tuple[KindCount, ...]
    themes: tuple[ThemeLine, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ThemeCount:
    """A theme with those of its people who speak of something; `rank` is None for one that is no suggestion."""

    theme_id: str
    name: str
    rank: int | None
    n_people: Figure
    mark: str = ""

    @property
    def title(self) -> str:
        """The name as it is shown, with its mark."""
        return self.name + self.mark


@dataclass(frozen=True, kw_only=True, slots=True)
class ClassLine:
    """A class of value or cost: the people who speak of it, and the themes in which most of them do."""

    id: str
    label: str
    means: str
    n_people: Figure
    share: Figure
    themes: tuple[ThemeCount, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ValueAxis:
    """What problems and wishes are about on one axis, most people first; `rest` says how many have no class."""

    axis: str
    label: str
    lines: tuple[ClassLine, ...]
    rest: Sentence


@dataclass(frozen=True, kw_only=True, slots=True)
class Movement:
    """The suggestions that have one of the trends in `MOVING`."""

    trend: str
    label: str
    items: tuple[Item, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """A line of the account of what was left out; lines with `depth` 1 are parts of the one above."""

    label: str
    figure: Figure
    depth: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Contrast:
    """A theme on both sides of a release, told apart `by` date or version; `low` and `high` bound the ratio of its
    rates (`high` is None where nothing does)."""

    by: str
    told: Sentence
    low: float
    high: float | None
    verdict: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What became of a suggestion of the last run, or of a theme with a status.

    `now` is the id of the theme of this run that it is, or is part of, empty if there is none. `place_label` says in
    words where it is; `n_people` counts the last period. `verdict` is empty unless it was shipped.
    """

    theme_id: str
    name: str
    now: str
    status: str
    status_label: str
    release: str
    url: str
    date: str
    who: str
    rank_before: int | None
    rank_now: int | None
    place_label: str
    n_people: Figure | None
    contrasts: tuple[Contrast, ...]
    verdict: str
    verdict_label: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReleaseLine:
    """A release that themes were shipped in; `share` is None where nobody said how much it brought."""

    name: str
    date: str
    n_shipped: Figure
    share: Figure | None
    told: Sentence


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionLine:
    """A decision, and what became of it in this run; `theme_ids` are those it acts on."""

    number: int
    date: str
    who: str
    action: str
    action_label: str
    told: Sentence
    outcome: str
    outcome_label: str
    theme_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DriverLine:
    """A theme and the ratings of those who mention it; `rank` is None for one that is no suggestion.

    `gap` is in stars against everybody else, `excess` beyond what complaint, or praise, of anything goes with, `effect`
    on the average rating; each with the bounds of its interval. All rest on the posts of `n_people`. `hint` is that of
    its area.
    """

    theme_id: str
    name: str
    kind: str
    kind_label: str
    rank: int | None
    n_people: Figure
    gap: float
    gap_low: float
    gap_high: float
    excess: float
    excess_low: float
    excess_high: float
    effect: float
    effect_low: float
    effect_high: float
    hint: str
    hint_label: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AspectLine:
    """An area whose complaints and praise are held against each other: stars that either goes with."""

    area: str
    n_complain: Figure
    n_praise: Figure
    penalty: float
    penalty_low: float
    penalty_high: float
    reward: float
    reward_low: float
    reward_high: float
    hint: str
    hint_label: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Satisfaction:
    """What moves the ratings: `lower` and `higher` are the themes that pull the average down and up, most first.

    `absent` says why there is nothing, else it is empty. `untold` are the areas of which there are too little data for
    a Kano hint.
    """

    absent: str
    told: tuple[Sentence, ...] = ()
    lower: tuple[DriverLine, ...] = ()
    higher: tuple[DriverLine, ...] = ()
    aspects: tuple[AspectLine, ...] = ()
    untold: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Shift:
    """Themes that became one, or one that became several, by their names; ``event`` is ``merged`` or ``split``."""

    event: str
    label: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CohortColumn:
    """A cohort and its active people; `role` is that of `voc.cohorts.Cohort`, whose `name` only compared ones have."""

    name: str
    label: str
    role: str
    n_people: Figure


@dataclass(frozen=True, kw_only=True, slots=True)
class CohortCell:
    """People of a cohort who speak of a theme: fields as in `voc.cohorts.Cell`; `label` stands for a withheld count."""

    how: str
    label: str
    n_people: Figure | None
    share: Figure | None
    bound: str
    ratio: float | None
    ratio_low: float | None
    ratio_high: float | None
    residual: float | None
    p: float | None
    q: float | None
    is_found: bool

    @property
    def shade(self) -> int:
        """How far from what is expected, from -4 (far less) to 4 (far more)."""
        return max(-4, min(4, int(self.residual or 0)))

    @property
    def text(self) -> str:
        """What is shown of the count."""
        return self.n_people.text if self.n_people else self.label


@dataclass(frozen=True, kw_only=True, slots=True)
class CohortRow:
    """A theme and its people by cohort, one cell for each column; `rank` is None for praise."""

    theme_id: str
    name: str
    kind: str
    kind_label: str
    rank: int | None
    n_people: Figure
    cells: tuple[CohortCell, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class CohortMap:
    """Themes by the cohorts of one level of an attribute."""

    level: str
    label: str
    columns: tuple[CohortColumn, ...]
    rows: tuple[CohortRow, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class CohortView:
    """Who says what, by an attribute: the strongest differences in words, and the levels that they lie on as maps.

    `more` says how many differences there are besides, `note` how much was tested. Without a difference there is the
    map of the coarsest level. Counts below `min_cell` are withheld, cohorts below `min_cohort` people counted together.
    """

    by: str
    label: str
    told: tuple[Sentence, ...]
    more: str
    note: str
    maps: tuple[CohortMap, ...]
    min_cell: int
    min_cohort: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """A run as it is told to a team; every number that counts something is a `Figure`.

    `periods` are (first, last) local dates, both inside, oldest first, the last two being the ones compared; empty
    without dates. `ranking_span` says which dates the ranks count, where that is more than the last period.
    `signal_rules` and `priority_rules` say in words what the ranking computes and decides. `settings` is the
    configuration as it was, `labels` the words of the layout in the report's language. `values` is what problems cost
    people, empty where that was off.
    """

    lang: str
    title: str
    subtitle: str
    run_id: str
    as_of: str
    version: str
    model: str
    labels: Mapping[str, str]
    measures: Mapping[str, str]
    conclusions: tuple[Sentence, ...]
    headlines: tuple[Headline, ...]
    items: tuple[Item, ...]
    movements: tuple[Movement, ...]
    areas: tuple[Area, ...]
    praise: tuple[ThemeLine, ...]
    drivers: Satisfaction
    coverage: tuple[Count, ...]
    periods: tuple[tuple[str, str], ...]
    period_days: int
    weights: Mapping[str, float]
    signal_rules: Mapping[str, str]
    priority_rules: Mapping[str, str]
    method: tuple[str, ...]
    settings: Mapping[str, object]
    trust: Trust
    standings: tuple[Standing, ...] = ()
    releases: tuple[ReleaseLine, ...] = ()
    decisions: tuple[DecisionLine, ...] = ()
    shifts: tuple[Shift, ...] = ()
    ranking_span: str = ""
    cohorts: tuple[CohortView, ...] = ()
    values: tuple[ValueAxis, ...] = ()
    crowd: tuple[Sentence, ...] = ()

    def to_frame(self) -> pandas.DataFrame:
        """The suggestions as a DataFrame, one row each, with the columns of the CSV; needs pandas."""
        try:
            import pandas
        except ImportError as error:
            raise MissingExtra("Report.to_frame()", "notebook") from error
        from voc.report.table import columns, rows

        return pandas.DataFrame(rows(self), columns=columns(self))

    def _repr_html_(self) -> str:
        from voc.report.as_html import fragment

        return fragment(self)
