"""Train the classifier of statement kinds anew: writes models/kinds/weights.npz and its manifest.

    python benchmarks/train_kinds.py [--products]

The same corpora give the same bytes on the same kind of processor. With --products nothing is written; instead each
product is judged by a model that saw none of its statements, and the scores are printed.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from voc import resources
from voc.clean import clean
from voc.datatypes import KINDS
from voc.embed import Matrix, UseEmbedder
from voc.kinds import KindClassifier
from voc.kinds.training import Example, load_examples, save, train
from voc.models import build

_FOLDS = 8


def main() -> None:
    if "--products" in sys.argv:
        examples = load_examples(resources.path("corpora"))
        judge_products(examples, UseEmbedder().encode([clean(example.text) for example in examples]))
        return
    card = build("kinds")
    print(f"{card.name}: {card.n_bytes:,} bytes, digest {card.digest}")


def judge_products(examples: Sequence[Example], vectors: Matrix) -> None:
    """Hold out whole products, an eighth of them at a time."""
    from sklearn.metrics import classification_report

    products = sorted({example.product for example in examples})
    fold_of = {product: number % _FOLDS for number, product in enumerate(products)}
    gold, given, plain = [], [], []
    for fold in range(_FOLDS):
        held = [row for row, example in enumerate(examples) if fold_of[example.product] == fold]
        seen = sorted(set(range(len(examples))) - set(held))
        with TemporaryDirectory() as folder:
            save(train([examples[row] for row in seen], vectors[seen]), Path(folder))
            classify = KindClassifier(folder=Path(folder))
        texts = [examples[row].text for row in held]
        gold += [(examples[row].kind, examples[row].polarity) for row in held]
        given += [(judged.kind, judged.polarity) for judged in classify(texts, vectors[held])]
        plain += [(judged.kind, judged.polarity) for judged in classify(texts, None)]
    for name, found in (("with vectors", given), ("without vectors", plain)):
        print(name)
        print(classification_report([k for k, _ in gold], [k for k, _ in found], labels=KINDS, digits=3))
        print(f"polarity accuracy {sum(a == b for (_, a), (_, b) in zip(gold, found, strict=True)) / len(gold):.3f}\n")


if __name__ == "__main__":
    main()
