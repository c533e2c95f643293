"""Stretches of a statement that could be a name in its author's own words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from voc.label.lexicon import lexicon
from voc.label.phrases import LONGEST, PARTICLES, kept_characters, polish, units
from voc.label.reading import Reading

_ATOMS = 6
_SUFFIXES = frozenset("键秤页器机费版锁灯锅箱门网券号率量性度感图表钟声音盘端店员权价单位")
_NEGATIONS = frozenset("没不无加")
_THING, _SURE = 0.5, 0.9  # how likely a word must be a noun to count as a thing; to stand as a name alone


@dataclass(frozen=True, slots=True)
class Atom:
    """A piece of a clause: a content word, or a run of characters between them (`word` empty)."""

    text: str
    start: int
    end: int
    word: str = ""
    noun: float = 0.0


@dataclass(frozen=True, slots=True)
class Window:
    """A name and what it holds: content words with their lengths in `units`, predicates, units these cover.

    `only_things` is true where it names things and says nothing of them.
    """

    name: str
    words: frozenset[tuple[str, float]]
    predicates: frozenset[str]
    covered: float
    only_things: bool


def windows(reading: Reading, *, wish: bool) -> Iterator[Window]:
    """The windows of a statement, of up to six atoms of one clause; `wish` words what it lacks as a request."""
    for start, end in reading.clauses:
        atoms = list(_atoms(reading, start, end))
        for i in range(len(atoms)):
            for j in range(i, min(i + _ATOMS, len(atoms))):
                window = _window(reading, atoms[i : j + 1], at_start=i == 0, wish=wish)
                if window and units(window.name) > LONGEST:
                    break
                if window:
                    yield window


def _window(reading: Reading, atoms: list[Atom], *, at_start: bool, wish: bool) -> Window | None:
    predicates = frozenset(
        name for name, (a, b) in reading.predicates.items() if atoms[0].start <= a and b <= atoms[-1].end
    )
    inside = [reading.predicates[name] for name in predicates]
    covered = [any(a < atom.end and atom.start < b for a, b in inside) for atom in atoms]
    words = [atom for atom, said in zip(atoms, covered, strict=True) if atom.word and not said]
    if not _well_formed(atoms, covered, words, at_start=at_start):
        return None
    lead = atoms[0].text if atoms[0].word else atoms[0].text.lstrip(PARTICLES)
    text = lead + "".join(atom.text for atom in atoms[1:])
    return Window(
        polish(text, wish=wish),
        frozenset((atom.word, units(atom.text)) for atom in words),
        predicates,
        sum(units(atom.text) for atom, said in zip(atoms, covered, strict=True) if said),
        not any(covered) and all(atom.noun >= _SURE for atom in atoms),
    )


def _well_formed(atoms: list[Atom], covered: list[bool], words: list[Atom], *, at_start: bool) -> bool:
    """Whether a window reads as a name: a thing, and a predicate at one end of it, with known words at both ends."""
    first, last = atoms[0], atoms[-1]
    distinct = len({atom.word for atom in words}) == len(words)
    things = [atom.noun >= _THING for atom in words]
    negated = first.text[0] in _NEGATIONS and len(first.text) <= 2
    known_start = first.word or covered[0] or negated or (at_start and len(first.text) > 1)
    known_ends = known_start and (last.word or covered[-1])
    if not (distinct and known_ends and any(things)):
        return False
    if not any(covered):
        return len(atoms) > 1
    return covered[-1] != covered[0] and (covered[-1] or all(things))


def _atoms(reading: Reading, start: int, end: int) -> Iterator[Atom]:
    """The content words of a clause and the runs of kept characters between them."""
    kept = kept_characters(reading.text, start, end, reading.words)
    word_at = {a: _word_atom(reading, n, end) for n, (a, b) in enumerate(reading.words) if start <= a < b <= end}
    i = start
    while i < end:
        if i in word_at:
            if kept[i - start]:
                yield word_at[i]
            i = word_at[i].end
            continue
        stop = i
        while stop < end and stop not in word_at and kept[stop - start]:
            stop += 1
        if stop > i:
            yield Atom(reading.text[i:stop], i, stop)
        i = max(stop, i + 1)


def _word_atom(reading: Reading, n: int, clause_end: int) -> Atom:
    """The n-th token, with the one character that makes it a thing (体脂·秤), Latin terms in their usual case."""
    (start, end), token = reading.words[n], reading.tokens[n]
    starts = {a for a, _ in reading.words}
    shown = lexicon().aliases.get(token, reading.text[start:end]) if token.isascii() else reading.text[start:end]
    if end < clause_end and end not in starts and reading.text[end] in _SUFFIXES:
        return Atom(shown + reading.text[end], start, end + 1, token, 1.0)
    return Atom(shown, start, end, token, reading.nouns[n])
