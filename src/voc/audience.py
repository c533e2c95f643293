"""What the database knows of those who speak: files of attributes in, profiles and core users out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from voc import authors
from voc.authors import Invitation, Profile, TakenUp, invite
from voc.authorship import is_by
from voc.datatypes import Author, FileSummary, RejectedRow, Run
from voc.errors import InputError
from voc.release import moment_of
from voc.store import Store
from voc.window import iso


@dataclass(frozen=True, kw_only=True, slots=True)
class AuthorCounts:
    """What a file of authors told: rows used, authors by what became of them, and how many of those wrote no post.

    `contradictions` counts cells that another row of the file says otherwise; the last one holds. `forgotten`
    authors were set aside. `rejected` maps each reason to the lines of the rows refused for it.
    """

    n_rows: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    without_post: int = 0
    contradictions: int = 0
    forgotten: int = 0
    rejected: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    files: tuple[FileSummary, ...] = ()


def import_authors(
    store: Store,
    path: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    encoding: str = "",
    keep_pii: bool = False,
    stdin: BinaryIO | None = None,
) -> AuthorCounts:
    """Keep what a file tells of authors, attribute by attribute, all or nothing; twice is the same as once.

    See `voc.ingest.authors` for how it is read. Nothing of rows that are refused is kept, since they hold names.

    Raises: InputError for a file that cannot be read, or tells nothing.
    """
    from voc.ingest.authors import read_authors

    known = store.authors_of_posts()
    events = read_authors(
        str(path), known=known, salt=store.salt(), columns=columns, encoding=encoding, keep_pii=keep_pii, stdin=stdin
    )
    told: dict[str, dict[str, str]] = {}
    rejected: defaultdict[str, list[int]] = defaultdict(list)
    files, contradictions = [], 0
    for event in events:
        if isinstance(event, Author):
            row = told.setdefault(event.id, {})
            contradictions += sum(row.get(name, value) != value for name, value in event.attributes.items())
            row |= event.attributes
        elif isinstance(event, RejectedRow):
            rejected[event.reason].append(event.line)
        else:
            files.append(event)
    if problem := next((file.error for file in files if file.error), ""):
        raise InputError(problem)
    gone, salt = store.forgotten(), store.salt()
    forgotten = [author for author in told if is_by(author, gone, salt)]
    for author in forgotten:
        del told[author]
    before = {author.id: dict(author.attributes) for author in store.authors()}
    after = {author: before.get(author, {}) | row for author, row in told.items()}
    store.save_authors(Author(id=author, attributes=attributes) for author, attributes in sorted(after.items()))
    became = Counter(_became(before.get(author), attributes) for author, attributes in after.items())
    return AuthorCounts(
        n_rows=sum(file.n_posts for file in files),
        **became,
        without_post=len(after.keys() - set(known)),
        contradictions=contradictions,
        forgotten=len(forgotten),
        rejected={reason: tuple(lines) for reason, lines in rejected.items()},
        files=tuple(files),
    )


def _became(before: Mapping[str, str] | None, after: Mapping[str, str]) -> str:
    return "added" if before is None else "unchanged" if before == after else "changed"


def profiles(store: Store, run: Run | None = None) -> list[Profile]:
    """The profile of each known author, closest first (see `voc.authors`), as of a run; default: the latest.

    Posts and statements are those of all runs up to it, each post as the last one that saw it has it. Attributes are
    as they are now, and so is where themes stand.
    """
    run = run or store.load_run()
    said = store.said(run.id)
    return authors.profiles(
        said.posts,
        said.statements,
        as_of=run.as_of,
        reasons=said.reasons,
        duplicates=said.duplicates,
        told=store.authors(),
        taken_up=_taken_up(store, run),
    )


def core(store: Store, run: Run | None = None, *, limit: int = 100) -> list[Invitation]:
    """The first core users to invite, and why (see `voc.authors.invite`)."""
    return invite(profiles(store, run), limit=limit)


def _taken_up(store: Store, run: Run) -> list[TakenUp]:
    """The themes that are planned, in progress or shipped, and since when they have been without a break."""
    accepted = ("planned", "in-progress", "shipped")
    since: dict[str, str] = {}
    for status in store.status_history():
        if status.status not in accepted:
            since.pop(status.theme_id, None)
        else:
            since.setdefault(status.theme_id, status.at)
    now = {plan.theme_id: plan.now for plan in run.plans}
    keywords = {theme.id: theme.keywords for theme in run.themes}
    timezone = str(run.config.get("timezone", "UTC"))
    days = {release.name: iso(moment_of(release, timezone=timezone)) for release in store.releases()}
    made = []
    for plan in store.plans():
        if plan.theme_id not in since:
            continue
        is_part_of = now.get(plan.theme_id) or plan.theme_id
        released = days.get(plan.release, "") if plan.status == "shipped" else ""
        made.append(
            TakenUp(
                theme_id=plan.theme_id,
                name=plan.name,
                since=min(since[plan.theme_id], released or since[plan.theme_id]),
                released=released,
                theme_ids=frozenset({plan.theme_id, is_part_of}),
                keywords=keywords.get(is_part_of, ()),
                asked=tuple(store.mentions(plan.theme_id)),
            )
        )
    return made
