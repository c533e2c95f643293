"""Week after week: windows, what is due, identity in the database, and a program that is killed in between."""

from __future__ import annotations

import dataclasses
import json
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from voc import api, pipeline
from voc.cli import main
from voc.cluster import cluster_themes
from voc.cluster.space import unit
from voc.cluster.taxonomy import read_taxonomy
from voc.config import Config
from voc.errors import ConfigError, InputError
from voc.kinds import KindClassifier
from voc.store import Store

DEMO = Path(__file__).parents[1] / "corpora" / "demo"


@pytest.fixture(scope="module")
def weeks(tmp_path_factory):
    """The demo corpus analysed week by week with the real models: the path of its database."""
    path = tmp_path_factory.mktemp("weeks") / "feedback.db"
    with Store(path) as store:
        api.ingest(store, [DEMO], reading=api.Reading(as_of="2026-04-30"))
        list(api.weekly(store, config=Config(bootstrap=20, baseline=4), since="2026-04-06"))
    return path


def voc(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def rows(*arguments):
    return json.loads(voc(*arguments, "--format", "json").stdout)


def test_the_weeks_that_are_over_are_analysed_one_after_the_other(weeks):
    found = rows("runs", weeks)
    assert [run["as_of"] for run in found] == ["2026-04-19T15:59:59Z", "2026-04-12T15:59:59Z"]
    assert {run["window"] for run in found} == {"7d"}
    assert "nothing is due" in voc("weekly", weeks).stdout


def test_a_run_reads_the_window_and_the_baseline_before_it_and_nothing_after_it(weeks):
    with Store(weeks) as store:
        run = store.load_run()
    assert run.windows[-1] == "2026-04-12T15:59:59Z/2026-04-19T15:59:59Z"
    assert len(run.windows) == 5
    assert {post.posted_at for post in run.posts if post.posted_at > run.as_of} == set()
    assert min(post.posted_at for post in run.posts) > run.windows[0].split("/")[0]


def test_themes_keep_their_ids_and_settled_names_from_week_to_week(weeks):
    with Store(weeks) as store:
        last, first = (store.load_run(summary.id) for summary in store.runs())
    large = {theme.id: theme.name for theme in first.themes if len(theme.statement_ids) >= 8}
    again = {theme.id: theme.name for theme in last.themes}
    kept = [theme for theme in large if theme in again]
    assert len(kept) >= 0.9 * len(large)
    assert all(again[theme] == large[theme] for theme in kept)


def test_lineage_tells_what_became_of_every_theme(weeks):
    told = rows("lineage", weeks)
    events = Counter(row["event"] for row in told if row["as_of"] == "2026-04-19T15:59:59Z")
    assert events["continued"] > events["born"] > 0
    with Store(weeks) as store:
        last, first = (store.load_run(summary.id) for summary in store.runs())
    final = [row for row in told if row["run"] == last.id]
    assert {theme for row in final for theme in row["to"]} == {theme.id for theme in last.themes}
    assert {theme.id for theme in first.themes} <= {theme for row in final for theme in row["from"]}


def test_what_the_last_run_read_is_not_read_again_and_says_the_same(weeks, monkeypatch):
    with Store(weeks) as store:
        posts, last = list(store.load_posts()), store.load_run()
        memory = store.recall(last.id, last.as_of)
        config = Config(**{**last.config, "as_of": last.as_of})
        runs, judged = [], []
        for known in (memory, dataclasses.replace(memory, version="another")):
            calls = count_judged(monkeypatch)
            cache = api.StoredVectors(store)
            runs.append(pipeline.analyze(posts, config, vectors=cache, recall=lambda *_, known=known: known))
            judged.append(sum(calls))
    assert runs[0].statements == runs[1].statements
    assert runs[0].suggestions == runs[1].suggestions
    read_before = [statement for statement in runs[0].statements if statement.post_id in memory.read]
    assert judged == [len(runs[0].statements) - len(read_before), len(runs[0].statements)]
    assert len(read_before) > judged[0] > 0


def count_judged(monkeypatch):
    """How many statements each later call of the classifier is given."""
    calls = []
    judge = KindClassifier.__call__
    monkeypatch.setattr(
        KindClassifier, "__call__", lambda self, texts, *more: (calls.append(len(texts)), judge(self, texts, *more))[1]
    )
    return calls


def test_a_post_that_has_changed_is_read_again(weeks, tmp_path):
    copy = tmp_path / "copy.db"
    copy.write_bytes(weeks.read_bytes())
    with Store(copy) as store:
        run = store.load_run()
        post = next(post for post in run.posts if post.id == run.statements[0].post_id)
        assert post.id in store.recall("", run.as_of).read
        store.save_posts([dataclasses.replace(post, text="改过的一句话，闪退")])
        assert post.id not in store.recall("", run.as_of).read


def test_a_new_theme_joins_the_area_of_the_themes_it_is_like(weeks):
    with Store(weeks) as store:
        last = store.load_run()
        known = {theme.id for summary in store.runs()[1:] for theme in store.load_run(summary.id).themes}
    new = [theme for theme in last.themes if theme.id not in known and len(theme.statement_ids) > 1]
    assert new
    taxonomy = read_taxonomy(*sorted((DEMO.parent / "taxonomies").glob("*.toml")))
    areas = {theme.area for theme in last.themes if theme.id in known}
    assert {theme.area for theme in new} <= areas | {area.name for area in taxonomy.areas}
    assert {theme.area for theme in new if len(theme.statement_ids) < 8} <= areas


def test_themes_that_are_no_more_keep_their_last_name_for_the_report(weeks):
    with Store(weeks) as store:
        last, first = (store.load_run(summary.id) for summary in store.runs())
    names = {theme.id: theme.name for theme in first.themes}
    gone = {t for event in last.events for t in event.before} - {theme.id for theme in last.themes}
    assert gone
    assert {theme: names[theme] for theme in gone & names.keys()} == {**last.former}


def test_no_theme_takes_the_name_of_one_that_lives(weeks):
    with Store(weeks) as store:
        last, first = (store.load_run(summary.id) for summary in store.runs())
    there = {theme.id for theme in last.themes}
    owner = {theme.name: theme.id for theme in first.themes if theme.id in there}
    assert [t.name for t in last.themes if owner.get(t.name, t.id) != t.id] == []
    assert len({theme.name for theme in last.themes}) == len(last.themes)


@pytest.mark.parametrize("settings", [{}, {"seed": 9}], ids=["again", "another seed"])
def test_the_same_data_again_keep_every_id(weeks, settings, tmp_path):
    copy = tmp_path / "copy.db"
    copy.write_bytes(weeks.read_bytes())
    with Store(copy) as store:
        before = store.load_run()
        config = Config(**{**before.config, **settings})
        after = api.analyze(store, config=config)
        if not settings:
            assert after == before
    assert {theme.id: theme.statement_ids for theme in after.themes} == {
        theme.id: theme.statement_ids for theme in before.themes
    }


def test_since_and_until_are_a_window(weeks, tmp_path):
    copy = tmp_path / "copy.db"
    copy.write_bytes(weeks.read_bytes())
    result = voc(
        "analyze",
        copy,
        "-q",
        "--since",
        "2026-04-13",
        "--until",
        "2026-04-19",
        "--set",
        "bootstrap=20",
        "--set",
        "baseline=4",
    )
    assert result.exit_code == 0, result.output
    assert rows("runs", copy)[0]["window"] == "7d"
    assert rows("runs", copy)[0]["as_of"] == "2026-04-19T15:59:59Z"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--window", "soon"), "is no window"),
        (("--since", "2026-04-20", "--until", "2026-04-01"), "is empty"),
        (("--since", "2026-04-20"), "--since goes with --until"),
        (("--until", "2026-04-20", "--as-of", "2026-04-20"), "say the same"),
    ],
)
def test_windows_that_make_no_sense_are_told_in_one_line(weeks, arguments, told):
    result = voc("analyze", weeks, "-q", *arguments)
    assert result.exit_code in (1, 2)
    assert told in result.stderr


def test_a_database_without_dates_has_no_weeks(tmp_path):
    file = tmp_path / "posts.csv"
    file.write_text("text\n闪退\n卡顿\n", encoding="utf-8")
    with Store(tmp_path / "a.db") as store:
        api.ingest(store, [file])
        with pytest.raises(InputError, match="no post with a date"):
            list(api.weekly(store))


def test_an_unknown_time_zone_is_an_error_before_anything_else(tmp_path):
    with Store(tmp_path / "a.db") as store, pytest.raises(ConfigError):
        list(api.weekly(store, config=Config(timezone="Mars/Olympus")))


def test_what_was_together_stays_together_until_it_has_drifted_well_apart():
    def pair(cosine):
        return unit(np.array([[1, 0, 0], [cosine, (1 - cosine**2) ** 0.5, 0], [0, 0, 1], [0, 0, 1]], dtype=np.float32))

    assert cluster_themes(pair(0.45), threshold=0.5)[0] == -1
    assert cluster_themes(pair(0.45), threshold=0.5, known=[0, 0, -1, -1])[0] >= 0
    assert cluster_themes(pair(0.15), threshold=0.5, known=[0, 0, -1, -1])[0] >= 0
    assert cluster_themes(pair(0.10), threshold=0.5, known=[0, 0, -1, -1])[0] == -1


def test_what_was_apart_merges_only_where_it_is_well_alike():
    def groups(cosine):
        rows = np.zeros((8, 4), dtype=np.float32)
        rows[:4, 0], rows[4:, 0], rows[4:, 1] = 1, cosine, (1 - cosine**2) ** 0.5
        return rows

    new, apart, half_known = [-1] * 8, [0] * 4 + [1] * 4, [0] * 4 + [-1] * 4
    for cosine, known, are_one in [
        (0.60, new, False),
        (0.65, new, True),
        (0.80, apart, False),
        (0.80, half_known, False),
        (0.85, apart, True),
        (0.85, half_known, True),
    ]:
        labels = cluster_themes(groups(cosine), threshold=0.5, known=known)
        assert (len(set(labels)) == 1) == are_one, (cosine, known)


STUB = """
import sys, time
sys.path[:0] = {paths!r}
from test_cli import analyze as conclude
from voc import api, pipeline
from voc.config import Config
from voc.store import Store
import dataclasses

def slow(posts, config, **given):
    given.pop("recall", None), given.pop("decisions", None)
    time.sleep(0.02)
    run = conclude([p for p in posts if p.posted_at <= config.as_of], config, rejected={{}})
    return dataclasses.replace(run, window=config.window)

pipeline.analyze = slow
with Store(sys.argv[1]) as store:
    print("ready", flush=True)
    for run in api.weekly(store, config=Config(), since="2026-03-02"):
        pass
"""


def contents(path):
    with sqlite3.connect(path) as connection:
        return [line for line in connection.iterdump() if "'salt'" not in line]


def test_a_program_killed_ten_times_ends_with_the_database_of_one_never_killed(tmp_path):
    whole, killed = tmp_path / "whole.db", tmp_path / "killed.db"
    with Store(whole) as store:
        api.ingest(store, [DEMO], reading=api.Reading(as_of="2026-04-30"))
    killed.write_bytes(whole.read_bytes())
    script = STUB.format(paths=[str(Path(__file__).parent), str(Path(api.__file__).parents[1])])
    subprocess.run([sys.executable, "-c", script, str(whole)], check=True, stdout=subprocess.DEVNULL)
    dice = random.Random(4)
    for _ in range(10):
        victim = subprocess.Popen([sys.executable, "-c", script, str(killed)], stdout=subprocess.PIPE)
        assert victim.stdout is not None
        victim.stdout.readline()
        time.sleep(dice.uniform(0, 0.4))
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        victim.stdout.close()
    subprocess.run([sys.executable, "-c", script, str(killed)], check=True, stdout=subprocess.DEVNULL)
    assert contents(killed) == contents(whole)
    with Store(whole) as store:
        assert len(store.runs()) == 7
