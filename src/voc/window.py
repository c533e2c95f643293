"""Periods of time, written ``START/END`` in UTC: without their start, with their end, as everywhere in a run."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from voc.errors import ConfigError

MONTH = "month"
_LENGTH = re.compile(r"([1-9]\d{0,4})([dw])")
_DAYS = {"d": 1, "w": 7}


def length_of(window: str) -> int:
    """Days in a window such as ``7d`` or ``2w``; 0 for ``month``, whose months differ.

    Raises: ConfigError if it is none of these.

    >>> length_of("7d"), length_of("2w"), length_of("month")
    (7, 14, 0)
    """
    if window == MONTH:
        return 0
    found = _LENGTH.fullmatch(window)
    if not found:
        raise ConfigError(f"{window!r} is no window; give one such as 7d, 2w or month")
    return int(found[1]) * _DAYS[found[2]]


def iso(moment: datetime) -> str:
    """A moment of any time zone as ISO-8601 in UTC, to the second.

    >>> iso(datetime.fromisoformat("2024-05-01T08:00:00+08:00"))
    '2024-05-01T00:00:00Z'
    """
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def windows(end: str, window: str, n: int, *, timezone: str) -> tuple[str, ...]:
    """The `n` consecutive windows up to the moment `end`, oldest first.

    Months are calendar months of the time zone; the last one goes as far as `end`.

    >>> windows("2024-03-10T00:00:00Z", "7d", 2, timezone="UTC")
    ('2024-02-25T00:00:00Z/2024-03-03T00:00:00Z', '2024-03-03T00:00:00Z/2024-03-10T00:00:00Z')
    >>> windows("2024-03-31T15:59:59Z", "month", 2, timezone="Asia/Shanghai")
    ('2024-01-31T15:59:59Z/2024-02-29T15:59:59Z', '2024-02-29T15:59:59Z/2024-03-31T15:59:59Z')
    """
    moment = datetime.fromisoformat(end)
    days = length_of(window)
    if days:
        bounds = [moment - timedelta(days=days * i) for i in range(n, -1, -1)]
    else:
        first = moment.astimezone(ZoneInfo(timezone)).replace(day=1, hour=0, minute=0, second=0)
        starts = [first]
        for _ in range(n - 1):
            starts.append((starts[-1] - timedelta(days=1)).replace(day=1))
        # a month begins after the last second of the one before it
        bounds = [*(start - timedelta(seconds=1) for start in reversed(starts)), moment]
    told = [iso(bound) for bound in bounds]
    return tuple(f"{start}/{stop}" for start, stop in pairwise(told))


def covered(end: str, days: int, oldest: str, *, most: int) -> tuple[str, ...]:
    """The windows of so many days that data since `oldest` cover, at least the two that are compared.

    The oldest counts when all but a tenth of it is covered: a partial period would look like a rise after it.
    """
    if not days or not end or not oldest:
        return ()
    reach = (datetime.fromisoformat(end) - datetime.fromisoformat(oldest)) / timedelta(days=days)
    return windows(end, f"{days}d", max(2, min(int(reach + 0.1), most)), timezone="UTC")


def within(moment: str, window: str) -> bool:
    """Whether an ISO-8601 UTC moment lies in a window; an unknown moment lies in none.

    >>> within("2024-03-10T00:00:00Z", "2024-03-03T00:00:00Z/2024-03-10T00:00:00Z")
    True
    """
    start, _, end = window.partition("/")
    return start < moment <= end


def due(window: str, *, after: str, until: str, timezone: str) -> list[str]:
    """The ends of the windows that end after one moment and no later than another: weeks on Sunday, months on their
    last day, at the end of the day in the time zone.

    >>> due("7d", after="2024-03-01T00:00:00Z", until="2024-03-12T00:00:00Z", timezone="Asia/Shanghai")
    ['2024-03-03T15:59:59Z', '2024-03-10T15:59:59Z']
    >>> due("month", after="2024-01-31T15:59:59Z", until="2024-03-12T00:00:00Z", timezone="Asia/Shanghai")
    ['2024-02-29T15:59:59Z']
    """
    zone = ZoneInfo(timezone)
    first, last = (datetime.fromisoformat(moment).astimezone(zone).replace(tzinfo=None) for moment in (after, until))
    days = length_of(window)
    step = timedelta(days=days)
    end = _SUNDAY + (first - _SUNDAY) // step * step if days else _month_end(first.replace(day=1) - _DAY)
    ends = []
    while end <= last:
        if end > first:
            ends.append(end)
        end = end + step if days else _month_end(end + _DAY)
    return [iso(moment.replace(tzinfo=zone)) for moment in ends]


def local(moment: str, *, timezone: str) -> str:
    """A moment as people of a time zone read it.

    >>> local("2024-03-10T15:59:59Z", timezone="Asia/Shanghai")
    '2024-03-10 23:59'
    """
    return datetime.fromisoformat(moment).astimezone(ZoneInfo(timezone)).strftime("%Y-%m-%d %H:%M")


_DAY = timedelta(days=1)
_SUNDAY = datetime(1970, 1, 4, 23, 59, 59)


def _month_end(day: datetime) -> datetime:
    return datetime.combine((day.replace(day=1) + 31 * _DAY).replace(day=1) - _DAY, _SUNDAY.time())
