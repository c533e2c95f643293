"""A report as Markdown, for chats, wikis and trackers; nothing that a post says becomes markup."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from voc.report.figure import signed
from voc.report.model import (
    Area,
    AspectLine,
    ClassLine,
    CohortCell,
    CohortMap,
    CohortView,
    DriverLine,
    Headline,
    Item,
    Quote,
    Report,
    Standing,
    ThemeLine,
)
from voc.report.visible import visible

_DETAILED = 20
_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#|~&$!])")
_LEADING = re.compile(r"^(\s*)([-+=:]|\d+[.)])")


def render_markdown(report: Report) -> str:
    """The report as CommonMark with tables, ending in a newline."""
    changing = (
        *(_top, _headlines, _suggestions, _cohorts, _movements, _shifts, _drivers),
        *(_areas, _values, _praise, _crowd, _progress, _decisions),
    )
    sections = (*changing, _suspects, _coverage, _method)
    blocks = [block for section in sections for block in section(report)]
    return "\n\n".join(blocks) + "\n"


def escape(text: str) -> str:
    """Text on one line that Markdown shows as it is.

    >>> escape("# [点我](javascript:x) | <b>")
    '\\\\# \\\\[点我\\\\]\\\\(javascript:x\\\\) \\\\| \\\\<b\\\\>'
    """
    line = " ↵ ".join(part.strip() for part in visible(text).split("\n") if part.strip())
    line = _SPECIAL.sub(r"\\\1", line.replace("\t", " "))
    return _LEADING.sub(lambda match: match[1] + match[2][:-1] + "\\" + match[2][-1], line)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _top(report: Report) -> Iterator[str]:
    yield f"# {report.title}"
    yield escape(report.subtitle)
    yield f"## {report.labels['conclusions']}"
    yield "\n".join(f"- {escape(sentence.text)}" for sentence in report.conclusions)


def _headlines(report: Report) -> Iterator[str]:
    labels = report.labels
    yield f"## {labels['headlines']}"
    header = ["", labels["total"], labels["last"], labels["before"], labels["growth"]]
    yield _table(header, [_headline(headline) for headline in report.headlines])


def _headline(headline: Headline) -> list[str]:
    figures = (headline.total, headline.last, headline.before, headline.growth)
    return [headline.label, *(figure.text if figure else "–" for figure in figures)]


def _suggestions(report: Report) -> Iterator[str]:
    labels = report.labels
    yield f"## {labels['suggestions']}"
    if not report.items:
        yield labels["none"]
        return
    columns = ["rank", "priority", "name", "kind", "people", "posts", "trend", "interval"]
    columns += ["last"] if report.ranking_span else []
    columns += ["rank_unweighted"] if report.trust.weighting else []
    yield _table([labels[column] for column in columns], [_row(item, report) for item in report.items])
    if report.ranking_span:
        yield report.ranking_span
    yield from (escape(told.told.text) for told in (report.trust.weighting, report.trust.stability) if told)
    for item in report.items[:_DETAILED]:
        yield from _item(item, report)


def _row(item: Item, report: Report) -> list[str]:
    interval = f"{item.rank_low}–{item.rank_high}"
    counts = [item.n_people.text, item.n_posts.text, item.trend_label, interval]
    counts += [item.last.text if item.last else "–"] if report.ranking_span else []
    counts += [str(item.rank_unweighted or "–")] if report.trust.weighting else []
    return [str(item.rank), item.priority, escape(item.title), item.kind_label, *counts]


def _item(item: Item, report: Report) -> Iterator[str]:
    labels = report.labels
    yield f"### {item.rank}. {escape(item.title)}"
    yield "\n".join(f"- {label}: {text}" for label, text in _facts(item, report))
    yield _table(
        [labels["signal"], labels["value"], labels["weight"], labels["contribution"]],
        [[s.label, f"{s.signal:.2f}", f"{s.weight:.2f}", f"{s.contribution:.3f}"] for s in item.signals],
    )
    yield f"**{labels['quotes']}**"
    yield "\n>\n".join(f"> {_quote(quote, report)}" for quote in item.quotes)


def _facts(item: Item, report: Report) -> Iterator[tuple[str, str]]:
    labels = report.labels
    yield labels["priority"], f"{item.priority} ({item.priority_label})"
    yield labels["area"], escape(item.area)
    yield labels["kind"], item.kind_label
    yield labels["people"], f"{item.n_people.text} ({item.share.text})"
    if item.weighted_people:
        yield labels["weighted_people"], item.weighted_people.text
    yield labels["posts"], "; ".join([item.n_posts.text, *_voices(item, report)])
    if item.mean_rating:
        yield labels["rating"], item.mean_rating.text
    yield labels["trend"], " ".join([item.trend_label, *_moved(item, report)])
    yield labels["interval"], f"{item.rank_low}–{item.rank_high}; {labels['tie']}: {item.tie_label}"
    if item.carries:
        carried = (f"{own.axis_label} {escape(own.label)} ({own.share.text})" for own in item.carries)
        yield labels["axis.both"], " · ".join(carried)
    yield from ((group.label, escape(group.text)) for group in item.named)
    yield labels["score"], f"{item.score:.3f}"
    yield "RICE", _rice(item, report)
    yield labels["story"], escape(item.story)
    if item.cites:
        yield labels["cites"], " / ".join(escape(text) for quote in item.cites for text in quote.texts)
        yield labels["built_name"], escape(item.built_name)
    yield labels["action"], escape(item.action)
    if item.standing:
        yield labels["standing"], escape(item.standing)
    if item.is_pinned:
        yield labels["pinned"], labels["yes"]
    if item.notes:
        yield labels["notes"], "; ".join(map(escape, item.notes))
    if item.missing:
        yield labels["missing"], "; ".join(map(escape, item.missing))
    yield labels["theme_id"], f"`{item.theme_id}`"


def _voices(item: Item, report: Report) -> Iterator[str]:
    for key, figure in (("loudest", item.loudest), ("suspect", item.suspect)):
        if figure:
            yield report.labels[key].format(n=figure.text)


def _rice(item: Item, report: Report) -> str:
    labels = report.labels
    doubts = f" ({labels['say.separator'].join(item.doubts)})" if item.doubts else ""
    values = (f"{item.reach:,}", f"{item.impact:g}", f"{item.confidence:.0%}{doubts}", labels["rice.blank"])
    names = (labels[f"rice.{name}"].removeprefix("RICE ") for name in ("reach", "impact", "confidence", "effort"))
    return "; ".join(f"{name} {value}" for name, value in zip(names, values, strict=True))


def _moved(item: Item, report: Report) -> Iterator[str]:
    if item.last and item.usual:
        yield f"{report.labels['usual']} {item.usual.text} → {report.labels['last']} {item.last.text}"
    elif item.last and item.before:
        yield f"{report.labels['before']} {item.before.text} → {report.labels['last']} {item.last.text}"
    if item.change and item.moves:
        yield f"({report.labels['change']} {item.change.text})"


def _quote(quote: Quote, report: Report) -> str:
    rating = "" if quote.rating is None else f"{quote.rating:g} {report.labels['stars']}"
    link = f"[{report.labels['link']}](<{quote.url}>)" if quote.url else ""
    origin = " · ".join(part for part in (escape(quote.source), quote.date, rating, link) if part)
    return f"{' ↵ '.join(map(escape, quote.texts))} — {origin}"


def _cohorts(report: Report) -> Iterator[str]:
    if report.cohorts:
        yield f"## {report.labels['cohorts']}"
    for view in report.cohorts:
        yield from _cohort(view, report)


def _cohort(view: CohortView, report: Report) -> Iterator[str]:
    yield f"### {report.labels['cohort.by'].format(label=escape(view.label))}"
    if view.told:
        yield "\n".join(f"- {escape(sentence.text)}" for sentence in view.told)
    yield escape(" ".join(filter(None, (view.note, view.more))))
    if view.told:
        yield from (_map(told, report) for told in view.maps)


def _map(told: CohortMap, report: Report) -> str:
    labels = report.labels
    unit = labels["cohort.column"]
    columns = [f"{escape(column.label)} ({column.n_people.text} {unit})" for column in told.columns]
    rows = [[escape(row.name), row.n_people.text, *map(_cohort_cell, row.cells)] for row in told.rows]
    return _table([f"{labels['name']} × {escape(told.label)}", labels["people"], *columns], rows)


def _cohort_cell(cell: CohortCell) -> str:
    if cell.n_people is None or cell.share is None:
        return escape(cell.label)
    found = ("▲ " if (cell.residual or 0) > 0 else "▼ ") if cell.is_found else ""
    text = f"{found}{cell.n_people.text} ({cell.share.text})"
    return f"**{text}**" if found else text


def _movements(report: Report) -> Iterator[str]:
    labels = report.labels
    yield f"## {labels['movements']}"
    rows = [
        [movement.label, escape(item.title), str(item.rank), " ".join(_moved(item, report)) or item.n_people.text]
        for movement in report.movements
        for item in movement.items
    ]
    yield _table([labels["trend"], labels["name"], labels["rank"], labels["people"]], rows) if rows else labels["none"]


def _shifts(report: Report) -> Iterator[str]:
    if report.shifts:
        yield f"## {report.labels['shifts']}"
        yield "\n".join(f"- {escape(shift.text)}" for shift in report.shifts)


def _drivers(report: Report) -> Iterator[str]:
    labels, found = report.labels, report.drivers
    yield f"## {labels['drivers']}"
    if found.absent:
        yield found.absent
        return
    yield "\n".join(f"- {escape(sentence.text)}" for sentence in found.told)
    header = [labels[key] for key in ("name", "kind", "drivers.n", "drivers.gap", "drivers.excess", "drivers.effect")]
    for way, lines in (("lower", found.lower), ("higher", found.higher)):
        if lines:
            yield f"### {labels[f'drivers.{way}']}"
            yield _table([*header, labels["drivers.hint"]], [_driver(line) for line in lines[:_DETAILED]])
    if found.aspects:
        yield f"### {labels['drivers.aspects']}"
        columns = ("area", "drivers.complain", "drivers.penalty", "drivers.praise", "drivers.reward", "drivers.of_area")
        yield _table([labels[key] for key in columns], [_aspect(line) for line in found.aspects])
    if found.untold:
        yield labels["drivers.untold"].format(areas=labels["say.separator"].join(map(escape, found.untold)))
    yield "\n".join(f"- {note}" for note in found.notes)


def _driver(line: DriverLine) -> list[str]:
    stars = [
        f"{signed(line.gap)} ({signed(line.gap_low)} – {signed(line.gap_high)})",
        f"{signed(line.excess)} ({signed(line.excess_low)} – {signed(line.excess_high)})",
        f"{signed(line.effect, 3)} ({signed(line.effect_low, 3)} – {signed(line.effect_high, 3)})",
    ]
    return [escape(line.name), line.kind_label, line.n_people.text, *stars, line.hint_label]


def _aspect(line: AspectLine) -> list[str]:
    penalty = f"{signed(line.penalty)} ({signed(line.penalty_low)} – {signed(line.penalty_high)})"
    reward = f"{signed(line.reward)} ({signed(line.reward_low)} – {signed(line.reward_high)})"
    return [escape(line.area), line.n_complain.text, penalty, line.n_praise.text, reward, line.hint_label]


def _areas(report: Report) -> Iterator[str]:
    yield f"## {report.labels['areas']}"
    if not report.areas:
        yield report.labels["none"]
    for area in report.areas:
        yield from _area(area, report)


def _area(area: Area, report: Report) -> Iterator[str]:
    labels = report.labels
    kinds = ", ".join(f"{count.label} {count.figure.text}" for count in area.kinds)
    yield f"### {escape(area.name)}"
    yield f"{labels['people']} {area.n_people.text}: {kinds}"
    if area.themes:
        header = [labels[column] for column in ("name", "kind", "people", "posts", "rank")]
        yield _table(header, [_line(line, report) for line in area.themes])


def _line(line: ThemeLine, report: Report) -> list[str]:
    rank = report.labels["unranked"] if line.rank is None else str(line.rank)
    return [escape(line.title), line.kind_label, line.n_people.text, line.n_posts.text, rank]


def _values(report: Report) -> Iterator[str]:
    labels = report.labels
    if not report.values:
        return
    yield f"## {labels['values']}"
    yield labels["values.note"]
    for axis in report.values:
        header = [axis.label, labels["means"], labels["people"], labels["share"], labels["values.themes"]]
        yield _table(header, [_class(line, report) for line in axis.lines])
        yield escape(axis.rest.text)


def _class(line: ClassLine, report: Report) -> list[str]:
    themes = report.labels["say.separator"].join(f"{escape(t.title)} {t.n_people.text}" for t in line.themes)
    return [escape(line.label), escape(line.means), line.n_people.text, line.share.text, themes or "–"]


def _praise(report: Report) -> Iterator[str]:
    labels = report.labels
    yield f"## {labels['praise']}"
    if not report.praise:
        yield labels["none"]
    for line in report.praise:
        yield f"### {escape(line.title)}"
        yield f"{labels['people']} {line.n_people.text}; {labels['posts']} {line.n_posts.text}"
        yield "\n>\n".join(f"> {_quote(quote, report)}" for quote in line.quotes)


def _crowd(report: Report) -> Iterator[str]:
    if report.crowd:
        yield f"## {report.labels['crowd']}"
        yield escape(report.labels["crowd.joint"].join(sentence.text for sentence in report.crowd))


def _progress(report: Report) -> Iterator[str]:
    labels = report.labels
    if not report.standings:
        return
    yield f"## {labels['progress']}"
    if report.releases:
        yield "\n".join(f"- {escape(release.told.text)}" for release in report.releases)
    header = [labels[key] for key in ("name", "standing", "rank_before", "rank_now", "people_now", "verdict")]
    yield _table(header, [_standing(standing) for standing in report.standings])
    contrasts = [(standing, contrast) for standing in report.standings for contrast in standing.contrasts]
    if contrasts:
        yield "\n".join(f"- {escape(standing.name)}: {escape(contrast.told.text)}" for standing, contrast in contrasts)


def _standing(standing: Standing) -> list[str]:
    name = escape(standing.name)
    status = escape(" ".join(filter(None, (standing.status_label, standing.release))))
    return [
        f"[{name}](<{standing.url}>)" if standing.url else name,
        status,
        str(standing.rank_before or "–"),
        escape(standing.place_label),
        standing.n_people.text if standing.n_people else "–",
        standing.verdict_label or "–",
    ]


def _decisions(report: Report) -> Iterator[str]:
    labels = report.labels
    if not report.decisions:
        return
    yield f"## {labels['decisions']}"
    header = [labels[key] for key in ("decision", "date", "who", "decided", "outcome")]
    rows = [
        [str(line.number), line.date, *(escape(text) for text in (line.who, line.told.text, line.outcome_label))]
        for line in report.decisions
    ]
    yield _table(header, rows)


def _suspects(report: Report) -> Iterator[str]:
    trust = report.trust
    if not trust.campaigns:
        return
    yield f"## {report.labels['suspects']}"
    for line in trust.campaigns:
        yield escape(line.told.text)
        yield f"> {_quote(line.quote, report)}"
    if trust.templated:
        yield escape(trust.templated.text)
    yield escape(trust.rule)


def _sample(report: Report) -> Iterator[str]:
    labels = report.labels
    yield f"### {labels['sample']}"
    yield labels["sample.note"]
    header = [labels[f"sample.{key}"] for key in ("field", "posts", "people", "effective", "largest", "warning")]
    rows = [
        [
            escape(line.label),
            line.known_posts.text,
            line.known_people.text,
            line.effective.text if line.effective else "–",
            f"{escape(line.largest)} {line.largest_share.text}" if line.largest_share else "–",
            "; ".join(map(escape, line.warnings)) or "–",
        ]
        for line in report.trust.sample
    ]
    yield _table(header, rows)


def _stability(report: Report) -> Iterator[str]:
    labels, stability = report.labels, report.trust.stability
    if not stability:
        return
    yield f"### {labels['stability']}"
    header = [labels[key] for key in ("rank", "name", "stability.in", "stability.range")]
    rows = [
        [
            str(line.rank),
            escape(line.title),
            f"{line.n_settings.text} / {len(stability.changes)}",
            f"{line.rank_best}–{line.rank_worst}",
        ]
        for line in stability.lines
    ]
    yield _table(header, rows)


def _coverage(report: Report) -> Iterator[str]:
    yield f"## {report.labels['coverage']}"
    yield "\n".join(f"{'  ' * count.depth}- {escape(count.label)}: {count.figure.text}" for count in report.coverage)


def _method(report: Report) -> Iterator[str]:
    labels = report.labels
    yield f"## {labels['method']}"
    yield "\n".join(f"- {escape(line)}" for line in report.method)
    weights = [
        [labels[f"signal.{name}"], f"{report.weights[name]:.2f}", escape(how)]
        for name, how in report.signal_rules.items()
    ]
    yield _table([labels["signal"], labels["weight"], labels["how"]], weights)
    yield from _stability(report)
    yield from _sample(report)
    yield _table([labels["priority"], labels["how"]], [[p, escape(rule)] for p, rule in report.priority_rules.items()])
    settings = [[f"`{name}`", escape(str(value))] for name, value in report.settings.items()]
    origin = [("run", report.run_id), ("as_of", report.as_of), ("version", report.version), ("model", report.model)]
    rows = [[labels[key], escape(value)] for key, value in origin] + settings
    yield _table([labels["setting"], labels["value"]], rows)
