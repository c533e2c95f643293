"""How well scenes and objects are found: precision and recall on statements labelled by hand, and the speed.

python benchmarks/scenes.py            the table
python benchmarks/scenes.py --wrong    also what was missed and what was found too much
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter

from voc import resources
from voc.datatypes import MENTION_KINDS
from voc.scene import Scenes

LABELLED = resources.path("corpora/scenes/labelled.jsonl")
_STATEMENTS = 15_000  # as many as a large run holds


def measure(*, tell_wrong: bool = False) -> list[tuple[str, int, float, float]]:
    """Kind, number of labels, precision, recall; the last row is over all kinds."""
    scenes = Scenes(resources.path("corpora/lexicon/scenes.toml"))
    true, found, right = Counter[str](), Counter[str](), Counter[str]()
    for line in LABELLED.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        labels = {(kind, value) for kind, value in row["mentions"]}
        mentions = {(mention.kind, mention.value) for mention in scenes(row["text"])}
        for counter, pairs in ((true, labels), (found, mentions), (right, labels & mentions)):
            counter.update(kind for kind, _ in pairs)
            counter.update("all" for _ in pairs)
        if tell_wrong and labels != mentions:
            print(row["text"], "missed", sorted(labels - mentions), "too much", sorted(mentions - labels))
    return [(kind, true[kind], right[kind] / found[kind], right[kind] / true[kind]) for kind in (*MENTION_KINDS, "all")]


def seconds() -> float:
    """Processor seconds for as many statements as a large run holds, reading the lexicon included."""
    texts = [json.loads(line)["text"] for line in LABELLED.read_text(encoding="utf-8").splitlines()]
    start = time.process_time()
    scenes = Scenes(resources.path("corpora/lexicon/scenes.toml"))
    for n in range(_STATEMENTS):
        scenes(texts[n % len(texts)])
    return time.process_time() - start


if __name__ == "__main__":
    print("kind        labels  precision  recall")
    for kind, n, precision, recall in measure(tell_wrong="--wrong" in sys.argv[1:]):
        print(f"{kind:11} {n:6}      {precision:.3f}   {recall:.3f}")
    print(f"{_STATEMENTS:,} statements in {seconds():.2f} processor seconds")
