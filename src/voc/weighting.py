"""How much each person counts, by declared weights of what is known of them."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from voc.datatypes import Author, Post, Statement
from voc.errors import ConfigError

MOST = 1000.0
_FIELDS = ("source", "version", "device", "region")
_ASCII = str.maketrans("，：＝", ",:=")
_FIGURE = str.maketrans("", "", ",，¥￥$元 \t")

Scale = Literal["", "value", "log"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """The weights of one attribute: by its values, or by the number that it is on a `scale`."""

    attribute: str
    values: Mapping[str, float] = field(default_factory=dict)
    scale: Scale = ""


def parse(text: str) -> tuple[Rule, ...]:
    """The rules that a setting declares: ``tier:VIP=3,tier:普通=1`` or ``revenue:log``, separated by commas.

    Raises: ConfigError, naming the part that cannot be read.

    >>> parse("tier:VIP=3, tier:试用=0.5")
    (Rule(attribute='tier', values={'VIP': 3.0, '试用': 0.5}, scale=''),)
    >>> parse("revenue:log")
    (Rule(attribute='revenue', values={}, scale='log'),)
    """
    values: defaultdict[str, dict[str, float]] = defaultdict(dict)
    scales: dict[str, Scale] = {}
    for part in filter(None, (part.strip() for part in text.translate(_ASCII).split(","))):
        attribute, colon, told = (side.strip() for side in part.partition(":"))
        value, equals, weight = (side.strip() for side in told.rpartition("="))
        if not attribute or not colon or not told:
            raise _unreadable(part)
        if not equals:
            scales[attribute] = _scale(told, part)
        elif value in values[attribute]:
            raise ConfigError(f"setting author_weights gives {attribute}:{value} two weights; leave one out")
        else:
            values[attribute][value] = _weight(weight, part)
        if attribute in scales and values[attribute]:
            raise ConfigError(f"setting author_weights gives {attribute} a scale and weights of values; leave one out")
    names = dict.fromkeys((*values, *scales))
    return tuple(Rule(attribute=name, values=dict(values[name]), scale=scales.get(name, "")) for name in names)


def weigh(
    statements: Iterable[Statement], posts: Mapping[str, Post], authors: Iterable[Author], rules: Sequence[Rule]
) -> dict[str, float]:
    """Person -> weight: the product over the rules, 1 by a rule where the attribute is not known or not named by it.

    Attributes are those of the author's file, else the field or column of the same name that most of the person's
    posts share. A ``value`` weighs a number by itself and ``log`` by 1 + log10(1 + number), both over the mean of the
    people whose number is known; less than nothing is nothing.
    """
    written: defaultdict[str, list[Post]] = defaultdict(list)
    for person, post_id in sorted({(statement.person, statement.post_id) for statement in statements}):
        written[person].append(posts[post_id])
    known = {author.id: author.attributes for author in authors}
    weights = dict.fromkeys(written, 1.0)
    for rule in rules:
        told = {person: _attribute(known.get(person, {}), own, rule.attribute) for person, own in written.items()}
        for person, factor in _factors(rule, told).items():
            weights[person] *= factor
    return weights


def _factors(rule: Rule, told: Mapping[str, str]) -> dict[str, float]:
    if not rule.scale:
        return {person: rule.values.get(value, 1.0) for person, value in told.items()}
    numbers = {person: number for person, value in told.items() if (number := _number(value)) is not None}
    sized = {person: n if rule.scale == "value" else 1 + math.log10(1 + n) for person, n in numbers.items()}
    mean = math.fsum(sized.values()) / max(len(sized), 1)
    return {person: size / mean for person, size in sized.items()} if mean > 0 else {}


def _attribute(known: Mapping[str, str], posts: Sequence[Post], name: str) -> str:
    if known.get(name):
        return known[name].strip()
    said = Counter(value.strip() for post in posts if (value := _of_post(post, name)))
    return min(said, key=lambda value: (-said[value], value), default="")


def _of_post(post: Post, name: str) -> str:
    return str(getattr(post, name)) if name in _FIELDS else post.attributes.get(name, "")


def _number(text: str) -> float | None:
    """The number of a cell such as ¥1,200; None where it is none."""
    try:
        number = float(text.translate(_FIGURE))
    except ValueError:
        return None
    return max(number, 0.0) if math.isfinite(number) else None


def _scale(told: str, part: str) -> Scale:
    if told == "log":
        return "log"
    if told == "value":
        return "value"
    raise _unreadable(part)


def _weight(text: str, part: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        raise _unreadable(part) from None
    if not 0 <= weight <= MOST:  # NaN is in no range
        raise ConfigError(f"setting author_weights: {part!r} makes no sense; give a weight of 0 to {MOST:g}")
    return weight


def _unreadable(part: str) -> ConfigError:
    return ConfigError(
        f"setting author_weights cannot read {part!r}; write tier:VIP=3 for a value, revenue:log or revenue:value"
    )
