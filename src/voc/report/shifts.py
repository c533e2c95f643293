"""Themes that merged or split since the last run, by name: else their numbers would look like falls and surges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from voc.report.evidence import Evidence
from voc.report.model import Sentence, Shift
from voc.report.phrases import Phrases

_NAMED = 3


def shifts(evidence: Evidence, words: Phrases) -> tuple[Shift, ...]:
    """What was found to have merged or split in this run, then what people merged or split, each once."""
    names = _names(evidence)
    unknown = words["shift.unknown"]
    ranked = {suggestion.theme_id for suggestion in evidence.run.suggestions}
    told = []
    for event, before, after in (*_found(evidence), *_decided(evidence)):
        if not any(theme_id in names for theme_id in before):
            continue  # nobody would know what it is about
        old, new = (tuple(dict.fromkeys(names.get(i, unknown) for i in ids)) for ids in (before, after))
        values = {"before": _listed(old, words), "after": _listed(new, words)}
        text = words[f"shift.{event}.told"].format(**values)
        shift = Shift(event=event, label=words[f"shift.{event}"], before=old, after=new, text=text)
        told.append((not ranked & set(after), shift))
    # those of suggestions first
    return tuple(dict.fromkeys(shift for _, shift in sorted(told, key=lambda pair: pair[0])))


def told_shifts(changes: Sequence[Shift], words: Phrases) -> tuple[Sentence, ...]:
    """The first of them in one sentence of the conclusions, if there are any."""
    if not changes:
        return ()
    told = words["shift.joint"].join(change.text for change in changes[:_NAMED])
    return (Sentence(parts=(words["shifts"], words["shift.lead"], told, words["shift.end"])),)


def _names(evidence: Evidence) -> Mapping[str, str]:
    """Names by id, those of this run first; a theme that is gone is known by its last one, a plan or a decision."""
    run = evidence.run
    names = {**run.former}
    names |= {plan.theme_id: plan.name for plan in run.plans}
    names |= {i: n for e in run.effects for i, n in zip(e.decision.themes, e.decision.names, strict=False)}
    return names | {theme.id: theme.name for theme in (*run.found, *run.themes)}


def _found(evidence: Evidence) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    for event in evidence.run.events:
        if event.event in ("merged", "split"):
            yield event.event, event.before, event.after


def _decided(evidence: Evidence) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Decisions are done again in every run: only those made since the last one are news."""
    start = evidence.windows[-1].partition("/")[0] if evidence.windows else ""
    for effect in evidence.done("merge") + evidence.done("split"):
        if effect.decision.as_of < start or len(effect.acts_on) < 2:
            continue
        if effect.decision.action == "merge":
            yield "merged", effect.acts_on, effect.acts_on[:1]
        else:
            yield "split", effect.acts_on[:1], effect.acts_on


def _listed(names: Sequence[str], words: Phrases) -> str:
    return words["say.separator"].join(words["shift.name"].format(name=name) for name in names)
