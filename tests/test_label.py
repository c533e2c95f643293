"""Names, keywords and exemplars of clusters."""

from __future__ import annotations

import json
import random
import re
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.label import exemplars, keywords, name_themes
from voc.label.lexicon import lexicon
from voc.label.naming import OTHER
from voc.label.phrases import LONGEST, SHORTEST, clauses, locate, polish, units
from voc.segment import Segmenter, read_words

ROOT = Path(__file__).parents[1]
CASES = json.loads((ROOT / "tests/cases/names.json").read_text(encoding="utf-8"))
DEMO_LABELS = ROOT / "corpora/demo-labels.jsonl"
EXPECTED_DEMO = {  # theme of the demo corpus -> what its name must speak of
    "theme_store": "主题商店",
    "dual_app": "双开",
    "fp_fail": "指纹",
    "push_delay": "延迟",
    "bat_night": "耗电|掉电",
    "update_forced": "更新",
    "lag_after": "卡顿",
    "landscape": "横屏",
    "wifi_drop": "WiFi.*掉线",
    "push_ads": "广告|推送",
    "widget": "小组件",
    "bat_cold": "关机",
    "aftersale": "售后|维修",
    "cam_night": "夜|照片|拍照",
    "font": "字",
    "alarm_skip": "闹钟",
    "kill_bg": "后台",
    "app_lock": "应用锁|锁",
    "call_rec": "录音",
    "heat": "发热|发烫|过热",
    "app_crash": "闪退",
    "bloat": "卸载",
    "cam_night_yellow": "偏色|黄",
    "cam_night_slow": "成像|拍照|快门",
    "cast_pc": "投屏|设备|电脑",
    "bat_limit": "充",
    "watch": "手表",
    "notif_group": "通知",
    "dark_sched": "深色",
    "cloud": "云|空间",
    "5g_signal": "信号",
    "shutter": "快门|静音",
    "spam_call": "骚扰",
    "lunar": "农历|节气",
    "keyboard": "输入法|候选|联想",
    "onehand": "单手",
}


@pytest.fixture(scope="module")
def segmenter():
    return Segmenter(stopwords=read_words(ROOT / "corpora/lexicon/stopwords.txt"))


def embed(texts):
    """Counts of hashed character bigrams: near for texts that share wording, the same on every machine."""
    rows = np.zeros((len(texts), 256), dtype=np.float32)
    for row, text in zip(rows, texts, strict=True):
        for i in range(len(text)):
            row[zlib.crc32(text[i : i + 2].encode()) % 256] += 1
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def corpus(cases):
    texts = [text for case in cases for text in case["statements"]]
    kinds = [case["kind"] for case in cases for _ in case["statements"]]
    ends = np.cumsum([len(case["statements"]) for case in cases])
    return (
        [list(range(end - len(case["statements"]), end)) for case, end in zip(cases, ends, strict=True)],
        texts,
        kinds,
    )


def name(clusters, texts, kinds, segmenter):
    return name_themes(clusters, texts, [segmenter.content_words(text) for text in texts], embed(texts), kinds)


@pytest.fixture(scope="module")
def names(segmenter):
    return name(*corpus([*CASES["clusters"], *CASES["known_failures"]]), segmenter)


@pytest.mark.parametrize("n", range(len(CASES["clusters"])), ids=[case["accept"] for case in CASES["clusters"]])
def test_a_cluster_is_named_for_what_its_majority_says(names, n):
    assert re.search(CASES["clusters"][n]["accept"], names[n]), names[n]


@pytest.mark.parametrize("n", range(len(CASES["known_failures"])))
@pytest.mark.xfail(strict=True, reason="images that no lexicon lists")
def test_a_cluster_of_metaphors_is_named_for_what_is_meant(names, n):
    assert re.search(CASES["known_failures"][n]["accept"], names[len(CASES["clusters"]) + n])


def test_names_are_unique_short_and_free_of_lead_ins_pronouns_abuse_and_brands(names):
    assert len(set(names)) == len(names)
    for one in names:
        assert SHORTEST <= units(one) <= LONGEST
        assert not re.search("[，。！？!?,；;]", one)
        assert not any(word in one for word in CASES["never"]), one


def test_the_order_of_rows_and_of_clusters_does_not_change_a_name(names, segmenter):
    clusters, texts, kinds = corpus([*CASES["clusters"], *CASES["known_failures"]])
    order = list(range(len(texts)))
    random.Random(3).shuffle(order)
    place = {old: new for new, old in enumerate(order)}
    moved = [[place[i] for i in reversed(cluster)] for cluster in reversed(clusters)]
    renamed = name(moved, [texts[i] for i in order], [kinds[i] for i in order], segmenter)
    assert renamed[::-1] == names


def test_two_clusters_that_say_the_same_get_two_names(segmenter):
    texts = ["设备老是掉线", "设备天天掉线", "设备又掉线了", "灯泡老是掉线", "灯泡天天掉线", "灯泡又掉线了"]
    first, second = name([[0, 1, 2], [3, 4, 5]], texts, ["problem"] * 6, segmenter)
    assert first != second
    assert "掉线" in first
    assert "灯泡" in second


def test_a_cluster_with_nothing_to_name_is_numbered(segmenter):
    names = name([[0], [1], []], ["。。。", "！！", "好"], ["other"] * 3, segmenter)
    assert sorted(names) == [OTHER, OTHER + "2", OTHER + "3"]


def test_no_clusters_have_no_names(segmenter):
    assert name([], ["闪退"], ["problem"], segmenter) == []


def test_the_lexicon_renders_every_name_within_bounds():
    for known in lexicon().predicates:
        rendered = known.render(known.default)
        assert "{" not in rendered
        assert units(rendered) <= LONGEST
        assert not lexicon().banned.search(rendered), rendered


def test_most_themes_of_the_demo_corpus_are_named_for_their_subject(segmenter):
    rows = [s for line in DEMO_LABELS.read_text(encoding="utf-8").splitlines() for s in json.loads(line)["statements"]]
    texts = [row["text"] for row in rows]
    clusters = [[i for i, row in enumerate(rows) if row["theme"] == theme] for theme in EXPECTED_DEMO]
    names = name(clusters, texts, [row["kind"] for row in rows], segmenter)
    hits = [bool(re.search(want, got)) for want, got in zip(EXPECTED_DEMO.values(), names, strict=True)]
    assert sum(hits) / len(hits) >= 0.9, [
        pair for pair, hit in zip(zip(EXPECTED_DEMO, names, strict=True), hits, strict=True) if not hit
    ]


def test_a_hundred_themes_over_four_thousand_statements_take_seconds(segmenter):
    texts = [text + str(n) for n in range(60) for text in corpus(CASES["clusters"])[1]][:4_000]
    tokens = [segmenter.content_words(text) for text in texts]
    start = time.process_time()
    name_themes([list(range(n, 4_000, 100)) for n in range(100)], texts, tokens, embed(texts), ["problem"] * 4_000)
    assert time.process_time() - start < 5  # 1.5 s on an idle machine


@pytest.mark.parametrize("case", CASES["phrases"], ids=lambda case: case["text"])
def test_a_phrase_is_worded_as_fault_or_request(case):
    assert polish(case["text"], wish=case["wish"]) == case["name"]


@pytest.mark.parametrize("text", CASES["untouched_phrases"])
def test_a_phrase_that_reads_as_a_name_is_left_alone(text):
    assert polish(text, wish=False) == text.replace("iPad ", "iPad")


@given(st.text(alphabet="设备掉线，。 wifiA6但是不", max_size=40))
def test_clauses_are_ranges_of_the_text_in_order_without_marks(text):
    spans = clauses(text)
    assert spans == sorted(spans)
    assert all(0 <= start < end <= len(text) and "，" not in text[start:end] for start, end in spans)


@given(st.lists(st.sampled_from(["设备", "掉线", "Wi-Fi 6", "了", "，", "的"]), max_size=12))
@settings(deadline=None)
def test_every_token_is_found_where_it_stands(pieces):
    text = "".join(pieces)
    tokens = [piece.casefold().replace("-", "").replace(" ", "") for piece in pieces if len(piece) > 1]
    for token, (start, end) in zip(tokens, locate(text, tokens), strict=True):
        assert re.sub("[- ]", "", text[start:end]).casefold() == token


def test_keywords_prefer_what_is_frequent_here_and_rare_elsewhere():
    tokens = [["设备", "掉线"], ["设备", "掉线"], ["设备", "太贵"], ["设备", "太贵", "太贵"]]
    assert keywords([[0, 1], [2, 3]], tokens, top=1) == [("掉线",), ("太贵",)]


def test_keywords_of_an_empty_cluster_are_none():
    assert keywords([[], [0]], [["设备"]]) == [(), ("设备",)]
    assert keywords([], []) == []


def test_keywords_follow_the_published_formula():
    tokens = [["甲", "甲", "乙"], ["乙"]]
    # A = 2 words per cluster; 甲: 2·ln(1+2/2) = 1.39; 乙: 1·ln(1+2/2) = 0.69
    assert keywords([[0], [1]], tokens) == [("甲", "乙"), ("乙",)]


def test_exemplars_never_show_the_same_text_twice():
    texts = ["设备老是掉线怎么办", "设备老是掉线怎么办 ", "灯泡也老是掉线怎么办", "设备老是掉线怎么办"]
    chosen = exemplars([0, 1, 2, 3], embed(texts), texts, top=4)
    assert len(chosen) == 2
    assert len({texts[i].strip() for i in chosen}) == 2


def test_exemplars_prefer_statements_of_readable_length():
    texts = ["掉线", "设备连上以后老是掉线，很烦", "设备连上以后老是掉线，很烦" * 8]
    assert exemplars([0, 1, 2], embed(texts), texts, top=1) == [1]


def test_exemplars_differ_from_one_another():
    texts = ["设备连上以后老是掉线啊", "设备连上以后老是掉线呀", "灯泡连上以后老是离线", "快递到了三天还没拆开"]
    chosen = exemplars([0, 1, 2, 3], embed(texts), texts, top=2)
    assert 2 in chosen
    assert 3 not in chosen


def test_exemplars_of_an_empty_cluster_are_none():
    assert exemplars([], embed(["甲"]), ["甲"]) == []


@given(st.permutations(range(6)))
@settings(deadline=None, max_examples=20)
def test_exemplars_do_not_depend_on_the_order_of_the_rows(order):
    texts = ["设备掉线", "灯泡总是离线", "一天断八回", "设备又掉线了真烦", "网关断连", "掉线太频繁"]
    moved = [texts[i] for i in order]
    chosen = [moved[i] for i in exemplars(range(6), embed(moved), moved, top=3)]
    assert chosen == [texts[i] for i in exemplars(range(6), embed(texts), texts, top=3)]


def test_a_name_that_another_theme_has_is_not_taken():
    texts = ["录音转文字错字连篇", "录音转文字没有标点", "录音转文字卡住"]
    tokens = [["录音", "转文字", "错字连篇"], ["录音", "转文字", "没有", "标点"], ["录音", "转文字", "卡住"]]
    said = (texts, tokens, np.eye(3), ["problem"] * 3)
    (name,) = name_themes([[0, 1, 2]], *said)
    (other,) = name_themes([[0, 1, 2]], *said, kept={name: -1})
    assert other != name
    assert name_themes([[0, 1, 2]], *said, kept={name: 0}) == [name]
