"""Names put together from the lexicon: scene, object and predicate that members mention together."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from voc.label.evidence import Evidence
from voc.label.lexicon import Predicate, lexicon
from voc.label.reading import Reading

Scored = tuple[str, float]
_PREDICATES = 6
_THINGS = 4
_FAR = 0.4  # an object in another clause than the predicate
_MIN_SHARE = 0.4  # of the members with the predicate that must name the object, or the scene
_MIN_SCENE_SHARE = 0.5
_MAX_LIFT = 2.5  # from here on the share of members decides
_SPARE = 0.4  # an object before a name that needs none: only to tell two themes apart
_THING_BONUS, _SCENE_BONUS = 0.6, 0.4


def frames(evidence: Evidence) -> Iterable[Scored]:
    """Names from the predicates most typical of the cluster, each with its score."""
    scored = [
        (evidence.typical(("predicate", known.name)) * evidence.fit(known), n)
        for n, known in enumerate(lexicon().predicates)
    ]
    for score, n in sorted(scored, key=lambda item: (-item[0], item[1]))[:_PREDICATES]:
        if score > 0:
            yield from _of_predicate(evidence, lexicon().predicates[n], score)


def _of_predicate(evidence: Evidence, known: Predicate, score: float) -> Iterable[Scored]:
    with_it = [(w, r) for w, r in zip(evidence.weights, evidence.readings, strict=True) if known.name in r.predicates]
    things = _things(evidence, known, with_it)
    scenes = [("", 0.0), *(_scenes(evidence, known, with_it) if known.sort == "fault" else [])]
    for scene, scene_bonus in scenes:
        for thing, bonus in [("", 0.0), *things]:
            if not _overlap(scene, thing):
                if thing and not known.takes_object:
                    yield thing + known.name, (score + bonus) * _SPARE
                else:
                    said_of = thing or ("" if scene else known.default)
                    yield scene + known.render(said_of), score + bonus + scene_bonus


def _things(evidence: Evidence, known: Predicate, with_it: list[tuple[float, Reading]]) -> list[Scored]:
    total = sum(weight for weight, _ in with_it)
    mass: dict[str, float] = defaultdict(float)
    nouniness: dict[str, float] = {}
    count: Counter[str] = Counter()
    for weight, reading in with_it:
        for name, (closeness, noun) in _near(reading, known).items():
            mass[name] += weight * closeness
            nouniness[name] = noun
            count[name] += 1
    bonus = {
        name: _THING_BONUS
        * m
        * min(_MAX_LIFT, evidence.lift(("thing", name)))
        * nouniness[name]
        * evidence.support(count[name])
        for name, m in mass.items()
        if m >= _MIN_SHARE * total
        and name != known.default
        and not _overlap(name, known.name)
        and not known.wordings.search(name)
    }
    return sorted(bonus.items(), key=lambda item: (-round(item[1], 6), item[0]))[:_THINGS]


def _near(reading: Reading, known: Predicate) -> dict[str, tuple[float, float]]:
    """The things of a statement outside the predicate's own wording: how close each is, how surely it is a noun."""
    start, end = reading.predicates[known.name]
    here = reading.clause_of(start)
    found: dict[str, tuple[float, float]] = {}
    for thing in reading.things:
        if thing.end <= start or end <= thing.start:
            closeness = 1.0 if reading.clause_of(thing.start) == here else _FAR
            found[thing.name] = max(found.get(thing.name, (0.0, 0.0)), (closeness, thing.weight))
    return found


def _scenes(evidence: Evidence, known: Predicate, with_it: list[tuple[float, Reading]]) -> list[Scored]:
    total = sum(weight for weight, _ in with_it)
    mass: dict[str, float] = defaultdict(float)
    count: Counter[str] = Counter()
    for weight, reading in with_it:
        for scene in reading.scenes:
            mass[scene] += weight
            count[scene] += 1
    bonus = [
        (scene, _SCENE_BONUS * m * evidence.lift(("scene", scene)) * evidence.support(count[scene]))
        for scene, m in mass.items()
        if m >= _MIN_SCENE_SHARE * total and not _overlap(scene, known.name)
    ]
    return sorted(bonus, key=lambda item: (-round(item[1], 6), item[0]))[:1]


def _overlap(a: str, b: str) -> bool:
    return any(a[i : i + 2] in b for i in range(len(a) - 1))
