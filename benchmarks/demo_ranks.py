"""The ten first suggestions of the demo corpus with and without its campaign, and its loud author's further posts.

    python benchmarks/demo_ranks.py

Themes change their ids with their members, so those of two runs are matched by the statements they share.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from voc.datatypes import Post, Run
from voc.ingest import read
from voc.pipeline import analyze

CORPORA = Path(__file__).resolve().parents[1] / "corpora"
CAMPAIGN, LOUD, LOUD_AUTHOR = "theme_store", "dual_app", "较真的老周"
TOP = 10


def main() -> None:
    """Print the ten first of each run."""
    posts, labels = corpus(), labelled()
    everything = analyze(posts)
    others = [analyze(without_campaign(posts, labels)), analyze(without_loud_author(posts, labels))]
    matched = [names(run, like=everything) for run in others]
    print("", "all", "without the campaign", "without the loud author", sep="\t")
    for place, row in enumerate(zip(names(everything, like=everything), *matched, strict=True), start=1):
        print(place, *row, sep="\t")


def corpus() -> list[Post]:
    """The demo corpus, with the names of its authors."""
    read_in = read([str(CORPORA / "demo")], as_of=datetime(2026, 4, 27, tzinfo=UTC), keep_authors=True)
    return [item for item in read_in if isinstance(item, Post)]


def labelled() -> dict[str, set[str]]:
    """Id of a post as the corpus has it -> the themes of its statements."""
    lines = (CORPORA / "demo-labels.jsonl").read_text(encoding="utf-8").splitlines()
    return {
        label["id"]: {str(statement["theme"]) for statement in label["statements"]} for label in map(json.loads, lines)
    }


def without_campaign(posts: Sequence[Post], labels: Mapping[str, set[str]]) -> list[Post]:
    """Without the copies; the real posts on their theme, of the week before, stay."""
    return [post for post in posts if CAMPAIGN not in labels[post.source_id] or post.posted_at < "2026-04-14"]


def without_loud_author(posts: Sequence[Post], labels: Mapping[str, set[str]]) -> list[Post]:
    """The loud author says it once, and is silent about it ever after."""
    loud = [post for post in posts if post.author == LOUD_AUTHOR and LOUD in labels[post.source_id]]
    first = min(loud, key=lambda post: post.posted_at)
    return [post for post in posts if post not in loud or post is first]


def names(run: Run, *, like: Run) -> list[str]:
    """The names of the ten first suggestions, each as the theme of another run that most of its statements are in."""
    theirs = {statement.id: statement.theme_id for statement in like.statements}
    name = {theme.id: theme.name for theme in like.themes}
    members = {theme.id: theme.statement_ids for theme in run.themes}
    found = []
    for suggestion in run.suggestions[:TOP]:
        shared = Counter(theirs.get(member, "") for member in members[suggestion.theme_id])
        found.append(name.get(min(shared, key=lambda theme: (-shared[theme], theme)), ""))
    return found


if __name__ == "__main__":
    main()
