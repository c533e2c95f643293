"""Counts again what a report says about cohorts, for `check`: counts from the run alone, tests by `voc.cohorts`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from voc.cohorts import Cell, Table, compare, levels_of, limits, people_by, regions
from voc.datatypes import Run, Statement

Where = Mapping[str, str]
Recount = tuple[float, list[str]]
Place = tuple[str, str, str, str]  # theme, level, role and name of the cohort

_TESTED = {"ratio": "ratio", "ratio_low": "low", "ratio_high": "high", "residual": "residual", "p": "p", "q": "q"}
_TIMES = {"times_others": "ratio", "times_low": "low", "times_high": "high"}

MEASURES = ("n_active", "share_of_cohort", "least_people", "least_share", *_TIMES)


class Headcount:
    """The people of a run by attribute, grouped its own way."""

    def __init__(self, run: Run, by: str) -> None:
        self.run, self.by = run, by
        self.values = people_by(run, by)
        self.levels = {level.name: level for level in levels_of(by, self.values.values(), regions=regions())}
        self.said: dict[str, list[Statement]] = {}
        for statement in run.statements:
            self.said.setdefault(statement.theme_id, []).append(statement)
        self.known: dict[tuple[str, str, str], frozenset[str]] = {}

    def count(self, where: Where, measure: str) -> Recount:
        """What a figure about a cohort counts to, and the posts it rests on, which only counts name."""
        if measure == "n_people":
            return self._people(where)
        active = len(self.members(where))
        if measure == "n_active":
            return active, []
        if measure == "share_of_cohort":
            return self._people(where)[0] / (active or 1), []
        cell = self.cells[where["theme"], where["level"], where["role"], where["cohort"]]
        if measure in _TIMES:
            return getattr(cell, _TIMES[measure]) or 0.0, []
        return (cell.people or 0) / (1 if measure == "least_people" else active or 1), []

    def problems(self, node: Mapping[str, Any]) -> Iterator[str]:
        """What is wrong with the tests of an attribute's maps: they must be those that the counts shown give."""
        if (node["min_cell"], node["min_cohort"]) != (self.table.min_cell, self.table.min_cohort):
            yield f"has the limits {node['min_cell']}, {node['min_cohort']} instead of those of the run"
        for told in node["maps"]:
            for row in told["rows"]:
                for column, cell in zip(told["columns"], row["cells"], strict=True):
                    place = (row["theme_id"], told["level"], column["role"], column["name"])
                    if problem := _difference(cell, self.cells[place]):
                        yield f"says of {' '.join(filter(None, place))}: {problem}"

    def members(self, where: Where) -> frozenset[str]:
        """The people of a cohort."""
        place = (where["level"], where["role"], where["cohort"])
        if place not in self.known:
            self.known[place] = frozenset(self._members(*place))
        return self.known[place]

    @cached_property
    def table(self) -> Table:
        """The table as it is made again."""
        return compare(self.run, self.by, **limits(self.run.config))

    @cached_property
    def cells(self) -> Mapping[Place, Cell]:
        """Its cells by their place."""
        return {(c.theme_id, c.cohort.level, c.cohort.role, c.cohort.name): c for c in self.table.cells}

    def _people(self, where: Where) -> Recount:
        members = self.members(where)
        about = self.said.get(where["theme"], ()) if "theme" in where else self.run.statements
        said = [statement for statement in about if statement.person in members]
        return len({statement.person for statement in said}), [statement.post_id for statement in said]

    def _members(self, level: str, role: str, cohort: str) -> set[str]:
        if role == "unknown":
            return {person for person, value in self.values.items() if not value}
        groups: dict[str, set[str]] = {}
        for person, value in self.values.items():
            if value:
                groups.setdefault(self.levels[level].group_of.get(value, ""), set()).add(person)
        if role == "compared":
            return groups[cohort]
        least = limits(self.run.config)["min_cohort"]
        return set[str]().union(*(people for name, people in groups.items() if not name or len(people) < least))


def _difference(told: Mapping[str, Any], cell: Cell) -> str:
    if (told["how"], told["is_found"], told["bound"]) != (cell.how, cell.is_found, cell.bound):
        return f"{told['how']}, found {told['is_found']} instead of {cell.how}, {cell.is_found}"
    wrong = [name for name, field in _TESTED.items() if told[name] != getattr(cell, field)]
    return f"{wrong[0]} {told[wrong[0]]} instead of {getattr(cell, _TESTED[wrong[0]])}" if wrong else ""
