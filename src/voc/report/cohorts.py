"""Who says it: themes by cohort, as a picture and in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from voc.cohorts import (
    CONFIDENCE,
    FALSE_DISCOVERIES,
    Cell,
    Cohort,
    Table,
    compare,
    group_people,
    limits,
    people_by,
    told_attributes,
)
from voc.datatypes import Run, Statement
from voc.report.conclude import Part, fill
from voc.report.evidence import Evidence
from voc.report.figure import Figure, Measure
from voc.report.items import reads_as_wish
from voc.report.model import CohortCell, CohortColumn, CohortMap, CohortRow, CohortView, Sentence
from voc.report.narration import called
from voc.report.phrases import Phrases, phrases

_TOLD = 5  # sentences of an attribute; the others are told by the picture and by `voc cohorts`
_ROWS = 10  # themes in a map that differ, which come first, and as many suggestions besides
RATES = {"sure": f"{CONFIDENCE:.0%}", "rate": f"{FALSE_DISCOVERIES:.0%}"}


def cohorts(evidence: Evidence, words: Phrases) -> tuple[CohortView, ...]:
    """By what files tell of authors and by the fields of posts: those with two cohorts at least."""
    told = []
    if not evidence.run.statements:  # nobody to compare
        return ()
    for by in told_attributes(evidence.run):
        table = compare(evidence.run, by, **limits(evidence.run.config))
        if table.compared:
            told.append(Teller(evidence, table, words).view())
    return tuple(told)


def cohort_view(run: Run, table: Table, *, lang: str = "zh", everything: bool = False) -> CohortView:
    """A table in words and figures, with all differences; with `everything` also all its levels and suggestions."""
    return Teller(Evidence(run), table, phrases(lang)).view(told=len(table.cells), everything=everything)


def cohort_cells(run: Run, table: Table, *, lang: str = "zh") -> list[dict[str, object]]:
    """Every cell of a table as a row for CSV or JSON; what is withheld is None."""
    teller = Teller(Evidence(run), table, phrases(lang))
    return [teller.row(cell) for cell in table.cells]


class Teller:
    """A table in words and figures."""

    def __init__(self, evidence: Evidence, table: Table, words: Phrases) -> None:
        self.evidence, self.table, self.words = evidence, table, words
        self.values = people_by(evidence.run, table.by)
        self.groups = {level: group_people(self.table, level, self.values) for level in table.levels}
        ranked = sorted(evidence.run.suggestions, key=lambda suggestion: suggestion.rank)
        self.ranks = {suggestion.theme_id: suggestion.rank for suggestion in ranked}
        # suggestions first: that who gives five stars praises more is no news
        self.found = sorted(table.findings, key=lambda cell: cell.theme_id not in self.ranks)

    def view(self, *, told: int = _TOLD, everything: bool = False) -> CohortView:
        """The strongest differences, of suggestions first, and maps of the levels that they lie on."""
        table, words = self.table, self.words
        found = self.found
        levels = [level for level in table.levels if any(cell.cohort.level == level for cell in found)]
        levels = levels or list(table.compared or table.levels)[:1]
        rows = len(table.cells) if everything else _ROWS
        return CohortView(
            by=table.by,
            label=self.label(table.by),
            told=tuple(self.sentence(cell) for cell in found[:told]),
            more=words["cohort.more"].format(n=len(found) - told, by=table.by) if len(found) > told else "",
            note=self._note(),
            maps=tuple(self.map(level, rows=rows) for level in (table.levels if everything else levels)),
            min_cell=table.min_cell,
            min_cohort=table.min_cohort,
        )

    def row(self, cell: Cell) -> dict[str, object]:
        """A cell, by the names of its fields."""
        theme = self.evidence.themes[cell.theme_id]
        withheld = {"small": f"<{self.table.min_cell}", "least": f"≥{cell.people}", "hidden": ""}
        return {
            "theme_id": cell.theme_id,
            "rank": self.ranks.get(cell.theme_id),
            "theme": theme.name,
            "kind": theme.kind,
            "level": self.level_label(cell.cohort.level),
            "cohort": self.cohort_label(cell.cohort),
            "role": cell.cohort.role,
            "active": cell.cohort.people,
            "people": withheld.get(cell.how, cell.people),
            "shown": cell.how,
            "share": cell.share,
            "bound": cell.bound,
            "ratio": cell.ratio,
            "low": cell.low,
            "high": cell.high,
            "residual": cell.residual,
            "p": cell.p,
            "q": cell.q,
            "differs": cell.is_found,
        }

    def map(self, level: str, *, rows: int) -> CohortMap:
        """A level as a map: the `rows` themes that differ most, then as many other suggestions, by rank."""
        columns = [cohort for cohort in self.table.cohorts if cohort.level == level]
        return CohortMap(
            level=level,
            label=self.level_label(level),
            columns=tuple(self._column(cohort) for cohort in columns),
            rows=tuple(self._rows(level, rows)),
        )

    def label(self, by: str) -> str:
        """What an attribute is called."""
        return self.words.get(f"cohort.by.{by}", by)

    def level_label(self, level: str) -> str:
        """What a level is called."""
        return self.words.get(f"cohort.level.{level}", self.label(level))

    def cohort_label(self, cohort: Cohort) -> str:
        """What a cohort is called."""
        return cohort.name if cohort.role == "compared" else self.words[f"cohort.{cohort.role}"]

    def sentence(self, cell: Cell) -> Sentence:
        """A difference that was found."""
        words, theme = self.words, self.evidence.themes[cell.theme_id]
        kind = "request" if theme.kind != "praise" and reads_as_wish(theme.name) else theme.kind
        times = [self._times(measure, cell) for measure in ("times_others", "times_low", "times_high")]
        who = words.get(f"cohort.who.{self.table.by}", words["cohort.who"])
        who = words.get(f"cohort.who.{cell.cohort.level}", who)
        values: dict[str, Part] = {
            "who": who.format(cohort=cell.cohort.name),
            "sure": RATES["sure"],
            "verb": words[f"cohort.{'more' if cell.is_more else 'less'}.{kind}"],
            "name": called(self.evidence, theme.id, words),
            "by": self.label(self.table.by),
            "people": self._people(cell) or "",
            "cohort": self._column(cell.cohort).n_people,
        }
        values |= {name: figure or "∞" for name, figure in zip(("ratio", "low", "high"), times, strict=True)}
        return Sentence(parts=fill(words[f"cohort.told.{_case(cell)}"], **values))

    def _note(self) -> str:
        n_tests = sum(cell.p is not None for cell in self.table.cells)
        key = "cohort.found" if self.table.findings else "cohort.not_found" if n_tests else "cohort.not_tested"
        levels = self.words["say.separator"].join(map(self.level_label, self.table.compared))
        return self.words[key].format(n=n_tests, levels=levels, **RATES)

    def _column(self, cohort: Cohort) -> CohortColumn:
        figure = Figure(value=cohort.people, measure="n_active", where=self._where(cohort))
        return CohortColumn(name=cohort.name, label=self.cohort_label(cohort), role=cohort.role, n_people=figure)

    def _rows(self, level: str, n: int) -> Iterator[CohortRow]:
        cells: dict[str, list[Cell]] = {}
        for cell in self.table.cells:
            if cell.cohort.level == level:
                cells.setdefault(cell.theme_id, []).append(cell)
        shown = {theme_id for theme_id, row in cells.items() if any(cell.how != "hidden" for cell in row)}
        differ = list(dict.fromkeys(cell.theme_id for cell in self.found if cell.theme_id in shown))[:n]
        ranked = [theme_id for theme_id in self.ranks if theme_id in shown and theme_id not in differ]
        for theme_id in [*differ, *ranked[:n]]:
            theme = self.evidence.themes[theme_id]
            yield CohortRow(
                theme_id=theme_id,
                name=called(self.evidence, theme_id, self.words),
                kind=theme.kind,
                kind_label=self.words[f"kind.{theme.kind}"],
                rank=self.ranks.get(theme_id),
                n_people=self.evidence.count("n_people", self.evidence.of(theme), theme=theme_id),
                cells=tuple(map(self._cell, cells[theme_id])),
            )

    def _cell(self, cell: Cell) -> CohortCell:
        share: Figure | None = None
        if cell.share is not None:
            measure: Measure = "share_of_cohort" if cell.how == "exact" else "least_share"
            share = self._figure(measure, cell.share, cell)
        return CohortCell(
            how=cell.how,
            label=f"<{self.table.min_cell}" if cell.how == "small" else self.words["cohort.hidden"],
            n_people=self._people(cell),
            share=share,
            bound=cell.bound,
            ratio=cell.ratio,
            ratio_low=cell.low,
            ratio_high=cell.high,
            residual=cell.residual,
            p=cell.p,
            q=cell.q,
            is_found=cell.is_found,
        )

    def _people(self, cell: Cell) -> Figure | None:
        if cell.people is None:
            return None
        return self._figure("n_people" if cell.how == "exact" else "least_people", cell.people, cell)

    def _times(self, measure: Measure, cell: Cell) -> Figure | None:
        value = {"times_others": cell.ratio, "times_low": cell.low, "times_high": cell.high}[measure]
        return None if value is None else self._figure(measure, value, cell)

    def _figure(self, measure: Measure, value: float, cell: Cell) -> Figure:
        """A figure about a cell: a count that is shown names its posts, which the others rest on."""
        said: list[Statement] = []
        if measure == "n_people":
            theme = self.evidence.of(self.evidence.themes[cell.theme_id])
            said = [statement for statement in theme if self._is_in(statement, cell.cohort)]
        post_ids = tuple(sorted({statement.post_id for statement in said}))
        where = {"theme": cell.theme_id, **self._where(cell.cohort)}
        return Figure(value=value, measure=measure, post_ids=post_ids, where=where)

    def _where(self, cohort: Cohort) -> dict[str, str]:
        return {"attribute": self.table.by, "level": cohort.level, "role": cohort.role, "cohort": cohort.name}

    def _is_in(self, statement: Statement, cohort: Cohort) -> bool:
        return self.groups[cohort.level].get(statement.person) == cohort


def _case(cell: Cell) -> str:
    """Which sentence tells a difference: a ratio, or only its bound where counts are withheld or nobody else speaks."""
    if cell.is_more:
        return "only" if cell.ratio is None else "least" if cell.bound else "ratio"
    return "none" if not cell.people else "most" if cell.bound else "ratio"
