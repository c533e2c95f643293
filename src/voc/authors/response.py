"""What came of what people asked for: themes that a team took up, and what those who asked said once they were out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from voc.datatypes import Kind, Post, Statement

Response = Literal["praised", "complained", "silent"]

ASKING: frozenset[Kind] = frozenset({"request", "need", "problem", "question"})
_NAMING = 3  # keywords of a theme by which praise elsewhere is known to be of it


@dataclass(frozen=True, kw_only=True, slots=True)
class TakenUp:
    """A theme that a team took up at the moment `since`, and released at `released` (ISO-8601 UTC, empty: not yet).

    `asked` is all that was ever said of it; `theme_ids` are its id, and that of the theme it is part of by now.
    """

    theme_id: str
    name: str
    since: str
    released: str = ""
    theme_ids: frozenset[str] = frozenset()
    keywords: tuple[str, ...] = ()
    asked: tuple[tuple[Statement, Post], ...] = ()


def accepted_by(taken_up: Sequence[TakenUp]) -> defaultdict[str, list[str]]:
    """Author -> the themes asked for before they were taken up, in the order in which they were."""
    accepted: defaultdict[str, list[str]] = defaultdict(list)
    for theme in sorted(taken_up, key=lambda theme: (theme.since, theme.theme_id)):
        for author in _askers(theme, theme.since):
            accepted[author].append(theme.name)
    return accepted


def _askers(theme: TakenUp, before: str) -> set[str]:
    return {
        post.author
        for statement, post in theme.asked
        if post.author and statement.kind in ASKING and post.posted_at and post.posted_at < before
    }


def responses_of(
    taken_up: Sequence[TakenUp], said: Mapping[str, Sequence[Statement]], posts: Mapping[str, Post]
) -> defaultdict[str, dict[str, Response]]:
    """Author -> name of a released theme that they had asked for -> what they last said of it since."""
    responses: defaultdict[str, dict[str, Response]] = defaultdict(dict)
    for theme in sorted(taken_up, key=lambda theme: (theme.released, theme.theme_id)):
        for author in sorted(_askers(theme, theme.released)):
            since = [s for s in said.get(author, ()) if posts[s.post_id].posted_at >= theme.released]
            last = max(
                _of(theme, since), key=lambda s: (posts[s.post_id].posted_at, s.post_id, s.position), default=None
            )
            responses[author][theme.name] = "silent" if last is None else _RESPONSES[last.kind == "praise"]
    return responses


_RESPONSES: Mapping[bool, Response] = {True: "praised", False: "complained"}


def _of(theme: TakenUp, said: Iterable[Statement]) -> Iterator[Statement]:
    """What asks or complains again, and praise, which has themes of its own, where it names what the theme is of."""
    keywords = theme.keywords[:_NAMING]
    for statement in said:
        is_named = statement.kind == "praise" and any(word in statement.norm for word in keywords)
        if is_named or (statement.theme_id in theme.theme_ids and statement.kind in (*ASKING, "praise")):
            yield statement
