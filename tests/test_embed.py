"""Vectors are a property of the text alone: of no batch, no order, no cache."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc import resources
from voc.embed import MAX_CHARACTERS, Embedder, Matrix, UseEmbedder, embed, load_embedder
from voc.errors import ConfigError

HOSTILE = ["", " \n\t　", "\ud800坏", "\x00电池", "👨‍👩‍👧", "\u202e倒着", "坏" * 1_000_000]


@cache
def embedder(model: str) -> Embedder:
    return load_embedder(model)


@cache
def demo_texts() -> tuple[str, ...]:
    lines = resources.path("corpora/demo/forum.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(json.loads(line)["内容"] for line in lines[:150])


class MemoryCache:
    """Keeps vectors as a store does, in 16 bits."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], bytes] = {}

    def get(self, model: str, keys: Iterable[str]) -> Mapping[str, Matrix]:
        found = {key: self.kept[model, key] for key in keys if (model, key) in self.kept}
        return {key: np.frombuffer(raw, np.float16).astype(np.float32) for key, raw in found.items()}

    def put(self, model: str, vectors: Mapping[str, Matrix]) -> None:
        self.kept |= {(model, key): vector.astype(np.float16).tobytes() for key, vector in vectors.items()}


class Counting:
    """An embedder that remembers what it was asked for; a vector of three numbers that depend on the text."""

    def __init__(self, name: str = "counting") -> None:
        self.name = name
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> Matrix:
        self.asked += texts
        return np.array([[len(text), sum(map(ord, text)) % 97, 1] for text in texts], dtype=np.float32) / np.float32(
            997
        )


def test_a_text_has_the_same_bytes_alone_and_in_any_company() -> None:
    texts = demo_texts()[:60]
    together = embedder("use").encode(texts)
    alone = np.vstack([embedder("use").encode([text]) for text in texts])
    sevens = np.vstack([embedder("use").encode(texts[start : start + 7]) for start in range(0, len(texts), 7)])
    assert alone.tobytes() == together.tobytes() == sevens.tobytes()


def test_a_text_has_the_same_bytes_in_any_order() -> None:
    texts = demo_texts()
    order = np.random.default_rng(0).permutation(len(texts))
    shuffled = embedder("use").encode([texts[i] for i in order])
    assert shuffled.tobytes() == embedder("use").encode(texts)[order].tobytes()


@pytest.mark.parametrize("model", ["use", "lexical"])
def test_embedding_ignores_the_order_of_rows(model: str) -> None:
    texts = demo_texts()
    forwards, backwards = embed(texts, embedder(model)), embed(texts[::-1], embedder(model))[::-1]
    assert forwards.tobytes() == backwards.tobytes()


def test_two_loaded_models_give_the_same_bytes() -> None:
    texts = demo_texts()[:20]
    assert UseEmbedder().encode(texts).tobytes() == UseEmbedder().encode(texts).tobytes()


@pytest.mark.parametrize("model", ["use", "lexical"])
def test_rows_are_float32_of_length_one(model: str) -> None:
    vectors = embed(demo_texts(), embedder(model))
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-3)


def test_vectors_hold_nothing_that_16_bits_would_lose() -> None:
    vectors = embed(demo_texts()[:20], embedder("use"))
    assert np.array_equal(vectors, vectors.astype(np.float16).astype(np.float32))


@pytest.mark.parametrize("model", ["use", "lexical"])
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:6]))
def test_no_text_breaks_an_embedder(model: str, text: str) -> None:
    vectors = embed([text, "电池不耐用"], embedder(model))
    assert np.isfinite(vectors).all()
    assert vectors.shape == embed(["电池不耐用"] * 2, embedder(model)).shape


@given(st.lists(st.text(st.characters(), max_size=30), min_size=1, max_size=4))
@settings(max_examples=25, deadline=None)
def test_any_texts_give_one_finite_row_each(texts: list[str]) -> None:
    vectors = embed(texts, embedder("use"))
    assert vectors.shape == (len(texts), 512)
    assert np.isfinite(vectors).all()


@pytest.mark.parametrize("model", ["use", "lexical"])
def test_a_text_counts_up_to_its_cap(model: str) -> None:
    start = "充电时手机发烫，" * (MAX_CHARACTERS // 8)
    capped, longer, shorter = embed([start, start + "屏幕碎了" * 500, start[:40] + "屏幕碎了"], embedder(model))
    assert longer == pytest.approx(capped, abs=1e-3)
    assert shorter != pytest.approx(capped, abs=1e-3)


def test_a_million_characters_take_no_longer_than_the_cap() -> None:
    start = time.process_time()
    embedder("use").encode(["坏" * 1_000_000])
    assert time.process_time() - start < 5


@pytest.mark.parametrize("model", ["use", "lexical"])
def test_texts_of_one_meaning_or_wording_are_closer_than_others(model: str) -> None:
    vectors = embed(["手机充电很慢", "手机充电速度太慢了", "客服态度恶劣"], embedder(model))
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


def test_lexical_vectors_of_the_shortest_texts_are_not_zero() -> None:
    vectors = embedder("lexical").encode(["早", "哈哈哈哈哈哈", "", "好评", "差"])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-3)


def test_each_distinct_text_is_embedded_once() -> None:
    counting = Counting()
    vectors = embed(["甲", "乙", "甲", "甲"], counting)
    assert sorted(counting.asked) == ["乙", "甲"]
    assert np.array_equal(vectors[0], vectors[2])
    assert not np.array_equal(vectors[0], vectors[1])


def test_what_is_cached_is_never_embedded_again() -> None:
    kept, counting = MemoryCache(), Counting()
    first = embed(["甲", "乙"], counting, cache=kept)
    second = embed(["乙", "丙", "甲"], counting, cache=kept)
    assert counting.asked == ["乙", "甲", "丙"]
    assert np.array_equal(second[[2, 0]], first)


def test_cached_vectors_are_the_same_numbers_as_fresh_ones() -> None:
    kept = MemoryCache()
    texts = demo_texts()[:30]
    fresh = embed(texts, embedder("use"), cache=kept)
    assert embed(texts, embedder("use"), cache=kept).tobytes() == fresh.tobytes()


def test_vectors_of_another_model_are_not_used() -> None:
    kept, other = MemoryCache(), Counting("other")
    embed(["甲"], Counting(), cache=kept)
    embed(["甲"], other, cache=kept)
    assert other.asked == ["甲"]


def test_progress_ends_with_all_that_was_missing() -> None:
    told: list[tuple[int, int]] = []
    embed([str(number) for number in range(600)], Counting(), progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (600, 600)
    assert len(told) == len(set(told)) > 1


def test_no_texts_give_an_empty_matrix() -> None:
    assert embed([], Counting()).shape == (0, 0)


@pytest.mark.parametrize("model", ["e5", "e5-paraphrase"])
def test_e5_that_is_not_built_says_how_to_build_it(model: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="voc models build e5"):
        load_embedder(model, models=tmp_path)


def test_a_folder_that_holds_no_model_is_a_one_line_error(tmp_path: Path) -> None:
    pytest.importorskip("sentence_transformers")
    with pytest.raises(ConfigError) as caught:
        load_embedder(str(tmp_path))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("model", "message"), [("nosuch", "model 'nosuch' cannot be loaded"), ("", "no model is named")]
)
def test_a_model_that_is_not_here_is_refused_without_asking_the_network(
    model: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr("socket.socket.connect", refuse)
    monkeypatch.setattr("socket.getaddrinfo", refuse)
    with pytest.raises(ConfigError, match=message):
        load_embedder(model)
