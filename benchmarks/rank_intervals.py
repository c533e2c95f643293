"""Do intervals of ranks hold what they say? Prints a table, writes benchmarks/rank_intervals.json.

    python benchmarks/rank_intervals.py [CORPORA]

A population of authors is made up, each with what they say of which theme, when, where and with how many stars. The
true rank of a theme is its rank by the score of the whole population, among the themes that a corpus lists. A corpus is
so many authors drawn from the population; `voc.rank.rank` ranks it. CORPORA (default: 200) are drawn in each scenario.

- coverage: of all suggestions of all corpora, how many 90 % intervals hold the true rank; `top`: of the ten first.
- uncertain: the same, of intervals of more than one rank.
- percentile: what the plain percentiles of resampled ranks would hold.
- width: ranks in an interval, on average.

Where themes are far apart nothing is uncertain, and intervals of one rank hold it always: `far apart` is that check.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voc.config import Config
from voc.datatypes import Post, Statement, Suggestion, Theme
from voc.rank import rank
from voc.rank.intervals import resample
from voc.rank.mentions import tabulate
from voc.window import windows

OUT = Path(__file__).with_name("rank_intervals.json")
AS_OF = "2026-04-26T00:00:00Z"
PERIODS = windows(AS_OF, "7d", 8, timezone="UTC")
SOURCES = ("论坛", "商店", "微博")
WEIGHTS = Config().weights
CONFIDENCE = 0.9
POPULATION = 3000
FRESH = 20  # corpora drawn from one population before the next is made


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """How often a person mentions each theme, and how many people a corpus has."""

    rates: NDArray[np.float64]
    people: int


SCENARIOS: Mapping[str, Scenario] = {
    "separated": Scenario(rates=np.geomspace(0.35, 0.02, 12), people=300),
    "near ties": Scenario(rates=np.linspace(0.101, 0.099, 20), people=300),
    "many small": Scenario(rates=0.15 / np.arange(1, 61) ** 0.8, people=400),
    "mixed": Scenario(
        rates=np.r_[0.3, 0.2, 0.14, np.linspace(0.06, 0.05, 15), np.linspace(0.02, 0.01, 20)], people=400
    ),
    "small corpus": Scenario(rates=0.3 / np.arange(1, 21) ** 0.8, people=60),
    "far apart": Scenario(rates=np.array([0.6, 0.3, 0.12, 0.03]), people=1500),
}


class Population:
    """Authors by number, each with what they said: (theme, kind, polarity, day, source, rating)."""

    def __init__(self, rates: NDArray[np.float64], rng: np.random.Generator) -> None:
        n = len(rates)
        activity = rng.gamma(2, 0.5, POPULATION)
        wish, negative = rng.beta(1, 2, n), rng.beta(3, 2, n)
        tilt = rng.dirichlet(np.full(len(SOURCES), 5.0), n)
        recent = rng.dirichlet(np.full(len(PERIODS), 4.0), n)
        self.said: list[list[tuple[str, str, str, str, str, float | None]]] = []
        for person in range(POPULATION):
            rating = float(rng.integers(1, 6)) if rng.random() < 0.3 else None
            own = []
            for theme in np.flatnonzero(rng.random(n) < rates * activity[person]):
                kind = "request" if rng.random() < wish[theme] else "problem"
                polarity = "neg" if rng.random() < negative[theme] else "neu"
                day = PERIODS[rng.choice(len(PERIODS), p=recent[theme])].partition("/")[2]
                source = SOURCES[rng.choice(len(SOURCES), p=tilt[theme])]
                own.append((f"t{theme:03}", kind, polarity, day, source, rating))
            day = PERIODS[rng.integers(len(PERIODS))].partition("/")[2]
            self.said.append(own or [("", "other", "neu", day, SOURCES[rng.integers(len(SOURCES))], rating)])

    def corpus(self, people: NDArray[np.int64]) -> tuple[list[Theme], list[Statement], dict[str, Post]]:
        """What these people said; who is named twice is two people."""
        posts: dict[str, Post] = {}
        statements = []
        for n, person in enumerate(people):
            for theme, kind, polarity, day, source, rating in self.said[person]:
                post = Post(
                    id=f"p{len(posts):06}", text="", author=f"a{n}", posted_at=day, source=source, rating=rating
                )
                posts[post.id] = post
                statements.append(
                    Statement(
                        id=f"s{len(posts):06}", post_id=post.id, position=0, text="", norm="", kind=kind,
                        polarity=polarity, person=f"a{n}", theme_id=theme,
                    )
                )  # fmt: skip
        ids = sorted({statement.theme_id for statement in statements} - {""})
        themes = [
            Theme(id=i, name=i, area="", kind="problem", keywords=(), exemplars=(), statement_ids=()) for i in ids
        ]
        return themes, statements, posts


def ranked(population: Population, people: NDArray[np.int64], *, bootstrap: int, seed: int = 0) -> list[Suggestion]:
    """The suggestions of a corpus of these people."""
    themes, statements, posts = population.corpus(people)
    return rank(
        themes, statements, posts, weights=WEIGHTS, as_of=AS_OF, windows=PERIODS,
        bootstrap=bootstrap, confidence=CONFIDENCE, seed=seed,
    )  # fmt: skip


def percentiles(population: Population, people: NDArray[np.int64], ids: list[str]) -> list[tuple[int, int]]:
    """The plain percentiles of resampled ranks, in the order of `ids`."""
    _, statements, posts = population.corpus(people)
    column = {theme: n for n, theme in enumerate(ids)}
    table = tabulate(statements, posts, column, as_of=AS_OF, windows=PERIODS, half_life_days=90.0)
    scores = resample(table, np.ones(len(table.people)), WEIGHTS, bootstrap=400, seed=0)
    ranks = (-scores).argsort(axis=1, kind="stable").argsort(axis=1, kind="stable") + 1
    low, high = np.quantile(ranks, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2], axis=0, method="inverted_cdf")
    place = np.arange(1, len(ids) + 1)
    return list(zip(np.minimum(low, place), np.maximum(high, place), strict=True))


def measure(scenario: Scenario, corpora: int, *, bootstrap: int = 400, compare: bool = True) -> dict[str, float]:
    """Coverage and width over so many corpora."""
    rng = np.random.default_rng(0)
    held: list[tuple[bool, bool, bool, int]] = []  # by the interval, uncertain, among the first, width
    plain: list[bool] = []
    for n in range(corpora):
        if n % FRESH == 0:
            population = Population(scenario.rates, rng)
            truth = [s.theme_id for s in ranked(population, np.arange(POPULATION), bootstrap=1)]
        people = rng.integers(0, POPULATION, scenario.people)
        found = ranked(population, people, bootstrap=bootstrap, seed=n)
        listed = {suggestion.theme_id for suggestion in found}
        true = {theme: place for place, theme in enumerate((t for t in truth if t in listed), start=1)}
        for s in found:
            width = s.rank_high - s.rank_low + 1
            held.append((s.rank_low <= true[s.theme_id] <= s.rank_high, width > 1, s.rank <= 10, width))
        if compare:
            bounds = percentiles(population, people, [s.theme_id for s in found])
            plain += [low <= true[s.theme_id] <= high for s, (low, high) in zip(found, bounds, strict=True)]
    inside, uncertain, top, width = (np.array(column) for column in zip(*held, strict=True))
    return {
        "corpora": corpora,
        "intervals": len(held),
        "coverage": round(float(inside.mean()), 3),
        "uncertain": round(float(inside[uncertain].mean()), 3) if uncertain.any() else 1.0,
        "top": round(float(inside[top].mean()), 3),
        "percentile": round(float(np.mean(plain)), 3) if plain else 0.0,
        "width": round(float(width.mean()), 1),
    }


def main() -> None:
    """Measure every scenario."""
    corpora = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    results = {}
    for name, scenario in SCENARIOS.items():
        results[name] = measure(scenario, corpora)
        print(name, results[name], flush=True)
    OUT.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
