"""What flows through the pipeline: Post, Statement, Theme, Suggestion, Wording, and the Run that holds them all.

Every value is frozen and keyword-only. Arrays stay outside: row i of an embedding matrix is statement i.
Conclusions keep their evidence: Suggestion -> Theme -> Statement -> Post -> url.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

Kind = Literal["request", "need", "problem", "question", "praise", "other"]
Polarity = Literal["pos", "neg", "neu"]
Priority = Literal["P0", "P1", "P2", "P3"]
Event = Literal["continued", "returned", "merged", "split", "born", "died"]

KINDS: tuple[Kind, ...] = ("request", "need", "problem", "question", "praise", "other")
POLARITIES: tuple[Polarity, ...] = ("pos", "neg", "neu")


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
class Statement:
    """One thing said in a post: the unit that has a kind and a theme.

    `text` is the verbatim quote. `norm` is its matching form (cleaned, simplified script). `position` counts within
    the post. `person` identifies who is counted for it: an author, or one distinct text and source where the author
    is unknown (see `people.assign_people`). `reason` names the rule or model that decided the kind. `theme_id` is empty
    while unassigned.
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
    period to its share in the period before (None without dates or enough posts); `trend` is ``new``, ``rising``,
    ``falling``, ``steady`` or empty where it cannot be told. `missing_evidence` names what the ranking had to
    do without: ``authors``, ``dates``, ``ratings``, ``people`` (fewer than five), ``sources`` (only one).
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
class KnownTheme:
    """A theme as an earlier run last had it; `is_current` if that was the run just before."""

    theme: Theme
    statements: tuple[Statement, ...]
    is_current: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Memory:
    """What earlier runs found: the run just before, the posts it saw, and every theme there has been."""

    run_id: str = ""
    post_ids: frozenset[str] = frozenset()
    themes: tuple[KnownTheme, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """Everything one analysis concluded, and the posts it concluded it from.

    `as_of` is the moment the analysis speaks for (ISO-8601 UTC): the newest post's time unless it was given.
    `windows` are the periods looked at, oldest first, each ``START/END`` without its start and with its end; the last
    two are compared (none without dates). `window` is what they were asked for as (``7d``, ``month``), empty for a run
    over everything. `previous` is the run whose themes these continue, and `events` tells how.
    `duplicates` maps the id of every copied post to the post that stands for its group. `rejected` counts, by reason,
    the input rows that never became posts. `config` is the whole configuration, `version` that of `voc`, `model` the
    embedding model with its digest. `wordings` are what a language model was asked for, the first suggestion first.
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
    wordings: tuple[Wording, ...] = ()

    @property
    def period_days(self) -> int:
        """Days in the last window; 0 without dates."""
        if not self.windows:
            return 0
        start, end = map(datetime.fromisoformat, self.windows[-1].split("/"))
        return round((end - start) / timedelta(days=1))
