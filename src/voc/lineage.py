"""Themes of this run and themes known before: which is which, so that a theme keeps its id and its name.

Evidence comes first from members: statements of posts that both runs saw. Where the runs share no post, or a theme was
away, the centres of the groups and their words decide. Pairs are chosen one to one so that the sum of what they share
is greatest (Kuhn 1955; the events follow MONIC, Spiliopoulou et al. 2006).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voc.datatypes import ThemeEvent

Vector = NDArray[np.floating]

ALIKE = 0.60
_SHARED = 0.25  # of the members of both together
_MOST = 0.5
_DIGITS = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """What a theme is known by.

    `members` maps its statements to the posts they are from. `centre` is its place in the space of themes,
    L2-normalised, `words` its keywords. `family` keeps apart what never is the same theme, such as praise and problems.
    `is_current` says whether the last run had it; otherwise it was seen earlier.
    """

    id: str
    members: Mapping[str, str]
    centre: Vector
    words: frozenset[str]
    family: str = ""
    is_current: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Lineage:
    """`ids` holds, for each theme found, the id of the known theme it continues, or None; `events` tells of all."""

    ids: tuple[str | None, ...]
    events: tuple[ThemeEvent, ...]


def trace(
    known: Sequence[Profile],
    found: Sequence[Profile],
    *,
    seen_before: frozenset[str],
    seen_now: frozenset[str],
    alike: float = ALIKE,
) -> Lineage:
    """Match the themes found (their `id` is what they are called if they are new) with those known.

    `seen_before` and `seen_now` are the posts of the last run and of this one: only statements of posts that both saw
    can tell that two themes are one. `alike` is the cosine of centres from which themes without a common post may be
    the same; they must also share a word. Neither order nor names decide anything. Events are

    - continued: a theme of the last run is found again (`overlap`: members in common over members of either)
    - merged, split: most members of a lost theme are in one found theme; most of a new theme's are from one known
    - returned: a theme that an earlier run had, and the last one had not
    - born, died: none of these
    """
    common = seen_before & seen_now
    known, found = sorted(known, key=lambda p: p.id), list(found)
    order = sorted(range(len(found)), key=lambda n: found[n].id)
    sight = _Sight(known, [found[n] for n in order], common)
    pairs = sight.match(alike)
    ids: list[str | None] = [None] * len(found)
    for row, column in pairs.items():
        ids[order[column]] = known[row].id
    names = [ids[order[column]] or found[order[column]].id for column in range(len(order))]
    events = sorted(
        _events(sight, pairs, names), key=lambda event: (_ORDER.index(event.event), event.before, event.after)
    )
    return Lineage(ids=tuple(ids), events=tuple(events))


_ORDER = ("continued", "returned", "merged", "split", "born", "died")


class _Sight:
    """Known (rows) and found (columns) themes beside one another: what they share, and how alike they are."""

    def __init__(self, known: Sequence[Profile], found: Sequence[Profile], common: frozenset[str]) -> None:
        self.known, self.found = known, found
        old, new = ([_within(p, common) for p in profiles] for profiles in (known, found))
        self.n_old, self.n_new = (np.array([len(members) for members in side], dtype=float) for side in (old, new))
        self.shared = np.zeros((len(known), len(found)))
        holders: defaultdict[str, list[int]] = defaultdict(list)
        for row, members in enumerate(old):
            for member in members:
                holders[member].append(row)
        for column, members in enumerate(new):
            for member in members:
                for row in holders[member]:
                    self.shared[row, column] += 1

    def match(self, alike: float) -> dict[int, int]:
        """Known row -> found column: first by members, then, among what is left, by place and words."""
        union = self.n_old[:, None] + self.n_new[None, :] - self.shared
        overlap = np.divide(self.shared, union, out=np.zeros_like(union), where=union > 0)
        pairs = _assign(np.where(overlap >= _SHARED, overlap, 0))
        rest = self._likeness(alike)
        rest[list(pairs), :] = 0
        rest[:, list(pairs.values())] = 0
        return dict(sorted((pairs | _assign(rest)).items()))

    def _likeness(self, alike: float) -> NDArray[np.float64]:
        """Cosine of centres where it may decide: a word in common, one family, members that do not say otherwise."""
        if not self.known or not self.found:
            return np.zeros((len(self.known), len(self.found)))
        cosine = np.stack([p.centre for p in self.known]) @ np.stack([p.centre for p in self.found]).T
        words = np.array([[bool(k.words & f.words) for f in self.found] for k in self.known])
        family = np.array([[k.family == f.family for f in self.found] for k in self.known])
        # a theme whose statements this run has seen, and put elsewhere, is not the one that looks like it
        elsewhere = (self.n_old[:, None] >= 2) & (self.n_new[None, :] >= 2) & (self.shared == 0)
        fits = words & family & ~elsewhere & (cosine >= alike)
        return np.asarray(np.where(fits, np.round(cosine, _DIGITS), 0.0))

    def overlap(self, row: int, column: int) -> float:
        union = self.n_old[row] + self.n_new[column] - self.shared[row, column]
        return round(float(self.shared[row, column] / union), 4) if union else 0.0


def _events(sight: _Sight, pairs: Mapping[int, int], names: Sequence[str]) -> Iterator[ThemeEvent]:
    """Every known theme of the last run and every found theme is in at least one event."""
    for row, column in pairs.items():
        kind = "continued" if sight.known[row].is_current else "returned"
        yield _event(kind, [sight.known[row].id], [names[column]], sight.overlap(row, column))
    by_column = {column: row for row, column in pairs.items()}
    for row, theme in enumerate(sight.known):
        if row in pairs or not theme.is_current:
            continue
        heir = _holder(sight.shared[row], sight.n_old[row])
        if heir is None:
            yield _event("died", [theme.id], [], 0.0)
        else:
            others = [sight.known[by_column[heir]].id] if heir in by_column else []
            yield _event("merged", sorted([theme.id, *others]), [names[heir]], sight.overlap(row, heir))
    for column, name in enumerate(names):
        if column in by_column:
            continue
        parent = _holder(sight.shared[:, column], sight.n_new[column])
        if parent is None or parent not in pairs:
            yield _event("born", [], [name], 0.0)
        else:
            both = sorted([names[pairs[parent]], name])
            yield _event("split", [sight.known[parent].id], both, sight.overlap(parent, column))


def _event(kind: str, before: Sequence[str], after: Sequence[str], overlap: float) -> ThemeEvent:
    return ThemeEvent(event=kind, before=tuple(before), after=tuple(after), overlap=overlap)  # type: ignore[arg-type]


def _holder(shared: NDArray[np.float64], size: float) -> int | None:
    """Which theme of the other side holds at least half of these members."""
    if not shared.size or not size:
        return None
    best = int(shared.argmax())
    return best if shared[best] >= max(_MOST * size, 1) else None


def _within(profile: Profile, posts: frozenset[str]) -> set[str]:
    return {member for member, post in profile.members.items() if post in posts}


def _assign(weights: NDArray[np.float64]) -> dict[int, int]:
    """The one-to-one pairs of greatest total weight; pairs of weight 0 are none."""
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(weights, maximize=True)
    return {int(r): int(c) for r, c in zip(rows, columns, strict=True) if weights[r, c] > 0}
