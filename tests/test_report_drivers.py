"""What the report says of ratings and of RICE: in every form and language, traceable, or absent with its reason."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from dataclasses import replace
from functools import cache

import pytest

from gold_run import gold_run, make_run
from rated import Plant, corpus
from report_runs import HOSTILE
from voc.datatypes import Post, Run
from voc.report import RENDERERS, check, compose, render
from voc.report.charts import driver_bars
from voc.report.phrases import LANGUAGES, phrases

PLANTS = (
    Plant(share=0.12, stars=-1.2, area="连接"),
    Plant(share=0.08, kind="praise", stars=-0.9, area="连接"),
    Plant(share=0.1, stars=0.9, area="界面"),
    Plant(share=0.1, kind="praise", stars=0.6, area="界面"),
    Plant(share=0.02, area="登录"),
    Plant(share=0.05, kind="request"),
)
NAMES = ("连不上", "连接稳定", "界面难看", "界面好看", "登不上", "支持横屏")


@cache
def rated_run() -> Run:
    """Ratings of 1,200 people, with a basic area, an excitement area and one with complaints only."""
    _, statements, posts = corpus(PLANTS, 1_200, seed=3, complaint=-1.0, praise=0.8)
    triples = []
    for statement in statements:
        at = int(statement.theme_id[1:]) if statement.theme_id else None
        kind = "other" if at is None else PLANTS[at].kind
        named = ("", "") if at is None else (PLANTS[at].area, NAMES[at])
        triples.append((replace(statement, theme_id="", kind=kind), *named))
    return make_run(list(posts.values()), triples)


def _json(run: Run) -> dict:
    return json.loads(render(compose(run), "json"))


def test_the_most_harmful_theme_comes_first_and_is_told_in_a_sentence() -> None:
    found = compose(rated_run()).drivers
    assert found.lower[0].name == "连不上"
    assert {line.name for line in found.higher} >= {"界面好看"}
    told = "\n".join(sentence.text for sentence in found.told)
    assert re.search(r"“连不上”：提到的人平均少给 \d\.\d 星（95% 区间 \d\.\d–\d\.\d），约拉低总均分 0\.\d\d 星。", told)
    low, high = map(float, re.search(r"“连不上”.*区间 (\d\.\d)–(\d\.\d)", told).groups())
    assert low <= abs(round(found.lower[0].gap, 1)) <= high


def test_hints_are_told_by_area_and_for_each_theme_of_it() -> None:
    found = compose(rated_run()).drivers
    assert {line.area: line.hint for line in found.aspects} == {"连接": "basic", "界面": "excitement"}
    assert found.untold == ("登录",)
    hints = {line.name: line.hint_label for line in (*found.lower, *found.higher)}
    assert (hints["连不上"], hints["界面好看"], hints["登不上"]) == ("基本型", "兴奋型", "数据不足")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("format", ["md", "html"])
def test_the_section_stands_in_what_is_read_in_both_languages(format: str, lang: str) -> None:
    text, words = render(compose(rated_run(), lang=lang), format), phrases(lang)
    for key in ("drivers", "drivers.lower", "drivers.higher", "drivers.aspects", "hint.basic", "hint.excitement"):
        assert words[key] in text, key
    assert "连不上" in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_number_about_ratings_and_rice_can_be_worked_out_again(lang: str) -> None:
    assert check(render(compose(rated_run(), lang=lang), "json"), rated_run()) == []


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        *(
            (lambda r, key=key: r["drivers"]["lower"][0].update({key: -0.5}), key.split("_")[0])
            for key in ("gap", "gap_low", "excess_high", "effect", "effect_low")
        ),
        (lambda r: r["drivers"]["lower"][0].update(hint="excitement"), "hint"),
        (lambda r: r["drivers"]["lower"][0].update(theme_id="t-none"), "gap"),
        (lambda r: r["drivers"]["aspects"][0].update(reward=4.0), "reward"),
        (lambda r: r["drivers"]["aspects"][0].update(hint="unclear"), "hint"),
        (lambda r: r["drivers"]["aspects"][0]["n_praise"].update(value=1), "n_people"),
        (lambda r: r["drivers"]["told"][0]["figures"][1].update(value=4.9), "average_rating"),
        (lambda r: r["drivers"]["told"][0]["figures"][2].update(value=4.9), "stars_of_mood"),
        (lambda r: r["drivers"]["told"][1]["figures"][0].update(value=4.9), "stars_of_gap"),
        (lambda r: r["drivers"]["told"][1]["figures"][1].update(value=4.9), "pull_on_average"),
        (lambda r: r["drivers"]["told"][1]["figures"][1]["posts"].pop(), "1 missing"),
        (lambda r: r["items"][0].update(reach=99_999), "reach"),
        (lambda r: r["items"][0].update(impact=7), "impact"),
        (lambda r: r["items"][0].update(confidence=0.99), "confidence"),
        (lambda r: r["items"][0].update(effort=3), "effort"),
    ],
)
def test_the_check_finds_what_was_changed(spoil, complaint: str) -> None:
    report = deepcopy(_json(rated_run()))
    spoil(report)
    assert any(complaint in problem for problem in check(report, rated_run()))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("rating", "people", "reason"), [(None, 60, "no ratings"), (3.0, 20, "few ratings"), (3.0, 60, "one rating")]
)
def test_without_ratings_that_tell_something_the_reason_is_told(
    rating: float | None, people: int, reason: str, lang: str
) -> None:
    run = rated_run()
    kept = {post.id for post in run.posts[:people]}
    posts = tuple(replace(post, rating=rating if post.id in kept else None) for post in run.posts)
    report = compose(replace(run, posts=posts), lang=lang)
    wanted = phrases(lang)[f"drivers.{reason}"]
    assert (report.drivers.absent, report.drivers.told, report.drivers.lower) == (wanted, (), ())
    assert wanted in render(report, "md")
    assert wanted in render(report, "html")
    assert "没有评分" in phrases("zh")["drivers.no ratings"]


def test_a_hostile_name_in_the_section_stays_text() -> None:
    run = rated_run()
    themes = tuple(replace(theme, name=HOSTILE[0], area=HOSTILE[6]) for theme in run.themes)
    for format in RENDERERS:
        text = render(compose(replace(run, themes=themes)), format)
        if format == "html":
            assert "<script" not in text
            assert "<img" not in text


def test_bars_lie_on_one_scale_on_their_side_of_nought() -> None:
    found = compose(rated_run()).drivers
    bars = driver_bars(found.lower, found.higher)
    assert len({bar.zero for bar in bars}) == 1
    for bar in bars:
        end = bar.x + bar.width if bar.line.effect > 0 else bar.x
        assert bar.x == pytest.approx(bar.zero if bar.line.effect > 0 else bar.zero - bar.width, abs=0.02)
        assert 0 <= bar.low <= end + 0.02
        assert end <= bar.high + 0.02 <= 100
    assert driver_bars((), ()) == ()


def test_rice_fields_are_in_every_item_and_effort_is_blank() -> None:
    items = _json(gold_run())["items"]
    assert {item["impact"] for item in items} <= {0.25, 0.5, 1, 2, 3}
    assert {item["confidence"] for item in items} <= {0.5, 0.8, 1}
    assert {item["effort"] for item in items} == {None}
    assert all(item["reach"] == item["periods"][-1]["value"] for item in items)


def test_a_run_without_dates_reaches_all_its_people() -> None:
    posts = [Post(id=f"p{n}", text="x", author=f"a{n}") for n in range(3)]
    _, statements, _ = corpus((Plant(share=1.0),), 3)
    triples = [(replace(s, theme_id="", kind="problem"), "网络", "断线") for s in statements if s.theme_id]
    triples = [(replace(s, post_id=f"p{n}", person=f"a{n}"), *rest) for n, (s, *rest) in enumerate(triples)]
    (item,) = compose(make_run(posts, triples)).items
    assert item.reach == 3
