"""How well value and cost are told: accuracy and F1 with 90 % intervals, and what they add to a run.

python benchmarks/values.py               each product of corpora/values by what was learnt from the others, three ways
python benchmarks/values.py FILE.jsonl …  rows of your own ({"text": …, "value": …, "cost": …}) by what is shipped
python benchmarks/values.py --wrong …     also which statements were told wrong
python benchmarks/values.py --agreement   how far a second, blind labelling agrees with the first

Three ways: by the words of the taxonomy alone, by a regression over the sentence vector alone, and as in a run, both.
Macro F1 is over all classes that occur, none being one of them.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from voc import resources
from voc.clean import clean
from voc.datatypes import AXES, Axis
from voc.embed import Matrix, MemoryCache, UseEmbedder, embed
from voc.evaluate import score_kinds
from voc.values import ValueClassifier, ValueTaxonomy, load_values
from voc.values.training import named

FOLDER = resources.path("corpora/values")
NOWHERE = Path("nowhere")  # no weights are ready there, so that they are learnt
Labels = list[tuple[str, str]]
Way = Callable[[ValueTaxonomy, Sequence[str], Matrix], Labels]

_embedder, _cache = UseEmbedder(), MemoryCache()
_MOST_SAID: Mapping[Axis, str] = {"value": "product", "cost": ""}  # where no word tells


def encode(texts: Sequence[str]) -> Matrix:
    return embed(texts, _embedder, cache=_cache)


def by_words(taxonomy: ValueTaxonomy, norms: Sequence[str], vectors: Matrix) -> Labels:
    """The first class, in the order of the file, whose words are there."""
    found = []
    for axis in AXES:
        entries = taxonomy.entries[axis]
        hits = named(entries, norms)
        found.append([entries[int(row.argmax())].shown.id if row.any() else _MOST_SAID[axis] for row in hits])
    return list(zip(*found, strict=True))


def by_meaning(taxonomy: ValueTaxonomy, norms: Sequence[str], vectors: Matrix) -> Labels:
    """As in a run, but no class has words."""
    wordless = {
        axis: tuple(dataclasses.replace(entry, patterns=()) for entry in entries)
        for axis, entries in taxonomy.entries.items()
    }
    return by_both(dataclasses.replace(taxonomy, entries=wordless), norms, vectors)


def by_both(taxonomy: ValueTaxonomy, norms: Sequence[str], vectors: Matrix) -> Labels:
    """As in a run."""
    return ValueClassifier(taxonomy, encode, model="", folder=NOWHERE)(norms, vectors)


WAYS: Mapping[str, Way] = {"words": by_words, "meaning": by_meaning, "both": by_both}


def read(*paths: Path) -> tuple[list[str], Labels]:
    """Matching forms and labels."""
    rows = [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines()]
    return [clean(row["text"]) for row in rows], [(row["value"], row["cost"]) for row in rows]


def held_out(way: Way) -> tuple[list[str], Labels, Labels]:
    """Texts of all products, their labels, and what is said by what was learnt without their product."""
    taxonomy = load_values("auto", folder=FOLDER, clean=clean)
    assert taxonomy is not None
    files = sorted(FOLDER.glob("*.jsonl"))
    read_files = [read(path) for path in files]
    texts: list[str] = []
    gold: Labels = []
    found: Labels = []
    for place, (norms, labels) in enumerate(read_files):
        others = [pair for n, (t, ls) in enumerate(read_files) if n != place for pair in zip(t, ls, strict=True)]
        statements = tuple((text, dict(zip(AXES, label, strict=True))) for text, label in others)
        texts, gold = texts + norms, gold + labels
        found += way(dataclasses.replace(taxonomy, statements=statements), norms, encode(norms))
    return texts, gold, found


def tell(way: str, gold: Labels, found: Labels) -> None:
    for place, axis in enumerate(AXES):
        true, said = ([label[place] or "none" for label in labels] for labels in (gold, found))
        scores = score_kinds(true, said)
        shown = [("accuracy", "accuracy"), ("macro_f1", "macro F1")]
        told = [f"{name} {scores[key].value:.3f} ({scores[key].low:.3f}–{scores[key].high:.3f})" for key, name in shown]
        each = [f"{name[3:]} {score.value:.2f}" for name, score in scores.items() if name.startswith("f1_")]
        print(f"{axis:5} {way:8} n {len(gold)}: {', '.join(told)}; F1 {', '.join(each)}")


def tell_wrong(texts: Sequence[str], gold: Labels, found: Labels) -> None:
    for text, true, said in zip(texts, gold, found, strict=True):
        if true != said:
            print("   ", "/".join(x or "none" for x in true), "→", "/".join(x or "none" for x in said), text)


def tell_agreement() -> None:
    """Cohen's kappa (1960) of the two labellings."""
    rows = [json.loads(line) for line in (FOLDER / "second" / "blind.jsonl").read_text("utf-8").splitlines()]
    first = dict(zip(*read(*sorted(FOLDER.glob("*.jsonl"))), strict=True))
    for place, axis in enumerate(AXES):
        pairs = [(first[clean(row["text"])][place], row[axis]) for row in rows]
        names = sorted({name for pair in pairs for name in pair})
        table = np.array([[pairs.count((a, b)) for b in names] for a in names]) / len(pairs)
        observed, chance = table.trace(), table.sum(axis=1) @ table.sum(axis=0)
        print(f"{axis:5} agreement {observed:.3f}, kappa {(observed - chance) / (1 - chance):.3f}, n {len(pairs)}")


def tell_speed() -> None:
    taxonomy, (norms, _) = load_values("auto", folder=FOLDER, clean=clean), read(*sorted(FOLDER.glob("*.jsonl")))
    assert taxonomy is not None
    vectors, start = encode(norms), time.process_time()
    ready = resources.path("models/values")
    loaded = load_values("auto", folder=FOLDER, clean=clean)
    assert loaded is not None
    classify = ValueClassifier(loaded, encode, model=_embedder.name, folder=ready)
    made = time.process_time()
    classify(norms, vectors)
    print(f"made in {made - start:.3f} processor seconds; {len(norms)} statements in {time.process_time() - made:.3f}")


def main(given: Sequence[str]) -> None:
    paths = [Path(name) for name in given if not name.startswith("--")]
    if "--agreement" in given:
        tell_agreement()
        return
    for name, way in WAYS.items():
        if paths:
            texts, gold = read(*paths)
            taxonomy = load_values("auto", folder=FOLDER, clean=clean)
            assert taxonomy is not None
            found = way(taxonomy, texts, encode(texts))
        else:
            texts, gold, found = held_out(way)
        tell(name, gold, found)
    if "--wrong" in given:
        tell_wrong(texts, gold, found)
    tell_speed()


if __name__ == "__main__":
    main(sys.argv[1:])
