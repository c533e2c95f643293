"""The timeline: counts per run, theme and window as the store makes them, trends as the ranking has them."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from gold_run import gold_run
from voc.cli import main
from voc.datatypes import ThemeEvent
from voc.store import Store
from voc.timeline import timeline
from voc.window import windows, within

LAST = "2026-04-26T15:59:59Z"


def seen_on(end, *, events=()):
    """The demo corpus by its labels as a run of a week would have seen it: its windows end at `end`."""
    run = gold_run()
    return replace(run, id=f"r-{end[:10]}", as_of=end, windows=windows(end, "7d", 8, timezone="UTC"), events=events)


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    path = tmp_path_factory.mktemp("timeline") / "demo.db"
    with Store(path) as store:
        for end in (LAST, "2026-04-19T15:59:59Z"):  # saved in another order than they speak for
            store.save_run(seen_on(end))
    return path


def run(*arguments):
    result = CliRunner().invoke(main, ["timeline", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_store_counts_people_and_posts_as_the_statements_do(database):
    with Store(database) as store:
        counted = {run.as_of: run for run in store.count_themes()}
    own = seen_on(LAST)
    dates = {post.id: post.posted_at for post in own.posts}
    for n, window in enumerate(own.windows):
        inside = [statement for statement in own.statements if within(dates[statement.post_id], window)]
        assert counted[LAST].active[n] == len({statement.person for statement in inside})
        for theme in counted[LAST].themes:
            about = [statement for statement in inside if statement.theme_id == theme.id]
            assert theme.people[n] == len({statement.person for statement in about})
            assert theme.posts[n] == len({statement.post_id for statement in about})


def test_runs_are_told_from_the_earliest_and_themes_from_the_largest(database):
    points = json.loads(run(database, "--format", "json"))
    assert [point["as_of"] for point in points] == sorted(point["as_of"] for point in points)
    last = [point["people"] for point in points if point["as_of"] == LAST]
    assert last == sorted(last, reverse=True)
    assert {"people", "posts", "active", "share", "change", "low", "high", "flags"} <= set(points[0])


def test_the_timeline_and_the_ranking_agree(database):
    own = gold_run()
    with Store(database) as store:
        store.save_run(own)
        points = {point.theme: point for point in timeline(store.count_themes()) if point.run == own.id}
        store.delete_run(own.id)
    for suggestion in own.suggestions:
        point = points[suggestion.theme_id]
        assert (suggestion.trend or "steady") == (point.flags[0] if point.flags else "steady")
        if suggestion.change is not None:
            assert point.change == pytest.approx(suggestion.change, abs=1e-3)
            assert point.baseline == suggestion.baseline


def test_a_theme_is_chosen_by_name_or_the_beginning_of_its_id(database):
    theme = next(theme for theme in gold_run().themes if theme.name == "微信消息延迟")
    by_name = run(database, "--theme", theme.name, "--format", "csv")
    assert by_name == run(database, "--theme", theme.id[:10], "--format", "csv")
    assert len(by_name.splitlines()) == 3


def test_the_surge_planted_in_the_demo_is_flagged(database):
    last = json.loads(run(database, "--theme", "微信消息延迟", "--format", "json"))[-1]
    assert last["flags"] == ["surging"]
    assert last["low"] > 1


def test_an_unknown_theme_is_one_line(database):
    result = CliRunner().invoke(main, ["timeline", str(database), "--theme", "没有的"])
    assert result.exit_code == 1
    assert "there is no theme 没有的" in result.output


def test_without_runs_there_is_nothing_to_tell(tmp_path):
    Store(tmp_path / "empty.db").close()
    assert "no run with windows" in run(tmp_path / "empty.db")


def test_a_theme_that_an_earlier_run_had_is_back_and_not_new(tmp_path):
    """In windows that begin with week 6, what began in week 7 is new, unless lineage knows it from before."""
    end, theme = "2026-04-19T15:59:59Z", next(t for t in gold_run().themes if t.name == "恢复旧版主题商店")
    event = ThemeEvent(event="returned", before=(theme.id,), after=(theme.id,), overlap=0.0)
    flags = {}
    for name, events in (("unknown", ()), ("known", (event,))):
        with Store(tmp_path / f"{name}.db") as store:
            store.save_run(replace(seen_on(end, events=events), windows=windows(end, "3d", 2, timezone="UTC")))
            point = next(point for point in timeline(store.count_themes()) if point.theme == theme.id)
            flags[name] = point.flags
    assert "new" not in flags["known"]
