"""The volume behind a report, and how it moved from one period to the next."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from voc.datatypes import Post
from voc.report.evidence import Evidence, together
from voc.report.figure import Figure, Measure
from voc.report.model import Headline
from voc.report.phrases import Phrases
from voc.window import within


def headlines(evidence: Evidence, words: Phrases) -> tuple[Headline, ...]:
    """Posts, people, statements, themes and suggestions: in all, and in the two periods that are compared."""
    run = evidence.run
    kept = [post for post in run.posts if post.id not in evidence.excluded]

    def posts(window: str) -> Figure:
        return evidence.count_posts("n_posts", _posts_within(run.posts, window), **_period(window))

    def people(window: str) -> Figure:
        return evidence.count_posts("n_people", _posts_within(kept, window), excluded="", **_period(window))

    def statements(window: str) -> Figure:
        chosen = evidence.within(run.statements, window) if window else run.statements
        return evidence.count("n_statements", chosen, **_period(window))

    return (
        _headline(evidence, words["headline.posts"], posts, "growth_of_posts"),
        _headline(evidence, words["headline.people"], people, "growth_of_people"),
        _headline(evidence, words["headline.statements"], statements, "growth_of_statements"),
        Headline(label=words["headline.themes"], total=evidence.count_themes()),
        Headline(label=words["headline.suggestions"], total=evidence.count_suggestions("*")),
    )


def _headline(evidence: Evidence, label: str, measured: Callable[[str], Figure], growth: Measure) -> Headline:
    if not evidence.windows:
        return Headline(label=label, total=measured(""))
    before, last = (measured(window) for window in evidence.windows[-2:])
    grown = None
    if before.value:
        where = {key: value for key, value in last.where.items() if key != "period"}
        value = round(last.value / before.value - 1, 4)
        grown = Figure(value=value, measure=growth, post_ids=together(last, before), where=where)
    return Headline(label=label, total=measured(""), last=last, before=before, growth=grown)


def _posts_within(posts: Iterable[Post], window: str) -> list[Post]:
    return [post for post in posts if not window or within(post.posted_at, window)]


def _period(window: str) -> dict[str, str]:
    return {"period": window} if window else {}
