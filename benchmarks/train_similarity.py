"""Train the adapter of e5-paraphrase anew: writes models/e5-paraphrase/adapter.npz and its manifest.

    python benchmarks/train_similarity.py [--try STEPS]

Needs e5 (voc models build e5) and a quarter of an hour of one core. The same corpus gives the same adapter on the same
kind of processor and release of torch. With --try nothing is written; the losses of the first STEPS of the training are
printed, which shows in a minute that it works and where it goes.
"""

from __future__ import annotations

import sys
from itertools import islice

from voc import resources
from voc.models import build
from voc.models.paraphrase import Tuning, read_pairs


def main() -> None:
    if "--try" in sys.argv:
        tuning = Tuning(read_pairs(), resources.path("models/e5"))
        for step, loss in enumerate(islice(tuning.run(), int(sys.argv[sys.argv.index("--try") + 1]))):
            print(f"step {step}: loss {loss:.4f}", flush=True)
        return
    card = build("e5-paraphrase")
    print(f"{card.name}: {card.n_bytes:,} bytes, digest {card.digest}")


if __name__ == "__main__":
    main()
