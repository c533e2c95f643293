"""Kinds and polarity of statements: what must be told apart, what must not matter, and how well it is done."""

from __future__ import annotations

import csv
import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import RoFormerConfig, RoFormerModel

from voc import Config, resources
from voc.api import predict
from voc.clean import clean
from voc.datatypes import KINDS, POLARITIES
from voc.embed import UseEmbedder
from voc.errors import ConfigError
from voc.kinds import PATTERNS, KindClassifier, explain
from voc.kinds.features import EVIDENCE, evidence
from voc.kinds.model import FILE, Weights
from voc.kinds.reader import KindReader
from voc.kinds.roformer import N_HEADS, N_LAYERS, hidden_states
from voc.kinds.text import normalise
from voc.kinds.training import fit, load_examples, save, train

CASES = json.loads((Path(__file__).parent / "cases" / "kinds.json").read_text(encoding="utf-8"))
FOLDER = resources.path("models/kinds")
READER = resources.path("models/kinds-reader")
SHARED = resources.path(".").resolve().parent / "shared" / "data"
DEVELOPMENT = SHARED / "kinds_dev.jsonl"
UNIT = np.full((1, 512), 512**-0.5, dtype=np.float32)


@pytest.fixture(scope="module")
def classify():
    return KindClassifier(folder=FOLDER, reader=READER)


@pytest.fixture(scope="module")
def linear():
    return KindClassifier(folder=FOLDER)


@pytest.fixture(scope="module")
def embedder():
    return UseEmbedder()


def _by_text(case):
    return case["text"]


@pytest.mark.parametrize("case", CASES["kinds"], ids=_by_text)
def test_a_clear_statement_gets_its_kind_with_and_without_models_that_learn(classify, linear, embedder, case):
    judged = classify([case["text"]], embedder.encode([clean(case["text"])]))[0]
    without = linear([case["text"]])[0]
    assert (judged.kind, without.kind) == (case["kind"], case["kind"])
    assert judged.polarity == case.get("polarity", judged.polarity)


@pytest.mark.parametrize("case", CASES["read"], ids=_by_text)
def test_what_no_single_word_gives_away_is_read(classify, embedder, case):
    assert classify([case["text"]], embedder.encode([clean(case["text"])]))[0].kind == case["kind"]


@pytest.mark.parametrize("case", CASES["not_a_request"], ids=_by_text)
def test_what_only_looks_like_a_wish_is_no_request(classify, embedder, case):
    assert classify([case["text"]], embedder.encode([clean(case["text"])]))[0].kind not in ("request", "need")


@pytest.mark.parametrize("case", CASES["known_failures"], ids=_by_text)
@pytest.mark.xfail(strict=True, reason="not understood yet")
def test_statements_that_no_sign_gives_away(classify, embedder, case):
    assert classify([case["text"]], embedder.encode([clean(case["text"])]))[0].kind == case["kind"]


def test_every_judgement_names_its_reason(classify):
    wish, complaint, bare = classify(["希望加个搜索", "老是闪退", "嗯"])
    assert wish.reason.startswith("pattern: ")
    assert "希望" in wish.reason
    assert "闪退" in complaint.reason
    assert bare.reason


def test_a_judgement_depends_neither_on_order_nor_on_company(classify, embedder):
    texts = [case["text"] for case in CASES["kinds"]]
    vectors = embedder.encode(texts)
    together = classify(texts, vectors)
    assert classify(texts[::-1], vectors[::-1]) == together[::-1]
    alone = [classify([text], vectors[row : row + 1])[0] for row, text in enumerate(texts)]
    assert [(j.kind, j.polarity, j.reason) for j in alone] == [(j.kind, j.polarity, j.reason) for j in together]


def test_the_reader_gives_the_same_numbers_in_any_company_and_with_any_number_of_threads(monkeypatch):
    read = KindReader(READER)
    texts = [case["text"] for case in CASES["kinds"]] + ["很长" * 200, "", "a"]
    together = read(texts)
    assert np.array_equal(read(texts[::-1]), together[::-1])
    some = [0, 1, 2, len(texts) - 3, len(texts) - 2, len(texts) - 1]
    assert np.array_equal(np.vstack([read([texts[row]]) for row in some]), together[some])
    monkeypatch.setattr("voc.kinds.reader._WORKERS", 1)
    assert np.array_equal(read(texts), together)


def test_reading_leaves_the_threads_of_the_process_as_they_were():
    before = torch.get_num_threads()
    KindReader(READER)(["希望增加夜间模式"])
    with ThreadPoolExecutor(1) as pool:
        assert (torch.get_num_threads(), pool.submit(torch.get_num_threads).result()) == (before, before)


def test_the_network_is_the_one_of_transformers():
    torch.manual_seed(0)
    config = RoFormerConfig(
        vocab_size=50, hidden_size=48, num_hidden_layers=N_LAYERS, num_attention_heads=N_HEADS, intermediate_size=64
    )
    theirs = RoFormerModel(config).eval()
    state = theirs.state_dict()
    ours = {
        "attention.self.query": "query",
        "attention.self.key": "key",
        "attention.self.value": "value",
        "attention.output.dense": "read",
        "attention.output.LayerNorm": "read.norm",
        "intermediate.dense": "inner",
        "output.dense": "outer",
        "output.LayerNorm": "outer.norm",
    }
    weights = {
        "embeddings.word": state["embeddings.word_embeddings.weight"],
        "embeddings.segment": state["embeddings.token_type_embeddings.weight"][0],
        **{f"embeddings.norm.{part}": state[f"embeddings.LayerNorm.{part}"] for part in ("weight", "bias")},
        **{
            f"{layer}.{name}.{part}": state[f"encoder.layer.{layer}.{long}.{part}"]
            for layer in range(N_LAYERS)
            for long, name in ours.items()
            for part in ("weight", "bias")
        },
    }
    ids, mask = torch.randint(1, 50, (3, 11)), torch.ones(3, 11, dtype=torch.long)
    mask[1, 6:] = 0
    with torch.inference_mode():
        expected = theirs(input_ids=ids, attention_mask=mask).last_hidden_state
        found = hidden_states(weights, ids, mask)
    seen = mask.bool()
    assert torch.allclose(found[seen], expected[seen], atol=1e-5)


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 broken", b"not an archive"])
def test_a_reader_that_cannot_be_read_is_an_error_that_says_what_to_do(tmp_path, content):
    if content is not None:
        (tmp_path / "reader.npz").write_bytes(content)
    with pytest.raises(ConfigError, match=r"reader\.npz cannot be read .*voc models verify kinds-reader"):
        KindClassifier(folder=FOLDER, reader=tmp_path)(["好"])


def test_a_reader_without_all_of_its_weights_is_refused_at_once(tmp_path):
    with np.load(READER / "reader.npz", allow_pickle=False) as stored:
        np.savez(tmp_path / "reader.npz", **{name: stored[name] for name in stored.files if name != "head.bias"})
    with pytest.raises(ConfigError, match=r"reader\.npz cannot be read .*head\.bias"):
        KindReader(tmp_path)


def test_who_asks_for_no_learnt_model_gets_no_reader(tmp_path, monkeypatch):
    def fail(folder):
        raise AssertionError("the reader was loaded")

    monkeypatch.setattr("voc.kinds.classifier.KindReader", fail)
    posts = tmp_path / "posts.csv"
    posts.write_text("text\n希望增加夜间模式\n", encoding="utf-8")
    assert predict([posts], config=Config(model="lexical"))[1] == 0
    with pytest.raises(AssertionError, match="the reader was loaded"):
        predict([posts])


def test_no_statements_give_no_judgements(classify):
    assert classify([]) == []
    assert classify([], np.zeros((0, 512), dtype=np.float32)) == []


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60))
def test_any_text_gets_a_judgement_and_a_probability(text):
    judgement = _shipped()([text])[0]
    assert judgement.kind in KINDS
    assert judgement.polarity in POLARITIES
    assert 1 / len(KINDS) - 0.01 <= judgement.confidence <= 1


@given(st.text(max_size=60))
def test_normalising_twice_is_normalising_once(text):
    assert normalise(normalise(text)) == normalise(text)


def test_script_width_and_repetition_do_not_matter(classify):
    plain, dressed = classify(["希望增加搜索功能!", "希望增加搜索功能！！！"])
    assert plain == dressed
    assert classify(["閃退，卡住不動"]) == classify(["闪退，卡住不动"])


def test_vectors_of_another_model_are_refused(classify):
    with pytest.raises(ConfigError, match="1 × 512"):
        classify(["好"], np.ones((1, 384), dtype=np.float32))
    with pytest.raises(ConfigError, match="2 × 512"):
        classify(["好", "坏"], UNIT)


def test_missing_weights_are_an_error_that_says_what_to_do(tmp_path):
    with pytest.raises(ConfigError, match=r"weights\.npz cannot be read .*train_kinds"):
        KindClassifier(folder=tmp_path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"not an archive"])
def test_broken_weights_are_an_error(tmp_path, content):
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(ConfigError, match=r"weights\.npz"):
        KindClassifier(folder=tmp_path)


def test_weights_of_another_table_of_patterns_are_refused(tmp_path):
    save({"evidence": np.array(["希望…"])}, tmp_path)
    with pytest.raises(ConfigError, match="another table of patterns"):
        KindClassifier(folder=tmp_path)


def test_pattern_names_are_unique_and_speak_for_kinds_that_exist():
    names = [pattern.name for pattern in PATTERNS]
    assert len(set(names)) == len(names)
    assert {pattern.kind for pattern in PATTERNS} <= {"", *KINDS}
    assert {pattern.strength for pattern in PATTERNS} == {1, 2}
    assert len(set(EVIDENCE)) == len(EVIDENCE)


def test_patterns_stay_fast_on_hostile_text():
    texts = ["希望" * 3000, "不" * 6000, "没有" * 3000, "a" * 6000, "，" * 6000, "为什么" * 2000]
    assert evidence([normalise(text)[:2000] for text in texts]).shape == (len(texts), len(EVIDENCE))


def test_an_explanation_agrees_with_the_judgement_and_shows_why(classify):
    text = "希望加个导出功能"
    explanation = explain(text)
    judgement = classify([text])[0]
    assert (explanation.kind, explanation.polarity, explanation.reason) == (
        judgement.kind,
        judgement.polarity,
        judgement.reason,
    )
    assert explanation.patterns["希望…"] == "request"
    assert sum(explanation.kinds.values()) == pytest.approx(1, abs=0.01)
    assert max(explanation.kinds, key=explanation.kinds.__getitem__) == explanation.kind
    assert any(share > 0 for share in explanation.features.values())


def test_an_explanation_with_a_vector_weighs_its_meaning(embedder):
    text = "客厅那台一到晚上就自己停下来"
    vector = embedder.encode([text])
    assert explain(text, vector=vector[0]).kinds != explain(text).kinds


def test_training_again_gives_the_same_bytes(tmp_path):
    examples = load_examples(resources.path("corpora"))[:120]
    vectors = np.eye(120, 512, dtype=np.float32)
    first = save(train(examples, vectors), tmp_path / "a")
    second = save(train(examples, vectors), tmp_path / "b")
    assert first.read_bytes() == second.read_bytes()
    assert Weights.load(tmp_path / "a").part("kind", "vectors", vectors=True).shape == (512, len(KINDS))


def test_vectors_have_no_say_on_requests_and_the_plain_weights_have_none():
    weights = Weights.load(FOLDER)
    vectors = weights.part("kind", "vectors", vectors=True)
    silent = [KINDS.index(kind) for kind in ("request", "need", "question")]
    assert not vectors[:, silent].any()
    assert vectors[:, KINDS.index("praise")].any()
    with pytest.raises(KeyError):
        weights.part("kind", "vectors", vectors=False)


def test_fitting_separates_what_is_separable():
    labels = [kind for kind in KINDS for _ in range(50)]
    features = np.repeat(np.eye(len(KINDS)), 50, axis=0)
    parts = fit({"ngrams": features}, labels, "kind")
    assert (parts["ngrams"].argmax(axis=1) == np.arange(len(KINDS))).all()


def test_the_written_corpus_is_clean():
    examples = load_examples(resources.path("corpora"))
    written = [example.text for example in examples if example.product != "demo"]
    texts = [re.sub(r"\W", "", text).lower() or text for text in written]
    assert len(texts) == len(set(texts))
    assert {example.kind for example in examples} == set(KINDS)
    assert {example.polarity for example in examples} == set(POLARITIES)
    assert len(examples) > 4000


@pytest.fixture(scope="module")
def held_out(tmp_path_factory, embedder):
    """A quarter of the products, chosen by name, and a classifier trained on half of the statements on the others."""
    examples = load_examples(resources.path("corpora"))
    products = sorted({example.product for example in examples})[::4]
    held = [example for example in examples if example.product in products]
    seen = [example for example in examples if example.product not in products][::2]
    folder = tmp_path_factory.mktemp("held_out")
    save(train(seen, _vectors(embedder, seen)), folder)
    return KindClassifier(folder=folder), held, _vectors(embedder, held)


@pytest.mark.parametrize(("given_vectors", "floor", "polarity_floor"), [(True, 0.64, 0.61), (False, 0.62, 0.59)])
def test_quality_on_products_held_out_of_training(held_out, given_vectors, floor, polarity_floor):
    classify, gold, vectors = held_out
    judged = classify([example.text for example in gold], vectors if given_vectors else None)
    print(
        len(gold),
        _macro_f1([e.kind for e in gold], [j.kind for j in judged]),
        np.mean([e.polarity == j.polarity for e, j in zip(gold, judged, strict=True)]),
    )
    assert len(gold) > 500
    assert _macro_f1([e.kind for e in gold], [j.kind for j in judged]) >= floor
    assert np.mean([e.polarity == j.polarity for e, j in zip(gold, judged, strict=True)]) >= polarity_floor


@pytest.mark.skipif(not DEVELOPMENT.is_file(), reason="the development data ../shared/data is not here")
@pytest.mark.parametrize(("learnt", "floor", "polarity_floor"), [(True, 0.80, 0.93), (False, 0.65, 0.90)])
def test_quality_on_real_reviews(classify, linear, embedder, learnt, floor, polarity_floor):
    """None of these rows is trained on; they stay outside the project."""
    rows = [json.loads(line) for line in DEVELOPMENT.read_text(encoding="utf-8").splitlines()]
    texts = [row["text"] for row in rows]
    judged = classify(texts, embedder.encode([clean(text) for text in texts])) if learnt else linear(texts)
    assert _macro_f1([row["kind"] for row in rows], [j.kind for j in judged]) >= floor
    assert np.mean([row["polarity"] == j.polarity for row, j in zip(rows, judged, strict=True)]) >= polarity_floor


def test_the_labels_of_real_statements_are_clean():
    rows = _labels()
    assert len(rows) > 40_000
    assert {row["kind"] for row in rows} == set(KINDS)
    assert {row["polarity"] for row in rows} == set(POLARITIES)
    assert all(0 <= int(row["start"]) < int(row["end"]) for row in rows)
    places = [(row["file"], row["id"], row["field"], row["start"], row["end"]) for row in rows]
    assert len(places) == len(set(places))


@pytest.mark.skipif(
    not (DEVELOPMENT.is_file() and (SHARED / "reviews_smarthome.jsonl").is_file()),
    reason="the development data ../shared/data is not here",
)
def test_no_statement_that_measures_is_trained_on():
    measured = [json.loads(line)["text"] for line in DEVELOPMENT.read_text(encoding="utf-8").splitlines()]
    reviews = (SHARED / "reviews_smarthome.jsonl").read_text(encoding="utf-8").splitlines()
    posts = {post["id"]: post for post in map(json.loads, reviews)}
    trained = {
        normalise(posts[row["id"]][row["field"]][int(row["start"]) : int(row["end"])])
        for row in _labels()
        if row["file"] == "reviews_smarthome"
    }
    assert len(trained) > 8000
    assert not trained & {normalise(text) for text in measured}


def _labels():
    with resources.path("corpora/kinds/read.tsv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def _vectors(embedder, examples):
    return embedder.encode([clean(example.text) for example in examples])


def _macro_f1(gold, found):
    scores = []
    for kind in KINDS:
        hits = sum(a == b == kind for a, b in zip(gold, found, strict=True))
        scores.append(2 * hits / max(1, gold.count(kind) + found.count(kind)))
    return float(np.mean(scores))


def _shipped(cache=[]):  # noqa: B006  hypothesis forbids function-scoped fixtures
    if not cache:
        cache.append(KindClassifier(folder=FOLDER, reader=READER))
    return cache[0]
