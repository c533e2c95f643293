"""What moves the ratings, in figures and in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voc.datatypes import Statement, Theme
from voc.report.conclude import fill
from voc.report.evidence import Evidence
from voc.report.figure import Figure, Measure
from voc.report.model import AspectLine, DriverLine, Satisfaction, Sentence
from voc.report.narration import called
from voc.report.phrases import Phrases
from voc.satisfaction import CONFIDENCE, Aspect, Driver

_TOLD = {"lower": 3, "higher": 2}  # sentences


def satisfaction(evidence: Evidence, words: Phrases) -> Satisfaction:
    """The themes that pull the average rating down or up, and hints by area; or why there are none."""
    drivers = evidence.drivers
    if drivers.reason:
        return Satisfaction(absent=words[f"drivers.{drivers.reason}"])
    lines = [line for driver in drivers.themes if (line := _line(evidence, driver, words))]
    lines.sort(key=lambda line: (line.effect, line.theme_id))
    lower = tuple(line for line in lines if line.effect < 0)
    higher = tuple(line for line in reversed(lines) if line.effect >= 0)
    return Satisfaction(
        absent="",
        told=tuple(_told(evidence, lower, higher, words)),
        lower=lower,
        higher=higher,
        aspects=tuple(filter(None, (_aspect(evidence, aspect, words) for aspect in drivers.aspects))),
        untold=tuple(aspect.area for aspect in drivers.aspects if aspect.hint == "too little data"),
        notes=tuple(words[key].format(confidence=_confidence()) for key in words if key.startswith("drivers.note.")),
    )


def _line(evidence: Evidence, driver: Driver, words: Phrases) -> DriverLine | None:
    theme = evidence.themes[driver.theme_id]
    ranks = {suggestion.theme_id: suggestion.rank for suggestion in evidence.run.suggestions}
    is_shown = theme.id in ranks or theme.kind == "praise"
    if not is_shown or driver.gap is None or driver.excess is None or driver.contribution is None:
        return None
    people = evidence.count("n_people", _rated(evidence, evidence.of(theme)), theme=theme.id, rated="yes")
    hints = {aspect.area: aspect.hint for aspect in evidence.drivers.aspects}
    hint = hints.get(theme.area, "too little data")
    return DriverLine(
        theme_id=theme.id,
        name=called(evidence, theme.id, words),
        kind=theme.kind,
        kind_label=words[f"kind.{theme.kind}"],
        rank=ranks.get(theme.id),
        n_people=people,
        gap=driver.gap.value,
        gap_low=driver.gap.low,
        gap_high=driver.gap.high,
        excess=driver.excess.value,
        excess_low=driver.excess.low,
        excess_high=driver.excess.high,
        effect=driver.contribution.value,
        effect_low=driver.contribution.low,
        effect_high=driver.contribution.high,
        hint=hint,
        hint_label=words[f"hint.{hint}"],
    )


def _aspect(evidence: Evidence, aspect: Aspect, words: Phrases) -> AspectLine | None:
    if aspect.penalty is None or aspect.reward is None:
        return None
    themes = [theme for theme in evidence.run.themes if theme.area == aspect.area]
    complain, praise = (_side(evidence, themes, polarity, area=aspect.area) for polarity in ("neg", "pos"))
    return AspectLine(
        area=aspect.area,
        n_complain=complain,
        n_praise=praise,
        penalty=aspect.penalty.value,
        penalty_low=aspect.penalty.low,
        penalty_high=aspect.penalty.high,
        reward=aspect.reward.value,
        reward_low=aspect.reward.low,
        reward_high=aspect.reward.high,
        hint=aspect.hint,
        hint_label=words[f"hint.{aspect.hint}"],
    )


def _told(
    evidence: Evidence, lower: Sequence[DriverLine], higher: Sequence[DriverLine], words: Phrases
) -> Iterator[Sentence]:
    """What complaint and praise go with anyway, then the themes that surely move the average most."""
    yield from _usual(evidence, words)
    n = 0
    for way, lines in (("lower", lower), ("higher", higher)):
        sure = [line for line in lines if _is_sure(line)]
        for line in sure[: _TOLD[way]]:
            n += 1
            low, high = sorted((abs(line.gap_low), abs(line.gap_high)))
            yield Sentence(
                parts=fill(
                    words[f"drivers.told.{way}"],
                    name=line.name,
                    gap=_size("stars_of_gap", line.gap, line.n_people),
                    confidence=_confidence(),
                    low=f"{low:.1f}",
                    high=f"{high:.1f}",
                    effect=_size("pull_on_average", line.effect, line.n_people),
                )
            )
    if not n:
        yield Sentence(parts=(words["drivers.told.nothing"],))


def _usual(evidence: Evidence, words: Phrases) -> Iterator[Sentence]:
    found = evidence.drivers
    if not (found.complaint and found.praise and found.complaint.value < 0 < found.praise.value):
        return
    people = evidence.count("n_people", _rated(evidence, evidence.run.statements), rated="yes")
    complaint, praise = (_side(evidence, None, polarity) for polarity in ("neg", "pos"))
    parts = fill(
        words["drivers.usual"],
        n=people,
        mean=_size("average_rating", found.mean, people),
        complaint=_size("stars_of_mood", found.complaint.value, complaint),
        praise=_size("stars_of_mood", found.praise.value, praise),
    )
    yield Sentence(parts=parts)


def _is_sure(line: DriverLine) -> bool:
    """Whether gap and effect are on the same side of nought with all of their intervals."""
    bounds = (line.gap_low, line.gap_high, line.effect_low, line.effect_high)
    return all(bound < 0 for bound in bounds) or all(bound > 0 for bound in bounds)


def _side(evidence: Evidence, themes: Sequence[Theme] | None, polarity: str, **where: str) -> Figure:
    """People with a rating who complain, or praise; of these themes, or of anything."""
    said = evidence.run.statements if themes is None else [s for theme in themes for s in evidence.of(theme)]
    chosen = [statement for statement in _rated(evidence, said) if statement.polarity == polarity]
    return evidence.count("n_people", chosen, **where, polarity=polarity, rated="yes")


def _rated(evidence: Evidence, statements: Sequence[Statement]) -> list[Statement]:
    return [statement for statement in statements if evidence.posts[statement.post_id].rating is not None]


def _size(measure: Measure, value: float, people: Figure) -> Figure:
    """How large a number about the people of a figure is; the words around it say which way."""
    return Figure(value=abs(value), measure=measure, post_ids=people.post_ids, where=people.where)


def _confidence() -> str:
    return f"{CONFIDENCE:.0%}"
