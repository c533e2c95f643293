"""The people who gave a rating, and what they speak of: one row each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from voc.datatypes import Post, Statement

Vector = NDArray[np.float64]
_FEWEST_OF_SOURCE = 20  # people, from which a source has a mean of its own


@dataclass(frozen=True, kw_only=True, slots=True)
class Raters:
    """People by row: `rating` is the mean of theirs, `mood` whether they complain, and whether they praise (people, 2).

    `sources` are the shares of their posts that come from each large source but the largest: (people, sources).
    `says` holds for each person and subject how many statements are negative, positive and neither.
    """

    rating: Vector
    mood: Vector
    sources: Vector
    says: Mapping[tuple[int, str], Counter[str]]

    def __len__(self) -> int:
        return len(self.rating)

    def mentions(self, subjects: Sequence[str], polarity: str = "") -> sparse.csr_matrix:
        """Who speaks of what: 1 where a person does, in a statement of the `polarity` if there is one."""
        return self._matrix(subjects, lambda said, _: bool(said[polarity] if polarity else said.total()))

    def only(self, subjects: Sequence[str], polarity: str) -> sparse.csr_matrix:
        """1 where all statements of a person that have the `polarity` are about that subject."""
        total: Counter[int] = Counter()
        for (person, _), said in self.says.items():
            total[person] += said[polarity]
        return self._matrix(subjects, lambda said, person: 0 < said[polarity] == total[person])

    def _matrix(self, subjects: Sequence[str], is_one: Callable[[Counter[str], int], bool]) -> sparse.csr_matrix:
        column = {subject: n for n, subject in enumerate(subjects)}
        cells = [(p, column[s]) for (p, s), said in self.says.items() if s in column and is_one(said, p)]
        rows, columns = np.array(sorted(cells), dtype=int).reshape(-1, 2).T
        return sparse.csr_matrix((np.ones(len(cells)), (rows, columns)), shape=(len(self), len(subjects)))


def raters_of(statements: Sequence[Statement], posts: Mapping[str, Post], subject: Mapping[str, str]) -> Raters:
    """Everybody with a statement in a rated post; `subject` maps themes to what counts as one subject."""
    row: dict[str, int] = {}
    said: defaultdict[tuple[int, str], Counter[str]] = defaultdict(Counter)
    wrote: defaultdict[int, set[str]] = defaultdict(set)
    # numbered by their statements, not by name: the salt of hashed names must not reach the bootstrap
    for statement in sorted(statements, key=lambda statement: statement.id):
        if posts[statement.post_id].rating is not None:
            person = row.setdefault(statement.person, len(row))
            said[person, subject.get(statement.theme_id, "")][statement.polarity] += 1
            wrote[person].add(statement.post_id)
    mood = np.zeros((len(row), 2))
    for (person, _), count in said.items():
        mood[person] = np.maximum(mood[person], (count["neg"] > 0, count["pos"] > 0))
    rating = [float(np.mean([posts[post_id].rating for post_id in sorted(wrote[n])])) for n in range(len(row))]
    return Raters(
        rating=np.array(rating), mood=mood, sources=_sources([wrote[n] for n in range(len(row))], posts), says=said
    )


def _sources(wrote: Sequence[set[str]], posts: Mapping[str, Post]) -> Vector:
    shares = [Counter(posts[post_id].source for post_id in ids) for ids in wrote]
    people = Counter(source for share in shares for source in share)
    ordered = sorted(people, key=lambda source: (-people[source], source))
    large = [source for source in ordered[1:] if people[source] >= _FEWEST_OF_SOURCE]
    found = [share[source] / share.total() for share in shares for source in large]
    return np.array(found, dtype=float).reshape(len(wrote), len(large))
