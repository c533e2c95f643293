"""Windows of time: whole days of a time zone, calendar months, and which are due."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.errors import ConfigError
from voc.window import covered, due, length_of, windows, within

ZONE = "Asia/Shanghai"


@pytest.mark.parametrize("text", ["", "7", "d", "0d", "week", "-7d", "7 d", "1000000d"])
def test_what_is_no_window_is_refused_in_one_line(text):
    with pytest.raises(ConfigError, match="is no window"):
        length_of(text)


@given(n=st.integers(1, 30), window=st.sampled_from(["1d", "7d", "2w", "month"]))
def test_windows_are_consecutive_and_end_at_the_moment(n, window):
    found = windows("2024-03-31T15:59:59Z", window, n, timezone=ZONE)
    assert len(found) == n
    assert found[-1].endswith("/2024-03-31T15:59:59Z")
    assert all(a.split("/")[1] == b.split("/")[0] for a, b in pairwise(found))


def test_a_month_is_a_calendar_month_of_the_time_zone():
    assert windows("2024-03-31T15:59:59Z", "month", 1, timezone=ZONE) == ("2024-02-29T15:59:59Z/2024-03-31T15:59:59Z",)


def test_a_moment_is_in_the_window_that_ends_with_it_and_not_in_the_next():
    first, second = windows("2024-03-10T00:00:00Z", "7d", 2, timezone="UTC")
    assert within("2024-03-03T00:00:00Z", first)
    assert not within("2024-03-03T00:00:00Z", second)
    assert not within("", first)


def test_windows_are_those_the_data_cover_and_at_least_two():
    assert len(covered("2024-03-31T00:00:00Z", 7, "2024-03-01T00:00:00Z", most=8)) == 4
    assert len(covered("2024-03-31T00:00:00Z", 7, "2024-03-30T00:00:00Z", most=8)) == 2
    assert len(covered("2024-03-31T00:00:00Z", 7, "2020-03-30T00:00:00Z", most=8)) == 8
    assert covered("", 7, "", most=8) == ()


def test_no_window_is_due_before_it_is_over_and_none_twice():
    assert due("7d", after="2024-03-03T15:59:59Z", until="2024-03-10T15:59:58Z", timezone=ZONE) == []
    assert due("7d", after="2024-03-03T15:59:59Z", until="2024-03-10T15:59:59Z", timezone=ZONE) == [
        "2024-03-10T15:59:59Z"
    ]
    assert due("7d", after="2024-03-10T15:59:59Z", until="2024-03-10T15:59:59Z", timezone=ZONE) == []


def test_due_months_cross_leap_years_and_year_ends():
    found = due("month", after="2023-12-01T00:00:00Z", until="2024-04-01T00:00:00Z", timezone="UTC")
    assert found == ["2023-12-31T23:59:59Z", "2024-01-31T23:59:59Z", "2024-02-29T23:59:59Z", "2024-03-31T23:59:59Z"]
