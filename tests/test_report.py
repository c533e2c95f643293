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
from voc.datatypes import Decision, Effect, Plan, Post, Run, ThemeEvent
from voc.errors import ConfigError
from voc.rank import PRIORITY_RULES, SIGNALS
from voc.report import MEASURES, Figure, check, compose, render
from voc.report.conclude import fill
from voc.report.evidence import safe_url
from voc.report.figure import count_people, person_of
from voc.report.phrases import LANGUAGES, phrases
from voc.report.recount import RECOUNTS as OF_RELEASES
from voc.window import windows, within

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


OF_TRUST = {  # of campaigns and weights, see test_trust
    *("n_campaign_posts", "n_accounts", "n_young_accounts", "n_suspect_posts"),
    *("n_weighted_people", "weighted_people"),
}


def test_the_gold_report_uses_every_measure_but_those_without_data() -> None:
    assert {figure["measure"] for figure in _every_figure(_gold_json())} == set(MEASURES) - {
        *OF_RELEASES,
        "share_of_theme",  # of value and cost, see test_values
        *OF_TRUST,
    }


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


# -- weeks, one after the other

WEEKS = windows("2026-04-30T15:59:59Z", "7d", 8, timezone="Asia/Shanghai")


def _weekly_run(**changes: object) -> Run:
    run = gold_run()
    return replace(run, windows=WEEKS, window="7d", config={**run.config, "timezone": "Asia/Shanghai"}, **changes)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_periods_are_told_from_their_first_day_inside_to_their_last(lang: str) -> None:
    report = compose(_weekly_run(), lang=lang)
    assert report.periods[-1] == ("2026-04-24", "2026-04-30")
    assert "2026-04-24" in report.conclusions[0].text
    assert "2026-04-23" not in report.conclusions[0].text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_with_a_window_the_list_says_which_span_it_counts(lang: str) -> None:
    report = compose(_weekly_run(), lang=lang)
    assert all(date in report.ranking_span for date in ("2026-03-06", "2026-04-30"))
    assert all(report.ranking_span in render(report, format) for format in ("md", "html", "json"))
    assert compose(gold_run(), lang=lang).ranking_span == ""


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_fall_is_no_news_once_nobody_was_left_and_a_surge_is_told_with_its_baseline(lang: str) -> None:
    run, baseline = _weekly_run(), f"{WEEKS[0].partition('/')[0]}/{WEEKS[4].partition('/')[2]}"
    items = {item.theme_id: item for item in compose(run).items}
    change = {theme_id: _ratio_to(run, theme_id, WEEKS[:5]) for theme_id in items}
    silent = next(i for i, item in items.items() if not item.before.value and change[i] is not None)
    heard = next(i for i, item in items.items() if item.before.value and item.last.value and change[i])
    trend = {silent: "falling", heard: "surging"}
    run = replace(
        run,
        suggestions=tuple(
            replace(s, trend=trend.get(s.theme_id, "steady"), change=change[s.theme_id], baseline=baseline)
            for s in run.suggestions
        ),
    )
    report = compose(run, lang=lang)
    moved = {movement.trend: [item.theme_id for item in movement.items] for movement in report.movements}
    assert moved == {"new": [], "returned": [], "surging": [heard], "falling": []}
    (told,) = [s.text for s in report.conclusions[3:] if items[heard].name in s.text]
    assert items[silent].name not in told
    usual = next(item.usual for item in report.items if item.theme_id == heard)
    assert f"{usual.text} " in told
    over = next(item for item in report.items if item.theme_id == silent)
    words = phrases(lang)
    assert over.trend_label == words["trend.steady" if over.last.value else "trend.over"]
    assert words["action.trend.falling"] not in over.action
    assert f"| {words['trend.falling']} |" not in render(report, "md")
    assert usual.value == pytest.approx(sum(f.value for f in items[heard].periods[:5]) / 5, abs=1e-3)
    assert check(render(report, "json"), run) == []


def _ratio_to(run: Run, theme_id: str, baseline: tuple[str, ...]) -> float | None:
    def share(spans: tuple[str, ...]) -> float:
        at = {post.id: post.posted_at for post in run.posts}
        spoke = [[s for s in run.statements if within(at[s.post_id], span)] for span in spans]
        about = sum(count_people(s.person for s in said if s.theme_id == theme_id) for said in spoke)
        return about / (sum(count_people(s.person for s in said) for said in spoke) or 1)

    before = share(baseline)
    return share(WEEKS[-1:]) / before if before else None


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_settled_is_watched_and_what_is_pinned_is_told_as_such(lang: str) -> None:
    run, words = gold_run(), phrases(lang)
    first, second, third = (s.theme_id for s in run.suggestions[:3])
    urgent = [replace(s, priority="P0") for s in run.suggestions[:3]]
    plan = Plan(theme_id=first, name="甲", status="declined", at="2026-03-30T02:00:00Z", now=first)
    pin = Decision(number=1, action="pin", themes=(second,), names=("乙",), at="2026-03-30T02:00:00Z")
    run = replace(
        run,
        plans=(plan,),
        suggestions=(*urgent, *(replace(s, priority="P1") for s in run.suggestions[3:])),
        effects=(Effect(decision=pin, outcome="applied", acts_on=(second,)),),
    )
    report = compose(run, lang=lang)
    names = {item.theme_id: item.name for item in report.items}
    size, told = report.conclusions[1], report.conclusions[2].text
    assert [part.value for part in size.parts if isinstance(part, Figure)][1] == 2
    assert told.startswith(fill(words["say.pinned"], names="")[0] + f"“{names[second]}”")
    assert names[third] in told
    assert names[first] not in told
    assert report.items[0].action == words["action.declined"]
    assert report.items[0].priority_label == words["priority.settled"]
    assert check(render(report, "json"), run) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_themes_that_split_or_merged_are_told_by_name(lang: str) -> None:
    run = gold_run()
    a, b, c = (s.theme_id for s in run.suggestions[:3])
    events = (
        ThemeEvent(event="split", before=(a,), after=(a, b), overlap=0.5),
        ThemeEvent(event="merged", before=(c, "t-gone"), after=(c,), overlap=0.5),
        ThemeEvent(event="merged", before=("t-gone",), after=(c,), overlap=0.5),
        ThemeEvent(event="continued", before=(b,), after=(b,), overlap=1.0),
    )
    report = compose(replace(run, events=events), lang=lang)
    names = {theme.id: theme.name for theme in run.themes}
    unknown = phrases(lang)["shift.unknown"]
    assert [(s.event, s.before, s.after) for s in report.shifts] == [
        ("split", (names[a],), (names[a], names[b])),
        ("merged", (names[c], unknown), (names[c],)),
    ]
    known = compose(replace(run, events=events, former={"t-gone": "旧名"}), lang=lang)
    assert [s.before for s in known.shifts] == [(names[a],), (names[c], "旧名"), ("旧名",)]
    assert report.shifts[0].text in report.conclusions[-1].text
    assert all(f"{phrases(lang)['shifts']}" in render(report, format) for format in ("md", "html"))
    assert compose(run, lang=lang).shifts == ()


def test_a_merge_that_was_decided_is_told_once_when_it_is_new() -> None:
    run = gold_run()
    theme = run.themes[0]
    for as_of, expected in ((run.windows[-1].partition("/")[0], 1), ("2020-01-01T00:00:00Z", 0)):
        merge = Decision(number=1, action="merge", themes=(theme.id, "t-in"), names=("旧", "并入的"), as_of=as_of)
        effect = Effect(decision=merge, outcome="applied", acts_on=(theme.id, "t-in"))
        told = compose(replace(run, effects=(effect,))).shifts
        assert [(s.event, s.before, s.after) for s in told] == expected * [
            ("merged", (theme.name, "并入的"), (theme.name,))
        ]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("增加通话录音", "我希望增加通话录音，"),
        ("希望恢复横屏", "我希望恢复横屏，"),
        ("取消订阅失败", "不再遇到“取消订阅失败”"),
        ("通话杂音", "不再遇到“通话杂音”"),
    ],
)
def test_a_problem_named_as_a_wish_is_told_as_a_wish(name: str, told: str) -> None:
    run = run_of(["没法录音", "录不了音", "不能录音"])
    run = replace(run, themes=tuple(replace(theme, name=name, kind="problem") for theme in run.themes))
    assert told in compose(run).items[0].story


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


def test_an_area_that_is_called_by_its_keywords_is_in_no_story() -> None:
    run = gold_run()
    by_keywords = replace(run, themes=tuple(replace(theme, area="霓虹·琥珀") for theme in run.themes))
    assert not any("霓虹" in item.story for item in compose(by_keywords).items)


def test_what_is_called_by_a_wish_is_acted_on_as_one() -> None:
    run = gold_run()
    wish = {"name": "支持横屏", "kind": "problem"}
    themes = (replace(theme, **wish) if theme.name == "平板支持横屏" else theme for theme in run.themes)
    item = next(item for item in compose(replace(run, themes=tuple(themes))).items if item.name == "支持横屏")
    assert phrases("zh")["action.problem"] not in item.action
    assert phrases("zh")["action.request"] in item.action


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
