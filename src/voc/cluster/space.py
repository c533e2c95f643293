"""The space themes are formed in: what is wrong with what, and little else.

A sentence encoder places a complaint by its tone as much as by its content. Three views are joined, each centred over
the corpus and L2-normalised:

- *calm*: the sentence vector after a linear map that shrinks the directions in which venting, praise and small talk
  around a complaint move it (within-class whitening, as in linear discriminant analysis);
- *concepts*: which objects, faults and wishes a text names, by an editable lexicon, rare ones weighing more; a text
  that names few has a short vector, so that the other views decide;
- *topics*: the square root of the probabilities that a logistic regression over the first two views gives to the
  groups of a hand-written corpus of complaints (comparable by the Bhattacharyya coefficient), their prior re-estimated
  on the texts at hand by expectation maximisation (Saerens, Latinne & Decaestecker 2002).

Map and regression are trained on `corpora/complaints` alone; for the default model they lie ready in `models/themes`.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from voc import resources
from voc.datatypes import content_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voc.embed import Embedder

Matrix = NDArray[np.float32]
Voices = NDArray[np.float64]

WEIGHTS = {"calm": 0.50, "concepts": 0.25, "topics": 0.25}
_CONCEPT_SCALE = 0.7
_APPLIANCE = 0.4
_CONTEXT = 0.4
_COPIES = 2
_WORDS = 0.2
_WORD_COLUMNS = 256
_SHRINKAGE = 0.3
_DAMPING = 4.0
_PRIOR_ROUNDS = 5
_PRIOR_FLOOR = 0.002
_REGULARISATION = 30.0
_ITERATIONS = 80


@dataclass(frozen=True, kw_only=True, slots=True)
class ThemeModel:
    """What the hand-written complaints teach: `calm` (d, d), `coef` (groups, d + concepts), `bias` (groups,)."""

    calm: Matrix
    coef: Matrix
    bias: Matrix

    @classmethod
    def load(cls, path: Path) -> ThemeModel:
        with np.load(path, allow_pickle=False) as arrays:
            return cls(**{name: arrays[name].astype(np.float32) for name in ("calm", "coef", "bias")})

    def save(self, path: Path) -> None:
        np.savez_compressed(path, calm=self.calm, coef=self.coef, bias=self.bias)


class ThemeSpace:
    """Maps texts and their vectors into the space of themes.

    `corpora` is the folder with `complaints/` and `lexicon/concepts.txt`, `folder` the one with trained models, named
    after the embedder. A model that is not there is trained once, which takes a minute, and kept in the user's cache.
    """

    def __init__(self, embedder: Embedder, *, folder: Path, corpora: Path) -> None:
        self._concepts, self._weights = read_concepts(corpora / "lexicon" / "concepts.txt")
        self._last: tuple[Matrix, tuple[str, ...], tuple[Matrix, Matrix]] | None = None
        self._named: dict[str, NDArray[np.bool_]] = {}
        self.groups = _read_groups(corpora / "complaints")
        slug = re.sub(r"[^a-z0-9]+", "-", embedder.name.casefold())
        shipped = folder / f"{slug}.npz"
        self._model = ThemeModel.load(shipped) if shipped.exists() else _trained_once(embedder, slug, corpora)

    def __call__(self, texts: Sequence[str], vectors: Matrix, voices: Voices | None = None) -> Matrix:
        """The (n, D) features of n texts whose sentence vectors are the rows of `vectors`; rows are L2-normalised.

        `voices` says how much each text has to say in what is usual in the corpus; without, all the same.
        """
        return self.read(texts, vectors)[0] if voices is None else self._features(texts, vectors, voices)[0]

    def read(self, texts: Sequence[str], vectors: Matrix) -> tuple[Matrix, Matrix]:
        """The features as above, and the (n, groups) probabilities of the complaint groups named in `groups`.

        What was read last is remembered: themes and areas are often made of the same rows.
        """
        if self._last is None or self._last[0] is not vectors or self._last[1] != tuple(texts):
            self._last = (vectors, tuple(texts), self._features(texts, vectors, None))
        return self._last[2]

    def _features(self, texts: Sequence[str], vectors: Matrix, voices: Voices | None) -> tuple[Matrix, Matrix]:
        if not len(texts):
            return np.zeros((0, 1), dtype=np.float32), np.zeros((0, len(self.groups)), dtype=np.float32)
        voices = np.ones(len(texts)) if voices is None else voices
        calm = unit((vectors - np.average(vectors, axis=0, weights=voices)) @ self._model.calm)
        concepts = self._concept_matrix(texts, voices)
        topics = self._topics(np.hstack([calm, _CONCEPT_SCALE * unit(concepts)]), voices)
        views = {
            "calm": calm,
            "concepts": concepts / np.sqrt((concepts**2).sum(axis=1, keepdims=True) + _DAMPING),
            "topics": np.sqrt(topics),
        }
        return _centred(np.hstack([np.sqrt(weight) * views[name] for name, weight in WEIGHTS.items()]), voices), topics

    def _concept_matrix(self, texts: Sequence[str], voices: Voices) -> Matrix:
        """As the function of this name, but no text is searched twice: the same statements come several times."""
        for text in texts:
            if text not in self._named:
                self._named[text] = _concepts_of(text, self._concepts)
        return _by_rarity(np.array([self._named[text] for text in texts]), voices) * self._weights

    def _topics(self, rows: Matrix, voices: Voices) -> Matrix:
        """(n, groups) probabilities, under a prior fitted to these rows: which topics occur in this corpus at all."""
        logits = rows @ self._model.coef.T + self._model.bias
        likelihood = np.exp(logits - logits.max(axis=1, keepdims=True))
        likelihood /= likelihood.sum(axis=1, keepdims=True)
        prior = np.full(likelihood.shape[1], 1 / likelihood.shape[1])
        for _ in range(_PRIOR_ROUNDS):
            prior = np.average(_rows_to_one(likelihood * prior), axis=0, weights=voices) + _PRIOR_FLOOR
            prior /= prior.sum()
        return _rows_to_one(likelihood * prior)


def blend(own: Matrix, context: Matrix, voices: Voices | None = None) -> Matrix:
    """Features of statements drawn towards those of what stands around them: short ones say little alone.

    Both are (n, D) with L2-normalised rows; the context takes 0.4 of the sum (measured on the demo corpus).
    """
    return _centred((1 - _CONTEXT) * own + _CONTEXT * context, np.ones(len(own)) if voices is None else voices)


def add_words(features: Matrix, tokens: Sequence[Sequence[str]], voices: Voices | None = None) -> Matrix:
    """Features joined by the words themselves, which take a fifth of the similarity: TF-IDF, hashed to 256 columns.

    Sentences of one tone are alike to an encoder whatever they are about; their words are not. `voices` as above.
    """
    from scipy import sparse

    weights = [1.0] * len(tokens) if voices is None else voices.tolist()
    heard: defaultdict[str, float] = defaultdict(float)
    for own, voice in zip(tokens, weights, strict=True):
        for token in set(own):
            heard[token] += voice
    total = sum(weights)
    rarity = {token: math.log(total / n) for token, n in heard.items() if n > 1}
    column = {token: n for n, token in enumerate(sorted(rarity))}
    pairs = [(row, token) for row, own in enumerate(tokens) for token in sorted(set(own)) if token in column]
    places = ([row for row, _ in pairs], [column[token] for _, token in pairs])
    counts = sparse.csr_matrix(([rarity[token] for _, token in pairs], places), (len(tokens), len(column)))
    directions = np.array([_direction(token) for token in column], dtype=np.float32).reshape(-1, _WORD_COLUMNS)
    words = unit(counts @ directions)
    return np.hstack([np.sqrt(1 - _WORDS) * features, np.sqrt(_WORDS) * words]).astype(np.float32)


def _direction(token: str) -> Matrix:
    """A row of +1 and -1 that is the token's own (random projection by hashing, Achlioptas 2003)."""
    bits = np.frombuffer(hashlib.blake2b(token.encode(), digest_size=64).digest(), dtype=np.uint8)
    return np.unpackbits(bits)[:_WORD_COLUMNS].astype(np.float32) * 2 - 1


def pool(features: Matrix, groups: Sequence[int]) -> Matrix:
    """One row per group: the mean of its rows, L2-normalised. `groups` numbers them 0, 1, 2 ..."""
    sums = np.zeros((max(groups, default=-1) + 1, features.shape[1]), dtype=np.float32)
    np.add.at(sums, np.asarray(groups, dtype=int), features)
    return unit(sums)


def _rows_to_one(rows: Matrix) -> Matrix:
    return np.asarray(rows / rows.sum(axis=1, keepdims=True))


def _centred(rows: Matrix, voices: Voices) -> Matrix:
    # fewer than three rows have no background to subtract
    rows = unit(rows)
    return unit(rows - np.average(rows, axis=0, weights=voices)) if len(rows) > 2 else rows


def _trained_once(embedder: Embedder, slug: str, corpora: Path) -> ThemeModel:
    """The model of another embedder, kept in the user's cache under the content of what it was trained on."""
    sources = sorted([*(corpora / "complaints").glob("*.*"), corpora / "lexicon" / "concepts.txt"])
    digest = content_id("m", *(source.read_bytes() for source in sources))
    cache = resources.cache_folder()
    path = cache / f"themes-{slug}-{digest}.npz" if cache else None
    if path and path.exists():
        return ThemeModel.load(path)
    model = train(embedder, corpora=corpora)
    if path:  # whole or not at all, should two processes train at once
        half = path.with_suffix(f".{os.getpid()}.npz")
        model.save(half)
        half.replace(path)
    return model


def train(embedder: Embedder, *, corpora: Path, seed: int = 0) -> ThemeModel:
    """Learn map and regression from the hand-written complaints, each plain and with asides around it."""
    from sklearn.linear_model import LogisticRegression

    texts, groups, sentences = _training_texts(corpora / "complaints", seed)
    vectors = embedder.encode(texts)
    sums = np.zeros((sentences.max() + 1, vectors.shape[1]))
    np.add.at(sums, sentences, vectors)
    within = vectors - (sums / np.bincount(sentences)[:, None])[sentences]
    scatter = within.T @ within
    values, axes = np.linalg.eigh(scatter / np.trace(scatter) * len(scatter))
    calm_map = ((axes * (np.maximum(values, 0) + _SHRINKAGE) ** -0.5) @ axes.T).astype(np.float32)
    calm = unit((vectors - vectors.mean(axis=0)) @ calm_map)
    patterns, weights = read_concepts(corpora / "lexicon" / "concepts.txt")
    concepts = unit(_concept_matrix(texts, patterns) * weights)
    regression = LogisticRegression(C=_REGULARISATION, max_iter=_ITERATIONS)
    regression.fit(np.hstack([calm, _CONCEPT_SCALE * concepts]), groups)
    coef, bias = regression.coef_.astype(np.float16), regression.intercept_.astype(np.float16)
    return ThemeModel(
        calm=calm_map.astype(np.float16).astype(np.float32), coef=coef.astype(np.float32), bias=bias.astype(np.float32)
    )


def read_concepts(path: Path) -> tuple[list[re.Pattern[str]], Matrix]:
    """The patterns of a concept lexicon and their weights: a name, a blank and a regular expression a line.

    ``#`` comments; a name that begins with ``@`` is an appliance, which weighs less: what is wrong with it tells
    complaints apart, not that it is an air conditioner.
    """
    lines = [
        line for line in path.read_text(encoding="utf-8").splitlines() if line.strip() and not line.startswith("#")
    ]
    weights = [_APPLIANCE if line.startswith("@") else 1.0 for line in lines]
    return [re.compile(line.split(" ", 1)[1]) for line in lines], np.array(weights, dtype=np.float32)


def unit(rows: NDArray[np.floating[Any]]) -> Matrix:
    """Rows scaled to length 1; rows of zeros stay."""
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def _read_groups(folder: Path) -> tuple[str, ...]:
    lines = (folder / "groups.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(json.loads(line)["group"] for line in lines)


def _concept_matrix(texts: Sequence[str], patterns: Sequence[re.Pattern[str]]) -> Matrix:
    """(n, concepts), 1 where a text names the concept, weighted by the root of its inverse document frequency."""
    return _by_rarity(np.array([_concepts_of(text, patterns) for text in texts]), np.ones(len(texts)))


def _concepts_of(text: str, patterns: Sequence[re.Pattern[str]]) -> NDArray[np.bool_]:
    lower = text.lower()
    return np.array([pattern.search(lower) is not None for pattern in patterns])


def _by_rarity(named: NDArray[np.bool_], voices: Voices) -> Matrix:
    rarity = np.sqrt(np.log((voices.sum() + 1) / (voices @ named + 1)))
    return np.asarray(named * rarity, dtype=np.float32)


def _training_texts(folder: Path, seed: int) -> tuple[list[str], NDArray[np.int64], NDArray[np.int64]]:
    """Texts, the group of each, and the sentence each is a variant of."""
    rng = np.random.default_rng(seed)
    asides = (folder / "asides.txt").read_text(encoding="utf-8").split("\n")
    asides = [aside for aside in asides if aside]
    texts: list[str] = []
    groups: list[int] = []
    sentences: list[int] = []
    n = 0
    for group, line in enumerate((folder / "groups.jsonl").read_text(encoding="utf-8").splitlines()):
        for sentence in json.loads(line)["texts"]:
            variants = [sentence]
            for _ in range(_COPIES):
                a, b, c = rng.choice(asides, 3, replace=False)
                frames = (f"{a}，{sentence}", f"{sentence}，{b}", f"{a}，{sentence}，{b}", f"{sentence}！{b}，{c}")
                variants.append(frames[rng.integers(len(frames))])
            texts += variants
            groups += [group] * len(variants)
            sentences += [n] * len(variants)
            n += 1
    return texts, np.array(groups), np.array(sentences)
