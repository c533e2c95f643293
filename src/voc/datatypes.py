"""What flows through the pipeline: Post, Statement, Theme, Suggestion, Wording, and the Run that holds them all.

Every value is frozen and keyword-only. Arrays stay outside: row i of an embedding matrix is statement i.
Conclusions keep their evidence: Suggestion -> Theme -> Statement -> Post -> url.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

Kind = Literal["request", "need", "problem", "question", "praise", "other"]
Polarity = Literal["pos", "neg", "neu"]
Priority = Literal["P0", "P1", "P2", "P3"]
Event = Literal["continued", "returned", "merged", "split", "born", "died"]
MentionKind = Literal["who", "when", "where", "activity", "device", "system", "version", "competitor"]
Action = Literal["rename", "merge", "split", "move", "pin", "mute", "note", "undo"]
Axis = Literal["value", "cost"]
Outcome = Literal["applied", "followed", "absorbed", "absent", "empty"]

KINDS: tuple[Kind, ...] = ("request", "need", "problem", "question", "praise", "other")
POLARITIES: tuple[Polarity, ...] = ("pos", "neg", "neu")
AXES: tuple[Axis, ...] = get_args(Axis)
MENTION_KINDS: tuple[MentionKind, ...] = get_args(MentionKind)


def content_id(prefix: str, *parts: object) -> str:
    """A short id that depends on nothing but the parts: the same content has the same id everywhere.

    >>> content_id("p", "论坛", 17) == content_id("p", "论坛", 17) != content_id("p", "论坛1", 7)
    True
    """
    text = "\x1f".join(str(part) for part in parts)
    return f"{prefix}-{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """One piece of feedback as its author wrote it.

    `id` is a content hash: of `source` and `source_id` where the input carries an id, else of source, author, time,
    title and text. `text` and `title` are never edited, only masked where they hold personal data. `posted_at` is
    ISO-8601 in UTC (``2024-05-01T04:30:00Z``) or empty. `author` is a salted hash unless names were kept.
    `attributes` holds the columns that have no field of their own.
    """

    id: str
    text: str
    title: str = ""
    source: str = ""
    source_id: str = ""
    author: str = ""
    posted_at: str = ""
    rating: float | None = None
    likes: int | None = None
    replies: int | None = None
    url: str = ""
    version: str = ""
    device: str = ""
    region: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Author:
    """What the product team's file tells of an author: `id` as in `Post.author`, `attributes` such as tier or city."""

    id: str
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class RejectedRow:
    """A row of an input file that could not become a Post, kept with the reason and its raw content."""

    file: str
    line: int
    reason: str
    raw: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FileSummary:
    """What became of one input file: how it was read, which column became which field, and how many rows were used.

    `error` is empty unless the file as a whole could not be read.
    """

    file: str
    format: str = ""
    encoding: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    n_posts: int = 0
    n_rejected: int = 0
    error: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Exclusion:
    """A post left out of the analysis and why (`reason` is a key of `spam.REASONS`, or ``empty``)."""

    post_id: str
    reason: str
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Campaign:
    """Posts that repeat nearly the same words, by many young accounts, within days (see `voc.campaign`).

    `id` is the post whose words they repeat. `n_accounts` wrote the posts, `n_young` of them nothing else but around
    that time. Most posts lie between `first_at` and `last_at` (ISO-8601 UTC). `theme_id` is the theme most of what
    they say belongs to, empty if none; `rank_believed` is what its rank would be if every account were a person of
    its own, `rank_without` if nobody had written these posts (0: no suggestion).
    """

    id: str
    post_ids: tuple[str, ...]
    n_accounts: int
    n_young: int
    first_at: str
    last_at: str
    theme_id: str = ""
    rank_believed: int = 0
    rank_without: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Mention:
    """A scene or an object that a statement names: `value` as it is reported (夜间), `text` as it stands there (半夜).

    who, when, where and activity make the scene; device, system and version are what it happens on; a competitor is a
    product that ours is compared with.
    """

    kind: MentionKind
    value: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ValueClass:
    """A class of the value and cost taxonomy: which value falls short for a customer, or what it costs them.

    `id` is what `Statement.value` and `Statement.cost` hold, `zh` and `en` are its names, `zh_means` and `en_means`
    say what belongs to it.
    """

    axis: Axis
    id: str
    zh: str
    en: str
    zh_means: str = ""
    en_means: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """One thing said in a post: the unit that has a kind and a theme.

    `text` is the verbatim quote. `norm` is its matching form (cleaned, simplified script). `position` counts within
    the post. `person` identifies who is counted for it: an author, or one distinct text and source where the author
    is unknown (see `people.assign_people`). `reason` names the rule or model that decided the kind. `theme_id` is empty
    while unassigned. `mentions` are found in `norm`. `value` and `cost` are ids of `Run.classes`, empty where the
    statement has none, and for praise and other talk.
    """

    id: str
    post_id: str
    position: int
    text: str
    norm: str
    kind: Kind = "other"
    polarity: Polarity = "neu"
    reason: str = ""
    person: str = ""
    theme_id: str = ""
    mentions: tuple[Mention, ...] = ()
    value: str = ""
    cost: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Theme:
    """A group of statements about one thing a team could act on, or one thing users praise.

    `kind` is what most of its statements do. `keywords` come from c-TF-IDF, strongest first; `exemplars` are ids of
    statements, central and different from one another.
    """

    id: str
    name: str
    area: str
    kind: Kind
    keywords: tuple[str, ...]
    exemplars: tuple[str, ...]
    statement_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    """A theme as an item for the roadmap: its rank, the score with every signal behind it, and how sure the rank is.

    `signals` are normalised to 0-1, `contributions` are weight times signal and sum to `score`. `rank_low` and
    `rank_high` bound the rank in 90 % of bootstrap samples over people; suggestions in the same `tie` group overlap
    so much that the data do not separate them. `change` is the ratio of the theme's share of people in the last
    window to its share in the windows of `baseline` (``START/END``); None without dates or enough people, or where the
    baseline has none. `trend` is ``new``, ``returned``, ``surging``, ``falling``, ``steady`` or empty where it cannot
    be told (see `voc.trend`). `missing_evidence` names what the ranking had to
    do without: ``authors``, ``dates``, ``ratings``, ``people`` (fewer than five), ``sources`` (only one).
    `rank_unweighted` is the rank if every person counts the same, `weighted_people` the sum of the weights of its
    people, on a scale on which the mean person weighs 1; both are None where no weights of authors were declared.
    """

    rank: int
    theme_id: str
    priority: Priority
    score: float
    signals: Mapping[str, float]
    contributions: Mapping[str, float]
    n_people: int
    n_posts: int
    rank_low: int
    rank_high: int
    tie: int
    change: float | None = None
    trend: str = ""
    missing_evidence: tuple[str, ...] = ()
    baseline: str = ""
    rank_unweighted: int | None = None
    weighted_people: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Wording:
    """What a language model made of a theme, where one was asked for.

    `name` is the theme's name since, `built_name` the one it had before; both are the same where the model's was not
    used, and `problem` then says why. `cites` are ids of the statements that name and story rest on.
    """

    theme_id: str
    name: str
    built_name: str
    story: str = ""
    cites: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ThemeEvent:
    """What became of themes between the last run and this one (see `voc.lineage`): ids before and after.

    `overlap` is the number of members in common over those of either, among posts that both runs saw.
    """

    event: Event
    before: tuple[str, ...]
    after: tuple[str, ...]
    overlap: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What a person decided about a theme; it is done again in every run from then on (see `voc.decide`).

    `number` counts all decisions there have been, `at` is when it was made (ISO-8601 UTC), `who` by whom. `themes` are
    the ids it is about, the one it is done to first; `names` is what they were called then. `as_of` is what the run
    spoke for that was looked at: what became of the themes since is followed from there.
    """

    number: int
    action: Action
    themes: tuple[str, ...]
    names: tuple[str, ...] = ()
    arguments: Mapping[str, Any] = field(default_factory=dict)
    at: str = ""
    who: str = ""
    as_of: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """What became of a decision in a run: `acts_on` are ids of themes, the one that it was done to first.

    With a merge the others are those that it took in, with a split the last is the new one. Outcomes are

    ``applied``: done to its theme; ``followed``: its theme is part of another now, and it was done to that one;
    ``absorbed``: likewise, but not done, since it would say more than was decided; ``absent``: its theme is not in
    this run; ``empty``: a split that found nothing to part.
    """

    decision: Decision
    outcome: Outcome
    acts_on: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Release:
    """A version of the product and the day it came out (ISO date).

    `version_column` names the attribute of posts that holds their version, if it is not `Post.version`. `n_changes`
    is how many changes it brought in all, 0 where nobody said.
    """

    name: str
    date: str
    version_column: str = ""
    n_changes: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """Where a theme stands: what a team made of it, or that it was among the first suggestions of the last run.

    `rank_before` is its rank in the run before (0: none). `now` is the id of the theme of this run that it is, or is
    part of; empty if it is not in this run.
    """

    theme_id: str
    name: str
    status: str = "new"
    release: str = ""
    link: str = ""
    at: str = ""
    who: str = ""
    rank_before: int = 0
    now: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownTheme:
    """A theme as an earlier run last had it; `is_current` if that was the run just before."""

    theme: Theme
    statements: tuple[Statement, ...]
    is_current: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Memory:
    """What earlier runs found: the run just before, the posts it saw, and every theme there has been.

    Themes are as they were found, before decisions were applied to them. `history` holds the events of all runs, each
    with what its run spoke for, oldest first; `suggested` the suggestions of the run just before, the first one first.
    `together` maps statements to their themes in the last run that spoke for an earlier moment: not in one about the
    same posts with other settings, so that those decide nothing. `read` are the statements that the run just before
    made of posts that have not changed since, by post; it was made by `version` of `voc` with the embedding `model`.
    """

    run_id: str = ""
    version: str = ""
    model: str = ""
    post_ids: frozenset[str] = frozenset()
    themes: tuple[KnownTheme, ...] = ()
    history: tuple[tuple[str, ThemeEvent], ...] = ()
    together: Mapping[str, str] = field(default_factory=dict)
    suggested: tuple[Plan, ...] = ()
    read: Mapping[str, tuple[Statement, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """Everything one analysis concluded, and the posts it concluded it from.

    `as_of` is the moment the analysis speaks for (ISO-8601 UTC): the newest post's time unless it was given.
    `windows` are the periods looked at, oldest first, each ``START/END`` without its start and with its end; the last
    two are compared (none without dates). `window` is what they were asked for as (``7d``, ``month``), empty for a run
    over everything. `previous` is the run whose themes these continue, and `events` tells how; `former` are the names
    of themes in them that are no more.
    `duplicates` maps the id of every copied post to the post that stands for its group. `rejected` counts, by reason,
    the input rows that never became posts. `config` is the whole configuration, `version` that of `voc`, `model` the
    embedding model with its digest. `wordings` are what a language model was asked for, the first suggestion first.

    `effects` tell what became of each decision in force, `found` are the themes as they were before (empty where
    decisions changed none). `plans` and `releases` are where themes stood when the run was made. `authors` are what was
    known then of those who wrote its posts, by id. `classes` are those of value and cost that statements were sorted
    into, empty where that was off. `campaigns` are those found among the posts, the earliest first.
    """

    id: str
    as_of: str
    windows: tuple[str, ...]
    version: str
    model: str
    config: Mapping[str, object]
    rejected: Mapping[str, int]
    posts: tuple[Post, ...]
    exclusions: tuple[Exclusion, ...]
    duplicates: Mapping[str, str]
    statements: tuple[Statement, ...]
    themes: tuple[Theme, ...]
    suggestions: tuple[Suggestion, ...]
    window: str = ""
    previous: str = ""
    events: tuple[ThemeEvent, ...] = ()
    former: Mapping[str, str] = field(default_factory=dict)
    wordings: tuple[Wording, ...] = ()
    effects: tuple[Effect, ...] = ()
    found: tuple[Theme, ...] = ()
    plans: tuple[Plan, ...] = ()
    releases: tuple[Release, ...] = ()
    authors: tuple[Author, ...] = ()
    classes: tuple[ValueClass, ...] = ()
    campaigns: tuple[Campaign, ...] = ()

    @property
    def period_days(self) -> int:
        """Days in the last window; 0 without dates."""
        if not self.windows:
            return 0
        start, end = map(datetime.fromisoformat, self.windows[-1].split("/"))
        return round((end - start) / timedelta(days=1))
