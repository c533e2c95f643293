"""Spam: adverts are flagged with their reason, customers who talk about adverts are not."""

from __future__ import annotations

import csv
import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.clean import clean
from voc.dedupe import near_duplicates
from voc.mask import mask
from voc.spam import REASONS, flag, flag_templates

ROOT = Path(__file__).parents[1]
CASES = json.loads((Path(__file__).parent / "cases" / "spam.json").read_text(encoding="utf-8"))
PRAISE = "外观大气，运行流畅，拍照清晰，续航持久，{}，推荐购买！"


def _cases(known_failure: bool) -> list[object]:
    return [
        pytest.param(case, id=case["input"][:24]) for case in CASES if bool(case.get("known_failure")) == known_failure
    ]


def _reason(text: str) -> str | None:
    found = flag(text)
    return found.reason if found else None


@pytest.mark.parametrize("case", _cases(known_failure=False))
def test_a_case_is_flagged_as_described(case: dict[str, str | None]) -> None:
    assert _reason(str(case["input"])) == case["expected"]


@pytest.mark.parametrize(
    "case",
    [c for c in CASES if not c.get("known_failure") and c["expected"] != "gibberish"],
    ids=lambda c: c["input"][:20],
)
def test_the_matching_form_is_flagged_like_the_text(case: dict[str, str | None]) -> None:
    assert _reason(clean(str(case["input"]))) == case["expected"]


@pytest.mark.xfail(strict=True, reason="known failure; the case says why")
@pytest.mark.parametrize("case", _cases(known_failure=True))
def test_a_known_failure_still_fails(case: dict[str, str | None]) -> None:
    assert _reason(str(case["input"])) == case["expected"]


def test_the_cases_hold_enough_complaints() -> None:
    assert sum(case["expected"] is None for case in CASES) >= 35


@given(st.text())
def test_a_flag_has_a_known_reason(text: str) -> None:
    found = flag(text)
    assert found is None or found.reason in REASONS


def test_the_detail_holds_the_words_that_gave_it_away() -> None:
    found = flag("高价回收旧机，加我微信[微信]")
    assert found is not None
    assert "高价" in found.detail
    assert "加我" in found.detail


def test_an_advert_padded_with_reviews_is_still_one() -> None:
    assert (
        _reason("免费兼职微信abc12345，不要任何费用就能赚零花钱。" + "空调远程控制很方便，希望越做越好。" * 60)
        == "advert"
    )


def test_a_long_story_that_mentions_everything_is_none() -> None:
    story = "我去年换了工作，" * 60 + "后来做兼职，朋友说加微信进群领优惠券，也赚了点零花钱。" + "现在回到老家了。" * 20
    assert flag(story) is None


def test_praise_from_three_accounts_in_shared_clauses_is_templated() -> None:
    texts = [PRAISE.format(end) for end in ("物流很快", "客服热情", "做工精致")]
    flags = flag_templates(texts, [0, 1, 2], ["甲", "乙", "丙"])
    assert {row: found.reason for row, found in flags.items()} == dict.fromkeys([0, 1, 2], "templated praise")


@pytest.mark.parametrize(
    ("texts", "people"),
    [
        (["很好用"] * 5, list("甲乙丙丁戊")),
        ([PRAISE.format("物流很快")] * 5, ["甲"] * 5),
        ([PRAISE.format("物流很快")] * 5, [""] * 5),
        (["强烈要求恢复旧版主题商店，新版全是付费主题，支持的点赞！"] * 5, list("甲乙丙丁戊")),
        ([PRAISE.format("就是闪退")] * 5, list("甲乙丙丁戊")),
    ],
    ids=["short", "one account", "unknown accounts", "a campaign", "praise with a complaint"],
)
def test_what_only_looks_templated_is_not_flagged(texts: list[str], people: list[str]) -> None:
    assert flag_templates(texts, [0] * len(texts), people) == {}


def test_templates_do_not_depend_on_the_order_of_rows() -> None:
    texts = [PRAISE.format(end) for end in ("物流很快", "客服热情", "做工精致", "闪退")] + ["好用，喜欢"]
    people = list("甲乙丙丁戊")
    forward = flag_templates(texts, list(range(5)), people)
    backward = flag_templates(texts[::-1], list(range(5)), people[::-1])
    assert forward == {4 - row: found for row, found in backward.items()}


@pytest.mark.parametrize(
    "seed",
    [
        "字",
        "加微",
        "兼职",
        "[微信]",
        "国产",
        " ",
        "' ",
        "每天",
        "微信a",
        "首页\n",
        "|",
        "广告",
        "微信",
        "1",
        "a",
        "a1 ",
        "学生",
    ],
)
def test_no_rule_is_catastrophic(seed: str) -> None:
    text = seed * (200_000 // len(seed)) + "完"
    started = time.process_time()
    flag(text)
    assert time.process_time() - started < 3


def _demo() -> list[tuple[str, str, str]]:
    """(id, matching form, author) of every post of the demo corpus."""
    rows = []
    with (ROOT / "corpora/demo/forum.jsonl").open(encoding="utf-8") as lines:
        rows += [(d["id"], d.get("标题") or "", d["内容"], d["作者"]) for d in map(json.loads, lines)]
    with (ROOT / "corpora/demo/reviews.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows += [(d["id"], d["标题"], d["评论内容"], d["用户名"]) for d in csv.DictReader(lines)]
    return [(row_id, clean(mask(f"{title}\n{text}".strip())), author) for row_id, title, text, author in rows]


def test_demo_adverts_and_hired_praise_are_found_and_nothing_else() -> None:
    posts = _demo()
    with (ROOT / "corpora/demo-labels.jsonl").open(encoding="utf-8") as lines:
        labels = {d["id"]: {s["theme"] for s in d["statements"]} for d in map(json.loads, lines)}
    adverts = {row_id for row_id, themes in labels.items() if "spam:ad" in themes}
    praise = {row_id for row_id, themes in labels.items() if "spam:praise" in themes}
    flagged = {row_id for row_id, text, _ in posts if flag(text)}
    texts, authors = [text for _, text, _ in posts], [author for _, _, author in posts]
    templated = {posts[row][0] for row in flag_templates(texts, near_duplicates(texts), authors)}
    assert len(adverts & flagged) / len(adverts) >= 0.9
    assert len(adverts & flagged) / len(flagged) >= 0.95
    assert len(praise & templated) / len(praise) >= 0.7
    assert templated <= praise
