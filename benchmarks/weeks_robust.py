"""The plan of the fourteen weeks carried out with other seeds, other noise and other thresholds (see `weeks.py`)."""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from typing import Any

from make_weeks import make
from weeks import CORPUS, Plan, analysed, every_window, score, surges, table

from voc import api, pipeline
from voc.store import Store

FACTORS = (1.0, 0.9, 1.1)  # by which thresholds are multiplied
SEED = 100
NOISES = (0.5, 1.0, 1.5)

Row = Mapping[str, Any]


def robust(plan: Plan, seeds: int) -> dict[str, Any]:
    """Mean and worst figures over other corpora of the same plan, and other thresholds."""
    statements = tomllib.loads((CORPUS / "statements.toml").read_text(encoding="utf-8"))
    found: dict[str, list[dict[str, float]]] = {f"threshold {factor:g}": [] for factor in FACTORS}
    ceiling = []
    for n in range(seeds + 1):
        posts, rows = make(statements, plan, seed=n and SEED + n, noise=NOISES[n % 3] if n else 1.0)
        ceiling.append(surges(true_surges(posts, rows, plan), plan))
        for factor in FACTORS:
            figures = carried_out(plan, posts, rows, factor)
            print(f"seed {n}, threshold {factor}: {figures}", file=sys.stderr)
            found[f"threshold {factor:g}"].append(figures)
    return {"corpora": seeds + 1} | {
        name: {key: {"mean": round(mean(r[key] for r in own), 3), "worst": min(r[key] for r in own)} for key in own[0]}
        for name, own in (
            *found.items(),
            ("true_groups", [{"surge_" + key: c[key] for key in ("precision", "recall")} for c in ceiling]),
        )
    }


def carried_out(plan: Plan, posts: Sequence[Row], rows: Sequence[Row], factor: float) -> dict[str, float]:
    """One corpus week by week, grouped at a multiple of the thresholds."""
    usual = pipeline.THRESHOLD, pipeline.CONTEXT_THRESHOLD
    pipeline.THRESHOLD, pipeline.CONTEXT_THRESHOLD = (factor * threshold for threshold in usual)
    try:
        with TemporaryDirectory() as folder, Store(Path(folder) / "weeks.db") as store:
            file = Path(folder) / "posts.jsonl"
            file.write_text("".join(f"{json.dumps(post, ensure_ascii=False)}\n" for post in posts), encoding="utf-8")
            api.ingest(store, [file])
            result = score(list(analysed(store, plan, {row["id"]: row["statements"] for row in rows})), plan, copies=0)
    finally:
        pipeline.THRESHOLD, pipeline.CONTEXT_THRESHOLD = usual
    verdicts = result["verdicts"]
    return {
        "f1": result["events"]["f1"],
        "surge_precision": result["surges"]["precision"],
        "surge_recall": result["surges"]["recall"],
        "verdicts": round(verdicts["right"] / verdicts["planted"], 3),
    }


def true_surges(posts: Sequence[Row], rows: Sequence[Row], plan: Plan) -> set[tuple[str, int]]:
    """What is called surging where every statement is in the group it was planted in."""
    said = [
        (post["id"], post["作者"], label["theme"] or "")
        for post, row in zip(posts, rows, strict=True)
        for label in row["statements"]
    ]
    people, active = table(said, {row["id"]: row["week"] - 1 for row in rows}, plan["weeks"])
    themes = sorted({theme for *_, theme in said if theme})
    return {
        (themes[n], week)
        for week, flags in enumerate(every_window(people, active), start=2)
        if week > plan["history"]
        for n, own in enumerate(flags)
        if own[:1] == ("surging",)
    }
