"""One author's posts and statements -> a profile."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from voc.authors.response import ASKING, Response, TakenUp, accepted_by, responses_of
from voc.authors.rules import (
    ACTIVE_WEEKS,
    ADVERTS,
    ADVERTS_AT_MOST,
    COPIED_BY,
    COPIES_AT_MOST,
    CORE_LEVELS,
    LEVEL_NAMES,
    LEVELS,
    LONGER,
    LOUD,
    ONE_THEME,
    OWN_WORDS,
    QUIET_DAYS,
    SHARED_BY,
    WEEK,
    WISHES,
    Bar,
    Core,
    Level,
)
from voc.datatypes import KINDS, Author, Kind, Post, Statement


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """What is known of an author: `attributes` from files, everything else from what they wrote.

    `posts` are all, `n_left_out` those of them that were left out as adverts and the like; weeks, themes and statements
    are of the others. `weeks` are counted back from the moment spoken for, `first_seen` and `last_seen` (ISO-8601 UTC)
    are empty without dates. `themes` are ids of those that three people or more speak of, in most posts first.
    `accepted` are names of themes, `responses` by name of theme. `url` is the address of the newest post that has one.
    `about` maps, of who is drifting, the themes last complained of to the posts that do (empty: of none).
    """

    author: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    posts: int = 0
    n_left_out: int = 0
    weeks: int = 0
    first_seen: str = ""
    last_seen: str = ""
    quiet_days: int | None = None
    device: str = ""
    region: str = ""
    url: str = ""
    themes: tuple[str, ...] = ()
    kinds: Mapping[Kind, int] = field(default_factory=dict)
    accepted: tuple[str, ...] = ()
    responses: Mapping[str, Response] = field(default_factory=dict)
    level: Level = "none"
    is_drifting: bool = False
    about: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    barred: Bar = ""

    @property
    def n_wishes(self) -> int:
        """How many statements ask for something or name a lack."""
        return sum(self.kinds.get(kind, 0) for kind in WISHES)

    @property
    def constructive(self) -> float:
        """Requests and needs as a share of all that asks or complains; 0 where nothing does."""
        asking = sum(self.kinds.get(kind, 0) for kind in ASKING)
        return self.n_wishes / asking if asking else 0.0

    @property
    def core(self) -> Core:
        """Whether, and by whom, the author is a core user. A file decides either way, but for barred accounts."""
        told = self.attributes.get("core", "")
        if self.barred or told == "no":
            return ""
        found = self.level in CORE_LEVELS and bool(self.n_wishes or self.accepted)
        if told == "yes":
            return "both" if found else "file"
        return "rule" if found else ""


def profiles(
    posts: Iterable[Post],
    statements: Iterable[Statement],
    *,
    as_of: str,
    reasons: Mapping[str, str] | None = None,
    duplicates: Mapping[str, str] | None = None,
    told: Iterable[Author] = (),
    taken_up: Sequence[TakenUp] = (),
) -> list[Profile]:
    """The profile of each known author of the posts and of each author told of in a file, closest first.

    `reasons` tells why posts were left out, by id; `duplicates` of which post they are copies; `as_of` is ISO-8601 UTC.
    """
    reasons, duplicates = reasons or {}, duplicates or {}
    attributes = {author.id: author.attributes for author in told}
    copied = _copied(posts := list(posts), duplicates)
    by_author: defaultdict[str, list[Post]] = defaultdict(list)
    author_of = {}
    for post in posts:
        if post.author:
            by_author[post.author].append(post)
            author_of[post.id] = post.author
    said: defaultdict[str, list[Statement]] = defaultdict(list)
    people: defaultdict[str, set[str]] = defaultdict(set)
    for statement in statements:
        people[statement.theme_id].add(statement.person)
        if statement.post_id in author_of:
            said[author_of[statement.post_id]].append(statement)
    shared = frozenset(theme for theme, those in people.items() if theme and len(those) >= SHARED_BY)
    accepted, responses = accepted_by(taken_up), responses_of(taken_up, said, {post.id: post for post in posts})
    made = [
        _profile(
            _Work(author, by_author[author], said[author], as_of, reasons, duplicates, copied, shared),
            attributes=attributes.get(author, {}),
            accepted=tuple(accepted[author]),
            responses=responses[author],
        )
        for author in sorted({*by_author, *attributes})
    ]
    return sorted(made, key=lambda p: (LEVEL_NAMES.index(p.level), -p.weeks, -(p.posts - p.n_left_out), p.author))


class _Work:
    """What one author wrote, in the order of time."""

    def __init__(
        self,
        author: str,
        posts: Sequence[Post],
        said: Sequence[Statement],
        as_of: str,
        reasons: Mapping[str, str],
        duplicates: Mapping[str, str],
        copied: Collection[str],
        shared: Collection[str],
    ) -> None:
        self.author = author
        self.posts = posts
        self.as_of = as_of
        self.n_adverts = sum(reasons.get(post.id) in ADVERTS for post in posts)
        self.n_copied = sum(post.id in copied for post in posts)
        self.heard = sorted((p for p in posts if p.id not in reasons), key=lambda p: (p.posted_at, p.id))
        self.n_texts = len({duplicates.get(post.id, post.id) for post in self.heard})
        heard = {post.id: post for post in self.heard}
        self.said = sorted((s for s in said if s.post_id in heard), key=lambda s: (s.post_id, s.position))
        self.when = {post.id: _moment(post.posted_at) for post in self.heard if post.posted_at}
        self.moments = list(self.when.values())
        spoken = {(s.theme_id, s.post_id) for s in self.said if s.theme_id in shared}
        self.themes = Counter(theme for theme, _ in spoken)

    @property
    def weeks(self) -> int:
        return len({(_moment(self.as_of) - moment) // WEEK for moment in self.moments}) if self.as_of else 0

    @property
    def quiet(self) -> timedelta | None:
        return max(_moment(self.as_of) - self.moments[-1], timedelta()) if self.moments and self.as_of else None

    @property
    def level(self) -> Level:
        n_days = self.quiet.days if self.quiet is not None else 0
        has = (self.weeks, self.n_texts, len(self.themes))
        for level, rule in LEVELS.items():
            if all(n >= least for n, least in zip(has, rule[:3], strict=True)) and n_days <= rule.quiet:
                return level
        return "none"

    @property
    def barred(self) -> Bar:
        if self.n_adverts > ADVERTS_AT_MOST * len(self.posts):
            return "adverts"
        if self.n_copied and self.n_copied >= COPIES_AT_MOST * len(self.posts):
            return "campaign"
        most = max(self.themes.values(), default=0)
        return "one theme" if len(self.heard) >= LOUD and most > ONE_THEME * len(self.heard) else ""

    def complaints(self) -> list[Statement]:
        """What was complained of within a week up to the last post."""
        since = self.moments[-1] - WEEK
        recent = {post_id for post_id, moment in self.when.items() if moment > since}
        return [s for s in self.said if s.post_id in recent and _complains(s)]

    @property
    def drifted(self) -> bool:
        if self.barred in ("adverts", "campaign") or self.weeks < ACTIVE_WEEKS or self.quiet is None:
            return False
        longest = max((later - earlier for earlier, later in pairwise(self.moments)), default=timedelta())
        return self.quiet >= max(timedelta(days=QUIET_DAYS), LONGER * longest) and bool(self.complaints())


def _profile(
    work: _Work, *, attributes: Mapping[str, str], accepted: tuple[str, ...], responses: Mapping[str, Response]
) -> Profile:
    dates = [post.posted_at for post in work.heard if post.posted_at]
    kinds = Counter(statement.kind for statement in work.said)
    is_drifting = work.drifted
    about: defaultdict[str, set[str]] = defaultdict(set)
    for statement in work.complaints() if is_drifting else ():
        if statement.theme_id:
            about[statement.theme_id].add(statement.post_id)
    return Profile(
        author=work.author,
        attributes=attributes,
        posts=len(work.posts),
        n_left_out=len(work.posts) - len(work.heard),
        weeks=work.weeks,
        first_seen=dates[0] if dates else "",
        last_seen=dates[-1] if dates else "",
        quiet_days=None if work.quiet is None else work.quiet.days,
        device=_usual(post.device for post in work.heard),
        region=_usual(post.region for post in work.heard),
        url=next((post.url for post in reversed(work.heard) if post.url), ""),
        themes=_by_count(work.themes),
        kinds={kind: kinds[kind] for kind in KINDS},
        accepted=accepted,
        responses=responses,
        level=work.level,
        is_drifting=is_drifting,
        about={theme: tuple(sorted(about[theme])) for theme in sorted(about)},
        barred=work.barred,
    )


def _copied(posts: Sequence[Post], duplicates: Mapping[str, str]) -> frozenset[str]:
    """The posts of texts that more than three accounts posted, of twelve characters or more."""
    groups: defaultdict[str, list[Post]] = defaultdict(list)
    for post in posts:
        groups[duplicates.get(post.id, post.id)].append(post)
    shared = [
        copies
        for copies in groups.values()
        if len({post.author for post in copies if post.author}) > COPIED_BY
        and max(len(post.text) for post in copies) >= OWN_WORDS
    ]
    return frozenset(post.id for copies in shared for post in copies)


def _complains(statement: Statement) -> bool:
    return statement.kind == "problem" or (statement.polarity == "neg" and statement.kind != "praise")


def _usual(values: Iterable[str]) -> str:
    """The most frequent value, empty ones aside."""
    counts = Counter(value for value in values if value)
    return min(counts, key=lambda value: (-counts[value], value), default="")


def _by_count(counts: Counter[str]) -> tuple[str, ...]:
    return tuple(sorted(counts, key=lambda key: (-counts[key], key)))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
