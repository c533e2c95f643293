"""Near-duplicates: copies share a group, texts that say another thing never do."""

from __future__ import annotations

import json
import random
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.clean import clean
from voc.dedupe import near_duplicates

DEMO = Path(__file__).parents[1] / "corpora/demo/forum.jsonl"
TEXTS = st.lists(st.text(alphabet="闪退不能2断网了，！", max_size=30), max_size=25)
CAMPAIGN = "强烈要求恢复旧版主题商店！新版全是付费主题，以前买的也找不到了，请官方把老的主题商店还给我们！"


def _same(a: str, b: str) -> bool:
    return len(set(near_duplicates([a, b]))) == 1


@given(TEXTS)
def test_identical_texts_share_a_group(texts: list[str]) -> None:
    groups = near_duplicates(texts)
    for text in set(texts):
        assert len({group for group, other in zip(groups, texts, strict=True) if other == text}) == 1


@given(TEXTS, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(texts: list[str], rng: random.Random) -> None:
    shuffled = texts[:]
    rng.shuffle(shuffled)
    one = {text: texts[group] for text, group in zip(texts, near_duplicates(texts), strict=True)}
    other = {text: shuffled[group] for text, group in zip(shuffled, near_duplicates(shuffled), strict=True)}
    assert one == other


@given(TEXTS)
def test_a_representative_represents_itself(texts: list[str]) -> None:
    groups = near_duplicates(texts)
    assert all(groups[group] == group for group in groups)


@given(TEXTS)
@settings(max_examples=50)
def test_a_higher_threshold_never_makes_more_copies_of_a_pair(texts: list[str]) -> None:
    for a, b in pairwise(texts):
        loose, strict = (len(set(near_duplicates([a, b], threshold=value))) for value in (0.6, 0.9))
        assert loose <= strict


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (CAMPAIGN, CAMPAIGN.replace("付费", "收费")),
        (CAMPAIGN, CAMPAIGN.replace("旧版", "老版").replace("！", "。")),
        (CAMPAIGN, CAMPAIGN + "转发！"),
        ("升级之后经常闪退，打开就回桌面", "升级之后经常闪退打开就回桌面！！"),
        ("请尽快适配iPhone X，等了很久了", "请尽快适配iphone x，等了很久了"),
    ],
    ids=["one word", "one word and marks", "an ending", "marks only", "case"],
)
def test_copies_with_small_edits_share_a_group(a: str, b: str) -> None:
    assert _same(a, b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("充满电以后正常使用续航只有10小时左右", "充满电以后正常使用续航只有2小时左右"),
        ("更新之后我的指纹解锁完全能用了谢谢", "更新之后我的指纹解锁完全不能用了谢谢"),
        ("升级到3.1.0以后微信消息总是延迟很久才到", "升级到3.1.1以后微信消息总是延迟很久才到"),
        ("借呗逾期一天会影响我个人的征信记录吗请问", "花呗逾期一天会影响我个人的征信记录吗请问"),
        ("希望尽快推出适配安卓平板的横屏版本谢谢官方", "希望尽快推出适配苹果平板的横屏版本谢谢官方"),
        ("等了三天还没有发货客服也不回复我的消息", "等了五天还没有发货客服也不回复我的消息"),
        (CAMPAIGN + "已经等了3天", CAMPAIGN + "已经等了9天"),
        (CAMPAIGN, CAMPAIGN.replace("也找不到了", "也找到了")),
        ("闪退", "闪退了"),
        ("闪退", "卡顿"),
    ],
)
def test_texts_that_differ_in_what_decides_are_kept_apart(a: str, b: str) -> None:
    assert not _same(a, b)


@pytest.mark.xfail(strict=True, reason="who does what is lost in a bag of bigrams")
def test_an_exchange_of_roles_is_another_thing() -> None:
    story = "上个月给家里换了一整套智能设备，前后折腾了好几个周末才装完，"
    story += "结果{}手机可以正常控制，{}手机一打开就闪退，请官方尽快修复"
    assert not _same(story.format("安卓", "苹果"), story.format("苹果", "安卓"))


def test_the_campaign_of_the_demo_is_one_group() -> None:
    posts = [json.loads(line)["内容"] for line in DEMO.read_text(encoding="utf-8").splitlines()]
    campaign = [clean(text) for text in posts if "主题商店还给我们" in text]
    assert len(campaign) >= 15
    assert len(set(near_duplicates(campaign))) == 1


def test_a_flood_of_variants_takes_no_quadratic_time() -> None:
    rng = random.Random(1)
    words = ["闪退", "卡顿", "发热", "掉线", "耗电", "广告", "更新", "指纹", "通知", "横屏"]
    texts = [CAMPAIGN + "".join(rng.choices(words, k=2)) + chr(0x4E00 + n) for n in range(4000)]
    started = time.process_time()
    groups = near_duplicates(texts)
    assert time.process_time() - started < 8
    assert len(set(groups)) < 400
