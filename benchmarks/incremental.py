"""What a new week costs beside analysing everything again.

    python benchmarks/incremental.py ../shared/data/volume_100k.jsonl.gz [--weeks 20] [--posts 5000]

Deals the rows out over weeks by their place in the file, analyses the weeks before the last (so that what a user would
have is there), then measures, in processor seconds: the last week as `voc weekly` does it, and an analysis of all
weeks from nothing. The ratio goes to `incremental.json`.
"""

from __future__ import annotations

import argparse
import dataclasses
import gzip
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from voc import api
from voc.config import Config
from voc.datatypes import Post, content_id
from voc.store import Store
from voc.window import due

FIRST = datetime(2026, 1, 4, 15, 59, 59, tzinfo=UTC)  # a Sunday evening in China
RESULT = Path(__file__).with_name("incremental.json")


def dealt(path: Path, weeks: int, posts: int) -> Iterator[Post]:
    """The first weeks × posts rows, the author of one in seven the same, the dates rising."""
    step = timedelta(days=7) / posts
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for n, line in zip(range(weeks * posts), lines, strict=False):
            row = json.loads(line)
            moment = (FIRST + (n + 1) * step).strftime("%Y-%m-%dT%H:%M:%SZ")
            yield Post(
                id=content_id("p", n),
                text=row["text"],
                source=str(row.get("source", "")),
                posted_at=moment,
                author=f"u{n // 7}",
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=Path)
    parser.add_argument("--weeks", type=int, default=20)
    parser.add_argument("--posts", type=int, default=5000, help="In a week.")
    parser.add_argument("--folder", type=Path, default=Path("build"))
    given = parser.parse_args()
    given.folder.mkdir(exist_ok=True)
    posts = list(dealt(given.rows, given.weeks + 1, given.posts))
    ends = due("7d", after=FIRST.strftime("%Y-%m-%dT%H:%M:%SZ"), until=posts[-1].posted_at, timezone="Asia/Shanghai")
    weekly, whole = given.folder / "weekly.db", given.folder / "whole.db"
    for path in (weekly, whole):
        path.unlink(missing_ok=True)
    config = Config(window="7d")
    with Store(weekly) as store:
        store.save_posts([post for post in posts if post.posted_at <= ends[-2]])
        api.analyze(store, config=dataclasses.replace(config, as_of=ends[-2]))
        store.save_posts(posts)
        last = _measured(store, dataclasses.replace(config, as_of=ends[-1]))
    with Store(whole) as store:
        store.save_posts(posts)
        everything = _measured(store, Config())
    result = {
        "posts": len(posts),
        "posts_of_the_week": given.posts,
        "week_processor_seconds": round(last, 1),
        "everything_processor_seconds": round(everything, 1),
        "ratio": round(last / everything, 3),
    }
    RESULT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result))


def _measured(store: Store, config: Config) -> float:
    before = time.process_time()
    api.analyze(store, config=config)
    return time.process_time() - before


if __name__ == "__main__":
    main()
