"""Personal data becomes tokens; what only looks like it stays."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.mask import mask

CASES = json.loads((Path(__file__).parent / "cases" / "mask.json").read_text("utf-8"))
LEAST_RECALL = 0.98
LEAST_PRECISION = 0.97


@pytest.mark.parametrize("case", CASES["personal"], ids=lambda case: case["text"])
def test_personal_data_is_masked_and_nothing_else(case: dict[str, str]) -> None:
    assert mask(case["text"]) == case["masked"]


@pytest.mark.parametrize("text", CASES["lookalikes"])
def test_what_only_looks_personal_is_not_altered(text: str) -> None:
    assert mask(text) == text


def test_recall_and_precision_keep_their_floors() -> None:
    right = sum(mask(case["text"]) == case["masked"] for case in CASES["personal"])
    wrong = sum(mask(text) != text for text in CASES["lookalikes"])
    assert len(CASES["personal"]) >= 150
    assert len(CASES["lookalikes"]) >= 150
    assert right / len(CASES["personal"]) >= LEAST_RECALL
    assert right / (right + wrong) >= LEAST_PRECISION


@pytest.mark.parametrize(
    "piece", ["1", "a", "QQ ", "13", "a@", "加 我 ", "微信" + " " * 50, "1 ", "(010)", "0-", "加我"]
)
def test_a_very_long_text_takes_time_in_proportion(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    start = time.process_time()
    mask(text)
    assert time.process_time() - start < 3


@settings(deadline=None)
@given(st.lists(st.sampled_from([case["text"] for case in CASES["personal"]]), max_size=5))
def test_masking_twice_equals_once(texts: list[str]) -> None:
    masked = mask("，".join(texts))
    assert mask(masked) == masked


@settings(deadline=None)
@given(st.text(alphabet="测试微信好用吗，。 \n!?[]", max_size=200))
def test_a_text_without_letters_and_digits_is_not_altered(text: str) -> None:
    assert mask(text) == text
