"""Suggestions -> items: numbers, words and evidence of each."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from voc.datatypes import Plan, Run, Statement, Suggestion, Theme
from voc.report.evidence import Evidence, together
from voc.report.figure import Figure
from voc.report.model import Item, Signal, Standing
from voc.report.naming import named
from voc.report.narration import mark
from voc.report.phrases import Phrases
from voc.report.quoting import choose_quotes, cited_quotes, every_quote
from voc.report.suspects import loudest, suspect_posts
from voc.report.worth import carried
from voc.window import within

# names in the form of a wish, whatever most of their statements are; what fails or is lacking is none
_WISH = re.compile(
    r"(?:希望|增加|支持|取消|恢复|关闭|开放|允许|优化|提供)|(?i:add|support|allow|restore|remove|disable|enable)\b"
)
_FAULT = re.compile(r"失败|无法|不|没|难|错|问题|异常|慢|卡顿|(?i:fail|error|problem|not\b|n't)")


def list_items(evidence: Evidence, standings: Sequence[Standing], words: Phrases) -> tuple[Item, ...]:
    """The suggestions by rank, each with what a team needs to discuss it."""
    ranked = sorted(evidence.run.suggestions, key=lambda suggestion: suggestion.rank)
    ties: dict[int, list[int]] = defaultdict(list)
    for suggestion in ranked:
        ties[suggestion.tie].append(suggestion.rank)
    # what became of a part of a theme says nothing about the rest of it
    stand = {standing.now: standing for standing in standings if standing.now == standing.theme_id}
    return tuple(
        _item(evidence, suggestion, ties[suggestion.tie], stand.get(suggestion.theme_id), words)
        for suggestion in ranked
    )


def _item(
    evidence: Evidence, suggestion: Suggestion, tied: Sequence[int], standing: Standing | None, words: Phrases
) -> Item:
    theme = evidence.themes[suggestion.theme_id]
    wording = evidence.worded.get(theme.id)
    statements = evidence.of(theme)
    people = evidence.count("n_people", statements, theme=theme.id)
    posts = evidence.count("n_posts", statements, theme=theme.id)
    periods = tuple(
        evidence.count("n_people", evidence.within(statements, window), theme=theme.id, period=window)
        for window in evidence.windows
    )
    is_settled = _is_settled(standing)
    merit = evidence.merits[theme.id]
    return Item(
        rank=suggestion.rank,
        theme_id=theme.id,
        name=theme.name,
        area=theme.area or words["no_area"],
        kind=theme.kind,
        kind_label=words[f"kind.{theme.kind}"],
        priority=suggestion.priority,
        priority_label=words["priority.settled" if is_settled else f"priority.{suggestion.priority}"],
        # the ranking's own numbers, not a recount: `check` finds out whether they hold
        n_people=Figure(value=suggestion.n_people, measure="n_people", post_ids=people.post_ids, where=people.where),
        n_posts=Figure(value=suggestion.n_posts, measure="n_posts", post_ids=posts.post_ids, where=posts.where),
        n_statements=evidence.count("n_statements", statements, theme=theme.id),
        share=evidence.count("share_of_people", statements, theme=theme.id),
        mean_rating=evidence.mean_rating(statements, theme=theme.id),
        trend=suggestion.trend,
        trend_label=words[f"trend.{_shown_trend(suggestion, periods)}"],
        change=_change(suggestion, periods),
        periods=periods,
        usual=_usual(suggestion, periods),
        is_settled=is_settled,
        rank_low=suggestion.rank_low,
        rank_high=suggestion.rank_high,
        tied_ranks=tuple(rank for rank in tied if rank != suggestion.rank),
        tie_label=_tie(suggestion.rank, tied, words),
        score=round(suggestion.score, 4),
        signals=_signals(suggestion, weights_of(evidence.run), words),
        story=_story(evidence, theme, statements, words),
        action=_action(theme, suggestion, _shown_trend(suggestion, periods), standing, words),
        missing=tuple(words.get(f"missing.{name}", name) for name in suggestion.missing_evidence),
        keywords=theme.keywords,
        quotes=choose_quotes(evidence, theme, statements, words),
        evidence=every_quote(evidence, statements, words),
        mark=mark(evidence, theme.id, words),
        built_name=wording.built_name if wording else "",
        cites=cited_quotes(evidence, wording.cites, words) if wording else (),
        named=named(evidence, theme.id, statements, words),
        is_pinned=any(theme.id in effect.acts_on for effect in evidence.done("pin")),
        notes=tuple(
            str(effect.decision.arguments["text"]) for effect in evidence.done("note") if theme.id in effect.acts_on
        ),
        loudest=loudest(evidence, theme.id, statements),
        suspect=suspect_posts(evidence, theme.id, statements),
        rank_unweighted=suggestion.rank_unweighted,
        weighted_people=_weighted(suggestion, people),
        carries=carried(evidence, theme, statements, words),
        reach=merit.reach,
        impact=merit.impact,
        confidence=merit.confidence,
        doubts=tuple(words[f"doubt.{doubt}"] for doubt in merit.doubts),
        standing=words["say.separator"].join(_standing(plan, words) for plan in evidence.plans.get(theme.id, ())),
    )


def _weighted(suggestion: Suggestion, people: Figure) -> Figure | None:
    if suggestion.weighted_people is None:
        return None
    value = round(suggestion.weighted_people, 4)
    return Figure(value=value, measure="weighted_people", post_ids=people.post_ids, where=people.where)


def _is_settled(standing: Standing | None) -> bool:
    if standing is None:
        return False
    return standing.status == "declined" or (standing.status == "shipped" and standing.verdict != "unsolved")


def _standing(plan: Plan, words: Phrases) -> str:
    return " ".join(filter(None, (words[f"status.{plan.status}"], plan.release)))


def _tie(rank: int, tied: Sequence[int], words: Phrases) -> str:
    """Which ranks an item cannot be told from; a tie group is a run of neighbours."""
    spans = [range(min(tied), rank), range(rank + 1, max(tied) + 1)]
    told = [str(span[0]) if len(span) == 1 else f"{span[0]}–{span[-1]}" for span in spans if span]
    return words["tie.with"].format(ranks=words["say.separator"].join(told)) if told else words["tie.none"]


def _shown_trend(suggestion: Suggestion, periods: Sequence[Figure]) -> str:
    """The trend; a fall that was over before the last period is none any more, for there was nobody left."""
    if suggestion.trend != "falling" or len(periods) < 2 or periods[-2].value:
        return suggestion.trend
    return "steady" if periods[-1].value else "over"


def _change(suggestion: Suggestion, periods: Sequence[Figure]) -> Figure | None:
    if suggestion.change is None or not _is_compared(suggestion, periods):
        return None
    baseline, compared = _compared(suggestion, periods)
    return Figure(
        value=round(suggestion.change, 4),
        measure="change",
        post_ids=together(*compared, periods[-1]),
        where={"theme": suggestion.theme_id, "baseline": baseline},
    )


def _usual(suggestion: Suggestion, periods: Sequence[Figure]) -> Figure | None:
    if suggestion.trend not in ("surging", "falling") or not _is_compared(suggestion, periods):
        return None
    baseline, compared = _compared(suggestion, periods)
    return Figure(
        value=round(math.fsum(figure.value for figure in compared) / (len(compared) or 1), 4),
        measure="mean_people",
        post_ids=together(*compared),
        where={"theme": suggestion.theme_id, "baseline": baseline},
    )


def _is_compared(suggestion: Suggestion, periods: Sequence[Figure]) -> bool:
    return suggestion.change is not None and math.isfinite(suggestion.change) and bool(periods)


def _compared(suggestion: Suggestion, periods: Sequence[Figure]) -> tuple[str, list[Figure]]:
    """What the last period is compared with, and its periods."""
    baseline = suggestion.baseline or periods[-2].where["period"]
    return baseline, [f for f in periods[:-1] if within(f.where["period"].partition("/")[2], baseline)]


def _signals(suggestion: Suggestion, weights: Mapping[str, float], words: Phrases) -> tuple[Signal, ...]:
    return tuple(
        Signal(
            name=name,
            label=words.get(f"signal.{name}", name),
            weight=weights.get(name, 0.0),
            signal=round(suggestion.signals.get(name, 0.0), 4),
            contribution=round(contribution, 4),
        )
        for name, contribution in suggestion.contributions.items()
    )


def _action(theme: Theme, suggestion: Suggestion, trend: str, standing: Standing | None, words: Phrases) -> str:
    if standing and _is_settled(standing):
        return words[f"action.{standing.status}"]
    if standing and standing.verdict == "unsolved":
        return words["action.unsolved"]
    keys = [f"action.missing.{name}" for name in suggestion.missing_evidence]
    kind = "request" if reads_as_wish(theme.name) else theme.kind
    keys = [*keys, f"action.trend.{trend}", f"action.{kind}"]
    return words["say.joint"].join(words[key] for key in keys if key in words)


def _story(evidence: Evidence, theme: Theme, statements: Sequence[Statement], words: Phrases) -> str:
    wording = evidence.worded.get(theme.id)
    if wording:
        return wording.story + mark(evidence, theme.id, words)
    is_wish = reads_as_wish(theme.name)
    name = theme.name.removeprefix("希望") if is_wish else theme.name  # the story has the word already
    area = words["story.no_area"] if not theme.area or "·" in theme.area else theme.area  # keywords are no name
    return words["story.request" if is_wish else f"story.{theme.kind}"].format(
        who=_who(evidence, statements, words), name=name, area=area
    )


def reads_as_wish(name: str) -> bool:
    """Whether the name of a theme has the form of a wish, whatever most of its statements are."""
    return bool(_WISH.match(name)) and not _FAULT.search(name)


def _who(evidence: Evidence, statements: Sequence[Statement], words: Phrases) -> str:
    """The device or region that most of a theme's posts share and few others have; else just a user."""
    posts = [evidence.posts[post_id] for post_id in sorted({statement.post_id for statement in statements})]
    for field, everywhere in evidence.usual.items():
        here = Counter(value for post in posts if (value := getattr(post, field)))
        if not here:
            continue
        value, n = min(here.items(), key=lambda pair: (-pair[1], pair[0]))
        share, usual = n / here.total(), everywhere[value] / everywhere.total()
        if n >= 3 and share >= max(0.6, 1.5 * usual):
            return words["story.some_users"].format(value=value)
    return words["story.user"]


def weights_of(run: Run) -> dict[str, float]:
    """Signal name -> weight as the run was configured, summing to 1."""
    raw = {k.removeprefix("weight_"): v for k, v in run.config.items() if k.startswith("weight_")}
    weights = {name: float(value) for name, value in raw.items() if isinstance(value, int | float)}
    total = math.fsum(weights.values())
    return {name: round(value / total, 4) for name, value in weights.items()} if total else weights
