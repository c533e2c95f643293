"""Between the database and a planning tool: what to tell the tool, and what it told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from voc.errors import ConfigError
from voc.export.fate import events_until, heirs, origins
from voc.export.github import GITHUB
from voc.export.plan import FINAL, Known, plan, told
from voc.export.statuses import Imported, read_statuses, titles_of
from voc.export.step import CREATE, Step
from voc.export.tables import TABLES
from voc.export.tool import NEWS, Tool
from voc.report import Report, compose
from voc.store import Store, ThemeStatus

EXPORTERS: Mapping[str, Tool] = {tool.name: tool for tool in (*TABLES, GITHUB)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Export:
    """What a tool is to be told of a run: a step for each item, and the files that say it.

    `again` are the titles of items the tool was told before and would get a second time.
    """

    tool: Tool
    report: Report
    steps: tuple[Step, ...]
    since_last: bool
    again: tuple[str, ...] = ()

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
    """What the tool is to be told of a run (default: the latest); nothing is changed, not even in the database.

    Raises: ConfigError where `since_last` is asked for, and the tool knows a later run.
    """
    tool, run = exporter(name), store.load_run(run_id)
    if since_last:
        _no_later(store, name, run.id)
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
    again = tuple(s.title for s in steps if s.action == CREATE and s.theme_id in known.exports and not tool.finds)
    return Export(tool=tool, report=report, steps=steps, since_last=since_last, again=again)


def _no_later(store: Store, name: str, run_id: str) -> None:
    """Refuse to tell a tool what it knows better: what has changed is told forwards only."""
    line = [run.id for run in store.runs()]  # the latest first
    exported = {was.run_id for was in store.exports(name).values()}
    last = next((later for later in line if later in exported), run_id)
    if line.index(run_id) > line.index(last):
        raise ConfigError(f"run {run_id} is older than {last}, which {name} was told last; leave out --run")


def remember(store: Store, export: Export) -> None:
    """Keep what the tool was told, for the next export to it."""
    store.save_exports(told(export.steps, export.tool, export.report.run_id))


def import_statuses(store: Store, path: Path | str, *, name: str = "", at: str, who: str = "") -> tuple[Imported, int]:
    """Record the statuses in a tool's own export, and say how many of them were news.

    `at` is the moment they are of (ISO-8601 UTC). Where a status is not known, only key and link are news. Items that
    were closed because their theme went into another say nothing of the theme. Without a `name` it is found out which
    tool the file is from, if need be by what was exported.
    """
    exported = {tool: store.exports(tool) for tool in EXPORTERS}
    tools = {name: exporter(name)} if name else EXPORTERS
    pairs = [(theme_id, called) for found in store.lineage() for theme_id, called in found.names.items()]
    for tool in tools:
        pairs += [(theme_id, was.title) for theme_id, was in exported[tool].items()]
    likely = [tool for tool, items in exported.items() if items]
    found = read_statuses(path, tools, titles_of(pairs), at=at, who=who, likely=likely)
    closed = {theme_id for theme_id, was in exported[found.tool].items() if was.merged_into}
    before = store.statuses()
    unclear = (_as_before(told, before.get(told.theme_id)) for told in found.unclear if told.key or told.link)
    statuses = tuple(told for told in (*found.statuses, *unclear) if told.theme_id not in closed)
    was_final = {theme_id for theme_id, status in before.items() if status.status in FINAL}
    back = tuple(told.theme_id for told in statuses if told.theme_id in was_final and told.status not in FINAL)
    return replace(found, statuses=statuses, back=back), store.set_statuses(statuses)


def _as_before(told: ThemeStatus, before: ThemeStatus | None) -> ThemeStatus:
    """The key and the link that were told, with the status and the release that were known."""
    if not before:
        return replace(told, release="")
    key = told.key or (before.key if before.tool == told.tool else "")
    return replace(told, status=before.status, release=before.release, link=told.link or before.link, key=key)


def _keys(store: Store, name: str) -> dict[str, tuple[str, str]]:
    """The key and the link that a tool's items had last, by theme."""
    history = (status for status in store.status_history() if status.tool == name)
    return {status.theme_id: (status.key, status.link) for status in history if status.key or status.link}
