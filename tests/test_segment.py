"""Segmenting: terms stay whole, the global jieba stays untouched, new words are found."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import jieba
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.segment import Segmenter, discover, read_words

STOPWORDS = Path(__file__).parents[1] / "corpora/lexicon/stopwords.txt"


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter(user_words=["iPad 横屏", "屏下指纹", "消息免打扰"], stopwords=["的", "了", "我"])


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("连不上Wi-Fi 6", "wifi6"),
        ("WiFi6断线", "wifi6"),
        ("WIFI 6断线", "wifi6"),
        ("小米 14 Pro发烫", "小米14pro"),
        ("小米14Pro发烫", "小米14pro"),
        ("iPhone15Pro发烫", "iphone15pro"),
        ("红米K70e发烫", "红米k70e"),
        ("iPhone 15 Pro Max太贵", "iphone15promax"),
        ("升级iOS 17.2后卡", "ios17.2"),
        ("MIUI14.0.3稳定版", "miui14.0.3"),
        ("3.1.0.12版本", "3.1.0.12"),
        ("C++编译慢", "c++"),
        ("Type-C接口松", "typec"),
        ("电量80%关机", "80%"),
        ("5G网速慢", "5g"),
        ("iPad 横屏不行", "ipad横屏"),
        ("新屏下指纹识别慢", "屏下指纹"),
        ("希望增加消息免打扰功能", "消息免打扰"),
    ],
)
def test_a_term_stays_whole(segmenter: Segmenter, text: str, token: str) -> None:
    assert token in segmenter(text)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("小米3台设备", ["小米", "3", "台", "设备"]),
        ("App 2次闪退", ["app", "2", "次", "闪退"]),
        ("华为2019年买的", ["华为", "2019", "年", "买", "的"]),
        ("续航10小时", ["续航", "10", "小时"]),
    ],
)
def test_a_number_that_counts_something_is_not_part_of_a_name(
    segmenter: Segmenter, text: str, tokens: list[str]
) -> None:
    assert segmenter(text) == tokens


@given(st.text(alphabet="闪退微信的了Aa1.％，。!-+' \n小米Pro", max_size=40))
@settings(max_examples=60, deadline=None)
def test_tokens_keep_every_letter_and_digit_in_order(text: str) -> None:
    segmenter = _plain()
    kept = [char for char in "".join(segmenter(text)) if char.isalnum()]
    assert kept == [char for char in text.casefold() if char.isalnum()]


_CACHE: list[Segmenter] = []


def _plain() -> Segmenter:
    if not _CACHE:
        _CACHE.append(Segmenter())
    return _CACHE[0]


def test_content_words_leave_out_stop_words_bare_numbers_and_single_characters(segmenter: Segmenter) -> None:
    assert segmenter.content_words("我的设备2号又掉线了") == ["设备", "掉线"]


def test_negations_carry_content(segmenter: Segmenter) -> None:
    assert "不" in segmenter.content_words("不 充电")


@pytest.mark.parametrize("seed", ["加微", "鎵嬫", "a1", "小米 ", "1."])
def test_a_long_text_takes_linear_time(segmenter: Segmenter, seed: str) -> None:
    started = time.process_time()
    segmenter(seed * 10_000)
    assert time.process_time() - started < 4


def test_the_global_tokenizer_is_not_touched() -> None:
    Segmenter(user_words=["退谁闪"])
    assert "退谁闪" not in jieba.dt.FREQ
    assert jieba.dt.user_word_tag_tab == {}


def test_segmenters_do_not_share_their_words() -> None:
    with_word, without = Segmenter(user_words=["卡成狗屎般"]), Segmenter()
    assert "卡成狗屎般" in with_word("手机卡成狗屎般")
    assert "卡成狗屎般" not in without("手机卡成狗屎般")


def test_importing_the_module_does_not_import_jieba() -> None:
    code = "import sys, voc.segment; sys.exit('jieba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_word_file_may_have_comments_frequencies_tags_and_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("\ufeff# 词表\n屏下指纹 100 n\niPhone 15\n\nWi-Fi 6 # 注释\n应用双开\n", encoding="utf-8")
    assert read_words(path) == ["屏下指纹", "iPhone 15", "Wi-Fi 6", "应用双开"]


def test_the_shipped_stop_words_have_no_negation_and_no_word_twice() -> None:
    words = read_words(STOPWORDS)
    assert len(words) == len(set(words))
    assert not {"不", "没", "没有", "不能", "无法", "不是"} & set(words)


def test_a_new_word_is_discovered_by_how_it_holds_together_and_combines() -> None:
    # a made-up word of three characters in ever new company
    company = ["今天", "昨晚", "设备", "客厅", "手机", "公司", "孩子", "空调", "老人", "窗帘", "厨房", "卧室"]
    texts = [f"{a}鑫犇淼{b}" for a in company for b in company if a != b]
    texts += [f"{a}{b}{c}" for a in company for b in company for c in company]
    found = discover(texts, _plain())
    assert "鑫犇淼" in [new.word for new in found]
    assert all(new.count >= 8 and new.cohesion >= 5 and new.freedom >= 1.5 for new in found)


def test_discovery_does_not_depend_on_the_order_of_texts() -> None:
    company = ["今天", "昨晚", "设备", "客厅", "手机", "公司", "孩子", "空调"]
    texts = [f"{a}鑫犇淼{b}" for a in company for b in company]
    shuffled = texts[:]
    random.Random(3).shuffle(shuffled)
    assert discover(texts, _plain()) == discover(shuffled, _plain())


def test_words_of_the_dictionary_and_fixed_phrases_are_not_new() -> None:
    texts = [f"{a}手机{b}" for a in "甲乙丙丁戊己庚辛" for b in "子丑寅卯辰巳午未"]
    assert "手机" not in [new.word for new in discover(texts, _plain())]
