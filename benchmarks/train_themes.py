"""Train the theme model of the default embedder anew: writes models/themes/*.npz and its manifest.

    python benchmarks/train_themes.py

The same corpora give the same bytes on the same kind of processor.
"""

from voc.models import build

if __name__ == "__main__":
    card = build("themes")
    print(f"{card.name}: {card.n_bytes:,} bytes, digest {card.digest}")
