"""Scenes and objects: cases by kind, the labelled set, and a mention on its way through database and report."""

from __future__ import annotations

import json
import re
import time
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from gold_run import CORPORA, gold_run
from voc.cli import main
from voc.datatypes import MENTION_KINDS, Run
from voc.errors import ConfigError
from voc.report import RENDERERS, check, compose, render
from voc.scene import Scenes
from voc.store import Store

LEXICON = CORPORA / "lexicon" / "scenes.toml"
LABELLED = [json.loads(line) for line in (CORPORA / "scenes" / "labelled.jsonl").read_text("utf-8").splitlines()]
CASES: dict[str, list[tuple[str, list[str]]]] = json.loads(
    Path(__file__).with_name("cases").joinpath("scenes.json").read_text("utf-8")
)
scenes = Scenes(LEXICON)


def found(text: str) -> list[str]:
    return sorted(f"{mention.kind}:{mention.value}" for mention in scenes(text))


def cases() -> list[Any]:
    def marks(group: str) -> list[pytest.MarkDecorator]:
        return [pytest.mark.xfail(reason="known failure")] if group == "known failures" else []

    return [
        pytest.param(text, mentions, marks=marks(group), id=text)
        for group, rows in CASES.items()
        for text, mentions in rows
    ]


@pytest.mark.parametrize(("text", "mentions"), cases())
def test_a_statement_names_this_and_nothing_else(text: str, mentions: list[str]) -> None:
    assert found(text) == sorted(mentions)


def test_labelled_statements_keep_their_precision_and_recall() -> None:
    """Floors a little under what was measured; see benchmarks/scenes.py for the figures by kind."""
    labels = {(row["text"], *pair) for row in LABELLED for pair in row["mentions"]}
    mentions = {(row["text"], mention.kind, mention.value) for row in LABELLED for mention in scenes(row["text"])}
    right = len(labels & mentions)
    assert right / len(mentions) > 0.97
    assert right / len(labels) > 0.96


def test_labelled_statements_use_kinds_that_exist() -> None:
    assert {kind for row in LABELLED for kind, _ in row["mentions"]} == set(MENTION_KINDS)


def test_a_mention_keeps_the_letters_of_the_text() -> None:
    (mention,) = scenes("升了IOS17.2以后发烫")
    assert (mention.value, mention.text) == ("iOS 17.2", "IOS17.2")


def test_the_same_is_mentioned_once_in_the_order_of_the_text() -> None:
    assert [mention.value for mention in scenes("老人晚上用，半夜用，老人用")] == ["老人", "夜间"]


def test_a_brand_is_a_competitor_only_where_it_is_compared_with() -> None:
    assert found("小米手机收不到") == ["device:小米"]
    assert found("学学小米") == ["competitor:小米"]
    assert found("微信收不到") == []


_WORDS = sorted({word for row in LABELLED for word in re.findall(r"\w{1,4}", row["text"])})
_PIECES = st.sampled_from([*_WORDS, " ", "，", ".", "2.5", "İ"])
TEXTS = st.text(max_size=40) | st.lists(_PIECES, max_size=12).map("".join)


@given(text=TEXTS)
def test_every_mention_stands_in_the_text_and_none_comes_twice(text: str) -> None:
    mentions = scenes(text)
    assert all(mention.text and mention.text in text and mention.kind in MENTION_KINDS for mention in mentions)
    assert len({(mention.kind, mention.value) for mention in mentions}) == len(mentions)


@given(text=TEXTS)
def test_upper_case_changes_no_mention(text: str) -> None:
    values = [(mention.kind, mention.value) for mention in scenes(text)]
    upper = "".join(char.upper() if char.isascii() else char for char in text)
    assert [(mention.kind, mention.value) for mention in scenes(upper)] == values


def test_fifteen_thousand_statements_take_less_than_a_second_and_a_half() -> None:
    start = time.process_time()
    for n in range(15_000):
        scenes(LABELLED[n % len(LABELLED)]["text"])
    assert time.process_time() - start < 1.5


def test_a_hostile_text_takes_no_time() -> None:
    start = time.process_time()
    for text in ("华为" * 20_000, "1.2" * 20_000, "和" * 50_000 + "苹果", "iphone 8 " * 10_000, "v" + "1." * 50_000):
        scenes(text)
    assert time.process_time() - start < 2


def test_no_word_of_the_lexicon_stands_for_two_things() -> None:
    tables = tomllib.loads(LEXICON.read_text("utf-8"))
    words = [word for kind in (*MENTION_KINDS, "service") for words in tables[kind].values() for word in words]
    words += [word for name, row in tables["brand"].items() for word in row.get("words", [name.lower()])]
    words += tables["nothing"]["words"]
    assert sorted(words) == sorted(set(words))
    assert [word for word in words if word != word.lower().strip()] == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("[who]", "[who", "Expected"),
        ("[who]", "[whom]", "'who' is missing"),
        ("before = '像", "before = '(像", "missing )"),
        ("[nothing]\nwords", "[nothing]\nwards", "'words' is missing"),
    ],
)
def test_a_damaged_lexicon_is_told_in_one_line(tmp_path: Path, old: str, new: str, problem: str) -> None:
    lexicon = tmp_path / "scenes.toml"
    lexicon.write_text(LEXICON.read_text("utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigError, match=re.escape(problem)) as raised:
        Scenes(lexicon)
    assert "\n" not in str(raised.value)


def test_a_lexicon_may_be_edited_without_care_for_case(tmp_path: Path) -> None:
    lexicon = tmp_path / "scenes.toml"
    text = LEXICON.read_text("utf-8").replace(
        "[brand]", '[brand]\n"栖木" = { words = ["", "QiMu"], series = ["Mini"] }'
    )
    lexicon.write_text(text, encoding="utf-8")
    assert [mention.value for mention in Scenes(lexicon)("QIMU mini 2 好用")] == ["栖木 Mini 2"]


# --- kept with the statement


@pytest.fixture(scope="module")
def run() -> Run:
    """The demo corpus by its labels, with what its statements name."""
    gold = gold_run()
    return replace(gold, statements=tuple(replace(s, mentions=scenes(s.norm)) for s in gold.statements))


def theme_of(run: Run, name: str) -> str:
    return next(theme.id for theme in run.themes if theme.name == name)


def test_the_view_counts_people_by_theme(run: Run) -> None:
    with Store(":memory:") as store:
        store.save_run(run)
        row = next(store.db.query("SELECT * FROM latest_mentions WHERE theme = '夜间待机耗电快' AND value = '夜间'"))
        assert store.load_run().statements == run.statements
    people = {
        statement.person
        for statement in run.statements
        if statement.theme_id == row["theme_id"] and any(mention.value == "夜间" for mention in statement.mentions)
    }
    assert (row["kind"], row["n_people"]) == ("when", len(people))
    assert len(people) > 2


def test_the_report_counts_people_and_its_checker_agrees(run: Run) -> None:
    report = json.loads(render(compose(run), "json"))
    assert check(report, run) == []
    named = [named for item in report["items"] for group in item["named"] for named in group["named"]]
    assert {named["kind"] for named in named} >= {"who", "when", "where", "activity", "device", "version"}
    named[0]["n_people"]["value"] += 1
    named[1]["n_people"]["posts"] = []
    assert len(check(report, run)) == 2


def test_what_one_person_names_is_not_in_the_report(run: Run) -> None:
    items = compose(run).items
    assert min(named.n_people.value for item in items for group in item.named for named in group.named) == 2


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("style", RENDERERS)
def test_every_form_of_the_report_shows_the_scenes(run: Run, style: str, lang: str) -> None:
    report = compose(run, lang=lang)
    item = next(item for item in report.items if item.theme_id == theme_of(run, "夜间待机耗电快"))
    scene = item.named[0]
    told = {
        "md": f"- {scene.label}: 夜间",
        "html": f'<dt>{scene.label}</dt><dd class="soft">夜间 (',
        "csv": f"{scene.label}: 夜间",
        "json": '"kind":"when","value":"夜间"',
    }
    assert scene.label == report.labels["named.scene"]
    assert told[style] in render(report, style)


def test_show_lists_what_each_statement_names(run: Run, tmp_path: Path) -> None:
    with Store(tmp_path / "a.db") as store:
        store.save_run(run)
    shown = CliRunner().invoke(main, ["show", str(tmp_path / "a.db"), "夜间待机耗电快", "--format", "json"])
    assert any("when:夜间" in row["mentions"] for row in json.loads(shown.stdout))
