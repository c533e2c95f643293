"""Measure the embedding models side by side and write the table into models/README.md.

    python benchmarks/models.py

Quality is measured on labelled data that is no part of the project, looked for in ../shared/data: themes by clustering
the reviews that have one, pairs by the area under the ROC curve of their cosine. Without it only speed is measured.
Speed is texts per second of processor time on one thread, so that other work on the machine counts less; loading the
model is not included.
"""

from __future__ import annotations

import csv
import importlib.util
import json
import platform
import re
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from voc import resources
from voc.clean import clean
from voc.cluster import ThemeSpace, cluster_themes
from voc.embed import Embedder, embed, load_embedder
from voc.models import list_models

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
PAIRS = {"BUSTM": "pairs_bustm.jsonl", "AFQMC": "pairs_afqmc.jsonl"}
COLUMNS = {
    "tier": "Tier",
    "model": "Model",
    "n_bytes": "Size",
    "speed": "Texts/s",
    "ami": "Themes AMI",
    "ari": "Themes ARI",
    "top10_f1": "Top-10 F1",
    "BUSTM": "AUC BUSTM",
    "AFQMC": "AUC AFQMC",
}


def demo_texts() -> list[str]:
    """Every distinct post and statement of the demo corpus, shortest first."""
    corpora = resources.path("corpora")
    with (corpora / "demo" / "reviews.csv").open(encoding="utf-8-sig", newline="") as file:
        texts = {row["评论内容"] for row in csv.DictReader(file)}
    texts |= {row["内容"] for row in read_jsonl(corpora / "demo" / "forum.jsonl")}
    texts |= {said["text"] for row in read_jsonl(corpora / "demo-labels.jsonl") for said in row["statements"]}
    return sorted(texts, key=lambda text: (len(text), text))


def measure(embedder: Embedder, texts: Sequence[str]) -> dict[str, float]:
    """Name of a column -> value."""
    embed(texts[:50], embedder)
    start = time.process_time()
    embed(texts, embedder)
    found = {"speed": len(texts) / (time.process_time() - start)}
    if (SHARED / "data").is_dir():
        found |= theme_scores(embedder)
        found |= {name: pair_auc(embedder, SHARED / "data" / file) for name, file in PAIRS.items()}
    return found


def theme_scores(embedder: Embedder) -> dict[str, float]:
    """AMI, ARI and top-10 F1 of themes over the reviews that have one."""
    gold = {row["id"]: row for row in read_jsonl(SHARED / "data" / "themes_dev.jsonl") if row["theme"] is not None}
    texts = [row["text"] for row in gold.values()]
    space = ThemeSpace(embedder, folder=resources.path("models/themes"), corpora=resources.path("corpora"))
    labels = cluster_themes(space(texts, embed(texts, embedder)))
    found = {key: {"theme": label if label >= 0 else None} for key, label in zip(gold, labels, strict=True)}
    spec = importlib.util.spec_from_file_location("score", SHARED / "score.py")
    assert spec is not None
    assert spec.loader is not None
    score = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(score)
    result = score.score_themes(gold, found, "theme")
    return {name: float(result[name]) for name in ("ami", "ari", "top10_f1")}


def pair_auc(embedder: Embedder, path: Path) -> float:
    """How well the cosine tells pairs of the same meaning from others, as ``voc eval --task pairs`` has it."""
    from sklearn.metrics import roc_auc_score

    rows = read_jsonl(path)
    left, right = (embed([clean(row[side]) for row in rows], embedder) for side in ("text", "text2"))
    return float(roc_auc_score([row["same"] for row in rows], np.einsum("ij,ij->i", left, right)))


def read_jsonl(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def cells(row: dict) -> list[str]:
    """The row as it is shown: megabytes, whole texts per second, thousandths."""
    shown = {"n_bytes": lambda n: f"{n / 1e6:.0f} MB", "speed": lambda n: f"{n:,.0f}"}
    return [
        shown.get(name, lambda n: f"{n:.3f}")(value) if isinstance(value := row.get(name, ""), int | float) else value
        for name in COLUMNS
    ]


def table(rows: Sequence[dict], n_texts: int) -> str:
    """The measured part of the README."""
    lines = [list(COLUMNS.values()), ["---"] * len(COLUMNS), *map(cells, rows)]
    about = (
        f"Speed: {n_texts:,} posts and statements of the demo corpus, per second of processor time, one thread, "
        f"{platform.machine()}, Python {platform.python_version()}, numpy {np.__version__}."
    )
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + f"\n\n{about}"


def main() -> None:
    import torch

    torch.set_num_threads(1)
    texts = demo_texts()
    rows = []
    for card in list_models():
        if card.tier != "trained here" and card.is_built:
            embedder = load_embedder(card.name, models=resources.path("models"))
            rows.append({"tier": card.tier, "model": card.name, "n_bytes": card.n_bytes} | measure(embedder, texts))
    readme = resources.path("models/README.md")
    begin, end = "<!-- measured by benchmarks/models.py -->", "<!-- end -->"
    text = readme.read_text(encoding="utf-8")
    measured = f"{begin}\n{table(rows, len(texts))}\n{end}"
    readme.write_text(re.sub(f"{begin}.*{end}", lambda _: measured, text, flags=re.DOTALL), encoding="utf-8")
    print(json.dumps(rows, indent=2))


if __name__ == "__main__":
    main()
