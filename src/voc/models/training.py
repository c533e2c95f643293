"""The models that are shipped, all trained on the project's own corpora for the default embedder."""

from __future__ import annotations

from pathlib import Path

from voc import resources
from voc.kinds.training import INPUTS as _KINDS_FILES

SOURCE = "trained on corpora/complaints and corpora/lexicon/concepts.txt"
INPUTS = ("corpora/complaints/groups.jsonl", "corpora/complaints/asides.txt", "corpora/lexicon/concepts.txt")


def build_themes(folder: Path) -> None:
    """Train the theme model into the existing `folder`, under the name by which ThemeSpace looks for it."""
    from voc.cluster.space import train
    from voc.embed import UseEmbedder

    embedder = UseEmbedder()
    train(embedder, corpora=resources.path("corpora")).save(folder / f"{embedder.name}.npz")


KINDS_SOURCE = "trained on corpora/kinds and corpora/demo-labels.jsonl"


KINDS_INPUTS = tuple(f"corpora/{name}" for name in _KINDS_FILES)


def build_kinds(folder: Path) -> None:
    """Train the classifier of statement kinds into the existing `folder`."""
    from voc.clean import clean
    from voc.embed import UseEmbedder
    from voc.kinds.training import load_examples, save, train

    examples = load_examples(resources.path("corpora"))
    save(train(examples, UseEmbedder().encode([clean(example.text) for example in examples])), folder)


VALUES_SOURCE = "trained on corpora/values"
_VALUES = resources.path("corpora/values")
VALUES_INPUTS = tuple(
    f"corpora/values/{path.name}" for path in sorted([*_VALUES.glob("*.jsonl"), *_VALUES.glob("*.toml")])
)


def build_values(folder: Path) -> None:
    """Learn the classes of value and cost that are shipped into the existing `folder`."""
    from voc.clean import clean
    from voc.embed import UseEmbedder, embed
    from voc.values import load_values, train
    from voc.values.classifier import weights_file
    from voc.values.training import save

    taxonomy, embedder = load_values("auto", folder=resources.path("corpora/values"), clean=clean), UseEmbedder()
    assert taxonomy is not None
    weights = train(taxonomy, lambda texts: embed(texts, embedder))
    save(weights, taxonomy.digest, weights_file(folder, embedder.name))
