"""Which value of an attribute a person has, and the levels its values are compared on.

A person has one value, so that the cohorts of a level add up to everybody, nobody is tested against himself, and a
small cell cannot be had from the sums. What a file tells of the author wins over the posts; among a person's own posts
the value of most of them counts, of equally many the newer one. So who changed version counts where they were most.

Years and months make one table, by either name: made apart, small counts could be had from the two together.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from voc.cohorts.regions import Regions
from voc.cohorts.table import Level
from voc.datatypes import Author, Post, Statement

FIELDS = ("region", "device", "version", "source", "rating")
DERIVED = ("year", "month")
_PLACES = ("region", "province")
_ORDERED = ("rating", "version", *DERIVED)
_STARS = ("1–2★", "3★", "4–5★")
_FEW = 6  # different numbers that are values of their own, rather than cut into bands
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")


def attributes(posts: Iterable[Post], authors: Iterable[Author]) -> list[str]:
    """What people can be grouped by: what is told of authors, then fields of posts, then their other columns."""
    told = {name for author in authors for name, value in author.attributes.items() if value}
    posts = list(posts)
    fields = [name for name in FIELDS if any(_FIELDS[name](post) for post in posts)]
    dates = list(DERIVED) if any(post.posted_at for post in posts) else []
    columns = {name for post in posts for name, value in post.attributes.items() if value}
    return list(dict.fromkeys([*sorted(told), *fields, *dates, *sorted(columns)]))


def values_of(
    by: str,
    statements: Iterable[Statement],
    posts: Mapping[str, Post],
    authors: Iterable[Author],
    *,
    regions: Regions,
    timezone: str = "UTC",
) -> dict[str, str]:
    """The value of every person who made a statement; empty where none is known.

    Places are brought to provinces, dates to months, stars to bands (1–2, 3, 4–5), and an attribute of authors or posts
    that holds more than six different numbers to thirds of the people, their bounds being part of the name.
    """
    told, cities = ({a.id: a.attributes.get(name, "").strip() for a in authors} for name in (by, "city"))
    mine: defaultdict[str, dict[str, Post]] = defaultdict(dict)
    for statement in statements:
        if statement.person:
            mine[statement.person][statement.post_id] = posts[statement.post_id]
    read = _reader(by, timezone)
    values = {person: told.get(person) or _most(person, list(own.values()), read) for person, own in mine.items()}
    if by in _PLACES:  # a city tells the province, where nothing else does
        return {person: regions(value or cities.get(person, "")) for person, value in values.items()}
    return values if by in (*FIELDS, *DERIVED) else _banded(values)


def levels_of(by: str, values: Iterable[str], *, regions: Regions) -> list[Level]:
    """The levels on which values are compared, the coarsest first, the values themselves last.

    Regions by the groups of the lexicon, months by year, versions by their first two numbers, devices by what is before
    their number.
    """
    known = sorted(set(values) - {""}, key=_by_number)
    own = Level(name=by, group_of={value: value for value in known}, is_ordered=by in _ORDERED or _are_bands(known))
    if by in _PLACES:
        groups = [Level(name=name, group_of=group, is_ordered=True) for name, group in regions.groups.items()]
        return [*groups, own]
    if by in DERIVED:
        years = Level(name="year", group_of={value: value[:4] for value in known}, is_ordered=True)
        return [years, replace(own, name="month")]
    if by in _COARSER:
        group_of = {value: _COARSER[by](value) for value in known}
        if 1 < len(set(group_of.values())) < len(known):
            return [Level(name=f"{by} family", group_of=group_of, is_ordered=own.is_ordered), own]
    return [own]


def _reader(by: str, timezone: str) -> Callable[[Post], str]:
    if by in DERIVED:
        zone = ZoneInfo(timezone)
        return lambda post: _local(post.posted_at, zone)[:7] if post.posted_at else ""
    return _FIELDS.get(by, lambda post: post.attributes.get(by, "").strip())


def _most(person: str, posts: Sequence[Post], read: Callable[[Post], str]) -> str:
    """The value of most posts; a text that many copied counts for one of them, with what he himself wrote."""
    own = [post for post in posts if post.author == person] or posts
    counts: Counter[str] = Counter()
    newest: dict[str, str] = {}
    for post in own:
        if value := read(post):
            counts[value] += 1
            newest[value] = max(newest.get(value, ""), post.posted_at)
    return max(counts, key=lambda value: (counts[value], newest[value], value), default="")


def _stars(post: Post) -> str:
    if post.rating is None:
        return ""
    return _STARS[(post.rating > 2) + (post.rating >= 4)]


def _banded(values: dict[str, str]) -> dict[str, str]:
    """Many different numbers become thirds of the people who have one."""
    known = [value for value in values.values() if value]
    numbers = sorted(float(value) for value in known if _NUMBER.fullmatch(value))
    if len(numbers) < len(known) or len(set(numbers)) <= _FEW:
        return values
    low, high = (numbers[len(numbers) * n // 3] for n in (1, 2))
    if low == high:
        return values
    names = (f"< {low:g}", f"{low:g} – < {high:g}", f"≥ {high:g}")

    def band(value: str) -> str:
        return names[(float(value) >= low) + (float(value) >= high)] if value else ""

    return {person: band(value) for person, value in values.items()}


def _are_bands(values: Sequence[str]) -> bool:
    return all(re.search(r"\d", value) for value in values)


def _by_number(value: str) -> tuple[list[float], str]:
    bound = -1 if value.startswith("<") else 0  # what lies below a number comes before what begins with it
    return [*map(float, re.findall(r"\d+", value)), bound], value


def _local(moment: str, zone: ZoneInfo) -> str:
    parsed = datetime.fromisoformat(moment)
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(zone).isoformat()


_FIELDS: Mapping[str, Callable[[Post], str]] = {
    "region": lambda post: post.region.strip(),
    "device": lambda post: post.device.strip(),
    "version": lambda post: post.version.strip(),
    "source": lambda post: post.source.strip(),
    "rating": _stars,
}
_COARSER: Mapping[str, Callable[[str], str]] = {
    "version": lambda value: ".".join(value.split(".")[:2]),
    "device": lambda value: re.split(r"\s*\d", value)[0].strip() or value,
}
