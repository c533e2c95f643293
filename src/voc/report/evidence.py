"""The run, indexed: which statements and posts are behind what, and figures made of them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from voc.datatypes import Action, Axis, Effect, Plan, Post, Run, Statement, Theme, ValueClass
from voc.frameworks import Merits, Stars, merits
from voc.report.figure import Figure, Measure, count_people, person_of
from voc.satisfaction import Drivers, drivers
from voc.window import within


class Evidence:
    """Look-ups over one run: `posts` by id, `excluded` reasons by post id, `windows` from oldest to latest.

    `worded` are the wordings that are in use, by theme id: a theme renamed since has none.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.posts = {post.id: post for post in run.posts}
        self.statements = {statement.id: statement for statement in run.statements}
        self.themes = {theme.id: theme for theme in run.themes}
        self.excluded = {exclusion.post_id: exclusion.reason for exclusion in run.exclusions}
        self.worded = {w.theme_id: w for w in run.wordings if not w.problem and w.name == self.themes[w.theme_id].name}
        self.windows = run.windows
        self.timezone = str(run.config.get("timezone", "UTC"))
        self._zone = _zone(self.timezone)

    def done(self, action: Action) -> list[Effect]:
        """The decisions of a sort that were done to themes of this run."""
        done = ("applied", "followed")
        return [e for e in self.run.effects if e.decision.action == action and e.outcome in done]

    @cached_property
    def plans(self) -> dict[str, list[Plan]]:
        """Where themes of this run stand that somebody gave a status, by their id."""
        plans: dict[str, list[Plan]] = {}
        for plan in self.run.plans:
            if plan.now and plan.at:
                plans.setdefault(plan.now, []).append(plan)
        return plans

    def classes(self, axis: Axis) -> list[ValueClass]:
        """The classes of value or cost, in the order of their taxonomy."""
        return [known for known in self.run.classes if known.axis == axis]

    @cached_property
    def usual(self) -> dict[str, Counter[str]]:
        """How often each device and each region is named, in all posts."""
        return {
            field: Counter(value for post in self.run.posts if (value := getattr(post, field)))
            for field in ("device", "region")
        }

    @cached_property
    def n_people(self) -> int:
        """People behind all statements: what shares of people are shares of."""
        return count_people(statement.person for statement in self.run.statements)

    @cached_property
    def drivers(self) -> Drivers:
        """What moves the ratings."""
        seed = self.run.config.get("seed", 0)
        return drivers(self.run.themes, self.run.statements, self.posts, seed=seed if isinstance(seed, int) else 0)

    @cached_property
    def merits(self) -> dict[str, Merits]:
        """The evidence for each suggestion on the scales of frameworks, by theme id."""
        stars = {
            driver.theme_id: Stars(mean=driver.mean, gap=driver.gap.value, low=driver.gap.low, high=driver.gap.high)
            for driver in self.drivers.themes
            if driver.gap and driver.mean is not None
        }
        window = self.windows[-1] if self.windows else ""
        found = merits(self.run.suggestions, self.run.statements, self.posts, stars=stars, window=window)
        return {merit.theme_id: merit for merit in found}

    @cached_property
    def unassigned(self) -> tuple[Statement, ...]:
        """The statements of no theme."""
        assigned = {statement_id for theme in self.run.themes for statement_id in theme.statement_ids}
        return tuple(statement for statement in self.run.statements if statement.id not in assigned)

    def of(self, theme: Theme) -> list[Statement]:
        """The statements of a theme."""
        return [self.statements[statement_id] for statement_id in theme.statement_ids]

    def within(self, statements: Iterable[Statement], window: str) -> list[Statement]:
        """The statements of posts from a window, written START/END."""
        return [statement for statement in statements if within(self.posts[statement.post_id].posted_at, window)]

    def local_date(self, moment: str) -> str:
        """The local date of a UTC moment; empty stays empty."""
        return _parse(moment).astimezone(self._zone).date().isoformat() if moment else ""

    def dates(self, window: str) -> tuple[str, str]:
        """The first and the last local date inside a window, whose START is not part of it."""
        start, _, end = window.partition("/")
        first = _parse(start) + timedelta(seconds=1)
        return self.local_date(first.isoformat()), self.local_date(end)

    def count(self, measure: Measure, statements: Sequence[Statement], **where: str) -> Figure:
        """A figure over statements."""
        post_ids = tuple(sorted({statement.post_id for statement in statements}))
        if measure == "n_people":
            value: float = count_people(statement.person for statement in statements)
        elif measure == "share_of_people":
            value = _ratio(count_people(statement.person for statement in statements), self.n_people)
        elif measure == "share_of_theme":
            everyone = count_people(statement.person for statement in self.of(self.themes[where["theme"]]))
            value = _ratio(count_people(statement.person for statement in statements), everyone)
        elif measure == "share_of_statements":
            value = _ratio(len(statements), len(self.run.statements))
        else:
            value = len(post_ids) if measure == "n_posts" else len(statements)
        return Figure(value=value, measure=measure, post_ids=post_ids, where=where)

    def count_posts(self, measure: Measure, posts: Sequence[Post], **where: str) -> Figure:
        """A figure over posts."""
        value = count_people(map(person_of, posts)) if measure == "n_people" else len(posts)
        return Figure(value=value, measure=measure, post_ids=tuple(sorted(post.id for post in posts)), where=where)

    def count_themes(self) -> Figure:
        """How many themes there are."""
        return self._count_of("n_themes", self.run.themes)

    def count_suggestions(self, priority: str, *, without: Collection[str] = ()) -> Figure:
        """How many suggestions of a priority there are, or of any (``*``), without those of some themes."""
        chosen = [s for s in self.run.suggestions if priority in ("*", s.priority) and s.theme_id not in without]
        where = {"priority": priority} | ({"without": " ".join(sorted(without))} if without else {})
        return self._count_of("n_suggestions", [self.themes[s.theme_id] for s in chosen], **where)

    def _count_of(self, measure: Measure, themes: Sequence[Theme], **where: str) -> Figure:
        post_ids = {statement.post_id for theme in themes for statement in self.of(theme)}
        return Figure(value=len(themes), measure=measure, post_ids=tuple(sorted(post_ids)), where=where)

    def mean_rating(self, statements: Sequence[Statement], **where: str) -> Figure | None:
        """The mean rating of the posts that have one, or None."""
        post_ids = sorted({statement.post_id for statement in statements})
        ratings = {post_id: rating for post_id in post_ids if (rating := self.posts[post_id].rating) is not None}
        if not ratings:
            return None
        value = round(math.fsum(ratings.values()) / len(ratings), 4)
        return Figure(value=value, measure="mean_rating", post_ids=tuple(ratings), where=where)


def together(*figures: Figure) -> tuple[str, ...]:
    """The posts behind any of the figures."""
    return tuple(sorted({post_id for figure in figures for post_id in figure.post_ids}))


def safe_url(url: str) -> str:
    """The address where it is http or https, fit for an attribute or a Markdown link; else nothing.

    >>> safe_url("https://a.example/帖子?q=(1)"), safe_url("javascript:alert(1)"), safe_url("//a.example")
    ('https://a.example/%E5%B8%96%E5%AD%90?q=%281%29', '', '')
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.netloc or any(ord(c) <= 32 for c in url):
        return ""
    return quote(url, safe="/:?#@!$&+,;=%~-._", errors="replace")


def _ratio(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def _parse(moment: str) -> datetime:
    parsed = datetime.fromisoformat(moment)
    return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # a run may come from a machine that knows other zones
        return ZoneInfo("UTC")
