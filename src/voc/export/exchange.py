"""Between the database and a planning tool: what to tell the tool, and what it told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from voc.errors import ConfigError
from voc.export.fate import events_until, heirs, origins
from voc.export.github import GITHUB
from voc.export.plan import Known, plan, told
from voc.export.statuses import Imported, read_statuses, titles_of
from voc.export.step import Step
from voc.export.tables import TABLES
from voc.export.tool import NEWS, Tool
from voc.report import Report, compose
from voc.store import Store

EXPORTERS: Mapping[str, Tool] = {tool.name: tool for tool in (*TABLES, GITHUB)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Export:
    """What a tool is to be told of a run: a step for each item, and the files that say it."""

    tool: Tool
    report: Report
    steps: tuple[Step, ...]
    since_last: bool

    def files(self) -> dict[str, str]:
        """The texts by what goes before the suffix of their file: nothing, or that of the file of updates."""
        texts = self.tool.render(self.tool, self.steps, self.report)
        return {infix: text for infix, text in texts.items() if self.since_last or infix != NEWS}


def exporter(name: str) -> Tool:
    """The tool of a name. Raises: ConfigError if there is none."""
    if name not in EXPORTERS:
        raise ConfigError(f"there is no export to {name!r}; choose one of {', '.join(EXPORTERS)}")
    return EXPORTERS[name]


def prepare(
    store: Store, name: str, *, run_id: str | None = None, since_last: bool = False, lang: str = "zh"
) -> Export:
    """What the tool is to be told of a run (default: the latest); nothing is changed, not even in the database."""
    tool, run = exporter(name), store.load_run(run_id)
    lineage = store.lineage()
    events = events_until(run, lineage)
    known = Known(
        exports=store.exports(name),
        statuses=store.statuses(),
        keys=_keys(store, name),
        names={theme_id: called for found in lineage for theme_id, called in found.names.items()},
        heirs=heirs(events, run.effects),
        origins=origins(events, run.effects),
    )
    report = compose(run, lang=lang)
    steps = plan(report, tool, known, since_last=since_last)
    return Export(tool=tool, report=report, steps=steps, since_last=since_last)


def remember(store: Store, export: Export) -> None:
    """Keep what the tool was told, for the next export to it."""
    store.save_exports(told(export.steps, export.tool, export.report.run_id))


def import_statuses(store: Store, path: Path | str, *, name: str = "", at: str, who: str = "") -> tuple[Imported, int]:
    """Record the statuses in a tool's own export, and say how many of them were news.

    `at` is the moment they are of (ISO-8601 UTC). Items that were closed because their theme went into another say
    nothing of the theme. Without a `name` it is found out which tool the file is from, if need be by what was exported.
    """
    exported = {tool: store.exports(tool) for tool in EXPORTERS}
    tools = {name: exporter(name)} if name else EXPORTERS
    pairs = [(theme_id, called) for found in store.lineage() for theme_id, called in found.names.items()]
    for tool in tools:
        pairs += [(theme_id, was.title) for theme_id, was in exported[tool].items()]
    likely = [tool for tool, items in exported.items() if items]
    found = read_statuses(path, tools, titles_of(pairs), at=at, who=who, likely=likely)
    closed = {theme_id for theme_id, was in exported[found.tool].items() if was.merged_into}
    found = replace(found, statuses=tuple(s for s in found.statuses if s.theme_id not in closed))
    return found, store.set_statuses(found.statuses)


def _keys(store: Store, name: str) -> dict[str, tuple[str, str]]:
    """The key and the link that a tool's items had last, by theme."""
    history = (status for status in store.status_history() if status.tool == name)
    return {status.theme_id: (status.key, status.link) for status in history if status.key or status.link}
