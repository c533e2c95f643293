"""Dates as people write them become moments in UTC."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.errors import ConfigError
from voc.ingest.dates import parse_date

CASES = json.loads((Path(__file__).parent / "cases" / "dates.json").read_text("utf-8"))
AS_OF = datetime.fromisoformat(CASES["as_of"])


def read(raw: str, timezone: str = CASES["timezone"]) -> str:
    return parse_date(raw, as_of=AS_OF, timezone=timezone)


@pytest.mark.parametrize("case", CASES["read"], ids=lambda case: case["raw"])
def test_a_date_is_read(case: dict[str, str]) -> None:
    assert read(case["raw"]) == case["posted_at"]


@pytest.mark.parametrize("raw", CASES["unreadable"])
def test_what_is_no_date_is_not_read(raw: str) -> None:
    assert read(raw) == ""


def test_a_date_without_a_zone_is_in_the_zone_of_the_caller() -> None:
    assert read("2024-05-01 12:30", "UTC") == "2024-05-01T12:30:00Z"
    assert read("2024-05-01 12:30", "America/New_York") == "2024-05-01T16:30:00Z"


def test_an_unknown_time_zone_is_an_error_that_names_it() -> None:
    with pytest.raises(ConfigError, match="Asia/Nowhere"):
        read("2024-05-01", "Asia/Nowhere")


@settings(deadline=None)
@given(st.datetimes(datetime(1991, 1, 1), datetime(2099, 1, 1)))
def test_an_iso_date_in_utc_comes_back(moment: datetime) -> None:
    written = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert read(written) == written


@settings(deadline=None)
@given(st.integers(1, 12), st.integers(1, 28), st.integers(0, 23))
def test_a_date_without_a_year_is_within_the_year_before_as_of(month: int, day: int, hour: int) -> None:
    moment = datetime.fromisoformat(read(f"{month}-{day} {hour:02d}:00"))
    assert AS_OF - timedelta(days=366) <= moment <= AS_OF


@settings(deadline=None)
@given(st.text(max_size=100))
def test_any_text_is_read_or_left_without_an_error(raw: str) -> None:
    assert read(raw) == "" or datetime.fromisoformat(read(raw)).tzinfo == UTC
