"""Which value falls short for people, and what it costs them: per theme, and over all."""

from __future__ import annotations

from collections.abc import Sequence

from voc.datatypes import AXES, Axis, Statement, Theme, ValueClass
from voc.report.evidence import Evidence
from voc.report.figure import count_people
from voc.report.model import Carried, ClassLine, Sentence, ThemeCount, ValueAxis
from voc.report.narration import mark
from voc.report.phrases import Phrases

_LEAST = 0.2  # share of a theme's people below which a class says little of it
_FEWEST = 2  # people: what one person pays is no finding
_TOP = 3
_JUDGED = ("request", "need", "problem", "question")


def carried(evidence: Evidence, theme: Theme, statements: Sequence[Statement], words: Phrases) -> tuple[Carried, ...]:
    """The value and the cost that most people of a theme speak of, each if two people and a fifth of all do."""
    n_people = count_people(statement.person for statement in statements)
    found = []
    for axis in AXES:
        counted = [(_people(statements, known), known) for known in evidence.classes(axis)]
        most, known = max(counted, key=lambda pair: pair[0], default=(0, None))
        if known is not None and most >= max(_FEWEST, _LEAST * n_people):
            own = [statement for statement in statements if getattr(statement, axis) == known.id]
            where = {"theme": theme.id, axis: known.id}
            found.append(
                Carried(
                    axis=axis,
                    axis_label=words[f"axis.{axis}"],
                    id=known.id,
                    label=_in_language(known, "", words),
                    share=evidence.count("share_of_theme", own, **where),
                )
            )
    return tuple(found)


def value_axes(evidence: Evidence, words: Phrases) -> tuple[ValueAxis, ...]:
    """Both axes with all their classes, cost first: it is what the section asks for."""
    return tuple(_axis(evidence, axis, words) for axis in reversed(AXES) if evidence.classes(axis))


def _axis(evidence: Evidence, axis: Axis, words: Phrases) -> ValueAxis:
    judged = [statement for statement in evidence.run.statements if statement.kind in _JUDGED]
    lines = [_line(evidence, axis, known, judged, words) for known in evidence.classes(axis)]
    without = [statement for statement in judged if not getattr(statement, axis)]
    rest = evidence.count("n_statements", without, kind=" ".join(_JUDGED), **{axis: ""})
    before, _, after = words[f"axis.{axis}.rest"].partition("{n}")
    return ValueAxis(
        axis=axis,
        label=words[f"axis.{axis}"],
        lines=tuple(sorted(lines, key=lambda line: -line.n_people.value)),
        rest=Sentence(parts=(before, rest, after)),
    )


def _line(evidence: Evidence, axis: Axis, known: ValueClass, judged: Sequence[Statement], words: Phrases) -> ClassLine:
    own = [statement for statement in judged if getattr(statement, axis) == known.id]
    return ClassLine(
        id=known.id,
        label=_in_language(known, "", words),
        means=_in_language(known, "_means", words),
        n_people=evidence.count("n_people", own, **{axis: known.id}),
        share=evidence.count("share_of_people", own, **{axis: known.id}),
        themes=_themes(evidence, axis, known, own, words),
    )


def _themes(
    evidence: Evidence, axis: Axis, known: ValueClass, own: Sequence[Statement], words: Phrases
) -> tuple[ThemeCount, ...]:
    ranks = {suggestion.theme_id: suggestion.rank for suggestion in evidence.run.suggestions}
    members: dict[str, list[Statement]] = {}
    for statement in own:
        members.setdefault(statement.theme_id, []).append(statement)
    counts = [
        ThemeCount(
            theme_id=theme_id,
            name=evidence.themes[theme_id].name,
            rank=ranks.get(theme_id),
            n_people=evidence.count("n_people", said, theme=theme_id, **{axis: known.id}),
            mark=mark(evidence, theme_id, words),
        )
        for theme_id, said in members.items()
        if theme_id
    ]
    several = [count for count in counts if count.n_people.value >= _FEWEST]
    return tuple(sorted(several, key=lambda count: (-count.n_people.value, count.name, count.theme_id))[:_TOP])


def _people(statements: Sequence[Statement], known: ValueClass) -> int:
    return count_people(statement.person for statement in statements if getattr(statement, known.axis) == known.id)


def _in_language(known: ValueClass, field: str, words: Phrases) -> str:
    return str(getattr(known, words["axis.language"] + field))
