"""What moves satisfaction: planted gaps and effects are found, as sure as stated, and nothing else is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse
from scipy.stats import ttest_ind

from rated import MIXED, Corpus, Plant, corpus, statement_of, themes_of
from voc.datatypes import Post
from voc.satisfaction import Drivers, Estimate, drivers
from voc.satisfaction.regression import SHRINKAGES, fit

ESTIMATES = ("gap", "excess", "contribution")


def _holds(estimate: Estimate, truth: float) -> bool:
    return estimate.low <= truth <= estimate.high


# -- intervals


@pytest.fixture(scope="module")
def coverage() -> dict[str, float]:
    """How often the intervals of sixty corpora of 300 people hold what 20,000 people say."""
    truth = {driver.theme_id: driver for driver in drivers(*corpus(MIXED, 20_000, seed=9999)).themes}
    held: dict[str, list[bool]] = {name: [] for name in ESTIMATES}
    for seed in range(60):
        for driver in drivers(*corpus(MIXED, 300, seed=seed)).themes:
            for name in ESTIMATES if driver.gap else ():
                held[name].append(_holds(getattr(driver, name), getattr(truth[driver.theme_id], name).value))
    return {name: float(np.mean(found)) for name, found in held.items()}


@pytest.mark.parametrize(
    ("name", "least", "most"), [("gap", 0.93, 0.97), ("excess", 0.90, 0.98), ("contribution", 0.90, 0.98)]
)
def test_intervals_of_95_percent_hold_the_truth_about_as_often(coverage, name: str, least: float, most: float) -> None:
    assert least <= coverage[name] <= most


def test_a_large_theme_has_the_gap_and_interval_of_welch() -> None:
    themes, statements, posts = corpus((Plant(share=0.4, stars=-1),), 2_000)
    mention = {statement.post_id for statement in statements if statement.theme_id}
    inside, outside = ([p.rating for p in posts.values() if (p.id in mention) is wanted] for wanted in (True, False))
    welch = ttest_ind(inside, outside, equal_var=False)
    gap = drivers(themes, statements, posts).themes[0].gap
    assert gap is not None
    assert gap.value == pytest.approx(np.mean(inside) - np.mean(outside), abs=1e-4)
    assert (gap.low, gap.high) == pytest.approx(tuple(welch.confidence_interval(0.95)), abs=5e-3)


def test_few_people_who_agree_by_chance_are_not_taken_for_sure() -> None:
    themes, statements, posts = corpus((*MIXED, Plant(share=0.0)), 300)
    five = [f"p{n:06}" for n in range(5)]
    posts |= {post_id: replace(posts[post_id], rating=1.0) for post_id in five}
    statements += [statement_of(posts[post_id], themes[-1].id, "neg", 90) for post_id in five]
    gap = drivers(themes, statements, posts).themes[-1].gap
    assert gap is not None
    assert gap.high - gap.low > 1


# -- what is attributed to a theme


def test_contributions_are_what_the_average_gains_where_the_theme_is_taken_away() -> None:
    plants = (Plant(share=0.2, stars=-0.6), Plant(share=0.1))
    found = drivers(*corpus(plants, 10_000, complaint=-0.8)).themes
    _, _, with_it = corpus(plants, 10_000, complaint=-0.8)
    _, _, without = corpus((Plant(share=0.0), plants[1]), 20_000, complaint=-0.8)
    lost = np.mean([p.rating for p in with_it.values()]) - np.mean([p.rating for p in without.values()])
    assert found[0].contribution is not None
    assert found[0].contribution.value == pytest.approx(lost, abs=0.03)
    assert found[1].contribution.value > found[0].contribution.value


def test_complaints_that_are_all_alike_have_gaps_but_nothing_beyond_the_usual() -> None:
    alike = tuple(Plant(share=share) for share in np.linspace(0.02, 0.1, 12))
    found = [driver for seed in range(10) for driver in drivers(*corpus(alike, 800, seed=seed)).themes]
    assert np.mean([driver.gap.high < 0 for driver in found if driver.n_people > 30]) >= 0.9
    assert np.mean([_holds(driver.excess, 0) for driver in found]) >= 0.93


def test_a_theme_of_few_people_counts_as_an_ordinary_complaint() -> None:
    plants = (Plant(share=0.3), Plant(share=0.012, stars=-1.5), Plant(share=0.1, stars=-1.5))
    found = [drivers(*corpus(plants, 600, seed=seed)).themes for seed in range(10)]
    both = [(small, large) for _, small, large in found if small.excess]
    small, large = (np.mean([driver.excess.value for driver in side]) for side in zip(*both, strict=True))
    assert large < small < 0
    assert abs(small) < 0.9 * abs(large)
    assert all(driver.contribution.value < 0 for driver, _ in both)


def test_two_themes_always_mentioned_together_share_the_effect() -> None:
    themes, statements, posts = corpus((Plant(share=0.15, stars=-1), Plant(share=0.0), Plant(share=0.2)), 1_000)
    twins = [replace(s, id=s.id + "b", theme_id="t01") for s in statements if s.theme_id == "t00"]
    one, other, _ = drivers(themes, [*statements, *twins], posts).themes
    alone = drivers(themes, statements, posts).themes[0]
    assert one.excess.value == pytest.approx(other.excess.value, abs=1e-3)
    assert one.excess.value == pytest.approx(alone.excess.value / 2, abs=0.1)
    assert one.excess.high - one.excess.low < 2


def test_a_source_that_rates_low_does_not_make_its_themes_look_bad() -> None:
    themes, statements, posts = corpus((Plant(share=0.15), Plant(share=0.15)), 2_000)
    harsh = {s.post_id for s in statements if s.theme_id == "t00"} | {f"p{n:06}" for n in range(500)}
    posts = {i: replace(p, source="论坛", rating=max(p.rating - 1, 1.0)) if i in harsh else p for i, p in posts.items()}
    told, blamed = (
        drivers(themes, statements, {i: replace(p, source=p.source if known else "") for i, p in posts.items()}).themes[
            0
        ]
        for known in (True, False)
    )
    assert told.gap.value < -1.2
    assert abs(told.excess.value) < 0.2
    assert blamed.excess.value < -0.4


# -- people, not posts


def test_fifty_posts_of_one_person_weigh_as_one() -> None:
    themes, statements, posts = corpus(MIXED, 300)
    first = next(statement for statement in statements if statement.theme_id == "t00")
    copies = [replace(posts[first.post_id], id=f"q{n:02}") for n in range(50)]
    more = [replace(first, id=f"z{n:02}", post_id=post.id) for n, post in enumerate(copies)]
    assert drivers(themes, [*statements, *more], posts | {p.id: p for p in copies}) == drivers(
        themes, statements, posts
    )


def test_the_order_of_statements_and_the_names_of_people_change_nothing() -> None:
    themes, statements, posts = corpus(MIXED, 300)
    renamed = [replace(statement, person=statement.person[::-1]) for statement in reversed(statements)]
    assert drivers(themes, renamed, posts) == drivers(themes, statements, posts)


def _without(themes_statements_posts: Corpus, **changes: object) -> Drivers:
    themes, statements, posts = themes_statements_posts
    return drivers(themes, statements, {i: replace(post, **changes) for i, post in posts.items()})


def test_without_ratings_nothing_is_told_but_why() -> None:
    assert _without(corpus(MIXED, 100), rating=None) == Drivers(reason="no ratings")
    assert drivers(*corpus(MIXED, 29)) == Drivers(reason="few ratings", n_people=29)
    assert _without(corpus(MIXED, 100), rating=5.0) == Drivers(reason="one rating", n_people=100)
    assert drivers([], [], {}) == Drivers(reason="no ratings")


def test_a_theme_of_four_people_has_a_count_and_no_more() -> None:
    themes, statements, posts = corpus((*MIXED, Plant(share=0.0)), 300)
    statements += [statement_of(posts[f"p{n:06}"], themes[-1].id, "neg", 90) for n in range(4)]
    last = drivers(themes, statements, posts).themes[-1]
    assert (last.n_people, last.gap, last.excess, last.contribution) == (4, None, None, None)


def test_everybody_complaining_or_praising_but_nobody_both_is_no_obstacle() -> None:
    plants = (Plant(share=0.5), Plant(share=0.3))
    themes, statements, posts = corpus(plants, 400)
    statements = [
        statement_of(post, "t00" if n % 2 else "t01", "neg" if n % 2 else "pos")
        for n, post in enumerate(posts.values())
    ]
    found = drivers(themes, statements, posts)
    assert all(np.isfinite([driver.excess.value, driver.contribution.value]).all() for driver in found.themes)


# -- the regression


def test_the_fit_is_the_least_squares_of_the_data_and_the_imaginary_people() -> None:
    rng = np.random.default_rng(0)
    columns, controls, rating = rng.random((60, 4)) < 0.3, rng.random((60, 2)), rng.normal(3, 1, 60)
    found = fit(sparse.csr_matrix(columns.astype(float)), controls, rating)
    design = np.hstack([columns, np.ones((60, 1)), controls])
    rows = np.diag([found.shrinkage**0.5] * 4 + [0.0] + [1.0] * 2)
    told, *_ = np.linalg.lstsq(np.vstack([design, rows]), np.concatenate([rating, np.zeros(7)]), rcond=None)
    assert np.allclose([*found.columns, *found.controls], told)


def test_the_shrinkage_is_the_one_that_cross_validation_likes_best() -> None:
    rng = np.random.default_rng(1)
    columns = (rng.random((200, 30)) < 0.2).astype(float)
    chosen = []
    for effect in (0.0, 3.0):
        rating = columns @ rng.normal(0, effect, 30) + rng.normal(0, 1, 200)
        found = fit(sparse.csr_matrix(columns), np.zeros((200, 0)), rating)
        design = np.hstack([columns, np.ones((200, 1))])
        scores = []
        for shrinkage in SHRINKAGES:
            hat = design @ np.linalg.solve(design.T @ design + np.diag([shrinkage] * 30 + [0]), design.T)
            scores.append(((rating - hat @ rating) ** 2).mean() / (1 - np.trace(hat) / 200) ** 2)
        assert found.shrinkage == SHRINKAGES[np.argmin(scores)]
        chosen.append(found.shrinkage)
    assert chosen[0] > 100 * chosen[1]


# -- hints

# area -> stars of complaint about it and of praise, both beyond what is usual
ASPECTS = {"连接": (-1.2, -0.9), "界面": (1.0, 0.7), "音质": (0.0, 0.0), "续航": (0.0, 0.0)}


def _with_aspects(people: int, aspects: dict[str, tuple[float, float]], seed: int = 0) -> Drivers:
    plants = tuple(
        Plant(share=0.09, stars=stars, kind=kind, area=area)
        for area, both in aspects.items()
        for kind, stars in zip(("problem", "praise"), both, strict=True)
    )
    return drivers(*corpus(plants, people, seed=seed, complaint=-1.0, praise=0.8))


def test_a_basic_factor_an_excitement_factor_and_performance_factors_are_told_apart() -> None:
    hints = {aspect.area: aspect.hint for aspect in _with_aspects(4_000, ASPECTS).aspects}
    assert hints == {"连接": "basic", "界面": "excitement", "音质": "performance", "续航": "performance"}


def test_aspects_that_are_all_alike_are_rarely_called_anything_else() -> None:
    alike = {f"领域{n}": (0.0, 0.0) for n in range(6)}
    hints = [aspect.hint for seed in range(15) for aspect in _with_aspects(600, alike, seed).aspects]
    assert sum(hint in ("basic", "excitement") for hint in hints) <= 0.08 * len(hints)


def test_nine_people_on_one_side_are_too_little_data() -> None:
    themes, statements, posts = corpus(
        (Plant(share=0.2, area="音质"), Plant(share=0.2, area="续航", kind="praise")), 200
    )
    people = sorted({s.post_id for s in statements if s.theme_id == ""})[:9]
    statements += [statement_of(posts[post_id], "t01", "neg", 90) for post_id in people]
    found = {aspect.area: aspect for aspect in drivers(themes, statements, posts).aspects}
    assert (found["续航"].n_complain, found["续航"].hint, found["续航"].penalty) == (9, "too little data", None)


def test_an_aspect_alone_cannot_be_held_against_the_usual_one() -> None:
    found = _with_aspects(2_000, {"连接": (-1.5, -1.0)}).aspects
    assert [aspect.hint for aspect in found] == ["unclear"]


def test_a_theme_without_an_area_is_no_aspect() -> None:
    assert drivers(*corpus(MIXED, 300)).aspects == ()


def test_statements_of_unrated_posts_do_not_count() -> None:
    themes, statements, posts = corpus((Plant(share=0.2),), 200)
    unrated = [Post(id=f"u{n}", text="x", author=f"u{n}") for n in range(50)]
    more = [statement_of(post, "t00", "neg") for post in unrated]
    assert drivers(themes, statements + more, posts | {p.id: p for p in unrated}) == drivers(themes, statements, posts)


def test_themes_are_told_in_the_order_they_were_given() -> None:
    _, statements, posts = corpus(MIXED, 300)
    themes = themes_of(MIXED)[::-1]
    assert [driver.theme_id for driver in drivers(themes, statements, posts).themes] == [theme.id for theme in themes]
