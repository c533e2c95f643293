"""Who says what: values of people, tables, tests, withheld counts, and how the report shows them."""

from __future__ import annotations

import csv
import io
import itertools
import json
import random
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from gold_run import gold_run, make_run
from report_runs import HOSTILE, hostile_run, statement_of
from voc import api
from voc.cli import main
from voc.cohorts import (
    FALSE_DISCOVERIES,
    Level,
    Table,
    adjusted_residual,
    compare,
    false_discovery_rates,
    group_people,
    levels_of,
    p_value,
    people_by,
    ratio_of_shares,
    regions,
    tabulate,
    values_of,
)
from voc.cohorts.suppress import Shown, publish
from voc.datatypes import Author, Post, Run
from voc.errors import ConfigError, InputError
from voc.report import check, cohort_view, compose, render, render_cohorts
from voc.store import Store


@cache
def gold() -> Run:
    return gold_run()


@cache
def gold_json() -> str:
    return render(compose(gold()), "json")


def run_with(posts: list[Post], *, theme_of: dict[str, str] | None = None, authors: tuple[Author, ...] = ()) -> Run:
    """One statement a post; `theme_of` names themes by post id."""
    named = [(statement_of(post), "领域", (theme_of or {}).get(post.id, "主题")) for post in posts]
    return replace(make_run(posts, named), authors=authors)


def two_by_two(mention: int, cohort: int, other: int, others: int, **limits: int) -> Table:
    """The table of one theme and two cohorts."""
    values = {f"n{i}": "北" for i in range(cohort)} | {f"s{i}": "南" for i in range(others)}
    people = {f"n{i}" for i in range(mention)} | {f"s{i}" for i in range(other)}
    return tabulate({"t": people}, values, [Level(name="地区", group_of={"北": "北", "南": "南"})], **limits)


def cell_of(table: Table, cohort: str, level: str = "") -> object:
    cells = [c for c in table.cells if c.cohort.name == cohort and level in ("", c.cohort.level)]
    assert len(cells) == 1
    return cells[0]


# -- which value a person has


def told(by: str, posts: list[Post], authors: tuple[Author, ...] = (), **options: str) -> dict[str, str]:
    by_id = {post.id: post for post in posts}
    statements = [statement_of(post) for post in posts]
    return values_of(by, statements, by_id, authors, regions=regions(), **options)


def test_a_person_has_the_value_of_most_of_the_posts_and_of_equally_many_the_newer() -> None:
    posts = [
        Post(id=f"p{n}", text="卡", author="a", version=version, posted_at=f"2026-03-0{n + 1}T00:00:00Z")
        for n, version in enumerate(["3.1", "3.0", "3.1"])
    ]
    assert told("version", posts) == {"a": "3.1"}
    assert told("version", posts[:2]) == {"a": "3.0"}
    assert told("version", posts[:2][::-1]) == {"a": "3.0"}


def test_what_a_file_tells_of_the_author_wins_over_the_posts() -> None:
    posts = [Post(id="p1", text="卡", author="a", region="广东"), Post(id="p2", text="卡", author="b", region="广东")]
    authors = (Author(id="a", attributes={"region": "哈尔滨"}), Author(id="b", attributes={"region": ""}))
    assert told("region", posts, authors) == {"a": "黑龙江", "b": "广东"}


def test_the_city_of_an_author_tells_the_region_only_where_neither_file_nor_posts_do() -> None:
    posts = [Post(id=f"p{a}", text="卡", author=a, region="广东" if a == "a" else "") for a in "abc"]
    authors = [Author(id=a, attributes={"city": "大连", "region": "湖南" if a == "c" else ""}) for a in "abc"]
    assert told("region", posts, tuple(authors)) == {"a": "广东", "b": "辽宁", "c": "湖南"}


def test_years_and_months_are_one_table_whichever_is_asked_for() -> None:
    days = ["2025-11"] * 12 + ["2025-12"] * 12 + ["2026-01"] * 12
    posts = [Post(id=f"p{n}", text="卡", author=f"a{n}", posted_at=f"{day}-15T00:00:00Z") for n, day in enumerate(days)]
    # 2025 = 4 less 2025-11 = 3 would be one person of 2025-12
    run = run_with(posts, theme_of={f"p{n}": "甲" if n in (0, 1, 2, 12, 24, 25, 26, 27) else "乙" for n in range(36)})
    years, months = compare(run, "year"), compare(run, "month")
    assert years.cells == months.cells
    assert years.levels == ("year", "month")
    shown = [c for c in years.cells if c.theme_id == next(t.id for t in run.themes if t.name == "甲")]
    assert [c.how for c in shown if c.cohort.level == "year"] == ["exact", "exact"]
    assert [c.how for c in shown if c.cohort.level == "month"] != ["exact", "small", "exact"]


def test_a_month_is_not_called_a_year() -> None:
    days = ["2025-11"] * 60 + ["2025-12"] * 60 + ["2026-01"] * 60
    posts = [Post(id=f"p{n}", text="闪退", author=f"a{n}", posted_at=f"{d}-15T00:00:00Z") for n, d in enumerate(days)]
    run = run_with(posts, theme_of={f"p{n}": "甲" if n < 30 else "乙" for n in range(180)})
    told = [sentence.text for sentence in cohort_view(run, compare(run, "year")).told]
    assert any(text.startswith("2025-11 的用户") for text in told)


def test_those_who_share_a_person_do_not_lend_him_their_region() -> None:
    posts = [Post(id=f"p{n}", text="恢复旧版主题商店", author=f"a{n}", region="广东") for n in range(5)]
    posts.append(Post(id="p9", text="恢复旧版主题商店", author="x", region="河北"))
    said = [replace(statement_of(post), person="x") for post in posts]
    values = values_of("region", said, {post.id: post for post in posts}, (), regions=regions())
    assert values == {"x": "河北"}


def test_stars_years_and_months_are_derived_and_what_is_missing_is_empty() -> None:
    stars = [Post(id=f"p{n}", text="卡", author=f"a{n}", rating=r) for n, r in enumerate([1, 2, 2.5, 3, 4, 5, None])]
    assert list(told("rating", stars).values()) == ["1–2★", "1–2★", "3★", "3★", "4–5★", "4–5★", ""]
    post = Post(id="p", text="卡", author="a", posted_at="2025-12-31T17:00:00Z")
    assert told("year", [post], timezone="Asia/Shanghai") == {"a": "2026-01"}
    assert told("month", [post], timezone="UTC") == {"a": "2025-12"}
    assert told("year", [replace(post, posted_at="")]) == {"a": ""}


def test_many_numbers_are_cut_into_thirds_with_their_bounds_in_the_name() -> None:
    posts = [Post(id=f"p{n}", text="卡", author=f"a{n}") for n in range(31)]
    authors = tuple(Author(id=f"a{n}", attributes={"revenue": str(n * 10)}) for n in range(30))
    values = told("revenue", posts, authors)
    assert Counter(values.values()) == {"< 100": 10, "100 – < 200": 10, "≥ 200": 10, "": 1}
    level = levels_of("revenue", values.values(), regions=regions())[0]
    assert list(level.group_of) == ["< 100", "100 – < 200", "≥ 200"]
    few = tuple(Author(id=f"a{n}", attributes={"tier": str(n % 3)}) for n in range(30))
    assert set(told("tier", posts, few).values()) == {"0", "1", "2", ""}


@pytest.mark.parametrize(
    ("place", "province"),
    [
        ("黑龙江省", "黑龙江"),
        ("黑龙江哈尔滨", "黑龙江"),
        ("哈尔滨", "黑龙江"),
        ("广东省深圳市", "广东"),
        ("内蒙古自治区", "内蒙古"),
        ("青海海南州", "青海"),
        ("上海南京路", "上海"),
        ("廣東", "广东"),
        ("新加坡", "新加坡"),
        ("朝阳", "朝阳"),
    ],
)
def test_a_place_is_its_province_and_one_that_is_not_known_stays(place: str, province: str) -> None:
    assert regions()(place) == province


def test_every_province_is_in_one_group_of_every_level() -> None:
    provinces = set(regions()._province.values())
    assert len(provinces) == 34
    assert {level: set(group) == provinces for level, group in regions().groups.items()} == {
        "南北": True,
        "大区": True,
        "气候": True,
    }


def test_a_lexicon_of_regions_that_cannot_be_read_is_refused_in_one_line(tmp_path: Path) -> None:
    from voc.cohorts import Regions

    (tmp_path / "regions.toml").write_text("[provinces]\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="'levels' is missing"):
        Regions(tmp_path / "regions.toml")


def test_versions_and_devices_have_a_coarser_level_where_it_says_something() -> None:
    versions = levels_of("version", ["3.0.1", "3.0.2", "3.1.0"], regions=regions())
    assert [set(level.group_of.values()) for level in versions] == [{"3.0", "3.1"}, {"3.0.1", "3.0.2", "3.1.0"}]
    devices = levels_of("device", ["iPhone 8 Plus", "iPhone 12", "华为 P40"], regions=regions())
    assert devices[0].group_of["iPhone 8 Plus"] == "iPhone"
    assert len(levels_of("device", ["栖木 5", "栖木 6"], regions=regions())) == 1  # one family is no comparison


# -- counts


def test_a_person_counts_once_per_theme_and_cohort_however_much_they_write() -> None:
    posts = [Post(id=f"p{n}", text="闪退", author="老周" if n < 20 else f"a{n}", region="广东") for n in range(40)]
    posts += [Post(id=f"q{n}", text="闪退", author=f"b{n}", region="北京") for n in range(20)]
    table = compare(run_with(posts), "region")
    assert cell_of(table, "广东").people == 21
    assert cell_of(table, "广东").cohort.people == 21


def test_people_of_whom_nothing_is_known_are_shown_but_not_tested() -> None:
    values = {f"n{i}": "北" for i in range(20)} | {f"s{i}": "南" for i in range(20)} | {f"u{i}": "" for i in range(500)}
    level = Level(name="地区", group_of={"北": "北", "南": "南"})
    people = {f"n{i}" for i in range(15)} | {f"s{i}" for i in range(5)} | {f"u{i}" for i in range(400)}
    table = tabulate({"t": people}, values, [level])
    unknown = next(cell for cell in table.cells if cell.cohort.role == "unknown")
    assert (unknown.people, unknown.cohort.people, unknown.p) == (400, 500, None)
    assert cell_of(table, "北").ratio == 3.0
    assert cell_of(table, "北").p == pytest.approx(p_value(15, 20, 20, 40), rel=1e-3)


def test_cohorts_below_the_stated_size_are_counted_together_and_not_compared() -> None:
    values = {f"{name}{i}": name for name, n in (("甲", 30), ("乙", 10), ("丙", 9), ("丁", 4)) for i in range(n)}
    level = Level(name="x", group_of={name: name for name in "甲乙丙丁"})
    table = tabulate({"t": {"丙1", "丙2", "丙3", "丁1"}}, values, [level])
    assert [(c.name, c.role, c.people) for c in table.cohorts] == [
        ("甲", "compared", 30),
        ("乙", "compared", 10),
        ("", "other", 13),
    ]
    pooled = next(cell for cell in table.cells if cell.cohort.role == "other")
    assert (pooled.people, pooled.p) == (4, None)
    assert [c.name for c in tabulate({"t": set()}, values, [level], min_cohort=4).cohorts] == ["甲", "乙", "丙", "丁"]


def test_without_two_cohorts_the_counts_are_shown_and_nothing_is_tested() -> None:
    table = two_by_two(5, 30, 4, 9)
    assert table.compared == ()
    assert [(cell.people, cell.p) for cell in table.cells] == [(5, None), (4, None)]


# -- statistics


def test_p_values_are_those_of_fishers_exact_test() -> None:
    from scipy.stats import fisher_exact

    draw = random.Random(1)
    for _ in range(200):
        people = draw.randint(2, 90)
        cohort, mentions = draw.randint(1, people - 1), draw.randint(1, people - 1)
        mention = draw.randint(max(0, mentions + cohort - people), min(cohort, mentions))
        square = [[mention, cohort - mention], [mentions - mention, people - cohort - mentions + mention]]
        assert p_value(mention, cohort, mentions, people) == pytest.approx(fisher_exact(square)[1], rel=1e-6)


def test_large_counts_have_the_interval_of_katz_and_small_ones_the_exact_one() -> None:
    from scipy.stats import binomtest
    from scipy.stats.contingency import relative_risk

    katz = relative_risk(30, 100, 40, 300).confidence_interval(0.95)
    assert ratio_of_shares(30, 100, 40, 300)[1:] == (round(katz.low, 4), round(katz.high, 4))
    exact = binomtest(3, 4).proportion_ci(0.95, method="exact")
    low, high = (bound / (1 - bound) * 200 / 50 for bound in exact)
    assert ratio_of_shares(3, 50, 1, 200)[1:] == (round(low, 4), round(high, 4))


def test_the_interval_of_the_ratio_holds_it_as_often_as_stated() -> None:
    draw = np.random.default_rng(7)
    for cohort, others, share, ratio in ((60, 300, 0.15, 1.0), (100, 300, 0.1, 2.5), (15, 400, 0.01, 4.0)):
        mention, other = draw.binomial(cohort, share * ratio, 1500), draw.binomial(others, share, 1500)
        held = 0
        for a, c in zip(mention, other, strict=True):
            _, low, high = ratio_of_shares(int(a), cohort, int(c), others)
            held += low <= ratio and (high is None or ratio <= high)
        assert held / 1500 >= 0.935


def test_the_adjusted_residual_is_haberman_s() -> None:
    observed = np.array([[30, 70], [40, 260]], dtype=float)
    rows, columns, n = observed.sum(axis=1), observed.sum(axis=0), observed.sum()
    expected = np.outer(rows, columns) / n
    variance = expected * (1 - rows[:, None] / n) * (1 - columns[None, :] / n)
    assert adjusted_residual(30, 100, 70, 400) == round(float(((observed - expected) / np.sqrt(variance))[0, 0]), 4)


def test_q_values_reckon_with_the_p_values_that_a_test_can_take() -> None:
    tests = [(20, m, 100, 1) for m in (2, 3, 5, 8, 8, 12)]
    themes = ["a", "b", "c", "d", "d", "e"]
    p_values = [p_value(x, *test[:3]) for x, test in zip((2, 2, 4, 2, 5, 8), tests, strict=True)]

    def reached(theme: str, t: float) -> float:
        """The chance that a test of the theme is that small, at most."""
        from scipy.stats import hypergeom

        own = [test for test, name in zip(tests, themes, strict=True) if name == theme]
        return sum(
            hypergeom.pmf(x, people, mentions, cohort)
            for cohort, mentions, people, _ in own
            for x in range(mentions + 1)
            if p_value(x, cohort, mentions, people) <= t * 1.0000001
        )

    expected, worst = {}, 0.0
    for t in sorted(set(p_values)):
        called = {theme for theme, p in zip(themes, p_values, strict=True) if p <= t}
        false = sum((f := min(reached(theme, t), 1)) / max(1 - f, 1e-12) for theme in set(themes))
        worst = max(worst, false / len(called))
        expected[t] = min(worst, 1.0)
    told = false_discovery_rates(p_values, tests, themes)
    assert told == pytest.approx([expected[p] for p in p_values], rel=1e-3)
    # what the rare themes cannot say costs nothing: Benjamini and Hochberg would ask for six times the p-value
    assert told[5] < 3 * p_values[5]


SIMULATED = {f"p{i}": "甲乙丙丁"[sum(i >= bound for bound in (160, 280, 360))] for i in range(400)}
LEVELS = [
    Level(name="粗", group_of={"甲": "一", "乙": "一", "丙": "二", "丁": "二"}),
    Level(name="细", group_of={name: name for name in "甲乙丙丁"}),
]


def simulated(seed: int, *, effect: int = 1) -> Table:
    """400 people of four cohorts, two levels; thirty themes of up to 60 people, and one of 32 that is `effect` times
    as likely for 丙. Which people speak of a theme is drawn anew: the same as shuffling the labels."""
    draw = np.random.default_rng(seed)
    everybody = list(SIMULATED)
    themes = {f"t{n:02}": set(draw.choice(everybody, size=n, replace=False)) for n in range(2, 61, 2)}
    weight = np.array([effect if value == "丙" else 1 for value in SIMULATED.values()], dtype=float)
    themes["planted"] = set(draw.choice(everybody, size=32, replace=False, p=weight / weight.sum()))
    return tabulate(themes, SIMULATED, LEVELS)


def test_where_nothing_differs_a_difference_is_told_no_more_often_than_stated() -> None:
    runs = 250
    false = sum(bool(simulated(seed).findings) for seed in range(runs))
    assert 0 < false / runs <= FALSE_DISCOVERIES + 2 * (0.05 * 0.95 / runs) ** 0.5


def test_a_planted_difference_is_found_and_at_most_the_stated_share_of_findings_is_false() -> None:
    found = [[c.theme_id for c in simulated(seed, effect=6).findings] for seed in range(1000, 1060)]
    assert sum("planted" in themes for themes in found) >= 0.8 * len(found)
    false = [sum(theme != "planted" for theme in themes) / max(len(themes), 1) for themes in found]
    assert np.mean(false) <= FALSE_DISCOVERIES + 2 * np.std(false) / len(false) ** 0.5


def test_differences_come_strongest_first_on_the_level_that_tells_them_most_surely() -> None:
    values = {f"{name}{i}": name for name in "甲乙丙丁" for i in range(50)}
    weak = {f"甲{i}" for i in range(25)} | {f"{name}{i}" for name in "乙丙丁" for i in range(8)}
    strong = {f"甲{i}" for i in range(20)}
    both = {f"{name}{i}" for name in "甲乙" for i in range(20)}
    table = tabulate({"weak": weak, "strong": strong, "both": both}, values, LEVELS)
    assert [(c.theme_id, c.cohort.level, c.cohort.name) for c in table.findings] == [
        ("strong", "细", "甲"),
        ("both", "粗", "一"),
        ("weak", "细", "甲"),
    ]


# -- withheld counts


def ways(total: int, cells: int) -> list[tuple[int, ...]]:
    bars = itertools.combinations(range(total + cells - 1), cells - 1)
    return [tuple(b - a - 1 for a, b in itertools.pairwise((-1, *bar, total + cells - 1))) for bar in bars]


def fits(counts: list[list[int]], rows: list[list[Shown]], least: int) -> bool:
    test = {
        "exact": lambda n, shown: n == shown.people,
        "small": lambda n, shown: 0 < n < least,
        "least": lambda n, shown: n >= shown.people,
        "hidden": lambda n, shown: True,
    }
    return all(test[s.how](n, s) for c, row in zip(counts, rows, strict=True) for n, s in zip(c, row, strict=True))


@pytest.mark.parametrize("least", [3, 4])
def test_no_withheld_count_follows_from_what_is_shown(least: int) -> None:
    """All ways to spread up to eleven people over four places, shown on two levels that cross."""
    groups = [np.array([0, 0, 1, 1]), np.array([0, 1, 1, 2])]
    guards = [np.array([5, 4]), np.array([9, 5, 1])]
    n_small = 0
    for total in range(1, 12):
        spread = ways(total, 4)
        cells = {
            v: [
                np.bincount(g, weights=v, minlength=len(u)).astype(int).tolist()
                for g, u in zip(groups, guards, strict=True)
            ]
            for v in spread
        }
        for v in spread:
            rows = publish(np.array(v), groups, guards, least=least)
            assert fits(cells[v], rows, least)
            possible = [cells[w] for w in spread if fits(cells[w], rows, least)]
            for level, row in enumerate(rows):
                for n, shown in enumerate(row):
                    if shown.how == "small":
                        n_small += 1
                        assert len({counts[level][n] for counts in possible}) > 1, (v, rows)
    assert n_small > 500


NOT_NESTED = [
    [[0, 0, 1, 1], [0, 1, 1, 2]],
    [[0, 0, 0, 1, 1], [0, 0, 1, 1, 2]],  # 0, 1 are 北方 and 华北, 2 is 河南, in 北方 and 华中
    [[0, 0, 0, 1, 1], [0, 0, 1, 1, 1], [0, 1, 2, 0, 2]],
]


@pytest.mark.parametrize("levels", NOT_NESTED)
def test_no_small_count_of_any_set_of_places_follows_from_levels_that_cross(levels: list[list[int]]) -> None:
    """All ways to spread up to eight people; every union and difference of places, shown by itself or not."""
    groups = [np.array(level) for level in levels]
    guards = [np.array([9, 5, 1][: max(level) + 1]) for level in levels]
    places, least, n_shown = len(groups[0]), 3, 0
    sets = [np.array(chosen) for chosen in itertools.product([0, 1], repeat=places)]
    for total in range(1, 9):
        spread = ways(total, places)
        cells = {v: [np.bincount(g, weights=v).astype(int).tolist() for g in groups] for v in spread}
        seen: dict[str, list[tuple[int, ...]]] = {}
        for v in spread:
            rows = publish(np.array(v), groups, guards, least=least)
            n_shown += any(shown.how != "hidden" for row in rows for shown in row)
            if repr(rows) in seen:
                continue
            seen[repr(rows)] = [w for w in spread if fits(cells[w], rows, least)]
            counts = np.array(seen[repr(rows)]) @ np.array(sets).T
            certain = counts.min(axis=0)[counts.min(axis=0) == counts.max(axis=0)]
            assert not [n for n in certain if 0 < n < least and n < total], (v, rows)
    assert n_shown > 400


def test_what_lies_in_one_group_here_and_in_another_there_cannot_be_had_by_subtraction() -> None:
    provinces = {"河北": 3, "河南": 1, "湖北": 3, "湖南": 3, "广东": 4}
    values = {f"{name}{n}": name for name in (*provinces, "辽宁", "陕西") for n in range(20)}
    people = {f"{name}{n}" for name, count in provinces.items() for n in range(count)}
    levels = levels_of("region", values.values(), regions=regions())[:2]
    assert [level.name for level in levels] == ["南北", "大区"]
    shown = {(c.cohort.level, c.cohort.name): c for c in tabulate({"后台应用被杀": people}, values, levels).cells}
    assert shown["南北", "北方"].people == 4
    # 北方 less 华北, 东北 and 西北 would be 河南
    assert {c.how for (level, _), c in shown.items() if level == "大区"} == {"hidden"}


def test_small_counts_are_withheld_and_the_one_they_could_be_subtracted_from_is_a_bound() -> None:
    table = two_by_two(11, 140, 1, 220)
    south, north = cell_of(table, "南"), cell_of(table, "北")
    assert (south.how, south.people, south.ratio, south.p) == ("small", None, None, None)
    assert (north.how, north.people, north.bound) == ("least", 10, "least")
    assert north.ratio == round(10 / 140 / (2 / 220), 4)  # as if the others were two
    assert two_by_two(10, 140, 2, 220).cells == table.cells  # nobody can tell which it was


def test_a_row_is_shown_as_long_as_one_of_its_counts_can_stand_for_the_small_ones() -> None:
    counts, sizes = np.array([1, 0, 99, 9, 3]), np.array([99, 358, 886, 2161, 2371])
    rows = publish(counts, [np.arange(5)], [sizes], least=3)
    assert [(shown.how, shown.people) for shown in rows[0]] == [
        ("small", None),
        ("exact", 0),
        ("exact", 99),
        ("least", 8),
        ("exact", 3),
    ]


def test_a_limit_of_one_shows_everything() -> None:
    table = two_by_two(11, 140, 1, 220, min_cell=1)
    assert [cell.people for cell in table.cells] == [1, 11]
    assert cell_of(table, "北").ratio == round(11 / 140 / (1 / 220), 4)


def test_zero_is_shown() -> None:
    north = cell_of(two_by_two(9, 40, 0, 200), "北")
    assert (north.how, north.people, north.ratio, north.high) == ("exact", 9, None, None)
    assert north.is_found


# -- a run


def shuffled(run: Run, seed: int) -> Run:
    draw = random.Random(seed)
    return replace(run, posts=tuple(draw.sample(run.posts, len(run.posts))))


def test_the_order_of_posts_changes_nothing() -> None:
    assert compare(shuffled(gold(), 3), "region") == compare(gold(), "region")


def test_the_differences_planted_in_the_demo_corpus_are_found() -> None:
    names = {theme.id: theme.name for theme in gold().themes}
    found = {(names[c.theme_id], c.cohort.name): c for c in compare(gold(), "region").findings}
    cold, heat = found["低温自动关机", "严寒地区"], found["充电游戏发热烫手", "夏热冬暖地区"]
    assert cold.is_more
    assert heat.is_more
    assert min(cold.strength, heat.strength) > 5
    assert len(found) <= 3


def test_members_of_a_cohort_are_those_who_are_counted() -> None:
    table, values = compare(gold(), "region"), people_by(gold(), "region")
    for level in table.levels:
        counts = Counter(group_people(table, level, values).values())
        assert counts == {cohort: cohort.people for cohort in table.cohorts if cohort.level == level}


def test_an_attribute_that_nobody_has_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(InputError, match=r"nothing is known of tier .*known are: region, device"):
        compare(gold(), "tier")


def test_columns_of_posts_and_attributes_of_authors_are_cohorts_too() -> None:
    posts = [
        Post(id=f"p{n}", text="闪退", author=f"a{n}", attributes={"网络": "5G" if n % 2 else "WiFi"}) for n in range(60)
    ]
    authors = tuple(Author(id=f"a{n}", attributes={"tier": "强" if n < 20 else "弱"}) for n in range(60))
    run = run_with(posts, theme_of={f"p{n}": "甲" if n < 20 else "乙" for n in range(60)}, authors=authors)
    assert {c.name for c in compare(run, "网络").cohorts} == {"5G", "WiFi"}
    tiers = compare(run, "tier")
    assert {(cell.cohort.name, cell.people) for cell in tiers.findings if cell.is_more} == {("强", 20), ("弱", 40)}
    assert [view.by for view in compose(run).cohorts] == ["tier"]  # a column of posts may be anything


# -- the report


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_report_tells_the_differences_and_shows_them_as_a_map(lang: str) -> None:
    report = compose(gold(), lang=lang)
    by = {view.by: view for view in report.cohorts}
    assert list(by) == ["region", "device", "version", "source", "rating"]
    assert "低温自动关机" in by["region"].told[0].text
    html = render(report, "html")
    assert html.index('id="suggestions"') < html.index('id="cohorts"') < html.index('id="movements"')
    assert 'class="h4 found"' in html
    assert 'class="withheld"' in html
    assert "低温自动关机 × " not in html
    markdown = render(report, "md")
    assert "**▲ " in markdown
    assert markdown.count(report.labels["cohorts"]) >= 1


def test_a_sentence_gives_the_ratio_its_interval_and_the_counts() -> None:
    values = ["北京"] * 100 + ["上海"] * 300
    posts = [Post(id=f"p{n:03}", text="闪退", author=f"a{n}", region=value) for n, value in enumerate(values)]
    theme_of = {post.id: "玻璃自爆" if n < 30 or 100 <= n < 140 else "其余" for n, post in enumerate(posts)}
    run = run_with(posts, theme_of=theme_of)
    told = [sentence.text for sentence in cohort_view(run, compare(run, "region")).told]
    assert "北方用户更担心“玻璃自爆”：2.2 倍，95% CI 1.5–3.4（100 人中 30 人）。" in told
    english = [sentence.text for sentence in cohort_view(run, compare(run, "region"), lang="en").told]
    ratio = "2.2 times the others, 95% CI 1.5–3.4 (30 of 100 people)."
    assert f"Users in 北方 worry more about “玻璃自爆”: {ratio}" in english


def test_that_nobody_else_speaks_of_it_is_said_of_those_whose_value_is_known() -> None:
    values = ["北京"] * 100 + ["上海"] * 300 + [""] * 100
    posts = [Post(id=f"p{n:03}", text="闪退", author=f"a{n}", region=value) for n, value in enumerate(values)]
    theme_of = {post.id: "玻璃自爆" if n < 30 or n >= 450 else "其余" for n, post in enumerate(posts)}
    run = run_with(posts, theme_of=theme_of)
    for lang, words in (("zh", "其余已知地区的人中没有人提到"), ("en", "nobody of the others whose region is known")):
        told = [sentence.text for sentence in cohort_view(run, compare(run, "region"), lang=lang).told]
        assert any("玻璃自爆" in text and words in text for text in told)


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda cell: cell.update(ratio=99.0), "ratio 99.0 instead of"),
        (lambda cell: cell.update(is_found=not cell["is_found"]), "found"),
        (lambda cell: cell.update(q=0.5), "q 0.5 instead of"),
        (lambda cell: cell["n_people"].update(value=77), "is 77"),
        (lambda cell: cell["share"].update(value=0.77), "is 0.77"),
        (lambda cell: cell["n_people"].update(posts=["p-0"]), "lists other posts"),
    ],
)
def test_the_check_counts_cohorts_again(spoil, complaint: str) -> None:
    content = json.loads(gold_json())
    cells = [c for view in content["cohorts"] for m in view["maps"] for row in m["rows"] for c in row["cells"]]
    spoil(next(cell for cell in cells if cell["is_found"] and cell["how"] == "exact"))
    assert any(complaint in problem for problem in check(content, gold()))


def test_a_withheld_count_is_nowhere_in_the_report() -> None:
    posts = [Post(id=f"p{n:03}", text="闪退", author=f"a{n}", region="北京" if n < 140 else "上海") for n in range(360)]
    theme_of = {post.id: "低温" if n < 11 or n == 140 else "其余" for n, post in enumerate(posts)}
    run = run_with(posts, theme_of=theme_of)
    other = run_with(posts, theme_of=theme_of | {"p010": "其余", "p141": "低温"})
    first, second = (render(compose(found), "json") for found in (run, other))
    for one, two in zip(json.loads(first)["cohorts"][0]["maps"], json.loads(second)["cohorts"][0]["maps"], strict=True):
        rows = [next(row for row in m["rows"] if row["name"] == "低温")["cells"] for m in (one, two)]
        told = [
            [(c["how"], c["n_people"] and c["n_people"]["value"], c["ratio"], c["residual"], c["p"]) for c in cells]
            for cells in rows
        ]
        assert told[0] == told[1]
        assert told[0][0][:2] == ("least", 10)
        assert not any(c["n_people"] and c["n_people"]["posts"] for c in rows[0])


def test_what_posts_hold_is_no_markup() -> None:
    run = hostile_run()
    page = render_cohorts(run, compare(run, "device", min_cohort=1, min_cell=1))
    assert "<script>alert" not in page
    assert "onerror=alert" not in page.replace("&#34;&gt;&lt;img src=x onerror=alert(1)&gt;", "")
    assert "\x1b" not in page
    assert check(render(compose(run), "json"), run) == []


# -- the command


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("cohorts") / "gold.db"
    with Store(path) as store:
        store.save_posts(iter(gold().posts))
        store.save_run(gold())
    return str(path)


def call(*arguments: str) -> str:
    result = CliRunner().invoke(main, ["cohorts", *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_command_tells_differences_first_then_the_levels_they_lie_on(database: str) -> None:
    out = call(database, "--by", "region")
    assert out.startswith("严寒地区用户更担心“低温自动关机”")
    assert "*" in out.split("\n\n")[1]
    assert "Users in 严寒地区" in call(database, "--by", "region", "--lang", "en")


def test_csv_and_json_hold_every_cell_and_no_withheld_count(database: str) -> None:
    rows = list(csv.DictReader(io.StringIO(call(database, "--by", "rating", "--format", "csv"))))
    content = json.loads(call(database, "--by", "rating", "--format", "json"))
    assert len(rows) == len(content["cells"]) == len(compare(gold(), "rating").cells)
    withheld = [row for row in rows if row["shown"] in ("small", "hidden")]
    assert withheld
    assert all(row["people"] in ("<3", "") and not row["p"] and not row["ratio"] for row in withheld)


def test_limits_can_be_given_and_the_page_is_written_to_a_file(database: str, tmp_path: Path) -> None:
    everything = json.loads(
        call(database, "--by", "region", "--format", "json", "--min-cell", "1", "--min-cohort", "5")
    )
    assert {cell["shown"] for cell in everything["cells"]} == {"exact"}
    assert "黑龙江" in {cell["cohort"] for cell in everything["cells"]}
    call(database, "--by", "region", "--format", "html", "-o", str(tmp_path / "page.html"))
    assert '<table class="heat">' in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_an_attribute_that_came_after_the_run_is_said_to_need_another(database: str, tmp_path: Path) -> None:
    copy = tmp_path / "later.db"
    copy.write_bytes(Path(database).read_bytes())
    with Store(copy) as store:
        author = next(post.author for post in gold().posts if post.author)
        store.save_authors([Author(id=author, attributes={"tier": "强"})])
    result = CliRunner().invoke(main, ["cohorts", str(copy), "--by", "tier"])
    assert result.exit_code == 1
    assert "tier is told of authors" in result.stderr
    assert f"voc analyze {copy}" in result.stderr


def test_where_nothing_could_be_tested_it_says_so(database: str) -> None:
    limits = ("--by", "region", "--min-cohort", "100000")
    assert call(database, *limits).startswith("人数不足，无法检验。")
    assert call(database, *limits, "--lang", "en").startswith("There are too few people to test anything.")
    assert call(database, "--by", "region", "--min-cell", "100000").startswith("人数不足，无法检验。")


def test_the_page_shows_all_levels_and_the_table_those_of_the_differences() -> None:
    table = compare(gold(), "region")
    assert [m.level for m in cohort_view(gold(), table, everything=True).maps] == list(table.levels)
    assert {m.level for m in cohort_view(gold(), table).maps} == {cell.cohort.level for cell in table.findings}


def test_an_unknown_attribute_is_one_line(database: str) -> None:
    result = CliRunner().invoke(main, ["cohorts", database, "--by", HOSTILE[3]])
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1


def test_the_table_can_be_had_from_python(database: str) -> None:
    with Store(database) as store:
        assert api.cohorts(store, by="region") == compare(gold(), "region")
        assert api.cohorts(store, by="region", min_cell=1).min_cell == 1
