"""RICE, ICE, WSJF and opportunity: arithmetic and rules, and that an effort comes from a file or not at all."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gold_run import gold_run, make_run
from report_runs import statement_of
from voc import api
from voc.cli import browse, main
from voc.cli.output import as_csv
from voc.datatypes import Post, Run, Suggestion, Theme
from voc.errors import ConfigError, InputError
from voc.export.reading import read_rows
from voc.frameworks import (
    CONFIDENCE_RULES,
    FRAMEWORKS,
    IMPACT_RULES,
    NEEDS_EFFORT,
    Merits,
    Stars,
    efforts_of,
    merits,
    place,
)
from voc.frameworks.merits import LEAST_CONFIDENCE
from voc.report import compose, render
from voc.report.phrases import phrases
from voc.store import Store

BEST = Merits(
    theme_id="t-1", rank=1, reach=40, impact=2.0, confidence=0.8, doubts=("no dates",),
    importance=9.0, satisfaction=4.0, share=0.06, trend="surging",
)  # fmt: skip
NEXT = replace(BEST, theme_id="t-2", rank=2, reach=60, impact=1.0, confidence=0.5, share=0.004, trend="falling")
THEMES = [
    Theme(id=i, name=name, area="", kind="problem", keywords=(), exemplars=(), statement_ids=())
    for i, name in (("t-1", "闪退"), ("t-2", "广告"), ("t-3", "双胞胎"), ("t-4", "双胞胎"), ("t-5", "=1+1"))
]

# -- arithmetic


@pytest.mark.parametrize(
    ("framework", "without", "with_two_weeks"),
    [
        ("rice", 40 * 2 * 0.8, 40 * 2 * 0.8 / 2),
        ("ice", 7.75 * 8, 7.75 * 8 * 6),
        ("wsjf", 13 + 13 + 8, (13 + 13 + 8) / 2),
        ("opportunity", 9 + 5, 14),
    ],
)
def test_scores_are_what_their_ingredients_come_to(framework: str, without: float, with_two_weeks: float) -> None:
    blank, given = (place(framework, [BEST], efforts=efforts)[0] for efforts in ({}, {"t-1": 2.0}))
    assert blank.without_effort == pytest.approx(without)
    assert blank.score == (None if framework in NEEDS_EFFORT else pytest.approx(without))
    assert given.score == pytest.approx(with_two_weeks)


def test_satisfaction_above_importance_does_not_lower_an_opportunity() -> None:
    assert place("opportunity", [replace(BEST, importance=3.0, satisfaction=8.0)])[0].score == 3.0


def test_what_has_an_effort_comes_first_and_the_rest_in_the_order_of_the_evidence() -> None:
    third = replace(BEST, theme_id="t-3", rank=3, reach=1)
    order = [p.theme_id for p in place("rice", [third, NEXT, BEST], efforts={"t-3": 1.0})]
    assert order == ["t-3", "t-1", "t-2"]


def test_equal_scores_stay_in_the_order_of_the_ranks() -> None:
    same = [replace(BEST, theme_id=f"t-{n}", rank=n) for n in (3, 1, 2)]
    assert all([p.theme_id for p in place(name, same)] == ["t-1", "t-2", "t-3"] for name in FRAMEWORKS)


# -- what the evidence says


def _suggestion(n_people: int = 1, **fields: object) -> Suggestion:
    given = {"rank": 1, "theme_id": "t-1", "priority": "P1", "score": 0.5, "signals": {}, "contributions": {}}
    given |= {"n_people": n_people, "n_posts": n_people, "rank_low": 1, "rank_high": 2, "tie": 1}
    return Suggestion(**given | fields)  # type: ignore[arg-type]


def _merit(
    n: int = 30, *, stars: Stars | None = None, negative: int = 0, window: str = "", sources: int = 2, **fields: object
) -> Merits:
    posts = {
        f"p{i}": Post(
            id=f"p{i}", text="x", author=f"a{i}", source=f"s{i % sources}", posted_at=f"2026-03-{1 + i % 28:02}"
        )
        for i in range(n)
    }
    said = [
        replace(statement_of(post), theme_id="t-1", polarity="neg" if i < negative else "neu")
        for i, post in enumerate(posts.values())
    ]
    found = merits([_suggestion(n, **fields)], said, posts, stars={"t-1": stars} if stars else {}, window=window)
    return found[0]


def _stars(gap: float, width: float = 0.4) -> Stars:
    return Stars(mean=3.0, gap=gap, low=gap - width / 2, high=gap + width / 2)


@pytest.mark.parametrize(
    ("gap", "impact"),
    [(-1.5, 3), (-1.49, 2), (-1, 2), (-0.99, 1), (-0.5, 1), (-0.49, 0.5), (-0.25, 0.5), (-0.24, 0.25), (0.7, 0.25)],
)
def test_impact_goes_by_the_stars_that_are_lost(gap: float, impact: float) -> None:
    assert _merit(stars=_stars(gap)).impact == impact


@pytest.mark.parametrize(("negative", "impact"), [(30, 1), (27, 1), (26, 0.5), (15, 0.5), (14, 0.25), (0, 0.25)])
def test_without_ratings_impact_is_medium_at_most(negative: int, impact: float) -> None:
    assert _merit(negative=negative).impact == impact


@pytest.mark.parametrize(
    ("fields", "confidence", "doubts"),
    [
        ({}, 1.0, ()),
        ({"n": 19}, 0.8, ("few people",)),
        ({"n": 4}, 0.5, ("few people",)),
        ({"sources": 1, "n": 19}, 0.8, ("few people", "one source")),
        ({"stars": None}, 0.8, ("no ratings",)),
        ({"stars": _stars(-1, 1.2)}, 0.8, ("wide interval",)),
        ({"rank_low": 1, "rank_high": 12}, 0.8, ("wide interval",)),
        ({"rank_low": 1, "rank_high": 11}, 1.0, ()),
        ({"stars": None, "missing_evidence": ("authors", "dates")}, 0.5, ("no ratings", "no authors", "no dates")),
    ],
)
def test_confidence_goes_by_the_number_of_doubts(fields: dict, confidence: float, doubts: tuple[str, ...]) -> None:
    found = _merit(**{"stars": _stars(-1)} | fields)
    assert (found.confidence, found.doubts) == (confidence, doubts)


def test_reach_counts_people_of_the_last_period_or_all_without_periods() -> None:
    assert _merit(28).reach == 28
    assert _merit(28, window="2026-03-21T12:00:00Z/2026-03-28T12:00:00Z").reach == 7


def test_importance_and_satisfaction_go_from_nought_to_ten() -> None:
    happy, unhappy = _merit(negative=0), _merit(negative=30)
    assert (happy.importance, happy.satisfaction, unhappy.satisfaction) == (10, 10, 0)
    assert _merit(negative=15, stars=_stars(-1)).satisfaction == 5  # half speak negatively, three stars of five
    assert _merit(negative=30, stars=_stars(-1)).satisfaction == 2.5


def test_impact_of_ratings_up_to_ten_goes_by_stars_of_five() -> None:
    post = Post(id="p", text="x", author="a", rating=9.0)
    said = [replace(statement_of(post), theme_id="t-1")]
    found = merits([_suggestion()], said, {"p": post}, stars={"t-1": _stars(-2.0)})
    assert found[0].impact == 2


# -- efforts


def _efforts(content: str, folder: Path) -> tuple[dict[str, float], tuple[str, ...]]:
    file = folder / "e.csv"
    file.write_text(content, encoding="utf-8")
    found = efforts_of(*read_rows(file), THEMES, file="e.csv")
    return dict(found.weeks), found.unknown


@pytest.mark.parametrize(
    ("content", "weeks"),
    [
        ("theme,effort\nt-1,2\n广告,0.5\n", {"t-1": 2.0, "t-2": 0.5}),
        ("主题,人周\n闪退,３\n", {"t-1": 3.0}),
        ("name;effort\n闪退;2\n闪退;2\n", {"t-1": 2.0}),
        ("theme,name,effort\nt-4,双胞胎,2\nt-3,双胞胎,\n", {"t-4": 2.0}),
        ("theme,effort\n'=1+1,2\n", {"t-5": 2.0}),
        ("\ufefftheme,effort\n,\nt-1,\n", {}),
    ],
)
def test_efforts_are_read_by_id_or_name(content: str, weeks: dict[str, float], tmp_path: Path) -> None:
    assert _efforts(content, tmp_path) == (weeks, ())


def test_names_that_are_no_theme_are_reported(tmp_path: Path) -> None:
    assert _efforts("theme,effort\nt-9,2\n闪退,1\n没有,3\nt-9,2\n", tmp_path) == ({"t-1": 1.0}, ("t-9", "没有"))


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        *(
            (f"theme,effort\nt-1,{bad}\n", "no number of person-weeks above 0")
            for bad in ("0", "-1", "nan", "inf", "两周")
        ),
        ("theme,effort\n没有,0\n", "no number of person-weeks above 0"),
        ("theme,effort\n,2\n", "no theme"),
        ("theme,effort\n双胞胎,2\n", "2 themes are called"),
        ("theme,effort\nt-1,2\n闪退,3\n", "two efforts"),
        ("theme,weeks\nt-1,2\n", "no column effort"),
        ("what,effort\nt-1,2\n", "no column theme"),
        ("", "is empty"),
    ],
)
def test_a_bad_effort_is_refused_in_one_line(content: str, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=complaint) as raised:
        _efforts(content, tmp_path)
    assert "e.csv" in str(raised.value)
    assert "\n" not in str(raised.value)


# -- a whole run


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("frameworks") / "gold.db"
    with Store(path) as store:
        store.save_posts(gold_run().posts, tokens=lambda text: [])
        store.save_run(gold_run())
    return str(path)


@pytest.fixture
def voc(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str, exits: int = 0) -> Result:
        result = CliRunner().invoke(main, list(arguments))
        assert result.exit_code == exits, result.output + repr(result.exception)
        return result

    return call


def test_the_command_offers_the_frameworks_there_are() -> None:
    assert set(browse.FRAMEWORKS) == set(FRAMEWORKS)
    assert set(browse.WITH_EFFORT) == NEEDS_EFFORT


def test_score_is_the_ranking_as_ever(voc: Callable[..., Result], db: str) -> None:
    assert voc("suggestions", db, "--framework", "score").stdout == voc("suggestions", db).stdout


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_every_framework_orders_all_suggestions_and_shows_its_ingredients(
    voc: Callable[..., Result], db: str, framework: str
) -> None:
    rows = json.loads(voc("suggestions", db, "--framework", framework, "--format", "json").stdout)
    decisive = "score" if framework == "opportunity" else "without_effort"
    assert sorted(row["rank"] for row in rows) == [suggestion.rank for suggestion in gold_run().suggestions]
    assert [row[decisive] for row in rows] == sorted((row[decisive] for row in rows), reverse=True)
    assert set(place(framework, [BEST])[0].ingredients) <= set(rows[0])
    assert all(row["effort"] is None and row["score"] is None for row in rows if framework in NEEDS_EFFORT)


def test_without_a_file_effort_and_score_are_blank_in_a_table(voc: Callable[..., Result], db: str) -> None:
    rows = list(csv.DictReader(io.StringIO(voc("suggestions", db, "--framework", "rice", "--format", "csv").stdout)))
    assert {(row["effort"], row["score"]) for row in rows} == {("", "")}


def test_a_table_that_voc_printed_comes_back_with_efforts(voc: Callable[..., Result], db: str) -> None:
    rows = list(csv.DictReader(io.StringIO(voc("suggestions", db, "--framework", "rice", "--format", "csv").stdout)))
    rows[3]["effort"] = "2"
    Path("e.csv").write_text(as_csv(rows), encoding="utf-8")
    result = voc("suggestions", db, "--framework", "rice", "--effort", "e.csv", "--format", "json")
    first, *others = json.loads(result.stdout)
    assert (first["theme"], first["effort"]) == (rows[3]["theme"], 2)
    assert first["score"] == first["without_effort"] / 2
    assert all(row["score"] is None for row in others)
    assert result.stderr.startswith(f"Warning: 1 of {len(rows)} have an effort and stand first")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_csv_of_a_report_comes_back_with_efforts(lang: str, tmp_path: Path) -> None:
    report = compose(gold_run(), lang=lang)
    rows = list(csv.DictReader(io.StringIO(render(report, "csv").removeprefix("\ufeff"))))
    assert {row[report.labels["rice.effort"]] for row in rows} == {""}
    rows[2][report.labels["rice.effort"]] = "3"
    (tmp_path / "r.csv").write_text(as_csv(rows), encoding="utf-8")
    placed, unknown = api.by_framework(gold_run(), "rice", effort=tmp_path / "r.csv")
    assert (placed[0].theme_id, placed[0].ingredients["effort"], unknown) == (report.items[2].theme_id, 3, ())


def test_unknown_names_are_told_on_stderr_and_bad_rows_end_the_command(voc: Callable[..., Result], db: str) -> None:
    Path("e.csv").write_text("theme,effort\n没有这个\x1b[31m,2\n", encoding="utf-8")
    told = voc("suggestions", db, "--framework", "wsjf", "--effort", "e.csv").stderr
    assert "没有这个" in told
    assert "\x1b" not in told
    Path("e.csv").write_text("theme,effort\n微信消息延迟,-2\n", encoding="utf-8")
    refused = voc("suggestions", db, "--framework", "wsjf", "--effort", "e.csv", exits=1)
    assert refused.stderr.count("\n") == 1
    assert refused.stdout == ""


@pytest.mark.parametrize("framework", ["score", "opportunity"])
def test_an_effort_where_none_counts_is_refused(voc: Callable[..., Result], db: str, framework: str) -> None:
    assert "--effort counts in" in voc("suggestions", db, "--framework", framework, "--effort", "e.csv", exits=2).stderr


def test_a_theme_called_like_a_formula_is_defused(voc: Callable[..., Result], tmp_path: Path) -> None:
    posts = [Post(id=f"p{n}", text="x", author=f"a{n}") for n in range(3)]
    run = make_run(posts, [(statement_of(post), "桌面", "=cmd|' /C calc'!A0") for post in posts])
    with Store(tmp_path / "h.db") as store:
        store.save_posts(run.posts, tokens=lambda text: [])
        store.save_run(run)
    text = voc("suggestions", "h.db", "--framework", "rice", "--format", "csv").stdout
    assert "'=cmd" in text
    assert not any(cell.startswith(tuple("=+-@")) for row in csv.reader(io.StringIO(text)) for cell in row)


def test_a_framework_that_does_not_exist_is_refused_in_one_line() -> None:
    with pytest.raises(ConfigError, match="rice, ice, opportunity, wsjf"):
        api.by_framework(gold_run(), "kano")


def test_a_run_without_suggestions_has_nothing_to_order() -> None:
    post = Post(id="p", text="好", author="a")
    run: Run = make_run([post], [(replace(statement_of(post, "praise"), polarity="pos"), "外观", "好看")])
    assert api.by_framework(run, "rice") == ([], ())
    assert api.drivers(run).reason == "no ratings"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_rules_are_told_as_they_are(lang: str) -> None:
    told = {name: re.findall(r"\d+(?:\.\d+)?", phrases(lang)[f"rule.{name}"]) for name in ("impact", "confidence")}
    assert {f"{n:g}" for pair in IMPACT_RULES.items() for n in pair} <= set(told["impact"])
    assert {f"{100 * n:.0f}" for n in (*CONFIDENCE_RULES.values(), LEAST_CONFIDENCE)} <= set(told["confidence"])
