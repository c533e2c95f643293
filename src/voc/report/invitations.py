"""Core users to invite first, as rows and as Markdown, with the reasons in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from voc.authors import Invitation, Profile
from voc.report.as_markdown import escape
from voc.report.evidence import safe_url
from voc.report.phrases import Phrases, phrases

Row = Mapping[str, object]

_NAMED = 3  # themes


def invitation_rows(
    invitations: Sequence[Invitation], names: Mapping[str, str], *, timezone: str, lang: str = "zh"
) -> list[Row]:
    """One row a person, the first to invite first; `names` are those of themes, by id."""
    words, zone = phrases(lang), ZoneInfo(timezone)
    return [_row(invitation, names, zone, words) for invitation in invitations]


def render_invitations(rows: Sequence[Row], *, lang: str = "zh") -> str:
    """The rows as a Markdown table, ending in a newline."""
    words = phrases(lang)
    lines = [f"# {words['core.title']}", ""]
    if not rows:
        return "\n".join([*lines, words["core.none"], ""])
    heads = [words[f"core.{key}"] for key in ("place", "author", "level", "why", "themes", "who", "link")]
    lines += [f"| {' | '.join(heads)} |", f"| {' | '.join('---' for _ in heads)} |"]
    for row in rows:
        url = safe_url(str(row["url"]))
        who = " · ".join(escape(str(row[key])) for key in ("region", "device", "tier") if row[key])
        cells = [str(row["place"]), escape(str(row["author"])), words[f"level.{row['level']}"], escape(str(row["why"]))]
        cells += [escape(str(row["themes"])), who, f"[{words['link']}](<{url}>)" if url else ""]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _row(invitation: Invitation, names: Mapping[str, str], zone: ZoneInfo, words: Phrases) -> Row:
    profile = invitation.profile
    told = profile.attributes
    return {
        "place": invitation.place,
        "author": profile.author,
        "by": profile.core,
        "level": profile.level,
        "score": invitation.score,
        **invitation.contributions,
        "last_seen": profile.last_seen,
        "region": told.get("region", profile.region),
        "device": told.get("device", profile.device),
        "tier": told.get("tier", ""),
        "themes": words["say.separator"].join(names.get(theme, theme) for theme in profile.themes[:_NAMED]),
        "url": profile.url,
        "why": words["core.joint"].join(_reasons(profile, zone, words)),
    }


def _reasons(profile: Profile, zone: ZoneInfo, words: Phrases) -> Iterator[str]:
    """Why somebody is invited, the weightiest first."""
    if profile.core in ("file", "both"):
        yield words["core.file"]
    if profile.accepted:
        names = words["say.separator"].join(profile.accepted[:_NAMED])
        yield words["core.adopted"].format(n=len(profile.accepted), names=names)
    if profile.themes:
        yield words["core.breadth"].format(n=len(profile.themes))
    if profile.n_wishes:
        yield words["core.constructive"].format(share=f"{profile.constructive:.0%}")
    if profile.weeks:
        yield words["core.consistency"].format(n=profile.weeks)
    if profile.is_drifting:
        yield words["core.drifting"]
    if profile.last_seen:
        day = datetime.fromisoformat(profile.last_seen).astimezone(zone).date()
        yield words["core.recency"].format(date=day.isoformat())
