"""The whole way in one call: files -> database -> run -> report; the command line and notebooks go through here."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from voc.audience import core as core
from voc.audience import import_authors as import_authors
from voc.audience import profiles as profiles
from voc.config import Config
from voc.datatypes import FileSummary, Post, RejectedRow, Release, Run, Statement
from voc.errors import ConfigError, InputError
from voc.store import Forgotten, IngestCounts, Store
from voc.window import due, iso, length_of, local, windows

if TYPE_CHECKING:
    from voc.cohorts import Table
    from voc.evaluate import Evaluation
    from voc.frameworks import Placed
    from voc.report import Report
    from voc.report.thanks import Thanks
    from voc.satisfaction import Drivers
    from voc.store.vectors import Vector

Progress = Callable[[str, int, int], None]
Warn = Callable[[str], None]
Event = Post | RejectedRow | FileSummary

_MEMORY = ":memory:"
_EVERY = 200  # rows between two reports of progress


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """How files are read: see `voc.ingest.read`.

    `columns` maps fields to column names. `as_of` (ISO date or time; empty: now) is what relative dates count back
    from, and a day after which dates are taken for mistakes.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    encoding: str = ""
    as_of: str = ""
    timezone: str = "Asia/Shanghai"
    keep_pii: bool = False
    keep_authors: bool = False
    stdin: BinaryIO | None = None


def ingest(
    store: Store, paths: Sequence[str | Path], *, reading: Reading | None = None, progress: Progress | None = None
) -> IngestCounts:
    """Read files and folders into the database, all or nothing; twice is the same as once.

    Rejected rows and unreadable files are no errors here: see the counts, and `require_posts`.
    """
    from voc.search import index_words
    from voc.segment import Segmenter

    # a database in memory is gone in a moment and its report names no author: without a salt, the same input gives
    # the same report
    salt = "" if store.path == _MEMORY else store.salt()
    read = _read(paths, reading or Reading(), salt=salt, forgotten=store.forgotten())
    events = _counted(read, progress)
    segmenter = Segmenter()
    return store.save_posts(events, tokens=lambda text: index_words(_plain(text), segmenter))


def require_posts(counts: IngestCounts) -> None:
    """Raise InputError, with the reason of the first file that has one, where an ingest found no usable post."""
    if not counts.posts:
        reasons = [summary.error for summary in counts.files if summary.error]
        raise InputError(reasons[0] if reasons else "no usable row in the input; name the columns with --column")


def analyze(
    store: Store, *, config: Config | None = None, progress: Progress | None = None, warn: Warn | None = None
) -> Run:
    """Analyse every post of the database and save the run as its latest.

    `warn` is told, in one line, what went less well than it was asked for: themes that a language model did not word,
    decisions whose theme is not in the run.
    """
    from voc import decide, llm, pipeline
    from voc.ingest.dates import zone_of

    config = config or Config()
    zone_of(config.timezone)
    if config.as_of:
        config = dataclasses.replace(config, as_of=iso(moment(config.as_of, config.timezone)))
    posts = list(store.load_posts())
    if not posts:
        raise InputError(f"{store.path} holds no posts yet; add some with: voc ingest {store.path} FILE...")
    is_kept = store.path != _MEMORY
    run = pipeline.analyze(
        posts,
        config,
        rejected=store.rejected_counts(),
        vectors=StoredVectors(store) if is_kept else None,
        answers=StoredAnswers(store) if is_kept else None,
        recall=store.recall if is_kept else None,
        decisions=store.decisions(),
        plans=store.plans(),
        releases=store.releases(),
        authors=store.authors(),
        progress=progress,
    )
    store.save_run(run)
    for problem in (llm.told(run.wordings), decide.not_done(run.effects)):
        if warn and problem:
            warn(problem)
    return run


def weekly(
    store: Store,
    *,
    config: Config | None = None,
    since: str = "",
    until: str = "",
    progress: Progress | None = None,
    warn: Warn | None = None,
) -> Iterator[Run]:
    """Analyse the windows that are over and have no run yet, the earliest first; each run is saved before the next.

    `config.window` is their length (default: ``7d``, weeks that end on Sunday). Without a run of that window yet, the
    first is the last one that is over, or the first that ends after `since` (an ISO date). A window is over when a post
    is newer, or it ends by the end of `until` (an ISO date). Windows without a post are passed over.
    """
    from voc.ingest.dates import zone_of

    config = _with_window(config)
    zone_of(config.timezone)
    first = since and iso(start_of(since, config.timezone))
    last = until and iso(moment(until, config.timezone))
    oldest, newest = store.span()
    if not newest:
        raise InputError(f"{store.path} holds no post with a date, and a week needs one")
    done = _analysed(store, config)
    if done and since and warn:
        warn(f"--since only counts for the first run; the last one is of {local(done, timezone=config.timezone)[:10]}")
    after = done or first
    ends = due(config.window, after=after or oldest, until=last or newest, timezone=config.timezone)
    ends = _with_posts(store, ends, config)
    for end in ends if after else ends[-1:]:
        yield analyze(store, config=dataclasses.replace(config, as_of=end), progress=progress, warn=warn)


def why_nothing_is_due(store: Store, *, config: Config | None = None, until: str = "") -> str:
    """One line on why `weekly` made no run."""
    config = _with_window(config)
    (_, newest), done = store.span(), _analysed(store, config)
    if newest <= done:
        return "nothing is due: every window with a post has been analysed"
    reached = max(done, iso(moment(until, config.timezone)) if until else newest)
    ahead = iso(datetime.fromisoformat(reached) + timedelta(days=1 + (length_of(config.window) or 31)))
    end = due(config.window, after=reached, until=ahead, timezone=config.timezone)[0]
    day, seen = local(end, timezone=config.timezone)[:10], local(newest, timezone=config.timezone)
    name = {"7d": "week", "1w": "week", "month": "month"}.get(config.window, "window")
    last = f"--until is {until}" if until else f"the newest post is of {seen}"
    return f"nothing is due: the {name} to {day} is not over: {last}; give --until {day} to analyse it all the same"


def _with_window(config: Config | None) -> Config:
    config = config or Config()
    return dataclasses.replace(config, window=config.window or "7d")


def _analysed(store: Store, config: Config) -> str:
    """The moment up to which windows have been analysed; empty before the first run."""
    return max((summary.as_of for summary in store.runs() if summary.window == config.window), default="")


def _with_posts(store: Store, ends: Sequence[str], config: Config) -> list[str]:
    """The ends of those windows that hold a post."""
    return [end for end in ends if any(store.span(windows(end, config.window, 1, timezone=config.timezone)[0]))]


def run(
    paths: Sequence[str | Path],
    *,
    config: Config | None = None,
    reading: Reading | None = None,
    database: str | Path = _MEMORY,
    lang: str = "zh",
    progress: Progress | None = None,
    warn: Warn | None = None,
) -> Report:
    """From files and folders to a report; `database` keeps the posts and the run. `warn` is that of `analyze`.

    Raises: VocError subclasses for what the user can mend: files, columns, settings, the database.
    """
    from voc.report import compose

    with Store(database) as store:
        require_posts(ingest(store, paths, reading=reading, progress=progress))
        return compose(analyze(store, config=config, progress=progress, warn=warn), lang=lang)


def cohorts(
    store: Store, *, by: str, run: str | None = None, min_cell: int | None = None, min_cohort: int | None = None
) -> Table:
    """Who says what: the suggestions and praise of a run (default: the latest) by an attribute of people.

    `by` is region, device, version, source, rating, year, month, or whatever is told of authors or posts. The limits
    are those of the run where none are given (see `voc.cohorts.compare`).

    Raises: InputError if nobody has the attribute.
    """
    from voc.cohorts import compare, limits, people_by

    found = store.load_run(run)
    if any(author.attributes.get(by) for author in store.authors()) and not any(people_by(found, by).values()):
        raise InputError(
            f"{by} is told of authors, but was not when run {found.id} was made; run `voc analyze {store.path}` again"
        )
    given = {"min_cell": min_cell, "min_cohort": min_cohort}
    return compare(found, by, **limits(found.config) | {name: n for name, n in given.items() if n is not None})


def thanks(store: Store, release: str, *, lang: str = "zh") -> Thanks:
    """Who asked for what was shipped in a release (see `voc.report.thanks`).

    Raises: InputError if no theme was.
    """
    from voc.report.thanks import thank

    shipped = [plan for plan in store.plans() if plan.status == "shipped" and plan.release == release]
    if not shipped:
        advice = f"say so with: voc status DB THEME shipped --release {release}"
        raise InputError(f"no theme was shipped in {release}; {advice}")
    known = {known.name: known for known in store.releases()}
    return thank(
        known.get(release, Release(name=release, date="")),
        [(plan.theme_id, plan.name, plan.link) for plan in shipped],
        {plan.theme_id: store.mentions(plan.theme_id) for plan in shipped},
        timezone=Config().timezone,
        lang=lang,
    )


def forget(store: Store, author: str, *, dry_run: bool = False) -> Forgotten:
    """Remove a person, by the name in the files or the id in `posts.author`, from everything (see `voc.forget`).

    Their rows are set aside when files are read again. With `dry_run` nothing is changed.

    Raises: DatabaseError if the database holds nothing of theirs, or is in use.
    """
    from voc.forget import Editing

    name = author.strip()
    if not name:
        raise InputError("the author is empty; give the name as it stands in the files, or an id as in posts.author")
    return store.forget(name, edit=Editing, dry_run=dry_run)


def by_framework(run: Run, framework: str, *, effort: str | Path = "") -> tuple[list[Placed], tuple[str, ...]]:
    """The suggestions of a run by one of `voc.frameworks.FRAMEWORKS`, and what the `effort` file names in vain.

    `effort` is a table of themes, by id or name, and person-weeks.

    Raises: ConfigError for a framework there is not; InputError for an effort file that cannot be used.
    """
    from voc import frameworks
    from voc.export.reading import read_rows
    from voc.report.evidence import Evidence

    if framework not in frameworks.FRAMEWORKS:
        raise ConfigError(f"there is no framework {framework!r}; choose one of {', '.join(frameworks.FRAMEWORKS)}")
    given = frameworks.Efforts(weeks={})
    if effort:
        themes = {theme.id: theme for theme in run.themes}
        wanted = [themes[suggestion.theme_id] for suggestion in run.suggestions]
        given = frameworks.efforts_of(*read_rows(effort), wanted, file=str(effort))
    return frameworks.place(framework, list(Evidence(run).merits.values()), efforts=given.weeks), given.unknown


def drivers(run: Run) -> Drivers:
    """What moves the ratings of a run (see `voc.satisfaction`)."""
    from voc.report.evidence import Evidence

    return Evidence(run).drivers


def search(store: Store, words: str, *, limit: int = 20) -> list[Post]:
    """Posts that hold every one of the words, best match first; script, width and case do not matter."""
    from voc.search import query_words
    from voc.segment import Segmenter

    return store.search(query_words(_plain(words), Segmenter()), limit)


def search_like(store: Store, text: str, *, limit: int = 20) -> list[tuple[Statement, float]]:
    """Statements of the last run that mean nearly the same as `text`, nearest first, with the cosine of both.

    Whatever model the run was made with, sentences are compared in ``use-paraphrase``. Blank text is like nothing.
    """
    from voc import resources
    from voc.embed import MappedEmbedder, UseEmbedder, embed

    said, plain = store.load_run().statements, _plain(text)
    if not plain:
        return []
    use = UseEmbedder()
    paraphrase = MappedEmbedder(use, resources.path("models/use-paraphrase/map.npz"))
    vectors = embed([statement.norm for statement in said], use, cache=StoredVectors(store))
    wanted = paraphrase.encode([plain])[0]
    cosines = [float(row @ wanted) for row in paraphrase.mapped(vectors)]
    nearest = sorted(range(len(said)), key=lambda n: (-round(cosines[n], 5), said[n].id))
    return [(said[n], cosines[n]) for n in nearest[:limit]]


def predict(
    paths: Sequence[str | Path],
    *,
    config: Config | None = None,
    reading: Reading | None = None,
    progress: Progress | None = None,
) -> tuple[list[dict[str, object]], int]:
    """One prediction per usable row (see `voc.pipeline.predict`), and how many rows were not usable."""
    from voc import pipeline

    events = list(_counted(_read(paths, reading or Reading(), salt=""), progress))
    rows = [(event.source_id or event.id, event.text) for event in events if isinstance(event, Post)]
    summaries = tuple(event for event in events if isinstance(event, FileSummary))
    require_posts(IngestCounts(added=len(rows), files=summaries))
    n_rejected = sum(isinstance(event, RejectedRow) for event in events)
    return pipeline.predict(rows, config or Config(), progress=progress), n_rejected


def explain(text: str, *, values: str = "auto") -> dict[str, object]:
    """Why a statement has its kind (see `voc.kinds.Explanation`) and, under ``value`` and ``cost``, its class there.

    `values` is that of Config. Classes are told whatever the kind; in a run only what can be acted on has any.
    """
    from voc import pipeline
    from voc.kinds import explain as why

    return dataclasses.asdict(why(text)) | pipeline.explain_values(text, values)


def evaluate(
    paths: Sequence[str | Path],
    *,
    tasks: Sequence[str] = (),
    config: Config | None = None,
    reading: Reading | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Compare what `predict` says of labelled rows with their labels; similarities with pairs that mean the same.

    `paths` are JSON Lines files, or folders with such. Rows with ``kind`` (and ``polarity``), ``theme``, ``area``, or
    ``text2`` and ``same`` serve the tasks ``kinds``, ``themes``, ``areas`` and ``pairs``; no `tasks` means all. All
    rows of a file are predicted together, also those without labels.

    Raises: InputError for a path that leads nowhere, a label that does not exist, or where no row is labelled;
        ConfigError for a task that does not exist.
    """
    from voc import pipeline
    from voc.evaluate import Evaluation, Scores, checked_tasks, labelled_files, labelled_rows, may_hold_labels, measure

    config, tasks = config or Config(), checked_tasks(tasks)

    def predicted(posts: Sequence[Post]) -> list[dict[str, Any]]:
        rows = [(post.source_id or post.id, post.text) for post in posts]
        return pipeline.predict(rows, config, progress=progress)

    labelled, notes = [], []
    for name, path in labelled_files(paths).items():  # all of them read before the first is predicted, which takes long
        posts, told = _usable(name, path, reading or Reading(), progress) if may_hold_labels(path) else ([], [])
        notes += told
        if rows := labelled_rows(posts, tasks, file=str(path)):
            labelled.append((name, posts, rows))
        else:
            notes.append(f"{name} set aside: no row is labelled for {', '.join(tasks)}")
    if not labelled:
        raise InputError(f"nothing to measure: {notes[0]}")
    scores = [
        Scores(file=name, task=task, metrics=metrics)
        for name, posts, rows in labelled
        for task, metrics in measure(posts, rows, predict=predicted, similarity=_similarity(config)).items()
    ]
    return Evaluation(scores=tuple(scores), notes=tuple(notes))


def start_of(text: str, timezone: str) -> datetime:
    """As `moment`, but a date means the last second before its day: where a window that begins on it starts.

    >>> start_of("2024-05-01", "Asia/Shanghai").isoformat()
    '2024-04-30T23:59:59+08:00'
    """
    found = moment(text, timezone)
    return found - timedelta(days=1) if len(text) <= len("2024-05-01") else found


def days_between(since: str, until: str, timezone: str) -> int:
    """Days from the beginning of one date to the end of another, begun days counting whole.

    Raises: ConfigError if there is none.

    >>> days_between("2024-05-01", "2024-05-07", "Asia/Shanghai")
    7
    """
    days = -((start_of(since, timezone) - moment(until, timezone)) // timedelta(days=1))
    if days < 1:
        raise ConfigError(f"a window from {since} until {until} is empty; give the earlier date to --since")
    return days


def moment(text: str, timezone: str) -> datetime:
    """The moment an ISO date or time stands for; a date means the end of its day, no zone means `timezone`.

    Raises: ConfigError if it is neither, of a year that no feedback is from, or the zone is unknown.

    >>> moment("2024-05-01", "Asia/Shanghai").isoformat()
    '2024-05-01T23:59:59+08:00'
    """
    from voc.ingest.dates import YEARS, zone_of

    zone = zone_of(timezone)
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"{text!r} is no date; give one such as 2024-05-01 or 2024-05-01T08:00") from error
    if parsed.year not in YEARS:
        raise ConfigError(f"{text!r} lies outside the years {YEARS[0]} to {YEARS[-1]}; give a date within them")
    if len(text) <= len("2024-05-01"):
        parsed = datetime.combine(parsed, time(23, 59, 59))
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)


@dataclass(frozen=True, slots=True)
class StoredVectors:
    """The store as the pipeline's cache of embeddings (`voc.embed.VectorCache`)."""

    store: Store

    def get(self, model: str, keys: Iterable[str]) -> Mapping[str, Vector]:
        return self.store.cached_vectors(model, keys)

    def put(self, model: str, vectors: Mapping[str, Vector]) -> None:
        self.store.save_vectors(model, vectors)


@dataclass(frozen=True, slots=True)
class StoredAnswers:
    """The store as the pipeline's cache of what language models said (`voc.llm.AnswerCache`)."""

    store: Store

    def get(self, model: str, key: str) -> str | None:
        return self.store.cached_answer(model, key)

    def put(self, model: str, key: str, answer: str) -> None:
        self.store.save_answer(model, key, answer)


def _read(
    paths: Sequence[str | Path], reading: Reading, *, salt: str, forgotten: frozenset[str] = frozenset()
) -> Iterator[Event]:
    from voc.ingest import read

    return read(
        [str(path) for path in paths],
        columns=reading.columns,
        encoding=reading.encoding,
        as_of=moment(reading.as_of, reading.timezone) if reading.as_of else datetime.now(UTC),
        timezone=reading.timezone,
        keep_pii=reading.keep_pii,
        keep_authors=reading.keep_authors,
        salt=salt,
        forgotten=forgotten,
        stdin=reading.stdin,
    )


def _usable(name: str, path: Path, reading: Reading, progress: Progress | None) -> tuple[list[Post], list[str]]:
    """The posts of a file, and what is to be said of the rows that are none."""
    events = list(_counted(_read([path], reading, salt=""), progress))
    rejected = [event for event in events if isinstance(event, RejectedRow)]
    notes = [event.error for event in events if isinstance(event, FileSummary) and event.error]
    if rejected and not notes:
        notes = [f"{name}: {len(rejected)} rows not usable; the first: line {rejected[0].line} {rejected[0].reason}"]
    return [event for event in events if isinstance(event, Post)], notes


def _similarity(config: Config) -> Callable[[Sequence[str], Sequence[str]], list[float]]:
    """Cosines, pair by pair, of texts and as many others: how likely they are to mean the same.

    In the embedding that the configuration names; of the default model in the one that is made for this.
    """
    from voc import resources
    from voc.embed import embed, load_embedder

    def similarity(texts: Sequence[str], others: Sequence[str]) -> list[float]:
        model = "use-paraphrase" if config.model == "use" else config.model
        embedder = load_embedder(model, models=resources.path("models"))
        vectors = embed([_plain(text) for text in (*texts, *others)], embedder)
        return [float(cosine) for cosine in (vectors[: len(texts)] * vectors[len(texts) :]).sum(axis=1)]

    return similarity


def _counted(events: Iterable[Event], progress: Progress | None) -> Iterator[Event]:
    n_rows = 0
    for event in events:
        yield event
        n_rows += not isinstance(event, FileSummary)
        if progress and n_rows % _EVERY == 0:
            progress("ingest", n_rows, 0)
    if progress:
        progress("ingest", n_rows, n_rows)


def _plain(text: str) -> str:
    from voc.clean import clean

    return clean(text)
