"""Cleaning: what goes, what must not be altered, and that it never takes long."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.clean import CLEANERS, STRUCTURE, clean, drop_furniture, drop_repeated_passages, narrow, simplify

CASES = json.loads((Path(__file__).parent / "cases" / "clean.json").read_text(encoding="utf-8"))
PAGES = Path(__file__).parents[2] / "shared" / "data" / "dirty_pages"

# Texts put together from what real ones are made of: random code points would hardly ever form a tag.
MATERIAL = st.lists(
    st.sampled_from(
        [
            *"闪退慢的了哈，。！？!?… \n\t\u30001０ａA<>[]()（）@＠&;:/#-*~\u200b\x00\ufeff�😡①後鎵嬫",
            "<b>",
            "</b>",
            "<br/>",
            "&lt;",
            "&amp;",
            "[b]",
            "[/b]",
            "[quote]",
            "[/quote]",
            "[doge]",
            "[手机号]",
            "> ",
            "回复 @小王：",
            "来自 小米14",
            "//@小李:",
            "(de)",
            "(lián)",
            "http://a.b/c",
            "www.a.com",
            "a@b.com",
            "@客服 ",
            "哈哈哈",
            "！！！",
            "10000",
            "版权所有 ICP备1号",
            "上一篇：无",
            "首页",
            "å\x8d\x87",
            "更新之后指纹经常识别失败要试好几次",
        ]
    ),
    max_size=40,
).map("".join)


def _cases(known_failure: bool) -> list[object]:
    return [pytest.param(case, id=case["why"]) for case in CASES if bool(case.get("known_failure")) == known_failure]


def _expected(case: dict[str, str]) -> str:
    return case["input"] if case["expected"] == "unchanged" else case["expected"]


@pytest.mark.parametrize("case", _cases(known_failure=False))
def test_a_case_is_cleaned_as_described(case: dict[str, str]) -> None:
    assert clean(case["input"]) == _expected(case)


@pytest.mark.xfail(strict=True, reason="known failure; the case says why")
@pytest.mark.parametrize("case", _cases(known_failure=True))
def test_a_known_failure_still_fails(case: dict[str, str]) -> None:
    assert clean(case["input"]) == _expected(case)


def test_the_cases_hold_enough_that_must_not_be_altered() -> None:
    assert sum(case["expected"] == "unchanged" for case in CASES) >= 25


@given(MATERIAL)
def test_cleaning_twice_equals_once(text: str) -> None:
    once = clean(text)
    assert clean(once) == once


@given(MATERIAL)
def test_structure_cleaned_twice_equals_once(text: str) -> None:
    once = clean(text, cleaners=STRUCTURE)
    assert clean(once, cleaners=STRUCTURE) == once


@given(st.text())
def test_any_text_at_all_can_be_cleaned(text: str) -> None:
    assert isinstance(clean(text), str)


@given(st.text())
def test_narrowing_keeps_the_value_of_every_digit_and_the_length(text: str) -> None:
    narrowed = narrow(text)
    assert len(narrowed) == len(text)
    assert [int(char) for char in narrowed if char.isdecimal()] == [int(char) for char in text if char.isdecimal()]


@given(st.text(alphabet="，。！？：；（）【】“”％．、～"))
def test_narrowing_leaves_marks_alone(marks: str) -> None:
    assert narrow(marks) == marks


@given(st.text(alphabet="0123456789.闪退", min_size=1))
def test_numbers_survive_cleaning(text: str) -> None:
    assert [char for char in clean(text) if char.isdecimal()] == [char for char in text if char.isdecimal()]


def test_structure_leaves_wording_widths_and_scripts_alone() -> None:
    text = "ＷｉＦｉ後臺殺進程！！！哈哈哈😡[doge] @客服 https://a.b"
    assert clean(text, cleaners=STRUCTURE) == text


def test_own_cleaners_extend_the_shipped_ones() -> None:
    assert clean("栖木OS太卡！！", cleaners=(*CLEANERS, lambda text: text.replace("栖木OS", "系统"))) == "系统太卡！"


def test_a_table_of_prices_is_no_page_furniture() -> None:
    table = "价格\n1499\n| 分组 | 倍率 | 场景 | 备注 |\n| 甲 | 0.2 | 聊天 | 特惠 |\n2599\n来源：官网\n作者：我"
    assert drop_furniture(table) == table


def test_a_numbered_list_keeps_its_lines_that_differ_in_a_number() -> None:
    text = "充电到百分之八十的时候会自动断开连接1次\n充电到百分之八十的时候会自动断开连接2次"
    assert drop_repeated_passages(text) == text


def test_headings_go_with_the_passages_they_repeat() -> None:
    page = "一、续航\n充满电以后只能用三个小时左右就自动关机了\n二、屏幕\n屏幕边缘有一圈绿色的亮线怎么都去不掉"
    assert drop_repeated_passages(f"{page}\n\n{page}") == f"{page}\n"


@pytest.mark.parametrize("cleaner", CLEANERS, ids=lambda cleaner: cleaner.__name__)
@pytest.mark.parametrize(
    "seed",
    [
        "字",
        "<",
        "<a ",
        "<!--",
        "<script>",
        "[quote]",
        "[b",
        "(",
        "字(",
        "&",
        "&amp;",
        " ",
        "\n",
        "，",
        "@",
        "@字",
        "http://",
        "a.",
        "> ",
        "来自 ",
        "//@a",
        "回复 ",
        "<<b>",
        "é",
        "鎵嬫",
        "😡",
        "|",
        "字 ",
        "位置:\n",
        "字_",
        "...\n",
    ],
)
def test_no_cleaner_is_catastrophic(cleaner, seed: str) -> None:  # type: ignore[no-untyped-def]
    text = seed * (50_000 // len(seed)) + "完"
    started = time.process_time()
    cleaner(text)
    assert time.process_time() - started < 1.5


@pytest.mark.skipif(not PAGES.exists(), reason="no dirty_pages in ../shared/data")
@pytest.mark.parametrize(
    ("page", "kept", "gone"),
    [
        (1, ["请把你的注意力转向商业用户", "成立九年的小米"], ["京叶商机网", "浏览量"]),
        (
            2,
            ["小米成功源于激活用户核能量", "引发用户群体性能量的核聚变"],
            ["孙彦良讲师", "鲜花榜", "ICP", "法律顾问", "热门领域", "头像"],
        ),
        (3, ["移动互联网思维有哪些", "总之，在当前的市场环境下"], ["您的位置", "Next Article", "点击关闭"]),
        (
            4,
            ["以用户为中心的十大观念", "实现可持续发展"],
            ["jizz", "蜘蛛池", "用户登录", "版权声明", "回到顶部", "pic_hd"],
        ),
        (5, ["开完超等运营商峰会", "来一场说走就走的观光"], ["许多人在做营销推广", "Morketing"]),
    ],
)
def test_a_crawled_page_keeps_its_article_and_loses_the_rest(page: int, kept: list[str], gone: list[str]) -> None:
    cleaned = clean((PAGES / f"page-{page}.txt").read_text(encoding="utf-8"))
    plain = cleaned.replace(",", "，")
    assert [words for words in kept if words not in plain] == []
    assert [words for words in gone if words in cleaned] == []


@pytest.mark.skipif(not PAGES.exists(), reason="no dirty_pages in ../shared/data")
@pytest.mark.parametrize("page", [1, 2, 3, 4, 5])
def test_a_crawled_page_says_every_passage_once(page: int) -> None:
    cleaned = clean((PAGES / f"page-{page}.txt").read_text(encoding="utf-8"))
    passages = ["".join(char for char in line if char.isalnum()) for line in cleaned.split("\n")]
    long = [passage for passage in passages if len(passage) >= 30]
    assert len(long) > 10
    assert [passage for n, passage in enumerate(long) if any(passage in earlier for earlier in long[:n])] == []


def test_traditional_and_simplified_spellings_become_one() -> None:
    assert clean("後臺殺進程嚴重，斷線！") == clean("后台杀进程严重，断线！") == simplify("后台杀进程严重，断线！")
