"""Splitting: statements are verbatim, in order, and nothing but separators is lost."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.split import MAX_LENGTH, split

CASES = json.loads((Path(__file__).parent / "cases" / "split.json").read_text(encoding="utf-8"))
MATERIAL = st.lists(
    st.sampled_from(
        [
            *"闪退慢的了，。！？!?…~、；: \n　1一①a.（）()[]“”*-",
            "但是",
            "希望",
            "另外",
            "如果",
            "1、",
            "（2）",
            "3.1.0",
            "23:30",
            "特别是",
            "http://a.b?c",
        ]
    ),
    max_size=60,
).map("".join)


def _cases(known_failure: bool) -> list[object]:
    return [pytest.param(case, id=case["why"]) for case in CASES if bool(case.get("known_failure")) == known_failure]


@pytest.mark.parametrize("case", _cases(known_failure=False))
def test_a_case_is_split_as_described(case: dict[str, object]) -> None:
    assert split(str(case["input"])) == case["expected"]


@pytest.mark.xfail(strict=True, reason="known failure; the case says why")
@pytest.mark.parametrize("case", _cases(known_failure=True))
def test_a_known_failure_still_fails(case: dict[str, object]) -> None:
    assert split(str(case["input"])) == case["expected"]


@given(MATERIAL | st.text())
def test_statements_are_substrings_in_order_that_do_not_overlap(text: str) -> None:
    end = 0
    for statement in split(text):
        start = text.index(statement, end)
        end = start + len(statement)


@given(MATERIAL)
def test_nothing_but_marks_blanks_and_list_numbers_is_lost(text: str) -> None:
    rest = text
    for statement in split(text):
        start = rest.index(statement)
        assert not any(char in "闪退慢的了但是希望另外如果特别" for char in rest[:start])
        rest = rest[start + len(statement) :]
    assert not any(char in "闪退慢的了但是希望另外如果特别" for char in rest)


@given(MATERIAL | st.text())
def test_every_statement_says_something_and_is_trimmed(text: str) -> None:
    for statement in split(text):
        assert any(char.isalnum() or char == "_" for char in statement)
        assert statement == statement.strip()


@given(st.text(alphabet="闪退，。 \n", max_size=2000))
def test_no_statement_is_unbounded(text: str) -> None:
    assert all(len(statement) <= 2 * MAX_LENGTH for statement in split(text))


@pytest.mark.parametrize(
    "number", ["3.1.0.12", "2.5", "23:30", "10,000", "1/3", "iPhone 15 Pro Max", "Wi-Fi 6", "80%", "-5℃", "3~5"]
)
def test_numbers_versions_and_names_stay_whole_wherever_they_stand(number: str) -> None:
    for text in (
        f"{number}之后断网",
        f"升级到{number}之后断网",
        f"老是断网，{number}也一样，希望修复",
        f"断网严重 {number}",
    ):
        assert any(number in statement for statement in split(text)), text


@pytest.mark.parametrize(
    "seed",
    [
        "字",
        "（",
        "[",
        "（字",
        "，",
        "。",
        "。 ",
        "啊。",
        " ",
        "\n",
        "字 ",
        "但是，",
        "1、",
        "①",
        "“a”",
        "~",
        ".",
        "如果，请",
        "http://",
        "（]",
    ],
)
def test_pathological_text_takes_linear_time(seed: str) -> None:
    text = seed * (200_000 // len(seed))
    started = time.process_time()
    split(text)
    assert time.process_time() - started < 4


def test_a_long_statement_is_cut_at_a_comma() -> None:
    clause = "这个功能用起来非常不方便，"
    statements = split(clause * 30)
    assert len(statements) > 1
    assert all(statement.startswith("这个功能") and len(statement) <= MAX_LENGTH for statement in statements)
