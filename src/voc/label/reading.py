"""What a statement says: the predicates of the lexicon in it, the things it names, the scenes it plays in."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from voc.label.lexicon import lexicon
from voc.label.phrases import clauses, locate, units

_NOUN, _UNKNOWN, _VERB = 1.0, 0.8, 0.3
_LONGEST_THING = 6
Feature = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Thing:
    """A noun, or two that touch, at a place in the text; `weight` says how likely it is one."""

    name: str
    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True)
class Reading:
    """One statement: predicate -> where its wording stands; things; scenes; clauses; the tokens and their places."""

    text: str
    tokens: tuple[str, ...]
    words: tuple[tuple[int, int], ...]
    nouns: tuple[float, ...]
    predicates: dict[str, tuple[int, int]]
    things: tuple[Thing, ...]
    scenes: tuple[str, ...]
    clauses: tuple[tuple[int, int], ...]
    features: frozenset[Feature]

    def clause_of(self, position: int) -> int:
        """The number of the clause a position lies in, -1 for none."""
        return next((n for n, (start, end) in enumerate(self.clauses) if start <= position < end), -1)


def read(text: str, tokens: Sequence[str], nouns: dict[str, float]) -> Reading:
    """Read one statement; `nouns` are the weights from `noun_weights`."""
    words = tuple(locate(text, tokens))
    predicates = {known.name: found.span() for known in lexicon().predicates if (found := known.wordings.search(text))}
    things = tuple(_things(text, tokens, words, nouns))
    scenes = tuple(name for name, wordings in lexicon().scenes if wordings.search(text))
    features = [
        *(("predicate", name) for name in predicates),
        *(("thing", thing.name) for thing in things),
        *(("scene", name) for name in scenes),
        *(("word", token) for token in tokens),
    ]
    return Reading(
        text,
        tuple(tokens),
        words,
        tuple(nouns.get(token, 0.0) for token in tokens),
        predicates,
        things,
        scenes,
        tuple(clauses(text)),
        frozenset(features),
    )


def _things(
    text: str, tokens: Sequence[str], words: Sequence[tuple[int, int]], nouns: dict[str, float]
) -> Iterable[Thing]:
    last: Thing | None = None
    for token, (start, end) in zip(tokens, words, strict=True):
        weight = nouns.get(token, 0.0)
        thing = Thing(lexicon().aliases.get(token, text[start:end]), start, end, weight)
        if end == start or not weight:
            last = None
            continue
        if weight > _VERB:
            yield thing
        if last and weight > _VERB and last.name != thing.name and text[last.end : start] in ("", "的", " "):
            joined = last.name + thing.name
            if units(joined) <= _LONGEST_THING:
                yield Thing(joined, last.start, end, weight)
        last = thing


def noun_weights(vocabulary: Iterable[str]) -> dict[str, float]:
    """Word -> how likely it names a thing, by the tags of jieba's dictionary; words that cannot are left out."""
    wanted = set(vocabulary)
    tags = _tags(wanted)
    banned, empty = lexicon().banned, lexicon().empty
    weights = {}
    for word in sorted(wanted):
        if banned.search(word) or word in empty or len(word) < 2 or word.isdecimal():
            continue
        if weight := _weight(word, tags.get(word, "")):
            weights[word] = weight
    return weights


def _weight(word: str, tag: str) -> float:
    if word[0].isdigit():
        return 0.0
    if word.isascii() or tag.startswith("n") or tag in ("vn", "eng", "j", "s"):
        return _NOUN
    return _VERB if tag == "v" else 0.0 if tag else _UNKNOWN


def _tags(wanted: set[str]) -> dict[str, str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # invalid escapes in jieba's sources
        import jieba
    tags = {}
    with jieba.get_dict_file() as lines:
        for line in lines:
            word, _, tag = line.decode("utf-8").split()
            if word in wanted:
                tags[word] = tag
    return tags
