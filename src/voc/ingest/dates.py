"""Dates as people and sites write them -> ISO-8601 in UTC.

`FORMATS` is a table of patterns, tried in order on a normalised text; each has a function that turns the match and
the present into a moment. What no pattern knows goes to `dateparser`, which is slower and knows more languages.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from re import Match
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from voc.errors import ConfigError

Read = Callable[[Match[str], datetime], datetime | None]

YEARS = range(1990, 2101)  # outside, it is a placeholder (1970-01-01, 0001-01-01) or a slip of the pen
LONGEST = 80

TRADITIONAL = str.maketrans("時點週剛鐘個禮發佈於編輯號後兩來這曆", "时点周刚钟个礼发布于编辑号后两来这历")
NUMERAL = re.compile(r"[零〇一二两三四五六七八九十]+")
DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
WEEKDAY = r"[,(]?\s*(?:星期|周|礼拜)[一二三四五六日天]\s*\)?,?"
BEFORE = re.compile(
    r"^(?:reviewed in .{2,30} on )?(?:最后|首次)?"
    r"(?:发布|编辑|发表|更新|回复|评论|评价|创建|提交|反馈)?(?:日期|时间)?(?:于|在)?\s*:?\s*"
)
AFTER = re.compile(r"\s*(?:来自|ip属地|发布|发表|编辑|更新|回复|提交|\(|·|\|).*$|\s+[^\d\s:]{2,12}$")

DAY_PART = r"(?:(?P<part>凌晨|早上|早晨|清晨|早|上午|中午|下午|傍晚|晚上|晚间|晚|夜里|深夜|am|pm)\s*)?"
CLOCK = (
    r"(?P<hour>\d{1,2})\s*(?:(?::|点|时)\s*(?:(?P<minute>\d{1,2}|半)\s*(?:(?::|分)\s*"
    r"(?:(?P<second>\d{1,2})(?:[.,]\d+)?秒?)?)?)?)(?:\s*(?P<half>am|pm))?"
)
ZONE = r"(?:\s*(?P<zone>z|utc|gmt|cst|北京时间|(?:utc|gmt)?[+-]\d{1,2}(?::?\d{2})?))?"
TIME = rf"(?:[t\s,]*{DAY_PART}{CLOCK}{ZONE})?"
SEP = r"\s*[-/.]\s*"
YEAR, MONTH, DAY = r"(?P<year>\d{4})", r"(?P<month>\d{1,2})", r"(?P<day>\d{1,2})"
COMPACT = (
    r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)(?:[t\s]?(?P<hour>\d\d):?(?P<minute>\d\d)(?::?(?P<second>\d\d))?)?"
)
NAME = r"(?P<name>(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*)\.?"
DAY_NAME = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s*)?"

MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
EVENING = ("下午", "傍晚", "晚上", "晚间", "晚", "夜里", "深夜", "pm")
MORNING = ("凌晨", "早上", "早晨", "清晨", "早", "上午", "am")
DAYS_AGO = {"今天": 0, "今日": 0, "今": 0, "today": 0, "昨天": 1, "昨日": 1, "昨": 1, "yesterday": 1}
DAYS_AGO |= {"前天": 2, "前日": 2, "前": 2, "大前天": 3}
SECONDS = {"秒": 1, "秒钟": 1, "second": 1, "sec": 1, "s": 1, "分钟": 60, "分": 60, "minute": 60, "min": 60, "m": 60}
SECONDS |= {"刻钟": 900, "小时": 3600, "钟头": 3600, "hour": 3600, "hr": 3600, "h": 3600, "天": 86400, "日": 86400}
SECONDS |= {"day": 86400, "d": 86400, "周": 604800, "星期": 604800, "礼拜": 604800, "week": 604800, "w": 604800}
MONTHS = {"月": 1, "month": 1, "mo": 1, "年": 12, "year": 12, "y": 12}
UNIT = "|".join(sorted([*SECONDS, *MONTHS], key=len, reverse=True))


@lru_cache(maxsize=1 << 14)
def parse_date(raw: str, *, as_of: datetime, timezone: str) -> str:
    """The moment a date means, as ISO-8601 in UTC (``2024-05-01T04:30:00Z``); '' where it cannot be read.

    Relative dates count back from `as_of` (aware). Dates without a zone are in `timezone`, without a time at
    midnight there, and without a year in the latest year that does not put them after `as_of`.

    Raises: ConfigError where `timezone` is unknown.

    >>> from datetime import UTC, datetime
    >>> read = partial(parse_date, as_of=datetime(2024, 5, 10, 4, tzinfo=UTC), timezone="Asia/Shanghai")
    >>> read("2024年5月1日 下午3:20"), read("昨天 12:30"), read("12-31")
    ('2024-05-01T07:20:00Z', '2024-05-09T04:30:00Z', '2023-12-30T16:00:00Z')
    """
    now = as_of.astimezone(zone_of(timezone))
    if len(raw) > LONGEST:
        return ""
    text = BEFORE.sub("", _normal(raw), count=1)
    try:
        moment = _first(text, now) or _first(AFTER.sub("", text), now) or _odd(text, now)
        return _utc(moment) if moment else ""
    except (OverflowError, ValueError):
        return ""


def zone_of(timezone: str) -> ZoneInfo:
    """The time zone of a name.

    Raises: ConfigError where there is none of that name.
    """
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigError(f"there is no time zone {timezone!r}; use a name such as Asia/Shanghai or UTC") from error


def _normal(raw: str) -> str:
    """Half-width, lower case, simplified, digits for numerals, without the day of the week beside a date."""
    text = unicodedata.normalize("NFKC", raw).translate(TRADITIONAL).lower().strip(" \t\r\n\"'[]。")
    text = re.sub(r"\s+", " ", text).replace("a.m.", "am").replace("p.m.", "pm").replace("︰", ":")
    if re.search(r"\d\s*[日号/.-]|月", text):
        text = re.sub(WEEKDAY, " ", text).strip()
    if re.search(rf"{NUMERAL.pattern}个?(?:[年月日号点时分天周年秒]|小时|星期|礼拜|刻)", text) and not re.match(
        "[上这]?周", text
    ):
        text = NUMERAL.sub(_arabic, text)
    return text


def _arabic(numeral: Match[str]) -> str:
    """A Chinese numeral below a hundred, or a year digit by digit.

    >>> [NUMERAL.sub(_arabic, text) for text in ("二〇二四", "十", "二十五", "十二", "三")]
    ['2024', '10', '25', '12', '3']
    """
    tens, ten, ones = numeral[0].rpartition("十")
    if not ten:
        return "".join(str(DIGITS[char]) for char in ones)
    if any(char not in DIGITS for char in tens + ones):
        return numeral[0]
    return str((DIGITS[tens] if tens else 1) * 10 + (DIGITS[ones] if ones else 0)) if len(tens) < 2 else numeral[0]


def _first(text: str, now: datetime) -> datetime | None:
    for pattern, read in FORMATS:
        found = pattern.fullmatch(text)
        if found and (moment := read(found, now)):
            return moment
    return None


def _utc(moment: datetime) -> str:
    moment = moment.astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment.year in YEARS else ""


def _odd(text: str, now: datetime) -> datetime | None:
    """A date in words no pattern above knows; its day, month and year must all be there."""
    if not re.search(r"\d", text) or not re.search(r"[a-zà-ÿ]{3}", text):
        return None
    import dateparser

    moment: datetime | None = dateparser.parse(
        text,
        languages=["en", "zh"],
        settings={
            "RELATIVE_BASE": now.replace(tzinfo=None),
            "TIMEZONE": str(now.tzinfo),
            "RETURN_AS_TIMEZONE_AWARE": True,
            "REQUIRE_PARTS": ["day", "month", "year"],
            "PREFER_DATES_FROM": "past",
        },
    )
    return moment


def _absolute(found: Match[str], now: datetime, *, century: int = 0, day_first: bool = False) -> datetime | None:
    named = found.groupdict().get("name")
    month, day = MONTH_NAMES.index(named[:3]) + 1 if named else int(found["month"]), int(found["day"])
    if day_first and month > 12:
        month, day = day, month
    return _at(found, now, (century + int(found["year"]), month, day))


def _yearless(found: Match[str], now: datetime) -> datetime | None:
    """The latest year in which the day exists and is not after now."""
    for year in range(now.year, now.year - 9, -1):
        moment = _at(found, now, (year, int(found["month"]), int(found["day"])))
        if moment and moment <= now:
            return moment
    return None


def _day_word(found: Match[str], now: datetime) -> datetime | None:
    return _on(found, now, now - timedelta(days=DAYS_AGO[found["word"]]))


def _weekday(found: Match[str], now: datetime) -> datetime | None:
    """周三 is the latest one that is not in the future, 上周三 the one of last week."""
    wanted = "一二三四五六日".find(found["weekday"].replace("天", "日"))
    days = now.weekday() - wanted + 7 if found["which"] == "上" else (now.weekday() - wanted) % 7
    return _on(found, now, now - timedelta(days=days))


def _clock_only(found: Match[str], now: datetime) -> datetime | None:
    moment = _on(found, now, now)
    return moment - timedelta(days=1) if moment and moment > now else moment


def _ago(found: Match[str], now: datetime) -> datetime | None:
    number = found["number"]
    n = 0.5 if number == "半" else 1.0 if number in ("a", "an") else float(number)
    n += 0.5 if found["and_half"] else 0.0
    if (unit := found["unit"]) in SECONDS:
        return now - timedelta(seconds=n * SECONDS[unit])
    months = now.year * 12 + now.month - 1 - round(n * MONTHS[unit])
    day = now.day
    while day > 28 and not _exists(months // 12, months % 12 + 1, day):
        day -= 1
    return now.replace(year=months // 12, month=months % 12 + 1, day=day)


def _epoch(found: Match[str], now: datetime) -> datetime | None:
    """Seconds, milliseconds, microseconds or nanoseconds since 1970, told by the number of digits."""
    value = float(found[0])
    while value >= 1e11:
        value /= 1000
    return datetime.fromtimestamp(value, now.tzinfo) if value >= 1e8 else None


def _excel(found: Match[str], now: datetime) -> datetime | None:
    """Days since 1899-12-30, as a spreadsheet shows a date whose cell lost its format."""
    days = float(found[0])
    return datetime(1899, 12, 30, tzinfo=now.tzinfo) + timedelta(days=days) if 32000 < days < 74000 else None


def _on(found: Match[str], now: datetime, day: datetime) -> datetime | None:
    return _at(found, now, (day.year, day.month, day.day))


def _at(found: Match[str], now: datetime, day: tuple[int, int, int]) -> datetime | None:
    """The moment of a day and the time in a match, None where there is no such day or time."""
    part = found.groupdict()
    hour = _hour(int(part.get("hour") or 0), part.get("part") or part.get("half") or "")
    minute = 30 if part.get("minute") == "半" else int(part.get("minute") or 0)
    second = int(part.get("second") or 0)
    if not _exists(*day) or hour > 24 or minute > 59 or second > 60:
        return None
    clock = datetime(*day) + timedelta(hours=hour, minutes=minute, seconds=second)
    return _zoned(clock, part.get("zone") or "", now)


def _hour(hour: int, part: str) -> int:
    """The hour of the day from an hour of a part of it: 下午3 is 15, 上午12 is 0, 晚上12 is 24, 中午1 is 13."""
    if part in EVENING and hour < 12:
        return hour + 12
    if part in MORNING and hour == 12:
        return 0
    if part in EVENING[1:-1] and hour == 12:
        return 24
    return hour + 12 if part == "中午" and hour < 3 else hour


def _zoned(clock: datetime, zone: str, now: datetime) -> datetime:
    sign = re.search(r"([+-])(\d{1,2}):?(\d{2})?", zone)
    if sign:
        offset = timedelta(hours=int(sign[2]), minutes=int(sign[3] or 0))
        return (clock - offset if sign[1] == "+" else clock + offset).replace(tzinfo=UTC)
    if zone in ("cst", "北京时间"):  # in Chinese logs CST is China Standard Time
        return clock.replace(tzinfo=ZoneInfo("Asia/Shanghai"))
    return clock.replace(tzinfo=UTC if zone else now.tzinfo)


def _exists(year: int, month: int, day: int) -> bool:
    try:
        datetime(year, month, day)
    except ValueError:
        return False
    return True


FORMATS: tuple[tuple[re.Pattern[str], Read], ...] = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (rf"{YEAR}(?:\s*年\s*|{SEP}){MONTH}(?:\s*月\s*|{SEP}){DAY}\s*[日号]?{TIME}", _absolute),
        (rf"{COMPACT}{ZONE}", _absolute),
        (r"\d{9,10}(?:\.\d+)?|\d{12,13}(?:\.\d+)?|\d{16}|\d{19}|\d\.\d+e\+?(?:09|9|12)", _epoch),
        (r"\d{5}(?:\.\d+)?", _excel),
        (rf"{MONTH}\s*月\s*{DAY}\s*[日号]?{TIME}", _yearless),
        (
            rf"(?P<year>\d\d)(?:\s*年\s*|{SEP}){MONTH}(?:\s*月\s*|{SEP}){DAY}\s*[日号]?{TIME}",
            partial(_absolute, century=2000),
        ),
        (rf"{MONTH}{SEP}{DAY}{SEP}{YEAR}{TIME}", partial(_absolute, day_first=True)),
        (rf"{MONTH}{SEP}{DAY}{TIME}", _yearless),
        (rf"{DAY_NAME}{NAME}\s*{DAY}(?:st|nd|rd|th)?,?\s*{YEAR}{TIME}", _absolute),
        (rf"{DAY_NAME}{DAY}(?:st|nd|rd|th)?[\s-]*{NAME},?[\s-]*{YEAR}{TIME}", _absolute),
        (rf"{DAY_NAME}{NAME}\s*{DAY}{TIME}\s*{YEAR}", _absolute),
        (r"刚刚|刚才|刚|just now|now|现在", lambda found, now: now),
        (rf"(?P<word>大前天|{'|'.join(DAYS_AGO)}){TIME}", _day_word),
        (rf"(?P<which>上|本|这)?个?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天]){TIME}", _weekday),
        (rf"(?:大?约)?(?P<number>\d+(?:\.\d+)?|半)\s*个?(?P<and_half>半)?(?P<unit>{UNIT})(?:以|之)?前", _ago),
        (rf"(?P<number>\d+|an?)\s*(?P<and_half>$)?(?P<unit>{UNIT})s?\s*ago", _ago),
        (rf"{DAY_PART}{CLOCK}", _clock_only),
    )
)
