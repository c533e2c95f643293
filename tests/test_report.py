"""What a report says, whatever its format: `compose`, its words, and the recount of its numbers."""

from __future__ import annotations

import json
import random
import re
from copy import deepcopy
from dataclasses import replace
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gold_run import gold_run, make_run
from report_runs import hostile_run, large_run, run_of, statement_of
from voc.datatypes import Post, Run
from voc.errors import ConfigError
from voc.rank import PRIORITY_RULES, SIGNALS
from voc.report import MEASURES, Figure, check, compose, render
from voc.report.conclude import fill
from voc.report.evidence import safe_url
from voc.report.figure import count_people, person_of
from voc.report.phrases import LANGUAGES, phrases
from voc.report.recount import RECOUNTS as OF_RELEASES
from voc.window import windows

ODD_RUNS = {
    "no posts": lambda: make_run([], []),
    "one post": lambda: run_of(["闪退"]),
    "no dates, ratings or authors": lambda: run_of(["闪退了", "又闪退", "老是闪退"], author=""),
    "no suggestions": lambda: replace(gold_run(), suggestions=()),
    "no themes": lambda: make_run(
        [Post(id="p", text="卡", author="a")], [(statement_of(Post(id="p", text="卡", author="a")), "", "")]
    ),
    "long names": lambda: make_run(
        [Post(id=f"p{n}", text="卡", author=f"a{n}") for n in range(3)],
        [(statement_of(Post(id=f"p{n}", text="卡", author=f"a{n}")), "领" * 100, "名" * 100) for n in range(3)],
    ),
    "hostile": hostile_run,
    "two posts in one period": lambda: run_of(["闪退", "卡"], posted_at="2026-03-01T00:00:00Z"),
}


@pytest.fixture(params=ODD_RUNS, ids=str)
def odd_run(request: pytest.FixtureRequest) -> Run:
    return ODD_RUNS[request.param]()


# -- the gold run itself


def test_the_gold_run_holds_the_whole_demo_corpus() -> None:
    run = gold_run()
    assert (len(run.posts), len({post.author for post in run.posts})) == (696, 416)
    assert {s.post_id for s in run.statements} <= {post.id for post in run.posts}


# -- every number holds


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_number_of_the_gold_report_can_be_counted_again(lang: str) -> None:
    assert check(render(compose(gold_run(), lang=lang), "json"), gold_run()) == []


def test_every_number_of_an_odd_report_can_be_counted_again(odd_run: Run) -> None:
    assert check(render(compose(odd_run), "json"), odd_run) == []


def _gold_json() -> dict:
    return json.loads(render(compose(gold_run()), "json"))


def _every_figure(node: object) -> list[dict]:
    if isinstance(node, dict):
        return [node] if "measure" in node else [f for inner in node.values() for f in _every_figure(inner)]
    return [f for inner in node for f in _every_figure(inner)] if isinstance(node, list) else []


def test_the_gold_report_uses_every_measure_but_those_without_data() -> None:
    assert {figure["measure"] for figure in _every_figure(_gold_json())} == set(MEASURES) - set(OF_RELEASES)


def test_a_changed_value_is_found_wherever_it_stands() -> None:
    report = _gold_json()
    figures = [f for f in _every_figure(report) if f["posts"]]
    for figure in random.Random(0).sample(figures, 25):
        before = figure["value"]
        figure["value"] = before + 1
        assert len(check(report, gold_run())) == 1, figure["where"]
        figure["value"] = before


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda r: r["items"][0]["n_people"]["posts"].pop(), "1 missing"),
        (lambda r: r["items"][0]["n_people"]["posts"].append("p-unknown"), "1 too many"),
        (lambda r: r["items"][0].update(n_extra=12), "bare number"),
        (lambda r: r["conclusions"].append(7), "bare number"),
        (lambda r: r["items"][0]["quotes"][0].update(texts=["编的"]), "not what"),
        (lambda r: r["items"][0]["quotes"][0].update(post_id="p-unknown"), "unknown post"),
        (lambda r: r["items"][0]["evidence"][0].update(rating=9.0), "rating"),
        (lambda r: r["items"][0].update(rank_high=99), "rank_high"),
        (lambda r: r["items"][0].update(score=0.99), "score"),
        (lambda r: r["items"][0]["signals"][0].update(contribution=0.9), "score"),
        (lambda r: r["items"][0].update(theme_id="t-unknown"), "no suggestion"),
        (lambda r: r["items"][0]["n_posts"].update(measure="n_things"), "unknown measure"),
    ],
)
def test_the_check_names_what_is_wrong(spoil, complaint: str) -> None:
    report = deepcopy(_gold_json())
    spoil(report)
    assert any(complaint in problem for problem in check(report, gold_run()))


def test_a_number_that_the_ranking_got_wrong_is_found() -> None:
    run = gold_run()
    first = replace(run.suggestions[0], n_people=run.suggestions[0].n_people + 5)
    wrong = replace(run, suggestions=(first, *run.suggestions[1:]))
    assert any("n_people" in problem for problem in check(render(compose(wrong), "json"), wrong))


# -- what is said


def test_the_first_screen_says_how_much_what_first_and_what_is_left_out() -> None:
    report = compose(gold_run())
    told = [sentence.text for sentence in report.conclusions]
    assert 3 <= len(told) <= 5
    assert report.items[0].name in told[2]
    assert all(any(isinstance(part, Figure) for part in s.parts) for s in report.conclusions[:3])


def test_every_number_in_a_conclusion_is_a_figure_or_a_date() -> None:
    names = [item.name for item in compose(gold_run()).items]
    for sentence in compose(gold_run()).conclusions:
        words = "".join(part for part in sentence.parts if isinstance(part, str) and part not in names)
        assert not re.search(r"\d", re.sub(r"\d{4}-\d\d-\d\d|P\d", "", words))


def test_what_surges_falls_is_new_or_back_is_told() -> None:
    run = gold_run()
    trends = ("surging", "falling", "new", "returned")
    still = [replace(suggestion, trend="steady") for suggestion in run.suggestions]
    moved = [replace(suggestion, trend=trend) for suggestion, trend in zip(still, trends, strict=False)]
    report = compose(replace(run, suggestions=(*moved, *still[4:])))
    told = report.conclusions[3].text
    assert all(item.name in told for item in report.items[:4])
    assert [len(movement.items) for movement in report.movements] == [1, 1, 1, 1]


def test_without_suggestions_the_report_says_so() -> None:
    report = compose(replace(gold_run(), suggestions=()))
    assert report.items == ()
    assert phrases("zh")["say.nothing"] in [sentence.text for sentence in report.conclusions]


def test_without_dates_nothing_is_compared() -> None:
    report = compose(run_of(["闪退了", "又闪退", "老是闪退"]))
    assert report.periods == ()
    assert all(headline.growth is None for headline in report.headlines)
    assert report.items[0].last is None


def test_quotes_are_two_to_five_by_different_people_and_word_for_word() -> None:
    run = gold_run()
    texts = {(s.post_id, s.text) for s in run.statements}
    for item in compose(run).items:
        assert 2 <= len(item.quotes) <= 5
        assert {(quote.post_id, quote.texts[0]) for quote in item.quotes} <= texts
        assert len({quote.texts for quote in item.quotes}) == len(item.quotes)


def test_the_evidence_of_a_suggestion_is_all_its_posts_newest_first() -> None:
    for item in compose(gold_run()).items:
        assert sorted(quote.post_id for quote in item.evidence) == list(item.n_posts.post_ids)
        dates = [quote.date for quote in item.evidence]
        assert dates == sorted(dates, reverse=True)


def test_nothing_is_lost_without_a_line_in_the_account() -> None:
    run = gold_run()
    lines = {count.label: count.figure.value for count in compose(run).coverage}
    assert lines["收到的帖子"] == len(run.posts)
    assert lines["排除的帖子"] == len(run.exclusions) == lines["广告"] + lines["模板好评"]
    assert lines["未能读入的行"] == sum(run.rejected.values())
    assert lines["重复的帖子（算帖数，人数有上限）"] == len(run.duplicates)


def test_copies_of_a_campaign_do_not_swell_an_area() -> None:
    run = gold_run()
    area = next(area for area in compose(run).areas if area.name == "桌面界面")
    in_area = {theme.id for theme in run.themes if theme.area == area.name}
    assert area.n_people.value < len(area.n_people.post_ids) - 20
    assert sum(count.figure.value for count in area.kinds) < sum(s.theme_id in in_area for s in run.statements) - 20


def test_a_theme_of_one_device_is_told_as_a_story_of_its_users() -> None:
    story = next(item.story for item in compose(gold_run()).items if item.name == "平板支持横屏")
    assert story.startswith("作为栖木 Pad用户")


def test_the_same_run_in_another_order_gives_the_same_report() -> None:
    run = gold_run()
    shuffled = list(run.posts)
    random.Random(1).shuffle(shuffled)
    other = replace(run, posts=tuple(shuffled), statements=run.statements[::-1], themes=run.themes[::-1])
    for format in ("md", "html", "csv", "json"):
        assert render(compose(other), format) == render(compose(run), format)


def test_numbers_of_a_person_with_many_posts_count_once() -> None:
    assert count_people(["周", "周", "李", ""]) == 2
    nameless = [Post(id=str(n), text="卡", source=source) for n, source in enumerate("甲甲乙")]
    assert count_people(map(person_of, nameless)) == 2


# -- words


def test_both_languages_have_the_same_words_with_the_same_fields() -> None:
    def fields(text: str) -> set[str | None]:
        return {name for _, name, _, _ in Formatter().parse(text)} - {None}

    zh, en = (phrases(lang) for lang in ("zh", "en"))
    assert {key: fields(zh[key]) for key in zh} == {key: fields(en[key]) for key in en}


def test_phrases_hold_no_numbers_but_those_of_rules() -> None:
    for lang in LANGUAGES:
        for key, text in phrases(lang).items():
            assert key.startswith(("rule.", "how.")) or not re.search(r"\d", text.replace("P0", "")), key


def test_the_words_about_signals_and_priorities_are_those_of_the_ranking() -> None:
    english = phrases("en")
    assert {name: english[f"how.{name}"] for name in SIGNALS} == dict(SIGNALS)
    assert {name: english[f"rule.{name}"] for name in PRIORITY_RULES} == dict(PRIORITY_RULES)


def test_an_english_report_keeps_the_quotes_and_names() -> None:
    zh, en = compose(gold_run()), compose(gold_run(), lang="en")
    assert en.title == "Voice of the customer"
    assert [item.name for item in en.items] == [item.name for item in zh.items]
    assert [item.quotes for item in en.items] == [item.quotes for item in zh.items]


def test_an_unknown_language_or_format_is_refused_in_one_line() -> None:
    with pytest.raises(ConfigError, match="zh, en"):
        compose(gold_run(), lang="fr")
    with pytest.raises(ConfigError, match="md, html, csv, json"):
        render(compose(gold_run()), "pdf")


@given(st.text(), st.text())
def test_values_are_never_read_as_templates(name: str, other: str) -> None:
    assert fill("“{a}”与“{b}”", a=name, b=other) == ("“", name, "”与“", other, "”")


@given(st.text())
def test_an_address_is_http_or_nothing(url: str) -> None:
    for candidate in (url, "https://" + url, "javascript:" + url):
        safe = safe_url(candidate)
        assert safe == "" or re.fullmatch(r"https?://[^\s<>\"'()\[\]`{}|\\^]+", safe)


def test_a_large_run_is_composed_and_checked_quickly() -> None:
    run = large_run(2_000, 60)
    assert check(render(compose(run), "json"), run) == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_method_tells_the_values_that_were_used_not_the_names_of_settings(lang):
    spans = windows("2026-04-30T00:00:00Z", "28d", 2, timezone="UTC")
    run = replace(gold_run(), windows=spans, config={"copy_cap": 5, "bootstrap": 123, "confidence": 0.8})
    told = " ".join([*(report := compose(run, lang=lang)).method, *report.signal_rules.values()])
    assert all(value in told for value in ("28", "5", "123", "80%"))
    assert not any(name in told for name in ("copy_cap", "period_days", "bootstrap", "confidence", "{"))
