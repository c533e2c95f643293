"""A run -> its table by an attribute."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from voc.cohorts.regions import Regions
from voc.cohorts.table import Cohort, Table, tabulate
from voc.cohorts.values import FIELDS, attributes, levels_of, values_of
from voc.datatypes import Run
from voc.errors import InputError
from voc.resources import path

MIN_CELL = 3
MIN_COHORT = 10


def compare(run: Run, by: str, *, min_cell: int = MIN_CELL, min_cohort: int = MIN_COHORT) -> Table:
    """Suggestions, and themes of praise, by the cohorts of an attribute; suggestions by rank, then praise by name.

    Raises: InputError if no post and no author has the attribute.
    """
    values = people_by(run, by)
    if not any(values.values()):
        known = ", ".join(attributes(run.posts, run.authors)) or "none"
        raise InputError(f"nothing is known of {by} for the people of this run; known are: {known}")
    people: dict[str, set[str]] = {theme_id: set() for theme_id in compared_themes(run)}
    for statement in run.statements:
        if statement.theme_id in people and statement.person:
            people[statement.theme_id].add(statement.person)
    levels = levels_of(by, values.values(), regions=regions())
    return tabulate(people, values, levels, by=by, min_cell=min_cell, min_cohort=min_cohort)


def people_by(run: Run, by: str) -> dict[str, str]:
    """Everybody who made a statement, and their value; empty where it is not known."""
    posts = {post.id: post for post in run.posts}
    timezone = str(run.config.get("timezone", "UTC"))
    return values_of(by, run.statements, posts, run.authors, regions=regions(), timezone=timezone)


def group_people(table: Table, level: str, values: Mapping[str, str]) -> dict[str, Cohort]:
    """The cohort of every person on a level of a table."""
    cohorts = [cohort for cohort in table.cohorts if cohort.level == level]
    named = {cohort.name: cohort for cohort in cohorts if cohort.role == "compared"}
    roles = {cohort.role: cohort for cohort in cohorts}
    found = next(a for a in levels_of(table.by, values.values(), regions=regions()) if a.name == level)
    return {
        person: (named.get(found.group_of.get(value, "")) or roles["other"]) if value else roles["unknown"]
        for person, value in values.items()
    }


def compared_themes(run: Run) -> list[str]:
    """The ids of the themes that are compared."""
    ranked = {suggestion.theme_id: suggestion.rank for suggestion in run.suggestions}
    praise = [theme for theme in run.themes if theme.kind == "praise" and theme.id not in ranked]
    return [*sorted(ranked, key=lambda i: ranked[i]), *(t.id for t in sorted(praise, key=lambda t: (t.name, t.id)))]


def told_attributes(run: Run) -> list[str]:
    """Attributes that say who people are: those told of authors and the fields of posts, not when they wrote."""
    told = {name for author in run.authors for name in author.attributes}
    return [name for name in attributes(run.posts, run.authors) if name in told or name in FIELDS]


def limits(settings: Mapping[str, object]) -> dict[str, int]:
    """What the settings of a run say about small counts, as `compare` takes it."""
    defaults = {"min_cell": MIN_CELL, "min_cohort": MIN_COHORT}
    return {name: int(str(settings.get(name, default))) for name, default in defaults.items()}


@cache
def regions() -> Regions:
    """The lexicon that is shipped, editable."""
    return Regions(path("corpora/lexicon/regions.toml"))
