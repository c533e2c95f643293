"""The first screen: a few sentences that say what changed and what to do first, with numbers."""

from __future__ import annotations

from collections.abc import Sequence
from string import Formatter

from voc.report.evidence import Evidence
from voc.report.figure import Figure
from voc.report.model import MOVING, Headline, Item, Sentence
from voc.report.phrases import Phrases

Part = str | Figure
_NAMED = 3
_WANTED = "request need problem"


def conclude(
    evidence: Evidence, headlines: Sequence[Headline], items: Sequence[Item], words: Phrases
) -> tuple[Sentence, ...]:
    """Three to five sentences: volume, suggestions, what to do first and its ties, what moves, what is left out."""
    sentences = [
        _volume(evidence, headlines, words),
        _size(evidence, items, words),
        _first(items, words),
        _moving(evidence, items, words),
        _unassigned(evidence, words),
    ]
    return tuple(Sentence(parts=parts) for parts in sentences if parts)


def fill(template: str, **values: Part | tuple[Part, ...]) -> tuple[Part, ...]:
    """A template's words and the values of its fields, in turn; values are never read as templates.

    >>> fill("先做“{name}”。", name="{x}")
    ('先做“', '{x}', '”。')
    """
    parts: list[Part] = []
    for words, name, _, _ in Formatter().parse(template):
        value = values[name] if name else ()
        parts += [words] if words else []
        parts += value if isinstance(value, tuple) else (value,)
    return tuple(parts)


def _volume(evidence: Evidence, headlines: Sequence[Headline], words: Phrases) -> tuple[Part, ...]:
    posts, people = headlines[0], headlines[1]
    if posts.last is None or people.last is None:
        return fill(words["say.volume.undated"], posts=posts.total, people=people.total)
    start, end = evidence.dates(evidence.windows[-1])
    values: dict[str, Part] = {"start": start, "end": end, "posts": posts.last, "people": people.last}
    if posts.growth is None or people.growth is None:
        return fill(words["say.volume"], **values)
    return fill(words["say.volume.compared"], growth=posts.growth, people_growth=people.growth, **values)


def _size(evidence: Evidence, items: Sequence[Item], words: Phrases) -> tuple[Part, ...]:
    if not items:
        return ()
    settled = {item.theme_id for item in items if item.is_settled}
    urgent = evidence.count_suggestions("P0", without=settled)
    return fill(words["say.size"], n=evidence.count_suggestions("*"), urgent=urgent)


def _first(items: Sequence[Item], words: Phrases) -> tuple[Part, ...]:
    """What is pinned, and what comes first by itself: beside pins the first that is urgent."""
    if not items:
        return (words["say.nothing"],)
    pinned = [item for item in items if item.is_pinned]
    left = [item for item in items if not item.is_pinned and not item.is_settled]
    first = next((item for item in left if not pinned or item.priority == "P0"), None)
    told = fill(words["say.pinned"], names=_names(pinned, words)) if pinned else ()
    return _joined([told, _do(first, left, words) if first else ()], words["say.joint"])


def _do(item: Item, left: Sequence[Item], words: Phrases) -> tuple[Part, ...]:
    tied = [other for other in left if other.rank in item.tied_ranks]
    told = fill(
        words["say.first"],
        name=item.title,
        priority=item.priority,
        kind=item.kind_label,
        people=item.n_people,
        share=item.share,
        trend=item.trend_label,
        action=item.action,
    )
    return _joined([told, fill(words["say.tied"], names=_names(tied, words)) if tied else ()], words["say.joint"])


def _moving(evidence: Evidence, items: Sequence[Item], words: Phrases) -> tuple[Part, ...]:
    if not evidence.windows or not items:
        return ()
    by_trend = {trend: [item for item in items if item.trend == trend and item.moves] for trend in MOVING}
    told = [
        fill(words[f"say.{trend}"], names=_names(by_trend[trend], words))
        for trend in ("new", "returned")
        if by_trend[trend]
    ]
    for trend, sign in (("surging", -1), ("falling", 1)):
        moved = [item for item in by_trend[trend] if item.change and item.last]
        if moved:
            most = min(moved, key=lambda item: sign * item.change.value if item.change else 0.0)
            told.append(_moved(words[f"say.{trend}"], most))
    return _joined(told, words["say.joint"]) or (words["say.steady"],)


def _moved(template: str, item: Item) -> tuple[Part, ...]:
    assert item.last is not None
    assert item.change is not None
    assert item.usual is not None
    return fill(template, name=item.title, usual=item.usual, last=item.last, change=item.change)


def _unassigned(evidence: Evidence, words: Phrases) -> tuple[Part, ...]:
    statements = [statement for statement in evidence.unassigned if statement.kind in _WANTED.split()]
    if not statements:
        return ()
    share = evidence.count("share_of_statements", statements, theme="", kind=_WANTED)
    n = evidence.count("n_statements", statements, theme="", kind=_WANTED)
    return fill(words["say.unassigned"], n=n, share=share)


def _names(items: Sequence[Item], words: Phrases) -> tuple[Part, ...]:
    named = [fill(words["say.list"], name=item.title, people=item.n_people) for item in items[:_NAMED]]
    return _joined(named, words["say.separator"])


def _joined(tellings: Sequence[tuple[Part, ...]], joint: str) -> tuple[Part, ...]:
    parts: list[Part] = []
    for telling in filter(None, tellings):
        parts += [joint, *telling] if parts and joint else telling
    return tuple(parts)
