"""Names in the members' own words: stretches of their clauses that hold what is typical of the cluster."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cache

from voc.label.evidence import Evidence
from voc.label.frames import Scored
from voc.label.lexicon import lexicon
from voc.label.phrases import asks, units
from voc.label.windows import Window, windows

_MEMBERS = 30  # the most central ones are read
_WORDS, _WORD_WEIGHT = 3, 0.6
_TRUST, _TRUST_UNSAID, _DOUBT = 0.65, 0.5, 0.5  # against a name from the lexicon
_REPEATED = 0.5
_TELLING = 0.02
_RARE = 0.12  # of the members: what so few say of a thing does not name it
_THIN = 0.3  # of the members: a word that fewer say narrows the name to a part of the theme
_COMFORTABLE, _PER_UNIT = 7, 0.06  # units, and what each further one costs


def own_words(evidence: Evidence) -> Iterable[Scored]:
    """Phrases of the most central members, each with its score; what several members say word for word gains."""
    central = sorted(range(len(evidence.readings)), key=lambda i: (-evidence.weights[i], evidence.readings[i].text))
    said: dict[str, float] = defaultdict(float)
    count: Counter[str] = Counter()
    found: dict[str, Window] = {}
    for i in central[:_MEMBERS]:
        for window in {window.name: window for window in windows(evidence.readings[i], wish=evidence.asks)}.values():
            said[window.name] += evidence.weights[i]
            count[window.name] += 1
            found.setdefault(window.name, window)
    worth = _Worth(evidence)
    for name, window in found.items():
        tail = _tail(evidence) if window.only_things else ""
        yield name + tail, worth.of(window) + _REPEATED * said[name] * evidence.support(count[name])


def _tail(evidence: Evidence) -> str:
    """What follows the name of a thing of which nothing is said."""
    if evidence.asks:
        return ""
    return "好评" if evidence.praises else "咨询" if evidence.inquires else "问题"


class _Worth:
    """What words and predicates are worth in one cluster, each looked up once."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._words: dict[str, float] = {}
        self._predicates = {
            known.name: evidence.typical(("predicate", known.name)) * evidence.fit(known)
            for known in lexicon().predicates
        }

    def of(self, window: Window) -> float:
        """The best predicate and the best words, less for what says nothing, for length, and for doubtful form."""
        said = max((self._predicates[name] for name in window.predicates), default=0.0)
        words = sorted((self._word(word) for word, _ in window.words), reverse=True)[: _WORDS - bool(said)]
        telling = sum(size for word, size in window.words if self._word(word) > _TELLING) + window.covered
        size = max(1.0, units(window.name))
        brevity = 1 - _PER_UNIT * max(0.0, size - _COMFORTABLE)
        return self._trust(window, said) * (said + _WORD_WEIGHT * sum(words)) * min(1.0, telling / size) * brevity

    def _trust(self, window: Window, said: float) -> float:
        rare = said and max(self._evidence.share(("predicate", name)) for name in window.predicates) < _RARE
        asks_for_nothing = not self._evidence.asks and window.predicates and not asks(window.name)
        thin = any(
            self._word(word) > _TELLING and self._evidence.share(("word", word)) < _THIN for word, _ in window.words
        )
        wishes = asks_for_nothing and window.predicates <= _wishes()
        doubtful = rare or thin or wishes or (self._evidence.praises and not said)
        return (_TRUST if said or self._evidence.asks else _TRUST_UNSAID) * (_DOUBT if doubtful else 1.0)

    def _word(self, word: str) -> float:
        if word not in self._words:
            self._words[word] = 0.0 if word in lexicon().empty else self._evidence.typical(("word", word))
        return self._words[word]


@cache
def _wishes() -> frozenset[str]:
    return frozenset(known.name for known in lexicon().predicates if known.sort == "wish")
