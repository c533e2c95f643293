"""Releases: rates before and after, verdicts that noise does not reach, and what the report says of them."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from gold_run import gold_run
from voc.cli import main
from voc.datatypes import Decision, Effect, Plan, Post, Release, Run, Statement
from voc.release import carry_over, compare, rate_ratio, sides, verdict_of, version_key, week_of
from voc.report import FORMAT_VERSION, check, compose, render
from voc.report.recount import RECOUNTS
from voc.store import Store

ZONE = "Asia/Shanghai"
OUT = Release(name="2.1", date="2026-03-02")


def post(n: int, day: int, *, author: str = "", version: str = "", hour: int = 12, **fields: Any) -> Post:
    """A post some days after the release (before it: less than 0), at a local hour."""
    moment = datetime(2026, 3, 2, hour) + timedelta(days=day, hours=-8)
    return Post(
        id=f"p-{n}", text="x", author=author or f"a-{n}", posted_at=moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        version=version, **fields,
    )  # fmt: skip


def of(posts: Sequence[Post], is_about: Callable[[int], bool]) -> tuple[list[Statement], dict[str, Post]]:
    """One statement per post; those of some numbers are about the theme."""
    statements = [
        Statement(
            id=f"s-{p.id}", post_id=p.id, position=0, text="x", norm="x", person=p.author,
            theme_id="t" if is_about(n) else "",
        )
        for n, p in enumerate(posts)
    ]  # fmt: skip
    return statements, {p.id: p for p in posts}


def found(posts: Sequence[Post], is_about: Callable[[int], bool], release: Release = OUT) -> dict[str, Any]:
    statements, by_id = of(posts, is_about)
    return {c.by: c for c in compare("t", release, statements, by_id, timezone=ZONE)}


# --- sides, weeks, versions


def test_a_post_of_the_day_of_the_release_is_after_it_in_local_time() -> None:
    side = sides(OUT, "date", timezone=ZONE)
    assert [side(post(0, -1, hour=23)), side(post(0, 0, hour=0)), side(Post(id="p", text="x"))] == [
        "before",
        "after",
        None,
    ]


@pytest.mark.parametrize(("day", "week"), [(-8, -2), (-7, -1), (-1, -1), (0, 0), (6, 0), (7, 1)])
def test_weeks_are_counted_from_the_release(day: int, week: int) -> None:
    assert week_of(post(0, day), OUT, timezone=ZONE) == week


@pytest.mark.parametrize(
    ("older", "newer"), [("2.0.9", "2.1"), ("v2.1", "V2.10"), ("iPhone 13 iOS 17.1", "17.2"), ("MIUI14", "15")]
)
def test_versions_are_compared_by_their_numbers(older: str, newer: str) -> None:
    assert version_key(older) < version_key(newer)


def test_versions_come_from_the_column_that_is_named() -> None:
    side = sides(replace(OUT, version_column="固件"), "version", timezone=ZONE)
    assert side(post(0, 0, version="2.0", attributes={"固件": "2.1.3"})) == "after"
    assert side(post(0, 0, version="2.0")) is None


# --- rates and verdicts


def test_a_person_counts_once_a_week_however_much_is_said() -> None:
    posts = [post(n, -3, author="a") for n in range(9)] + [post(10, -10, author="a"), post(11, 1, author="b")]
    comparison = found(posts, lambda _: True)["date"]
    assert (comparison.before, comparison.before_active, comparison.after) == (2, 2, 1)


def test_a_busy_week_is_no_change() -> None:
    posts = [post(n, -1 - n % 20) for n in range(100)] + [post(n, n % 20) for n in range(100, 1100)]
    assert found(posts, lambda n: n % 10 == 0)["date"].ratio == 1.0


def test_a_theme_that_stopped_is_solved_and_one_that_went_on_is_not() -> None:
    posts = [post(n, -1 - n % 28) for n in range(300)] + [post(n, n % 28) for n in range(300, 600)]
    assert found(posts, lambda n: n % 10 == 0 and n < 320)["date"].verdict == "solved"
    assert found(posts, lambda n: n % 10 == 0)["date"].verdict == "unsolved"
    assert found(posts, lambda n: n in (5, 50, 290, 310))["date"].verdict == "too little data"
    assert found(posts, lambda n: False)["date"].verdict == "too little data"


def test_one_loud_person_decides_nothing() -> None:
    posts = [post(n, -7 * n - 1, author="loud") for n in range(40)] + [post(n, n % 20) for n in range(100, 300)]
    assert found(posts, lambda n: n < 40)["date"].verdict == "too little data"


def test_the_version_decides_where_posts_name_one() -> None:
    """Half of the users have not updated, and complain on: by date that looks like no help."""
    before = [post(n, -1 - n % 28, version="2.0") for n in range(300)]
    late = [post(n, n % 28, version="2.0") for n in range(300, 500)]
    updated = [post(n, n % 28, version="2.1") for n in range(500, 800)]
    result = found([*before, *late, *updated], lambda n: n < 500 and n % 5 == 0)
    assert result["date"].verdict != "solved"
    assert result["version"].verdict == "solved"
    assert verdict_of(tuple(result.values())) == "solved"


def test_there_is_no_comparison_by_version_without_versions_on_both_sides() -> None:
    assert set(found([post(0, -1, version="2.0"), post(1, 1)], lambda _: True)) == {"date"}
    assert set(
        found([post(0, -1, version="2.0"), post(1, 1, version="2.1")], lambda _: True, replace(OUT, name="春季版"))
    ) == {"date"}


def _drawn(rng: random.Random, rate_before: float, rate_after: float) -> str:
    posts = [post(n, rng.randrange(-56, 56)) for n in range(rng.choice((60, 200, 600)))]
    day = {n: p.posted_at < "2026-03-01T16:00:00Z" for n, p in enumerate(posts)}
    about = {n for n in day if rng.random() < (rate_before if day[n] else rate_after)}
    return found(posts, about.__contains__)["date"].verdict


def test_shuffled_dates_solve_nothing() -> None:
    rng = random.Random(1)
    verdicts = Counter(_drawn(rng, rate, rate) for rate in (0.02, 0.05, 0.1, 0.3) for _ in range(50))
    assert verdicts["solved"] == 0


def test_on_the_border_itself_hardly_any_verdict_is_given() -> None:
    rng = random.Random(2)
    verdicts = Counter(_drawn(rng, rate, rate / 2) for rate in (0.02, 0.05, 0.1, 0.3) for _ in range(50))
    assert verdicts["too little data"] >= 0.95 * 200


def test_what_is_solved_is_hardly_ever_called_unsolved() -> None:
    rng = random.Random(3)
    verdicts = Counter(_drawn(rng, 0.2, 0.02) for _ in range(200))
    assert verdicts["unsolved"] == 0
    assert verdicts["solved"] > 100


@given(st.integers(0, 60), st.integers(1, 500), st.integers(0, 60), st.integers(1, 500))
def test_the_interval_holds_the_ratio(before: int, more: int, after: int, others: int) -> None:
    ratio, low, high = rate_ratio(before, before + more, after, after + others)
    assert low >= 0
    assert high is None or low <= high
    assert ratio is None or (low <= ratio and (high is None or ratio <= high))


@pytest.mark.parametrize("counts", [(0, 0, 3, 10), (3, 10, 0, 0), (0, 10, 0, 10)])
def test_without_mentions_or_a_side_there_is_no_interval(counts: tuple[int, int, int, int]) -> None:
    assert rate_ratio(*counts) == (None, 0.0, None)


# --- standings


def test_the_first_suggestions_of_the_last_run_and_all_with_a_status_are_carried_over() -> None:
    suggested = tuple(Plan(theme_id=f"t{n:02}", name=f"名{n}", rank_before=n) for n in range(1, 15))
    status = Plan(theme_id="t12", name="名", status="planned"), Plan(theme_id="t99", name="旧", status="declined")
    carried = carry_over(status, suggested, now=lambda theme: theme)
    assert [(plan.theme_id, plan.status, plan.rank_before) for plan in carried[9:]] == [
        ("t10", "new", 10), ("t12", "planned", 12), ("t99", "declined", 0)
    ]  # fmt: skip


# --- the report


def decided_run() -> Run:
    """The demo corpus, with statuses, a release and decisions of every sort."""
    run = gold_run()
    named = {theme.name: theme for theme in run.themes}
    ids = [suggestion.theme_id for suggestion in run.suggestions]
    solved = named["微信消息延迟"].id
    plans = (
        Plan(theme_id=solved, name="微信消息延迟", status="shipped", release="3.1", link="https://jira.example/X-1",
             at="2026-03-30T02:00:00Z", who="王敏", rank_before=2, now=solved),
        Plan(theme_id=ids[3], name="不知道", status="planned", rank_before=1, now=ids[3]),
        Plan(theme_id="t-gone", name="早已不见", status="shipped", release="3.1", at="2026-03-30T02:00:00Z"),
        Plan(theme_id="t-part", name="耗电", status="in-progress", at="2026-03-30T02:00:00Z", now=ids[0]),
    )  # fmt: skip
    made = [
        ("rename", {"name": "新名 | x"}, "applied"),
        ("merge", {}, "applied"),
        ("split", {"query": "夜", "name": "夜"}, "empty"),
        ("split", {"statements": ["s"], "texts": ["x"], "rest": [], "name": "挑"}, "absent"),
        ("move", {"area": "<b>"}, "absorbed"),
        ("pin", {}, "applied"),
        ("mute", {}, "applied"),
        ("note", {"text": "[x](javascript:1)"}, "followed"),
    ]
    effects = tuple(
        Effect(
            decision=Decision(
                number=n, action=action, themes=(ids[0], ids[1]), names=("甲", "乙"), arguments=arguments,  # type: ignore[arg-type]
                at="2026-03-30T02:00:00Z", who="王敏",
            ),
            outcome=outcome,  # type: ignore[arg-type]
            acts_on={"absent": (), "empty": ("t-merged-on",)}.get(outcome, (ids[0],)),
        )
        for n, (action, arguments, outcome) in enumerate(made, 1)
    )  # fmt: skip
    releases = (Release(name="3.1", date="2026-03-25", n_changes=9), Release(name="3.0", date="2026-01-01"))
    return replace(run, plans=plans, effects=effects, releases=releases)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_number_about_releases_and_decisions_can_be_counted_again(lang: str) -> None:
    run = decided_run()
    text = render(compose(run, lang=lang), "json")
    assert check(text, run) == []
    measures = {part for part in RECOUNTS if f'"measure":"{part}"' in text.replace('": "', '":"')}
    assert measures == set(RECOUNTS)
    assert json.loads(text)["format_version"] == FORMAT_VERSION


@pytest.mark.parametrize("key", ["rank_before", "rank_now", "low", "high"])
def test_a_changed_number_about_a_release_is_found(key: str) -> None:
    run = decided_run()
    content = json.loads(render(compose(run), "json"))
    line = next(s for s in content["standings"] if s["contrasts"])
    (line["contrasts"][0] if key in ("low", "high") else line)[key] = 77
    assert check(content, run)


@pytest.mark.parametrize("format", ["md", "html"])
def test_the_report_tells_what_became_of_suggestions_and_decisions(format: str) -> None:
    text = render(compose(decided_run()), format)
    for told in ("上期建议进展", "已发布 3.1", "本期没有提到", "并入“", "决策", "王敏", "已执行", "没有可拆出的原声"):
        assert told in text
    assert {"md": "领域“\\<b\\>”", "html": "领域“&lt;b&gt;”"}[format] in text
    assert "](javascript" not in text or format == "html"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_conclusions_name_what_a_release_solved(lang: str) -> None:
    report = compose(decided_run(), lang=lang)
    (standing,) = [s for s in report.standings if s.name == "微信消息延迟"]
    told = [s.text for s in report.conclusions if "微信消息延迟" in s.text and "3.1" in s.text]
    assert bool(told) == (standing.verdict in ("solved", "unsolved"))


def test_the_share_of_a_release_that_users_asked_for_is_told() -> None:
    (line,) = compose(decided_run()).releases
    assert line.told.text == "3.1（2026-03-25）发布了 2 个用户提出的主题，占该版本 9 项改动的 22.2%。"


def test_the_csv_has_status_pin_and_notes_beside_the_suggestion() -> None:
    text = render(compose(decided_run()), "csv")
    head, first = text.splitlines()[:2]
    assert {"状态", "置顶", "备注"} <= set(head.split(","))
    assert "进行中" in first


def test_a_report_without_decisions_has_no_section_about_them() -> None:
    assert "决策" not in render(compose(gold_run()), "md")
    assert 'id="progress"' not in render(compose(gold_run()), "html")


def test_a_theme_of_the_run_is_never_needed_for_a_plan() -> None:
    run = replace(decided_run(), themes=(), suggestions=(), effects=(), statements=())
    run = replace(run, plans=tuple(replace(plan, now="") for plan in run.plans))
    assert check(render(compose(run), "json"), run) == []


# --- the command line and the store


def test_status_and_releases_are_kept_listed_and_judged(tmp_path: Path) -> None:
    database = str(tmp_path / "a.db")
    run = gold_run()
    with Store(database) as store:
        store.save_run(run)

    def voc(*arguments: str, exits: int = 0) -> Result:
        result = CliRunner().invoke(main, list(arguments))
        assert result.exit_code == exits, result.output
        return result

    assert "no date yet" in voc("status", database, "微信消息延迟", "shipped", "--release", "3.1").stderr
    voc(
        "status",
        database,
        "微信消息延迟",
        "shipped",
        "--release",
        "3.1",
        "--link",
        "https://x.example/1",
        "--at",
        "2026-04-01",
    )
    voc("release", "add", database, "3.1", "--date", "2026-03-25", "--changes", "12")
    (status,) = json.loads(voc("status", database, "--format", "json").stdout)
    assert (status["status"], status["release"], status["at"]) == ("shipped", "3.1", "2026-04-01T15:59:59Z")
    (release,) = json.loads(voc("release", "list", database, "--format", "json").stdout)
    assert release == {"name": "3.1", "date": "2026-03-25", "version_column": "", "n_changes": 12, "shipped": 1}
    with Store(database) as store:
        (plan,) = store.plans()
        assert store.releases() == [Release(name="3.1", date="2026-03-25", n_changes=12)]
    assert plan.name == "微信消息延迟"
    assert "is no date" in voc("release", "add", database, "3.2", "--date", "soon", exits=1).output
    voc("release", "remove", database, "3.1")
    assert "there is no release 3.1" in voc("release", "remove", database, "3.1", exits=1).output
    assert voc("status", database, "微信消息延迟", exits=2).exit_code == 2


def test_what_is_not_given_again_is_kept(tmp_path: Path) -> None:
    database = str(tmp_path / "a.db")
    with Store(database) as store:
        store.save_run(gold_run())

    def voc(*arguments: str) -> Result:
        return CliRunner().invoke(main, list(arguments))

    voc("release", "add", database, "3.1", "--date", "2026-03-25", "--changes", "12", "--version-column", "固件")
    voc("release", "add", database, "3.1", "--date", "2026-03-26")
    voc("status", database, "微信消息延迟", "planned", "--release", "3.1", "--link", "https://x.example/1")
    assert ", 3.1" in voc("status", database, "微信消息延迟", "shipped").stdout
    for option in ("--release", "--link"):
        refused = voc("status", database, "微信消息延迟", "new", option, "")
        assert (refused.exit_code, f"{option} is empty" in refused.output) == (2, True)
    with Store(database) as store:
        assert store.releases() == [Release(name="3.1", date="2026-03-26", n_changes=12, version_column="固件")]
        (status,) = store.statuses().values()
    assert (status.status, status.release, status.link) == ("shipped", "3.1", "https://x.example/1")


def test_a_run_comes_back_with_its_plans_releases_and_effects() -> None:
    run = decided_run()
    run = replace(run, found=run.themes[:2], effects=tuple(replace(e, acts_on=e.acts_on[:1]) for e in run.effects))
    with Store(":memory:") as store:
        store.save_run(run)
        assert store.load_run() == run
        assert [decision.number for decision in store.decisions()] == list(range(1, 9))


def test_what_the_next_run_continues_are_the_themes_as_found() -> None:
    run = gold_run()
    found = (replace(run.themes[0], id="t-found", name="原样"),)
    with Store(":memory:") as store:
        store.save_run(replace(run, found=found))
        (known,) = store.recall("", "2099-01-01T00:00:00Z").themes
    assert (known.theme, known.is_current) == (found[0], True)
    assert tuple(statement.id for statement in known.statements) == found[0].statement_ids
