"""Counts every number of a JSON report again, from the run alone and without `compose`."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from voc.datatypes import Post, Run, Statement
from voc.report.figure import count_people, person_of
from voc.report.headcount import MEASURES, Headcount
from voc.report.recount import RECOUNTS, contrast_problems, standing_problems
from voc.report.recount_people import Audience
from voc.report.recount_stars import STAR_MEASURES, STARS, RecountStars
from voc.report.recount_trust import TRUST_RECOUNTS, trust_problems

# numbers that count nothing: places, settings, and what the ranking computed; `rating` is a post's own
_BARE = {"format_version", "rank", "rank_low", "rank_high", "tied_ranks", "period_days", "rating", "depth"}
_BARE |= {"number", "rank_before", "rank_now", "low", "high"}
_BARE |= {"rank_counted", "rank_believed", "rank_without", "rank_unweighted", "rank_best", "rank_worst", "factor"}
_BARE |= {"min_cell", "min_cohort", "ratio", "ratio_low", "ratio_high", "residual", "p", "q"}
_BARE |= STARS | {"reach", "impact", "confidence"}
_SCORES = {"score", "weight", "signal", "contribution"}
_SETTINGS = {"settings", "weights"}
_TOLERANCE = 6e-4  # ratios are rounded to four digits, of which the ranking may have rounded one before
_BY_STATEMENT = {"theme", "area", "kind", "mention", "rated", "polarity", "value", "cost"}
_OF_STATEMENTS = {"n_statements", "growth_of_statements"}

Where = Mapping[str, str]


def check(report_json: str | Mapping[str, Any], run: Run) -> list[str]:
    """What is wrong with a JSON report of a run, one line each; empty when every number holds.

    A figure must select, by its ``where``, exactly the posts it lists, and its value must be what they count to.
    A quote must be a statement of its post, word for word; one that a language model cites, of the theme. Ranks and
    scores must be those of the run, and scores the sum of their contributions. Any other number is a bare one, and
    reported.
    """
    content = json.loads(report_json) if isinstance(report_json, str) else report_json
    return list(_Checker(run).walk(content, "$", ""))


class _Checker:
    """The run, indexed its own way."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.stars = RecountStars(run)
        self.posts = {post.id: post for post in run.posts}
        self.reasons = {exclusion.post_id: exclusion.reason for exclusion in run.exclusions}
        self.areas = {theme.id: theme.area for theme in run.themes}
        self.suggestions = {suggestion.theme_id: suggestion for suggestion in run.suggestions}
        self.moments = {post.id: _moment(post.posted_at) for post in run.posts if post.posted_at}
        self.windows: dict[str, frozenset[str]] = {}
        self.heads: dict[str, Headcount] = {}
        self.by_theme: dict[str, list[Statement]] = defaultdict(list)
        self.by_post: dict[str, set[str]] = defaultdict(set)
        for statement in run.statements:
            self.by_theme[statement.theme_id].append(statement)
            self.by_post[statement.post_id].add(statement.text)

    def walk(self, node: object, path: str, key: str) -> Iterator[str]:
        if isinstance(node, Mapping):
            yield from self._mapping(node, path)
        elif isinstance(node, Sequence) and not isinstance(node, str):
            for n, inner in enumerate(node):
                yield from self.walk(inner, f"{path}[{n}]", key)
        elif isinstance(node, int | float) and not isinstance(node, bool) and key not in _BARE | _SCORES:
            yield f"{path} is a bare number: {node}"

    def _mapping(self, node: Mapping[str, Any], path: str) -> Iterator[str]:
        if "measure" in node:
            yield from (f"{path} {problem}" for problem in self._figure(node))
            return
        if "texts" in node:
            yield from (f"{path} {problem}" for problem in self._quote(node))
        if "rank_low" in node:
            yield from (f"{path} {problem}" for problem in self._suggestion(node))
        if "gap_low" in node:
            yield from (f"{path} {problem}" for problem in self.stars.line_problems(node))
        if "penalty_low" in node:
            yield from (f"{path} {problem}" for problem in self.stars.aspect_problems(node))
        if "rank_before" in node:
            yield from (f"{path} {problem}" for problem in standing_problems(node, self.run))
        if {"rank_believed", "rank_unweighted", "rank_worst", "factor"} & set(node):
            yield from (f"{path} {problem}" for problem in trust_problems(node, self.run))
        if "low" in node:
            yield from (f"{path} {problem}" for problem in contrast_problems(node, self.run))
        if "min_cell" in node:
            yield from (f"{path} {problem}" for problem in self.headcount(node["by"]).problems(node))
        for key, inner in node.items():
            if key not in _SETTINGS:
                yield from self.walk(inner, f"{path}.{key}", key)

    def headcount(self, by: str) -> Headcount:
        """The people of the run by an attribute."""
        if by not in self.heads:
            self.heads[by] = Headcount(self.run, by)
        return self.heads[by]

    # -- quotes and ranks

    def _quote(self, quote: Mapping[str, Any]) -> Iterator[str]:
        post = self.posts.get(quote["post_id"])
        if post is None:
            yield f"quotes the unknown post {quote['post_id']}"
            return
        if quote["rating"] != post.rating:
            yield f"gives {post.id} the rating {quote['rating']} instead of {post.rating}"
        yield from (
            f"is not what {post.id} says: {text!r}" for text in quote["texts"] if text not in self.by_post[post.id]
        )

    def _suggestion(self, item: Mapping[str, Any]) -> Iterator[str]:
        suggestion = self.suggestions.get(item["theme_id"])
        if suggestion is None:
            yield f"is no suggestion of the run: {item['theme_id']}"
            return
        for name in ("rank", "rank_low", "rank_high", "priority", "trend"):
            if item[name] != getattr(suggestion, name):
                yield f"has {name} {item[name]} instead of {getattr(suggestion, name)}"
        yield from self.stars.merit_problems(item)
        said = {(statement.post_id, statement.text) for statement in self.by_theme[item["theme_id"]]}
        cited = {(quote["post_id"], text) for quote in item["cites"] for text in quote["texts"]}
        yield from (f"cites what is not of its theme: {text!r} of {post_id}" for post_id, text in sorted(cited - said))
        parts = [signal["contribution"] for signal in item["signals"]]
        if not _same(item["score"], suggestion.score) or not _same(math.fsum(parts), suggestion.score, len(parts)):
            yield f"has a score of {item['score']} from {math.fsum(parts):.4f} instead of {suggestion.score}"

    # -- figures

    def _figure(self, figure: Mapping[str, Any]) -> Iterator[str]:
        measure, where = figure["measure"], figure["where"]
        recount = _RECOUNTS.get(measure)
        if recount is None:
            yield f"has the unknown measure {measure}"
            return
        value, post_ids = recount(self, where, measure)
        if not _same(figure["value"], value):
            yield f"says {measure} {where} is {figure['value']}, the run says {value}"
        if figure["posts"] != sorted(set(post_ids)):
            missing, extra = set(post_ids) - set(figure["posts"]), set(figure["posts"]) - set(post_ids)
            yield f"lists other posts for {measure} {where}: {len(missing)} missing, {len(extra)} too many"

    def statements(self, where: Where) -> list[Statement]:
        candidates = self.run.statements
        if "theme" in where:
            candidates = tuple(s for theme in where["theme"].split(" ") for s in self.by_theme[theme])
        kinds = where["kind"].split() if "kind" in where else None
        recent = self._posts_within(where["period"]) if "period" in where else None
        named = tuple(where["mention"].split(" ", 1)) if "mention" in where else None
        return [
            s
            for s in candidates
            if (kinds is None or s.kind in kinds)
            and ("area" not in where or (s.theme_id in self.areas and self.areas[s.theme_id] == where["area"]))
            and (recent is None or s.post_id in recent)
            and all(getattr(s, axis) == where[axis] for axis in ("value", "cost") if axis in where)
            and ("rated" not in where or self.posts[s.post_id].rating is not None)
            and where.get("polarity", s.polarity) == s.polarity
            and (named is None or any((m.kind, m.value) == named for m in s.mentions))
        ]

    def chosen_posts(self, where: Where) -> list[Post]:
        return [post for post in self.run.posts if all(_POST_TESTS[key](self, post, where[key]) for key in where)]

    def _posts_within(self, period: str) -> frozenset[str]:
        if period not in self.windows:
            start, end = map(_moment, period.split("/"))
            self.windows[period] = frozenset(i for i, moment in self.moments.items() if start < moment <= end)
        return self.windows[period]

    @cached_property
    def audience(self) -> Audience:
        return Audience(self.run)

    def periods(self) -> tuple[str, str]:
        """The last period and the one before."""
        return self.run.windows[-1], self.run.windows[-2]


_POST_TESTS: Mapping[str, Callable[[_Checker, Post, str], bool]] = {
    "period": lambda checker, post, value: post.id in checker._posts_within(value),
    "excluded": lambda checker, post, value: (
        post.id in checker.reasons if value == "*" else checker.reasons.get(post.id, "") == value
    ),
    "copies": lambda checker, post, value: (post.id in checker.run.duplicates) == (value == "yes"),
    "level": lambda checker, post, value: checker.audience.holds(post, value),
    "drifting": lambda checker, post, value: checker.audience.lost(post, value),
    "dated": lambda checker, post, value: bool(post.posted_at) == (value == "yes"),
}

Recount = tuple[float, list[str]]


def _count(checker: _Checker, where: Where, measure: str) -> Recount:
    if "attribute" in where:
        return _count_cohort(checker, where, measure)
    what = measure.removeprefix("n_").removeprefix("growth_of_")
    if not _BY_STATEMENT & set(where) and measure not in _OF_STATEMENTS:
        posts = checker.chosen_posts(where)
        people = count_people(map(person_of, posts))
        return {"posts": len(posts), "people": people}[what], [post.id for post in posts]
    statements = checker.statements(where)
    ids = [statement.post_id for statement in statements]
    people = count_people(statement.person for statement in statements)
    return {"posts": len(set(ids)), "people": people, "statements": len(ids)}[what], ids


def _count_cohort(checker: _Checker, where: Where, measure: str) -> Recount:
    return checker.headcount(where["attribute"]).count(where, measure)


def _count_themes(checker: _Checker, _: Where, __: str) -> Recount:
    return len(checker.run.themes), [s.post_id for theme in checker.run.themes for s in checker.by_theme[theme.id]]


def _count_suggestions(checker: _Checker, where: Where, _: str) -> Recount:
    without = where.get("without", "").split(" ")
    chosen = [s for s in checker.run.suggestions if where["priority"] in ("*", s.priority)]
    chosen = [s for s in chosen if s.theme_id not in without]
    return len(chosen), [statement.post_id for s in chosen for statement in checker.by_theme[s.theme_id]]


def _count_rejected(checker: _Checker, where: Where, _: str) -> Recount:
    rejected, reason = checker.run.rejected, where["rejected"]
    return sum(rejected.values()) if reason == "*" else rejected.get(reason, 0), []


def _share(checker: _Checker, where: Where, measure: str) -> Recount:
    of = "n_people" if measure == "share_of_people" else "n_statements"
    if of == "n_statements":
        part, ids = _count(checker, where, of)
        return part / (len(checker.run.statements) or 1), ids
    statements = checker.statements(where)
    everyone = count_people(statement.person for statement in checker.run.statements)
    part = count_people(statement.person for statement in statements)
    return part / (everyone or 1), [statement.post_id for statement in statements]


def _share_of_theme(checker: _Checker, where: Where, measure: str) -> Recount:
    people, ids = _count(checker, where, "n_people")
    return people / (count_people(s.person for s in checker.by_theme[where["theme"]]) or 1), ids


def _growth(checker: _Checker, where: Where, measure: str) -> Recount:
    (last, ids), (before, older) = (_count(checker, {**where, "period": p}, measure) for p in checker.periods())
    return last / before - 1 if before else math.inf, ids + older


def _change(checker: _Checker, where: Where, _: str) -> Recount:
    theme, (start, _, end) = {"theme": where["theme"]}, where["baseline"].partition("/")
    baseline = [p for p in checker.run.windows if start <= p.partition("/")[0] and p.partition("/")[2] <= end]
    shares, ids = [], []
    for periods in (checker.run.windows[-1:], baseline):
        here = [checker.statements({**theme, "period": period}) for period in periods]
        active = sum(count_people(s.person for s in checker.statements({"period": period})) for period in periods)
        shares.append(sum(count_people(s.person for s in said) for said in here) / (active or 1))
        ids += [statement.post_id for said in here for statement in said]
    return shares[0] / shares[1] if shares[1] else math.inf, ids


def _mean_people(checker: _Checker, where: Where, _: str) -> Recount:
    start, _, end = where["baseline"].partition("/")
    baseline = [p for p in checker.run.windows if start <= p.partition("/")[0] and p.partition("/")[2] <= end]
    said = [checker.statements({"theme": where["theme"], "period": period}) for period in baseline]
    people = sum(count_people(s.person for s in here) for here in said)
    return people / (len(said) or 1), [statement.post_id for here in said for statement in here]


def _mean_rating(checker: _Checker, where: Where, _: str) -> Recount:
    ids = sorted({statement.post_id for statement in checker.statements(where)})
    ratings = {i: rating for i in ids if (rating := checker.posts[i].rating) is not None}
    return math.fsum(ratings.values()) / (len(ratings) or 1), list(ratings)


def _stars(checker: _Checker, where: Where, measure: str) -> Recount:
    selected = checker.statements(where)
    return checker.stars.value(measure, where, selected), [statement.post_id for statement in selected]


_OF_RUN = {**RECOUNTS, **TRUST_RECOUNTS}
_RECOUNTS: Mapping[str, Callable[[_Checker, Where, str], Recount]] = {
    "n_posts": _count,
    "n_people": _count,
    "n_statements": _count,
    "n_themes": _count_themes,
    "n_suggestions": _count_suggestions,
    "n_rejected": _count_rejected,
    "share_of_people": _share,
    "share_of_theme": _share_of_theme,
    "share_of_statements": _share,
    "growth_of_posts": _growth,
    "growth_of_people": _growth,
    "growth_of_statements": _growth,
    "change": _change,
    "mean_people": _mean_people,
    "mean_rating": _mean_rating,
    **dict.fromkeys(MEASURES, _count_cohort),
    **dict.fromkeys(STAR_MEASURES, _stars),
    **{measure: lambda checker, where, measure: _OF_RUN[measure](checker.run, where) for measure in _OF_RUN},
}


def _same(a: object, b: float, terms: int = 1) -> bool:
    return isinstance(a, int | float) and math.isclose(a, b, rel_tol=_TOLERANCE, abs_tol=_TOLERANCE * terms)


def _moment(iso: str) -> datetime:
    parsed = datetime.fromisoformat(iso)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
