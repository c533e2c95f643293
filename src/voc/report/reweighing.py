"""What the list would be with other weights: of authors, and of signals."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from voc.rank import CHANGE, TOP, reweigh
from voc.report.conclude import fill
from voc.report.evidence import Evidence
from voc.report.figure import Figure
from voc.report.model import Item, Sentence
from voc.report.phrases import Phrases
from voc.report.trust import Firmness, Moved, Setting, Stability, Weighting
from voc.weighting import parse, weigh

_NAMED = 5


def weighting(evidence: Evidence, items: Sequence[Item], words: Phrases) -> Weighting | None:
    """The list with and without weights of authors; None where none were declared."""
    rules = str(evidence.run.config.get("author_weights", ""))
    if not rules:
        return None
    moved = tuple(
        Moved(theme_id=item.theme_id, title=item.title, rank=item.rank, rank_unweighted=item.rank_unweighted)
        for item in items
        if item.rank_unweighted is not None and item.rank_unweighted != item.rank
    )
    n_weighted = _weighted(evidence, rules)
    sides = {
        "weighting.up": [m for m in moved if m.rank < m.rank_unweighted],
        "weighting.down": [m for m in moved if m.rank > m.rank_unweighted],
    }
    told = fill(words["weighting.told"], rules=rules, n=n_weighted)
    told += tuple(words[key].format(names=_named(side, words)) for key, side in sides.items() if side)
    if not moved:
        told += (words["weighting.none"],)
    return Weighting(rules=rules, n_weighted=n_weighted, moved=moved, told=Sentence(parts=told))


def _named(moved: Sequence[Moved], words: Phrases) -> str:
    told = [
        words["weighting.moved"].format(name=m.title, before=m.rank_unweighted, rank=m.rank) for m in moved[:_NAMED]
    ]
    more = [words["weighting.more"].format(n=len(moved) - _NAMED)] if len(moved) > _NAMED else []
    return words["say.separator"].join([*told, *more])


def _weighted(evidence: Evidence, rules: str) -> Figure:
    run = evidence.run
    weights = weigh(run.statements, evidence.posts, run.authors, parse(rules))
    posts = sorted({s.post_id for s in run.statements if weights[s.person] != 1})
    n = sum(weight != 1 for weight in weights.values())
    return Figure(value=n, measure="n_weighted_people", post_ids=tuple(posts))


def stability(evidence: Evidence, items: Sequence[Item], words: Phrases) -> Stability | None:
    """The ten first with each weight of a signal changed by half; None where all suggestions are among them."""
    if len(items) <= TOP:
        return None
    ranked = sorted(evidence.run.suggestions, key=lambda suggestion: suggestion.rank)
    weights = {s.name: s.weight for s in items[0].signals}
    n_pinned = len(list(takewhile(lambda item: item.is_pinned, items)))
    changes = reweigh([suggestion.signals for suggestion in ranked], weights, n_pinned=n_pinned)
    settings = tuple(
        Setting(
            signal=change.signal,
            label=words.get(f"signal.{change.signal}", change.signal),
            factor=change.factor,
            top=tuple(item.theme_id for _, item in sorted(zip(change.ranks, items, strict=True), key=_place)[:TOP]),
        )
        for change in changes
    )
    places = list(zip(*(change.ranks for change in changes), strict=True))
    lines = tuple(
        _firmness(item, own) for item, own in zip(items, places, strict=True) if item.rank <= TOP or min(own) <= TOP
    )
    always = [line for line in lines if line.rank <= TOP and line.rank_worst <= TOP]
    n_always = Figure(value=len(always), measure="n_always_top")
    told = fill(words["stability.told"], change=f"{CHANGE:.0%}", n=n_always, top=str(TOP))
    shaky = max(lines, key=lambda line: (line.rank <= TOP, line.rank_worst, line.rank))
    worst = max(range(len(changes)), key=lambda n: places[shaky.rank - 1][n])
    key = "stability.most" if shaky.rank_worst > TOP else "stability.furthest"
    label, factor = settings[worst].label, f"{settings[worst].factor:g}"
    told += (words[key].format(name=shaky.title, label=label, factor=factor, rank=shaky.rank_worst),)
    return Stability(changes=settings, lines=lines, n_always=n_always, told=Sentence(parts=told))


def _place(pair: tuple[int, Item]) -> int:
    return pair[0]


def _firmness(item: Item, places: Sequence[int]) -> Firmness:
    n = sum(place <= TOP for place in places)
    return Firmness(
        theme_id=item.theme_id,
        title=item.title,
        rank=item.rank,
        n_settings=Figure(value=n, measure="n_settings", where={"theme": item.theme_id}),
        rank_best=min(places),
        rank_worst=max(places),
    )
