"""Which counts of a row are shown, so that no small one can be had from the others.

Everybody may know how many people a theme has. A count from 1 to `least` - 1 is shown as small only. Sums give a small
count away where they leave it one possible value, also across levels (北方 less its provinces). It is protected
while one person could belong elsewhere and every number shown stay the same; where not, a larger count of its level is
shown as a lower bound, and where that does not help either, the row of that level is not shown at all (complementary
suppression; Hundepool et al., Statistical Disclosure Control, 2012, chapter 4).

Levels need not be nested: 北方 less 东北, 华北 and 西北 is 山东 and 河南, which no level shows by themselves. So every
set of values is protected, not only those that are shown. Draw a line between two values where a person could be of the
one or the other and every number shown stay the same: a set of values whose count is certain has no line across its
border. It is then made of connected parts, so that no set is small and certain where no connected part is small.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

How = Literal["exact", "small", "least", "hidden"]
Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """What is told of a count: itself, that it is ``small``, that it is at ``least`` so large, or nothing."""

    how: How
    people: int | None = None


def publish(
    values: Counts, groups: Sequence[NDArray[np.intp]], guards: Sequence[Counts], *, least: int
) -> list[list[Shown]]:
    """What is shown of a theme, level by level.

    `values` counts its people by value; `groups` tells per level which cell each value belongs to; `guards` per level
    and cell how gladly it becomes a lower bound.

    >>> def levels(*counts): return publish(np.array(counts), [np.arange(3)], [np.array([30, 20, 10])], least=3)[0]
    >>> [(cell.how, cell.people) for cell in levels(9, 1, 0)]
    [('least', 8), ('small', None), ('exact', 0)]
    >>> [(cell.how, cell.people) for cell in levels(9, 5, 0)]
    [('exact', 9), ('exact', 5), ('exact', 0)]
    >>> {cell.how for cell in levels(2, 1, 0)}
    {'hidden'}
    """
    rows = [
        _Row(np.bincount(group, weights=values, minlength=len(guard)).astype(np.int64), group, guard, least)
        for group, guard in zip(groups, guards, strict=True)
    ]
    for row in reversed(rows):
        if row.exposed(values, rows):
            row.guard()
    while exposed := [row for row in rows if row.exposed(values, rows)]:
        exposed[-1].mend(values, rows)
    _hide(values, rows, least)
    return [row.shown() for row in rows]


def _hide(values: Counts, rows: Sequence[_Row], least: int) -> None:
    """Hide as few rows as need be, of equally many the finest, for no small set of values to be certain."""
    visible = [row for row in reversed(rows) if not row.is_hidden]
    for n in range(len(visible) + 1):
        for hidden in combinations(visible, n):
            for row in visible:
                row.is_hidden = row in hidden
            if not _is_small_part(values, rows, least):
                return


def _is_small_part(values: Counts, rows: Sequence[_Row], least: int) -> bool:
    """Whether values that nobody could have come from, or gone to, hold few people; the people of all are known."""
    from scipy.sparse.csgraph import connected_components

    n, part = connected_components(_can_move(values, rows), directed=False)
    people = np.bincount(part, weights=values, minlength=n)
    return bool(((people > 0) & (people < least) & (people < values.sum())).any())


def _can_move(values: Counts, rows: Sequence[_Row]) -> Flags:
    """From which value to which one person could go and every number shown stay the same."""
    can_move = np.repeat((values > 0)[:, None], len(values), axis=1)
    for row in rows:
        fewer, more = row.free()
        stays = row.group[:, None] == row.group[None, :]
        can_move &= stays | (fewer[row.group][:, None] & more[row.group][None, :])
    return can_move


class _Row:
    """One theme on one level: its cells, and what of them is withheld.

    `bounds` maps cells that are shown as lower bounds to the small cells that they make up for: a bound is what the
    cell would be, were each of those as large as a small one can be.
    """

    def __init__(self, cells: Counts, group: NDArray[np.intp], guards: Counts, least: int) -> None:
        self.cells, self.group, self.least = cells, group, least
        self.small = (cells > 0) & (cells < least)
        self.large = sorted(np.flatnonzero(cells >= least).tolist(), key=lambda cell: (-guards[cell], cell))
        self.bounds: dict[int, set[int]] = {}
        self.is_hidden = bool(self.small.any()) and not self.large

    def guard(self) -> None:
        """Show the count that loses least by it as a bound, on account of all small ones."""
        for cell in self.large:
            self.bounds = {cell: set(np.flatnonzero(self.small).tolist())}
            if self.bound(cell) >= self.least:
                return
        self.is_hidden = True

    def mend(self, values: Counts, rows: Sequence[_Row]) -> None:
        """Show another count as a bound on account of the small ones that are exposed; hide the row if none helps."""
        exposed = self.exposed(values, rows)
        before = self.bounds
        for cell in self.large:
            left = {guard: others - exposed for guard, others in before.items() if others - exposed}
            self.bounds = {**left, cell: left.get(cell, set()) | exposed}
            if self.bound(cell) >= self.least and len(self.exposed(values, rows)) < len(exposed):
                return
        self.is_hidden = True

    def bound(self, guard: int) -> int:
        """What a guard holds at least."""
        others = self.bounds[guard]
        return int(self.cells[guard] + sum(self.cells[cell] - (self.least - 1) for cell in others))

    def free(self) -> tuple[Flags, Flags]:
        """Cells that could have one person less, or more, and be shown the same."""
        if self.is_hidden:
            every = np.ones(len(self.cells), dtype=bool)
            return every, every
        fewer, more = self.small & (self.cells > 1), self.small & (self.cells < self.least - 1)
        for guard in self.bounds:
            fewer[guard], more[guard] = self.cells[guard] > self.bound(guard), True
        return fewer, more

    def exposed(self, values: Counts, rows: Sequence[_Row]) -> set[int]:
        """The small cells that can have no other count than their own, given all that is shown."""
        if self.is_hidden or not self.small.any():
            return set()
        can_move = _can_move(values, rows)
        leaves = can_move & (self.group[:, None] != self.group[None, :])
        moved = {*self.group[leaves.any(axis=1)].tolist(), *self.group[leaves.any(axis=0)].tolist()}
        return {*np.flatnonzero(self.small).tolist()} - moved

    def shown(self) -> list[Shown]:
        if self.is_hidden:
            return [Shown(how="hidden")] * len(self.cells)
        told = [
            Shown(how="small") if is_small else Shown(how="exact", people=int(count))
            for count, is_small in zip(self.cells, self.small, strict=True)
        ]
        for guard in self.bounds:
            told[guard] = Shown(how="least", people=self.bound(guard))
        return told
