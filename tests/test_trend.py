"""Trends: exact where counts are small, calm where they vary anyway, right about what is planted."""

import json
import random
import runpy
import tomllib
from collections import Counter, defaultdict
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from voc.errors import ConfigError
from voc.trend import FALSE_DISCOVERIES, trends

CORPORA = Path(__file__).parents[1] / "corpora"
BASELINE = 8
STEADY = [[4, 5, 3, 4, 6, 4, 5, 4, 5]] * 12
ACTIVE = [100] * 9


def first(row, *, others=STEADY, active=ACTIVE, **more):
    """The trend of one theme among others of as many windows."""
    others = [other[: len(row)] for other in others]
    return trends([row, *others], active[: len(row)], **more)[0]


def test_the_p_value_is_that_of_the_exact_binomial_test():
    for before, last in ((4, 9), (0, 3), (7, 1), (12, 0), (1, 1)):
        found = trends([[before, last]], [50, 70])[0]
        side = "greater" if last / 70 >= before / 50 else "less"
        assert found.p_value == pytest.approx(binomtest(last, before + last, 70 / 120, alternative=side).pvalue)


def test_the_interval_is_clopper_and_pearsons():
    found = trends([[4, 9]], [50, 70], confidence=0.9)[0]
    bounds = binomtest(9, 13).proportion_ci(0.9, method="exact")
    assert (found.low, found.high) == pytest.approx([p / (1 - p) * 50 / 70 for p in (bounds.low, bounds.high)])
    assert found.low < found.change < found.high


def test_the_interval_holds_the_true_ratio_as_often_as_it_says():
    """Over all counts that can be, weighted by their chance: 90 % or more, for a rate that has doubled."""
    total, share = 30, 2 / 3
    held = 0.0
    for last in range(total + 1):
        found = trends([[total - last, last]], [100, 100], confidence=0.9)[0]
        if (found.low or 0) <= 2 <= (found.high or float("inf")):
            held += binom.pmf(last, total, share)
    assert 0.9 <= held < 0.97


def test_three_people_surge_where_nobody_was_before():
    found = first([0, 0, 0, 0, 0, 0, 0, 0, 3])
    assert found.flags == ("new", "surging")
    assert (found.change, found.high) == (None, None)
    assert found.low > 2


def test_two_people_are_no_surge_and_nothing_new():
    assert first([0, 0, 0, 0, 0, 0, 0, 0, 2]).flags == ()


def test_a_theme_known_from_before_the_windows_is_back_and_not_new():
    assert first([0, 0, 0, 0, 0, 0, 0, 0, 4], earlier=[True] + [False] * 12).word == "returned"


def test_after_four_silent_windows_a_theme_is_back_after_two_it_is_not():
    assert "returned" in first([5, 4, 0, 0, 0, 0, 0, 0, 5]).flags
    assert "returned" not in first([5, 4, 5, 4, 5, 4, 0, 0, 5]).flags


def test_a_busy_week_is_no_trend():
    assert all(not trend.flags for trend in trends([[5] * 8 + [10]] * 10, [100] * 8 + [200]))
    assert first([5] * 8 + [10]).change == pytest.approx(2.0)


def test_what_halves_in_a_week_twice_as_busy_falls():
    assert first([20] * 8 + [10], active=[100] * 8 + [200]).flags == ("falling",)


def test_windows_in_which_nobody_spoke_tell_nothing():
    quiet = trends([[0, 0, 9, 8, 9, 9, 1]] + [[0, 0, 4, 5, 4, 5, 4]] * 9, [0, 0, 50, 50, 50, 50, 50])[0]
    assert quiet.flags == trends([[9, 8, 9, 9, 1]] + [[4, 5, 4, 5, 4]] * 9, [50] * 5)[0].flags == ("falling",)


def test_a_bursty_theme_does_not_surge_when_it_bursts_again():
    burst = [1, 9, 1, 0, 1, 9, 1, 0, 9]
    assert first(burst).flags == ()
    assert first(burst).dispersion > 1.5
    assert first([1, 2, 1, 2, 1, 2, 1, 2, 9]).flags == ("surging",)


def test_a_surge_under_way_is_compared_with_what_was_before_it():
    lasting = first([2, 3, 2, 3, 2, 3, 14, 15, 14])
    assert lasting.flags == ("surging",)
    assert lasting.n_baseline == 5  # and the window just before it is left out
    assert lasting.change == pytest.approx(14 / (12 / 5))


def test_what_stays_high_is_ordinary_after_four_windows():
    assert first([2, 3, 2, 14, 14, 15, 14, 14]).flags == ()


def test_a_surge_that_builds_up_does_not_hide_itself():
    assert first([3, 0, 3, 1, 5, 8, 14]).flags == ("surging",)
    assert first([3, 0, 3, 1, 5, 8, 14, 12]).flags == ("surging",)


def test_the_end_of_a_surge_is_no_fall():
    assert first([3, 3, 2, 3, 2, 3, 14, 15, 3]).flags == ()
    assert first([3, 14, 15, 11, 5, 2, 2, 3, 4]).flags == ()


def test_a_sure_but_small_change_is_no_news():
    big = [[1000] * 8 + [1200]]
    found = first(big[0], others=[[1000] * 9] * 3, active=[10_000] * 9)
    assert found.p_value < 1e-6
    assert found.flags == ()


def test_one_window_or_none_tells_nothing():
    assert trends([[5]], [50])[0].word == ""
    assert trends([], [50, 60]) == []
    assert trends([[0, 6], [0, 0]], [0, 50])[0].word == ""


def test_few_people_are_not_called_steady():
    assert first([0, 1, 0, 1, 0, 0, 1, 0, 1]).word == ""
    assert first([1, 1, 0, 1, 0, 1, 1, 0, 1]).word == "steady"


def test_windows_and_active_people_must_fit():
    with pytest.raises(ConfigError, match="themes have 2 windows and active people 3"):
        trends([[1, 2]], [5, 5, 5])


@given(
    st.lists(st.lists(st.integers(0, 12), min_size=6, max_size=6), min_size=1, max_size=8),
    st.lists(st.integers(0, 80), min_size=6, max_size=6),
    st.randoms(use_true_random=False),
)
@settings(max_examples=40, deadline=None)
def test_the_order_of_themes_does_not_matter(people, active, chance):
    active = [max(n, *column) for n, column in zip(active, zip(*people, strict=True), strict=True)]
    order = list(range(len(people)))
    chance.shuffle(order)
    found = trends(people, active)
    assert trends([people[n] for n in order], active) == [found[n] for n in order]
    for trend in found:
        assert 0 <= trend.p_value <= 1
        if trend.change is not None:
            assert trend.low <= trend.change <= (trend.high or float("inf"))


# -- the planted corpus, with its labels as themes


def rows(name):
    return map(json.loads, (CORPORA / name).read_text("utf-8").splitlines())


@lru_cache(maxsize=1)
def planted():
    """The plan; and of each labelled statement of the corpus its post, its author and theme, and the week of posts."""
    plan = tomllib.loads((CORPORA / "weeks" / "plan.toml").read_text("utf-8"))
    author = {post["id"]: post["作者"] for post in rows("weeks/posts.jsonl")}
    said, week = [], {}
    for row in rows("weeks-labels.jsonl"):
        week[row["id"]] = row["week"] - 1
        said += [(row["id"], author[row["id"]], statement["theme"]) for statement in row["statements"]]
    return plan, said, week


def flags_by_week(said, week):
    """(theme, week) -> flags, each week seen with the eight before it."""
    people, spoke = defaultdict(set), defaultdict(set)
    for post, person, theme in said:
        people[theme, week[post]].add(person)
        spoke[week[post]].add(person)
    themes = sorted({theme for _, _, theme in said if theme})
    found = {}
    for last in range(1, 14):
        windows = range(max(0, last - BASELINE), last + 1)
        rows = [[len(people[theme, w]) for w in windows] for theme in themes]
        earlier = [any(people[theme, w] for w in range(windows[0])) for theme in themes]
        for theme, trend in zip(themes, trends(rows, [len(spoke[w]) for w in windows], earlier=earlier), strict=True):
            found[theme, last + 1] = trend.flags
    return found


def test_the_posts_are_those_that_the_plan_makes():
    make = runpy.run_path(str(CORPORA.parent / "benchmarks" / "make_weeks.py"))["make"]
    read = (tomllib.loads((CORPORA / "weeks" / f"{name}.toml").read_text("utf-8")) for name in ("statements", "plan"))
    posts, labels = make(*read)
    assert posts == list(rows("weeks/posts.jsonl"))
    assert labels == list(rows("weeks-labels.jsonl"))
    assert all(s["text"] in post["内容"] for post, own in zip(posts, labels, strict=True) for s in own["statements"])


def test_planted_surges_are_found_and_no_others():
    plan, said, week = planted()
    found = flags_by_week(said, week)
    weeks = {(e["theme"], w) for e in plan["events"] if e["event"] == "surging" for w in e["weeks"]}
    # what is new or back, or takes the place of another theme, is many where it was none: a surge too
    fresh = {t for e in plan["events"] for t in (e["theme"], *e.get("into", ()))
             if e["event"] in ("born", "returned", "split", "merged")}  # fmt: skip
    may = {(e["theme"], w) for e in plan["events"] if e["event"] == "seasonal" for w in e["may"]}
    told = {pair for pair, flags in found.items() if "surging" in flags and pair[0] not in fresh} - may
    assert len(told & weeks) / len(weeks) >= 0.9
    assert len(told & weeks) / len(told) >= 0.9


@pytest.mark.parametrize("event", ["falling", "returned"])
def test_planted_falls_and_returns_are_found_within_two_weeks(event):
    plan, said, week = planted()
    found = flags_by_week(said, week)
    for planned in (e for e in plan["events"] if e["event"] == event):
        first_week = planned["weeks"][0]
        assert any(event in found[planned["theme"], week] for week in (first_week, first_week + 1)), planned["theme"]


def test_what_is_only_seasonal_is_no_surge_once_it_is_known():
    plan, said, week = planted()
    found = flags_by_week(said, week)
    season = next(e for e in plan["events"] if e["event"] == "seasonal")
    assert all("surging" not in found[season["theme"], w] for w in season["weeks"])


def test_three_posts_where_there_was_nothing_are_new_and_a_surge():
    _, said, week = planted()
    assert flags_by_week(said, week)["invoice", 12] == ("new", "surging")


def test_shuffled_dates_show_surges_no_more_often_than_stated():
    """Twenty copies of the corpus whose posts have exchanged their dates: false surges and falls in weekly looks."""
    _, said, week = planted()
    posts = sorted(week)
    false = Counter()
    for seed in range(20):
        dates = [week[post] for post in posts]
        random.Random(seed).shuffle(dates)
        found = flags_by_week(said, dict(zip(posts, dates, strict=True)))
        for flag in ("surging", "falling"):
            false[flag] += len({w for (_, w), flags in found.items() if flag in flags})
    assert false["surging"] / (20 * 13) <= FALSE_DISCOVERIES
    assert false["falling"] / (20 * 13) <= FALSE_DISCOVERIES
