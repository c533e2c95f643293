"""The theme model that is shipped: what `voc.cluster.space` learns from complaints, for the default embedder."""

from __future__ import annotations

from pathlib import Path

from voc import resources

SOURCE = "trained on corpora/complaints and corpora/lexicon/concepts.txt"
INPUTS = ("corpora/complaints/groups.jsonl", "corpora/complaints/asides.txt", "corpora/lexicon/concepts.txt")


def build_themes(folder: Path) -> None:
    """Train the theme model into the existing `folder`, under the name by which ThemeSpace looks for it."""
    from voc.cluster.space import train
    from voc.embed import UseEmbedder

    embedder = UseEmbedder()
    train(embedder, corpora=resources.path("corpora")).save(folder / f"{embedder.name}.npz")
