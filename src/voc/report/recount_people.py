"""Counts again what a report says about levels of relationship and who drifts away, for `check`: from the run alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import pairwise

from voc.authors import ACTIVE_WEEKS, LEVELS, LONGER, QUIET_DAYS
from voc.datatypes import Post, Run, Statement

_DAY = timedelta(days=1)


class Audience:
    """The people of a run: the level of each author, and in which posts those who drift away complained of what."""

    def __init__(self, run: Run) -> None:
        self.run = run
        left_out = {exclusion.post_id: exclusion.reason for exclusion in run.exclusions}
        self.posts: defaultdict[str, list[Post]] = defaultdict(list)
        self.adverts: Counter[str] = Counter()
        self.copied: Counter[str] = Counter()
        self.all: Counter[str] = Counter(post.author for post in run.posts)
        for post in sorted(run.posts, key=lambda post: post.posted_at):
            self.adverts[post.author] += left_out.get(post.id) in ("advert", "recruitment", "adult", "templated praise")
            self.copied[post.author] += post.id in self._campaigns
            if post.author and post.id not in left_out:
                self.posts[post.author].append(post)
        self.said: defaultdict[str, list[Statement]] = defaultdict(list)
        for statement in run.statements:
            self.said[statement.post_id].append(statement)

    def holds(self, post: Post, level: str) -> bool:
        """Whether a post is heard and its author of this level (``*``: of any)."""
        return post in self.posts.get(post.author, ()) and level in ("*", self.levels[post.author])

    def lost(self, post: Post, theme: str) -> bool:
        """Whether its author drifts away, and (unless ``*``) complained of the theme in it, last."""
        if post.author not in self.drifting or post not in self.posts[post.author]:
            return False
        return theme == "*" or theme in {s.theme_id for s in self.drifting[post.author] if s.post_id == post.id}

    @cached_property
    def levels(self) -> dict[str, str]:
        return {author: self._level(author) for author in self.posts}

    @cached_property
    def drifting(self) -> dict[str, list[Statement]]:
        """Authors who drift away -> what they complained of last."""
        found = {}
        for author in self.posts:
            ages = self._ages(author)
            is_sold = 10 * self.adverts[author] > self.all[author] or 2 * self.copied[author] >= self.all[author]
            if is_sold or self._weeks(author) < ACTIVE_WEEKS:
                continue
            gaps = [before - after for before, after in pairwise(ages)]
            complaints = self._complaints(author, ages[-1])
            if complaints and ages[-1] >= max(QUIET_DAYS * _DAY, LONGER * max(gaps)):
                found[author] = complaints
        return found

    @cached_property
    def _campaigns(self) -> set[str]:
        groups: defaultdict[str, list[Post]] = defaultdict(list)
        for post in self.run.posts:
            groups[self.run.duplicates.get(post.id, post.id)].append(post)
        return {
            post.id
            for copies in groups.values()
            if len({p.author for p in copies} - {""}) > 3 and any(len(p.text) >= 12 for p in copies)
            for post in copies
        }

    @cached_property
    def _shared(self) -> set[str]:
        people = defaultdict(set)
        for statement in self.run.statements:
            people[statement.theme_id].add(statement.person)
        return {theme for theme, those in people.items() if theme and len(those) > 2}

    def _ages(self, author: str) -> list[timedelta]:
        """How long ago the author posted, the oldest post first."""
        if not self.run.as_of:
            return []
        now = _moment(self.run.as_of)
        return [now - _moment(post.posted_at) for post in self.posts[author] if post.posted_at]

    def _weeks(self, author: str) -> int:
        return len({age // (7 * _DAY) for age in self._ages(author)})

    def _level(self, author: str) -> str:
        ages, posts = self._ages(author), self.posts[author]
        texts = {self.run.duplicates.get(post.id, post.id) for post in posts}
        themes = {s.theme_id for post in posts for s in self.said[post.id]} & self._shared
        quiet = ages[-1].days if ages else 0
        for level, rule in LEVELS.items():
            is_active = self._weeks(author) >= rule.weeks and len(texts) >= rule.posts
            if is_active and len(themes) >= rule.themes and quiet <= rule.quiet:
                return level
        return "none"

    def _complaints(self, author: str, newest: timedelta) -> list[Statement]:
        now = _moment(self.run.as_of)
        last = [p for p in self.posts[author] if p.posted_at and now - _moment(p.posted_at) < newest + 7 * _DAY]
        said = [statement for post in last for statement in self.said[post.id]]
        return [s for s in said if s.kind == "problem" or (s.polarity == "neg" and s.kind != "praise")]


def _moment(iso: str) -> datetime:
    parsed = datetime.fromisoformat(iso)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
