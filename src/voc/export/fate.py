"""What became of themes up to a run: which went into which, and which were part of which before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from voc.datatypes import Effect, Run, ThemeEvent
from voc.store import RunEvents


def events_until(run: Run, lineage: Iterable[RunEvents]) -> list[ThemeEvent]:
    """The events of a run and of the runs it continues, oldest first; a run that was deleted ends the line."""
    runs = {found.run_id: found for found in lineage}
    line: list[RunEvents] = []
    at = run.id
    while at in runs:
        line.append(runs.pop(at))
        at = line[-1].previous
    return [event for found in reversed(line) for event in found.events]


def heirs(events: Iterable[ThemeEvent], effects: Sequence[Effect]) -> dict[str, str]:
    """Themes that went into another, as found or by a decision, and have not come back -> the theme that has them."""
    into: dict[str, str] = {}
    for event in events:
        for theme_id in event.after:
            into.pop(theme_id, None)
        if event.event == "merged":
            into |= {theme_id: event.after[0] for theme_id in event.before if theme_id not in event.after}
    for effect in _applied(effects, "merge"):
        target = effect.acts_on[0]
        into.pop(target, None)
        parts = (*effect.acts_on[1:], *effect.decision.themes)
        into |= {theme_id: target for theme_id in parts if theme_id != target}
    return {theme_id: _last(theme_id, into) for theme_id in into}


def origins(events: Iterable[ThemeEvent], effects: Sequence[Effect]) -> dict[str, str]:
    """Themes that were split off, as found or by a decision -> the theme that they were part of."""
    found = {
        theme_id: event.before[0]
        for event in events
        if event.event == "split"
        for theme_id in event.after
        if theme_id not in event.before
    }
    return found | {e.acts_on[-1]: e.decision.themes[0] for e in _applied(effects, "split")}


def _applied(effects: Sequence[Effect], action: str) -> Iterator[Effect]:
    return (e for e in effects if e.decision.action == action and e.outcome == "applied" and e.acts_on)


def _last(theme_id: str, into: dict[str, str]) -> str:
    seen = {theme_id}
    while theme_id in into and into[theme_id] not in seen:
        theme_id = into[theme_id]
        seen.add(theme_id)
    return theme_id
