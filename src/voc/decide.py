"""Decisions of people, done again in every run: rename, merge, split, move, pin, mute, note, undo.

Themes are found first, as if nobody had decided anything, and keep their ids from run to run by that alone
(see `voc.lineage`). The decisions in force are then applied to what was found: first those that change which statements
are together (merge, split), then what is said of a theme (rename, move, pin, mute, note), each in the order of their
numbers. So a decision never changes what a later run finds, and taking one back leaves no trace.

What a decision holds in its `arguments`:

==========  ============================================================================================================
``rename``  ``name``
``merge``   nothing: the statements of `themes[1:]` go to `themes[0]`, which keeps its id
``split``   ``name`` of the part, and ``query`` (words that a statement must all hold), or ``statements`` (ids of those
            picked) with the ``texts`` they have and those of the ``rest``
``move``    ``area``
``note``    ``text``
``undo``    ``number`` of the decision that is taken back; taking back an undo does the decision again
==========  ============================================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from voc.datatypes import Action, Decision, Effect, Outcome, Statement, Theme, ThemeEvent, content_id

History = Sequence[tuple[str, ThemeEvent]]

_MAX_REST = 500  # texts of the other part that a split by picked statements remembers
_MAX_KEYWORDS, _MAX_EXEMPLARS = 8, 5
_NONE: Mapping[str, str] = {}


@dataclass(frozen=True, kw_only=True, slots=True)
class Replay:
    """Themes and statements after the decisions, and what became of each of these.

    `changed` are ids of themes that have other members than any theme found. `renamed`, `pinned` (in the order in which
    they were pinned) and `muted` are ids of themes, `now` tells where themes that are no longer are.
    """

    themes: list[Theme]
    statements: list[Statement]
    effects: tuple[Effect, ...]
    changed: frozenset[str]
    renamed: frozenset[str]
    pinned: tuple[str, ...]
    muted: frozenset[str]
    now: Callable[[str], str]


def apply(
    themes: Sequence[Theme],
    statements: Sequence[Statement],
    decisions: Sequence[Decision],
    *,
    history: History = (),
    known: Mapping[str, str] = _NONE,
) -> Replay:
    """Do all decisions in force to the themes found.

    `history` are the events of all runs with what they spoke for, oldest first, this run's last; `known` maps themes of
    earlier runs to their names. No statement is lost: each that had a theme has one. A theme that is left without
    statements is gone. An override of a theme follows it

    - into the theme that it is part of now, by a decision or because it was found so: pin and note always; rename and
      move where it was found so, and that theme has none of its own; mute never, since it would hide more
    - into themes that split off it since the decision: merge (of what was merged), split, move, mute
    """
    state = _State(themes, statements, history, known)
    chosen = in_force(decisions)
    effects = {d.number: _STRUCTURE[d.action](state, d) for d in chosen if d.action in _STRUCTURE}
    own = {(d.action, d.themes[0]) for d in chosen}
    effects |= {d.number: _describe(state, d, own) for d in chosen if d.action not in _STRUCTURE}
    where = {member: theme.id for theme in state.themes.values() for member in theme.statement_ids}
    return Replay(
        themes=list(state.themes.values()),
        statements=[replace(s, theme_id=where[s.id]) if s.id in where else s for s in statements],
        effects=tuple(effects[decision.number] for decision in chosen),
        changed=frozenset(state.changed & state.themes.keys()),
        renamed=frozenset(state.renamed),
        pinned=tuple(state.pinned),
        muted=frozenset(state.muted),
        now=lambda theme_id: state.resolve(theme_id)[0],
    )


def in_force(decisions: Iterable[Decision]) -> list[Decision]:
    """The decisions that count, by number: neither undos nor what an undo took back."""
    undone = undone_by(decisions)
    return sorted((d for d in decisions if d.action != "undo" and d.number not in undone), key=lambda d: d.number)


def undone_by(decisions: Iterable[Decision]) -> dict[int, int]:
    """Number of a decision that was taken back -> number of the undo that did it."""
    undone: dict[int, int] = {}
    for decision in sorted(decisions, key=lambda d: -d.number):
        if decision.action == "undo" and decision.number not in undone:
            undone[int(decision.arguments["number"])] = decision.number
    return undone


def part_id(decision: Decision) -> str:
    """The id of the theme that a split makes, the same in every run."""
    return content_id("t", "split", decision.number, decision.themes[0])


def picked(members: Sequence[Statement], statement_ids: Iterable[str]) -> dict[str, Any]:
    """The arguments of a split of a theme's members by statements picked from them."""
    chosen = set(statement_ids)
    inside, outside = ({s.norm for s in members if (s.id in chosen) == side} for side in (True, False))
    return {"statements": sorted(chosen), "texts": sorted(inside), "rest": sorted(outside - inside)[:_MAX_REST]}


def holds(norm: str, query: str) -> bool:
    """Whether a statement, in its matching form, holds every word of a query in the same form.

    >>> holds("wifi半夜总是断开", "WiFi 断开"), holds("wifi半夜总是断开", "蓝牙 断开")
    (True, False)
    """
    return all(word in norm.casefold() for word in query.casefold().split())


def told(decision: Decision) -> str:
    """What was decided in particular, on one line: the new name, the words of a query, the text of a note."""
    arguments = decision.arguments
    parts = [arguments.get(key) for key in ("number", "query", "name", "area", "text")]
    if "texts" in arguments:
        parts = [f"{len(arguments['statements'])} statements", *parts]
    return " → ".join(str(part) for part in parts if part)


def not_done(effects: Iterable[Effect]) -> str:
    """One line on the decisions that a run could not do, or nothing."""
    idle = [effect for effect in effects if effect.outcome not in ("applied", "followed")]
    listed = "; ".join(
        f"{effect.decision.number} {effect.decision.action} {', '.join(effect.decision.names)} ({effect.outcome})"
        for effect in idle
    )
    return f"decisions not done in this run: {listed}" if idle else ""


class _State:
    """The themes in the making, and where those went that are no longer."""

    def __init__(
        self, themes: Sequence[Theme], statements: Sequence[Statement], history: History, known: Mapping[str, str]
    ) -> None:
        self.themes = {theme.id: theme for theme in themes}
        self.said = {statement.id: statement for statement in statements}
        self.history = history
        self.known = known
        self.merged: dict[str, str] = {}  # by decision
        self.changed: set[str] = set()
        self.renamed: set[str] = set()
        self.pinned: dict[str, None] = {}
        self.muted: set[str] = set()
        self._heirs = _heirs(history)

    def resolve(self, theme_id: str) -> tuple[str, Outcome]:
        """The theme of this run that a theme is, or is part of: by decision ``absorbed``, as found ``followed``."""
        outcome: Outcome = "applied"
        seen: set[str] = set()
        while theme_id not in self.themes:
            seen.add(theme_id)
            if theme_id in self.merged:
                theme_id, outcome = self.merged[theme_id], "absorbed"
            else:
                theme_id = self._heirs.get(theme_id, "")
                outcome = "followed" if outcome == "applied" else outcome
            if not theme_id or theme_id in seen:
                return "", "absent"
        return theme_id, outcome

    def offspring(self, theme_id: str, since: str) -> list[str]:
        """The themes of this run that split off a theme after a moment."""
        family = {theme_id}
        for moment, event in self.history:
            if moment > since and event.event == "split" and family & set(event.before):
                family |= set(event.after)
        return sorted(family & self.themes.keys() - {theme_id})

    def give(self, members: Sequence[str], source: str, target: Theme) -> None:
        """Move statements from one theme to another, which is made if it is not there."""
        gone, old = set(members), self.themes[source]
        new = self.themes.setdefault(target.id, replace(target, statement_ids=(), exemplars=()))
        self.themes[target.id] = replace(
            new,
            statement_ids=(*new.statement_ids, *members),
            keywords=tuple(dict.fromkeys((*new.keywords, *old.keywords)))[:_MAX_KEYWORDS],
            exemplars=(*new.exemplars, *(e for e in old.exemplars if e in gone))[:_MAX_EXEMPLARS] or tuple(members[:1]),
        )
        rest = tuple(member for member in old.statement_ids if member not in gone)
        left = tuple(exemplar for exemplar in old.exemplars if exemplar not in gone)
        self.themes[source] = replace(old, statement_ids=rest, exemplars=left or rest[:1])
        if not rest:
            del self.themes[source]
        self.changed |= {source, target.id}


def _heirs(history: History) -> dict[str, str]:
    """Theme -> the theme it was part of when it was last heard of."""
    heirs: dict[str, str] = {}
    for _, event in history:
        if event.event == "merged":
            heirs |= {theme: event.after[0] for theme in event.before if theme != event.after[0]}
        for theme in event.after:
            heirs.pop(theme, None)
    return heirs


def _merge(state: _State, decision: Decision) -> Effect:
    target, *others = decision.themes
    now, _ = state.resolve(target)
    parts = [theme for other in others for theme in (other, *state.offspring(other, decision.as_of))]
    parts = [theme for theme in dict.fromkeys(parts) if theme in state.themes and theme != now]
    is_one = now and all(state.resolve(other)[0] == now for other in others)
    if not parts:
        return _effect(decision, "applied" if is_one else "absent", now)
    if not now:
        now = target
        named = state.known.get(target) or (decision.names or (state.themes[parts[0]].name,))[0]
        heir = replace(state.themes[parts[0]], id=target, name=named, keywords=())
    else:
        heir = state.themes[now]
    for part in parts:
        state.give(state.themes[part].statement_ids, part, heir)
        state.merged[part] = now
    return _effect(decision, "applied", now, *parts)


def _split(state: _State, decision: Decision) -> Effect:
    now, _ = state.resolve(decision.themes[0])
    scope = [*([now] if now else []), *state.offspring(decision.themes[0], decision.as_of)]
    is_part = _by_query(decision) if "query" in decision.arguments else _by_example(decision)
    new = part_id(decision)
    touched = []
    for theme in scope:
        source = state.themes[theme]
        members = [member for member in source.statement_ids if is_part(state.said[member])]
        if members:
            state.give(members, theme, replace(source, id=new, name=str(decision.arguments["name"])))
            touched.append(theme)
    if not touched:
        return _effect(decision, "empty" if scope else "absent", *scope)
    return _effect(decision, "applied", *(theme for theme in touched if theme in state.themes), new)


def _by_query(decision: Decision) -> Callable[[Statement], bool]:
    return lambda statement: holds(statement.norm, str(decision.arguments["query"]))


def _by_example(decision: Decision) -> Callable[[Statement], bool]:
    """What was picked, what says the same, and what came later and is closer to something picked than to any other.

    Closeness is the Jaccard similarity of character bigrams; where both are equally close, nothing moves.
    """
    ids, texts = set(decision.arguments["statements"]), set(decision.arguments["texts"])
    inside = [_bigrams(text) for text in texts]
    rest = set(decision.arguments["rest"])
    outside = [_bigrams(text) for text in rest]

    def is_part(statement: Statement) -> bool:
        if statement.id in ids or statement.norm in texts:
            return True
        own = _bigrams(statement.norm)
        return statement.norm not in rest and _closest(own, inside) > _closest(own, outside)

    return is_part


def _bigrams(text: str) -> frozenset[str]:
    letters = "".join(text.casefold().split())
    return frozenset(map("".join, pairwise(letters))) or frozenset(letters)


def _closest(own: frozenset[str], others: Iterable[frozenset[str]]) -> float:
    return max((len(own & other) / len(own | other) for other in others if own | other), default=0.0)


_STRUCTURE: Mapping[Action, Callable[[_State, Decision], Effect]] = {"merge": _merge, "split": _split}


def _describe(state: _State, decision: Decision, own: set[tuple[Action, str]]) -> Effect:
    """Do what says something of a theme, and of those split off it, where it may be said of them (see `apply`)."""
    action, theme = decision.action, decision.themes[0]
    now, outcome = state.resolve(theme)
    if not now:
        return _effect(decision, "absent")
    if outcome != "applied":
        follows = action in _ALWAYS or (action in _IF_FREE and outcome == "followed" and (action, now) not in own)
        outcome = "followed" if follows else "absorbed"
    if outcome == "absorbed":
        return _effect(decision, outcome, now)
    targets = [now, *(state.offspring(theme, decision.as_of) if action in _WITH_OFFSPRING else [])]
    for target in targets:
        _DO[action](state, target, decision.arguments)
    return _effect(decision, outcome, *targets)


_ALWAYS = frozenset({"pin", "note"})
_IF_FREE = frozenset({"rename", "move"})
_WITH_OFFSPRING = frozenset({"move", "mute"})


def _rename(state: _State, theme: str, arguments: Mapping[str, Any]) -> None:
    state.themes[theme] = replace(state.themes[theme], name=str(arguments["name"]))
    state.renamed.add(theme)


def _move(state: _State, theme: str, arguments: Mapping[str, Any]) -> None:
    state.themes[theme] = replace(state.themes[theme], area=str(arguments["area"]))


def _pin(state: _State, theme: str, _: Mapping[str, Any]) -> None:
    state.pinned[theme] = None
    state.muted.discard(theme)


def _mute(state: _State, theme: str, _: Mapping[str, Any]) -> None:
    state.muted.add(theme)
    state.pinned.pop(theme, None)


def _note(state: _State, theme: str, _: Mapping[str, Any]) -> None:
    """Nothing changes: the report shows it."""


_DO: Mapping[Action, Callable[[_State, str, Mapping[str, Any]], None]] = {
    "rename": _rename,
    "move": _move,
    "pin": _pin,
    "mute": _mute,
    "note": _note,
}


def _effect(decision: Decision, outcome: Outcome, *themes: str) -> Effect:
    return Effect(decision=decision, outcome=outcome, acts_on=tuple(filter(None, themes)))
