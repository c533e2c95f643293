"""What became of what was suggested: where themes stand, whether releases helped, what users had asked for in them."""

from __future__ import annotations

from collections.abc import Sequence

from voc.datatypes import Plan, Release, Statement
from voc.release import CONFIDENCE, Comparison, Side, compare, sides, verdict_of
from voc.report.conclude import Part, fill
from voc.report.evidence import Evidence, safe_url, together
from voc.report.figure import Figure
from voc.report.model import Contrast, ReleaseLine, Sentence, Standing
from voc.report.phrases import Phrases


def standings(evidence: Evidence, words: Phrases) -> tuple[Standing, ...]:
    """Where themes stand: the first suggestions of the last run, and all that have a status."""
    ranks = {suggestion.theme_id: suggestion.rank for suggestion in evidence.run.suggestions}
    return tuple(_standing(evidence, plan, ranks.get(plan.now), words) for plan in evidence.run.plans)


def release_lines(evidence: Evidence, words: Phrases) -> tuple[ReleaseLine, ...]:
    """The releases in which themes were shipped, the latest first."""
    lines = [_release(evidence, release, words) for release in reversed(evidence.run.releases)]
    return tuple(line for line in lines if line.n_shipped.value)


def told_verdicts(standings: Sequence[Standing], words: Phrases) -> tuple[Sentence, ...]:
    """Which shipped themes are solved or not, in one sentence of the conclusions; none where nothing is known."""
    told = [
        words[f"say.{standing.verdict}"].format(name=standing.name, release=standing.release)
        for standing in standings
        if standing.verdict in ("solved", "unsolved")
    ]
    return (Sentence(parts=(words["say.joint"].join(told),)),) if told else ()


def _standing(evidence: Evidence, plan: Plan, rank: int | None, words: Phrases) -> Standing:
    contrasts, verdict = _contrasts(evidence, plan, words)
    return Standing(
        theme_id=plan.theme_id,
        name=plan.name,
        now=plan.now,
        status=plan.status,
        status_label=words[f"status.{plan.status}"],
        release=plan.release,
        url=safe_url(plan.link),
        date=evidence.local_date(plan.at),
        who=plan.who,
        rank_before=plan.rank_before or None,
        rank_now=rank,
        place_label=_place(evidence, plan, rank, words),
        n_people=_people(evidence, plan),
        contrasts=contrasts,
        verdict=verdict,
        verdict_label=words[f"verdict.{verdict}"] if verdict else "",
    )


def _place(evidence: Evidence, plan: Plan, rank: int | None, words: Phrases) -> str:
    if not plan.now:
        return words["place.gone"]
    told = words["place.now" if rank else "place.unranked"].format(rank=rank)
    if plan.now != plan.theme_id:
        told = words["place.part"].format(name=evidence.themes[plan.now].name) + told
    return told


def _people(evidence: Evidence, plan: Plan) -> Figure | None:
    """People in the last period, or in all where there are no periods."""
    if not plan.now:
        return None
    statements = evidence.of(evidence.themes[plan.now])
    if not evidence.windows:
        return evidence.count("n_people", statements, theme=plan.now)
    last = evidence.windows[-1]
    return evidence.count("n_people", evidence.within(statements, last), theme=plan.now, period=last)


def _contrasts(evidence: Evidence, plan: Plan, words: Phrases) -> tuple[tuple[Contrast, ...], str]:
    release = next((release for release in evidence.run.releases if release.name == plan.release), None)
    if plan.status != "shipped" or release is None or not plan.now:
        return (), "too little data" if plan.status == "shipped" else ""
    timezone = evidence.timezone
    comparisons = compare(plan.now, release, evidence.run.statements, evidence.posts, timezone=timezone)
    contrasts = tuple(_contrast(evidence, plan, release, comparison, words) for comparison in comparisons)
    return contrasts, verdict_of(comparisons)


def _contrast(evidence: Evidence, plan: Plan, release: Release, found: Comparison, words: Phrases) -> Contrast:
    side = sides(release, found.by, timezone=evidence.timezone)
    where = {"theme": plan.now, "release": release.name, "by": found.by}
    said: dict[Side | None, list[Statement]] = {"before": [], "after": [], None: []}
    for statement in evidence.of(evidence.themes[plan.now]):
        said[side(evidence.posts[statement.post_id])].append(statement)

    def figures(which: Side, n: int, active: int) -> tuple[Figure, Figure]:
        post_ids = tuple(sorted({statement.post_id for statement in said[which]}))
        here = {**where, "side": which}
        return (
            Figure(value=n, measure="n_person_weeks", post_ids=post_ids, where=here),
            Figure(
                value=round(n / active, 4) if active else 0.0,
                measure="share_of_person_weeks",
                post_ids=post_ids,
                where=here,
            ),
        )

    before, before_share = figures("before", found.before, found.before_active)
    after, after_share = figures("after", found.after, found.after_active)
    values: dict[str, Part] = {
        "before": before,
        "before_share": before_share,
        "after": after,
        "after_share": after_share,
        "confidence": f"{CONFIDENCE:.0%}",
        "low": f"{found.low:.2f}",
        "high": "∞" if found.high is None else f"{found.high:.2f}",
        "verdict": words[f"verdict.{found.verdict}"],
    }
    key = f"contrast.{found.by}"
    if found.ratio is not None:
        post_ids = together(before, after)
        values["ratio"] = Figure(value=found.ratio, measure="rate_ratio", post_ids=post_ids, where=where)
    end = "contrast.ratio" if "ratio" in values else "contrast.none"
    parts = (*fill(words[key], **values), *fill(words[end], **values))
    return Contrast(by=found.by, told=Sentence(parts=parts), low=found.low, high=found.high, verdict=found.verdict)


def _release(evidence: Evidence, release: Release, words: Phrases) -> ReleaseLine:
    plans = [plan for plan in evidence.run.plans if plan.status == "shipped" and plan.release == release.name]
    themes = [evidence.themes[plan.now] for plan in plans if plan.now]
    post_ids = tuple(sorted({statement.post_id for theme in themes for statement in evidence.of(theme)}))
    where = {"release": release.name}
    shipped = Figure(value=len(plans), measure="n_shipped", post_ids=post_ids, where=where)
    share = None
    if release.n_changes:
        value = round(len(plans) / release.n_changes, 4)
        share = Figure(value=value, measure="share_of_release", post_ids=post_ids, where=where)
    key = "release.share" if share else "release.shipped"
    values: dict[str, Part] = {"name": release.name, "date": release.date, "n": shipped}
    values |= {"share": share, "changes": str(release.n_changes)} if share else {}
    parts = fill(words[key], **values)
    return ReleaseLine(name=release.name, date=release.date, n_shipped=shipped, share=share, told=Sentence(parts=parts))
