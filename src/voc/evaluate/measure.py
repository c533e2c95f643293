"""From labelled posts to the scores of each task; what predicts and what embeds is passed in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from voc.datatypes import Post
from voc.evaluate.intervals import Estimate
from voc.evaluate.labels import value_of
from voc.evaluate.scores import score_groups, score_kinds, score_pairs, score_polarity

Predictions = Sequence[Mapping[str, Any]]
Metrics = dict[str, Estimate]

_SAME = ("1", "true")


def measure(
    posts: Sequence[Post],
    rows: Mapping[str, Sequence[int]],
    *,
    predict: Callable[[Sequence[Post]], Predictions],
    similarity: Callable[[Sequence[str], Sequence[str]], Sequence[float]],
) -> dict[str, Metrics]:
    """Task -> metric -> estimate, for the tasks of `rows` (task -> numbers of the posts that are labelled for it).

    `predict` is asked about all posts at once; `similarity` of texts and as many others, pair by pair.
    """
    said = predict(posts) if rows.keys() - {"pairs"} else []
    scores = {}
    for task, numbers in rows.items():
        labelled = [posts[n] for n in numbers]
        if task == "pairs":
            pairs = similarity([post.text for post in labelled], [post.attributes["text2"] for post in labelled])
            scores[task] = score_pairs([value_of(post, "same") in _SAME for post in labelled], pairs)
        else:
            scores[task] = _SCORERS[task](labelled, [said[n] for n in numbers])
    return scores


def _kinds(posts: Sequence[Post], said: Predictions) -> Metrics:
    polarities = [value_of(post, "polarity") for post in posts]
    both = [(gold, str(one["polarity"])) for gold, one in zip(polarities, said, strict=True) if gold]
    kinds = score_kinds([value_of(post, "kind") for post in posts], [one["kind"] for one in said])
    return kinds | (score_polarity([gold for gold, _ in both], [found for _, found in both]) if both else {})


def _groups(posts: Sequence[Post], said: Predictions, *, column: str) -> Metrics:
    return score_groups([value_of(post, column) for post in posts], [one[column] for one in said])


_SCORERS: Mapping[str, Callable[[Sequence[Post], Predictions], Metrics]] = {
    "kinds": _kinds,
    "themes": partial(_groups, column="theme"),
    "areas": partial(_groups, column="area"),
}
