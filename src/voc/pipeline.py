"""The order of the steps, nothing else: posts in, a Run out; statements in, predictions out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from voc import __version__, resources
from voc.campaign import LETTERS, SIMILAR, find_campaigns
from voc.clean import CLEANERS, STRUCTURE, clean
from voc.cluster import (
    CONTEXT_THRESHOLD,
    THRESHOLD,
    ThemeSpace,
    add_words,
    blend,
    cluster_areas,
    cluster_themes,
    join_themes,
    load_taxonomy,
    name_areas,
    pool,
)
from voc.config import Config
from voc.datatypes import (
    Author,
    Campaign,
    Decision,
    Exclusion,
    Kind,
    Memory,
    Plan,
    Post,
    Release,
    Run,
    Statement,
    Suggestion,
    Theme,
    ThemeEvent,
    ValueClass,
    Wording,
    content_id,
)
from voc.decide import Replay, apply
from voc.dedupe import near_duplicates
from voc.embed import Embedder, LexicalEmbedder, MemoryCache, VectorCache, embed, load_embedder
from voc.errors import InputError
from voc.kinds import KindClassifier
from voc.label import OTHER, exemplars, keywords, name_themes
from voc.lineage import Profile, trace
from voc.llm import AnswerCache, Narrator
from voc.people import assign_people
from voc.rank import choose_period, judge_campaigns, rank, ranks
from voc.release import carry_over
from voc.scene import Scenes
from voc.segment import Segmenter, discover, read_words
from voc.spam import flag, flag_templates
from voc.split import split
from voc.values import ValueClassifier, load_values
from voc.weighting import parse, weigh
from voc.window import covered, local, windows, within

if TYPE_CHECKING:
    from voc.embed import Matrix

Progress = Callable[[str, int, int], None]
Recall = Callable[[str, str], Memory]

ACTIONABLE: frozenset[Kind] = frozenset({"request", "need", "problem", "question"})


def analyze(
    posts: Iterable[Post],
    config: Config | None = None,
    *,
    rejected: Mapping[str, int] | None = None,
    vectors: VectorCache | None = None,
    answers: AnswerCache | None = None,
    recall: Recall | None = None,
    decisions: Sequence[Decision] = (),
    plans: Sequence[Plan] = (),
    releases: Sequence[Release] = (),
    authors: Sequence[Author] = (),
    progress: Progress | None = None,
) -> Run:
    """Run every step over the posts and return what it concluded; nothing is saved.

    The result depends on the posts, the configuration and what is recalled of earlier runs, not on the order of
    anything. `recall` tells, for the id of this run and the moment it speaks for, what is known from runs before it:
    themes found again keep their ids and names. `decisions` of people are then done to what was found (see
    `voc.decide`); `plans`, `releases` and what is known of `authors` go into the run for its report. `rejected` counts
    input rows that never became posts; `vectors` remembers embeddings between runs, `answers` what a language model
    said (which alone can make two runs differ, and only where `config.llm` asks for one).
    """
    config = config or Config()
    tell = progress or (lambda step, done, total: None)
    narrator = _narrator(config, answers)
    as_of, spans, corpus = _choose(posts, config)
    readable, norms = _clean_all(corpus, tell)
    exclusions, duplicates = _set_aside(corpus, norms, config, tell)
    excluded = {exclusion.post_id for exclusion in exclusions}
    kept = [post for post in corpus if post.id not in excluded]
    campaigns = find_campaigns(kept, norms, _families(kept, norms, duplicates, threshold=SIMILAR))
    people = assign_people(
        kept,
        duplicates,
        copy_cap=config.copy_cap,
        families=_families(kept, norms, duplicates, threshold=config.duplicate_threshold),
        campaigns=[campaign.post_ids for campaign in campaigns],
    )
    settings, embedder = config.as_dict(), _embedder(config)
    known_authors = _who_wrote(corpus, authors)
    told = [(author.id, sorted(author.attributes.items())) for author in known_authors]
    read_from = [[_fingerprint(post) for post in corpus], *([told] if told else [])]
    run_id = content_id("r", __version__, embedder.name, sorted(settings.items()), *read_from)
    memory = recall(run_id, as_of) if recall else Memory()
    read = memory.read if (memory.version, memory.model) == (__version__, embedder.name) else {}
    statements = _split_all(kept, readable, people, read, tell)
    spoken = {statement.post_id for statement in statements}
    silent = [Exclusion(post_id=post.id, reason="empty") for post in kept if post.id not in spoken]
    exclusions = sorted([*exclusions, *silent], key=lambda exclusion: exclusion.post_id)
    kept = [post for post in kept if post.id in spoken]
    voices = _voices(kept, people, campaigns)
    usual = [statement.norm for statement in statements if voices[statement.post_id]]
    reader = Reader(config, usual, embedder, vectors, tell)
    statements, matrix = reader.judge(statements, read)
    statements, found, events = reader.group(statements, matrix, memory, voices)
    replay = apply(
        found,
        statements,
        decisions,
        history=(*memory.history, *((as_of, event) for event in events)),
        known={known.theme.id: known.theme.name for known in memory.themes},
    )
    statements, themes = replay.statements, reader.describe(replay, matrix)
    tell("rank", 0, 1)
    suggestions, campaigns = suggest(
        config,
        themes,
        statements,
        {post.id: post for post in kept},
        as_of=as_of,
        windows=spans,
        known=from_known(themes, found, events),
        authors=known_authors,
        campaigns=campaigns,
        pinned=replay.pinned,
        muted=replay.muted,
    )
    tell("rank", 1, 1)
    ranked = [suggestion.theme_id for suggestion in suggestions if suggestion.theme_id not in replay.renamed]
    named, wordings = _worded(narrator, themes, statements, ranked, tell)
    return Run(
        id=run_id,
        as_of=as_of,
        windows=spans,
        version=__version__,
        model=reader.model,
        config=settings,
        rejected=dict(sorted((rejected or {}).items())),
        posts=tuple(corpus),
        exclusions=tuple(exclusions),
        duplicates=duplicates,
        statements=tuple(statements),
        themes=tuple(named),
        suggestions=tuple(suggestions),
        wordings=tuple(wordings),
        window=config.window,
        previous=memory.run_id,
        events=events,
        former=_former(events, themes, memory),
        effects=replay.effects,
        found=tuple(found) if themes != found else (),
        plans=carry_over(plans, memory.suggested, now=replay.now),
        releases=tuple(sorted(releases, key=lambda release: (release.date, release.name))),
        authors=known_authors,
        campaigns=tuple(campaigns),
        classes=reader.classes,
    )


def suggest(
    config: Config,
    themes: Sequence[Theme],
    statements: Sequence[Statement],
    posts: Mapping[str, Post],
    *,
    as_of: str,
    windows: Sequence[str],
    known: Collection[str],
    authors: Sequence[Author],
    campaigns: Sequence[Campaign],
    pinned: Sequence[str],
    muted: Collection[str],
) -> tuple[list[Suggestion], list[Campaign]]:
    """The ranked suggestions (see `voc.rank.rank`), and the campaigns with what they would have changed."""
    rules = parse(config.author_weights)
    options: dict[str, Any] = {
        "weights": config.weights,
        "as_of": as_of,
        "windows": windows,
        "half_life_days": config.half_life_days,
        "min_people": config.min_people,
        "pinned": pinned,
        "muted": muted,
        "voices": weigh(statements, posts, authors, rules) if rules else None,
    }
    suggestions = rank(
        themes,
        statements,
        posts,
        known=known,
        bootstrap=config.bootstrap,
        confidence=config.confidence,
        seed=config.seed,
        **options,
    )

    def ranked(told: Sequence[Statement]) -> dict[str, int]:
        return ranks(themes, told, posts, **options)

    return suggestions, judge_campaigns(campaigns, statements, posts, ranked=ranked)


def _who_wrote(posts: Iterable[Post], authors: Iterable[Author]) -> tuple[Author, ...]:
    wrote = {post.author for post in posts}
    return tuple(sorted((author for author in authors if author.id in wrote), key=lambda author: author.id))


def predict(
    rows: Sequence[tuple[str, str]], config: Config | None = None, *, progress: Progress | None = None
) -> list[dict[str, Any]]:
    """Kind, theme and area of (id, text) rows, each row taken as one statement, clustered together.

    One mapping a row, in input order, with the keys id, kind, polarity, value, cost, theme, theme_name, area,
    area_name and near_duplicate_of (null where a row has none, is unassigned, or a copy of none).
    """
    config = config or Config()
    tell = progress or (lambda step, done, total: None)
    if not rows:
        return []
    statements = [
        Statement(id=content_id("s", n), post_id=row_id, position=0, text=text, norm=clean(text), person=str(n))
        for n, (row_id, text) in enumerate(rows)
    ]
    norms = [statement.norm for statement in statements]
    copies = near_duplicates(norms, threshold=config.duplicate_threshold)
    reader = Reader(config, norms, _embedder(config), None, tell)
    statements, matrix = reader.judge(statements)
    labels = reader.themes(norms, matrix)
    areas, area_names = reader.areas(norms, matrix)
    names = reader.names(labels, norms, matrix, [statement.kind for statement in statements])
    return [
        {
            "id": row_id,
            "kind": statement.kind,
            "polarity": statement.polarity,
            "value": statement.value or None,
            "cost": statement.cost or None,
            "theme": names.get(theme) and f"t{theme}",
            "theme_name": names.get(theme),
            "area": f"a{area}",
            "area_name": area_names[area],
            "near_duplicate_of": rows[copy][0] if copy != n else None,
        }
        for n, ((row_id, _), statement, theme, area, copy) in enumerate(
            zip(rows, statements, labels, areas, copies, strict=True)
        )
    ]


def explain_values(text: str, setting: str) -> dict[str, Any]:
    """Axis -> class of a statement with its reason, as in a run with the default model, whatever kind it is of."""
    embedder = load_embedder("use")
    classify = _value_classifier(setting, lambda texts: embed(texts, embedder), embedder.name)
    norm = clean(text)
    if classify is None or not norm:
        return {}
    return {axis: asdict(verdict) for axis, verdict in classify.explain(norm, embed([norm], embedder)[0]).items()}


def _value_classifier(setting: str, encode: Callable[[Sequence[str]], Matrix], model: str) -> ValueClassifier | None:
    taxonomy = load_values(setting, folder=resources.path("corpora/values"), clean=clean)
    if taxonomy is None:
        return None
    return ValueClassifier(taxonomy, encode, model=model, folder=resources.path("models/values"))


_NOTHING: Mapping[str, Sequence[Statement]] = {}


@dataclass(frozen=True, slots=True)
class _Group:
    """One theme in the making: rows of the statement list, and their place in the matrix."""

    rows: tuple[int, ...]
    kind: Kind


class Reader:
    """Holds what is costly for the length of one analysis: segmenter, embedding model, classifier, theme space."""

    classes: tuple[ValueClass, ...] = ()  # of value and cost; none where that is off

    def __init__(
        self,
        config: Config,
        norms: Sequence[str],
        embedder: Embedder,
        vectors: VectorCache | None,
        progress: Progress,
    ) -> None:
        self._tell = progress
        self._cache = MemoryCache(vectors)
        stopwords = read_words(config.stopwords or resources.path("corpora/lexicon/stopwords.txt"))
        user_words = read_words(config.user_dict) if config.user_dict else []
        self._segmenter = Segmenter(user_words=user_words, stopwords=stopwords)
        if config.new_words:
            found = [new.word for new in discover(norms, self._segmenter)]
            self._segmenter = Segmenter(user_words=[*user_words, *found], stopwords=stopwords)
        self._vague = frozenset(read_words(resources.path("corpora/lexicon/vague.txt")))
        self._embedder = embedder
        is_light = embedder.name == LexicalEmbedder.name  # no network is loaded beside lexical vectors
        self._classify = KindClassifier(
            folder=resources.path("models/kinds"),
            reader=None if is_light else resources.path("models/kinds-reader"),
        )
        self._space = ThemeSpace(
            self._embedder, folder=resources.path("models/themes"), corpora=resources.path("corpora")
        )
        self._taxonomy = load_taxonomy(
            config.taxonomy, folder=resources.path("corpora/taxonomies"), groups=self._space.groups
        )
        self.model = self._embedder.name
        self._values = _value_classifier(config.values, self.embed, self.model)
        if self._values:
            self.classes = self._values.classes
        self._tokens: dict[str, list[str]] = {}

    def judge(
        self, statements: Sequence[Statement], read: Mapping[str, Sequence[Statement]] = _NOTHING
    ) -> tuple[list[Statement], Matrix]:
        """The statements with kind and polarity, and the matrix whose row i belongs to statement i.

        Those of the posts in `read` have been judged: what is said of a statement depends on nothing else.
        """
        matrix = self.embed([statement.norm for statement in statements])
        self._tell("kinds", 0, len(statements))
        rows = [n for n, statement in enumerate(statements) if statement.post_id not in read]
        shared = matrix[rows] if self.model.startswith("use-") and statements else None
        judged = list(statements)
        for row, judgement in zip(rows, self._classify([statements[n].text for n in rows], shared), strict=True):
            judged[row] = replace(
                statements[row], kind=judgement.kind, polarity=judgement.polarity, reason=judgement.reason
            )
        self._tell("kinds", len(statements), len(statements))
        return self._valued(judged, matrix), matrix

    def _valued(self, statements: Sequence[Statement], matrix: Matrix) -> list[Statement]:
        """The statements with value and cost as far as they can be acted on, by the taxonomy of today: judging all of
        them again costs next to nothing.
        """
        valued = [replace(s, value="", cost="") if s.value or s.cost else s for s in statements]
        rows = [n for n, statement in enumerate(statements) if statement.kind in ACTIONABLE]
        if self._values and rows:
            found = self._values([statements[row].norm for row in rows], matrix[rows])
            for row, (value, cost) in zip(rows, found, strict=True):
                valued[row] = replace(statements[row], value=value, cost=cost)
        return valued

    def group(
        self, statements: list[Statement], matrix: Matrix, memory: Memory, voices: Mapping[str, float]
    ) -> tuple[list[Statement], list[Theme], tuple[ThemeEvent, ...]]:
        """Themes over the actionable statements and, apart from them, over praise, with the ids and names they are
        known by; statements with their theme ids; and what became of the themes known. `voices` says which posts
        seen make themes (1) and which only join them (0).
        """
        groups = [
            group
            for kinds in (ACTIONABLE, frozenset({"praise"}))
            for group in self._group(
                statements,
                matrix,
                [n for n, s in enumerate(statements) if s.kind in kinds and self._is_specific(s)],
                memory,
                voices,
            )
        ]
        norms = [statement.norm for statement in statements]
        kinds = [statement.kind for statement in statements]
        tokens = [self.tokens(norm) for norm in norms]
        self._tell("label", 0, len(groups))
        words = keywords([group.rows for group in groups], tokens)
        ids, events = self._trace(groups, words, statements, matrix, memory, frozenset(voices))
        if len(set(ids)) < len(ids):
            ids, groups = _joined(ids, groups, statements)
            words = keywords([group.rows for group in groups], tokens)
        clusters = [group.rows for group in groups]
        settled = {k.theme.id: k.theme for k in memory.themes if len(k.statements) >= _SETTLED}
        given = {place: settled[theme_id] for place, theme_id in enumerate(ids) if theme_id in settled}
        called = {place: theme.name for place, theme in given.items()}
        # a name belongs to the theme that had it, while that one lives or is known well
        owner = {k.theme.name: k.theme.id for k in memory.themes if k.theme.id in settled or k.theme.id in ids}
        kept = {name: ids.index(theme_id) if theme_id in ids else -1 for name, theme_id in owner.items()}
        names = name_themes(clusters, norms, tokens, matrix, kinds, given=called, kept=kept)
        areas = self._areas_of(groups, {place: theme.area for place, theme in given.items()}, norms, matrix)
        themes = [
            Theme(
                id=theme_id,
                name=name,
                area=area,
                kind=group.kind,
                keywords=tuple(keys),
                exemplars=tuple(statements[row].id for row in exemplars(group.rows, matrix, norms)),
                statement_ids=tuple(statements[row].id for row in group.rows),
            )
            for group, theme_id, name, keys, area in zip(groups, ids, names, words, areas, strict=True)
        ]
        self._tell("label", len(groups), len(groups))
        found = {row: theme.id for group, theme in zip(groups, themes, strict=True) for row in group.rows}
        return [replace(s, theme_id=found.get(n, "")) for n, s in enumerate(statements)], themes, events

    def describe(self, replay: Replay, matrix: Matrix) -> list[Theme]:
        """The themes after decisions, with kind, keywords and exemplars made anew where their members changed."""
        if not replay.changed:
            return replay.themes
        statements = replay.statements
        row = {statement.id: n for n, statement in enumerate(statements)}
        clusters = [[row[member] for member in theme.statement_ids] for theme in replay.themes]
        norms = [statement.norm for statement in statements]
        words = keywords(clusters, [self.tokens(norm) for norm in norms])
        return [
            replace(
                theme,
                kind=theme_kind([statements[n] for n in cluster]),
                keywords=tuple(keys),
                exemplars=tuple(statements[n].id for n in exemplars(cluster, matrix, norms)),
            )
            if theme.id in replay.changed
            else theme
            for theme, cluster, keys in zip(replay.themes, clusters, words, strict=True)
        ]

    def themes(
        self,
        norms: Sequence[str],
        matrix: Matrix,
        *,
        voices: NDArray[np.float64] | None = None,
        contexts: Sequence[str] | None = None,
        known: Sequence[int] | None = None,
    ) -> list[int]:
        """Theme number of each text, the largest theme 0; -1 where a text is like no other. Equal texts are together.

        Texts whose `voices` are 0 join the themes that the others make, or make some of their own; without, all make
        them together. `contexts` are the texts with what stands around them; without, every text stands alone. `known`
        numbers the themes that the texts were in before, -1 for none.
        """
        self._tell("cluster", 0, 1)
        heard = np.arange(len(norms)) if voices is None or not voices.any() else np.flatnonzero(voices)
        # of these alone, to the last bit: what joins changes nothing
        rows = heard.tolist()
        labels = np.full(len(norms), -1)
        labels[heard] = self._form(
            [norms[n] for n in rows],
            matrix[heard] if len(heard) < len(norms) else matrix,
            contexts=None if contexts is None else [contexts[n] for n in rows],
            known=None if known is None else [known[n] for n in rows],
        )
        if len(heard) < len(norms):
            labels = self._join(norms, matrix, labels, voices, contexts)
        self._tell("cluster", 1, 1)
        return [int(label) for label in labels]

    def _form(
        self, norms: Sequence[str], matrix: Matrix, *, contexts: Sequence[str] | None, known: Sequence[int] | None
    ) -> list[int]:
        features = self._features(norms, matrix, contexts, None)
        distinct, groups = _distinct(norms)
        counts = Counter(groups)
        before = None
        if known is not None:
            before = np.full(len(distinct), -1)
            np.maximum.at(before, groups, known)
        labels = cluster_themes(
            pool(features, groups),
            weights=[counts[n] for n in range(len(distinct))],
            threshold=THRESHOLD if contexts is None else CONTEXT_THRESHOLD,
            known=None if before is None else before.tolist(),
        )
        return [labels[group] for group in groups]

    def _join(
        self,
        norms: Sequence[str],
        matrix: Matrix,
        labels: NDArray[np.int64],
        voices: NDArray[np.float64] | None,
        contexts: Sequence[str] | None,
    ) -> NDArray[np.int64]:
        """The labels with those of texts that have no voice."""
        distinct, groups = _distinct(norms)
        made = np.full(len(distinct), -1)
        np.maximum.at(made, groups, labels)
        is_heard = np.bincount(groups, weights=voices, minlength=len(distinct)) > 0
        counts = Counter(groups)
        joined = join_themes(
            pool(self._features(norms, matrix, contexts, voices), groups),
            made.tolist(),
            np.flatnonzero(~is_heard).tolist(),
            weights=[counts[n] for n in range(len(distinct))],
            threshold=THRESHOLD if contexts is None else CONTEXT_THRESHOLD,
        )
        return np.array([joined[group] for group in groups])

    def _features(
        self,
        norms: Sequence[str],
        matrix: Matrix,
        contexts: Sequence[str] | None,
        voices: NDArray[np.float64] | None,
    ) -> Matrix:
        features = self._space(norms, matrix, voices)
        if contexts is None:
            return features
        features = blend(features, self._space(contexts, self.embed(contexts), voices), voices)
        return add_words(features, [self.tokens(norm) for norm in norms], voices)

    def areas(self, norms: Sequence[str], matrix: Matrix) -> tuple[list[int], dict[int, str]]:
        """Area number of each text, the largest area 0, and area number -> name.

        The taxonomy names what it knows, keywords name the rest.
        """
        distinct, groups = _distinct(norms)
        features, topics = self._space.read(norms, matrix)
        words = [self.tokens(text) for text in distinct]
        labels = cluster_areas(pool(matrix, groups), pool(features, groups), words)
        areas = [labels[group] for group in groups]
        known = self._taxonomy.names(areas, self._taxonomy.votes(norms, topics, self._space.groups))
        rows = _rows_by(areas)
        typical = keywords(list(rows.values()), [self.tokens(norm) for norm in norms])
        new = {area: own for area, own in zip(rows, typical, strict=True) if area not in known}
        return areas, known | dict(zip(new, name_areas(list(new.values())), strict=True))

    def names(
        self, labels: Sequence[int], norms: Sequence[str], matrix: Matrix, kinds: Sequence[Kind]
    ) -> dict[int, str]:
        """Theme number -> name."""
        rows = _rows_by(labels)
        numbers = sorted(number for number in rows if number >= 0)
        tokens = [self.tokens(norm) for norm in norms]
        names = name_themes([rows[number] for number in numbers], norms, tokens, matrix, kinds)
        return dict(zip(numbers, names, strict=True))

    def tokens(self, norm: str) -> list[str]:
        """The content words of a text, segmented once."""
        if norm not in self._tokens:
            self._tokens[norm] = self._segmenter.content_words(norm)
        return self._tokens[norm]

    def embed(self, texts: Sequence[str]) -> Matrix:
        """The vectors of texts, each distinct one embedded once."""

        def show(done: int, total: int) -> None:
            self._tell("embed", done, total)

        return embed(texts, self._embedder, cache=self._cache, progress=show)

    def _is_specific(self, statement: Statement) -> bool:
        """Whether it names anything: 希望尽快修复 asks for something, but nothing that could be acted on."""
        return any(token not in self._vague for token in self.tokens(statement.norm))

    def _group(
        self,
        statements: Sequence[Statement],
        matrix: Matrix,
        rows: Sequence[int],
        memory: Memory,
        voices: Mapping[str, float],
    ) -> list[_Group]:
        if not rows:
            return []
        norms = [statements[row].norm for row in rows]
        numbers = {theme: n for n, theme in enumerate(sorted(set(memory.together.values())))}
        was = {statement: numbers[theme] for statement, theme in memory.together.items()}
        before = [was.get(statements[row].id, -1) for row in rows]
        who: dict[str, Any] = {
            "voices": np.array([voices[statements[row].post_id] for row in rows]),
            "known": before,
        }
        if statements[rows[0]].kind in ACTIONABLE:
            around = _contexts(statements)
            contexts = [around[row] for row in rows]
            labels = self.themes(norms, matrix[list(rows)], contexts=contexts, **who)
        else:  # praise says what it is about itself, and what stands around it is often a complaint
            labels = self.themes(norms, matrix[list(rows)], **who)
        members = _rows_by(labels)
        groups = []
        for number in sorted(number for number in members if number >= 0):
            own = tuple(rows[n] for n in members[number])
            groups.append(_Group(own, theme_kind([statements[row] for row in own])))
        return groups

    def _trace(
        self,
        groups: Sequence[_Group],
        words: Sequence[Sequence[str]],
        statements: Sequence[Statement],
        matrix: Matrix,
        memory: Memory,
        post_ids: frozenset[str],
    ) -> tuple[list[str], tuple[ThemeEvent, ...]]:
        """The id of each group, that of the theme it continues where there is one, and what became of all themes."""
        rows = [row for group in groups for row in group.rows]
        old = [statement for known in memory.themes for statement in known.statements[:_REMEMBERED]]
        norms = [*(statements[row].norm for row in rows), *(statement.norm for statement in old)]
        parts = [part for part in (matrix[rows], self.embed([s.norm for s in old])) if len(part)]
        vectors = np.vstack(parts) if parts else matrix[rows]  # without a row the width is not known
        places = np.repeat(
            np.arange(len(groups) + len(memory.themes)),
            [*(len(group.rows) for group in groups), *(len(k.statements[:_REMEMBERED]) for k in memory.themes)],
        )
        centres = pool(self._space(norms, vectors), places.tolist()) if rows or old else np.zeros((0, 1))
        taken = {known.theme.id for known in memory.themes}
        found = []
        for group, keys, centre in zip(groups, words, centres, strict=False):
            own = [statements[row] for row in group.rows]
            name = content_id("t", *sorted({statement.norm for statement in own}))
            while name in taken:  # members that another theme once had
                name = content_id("t", name)
            taken.add(name)
            found.append(_profile(name, own, centre, keys, group.kind, said=self._said(own)))
        known = [
            _profile(
                k.theme.id,
                k.statements,
                centre,
                k.theme.keywords,
                k.theme.kind,
                said=self._said(k.statements) if k.is_current else None,
            )
            for k, centre in zip(memory.themes, centres[len(groups) :], strict=True)
        ]
        lineage = trace(known, found, seen_before=memory.post_ids, seen_now=post_ids)
        ids = [continued or profile.id for continued, profile in zip(lineage.ids, found, strict=True)]
        return ids, lineage.events

    def _said(self, statements: Sequence[Statement]) -> dict[str, frozenset[str]]:
        return {statement.id: frozenset(self.tokens(statement.norm)) for statement in statements}

    def _areas_of(
        self, groups: Sequence[_Group], given: Mapping[int, str], norms: Sequence[str], matrix: Matrix
    ) -> list[str]:
        """The area of each theme: that which is `given` by its place; else the one most of its statements fall into.

        Where most statements are in themes with an area, the others are not divided anew, but join these.
        """
        rows = [row for group in groups for row in group.rows]
        if not rows:
            return []
        if 2 * sum(len(groups[place].rows) for place in given) > len(rows):
            return self._joined_areas(groups, given, norms, matrix)
        areas, names = self.areas([norms[row] for row in rows], matrix[rows])
        of = dict(zip(rows, areas, strict=True))
        votes = [Counter(of[row] for row in group.rows) for group in groups]
        found = [names[min(vote, key=lambda area: (-vote[area], area))] for vote in votes]
        return [given.get(place, area) for place, area in enumerate(found)]

    def _joined_areas(
        self, groups: Sequence[_Group], given: Mapping[int, str], norms: Sequence[str], matrix: Matrix
    ) -> list[str]:
        """The areas that are `given`; for other themes what the taxonomy clearly calls them, or the area of the themes
        that they are most like. A theme of a few statements brings no new area."""
        places = [place for place, group in enumerate(groups) for _ in group.rows]
        rows = [row for group in groups for row in group.rows]
        new = [n for n, place in enumerate(places) if place not in given]
        texts = [norms[rows[n]] for n in new]
        topics = self._space.read(texts, matrix[[rows[n] for n in new]])[1]
        votes = self._taxonomy.votes(texts, topics, self._space.groups)
        clear = self._taxonomy.names([places[n] for n in new], votes)
        centres = pool(matrix[rows] - matrix[rows].mean(axis=0), places)
        known, there = sorted(given), set(given.values())
        clear = {n: area for n, area in clear.items() if area in there or len(groups[n].rows) >= _SETTLED}
        areas = []
        for place, centre in enumerate(centres):
            likeness = (centres[known] @ centre).round(_DIGITS)
            nearest: defaultdict[str, float] = defaultdict(float)
            for n in np.argsort(-likeness, kind="stable")[:_NEAREST]:
                nearest[given[known[n]]] += max(float(likeness[n]), 0.0)
            areas.append(given.get(place) or clear.get(place) or max(nearest, key=nearest.__getitem__))
        return areas


def _choose(posts: Iterable[Post], config: Config) -> tuple[str, tuple[str, ...], list[Post]]:
    """The moment to speak for, the windows to compare, and the posts to read, by id.

    With a window these are the posts of that window and of the `config.baseline` before it; without, all of them.
    """
    corpus = sorted(posts, key=lambda post: post.id)
    dates = [post.posted_at for post in corpus if post.posted_at]
    as_of = config.as_of or max(dates, default="")
    if not config.window:
        days = config.period_days or choose_period(dates)
        return as_of, covered(as_of, days, min(dates, default=""), most=_MAX_WINDOWS), corpus
    if not dates:
        raise InputError("no post has a date, so there is no window to look at; leave --window out")
    asked = windows(as_of, config.window, config.baseline + 1, timezone=config.timezone)
    span = f"{asked[0].partition('/')[0]}/{as_of}"
    oldest = min(dates)
    if not any(within(date, asked[-1]) for date in dates):
        raise InputError(_no_post_in(asked[-1], oldest, max(dates), timezone=config.timezone))
    known = [window for window in asked if window.partition("/")[2] >= oldest]
    return as_of, tuple(known if len(known) > 1 else asked[-2:]), [p for p in corpus if within(p.posted_at, span)]


_MAX_WINDOWS = 8


def _no_post_in(window: str, oldest: str, newest: str, *, timezone: str) -> str:
    start, _, end = window.partition("/")
    first = (datetime.fromisoformat(start) + timedelta(seconds=1)).isoformat()
    days = [local(moment, timezone=timezone)[:10] for moment in (first, end, oldest, newest)]
    return "no post from {} until {}; the posts span {} to {}".format(*days)


def from_known(themes: Sequence[Theme], found: Sequence[Theme], events: Sequence[ThemeEvent]) -> frozenset[str]:
    """The themes, after decisions, with a statement of one found that earlier runs had, and that is not new."""
    known = _from_before(events)
    members = {member for theme in found if theme.id in known for member in theme.statement_ids}
    return frozenset(theme.id for theme in themes if not members.isdisjoint(theme.statement_ids))


def _former(events: Sequence[ThemeEvent], themes: Sequence[Theme], memory: Memory) -> dict[str, str]:
    """The last name of each theme that something became of, and that is no more."""
    there = {theme.id for theme in themes}
    gone = {theme_id for event in events for theme_id in event.before} - there
    return {known.theme.id: known.theme.name for known in memory.themes if known.theme.id in gone}


def _from_before(events: Sequence[ThemeEvent]) -> frozenset[str]:
    """The themes that earlier runs had, and of which this run sees no statement that they saw: they are not new."""
    again = (event for event in events if event.event in ("continued", "returned") and not event.overlap)
    return frozenset(theme_id for event in again for theme_id in event.after)


def _joined(
    ids: Sequence[str], groups: Sequence[_Group], statements: Sequence[Statement]
) -> tuple[list[str], list[_Group]]:
    """Groups of one id made one."""
    rows: defaultdict[str, list[int]] = defaultdict(list)
    for theme_id, group in zip(ids, groups, strict=True):
        rows[theme_id].extend(group.rows)
    return list(rows), [_Group(tuple(sorted(own)), theme_kind([statements[n] for n in own])) for own in rows.values()]


def _profile(
    theme_id: str,
    members: Sequence[Statement],
    centre: Matrix,
    words: Sequence[str],
    kind: Kind,
    *,
    said: Mapping[str, frozenset[str]] | None,
) -> Profile:
    """What a theme is known by; what was said is asked for in themes of the last run and of this one."""
    return Profile(
        id=theme_id,
        members={statement.id: statement.post_id for statement in members},
        centre=centre,
        words=frozenset(words),
        family="praise" if kind == "praise" else "",
        is_current=said is not None,
        said=said or {},
    )


_NEAREST = 5  # themes that lend their area to one that is like them
_DIGITS = 5
_REMEMBERED = 40  # statements of a known theme that its centre is made of
_SETTLED = 8  # statements that a name must rest on to be kept for good: what two people said names a theme badly


def _clean_all(posts: Sequence[Post], tell: Progress) -> tuple[dict[str, str], dict[str, str]]:
    """Post id -> readable text with its title, and post id -> matching form."""
    readable, norms = {}, {}
    for n, post in enumerate(posts):
        text = clean(post.text, cleaners=STRUCTURE)
        title = clean(post.title, cleaners=STRUCTURE)
        readable[post.id] = text if not title or title.strip("…. ") in text else f"{title}\n{text}"
        norms[post.id] = clean(readable[post.id], cleaners=CLEANERS)
        if n % 500 == 0:
            tell("clean", n, len(posts))
    tell("clean", len(posts), len(posts))
    return readable, norms


def _set_aside(
    posts: Sequence[Post], norms: Mapping[str, str], config: Config, tell: Progress
) -> tuple[list[Exclusion], dict[str, str]]:
    """The posts to leave out, each with its reason, and the copies: post id -> id of the post it repeats."""
    tell("dedupe", 0, 1)
    exclusions: dict[str, Exclusion] = {}
    for post in posts:
        found = flag(norms[post.id])
        if found:
            exclusions[post.id] = Exclusion(post_id=post.id, reason=found.reason, detail=found.detail)
    rest = [post for post in posts if post.id not in exclusions]
    texts = [norms[post.id] for post in rest]
    groups = near_duplicates(texts, threshold=config.duplicate_threshold)
    for row, found in flag_templates(texts, groups, [post.author for post in rest]).items():
        exclusions[rest[row].id] = Exclusion(post_id=rest[row].id, reason=found.reason, detail=found.detail)
    duplicates = {
        rest[row].id: rest[group].id
        for row, group in enumerate(groups)
        if row != group and rest[row].id not in exclusions
    }
    tell("dedupe", 1, 1)
    return [exclusions[post_id] for post_id in sorted(exclusions)], duplicates


def _families(
    posts: Sequence[Post], norms: Mapping[str, str], duplicates: Mapping[str, str], *, threshold: float
) -> dict[str, str]:
    """Posts -> the post whose words they repeat nearly, copies with what they are copies of."""
    originals = [duplicates.get(post.id, post.id) for post in posts]
    texts = [norms[post_id] for post_id in originals]
    groups = near_duplicates(texts, threshold=threshold, min_length=LETTERS, any_change=True)
    return {post.id: originals[group] for post, group in zip(posts, groups, strict=True)}


def _split_all(
    posts: Sequence[Post],
    readable: Mapping[str, str],
    people: Mapping[str, str],
    read: Mapping[str, Sequence[Statement]],
    tell: Progress,
) -> list[Statement]:
    """The statements of all posts, what a post says again left out: saying it twice is one person saying it.

    Those of the posts in `read` are there already.
    """
    statements = []
    scenes = Scenes(resources.path("corpora/lexicon/scenes.toml"))
    for post in posts:
        statements += [replace(statement, person=people[post.id]) for statement in read.get(post.id, ())]
        if post.id in read:
            continue
        said: set[str] = set()
        for position, piece in enumerate(split(readable[post.id])):
            norm = clean(piece)
            if norm and norm not in said:
                said.add(norm)
                statement_id = content_id("s", post.id, position, piece)
                statements.append(
                    Statement(
                        id=statement_id,
                        post_id=post.id,
                        position=position,
                        text=piece,
                        norm=norm,
                        person=people[post.id],
                        mentions=scenes(norm),
                    )
                )
    tell("split", len(posts), len(posts))
    return statements


def _embedder(config: Config) -> Embedder:
    return load_embedder(config.model, models=resources.path("models"))


def _narrator(config: Config, answers: AnswerCache | None) -> Narrator | None:
    """Made before the analysis, so that what is missing for it is told at once."""
    if not config.llm:
        return None
    return Narrator(config.llm, config.llm_model, tokens=config.llm_tokens, cache=answers)


def _worded(
    narrator: Narrator | None,
    themes: list[Theme],
    statements: Sequence[Statement],
    ranked: Sequence[str],
    tell: Progress,
) -> tuple[list[Theme], list[Wording]]:
    if narrator is None:
        return themes, []

    def show(done: int, total: int) -> None:
        tell("llm", done, total)

    return narrator(themes, statements, ranked=ranked, progress=show)


def name_anew(
    themes: Sequence[Theme], statements: Sequence[Statement], unnamed: Collection[str], config: Config
) -> dict[str, str]:
    """What those of the themes that are `unnamed` are called by the statements they have, where these tell; the others
    keep their names.

    By wording alone, whatever model the configuration names: it may not be there any more.
    """
    segmenter = Segmenter(
        user_words=read_words(config.user_dict) if config.user_dict and Path(config.user_dict).exists() else [],
        stopwords=read_words(resources.path("corpora/lexicon/stopwords.txt")),
    )
    row = {statement.id: n for n, statement in enumerate(statements)}
    norms = [statement.norm for statement in statements]
    clusters = [[row[member] for member in theme.statement_ids] for theme in themes]
    needed = [n for theme, cluster in zip(themes, clusters, strict=True) if theme.id in unnamed for n in cluster]
    vectors = embed([norms[n] for n in needed], load_embedder("lexical"))
    matrix = np.zeros((len(norms), vectors.shape[1]), dtype=np.float32)
    matrix[needed] = vectors
    names = name_themes(
        clusters,
        norms,
        [segmenter.content_words(norm) for norm in norms],
        matrix,
        [statement.kind for statement in statements],
        given={place: theme.name for place, theme in enumerate(themes) if theme.id not in unnamed},
    )
    return {
        theme.id: name
        for theme, name in zip(themes, names, strict=True)
        if theme.id in unnamed and not name.startswith(OTHER)
    }


def embedded_texts(statements: Sequence[Statement]) -> list[str]:
    """Everything of the statements of a run that is embedded."""
    return [*(statement.norm for statement in statements), *_contexts(statements)]


def _contexts(statements: Sequence[Statement]) -> list[str]:
    """Each statement with the end of the one before it and the beginning of the one after it in the same post."""
    texts = []
    for n, statement in enumerate(statements):
        before = statements[n - 1] if n else None
        after = statements[n + 1] if n + 1 < len(statements) else None
        parts = [
            before.norm[-_WINDOW:] if before and before.post_id == statement.post_id else "",
            statement.norm,
            after.norm[:_WINDOW] if after and after.post_id == statement.post_id else "",
        ]
        texts.append(" ".join(part for part in parts if part))
    return texts


_WINDOW = 60


def _voices(posts: Sequence[Post], people: Mapping[str, str], campaigns: Iterable[Campaign]) -> dict[str, float]:
    """Post id -> 1 where it has a say in what is usual and in what makes a theme, 0 where it only joins themes.

    That is a post of a campaign, and of an author who wrote very many all but the first: else one author, or a hired
    crowd, would draw what others say to what they say.
    """
    hired = {post_id for campaign in campaigns for post_id in campaign.post_ids}
    said = Counter(people[post.id] for post in posts)
    voices: dict[str, float] = {}
    heard: set[str] = set()
    for post in sorted(posts, key=lambda post: (post.posted_at, post.id)):
        person = people[post.id]
        is_loud = person in heard and said[person] > _VERY_MANY
        voices[post.id] = 0.0 if is_loud or post.id in hired else 1.0
        heard.add(person)
    return voices


_VERY_MANY = 10


def _distinct(texts: Sequence[str]) -> tuple[list[str], list[int]]:
    """The distinct texts in code point order, and for each text its number among them."""
    distinct = sorted(set(texts))
    number = {text: n for n, text in enumerate(distinct)}
    return distinct, [number[text] for text in texts]


def theme_kind(members: Sequence[Statement]) -> Kind:
    """What most of its people do; asking and lacking count together against complaining."""
    votes: Counter[Kind] = Counter(kind for kind, _ in {(statement.kind, statement.person) for statement in members})
    wish = votes["request"] + votes["need"]
    if wish and wish >= max(votes["problem"], votes["question"], votes["praise"]):
        return "request" if votes["request"] >= votes["need"] else "need"
    return max(_COMPLAINING, key=lambda kind: votes[kind])


_COMPLAINING: tuple[Kind, ...] = ("problem", "question", "praise", "other")


def _rows_by(labels: Sequence[int]) -> dict[int, list[int]]:
    rows: defaultdict[int, list[int]] = defaultdict(list)
    for row, label in enumerate(labels):
        rows[int(label)].append(row)
    return dict(sorted(rows.items()))


def _fingerprint(post: Post) -> str:
    # without the author: hashed with a salt of each database, and who is who shows in the posts themselves
    return content_id("f", replace(post, author=""))
