"""Works out again what a report says of ratings and of frameworks, for `check`: from the run alone."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from typing import Any

from voc.datatypes import Run, Statement
from voc.frameworks import Merits, Stars, merits
from voc.satisfaction import Drivers, drivers

Where = Mapping[str, str]

STAR_MEASURES = frozenset({"average_rating", "stars_of_gap", "stars_of_mood", "pull_on_average"})
_OF_THEME = {"gap": "gap", "excess": "excess", "effect": "contribution"}
_OF_AREA = {"penalty": "penalty", "reward": "reward"}
STARS = frozenset(f"{name}{bound}" for name in _OF_THEME | _OF_AREA for bound in ("", "_low", "_high"))


class RecountStars:
    """The ratings of a run, indexed its own way; what no simple count tells is worked out by the same steps again."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.posts = {post.id: post for post in run.posts}

    def value(self, measure: str, where: Where, selected: Collection[Statement]) -> float:
        """The value of a measure about the people behind the statements selected."""
        if measure == "average_rating":
            return _mean(self._ratings.values())
        if measure == "stars_of_gap":
            people = {statement.person for statement in selected}
            inside = [rating for person, rating in self._ratings.items() if person in people]
            return abs(_mean(inside) - _mean([r for person, r in self._ratings.items() if person not in people]))
        if measure == "stars_of_mood":
            found = self._drivers.complaint if where["polarity"] == "neg" else self._drivers.praise
        else:
            found = self._themes[where["theme"]].contribution
        return math.nan if found is None else abs(found.value)

    def line_problems(self, line: Mapping[str, Any]) -> Iterator[str]:
        """What is wrong with the numbers and the hint of a theme."""
        yield from _differences(line, self._themes.get(line["theme_id"]), _OF_THEME)
        area = next((theme.area for theme in self.run.themes if theme.id == line["theme_id"]), "")
        if line["hint"] != (self._aspects[area].hint if area in self._aspects else "too little data"):
            yield f"has the hint {line['hint']}, which is not that of its area"

    def aspect_problems(self, line: Mapping[str, Any]) -> Iterator[str]:
        """What is wrong with the numbers and the hint of an area."""
        aspect = self._aspects.get(line["area"])
        yield from _differences(line, aspect, _OF_AREA)
        if aspect and line["hint"] != aspect.hint:
            yield f"has the hint {line['hint']} instead of {aspect.hint}"

    def merit_problems(self, item: Mapping[str, Any]) -> Iterator[str]:
        """What is wrong with reach, impact and confidence of a suggestion; an effort is never known."""
        merit = self._merits[item["theme_id"]]
        for name in ("reach", "impact", "confidence"):
            if item[name] != getattr(merit, name):
                yield f"has {name} {item[name]} instead of {getattr(merit, name)}"
        if item["effort"] is not None:
            yield f"has an effort, {item['effort']}, that nobody gave"

    @cached_property
    def _ratings(self) -> dict[str, float]:
        """Person -> the mean rating of the posts with a statement."""
        wrote: defaultdict[str, dict[str, float]] = defaultdict(dict)
        for statement in self.run.statements:
            rating = self.posts[statement.post_id].rating
            if rating is not None:
                wrote[statement.person][statement.post_id] = rating
        return {person: _mean(ratings.values()) for person, ratings in wrote.items()}

    @cached_property
    def _drivers(self) -> Drivers:
        return drivers(self.run.themes, self.run.statements, self.posts, seed=int(str(self.run.config.get("seed", 0))))

    @cached_property
    def _themes(self) -> Mapping[str, Any]:
        return {driver.theme_id: driver for driver in self._drivers.themes}

    @cached_property
    def _aspects(self) -> Mapping[str, Any]:
        return {aspect.area: aspect for aspect in self._drivers.aspects}

    @cached_property
    def _merits(self) -> dict[str, Merits]:
        stars = {
            name: Stars(mean=d.mean, gap=d.gap.value, low=d.gap.low, high=d.gap.high)
            for name, d in self._themes.items()
            if d.gap is not None
        }
        window = self.run.windows[-1] if self.run.windows else ""
        made = merits(self.run.suggestions, self.run.statements, self.posts, stars=stars, window=window)
        return {merit.theme_id: merit for merit in made}


def _differences(line: Mapping[str, Any], found: object, fields: Mapping[str, str]) -> Iterator[str]:
    for name, field in fields.items():
        estimate = getattr(found, field, None)
        told = (line[name], line[f"{name}_low"], line[f"{name}_high"])
        if estimate is None or told != (estimate.value, estimate.low, estimate.high):
            yield f"has a {name} of {told[0]} ({told[1]} to {told[2]}), which is not what the run says"


def _mean(values: Collection[float]) -> float:
    return math.fsum(values) / (len(values) or 1)
