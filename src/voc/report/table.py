"""The suggestions as a table, one row each: for the CSV, for DataFrames, for exports."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from voc.report.model import Item, Report

Cell = str | int | float | None


def _carried(item: Item, axis: str) -> str:
    return "".join(f"{carried.label} {carried.share.text}" for carried in item.carries if carried.axis == axis)


# label -> cell, in the order of the columns: the ones of a requirements pool first, the evidence last
_WEIGHTED = ("rank_unweighted", "weighted_people")  # only where weights of authors were declared
_CELLS: Mapping[str, Callable[[Item, Report], Cell]] = {
    "rank": lambda item, report: item.rank,
    "theme_id": lambda item, report: item.theme_id,
    "area": lambda item, report: item.area,
    "name": lambda item, report: item.title,
    "kind": lambda item, report: item.kind_label,
    "priority": lambda item, report: item.priority,
    "people": lambda item, report: item.n_people.value,
    "posts": lambda item, report: item.n_posts.value,
    "statements": lambda item, report: item.n_statements.value,
    "share": lambda item, report: item.share.value,
    "rating": lambda item, report: item.mean_rating.value if item.mean_rating else None,
    "axis.value": lambda item, report: _carried(item, "value"),
    "axis.cost": lambda item, report: _carried(item, "cost"),
    "trend": lambda item, report: item.trend_label,
    "last": lambda item, report: item.last.value if item.last else None,
    "before": lambda item, report: item.before.value if item.before else None,
    "change": lambda item, report: item.change.value if item.change else None,
    "score": lambda item, report: item.score,
    "rank_unweighted": lambda item, report: item.rank_unweighted,
    "weighted_people": lambda item, report: item.weighted_people.value if item.weighted_people else None,
    "rice.reach": lambda item, report: item.reach,
    "rice.impact": lambda item, report: item.impact,
    "rice.confidence": lambda item, report: item.confidence,
    "rice.effort": lambda item, report: item.effort,
    "interval": lambda item, report: f"{item.rank_low}–{item.rank_high}",
    "tie": lambda item, report: item.tie_label,
    "story": lambda item, report: item.story,
    "action": lambda item, report: item.action,
    "missing": lambda item, report: "\n".join(item.missing),
    "standing": lambda item, report: item.standing,
    "pinned": lambda item, report: report.labels["yes"] if item.is_pinned else "",
    "notes": lambda item, report: "\n".join(item.notes),
    "named": lambda item, report: "\n".join(f"{group.label}: {group.text}" for group in item.named),
    "keywords": lambda item, report: " ".join(item.keywords),
    "quotes": lambda item, report: "\n".join(text for quote in item.quotes for text in quote.texts),
    "post_ids": lambda item, report: " ".join(quote.post_id for quote in item.evidence),
    "urls": lambda item, report: "\n".join(quote.url for quote in item.evidence if quote.url),
}


def columns(report: Report) -> list[str]:
    """The names of the columns in the report's language."""
    return [report.labels[key] for key in _used(report)]


def rows(report: Report) -> list[dict[str, Cell]]:
    """One row per suggestion, by rank: column name -> cell."""
    return [{report.labels[key]: _CELLS[key](item, report) for key in _used(report)} for item in report.items]


def _used(report: Report) -> list[str]:
    return [key for key in _CELLS if key not in _WEIGHTED or report.trust.weighting]
