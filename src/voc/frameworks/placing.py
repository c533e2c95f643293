"""The frameworks: from evidence and effort to a score and a place.

- RICE: reach times impact times confidence, over effort (McBride, Intercom 2016).
- ICE: impact times confidence times ease, each from 1 to 10 (Ellis & Brown, Hacking Growth 2017).
- WSJF: cost of delay over the size of the job (Reinertsen, The Principles of Product Development Flow 2009), cost of
  delay being user value, time criticality and risk reduction on the Fibonacci scale of SAFe.
- Opportunity: importance plus what satisfaction lacks of it (Ulwick, What Customers Want 2005).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from voc.frameworks.merits import Merits, at_least

Cell = float | int | str | None
Ingredients = dict[str, Cell]

# least share of all people -> user value
VALUE_RULES: Mapping[float, float] = {0.10: 20, 0.05: 13, 0.02: 8, 0.01: 5, 0.005: 3, 0.002: 2}
URGENCY: Mapping[str, int] = {"surging": 13, "new": 8, "returned": 8, "steady": 3, "": 3, "falling": 1}
RISK: Mapping[float, int] = {3.0: 13, 2.0: 8, 1.0: 5, 0.5: 2, 0.25: 1}  # impact -> risk reduction
# most person-weeks -> ease
EASE_RULES: Mapping[float, int] = {0.5: 10, 1: 8, 2: 6, 4: 4, 8: 2}
_HARD = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """A suggestion in the order of a framework.

    `score` is None where it needs an effort that nobody gave; `without_effort` is then what the evidence alone comes
    to. Suggestions with a score come before those without, since the two are not alike.
    """

    place: int
    theme_id: str
    ingredients: Mapping[str, Cell]
    score: float | None
    without_effort: float
    doubts: tuple[str, ...] = ()


def place(framework: str, merits: Sequence[Merits], *, efforts: Mapping[str, float] | None = None) -> list[Placed]:
    """Suggestions by a framework of `FRAMEWORKS`, best first; ties stay in the order of their ranks.

    `efforts` are person-weeks by theme id.
    """
    scored = [
        (merit, FRAMEWORKS[framework](merit, (efforts or {}).get(merit.theme_id)))
        for merit in sorted(merits, key=lambda merit: merit.rank)
    ]
    scored.sort(key=lambda pair: (pair[1].score is None, -round(_decisive(pair[1]), 9)))
    return [
        Placed(
            place=n,
            theme_id=merit.theme_id,
            ingredients=result.ingredients,
            score=result.score,
            without_effort=result.without_effort,
            doubts=merit.doubts,
        )
        for n, (merit, result) in enumerate(scored, start=1)
    ]


@dataclass(frozen=True, slots=True)
class _Result:
    ingredients: Ingredients
    score: float | None
    without_effort: float


def _decisive(result: _Result) -> float:
    return result.without_effort if result.score is None else result.score


def _rice(merit: Merits, effort: float | None) -> _Result:
    """
    >>> m = Merits(theme_id="t", rank=1, reach=40, impact=2, confidence=0.8, doubts=(), importance=9, satisfaction=4,
    ...     share=0.03, trend="new")
    >>> _rice(m, 4).score, _rice(m, None).score, _rice(m, None).without_effort
    (16.0, None, 64.0)
    """
    value = merit.reach * merit.impact * merit.confidence
    shown: Ingredients = {"reach": merit.reach, "impact": merit.impact, "confidence": merit.confidence}
    return _Result({**shown, "effort": effort}, None if effort is None else value / effort, value)


def _ice(merit: Merits, effort: float | None) -> _Result:
    """Impact is the geometric mean of importance and of the impact of RICE, which 3 makes ten."""
    impact = round(max(1.0, (merit.importance * merit.impact * 10 / 3) ** 0.5), 2)
    confidence = round(10 * merit.confidence)
    ease = None if effort is None else next((e for weeks, e in EASE_RULES.items() if effort <= weeks), _HARD)
    shown: Ingredients = {"impact": impact, "confidence": confidence, "effort": effort, "ease": ease}
    return _Result(shown, None if ease is None else impact * confidence * ease, impact * confidence)


def _wsjf(merit: Merits, effort: float | None) -> _Result:
    value = int(at_least(merit.share, VALUE_RULES, 1))
    urgency, risk = URGENCY[merit.trend], RISK[merit.impact]
    delay = value + urgency + risk
    shown: Ingredients = {"user_value": value, "time_criticality": urgency, "risk_reduction": risk}
    return _Result(
        {**shown, "cost_of_delay": delay, "effort": effort}, None if effort is None else delay / effort, delay
    )


def _opportunity(merit: Merits, _: float | None) -> _Result:
    score = round(merit.importance + max(merit.importance - merit.satisfaction, 0), 4)
    return _Result({"importance": merit.importance, "satisfaction": merit.satisfaction}, score, score)


FRAMEWORKS: Mapping[str, Callable[[Merits, float | None], _Result]] = {
    "rice": _rice,
    "ice": _ice,
    "opportunity": _opportunity,
    "wsjf": _wsjf,
}
NEEDS_EFFORT = frozenset({"rice", "ice", "wsjf"})
