"""Themes of this run and themes known before: which is which, so that a theme keeps its id and its name.

Evidence comes first from members: statements of posts that both runs saw. Where the runs share no post, or a theme was
away, the centres of the groups and their words decide. Pairs are chosen one to one so that the sum of what they share
is greatest (Kuhn 1955; the events follow MONIC, Spiliopoulou et al. 2006).

Members tell late that a theme has become two, or two have become one: for weeks the old posts stay where they were. So
new posts are asked too. Where what used to be said of one theme (打印) is now said of another, that one has taken its
words over: a new theme that did so was split off, and a known one has absorbed a theme that gets nothing new any more.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voc.datatypes import ThemeEvent

Vector = NDArray[np.floating]

ALIKE = 0.60
_SHARED = 0.25  # of the members of both together
_MOST = 0.5
_FEW = 5  # members from which the words of a theme are its own
_CHANCE = 0.05  # p-value of words taken over
_REMNANT = 0.25  # what an absorbed theme still gets, at most, of what the other one gets
_DIGITS = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """What a theme is known by.

    `members` maps its statements to the posts they are from. `centre` is its place in the space of themes,
    L2-normalised, `words` its keywords. `family` keeps apart what never is the same theme, such as praise and problems.
    `is_current` says whether the last run had it; otherwise it was seen earlier. `said` maps members to their words.
    """

    id: str
    members: Mapping[str, str]
    centre: Vector
    words: frozenset[str]
    family: str = ""
    is_current: bool = True
    said: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Lineage:
    """`ids` holds, for each theme found, the id of the known theme it continues, or None; `events` tells of all.

    Themes found with one id are one theme.
    """

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
    - merged, split: most members of a lost theme are in one found theme; most of a new theme's are from one known, or
      it took its words over
    - returned: a theme that an earlier run had, and the last one had not
    - born, died: none of these
    """
    common = seen_before & seen_now
    known, found = sorted(known, key=lambda p: p.id), list(found)
    order = sorted(range(len(found)), key=lambda n: found[n].id)
    sight = _Sight(known, [found[n] for n in order], common)
    pairs = sight.match(alike)
    taken = _taken_over(sight, pairs, seen_before)
    absorbed = {pairs[row]: column for row, column in taken if _is_absorbed(sight, pairs, row, column, seen_before)}
    if absorbed:
        column_of = {place: column for column, place in enumerate(order)}
        into = [order[absorbed.get(column_of[n], column_of[n])] for n in range(len(found))]
        return _trace_joined(known, found, into, seen_before=seen_before, seen_now=seen_now, alike=alike)
    ids: list[str | None] = [None] * len(found)
    for row, column in pairs.items():
        ids[order[column]] = known[row].id
    names = [ids[order[column]] or found[order[column]].id for column in range(len(order))]
    heirs = {column: row for row, column in taken if column not in pairs.values()}
    events = sorted(
        _events(sight, pairs, names, heirs), key=lambda event: (_ORDER.index(event.event), event.before, event.after)
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
        self._cosine, self._words = np.zeros_like(self.shared), np.zeros_like(self.shared, dtype=bool)
        if known and found:
            self._cosine = np.stack([p.centre for p in known]) @ np.stack([p.centre for p in found]).T
            self._words = np.array([[bool(k.words & f.words) for f in found] for k in known])
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
        pairs = _assign(np.where((overlap >= _SHARED) & ~self._drifted(alike), overlap, 0))
        rest = self._likeness(alike)
        rest[list(pairs), :] = 0
        rest[:, list(pairs.values())] = 0
        return dict(sorted((pairs | _assign(rest)).items()))

    def _likeness(self, alike: float) -> NDArray[np.float64]:
        """Cosine of centres where it may decide: a word in common, one family, members that do not say otherwise."""
        family = np.array([k.family for k in self.known])[:, None] == np.array([f.family for f in self.found])[None, :]
        # a theme whose statements this run has seen, and put elsewhere, is not the one that looks like it
        elsewhere = (self.n_old[:, None] >= 2) & (self.n_new[None, :] >= 2) & (self.shared == 0)
        fits = self._words & family & ~elsewhere & (self._cosine >= alike)
        return np.asarray(np.where(fits, np.round(self._cosine, _DIGITS), 0.0))

    def _drifted(self, alike: float) -> NDArray[np.bool_]:
        """Where few of the members that a theme had are left, and what is found has neither its place nor its words."""
        size = np.array([max(len(theme.members), 1) for theme in self.known], dtype=float)
        few = self.shared < _MOST * size[:, None]
        return np.asarray(few & ~self._words & (self._cosine < alike))

    def overlap(self, row: int, column: int) -> float:
        union = self.n_old[row] + self.n_new[column] - self.shared[row, column]
        return round(float(self.shared[row, column] / union), 4) if union else 0.0


def _events(
    sight: _Sight, pairs: Mapping[int, int], names: Sequence[str], heirs: Mapping[int, int]
) -> Iterator[ThemeEvent]:
    """Every known theme of the last run and every found theme is in at least one event.

    `heirs` are found themes that took over words of a known one.
    """
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
        parent = heirs.get(column) if parent is None else parent
        if parent is None or parent not in pairs:
            yield _event("born", [], [name], 0.0)
        else:
            both = sorted([names[pairs[parent]], name])
            yield _event("split", [sight.known[parent].id], both, sight.overlap(parent, column))


def _trace_joined(known: Sequence[Profile], found: Sequence[Profile], into: Sequence[int], **given: Any) -> Lineage:
    """As `trace`, with found themes made one: theme n is part of theme `into[n]`."""
    roots = sorted(set(into))
    joined = []
    for root in roots:
        parts = [found[n] for n in range(len(found)) if into[n] == root]
        centre = np.sum([part.centre * len(part.members) for part in parts], axis=0)
        joined.append(
            replace(
                found[root],
                members={member: post for part in parts for member, post in part.members.items()},
                said={member: words for part in parts for member, words in part.said.items()},
                centre=centre / max(float(np.linalg.norm(centre)), 1e-9),
            )
        )
    lineage = trace(known, joined, **given)
    ids = [own or profile.id for own, profile in zip(lineage.ids, joined, strict=True)]
    return Lineage(ids=tuple(ids[roots.index(root)] for root in into), events=lineage.events)


def _taken_over(sight: _Sight, pairs: Mapping[int, int], seen_before: frozenset[str]) -> list[tuple[int, int]]:
    """Known row and found column, not its successor, wherever a theme's words are now said of another one.

    A word is a theme's own if half of its statements have it, and half of the statements with it are its own. Another
    theme has taken it over if it is in most of the new statements there, and most new statements with it are there:
    more than it was said outside the theme before (exact binomial test, corrected for the number of words).
    """
    from scipy.stats import binom

    before = [_spoken(theme.said.values()) for theme in sight.known]
    new = [[words for m, words in theme.said.items() if theme.members[m] not in seen_before] for theme in sight.found]
    after = [_spoken(statements) for statements in new]
    all_before, all_after = Counter[str](), Counter[str]()
    for total, parts in ((all_before, before), (all_after, after)):
        for part in parts:
            total.update(part)

    def is_taken(row: int, column: int, own: Sequence[str]) -> bool:
        for word in own:
            k, n = after[column][word], all_after[word]
            elsewhere = (all_before[word] - before[row][word] + 1) / (all_before[word] + 2)
            if k >= _MOST * max(n, len(new[column]), 1) and binom.sf(k - 1, n, elsewhere) <= _CHANCE / len(own):
                return True
        return False

    taken = []
    for row, successor in pairs.items():
        theme = sight.known[row]
        if len(theme.said) < _FEW:
            continue
        own = [w for w, n in before[row].items() if n >= _MOST * max(len(theme.said), all_before[w])]
        others = [c for c, other in enumerate(sight.found) if c != successor and other.family == theme.family]
        taken += [(row, column) for column in others if is_taken(row, column, own)]
    return taken


def _spoken(statements: Iterable[frozenset[str]]) -> Counter[str]:
    return Counter(word for words in statements for word in words)


def _is_absorbed(sight: _Sight, pairs: Mapping[int, int], row: int, column: int, seen: frozenset[str]) -> bool:
    """Whether a theme, whose words another theme of the last run took over, gets next to nothing new itself."""
    other = next((r for r, c in pairs.items() if c == column), row)
    if other == row or not sight.known[other].is_current:
        return False
    mine, theirs = (sum(post not in seen for post in sight.found[c].members.values()) for c in (pairs[row], column))
    return mine <= _REMNANT * theirs


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
