"""A run -> everything its report says, in order and in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import get_args

from voc.config import Config
from voc.datatypes import KINDS, Priority, Run, Theme
from voc.report.cohorts import RATES, cohorts
from voc.report.conclude import conclude
from voc.report.cover import cover
from voc.report.crowd import crowd, rules
from voc.report.decided import decided
from voc.report.evidence import Evidence
from voc.report.figure import MEASURES
from voc.report.headlines import headlines
from voc.report.items import list_items, weights_of
from voc.report.model import Area, Item, KindCount, Movement, Report, ThemeLine
from voc.report.narration import mark, narration
from voc.report.phrases import Phrases, phrases
from voc.report.progress import release_lines, standings, told_verdicts
from voc.report.quoting import choose_quotes
from voc.report.reweighing import stability, weighting
from voc.report.sampling import sample
from voc.report.satisfied import satisfaction
from voc.report.shifts import shifts, told_shifts
from voc.report.suspects import campaign_lines, campaign_rule, templated_praise, told_campaigns
from voc.report.trust import Trust
from voc.report.worth import value_axes


def compose(run: Run, *, lang: str = "zh") -> Report:
    """What the report of a run says, in ``zh`` or ``en``; quotes and names of themes stay as they are."""
    words, evidence = phrases(lang), Evidence(run)
    stand, shifted = standings(evidence, words), shifts(evidence, words)
    speakers = crowd(evidence, words)
    items = list_items(evidence, stand, words)
    volume = headlines(evidence, words)
    told = cohorts(evidence, words)
    areas = _areas(evidence, words)
    used = {**Config().as_dict(), **run.config, "period_days": run.period_days}
    used["confidence"] = f"{used['confidence']:.0%}"
    trust = _trust(evidence, items, words)
    return Report(
        lang={"zh": "zh-CN"}.get(lang, lang),
        title=words["title"],
        subtitle=_subtitle(evidence, words),
        run_id=run.id,
        as_of=evidence.local_date(run.as_of),
        version=run.version,
        model=run.model,
        labels=words,
        measures={measure: words[f"measure.{measure}"] for measure in MEASURES},
        conclusions=(
            *conclude(evidence, volume, items, words),
            *told_verdicts(stand, words),
            *told_shifts(shifted, words),
            *told_campaigns(trust.campaigns, words),
        ),
        headlines=volume,
        items=items,
        movements=_movements(items, words),
        areas=areas,
        praise=_praise(evidence, words),
        drivers=satisfaction(evidence, words),
        coverage=cover(evidence, words),
        periods=tuple(evidence.dates(window) for window in evidence.windows),
        period_days=run.period_days,
        weights=weights_of(run),
        signal_rules={name: words[f"how.{name}"] for name in weights_of(run) if f"how.{name}" in words},
        priority_rules={priority: words[f"rule.{priority}"] for priority in get_args(Priority)},
        method=(
            *(words[key].format(**used) for key in words if key.startswith("method.")),
            *narration(evidence, words),
            *((words["release.method"],) if run.releases else ()),
            *((words["cohort.method"].format(**used, **RATES),) if told else ()),
            *((words["values.method"],) if run.classes else ()),
            *(rules(words) if speakers else ()),
            *(words[f"rule.{name}"] for name in ("reach", "impact", "confidence", "effort") if items),
        ),
        settings=dict(run.config),
        standings=stand,
        releases=release_lines(evidence, words),
        decisions=decided(evidence, words),
        shifts=shifted,
        ranking_span=_ranking_span(evidence, words),
        cohorts=told,
        values=value_axes(evidence, words),
        crowd=speakers,
        trust=trust,
    )


def _trust(evidence: Evidence, items: Sequence[Item], words: Phrases) -> Trust:
    return Trust(
        campaigns=campaign_lines(evidence, words),
        templated=templated_praise(evidence, words),
        rule=campaign_rule(words),
        weighting=weighting(evidence, items, words),
        stability=stability(evidence, items, words),
        sample=sample(evidence, words),
    )


def _subtitle(evidence: Evidence, words: Phrases) -> str:
    dates = sorted(post.posted_at for post in evidence.run.posts if post.posted_at)
    if not dates:
        return words["subtitle.undated"]
    return words["subtitle"].format(start=evidence.local_date(dates[0]), end=evidence.local_date(dates[-1]))


def _ranking_span(evidence: Evidence, words: Phrases) -> str:
    if not evidence.run.window or not evidence.windows:
        return ""
    (start, _), (_, end) = evidence.dates(evidence.windows[0]), evidence.dates(evidence.windows[-1])
    return words["ranking.span"].format(start=start, end=end)


def _movements(items: Sequence[Item], words: Phrases) -> tuple[Movement, ...]:
    orders: dict[str, Callable[[Item], float]] = {
        "new": lambda item: -item.n_people.value,
        "returned": lambda item: -item.n_people.value,
        "surging": lambda item: -item.change.value if item.change else 0.0,
        "falling": lambda item: item.change.value if item.change else 0.0,
    }
    return tuple(
        Movement(
            trend=trend,
            label=words[f"trend.{trend}"],
            items=tuple(sorted((item for item in items if item.trend == trend and item.moves), key=order)),
        )
        for trend, order in orders.items()
    )


def _areas(evidence: Evidence, words: Phrases) -> tuple[Area, ...]:
    themes: dict[str, list[Theme]] = defaultdict(list)
    for theme in evidence.run.themes:
        themes[theme.area].append(theme)
    areas = [_area(evidence, area, themes[area], words) for area in sorted(themes)]
    return tuple(sorted(areas, key=lambda area: -area.n_people.value))


def _area(evidence: Evidence, area: str, themes: Sequence[Theme], words: Phrases) -> Area:
    statements = [statement for theme in themes for statement in evidence.of(theme)]
    by_kind = {kind: [s for s in statements if s.kind == kind] for kind in KINDS}
    return Area(
        name=area or words["no_area"],
        n_people=evidence.count("n_people", statements, area=area),
        kinds=tuple(
            KindCount(
                kind=kind,
                label=words[f"kind.{kind}"],
                figure=evidence.count("n_people", members, area=area, kind=kind),
            )
            for kind, members in by_kind.items()
            if members
        ),
        themes=_theme_lines(evidence, [theme for theme in themes if theme.kind != "praise"], words),
    )


def _praise(evidence: Evidence, words: Phrases) -> tuple[ThemeLine, ...]:
    return _theme_lines(evidence, [theme for theme in evidence.run.themes if theme.kind == "praise"], words)


def _theme_lines(evidence: Evidence, themes: Sequence[Theme], words: Phrases) -> tuple[ThemeLine, ...]:
    """Themes as lines, most people first; those that are no suggestion bring their quotes with them."""
    ranks = {suggestion.theme_id: suggestion.rank for suggestion in evidence.run.suggestions}
    lines = []
    for theme in sorted(themes, key=lambda theme: (theme.name, theme.id)):
        statements = evidence.of(theme)
        rank = ranks.get(theme.id)
        line = ThemeLine(
            theme_id=theme.id,
            name=theme.name,
            kind=theme.kind,
            kind_label=words[f"kind.{theme.kind}"],
            rank=rank,
            n_people=evidence.count("n_people", statements, theme=theme.id),
            n_posts=evidence.count("n_posts", statements, theme=theme.id),
            quotes=choose_quotes(evidence, theme, statements, words) if rank is None else (),
            mark=mark(evidence, theme.id, words),
        )
        lines.append(line)
    return tuple(sorted(lines, key=lambda line: -line.n_people.value))
