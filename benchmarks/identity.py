"""Do themes stay themselves from month to month, on real reviews?

    python benchmarks/identity.py ../shared/data/reviews_smarthome.jsonl [--pairs pairs.tsv]

Analyses the months one after the other as `voc weekly --window month` does, and counts, over adjacent months, themes of
ten people or more in the months compared: how many still exist under their id, how many were merged away or fell
apart. `--pairs` writes fifty pairs of new statements, one of each month, under one id, for a reader to judge whether
they are about one thing. The counts go to `identity.json`.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from voc import api
from voc.config import Config
from voc.datatypes import Run
from voc.store import Store
from voc.window import within

PEOPLE = 10
PAIRS = 50
RESULT = Path(__file__).with_name("identity.json")


def people(run: Run, window: str) -> dict[str, set[str]]:
    """Theme id -> the people who speak of it in a window."""
    dates = {post.id: post.posted_at for post in run.posts}
    found: defaultdict[str, set[str]] = defaultdict(set)
    for statement in run.statements:
        if statement.theme_id and within(dates[statement.post_id], window):
            found[statement.theme_id].add(statement.person)
    return found


def measure(runs: list[Run]) -> dict[str, object]:
    """Themes with `PEOPLE` people in their last two windows: what became of each of them in the next run."""
    fates: Counter[str] = Counter()
    for before, after in pairwise(runs):
        large = {theme for theme, who in people(before, before.windows[-1]).items() if len(who) >= PEOPLE}
        events = {theme: event.event for event in after.events for theme in event.before}
        kept = {theme.id for theme in after.themes}
        for theme in large:
            fates["kept" if theme in kept else events.get(theme, "lost")] += 1
    total = sum(fates.values())
    return {"themes": total, "kept": round(fates["kept"] / total, 3), "fates": dict(sorted(fates.items()))}


def write_pairs(runs: list[Run], path: Path) -> None:
    """Fifty themes in two adjacent months: what was said in each month alone."""
    rows = []
    for before, after in pairwise(runs):
        old, new = people(before, before.windows[-1]), people(after, after.windows[-1])
        names = {theme.id: theme.name for theme in after.themes}
        for theme in sorted(old.keys() & new.keys()):
            if len(old[theme]) >= PEOPLE and len(new[theme]) >= PEOPLE:
                rows.append((after.as_of[:7], names[theme], _said(before, theme), _said(after, theme)))
    chosen = sorted(rows, key=lambda row: hashlib.sha256("".join(row[:2]).encode()).hexdigest())[:PAIRS]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter="\t").writerows([("month", "name", "before", "now", "same"), *chosen])


def _said(run: Run, theme: str) -> str:
    dates = {post.id: post.posted_at for post in run.posts}
    said = [s.text for s in run.statements if s.theme_id == theme and within(dates[s.post_id], run.windows[-1])]
    return " / ".join(sorted(said, key=lambda text: hashlib.sha256(text.encode()).hexdigest())[:5])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("posts", type=Path)
    parser.add_argument("--db", type=Path, help="A database already analysed by month; default: one is made.")
    parser.add_argument("--since", default="2017-06-01")
    parser.add_argument("--until", default="2019-10-31")
    parser.add_argument("--pairs", type=Path)
    given = parser.parse_args()
    # in a file, for a database in memory recalls no earlier run
    with TemporaryDirectory() as folder, Store(given.db or Path(folder) / "months.db") as store:
        if not given.db:
            api.ingest(store, [given.posts], reading=api.Reading(as_of="2020-01-01"))
            list(api.weekly(store, config=Config(window="month"), since=given.since))
        runs = [store.load_run(summary.id) for summary in reversed(store.runs())]
    runs = [run for run in runs if run.as_of[:10] <= given.until]
    result = measure(runs) | {"months": len(runs)}
    RESULT.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, ensure_ascii=False))
    if given.pairs:
        write_pairs(runs, given.pairs)


if __name__ == "__main__":
    main()
