"""People and what they speak of -> counts by cohort, tested and safe to show.

Everything that is told of a cell, its test too, comes from what is shown: of a lower bound the ratio is one that the
true one surely reaches, and a withheld count is not tested. So neither a ratio nor a p-value gives a small count away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from voc.cohorts.significance import (
    FALSE_DISCOVERIES,
    Margins,
    adjusted_residual,
    false_discovery_rates,
    p_value,
    ratio_of_shares,
)
from voc.cohorts.suppress import Counts, How, Shown, publish

Role = Literal["compared", "other", "unknown"]
Bound = Literal["", "least", "most"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Level:
    """A way of grouping values: `group_of` each value, values that are in none being others.

    `is_ordered` groups are shown in the order given, others those of most people first.
    """

    name: str
    group_of: Mapping[str, str]
    is_ordered: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Cohort:
    """People of a level that are counted together: those ``compared`` with all others, those of small cohorts together
    (``other``), and those of whom nothing is ``unknown``. `people` are the active ones."""

    level: str
    name: str
    role: Role
    people: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """People of a cohort who speak of a theme: `people` exactly, at ``least`` so many, or None (see `suppress.Shown`).

    `share` is that of the cohort's people, `ratio` that share over the one of all others whose value is known, `low`
    and `high` its 95 % interval (None: no bound). `bound` says that the ratio is at ``least`` or at ``most`` that,
    since counts are withheld. All of them, `residual`, `p` and `q` are None where nothing is tested. `is_found` if it
    is a difference: q within the rate stated and 1 outside the interval.
    """

    theme_id: str
    cohort: Cohort
    how: How
    people: int | None = None
    share: float | None = None
    bound: Bound = ""
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    residual: float | None = None
    p: float | None = None
    q: float | None = None
    is_found: bool = False

    @property
    def is_more(self) -> bool:
        """Whether the cohort speaks of it more than the others."""
        return (self.residual or 0) > 0

    @property
    def strength(self) -> float:
        """How far it stands out: what many people say outdoes what three say and nobody else."""
        return abs(self.residual or 0.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """Themes by cohorts of every level of an attribute; cells theme by theme, in the order of `cohorts`."""

    by: str
    cohorts: tuple[Cohort, ...]
    cells: tuple[Cell, ...]
    min_cell: int
    min_cohort: int

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels, the coarsest first."""
        return tuple(dict.fromkeys(cohort.level for cohort in self.cohorts))

    @property
    def compared(self) -> tuple[str, ...]:
        """The levels on which at least two cohorts are compared."""
        counts = Counter(cohort.level for cohort in self.cohorts if cohort.role == "compared")
        return tuple(level for level in self.levels if counts[level] > 1)

    @property
    def findings(self) -> tuple[Cell, ...]:
        """A cell for each difference, the strongest first.

        Of a theme the cohorts that speak of it more, on the level that tells it most surely; where there are none,
        those that speak of it less.
        """
        chosen = []
        for theme_id in dict.fromkeys(cell.theme_id for cell in self.cells if cell.is_found):
            found = [cell for cell in self.cells if cell.theme_id == theme_id and cell.is_found]
            found = [cell for cell in found if cell.is_more] or found
            surest = min(found, key=lambda cell: cell.p if cell.p is not None else 1.0).cohort.level
            chosen += [cell for cell in found if cell.cohort.level == surest]
        return tuple(sorted(chosen, key=lambda cell: (-cell.strength, cell.p, cell.theme_id, cell.cohort.name)))


def tabulate(
    themes: Mapping[str, Collection[str]],
    values: Mapping[str, str],
    levels: Sequence[Level],
    *,
    by: str = "",
    min_cell: int = 3,
    min_cohort: int = 10,
) -> Table:
    """The table of an attribute.

    `themes` maps ids to the people who speak of them, `values` everybody active to their value (empty: unknown). Counts
    from 1 to `min_cell` - 1 are withheld; cohorts of fewer than `min_cohort` people are counted together.

    >>> values = {f"n{i}": "北" for i in range(40)} | {f"s{i}": "南" for i in range(60)}
    >>> cold = {f"n{i}" for i in range(12)} | {"s0", "s1", "s2"}
    >>> table = tabulate({"cold": cold}, values, [Level(name="region", group_of={"北": "北", "南": "南"})])
    >>> [(cell.cohort.name, cell.people, cell.ratio, cell.low, cell.is_found) for cell in table.cells]
    [('南', 3, 0.1667, 0.0502, True), ('北', 12, 6.0, 1.8068, True)]
    """
    known = sorted(set(values.values()))
    place = {value: n for n, value in enumerate(known)}
    sizes = Counter(values.values())
    plans = [_Plan(level, known, sizes, min_cohort) for level in levels]
    plans = [plan for plan in plans if plan.is_compared] or plans[-1:]
    tested: list[tuple[list[Cell], Margins]] = []
    rows: list[list[Cell]] = []
    for theme_id, people in themes.items():
        counts = np.zeros(len(known), dtype=np.int64)
        for person in people:
            counts[place[values[person]]] += 1
        shown = publish(counts, [p.group for p in plans], [p.guards for p in plans], least=min_cell)
        for plan, row in zip(plans, shown, strict=True):
            cells = [_cell(theme_id, plan, n, row, (int(counts.sum()), min_cell)) for n in range(len(row))]
            rows.append(cells)
            tested += plan.tests(cells, counts, min_cell)
    judged = _judge(tested)
    return Table(
        by=by,
        cohorts=tuple(cohort for plan in plans for cohort in plan.cohorts),
        cells=tuple(judged.get(id(cell), cell) for row in rows for cell in row),
        min_cell=min_cell,
        min_cohort=min_cohort,
    )


class _Plan:
    """The cohorts of a level, and the one that each value belongs to."""

    def __init__(self, level: Level, values: Sequence[str], sizes: Mapping[str, int], min_cohort: int) -> None:
        group = {value: level.group_of.get(value, "") for value in values if value}
        people: Counter[str] = Counter()
        for value, name in group.items():
            people[name] += sizes[value]
        names = [name for name in people if name and people[name] >= min_cohort]
        order = list(dict.fromkeys(level.group_of.values()))
        names.sort(key=lambda name: order.index(name) if level.is_ordered else (-people[name], name))
        rest = sum(people.values()) - sum(people[name] for name in names)
        self.cohorts = [Cohort(level=level.name, name=name, role="compared", people=people[name]) for name in names]
        self.is_compared = len(names) > 1
        if rest:
            self.cohorts.append(Cohort(level=level.name, name="", role="other", people=rest))
        if "" in values:
            self.cohorts.append(Cohort(level=level.name, name="", role="unknown", people=sizes[""]))
        index = {cohort.name: n for n, cohort in enumerate(self.cohorts) if cohort.role == "compared"}
        roles = {cohort.role: n for n, cohort in enumerate(self.cohorts)}
        cells = [index.get(group[value], roles.get("other", -1)) if value else roles["unknown"] for value in values]
        self.group: NDArray[np.intp] = np.array(cells, dtype=np.intp)
        # what is not compared loses nothing as a lower bound
        weight = {"compared": 0, "other": 1, "unknown": 2}
        self.guards: Counts = np.array([c.people + (weight[c.role] << 40) for c in self.cohorts], dtype=np.int64)
        self.n_known = sum(cohort.people for cohort in self.cohorts if cohort.role != "unknown")

    def tests(self, cells: Sequence[Cell], values: Counts, least: int) -> Iterator[tuple[list[Cell], Margins]]:
        """The tests of a theme and the cells each decides: with two cohorts, and nobody else, both ask the same."""
        if not self.is_compared:
            return
        counts = np.bincount(self.group, weights=values, minlength=len(cells)).astype(int)
        known = [cell for cell in cells if cell.cohort.role != "unknown"]
        mentions = int(sum(counts[: len(known)]))
        compared = [cell for cell in known if cell.cohort.role == "compared"]
        if len(known) == 2 == len(compared):
            yield compared, (compared[0].cohort.people, mentions, self.n_known, 1)
            return
        for cell in compared:
            yield [cell], (cell.cohort.people, mentions, self.n_known, least)


def _cell(theme_id: str, plan: _Plan, n: int, row: Sequence[Shown], known: tuple[int, int]) -> Cell:
    """What can be told of a cell from what is shown of its row; `known` is how many people the theme has, and the least
    count that is shown."""
    cohort, shown = plan.cohorts[n], row[n]
    cell = Cell(theme_id=theme_id, cohort=cohort, how=shown.how, people=shown.people)
    if shown.people is None:
        return cell
    cell = replace(cell, share=round(shown.people / cohort.people, 4))
    others = plan.n_known - cohort.people
    if cohort.role != "compared" or not plan.is_compared or not others:
        return cell
    fewest, most = _others(plan, n, row, *known)
    is_more = shown.people * others > most * cohort.people
    if shown.how == "least" and not is_more:
        return cell
    if not is_more and fewest != most and shown.people * others >= fewest * cohort.people:
        return cell  # withheld counts leave it open
    other = most if is_more else fewest
    ratio, low, high = ratio_of_shares(shown.people, cohort.people, other, others)
    margins = (cohort.people, shown.people + other, plan.n_known)
    uncertain: Bound = "least" if is_more else "most"
    return replace(
        cell,
        bound=uncertain if shown.how == "least" or fewest != most else "",
        ratio=ratio,
        low=low,
        high=high,
        residual=adjusted_residual(shown.people, *margins),
        p=p_value(shown.people, *margins),
    )


def _others(plan: _Plan, n: int, row: Sequence[Shown], total: int, least: int) -> tuple[int, int]:
    """The fewest and the most people of other cohorts who can speak of the theme, by what is shown of its row and the
    `total` of people who do."""
    slack = sum(shown.how == "small" for shown in row) * (least - 2)
    span = {"exact": 0, "small": least - 2, "least": slack}
    low = [1 if shown.people is None else shown.people for shown in row]
    high = [fewest + span[shown.how] for fewest, shown in zip(low, row, strict=True)]
    others = [i for i, cohort in enumerate(plan.cohorts) if i != n and cohort.role != "unknown"]
    apart = [i for i in range(len(row)) if i not in others]
    fewest, most = (sum(bounds[i] for i in others) for bounds in (low, high))
    return max(fewest, total - sum(high[i] for i in apart)), min(most, total - sum(low[i] for i in apart))


def _judge(tested: Sequence[tuple[list[Cell], Margins]]) -> dict[int, Cell]:
    """The cells with their q-values, by identity."""
    p_values = [min((cell.p for cell in cells if cell.p is not None), default=1.0) for cells, _ in tested]
    themes = [cells[0].theme_id for cells, _ in tested]
    rates = false_discovery_rates(p_values, [margins for _, margins in tested], themes)
    judged = {}
    for (cells, _), q in zip(tested, rates, strict=True):
        for cell in cells:
            if cell.p is not None:
                apart = (cell.low or 0) > 1 or (cell.high is not None and cell.high < 1)
                judged[id(cell)] = replace(
                    cell, p=float(f"{cell.p:.4g}"), q=q, is_found=q <= FALSE_DISCOVERIES and apart
                )
    return judged
