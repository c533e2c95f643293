"""The account of everything that was left out or not assigned: nothing is lost without a line here."""

from __future__ import annotations

from collections.abc import Iterator

from voc.datatypes import KINDS
from voc.report.evidence import Evidence
from voc.report.figure import Figure
from voc.report.model import Count
from voc.report.phrases import Phrases


def cover(evidence: Evidence, words: Phrases) -> tuple[Count, ...]:
    """Posts, rejected rows, exclusions by reason, copies, undated posts, statements and unassigned ones by kind."""
    return tuple(_lines(evidence, words))


def _lines(evidence: Evidence, words: Phrases) -> Iterator[Count]:
    run = evidence.run
    yield Count(label=words["cover.posts"], figure=evidence.count_posts("n_posts", run.posts))
    yield from _rejected(evidence, words)
    yield from _excluded(evidence, words)
    copies = [post for post in run.posts if post.id in run.duplicates]
    yield Count(label=words["cover.copies"], figure=evidence.count_posts("n_posts", copies, copies="yes"))
    undated = [post for post in run.posts if not post.posted_at]
    yield Count(label=words["cover.undated"], figure=evidence.count_posts("n_posts", undated, dated="no"))
    yield Count(label=words["cover.statements"], figure=evidence.count("n_statements", run.statements))
    yield from _unassigned(evidence, words)


def _rejected(evidence: Evidence, words: Phrases) -> Iterator[Count]:
    rejected = evidence.run.rejected
    total = Figure(value=sum(rejected.values()), measure="n_rejected", where={"rejected": "*"})
    yield Count(label=words["cover.rejected"], figure=total)
    for reason in sorted(rejected):
        figure = Figure(value=rejected[reason], measure="n_rejected", where={"rejected": reason})
        yield Count(label=words.get(f"rejected.{reason}", reason), figure=figure, depth=1)


def _excluded(evidence: Evidence, words: Phrases) -> Iterator[Count]:
    posts = [post for post in evidence.run.posts if post.id in evidence.excluded]
    yield Count(label=words["cover.excluded"], figure=evidence.count_posts("n_posts", posts, excluded="*"))
    for reason in sorted(set(evidence.excluded.values())):
        members = [post for post in posts if evidence.excluded[post.id] == reason]
        figure = evidence.count_posts("n_posts", members, excluded=reason)
        yield Count(label=words.get(f"excluded.{reason}", reason), figure=figure, depth=1)


def _unassigned(evidence: Evidence, words: Phrases) -> Iterator[Count]:
    figure = evidence.count("n_statements", evidence.unassigned, theme="")
    yield Count(label=words["cover.unassigned"], figure=figure)
    for kind in KINDS:
        members = [statement for statement in evidence.unassigned if statement.kind == kind]
        if members:
            figure = evidence.count("n_statements", members, theme="", kind=kind)
            yield Count(label=words[f"kind.{kind}"], figure=figure, depth=1)
