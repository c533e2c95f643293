"""Themes and areas: what the groupings promise, and the floor of their quality on labelled data."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

from voc import resources
from voc.clean import clean
from voc.cluster import ThemeSpace, cluster_areas, cluster_themes, name_areas
from voc.cluster.linkage import average_linkage
from voc.cluster.space import unit
from voc.embed import UseEmbedder, embed
from voc.segment import Segmenter, read_words

STOPWORDS = resources.path("corpora/lexicon/stopwords.txt")


def blobs(*, groups=6, size=12, spread=0.15, seed=0):
    rng = np.random.default_rng(seed)
    centres = np.eye(32)[:groups]
    rows = np.repeat(centres, size, axis=0) + spread * rng.standard_normal((groups * size, 32)) / np.sqrt(32)
    rows -= rows.mean(axis=0)
    return unit(rows), np.repeat(np.arange(groups), size)


@pytest.fixture(scope="module")
def embedder():
    return UseEmbedder()


@pytest.fixture(scope="module")
def space(embedder):
    return ThemeSpace(embedder, folder=resources.path("models/themes"), corpora=resources.path("corpora"))


@given(st.integers(0, 10_000), st.floats(0.05, 0.6))
@settings(max_examples=25, deadline=None)
def test_linkage_equals_the_textbook_algorithm(seed, threshold):
    rng = np.random.default_rng(seed)
    rows = rng.standard_normal((60, 6))
    rows = unit(rows - rows.mean(axis=0))
    distance = 1 - np.round(rows @ rows.T, 6)
    condensed = distance[np.triu_indices(60, 1)].clip(0)
    expected = fcluster(linkage(condensed, "average"), 1 - threshold, "distance")
    assert adjusted_rand_score(expected, average_linkage(rows, np.ones(60), threshold)) > 0.97


def test_groups_are_recovered_and_numbered_by_weight():
    rows, truth = blobs()
    labels = cluster_themes(rows)
    assert adjusted_rand_score(truth, labels) == 1
    weights = np.where(truth == 4, 10, 1)
    assert {
        label for label, group in zip(cluster_themes(rows, weights=list(weights)), truth, strict=True) if group == 4
    } == {0}


def test_a_weight_counts_like_that_many_identical_rows():
    rows, _ = blobs(spread=0.9, seed=3)
    weights = [1 + n % 3 for n in range(len(rows))]
    repeated = np.repeat(rows, weights, axis=0)
    by_weight = np.repeat(cluster_themes(rows, weights=weights), weights)
    assert adjusted_rand_score(by_weight, cluster_themes(repeated)) == pytest.approx(1)


def test_row_order_does_not_matter_to_who_is_with_whom():
    rows, _ = blobs(spread=0.8, seed=5)
    shuffled = np.random.default_rng(1).permutation(len(rows))
    assert adjusted_rand_score(np.array(cluster_themes(rows))[shuffled], cluster_themes(rows[shuffled])) == 1


def test_a_row_like_no_other_is_unassigned_unless_it_stands_for_several():
    rows = np.eye(4, dtype=np.float32)
    assert cluster_themes(rows) == [-1, -1, -1, -1]
    assert cluster_themes(rows, weights=[1, 3, 1, 2]) == [-1, 0, -1, 1]


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_a_handful_of_rows_is_no_error(n, space):
    texts = ["打开就闪退", "一打开就闪退", "支持横屏"][:n]
    vectors = np.zeros((0, 512), dtype=np.float32) if not n else UseEmbedder().encode(texts)
    assert len(cluster_themes(space(texts, vectors))) == n
    assert cluster_areas(vectors, space(texts, vectors), [[text] for text in texts]) == [0] * n or n == 3


def test_tone_does_not_decide_the_theme(space, embedder):
    texts = [
        "打开就闪退",
        "垃圾软件，打开就闪退！",
        "很喜欢，不过打开就闪退",
        "收不到验证码",
        "垃圾软件，收不到验证码！",
        "很喜欢，不过收不到验证码",
    ]
    background = [
        "希望支持横屏",
        "广告太多了",
        "客服态度差",
        "耗电太快",
        "安装不上",
        "界面很丑",
        "物流太慢",
        "价格太贵",
    ]
    features = space([*texts, *background], embedder.encode([*texts, *background]))
    similarity = features @ features.T
    assert similarity[0, 1] > similarity[1, 4]
    assert similarity[3, 5] > similarity[2, 5]
    assert min(similarity[0, 1], similarity[0, 2]) > max(similarity[0, 3], similarity[1, 4], similarity[2, 5])


def test_areas_leave_nothing_out_and_repeat_themselves():
    rows, truth = blobs(groups=4, size=60)
    words = [[]] * len(rows)
    labels = cluster_areas(rows, rows, words)
    assert labels == cluster_areas(rows, rows, words)
    assert adjusted_rand_score(truth, labels) > 0.95
    assert min(labels) == 0


def test_words_bring_a_row_to_the_area_it_speaks_of():
    rows, truth = blobs(groups=4, size=60)
    words = [[f"词{label}", f"语{label}"] for label in truth]
    astray = [0, 70, 130, 200]
    rows[astray] = rows[[100, 10, 10, 10]]  # their vectors lie in other areas
    labels = cluster_areas(rows, rows, words)
    assert adjusted_rand_score(truth, labels) == 1
    assert adjusted_rand_score(truth, cluster_areas(rows, rows, [[]] * len(rows))) < 1


def test_area_names_are_unique():
    names = name_areas([["登录", "密码"], ["登录", "验证码"], ["登录", "密码", "验证码"]])
    assert names[0] == "登录·密码"
    assert names[1] == "验证码"


def _labelled(name):
    path = Path(__file__).parents[2] / "shared" / "data" / name
    if not path.exists():
        pytest.skip(f"{path.name} is not beside the project")
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return rows, [clean(row["text"]) for row in rows]


def test_quality_floor_of_themes(space, embedder):
    rows, texts = _labelled("themes_dev.jsonl")
    labels = cluster_themes(space(texts, embed(texts, embedder)))
    truth = [row["theme"] for row in rows]
    kept = [n for n, theme in enumerate(truth) if theme]
    found = [labels[n] if labels[n] >= 0 else f"alone-{n}" for n in kept]
    assert adjusted_mutual_info_score([truth[n] for n in kept], [str(label) for label in found]) >= 0.53
    assert adjusted_rand_score([truth[n] for n in kept], [str(label) for label in found]) >= 0.62


@pytest.mark.parametrize(("name", "floor"), [("topics_car.jsonl", 0.37), ("topics_shop.jsonl", 0.55)])
def test_quality_floor_of_areas(name, floor, space, embedder):
    rows, texts = _labelled(name)
    vectors = embed(texts, embedder)
    segmenter = Segmenter(stopwords=read_words(STOPWORDS))
    labels = cluster_areas(vectors, space(texts, vectors), [segmenter.content_words(text) for text in texts])
    assert adjusted_rand_score([row["area"] for row in rows], labels) >= floor
