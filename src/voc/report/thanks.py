"""Thanks for a release: who asked for what was shipped in it, who was first, in their own words, ready to be told."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from voc.datatypes import Post, Release, Statement
from voc.errors import ConfigError
from voc.report.as_csv import safe
from voc.report.as_markdown import escape
from voc.report.evidence import safe_url
from voc.report.phrases import Phrases, phrases
from voc.report.table import Cell

_ASKING = frozenset({"request", "need", "problem", "question"})
_CREDITED = 3  # askers named in the changelog, the first ones


@dataclass(frozen=True, kw_only=True, slots=True)
class Asker:
    """One person who asked for a theme, with what that person said first.

    `author` is as the database holds it, a hash unless names were kept, and empty for a post that names nobody. `date`
    is a local date or empty.
    """

    place: int
    author: str
    date: str
    source: str
    quote: str
    url: str
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Thanked:
    """A theme that was shipped, and everybody who asked for it before that, the first one first.

    `n_after` people spoke of it only once the release was out.
    """

    theme_id: str
    name: str
    link: str
    askers: tuple[Asker, ...]
    n_after: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Thanks:
    """What a release brought that users asked for, what most people asked for first; `labels` are its words."""

    release: str
    date: str
    themes: tuple[Thanked, ...]
    labels: Phrases


def thank(
    release: Release,
    shipped: Sequence[tuple[str, str, str]],
    mentions: Mapping[str, Sequence[tuple[Statement, Post]]],
    *,
    timezone: str,
    lang: str = "zh",
) -> Thanks:
    """Who is to be thanked for what was shipped: (theme id, name, link) each, with all that was ever said of it.

    Only what asks, lacks, complains or wonders counts as asking; praise does not. A person counts once per theme, and
    is thanked for what was said first, unless that was on the day of the release or later: who says that it still
    crashes is counted and not thanked. Without a day of release, or of the post, nobody can tell, and all are thanked.
    """
    words, zone = phrases(lang), ZoneInfo(timezone)
    themes = []
    for theme_id, name, link in shipped:
        said = [pair for pair in mentions[theme_id] if pair[0].kind in _ASKING]
        first: dict[str, tuple[Statement, Post]] = {}
        for statement, post in sorted(said, key=lambda pair: (pair[1].posted_at or "~", pair[1].id, pair[0].position)):
            first.setdefault(statement.person, (statement, post))
        before = [pair for pair in first.values() if not release.date or _day(pair[1], zone) < release.date]
        askers = [
            _asker(place, *pair, name=name, release=release.name, zone=zone, words=words)
            for place, pair in enumerate(before, 1)
        ]
        n_after = len(first) - len(before)
        themes.append(Thanked(theme_id=theme_id, name=name, link=safe_url(link), askers=tuple(askers), n_after=n_after))
    themes.sort(key=lambda theme: (-len(theme.askers), theme.theme_id))
    return Thanks(release=release.name, date=release.date, themes=tuple(themes), labels=words)


def _day(post: Post, zone: ZoneInfo) -> str:
    """The local date of a post, or nothing."""
    return datetime.fromisoformat(post.posted_at).astimezone(zone).date().isoformat() if post.posted_at else ""


def _asker(
    place: int, statement: Statement, post: Post, *, name: str, release: str, zone: ZoneInfo, words: Phrases
) -> Asker:
    date = _day(post, zone)
    key = "thanks.message" if date else "thanks.message.undated"
    return Asker(
        place=place,
        author=post.author,
        date=date,
        source=post.source,
        quote=statement.text,
        url=safe_url(post.url),
        message=words[key].format(date=date, quote=statement.text, release=release, name=name),
    )


def render_thanks(thanks: Thanks, format: str) -> str:
    """The thanks as ``md`` (changelog draft and credits) or ``csv`` (one row per theme and person)."""
    if format not in _RENDERERS:
        raise ConfigError(f"there is no format {format!r} of thanks; choose one of {', '.join(_RENDERERS)}")
    return _RENDERERS[format](thanks)


def _markdown(thanks: Thanks) -> str:
    words = thanks.labels
    blocks = [f"# {escape(words['thanks.title'].format(release=thanks.release))}"]
    blocks += [escape(thanks.date)] if thanks.date else []
    blocks.append("\n".join(_line(theme, words) for theme in thanks.themes))
    blocks.append(f"## {words['thanks.credits']}")
    for theme in thanks.themes:
        blocks.append(f"### {escape(theme.name)}")
        blocks.append("\n".join(_credit(asker, words) for asker in theme.askers) or words["thanks.nobody"])
        blocks += [words["thanks.after"].format(n=theme.n_after)] if theme.n_after else []
    return "\n\n".join(blocks) + "\n"


def _line(theme: Thanked, words: Phrases) -> str:
    """A line of the changelog: what, how many asked, who was first, and what the first ones said."""
    title = f"**[{escape(theme.name)}](<{theme.link}>)**" if theme.link else f"**{escape(theme.name)}**"
    if not theme.askers:
        return f"- {title}"
    first = theme.askers[0]
    who = escape(first.author) or words["thanks.unsigned"]
    told = words["thanks.line"].format(n=len(theme.askers), who=who, date=first.date or words["thanks.undated"])
    quotes = words["say.separator"].join(
        f"“{escape(asker.quote)}”" + (f"（[{words['link']}](<{asker.url}>)）" if asker.url else "")
        for asker in theme.askers[:_CREDITED]
    )
    return f"- {title}{told}{quotes}"


def _credit(asker: Asker, words: Phrases) -> str:
    link = f"[{words['link']}](<{asker.url}>)" if asker.url else ""
    author = escape(asker.author) or words["thanks.unsigned"]
    origin = " · ".join(part for part in (author, asker.date, escape(asker.source), link) if part)
    return f"{asker.place}. {origin}: “{escape(asker.quote)}”"


def _csv(thanks: Thanks) -> str:
    words = thanks.labels
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    head = ("theme_id", "name", "thanks.release", "thanks.place", "thanks.author", "date", "source", "thanks.quote")
    writer.writerow([words[key] for key in (*head, "urls", "thanks.notice")])
    for theme in thanks.themes:
        for a in theme.askers:
            row: list[Cell] = [theme.theme_id, theme.name, thanks.release, a.place, a.author]
            row += [a.date, a.source, a.quote]
            writer.writerow([safe(cell) for cell in (*row, a.url, a.message)])
    return "\ufeff" + out.getvalue()


_RENDERERS: Mapping[str, Callable[[Thanks], str]] = {"md": _markdown, "csv": _csv}
