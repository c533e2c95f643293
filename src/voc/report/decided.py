"""What people decided, and what became of it in this run."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from voc.datatypes import Decision, Effect
from voc.report.conclude import Part, fill
from voc.report.evidence import Evidence
from voc.report.model import DecisionLine, Sentence
from voc.report.phrases import Phrases


def decided(evidence: Evidence, words: Phrases) -> tuple[DecisionLine, ...]:
    """Every decision in force, by number."""
    return tuple(_line(evidence, effect, words) for effect in evidence.run.effects)


def _line(evidence: Evidence, effect: Effect, words: Phrases) -> DecisionLine:
    decision = effect.decision
    parts = fill(words[_template(decision)], **_VALUES[decision.action](decision, words))
    if decision.action == "mute" and effect.outcome == "applied":
        statements = [s for theme_id in effect.acts_on for s in evidence.of(evidence.themes[theme_id])]
        theme = " ".join(effect.acts_on)
        counted = fill(
            words["decided.muted"],
            people=evidence.count("n_people", statements, theme=theme),
            posts=evidence.count("n_posts", statements, theme=theme),
        )
        parts = (*parts, *counted)
    # merged on by a later decision, it is not there any more
    now = next((evidence.themes[theme_id].name for theme_id in effect.acts_on if theme_id in evidence.themes), "")
    return DecisionLine(
        number=decision.number,
        date=evidence.local_date(decision.at),
        who=decision.who,
        action=decision.action,
        action_label=words[f"decide.{decision.action}"],
        told=Sentence(parts=parts),
        outcome=effect.outcome,
        outcome_label=words[f"outcome.{effect.outcome}"].format(name=now),
        theme_ids=effect.acts_on,
    )


def _template(decision: Decision) -> str:
    picked = decision.action == "split" and "query" not in decision.arguments
    return f"decided.{decision.action}" + (".picked" if picked else "")


def _first(decision: Decision) -> str:
    return (decision.names or decision.themes)[0]


def _merge(decision: Decision, words: Phrases) -> Mapping[str, Part]:
    others = (decision.names or decision.themes)[1:]
    return {"name": _first(decision), "others": words["say.separator"].join(f"“{other}”" for other in others)}


def _split(decision: Decision, _: Phrases) -> Mapping[str, Part]:
    arguments = decision.arguments
    how = arguments.get("query") or str(len(arguments.get("statements", ())))
    return {"name": _first(decision), "part": str(arguments["name"]), "how": str(how)}


def _plain(*keys: str) -> Callable[[Decision, Phrases], Mapping[str, Part]]:
    return lambda decision, _: {"name": _first(decision)} | {key: str(decision.arguments[key]) for key in keys}


_VALUES: Mapping[str, Callable[[Decision, Phrases], Mapping[str, Part]]] = {
    "rename": lambda decision, _: {"old": _first(decision), "new": str(decision.arguments["name"])},
    "merge": _merge,
    "split": _split,
    "move": _plain("area"),
    "pin": _plain(),
    "mute": _plain(),
    "note": _plain("text"),
}
