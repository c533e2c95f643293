"""Whom the data speak for: how well sources and cohorts are known, and how evenly they are heard."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from voc.datatypes import Author, Post
from voc.report.evidence import Evidence
from voc.report.figure import Figure, Measure
from voc.report.phrases import Phrases
from voc.report.trust import SampleLine

FIELDS = ("source", "region", "device", "version")
_DOMINANT = 0.8
_KNOWN = 0.5
_FEWEST = 5  # people: a value of fewer tells too much of them
_MOST_ATTRIBUTES = 8


def sample(evidence: Evidence, words: Phrases) -> tuple[SampleLine, ...]:
    """A line for source, region, device, version and what files tell of authors."""
    told = {name for author in evidence.run.authors for name in author.attributes}
    return tuple(_line(evidence, field, words) for field in (*FIELDS, *sorted(told - set(FIELDS))[:_MOST_ATTRIBUTES]))


def _line(evidence: Evidence, field: str, words: Phrases) -> SampleLine:
    run = evidence.run
    authors = {author.id: author for author in run.authors}
    counted = [post for post in run.posts if post.id not in evidence.excluded]
    values = {post.id: value for post in counted if (value := value_of(post, authors, field))}
    people = {s.person for s in run.statements if s.post_id in values}
    counts = Counter(values.values())
    largest = min(counts, key=lambda value: (-counts[value], value), default="")
    own = [s for s in run.statements if values.get(s.post_id) == largest] if largest else []
    if len({s.person for s in own}) < _FEWEST:
        largest = ""
    where = {"known": field}
    known = tuple(sorted(values))
    line = SampleLine(
        field=field,
        label=words.get(f"sample.{field}", field),
        known_posts=_share("share_of_posts_known", len(values), len(counted), known, where),
        known_people=_share("share_of_people_known", len(people), evidence.n_people, known, where),
        effective=_effective(counts, known, where),
        largest=largest,
        largest_share=_largest(values, largest, where) if largest else None,
        warnings=(),
    )
    return _warned(line, words)


def value_of(post: Post, authors: Mapping[str, Author], field: str) -> str:
    """What is known of a post's author or the post itself; empty if nothing."""
    author = authors.get(post.author)
    told = author.attributes.get(field, "") if author else ""
    return (told or (str(getattr(post, field)) if field in FIELDS else "")).strip()


def _share(measure: Measure, part: int, whole: int, posts: tuple[str, ...], where: Mapping[str, str]) -> Figure:
    value = round(part / whole, 4) if whole else 0.0
    return Figure(value=value, measure=measure, post_ids=posts, where=where)


def _largest(values: Mapping[str, str], largest: str, where: Mapping[str, str]) -> Figure:
    posts = tuple(sorted(post_id for post_id, value in values.items() if value == largest))
    return _share("share_of_value", len(posts), len(values), posts, {**where, "is": largest})


def _effective(counts: Counter[str], posts: tuple[str, ...], where: Mapping[str, str]) -> Figure | None:
    """The exponential of the entropy of posts over values (Hill number of order 1)."""
    if not counts:
        return None
    shares = [n / counts.total() for n in counts.values()]
    value = round(math.exp(-math.fsum(share * math.log(share) for share in shares)), 4)
    return Figure(value=value, measure="effective_values", post_ids=posts, where=where)


def _warned(line: SampleLine, words: Phrases) -> SampleLine:
    return replace(line, warnings=tuple(_warnings(line, words)))


def _warnings(line: SampleLine, words: Phrases) -> Iterator[str]:
    if not line.known_posts.value:
        yield words["sample.unknown"].format(label=line.label)
    elif line.known_posts.value < _KNOWN:
        yield words["sample.partly"].format(label=line.label)
    if line.field == "source" and line.largest_share and line.largest_share.value > _DOMINANT:
        yield words["sample.dominant"].format(label=line.label, value=line.largest)
