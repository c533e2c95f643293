"""What is left of runs, decisions and exports without a person: as if their posts had not been among those read.

What was found stays as it was found, without their statements: themes keep their ids, and with them statuses, decisions
and the lineage; what only they spoke of is gone. People are counted and suggestions ranked again, with the settings of
the run. A theme whose name is in their words alone (see `Traces`) gets one from the statements it has left.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from voc.authorship import FORGOTTEN
from voc.campaign import remaining
from voc.config import Config
from voc.datatypes import Campaign, Decision, Effect, Plan, Run, Statement, Suggestion, Theme, ThemeEvent
from voc.embed import vector_key
from voc.label import vocabulary
from voc.pipeline import embedded_texts, from_known, name_anew, suggest, theme_kind
from voc.store import Exported, Theirs

_PHRASE = 6
_TYPED = 4  # characters in a row that are no coincidence in what people typed
_NO_AREA = "其他"
_KEYWORDS_IN_NAME = 2


class Traces:
    """Tells whether a text is in words that are in their texts and in nobody else's."""

    def __init__(self, texts: Iterable[str], others: Iterable[str]) -> None:
        self._own = "\n".join(text.casefold() for text in texts)
        self._others = "\n".join(text.casefold() for text in others)
        self._is_own_alone: dict[str, bool] = {}

    def __call__(self, text: str, shortest: int = 2) -> bool:
        """Whether it holds `shortest` characters in a row that only they wrote."""
        return any(len(stretch) >= shortest and self._theirs_alone(stretch) for stretch in self._stretches(text))

    def in_name(self, name: str) -> bool:
        """Whether a name holds a phrase of theirs, six characters in a row, or a word: characters that no two others
        make a pair of. What others said in two places (运行 and 卡顿) is not theirs for having been said at once."""
        alone = (stretch for stretch in self._stretches(name) if self._theirs_alone(stretch))
        return any(len(stretch) >= _PHRASE or self._has_own_word(stretch) for stretch in alone)

    def _has_own_word(self, stretch: str) -> bool:
        shared = {n for n in range(len(stretch) - 1) if not self._theirs_alone(stretch[n : n + 2])}
        return not {*shared, *(n + 1 for n in shared)}.issuperset(range(len(stretch)))

    def _stretches(self, text: str) -> Iterator[str]:
        """The longest stretches from each character on that are in their texts."""
        text, reached = text.casefold(), 0
        for start in range(len(text)):
            stop = start + 2
            while stop <= len(text) and text[start:stop] in self._own:
                stop += 1
            if stop - 1 > reached and stop - 1 - start >= 2:
                reached = stop - 1
                yield text[start : stop - 1]

    def _theirs_alone(self, stretch: str) -> bool:
        if stretch not in self._is_own_alone:
            self._is_own_alone[stretch] = stretch not in self._others
        return self._is_own_alone[stretch]


class Editing:
    """Takes what is theirs out of things (`voc.store.forget.Editor`); `names` are those that were given up."""

    def __init__(self, theirs: Theirs) -> None:
        self.names: set[str] = set()
        self._renamed: dict[tuple[str, str], str] = {}
        self._theirs = theirs
        self._holds = Traces(theirs.texts, (*theirs.others, *vocabulary()))

    def holds(self, name: str) -> bool:
        """Whether a name is in their words alone."""
        return self._holds.in_name(name)

    def run(self, run: Run) -> Run | None:
        """The run without them, but for what it says of other runs; None where nothing is left."""
        gone = self._theirs.post_ids
        posts = tuple(post for post in run.posts if post.id not in gone)
        if not posts:
            return None
        statements = self._counted(run, [s for s in run.statements if s.post_id not in gone])
        themes, found = ([*self._themes(part, statements)] for part in (run.themes, run.found))
        wordings = tuple(w for w in run.wordings if self._is_kept(w.theme_id, run) and not self._is_told(w))
        built = {w.theme_id: w.built_name for w in run.wordings if w not in wordings}
        themes = [replace(theme, name=built.get(theme.id, theme.name)) for theme in themes]
        themes, found = (self._named(part, statements, run) for part in (themes, found))
        ids = {theme.id for theme in themes}
        aside = {exclusion.post_id for exclusion in run.exclusions if exclusion.reason != "empty"}
        spoken = [post for post in posts if post.id not in aside]
        left = replace(
            run,
            posts=posts,
            statements=tuple(s if s.theme_id in ids else replace(s, theme_id="") for s in statements),
            exclusions=tuple(e for e in run.exclusions if e.post_id not in gone),
            duplicates=_without_copies(run.duplicates, gone),
            themes=tuple(themes),
            found=tuple(found),
            wordings=wordings,
            effects=tuple(_effect(effect, ids) for effect in run.effects),
            authors=tuple(author for author in run.authors if author.id not in self._theirs.authors),
            rejected=_counted_rows(run.rejected, len(run.posts) - len(posts)),
            campaigns=tuple(c for campaign in run.campaigns if (c := remaining(campaign, spoken))),
        )
        if len(posts) == len(run.posts):
            return left
        suggestions, campaigns = rank_again(left)
        return replace(left, suggestions=suggestions, campaigns=campaigns)

    def lineage(self, run: Run, gone: frozenset[str], ranks: Mapping[str, Mapping[str, int]]) -> Run:
        """The run with what it says of the one before, where a theme is gone from it or from all of them."""
        ids = {theme.id for theme in (run.found or run.themes)}
        events = tuple(left for event in run.events if (left := _event(event, gone, ids)))
        now = {theme.id for theme in run.themes}
        plans = [
            replace(plan, name=self._plan_name(plan, run), now=plan.now if plan.now in now else "")
            for plan in run.plans
            if plan.theme_id not in gone or plan.status != "new"
        ]
        before = ranks.get(run.previous)
        if before is not None:
            plans = [replace(plan, rank_before=before.get(plan.theme_id, 0)) for plan in plans]
        return replace(run, events=events, plans=tuple(plans))

    def decision(self, decision: Decision, called: Callable[[str], str]) -> Decision:
        """The decision without their words and statements."""
        names = tuple(
            called(theme) if self._gives_up(name) else name
            for theme, name in zip(decision.themes, decision.names, strict=False)
        )
        told = dict(decision.arguments)
        for key in ("name", "area", "text", "query"):
            if isinstance(told.get(key), str) and self._holds(told[key], _TYPED):
                told[key] = called(decision.themes[0]) if key == "name" else ""
        if told.get("query") == "" != decision.arguments.get("query"):  # an empty query would take everything
            del told["query"]
            told |= {"statements": [], "texts": [], "rest": []}
        if "statements" in told:
            told["statements"] = [s for s in told["statements"] if s not in self._theirs.statement_ids]
            told |= {key: [text for text in told[key] if not self._holds(text)] for key in ("texts", "rest")}
        return replace(decision, names=names, arguments=told)

    def exported(self, told: Exported, called: Callable[[str], str]) -> Exported:
        """What a tool was told, the cells emptied that are in their words."""
        title = called(told.theme_id) if self._gives_up(told.title) else told.title
        content = {name: cell if cell == title else self._cell(cell) for name, cell in told.content.items()}
        note = "\n".join(line for line in told.note.splitlines() if not self._holds(line))
        same = (content, note, title) == (dict(told.content), told.note, told.title) and not self._holds(told.digest)
        return told if same else replace(told, content=content, note=note, title=title, digest="")

    def vector_keys(self, norms: Iterable[str], statements: Sequence[Statement]) -> Iterable[str]:
        """The keys of the embeddings that others need."""
        return {vector_key(text) for text in (*norms, *embedded_texts(statements))}

    def _counted(self, run: Run, statements: list[Statement]) -> list[Statement]:
        """The statements; those of copies that counted as theirs count as those of the first of the others."""
        posts = {post.id: post for post in run.posts}
        shared = [s for s in statements if s.person in self._theirs.authors]
        if not shared:
            return statements
        heir = min((posts[s.post_id] for s in shared), key=lambda post: (post.posted_at, post.id))
        person = heir.author or heir.id
        return [replace(s, person=person) if s.person in self._theirs.authors else s for s in statements]

    def _themes(self, themes: Sequence[Theme], statements: Sequence[Statement]) -> Iterator[Theme]:
        by_id = {statement.id: statement for statement in statements}
        for theme in themes:
            members = tuple(member for member in theme.statement_ids if member in by_id)
            if not members:
                continue
            same = len(members) == len(theme.statement_ids)
            yield replace(
                theme,
                keywords=tuple(word for word in theme.keywords if not self._gives_up(word)),
                area=_NO_AREA if self._gives_up(theme.area) else theme.area,
                kind=theme.kind if same else theme_kind([by_id[member] for member in members]),
                exemplars=tuple(e for e in theme.exemplars if e in by_id) or members[:1],
                statement_ids=members,
            )

    def _named(self, themes: list[Theme], statements: Sequence[Statement], run: Run) -> list[Theme]:
        """The themes with names that are not in their words: the same in all runs, where that can be."""
        lost = {theme.id: theme.name for theme in themes if self._gives_up(theme.name)}
        new = {theme: self._renamed[theme, name] for theme, name in lost.items() if (theme, name) in self._renamed}
        if len(new) < len(lost):
            new |= name_anew(themes, statements, lost.keys() - new.keys(), _config(run))
        for theme in themes:
            if theme.id in lost:
                if theme.id not in new or self._holds.in_name(new[theme.id]):
                    new[theme.id] = " ".join(theme.keywords[:_KEYWORDS_IN_NAME]) or theme.id
                self._renamed[theme.id, theme.name] = new[theme.id]
        return [replace(theme, name=new.get(theme.id, theme.name)) for theme in themes]

    def _gives_up(self, name: str) -> bool:
        if self._holds.in_name(name):
            self.names.add(name)
            return True
        return False

    def _is_kept(self, theme_id: str, run: Run) -> bool:
        """Whether a language model that spoke of a theme was told nothing of theirs."""
        return not any(s.theme_id == theme_id and s.post_id in self._theirs.post_ids for s in run.statements)

    def _is_told(self, wording: Any) -> bool:
        return self._holds.in_name(wording.name) or self._holds(wording.story)

    def _plan_name(self, plan: Plan, run: Run) -> str:
        if not self._gives_up(plan.name):
            return plan.name
        return next((theme.name for theme in run.themes if theme.id == plan.theme_id), plan.theme_id)

    def _cell(self, cell: Any) -> Any:
        """A cell of an item, without what is in their words: names in a list, else any text."""
        if isinstance(cell, list):
            return [part for part in cell if not self._holds.in_name(str(part))]
        return "" if isinstance(cell, str) and self._holds(cell) else cell


def rank_again(run: Run) -> tuple[tuple[Suggestion, ...], tuple[Campaign, ...]]:
    """The suggestions and campaigns of a run, from what it holds, with its settings; settings it did not have are the
    defaults."""
    spoken = {statement.post_id for statement in run.statements}
    pinned, muted = _pinned_and_muted(run.effects)
    suggestions, campaigns = suggest(
        _config(run),
        run.themes,
        run.statements,
        {post.id: post for post in run.posts if post.id in spoken},
        as_of=run.as_of,
        windows=run.windows,
        known=from_known(run.themes, run.found or run.themes, run.events),
        authors=run.authors,
        campaigns=run.campaigns,
        pinned=pinned,
        muted=muted,
    )
    return tuple(suggestions), tuple(campaigns)


def _config(run: Run) -> Config:
    fields = {field.name for field in dataclasses.fields(Config)}
    return Config.from_mapping({name: value for name, value in run.config.items() if name in fields})


def _pinned_and_muted(effects: Iterable[Effect]) -> tuple[tuple[str, ...], frozenset[str]]:
    """What the decisions of a run came to (see `voc.decide`): the later one of a theme counts."""
    pinned: dict[str, None] = {}
    muted: set[str] = set()
    for effect in effects:
        if effect.outcome not in ("applied", "followed"):
            continue
        for theme in effect.acts_on:
            if effect.decision.action == "pin":
                pinned[theme] = None
                muted.discard(theme)
            elif effect.decision.action == "mute":
                muted.add(theme)
                pinned.pop(theme, None)
    return tuple(pinned), frozenset(muted)


def _without_copies(duplicates: Mapping[str, str], gone: frozenset[str]) -> dict[str, str]:
    """Copies and what they are copies of; where that is gone, the first of its copies stands for the others."""
    groups: dict[str, list[str]] = {}
    for copy, original in duplicates.items():
        groups.setdefault(original, []).append(copy)
    heads: dict[str, str] = {}
    for original, copies in groups.items():
        left = [post for post in copies if post not in gone]
        heads[original] = original if original not in gone or not left else min(left)
    return {
        copy: heads[original] for copy, original in duplicates.items() if copy not in gone and copy != heads[original]
    }


def _counted_rows(rejected: Mapping[str, int], n: int) -> dict[str, int]:
    """Input rows that are no posts, with those that are none any more."""
    return dict(sorted((Counter(rejected) + Counter({FORGOTTEN: n})).items()))


def _effect(effect: Effect, ids: set[str]) -> Effect:
    acts_on = tuple(theme for theme in effect.acts_on if theme in ids)
    if acts_on == effect.acts_on:
        return effect
    return replace(effect, acts_on=acts_on, outcome=effect.outcome if acts_on else "absent")


def _event(event: ThemeEvent, gone: frozenset[str], ids: set[str]) -> ThemeEvent | None:
    """What an event comes to where `gone` themes never were, and those not in `ids` are not in its run."""
    before = tuple(theme for theme in event.before if theme not in gone)
    after = tuple(theme for theme in event.after if theme in ids)
    if (before, after) == (event.before, event.after):
        return event
    is_one = len(before) == len(after) == 1 and before == after
    if is_one and event.event in ("merged", "split"):
        return None  # that it continues is told besides
    if before and after:
        return replace(event, before=before, after=after)
    if not before and not after:
        return None
    return ThemeEvent(event="born" if after else "died", before=before, after=after, overlap=0.0)
